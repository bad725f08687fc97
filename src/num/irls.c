#include "shikumen/num/irls.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/regress.h"
#include "shikumen/num/sample.h"

#define MAX_ROUNDS 500

/* What stays the same over the rounds. */
struct problem {
    const struct matrix *x;
    const double *y;
    bool intercept;
    double c;               /* of the kind now running */
    double least_scale;     /* the scale is held at this */
    double y_rounding;      /* what doubles can tell of the largest |y| */
    struct regression *fit; /* the unweighted fit */
    double *scratch;        /* n */
};

static double weight_of(enum irls_kind kind, double u, double c)
{
    if (kind == IRLS_HUBER)
        return u <= c ? 1 : c / u;
    return u < c ? pow(1 - u / c * (u / c), 2) : 0;
}

/* Derivative of psi(u) = u weight(u). */
static double slope_of(enum irls_kind kind, double u, double c)
{
    double v = u / c * (u / c);

    if (kind == IRLS_HUBER)
        return u <= c;
    return v < 1 ? (1 - v) * (1 - 5 * v) : 0;
}

static void weigh(const struct problem *p, enum irls_kind kind, struct irls *out)
{
    out->scale = fmax(mad(out->residual, out->n, 0, p->scratch) * MAD_TO_SIGMA, p->least_scale);
    for (size_t i = 0; i < out->n; i++)
        out->weight[i] = weight_of(kind, fabs(out->residual[i]) / out->scale, p->c);
}

/* One weighted fit; change: the largest of a fitted value. */
static enum err improve(const struct problem *p, struct irls *out, double *change,
                        struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct regression fit;
    enum err e = regress_fit(p->x, p->y, out->weight, p->intercept, arena, &fit);

    if (e == ERR_OK && fit.rank < fit.p)
        e = ERR_SINGULAR;
    *change = 0;
    if (e == ERR_OK) {
        for (size_t i = 0; i < out->n; i++)
            *change = fmax(*change, fabs(fit.residual[i] - out->residual[i]));
        memcpy(out->residual, fit.residual, out->n * sizeof *out->residual);
        memcpy(out->coefficient, fit.coefficient, out->p * sizeof *out->coefficient);
    }
    arena_rewind(arena, mark);
    return e;
}

/* How little a fitted value has to change for an end. A wild value that weighs nothing must not
 * make it coarse: beyond 1e-6 of the scale only rows by their weight do, and without an end it is
 * said. */
static double least_change(const struct problem *p, const struct irls *out)
{
    double most = 0;

    for (size_t i = 0; i < out->n; i++)
        most = fmax(most, out->weight[i] * fabs(p->y[i]));
    return fmax(fmax(1e-12 * out->scale, 64 * DBL_EPSILON * most),
                fmin(1e-6 * out->scale, p->y_rounding));
}

static enum err converge(const struct problem *p, enum irls_kind kind, struct irls *out,
                         struct arena *arena)
{
    for (size_t i = 0; i < MAX_ROUNDS; i++) {
        double change;
        enum err e;

        weigh(p, kind, out);
        e = improve(p, out, &change, arena);
        if (e)
            return e;
        out->rounds++;
        if (change <= least_change(p, out)) {
            weigh(p, kind, out);
            return ERR_OK;
        }
    }
    return ERR_DIVERGED;
}

/* Huber (1981), eq. 7.6.5 (his H1): K^2 s^2 [sum psi^2 / (n - p)] / mean(psi')^2 (X^T X)^-1,
 * K = 1 + p / n var(psi') / mean(psi')^2. */
static enum err build_covariance(const struct problem *p, enum irls_kind kind, struct irls *out)
{
    double n = (double)out->n, sum = 0, slopes = 0, spread = 0, k, root;
    const struct matrix *factor = &p->fit->factor;

    for (size_t i = 0; i < out->n; i++) {
        double u = out->residual[i] / out->scale;

        sum += pow(out->weight[i] * u, 2);
        slopes += slope_of(kind, fabs(u), p->c) / n;
    }
    if (slopes <= 0)
        return ERR_SINGULAR;
    for (size_t i = 0; i < out->n; i++)
        spread += pow(slope_of(kind, fabs(out->residual[i] / out->scale), p->c) - slopes, 2) / n;
    k = 1 + (double)out->p / n * spread / (slopes * slopes);
    root = k * out->scale * sqrt(sum / (n - (double)out->p)) / slopes;
    for (size_t i = 0; i < out->p; i++) {
        for (size_t j = 0; j < out->p; j++)
            for (size_t l = 0; l < factor->cols; l++)
                matrix_col(&out->covariance, j)[i] +=
                    root * matrix_col(factor, l)[i] * (root * matrix_col(factor, l)[j]);
        out->standard_error[i] = sqrt(matrix_col(&out->covariance, i)[i]);
    }
    return sample_check(out->covariance.at, out->p * out->p, 1);
}

