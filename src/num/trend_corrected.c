#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"
#include "shikumen/num/trend.h"
#include "trend_score.h"

static double time_of(const double *t, size_t i)
{
    return t ? t[i] : (double)i;
}

static enum err check(const double *t, const double *x, size_t n, size_t least, double slope)
{
    enum err e = sample_check(x, n, least);

    if (e == ERR_OK && t)
        e = sample_check(t, n, least);
    if (e == ERR_OK)
        e = sample_varies(x, n);
    return e ? e : isfinite(slope) ? ERR_OK : ERR_RANGE;
}

#define ROUNDING (8 * DBL_EPSILON) /* of a residual, relative to the terms it is the sum of */

/* Makes values of d equal whose distance is rounding, up to tolerance: a chain of neighbours in
 * sorted order takes the value of its least. index, scratch: n each. */
static void tie_rounded(double *d, size_t n, double tolerance, size_t *index, size_t *scratch)
{
    double last, kept;

    order_index(d, n, index, scratch);
    last = kept = d[index[0]];
    for (size_t k = 1; k < n; k++) {
        double value = d[index[k]];

        if (value - last > tolerance)
            kept = value;
        last = value;
        d[index[k]] = kept;
    }
}

/* d = x - slope t, and the largest |x| + |slope t| of it. */
static enum err detrend(const double *t, const double *x, size_t n, double slope, double *d,
                        double *size)
{
    *size = 0;
    for (size_t i = 0; i < n; i++) {
        double trend = slope * time_of(t, i);

        d[i] = x[i] - trend;
        *size = fmax(*size, fabs(x[i]) + fabs(trend));
    }
    return isfinite(*size) ? ERR_OK : ERR_NOT_FINITE;
}

static double factor_of(const double *r, size_t lags, size_t n, double alpha, size_t *significant)
{
    double limit = normal_quantile(1 - alpha / 2) / sqrt((double)n), m = (double)n;
    struct running_sum sum = {0};

    *significant = 0;
    for (size_t k = 1; k <= lags; k++) {
        double left = m - (double)k;

        if (!(fabs(r[k]) > limit))
            continue;
        running_sum_add(&sum, left * (left - 1) * (left - 2) * r[k]);
        ++*significant;
    }
    return fmax(HAMED_RAO_LEAST, 1 + 2 * running_sum_value(&sum) / (m * (m - 1) * (m - 2)));
}

static enum err variance_factor(const double *t, const double *x, size_t n, double slope,
                                double alpha, size_t lags, struct hamed_rao *out, struct arena *a)
{
    double *d = arena_array(a, n, sizeof(*d)), *rank = arena_array(a, n, sizeof(*rank));
    double *r = arena_array(a, lags + 1, sizeof(*r)), size;
    size_t *index = arena_array(a, n, sizeof(*index)),
           *scratch = arena_array(a, n, sizeof(*scratch));
    enum err e;

    if (!d || !rank || !r || !index || !scratch)
        return ERR_NOMEM;
    e = detrend(t, x, n, slope, d, &size);
    if (e)
        return e;
    tie_rounded(d, n, ROUNDING * size, index, scratch);
    out->factor = 1;
    out->lags = 0;
    if (sample_varies(d, n) != ERR_OK)
        return ERR_OK;
    (void)order_ranks(d, n, rank, index, scratch);
    e = autocorrelation(rank, n, lags, r);
    if (e == ERR_OK)
        out->factor = factor_of(r, lags, n, alpha, &out->lags);
    return e;
}

/* The test again with its variance multiplied. */
static void rescale(struct mann_kendall *test, double factor)
{
    struct normal_p p;

    test->var *= factor;
    p = kendall_p(test->s, test->var);
    test->z = p.z;
    test->p = p.two_sided;
    test->p_rising = p.rising;
    test->p_falling = p.falling;
    test->exact = false;
}

enum err mann_kendall_hamed_rao(const double *t, const double *x, size_t n, double slope,
                                double alpha, size_t max_lag, struct hamed_rao *out,
                                struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct hamed_rao r = {0};
    enum err e;

    if (!(alpha > 0 && alpha < 1) || max_lag < 1)
        return ERR_RANGE;
    e = check(t, x, n, MANN_KENDALL_NORMAL, slope);
    if (e == ERR_OK)
        e = mann_kendall(x, n, &r.test, a);
    if (e == ERR_OK)
        e = variance_factor(t, x, n, slope, alpha, max_lag < n ? max_lag : n - 1, &r, a);
    arena_rewind(a, mark);
    if (e)
        return e;
    rescale(&r.test, r.factor);
    *out = r;
    return ERR_OK;
}

/* y_i = d_{i+1} - r1 d_i + slope t_{i+1}, i < n - 1, and the test of y. */
static enum err whitened_test(const double *t, const double *x, size_t n, double slope,
                              struct prewhitened *out, struct arena *a)
{
    double *d = arena_array(a, n, sizeof(*d)), *y = arena_array(a, n, sizeof(*y)), r[2], size;
    size_t *index = arena_array(a, n, sizeof(*index)),
           *scratch = arena_array(a, n, sizeof(*scratch));
    enum err e;

    if (!d || !y || !index || !scratch)
        return ERR_NOMEM;
    e = detrend(t, x, n, slope, d, &size);
    if (e == ERR_OK)
        e = autocorrelation(d, n, 1, r);
    if (e)
        return e;
    out->r1 = r[1];
    for (size_t i = 0; i + 1 < n; i++)
        y[i] = d[i + 1] - r[1] * d[i] + slope * time_of(t, i + 1);
    e = sample_check(y, n - 1, 0);
    if (e)
        return e;
    tie_rounded(y, n - 1, 3 * ROUNDING * size, index, scratch);
    return mann_kendall(y, n - 1, &out->test, a);
}

enum err mann_kendall_prewhitened(const double *x, size_t n, struct prewhitened *out,
                                  struct arena *a)
{
    return mann_kendall_trend_free(NULL, x, n, 0, out, a);
}

enum err mann_kendall_trend_free(const double *t, const double *x, size_t n, double slope,
                                 struct prewhitened *out, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct prewhitened r = {0};
    enum err e = check(t, x, n, MANN_KENDALL_NORMAL + 1, slope);

    if (e == ERR_OK)
        e = whitened_test(t, x, n, slope, &r, a);
    arena_rewind(a, mark);
    if (e == ERR_OK)
        *out = r;
    return e;
}
