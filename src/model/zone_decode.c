/* Compiled zones (TZif, RFC 8536). */
#include <string.h>

#include "shikumen/model/zone.h"

#define HEADER_BYTES 44
#define COUNT_MAX    10000u /* the longest of the database have some 250 changes */
#define TYPES_MAX    256u   /* section 3.2 */
#define EARLIEST_S   (-(INT64_C(1) << 59))
#define OFFSET_LEAST (-89999) /* section 3.2: -25 h to 26 h, both not included */
#define OFFSET_MOST  93599
#define RULE_MAX     256
#define LOCAL_BYTES  6 /* of a local time type: offset, summer time, name */

/* The counts of a header (section 3.1). */
struct counts {
    uint32_t ut, standard, leap, time, type, letter;
};

/* A block of data: where it begins and how its times are written. */
struct block {
    struct counts c;
    const uint8_t *at;
    size_t time_bytes, bytes;
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be_time(const uint8_t *p, size_t bytes)
{
    if (bytes == 4)
        return (int32_t)be32(p);
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* Header and the extent of what follows it; false: not all of it is there. */
static bool read_header(const uint8_t *p, size_t n, size_t time_bytes, struct block *b)
{
    struct counts *c = &b->c;

    if (n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
        return false;
    *c = (struct counts){be32(p + 20), be32(p + 24), be32(p + 28),
                         be32(p + 32), be32(p + 36), be32(p + 40)};
    if (c->time > COUNT_MAX || c->type > TYPES_MAX || c->letter > COUNT_MAX ||
        c->leap > COUNT_MAX || c->ut > TYPES_MAX || c->standard > TYPES_MAX)
        return false;
    b->at = p + HEADER_BYTES;
    b->time_bytes = time_bytes;
    b->bytes = c->time * (time_bytes + 1) + c->type * LOCAL_BYTES + c->letter +
               c->leap * (time_bytes + 4) + c->standard + c->ut;
    return n - HEADER_BYTES >= b->bytes;
}

/* Offset of a local time type; false: none, or one that no clock has. */
static bool read_offset(const struct block *b, size_t type, int32_t *offset_s)
{
    const uint8_t *types = b->at + b->c.time * (b->time_bytes + 1);

    if (type >= b->c.type)
        return false;
    *offset_s = (int32_t)be32(types + LOCAL_BYTES * type);
    return *offset_s >= OFFSET_LEAST && *offset_s <= OFFSET_MOST;
}

static enum err read_block(const struct block *b, struct arena *arena, struct time_zone *out)
{
    const uint8_t *types = b->at + b->c.time * b->time_bytes;
    int64_t *at = arena_array(arena, b->c.time + 1, sizeof *at);
    int32_t *offset = arena_array(arena, b->c.time + 1, sizeof *offset);

    if (!at || !offset)
        return ERR_NOMEM;
    if (b->c.leap > 0 || !read_offset(b, 0, &out->first_s))
        return ERR_PARSE;
    for (size_t i = 0; i < b->c.time; i++) {
        at[i] = be_time(b->at + i * b->time_bytes, b->time_bytes);
        if (at[i] < EARLIEST_S || at[i] > -EARLIEST_S || (i > 0 && at[i] <= at[i - 1]) ||
            !read_offset(b, types[i], &offset[i]))
            return ERR_PARSE;
    }
    out->at_s = at;
    out->offset_s = offset;
    out->count = b->c.time;
    return ERR_OK;
}

/* The rule between two line ends behind the second block (section 3.3). */
static enum err read_footer(const uint8_t *p, size_t n, struct zone_rule *out)
{
    const uint8_t *end = n > 1 && *p == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;

    if (!end || end - p > RULE_MAX)
        return ERR_PARSE;
    return zone_rule_parse((const char *)p + 1, (size_t)(end - p - 1), out);
}

static enum err decode(const uint8_t *p, size_t n, struct arena *arena, struct time_zone *out)
{
    struct block b;
    size_t second;
    enum err e;

    if (!read_header(p, n, 4, &b))
        return ERR_PARSE;
    if (p[4] == '\0')
        return read_block(&b, arena, out);
    second = HEADER_BYTES + b.bytes;
    if (p[4] < '2' || !read_header(p + second, n - second, 8, &b) || p[second + 4] != p[4])
        return ERR_PARSE;
    e = read_block(&b, arena, out);
    second += HEADER_BYTES + b.bytes;
    return e == ERR_OK ? read_footer(p + second, n - second, &out->rule) : e;
}

enum err zone_decode(const uint8_t *bytes, size_t n, struct arena *arena, struct time_zone *out)
{
    struct time_zone z = {.name = out->name};
    enum err e = decode(bytes, n, arena, &z);

    *out = e == ERR_OK ? z : (struct time_zone){.name = z.name};
    return e;
}
