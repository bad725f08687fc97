/* Features in columns: mean and deviation, correlation, Cholesky factor with a check. Private to
 * num. */
#ifndef SHIKUMEN_NUM_COLUMNS_H
#define SHIKUMEN_NUM_COLUMNS_H

#include "shikumen/num/linalg.h"

/* Mean and standard deviation (divisor n - 1) of each column of x (rows >= 2); ERR_NOT_FINITE,
 * ERR_CONSTANT. */
enum err columns_moments(const struct matrix *x, double *mean, double *sd) MUST_USE;

/* z = (x - centre) / scale, column by column; z has the size of x and may be x. */
void columns_standardise(const struct matrix *x, const double *centre, const double *scale,
                         struct matrix *z);

/* Lower Cholesky factor in place. ERR_SINGULAR also when the part of a variance that the columns
 * before leave open is smaller than 1e-12 of it. */
enum err columns_factor(struct matrix *covariance) MUST_USE;

#endif
