#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "kalman_simulate.h"
#include "near.h"
#include "shikumen/num/horizon.h"
#include "shikumen/num/special.h"

static struct kalman state_of(const struct kalman_model *m, double level, double slope, double p11,
                              double p12, double p22)
{
    const double a[2] = {level, slope}, p[3] = {p11, p12, p22};
    struct kalman k;

    assert_int_equal(kalman_start(m, a, p, &k), ERR_OK);
    return k;
}

static struct kalman trend_of(double q_level, double q_slope, double level, double slope,
                              double p11, double p12, double p22)
{
    return state_of(&(struct kalman_model){KALMAN_TREND, false, 1, q_level, q_slope, 0}, level,
                    slope, p11, p12, p22);
}

static struct horizon_limit above(double value)
{
    return (struct horizon_limit){.value = value, .inflation = 1};
}

static double probability(const struct kalman *k, const struct horizon_limit *limit,
                          enum horizon_kind kind, double h)
{
    double p;

    assert_int_equal(horizon_probability(k, 1, limit, kind, h, &p), ERR_OK);
    return p;
}

static struct horizon_time times(const struct kalman *k, const struct horizon_limit *limit,
                                 enum horizon_kind kind)
{
    struct horizon_time t;

    assert_int_equal(horizon_time(k, 1, limit, kind, 1, &t), ERR_OK);
    return t;
}

/* The weekly trend of test_kalman, noise in whole steps. */
static struct kalman weekly(void)
{
    static const double y[20] = {0.50, 0.52, 0.51, 0.55, 0.56, 0.55, 0.59, 0.60, 0.62, 0.61,
                                 0.65, 0.66, 0.66, 0.69, 0.71, 0.70, 0.74, 0.75, 0.77, 0.76};
    struct kalman k;

    assert_int_equal(
        kalman_start_diffuse(&(struct kalman_model){KALMAN_TREND, true, 1e-4, 1e-6, 1e-8, 0}, &k),
        ERR_OK);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(kalman_step(&k, i > 0, y[i]), ERR_OK);
    return k;
}

static void exact_forecast_and_mixture(void **state)
{
    struct kalman k[2] = {trend_of(0.5, 0.3, 1, 2, 4, 1, 3), trend_of(0.5, 0.3, 3, 2, 4, 1, 3)};
    struct horizon_forecast f;

    (void)state;
    /* h = 2: P11 = 4 + 4 + 12 + 1 + 0.3 * 8/3 */
    assert_int_equal(horizon_forecast(k, 1, 2, &f), ERR_OK);
    assert_near(f.level, 5, 0);
    assert_near(f.slope, 2, 0);
    assert_near(f.level_variance, 21.8, 1e-14);
    assert_near(f.slope_variance, 3.6, 1e-15);
    assert_near(f.observation_variance, 22.8, 1e-14);
    assert_int_equal(horizon_forecast(k, 2, 2, &f), ERR_OK);
    assert_near(f.level, 6, 1e-15);
    assert_near(f.level_variance, 22.8, 1e-14);
}

/* A level that is at its limit is beyond it with 1/2; one certain of its course, with 0 or 1. */
static void exact_probabilities(void **state)
{
    struct kalman at = trend_of(0.5, 0.3, 1, 0, 4, 1, 3), sure = trend_of(0, 0, 0, 0.01, 0, 0, 0);
    struct horizon_limit limit = above(1);

    (void)state;
    assert_near(probability(&at, &limit, HORIZON_MARGINAL, 77), 0.5, 1e-15);
    for (int kind = HORIZON_MARGINAL; kind <= HORIZON_PASSAGE; kind++) {
        assert_near(probability(&sure, &limit, kind, 99), 0, 0);
        assert_near(probability(&sure, &limit, kind, 101), 1, 0);
        assert_near(times(&sure, &limit, kind).t50_d, 101, 1); /* 100, but for rounding of 100 s */
        assert_false(times(&sure, &limit, kind).beyond);
    }
    limit.inflation = 2;
    limit.value = 3;
    assert_near(probability(&at, &limit, HORIZON_MARGINAL, 0), normal_upper(0.5), 1e-15);
}

