/* Robust regression: M-estimators by iteratively reweighted least squares (Holland & Welsch 1977).
 */
#ifndef SHIKUMEN_NUM_IRLS_H
#define SHIKUMEN_NUM_IRLS_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"

/* Weight of a residual r at scale s, u = |r| / s. Huber (1964): 1 up to u = c, then c / u. Tukey's
 * bisquare (Beaton & Tukey 1974): (1 - (u / c)^2)^2 below c, then 0; it starts from the converged
 * Huber fit, because its objective has more than one minimum. */
enum irls_kind { IRLS_HUBER, IRLS_BISQUARE };

/* Tuning constants that keep 95 % of the efficiency of least squares under normal errors. */
#define IRLS_HUBER_C    1.345
#define IRLS_BISQUARE_C 4.685

struct irls_options {
    enum irls_kind kind;
    double huber_c, bisquare_c; /* 0: the constants above */
    double scale_floor;         /* least scale in units of y, e.g. the resolution of the sensor */
};

struct irls {
    size_t n, k, p;           /* rows, columns of x, parameters */
    double *coefficient;      /* p; [0] is the intercept if there is one */
    double *standard_error;   /* p, by Huber's asymptotic covariance (1973; his H1) */
    struct matrix covariance; /* p x p */
    double *residual;         /* n */
    double *weight;           /* n, 0 .. 1 */
    double scale;             /* median |r| * MAD_TO_SIGMA, estimated anew in every round */
    size_t rounds;
};

/* Ends when no fitted value changes by more than 1e-12 of the scale, or than what doubles can tell
 * of y (64 eps of the largest |y|, where that is within 1e-6 of the scale, and of the largest
 * weight times |y|); ERR_DIVERGED after 500 rounds of a kind. Where more than half of the residuals
 * vanish the scale is held at scale_floor and at 1e-13 of the median |y - median|, or of the
 * largest where that median is 0, so that an exact majority decides. Outliers in y are withstood,
 * outliers in x (leverage points) are not. Errors as regress_fit for the rows of positive weight
 * (ERR_TOO_FEW, ERR_CONSTANT), and ERR_SINGULAR when columns depend on one another in these rows or
 * psi is flat at most of the residuals; ERR_RANGE: an option that is negative or not finite. O(n
 * k^2) per round. */
enum err irls_fit(const struct matrix *x, const double *y, bool intercept,
                  const struct irls_options *options, struct arena *arena,
                  struct irls *out) MUST_USE;

#endif
