/* The files of the pages, packed into the program by the build (config/embed_web.cmake). */
#ifndef SHIKUMEN_SVC_WEB_ASSET_H
#define SHIKUMEN_SVC_WEB_ASSET_H

#include <stddef.h>

struct web_asset {
    const char *path;           /* "/app.js" */
    const char *type;           /* media type */
    const char *tag;            /* entity tag, of the content */
    const unsigned char *bytes; /* gzip */
    size_t size;
};
/* By path. */
extern const struct web_asset web_assets[];
extern const size_t web_asset_count;

#endif
