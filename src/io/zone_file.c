#include "shikumen/io/zone_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/base/file.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo/"
#define FILE_MAX_BYTES (256u << 10)
#define HEADER_BYTES   44

/* The counts of a header (RFC 8536 section 3.1). */
struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool read_header(const uint8_t *p, size_t n, struct counts *c)
{
    if (n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
        return false;
    *c = (struct counts){be32(p + 20), be32(p + 24), be32(p + 28),
                         be32(p + 32), be32(p + 36), be32(p + 40)};
    return c->time < 100000 && c->type > 0 && c->type <= 256 && c->chars < 100000 &&
           c->leap < 100000 && c->isut <= 256 && c->isstd <= 256;
}

/* Bytes of the data block behind a header whose times have size bytes. */
static size_t block_bytes(const struct counts *c, size_t size)
{
    return c->time * (size + 1) + c->type * 6 + c->chars + c->leap * (size + 4) + c->isstd +
           c->isut;
}

static enum err read_block(const uint8_t *p, const struct counts *c, struct arena *arena,
                           struct zone_rules *out)
{
    int64_t *at = arena_array(arena, c->time, sizeof *at);
    int32_t *offset = arena_array(arena, c->time, sizeof *offset);
    const uint8_t *index = p + 8 * (size_t)c->time, *types = index + c->time;

    if (!at || !offset)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < c->time; i++) {
        at[i] = (int64_t)((uint64_t)be32(p + 8 * (size_t)i) << 32 | be32(p + 8 * (size_t)i + 4));
        if (index[i] >= c->type || (i > 0 && at[i] <= at[i - 1]))
            return ERR_PARSE;
        offset[i] = (int32_t)be32(types + 6 * (size_t)index[i]);
    }
    *out = (struct zone_rules){at, offset, c->time, (int32_t)be32(types)};
    return ERR_OK;
}

/* The second block, whose times have eight bytes. */
static enum err parse(const uint8_t *p, size_t n, struct arena *arena, struct zone_rules *out)
{
    struct counts c;
    size_t skip;

    if (!read_header(p, n, &c) || p[4] < '2')
        return ERR_PARSE;
    skip = HEADER_BYTES + block_bytes(&c, 4);
    if (skip > n || !read_header(p + skip, n - skip, &c) ||
        n - skip < HEADER_BYTES + block_bytes(&c, 8))
        return ERR_PARSE;
    return read_block(p + skip + HEADER_BYTES, &c, arena, out);
}

enum err zone_file_read(const char *name, struct arena *arena, struct zone_rules *out)
{
    struct strbuf text = {0};
    char path[512];
    enum err e;

    *out = (struct zone_rules){0};
    if (!*name || *name == '/' || strstr(name, "..") ||
        snprintf(path, sizeof path, ZONE_DIRECTORY "%s", name) >= (int)sizeof path)
        return ERR_NOTFOUND;
    e = file_read(path, FILE_MAX_BYTES, &text);
    if (e == ERR_OK)
        e = parse((const uint8_t *)text.data, text.len, arena, out);
    strbuf_free(&text);
    return e == ERR_RANGE ? ERR_PARSE : e;
}
