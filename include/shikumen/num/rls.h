/* Recursive least squares with forgetting, for streams. Its coefficients follow whatever changes
 * slowly, damage too: for commissioning and short-term prediction, not a baseline of damage. */
#ifndef SHIKUMEN_NUM_RLS_H
#define SHIKUMEN_NUM_RLS_H

#include <stddef.h>

#include "shikumen/base/err.h"

#define RLS_MAX 16

/* How the state starts and forgets. */
struct rls_options {
    double forgetting; /* lambda in (0, 1]; memory 1 / (1 - lambda) samples; 0.995 .. 0.9999 [J] */
    double start_variance;   /* P0 = start_variance I; 1e4 .. 1e6 / var(x) [J] */
    double trace_cap;        /* of P, against wind-up; 0: p * start_variance */
    double least_excitation; /* no update unless x^T P x exceeds this, >= 0; 1e-9 [J] */
};

/* Plain data, may be stored. p <= RLS_MAX coefficients; covariance: p x p, symmetric, such that
 * s^2 covariance is that of the coefficients where s^2 is the variance of a sample. */
struct rls {
    struct rls_options options;
    size_t p;
    double coefficient[RLS_MAX];
    double covariance[RLS_MAX * RLS_MAX]; /* element (i, j) is [i * p + j] */
};

enum rls_outcome {
    RLS_UPDATED,
    RLS_IDLE,   /* too little excitation: x^T P x <= least_excitation; state unchanged */
    RLS_IGNORED /* a value or a result is not finite, or P would not be positive; state unchanged */
};
struct rls_step {
    enum rls_outcome outcome;
    double prediction; /* x^T coefficient before the update; 0 when ignored */
    double innovation; /* y - prediction; 0 when ignored */
};

/* ERR_RANGE: p not in 1 .. RLS_MAX or an option outside its range. start: p coefficients, or NULL
 * for 0. */
enum err rls_init(struct rls *r, size_t p, const struct rls_options *options,
                  const double *start) MUST_USE;

/* One sample: k = P x / (lambda + x^T P x), coefficient += k e,
 * P = ((I - k x^T) P (I - k x^T)^T + lambda k k^T) / lambda (Joseph's form), kept exactly symmetric
 * and, by its Cholesky factor, positive: where rounding has taken that away the sample is ignored.
 * It may once start_variance x^T x exceeds 1e15: centre the regressors. A constant regressor is a
 * 1 in x. O(p^2) and p^3 / 6 for the factor, no allocation.
 *
 * Where this would exceed trace_cap, because some directions are not excited, the step forgets in
 * the direction of x alone, P - P x x^T P (x^T P x - (1 - lambda)) / (x^T P x (lambda + x^T P x)),
 * which has the same x^T P x (directional forgetting, after Kulhavy & Karny 1984 [M]): what is
 * excited goes on to be forgotten at its pace, the rest keeps its P. Only what then still exceeds
 * the cap is scaled down. */
struct rls_step rls_update(struct rls *r, const double *x, double y);

#endif
