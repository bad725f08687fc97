#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "near.h"
#include "shikumen/base/arena.h"
#include "shikumen/num/random.h"
#include "shikumen/num/vibration.h"

#define PI 3.14159265358979323846

enum { N = 6000 };

static struct arena arena;

static struct velocity_options options(double fs, int highpasses)
{
    return (struct velocity_options){
        .fs_hz = fs, .highpass_hz = 0.8, .highpasses = highpasses, .scale = 1000};
}

static void integrate(double fs, int highpasses, const double *a, double *v)
{
    struct velocity_options o = options(fs, highpasses);

    assert_int_equal(velocity_from_acceleration(&o, a, N, v, &arena), ERR_OK);
}

static double highpass_gain(double hz, double fs)
{
    double r = tan(PI * 0.8 / fs) / tan(PI * hz / fs);

    return 1 / hypot(1, r * r);
}

/* Gain without the high-pass's own: 1 within 6e-6 to 0.4 fs. The trapezoid rule has x / tan x:
 * at fs 500, 12 Hz 0.998104, 50 Hz 0.966883, 80 Hz 0.914326. */
static void exact_gain(void **state)
{
    static const double rates[] = {200, 250, 500, 1000, 2048};
    double worst = 0;

    (void)state;
    for (size_t i = 0; i < 5; i++)
        for (int twice = 1; twice <= 2; twice++) {
            struct velocity_options o = options(rates[i], twice);

            for (double hz = 1; hz <= 0.4 * rates[i] + 1e-9; hz += 0.5) {
                double want = pow(highpass_gain(hz, rates[i]), twice);

                worst = fmax(worst, fabs(velocity_gain(&o, hz) / want - 1));
            }
        }
    if (!(worst < 6e-6))
        fail_msg("%g", worst);
}

/* The whole chain from an accelerometer, high-pass in the integration and low-pass of H_u, within
 * the 10 % of DIN 45669-1 from 1.25 to 64 Hz (0.4 fs where that is less). */
static void exact_chain_conforms(void **state)
{
    static const double rates[] = {100, 150, 200, 250, 400, 500, 1000};
    static const double most[] = {0.013, 0.05, 0.075, 0.02, 0.002, 0.023, 0.006};

    (void)state;
    for (size_t i = 0; i < 7; i++) {
        struct velocity_options o = options(rates[i], 1);
        double reference = 0, worst = 0;
        struct filter low;

        assert_int_equal(band_filter(BAND_BUILDING, rates[i], &low), ERR_OK);
        low.count--; /* without its high-pass */
        for (double hz = 16; hz <= fmin(64, 0.4 * rates[i]); hz = hz == 16 ? 1.25 : hz + 0.5) {
            double r = velocity_gain(&o, hz) * cabs(filter_response(&low, hz, rates[i])) /
                       band_response_ideal(BAND_BUILDING, hz);

            reference = reference > 0 ? reference : r;
            worst = fmax(worst, fabs(r / reference - 1));
        }
        if (!(worst < most[i]))
            fail_msg("%g Hz: %g", rates[i], worst);
    }
}

static double amplitude(const double *v, double fs, double hz)
{
    double c = 0, s = 0;

    for (int i = N / 2 - 500; i < N - 500; i++) { /* away from the end of the taps */
        c += v[i] * cos(2 * PI * hz * i / fs);
        s += v[i] * sin(2 * PI * hz * i / fs);
    }
    return hypot(c, s) / (N / 4);
}

/* Trapezoid sums of a sine reproduce the printed gains; this integration does not have them. */
static void vector_trapezoid_gain(void **state)
{
    static const double f[] = {12, 50, 80}, gain[] = {0.998104, 0.966883, 0.914326};
    static double a[N], v[N];

    (void)state;
    for (int k = 0; k < 3; k++) {
        double w = 2 * PI * f[k], sum = 0;

        for (int i = 0; i < N; i++)
            a[i] = sin(w * i / 500);
        for (int i = 1; i < N; i++) {
            sum += (a[i] + a[i - 1]) / 1000;
            v[i] = sum - 1 / (w * tan(w / 1000) / (w / 1000)); /* its constant */
        }
        assert_near(amplitude(v, 500, f[k]) * w, gain[k], 5.1e-7);
        integrate(500, 2, a, v);
        /* after 6 s what is left of the start is e^-21 */
        assert_near(amplitude(v, 500, f[k]) * w / 1000 / pow(highpass_gain(f[k], 500), 2), 1, 6e-6);
    }
}

