/* Pettitt's test of a single change of location (Applied Statistics 28, 1979): rank-based, so that
 * outliers and skewed samples do no harm. */
#ifndef SHIKUMEN_NUM_PETTITT_H
#define SHIKUMEN_NUM_PETTITT_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

struct pettitt {
    double u;         /* U_K; negative: the values rise at the change */
    double statistic; /* max |U_k|, U_k = 2 sum_{i<=k} rank_i - k (n + 1) */
    size_t k;         /* samples before the change (the first k that reaches the maximum) */
    double p;         /* min(1, 2 exp(-6 U^2 / (n^3 + n^2))): approximate, errs to the safe side */
};

/* Samples x in order of time, n >= 4 (below 11 p cannot come under 0.05), independent under the
 * null hypothesis: autocorrelation makes p too small. Scratch from a, given back. O(n log n).
 * ERR_TOO_FEW, ERR_NOT_FINITE, ERR_CONSTANT, ERR_NOMEM. */
enum err pettitt(const double *x, size_t n, struct arena *a, struct pettitt *out) MUST_USE;

#endif