/* From a level that is known, with drift that is known, passage is the inverse Gaussian law;
 * without drift that is twice the marginal (the reflection principle). */
static void exact_passage_of_a_known_level(void **state)
{
    struct horizon_limit limit = above(2);

    (void)state;
    for (double drift = -0.02; drift < 0.05; drift += 0.02) {
        struct kalman k = trend_of(0.03, 0, 0.5, drift, 0, 0, 0);

        for (double h = 1; h < 2000; h *= 3)
            assert_near(probability(&k, &limit, HORIZON_PASSAGE, h),
                        horizon_first_passage(1.5, drift, sqrt(0.03), h), 1e-14);
    }
    assert_near(horizon_first_passage(3, 0, 2, 5), 2 * normal_upper(3 / (2 * sqrt(5))), 1e-15);
    assert_near(horizon_first_passage(3, -0.5, 1, 1e12), exp(-3), 1e-15);
    assert_near(horizon_first_passage(3, 0.5, 1, 1e12), 1, 1e-15);
    assert_near(horizon_first_passage(0, -1, 1, 1), 1, 0);
    assert_near(horizon_first_passage(1, 1, 1, 0), 0, 0);
    assert_near(horizon_first_passage(1, 1, 0, 2), 1, 0);
    assert_near(horizon_first_passage(1, 1, 0, 0.5), 0, 0);
    /* exp(2 mu d/sigma^2) alone would overflow */
    assert_near(horizon_first_passage(1, 1, 0.01, 1), 0.5, 0.003);
}

static void exact_seasonal_envelope(void **state)
{
    static const double season[5] = {0.1, -0.2, 0.4, 0.3, 0.6};
    double up[5], down[5];
    struct kalman k = trend_of(0.01, 0, 0, 0.01, 0.04, 0, 0);
    struct horizon_limit limit = above(1), plain;

    (void)state;
    horizon_envelope(season, 5, false, up);
    horizon_envelope(season, 5, true, down);
    assert_near(up[1], 0.1, 0);
    assert_near(up[3], 0.4, 0);
    assert_near(up[4], 0.6, 0);
    assert_near(down[0], 0.1, 0);
    assert_near(down[4], -0.2, 0);
    limit.envelope = up;
    limit.envelope_n = 5;
    for (int h = 0; h < 9; h++) {
        plain = above(1 - up[h < 1 ? 0 : h > 5 ? 4 : h - 1]);
        assert_near(probability(&k, &limit, HORIZON_MARGINAL, h),
                    probability(&k, &plain, HORIZON_MARGINAL, h), 1e-15);
    }
    plain = above(0.6); /* 2.5 days: within the third */
    assert_near(probability(&k, &limit, HORIZON_PASSAGE, 2.5),
                probability(&k, &plain, HORIZON_PASSAGE, 2.5), 1e-15);
}

