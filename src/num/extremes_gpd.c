/* Fit of the generalised Pareto distribution and intervals of its return levels. */
#include <math.h>
#include <stdbool.h>

#include "shikumen/num/extremes.h"
#include "shikumen/num/optimise.h"
#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

#define GRID_STEPS 16

/* Excesses in units of their mean. */
struct excesses {
    const double *y;
    size_t n;
    double largest;
};

/* sum log(1 + factor y) */
static double sum_log(const struct excesses *s, double factor)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += log1p(factor * s->y[i]);
    return sum;
}

/* xi that maximises the likelihood for theta = xi / sigma = exp(phi) - 1 / largest; increases with
 * phi. */
static double theta_of(const struct excesses *s, double phi)
{
    return exp(phi) - 1 / s->largest;
}

static double xi_of(const struct excesses *s, double phi)
{
    return sum_log(s, theta_of(s, phi)) / (double)s->n;
}

static double sigma_of(double theta, double xi)
{
    return theta == 0 ? 1 : xi / theta; /* xi / theta -> mean = 1 */
}

/* Negative log-likelihood per excess, maximised over xi. */
static double profile_of_phi(double phi, void *context)
{
    const struct excesses *s = context;
    double xi = xi_of(s, phi);
    return log(sigma_of(theta_of(s, phi), xi)) + xi + 1;
}

struct xi_target {
    const struct excesses *s;
    double xi;
};

static double xi_beyond(double phi, void *context)
{
    const struct xi_target *c = context;
    return xi_of(c->s, phi) - c->xi;
}

struct likely {
    double xi, sigma, value; /* value: negative log-likelihood per excess */
    bool at_bound;
};

/* Maximum of the likelihood with xi within its bounds. */
static enum err most_likely(struct excesses *s, struct likely *out)
{
    struct xi_target low = {s, EXTREMES_XI_MIN}, high = {s, EXTREMES_XI_MAX};
    double lo = log(1e-12 / s->largest), hi = log(1e12);
    if (xi_beyond(lo, &low) < 0 && find_root(xi_beyond, &low, lo, hi, 1e-10, &lo))
        return ERR_DIVERGED;
    if (find_root(xi_beyond, &high, lo, hi, 1e-10, &hi))
        return ERR_DIVERGED;
    double step = (hi - lo) / GRID_STEPS, best = lo, least = INFINITY;
    for (int i = 0; i <= GRID_STEPS; i++) {
        double value = profile_of_phi(lo + i * step, s);
        if (value < least) {
            least = value;
            best = lo + i * step;
        }
    }
    double phi =
        find_minimum(profile_of_phi, s, fmax(best - step, lo), fmin(best + step, hi), 1e-10);
    out->xi = xi_of(s, phi);
    out->sigma = sigma_of(theta_of(s, phi), out->xi);
    out->value = profile_of_phi(phi, s);
    out->at_bound = phi - lo < 1e-6 * (hi - lo) || hi - phi < 1e-6 * (hi - lo);
    return ERR_OK;
}

static void covariance_likelihood(struct extremes_gpd *g)
{
    double n = (double)g->n, a = 1 + g->xi;
    g->var_xi = a * a / n;
    g->var_sigma = 2 * g->sigma * g->sigma * a / n;
    g->cov_sigma_xi = -g->sigma * a / n;
}

static void covariance_moments(struct extremes_gpd *g)
{
    double k = -g->xi, d = (double)g->n * (1 + 2 * k) * (3 + 2 * k);
    g->var_sigma = g->sigma * g->sigma * (7 + k * (18 + k * (11 + 2 * k))) / d;
    g->cov_sigma_xi = -g->sigma * (2 + k) * (2 + k * (6 + k * (7 + 2 * k))) / d;
    g->var_xi = (1 + k) * (2 + k) * (2 + k) * (1 + k * (1 + 2 * k)) / d;
}

