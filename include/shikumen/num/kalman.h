/* Structural time series: local level and local linear trend by the Kalman filter, at any times.
 *
 *   level' = level + slope dt + w1,  slope' = slope + w2,  y = level + v,  var v = r
 *   Q(dt) = q_level [dt 0; 0 0] + q_slope [dt^3/3 dt^2/2; dt^2/2 dt]
 *
 * (Durbin & Koopman, Time Series Analysis by State Space Methods, 2012, ch. 2-4 and 7; Harvey 1989,
 * ch. 9 for irregular times). The local level is the case without slope. A missing y is a NaN; two
 * values at the same time are two updates without a prediction between them. */
#ifndef SHIKUMEN_NUM_KALMAN_H
#define SHIKUMEN_NUM_KALMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

#define KALMAN_STATES 2
#define KALMAN_CLIP   3.5 /* [J] where standardised innovations are clipped, when they are */

/* The value is the number of states. */
enum kalman_kind { KALMAN_LEVEL = 1, KALMAN_TREND = 2 };

struct kalman_model {
    enum kalman_kind kind;
    /* The noise arrives in whole steps instead of continuously: dt counts steps, Q(1) =
     * diag(q_level, q_slope), Q(h) = [h q_level + q_slope h(h-1)(2h-1)/6, q_slope h(h-1)/2; ., h
     * q_slope]. */
    bool discrete;
    double r;       /* variance of an observation, unit of y squared */
    double q_level; /* unit^2 per day */
    double q_slope; /* unit^2 per day^3; ignored by KALMAN_LEVEL */
    double clip;    /* innovations are clipped at this many standard deviations; 0: never */
};

/* A filter between two observations. Times are days (steps when discrete). Plain data: it may be
 * stored and resumed. */
struct kalman {
    struct kalman_model model;
    double a[KALMAN_STATES]; /* level, slope per day */
    double p[3];             /* P11, P12, P22 */
    unsigned diffuse;        /* states about which nothing is known yet; a and p mean nothing
                              * for them, and with 1 of 2 a[0] is the level wait_d ago */
    double wait_d;
    double innovation;          /* of the last observation: before clipping, */
    double innovation_variance; /* its variance (0: there was none, or it set a diffuse state), */
    double gain[KALMAN_STATES]; /* and the gain */
    double sum_log, product;    /* sum of log S is sum_log + log(product); product 0: none yet */
    double sum_square;          /* of v^2/S (beyond the clip c: of c^2 (1 + log(v^2/S/c^2))), */
    size_t terms; /* and how many: all observations but the d that ended diffuseness */
    size_t clipped;
};

/* Exact diffuse start: the first observation sets the level, the first at a later time the slope
 * (the limit of the filter for P -> infinity, Durbin & Koopman 2012, 5.2, in closed form).
 * ERR_RANGE: a variance or the clip negative, ERR_NOT_FINITE. */
enum err kalman_start_diffuse(const struct kalman_model *model, struct kalman *out) MUST_USE;

/* Start from known level and slope a[2] with covariance p = P11, P12, P22 (the first step's dt
 * leads from there to the first observation). KALMAN_LEVEL uses a[0], p[0]. ERR_RANGE also when p
 * is not positive semi-definite. */
enum err kalman_start(const struct kalman_model *model, const double *a, const double *p,
                      struct kalman *out) MUST_USE;

/* Goes dt ahead and takes y there (NaN: only ahead). Joseph's form of the update. On an error the
 * filter is as before: ERR_ORDER dt < 0, ERR_RANGE dt not whole though discrete, ERR_NOT_FINITE dt
 * or y infinite (dt: or NaN) or a state that overflows, ERR_SINGULAR an innovation without
 * variance. */
enum err kalman_step(struct kalman *k, double dt, double y) MUST_USE;

/* -1/2 (terms log 2 pi + sum of log S + sum_square). With clipping, the log-likelihood of
 * innovations with tails like a power beyond the clip, up to a constant; its equation for scale is
 * that of Huber's proposal 2 (Huber 1964): the mean of the clipped squares is 1. */
