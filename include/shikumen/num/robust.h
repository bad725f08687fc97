/* Location and scale that outliers do not move, and the Hampel filter. Values must be finite
 * (ERR_NOT_FINITE); n < 1 is ERR_TOO_FEW, n < 2 where a scale is asked. Results that would overflow
 * are ERR_NOT_FINITE. Arenas give back what they lent. */
#ifndef SHIKUMEN_NUM_ROBUST_H
#define SHIKUMEN_NUM_ROBUST_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

struct robust_location {
    double centre, scale;
};

/* Median and MAD_TO_SIGMA times the median absolute deviation from it (consistent for normal data,
 * breakdown 50 %). The scale is not taken below floor (>= 0, the resolution of the sensor, say;
 * ERR_RANGE); ERR_CONSTANT when it is 0 (half of the values or more are equal). ERR_NOMEM. O(n). */
enum err robust_median(const double *x, size_t n, double floor, struct robust_location *out,
                       struct arena *arena) MUST_USE;

/* Huber's M-estimate of location with the scale held at the MAD (Huber 1964; 1981, 6.7): the root c
 * of sum psi((x - c) / scale) = 0, psi(u) = max(-k, min(k, u)), k > 0 (ERR_RANGE); 95 % efficient
 * for normal data at k = 1.345. ERR_CONSTANT as above, ERR_NOMEM; ERR_DIVERGED after 1000 steps,
 * which bracketing should never let happen. */
enum err robust_huber(const double *x, size_t n, double k, struct robust_location *out,
                      struct arena *arena) MUST_USE;

/* The same with the scale estimated beside it (Huber's proposal 2): mean psi^2 = E psi^2 of a
 * normal variable, divisor n - 1. Less robust in its scale than the MAD, more efficient.
 * ERR_DIVERGED where no scale satisfies that (small k, many values at the centre), or only one
 * outside 1e-9 .. 1e9 MADs. */
enum err robust_huber_joint(const double *x, size_t n, double k, struct robust_location *out,
                            struct arena *arena) MUST_USE;

/* Mean without the floor(fraction n) least and as many greatest values, and mean with those
 * replaced by the next ones kept; fraction in [0, 0.5) (ERR_RANGE). ERR_NOMEM. */
enum err robust_trimmed_mean(const double *x, size_t n, double fraction, double *out,
                             struct arena *arena) MUST_USE;
enum err robust_winsorised_mean(const double *x, size_t n, double fraction, double *out,
                                struct arena *arena) MUST_USE;

/* Qn (Rousseeuw & Croux, JASA 88, 1993): scale without a centre, breakdown 50 %, efficiency 82 %.
 * The k-th smallest |x_i - x_j|, i < j, k = h (h - 1) / 2, h = n / 2 + 1 (integer division), times
 * 1 / (sqrt 2 * normal_quantile(5/8)) and their factor for small samples (Croux & Rousseeuw 1992).
 * The order statistic is exact, found by bisection over the doubles. ERR_CONSTANT when it is 0,
 * ERR_NOMEM. O(n log n) for sorting, then at most 64 passes over n, about 25 for most data. */
enum err robust_qn(const double *x, size_t n, double *out, struct arena *arena) MUST_USE;

/* Hampel filter (Davies & Gather 1993): x is an outlier when |x - m| > threshold * S, m the median
 * of the window of half_width samples to either side, S = MAD_TO_SIGMA * its median absolute
 * deviation, at least scale_floor. Where S is 0 nothing is an outlier. Within half_width of either
 * end the window is cut off at the end (it holds half_width + 1 samples at least, if there are as
 * many). Of normal noise threshold 3 flags 4.8 % at half_width 3, 1.2 % at 12, 0.5 % at 48, for S
 * of few samples varies. */
#define HAMPEL_MAX_HALF_WIDTH 48
struct hampel_settings {
    size_t half_width;  /* 1 .. HAMPEL_MAX_HALF_WIDTH; [J] 3 */
    double threshold;   /* > 0; usual 3 */
    double scale_floor; /* >= 0, resolution of the data */
};

struct hampel_point {
    double value, median, scale;
    bool outlier;
};

/* Of n values into n points. ERR_RANGE for settings. O(n half_width), no allocation. */
enum err hampel_filter(const struct hampel_settings *settings, const double *x, size_t n,
                       struct hampel_point *out) MUST_USE;

/* The same of a stream, with half_width samples of delay: the points are those of hampel_filter
 * over the whole stream, bit for bit. */
struct hampel {
    struct hampel_settings settings;
    size_t next;                                  /* index of the next point to be given */
    size_t taken;                                 /* values taken so far */
    size_t held;                                  /* values in the window */
    double ring[2 * HAMPEL_MAX_HALF_WIDTH + 1];   /* value i at i modulo the window's length */
    double sorted[2 * HAMPEL_MAX_HALF_WIDTH + 1]; /* the window, ascending */
};

enum err hampel_init(struct hampel *h, const struct hampel_settings *settings) MUST_USE;

/* Takes x; true when a point, that of the value half_width earlier, was given. A value that is not
 * finite, or beyond +-1e300, is ignored. */
bool hampel_add(struct hampel *h, double x, struct hampel_point *out);

/* At the end of the stream: gives one more of the last points per call; false when all are given.
 */
bool hampel_finish(struct hampel *h, struct hampel_point *out);

#endif
