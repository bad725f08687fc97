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
#include "shikumen/num/filter.h"
#include "shikumen/num/random.h"

#define PI 3.14159265358979323846

typedef enum err design(double, double, struct biquad *);

static struct filter one(design *make, double corner, double fs)
{
    struct filter f = {0};
    struct biquad b;

    assert_int_equal(make(corner, fs, &b), ERR_OK);
    assert_int_equal(filter_append(&f, &b), ERR_OK);
    return f;
}

static double gain(const struct filter *f, double f_hz, double fs)
{
    return cabs(filter_response(f, f_hz, fs));
}

/* Analogue moduli at the pre-warped frequency: 1 / sqrt(1 + (W/Wc)^2n). */
static void exact_moduli(void **state)
{
    static const struct {
        design *make;
        int order, high;
    } kinds[] = {{biquad_lowpass, 2, 0},
                 {biquad_highpass, 2, 1},
                 {biquad_lowpass_first, 1, 0},
                 {biquad_highpass_first, 1, 1}};
    static const double corners[] = {0.8, 5.6, 20, 99.9};

    (void)state;
    for (size_t k = 0; k < 4; k++)
        for (size_t c = 0; c < 4; c++) {
            struct filter f = one(kinds[k].make, corners[c], 200);

            assert_close(gain(&f, corners[c], 200), sqrt(0.5), 4e-11);
            for (double hz = 0.5; hz < 100; hz += 0.5) {
                double w = tan(PI * hz / 200) / tan(PI * corners[c] / 200);
                double r = kinds[k].high ? 1 / w : w;

                /* cancellation in 1 + a1 z + a2 z^2 near z = 1: eps / (pi f / fs)^2 */
                assert_close(gain(&f, hz, 200), 1 / sqrt(1 + pow(r, 2 * kinds[k].order)), 4e-11);
            }
            assert_true(filter_stable(&f));
        }
}

/* y[n] = x[n] + 2 x[n-1] + 3 x[n-2] - 0.5 y[n-1] - 0.25 y[n-2] by hand: dyadic, so exact. */
static void exact_recursion(void **state)
{
    struct filter f = {1, {{1, 2, 3, 0.5, 0.25}}};
    const double x[] = {1, 0, 0, 4, 0}, want[] = {1, 1.5, 2, 2.625, 6.1875};
    double y[5];
    struct filter_state s = {0};

    (void)state;
    assert_int_equal(filter_run(&f, &s, x, 5, y), ERR_OK);
    for (int i = 0; i < 5; i++)
        assert_true(y[i] == want[i]);
    assert_true(s.last == want[4]);
    f.count = 0;
    assert_int_equal(filter_run(&f, &s, x, 5, y), ERR_OK);
    assert_memory_equal(x, y, sizeof x);
}

/* scipy 1.10: signal.butter(2, 0.8, 'high', fs=500, output='sos'), butter(2, 100, fs=500, ...) and
 * butter(1, 5.6, 'high', fs=500, ...), 13 decimals printed. */
static void vector_butterworth(void **state)
{
    struct biquad b;

    (void)state;
    assert_int_equal(biquad_highpass(0.8, 500, &b), ERR_OK);
    assert_near(b.b0, 0.9929165934081, 1e-12);
    assert_near(b.a1, -1.9857830115379, 1e-12);
    assert_near(b.a2, 0.9858833620946, 1e-12);
    assert_true(b.b1 == -2 * b.b0 && b.b2 == b.b0);
    assert_int_equal(biquad_lowpass(100, 500, &b), ERR_OK);
    assert_near(b.b0, 0.2065720838261, 1e-12);
    assert_near(b.a1, -0.3695273773512, 1e-12);
    assert_near(b.a2, 0.1958157126558, 1e-12);
    assert_int_equal(biquad_highpass_first(5.6, 500, &b), ERR_OK);
    assert_near(b.b0, 0.9659965677965, 1e-12);
    assert_near(b.a1, -0.9319931355930, 1e-12);
}

/* The matched low-pass: modulus of the analogue filter at 0, at the corner, and at half the rate
 * where the corner lies past it; between, within 9 % for all rates a corner of 100 Hz may have. */
static void exact_matched_lowpass(void **state)
{
    static const double rates[] = {143, 150, 160, 200, 250, 300, 400, 500, 1000};
    double worst = 0;

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        struct filter f = one(biquad_lowpass_matched, 100, rates[i]);

        assert_true(filter_stable(&f));
        assert_close(gain(&f, 0, rates[i]), 1, 1e-12);
        if (rates[i] >= 200)
            assert_close(gain(&f, 100, rates[i]), sqrt(0.5), 1e-9);
        else
            assert_close(gain(&f, rates[i] / 2, rates[i]), 1 / hypot(1, pow(rates[i] / 200, 2)),
                         1e-9);
        for (double hz = 1; hz < fmin(80, 0.45 * rates[i]); hz += 1)
            worst = fmax(worst, fabs(gain(&f, hz, rates[i]) * hypot(1, hz * hz / 1e4) - 1));
    }
    assert_true(worst < 0.092 && worst > 0.05);
}

