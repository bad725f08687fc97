#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "kalman_simulate.h"
#include "near.h"
#include "nile.h"

/* Durbin & Koopman 2012, 2.2: r = 15099, q = 1469.1. */
static const struct kalman_model nile_model = {KALMAN_LEVEL, false, 15099, 1469.1, 0, 0};

/* A weekly settlement of 20 values, noise in whole steps. */
static const struct kalman_model weekly_model = {KALMAN_TREND, true, 1e-4, 1e-6, 1e-8, 0};
static const double weekly[20] = {0.50, 0.52, 0.51, 0.55, 0.56, 0.55, 0.59, 0.60, 0.62, 0.61,
                                  0.65, 0.66, 0.66, 0.69, 0.71, 0.70, 0.74, 0.75, 0.77, 0.76};

static struct kalman diffuse(const struct kalman_model *m)
{
    struct kalman k;

    assert_int_equal(kalman_start_diffuse(m, &k), ERR_OK);
    return k;
}

static void count_up(double *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t[i] = (double)i;
}

/* Without any wandering the filter is least squares: level and slope of the regression line and
 * sigma^2 (X^T X)^-1, at irregular times. */
static void exact_still_trend_is_the_regression_line(void **state)
{
    static const double t[5] = {0, 1, 3, 4, 7}, y[5] = {1, 3, 2, 5, 4};
    struct kalman k = diffuse(&(struct kalman_model){KALMAN_TREND, false, 2, 0, 0, 0});

    (void)state;
    assert_int_equal(kalman_filter(&k, t, y, 5, NULL), ERR_OK);
    /* mean t 3, mean y 3, Sxx 30, Sxy 12: slope 0.4, at t = 7 the line is 3 + 0.4 * 4. */
    assert_near(k.a[0], 4.6, 1e-14);
    assert_near(k.a[1], 0.4, 1e-15);
    assert_near(k.p[0], 2 * (1 / 5.0 + 16 / 30.0), 1e-14);
    assert_near(k.p[1], 2 * 4 / 30.0, 1e-15);
    assert_near(k.p[2], 2 / 30.0, 1e-15);
    assert_int_equal(k.terms, 3);
    /* sum v^2/S is the residual sum of squares over r: Syy - Sxy^2/Sxx = 10 - 4.8. */
    assert_near(k.sum_square, 5.2 / 2, 1e-14);
}

static void exact_still_level_is_the_mean(void **state)
{
    static const double t[4] = {0, 2, 2, 9}, y[4] = {1, 2, 6, 3};
    struct kalman k = diffuse(&(struct kalman_model){KALMAN_LEVEL, false, 4, 0, 0, 0});

    (void)state;
    assert_int_equal(kalman_filter(&k, t, y, 4, NULL), ERR_OK);
    assert_near(k.a[0], 3, 1e-15);
    assert_near(k.p[0], 1, 1e-15);
    assert_int_equal(k.terms, 3);
}

static void exact_one_step_by_hand(void **state)
{
    const double a[2] = {1, 2}, p[3] = {4, 1, 3};
    struct kalman k;

    (void)state;
    /* dt = 2: Q = [2*0.5 + 8/3*6, 2*6; ., 12], F P F' = [4 + 4 + 12, 1 + 6; ., 3]. */
    assert_int_equal(
        kalman_start(&(struct kalman_model){KALMAN_TREND, false, 1, 0.5, 6, 0}, a, p, &k), ERR_OK);
    assert_int_equal(kalman_step(&k, 2, 7), ERR_OK);
    assert_near(k.innovation, 2, 0);
    assert_near(k.innovation_variance, 38, 1e-14);
    assert_near(k.gain[0], 37 / 38.0, 1e-15);
    assert_near(k.gain[1], 19 / 38.0, 1e-15);
    assert_near(k.a[0], 5 + 74 / 38.0, 1e-15);
    assert_near(k.a[1], 3, 1e-15);
    assert_near(k.p[0], 37 / 38.0, 1e-14);
    assert_near(k.p[1], 19 / 38.0, 1e-14);
    assert_near(k.p[2], 15 - 19 * 19 / 38.0, 1e-14);
    assert_near(kalman_log_likelihood(&k), -0.5 * (log(2 * M_PI) + log(38) + 4 / 38.0), 1e-15);
    assert_near(kalman_standardised(&k), 2 / sqrt(38), 1e-15);
}

