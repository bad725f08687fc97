#include <float.h>

#include "regress_fixture.h"
#include "shikumen/num/memory.h"

static struct memory_options one(double tau_h, enum memory_hold hold)
{
    return (struct memory_options){
        .tau_h = {tau_h}, .count = 1, .hold = hold, .max_gap_h = INFINITY};
}

/* u jumps from 0 to 1: 1 - exp(-t / tau) at any times, for a step held over them. */
static void exact_step_response(void **state)
{
    static const double t[6] = {0, 0.001, 1, 7, 7.5, 300};
    const struct memory_options o = one(6, MEMORY_STEP);
    struct memory m;

    (void)state;
    assert_int_equal(memory_init(&m, &o), ERR_OK);
    for (size_t i = 0; i < 6; i++) {
        assert_true(memory_update(&m, t[i], i > 0));
        assert_near(m.z[0], -expm1(-t[i] / 6), 1e-15);
        assert_near(m.unknown[0], exp(-t[i] / 6), 1e-15);
    }
}

/* A ramp u = c t from 0: z = c (t - tau + tau exp(-t / tau)), exact for the linear hold at any
 * steps, short ones (1e-7 tau) too. */
static void exact_ramp_response(void **state)
{
    static const double t[8] = {0, 6e-7, 1.2e-6, 1e-4, 0.5, 9, 9.25, 100};
    const struct memory_options o = one(6, MEMORY_LINEAR);
    struct memory m;

    (void)state;
    assert_int_equal(memory_init(&m, &o), ERR_OK);
    for (size_t i = 0; i < 8; i++) {
        double z = 3 * (t[i] + 6 * expm1(-t[i] / 6));

        assert_true(memory_update(&m, t[i], 3 * t[i]));
        assert_near(m.z[0], z, 1e-13);
    }
}

/* The filter of Engineering reference B2.1 on even steps, written out: tau 1, 6 and 24 h. */
static void vector_recursion(void **state)
{
    const struct memory_options o = {
        .tau_h = {1, 6, 24}, .count = 3, .hold = MEMORY_STEP, .max_gap_h = INFINITY};
    struct arena a = {0};
    struct random r = random_seeded(5);
    double t[200], u[200], z[3];
    struct matrix out;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        t[i] = (double)i * 0.5;
        u[i] = 20 + random_normal(&r);
    }
    assert_int_equal(memory_series(t, u, 200, &o, 1, &a, &out), ERR_OK);
    for (size_t k = 0; k < 3; k++)
        z[k] = u[0];
    for (size_t i = 1; i < 200; i++)
        for (size_t k = 0; k < 3; k++) {
            z[k] = z[k] + (1 - exp(-0.5 / o.tau_h[k])) * (u[i] - z[k]);
            assert_near(matrix_col(&out, k)[i], z[k], 1e-13);
        }
    arena_free(&a);
}

/* A sine u = sin(w t) through a first-order lag: gain 1 / sqrt(1 + (w tau)^2), phase atan(w tau),
 * once the start is forgotten. Linear hold of 24 samples a day is off by (w dt)^2 / 12 = 0.6 %, the
 * step hold by half a step of phase, 0.13. */
static void vector_sine(void **state)
{
    struct arena a = {0};
    enum { N = 1200 };
    const double w = 2 * M_PI / 24, tau = 6, gain = 1 / hypot(1, w * tau), phase = atan(w * tau);
    double t[N], u[N];
    struct matrix step, line;
    const struct memory_options of_step = one(tau, MEMORY_STEP), of_line = one(tau, MEMORY_LINEAR);
    double worst = 0;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        t[i] = (double)i;
        u[i] = sin(w * t[i]);
    }
    assert_int_equal(memory_series(t, u, N, &of_step, 1, &a, &step), ERR_OK);
    assert_int_equal(memory_series(t, u, N, &of_line, 1, &a, &line), ERR_OK);
    for (size_t i = 240; i < N; i++) {
        double truth = gain * sin(w * t[i] - phase);

        assert_near(line.at[i], truth, 0.006 * gain);
        worst = fmax(worst, fabs(step.at[i] - truth));
    }
    assert_near(worst, gain * w / 2, 0.02 * gain);
    arena_free(&a);
}

