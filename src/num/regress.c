#include "shikumen/num/regress.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "least_squares.h"
#include "shikumen/num/sample.h"

/* At full rank, before anything that is only scratch. */
static enum err allocate(struct regression *fit, size_t n, struct arena *arena)
{
    fit->column = arena_array(arena, fit->k, sizeof *fit->column);
    fit->dropped = arena_array(arena, fit->p, sizeof *fit->dropped);
    fit->coefficient = arena_array(arena, fit->p, sizeof *fit->coefficient);
    fit->standard_error = arena_array(arena, fit->p, sizeof *fit->standard_error);
    fit->covariance = matrix_new(arena, fit->p, fit->p);
    fit->residual = arena_array(arena, n, sizeof *fit->residual);
    fit->factor = matrix_new(arena, fit->p, fit->p);
    fit->inverse = matrix_new(arena, fit->k, fit->k);
    return fit->column && fit->dropped && fit->coefficient && fit->standard_error &&
                   fit->covariance.at && fit->residual && fit->factor.at && fit->inverse.at
               ? ERR_OK
               : ERR_NOMEM;
}

/* How many columns of the triangle are independent at the precision of the rows it came from. */
static size_t rank_of(const struct matrix *triangle, size_t n)
{
    double least = (double)(n > triangle->cols ? n : triangle->cols) * DBL_EPSILON;
    size_t rank = 0;

    while (rank < triangle->cols &&
           fabs(matrix_col(triangle, rank)[rank]) > least * fabs(triangle->at[0]))
        rank++;
    return rank;
}

/* Columns of the inverse of the leading triangle, rows in the order of the columns of x. */
static void invert(const struct qr *qr, struct matrix *inverse)
{
    for (size_t j = 0; j < inverse->cols; j++) {
        double *to = matrix_col(inverse, j);

        for (size_t i = j + 1; i-- > 0;) {
            double sum = i == j;

            for (size_t l = i + 1; l <= j; l++)
                sum -= matrix_col(&qr->a, l)[i] * to[qr->pivot[l]];
            to[qr->pivot[i]] = sum / matrix_col(&qr->a, i)[i];
        }
    }
}

/* factor maps the orthonormal basis to the parameters in units of x per unit of v. */
static void build_factor(struct regression *fit)
{
    if (fit->intercept)
        fit->factor.at[0] = 1 / sqrt(fit->weight_sum);
    for (size_t l = 0; l < fit->inverse.cols; l++) {
        const double *from = matrix_col(&fit->inverse, l);
        double *to = matrix_col(&fit->factor, l + fit->intercept);

        for (size_t j = 0; j < fit->k; j++) {
            const struct regress_column *c = &fit->column[j];

            if (fit->intercept)
                to[0] -= from[j] * (c->scale * (c->centre + c->centre_low));
            to[j + fit->intercept] = from[j] * c->scale;
        }
    }
}

/* Covariance and standard errors; factor is in units of the weights divided by weight_unit. */
static enum err build_covariance(struct regression *fit)
{
    double unit = 1 / sqrt(fit->weight_unit);

    for (size_t i = 0; i < fit->p * fit->rank; i++)
        fit->factor.at[i] *= unit;
    for (size_t i = 0; i < fit->p; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;

            for (size_t l = 0; l < fit->rank; l++) {
                const double *f = matrix_col(&fit->factor, l);

                sum += (fit->s * f[i]) * (fit->s * f[j]);
            }
            matrix_col(&fit->covariance, j)[i] = sum;
            matrix_col(&fit->covariance, i)[j] = sum;
        }
        for (size_t l = 0; l < fit->rank; l++) /* not the root of a square that may underflow */
            fit->standard_error[i] =
                hypot(fit->standard_error[i], fit->s * matrix_col(&fit->factor, l)[i]);
    }
    return sample_check(fit->covariance.at, fit->p * fit->p, 1);
}

/* Akaike's and Schwarz's criteria; sum_log_weight over the rows of positive weight. */
static void build_criteria(struct regression *fit, double sum_log_weight)
{
    static const double pi = 3.14159265358979323846;
    double n = (double)fit->n, parameters = (double)fit->rank + 1;
    double variance = fmax(fit->rss / n, DBL_MIN);
    double deviance = n * (log(2 * pi) + log(variance) + 1) - sum_log_weight;

    fit->aic = deviance + 2 * parameters;
    fit->bic = deviance + log(n) * parameters;
}