static void exact_exceeded_and_beyond(void **state)
{
    struct kalman over = trend_of(0.01, 0, 1.2, -0.01, 0.04, 0, 0);
    struct kalman still = trend_of(1e-6, 0, 0, 1e-5, 1e-6, 0, 1e-8);
    struct kalman slow = trend_of(1e-9, 0, 0, 2e-4, 1e-9, 0, 1e-12);
    struct kalman unsure = trend_of(1e-9, 0, 0, 0.005, 1e-9, 0, 0.0031 * 0.0031);
    struct kalman surer = trend_of(1e-9, 0, 0, 0.005, 1e-9, 0, 0.0030 * 0.0030);
    struct kalman away = trend_of(1e-9, 0, 0, -0.01, 1e-9, 0, 1e-12);
    struct horizon_limit limit = above(1);
    struct horizon_risk r;
    struct horizon_time t;

    (void)state;
    assert_int_equal(horizon_risk(&over, 1, &limit, HORIZON_MARGINAL, &r), ERR_OK);
    assert_true(r.time.exceeded && !r.time.beyond);
    assert_true(r.time.t05_d == 0 && r.time.t50_d == 0 && r.time.t95_d == 0);
    assert_true(r.p30 == 1 && r.p180 == 1 && r.p365 == 1);
    t = times(&still, &limit, HORIZON_MARGINAL); /* slope 1e-5 +- 1e-4 */
    assert_true(t.beyond && !t.exceeded);
    t = times(&slow, &limit, HORIZON_MARGINAL); /* there after 5000 days */
    assert_true(t.beyond && t.t50_d == HORIZON_MAX_D);
    t = times(&unsure, &limit, HORIZON_MARGINAL); /* 0.005 +- 1.645 * 0.0031 contains 0, */
    assert_true(t.beyond && t.t50_d >= 200 && t.t50_d <= 201);
    t = times(&surer, &limit, HORIZON_MARGINAL); /* 0.005 +- 1.645 * 0.0030 does not */
    assert_true(!t.beyond && t.t50_d >= 200 && t.t50_d <= 201);
    limit.inflation = 1.05;
    assert_true(times(&surer, &limit, HORIZON_MARGINAL).beyond);
    t = times(&away, &limit, HORIZON_PASSAGE);
    assert_true(t.beyond && t.t05_d == HORIZON_MAX_D && t.t95_d == HORIZON_MAX_D);
}

/* Every forecast misses by exactly 1: still level 0 with r = 1 known for certain, y = +-1. */
static void exact_backtest(void **state)
{
    struct kalman k =
        state_of(&(struct kalman_model){KALMAN_LEVEL, false, 1, 0, 0, 0}, 0, 0, 0, 0, 0);
    struct horizon_backtest b;
    struct arena arena = {0};
    double t[50], y[50];

    (void)state;
    for (size_t i = 0; i < 50; i++) {
        t[i] = (double)i;
        y[i] = i % 2 ? 1 : -1;
    }
    y[20] = (double)NAN; /* one origin and one target less: 19 is forecast to 23 instead */
    assert_int_equal(horizon_backtest(&k, t, y, 50, 10, 3, &arena, &b), ERR_OK);
    assert_int_equal(b.forecasts, 36);
    assert_near(b.coverage, 1, 0);
    assert_near(b.inflation, 1 / 1.6448536269514722, 1e-15);
    for (size_t i = 0; i < 50; i++)
        y[i] *= 2;
    assert_int_equal(horizon_backtest(&k, t, y, 50, 10, 3, &arena, &b), ERR_OK);
    assert_near(b.coverage, 0, 0);
    assert_near(b.inflation, 2 / 1.6448536269514722, 1e-15);
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
}

/* Engineering reference B5.1 and B5.2, digits as printed; the sum formula for var_state in whole
 * steps, and the recursion. */
static void vector_weekly_forecasts(void **state)
{
    static const double expected[3][3] = {
        {4, 0.831859, 0.006557}, {13, 0.963042, 0.011472}, {26, 1.152529, 0.019500}};
    struct kalman k = weekly();
    struct horizon_limit limit = above(1);
    struct horizon_time t;

    (void)state;
    for (int i = 0; i < 3; i++) {
        double h = expected[i][0];
        struct kalman step = k;
        struct horizon_forecast f;

        assert_int_equal(horizon_forecast(&k, 1, h, &f), ERR_OK);
        assert_near(f.level, expected[i][1], 5e-7);
        assert_near(sqrt(f.level_variance), expected[i][2], 5e-7);
        assert_near(f.observation_variance, f.level_variance + 1e-4, 1e-18);
        for (int j = 0; j < (int)h; j++)
            assert_int_equal(kalman_step(&step, 1, (double)NAN), ERR_OK);
        assert_close(f.level_variance, step.p[0], 1e-13);
    }
    assert_near(probability(&k, &limit, HORIZON_MARGINAL, 13), 0.000637, 5e-7);
    t = times(&k, &limit, HORIZON_MARGINAL);
    assert_near(t.t05_d, 15, 0);
    assert_near(t.t50_d, 16, 0);
    assert_near(t.t95_d, 18, 0);
    assert_false(t.beyond);
    assert_near((1 - k.a[0]) / k.a[1], 15.54, 5e-3);
}