static void noise(double *x, size_t n, uint64_t seed)
{
    struct random r = random_seeded(seed);

    for (size_t i = 0; i < n; i++)
        x[i] = random_normal(&r);
}

static struct filter five_sections(void)
{
    struct filter f = {0};
    struct biquad b;
    static const double corners[] = {70, 40};

    assert_int_equal(biquad_highpass(0.8, 200, &b), ERR_OK);
    assert_int_equal(filter_append(&f, &b), ERR_OK);
    assert_int_equal(biquad_highpass_first(5.6, 200, &b), ERR_OK);
    assert_int_equal(filter_append(&f, &b), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(biquad_lowpass(corners[i], 200, &b), ERR_OK);
        assert_int_equal(filter_append(&f, &b), ERR_OK);
    }
    assert_int_equal(biquad_lowpass_first(80, 200, &b), ERR_OK);
    assert_int_equal(filter_append(&f, &b), ERR_OK);
    return f;
}

/* Sample by sample, in odd blocks, in place, or at once: the same bits, for every number of
 * sections. */
static void invariant_blocks_and_steps(void **state)
{
    enum { N = 5000 };
    static double x[N], whole[N], parts[N];

    (void)state;
    noise(x, N, 1);
    for (size_t count = 0; count <= 5; count++) {
        struct filter f = five_sections();
        struct filter_state a = {0}, b = {0}, c = {0};

        f.count = count;
        assert_int_equal(filter_run(&f, &a, x, N, whole), ERR_OK);
        for (size_t from = 0, size = 1; from < N; from += size, size = size * 3 % 1009 + 1) {
            size_t n = N - from < size ? N - from : size;

            memcpy(parts + from, x + from, n * sizeof *x);
            assert_int_equal(filter_run(&f, &b, parts + from, n, parts + from), ERR_OK);
        }
        assert_memory_equal(whole, parts, sizeof whole);
        for (size_t i = 0; i < N; i++)
            assert_true(filter_step(&f, &c, x[i]) == whole[i]);
    }
}

/* Powers of two scale exactly; sums filter to sums. */
static void invariant_linear(void **state)
{
    enum { N = 1000 };
    static double x[N], y[N], z[N], fx[N], fy[N], fz[N], f8[N];
    struct filter f = five_sections();
    struct filter_state s[4] = {0};

    (void)state;
    noise(x, N, 2);
    noise(y, N, 3);
    for (size_t i = 0; i < N; i++)
        z[i] = x[i] + y[i];
    assert_int_equal(filter_run(&f, &s[0], x, N, fx), ERR_OK);
    assert_int_equal(filter_run(&f, &s[1], y, N, fy), ERR_OK);
    assert_int_equal(filter_run(&f, &s[2], z, N, fz), ERR_OK);
    for (size_t i = 0; i < N; i++)
        z[i] = x[i] * 0x1p600;
    assert_int_equal(filter_run(&f, &s[3], z, N, f8), ERR_OK);
    for (size_t i = 0; i < N; i++) {
        assert_near(fz[i], fx[i] + fy[i], 1e-12);
        assert_true(f8[i] == fx[i] * 0x1p600);
    }
}

/* A sine comes out with the modulus and phase of the response. */
static void truth_sine(void **state)
{
    struct filter f = five_sections();

    (void)state;
    for (double hz = 2; hz < 90; hz *= 1.5) {
        struct filter_state s = {0};
        double complex h = filter_response(&f, hz, 200);

        for (int i = 0; i < 3000; i++) {
            double w = 2 * PI * hz * i / 200, y = filter_step(&f, &s, sin(w));

            if (i > 2800)
                assert_near(y, cabs(h) * sin(w + carg(h)), 1e-9);
        }
    }
}

/* Settled on a constant, the output is constant from the first sample. */
static void exact_settled(void **state)
{
    struct filter f = five_sections();
    struct filter_state s = {0};

    (void)state;
    filter_settle(&f, 1e4, &s);
    for (int i = 0; i < 1000; i++)
        assert_near(filter_step(&f, &s, 1e4), 0, 1e-7);
    f = one(biquad_lowpass, 10, 200);
    filter_settle(&f, -3, &s);
    assert_near(s.last, -3, 1e-14);
    for (int i = 0; i < 1000; i++)
        assert_near(filter_step(&f, &s, -3), -3, 1e-13);
}

/* Variance of filtered white noise is the mean of |H|^2 over frequency: 400000 samples, bound 5
 * standard errors, relative sqrt(2 k / N) with less than k = 4 samples of correlation. */
static void promise_noise_power(void **state)
{
    struct filter f = one(biquad_lowpass, 25, 200);
    struct filter_state s = {0};
    struct random r = random_seeded(7);
    enum { N = 400000 };
    double want = 0, sum = 0;

    (void)state;
    for (int k = 0; k < 1000; k++)
        want += pow(gain(&f, (k + 0.5) * 0.1, 200), 2) / 1000;
    for (int i = 0; i < N; i++) {
        double y = filter_step(&f, &s, random_normal(&r));

        sum += y * y;
    }
    assert_close(sum / N, want, 5 * sqrt(2.0 * 4 / N));
}