/* Sums of squares and residuals in the caller's units, from r in units of v. */
static enum err build_residuals(const struct least_squares *ls, double *r, struct regression *fit)
{
    double rss = least_squares_norm2(ls, r);
    double tss = least_squares_norm2(ls, ls->v), root;

    for (size_t i = 0; i < ls->n; i++)
        r[i] /= ls->y.scale;
    root = sqrt(ls->weight_unit) / ls->y.scale;
    fit->r2 = 1 - rss / tss;
    fit->s = sqrt(rss / (double)fit->df) * root;
    fit->rss = rss * root * root;
    fit->tss = tss * root * root;
    return isfinite(fit->s) && isfinite(fit->rss) && isfinite(fit->tss) ? sample_check(r, ls->n, 1)
                                                                        : ERR_NOT_FINITE;
}

/* b in the order of x; what is not in the rank stays 0 and is marked dropped. */
static void solve(struct least_squares *ls, const struct qr *qr, struct regression *fit, double *b)
{
    for (size_t j = 0; j < ls->k; j++)
        fit->dropped[qr->pivot[j] + fit->intercept] = j >= qr->rank;
    invert(qr, &fit->inverse);
    linalg_qr_solve(qr, ls->q, b);
}

static enum err finish(struct least_squares *ls, struct qr *qr, double sum_log_weight,
                       struct regression *fit, struct arena *arena)
{
    double *b = arena_array(arena, ls->k, sizeof *b);
    enum err e = b ? linalg_qr_transform(qr, ls->q, arena) : ERR_NOMEM;

    if (e)
        return e;
    solve(ls, qr, fit, b);
    build_factor(fit);
    e = least_squares_coefficients(ls, fit->intercept, b, fit->coefficient);
    if (e)
        return e;
    least_squares_residual(ls, b, fit->residual);
    e = build_residuals(ls, fit->residual, fit);
    if (e == ERR_OK)
        e = build_covariance(fit);
    build_criteria(fit, sum_log_weight);
    return e;
}

static double sum_log(const struct least_squares *ls, const double *weight)
{
    double sum = 0;

    for (size_t i = 0; ls->root_weight && i < ls->n; i++)
        if (ls->root_weight[i] > 0)
            sum += log(weight[i]);
    return sum;
}

/* Everything from the checked and reduced problem on. */
static enum err fit_reduced(struct least_squares *ls, const double *weight, struct regression *fit,
                            struct arena *arena)
{
    struct qr qr;
    enum err e = linalg_qr(&ls->r, &qr, arena);

    if (e)
        return e;
    memcpy(fit->column, ls->column, ls->k * sizeof *fit->column);
    qr.rank = rank_of(&qr.a, ls->n);
    if (qr.rank == 0)
        return ERR_SINGULAR;
    fit->rank = qr.rank + fit->intercept;
    fit->factor.cols = fit->rank;
    fit->inverse.cols = qr.rank;
    fit->n = ls->counted;
    fit->df = fit->n - fit->rank;
    fit->weight_sum = ls->weight_sum;
    fit->weight_unit = ls->weight_unit;
    return finish(ls, &qr, sum_log(ls, weight), fit, arena);
}

enum err regress_fit(const struct matrix *x, const double *y, const double *weight, bool intercept,
                     struct arena *arena, struct regression *out)
{
    struct arena_mark start = arena_mark(arena), scratch;
    struct regression fit = {.k = x->cols, .p = x->cols + intercept, .intercept = intercept};
    struct least_squares ls;
    enum err e;

    if (fit.k < 1)
        return ERR_RANGE;
    e = allocate(&fit, x->rows, arena);
    scratch = arena_mark(arena);
    if (e == ERR_OK)
        e = least_squares_reduce(x, y, weight, intercept, arena, &ls);
    if (e == ERR_OK)
        e = fit_reduced(&ls, weight, &fit, arena);
    arena_rewind(arena, e ? start : scratch);
    if (e == ERR_OK)
        *out = fit;
    return e;
}
