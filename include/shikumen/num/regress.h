/* Linear least squares, ordinary and weighted, by Householder QR with column pivoting.
 *
 * Columns are centred (with an intercept) and scaled to a largest value of 1/2..1, by a power of
 * two, before the QR,
 * so that neither units nor a far origin of the axis cost digits: NIST Longley to 1e-13, Filip on
 * raw x to 1e-7. Rows are first reduced in blocks (QR of blocks, then of their stacked R; Demmel et
 * al., SIAM J. Sci. Comput. 34, 2012); the pivoted QR is that of the last R. Rank: |r_ii| > max(n,
 * k) * eps * |r_11|; a column that differs from its mean by no more than 16 eps of it, in the rows
 * of positive weight, counts as constant. Columns that depend on others are left out, those kept by
 * the pivoting first (of largest norm beside what is kept already): their coefficient and variance
 * are 0 and `dropped` tells them. What the rest says about new rows holds only where the dependence
 * goes on. */
#ifndef SHIKUMEN_NUM_REGRESS_H
#define SHIKUMEN_NUM_REGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"

/* How a column was made fit for the QR: z = (x - centre - centre_low) * scale, scale a power of
 * two. */
struct regress_column {
    double centre, centre_low, scale;
};

/* A fit of y on the k columns of x. Parameter 0 is the intercept if there is one; p = k +
 * intercept. Everything lives in the arena of the fit. */
struct regression {
    size_t n;    /* rows of positive weight */
    size_t k, p; /* columns of x, parameters */
    size_t rank; /* parameters estimated, p less those dropped */
    size_t df;   /* n - rank */
    bool intercept;
    bool *dropped;            /* p */
    double *coefficient;      /* p, units of y per unit of the column */
    double *standard_error;   /* p, sqrt of the diagonal of covariance */
    struct matrix covariance; /* p x p, s^2 (X^T W X)^-1 */
    double *residual;         /* one per row of x (also of weight 0): y - fitted, units of y */
    double s;                 /* sqrt(rss / df): standard deviation of a row of weight 1 */
    double rss, tss;          /* sum w r^2; sum w (y - mean)^2, without an intercept sum w y^2 */
    double r2;                /* 1 - rss / tss */

    /* Gaussian, -2 log L + penalty * (rank + 1), penalty 2 and log n (Akaike 1974, Schwarz 1978),
     * sigma counted as a parameter; rss / n below DBL_MIN counts as DBL_MIN. */
    double aic, bic;

    /* The basis: rows z of regress_basis have sum w z z^T = I, covariance = s^2 factor factor^T. */
    struct matrix factor;           /* p x rank */
    struct matrix inverse;          /* k x (rank - intercept), of R, rows in the order of x */
    struct regress_column *column;  /* k */
    double weight_sum, weight_unit; /* of the weights divided by weight_unit, a power of two */
};

/* y (x->rows values) on the columns of x, which is not touched. weight: NULL, or one value >= 0 per
 * row, inverse variances up to a factor; rows of weight 0 get a residual but have no influence.
 * Needs n > p. O(n k^2).
 * ERR_TOO_FEW; ERR_NOT_FINITE also when a result overflows; ERR_RANGE: no column or a weight below
 * 0; ERR_CONSTANT: y does not vary (without intercept: is 0); ERR_SINGULAR: no column left;
 * ERR_NOMEM. */
enum err regress_fit(const struct matrix *x, const double *y, const double *weight, bool intercept,
                     struct arena *arena, struct regression *out) MUST_USE;

/* fitted: one value per row of x (any rows, k columns as in the fit). ERR_TOO_FEW: no row;
 * ERR_RANGE: columns; ERR_NOT_FINITE. */
enum err regress_values(const struct regression *fit, const struct matrix *x,
                        double *fitted) MUST_USE;

/* The fit at one row. Half widths of two-sided intervals of the given level (0.90, 0.95 ...) by
 * Student's t with df degrees of freedom: of the mean there, and of one new value of weight 1. They
 * hold for independent, normal errors of equal variance (up to the weights). */
struct regress_prediction {
    double value;
    double s_mean, s_value; /* standard errors: of the mean, of a new value */
    double half_mean, half_value;
};
/* row: k values. ERR_RANGE: level not in (0, 1); ERR_NOT_FINITE. */
enum err regress_predict(const struct regression *fit, const double *row, double level,
                         struct regress_prediction *out) MUST_USE;

/* z becomes (x->rows x rank): the rows of x in the orthonormal basis of the fit. ERR_RANGE: x of
 * other columns than the fit; ERR_NOT_FINITE, ERR_NOMEM. */
enum err regress_basis(const struct regression *fit, const struct matrix *x, struct arena *arena,
                       struct matrix *z) MUST_USE;

/* Leverages h_i = w_i z_i^T z_i (diagonal of the hat matrix), x and weight as in the fit; they sum
 * to rank. A left-out residual is residual_i / (1 - h_i). Errors as regress_basis. */
enum err regress_leverage(const struct regression *fit, const struct matrix *x,
                          const double *weight, struct arena *arena, double *h) MUST_USE;

/* How well predicted values meet held-back rows: skill = 1 - sse / sst, sst about the mean of these
 * rows (Murphy 1988; Nash & Sutcliffe 1970): 1 perfect, 0 as good as their mean, below 0 worse. */
struct regress_score {
    double sse, sst, skill;
    double rmse; /* sqrt(sse / n) */
};
/* n >= 2. ERR_TOO_FEW, ERR_NOT_FINITE, ERR_CONSTANT: y does not vary. */
enum err regress_score(const double *y, const double *predicted, size_t n,
                       struct regress_score *out) MUST_USE;

/* A column of the design: the value of a series lag samples earlier. */
struct regress_term {
    const double *series; /* n values, NaN = missing */
    size_t lag;
};
/* The complete rows of a design: those where y and every term have finite values. */
struct regress_design {
    struct matrix x; /* rows x terms */
    double *y;
    size_t *row; /* where each row came from, 0 .. n - 1, ascending */
};
/* ERR_RANGE: no term; ERR_TOO_FEW: no complete row; ERR_NOMEM. */
enum err regress_design(const struct regress_term *term, size_t terms, const double *y, size_t n,
                        struct arena *arena, struct regress_design *out) MUST_USE;

#endif