/* Of sigma, xi, n and method. */
static void covariance_of_method(struct extremes_gpd *g)
{
    if (g->method == EXTREMES_MOMENTS && g->xi < 0.5)
        covariance_moments(g);
    else
        covariance_likelihood(g);
}

/* sorted: ascending, of mean 1. */
static void fit_moments(const double *sorted, size_t n, struct extremes_gpd *g)
{
    double upper = 0; /* E[Y (1 - F(Y))] */
    for (size_t i = 0; i < n; i++)
        upper += (1 - ((double)i + 0.65) / (double)n) * sorted[i] / (double)n;
    g->method = EXTREMES_MOMENTS;
    g->xi = 2 - 1 / (1 - 2 * upper);
    g->sigma = 2 * upper / (1 - 2 * upper);
    g->xi = fmax(g->xi, -g->sigma / sorted[n - 1]);
    covariance_of_method(g);
}

static enum err fit_scaled(double *y, size_t n, struct extremes_gpd *g)
{
    order_sort(y, n);
    struct excesses s = {y, n, y[n - 1]};
    struct likely best;
    g->n = n;
    if (n < EXTREMES_LIKELY_LEAST || most_likely(&s, &best) || best.at_bound) {
        fit_moments(y, n, g);
        return isfinite(g->xi) && g->sigma > 0 ? ERR_OK : ERR_DIVERGED;
    }
    g->method = EXTREMES_LIKELIHOOD;
    g->xi = best.xi;
    g->sigma = best.sigma;
    covariance_of_method(g);
    return ERR_OK;
}

/* Copy of the excesses in units of their mean. */
static enum err scale(const double *excess, size_t n, struct arena *arena, double **y,
                      double *mean_out)
{
    enum err e = mean(excess, n, mean_out);
    if (!e && (!(*mean_out > 0) || !isfinite(*mean_out)))
        e = ERR_NOT_FINITE;
    *y = arena_array(arena, n, sizeof **y);
    if (!e && !*y)
        e = ERR_NOMEM;
    for (size_t i = 0; i < n && !e; i++)
        (*y)[i] = excess[i] / *mean_out;
    return e;
}

