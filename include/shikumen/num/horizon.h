/* What a structural time series (kalman.h) says of the future: forecasts, the probability that a
 * limit is exceeded, and when.
 *
 * Every function takes count >= 1 filter states at the same instant and averages over them: one for
 * known variances, many (kalman_draws) to carry the uncertainty of the variances. Horizons are days
 * from that instant (whole steps when the model is discrete). Errors of all: ERR_TOO_FEW no state,
 * or one still diffuse; ERR_RANGE a horizon negative or not whole where it must be, or a limit's
 * inflation or envelope unfit; ERR_NOT_FINITE an argument, or a forecast that overflows. */
#ifndef SHIKUMEN_NUM_HORIZON_H
#define SHIKUMEN_NUM_HORIZON_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/kalman.h"

#define HORIZON_MAX_D 3652.5 /* ten years: nothing later is told */

/* Mean of level and slope at a horizon, variances of both and of an observation there (mixture over
 * the states). */
struct horizon_forecast {
    double level, slope;
    double level_variance, slope_variance, observation_variance;
};
enum err horizon_forecast(const struct kalman *states, size_t count, double h_d,
                          struct horizon_forecast *out) MUST_USE;

struct horizon_limit {
    double value;
    bool below; /* exceeded downwards */
    /* Season to be added to the level: envelope[i] is its extreme towards the limit within the next
     * i + 1 days, the last one holds from there on. NULL: none. */
    const double *envelope;
    size_t envelope_n;
    double inflation; /* factor on every standard deviation (horizon_backtest), > 0; 1: none */
};

/* Running extreme of a season of n days ahead: the largest so far, the smallest if below. */
void horizon_envelope(const double *season, size_t n, bool below, double *envelope);
/* Of an envelope of n days, what it is h_d days ahead, 0 and more; 0 when n is 0. */
double horizon_season(const double *envelope, size_t n, double h_d);

/* MARGINAL: the level stands beyond the limit at the horizon, 1 - Phi((u - m_h)/s_h).
 * PASSAGE: it has been beyond at some time up to the horizon. From its present, uncertain value to
 * that at the horizon the level runs as a Brownian bridge of q_level, whose law does not depend on
 * the drift; so the law at the horizon is the model's, while the slope's own wandering counts there
 * and not along the way (long horizons may then show less than short ones by a few percent). By 16
 * Gauss-Legendre nodes per smooth piece: 1e-6, or 2e-3 where the present level is known 100 times
 * worse than it wanders. */
enum horizon_kind { HORIZON_MARGINAL, HORIZON_PASSAGE };

/* Probability that the limit is exceeded at (within) h_d. */
enum err horizon_probability(const struct kalman *states, size_t count,
                             const struct horizon_limit *limit, enum horizon_kind kind, double h_d,
                             double *p) MUST_USE;

/* Probability that a Brownian motion with drift (per unit of time) and sigma > 0 (per square root
 * of it) has gone the distance by time: the inverse Gaussian distribution function (Chhikara &
 * Folks 1989; Siegmund 1986), the second term by logarithms or Mills' ratio. 1 for distance <= 0,
 * else 0 for time <= 0; time may be infinite: ever. A NaN for sigma < 0, for any other argument
 * that is not finite, and where sigma and drift times time both overflow. */
double horizon_first_passage(double distance, double drift, double sigma, double time);

/* First horizons, multiples of step_d, at which the probability of kind reaches 5, 50 and 95 %;
 * HORIZON_MAX_D where it does not within ten years. */
struct horizon_time {
    double t05_d, t50_d, t95_d;
    bool exceeded; /* already: the level, with its season, is beyond the limit; the times are 0 */
    bool beyond;   /* "no limit within 10 years": not exceeded, and the 90 % interval [J] of the
                    * slope contains 0 (a local level's always does) or t50 is not reached */
};
/* step_d in (0, HORIZON_MAX_D], whole if the model is discrete. Looks at every step up to 10 and
 * then at steps 10 % apart (50 % for PASSAGE), bisecting where the probability passes. */
enum err horizon_time(const struct kalman *states, size_t count, const struct horizon_limit *limit,
                      enum horizon_kind kind, double step_d, struct horizon_time *out) MUST_USE;

/* All that an assessment asks, at daily resolution. Already exceeded: p = 1. Of PASSAGE, a longer
 * horizon shows no less than a shorter. */
struct horizon_risk {
    struct horizon_forecast now;
    double p30, p180, p365;
    struct horizon_time time;
};
enum err horizon_risk(const struct kalman *states, size_t count, const struct horizon_limit *limit,
                      enum horizon_kind kind, struct horizon_risk *out) MUST_USE;

#define HORIZON_BACKTEST_LEAST 10 /* [J] forecasts a back-test asks for */

/* Rolling origin: from every observation on, the first one h_d or more later (at most 1.5 h_d) is
 * forecast and compared. */
struct horizon_backtest {
    size_t forecasts;
    double coverage;  /* share within the 90 % interval of the forecast */
    double inflation; /* factor on the standard deviation that would have covered 90 %: the 0.9
                       * quantile of |error|/sd over that of |N(0, 1)| */
};
/* *start stands before the n values, as in kalman_filter; origins are the values from index first.
 * Its variances should come from other values than those. h_d > 0. ERR_TOO_FEW: less than
 * HORIZON_BACKTEST_LEAST forecasts; ERR_SINGULAR: a forecast without variance; errors of
 * kalman_filter; ERR_NOMEM. */
enum err horizon_backtest(const struct kalman *start, const double *t_d, const double *y, size_t n,
                          size_t first, double h_d, struct arena *arena,
                          struct horizon_backtest *out) MUST_USE;

#endif
