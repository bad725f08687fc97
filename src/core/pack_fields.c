#include "pack_fields.h"

#include <math.h>
#include <string.h>

#define LAST_DAY 4000000 /* beyond the year 9999 */
#define DAY_US   (86400 * INT64_C(1000000))
#define DAY_BINS 4

uint64_t field_upto(struct pack_fields *f, uint64_t v, size_t size, uint64_t max)
{
    if (f->in)
        return pack_get_upto(f->in, size, max);
    pack_put(f->out, v, size);
    return v;
}

bool field_bool(struct pack_fields *f, bool v)
{
    return field_upto(f, v, 1, 1) != 0;
}

int64_t field_int(struct pack_fields *f, int64_t v, int64_t lo, int64_t hi)
{
    if (f->in)
        return pack_get_i64(f->in, lo, hi, lo);
    pack_put_i64(f->out, v);
    return v;
}

/* -most .. most, or none; or, when it may be, never. */
static int64_t within(struct pack_fields *f, int64_t v, int64_t most, bool may_be_never)
{
    v = field_int(f, v, INT64_MIN, INT64_MAX);
    if (f->in)
        pack_require(f->in, (v >= -most && v <= most) || v == INT64_MIN ||
                                (v == INT64_MAX && may_be_never));
    return v;
}

int64_t field_time(struct pack_fields *f, int64_t us)
{
    return within(f, us, LAST_DAY * DAY_US, false);
}

int64_t field_time_or_never(struct pack_fields *f, int64_t us)
{
    return within(f, us, LAST_DAY * DAY_US, true);
}

int64_t field_day(struct pack_fields *f, int64_t day)
{
    return within(f, day, LAST_DAY, false);
}

int64_t field_day_or_never(struct pack_fields *f, int64_t day)
{
    return within(f, day, LAST_DAY, true);
}

int64_t field_bin(struct pack_fields *f, int64_t bin)
{
    return within(f, bin, LAST_DAY * DAY_BINS, false);
}

double field_double(struct pack_fields *f, double v)
{
    if (f->in)
        return pack_get_double(f->in);
    pack_put_double(f->out, v);
    return v;
}

static double bounded(struct pack_fields *f, double v, double max)
{
    v = field_double(f, v);
    if (f->in)
        pack_require(f->in, !isfinite(v) || (v >= 0 && v <= max));
    return v;
}

double field_share(struct pack_fields *f, double v)
{
    return bounded(f, v, 1);
}

double field_days(struct pack_fields *f, double v)
{
    return bounded(f, v, LAST_DAY);
}

void field_doubles(struct pack_fields *f, double *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at[i] = field_double(f, at[i]);
}

void field_floats(struct pack_fields *f, float *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &at[i], sizeof bits);
        bits = (uint32_t)field_upto(f, bits, 4, UINT32_MAX);
        memcpy(&at[i], &bits, sizeof bits);
    }
}

const struct limit *field_limit(struct pack_fields *f, const struct limit *l,
                                const struct limit *rows, size_t n)
{
    uint64_t at = field_upto(f, l ? (uint64_t)(l - rows) + 1 : 0, 2, n);

    return at > 0 ? &rows[at - 1] : NULL;
}

void field_bytes(struct pack_fields *f, const void **bytes, size_t *n)
{
    const uint8_t *at = *bytes;

    *n = field_upto(f, *n, 4, f->in ? f->in->n - f->in->at : UINT32_MAX);
    if (f->in) {
        pack_require(f->in, f->in->n - f->in->at >= *n);
        *n = f->in->bad ? 0 : *n;
        *bytes = f->in->bytes + f->in->at;
        f->in->at += *n;
        return;
    }
    for (size_t i = 0; i < *n; i++)
        pack_put(f->out, at[i], 1);
}
