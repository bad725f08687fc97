#include "shikumen/num/theilsen.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "theilsen_pairs.h"
#include "trend_score.h"

/* Times as given, or 0, 1, .. n - 1. */
static enum err times(const double **t, size_t n, struct arena *a)
{
    double *index;

    if (*t)
        return sample_check(*t, n, 0);
    index = arena_array(a, n, sizeof(*index));
    if (!index)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        index[i] = (double)i;
    *t = index;
    return ERR_OK;
}

static enum err prepare(const double **t, const double *x, size_t n, size_t least, size_t start[2],
                        struct pairs *p, struct arena *a)
{
    enum err e = sample_check(x, n, least);

    if (e == ERR_OK)
        e = times(t, n, a);
    if (e)
        return e;
    start[0] = 0;
    start[1] = n;
    return pairs_init(p, *t, x, start, 1, a);
}

static enum err sorted_copy(const double *x, size_t n, double **out, struct arena *a)
{
    *out = arena_array(a, n, sizeof(**out));
    if (!*out)
        return ERR_NOMEM;
    memcpy(*out, x, n * sizeof(*x));
    order_sort(*out, n);
    return ERR_OK;
}

static double middle_of(const double *sorted, size_t n)
{
    return quantile_sorted(sorted, n, 0.5);
}

/* Variance of S from the ties of times and values, and the medians for the intercept. */
static enum err describe(const double *t, const double *x, size_t n, struct theil_sen *r,
                         double medians[2], struct arena *a)
{
    double *ts, *xs;
    struct ties tied_t, tied_x;
    enum err e = sorted_copy(t, n, &ts, a);

    if (e == ERR_OK)
        e = sorted_copy(x, n, &xs, a);
    if (e)
        return e;
    tied_t = ties_of(ts, n);
    tied_x = ties_of(xs, n);
    r->variance = kendall_variance(n, &tied_x, &tied_t);
    medians[0] = middle_of(ts, n);
    medians[1] = middle_of(xs, n);
    return ERR_OK;
}

/* The slopes at the ends of the interval and the two in the middle, by rank. */
static void ranks_wanted(struct theil_sen *r, double confidence, uint64_t rank[4])
{
    double pairs = (double)r->pairs;
    double c = normal_quantile(0.5 + confidence / 2) * sqrt(r->variance);
    double lower = round((pairs - c) / 2), upper = round((pairs + c) / 2 + 1);

    r->clipped = !(lower >= 1 && upper <= pairs);
    rank[0] = lower >= 1 ? (uint64_t)lower : 1;
    rank[1] = (r->pairs + 1) / 2;
    rank[2] = r->pairs / 2 + 1;
    rank[3] = upper <= pairs ? (uint64_t)upper : r->pairs;
}

static enum err intercepts(const double *t, const double *x, const double medians[2],
                           struct theil_sen *r, struct arena *a)
{
    double *residual = arena_array(a, r->n, sizeof(*residual));
    enum err e;

    if (!residual)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->n; i++)
        residual[i] = x[i] - r->slope * t[i];
    e = sample_check(residual, r->n, 0);
    if (e)
        return e;
    r->intercept_residual = median(residual, r->n);
    r->intercept = medians[1] - r->slope * medians[0];
    return isfinite(r->intercept) ? ERR_OK : ERR_NOT_FINITE;
}

static enum err fit(const double *t, const double *x, size_t n, double confidence, double factor,
                    struct theil_sen *r, struct arena *a)
{
    struct pairs p;
    size_t start[2];
    uint64_t rank[4];
    double slope[4], medians[2];
    enum err e = prepare(&t, x, n, 3, start, &p, a);

    if (e == ERR_OK)
        e = describe(t, x, n, r, medians, a);
    if (e)
        return e;
    r->n = n;
    r->pairs = p.count;
    r->variance *= factor;
    if (!isfinite(r->variance))
        return ERR_RANGE;
    ranks_wanted(r, confidence, rank);
    e = pairs_select(&p, rank, 4, slope, a);
    if (e)
        return e;
    r->lower = slope[0];
    r->slope = slope[1] / 2 + slope[2] / 2;
    r->upper = slope[3];
    return intercepts(t, x, medians, r, a);
}

enum err theil_sen(const double *t, const double *x, size_t n, double confidence,
                   double variance_factor, struct theil_sen *out, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct theil_sen r = {0};
    enum err e;

    if (!(confidence > 0 && confidence < 1) || !(variance_factor > 0) || !isfinite(variance_factor))
        return ERR_RANGE;
    e = fit(t, x, n, confidence, variance_factor, &r, a);
    arena_rewind(a, mark);
    if (e == ERR_OK)
        *out = r;
    return e;
}

enum err theil_sen_slope(const double *t, const double *x, size_t n, double *slope, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct pairs p;
    size_t start[2];
    enum err e = prepare(&t, x, n, 2, start, &p, a);

    if (e == ERR_OK)
        e = pairs_median(&p, slope, a);
    arena_rewind(a, mark);
    return e;
}
