#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

#include "near.h"
#include "shikumen/num/creep.h"
#include "shikumen/num/random.h"

#define N      360
#define WINDOW 8.0

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Displacement of Voight's law with failure at t_f, v = rate (t_f - t)^(-1 / (alpha - 1)). */
static double displacement(double t, double t_f, double alpha, double rate)
{
    double q = 1 / (alpha - 1);
    return q == 1 ? -rate * log(t_f - t) : rate * pow(t_f - t, 1 - q) / (q - 1);
}

/* Irregular times about every third of a day, up to 120 days, and noise of the given sd. */
static void simulate(double *t, double *x, double t_f, double alpha, double rate, double noise,
                     uint64_t seed)
{
    struct random r = random_seeded(seed);
    for (size_t i = 0; i < N; i++) {
        t[i] = ((double)i + 0.8 * random_uniform(&r)) / 3;
        x[i] = displacement(t[i], t_f, alpha, rate) + noise * random_normal(&r);
    }
}

static void line_at(double *t, double *x, double slope, double noise, uint64_t seed)
{
    struct random r = random_seeded(seed);
    for (size_t i = 0; i < N; i++) {
        t[i] = (double)i / 3;
        x[i] = slope * t[i] + noise * random_normal(&r);
    }
}

/* Windows (9 - 3 (j + 1), 9 - 3 j]: the last holds t = 7, 8, 9, velocities are those of the line.
 */
static void exact_velocities_of_lines(void **state)
{
    (void)state;
    double t[10], x[10];
    for (int i = 0; i < 10; i++) {
        t[i] = i;
        x[i] = i <= 6 ? 2 * i : 12 + 5 * (i - 6);
    }
    struct creep_velocity v[3];
    size_t m;
    assert_int_equal(creep_velocities(t, x, 10, 3, v, &m), ERR_OK);
    assert_int_equal(m, 3); /* t = 0 stands alone in its window */
    assert_near(v[0].velocity, 2, 1e-14);
    assert_near(v[1].velocity, 2, 1e-14);
    assert_near(v[2].velocity, 5, 1e-14);
    assert_near(v[2].t_d, 8, 1e-14);
    assert_near(v[2].sum_tt, 2, 1e-14);
    assert_int_equal(v[2].n, 3);
}

/* Without noise the failure is where it was put, whatever the sampling: the rest is the tolerance
 * of the search, 1e-8 in the logarithm of 30 days (1e-4 for alpha). */
static void exact_failure_without_noise(void **state)
{
    (void)state;
    static double t[N], x[N];
    const double alphas[] = {1.5, 2, 3};
    for (size_t k = 0; k < 3; k++) {
        simulate(t, x, 150, alphas[k], 1, 0, 1);
        struct creep_forecast f;
        assert_int_equal(creep_forecast(t, x, N, WINDOW, alphas[k], 0.9, &arena, &f), ERR_OK);
        assert_int_equal(f.verdict, CREEP_ACCELERATING);
        assert_near(f.failure_d, 150, 1e-5);
        assert_true(f.lo_d <= f.failure_d && f.failure_d <= f.hi_d);
        assert_int_equal(creep_forecast(t, x, N, WINDOW, 0, 0.9, &arena, &f), ERR_OK);
        assert_near(f.alpha, alphas[k], 1e-3);
        assert_near(f.failure_d, 150, 1e-2);
    }
}

/* Fukuzono's graph by hand: velocities 1/10, 1/9, .. 1/2 a step apart reach 1/v = 0 two steps after
 * the last. The windows are so narrow that the velocity in each is constant. */
static void vector_fukuzono_line(void **state)
{
    (void)state;
    double t[27], x[27];
    for (int k = 0; k < 9; k++)
        for (int i = 0; i < 3; i++) {
            t[3 * k + i] = k + 0.001 * (i - 1);
            x[3 * k + i] = 0.001 * (i - 1) / (10 - k);
        }
    struct creep_forecast f;
    assert_int_equal(creep_forecast(t, x, 27, 0.7, 2, 0.9, &arena, &f), ERR_OK);
    assert_int_equal(f.windows, 9);
    assert_int_equal(f.verdict, CREEP_ACCELERATING);
    assert_near(f.failure_d, 10, 1e-5); /* 100 eps / 0.001 / sqrt(2) relative in v: 1e-9 */
    assert_near(f.velocity, 0.5, 1e-9);
}