/* Time in other units, values scaled and shifted; samples of a straight line left out. */
static void invariant_units_and_thinning(void **state)
{
    enum { N = 100 };
    struct arena a = {0};
    struct random r = random_seeded(7);
    const struct memory_options h = one(6, MEMORY_LINEAR), twice = one(12, MEMORY_LINEAR);
    double t[N], u[N], t2[N], u2[N];
    struct matrix z, z2;
    struct memory all, few;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        t[i] = (i ? t[i - 1] : 0) + random_exponential(&r);
        u[i] = random_normal(&r);
        t2[i] = 2 * t[i];
        u2[i] = 4 * u[i] + 100;
    }
    assert_int_equal(memory_series(t, u, N, &h, 1, &a, &z), ERR_OK);
    assert_int_equal(memory_series(t2, u2, N, &twice, 1, &a, &z2), ERR_OK);
    for (size_t i = 0; i < N; i++)
        assert_near(z2.at[i], 4 * z.at[i] + 100, 1e-12);
    assert_int_equal(memory_init(&all, &h), ERR_OK);
    assert_int_equal(memory_init(&few, &h), ERR_OK);
    for (size_t i = 0; i < N; i++) {
        double on_line = 1 + 2 * t[i];

        (void)memory_update(&all, t[i], on_line);
        if (i % 7 == 0 || i == N - 1)
            (void)memory_update(&few, t[i], on_line);
    }
    assert_near(all.z[0], few.z[0], 1e-12);
    assert_near(all.unknown[0], few.unknown[0], 1e-14);
    arena_free(&a);
}

/* Streaming and series are the same, bit for bit, missing values and gaps included. */
static void invariant_streaming(void **state)
{
    enum { N = 500 };
    const struct memory_options o = {
        .tau_h = MEMORY_TAUS_H, .count = 6, .hold = MEMORY_LINEAR, .max_gap_h = 3};
    struct arena a = {0};
    struct random r = random_seeded(8);
    double t[N], u[N];
    struct matrix z;
    struct memory m;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        t[i] = (i ? t[i - 1] : 1e5) + (i % 50 == 49 ? 10 : 1);
        u[i] = i % 13 == 0 ? (double)NAN : random_normal(&r);
    }
    assert_int_equal(memory_series(t, u, N, &o, 0.3, &a, &z), ERR_OK);
    assert_int_equal(memory_init(&m, &o), ERR_OK);
    for (size_t i = 0; i < N; i++) {
        bool taken = memory_update(&m, t[i], u[i]);

        assert_int_equal(taken, isfinite(u[i]));
        for (size_t k = 0; k < 6; k++) {
            double from_series = matrix_col(&z, k)[i];

            if (taken && m.unknown[k] <= 0.3)
                assert_true(from_series == m.z[k]);
            else
                assert_true(isnan(from_series));
        }
    }
    arena_free(&a);
}

/* Two starts on the same later values come together; the difference is within unknown times the
 * difference of the starts, and gone for less than 5 % after 3 tau. */
static void truth_start_is_forgotten(void **state)
{
    const struct memory_options o = one(24, MEMORY_STEP);
    struct random r = random_seeded(9);
    struct memory a, b;

    (void)state;
    assert_int_equal(memory_init(&a, &o), ERR_OK);
    assert_int_equal(memory_init(&b, &o), ERR_OK);
    (void)memory_update(&a, 0, -10);
    (void)memory_update(&b, 0, 30);
    for (size_t i = 1; i <= 200; i++) {
        double u = random_normal(&r);

        (void)memory_update(&a, (double)i, u);
        (void)memory_update(&b, (double)i, u);
        assert_near(b.z[0] - a.z[0], 40 * a.unknown[0], 1e-13);
        assert_int_equal(a.unknown[0] <= 0.05, i >= 72);
    }
}

/* What unknown promises: over 1 000 random walks with a hole in them, z is within unknown times the
 * range of u of the z without hole. Always, not mostly: a bound. */
static void promise_gap_bound(void **state)
{
    enum { N = 60, RUNS = 1000 };
    struct memory_options o = one(8, MEMORY_LINEAR);
    struct random r = random_seeded(10);

    (void)state;
    o.max_gap_h = 1.5;
    for (size_t run = 0; run < RUNS; run++) {
        struct memory whole, holed;
        size_t from = 5 + random_below(&r, 20), to = from + 1 + random_below(&r, 30);
        double u = 0, lo = 0, hi = 0;

        assert_int_equal(memory_init(&whole, &o), ERR_OK);
        assert_int_equal(memory_init(&holed, &o), ERR_OK);
        for (size_t i = 0; i < N; i++) {
            u += random_normal(&r);
            lo = fmin(lo, u);
            hi = fmax(hi, u);
            (void)memory_update(&whole, (double)i, u);
            if (i <= from || i >= to)
                (void)memory_update(&holed, (double)i, u);
        }
        assert_true(fabs(whole.z[0] - holed.z[0]) <= holed.unknown[0] * (hi - lo));
        assert_true(to <= from + 1 || holed.unknown[0] > whole.unknown[0]);
    }
}

