#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>

#include "near.h"
#include "shikumen/num/random.h"
#include "shikumen/num/vibration.h"

#define PI 3.14159265358979323846

static struct arena arena;

static void exact_ppv(void **state)
{
    static const double x[] = {9, 1, -2, 0, 0}, y[] = {0, 2, 2, -2.5, 0}, z[] = {0, 2, -1, 0, 2};
    static const double *const axes[] = {x, y, z};
    struct ppv p;

    (void)state;
    assert_int_equal(peak_particle_velocity(axes, 3, 5, 1, &p), ERR_OK);
    assert_true(p.axis[0].value == 2 && p.axis[0].index == 2);
    assert_true(p.axis[1].value == 2.5 && p.axis[1].index == 3);
    assert_true(p.axis[2].value == 2 && p.axis[2].index == 1);
    assert_int_equal(p.largest, 1);
    assert_true(p.vector.value == 3 && p.vector.index == 1); /* first of two */
    assert_int_equal(peak_particle_velocity(axes, 1, 5, 0, &p), ERR_OK);
    assert_true(p.vector.value == 9 && p.axis[0].index == 0);
}

/* Sine of 0.5 m/s^2, 8 Hz, 60 s: RMS A / sqrt 2, VDV (3/8 A^4 T)^(1/4) = 1.088969, eVDV 1.377593.
 */
static void vector_dose(void **state)
{
    enum { N = 60 * 200 };
    static double a[N];
    struct vibration_dose d;

    (void)state;
    for (int i = 0; i < N; i++)
        a[i] = 0.5 * sin(2 * PI * 8 * (i + 0.25) / 200);
    assert_int_equal(vibration_dose(a, N, 200, &d), ERR_OK);
    assert_near(d.rms, 0.353553, 5.1e-7);
    assert_near(d.vdv, 1.088969, 5.1e-7);
    assert_near(d.evdv, 1.377593, 5.1e-7);
    assert_close(d.vdv, pow(3.0 / 8 * 0.0625 * 60, 0.25), 1e-13);
    assert_close(d.crest_factor, sqrt(2), 1e-3); /* sampled peak */
}

static void exact_comment_and_storeys(void **state)
{
    static const double at[] = {0, 0.19, 0.2, 0.39, 0.4, 0.8, 1.59, 1.6, 99};
    static const enum adverse_comment day[] = {COMMENT_NONE,     COMMENT_NONE,     COMMENT_LOW,
                                               COMMENT_LOW,      COMMENT_POSSIBLE, COMMENT_PROBABLE,
                                               COMMENT_PROBABLE, COMMENT_BEYOND,   COMMENT_BEYOND};

    (void)state;
    for (int i = 0; i < 9; i++) {
        assert_int_equal(adverse_comment(at[i], false), day[i]);
        assert_int_equal(adverse_comment(at[i] / 2, true), day[i]);
    }
    assert_near(storey_frequency_hz(5), 2, 0);
    assert_near(storey_frequency_hz(8), 1.25, 0);
    assert_near(storey_frequency_hz(4), 0, 0);
}

/* DIN 4150-3:1999-02 6.2: E = 30 GPa, rho = 2400, k_n = 1, v = 10 mm/s -> 0.147 MPa (three digits).
 */
static void vector_stress(void **state)
{
    double s = -1;

    (void)state;
    assert_int_equal(stress_from_velocity(30e9, 2400, 1, 1, 0.010, &s), ERR_OK);
    assert_near(s / 1e6, 0.147, 5e-4);
    assert_close(s, 1.73 * sqrt(7.2e13) * 0.01, 1e-15);
    assert_int_equal(stress_from_velocity(30e9, 2400, 4, 1.3, 0.010, &s), ERR_OK);
    assert_close(s, 2.6 * 1.73 * sqrt(7.2e13) * 0.01, 1e-15);
    s = -1;
    assert_int_equal(stress_from_velocity(0, 2400, 1, 1, 0.01, &s), ERR_RANGE);
    assert_int_equal(stress_from_velocity(30e9, (double)NAN, 1, 1, 0.01, &s), ERR_RANGE);
    assert_int_equal(stress_from_velocity(30e9, 2400, -1, 1, 0.01, &s), ERR_RANGE);
    assert_int_equal(stress_from_velocity(30e9, 2400, 1, (double)INFINITY, 0.01, &s), ERR_RANGE);
    assert_int_equal(stress_from_velocity(30e9, 2400, 1, 1, -0.01, &s), ERR_RANGE);
    assert_int_equal(stress_from_velocity(1e300, 1e300, 1, 1, 1, &s), ERR_RANGE);
    assert_true(s == -1);
}

