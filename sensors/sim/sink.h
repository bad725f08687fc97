/* A file that grows, plain or compressed. */
#ifndef SHIKUMEN_SIM_SINK_H
#define SHIKUMEN_SIM_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct sink;

/* Makes or empties the file; compress: gzip, fast and not small. NULL: errno says why. */
struct sink *sink_open(const char *path, bool compress);
bool sink_write(struct sink *s, const char *bytes, size_t n);
/* False when anything did not reach the file; NULL allowed (true). */
bool sink_close(struct sink *s);

#endif