/* The value stands 10 standard deviations off; it is taken as one 3 off. */
static void exact_clipped_innovation(void **state)
{
    const double zero[2] = {0, 0}, p[3] = {3, 0, 0};
    struct kalman k;

    (void)state;
    assert_int_equal(
        kalman_start(&(struct kalman_model){KALMAN_LEVEL, false, 1, 0, 0, 3}, zero, p, &k), ERR_OK);
    assert_int_equal(kalman_step(&k, 0, -20), ERR_OK);
    assert_near(k.a[0], -0.75 * 6, 1e-15);
    assert_near(k.innovation, -20, 0);
    assert_near(k.sum_square, 9 * (1 + log(100 / 9.0)), 1e-13);
    assert_int_equal(k.clipped, 1);
    assert_int_equal(kalman_step(&k, 0, k.a[0] + 1), ERR_OK);
    assert_int_equal(k.clipped, 1);
}

/* Whole discrete steps compose: two of one are one of two. */
static void exact_noise_of_steps_composes(void **state)
{
    struct kalman_model m = {KALMAN_TREND, false, 1, 0.3, 0.2, 0};
    const double a[2] = {1, 2}, p[3] = {4, 1, 3};
    struct kalman one, two;

    (void)state;
    for (int discrete = 0; discrete < 2; discrete++) {
        m.discrete = discrete;
        assert_int_equal(kalman_start(&m, a, p, &one), ERR_OK);
        two = one;
        assert_int_equal(kalman_step(&one, 5, (double)NAN), ERR_OK);
        assert_int_equal(kalman_step(&two, 2, (double)NAN), ERR_OK);
        assert_int_equal(kalman_step(&two, 3, (double)NAN), ERR_OK);
        for (int i = 0; i < 3; i++)
            assert_near(two.p[i], one.p[i], 4e-14);
        assert_near(two.a[0], one.a[0], 1e-14);
    }
}

/* Engineering reference B5.1; Durbin & Koopman 2012, 2.2 and fig. 2.1; figures recomputed to the
 * digits printed here. */
static void vector_nile_filter(void **state)
{
    double t[NILE_N];
    struct kalman k = diffuse(&nile_model);

    (void)state;
    count_up(t, NILE_N);
    for (size_t i = 0; i < NILE_N; i++) {
        assert_int_equal(kalman_step(&k, i > 0, nile[i]), ERR_OK);
        if (i == 1) {
            assert_near(k.innovation, 40, 0);
            assert_near(k.innovation_variance - nile_model.r, 16568.1, 1e-9);
            assert_near(k.innovation_variance, 31667.1, 1e-9);
            assert_near(k.gain[0], 0.523196, 5e-7);
            assert_near(k.a[0], 1140.927840, 5e-7);
            assert_near(k.p[0] + nile_model.q_level, 9368.836379, 5e-7);
        }
        if (i == 2) {
            assert_near(k.a[0], 1072.798530, 5e-7);
            assert_near(k.p[0] + nile_model.q_level, 7250.569939, 5e-7);
        }
        if (i == NILE_N - 1)
            assert_near(k.a[0] - k.gain[0] * k.innovation, 819.637266, 5e-7);
    }
    assert_near(k.innovation_variance - nile_model.r, 5501.257942, 5e-7);
    assert_near(k.a[0], 798.370293, 5e-7);
    assert_near(k.p[0], 4032.157942, 5e-7);
    assert_near(kalman_log_likelihood(&k), -632.5456, 5e-5);
    assert_int_equal(k.terms, 99);
}

/* Engineering reference B5.1: the same series smoothed from variance 1e7, and from the exact
 * diffuse start, which differs by about r/1e7 of the distance from 0 at the beginning. */
