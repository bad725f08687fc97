/* How good forecasts were, and what to make of the next ones: verification of probabilities and
 * intervals, calibration. */
#ifndef SHIKUMEN_NUM_SCORE_H
#define SHIKUMEN_NUM_SCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Logarithms are taken of probabilities moved into [clip, 1 - clip]: nothing a sensor tells makes
 * certain, and one failure forecast as impossible costs 13.8, not infinity. [J] */
#define SCORE_CLIP 1e-6

/* p: n forecast probabilities, y: whether it happened. All: ERR_TOO_FEW for n = 0, ERR_NOT_FINITE,
 * ERR_RANGE for a p outside 0..1. */

/* mean (p - y)^2 (Brier 1950). */
enum err score_brier(const double *p, const bool *y, size_t n, double *out) MUST_USE;

/* -mean (y ln p + (1 - y) ln(1 - p)), clipped. */
enum err score_log_loss(const double *p, const bool *y, size_t n, double *out) MUST_USE;

/* 1 - BS / BS_base, where base forecasts the same probability base (0..1) for all; NaN: the rate of
 * the outcomes themselves. 1 perfect, 0 no better, negative worse. ERR_CONSTANT when the base is
 * perfect, ERR_NOT_FINITE when it is so nearly that the skill overflows, ERR_RANGE for the base. */
enum err score_skill(const double *p, const bool *y, size_t n, double base, double *out) MUST_USE;

/* A share events / n with its interval of the given confidence (0 < confidence < 1): Jeffreys'
 * (beta quantiles; Brown, Cai & DasGupta 2001), open to 0 for no events and to 1 for all. */
struct score_proportion {
    double rate, lower, upper;
};
/* ERR_TOO_FEW for n = 0, ERR_RANGE for events > n or a confidence outside 0..1. */
enum err score_proportion(size_t events, size_t n, double confidence,
                          struct score_proportion *out) MUST_USE;

/* One bin of a reliability diagram, bin i of m: p in [i/m, (i+1)/m), the last one with its end. */
struct score_bin {
    size_t n, events;
    double p_mean;                    /* mean forecast; 0 when n is */
    struct score_proportion observed; /* 0 .. 1 when n is 0 */
};

/* Decomposition by those bins (Murphy 1973; within-bin terms: Stephenson, Coelho & Jolliffe 2008):
 * brier = reliability - resolution + uncertainty + within, to rounding. within is 0 when the
 * forecasts of a bin are equal. */
struct score_reliability {
    double brier;
    double reliability; /* sum n_i (p_mean_i - rate_i)^2 / n, 0 best */
    double resolution;  /* sum n_i (rate_i - rate)^2 / n */
    double uncertainty; /* rate (1 - rate) */
    double within;
    double calibration_error; /* sum n_i |p_mean_i - rate_i| / n (expected calibration error) */
};

/* bin: bins of them, bins >= 1 (ERR_RANGE). */
enum err score_reliability(const double *p, const bool *y, size_t n, size_t bins, double confidence,
                           struct score_bin *bin, struct score_reliability *out) MUST_USE;

/* Intervals [lower, upper] of nominal confidence against what came. */
struct score_interval {
    size_t hits;
    struct score_proportion coverage; /* hits / n, with interval of confidence 0.95 */
    double score; /* mean of width + 2 / (1 - confidence) x miss (Gneiting & Raftery 2007) */
};
/* ERR_TOO_FEW, ERR_NOT_FINITE (also on overflow), ERR_RANGE (lower > upper,
 * confidence). */
enum err score_interval(const double *lower, const double *upper, const double *actual, size_t n,
                        double confidence, struct score_interval *out) MUST_USE;

/* Platt's calibration: P(y) = logistic(slope logit(p) + intercept), p clipped; 1, 0 changes
 * nothing. */
struct platt {
    double slope, intercept;
};

/* Maximum likelihood by Newton's method with halved steps (Lin, Lin & Weng 2007). smooth: Platt's
 * 1999 targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2) for 1 and 0, which keep few or separable
 * outcomes from running away. n >= 2. ERR_CONSTANT when all p (after clipping) or, without smooth,
 * all y are equal; ERR_DIVERGED when, without smooth, some p parts the outcomes (no p with an
 * outcome lies above one without, or none below), so that there is no largest likelihood, or when
 * the slope would pass 1e4, forecasts all but equal. */
enum err platt_fit(const double *p, const bool *y, size_t n, bool smooth,
                   struct platt *out) MUST_USE;

/* NaN for a NaN. */
double platt_apply(const struct platt *model, double p);

/* Weighted least squares fit to y (n >= 1) that never falls, by pooling adjacent violators (Ayer et
 * al. 1955). w: weights > 0 or NULL for 1. fit may be y. Scratch from a, given back. O(n).
 * ERR_TOO_FEW, ERR_NOT_FINITE (also for |y| or w beyond 1e150), ERR_RANGE (a weight), ERR_NOMEM. */
enum err isotonic_regression(const double *y, const double *w, size_t n, double *fit,
                             struct arena *a) MUST_USE;

/* Isotonic calibration (Zadrozny & Elkan 2002): the pooled outcomes over p, linear between the
 * knots, level outside. */
struct isotonic {
    size_t knots;
    double *p, *value; /* p increasing, value not decreasing, 0..1 */
};

/* Forecasts that are equal are pooled first. w as above, and so their sums over equal p. out's
 * arrays come from a and stay; scratch is given back only with them. O(n log n). ERR_NOMEM too. */
enum err isotonic_fit(const double *p, const bool *y, const double *w, size_t n, struct arena *a,
                      struct isotonic *out) MUST_USE;

/* NaN for a NaN. */
double isotonic_apply(const struct isotonic *model, double p);

#endif
