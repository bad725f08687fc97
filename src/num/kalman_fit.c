#include <math.h>
#include <string.h>

#include "kalman_model.h"
#include "shikumen/num/linalg.h"
#include "shikumen/num/optimise.h"
#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"

#define STARTS         3
#define MAX_PASSES     1000
#define PERFECT        1e-20 /* innovations this small, relative and squared, are rounding */
#define CURVATURE_STEP 0.05
#define SQUARES_SAFELY 1e100

static const double least_log_r = -46.051701859880914; /* log(PERFECT) */

/* The likelihood of one series in its own units. A point is x[0] = log r (absent when concentrated)
 * and then log(q_level/r), log(q_slope/r). */
struct likelihood {
    struct kalman_model form;
    const double *dt, *y;
    size_t n, ratios, passes;
    double lower[2], upper[2];
    bool laplace; /* with the prior of kalman_fit */
};

/* Units of the series: y = centre + scale y', dt = step dt'. */
struct units {
    double centre, scale, step;
};

static double clamp(double x, double lo, double hi)
{
    return fmin(fmax(x, lo), hi);
}

/* Filter with r and the ratios, which are brought within bounds; how far they were outside,
 * squared. */
static double pass(struct likelihood *l, double r, const double *ratio, struct kalman *k)
{
    struct kalman_model m = l->form;
    double in[2] = {0, 0}, outside = 0;

    for (size_t i = 0; i < l->ratios; i++) {
        in[i] = clamp(ratio[i], l->lower[i], l->upper[i]);
        outside += (ratio[i] - in[i]) * (ratio[i] - in[i]);
    }
    m.r = r;
    m.q_level = r * exp(in[0]);
    m.q_slope = l->ratios > 1 ? r * exp(in[1]) : 0;
    *k = (struct kalman){.model = m, .diffuse = (unsigned)m.kind};
    for (size_t i = 0; i < l->n; i++)
        if (kalman_advance(k, l->dt[i], l->y[i]) != ERR_OK)
            return HUGE_VAL;
    l->passes++;
    return outside;
}

static double prior(const struct likelihood *l, const double *ratio)
{
    double sum = 0;

    for (size_t i = 0; i < l->ratios; i++)
        sum += ratio[i];
    return l->laplace ? KALMAN_PRIOR * sum : 0;
}

/* Terms less the degrees of freedom the prior has in log r. */
static double weight(const struct likelihood *l, const struct kalman *k)
{
    return (double)k->terms - (l->laplace ? 2 * KALMAN_PRIOR * ((double)l->ratios + 1) : 0);
}

static double minus_concentrated(const double *ratio, size_t n, void *context)
{
    struct likelihood *l = context;
    struct kalman k;
    double outside = pass(l, 1, ratio, &k), m = weight(l, &k);

    (void)n;
    return 0.5 * (m * log(k.sum_square / m) + kalman_sum_log(&k)) - prior(l, ratio) + outside;
}

static double minus_full(const double *x, size_t n, void *context)
{
    struct likelihood *l = context;
    struct kalman k;
    double log_r = fmax(x[0], least_log_r), low = log_r - x[0];
    double outside = pass(l, exp(log_r), x + 1, &k) + low * low;
    double of_r = l->laplace ? KALMAN_PRIOR * (double)n * log_r : 0;

    return 0.5 * (kalman_sum_log(&k) + k.sum_square) - of_r - prior(l, x + 1) + outside;
}

/* The best log r for the ratios at x + 1. */
static void restore_r(struct likelihood *l, double *x)
{
    struct kalman k;

    (void)pass(l, 1, x + 1, &k);
    x[0] = log(k.sum_square / weight(l, &k));
}

/* Refines x, concentrated where clipping does not forbid it. */
static enum err descend(struct likelihood *l, double *x, double edge, double x_tolerance,
                        double f_tolerance, double *value)
{
    double step[KALMAN_PARAMETERS] = {edge, edge, edge};
    struct minimum found = {HUGE_VAL, 0};
    bool full = l->form.clip > 0;
    enum err e = nelder_mead(full ? minus_full : minus_concentrated, l, full ? x : x + 1,
                             l->ratios + full, step, x_tolerance, f_tolerance, MAX_PASSES, &found);

    for (size_t i = 0; i < l->ratios; i++)
        x[i + 1] = clamp(x[i + 1], l->lower[i], l->upper[i]);
    if (e == ERR_OK && !full)
        restore_r(l, x);
    *value = found.value;
    return e;
}

