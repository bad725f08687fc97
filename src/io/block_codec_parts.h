/* What journal rows and blocks are made of: varints, and values as scaled integers or as they are.
 */
#ifndef SHIKUMEN_IO_BLOCK_CODEC_PARTS_H
#define SHIKUMEN_IO_BLOCK_CODEC_PARTS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "shikumen/model/reading.h"

enum { RAW = 15, DECIMALS_MAX = 9 };

static const double power_of_ten[DECIMALS_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4,
                                                      1e5, 1e6, 1e7, 1e8, 1e9};

/* --- varints --- */

static inline uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t unzigzag(uint64_t u)
{
    return (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
}

static inline size_t put_varint(uint8_t *to, uint64_t u)
{
    size_t n = 0;
    while (u >= 0x80) {
        to[n++] = (uint8_t)(u | 0x80);
        u >>= 7;
    }
    to[n++] = (uint8_t)u;
    return n;
}

/* Differences wrap like unsigned integers, so every pair of times can be coded. */
static inline size_t put_delta(uint8_t *to, int64_t value, int64_t base)
{
    return put_varint(to, zigzag((int64_t)((uint64_t)value - (uint64_t)base)));
}

static inline bool get_varint(const uint8_t **at, const uint8_t *end, uint64_t *u)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *u = v;
            return true;
        }
    }
    return false;
}

static inline bool get_delta(const uint8_t **at, const uint8_t *end, int64_t base, int64_t *value)
{
    uint64_t u;
    if (!get_varint(at, end, &u))
        return false;
    *value = (int64_t)((uint64_t)base + (uint64_t)unzigzag(u));
    return true;
}

/* --- values --- */

/* Scaled integer of v with that many decimals, when it gives v back bit for bit. */
static inline bool scale_value(double v, unsigned decimals, int64_t *scaled)
{
    double s = rint(v * power_of_ten[decimals]);
    if (!(fabs(s) <= 9007199254740992.0) || s / power_of_ten[decimals] != v)
        return false;
    *scaled = (int64_t)s;
    return *scaled != 0 || !signbit(v);
}

static inline unsigned decimals_of(double v, unsigned at_least, int64_t *scaled)
{
    for (unsigned d = at_least; d <= DECIMALS_MAX; d++)
        if (scale_value(v, d, scaled))
            return d;
    return RAW;
}

static inline double unscale(int64_t scaled, unsigned decimals)
{
    return (double)scaled / power_of_ten[decimals];
}

static inline size_t put_raw(uint8_t *to, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        to[i] = (uint8_t)(bits >> (8 * i));
    return 8;
}

static inline bool get_raw(const uint8_t **at, const uint8_t *end, double *v)
{
    if (end - *at < 8)
        return false;
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++)
        bits |= (uint64_t)(*at)[i] << (8 * i);
    *at += 8;
    memcpy(v, &bits, sizeof *v);
    return isfinite(*v);
}

/* --- flags: 1..4 in two bits, anything else (9) is never stored with a reading --- */

static inline bool flag_valid(unsigned flag, unsigned test)
{
    return flag >= QF_PASS && flag <= QF_FAIL && test < QT_COUNT;
}

#endif