/* Sign, axis order, power-of-two scale; the vector is never below the largest component. */
static void invariant_peaks(void **state)
{
    enum { N = 500 };
    static double x[3][N], y[3][N];
    const double *const a[] = {x[0], x[1], x[2]}, *const b[] = {y[0], y[1], y[2]};
    struct random r = random_seeded(4);
    struct vibration_dose d, e;
    struct ppv p, q;

    (void)state;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < N; i++) {
            x[k][i] = random_normal(&r);
            y[(k + 1) % 3][i] = -0x1p500 * x[k][i];
        }
    assert_int_equal(peak_particle_velocity(a, 3, N, 0, &p), ERR_OK);
    assert_int_equal(peak_particle_velocity(b, 3, N, 0, &q), ERR_OK);
    assert_int_equal(q.largest, (p.largest + 1) % 3);
    assert_int_equal(q.vector.index, p.vector.index);
    assert_close(q.vector.value, 0x1p500 * p.vector.value, 1e-15);
    assert_true(p.vector.value >= p.axis[p.largest].value);
    assert_int_equal(vibration_dose(a[0], N, 200, &d), ERR_OK);
    assert_int_equal(vibration_dose(b[1], N, 200, &e), ERR_OK);
    assert_true(e.rms == 0x1p500 * d.rms && e.vdv == 0x1p500 * d.vdv && e.evdv == 0x1p500 * d.evdv);
    assert_true(e.crest_factor == d.crest_factor);
}

static void hostile_peaks(void **state)
{
    static const double big[] = {1.2e308, 1}, nan[] = {0, (double)NAN}, tiny[] = {4e-320, -4e-320};
    const double *const two[] = {big, big}, *const bad[] = {big, nan}, *const small[] = {tiny};
    struct ppv p = {.largest = 9};
    struct vibration_dose d = {.rms = 9};

    (void)state;
    assert_int_equal(peak_particle_velocity(two, 0, 2, 0, &p), ERR_RANGE);
    assert_int_equal(peak_particle_velocity(two, 4, 2, 0, &p), ERR_RANGE);
    assert_int_equal(peak_particle_velocity(two, 2, 0, 0, &p), ERR_TOO_FEW);
    assert_int_equal(peak_particle_velocity(two, 2, 2, 2, &p), ERR_TOO_FEW);
    assert_int_equal(peak_particle_velocity(bad, 2, 2, 0, &p), ERR_NOT_FINITE);
    assert_int_equal(p.largest, 9);
    assert_int_equal(peak_particle_velocity(two, 2, 2, 0, &p), ERR_OK);
    assert_close(p.vector.value, sqrt(2) * 1.2e308, 1e-15);
    assert_int_equal(peak_particle_velocity(small, 1, 2, 0, &p), ERR_OK);
    assert_true(p.vector.value > 0);
    assert_int_equal(vibration_dose(big, 0, 200, &d), ERR_TOO_FEW);
    assert_int_equal(vibration_dose(nan, 2, 200, &d), ERR_NOT_FINITE);
    assert_int_equal(vibration_dose(big, 2, 0, &d), ERR_RANGE);
    assert_int_equal(vibration_dose(big, 2, (double)NAN, &d), ERR_RANGE);
    assert_int_equal(vibration_dose(big, 2, 1e-9, &d), ERR_NOT_FINITE);
    assert_true(d.rms == 9);
    assert_int_equal(vibration_dose(big, 1, 200, &d), ERR_OK);
    assert_close(d.rms, 1.2e308, 1e-15);
    assert_int_equal(vibration_dose((double[]){0, 0}, 2, 200, &d), ERR_OK);
    assert_true(d.rms == 0 && d.crest_factor == 0);
}

enum { FS = 200, N = 20 * FS };

