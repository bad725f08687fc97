/* Tabular CUSUM of two sides (Page 1954; Montgomery, Introduction to SQC): finds a small
 * lasting shift of the mean of a residual. */
#ifndef SHIKUMEN_NUM_CUSUM_H
#define SHIKUMEN_NUM_CUSUM_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

/* What the scheme is tuned to. Usual: k 0.5 (half the shift to be found), h 5. */
struct cusum_design {
    double mean;       /* in control, unit of the samples; |mean| <= 1e100 */
    double sigma;      /* standard deviation in control, same unit; 1e-100 .. 1e100 */
    double k;          /* reference value, in sigma, >= 0 */
    double h;          /* decision interval, in sigma, > 0 */
    double head_start; /* 0 <= head_start < h, in sigma; h / 2 is the FIR of Lucas & Crosier 1982 */
    double phi;        /* lag-1 autocorrelation in control, -1 < phi < 1; 0: samples independent */
};

/* ERR_NOT_FINITE, ERR_RANGE. The other functions take a design that passed. */
enum err cusum_design_check(const struct cusum_design *design) MUST_USE;

/* One side: its sum and where the run since the last zero began. */
struct cusum_side {
    double sum;     /* C+ or C-, in sigma of the (whitened) samples */
    uint64_t first; /* number (from 1) of the first sample after the last zero */
    uint64_t n;     /* samples in the run, missing ones not counted (N+, N-) */
};

/* State, plain values: may be stored and put back. */
struct cusum {
    struct cusum_side up, down;
    uint64_t count; /* samples seen, missing ones included */
    double last;    /* last sample there was, standardised */
    double lag_phi; /* its correlation with the next one: phi^(gap), 0 before the first sample */
};

struct cusum cusum_started(const struct cusum_design *design);

enum cusum_alarm { CUSUM_NONE, CUSUM_UP, CUSUM_DOWN };

/* Takes the next sample. Alarm when a sum exceeds h (of both, the larger); it stays on while the
 * sum does, restarting is the caller's. With phi != 0 the sums run over the innovations (d_t - r
 * d_s) / sqrt(1 - r^2), d = (x - mean) / sigma, r = phi^(t - s), s the last sample there was: of
 * unit variance also for the first sample (r = 0) and over gaps. A sample that is not finite is
 * missing: it counts, the sums stay. Deviations beyond 1e100 sigma count as 1e100. */
enum cusum_alarm cusum_update(struct cusum *c, const struct cusum_design *design, double x);

/* When and by how much the mean moved, from the side named in the alarm; CUSUM_NONE: all zero. A
 * lasting shift of x moves the mean of the innovations by sqrt((1 - phi) / (1 + phi)) times itself,
 * which is taken back. */
struct cusum_shift {
    uint64_t first; /* number (from 1) of the first sample after the shift */
    uint64_t n;     /* samples since, missing ones not counted; 0: that sum is zero, no shift */
    double size; /* signed, unit of the samples: +-(k + sum / n) sigma; with a head start too large
                    while the sum has not been zero; 0 when n is */
};
struct cusum_shift cusum_shift(const struct cusum *c, const struct cusum_design *design,
                               enum cusum_alarm side);

/* A whole array up to its first alarm, NaN = missing. */
struct cusum_result {
    enum cusum_alarm alarm;
    size_t at; /* index (from 0) of the sample that raised it; n when there was none */
    struct cusum_shift shift; /* zero when there was none */
};

/* high, low: both sums after every sample (n each, also past the alarm), or NULL. Errors of the
 * design; ERR_TOO_FEW for n = 0, ERR_NOT_FINITE for an infinity. */
enum err cusum_run(const struct cusum_design *design, const double *x, size_t n, double *high,
                   double *low, struct cusum_result *out) MUST_USE;

/* Mean number of samples until an alarm when the mean is off by delta sigma, independent normal
 * samples, no head start: Siegmund 1985, ARL = (exp(-2 D b) + 2 D b - 1) / (2 D^2), D = delta - k,
 * b = h + 1.166, for the upper side (-delta: the lower); both sides: 1/ARL = 1/ARL+ + 1/ARL-.
 * Within about 5 % of the true value for k = 0.5, h >= 4, |delta| <= 2. ERR_NOT_FINITE for an
 * argument or a result that is not; ERR_RANGE for k < 0 or h <= 0. */
enum err cusum_arl_one_sided(double delta, double k, double h, double *arl) MUST_USE;
enum err cusum_arl(double delta, double k, double h, double *arl) MUST_USE;

/* The h of which the two-sided ARL in control is arl0 by the same formula, to rounding. ERR_RANGE
 * for k outside 0 .. 10 or an arl0 that no h > 0 gives (or > 1e12), ERR_NOT_FINITE. */
enum err cusum_h_for(double arl0, double k, double *h) MUST_USE;

#endif
