/* Rare events: peaks over a threshold with the generalised Pareto distribution (Davison & Smith
 * 1990; Coles 2001, ch. 4), and rates of few events. Time axes in days, rates per year. */
#ifndef SHIKUMEN_NUM_EXTREMES_H
#define SHIKUMEN_NUM_EXTREMES_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

struct extremes_peak {
    double t_d, value;
};

/* The largest value of each cluster of values above the threshold; a cluster ends where the next
 * value above it comes more than separation_d >= 0 later (runs declustering in time). peaks: room
 * for n; *count: how many, possibly 0. t_d ascending. ERR_TOO_FEW (n = 0), ERR_NOT_FINITE,
 * ERR_ORDER, ERR_RANGE. O(n). */
enum err extremes_peaks(const double *t_d, const double *x, size_t n, double threshold,
                        double separation_d, struct extremes_peak *peaks, size_t *count) MUST_USE;

/* The p-quantile (type 7) of x as a threshold, p in (0, 1). Errors: as sample_check, ERR_RANGE,
 * ERR_NOMEM. */
enum err extremes_threshold(const double *x, size_t n, double p, struct arena *arena,
                            double *threshold) MUST_USE;

/* Mean residual life at one threshold: a generalised Pareto tail makes the mean excess a straight
 * line in the threshold with slope xi / (1 - xi). */
struct extremes_excess {
    double threshold, mean, standard_error; /* standard_error 0 below 2 excesses */
    size_t count;                           /* 0: mean is 0 */
};

/* At m thresholds (any order, finite), into out. O((n + m) log n). ERR_TOO_FEW (n or m = 0),
 * ERR_NOT_FINITE, ERR_NOMEM. */
enum err extremes_mean_excess(const double *x, size_t n, const double *threshold, size_t m,
                              struct arena *arena, struct extremes_excess *out) MUST_USE;

#define EXTREMES_LEAST        6    /* excesses [J] */
#define EXTREMES_LIKELY_LEAST 20   /* below: probability-weighted moments [J] */
#define EXTREMES_XI_MIN       -0.5 /* the likelihood is regular above (Smith 1985) */
#define EXTREMES_XI_MAX       1.0  /* the mean is finite below */

enum extremes_method {
    EXTREMES_LIKELIHOOD, /* maximum likelihood by the profile in xi / sigma (Grimshaw 1993) */
    EXTREMES_MOMENTS,    /* probability-weighted moments (Hosking & Wallis 1987) */
};

/* P(Y > y) = (1 + xi y / sigma)^(-1 / xi) of an excess y = value - threshold. The covariance is the
 * asymptotic one of the method: Smith (1984) for the likelihood, Hosking & Wallis (1987, eq. 9) for
 * the moments where xi < 0.5, otherwise Smith's too. */
struct extremes_gpd {
    double sigma, xi;
    double var_sigma, var_xi, cov_sigma_xi;
    size_t n;
    enum extremes_method method;
};

/* Of n excesses > 0. Moments when n < EXTREMES_LIKELY_LEAST or the likelihood grows to a bound of
 * xi; if they would put the end of the distribution below the largest excess, xi is raised to reach
 * it (Dupuis & Tsao 1998). ERR_TOO_FEW (n < EXTREMES_LEAST), ERR_NOT_FINITE, ERR_RANGE (an excess
 * not > 0), ERR_CONSTANT, ERR_NOMEM. */
enum err extremes_gpd_fit(const double *excess, size_t n, struct arena *arena,
                          struct extremes_gpd *out) MUST_USE;

/* Peaks of a Poisson process: rate_per_y above the threshold and the sizes of the excesses. */
struct extremes_model {
    double threshold, years, rate_per_y;
    struct extremes_gpd gpd;
};

/* Of n peaks above the threshold seen in the given years of observation (without the gaps). Errors
 * as extremes_gpd_fit; ERR_RANGE for years not > 0. */
enum err extremes_fit(const struct extremes_peak *peaks, size_t n, double threshold, double years,
                      struct arena *arena, struct extremes_model *out) MUST_USE;

/* Peaks above x: rate lam(x) = lam (1 + xi (x - u) / sigma)^(-1 / xi) per year, 0 beyond the end of
 * the distribution, and the probability 1 - exp(-lam(x) years) of at least one. ERR_RANGE when
 * x < threshold, years < 0 or a parameter of the model is not > 0; ERR_NOT_FINITE. */
struct extremes_exceedance {
    double rate_per_y, probability;
};
enum err extremes_exceedance(const struct extremes_model *model, double x, double years,
                             struct extremes_exceedance *out) MUST_USE;

/* The level exceeded once in years on average, u + sigma / xi ((lam years)^xi - 1). */
struct extremes_level {
    double level, lo, hi;
};

/* excess: the n = model->gpd.n excesses of the fit. Interval by profile likelihood over xi in
 * EXTREMES_XI_MIN..MAX; it is as lopsided as the tail and always contains the level. Twice the drop
 * is n log(1 + F / (n - 2)) with F of 1 and n - 2 degrees of freedom in place of chi2, of which it
 * is the limit, times the share that the Poisson error of the rate adds to the variance (delta
 * method). confidence in (0.5, 1). ERR_RANGE (also when lam years <= 1: the level lies below the
 * threshold), ERR_NOT_FINITE, ERR_DIVERGED, ERR_NOMEM. */
enum err extremes_return_level(const struct extremes_model *model, const double *excess,
                               double years, double confidence, struct arena *arena,
                               struct extremes_level *out) MUST_USE;

/* P(at least one event in the next ahead) after n events in the time seen, same unit: negative
 * binomial prediction 1 - ((b + T) / (b + T + H))^(a + n) of the gamma-Poisson model with the
 * Jeffreys prior a = 1/2, b = 0. ERR_RANGE (seen not > 0, ahead < 0), ERR_NOT_FINITE. */
enum err extremes_gamma_poisson(size_t n, double seen, double ahead, double *probability) MUST_USE;

#endif