/* Three rough descents, the best refined. */
static enum err maximise(struct likelihood *l, double *x)
{
    static const double starts[STARTS][2] = {{-2.3, -9.2}, {-6.9, -4.6}, {2.3, -13.8}};
    double best = HUGE_VAL;

    for (size_t s = 0; s < STARTS; s++) {
        double at[KALMAN_PARAMETERS] = {0, starts[s][0], starts[s][1]}, value;

        for (size_t i = 0; i < l->ratios; i++)
            at[i + 1] = clamp(at[i + 1], l->lower[i], l->upper[i]);
        (void)!descend(l, at, 1.5, 0.6, 0.2, &value);
        if (value < best) {
            best = value;
            memcpy(x, at, sizeof at);
        }
    }
    return isfinite(best) ? descend(l, x, 0.5, 1e-5, 1e-9, &best) : ERR_DIVERGED;
}

/* Lower factor of the inverse of the curvature at x, made definite where it is not. */
static enum err spread(struct likelihood *l, const double *x, struct kalman_fit *out,
                       struct arena *arena)
{
    double step[KALMAN_PARAMETERS], h[KALMAN_PARAMETERS * KALMAN_PARAMETERS];
    size_t n = l->ratios + 1;
    struct matrix c = matrix_new(arena, n, n), inverse = matrix_new(arena, n, n);
    enum err e;

    if (c.at == NULL || inverse.at == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        step[i] = CURVATURE_STEP;
    e = hessian(minus_full, l, x, n, step, h);
    for (double ridge = 0; e == ERR_OK; ridge = ridge > 0 ? 4 * ridge : 0.05) {
        memcpy(c.at, h, n * n * sizeof *h);
        for (size_t i = 0; i < n; i++)
            c.at[i * n + i] += ridge;
        if (linalg_cholesky(&c) == ERR_OK)
            break;
        if (ridge > 1e6)
            e = ERR_DIVERGED;
    }
    for (size_t j = 0; e == ERR_OK && j < n; j++) {
        matrix_col(&inverse, j)[j] = 1;
        linalg_cholesky_solve(&c, matrix_col(&inverse, j));
    }
    if (e == ERR_OK)
        e = linalg_cholesky(&inverse);
    for (size_t i = 0; e == ERR_OK && i < n; i++)
        for (size_t j = 0; j <= i; j++)
            out->root[i * KALMAN_PARAMETERS + j] = matrix_col(&inverse, j)[i];
    return e;
}

static void standard_errors(struct kalman_fit *f)
{
    const double *root = f->root;

    for (size_t i = 0; i < f->parameters; i++) {
        double sum = 0;

        for (size_t j = 0; j <= i; j++) {
            double c = root[i * KALMAN_PARAMETERS + j] + (i > 0 && j == 0 ? root[0] : 0);

            sum += c * c;
        }
        f->se[i] = sqrt(sum);
    }
}

/* The bounds of the ratios: see kalman_fit. */
static void set_bounds(struct likelihood *l, double span)
{
    double steps = fmax(span, 10);

    l->lower[0] = log(1e-3 / (steps * steps));
    l->lower[1] = log(3e-3 / (steps * steps * steps * steps));
    l->upper[0] = l->upper[1] = log(1e6);
}

/* Centre and scale of y, typical step of t; scratch: n. */
static enum err measure(const struct kalman_model *form, const double *t, const double *y, size_t n,
                        double *scratch, struct units *u)
{
    size_t steps = 0;
    double sum = 0;

    memcpy(scratch, y, n * sizeof *y);
    u->centre = median(scratch, n);
    for (size_t i = 1; i < n; i++) {
        scratch[i - 1] = fabs(y[i] - y[i - 1]);
        sum += scratch[i - 1] / (double)n;
    }
    u->scale = median(scratch, n - 1);
    if (u->scale == 0)
        u->scale = sum;
    for (size_t i = 1; i < n; i++) {
        if (t[i] < t[i - 1])
            return ERR_ORDER;
        if (t[i] > t[i - 1])
            scratch[steps++] = t[i] - t[i - 1];
    }
    if (steps == 0)
        return ERR_ORDER;
    u->step = form->discrete ? 1 : median(scratch, steps);
    if (!isnormal(u->scale * u->scale) || !isnormal(u->step * u->step * u->step))
        return ERR_NOT_FINITE;
    return ERR_OK;
}

/* t and y (n observed values) become dt and y in units of their own. */
static enum err prepare(struct likelihood *l, double *t, double *y, struct units *u,
                        struct arena *arena)
{
    double *scratch = arena_array(arena, l->n, sizeof *scratch), span = t[l->n - 1] - t[0];
    enum err e = scratch == NULL ? ERR_NOMEM : sample_varies(y, l->n);

