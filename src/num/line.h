/* Weighted straight line through points, and where it crosses zero. Private to num. */
#ifndef SHIKUMEN_NUM_LINE_H
#define SHIKUMEN_NUM_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"

/* y = level + slope (x - centre). level and slope are independent: their variances are
 * variance / sum_w and variance / sum_wxx. */
struct line {
    size_t n;
    double centre, level, slope;
    double sum_w, sum_wxx;
    double rss;      /* weighted residual sum of squares */
    double variance; /* of an observation of weight 1: rss / (n - 2), 0 for n = 2 */
};

/* w: weights > 0, or NULL for 1. ERR_TOO_FEW below 2 points, ERR_SINGULAR when the x do not vary,
 * ERR_NOT_FINITE. */
enum err line_fit(const double *x, const double *y, const double *w, size_t n,
                  struct line *out) MUST_USE;

/* Where the line is zero, as a confidence set by Fieller's theorem (1954): the x at which "the line
 * is zero here" is not rejected by Student's t. bounded: the slope differs from 0 at this level;
 * otherwise the set is no interval and lo = hi = 0. slope != 0, n > 2. */
struct line_zero {
    double at, lo, hi;
    bool bounded;
};
struct line_zero line_zero(const struct line *l, double confidence);

#endif