/* Engineering reference B5.2: inverse Gaussian law, computed with scipy 1.10 stats.norm; digits as
 * printed. */
static void vector_first_passage(void **state)
{
    (void)state;
    assert_near(horizon_first_passage(0.25, 0.014, 0.01, 13), 0.03523410, 5e-9);
    assert_near(horizon_first_passage(0.25, 0.014, 0.01, 18), 0.55224284, 5e-9);
    assert_near(horizon_first_passage(0.25, 0.014, 0.01, 26), 0.99001829, 5e-9);
    assert_near(horizon_first_passage(0.25, 0, 0.02, 52), 0.08301783, 5e-9);
}

/* scipy 1.10 integrate.dblquad of the inverse Gaussian law over level and mean slope; 16 nodes here
 * are good to 1e-6. */
static void vector_passage_of_an_uncertain_state(void **state)
{
    struct horizon_limit limit = above(1);
    struct kalman k = trend_of(0.01, 0, 0, 0.02, 0.04, 0.001, 0.0002);

    (void)state;
    assert_near(probability(&k, &limit, HORIZON_PASSAGE, 30), 0.3762268587, 1e-6);
    k.model.q_slope = 1e-5;
    assert_near(probability(&k, &limit, HORIZON_PASSAGE, 30), 0.3843741489, 1e-6);
    k = trend_of(0.01, 0, 0.8, -0.02, 0.09, 0.001, 0.0002);
    assert_near(probability(&k, &limit, HORIZON_PASSAGE, 30), 0.5150222846, 1e-6);
    k = trend_of(1e-4, 0, 0, 0, 1e-4, 0, 1e-6);
    assert_near(probability(&k, &limit, HORIZON_PASSAGE, 365), 0.0086607066, 1e-6);
    /* a level known 100 times worse than it wanders in a day (integrate.quad) */
    k = trend_of(0.002, 0, 0, 0.01, 25, 0, 0);
    limit = above(1.6);
    k.a[1] = 0;
    assert_near(probability(&k, &limit, HORIZON_PASSAGE, 1), 0.3771939019, 1e-6);
    k.a[1] = 0.01;
    assert_near(probability(&k, &limit, HORIZON_PASSAGE, 10), 0.3876174706, 1e-6);
}

/* Upside down, shifted and in other units of value and time the answers are the same. */
static void invariant_mirror_shift_scale(void **state)
{
    static const double up[3] = {0.1, 0.2, 0.25}, down[3] = {-0.3, -0.6, -0.75};
    struct kalman k = trend_of(0.01, 1e-5, 0, 0.02, 0.04, 0.001, 0.0002);
    struct kalman o =
        trend_of(0.09 / 24, 9e-5 / 24 / 24 / 24, 7, -0.06 / 24, 0.36, 0.009 / 24, 0.0018 / 576);
    struct horizon_limit a = {1, false, up, 3, 1.3}, b = {4, true, down, 3, 1.3};

    (void)state;
    for (int kind = HORIZON_MARGINAL; kind <= HORIZON_PASSAGE; kind++)
        for (double h = 4; h < 2000; h *= 2)
            assert_near(probability(&o, &b, kind, 24 * h), probability(&k, &a, kind, h), 1e-13);
}

/* Being beyond at the end implies having been beyond; having been beyond stays (with a slope that
 * does not wander; 2e-3: the 16 nodes of a level known 100 times worse than it wanders). */