    if (e == ERR_OK)
        e = measure(&l->form, t, y, l->n, scratch, u);
    if (e != ERR_OK)
        return e;
    for (size_t i = l->n; i-- > 0;) {
        t[i] = i == 0 ? 0 : (t[i] - t[i - 1]) / u->step;
        y[i] = (y[i] - u->centre) / u->scale;
        if (l->form.discrete && t[i] != floor(t[i]))
            return ERR_RANGE;
        if (!(fabs(y[i]) < SQUARES_SAFELY) || !isfinite(t[i]))
            return ERR_NOT_FINITE;
    }
    set_bounds(l, span / u->step);
    return ERR_OK;
}

/* Nothing to be explained by noise: innovations are zero but for rounding. */
static bool is_perfect(struct likelihood *l)
{
    double ratio[2] = {0, 0};
    struct kalman k;

    (void)pass(l, 1, ratio, &k);
    return k.sum_square <= PERFECT * (double)k.terms;
}

static enum err solve(struct likelihood *l, double *ml, struct kalman_fit *out, struct arena *arena)
{
    double value;
    enum err e = is_perfect(l) ? ERR_CONSTANT : maximise(l, ml);

    if (e != ERR_OK)
        return e;
    memcpy(out->mode, ml, sizeof out->mode);
    l->laplace = true;
    if (ml[0] <= least_log_r + 1)
        return ERR_CONSTANT; /* but for what is clipped */
    e = descend(l, out->mode, 0.7, 0.01, 1e-4, &value);
    return e == ERR_OK ? spread(l, out->mode, out, arena) : e;
}

/* The result in the units of the series, and what the whole series says of it. */
static enum err finish(const struct units *u, const double *ml, const double *t_d, const double *y,
                       size_t n, struct kalman_fit *out)
{
    bool trend = out->parameters > 2;
    struct kalman k;
    enum err e;

    out->model.r = exp(ml[0]) * u->scale * u->scale;
    out->model.q_level = out->model.r * exp(ml[1]) / u->step;
    out->model.q_slope = trend ? out->model.r * exp(ml[2]) / (u->step * u->step * u->step) : 0;
    out->mode[0] += 2 * log(u->scale);
    out->mode[1] -= log(u->step);
    out->mode[2] -= trend ? 3 * log(u->step) : out->mode[2];
    standard_errors(out);
    e = kalman_start_diffuse(&out->model, &k);
    if (e == ERR_OK)
        e = kalman_filter(&k, t_d, y, n, NULL);
    out->log_likelihood = kalman_log_likelihood(&k);
    out->terms = k.terms;
    out->clipped = k.clipped;
    return e;
}

static enum err fit(const struct kalman_model *form, const double *t_d, const double *y, size_t n,
                    struct arena *arena, struct kalman_fit *out)
{
    double *t = arena_array(arena, n, sizeof *t), *x = arena_array(arena, n, sizeof *x);
    double ml[KALMAN_PARAMETERS] = {0, 0, 0};
    struct likelihood l = {.form = *form, .dt = t, .y = x, .ratios = (size_t)form->kind};
    struct units u;
    enum err e;

    if (t == NULL || x == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(t_d[i]) || isinf(y[i]))
            return ERR_NOT_FINITE;
    memcpy(t, t_d, n * sizeof *t);
    memcpy(x, y, n * sizeof *x);
    l.n = sample_drop_missing(t, x, n);
    if (l.n < KALMAN_FIT_LEAST)
        return ERR_TOO_FEW;
    *out = (struct kalman_fit){.model = *form, .parameters = l.ratios + 1};
    e = prepare(&l, t, x, &u, arena);
    if (e == ERR_OK)
        e = solve(&l, ml, out, arena);
    out->passes = l.passes;
    return e == ERR_OK ? finish(&u, ml, t_d, y, n, out) : e;
}

enum err kalman_fit(const struct kalman_model *form, const double *t_d, const double *y, size_t n,
                    struct arena *arena, struct kalman_fit *out)
{
    struct kalman_model shape = {form->kind, form->discrete, 0, 0, 0, form->clip};
    struct arena_mark mark = arena_mark(arena);
    struct kalman_fit found;
    enum err e = kalman_model_check(&shape);

    if (e == ERR_OK)
        e = fit(&shape, t_d, y, n, arena, &found);
    arena_rewind(arena, mark);
    if (e == ERR_OK)
        *out = found;
    return e;
}
