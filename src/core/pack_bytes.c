#include "pack_bytes.h"

#include <string.h>

#include "shikumen/base/strmap.h"

void pack_put(struct pack_writer *w, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++, w->n++) {
        if (w->bytes)
            w->bytes[w->n] = (uint8_t)(v >> (8 * i));
    }
}

void pack_put_i64(struct pack_writer *w, int64_t v)
{
    pack_put(w, (uint64_t)v, 8);
}

void pack_put_double(struct pack_writer *w, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    pack_put(w, bits, 8);
}

enum err pack_write(void (*put)(struct pack_writer *w, const void *state), const void *state,
                    struct arena *arena, const void **bytes, size_t *n)
{
    struct pack_writer w = {0};

    put(&w, state);
    w.bytes = arena_alloc(arena, w.n + PACK_CHECKSUM_BYTES);
    if (!w.bytes)
        return ERR_NOMEM;
    w.n = 0;
    put(&w, state);
    pack_put(&w, hash64(0, w.bytes, w.n), PACK_CHECKSUM_BYTES);
    *bytes = w.bytes;
    *n = w.n;
    return ERR_OK;
}

struct pack_reader pack_reader(const void *bytes, size_t n)
{
    struct pack_reader sum = {.bytes = bytes, .n = n}, r = {.bytes = bytes};

    if (n < PACK_CHECKSUM_BYTES) {
        r.bad = true;
        return r;
    }
    r.n = sum.at = n - PACK_CHECKSUM_BYTES;
    r.bad = pack_get(&sum, PACK_CHECKSUM_BYTES) != hash64(0, bytes, r.n);
    return r;
}

void pack_require(struct pack_reader *r, bool ok)
{
    r->bad = r->bad || !ok;
}

uint64_t pack_get(struct pack_reader *r, size_t size)
{
    uint64_t v = 0;

    pack_require(r, r->n - r->at >= size);
    for (size_t i = 0; i < size && !r->bad; i++)
        v |= (uint64_t)r->bytes[r->at++] << (8 * i);
    return v;
}

uint64_t pack_get_upto(struct pack_reader *r, size_t size, uint64_t max)
{
    uint64_t v = pack_get(r, size);

    pack_require(r, v <= max);
    return r->bad ? 0 : v;
}

int64_t pack_get_i64(struct pack_reader *r, int64_t lo, int64_t hi, int64_t none)
{
    uint64_t bits = pack_get(r, 8);
    int64_t v;

    memcpy(&v, &bits, sizeof v);
    pack_require(r, (v >= lo && v <= hi) || v == none);
    return r->bad ? none : v;
}

double pack_get_double(struct pack_reader *r)
{
    uint64_t bits = pack_get(r, 8);
    double v;

    memcpy(&v, &bits, sizeof v);
    return r->bad ? 0 : v;
}

double pack_get_within(struct pack_reader *r, double lo, double hi)
{
    double v = pack_get_double(r);

    pack_require(r, v >= lo && v <= hi);
    return r->bad ? 0 : v;
}