/* The velocity of a damped burst, closed form differentiated by hand, at the half-sample times. */
static void truth_burst(void **state)
{
    static double a[N], v[N];
    static const double rates[] = {200, 500};

    (void)state;
    for (int k = 0; k < 2; k++) {
        double fs = rates[k], w = 2 * PI * 17, top = 0, t0 = 10;

        for (int i = 0; i < N; i++) { /* v = exp(-((t - t0) / 0.3)^2) sin(w t) mm/s */
            double t = i / fs, u = (t - t0) / 0.3;

            a[i] = exp(-u * u) * (w * cos(w * t) - 2 * u / 0.3 * sin(w * t)) / 1000;
        }
        integrate(fs, 1, a, v);
        for (int i = 0; i < N; i++) {
            double t = (i + 0.5) / fs, u = (t - t0) / 0.3;

            top = fmax(top, fabs(v[i] - exp(-u * u) * sin(w * t)));
        }
        /* phase of the high-pass at 17 Hz: sqrt 2 * 0.8 / 17 = 0.067 rad */
        assert_true(top < 0.07 && top > 0.05);
        assert_near(amplitude(v, fs, 1e-3), 0, 1e-3);
    }
}

static void fill(double *a, uint64_t seed)
{
    struct random r = random_seeded(seed);
    double y = 0;

    for (int i = 0; i < N; i++) {
        y = 0.7 * y + random_normal(&r);
        a[i] = 0.01 * y;
    }
}

/* PPV does not feel an offset, nor (with two high-passes) a drift; with one a drift of r m/s^2 per
 * second leaves 1000 r / (2 pi 0.8)^2 mm/s. 1e-9 of the offset's own velocity scale is rounding. */
static void promise_offset_and_drift(void **state)
{
    static double a[N], b[N], v[N], w[N];

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (int twice = 1; twice <= 2; twice++) {
            double p, bound = 1000 * 1e-4 / pow(2 * PI * 0.8, 2);

            fill(a, seed);
            integrate(200, twice, a, v);
            p = zero_to_peak(v + 200, N - 200).value;
            for (int i = 0; i < N; i++)
                b[i] = a[i] + 9.81;
            integrate(200, twice, b, w);
            assert_near(zero_to_peak(w + 200, N - 200).value, p, 1e-9);
            for (int i = 0; i < N; i++)
                b[i] = a[i] + 1e-4 * i / 200.0;
            integrate(200, twice, b, w);
            assert_near(zero_to_peak(w + 200, N - 200).value, p, 1.2 * bound);
            for (int i = N - 1000; i < N; i++)
                assert_near(w[i] - v[i], twice == 1 ? bound : 0, 1e-6);
        }
}

/* Started in the middle of a sine, at any phase: its peak is wrong by less than 1.5 % of the
 * amplitude after 1 s, by less than 0.1 % after 2 s (envelope of the high-pass: exp(-3.55 t)). */
static void promise_start(void **state)
{
    static double a[N], v[N];
    double worst = 0, later = 0;

    (void)state;
    for (double hz = 2; hz < 80; hz *= 1.7)
        for (int phase = 0; phase < 12; phase++) {
            double w = 2 * PI * hz, g = highpass_gain(hz, 200);

            for (int i = 0; i < N; i++)
                a[i] = sin(w * i / 200 + phase * PI / 6) * w / 1000;
            integrate(200, 1, a, v);
            for (int i = 200; i < N - 10; i++)
                worst = fmax(worst, fabs(v[i]) - g);
            for (int i = 400; i < N - 10; i++)
                later = fmax(later, fabs(v[i]) - g);
        }
    assert_true(worst < 0.015 && worst > 0.01);
    assert_true(later < 0.001);
}