double kalman_log_likelihood(const struct kalman *k);

/* Innovation of the last step over its standard deviation; 0 when it had none. */
double kalman_standardised(const struct kalman *k);

/* Mean and covariance h >= 0 after the last step (k->diffuse must be 0), without observation noise.
 */
void kalman_ahead(const struct kalman *k, double h, double *a, double *p);

/* Takes n values at times t_d (not decreasing); the first is taken at dt = 0 from where the filter
 * stands. standardised (n, or NULL): innovations over their standard deviations, NaN where there is
 * none. Errors of kalman_step; the filter then stands before the value that failed. */
enum err kalman_filter(struct kalman *k, const double *t_d, const double *y, size_t n,
                       double *standardised) MUST_USE;

/* State at one of the times given all n values. */
struct kalman_smoothed {
    double a[KALMAN_STATES], p[3];
};

/* Fixed-interval smoother (backward recursion of de Jong 1989; exact for a diffuse start too) from
 * *start over n values as kalman_filter takes them, into out (n). Errors of kalman_step;
 * ERR_TOO_FEW when a state is still diffuse at the end; ERR_NOT_FINITE also when a smoothed state
 * overflows (a variance below 1e-308 does that), out is then of no use; ERR_NOMEM. */
enum err kalman_smooth(const struct kalman *start, const double *t_d, const double *y, size_t n,
                       struct kalman_smoothed *out, struct arena *arena) MUST_USE;

#define KALMAN_PARAMETERS 3
#define KALMAN_FIT_LEAST  10 /* [J] observations kalman_fit asks for */

/* Variances found in a series, and Laplace's approximation, in the coordinates log r,
 * log(q_level/r), log(q_slope/r), of their posterior for prior densities variance^(1/4) of each log
 * variance [J]: half-way between uniform in log variance and uniform in standard deviation (Gelman
 * 2006). Unlike the likelihood it has an interior mode, and a curvature there, even where a
 * variance is estimated as 0. */
struct kalman_fit {
    struct kalman_model model; /* of largest likelihood */
    double log_likelihood;     /* as kalman_log_likelihood from a diffuse start */
    size_t terms, clipped, passes;
    size_t parameters;                                  /* 2 (level) or 3 (trend) */
    double mode[KALMAN_PARAMETERS];                     /* of the posterior */
    double root[KALMAN_PARAMETERS * KALMAN_PARAMETERS]; /* lower Cholesky factor, by rows, of its
                                                         * covariance */
    double se[KALMAN_PARAMETERS]; /* standard errors of log r, log q_level, log q_slope */
};

/* Maximum likelihood over log q_level, log q_slope relative to r, which is concentrated out (Durbin
 * & Koopman 2012, 2.10.2) unless form->clip > 0: Nelder & Mead from three fixed starts, the best
 * refined, on y and t in robust units of their own. form: kind, discrete and clip; its variances
 * are not read. A variance that over the whole record moves the level by less than 3 % of the best
 * standard error it could have is kept there, r at 1e-6 of q_level or q_slope per step.
 * ERR_TOO_FEW: less than KALMAN_FIT_LEAST values; ERR_CONSTANT: all equal, or without any deviation
 * from a line but what is clipped; ERR_ORDER: times run backwards or stand still; ERR_RANGE: form,
 * or dt not whole; ERR_NOT_FINITE: y or t infinite, variances outside double's range; ERR_DIVERGED;
 * ERR_NOMEM. */
enum err kalman_fit(const struct kalman_model *form, const double *t_d, const double *y, size_t n,
                    struct arena *arena, struct kalman_fit *out) MUST_USE;

/* Filters at the end of the series for count draws of the variances from their posterior, which
 * horizon.h averages over: drawn from the approximation in *fit, filtered, and resampled by
 * posterior over approximation (Rubin 1988), so that some of out are equal, side by side. Errors of
 * kalman_filter; ERR_NOMEM. */
enum err kalman_draws(const struct kalman_fit *fit, const double *t_d, const double *y, size_t n,
                      uint64_t seed, size_t count, struct arena *arena,
                      struct kalman *out) MUST_USE;

#endif
