#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/trend.h"
#include "theilsen_pairs.h"
#include "trend_score.h"

#define LEAST_VARIANCE 0.01 /* of S, a multiple of 1/18: less is rounding */

/* The values season by season. */
struct by_season {
    size_t period, cycles;
    size_t *start; /* season g is entries start[g] .. start[g + 1] - 1; period + 1 */
    double *cycle; /* the time axis, whole numbers */
    double *x;
};

static enum err arrange(const double *x, size_t n, size_t period, struct by_season *b,
                        struct arena *a)
{
    size_t present = 0;

    *b = (struct by_season){.period = period, .cycles = (n + period - 1) / period};
    b->start = arena_array(a, period + 1, sizeof(*b->start));
    b->cycle = arena_array(a, n, sizeof(*b->cycle));
    b->x = arena_array(a, n, sizeof(*b->x));
    if (!b->start || !b->cycle || !b->x)
        return ERR_NOMEM;
    for (size_t g = 0; g < period; g++) {
        b->start[g] = present;
        for (size_t i = g; i < n; i += period) {
            if (isnan(x[i]))
                continue;
            b->cycle[present] = (double)(i / period);
            b->x[present++] = x[i];
        }
    }
    b->start[period] = present;
    return sample_check(b->x, present, 0);
}

/* S and variance over the seasons. */
static enum err add_seasons(const struct by_season *b, struct seasonal_kendall *r, struct arena *a)
{
    const struct ties none = {0};
    double *sorted = arena_array(a, b->start[b->period], sizeof(*sorted));
    double *scratch = arena_array(a, b->start[b->period], sizeof(*scratch));
    size_t used = 0;

    if (!sorted || !scratch)
        return ERR_NOMEM;
    memcpy(sorted, b->x, b->start[b->period] * sizeof(*sorted));
    for (size_t g = 0; g < b->period; g++) {
        double *season = sorted + b->start[g];
        size_t n = b->start[g + 1] - b->start[g];
        struct ties ties;

        if (n < 2)
            continue;
        r->s += kendall_score(season, n, scratch);
        ties = ties_of(season, n);
        r->var += kendall_variance(n, &ties, &none);
        r->seasons++;
        used += n;
    }
    r->n = b->start[b->period];
    return used < MANN_KENDALL_NORMAL ? ERR_TOO_FEW : r->var > 0 ? ERR_OK : ERR_CONSTANT;
}

static int sign(double v)
{
    return (v > 0) - (v < 0);
}

/* 2 rank - (n_g + 1) of every cycle in season g (0 where missing), and the values laid out by cycle
 * (NaN where missing). index, scratch: cycles each. */
static void lay_out(const struct by_season *b, size_t g, double *rank, double *value, double *ranks,
                    size_t *index, size_t *scratch)
{
    size_t from = b->start[g], n = b->start[g + 1] - from;

    for (size_t c = 0; c < b->cycles; c++) {
        rank[c] = 0;
        value[c] = NAN;
    }
    (void)order_ranks(b->x + from, n, ranks, index, scratch);
    for (size_t i = 0; i < n; i++) {
        size_t c = (size_t)b->cycle[from + i];

        rank[c] = 2 * ranks[i] - (double)(n + 1);
        value[c] = b->x[from + i];
    }
}

/* sum over i < j of sign(x_j - x_i) sign(y_j - y_i), missing values giving 0. */
static double concordance(const double *x, const double *y, size_t n)
{
    int64_t k = 0;

    for (size_t j = 1; j < n; j++)
        for (size_t i = 0; i < j; i++)
            k += sign(x[j] - x[i]) * sign(y[j] - y[i]);
    return (double)k;
}

/* Twice the sum over g < h of [K_gh + 4 sum_c R_cg R_ch - n (n_g + 1) (n_h + 1)] / 3 (Dietz &
 * Killeen 1981, as used by Hirsch & Slack), where a missing value has the rank (n_g + 1) / 2; with
 * d = 2 R - (n_g + 1) the last two terms are sum_c d_cg d_ch, as the d of a season sum to 0. */
static enum err add_covariances(const struct by_season *b, struct seasonal_kendall *r,
                                struct arena *a)
{
    size_t n = b->cycles;
    double *rank = arena_array(a, b->period * n, sizeof(*rank));
    double *value = arena_array(a, b->period * n, sizeof(*value));
    double *ranks = arena_array(a, n, sizeof(*ranks)), sum = 0;
    size_t *index = arena_array(a, n, sizeof(*index)),
           *scratch = arena_array(a, n, sizeof(*scratch));

    if (!rank || !value || !ranks || !index || !scratch)
        return ERR_NOMEM;
    for (size_t g = 0; g < b->period; g++) {
        lay_out(b, g, rank + g * n, value + g * n, ranks, index, scratch);
        for (size_t h = 0; h < g; h++) {
            sum += concordance(value + g * n, value + h * n, n);
            for (size_t c = 0; c < n; c++)
                sum += rank[g * n + c] * rank[h * n + c];
        }
    }
    r->var += 2 * sum / 3;
    return r->var > LEAST_VARIANCE ? ERR_OK : ERR_CONSTANT;
}

static enum err test(const double *x, size_t n, size_t period, enum seasons seasons,
                     struct seasonal_kendall *r, struct arena *a)
{
    struct by_season b;
    struct pairs p;
    struct normal_p chance;
    enum err e = arrange(x, n, period, &b, a);

    if (e == ERR_OK)
        e = add_seasons(&b, r, a);
    if (e == ERR_OK && seasons == SEASONS_DEPENDENT)
        e = add_covariances(&b, r, a);
    if (e == ERR_OK)
        e = pairs_init(&p, b.cycle, b.x, b.start, period, a);
    if (e == ERR_OK)
        e = pairs_median(&p, &r->slope, a);
    if (e)
        return e;
    r->pairs = p.count;
    chance = kendall_p(r->s, r->var);
    r->z = chance.z;
    r->p = chance.two_sided;
    r->p_rising = chance.rising;
    r->p_falling = chance.falling;
    return ERR_OK;
}

enum err seasonal_kendall(const double *x, size_t n, size_t period, enum seasons seasons,
                          struct seasonal_kendall *out, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct seasonal_kendall r = {0};
    enum err e;

    if (period == 0 || (seasons != SEASONS_INDEPENDENT && seasons != SEASONS_DEPENDENT))
        return ERR_RANGE;
    e = test(x, n, period < n ? period : n ? n : 1, seasons, &r, a);
    arena_rewind(a, mark);
    if (e == ERR_OK)
        *out = r;
    return e;
}
