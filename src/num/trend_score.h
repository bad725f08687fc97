/* Kendall's S of a series against its order, and the variance of S under chance. */
#ifndef SHIKUMEN_NUM_TREND_SCORE_H
#define SHIKUMEN_NUM_TREND_SCORE_H

#include <stddef.h>
#include <stdint.h>

/* Sums over the groups of u equal values, of n values in all. */
struct ties {
    double pairs;   /* u (u - 1) */
    double triples; /* u (u - 1) (u - 2) */
    double spread;  /* u (u - 1) (2 u + 5) */
};
struct ties ties_of(const double *sorted, size_t n);

/* S = sum over i < j of sign(x_j - x_i). Sorts x; scratch: n. O(n log n). */
int64_t kendall_score(double *x, size_t n, double *scratch);

/* Variance of S between two variables of n >= 1 values with the given ties (Kendall 1975, eq. 4.5);
 * without ties in the second, n (n-1) (2n+5) / 18 less spread / 18. 0 when all values of one are
 * equal. */
double kendall_variance(size_t n, const struct ties *x, const struct ties *t);

/* Normal approximation of S, var > 0, with the continuity correction of 1 towards 0. */
struct normal_p {
    double z, two_sided, rising, falling;
};
struct normal_p kendall_p(int64_t s, double var);

#endif
