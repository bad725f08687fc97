#include <math.h>

#include "score_check.h"
#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/score.h"

static enum err check_weights(const double *w, size_t n)
{
    for (size_t i = 0; w && i < n; i++) {
        if (!isfinite(w[i]) || w[i] > 1e150)
            return ERR_NOT_FINITE;
        if (w[i] <= 0)
            return ERR_RANGE;
    }
    return ERR_OK;
}

/* Neighbours pooled: their weighted mean, weight and number. */
struct pool {
    double value, weight;
    size_t n;
};

/* Appends one value to the pools and merges while the order is violated; how many pools then. */
static size_t append(struct pool *pool, size_t pools, struct pool next)
{
    while (pools > 0 && pool[pools - 1].value >= next.value) {
        const struct pool *last = &pool[--pools];
        double weight = last->weight + next.weight;

        next.value = last->value + (next.value - last->value) * (next.weight / weight);
        next.weight = weight;
        next.n += last->n;
    }
    pool[pools] = next;
    return pools + 1;
}

enum err isotonic_regression(const double *y, const double *w, size_t n, double *fit,
                             struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    enum err e = sample_check(y, n, 1);
    struct pool *pool;
    size_t pools = 0, at = 0;

    if (!e)
        e = check_weights(w, n);
    for (size_t i = 0; !e && i < n; i++)
        if (fabs(y[i]) > 1e150)
            e = ERR_NOT_FINITE;
    if (e)
        return e;
    pool = arena_array(a, n, sizeof *pool);
    if (!pool)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        pools = append(pool, pools, (struct pool){y[i], w ? w[i] : 1, 1});
    for (size_t i = 0; i < pools; i++)
        for (size_t j = 0; j < pool[i].n; j++)
            fit[at++] = pool[i].value;
    arena_rewind(a, mark);
    return ERR_OK;
}

/* Forecasts in ascending order, equal ones pooled: p, weighted mean outcome, weight; how many. */
static size_t pool_equal(const double *p, const bool *y, const double *w, size_t n,
                         const size_t *index, double *knot, double *value, double *weight)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        size_t at = index[i];
        double wi = w ? w[at] : 1;

        if (m == 0 || p[at] > knot[m - 1]) {
            knot[m] = p[at];
            value[m] = y[at];
            weight[m++] = wi;
        } else {
            weight[m - 1] += wi;
            value[m - 1] += (y[at] - value[m - 1]) * (wi / weight[m - 1]);
        }
    }
    return m;
}

/* Keeps of each level stretch its ends; how many knots remain. */
static size_t thin(double *knot, double *value, size_t m)
{
    size_t kept = 0;

    for (size_t i = 0; i < m; i++) {
        bool inside =
            kept > 0 && i + 1 < m && value[i] <= value[kept - 1] && value[i + 1] <= value[i];

        if (inside)
            continue;
        knot[kept] = knot[i];
        value[kept++] = value[i];
    }
    return kept;
}

enum err isotonic_fit(const double *p, const bool *y, const double *w, size_t n, struct arena *a,
                      struct isotonic *out)
{
    enum err e = score_check(p, n, 1);
    struct arena_mark before = arena_mark(a), mark;
    double *knot, *value, *weight;
    size_t *index, m;

    if (!e)
        e = check_weights(w, n);
    if (e)
        return e;
    knot = arena_array(a, n, sizeof *knot);
    value = arena_array(a, n, sizeof *value);
    mark = arena_mark(a);
    weight = arena_array(a, n, sizeof *weight);
    index = arena_array(a, n, 2 * sizeof *index);
    if (knot && value && weight && index) {
        order_index(p, n, index, index + n);
        m = pool_equal(p, y, w, n, index, knot, value, weight);
        e = isotonic_regression(value, weight, m, value, a);
    } else {
        e = ERR_NOMEM;
    }
    if (e) {
        arena_rewind(a, before);
        return e;
    }
    *out = (struct isotonic){thin(knot, value, m), knot, value};
    arena_rewind(a, mark);
    return ERR_OK;
}

double isotonic_apply(const struct isotonic *model, double p)
{
    size_t lo = 0, hi = model->knots - 1;
    double share;

    if (p <= model->p[lo])
        return model->value[lo];
    if (p >= model->p[hi])
        return model->value[hi];
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;

        if (model->p[mid] <= p)
            lo = mid;
        else
            hi = mid;
    }
    share = (p - model->p[lo]) / (model->p[hi] - model->p[lo]);
    return model->value[lo] + share * (model->value[hi] - model->value[lo]);
}