static void invariant_shift_scale_units(void **state)
{
    (void)state;
    static double t[N], x[N];
    struct creep_forecast f, g;
    simulate(t, x, 150, 2, 1, 0.002, 7);
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_OK);
    assert_int_equal(f.verdict, CREEP_ACCELERATING);
    for (int i = 0; i < N; i++) {
        t[i] = 24 * t[i] + 1000;
        x[i] = 8 * x[i] - 300;
    }
    assert_int_equal(creep_forecast(t, x, N, 24 * WINDOW, 2, 0.9, &arena, &g), ERR_OK);
    assert_near(g.failure_d, 24 * f.failure_d + 1000, 1e-5);
    assert_near(g.lo_d, 24 * f.lo_d + 1000, 1e-5);
    assert_near(g.hi_d, 24 * f.hi_d + 1000, 1e-5);
    assert_near(g.velocity, f.velocity / 3, 1e-10);
    assert_near(g.p_inverse, f.p_inverse, 1e-6);
}

/* The error of the failure time shrinks with the noise. */
static void truth_failure_converges(void **state)
{
    (void)state;
    static double t[N], x[N];
    double error[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct creep_forecast f;
            simulate(t, x, 150, 2, 1, k ? 0.0005 : 0.005, seed);
            assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_OK);
            assert_int_equal(f.verdict, CREEP_ACCELERATING);
            error[k] += fabs(f.failure_d - 150) / 20;
        }
    assert_true(error[0] < 5);
    assert_true(error[1] < 0.15 * error[0]);
}

/* Share of intervals that hold the truth, and of forecasts that give a date; of every nth sample.
 */
static double coverage(double t_f, double alpha, double fit_alpha, double noise, int every,
                       int runs, int *dated)
{
    static double t[N], x[N];
    int held = 0;
    *dated = 0;
    for (int i = 0; i < runs; i++) {
        struct creep_forecast f;
        simulate(t, x, t_f, alpha, 1, noise, (uint64_t)(1000 + i));
        for (int k = 0; k < N / every; k++) {
            t[k] = t[k * every];
            x[k] = x[k * every];
        }
        assert_int_equal(
            creep_forecast(t, x, (size_t)(N / every), WINDOW, fit_alpha, 0.9, &arena, &f), ERR_OK);
        if (f.verdict != CREEP_ACCELERATING)
            continue;
        ++*dated;
        held += f.lo_d <= t_f && t_f <= f.hi_d;
    }
    return (double)held / *dated;
}

/* 0.90 within 0.85 .. 0.95; 2000 runs have a standard error of 0.0067. */
static void promise_interval_coverage(void **state)
{
    (void)state;
    const double noise[] = {0.001, 0.005, 0.02};
    for (size_t k = 0; k < 3; k++) {
        int dated;
        double share = coverage(140, 2, 2, noise[k], 1, 2000, &dated);
        assert_true(dated > 1950);
        assert_in_range((int)(1000 * share), 850, 950);
    }
    int dated;
    double share = coverage(123, 1.7, 1.7, 0.001, 1, 1000, &dated);
    assert_true(dated > 950);
    assert_in_range((int)(1000 * share), 850, 950);
}

/* 0.90 within 0.85 .. 0.95; 1000 runs, of a sample a day, have a standard error of 0.0095. */
static void promise_interval_coverage_alpha_unknown(void **state)
{
    (void)state;
    int dated;
    double share = coverage(140, 2, 0, 0.001, 3, 1000, &dated);
    assert_true(dated > 960);
    assert_in_range((int)(1000 * share), 850, 950);
}

/* Steady creep gets a date in at most CREEP_SIGNIFICANCE of the records (2 000: 20 expected at
 * most, standard error 4.5), and noise without creep in fewer. */
static void promise_no_date_without_acceleration(void **state)
{
    (void)state;
    static double t[N], x[N];
    int dates[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 2000; i++) {
            struct creep_forecast f;
            line_at(t, x, k ? 0.02 : 0, 0.01, (uint64_t)i);
            assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_OK);
            dates[k] += f.verdict == CREEP_ACCELERATING;
            if (f.verdict != CREEP_ACCELERATING)
                assert_true(f.failure_d == 0 && f.lo_d == 0 && f.hi_d == 0);
        }
    assert_true(dates[1] <= 20 + 3 * 5);
    assert_true(dates[0] <= 10);
}

/* Creep that slows down, and a record that starts fast and stops, get no date. */
static void truth_slowing_creep_has_no_date(void **state)
{
    (void)state;
    static double t[N], x[N];
    struct random r = random_seeded(5);
    struct creep_forecast f;
    for (int i = 0; i < N; i++) {
        t[i] = i / 3.0;
        x[i] = log(10 + t[i]) + 0.001 * random_normal(&r);
    }
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_OK);
    assert_int_equal(f.verdict, CREEP_STEADY);
    for (int i = 0; i < N; i++)
        x[i] = fmin(t[i], 40) + 0.001 * random_normal(&r);
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_OK);
    assert_int_equal(f.verdict, CREEP_STILL);
}

