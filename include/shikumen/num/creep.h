/* Accelerating creep: the time of failure by the inverse velocity (Fukuzono 1985; Voight, Nature
 * 332, 1988). Voight's law dv/dt = A v^alpha, alpha > 1, makes v^(1 - alpha) fall on a straight
 * line that reaches zero at the failure; for alpha = 2 that line is 1/v. */
#ifndef SHIKUMEN_NUM_CREEP_H
#define SHIKUMEN_NUM_CREEP_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

#define CREEP_LEAST_WINDOWS 6    /* [J] */
#define CREEP_SIGNIFICANCE  0.01 /* of each test that has to pass before a date is given [J] */
#define CREEP_ALPHA_MIN     1.2
#define CREEP_ALPHA_MAX     4.0

/* Slope of the displacement over one window, by least squares. */
struct creep_velocity {
    double t_d;      /* mean of the times */
    double velocity; /* per day */
    double sum_tt;   /* sum of (t - t_d)^2: var(velocity) = var(displacement) / sum_tt */
    double rss;      /* of the samples about the slope */
    size_t first, n; /* samples first .. first + n - 1 */
};

/* Velocities in windows that follow one another without overlap, so that their errors are
 * independent: (t_last - (j + 1) window, t_last - j window], counted back from the last sample;
 * a window with fewer than 3 samples gives none. v: room for n / 3; *count: how many, ascending in
 * time, at least 1. t_d ascending, any spacing. ERR_TOO_FEW, ERR_NOT_FINITE, ERR_ORDER, ERR_RANGE
 * (window_d not > 0, or so small that the number of windows overflows). */
enum err creep_velocities(const double *t_d, const double *x, size_t n, double window_d,
                          struct creep_velocity *v, size_t *count) MUST_USE;

enum creep_verdict {
    CREEP_STILL,        /* the latest velocity is not significantly above zero */
    CREEP_STEADY,       /* moving, but the velocity does not grow significantly: no date */
    CREEP_ACCELERATING, /* failure_d and its interval hold */
};

struct creep_forecast {
    enum creep_verdict verdict;
    size_t windows;
    double velocity, velocity_sd; /* latest window, per day */
    double p_growth;              /* one-sided, linear growth of the velocity */
    double p_inverse; /* fall of v^(1 - alpha) against a constant velocity; 1 if untested */
    double alpha;     /* as given, or estimated (0 without a date to estimate it for) */
    double failure_d, lo_d, hi_d; /* same axis as t_d; 0 unless CREEP_ACCELERATING */
};

/* Failure time of a displacement x that grows (an opening counted positive). alpha in
 * CREEP_ALPHA_MIN..MAX, or 0 to estimate it in that range by least squares. confidence in (0.5, 1).
 *
 * v = C (t_f - t)^(-1/(alpha - 1)) is fitted to the window velocities with weights sum_tt. That is
 * the straight line of v^(1 - alpha) under the right weights: noise of constant variance in the
 * displacement gives var(v) = s^2 / sum_tt whatever v is, hence var(1/v) = var(v) / v^4 for
 * alpha = 2 (weights v^4; v^2 would belong to a constant relative error), taken at the fitted v and
 * not at the noisy one. The rise of the velocity within a window is allowed for at the very times
 * of its samples. Interval: all t_f that an F test of 1 and m - 2 degrees of freedom (alpha
 * estimated anew at each t_f: m - 3) does not reject, which is Fieller's theorem without its
 * linearisation; it is as lopsided as the problem, unlike the delta method's. t_f lies behind the
 * last sample, so lo_d is never before it.
 *
 * A date is given only if the latest velocity exceeds zero, the velocities grow linearly in time
 * and a constant velocity is rejected, each at CREEP_SIGNIFICANCE, and the interval is bounded.
 * Assumes independent errors between windows. O(n) per trial of t_f, some hundred trials; with
 * alpha estimated some thousand. ERR_TOO_FEW (fewer than CREEP_LEAST_WINDOWS windows with
 * velocities), ERR_NOT_FINITE, ERR_ORDER, ERR_RANGE, ERR_CONSTANT (x does not vary), ERR_NOMEM. */
enum err creep_forecast(const double *t_d, const double *x, size_t n, double window_d, double alpha,
                        double confidence, struct arena *arena,
                        struct creep_forecast *out) MUST_USE;

#endif