static void invariant_passage_contains_marginal_and_grows(void **state)
{
    struct random chance = random_seeded(11);

    (void)state;
    for (int i = 0; i < 200; i++) {
        double sd = exp(random_normal(&chance)), p22 = 1e-3 * random_uniform(&chance);
        double q = 0.1 * random_uniform(&chance), slope = 0.05 * random_normal(&chance);
        struct kalman k = trend_of(q, 0, 1, slope, sd * sd, 0.5 * sd * sqrt(p22), p22);
        struct horizon_limit limit = above(1 + 3 * random_uniform(&chance));
        double last = 0;

        for (double h = 0; h < 1000; h = 2 * h + 1) {
            double marginal = probability(&k, &limit, HORIZON_MARGINAL, h);
            double passed = probability(&k, &limit, HORIZON_PASSAGE, h);

            assert_true(marginal >= 0 && passed <= 1 && passed >= marginal);
            assert_true(passed >= last - 2e-3);
            last = passed;
        }
    }
}

static void invariant_count_of_equal_states(void **state)
{
    struct kalman k[3];
    struct horizon_limit limit = above(1);
    struct horizon_risk one, three;

    (void)state;
    k[0] = k[1] = k[2] = trend_of(1e-4, 1e-9, 0, 0.004, 1e-3, 0, 1e-7);
    assert_int_equal(horizon_risk(k, 1, &limit, HORIZON_PASSAGE, &one), ERR_OK);
    assert_int_equal(horizon_risk(k, 3, &limit, HORIZON_PASSAGE, &three), ERR_OK);
    assert_near(three.p180, one.p180, 1e-15);
    assert_near(three.time.t50_d, one.time.t50_d, 0);
    assert_near(three.now.level_variance, one.now.level_variance, 1e-17);
    assert_true(one.p30 < one.p180 && one.p180 < one.p365);
    assert_true(one.time.t05_d < one.time.t50_d && one.time.t50_d < one.time.t95_d);
}

/* The times are the first day on which the probability is there. */
static void truth_times_are_first(void **state)
{
    static const double goal[3] = {0.05, 0.5, 0.95};
    struct random chance = random_seeded(12);

    (void)state;
    for (int i = 0; i < 60; i++) {
        struct kalman k = trend_of(1e-3 * random_uniform(&chance), 0, 0,
                                   0.002 + 0.01 * random_uniform(&chance), 1e-2, 0, 1e-7);
        struct horizon_limit limit = above(1 + random_uniform(&chance));

        for (int kind = HORIZON_MARGINAL; kind <= HORIZON_PASSAGE; kind++) {
            struct horizon_time t = times(&k, &limit, kind);
            const double found[3] = {t.t05_d, t.t50_d, t.t95_d};

            for (int j = 0; j < 3; j++) {
                if (found[j] == HORIZON_MAX_D)
                    assert_true(probability(&k, &limit, kind, HORIZON_MAX_D - 0.5) < goal[j]);
                else
                    assert_true(probability(&k, &limit, kind, found[j]) >= goal[j]);
                assert_true(probability(&k, &limit, kind, found[j] - 1) < goal[j]);
            }
        }
    }
}