/* One fast week at the end of a steady year is not yet an acceleration, although a failure tomorrow
 * would fit it. */
static void truth_single_surge_has_no_date(void **state)
{
    (void)state;
    static double t[N], x[N];
    struct random r = random_seeded(6);
    struct creep_forecast f;
    for (int i = 0; i < N; i++) {
        t[i] = i / 3.0;
        x[i] = 0.02 * t[i] + fmax(t[i] - 112, 0) + 0.001 * random_normal(&r);
    }
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_OK);
    assert_int_equal(f.verdict, CREEP_STEADY);
    assert_true(f.velocity > 20 * f.velocity_sd && f.p_growth > CREEP_SIGNIFICANCE);
}

static void hostile_input(void **state)
{
    (void)state;
    static double t[N], x[N];
    struct creep_forecast f;
    struct creep_velocity v[N / 3];
    size_t m;
    simulate(t, x, 150, 2, 1, 0.001, 3);
    for (size_t n = 0; n < 18; n++)
        assert_int_equal(creep_forecast(t, x, n, WINDOW, 2, 0.9, &arena, &f), ERR_TOO_FEW);
    assert_int_equal(creep_forecast(t, x, N, 100, 2, 0.9, &arena, &f), ERR_TOO_FEW);
    assert_int_equal(creep_forecast(t, x, N, 1e-3, 2, 0.9, &arena, &f), ERR_TOO_FEW);
    assert_int_equal(creep_forecast(t, x, N, 0, 2, 0.9, &arena, &f), ERR_RANGE);
    assert_int_equal(creep_forecast(t, x, N, NAN, 2, 0.9, &arena, &f), ERR_RANGE);
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 1, 0.9, &arena, &f), ERR_RANGE);
    assert_int_equal(creep_forecast(t, x, N, WINDOW, NAN, 0.9, &arena, &f), ERR_RANGE);
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 1, &arena, &f), ERR_RANGE);
    assert_int_equal(creep_velocities(t, x, 2, WINDOW, v, &m), ERR_TOO_FEW);
    assert_int_equal(creep_velocities(t, x, N, 1e-320, v, &m), ERR_RANGE); /* windows without end */
    assert_int_equal(creep_forecast(t, x, N, 1e-320, 2, 0.9, &arena, &f), ERR_RANGE);
    double kept = t[10];
    t[10] = t[9];
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_ORDER);
    t[10] = INFINITY;
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_NOT_FINITE);
    t[10] = kept;
    x[10] = NAN;
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_NOT_FINITE);
    for (int i = 0; i < N; i++)
        x[i] = 3;
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_CONSTANT);
}

/* Very large and very small values either give the same dates or say that they overflow. */
static void hostile_magnitudes_and_gaps(void **state)
{
    (void)state;
    static double t[N], x[N];
    struct creep_forecast f, g;
    simulate(t, x, 150, 2, 1, 0.001, 3);
    assert_int_equal(creep_forecast(t, x, N, WINDOW, 2, 0.9, &arena, &f), ERR_OK);
    const double scales[] = {1e100, 1e-100, 1e300, 1e-300};
    for (size_t k = 0; k < 4; k++) {
        static double y[N];
        for (int i = 0; i < N; i++)
            y[i] = scales[k] * x[i];
        enum err e = creep_forecast(t, y, N, WINDOW, 2, 0.9, &arena, &g);
        if (k != 2)
            assert_int_equal(e, ERR_OK);
        else
            assert_int_equal(e, ERR_NOT_FINITE);
        if (k != 2)
            assert_near(g.failure_d, f.failure_d, 1e-4);
    }
    size_t n = 0;
    for (size_t i = 0; i < N; i++)
        if (t[i] < 30 || t[i] > 55) {
            t[n] = t[i];
            x[n++] = x[i];
        }
    assert_int_equal(creep_forecast(t, x, n, WINDOW, 2, 0.9, &arena, &g), ERR_OK);
    assert_true(g.windows < f.windows);
    assert_true(g.lo_d < 150 && 150 < g.hi_d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_velocities_of_lines),
        cmocka_unit_test(exact_failure_without_noise),
        cmocka_unit_test(vector_fukuzono_line),
        cmocka_unit_test(invariant_shift_scale_units),
        cmocka_unit_test(truth_failure_converges),
        cmocka_unit_test(promise_interval_coverage),
        cmocka_unit_test(promise_interval_coverage_alpha_unknown),
        cmocka_unit_test(promise_no_date_without_acceleration),
        cmocka_unit_test(truth_slowing_creep_has_no_date),
        cmocka_unit_test(truth_single_surge_has_no_date),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(hostile_magnitudes_and_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, reset);
}
