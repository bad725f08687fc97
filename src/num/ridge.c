#include "shikumen/num/ridge.h"

#include <float.h>
#include <math.h>

#include "least_squares.h"
#include "shikumen/num/optimise.h"
#include "shikumen/num/sample.h"

/* What serves every lambda: the decomposition of the standardised triangle, and the part of y that
 * no coefficient reaches. */
struct decomposed {
    struct least_squares ls;
    struct svd svd;
    double *sd;     /* k, of the columns of z */
    double *u;      /* U^T y */
    double *b;      /* k, scratch: coefficients per unit of z */
    double *r;      /* n, residuals */
    double rss_min; /* at lambda = 0 */
};

/* s^2 / (s^2 + lambda); a singular value of nothing but rounding has no share. */
static double share(const struct decomposed *d, size_t i, double lambda)
{
    double s = d->svd.s[i], least = (double)d->ls.n * DBL_EPSILON * d->svd.s[0];

    return s > least ? s * s / (s * s + lambda) : 0;
}

static double effective_parameters(const struct decomposed *d, double lambda)
{
    double df = 1;

    for (size_t i = 0; i < d->svd.k; i++)
        df += share(d, i, lambda);
    return df;
}

/* Residual sum of squares in units of v. */
static double rss_at(const struct decomposed *d, double lambda)
{
    double sum = d->rss_min;

    for (size_t i = 0; i < d->svd.k; i++) {
        double s = d->svd.s[i], lost = share(d, i, lambda) > 0 ? lambda / (s * s + lambda) : 0;

        sum += lost * d->u[i] * (lost * d->u[i]);
    }
    return sum;
}

static double gcv_at(const struct decomposed *d, double lambda)
{
    double n = (double)d->ls.n, free = n - effective_parameters(d, lambda);

    return n * rss_at(d, lambda) / (free * free);
}

/* b: coefficients per unit of the columns of z. */
static void solve(const struct decomposed *d, double lambda, double *b)
{
    for (size_t j = 0; j < d->ls.k; j++) {
        double sum = 0;

        for (size_t i = 0; i < d->svd.k; i++)
            if (share(d, i, lambda) > 0)
                sum += matrix_col(&d->svd.vt, j)[i] * share(d, i, lambda) * d->u[i] / d->svd.s[i];
        b[j] = sum / d->sd[j];
    }
}

/* The columns of R become those of the standardised problem: norm sqrt(n). */
static enum err standardise(struct decomposed *d)
{
    double root_n = sqrt((double)d->ls.n);

    for (size_t j = 0; j < d->ls.k; j++) {
        double *r = matrix_col(&d->ls.r, j), norm = 0;

        for (size_t i = 0; i < d->ls.k; i++)
            norm = hypot(norm, r[i]);
        if (norm <= 0)
            return ERR_CONSTANT;
        d->sd[j] = norm / root_n;
        for (size_t i = 0; i < d->ls.k; i++)
            r[i] /= d->sd[j];
    }
    return ERR_OK;
}

static enum err decompose(const struct matrix *x, const double *y, struct arena *arena,
                          struct decomposed *d)
{
    enum err e = least_squares_reduce(x, y, NULL, true, arena, &d->ls);

    if (e)
        return e;
    d->sd = arena_array(arena, d->ls.k, sizeof *d->sd);
    d->u = arena_array(arena, d->ls.k, sizeof *d->u);
    d->b = arena_array(arena, d->ls.k, sizeof *d->b);
    d->r = arena_array(arena, d->ls.n, sizeof *d->r);
    e = d->sd && d->u && d->b && d->r ? standardise(d) : ERR_NOMEM;
    if (e == ERR_OK)
        e = linalg_svd(&d->ls.r, &d->svd, arena);
    if (e)
        return e;
    for (size_t i = 0; i < d->svd.k; i++)
        for (size_t j = 0; j < d->ls.k; j++)
            d->u[i] += matrix_col(&d->svd.u, i)[j] * d->ls.q[j];
    solve(d, 0, d->b);
    least_squares_residual(&d->ls, d->b, d->r);
    d->rss_min = least_squares_norm2(&d->ls, d->r);
    return ERR_OK;
}

static enum err fit_at(struct decomposed *d, double lambda, struct ridge *out)
{
    double unit = 1 / d->ls.y.scale, rss;
    enum err e;

    solve(d, lambda, d->b);
    e = least_squares_coefficients(&d->ls, true, d->b, out->coefficient);
    if (e)
        return e;
    least_squares_residual(&d->ls, d->b, out->residual);
    rss = least_squares_norm2(&d->ls, out->residual);
    for (size_t i = 0; i < out->n; i++)
        out->residual[i] *= unit;
    out->lambda = lambda;
    out->rss = rss * unit * unit;
    out->df = effective_parameters(d, lambda);
    out->gcv = (double)out->n * out->rss / pow((double)out->n - out->df, 2);
    return isfinite(out->rss) && isfinite(out->gcv) ? sample_check(out->residual, out->n, 1)
                                                    : ERR_NOT_FINITE;
}

static double gcv_of_log(double log_lambda, void *context)
{
    return gcv_at(context, exp(log_lambda));
}

/* The best of the grid, refined between its neighbours. */
static double least_gcv(struct decomposed *d, double lo, double hi, size_t points, bool *at_edge)
{
    double step = (log(hi) - log(lo)) / (double)(points - 1), best = 0, least = 0;
    size_t at = 0;

    for (size_t i = 0; i < points; i++) {
        double g = gcv_of_log(log(lo) + step * (double)i, d);

        if (i == 0 || g < least) {
            least = g;
            at = i;
        }
    }
    *at_edge = at == 0 || at == points - 1;
    best = *at_edge ? log(lo) + step * (double)at
                    : find_minimum(gcv_of_log, d, log(lo) + step * (double)(at - 1),
                                   log(lo) + step * (double)(at + 1), 1e-6);
    return exp(best);
}

/* points = 0: lambda is lo. */
static enum err fit(const struct matrix *x, const double *y, double lo, double hi, size_t points,
                    struct arena *arena, struct ridge *out)
{
    struct arena_mark start = arena_mark(arena), scratch;
    struct ridge ridge = {.n = x->rows, .k = x->cols};
    struct decomposed d = {0};
    enum err e;

    ridge.coefficient = arena_array(arena, x->cols + 1, sizeof *ridge.coefficient);
    ridge.residual = arena_array(arena, x->rows, sizeof *ridge.residual);
    scratch = arena_mark(arena);
    e = ridge.coefficient && ridge.residual ? decompose(x, y, arena, &d) : ERR_NOMEM;
    if (e == ERR_OK)
        e = fit_at(&d, points ? least_gcv(&d, lo, hi, points, &ridge.at_edge) : lo, &ridge);
    arena_rewind(arena, e ? start : scratch);
    if (e == ERR_OK)
        *out = ridge;
    return e;
}

enum err ridge_fit(const struct matrix *x, const double *y, double lambda, struct arena *arena,
                   struct ridge *out)
{
    return lambda >= 0 && isfinite(lambda) ? fit(x, y, lambda, lambda, 0, arena, out) : ERR_RANGE;
}

enum err ridge_choose(const struct matrix *x, const double *y, double lo, double hi, size_t points,
                      struct arena *arena, struct ridge *out)
{
    return lo > 0 && hi > lo && isfinite(hi) && points >= 3 ? fit(x, y, lo, hi, points, arena, out)
                                                            : ERR_RANGE;
}
