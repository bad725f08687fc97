/* Random structural time series with known truth, for the tests of kalman and horizon. */
#ifndef KALMAN_SIMULATE_H
#define KALMAN_SIMULATE_H

#include <math.h>

#include "shikumen/num/kalman.h"
#include "shikumen/num/random.h"

/* Level and slope dt later, exactly by the model in continuous time. */
static inline void simulate_step(struct random *chance, const struct kalman_model *m, double dt,
                                 double *a)
{
    double turn = sqrt(m->q_slope * dt) * random_normal(chance);
    double bend = sqrt(m->q_slope * dt / 12) * dt * random_normal(chance);

    a[0] += a[1] * dt + turn * dt / 2 + bend + sqrt(m->q_level * dt) * random_normal(chance);
    a[1] += turn;
}

/* n values step_d apart into t and y; a: state at the first one, becomes that at the last one. */
static inline void simulate(struct random *chance, const struct kalman_model *m, size_t n,
                            double step_d, double *a, double *t, double *y)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            simulate_step(chance, m, step_d, a);
        t[i] = (double)i * step_d;
        y[i] = a[0] + sqrt(m->r) * random_normal(chance);
    }
}

#endif
