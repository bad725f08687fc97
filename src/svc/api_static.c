#include <stdlib.h>
#include <string.h>

#include "api_parts.h"
#include "api_tables.h"
#include "shikumen/core/percent.h"
#include "shikumen/svc/web_asset.h"

static int by_path(const void *path, const void *asset)
{
    return strcmp(path, ((const struct web_asset *)asset)->path);
}

enum err api_static(struct api_call *c)
{
    const char *path = strcmp(c->path, "/") == 0 ? "/index.html" : c->path;
    const struct web_asset *found =
        bsearch(path, web_assets, web_asset_count, sizeof *web_assets, by_path);

    if (!found)
        return api_problem(c, 404, "没有这个地址", "there is nothing of this address");
    c->type = found->type;
    c->forever = found->bytes;
    c->forever_len = found->size;
    c->etag = found->tag;
    c->cache = "no-cache";
    return ERR_OK;
}

/* The address that alerts carry, which outlives how the pages are made. */
enum err api_alert_page(struct api_call *c)
{
    struct strbuf where = {0};

    strbuf_puts(&where, "/#/alert/");
    percent_put(&where, c->id, "/");
    c->status = 302;
    c->type = NULL;
    api_header(c, "Location", desk_keep(&c->desk, strbuf_text(&where)));
    strbuf_free(&where);
    return ERR_OK;
}

enum err api_openapi(struct api_call *c)
{
    c->path = "/openapi.json";
    return api_static(c);
}