/* v = exp(-((t - 8) / 0.4)^2) sin(2 pi f t), mm/s, as acceleration in m/s^2. */
static void burst(double *a, double f, double scale)
{
    for (int i = 0; i < N; i++) {
        double t = (double)i / FS, u = (t - 8) / 0.4, w = 2 * PI * f;

        a[i] = scale * exp(-u * u) * (w * cos(w * t) - 2 * u / 0.4 * sin(w * t)) / 1000;
    }
}

static const struct burst_options from_acceleration = {
    .fs_hz = FS, .band = BAND_BUILDING, .acceleration = true, .skip_s = VELOCITY_SETTLE_S};

/* Peaks and frequencies of known bursts on three axes come out. The sampled peak lies below that
 * of the envelope by up to 1 - cos(pi f / fs), the low-pass and its tolerance take the rest. */
static void truth_burst(void **state)
{
    static double a[3][N];
    const double *const axes[] = {a[0], a[1], a[2]};
    static const double f[] = {8, 13, 31};
    struct burst b;

    (void)state;
    for (int k = 0; k < 3; k++)
        burst(a[k], f[k], k + 1);
    assert_int_equal(burst_evaluate(&from_acceleration, axes, 3, N, &b, &arena), ERR_OK);
    for (int k = 0; k < 3; k++) {
        assert_near(b.ppv.axis[k].value / (k + 1), 1, 1.02 - cos(PI * f[k] / FS));
        assert_near((double)b.ppv.axis[k].index / FS, 8, 0.5 / f[k]);
        assert_close(b.crossing[k].hz, f[k], 0.03);
        assert_close(b.spectrum[k].hz, f[k], 0.01);
        /* running r.m.s. of a short burst lies below that of its peak for ever */
        assert_true(b.kb[k].fmax >
                    0.5 * (k + 1) * sqrt(0.5) * kb_response_ideal(BAND_BUILDING, f[k]));
        assert_true(b.kb[k].fmax < (k + 1) * sqrt(0.5) * kb_response_ideal(BAND_BUILDING, f[k]));
        assert_int_equal(b.kb[k].clocks, 0);
    }
    assert_int_equal(b.ppv.largest, 2);
    assert_true(b.ppv.vector.value >= b.ppv.axis[2].value);
}

/* An offset of 1 g and a drift of 0.1 mm/s^2 per second leave peak and frequency. */
static void promise_offset_and_drift(void **state)
{
    static double a[N], b[N];
    const double *const x[] = {a}, *const y[] = {b};
    struct burst p, q;

    (void)state;
    for (double f = 3; f < 60; f *= 1.3) {
        burst(a, f, 1);
        for (int i = 0; i < N; i++)
            b[i] = a[i] + 9.81 + 1e-4 * i / FS;
        assert_int_equal(burst_evaluate(&from_acceleration, x, 1, N, &p, &arena), ERR_OK);
        assert_int_equal(burst_evaluate(&from_acceleration, y, 1, N, &q, &arena), ERR_OK);
        /* two nearly equal peaks, half a period apart, may change places */
        assert_near((double)p.ppv.axis[0].index, (double)q.ppv.axis[0].index, 0.55 * FS / f + 1);
        /* 1000 r / (2 pi 0.8)^2 = 0.00396 mm/s */
        assert_near(p.ppv.axis[0].value, q.ppv.axis[0].value, 0.0041);
        assert_near(p.crossing[0].hz, q.crossing[0].hz, 0.01 * f);
    }
}

/* A geophone's velocity and its derivative give the same numbers. */
static void invariant_sensor(void **state)
{
    static double a[N], v[N];
    const double *const x[] = {a}, *const y[] = {v};
    struct burst_options geophone = from_acceleration;
    struct burst p, q;

    (void)state;
    geophone.acceleration = false;
    burst(a, 17, 1);
    for (int i = 0; i < N; i++) {
        double t = (i + 0.5) / FS, u = (t - 8) / 0.4;

        v[i] = exp(-u * u) * sin(2 * PI * 17 * t) + 5;
    }
    assert_int_equal(burst_evaluate(&from_acceleration, x, 1, N, &p, &arena), ERR_OK);
    assert_int_equal(burst_evaluate(&geophone, y, 1, N, &q, &arena), ERR_OK);
    assert_close(p.ppv.axis[0].value, q.ppv.axis[0].value, 2e-5);
    assert_int_equal(p.ppv.axis[0].index, q.ppv.axis[0].index);
    assert_close(p.kb[0].fmax, q.kb[0].fmax, 2e-5);
    assert_close(p.crossing[0].hz, q.crossing[0].hz, 1e-4);
}

