#include "shikumen/num/extremes.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"

enum err extremes_peaks(const double *t_d, const double *x, size_t n, double threshold,
                        double separation_d, struct extremes_peak *peaks, size_t *count)
{
    enum err e = sample_check(t_d, n, 1);
    if (!e)
        e = sample_check(x, n, 1);
    if (!e)
        e = sample_increasing(t_d, n);
    if (e)
        return e;
    if (!isfinite(threshold) || !(separation_d >= 0))
        return ERR_RANGE;
    size_t m = 0, last = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > threshold))
            continue;
        if (m == 0 || t_d[i] - t_d[last] > separation_d)
            peaks[m++] = (struct extremes_peak){t_d[i], x[i]};
        else if (x[i] > peaks[m - 1].value)
            peaks[m - 1] = (struct extremes_peak){t_d[i], x[i]};
        last = i;
    }
    *count = m;
    return ERR_OK;
}

static double *copy_of(const double *x, size_t n, struct arena *arena)
{
    double *copy = arena_array(arena, n, sizeof *copy);
    if (copy)
        memcpy(copy, x, n * sizeof *copy);
    return copy;
}

enum err extremes_threshold(const double *x, size_t n, double p, struct arena *arena,
                            double *threshold)
{
    enum err e = sample_check(x, n, 1);
    if (e)
        return e;
    if (!(p > 0 && p < 1))
        return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    double *copy = copy_of(x, n, arena);
    if (copy)
        *threshold = quantile(copy, n, p);
    arena_rewind(arena, mark);
    return copy ? ERR_OK : ERR_NOMEM;
}

/* Index of the first of n ascending values above the threshold. */
static size_t first_above(const double *sorted, size_t n, double threshold)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (sorted[middle] > threshold)
            hi = middle;
        else
            lo = middle + 1;
    }
    return lo;
}

/* mean[i], scatter[i]: mean and sum of squared deviations of sorted[i..n-1] (Welford, from the
 * largest down). */
static void tail_moments(const double *sorted, size_t n, double *mean, double *scatter)
{
    double m = 0, s = 0;
    for (size_t i = n; i-- > 0;) {
        double d = sorted[i] - m;
        m += d / (double)(n - i);
        s += d * (sorted[i] - m);
        mean[i] = m;
        scatter[i] = s;
    }
}

static enum err mean_excess(const double *sorted, const double *mean, const double *scatter,
                            size_t n, double threshold, struct extremes_excess *out)
{
    size_t first = first_above(sorted, n, threshold), count = n - first;
    *out = (struct extremes_excess){.threshold = threshold, .count = count};
    if (count > 0)
        out->mean = mean[first] - threshold;
    if (count > 1)
        out->standard_error = sqrt(scatter[first] / (double)(count - 1) / (double)count);
    return isfinite(out->mean) && isfinite(out->standard_error) ? ERR_OK : ERR_NOT_FINITE;
}

enum err extremes_mean_excess(const double *x, size_t n, const double *threshold, size_t m,
                              struct arena *arena, struct extremes_excess *out)
{
    enum err e = sample_check(x, n, 1);
    if (!e)
        e = sample_check(threshold, m, 1);
    if (e)
        return e;
    struct arena_mark mark = arena_mark(arena);
    double *sorted = copy_of(x, n, arena), *moments = arena_array(arena, 2 * n, sizeof *moments);
    if (sorted && moments) {
        order_sort(sorted, n);
        tail_moments(sorted, n, moments, moments + n);
        for (size_t i = 0; i < m && !e; i++)
            e = mean_excess(sorted, moments, moments + n, n, threshold[i], &out[i]);
    } else {
        e = ERR_NOMEM;
    }
    arena_rewind(arena, mark);
    return e;
}

enum err extremes_fit(const struct extremes_peak *peaks, size_t n, double threshold, double years,
                      struct arena *arena, struct extremes_model *out)
{
    if (!(years > 0) || !isfinite(years))
        return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    double *excess = arena_array(arena, n, sizeof *excess);
    struct extremes_model m = {
        .threshold = threshold, .years = years, .rate_per_y = (double)n / years};
    enum err e = excess ? ERR_OK : ERR_NOMEM;
    for (size_t i = 0; i < n && !e; i++)
        excess[i] = peaks[i].value - threshold;
    if (!e)
        e = extremes_gpd_fit(excess, n, arena, &m.gpd);
    if (!e && !isfinite(m.rate_per_y))
        e = ERR_NOT_FINITE;
    if (!e)
        *out = m;
    arena_rewind(arena, mark);
    return e;
}

/* log P(Y > y) of the standard excess y = (x - u) / sigma >= 0. */
static double log_survival(double y, double xi)
{
    if (fabs(xi) < DBL_MIN)
        return -y;
    if (!(1 + xi * y > 0))
        return -INFINITY;
    return -log1p(xi * y) / xi;
}

enum err extremes_exceedance(const struct extremes_model *model, double x, double years,
                             struct extremes_exceedance *out)
{
    const struct extremes_gpd *g = &model->gpd;
    if (!isfinite(x) || !isfinite(years) || !isfinite(g->xi))
        return ERR_NOT_FINITE;
    if (x < model->threshold || years < 0 || !(model->rate_per_y > 0) || !(g->sigma > 0))
        return ERR_RANGE;
    double y = (x - model->threshold) / g->sigma;
    struct extremes_exceedance o = {model->rate_per_y * exp(log_survival(y, g->xi)), 0};
    if (!isfinite(y) || !isfinite(o.rate_per_y))
        return ERR_NOT_FINITE;
    o.probability = -expm1(-o.rate_per_y * years);
    *out = o;
    return ERR_OK;
}

enum err extremes_gamma_poisson(size_t n, double seen, double ahead, double *probability)
{
    const double jeffreys = 0.5;
    if (!isfinite(seen) || !isfinite(ahead))
        return ERR_NOT_FINITE;
    if (!(seen > 0) || !(ahead >= 0))
        return ERR_RANGE;
    *probability = -expm1(-(jeffreys + (double)n) * log1p(ahead / seen));
    return ERR_OK;
}