static void hostile_states_and_horizons(void **state)
{
    struct kalman good = trend_of(0.01, 0, 0, 0.02, 0.04, 0.001, 0.0002), k[2] = {good, good};
    struct kalman whole = weekly(), far = trend_of(0, 0, 1e307, 1e307, 1, 0, 1);
    struct horizon_limit limit = above(1);
    struct horizon_forecast f;
    struct horizon_time t;
    double p = -1;

    (void)state;
    assert_int_equal(horizon_probability(k, 0, &limit, HORIZON_MARGINAL, 1, &p), ERR_TOO_FEW);
    assert_int_equal(horizon_probability(k, 2, &limit, HORIZON_MARGINAL, -1, &p), ERR_RANGE);
    assert_int_equal(horizon_probability(k, 2, &limit, HORIZON_MARGINAL, (double)NAN, &p),
                     ERR_NOT_FINITE);
    assert_int_equal(horizon_probability(&whole, 1, &limit, HORIZON_MARGINAL, 1.5, &p), ERR_RANGE);
    k[1].diffuse = 1;
    assert_int_equal(horizon_probability(k, 2, &limit, HORIZON_MARGINAL, 1, &p), ERR_TOO_FEW);
    assert_int_equal(horizon_forecast(k, 2, 1, &f), ERR_TOO_FEW);
    assert_int_equal(horizon_forecast(&good, 1, 1e300, &f), ERR_NOT_FINITE);
    assert_int_equal(horizon_probability(&far, 1, &limit, HORIZON_PASSAGE, 1e3, &p),
                     ERR_NOT_FINITE);
    assert_int_equal(horizon_time(&far, 1, &limit, HORIZON_MARGINAL, 1, &t), ERR_OK);
    assert_true(t.exceeded);
    assert_int_equal(horizon_time(&whole, 1, &limit, HORIZON_MARGINAL, 0.5, &t), ERR_RANGE);
    assert_int_equal(horizon_time(&good, 1, &limit, HORIZON_MARGINAL, 0, &t), ERR_RANGE);
    assert_int_equal(horizon_time(&good, 1, &limit, HORIZON_MARGINAL, (double)NAN, &t), ERR_RANGE);
    assert_int_equal(horizon_time(&good, 1, &limit, HORIZON_MARGINAL, 4000, &t), ERR_RANGE);
    assert_near(p, -1, 0);
}

/* A step so short that the horizons are no longer all whole numbers of it, and a state that was
 * stored and came back broken. */
static void hostile_steps_and_broken_states(void **state)
{
    static const double steps[] = {1e-3, 1e-9, 1e-14, 1e-20, 1e-300};
    struct kalman k = trend_of(0.01, 0, 0, 0.02, 0.04, 0.001, 0.0002), broken = k;
    struct horizon_limit limit = above(1);
    struct horizon_time t;
    double p = -1;

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(horizon_time(&k, 1, &limit, HORIZON_MARGINAL, steps[i], &t), ERR_OK);
        assert_near(t.t50_d, 50, 1e-3 + steps[i]);
        assert_true(t.t05_d < t.t50_d && t.t50_d < t.t95_d);
    }
    assert_int_equal(horizon_time(&k, 1, &limit, HORIZON_MARGINAL, 5e-324, &t), ERR_NOT_FINITE);
    for (int kind = HORIZON_MARGINAL; kind <= HORIZON_PASSAGE; kind++)
        for (int i = 0; i < 3; i++) {
            broken = k;
            broken.p[i] = (double)NAN;
            assert_int_equal(horizon_probability(&broken, 1, &limit, kind, 10, &p), ERR_NOT_FINITE);
        }
    assert_near(p, -1, 0);
}

static void hostile_limits(void **state)
{
    struct kalman k = trend_of(0.01, 0, 0, 0.02, 0.04, 0.001, 0.0002);
    struct horizon_limit bad = above((double)NAN);
    struct horizon_risk r;
    double p;

    (void)state;
    assert_int_equal(horizon_risk(&k, 1, &bad, HORIZON_MARGINAL, &r), ERR_NOT_FINITE);
    bad = above(1);
    bad.inflation = 0;
    assert_int_equal(horizon_risk(&k, 1, &bad, HORIZON_MARGINAL, &r), ERR_RANGE);
    bad.inflation = (double)INFINITY;
    assert_int_equal(horizon_risk(&k, 1, &bad, HORIZON_MARGINAL, &r), ERR_NOT_FINITE);
    bad.inflation = 1;
    bad.envelope_n = 3;
    assert_int_equal(horizon_risk(&k, 1, &bad, HORIZON_MARGINAL, &r), ERR_RANGE);
    bad.envelope = (const double[3]){0, (double)NAN, 0};
    assert_int_equal(horizon_probability(&k, 1, &bad, HORIZON_PASSAGE, 2, &p), ERR_NOT_FINITE);
    for (int i = -300; i <= 300; i += 100) {
        bad = above(pow(10, i));
        for (int kind = HORIZON_MARGINAL; kind <= HORIZON_PASSAGE; kind++) {
            assert_int_equal(horizon_risk(&k, 1, &bad, kind, &r), ERR_OK);
            assert_true(r.p30 >= 0 && r.p365 <= 1);
        }
    }
    horizon_envelope(NULL, 0, false, NULL);
    assert_true(isnan(horizon_first_passage((double)NAN, 0, 1, 1)));
    assert_true(isnan(horizon_first_passage(1, 0, -1, 1)));
    assert_near(horizon_first_passage(1e300, 1e-300, 1e-300, 1e300), 0, 0);
    assert_near(horizon_first_passage(1, 0.1, 1, (double)INFINITY), 1, 0);
    assert_near(horizon_first_passage(1, 0, 1, (double)INFINITY), 1, 0);
    assert_near(horizon_first_passage(1, 0, 0, (double)INFINITY), 0, 0);
    assert_near(horizon_first_passage(1, -0.1, 1, (double)INFINITY), exp(-0.2), 1e-15);
    assert_true(isnan(horizon_first_passage((double)INFINITY, 1, 1, 1)));
    assert_true(isnan(horizon_first_passage(1, (double)INFINITY, 1, 1)));
    assert_true(isnan(horizon_first_passage(1, 1, (double)INFINITY, 1)));
    assert_true(isnan(horizon_first_passage(1, 1e300, 1e300, 1e300)));
}

