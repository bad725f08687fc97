/* Sums, moments and dependence of samples. */
#ifndef SHIKUMEN_NUM_STATS_H
#define SHIKUMEN_NUM_STATS_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Sum with Neumaier's compensation (ZAMM 54, 1974), in four sums at once: error of the order of one
 * rounding of the result unless the condition exceeds 1/eps. 0 for n = 0. Not finite when a value
 * or a partial sum is not. */
double sum_neumaier(const double *x, size_t n);

/* A running compensated sum; zero-initialise. The value is sum + compensation. */
struct running_sum {
    double sum, compensation;
};
void running_sum_add(struct running_sum *s, double x);
double running_sum_value(const struct running_sum *s);

/* Mean by compensated sum; ERR_TOO_FEW for n = 0, ERR_NOT_FINITE. */
enum err mean(const double *x, size_t n, double *out) MUST_USE;

/* Variance with divisor n - 1, two-pass with compensated sums; ERR_TOO_FEW for n < 2. */
enum err variance(const double *x, size_t n, double *out) MUST_USE;

/* Autocorrelations r_0 = 1 .. r_lags of x about its mean, divisor n ("biased", positive
 * semi-definite): r_k = sum (x_i - m)(x_{i+k} - m) / sum (x_i - m)^2. lags < n, ERR_TOO_FEW
 * otherwise. ERR_CONSTANT when x does not vary, ERR_NOT_FINITE. r: lags + 1 values. O(n lags). */
enum err autocorrelation(const double *x, size_t n, size_t lags, double *r) MUST_USE;

/* Covariance with divisor n - 1 of the pairs x_i, y_i, two-pass; ERR_TOO_FEW for n < 2. */
enum err covariance(const double *x, const double *y, size_t n, double *out) MUST_USE;

/* Pearson's correlation, within -1 .. 1; ERR_TOO_FEW for n < 2, ERR_CONSTANT when either does not
 * vary. Values of any magnitude: deviations are scaled by powers of two. */
enum err correlation(const double *x, const double *y, size_t n, double *out) MUST_USE;

/* sum w x / sum w; w >= 0 (ERR_RANGE otherwise, or when all are 0). ERR_TOO_FEW for n = 0. */
enum err weighted_mean(const double *x, const double *w, size_t n, double *out) MUST_USE;

/* Weighted quantile, p in 0 .. 1: the k-th smallest value stands at
 * (C_k - w_k / 2 - w_1 / 2) / (C_n - w_1 / 2 - w_n / 2), C_k = w_1 + .. + w_k, and the quantile is
 * linear between these places. Equal values share their mean weight, so that their order does not
 * matter. Equal weights give type 7; mirrored values give the mirrored quantile. Values of weight 0
 * take no part. Errors as weighted_mean; ERR_RANGE for p; ERR_NOMEM. O(n log n). */
enum err weighted_quantile(const double *x, const double *w, size_t n, double p, double *out,
                           struct arena *arena) MUST_USE;

/* Moments of a stream in one pass (Welford, Technometrics 4, 1962; third and fourth: Pebay,
 * SAND2008-6212). Zero-initialise. m2, m3, m4 are the sums of powers of the deviations from mean.
 */
struct moments {
    size_t count;
    double mean, m2, m3, m4;
    double min, max; /* meaningful when count > 0 */
};

/* A value that is not finite is ignored. */
void moments_add(struct moments *m, double x);

/* m becomes the moments of both samples together (Chan, Golub & LeVeque 1979). */
void moments_merge(struct moments *m, const struct moments *other);

/* Mean (from 1 value on); variance and standard deviation, divisor n - 1 (2 values); skewness
 * g1 = sqrt(n) m3 / m2^(3/2) (3) and excess kurtosis g2 = n m4 / m2^2 - 3 (4), both of the sample,
 * not corrected for bias. ERR_TOO_FEW; ERR_NOT_FINITE when a sum of powers has overflowed (spread
 * over 1e154 for the variance, 1e102 and 1e77 for skewness and kurtosis; the sums do not come back
 * from it); ERR_CONSTANT (skewness, kurtosis) when m2^(3/2), m2^2 is below 1e-290, where its digits
 * are lost. */
enum err moments_mean(const struct moments *m, double *out) MUST_USE;
enum err moments_variance(const struct moments *m, double *out) MUST_USE;
enum err moments_sd(const struct moments *m, double *out) MUST_USE;
enum err moments_skewness(const struct moments *m, double *out) MUST_USE;
enum err moments_kurtosis(const struct moments *m, double *out) MUST_USE;

/* The same with weights (West, CACM 22, 1979), and with forgetting: exponentially weighted mean and
 * variance of a stream, also one of uneven steps. Zero-initialise. */
struct moments_weighted {
    double weight, weight2; /* sums of w and of w^2 */
    double mean, m2;
};

/* x with weight w, 1e-100 .. 1e100; other weights and values that are not finite are ignored. */
void moments_weighted_add(struct moments_weighted *m, double x, double w);

/* Multiplies the weight of all that came before by keep, 0 .. 1: exp(-dt / tau) for a memory of
 * time constant tau. Called before each moments_weighted_add. Another keep is ignored. */
void moments_weighted_forget(struct moments_weighted *m, double keep);

/* Number of equally weighted values that would carry as much: (sum w)^2 / sum w^2; 0 when empty. */
double moments_weighted_count(const struct moments_weighted *m);

/* ERR_TOO_FEW when empty, ERR_NOT_FINITE after overflow. */
enum err moments_weighted_mean(const struct moments_weighted *m, double *out) MUST_USE;

/* m2 / (sum w - sum w^2 / sum w), unbiased for independent values of one variance; ERR_TOO_FEW when
 * moments_weighted_count does not exceed 1, ERR_NOT_FINITE after overflow. */
enum err moments_weighted_variance(const struct moments_weighted *m, double *out) MUST_USE;
enum err moments_weighted_sd(const struct moments_weighted *m, double *out) MUST_USE;

/* Quantiles of a stream without keeping it: the P2 algorithm (Jain & Chlamtac, CACM 28, 1985), for
 * several quantiles at once by 2 k + 3 markers (Raatikainen 1987). Plain data, may be stored. */
#define P2_MAX_QUANTILES 5
struct p2 {
    size_t quantiles, markers, count;
    double p[P2_MAX_QUANTILES];
    double height[2 * P2_MAX_QUANTILES + 3];   /* marker values, ascending */
    double position[2 * P2_MAX_QUANTILES + 3]; /* ranks of the markers, from 1 */
};

/* Starts with the k quantiles p[0] < p[1] < ..., each in (0, 1), k of 1 .. P2_MAX_QUANTILES;
 * ERR_RANGE.
 */
enum err p2_init(struct p2 *s, const double *p, size_t k) MUST_USE;

/* A value that is not finite is ignored, as is one beyond +-1e300. */
void p2_add(struct p2 *s, double x);

/* Estimate of the i-th quantile; exact (type 7) until more values than markers came. ERR_TOO_FEW
 * when empty, ERR_RANGE for i. */
enum err p2_quantile(const struct p2 *s, size_t i, double *out) MUST_USE;

#endif
