#include "shikumen/num/cusum.h"

#include <math.h>
#include <stdbool.h>

#define LIMIT 1e100 /* of what is taken, so that sums of it stay finite */

enum err cusum_design_check(const struct cusum_design *d)
{
    if (!isfinite(d->mean) || !isfinite(d->sigma) || !isfinite(d->k) || !isfinite(d->h) ||
        !isfinite(d->head_start) || !isfinite(d->phi))
        return ERR_NOT_FINITE;
    if (fabs(d->mean) > LIMIT || d->sigma < 1 / LIMIT || d->sigma > LIMIT)
        return ERR_RANGE;
    if (d->k < 0 || d->k > LIMIT || d->h <= 0 || d->h > LIMIT)
        return ERR_RANGE;
    if (d->head_start < 0 || d->head_start >= d->h || fabs(d->phi) >= 1)
        return ERR_RANGE;
    return ERR_OK;
}

struct cusum cusum_started(const struct cusum_design *design)
{
    struct cusum_side side = {.sum = design->head_start, .first = 1};

    return (struct cusum){.up = side, .down = side};
}

static enum cusum_alarm alarm(const struct cusum *c, const struct cusum_design *design)
{
    if (c->up.sum <= design->h && c->down.sum <= design->h)
        return CUSUM_NONE;
    return c->up.sum >= c->down.sum ? CUSUM_UP : CUSUM_DOWN;
}

static void add(struct cusum_side *side, double step, uint64_t count)
{
    if (side->sum + step > 0) {
        side->sum += step;
        side->n++;
    } else {
        *side = (struct cusum_side){.first = count + 1};
    }
}

enum cusum_alarm cusum_update(struct cusum *c, const struct cusum_design *design, double x)
{
    double d, z;

    c->count++;
    if (!isfinite(x)) {
        c->lag_phi *= design->phi;
        return alarm(c, design);
    }
    d = fmax(-LIMIT, fmin(LIMIT, (x - design->mean) / design->sigma));
    z = (d - c->lag_phi * c->last) / sqrt((1 - c->lag_phi) * (1 + c->lag_phi));
    c->last = d;
    c->lag_phi = design->phi;
    add(&c->up, z - design->k, c->count);
    add(&c->down, -z - design->k, c->count);
    return alarm(c, design);
}

struct cusum_shift cusum_shift(const struct cusum *c, const struct cusum_design *design,
                               enum cusum_alarm which)
{
    const struct cusum_side *side = which == CUSUM_DOWN ? &c->down : &c->up;
    struct cusum_shift shift = {.first = side->first, .n = side->n};
    double size;

    if (which == CUSUM_NONE)
        return (struct cusum_shift){0};
    if (side->n == 0)
        return shift;
    size = (design->k + side->sum / (double)side->n) * sqrt((1 + design->phi) / (1 - design->phi)) *
           design->sigma;
    shift.size = which == CUSUM_DOWN ? -size : size;
    return shift;
}

static bool has_infinity(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isinf(x[i]))
            return true;
    return false;
}

enum err cusum_run(const struct cusum_design *design, const double *x, size_t n, double *high,
                   double *low, struct cusum_result *out)
{
    enum err e = cusum_design_check(design);
    struct cusum_result result = {.at = n};
    struct cusum c;

    if (e)
        return e;
    if (n == 0)
        return ERR_TOO_FEW;
    if (has_infinity(x, n))
        return ERR_NOT_FINITE;
    c = cusum_started(design);
    for (size_t i = 0; i < n; i++) {
        enum cusum_alarm now = cusum_update(&c, design, x[i]);

        if (high)
            high[i] = c.up.sum;
        if (low)
            low[i] = c.down.sum;
        if (now != CUSUM_NONE && result.alarm == CUSUM_NONE)
            result = (struct cusum_result){now, i, cusum_shift(&c, design, now)};
    }
    *out = result;
    return ERR_OK;
}