static void vector_nile_smoothed(void **state)
{
    const double a[2] = {0, 0}, p[3] = {1e7, 0, 0};
    struct kalman_smoothed s[NILE_N], d[NILE_N];
    struct kalman wide, exact = diffuse(&nile_model);
    struct arena arena = {0};
    double t[NILE_N];

    (void)state;
    count_up(t, NILE_N);
    assert_int_equal(kalman_start(&nile_model, a, p, &wide), ERR_OK);
    assert_int_equal(kalman_smooth(&wide, t, nile, NILE_N, s, &arena), ERR_OK);
    assert_near(s[1898 - 1871].a[0], 999.585117, 5e-7);
    assert_near(s[1899 - 1871].a[0], 950.930012, 5e-7);
    assert_near(s[1970 - 1871].a[0], 798.370293, 5e-7);
    assert_near(s[1970 - 1871].p[0], 4032.157942, 5e-7);
    assert_int_equal(kalman_smooth(&exact, t, nile, NILE_N, d, &arena), ERR_OK);
    for (size_t i = 0; i < NILE_N; i++) {
        assert_near(d[i].a[0], s[i].a[0], 1111.7 * 15099 / 1e7);
        assert_near(d[i].p[0], s[i].p[0], 15099.0 * 15099 / 1e7);
    }
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
}

/* Engineering reference B5.1, computed two ways: by the filter from P0 = 1e6 I, and with numpy 1.24
 * from the joint normal distribution of all values (generalised least squares). From P0 = 1e6 I
 * cancellation costs 1e6 eps/r = 2e-6 of what P keeps; the exact start meets every printed digit.
 */
static void vector_weekly_trend(void **state)
{
    const double a[2] = {0.5, 0}, p[3] = {1e6, 0, 1e6};
    struct kalman exact = diffuse(&weekly_model), wide;
    double t[20], of_start = 0;

    (void)state;
    count_up(t, 20);
    assert_int_equal(kalman_filter(&exact, t, weekly, 20, NULL), ERR_OK);
    assert_near(exact.a[0], 0.7735557028, 5e-11);
    assert_near(exact.a[1], 0.0145758841, 5e-11);
    assert_near(exact.p[0], 2.10505e-05, 5e-11);
    assert_near(exact.p[1], 1.6584e-06, 5e-11);
    assert_near(exact.p[2], 2.836e-07, 5e-11);
    assert_near(kalman_log_likelihood(&exact), 50.461285, 5e-7);
    assert_int_equal(kalman_start(&weekly_model, a, p, &wide), ERR_OK);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(kalman_step(&wide, i > 0, weekly[i]), ERR_OK);
        if (i == 1)
            of_start = kalman_log_likelihood(&wide);
    }
    assert_near(wide.a[0], 0.7735557028, 2e-9);
    assert_near(wide.a[1], 0.0145758841, 2e-9);
    assert_near(kalman_log_likelihood(&wide) - of_start, 50.461285, 1e-5);
}

static void invariant_shift_scale_and_units_of_time(void **state)
{
    const struct kalman_model m = {KALMAN_TREND, false, 1, 0.2, 0.03, KALMAN_CLIP};
    const struct kalman_model other = {KALMAN_TREND,        false,      9, 1.8 / 24,
                                       0.27 / 24 / 24 / 24, KALMAN_CLIP};
    double t[60], hours[60], y[60], mapped[60], a[2] = {3, 0.1};
    struct random chance = random_seeded(1);
    struct kalman k = diffuse(&m), o = diffuse(&other);

    (void)state;
    simulate(&chance, &m, 60, 0.7, a, t, y);
    y[30] += 40; /* clipped in both */
    for (size_t i = 0; i < 60; i++) {
        hours[i] = 24 * t[i] + 5;
        mapped[i] = 100 - 3 * y[i];
    }
    assert_int_equal(kalman_filter(&k, t, y, 60, NULL), ERR_OK);
    assert_int_equal(kalman_filter(&o, hours, mapped, 60, NULL), ERR_OK);
    assert_near(o.a[0], 100 - 3 * k.a[0], 1e-11);
    assert_near(o.a[1], -3 * k.a[1] / 24, 1e-12);
    assert_near(o.p[0], 9 * k.p[0], 1e-12);
    assert_near(o.p[2], 9 * k.p[2] / 576, 1e-13);
    assert_near(kalman_log_likelihood(&o), kalman_log_likelihood(&k) - 58 * log(3), 1e-10);
    assert_true(k.clipped >= 1);
    assert_int_equal(o.clipped, k.clipped);
}

