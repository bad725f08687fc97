/* gzip (RFC 1952) of what is in memory. */
#ifndef SHIKUMEN_IO_GZIP_H
#define SHIKUMEN_IO_GZIP_H

#include <stddef.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

/* Appends bytes packed; the same bytes for the same input (no time, no name). ERR_NOMEM. */
enum err gzip_pack(const void *bytes, size_t n, struct strbuf *out) MUST_USE;

/* Appends what was packed; at most most bytes (ERR_RANGE). ERR_PARSE: it is no whole gzip. */
enum err gzip_unpack(const void *bytes, size_t n, size_t most, struct strbuf *out) MUST_USE;

#endif
