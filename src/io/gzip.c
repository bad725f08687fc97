#include "shikumen/io/gzip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#define LEVEL     5 /* tables of JSON: two thirds of the time of 6, a fiftieth larger */
#define GZIP_BITS (MAX_WBITS + 16)
#define BLOCK     16384

enum err gzip_pack(const void *bytes, size_t n, struct strbuf *out)
{
    z_stream z;
    unsigned char block[BLOCK];
    int result = Z_OK;

    if (n > UINT32_MAX)
        return ERR_RANGE;
    memset(&z, 0, sizeof z);
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_BITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return ERR_NOMEM;
    z.next_in = (unsigned char *)(uintptr_t)bytes;
    z.avail_in = (uInt)n;
    while (result == Z_OK) {
        z.next_out = block;
        z.avail_out = sizeof block;
        result = deflate(&z, Z_FINISH);
        strbuf_append(out, block, sizeof block - z.avail_out);
    }
    deflateEnd(&z);
    return result == Z_STREAM_END && !out->failed ? ERR_OK : ERR_NOMEM;
}

enum err gzip_unpack(const void *bytes, size_t n, size_t most, struct strbuf *out)
{
    z_stream z;
    unsigned char block[BLOCK];
    size_t before = out->len;
    int result = Z_OK;

    if (n > UINT32_MAX)
        return ERR_RANGE;
    memset(&z, 0, sizeof z);
    if (inflateInit2(&z, GZIP_BITS) != Z_OK)
        return ERR_NOMEM;
    z.next_in = (unsigned char *)(uintptr_t)bytes;
    z.avail_in = (uInt)n;
    while (result == Z_OK && out->len - before <= most) {
        z.next_out = block;
        z.avail_out = sizeof block;
        result = inflate(&z, Z_NO_FLUSH);
        strbuf_append(out, block, sizeof block - z.avail_out);
        if (result == Z_OK && z.avail_in == 0 && z.avail_out > 0)
            result = Z_BUF_ERROR;
    }
    inflateEnd(&z);
    if (out->failed)
        return ERR_NOMEM;
    if (out->len - before > most)
        return ERR_RANGE;
    return result == Z_STREAM_END ? ERR_OK : ERR_PARSE;
}
