/* Ridge regression (Hoerl & Kennard, Technometrics 12, 1970) by singular value decomposition. */
#ifndef SHIKUMEN_NUM_RIDGE_H
#define SHIKUMEN_NUM_RIDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"

/* min |y - mean(y) - Z b|^2 + lambda |b|^2, Z the columns of x less their mean over their
 * population standard deviation (divisor n). With Z = U S V^T: b = V diag(s / (s^2 + lambda)) U^T
 * y. The coefficients are given back in the units of x: b_j / sd_j, the intercept is mean(y) - sum
 * of coefficient_j mean(x_j) and is not shrunk. */
struct ridge {
    size_t n, k;
    double lambda;
    double *coefficient; /* k + 1: intercept, then one per column */
    double *residual;    /* n */
    double rss;
    double df;    /* effective parameters: 1 + sum s^2 / (s^2 + lambda) */
    double gcv;   /* n rss / (n - df)^2 (Golub, Heath & Wahba, Technometrics 21, 1979) */
    bool at_edge; /* of ridge_choose: the least GCV lies at an end of the range searched */
};

/* x: n x k, n > k + 1, not touched; lambda >= 0. Dependent columns share their coefficient; for
 * lambda = 0 the shortest solution is taken. O(n k^2).
 * ERR_TOO_FEW, ERR_NOT_FINITE; ERR_RANGE: no column, lambda; ERR_CONSTANT: y or a column of x does
 * not vary; ERR_DIVERGED: the decomposition; ERR_NOMEM. */
enum err ridge_fit(const struct matrix *x, const double *y, double lambda, struct arena *arena,
                   struct ridge *out) MUST_USE;

/* The lambda of least GCV between lo and hi, 0 < lo < hi: grid of `points` >= 3 values even in
 * log(lambda), then a search of one variable in log(lambda) between the neighbours of the best, to
 * 1e-6. One decomposition in all. As s^2 sums to n k, lo = 1e-8 n, hi = n with 33 points [J] reach
 * from no shrinkage to half of it. */
enum err ridge_choose(const struct matrix *x, const double *y, double lo, double hi, size_t points,
                      struct arena *arena, struct ridge *out) MUST_USE;

#endif