/* Smoothing does not know the direction of time, whatever is missing at either end. */
static void invariant_smoothing_reversed(void **state)
{
    const struct kalman_model m = {KALMAN_TREND, false, 1, 0.2, 0.03, 0};
    static const size_t missing[] = {0, 1, 3, 4, 5, 20, 28};
    double t[30], y[30], back_t[30], back_y[30], a[2] = {3, 0.1};
    struct kalman_smoothed s[30], b[30];
    struct random chance = random_seeded(2);
    struct kalman start = diffuse(&m);
    struct arena arena = {0};

    (void)state;
    simulate(&chance, &m, 30, 1, a, t, y);
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        y[missing[i]] = (double)NAN;
    t[10] = t[9];
    for (size_t i = 0; i < 30; i++) {
        back_t[29 - i] = -t[i];
        back_y[29 - i] = y[i];
    }
    assert_int_equal(kalman_smooth(&start, t, y, 30, s, &arena), ERR_OK);
    assert_int_equal(kalman_smooth(&start, back_t, back_y, 30, b, &arena), ERR_OK);
    for (size_t i = 0; i < 30; i++) {
        assert_near(b[29 - i].a[0], s[i].a[0], 1e-12);
        assert_near(b[29 - i].a[1], -s[i].a[1], 1e-12);
        assert_near(b[29 - i].p[0], s[i].p[0], 1e-12);
        assert_near(b[29 - i].p[1], -s[i].p[1], 1e-12);
        assert_near(b[29 - i].p[2], s[i].p[2], 1e-12);
    }
    arena_free(&arena);
}

/* A missing value is a step not taken; equal times may come in any order. */
static void invariant_missing_and_permuted(void **state)
{
    static const double t[6] = {0, 1, 2, 2, 2, 5}, y[6] = {1, NAN, 4, 2, 7, NAN};
    static const double t2[5] = {0, 2, 2, 2, 5}, y2[5] = {1, 7, 4, 2, NAN};
    struct kalman_model m = {KALMAN_TREND, false, 1, 0.2, 0.03, 0};
    struct kalman k = diffuse(&m), o = k;
    double z[6];

    (void)state;
    assert_int_equal(kalman_filter(&k, t, y, 6, z), ERR_OK);
    assert_int_equal(kalman_filter(&o, t2, y2, 5, NULL), ERR_OK);
    for (int i = 0; i < 3; i++)
        assert_near(o.p[i], k.p[i], 1e-13);
    assert_near(o.a[0], k.a[0], 1e-13);
    assert_near(o.a[1], k.a[1], 1e-13);
    assert_int_equal(k.terms, 2);
    assert_true(isnan(z[0]) && isnan(z[1]) && isnan(z[2]) && isnan(z[5]));
    assert_true(isfinite(z[3]) && isfinite(z[4]));
}

/* The same bits by steps, by a batch, and resumed from a stored state. */
static void invariant_stream_and_batch(void **state)
{
    const struct kalman_model m = {KALMAN_TREND, false, 1, 0.2, 0.03, KALMAN_CLIP};
    double t[50], y[50], a[2] = {0, 0};
    struct random chance = random_seeded(3);
    struct kalman batch = diffuse(&m), stream = batch, stored;

    (void)state;
    simulate(&chance, &m, 50, 0.5, a, t, y);
    assert_int_equal(kalman_filter(&batch, t, y, 50, NULL), ERR_OK);
    for (size_t i = 0; i < 50; i++) {
        memcpy(&stored, &stream, sizeof stored);
        assert_int_equal(kalman_step(&stored, i == 0 ? 0 : t[i] - t[i - 1], y[i]), ERR_OK);
        stream = stored;
    }
    assert_true(stream.a[0] == batch.a[0] && stream.a[1] == batch.a[1]);
    assert_true(kalman_log_likelihood(&stream) == kalman_log_likelihood(&batch) &&
                stream.sum_square == batch.sum_square);
}

