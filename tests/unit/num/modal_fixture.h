/* Shear chain under white noise: exact modes and seeded records of its response. */
#ifndef SHIKUMEN_TEST_MODAL_FIXTURE_H
#define SHIKUMEN_TEST_MODAL_FIXTURE_H

#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/arena.h"
#include "shikumen/num/linalg.h"
#include "shikumen/num/modal.h"
#include "shikumen/num/random.h"

#define assert_near(a, b, tolerance)                                                               \
    do {                                                                                           \
        double a_ = (a), b_ = (b);                                                                 \
        if (!(fabs(a_ - b_) <= (tolerance)))                                                       \
            fail_msg("%s = %.17g, expected %.17g within %.3g", #a, a_, b_, (double)(tolerance));   \
    } while (0)

enum { CHAIN = 5 };
static const double CHAIN_M = 25.91, CHAIN_K = 10000.0;

/* Five storeys, free at DOF 1, fixed beyond DOF 5: j from 0. */
static inline double chain_f(size_t j)
{
    return sqrt(CHAIN_K / CHAIN_M) / M_PI * sin((2.0 * (double)j + 1.0) * M_PI / 22.0);
}

static inline double chain_shape(size_t j, size_t i)
{
    return cos((2.0 * (double)j + 1.0) * M_PI * (2.0 * (double)i + 1.0) / 22.0);
}

/* Unit norm over all DOFs. */
static inline double chain_unit_shape(size_t j, size_t i)
{
    double square = 0.0;

    for (size_t q = 0; q < CHAIN; q++)
        square += chain_shape(j, q) * chain_shape(j, q);
    return chain_shape(j, i) / sqrt(square);
}

/* One oscillator under white noise, sampled exactly: x(t + dt) = T x + noise with the covariance
 * that keeps the stationary one, here 1 for the velocity and 1 / omega^2 for the displacement. */
struct oscillator {
    double t[2][2], l[2][2]; /* transition; Cholesky factor of the noise covariance */
    double x[2];
};

static inline struct oscillator oscillator_new(double f_hz, double zeta, double dt,
                                               struct random *r)
{
    double w = 2.0 * M_PI * f_hz, wd = w * sqrt(1.0 - zeta * zeta), e = exp(-zeta * w * dt);
    double c = cos(wd * dt), s = sin(wd * dt);
    struct oscillator o = {.t = {{e * (c + zeta * w / wd * s), e * s / wd},
                                 {-e * w * w / wd * s, e * (c - zeta * w / wd * s)}}};
    double p = 1.0 / (w * w);
    double q00 = p - (o.t[0][0] * o.t[0][0] * p + o.t[0][1] * o.t[0][1]);
    double q01 = -(o.t[0][0] * o.t[1][0] * p + o.t[0][1] * o.t[1][1]);
    double q11 = 1.0 - (o.t[1][0] * o.t[1][0] * p + o.t[1][1] * o.t[1][1]);

    o.l[0][0] = sqrt(q00);
    o.l[1][0] = q01 / o.l[0][0];
    o.l[1][1] = sqrt(q11 - o.l[1][0] * o.l[1][0]);
    o.x[0] = random_normal(r) / w;
    o.x[1] = random_normal(r);
    return o;
}

static inline double oscillator_step(struct oscillator *o, struct random *r)
{
    double a = random_normal(r), b = random_normal(r);
    double x0 = o->t[0][0] * o->x[0] + o->t[0][1] * o->x[1] + o->l[0][0] * a;
    double x1 = o->t[1][0] * o->x[0] + o->t[1][1] * o->x[1] + o->l[1][0] * a + o->l[1][1] * b;

    o->x[0] = x0;
    o->x[1] = x1;
    return x1;
}

/* Velocities of the given DOFs of the chain, all modes of one velocity variance and damping zeta,
 * with independent sensor noise of standard deviation noise. */
static inline struct matrix chain_record(size_t rows, double fs_hz, double zeta, double noise,
                                         const size_t *dof, size_t channels, uint64_t seed,
                                         struct arena *arena)
{
    struct random r = random_seeded(seed);
    struct matrix y = matrix_new(arena, rows, channels);
    struct oscillator o[CHAIN];
    double unit[CHAIN][CHAIN];

    for (size_t j = 0; j < CHAIN; j++) {
        o[j] = oscillator_new(chain_f(j), zeta, 1.0 / fs_hz, &r);
        for (size_t c = 0; c < channels; c++)
            unit[j][c] = chain_unit_shape(j, dof[c]);
    }
    for (size_t t = 0; t < rows; t++) {
        double q[CHAIN];

        for (size_t j = 0; j < CHAIN; j++)
            q[j] = oscillator_step(&o[j], &r);
        for (size_t c = 0; c < channels; c++) {
            double sum = noise * random_normal(&r);

            for (size_t j = 0; j < CHAIN; j++)
                sum += q[j] * unit[j][c];
            matrix_col(&y, c)[t] = sum;
        }
    }
    return y;
}

static inline struct matrix white_record(size_t rows, size_t channels, uint64_t seed,
                                         struct arena *arena)
{
    struct random r = random_seeded(seed);
    struct matrix y = matrix_new(arena, rows, channels);

    for (size_t i = 0; i < rows * channels; i++)
        y.at[i] = random_normal(&r);
    return y;
}

static const size_t ALL_DOFS[CHAIN] = {0, 1, 2, 3, 4};

static inline double chain_mac(const double complex *shape, size_t j)
{
    double complex exact[CHAIN];

    for (size_t i = 0; i < CHAIN; i++)
        exact[i] = chain_shape(j, i);
    return modal_mac(shape, exact, CHAIN);
}

#endif
