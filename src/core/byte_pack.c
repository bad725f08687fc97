#include "byte_pack.h"

#include <math.h>
#include <string.h>

#include "shikumen/base/strmap.h"

void byte_put(struct byte_writer *w, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++, w->n++)
        if (w->bytes)
            w->bytes[w->n] = (uint8_t)(v >> (8 * i));
}

void byte_put_time(struct byte_writer *w, int64_t t_us)
{
    byte_put(w, (uint64_t)t_us, 8);
}

void byte_put_double(struct byte_writer *w, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    byte_put(w, bits, 8);
}

void byte_put_check(struct byte_writer *w)
{
    byte_put(w, w->bytes ? hash64(0, w->bytes, w->n) : 0, BYTE_CHECK_BYTES);
}

struct byte_reader byte_reader_of(const void *bytes, size_t n)
{
    struct byte_reader r = {.bytes = bytes, .n = n};
    uint64_t check;

    if (n < BYTE_CHECK_BYTES)
        return (struct byte_reader){.bad = true};
    r.at = n - BYTE_CHECK_BYTES;
    check = byte_get(&r, BYTE_CHECK_BYTES);
    return (struct byte_reader){.bytes = bytes,
                                .n = n - BYTE_CHECK_BYTES,
                                .bad = check != hash64(0, bytes, n - BYTE_CHECK_BYTES)};
}

void byte_require(struct byte_reader *r, bool ok)
{
    r->bad = r->bad || !ok;
}

uint64_t byte_get(struct byte_reader *r, size_t size)
{
    uint64_t v = 0;

    byte_require(r, r->n - r->at >= size);
    for (size_t i = 0; i < size && !r->bad; i++)
        v |= (uint64_t)r->bytes[r->at++] << (8 * i);
    return v;
}

uint64_t byte_get_upto(struct byte_reader *r, size_t size, uint64_t max)
{
    uint64_t v = byte_get(r, size);

    byte_require(r, v <= max);
    return r->bad ? 0 : v;
}

int64_t byte_get_time(struct byte_reader *r)
{
    uint64_t bits = byte_get(r, 8);
    int64_t t_us;

    memcpy(&t_us, &bits, sizeof t_us);
    return t_us;
}

double byte_get_double(struct byte_reader *r)
{
    uint64_t bits = byte_get(r, 8);
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

double byte_get_finite(struct byte_reader *r)
{
    double v = byte_get_double(r);

    byte_require(r, isfinite(v));
    return r->bad ? 0 : v;
}

double byte_get_positive(struct byte_reader *r)
{
    double v = byte_get_finite(r);

    byte_require(r, v >= 0);
    return r->bad ? 0 : v;
}
