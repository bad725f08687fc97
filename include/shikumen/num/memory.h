/* Exponential memories of a driving series, as regressors: what a wall still feels of yesterday.
 *
 * tau dz/dt = u - z, exact for steps dt of any length: with a = exp(-dt / tau),
 *   step:   u holds its new value over the step before it: z = a z + (1 - a) u
 *   linear: u runs straight from sample to sample:         z = a z + (f - a) u0 + (1 - f) u,
 *           f = (1 - a) tau / dt
 * The first is the classic filter; the second (triangle hold) has no lag of half a step where u is
 * sampled from something that moves between the samples. */
#ifndef SHIKUMEN_NUM_MEMORY_H
#define SHIKUMEN_NUM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"

#define MEMORY_MAX 8

enum memory_hold { MEMORY_STEP, MEMORY_LINEAR };

/* Six memories of a lane house: 1 h, 6 h, 1 d, 3 d, 10 d, 30 d [J]. */
#define MEMORY_TAUS_H                                                                              \
    {                                                                                              \
        1, 6, 24, 72, 240, 720                                                                     \
    }

struct memory_options {
    double tau_h[MEMORY_MAX]; /* time constants, hours, > 0 */
    size_t count;             /* 1 .. MEMORY_MAX */
    enum memory_hold hold;
    double max_gap_h; /* over longer steps u counts as unknown; > 0, INFINITY allowed */
};

/* Streaming state, plain data. unknown is the share of z that does not come from measured u: 1 at
 * the first sample (which z starts from), times a at every step, plus the share 1 - a of a step
 * longer than max_gap_h. The error of z from a false start is at most unknown times the range of u;
 * it is below 0.05 after 3 tau. */
struct memory {
    struct memory_options options;
    bool started;
    double t_h, u; /* of the last sample */
    double z[MEMORY_MAX], unknown[MEMORY_MAX];
};

/* ERR_RANGE: an option outside its range. */
enum err memory_init(struct memory *m, const struct memory_options *options) MUST_USE;

/* The next sample. One that is not finite, or not later than the last, is ignored (false): the next
 * good one bridges the gap. */
bool memory_update(struct memory *m, double t_h, double u);

/* The whole series: z (n x count) column k holds the memory of tau_h[k] at each t_h. NaN where u is
 * missing (NaN or infinite), or where unknown exceeds max_unknown (0 .. 1; 0.05 [J]).
 * t_h: hours, finite and increasing. n >= 1. ERR_TOO_FEW, ERR_NOT_FINITE (times), ERR_ORDER,
 * ERR_RANGE, ERR_NOMEM. O(n count). */
enum err memory_series(const double *t_h, const double *u, size_t n,
                       const struct memory_options *options, double max_unknown,
                       struct arena *arena, struct matrix *z) MUST_USE;

#endif