/* Sign and power-of-two scale to the last bit, a later start, in place. */
static void invariant_scale_shift(void **state)
{
    static double a[N], b[N], v[N], w[N];

    (void)state;
    fill(a, 5);
    for (int i = 0; i < 400; i++)
        a[i] = 0;
    integrate(200, 1, a, v);
    for (int i = 0; i < N; i++)
        b[i] = -4 * a[i];
    integrate(200, 1, b, w);
    for (int i = 0; i < N; i++)
        assert_true(w[i] == -4 * v[i]);
    memcpy(b, a + 100, (N - 100) * sizeof *a); /* a later start in silence */
    memset(b + N - 100, 0, 100 * sizeof *b);
    integrate(200, 1, b, w);
    for (int i = 0; i < N - 200; i++)
        assert_near(w[i], v[i + 100], 1e-12);
    memcpy(b, a, sizeof a);
    integrate(200, 1, b, b); /* in place */
    assert_memory_equal(b, v, sizeof v);
}

static void hostile_input(void **state)
{
    static double a[N], v[N];
    struct velocity_options o = options(200, 1), bad = o;
    struct arena_mark mark = arena_mark(&arena);

    (void)state;
    assert_int_equal(velocity_from_acceleration(&o, a, 0, v, &arena), ERR_TOO_FEW);
    assert_int_equal(velocity_from_acceleration(&o, a, 1, v, &arena), ERR_TOO_FEW);
    assert_int_equal(velocity_from_acceleration(&o, a, 2, v, &arena), ERR_OK);
    assert_true(v[0] == 0 && v[1] == 0);
    a[1] = 1e300;
    assert_int_equal(velocity_from_acceleration(&o, a, N, v, &arena), ERR_OK);
    assert_true(isfinite(v[2]));
    a[1] = 1.7e308;
    a[2] = 1.7e308;
    assert_int_equal(velocity_from_acceleration(&o, a, N, v, &arena), ERR_NOT_FINITE);
    a[1] = (double)NAN;
    assert_int_equal(velocity_from_acceleration(&o, a, N, v, &arena), ERR_NOT_FINITE);
    a[1] = a[2] = 0;
    bad.highpasses = 3;
    assert_int_equal(velocity_from_acceleration(&bad, a, N, v, &arena), ERR_RANGE);
    assert_true(velocity_gain(&bad, 5) == 0);
    bad = o;
    bad.scale = 1.7e308; /* the gain is relative to it */
    assert_close(velocity_gain(&bad, 5), velocity_gain(&o, 5), 1e-15);
    bad = o;
    bad.highpass_hz = 90;
    assert_int_equal(velocity_from_acceleration(&bad, a, N, v, &arena), ERR_RANGE);
    bad.highpass_hz = 0;
    assert_int_equal(velocity_from_acceleration(&bad, a, N, v, &arena), ERR_RANGE);
    bad = o;
    bad.fs_hz = (double)INFINITY;
    assert_int_equal(velocity_from_acceleration(&bad, a, N, v, &arena), ERR_RANGE);
    bad.fs_hz = -1;
    assert_int_equal(velocity_from_acceleration(&bad, a, N, v, &arena), ERR_RANGE);
    bad = o;
    bad.scale = (double)NAN;
    assert_int_equal(velocity_from_acceleration(&bad, a, N, v, &arena), ERR_RANGE);
    assert_true(arena_mark(&arena).used == mark.used); /* scratch was given back */
}

static int done(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_gain),
        cmocka_unit_test(exact_chain_conforms),
        cmocka_unit_test(vector_trapezoid_gain),
        cmocka_unit_test(truth_burst),
        cmocka_unit_test(promise_offset_and_drift),
        cmocka_unit_test(promise_start),
        cmocka_unit_test(invariant_scale_shift),
        cmocka_unit_test(hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, done);
}
