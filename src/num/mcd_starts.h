/* First estimates for the minimum covariance determinant. Private to num. */
#ifndef SHIKUMEN_NUM_MCD_STARTS_H
#define SHIKUMEN_NUM_MCD_STARTS_H

#include "shikumen/num/linalg.h"

#define MCD_STARTS 6

/* Squared distances of the rows of z (columns with median 0 and robust scale 1) from the centre of
 * first estimate number start, 0 .. MCD_STARTS - 1. ERR_SINGULAR when a direction has no robust
 * scale. */
enum err mcd_start(const struct matrix *z, size_t start, struct arena *arena, double *d2) MUST_USE;

/* Median and MAD (scaled for the normal distribution) of n values; scratch: n. */
void mcd_centre_scale(const double *x, size_t n, double *scratch, double *centre, double *scale);

/* The indices of the h smallest of n values, ascending indices; scratch: n. */
void mcd_smallest(const double *value, size_t n, size_t h, double *scratch, size_t *index);

/* Mean and covariance (divisor: divisor) of the m rows of z that index names. */
void mcd_moments(const struct matrix *z, const size_t *index, size_t m, double divisor,
                 double *mean, struct matrix *covariance);

#endif