/* Under the true model the standardised innovations are white and normal, and the smoothed level is
 * nearer to the truth than the filtered one, as often within 1.645 sd as it says. */
static void truth_innovations_and_smoothed_level(void **state)
{
    enum { N = 4000 };
    const struct kalman_model m = {KALMAN_TREND, false, 1, 0.2, 0.003, 0};
    static double t[N], y[N], z[N], level[N];
    static struct kalman_smoothed s[N];
    struct random chance = random_seeded(4);
    struct kalman k = diffuse(&m), start = k;
    struct arena arena = {0};
    double a[2] = {0, 0}, sum = 0, square = 0, product = 0;
    size_t within = 0;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        double dt = i > 0 ? random_exponential(&chance) : 0;

        simulate_step(&chance, &m, dt, a);
        t[i] = i > 0 ? t[i - 1] + dt : 0;
        level[i] = a[0];
        y[i] = a[0] + random_normal(&chance);
    }
    assert_int_equal(kalman_filter(&k, t, y, N, z), ERR_OK);
    for (size_t i = 2; i < N; i++) {
        sum += z[i];
        square += z[i] * z[i];
        product += i > 2 ? z[i] * z[i - 1] : 0;
    }
    assert_near(sum / N, 0, 4 / sqrt(N)); /* 4 standard errors each */
    assert_near(square / N, 1, 4 * sqrt(2.0 / N));
    assert_near(product / N, 0, 4 / sqrt(N));
    assert_int_equal(kalman_smooth(&start, t, y, N, s, &arena), ERR_OK);
    for (size_t i = 0; i < N; i++)
        within += fabs(s[i].a[0] - level[i]) <= 1.6449 * sqrt(s[i].p[0]);
    /* errors are correlated over some 5 samples: N/5 independent ones */
    assert_near((double)within / N, 0.9, 4 * sqrt(0.09 / (N / 5)));
    arena_free(&arena);
}

/* An outlier of 50 sigma moves the clipped filter by no more than one of 3.5 would. */
static void truth_outlier_is_bounded(void **state)
{
    struct kalman_model m = {KALMAN_LEVEL, false, 1, 0.05, 0, KALMAN_CLIP};
    double t[200], y[200], a[2] = {0, 0}, before;
    struct random chance = random_seeded(5);
    struct kalman k = diffuse(&m);

    (void)state;
    simulate(&chance, &m, 200, 1, a, t, y);
    assert_int_equal(kalman_filter(&k, t, y, 200, NULL), ERR_OK);
    before = k.a[0];
    assert_int_equal(kalman_step(&k, 1, before + 50), ERR_OK);
    assert_near(k.a[0], before + k.gain[0] * KALMAN_CLIP * sqrt(k.innovation_variance), 1e-12);
    assert_true(k.a[0] < before + 1.1);
}

/* P(|z| > 1.645) = 0.1 for one-step forecasts over 2000 short series, and the log-likelihood of the
 * truth above that of a doubled r on average. */
static void promise_one_step_coverage(void **state)
{
    const struct kalman_model m = {KALMAN_TREND, false, 1, 0.1, 0.01, 0};
    struct kalman_model doubled = m;
    double t[40], y[40], z[40], gain = 0;
    size_t within = 0;

    (void)state;
    doubled.r = 2;
    for (uint64_t run = 0; run < 2000; run++) {
        struct random chance = random_seeded(run);
        struct kalman k = diffuse(&m), o = diffuse(&doubled);
        double a[2] = {0, 0};

        simulate(&chance, &m, 40, 1, a, t, y);
        assert_int_equal(kalman_filter(&k, t, y, 40, z), ERR_OK);
        assert_int_equal(kalman_filter(&o, t, y, 40, NULL), ERR_OK);
        within += fabs(z[39]) <= 1.6448536;
        gain += kalman_log_likelihood(&k) - kalman_log_likelihood(&o);
    }
    assert_near((double)within / 2000, 0.9, 4 * sqrt(0.09 / 2000));
    assert_true(gain > 0);
}