static void hostile_input(void **state)
{
    struct memory_options o = one(6, MEMORY_STEP), bad;
    struct arena a = {0};
    double t[4] = {0, 1, 1, 3}, u[4] = {NAN, NAN, INFINITY, NAN};
    struct memory m;
    struct matrix z;

    (void)state;
    bad = o, bad.count = 0;
    assert_int_equal(memory_init(&m, &bad), ERR_RANGE);
    bad = o, bad.count = MEMORY_MAX + 1;
    assert_int_equal(memory_init(&m, &bad), ERR_RANGE);
    bad = o, bad.tau_h[0] = 0;
    assert_int_equal(memory_init(&m, &bad), ERR_RANGE);
    bad = o, bad.tau_h[0] = INFINITY;
    assert_int_equal(memory_init(&m, &bad), ERR_RANGE);
    bad = o, bad.max_gap_h = NAN;
    assert_int_equal(memory_init(&m, &bad), ERR_RANGE);
    assert_int_equal(memory_series(t, u, 0, &o, 0.05, &a, &z), ERR_TOO_FEW);
    assert_int_equal(memory_series(t, u, 4, &o, 0.05, &a, &z), ERR_ORDER);
    assert_int_equal(memory_series(t, u, 2, &o, 1.5, &a, &z), ERR_RANGE);
    assert_int_equal(memory_series(t, u, 2, &o, NAN, &a, &z), ERR_RANGE);
    t[2] = NAN;
    assert_int_equal(memory_series(t, u, 4, &o, 1, &a, &z), ERR_NOT_FINITE);
    t[2] = 2;
    assert_int_equal(memory_series(t, u, 4, &o, 1, &a, &z), ERR_OK); /* nothing measured */
    for (size_t i = 0; i < 4; i++)
        assert_true(isnan(z.at[i]));
    arena_free(&a);
}

/* Steps and values at the ends of double. */
static void hostile_magnitudes(void **state)
{
    static const enum memory_hold holds[2] = {MEMORY_STEP, MEMORY_LINEAR};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct memory_options o = one(1e-300, holds[i]), slow = one(1e300, holds[i]);
        struct memory m;

        assert_int_equal(memory_init(&m, &o), ERR_OK);
        assert_false(memory_update(&m, NAN, 1));
        assert_true(memory_update(&m, -1e308, 1e308));
        assert_false(memory_update(&m, 0, NAN));
        assert_true(memory_update(&m, 1e308, -1e308));
        assert_true(m.z[0] == -1e308 && m.unknown[0] == 0);
        assert_false(memory_update(&m, 1e308, 5));
        assert_false(memory_update(&m, 3, 5));
        assert_int_equal(memory_init(&m, &slow), ERR_OK);
        assert_true(memory_update(&m, 0, 2));
        assert_true(memory_update(&m, 1e-300, 4));
        assert_true(m.z[0] == 2 && m.unknown[0] == 1);
    }
}

/* The largest double, which some loggers write for a missing value, is forgotten like any other. */
static void hostile_largest_double(void **state)
{
    struct random r = random_seeded(12);

    (void)state;
    for (size_t run = 0; run < 500; run++) {
        const struct memory_options o = one(1, run % 2 ? MEMORY_LINEAR : MEMORY_STEP);
        double sign = run % 3 ? 1 : -1, t = 0;
        struct memory m;

        assert_int_equal(memory_init(&m, &o), ERR_OK);
        for (size_t i = 0; i < 30; i++) {
            assert_true(memory_update(&m, t += random_exponential(&r), sign * DBL_MAX));
            assert_close(m.z[0], sign * DBL_MAX, 1e-14);
        }
        assert_true(memory_update(&m, t + 800, 1));
        assert_true(memory_update(&m, t + 1600, 1));
        assert_near(m.z[0], 1, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_step_response),
        cmocka_unit_test(exact_ramp_response),
        cmocka_unit_test(vector_recursion),
        cmocka_unit_test(vector_sine),
        cmocka_unit_test(invariant_units_and_thinning),
        cmocka_unit_test(invariant_streaming),
        cmocka_unit_test(truth_start_is_forgotten),
        cmocka_unit_test(promise_gap_bound),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(hostile_magnitudes),
        cmocka_unit_test(hostile_largest_double),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