static void hostile_values(void **state)
{
    struct filter f = five_sections();
    struct filter_state s = {0}, before;
    double x[4] = {1, 2, (double)NAN, 3}, y[4] = {9, 9, 9, 9}, last;

    (void)state;
    assert_int_equal(filter_run(&f, &s, x, 0, y), ERR_OK);
    assert_int_equal(filter_run(&f, &s, x, 4, y), ERR_NOT_FINITE);
    assert_true(y[0] == 9 && s.z[0][0] == 0);
    last = filter_step(&f, &s, 1);
    before = s;
    assert_true(filter_step(&f, &s, (double)NAN) == last);
    assert_true(filter_step(&f, &s, -HUGE_VAL) == last);
    assert_memory_equal(&before, &s, sizeof s);
    f = one(biquad_highpass, 20, 200);
    x[0] = 1.7e308; /* y is finite, what is remembered of it is not */
    s = (struct filter_state){.last = 5};
    assert_int_equal(filter_run(&f, &s, x, 1, y), ERR_NOT_FINITE);
    assert_true(filter_step(&f, &s, 1.7e308) == 5 && filter_step(&f, &s, 0) == 0);
    f = five_sections();
    s = before;
    x[2] = -DBL_MAX;
    x[1] = DBL_MAX;
    x[0] = -DBL_MAX;
    assert_int_equal(filter_run(&f, &s, x, 4, y), ERR_NOT_FINITE); /* overflows inside */
    assert_memory_equal(&before, &s, sizeof s);
}

/* After a blow all memory becomes exactly 0 in the end, in place of denormal numbers. */
static void hostile_silence(void **state)
{
    enum { N = 60000 };
    static double x[N];
    struct filter f = five_sections();
    struct filter_state s = {0};

    (void)state;
    x[0] = 1;
    assert_int_equal(filter_run(&f, &s, x, N, x), ERR_OK);
    for (size_t i = 0; i < f.count; i++)
        assert_true(s.z[i][0] == 0 && s.z[i][1] == 0);
    assert_true(x[N - 1] == 0);
}

static void hostile_designs(void **state)
{
    static design *const makes[] = {biquad_lowpass, biquad_highpass, biquad_lowpass_first,
                                    biquad_highpass_first, biquad_lowpass_matched};
    static const double bad[][2] = {{0, 200},
                                    {-1, 200},
                                    {150, 200},
                                    {(double)NAN, 200},
                                    {1, (double)NAN},
                                    {1, (double)INFINITY},
                                    {(double)INFINITY, 200},
                                    {1, 0},
                                    {1, -200}};
    struct filter full = {.count = FILTER_SECTIONS}, wild = {1, {{1, 0, 0, -2, 1}}};
    struct biquad b = {0};

    (void)state;
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < 9; i++)
            assert_int_equal(makes[k](bad[i][0], bad[i][1], &b), ERR_RANGE);
    assert_int_equal(biquad_lowpass(100, 200, &b), ERR_RANGE);
    assert_int_equal(biquad_lowpass_matched(141, 200, &b), ERR_RANGE);
    for (size_t k = 0; k < 5; k++)
        assert_int_equal(makes[k](0.99e-6, 1, &b), ERR_RANGE);
    assert_true(b.b0 == 0);
    for (size_t k = 0; k < 5; k++) { /* eps (fs / 2 pi corner)^2 = 5.6e-6 */
        struct filter f = one(makes[k], 1e-6, 1);

        assert_true(filter_stable(&f));
        assert_close(gain(&f, 1e-6, 1), sqrt(0.5), 6e-6);
        assert_near(gain(&f, k % 2 ? 0.5 : 0, 1), 1, 6e-6);
    }
    assert_int_equal(filter_append(&full, &b), ERR_FULL);
    assert_false(filter_stable(&wild));
    wild.section[0] = (struct biquad){.b0 = (double)NAN};
    assert_false(filter_stable(&wild));
    for (double c = 1e-3; c < 99.9; c *= 2)
        for (size_t k = 0; k < 5; k++) {
            struct filter f = one(makes[k], c, 200);

            assert_true(filter_stable(&f));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_moduli),
        cmocka_unit_test(exact_recursion),
        cmocka_unit_test(vector_butterworth),
        cmocka_unit_test(exact_matched_lowpass),
        cmocka_unit_test(invariant_blocks_and_steps),
        cmocka_unit_test(invariant_linear),
        cmocka_unit_test(truth_sine),
        cmocka_unit_test(exact_settled),
        cmocka_unit_test(promise_noise_power),
        cmocka_unit_test(hostile_values),
        cmocka_unit_test(hostile_silence),
        cmocka_unit_test(hostile_designs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