static void hostile_backtests(void **state)
{
    static const double t[30] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    struct kalman k =
        state_of(&(struct kalman_model){KALMAN_LEVEL, false, 1, 0.1, 0, 0}, 0, 0, 1, 0, 0);
    struct kalman sure = k;
    struct horizon_backtest b = {7, 0, 0};
    struct arena arena = {0};
    double y[30] = {0};

    (void)state;
    for (size_t n = 0; n < 11; n++)
        assert_int_equal(horizon_backtest(&k, t, y, n, 0, 1, &arena, &b), ERR_TOO_FEW);
    assert_int_equal(b.forecasts, 7);
    assert_int_equal(horizon_backtest(&k, t, y, 11, 0, 1, &arena, &b), ERR_OK);
    assert_int_equal(b.forecasts, 10);
    assert_near(b.inflation, 0, 0); /* all errors are 0 */
    assert_int_equal(horizon_backtest(&k, t, y, 16, 20, 1, &arena, &b), ERR_TOO_FEW);
    assert_int_equal(horizon_backtest(&k, t, y, 17, 0, 1, &arena, &b), ERR_ORDER);
    assert_int_equal(horizon_backtest(&k, t, y, 16, 0, 0, &arena, &b), ERR_RANGE);
    sure.model.r = sure.model.q_level = 0;
    assert_int_equal(horizon_backtest(&sure, t, y, 16, 0, 1, &arena, &b), ERR_SINGULAR);
    assert_int_equal(horizon_backtest(&k, t, y, 16, 0, (double)NAN, &arena, &b), ERR_NOT_FINITE);
    y[4] = (double)INFINITY;
    assert_int_equal(horizon_backtest(&k, t, y, 16, 0, 1, &arena, &b), ERR_NOT_FINITE);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_forecast_and_mixture),
        cmocka_unit_test(exact_probabilities),
        cmocka_unit_test(exact_passage_of_a_known_level),
        cmocka_unit_test(exact_seasonal_envelope),
        cmocka_unit_test(exact_exceeded_and_beyond),
        cmocka_unit_test(exact_backtest),
        cmocka_unit_test(vector_weekly_forecasts),
        cmocka_unit_test(vector_first_passage),
        cmocka_unit_test(vector_passage_of_an_uncertain_state),
        cmocka_unit_test(invariant_mirror_shift_scale),
        cmocka_unit_test(invariant_passage_contains_marginal_and_grows),
        cmocka_unit_test(invariant_count_of_equal_states),
        cmocka_unit_test(truth_times_are_first),
        cmocka_unit_test(hostile_states_and_horizons),
        cmocka_unit_test(hostile_steps_and_broken_states),
        cmocka_unit_test(hostile_limits),
        cmocka_unit_test(hostile_backtests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
