/* Theil-Sen line: the median of the slopes between all pairs of samples, with its confidence
 * interval (Theil 1950; Sen, J. Am. Stat. Assoc. 63, 1968). Up to 29 % of the samples may be
 * arbitrarily wrong.
 *
 * The slopes are never stored: order statistics are found by counting, for a trial slope b, the
 * pairs below it as inversions of x - b t (Dillencourt, Mount & Netanyahu 1992), in O(n log n) time
 * with high probability and O(n) memory. Comparisons are exact (Shewchuk 1997 expansions), so equal
 * slopes are equal whatever rounding does, and the result does not depend on the order of the
 * input. A seeded sample chooses the trial slopes; it decides how long the search takes, not what
 * it finds. */
#ifndef SHIKUMEN_NUM_THEILSEN_H
#define SHIKUMEN_NUM_THEILSEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

struct theil_sen {
    size_t n;
    uint64_t pairs;   /* N: pairs of different times; fewer than n (n - 1) / 2 when times repeat */
    double slope;     /* units of x per unit of t */
    double lower;     /* confidence interval of the slope */
    double upper;     /* */
    bool clipped;     /* the interval wants ranks beyond the first or last slope and got those */
    double variance;  /* of Kendall's S, ties in x and t considered, times variance_factor */
    double intercept; /* median(x) - slope median(t) (Conover 1980) */
    double intercept_residual; /* median(x - slope t) */
};

/* Samples (t[i], x[i]), i < n, in any order, n >= 3; t in any unit, or NULL for 0, 1, .. n - 1.
 * Times may be irregular and may repeat (such pairs have no slope and are left out). x may be
 * constant. confidence of the interval, 0 < confidence < 1. With C = z_{(1+confidence)/2}
 * sqrt(variance) its ends are the slopes of rank (N - C)/2 and (N + C)/2 + 1, rounded (Sen 1968;
 * Hollander & Wolfe 1973). variance_factor: 1 for independent residuals; hamed_rao.factor for
 * autocorrelated ones, else the interval is too narrow. Scratch from a, given back. ERR_RANGE
 * (confidence, or a factor not positive and finite), ERR_TOO_FEW, ERR_NOT_FINITE (also when a slope
 * or intercept overflows, or times differ by less than 1e-120 of the largest), ERR_CONSTANT (all
 * times equal), ERR_NOMEM; *out is untouched then. */
enum err theil_sen(const double *t, const double *x, size_t n, double confidence,
                   double variance_factor, struct theil_sen *out, struct arena *a) MUST_USE;

/* The slope alone, n >= 2; errors as above, without ERR_RANGE. */
enum err theil_sen_slope(const double *t, const double *x, size_t n, double *slope,
                         struct arena *a) MUST_USE;

#endif
