/* Minima without derivatives, roots by bracketing, curvature by differences. */
#ifndef SHIKUMEN_NUM_OPTIMISE_H
#define SHIKUMEN_NUM_OPTIMISE_H

#include <stddef.h>

#include "shikumen/base/err.h"

#define OPTIMISE_MAX_DIM 8

/* A function to be minimised; not finite means "not here" (treated as +infinity). */
typedef double objective(const double *x, size_t n, void *context);

struct minimum {
    double value;
    size_t evaluations;
};

/* Nelder & Mead (1965), with the standard coefficients 1, 2, 1/2, 1/2. x: start and result, n of 1
 * .. OPTIMISE_MAX_DIM; step: edge of the first simplex along each axis. Ends when the simplex is
 * smaller than x_tolerance in every coordinate and its values lie within f_tolerance. ERR_DIVERGED
 * after max_evaluations (x holds the best), ERR_RANGE when the start has no finite value. */
enum err nelder_mead(objective *f, void *context, double *x, size_t n, const double *step,
                     double x_tolerance, double f_tolerance, size_t max_evaluations,
                     struct minimum *out) MUST_USE;

typedef double function_of_one(double x, void *context);

/* Root of f between lo and hi, where its signs differ (Brent 1973); ERR_RANGE when they do not. */
enum err find_root(function_of_one *f, void *context, double lo, double hi, double tolerance,
                   double *root) MUST_USE;

/* Minimum of a unimodal f between lo and hi (Brent 1973, golden section and parabolas). */
double find_minimum(function_of_one *f, void *context, double lo, double hi, double tolerance);

/* Hessian of f at x by central differences of the given steps, n x n into h; ERR_NOT_FINITE when f
 * is not finite near x. */
enum err hessian(objective *f, void *context, const double *x, size_t n, const double *step,
                 double *h) MUST_USE;

#endif