static void hostile_models_and_starts(void **state)
{
    struct kalman_model good = {KALMAN_TREND, false, 1, 1, 1, 0}, m;
    const double a[2] = {0, 0}, p[3] = {1, 0, 1}, skew[3] = {1, 2, 1}, minus[3] = {-1, 0, 1};
    const double nan_a[2] = {0, NAN}, inf_p[3] = {INFINITY, 0, 1};
    struct kalman k;

    (void)state;
    m = good;
    m.r = -1;
    assert_int_equal(kalman_start_diffuse(&m, &k), ERR_RANGE);
    m = good;
    m.q_level = (double)NAN;
    assert_int_equal(kalman_start_diffuse(&m, &k), ERR_NOT_FINITE);
    m = good;
    m.q_slope = (double)INFINITY;
    assert_int_equal(kalman_start(&m, a, p, &k), ERR_NOT_FINITE);
    m.kind = KALMAN_LEVEL; /* which does not read it */
    assert_int_equal(kalman_start_diffuse(&m, &k), ERR_OK);
    m = good;
    m.q_slope = -1e-300;
    assert_int_equal(kalman_start_diffuse(&m, &k), ERR_RANGE);
    m = good;
    m.clip = -1;
    assert_int_equal(kalman_start_diffuse(&m, &k), ERR_RANGE);
    m = good;
    m.kind = (enum kalman_kind)3;
    assert_int_equal(kalman_start_diffuse(&m, &k), ERR_RANGE);
    assert_int_equal(kalman_start(&good, a, skew, &k), ERR_RANGE);
    assert_int_equal(kalman_start(&good, a, minus, &k), ERR_RANGE);
    assert_int_equal(kalman_start(&good, nan_a, p, &k), ERR_NOT_FINITE);
    assert_int_equal(kalman_start(&good, a, inf_p, &k), ERR_NOT_FINITE);
}

static void refused(struct kalman *k, double dt, double y, enum err expected)
{
    struct kalman before = *k;

    assert_int_equal(kalman_step(k, dt, y), expected);
    assert_memory_equal(k, &before, sizeof before);
}

static void hostile_steps_leave_the_filter_alone(void **state)
{
    struct kalman k = diffuse(&(struct kalman_model){KALMAN_TREND, false, 1, 0.1, 0.1, 0});
    struct kalman d = diffuse(&weekly_model);
    struct kalman sure = diffuse(&(struct kalman_model){KALMAN_LEVEL, false, 0, 0, 0, 0});

    (void)state;
    for (int i = 0; i < 4; i++) {
        refused(&k, -1e-9, 1, ERR_ORDER);
        refused(&k, (double)NAN, 1, ERR_NOT_FINITE);
        refused(&k, (double)INFINITY, 1, ERR_NOT_FINITE);
        refused(&k, 1, -(double)INFINITY, ERR_NOT_FINITE);
        refused(&d, 0.5, 1, ERR_RANGE);
        assert_int_equal(kalman_step(&k, 1, i), ERR_OK);
        assert_int_equal(kalman_step(&d, 1, i), ERR_OK);
    }
    refused(&k, 1, 1e300, ERR_NOT_FINITE); /* v^2/S overflows */
    refused(&k, 1e200, 1, ERR_NOT_FINITE); /* dt^3 does */
    assert_int_equal(kalman_step(&k, 0, 1e-300), ERR_OK);
    assert_int_equal(kalman_step(&sure, 0, 1), ERR_OK);
    refused(&sure, 1, 1, ERR_SINGULAR);
}

