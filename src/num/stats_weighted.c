#include <math.h>

#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"

/* The largest weight; ERR_RANGE when one is negative or all are 0. */
static enum err check(const double *x, const double *w, size_t n, double *largest)
{
    enum err e = sample_check(x, n, 1);

    if (e == ERR_OK)
        e = sample_check(w, n, 1);
    if (e)
        return e;
    *largest = 0;
    for (size_t i = 0; i < n; i++) {
        if (w[i] < 0)
            return ERR_RANGE;
        *largest = fmax(*largest, w[i]);
    }
    return *largest > 0 ? ERR_OK : ERR_RANGE;
}

enum err weighted_mean(const double *x, const double *w, size_t n, double *out)
{
    struct running_sum sum = {0}, weight = {0};
    double largest, m;
    enum err e = check(x, w, n, &largest);

    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        running_sum_add(&sum, w[i] / largest * x[i]);
        running_sum_add(&weight, w[i] / largest);
    }
    m = running_sum_value(&sum) / running_sum_value(&weight);
    if (!isfinite(m))
        return ERR_NOT_FINITE;
    *out = m;
    return ERR_OK;
}

/* Drops the places of weight 0 from index; how many stay. */
static size_t drop_weightless(const double *w, size_t *index, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (w[index[i]] > 0)
            index[kept++] = index[i];
    return kept;
}

/* share: the weights in ascending order of the n values, relative to the largest; equal values get
 * the mean of theirs. */
static void share_weights(const double *x, const double *w, const size_t *index, size_t n,
                          double largest, double *share)
{
    for (size_t from = 0, to; from < n; from = to) {
        struct running_sum sum = {0};

        for (to = from; to < n && x[index[to]] <= x[index[from]]; to++)
            running_sum_add(&sum, w[index[to]] / largest);
        for (size_t k = from; k < to; k++)
            share[k] = running_sum_value(&sum) / (double)(to - from);
    }
}

/* index: the n values of positive weight in ascending order. */
static double walk(const double *x, const double *share, const size_t *index, size_t n, double p)
{
    struct running_sum length = {0}, passed = {0};
    double target;

    for (size_t k = 1; k < n; k++)
        running_sum_add(&length, share[k - 1] / 2 + share[k] / 2);
    target = p * running_sum_value(&length);
    for (size_t k = 1; k < n; k++) {
        double a = x[index[k - 1]], b = x[index[k]], before = running_sum_value(&passed);
        double step = share[k - 1] / 2 + share[k] / 2;

        running_sum_add(&passed, step);
        if (target < running_sum_value(&passed))
            return a + (b - a) * fmin((target - before) / step, 1);
    }
    return x[index[n - 1]];
}

enum err weighted_quantile(const double *x, const double *w, size_t n, double p, double *out,
                           struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    double largest, q, *share;
    size_t *index, *scratch, kept;
    enum err e = check(x, w, n, &largest);

    if (e)
        return e;
    if (!(p >= 0 && p <= 1))
        return ERR_RANGE;
    index = arena_array(arena, n, sizeof *index);
    scratch = arena_array(arena, n, sizeof *scratch);
    share = arena_array(arena, n, sizeof *share);
    if (!index || !scratch || !share) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    order_index(x, n, index, scratch);
    kept = drop_weightless(w, index, n);
    share_weights(x, w, index, kept, largest, share);
    q = walk(x, share, index, kept, p);
    arena_rewind(arena, mark);
    if (!isfinite(q))
        return ERR_NOT_FINITE;
    *out = q;
    return ERR_OK;
}
