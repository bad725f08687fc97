/* Final settlement of soft clay under a known, constant load, from what has settled so far. */
#ifndef SHIKUMEN_NUM_SETTLE_H
#define SHIKUMEN_NUM_SETTLE_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Final settlement in the unit of the readings, downward positive, and the degree of consolidation
 * reached, last reading / final; for the latter the readings count from the load step. bounded:
 * the interval is one; otherwise the data do not yet tell the end, and lo, hi, degree_lo and
 * degree_hi are 0. */
struct settle_final {
    double final, lo, hi;
    double degree, degree_lo, degree_hi;
    bool bounded;
};

/* Asaoka (1978): S_{k+1} = b0 + b1 S_k at equal steps, final b0 / (1 - b1). */
struct settle_asaoka {
    double b0, b1, se_b0, se_b1;
    double residual_sd; /* of S_{k+1}, n - 3 degrees of freedom */
    struct settle_final settlement;
};

/* s: n >= 5 readings at equal steps. Interval by Fieller's theorem for the zero of the step
 * S_{k+1} - S_k as a line in S_k, for independent normal errors of the steps (exact if S_k did not
 * itself hold the earlier ones). Noise of the readings themselves pulls b1 down and the final
 * settlement to the last reading: take steps long enough that the settlement in one exceeds the
 * noise. confidence in (0.5, 1). ERR_TOO_FEW, ERR_NOT_FINITE (also squares that overflow or
 * vanish), ERR_CONSTANT (all readings, or all but the last, are equal), ERR_RANGE; ERR_DIVERGED: b1
 * outside (0, 1), a settlement that does not end (or overshoots). */
enum err settle_asaoka(const double *s, size_t n, double confidence,
                       struct settle_asaoka *out) MUST_USE;

/* Hyperbolic (Tan, Inoue & Lee 1991): t / S = a + b t, final 1 / b. */
struct settle_hyperbolic {
    double a, b, se_a, se_b;
    double residual_sd; /* of S, n - 2 degrees of freedom */
    struct settle_final settlement;
};

/* t: times since the load step, > 0 and ascending, any unit; s: settlements > 0; n >= 4. Equal
 * noise of the readings makes var(t / S) = s^2 t^2 / S^4, so the line is weighted by S^4 / t^2 at
 * the fitted S (Gauss-Newton steps of S = t / (a + b t)). Interval of the final settlement: the
 * reciprocals of Student's interval of b. ERR_TOO_FEW, ERR_NOT_FINITE, ERR_ORDER, ERR_CONSTANT,
 * ERR_RANGE (confidence, t or s not > 0); ERR_DIVERGED: a or b not > 0, or no convergence. */
enum err settle_hyperbolic(const double *t, const double *s, size_t n, double confidence,
                           struct arena *arena, struct settle_hyperbolic *out) MUST_USE;

/* Readings at t[0], t[0] + step, ... up to t[n - 1], by linear interpolation; *count of them into
 * out (room: capacity). ERR_TOO_FEW when two readings lie more than max_gap apart, or n < 2;
 * ERR_RANGE (step or max_gap not > 0, capacity exceeded), ERR_NOT_FINITE, ERR_ORDER. */
enum err settle_resample(const double *t, const double *s, size_t n, double step, double max_gap,
                         double *out, size_t capacity, size_t *count) MUST_USE;

#endif
