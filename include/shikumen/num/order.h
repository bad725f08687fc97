/* Order statistics: sorting, selection, ranks, quantiles. Values are finite (sample_check). */
#ifndef SHIKUMEN_NUM_ORDER_H
#define SHIKUMEN_NUM_ORDER_H

#include <stddef.h>

/* Sorts ascending, in place, O(n log n) at worst, no allocation (qsort of glibc allocates). */
void order_sort(double *x, size_t n);

/* index becomes the permutation that sorts x ascending; equal values keep their order. x is not
 * touched. scratch: n indices. O(n log n). */
void order_index(const double *x, size_t n, size_t *index, size_t *scratch);

/* The k-th smallest (from 0) of n values, k < n; reorders x so that x[0..k-1] <= x[k] <= x[k+1..].
 * O(n) on average, O(n log n) at worst. */
double order_select(double *x, size_t n, size_t k);

/* Mid-ranks 1..n of x into rank (equal values share their mean rank); returns sum t^3 - t over the
 * groups of t equal values, which variances of rank tests need. index, scratch: n each. */
double order_ranks(const double *x, size_t n, double *rank, size_t *index, size_t *scratch);

/* Quantile of type 7 (Hyndman & Fan 1996; linear between order statistics) of n >= 1 values sorted
 * ascending, p in 0..1. */
double quantile_sorted(const double *sorted, size_t n, double p);

/* The same of values in any order, n >= 1; reorders x. O(n). */
double quantile(double *x, size_t n, double p);

/* Median of n >= 1 values; reorders x. */
double median(double *x, size_t n);

/* Median absolute deviation from centre, not scaled, of n >= 1 values; scratch: n. For a normal
 * distribution sigma = MAD_TO_SIGMA * mad. */
#define MAD_TO_SIGMA 1.4826022185056018 /* 1 / normal_quantile(0.75) */
double mad(const double *x, size_t n, double centre, double *scratch);

#endif