/* A sine that lasts to the end of the record: its PPV is its own, at any phase (the samples that
 * rest on the repeated last value are not evaluated). */
static void truth_end_of_record(void **state)
{
    static double a[N];
    const double *const x[] = {a};
    struct filter low;
    struct burst b;

    (void)state;
    assert_int_equal(band_filter(BAND_BUILDING, FS, &low), ERR_OK);
    for (int phase = 0; phase < 16; phase++) {
        double w = 2 * PI * 53.7;

        for (int i = 0; i < N; i++)
            a[i] = fmin(1, i / (2.0 * FS)) * w * sin(w * i / FS + phase * PI / 8) / 1000;
        assert_int_equal(burst_evaluate(&from_acceleration, x, 1, N, &b, &arena), ERR_OK);
        assert_close(b.ppv.axis[0].value, cabs(filter_response(&low, 53.7, FS)), 1e-3);
    }
}

static void hostile_burst(void **state)
{
    static double a[N], bad[N];
    const double *const x[] = {a, a, a, a}, *const y[] = {a, bad};
    struct burst_options o = from_acceleration;
    struct burst b = {.axes = 77};
    size_t used;

    (void)state;
    bad[7] = (double)INFINITY;
    assert_int_equal(burst_evaluate(&o, x, 0, N, &b, &arena), ERR_RANGE);
    assert_int_equal(burst_evaluate(&o, x, 4, N, &b, &arena), ERR_RANGE);
    assert_int_equal(burst_evaluate(&o, y, 2, N, &b, &arena), ERR_NOT_FINITE);
    used = arena.used_bytes;
    for (size_t n = 0; n < 410; n += n < 3 ? 1 : 50)
        assert_int_equal(burst_evaluate(&o, x, 3, n, &b, &arena), ERR_TOO_FEW);
    o.fs_hz = 0;
    assert_int_equal(burst_evaluate(&o, x, 3, N, &b, &arena), ERR_RANGE);
    o.fs_hz = 10; /* the weighting's corner does not fit */
    assert_int_equal(burst_evaluate(&o, x, 3, N, &b, &arena), ERR_RANGE);
    o = from_acceleration;
    o.skip_s = -1;
    assert_int_equal(burst_evaluate(&o, x, 3, N, &b, &arena), ERR_RANGE);
    assert_int_equal(b.axes, 77);
    assert_int_equal(burst_evaluate(&from_acceleration, x, 3, N, &b, &arena), ERR_OK); /* silence */
    assert_true(b.ppv.vector.value == 0 && b.spectrum[0].hz == 0 && b.crossing[2].hz == 0);
    assert_int_equal(burst_evaluate(&from_acceleration, x, 3, 410, &b, &arena), ERR_OK);
    for (int i = 0; i < N; i++)
        a[i] = i % 2 ? 1e300 : -1e300;
    assert_int_equal(burst_evaluate(&from_acceleration, x, 3, N, &b, &arena), ERR_NOT_FINITE);
    for (int i = 0; i < N; i++)
        a[i] = 1e-300 * sin(i);
    assert_int_equal(burst_evaluate(&from_acceleration, x, 3, N, &b, &arena), ERR_OK);
    assert_true(isfinite(b.spectrum[0].hz) && isfinite(b.ppv.vector.value));
    assert_int_equal(arena.used_bytes, used); /* scratch was given back */
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
        cmocka_unit_test(exact_ppv),
        cmocka_unit_test(vector_dose),
        cmocka_unit_test(exact_comment_and_storeys),
        cmocka_unit_test(vector_stress),
        cmocka_unit_test(invariant_peaks),
        cmocka_unit_test(hostile_peaks),
        cmocka_unit_test(truth_burst),
        cmocka_unit_test(promise_offset_and_drift),
        cmocka_unit_test(invariant_sensor),
        cmocka_unit_test(truth_end_of_record),
        cmocka_unit_test(hostile_burst),
    };

    return cmocka_run_group_tests(tests, NULL, done);
}
