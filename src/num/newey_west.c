#include <math.h>
#include <string.h>

#include "dot.h"
#include "least_squares.h"
#include "shikumen/num/autocorr.h"
#include "shikumen/num/sample.h"

/* floor(x), at most `most`. */
static size_t whole(double x, size_t most)
{
    return x < (double)most ? (size_t)x : most;
}

static size_t rule(size_t n)
{
    return whole(4 * pow((double)n / 100, 2.0 / 9), n - 1);
}

/* Newey & West (1994): from the first autocovariances of h, the sum of the scores of all
 * regressors. */
static size_t estimated(const double *h, size_t n)
{
    size_t m = rule(n);
    double s0 = 0, s1 = 0;

    for (size_t l = 0; l <= m; l++) {
        double sum = dot(h + l, h, n - l);

        s0 += (l > 0 ? 2 : 1) * sum;
        s1 += 2 * (double)l * sum;
    }
    if (!(s0 > 0))
        return m;
    return whole(1.1447 * cbrt((double)n * (s1 / s0) * (s1 / s0)), n / 4);
}

/* h_i = r_i times the sum of the row's regressors, each centred and scaled to size 1. */
static enum err scores(const struct regression *fit, const struct matrix *x, double *h)
{
    memset(h, 0, x->rows * sizeof *h);
    for (size_t j = 0; j < x->cols; j++) {
        const struct regress_column *c = &fit->column[j];
        double sum = 0;

        for (size_t i = 0; i < x->rows; i++)
            sum += pow(least_squares_scaled(c, matrix_col(x, j)[i]), 2);
        for (size_t i = 0; !fit->dropped[j + fit->intercept] && i < x->rows; i++)
            h[i] += least_squares_scaled(c, matrix_col(x, j)[i]) / sqrt(sum);
    }
    for (size_t i = 0; i < x->rows; i++)
        h[i] *= fit->residual[i] / fit->s;
    return sample_check(h, x->rows, 1);
}

/* s_i = u_i / 2 + sum over l >= 1 of the Bartlett weight times u_{i-l}, column by column. */
static void smooth(const struct matrix *u, size_t lags, struct matrix *s)
{
    for (size_t j = 0; j < u->cols; j++) {
        const double *from = matrix_col(u, j);
        double *to = matrix_col(s, j);

        for (size_t i = 0; i < u->rows; i++)
            to[i] = from[i] / 2;
        for (size_t l = 1; l <= lags; l++) {
            double weight = 1 - (double)l / (double)(lags + 1);

            for (size_t i = l; i < u->rows; i++)
                to[i] += weight * from[i - l];
        }
    }
}

/* covariance = F (U^T S + S^T U) F^T n / df with the rows u_i = r_i z_i of the basis; residuals are
 * taken over s, which comes back in at the end. */
static enum err sandwich(const struct regression *fit, const struct matrix *x, size_t lags,
                         struct matrix *covariance, struct arena *arena)
{
    struct matrix u, s = matrix_new(arena, x->rows, fit->rank);
    struct matrix half = matrix_new(arena, fit->rank, fit->rank);
    struct matrix meat = matrix_new(arena, fit->rank, fit->rank);
    struct matrix factor = matrix_new(arena, fit->p, fit->rank);
    struct matrix left = matrix_new(arena, fit->p, fit->rank);
    enum err e = regress_basis(fit, x, arena, &u);
    double root = fit->s * sqrt((double)fit->n / (double)fit->df);

    if (e)
        return e;
    if (!s.at || !half.at || !meat.at || !factor.at || !left.at)
        return ERR_NOMEM;
    for (size_t j = 0; j < u.cols; j++)
        for (size_t i = 0; i < u.rows; i++)
            matrix_col(&u, j)[i] *= fit->residual[i] / fit->s;
    smooth(&u, lags, &s);
    matrix_multiply(&u, 1, &s, 0, &half);
    for (size_t a = 0; a < fit->rank; a++)
        for (size_t b = 0; b < fit->rank; b++)
            matrix_col(&meat, b)[a] = matrix_col(&half, b)[a] + matrix_col(&half, a)[b];
    for (size_t i = 0; i < fit->p * fit->rank; i++)
        factor.at[i] = root * fit->factor.at[i];
    matrix_multiply(&factor, 0, &meat, 0, &left);
    matrix_multiply(&left, 0, &factor, 1, covariance);
    return sample_check(covariance->at, fit->p * fit->p, 1);
}

static enum err choose_lags(const struct regression *fit, const struct matrix *x,
                            enum newey_west_lags how, size_t given, struct arena *arena,
                            size_t *lags)
{
    double *h;
    enum err e;

    *lags = how == NEWEY_WEST_GIVEN ? given : rule(fit->n);
    if (*lags >= fit->n)
        return ERR_RANGE;
    if (how != NEWEY_WEST_ESTIMATED)
        return ERR_OK;
    h = arena_array(arena, x->rows, sizeof *h);
    e = h ? scores(fit, x, h) : ERR_NOMEM;
    if (e == ERR_OK)
        *lags = estimated(h, fit->n);
    return e;
}

enum err newey_west(const struct regression *fit, const struct matrix *x, enum newey_west_lags how,
                    size_t given, struct arena *arena, struct newey_west *out)
{
    struct arena_mark start = arena_mark(arena), scratch;
    struct newey_west nw = {0};
    enum err e;

    if (x->cols != fit->k || x->rows != fit->n || fit->weight_sum < (double)fit->n)
        return ERR_RANGE;
    if (fit->s <= 0)
        return ERR_CONSTANT;
    nw.standard_error = arena_array(arena, fit->p, sizeof *nw.standard_error);
    nw.covariance = matrix_new(arena, fit->p, fit->p);
    scratch = arena_mark(arena);
    e = nw.standard_error && nw.covariance.at ? ERR_OK : ERR_NOMEM;
    if (e == ERR_OK)
        e = choose_lags(fit, x, how, given, arena, &nw.lags);
    if (e == ERR_OK)
        e = sandwich(fit, x, nw.lags, &nw.covariance, arena);
    for (size_t j = 0; e == ERR_OK && j < fit->p; j++)
        nw.standard_error[j] = sqrt(fmax(0, matrix_col(&nw.covariance, j)[j]));
    arena_rewind(arena, e ? start : scratch);
    if (e == ERR_OK)
        *out = nw;
    return e;
}