enum err extremes_gpd_fit(const double *excess, size_t n, struct arena *arena,
                          struct extremes_gpd *out)
{
    enum err e = sample_check(excess, n, EXTREMES_LEAST);
    if (!e)
        e = sample_varies(excess, n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (!(excess[i] > 0))
            return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    double *y, unit;
    struct extremes_gpd g = {0};
    e = scale(excess, n, arena, &y, &unit);
    if (!e)
        e = fit_scaled(y, n, &g);
    arena_rewind(arena, mark);
    if (e)
        return e;
    g.sigma *= unit;
    g.var_sigma *= unit * unit;
    g.cov_sigma_xi *= unit;
    if (!isfinite(g.sigma) || !isfinite(g.var_sigma) || !isfinite(g.cov_sigma_xi))
        return ERR_NOT_FINITE;
    *out = g;
    return ERR_OK;
}

/* (m^xi - 1) / xi with log_m = log m. */
static double growth(double log_m, double xi)
{
    double z = xi * log_m;
    return fabs(z) < 1e-12 ? log_m : expm1(z) / xi;
}

/* The likelihood with sigma given by xi and a level d above the threshold. */
struct level_profile {
    struct excesses s;
    double log_m, d;
    double limit; /* of the negative log-likelihood per excess */
};

static double value_of_xi(double xi, void *context)
{
    const struct level_profile *c = context;
    double sigma = c->d / growth(c->log_m, xi), theta = xi / sigma;
    if (!(1 + theta * c->s.largest > 0))
        return 1e10;
    if (fabs(theta) < 1e-12)
        return log(sigma) + 1 / sigma;
    return log(sigma) + (1 + 1 / xi) * sum_log(&c->s, theta) / (double)c->s.n;
}

/* Excess over the limit of the negative log-likelihood per excess for the level exp(log_d). */
static double drop_at(double log_d, void *context)
{
    struct level_profile *c = context;
    c->d = exp(log_d);
    double lo = EXTREMES_XI_MIN;
    if (c->d < c->s.largest)
        lo = fmax(lo, log1p(-c->d / c->s.largest) / c->log_m);
    if (lo >= EXTREMES_XI_MAX)
        return 1e10;
    double xi = find_minimum(value_of_xi, c, lo, EXTREMES_XI_MAX, 1e-6);
    return value_of_xi(xi, c) - c->limit;
}

/* Where the profile crosses its limit, from a level inside in the direction of sign. */
static enum err edge(struct level_profile *c, double inside, double sign, double *out)
{
    double near = inside, far = inside, step = 0.2;
    for (int i = 0; i < 40; i++, step *= 1.5) {
        near = far;
        far += sign * step;
        if (drop_at(far, c) > 0)
            return find_root(drop_at, c, fmin(near, far), fmax(near, far), 1e-6, out) ? ERR_DIVERGED
                                                                                      : ERR_OK;
    }
    return ERR_DIVERGED;
}

/* Variance of the level with the Poisson error of the rate over that without it, by the delta
 * method; in units of sigma, whose square may not be a double. */
static double rate_share(const struct extremes_gpd *fitted, double log_m)
{
    struct extremes_gpd g = {
        .sigma = 1, .xi = fitted->xi, .n = fitted->n, .method = fitted->method};
    double h = 1e-4, by_sigma = growth(log_m, g.xi);
    double by_xi = (growth(log_m, g.xi + h) - growth(log_m, g.xi - h)) / (2 * h);
    double by_log_rate = exp(g.xi * log_m);
    covariance_of_method(&g);
    double v = by_sigma * by_sigma * g.var_sigma + 2 * by_sigma * by_xi * g.cov_sigma_xi +
               by_xi * by_xi * g.var_xi;
    return 1 + by_log_rate * by_log_rate / (double)g.n / v;
}

static enum err level_interval(const struct extremes_gpd *g, const double *y, double unit,
                               double log_m, double confidence, double *lo, double *hi)
{
    struct level_profile c = {.s = {y, g->n, 0}, .log_m = log_m};
    for (size_t i = 0; i < g->n; i++)
        c.s.largest = fmax(c.s.largest, y[i]);
    struct likely best;
    enum err e = most_likely(&c.s, &best);
    if (e)
        return e;
    double df = (double)(g->n - 2), f = f_quantile(confidence, 1, df) * rate_share(g, log_m);
    c.limit = best.value + log1p(f / df) / 2; /* n log(1 + F / df) -> chi2 for large n */
    double inside = log(best.sigma * growth(log_m, best.xi));
    e = edge(&c, inside, -1, lo);
    if (!e)
        e = edge(&c, inside, 1, hi);
    *lo = exp(*lo) * unit;
    *hi = exp(*hi) * unit;
    return e;
}

enum err extremes_return_level(const struct extremes_model *model, const double *excess,
                               double years, double confidence, struct arena *arena,
                               struct extremes_level *out)
{
    const struct extremes_gpd *g = &model->gpd;
    enum err e = sample_check(excess, g->n, EXTREMES_LEAST);
    if (e)
        return e;
    double m = model->rate_per_y * years;
    if (!isfinite(m))
        return ERR_NOT_FINITE;
    if (!(m > 1) || !(years > 0) || !(confidence > 0.5 && confidence < 1) || !(g->sigma > 0))
        return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    double *y, unit, d = g->sigma * growth(log(m), g->xi), lo = 0, hi = 0;
    e = scale(excess, g->n, arena, &y, &unit);
    if (!e)
        e = level_interval(g, y, unit, log(m), confidence, &lo, &hi);
    arena_rewind(arena, mark);
    if (e)
        return e;
    double u = model->threshold;
    struct extremes_level o = {u + d, u + fmin(lo, d), u + fmax(hi, d)};
    if (!isfinite(o.level) || !isfinite(o.lo) || !isfinite(o.hi))
        return ERR_NOT_FINITE;
    *out = o;
    return ERR_OK;
}
