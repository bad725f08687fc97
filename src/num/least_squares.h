/* A least-squares problem made small: columns centred and scaled without loss, rows reduced to a
 * triangle. Private to num. */
#ifndef SHIKUMEN_NUM_LEAST_SQUARES_H
#define SHIKUMEN_NUM_LEAST_SQUARES_H

#include "shikumen/num/regress.h"

/* |v - Z b|^2 with weights is |q - R b|^2 plus what no b can reduce. */
struct least_squares {
    size_t n, counted; /* rows; those of positive weight */
    size_t k;          /* columns */
    struct matrix z;   /* n x k, columns as told by column[], not weighted */
    struct regress_column *column, y;
    double *v;                           /* y in the same way */
    double *scaled_weight, *root_weight; /* n: weight / weight_unit and its root, or NULL */
    double weight_sum, weight_unit;
    struct matrix r; /* k x k, R^T R = Z^T W Z, its columns in the order of x */
    double *q;       /* k, Q^T sqrt(W) v */
};

/* Checks and prepares everything. Errors as regress_fit, less ERR_SINGULAR. */
enum err least_squares_reduce(const struct matrix *x, const double *y, const double *weight,
                              bool intercept, struct arena *arena,
                              struct least_squares *out) MUST_USE;

/* r = v - Z b, n values: residuals in units of v. */
void least_squares_residual(const struct least_squares *ls, const double *b, double *r);

/* Sum of a_i^2 weighted as the problem is. */
double least_squares_norm2(const struct least_squares *ls, const double *a);

/* Coefficients of the columns and, with an intercept, before them the intercept, in the units of
 * the caller, from b in units of v per unit of Z. ERR_NOT_FINITE when one overflows. */
enum err least_squares_coefficients(const struct least_squares *ls, bool intercept, const double *b,
                                    double *coefficient) MUST_USE;

/* The value x of a column as the fit sees it. */
static inline double least_squares_scaled(const struct regress_column *c, double x)
{
    return ((x - c->centre) - c->centre_low) * c->scale;
}

#endif