/* What overflows while the slope is set, or in the smoother's backward pass, is an error and not a
 * variance of 0. */
static void hostile_overflow_is_not_certainty(void **state)
{
    const struct kalman_model tiny = {KALMAN_LEVEL, false, 1e-310, 1e-310, 0, 0};
    static const double t[4] = {0, 1, 2, 3}, y[4] = {1e-155, 2e-155, 1e-155, 3e-155};
    struct kalman k = diffuse(&(struct kalman_model){KALMAN_TREND, false, 1, 0.1, 0.1, 0});
    struct kalman start = diffuse(&tiny);
    struct kalman_smoothed s[4];
    struct arena arena = {0};

    (void)state;
    assert_int_equal(kalman_step(&k, 0, 1), ERR_OK);
    refused(&k, 1e200, 2, ERR_NOT_FINITE); /* P22: infinity less infinity */
    assert_int_equal(kalman_step(&k, 1, 2), ERR_OK);
    assert_int_equal(kalman_smooth(&start, t, y, 4, s, &arena), ERR_NOT_FINITE); /* 1/S */
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
}

static void hostile_series(void **state)
{
    static const double t[3] = {0, 1, 1}, back[3] = {0, 1, 0.5};
    static const double y[3] = {1, 2, 4}, none[3] = {NAN, NAN, NAN}, one[3] = {NAN, 3, 5};
    struct kalman start = diffuse(&(struct kalman_model){KALMAN_TREND, false, 1, 0.1, 0.1, 0}), k;
    struct kalman_smoothed s[3];
    struct arena arena = {0};

    (void)state;
    k = start;
    assert_int_equal(kalman_filter(&k, t, y, 0, NULL), ERR_OK);
    assert_int_equal(kalman_filter(&k, back, y, 3, NULL), ERR_ORDER);
    assert_near(k.a[0], 2, 0); /* stands before the value that failed */
    k = start;
    assert_int_equal(kalman_filter(&k, t, none, 3, NULL), ERR_OK);
    assert_int_equal(k.diffuse, 2);
    assert_int_equal(kalman_filter(&k, t, one, 3, NULL), ERR_OK);
    assert_int_equal(k.diffuse, 1); /* both at one time: no slope */
    assert_int_equal(kalman_smooth(&start, t, y, 0, s, &arena), ERR_TOO_FEW);
    assert_int_equal(kalman_smooth(&start, t, none, 3, s, &arena), ERR_TOO_FEW);
    assert_int_equal(kalman_smooth(&start, t, one, 3, s, &arena), ERR_TOO_FEW);
    assert_int_equal(kalman_smooth(&start, back, y, 3, s, &arena), ERR_ORDER);
    assert_int_equal(kalman_smooth(&start, t, y, 3, s, &arena), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        assert_true(isfinite(s[i].a[0]) && isfinite(s[i].a[1]) && s[i].p[0] >= 0 && s[i].p[2] >= 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_still_trend_is_the_regression_line),
        cmocka_unit_test(exact_still_level_is_the_mean),
        cmocka_unit_test(exact_one_step_by_hand),
        cmocka_unit_test(exact_clipped_innovation),
        cmocka_unit_test(exact_noise_of_steps_composes),
        cmocka_unit_test(vector_nile_filter),
        cmocka_unit_test(vector_nile_smoothed),
        cmocka_unit_test(vector_weekly_trend),
        cmocka_unit_test(invariant_shift_scale_and_units_of_time),
        cmocka_unit_test(invariant_smoothing_reversed),
        cmocka_unit_test(invariant_missing_and_permuted),
        cmocka_unit_test(invariant_stream_and_batch),
        cmocka_unit_test(truth_innovations_and_smoothed_level),
        cmocka_unit_test(truth_outlier_is_bounded),
        cmocka_unit_test(promise_one_step_coverage),
        cmocka_unit_test(hostile_models_and_starts),
        cmocka_unit_test(hostile_steps_leave_the_filter_alone),
        cmocka_unit_test(hostile_overflow_is_not_certainty),
        cmocka_unit_test(hostile_series),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