static enum err allocate(struct irls *out, struct arena *arena)
{
    out->coefficient = arena_array(arena, out->p, sizeof *out->coefficient);
    out->standard_error = arena_array(arena, out->p, sizeof *out->standard_error);
    out->covariance = matrix_new(arena, out->p, out->p);
    out->residual = arena_array(arena, out->n, sizeof *out->residual);
    out->weight = arena_array(arena, out->n, sizeof *out->weight);
    return out->coefficient && out->standard_error && out->covariance.at && out->residual &&
                   out->weight
               ? ERR_OK
               : ERR_NOMEM;
}

/* Median distance from the median, so that a wild value does not set it; where that is 0, because
 * more than half of the values are the same, the largest. */
static double spread_of(const double *y, size_t n, double *scratch)
{
    double centre, spread;

    memcpy(scratch, y, n * sizeof *y);
    centre = median(scratch, n);
    spread = mad(y, n, centre, scratch);
    if (spread > 0)
        return spread;
    for (size_t i = 0; i < n; i++)
        spread = fmax(spread, fabs(y[i] - centre));
    return spread;
}

/* The unweighted fit, from which the rounds start. */
static enum err start_rounds(struct problem *p, double scale_floor, struct irls *out,
                             struct arena *arena)
{
    double most = 0;
    enum err e = regress_fit(p->x, p->y, NULL, p->intercept, arena, p->fit);

    p->scratch = arena_array(arena, out->n, sizeof *p->scratch);
    if (e == ERR_OK && !p->scratch)
        e = ERR_NOMEM;
    if (e == ERR_OK && p->fit->rank < p->fit->p)
        e = ERR_SINGULAR;
    if (e)
        return e;
    for (size_t i = 0; i < out->n; i++)
        most = fmax(most, fabs(p->y[i]));
    p->least_scale = fmax(scale_floor, fmax(1e-13 * spread_of(p->y, out->n, p->scratch), DBL_MIN));
    p->y_rounding = 64 * DBL_EPSILON * most;
    memcpy(out->residual, p->fit->residual, out->n * sizeof *out->residual);
    memcpy(out->coefficient, p->fit->coefficient, out->p * sizeof *out->coefficient);
    return ERR_OK;
}

static enum err run(struct problem *p, const struct irls_options *o, struct irls *out,
                    struct arena *arena)
{
    enum err e = start_rounds(p, o->scale_floor, out, arena);

    p->c = o->huber_c > 0 ? o->huber_c : IRLS_HUBER_C;
    if (e == ERR_OK)
        e = converge(p, IRLS_HUBER, out, arena);
    if (e == ERR_OK && o->kind == IRLS_BISQUARE) {
        p->c = o->bisquare_c > 0 ? o->bisquare_c : IRLS_BISQUARE_C;
        e = converge(p, IRLS_BISQUARE, out, arena);
    }
    return e ? e : build_covariance(p, o->kind, out);
}

static bool usable(double option)
{
    return option >= 0 && isfinite(option);
}

enum err irls_fit(const struct matrix *x, const double *y, bool intercept,
                  const struct irls_options *options, struct arena *arena, struct irls *out)
{
    struct arena_mark start = arena_mark(arena), scratch;
    struct irls irls = {.n = x->rows, .k = x->cols, .p = x->cols + intercept};
    struct regression fit;
    struct problem p = {.x = x, .y = y, .intercept = intercept, .fit = &fit};
    enum err e;

    if (!usable(options->huber_c) || !usable(options->bisquare_c) || !usable(options->scale_floor))
        return ERR_RANGE;
    e = allocate(&irls, arena);
    scratch = arena_mark(arena);
    if (e == ERR_OK)
        e = run(&p, options, &irls, arena);
    arena_rewind(arena, e ? start : scratch);
    if (e == ERR_OK)
        *out = irls;
    return e;
}
