#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "near.h"
#include "shikumen/num/random.h"
#include "shikumen/num/settle.h"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Engineering reference B5.3 (Asaoka 1978): S = 34 - 24 * 0.75^k. All values are exact in binary;
 * 1e-13 allows for some tens of roundings. */
static void vector_asaoka(void **state)
{
    (void)state;
    const double s[] = {10, 16, 20.5, 23.875, 26.40625, 28.3046875};
    struct settle_asaoka a;
    assert_int_equal(settle_asaoka(s, 6, 0.9, &a), ERR_OK);
    assert_near(a.b0, 8.5, 1e-13);
    assert_near(a.b1, 0.75, 1e-14);
    assert_near(a.settlement.final, 34, 1e-12);
    assert_near(a.settlement.degree, 28.3046875 / 34, 1e-13);
    assert_true(a.settlement.bounded);
    assert_near(a.settlement.lo, 34, 1e-11);
    assert_near(a.settlement.hi, 34, 1e-11);
    assert_near(a.residual_sd, 0, 1e-13);
}

/* Engineering reference B5.3 (Tan, Inoue & Lee 1991): S = t / (2 + 0.02 t); as above. */
static void vector_hyperbolic(void **state)
{
    (void)state;
    const double t[] = {10, 20, 30, 40, 60, 80};
    double s[6];
    for (int i = 0; i < 6; i++)
        s[i] = t[i] / (2 + 0.02 * t[i]);
    struct settle_hyperbolic h;
    assert_int_equal(settle_hyperbolic(t, s, 6, 0.9, &arena, &h), ERR_OK);
    assert_near(h.a, 2, 1e-13);
    assert_near(h.b, 0.02, 1e-15);
    assert_near(h.settlement.final, 50, 1e-11);
    assert_near(h.settlement.degree, 80 / 3.6 / 50, 1e-13);
    assert_true(h.settlement.bounded && h.settlement.lo <= h.settlement.hi);
}

/* Standard errors by the textbook's formulas, worked by hand for the pairs (0,4) (4,7) (7,8)
 * (8,9.5): the mean of S_k is 4.75, sum of squares 38.75, of products 25.375 - least squares slope
 * and rss. */
static void exact_asaoka_standard_errors(void **state)
{
    (void)state;
    const double s[] = {0, 4, 7, 8, 9.5};
    struct settle_asaoka a;
    assert_int_equal(settle_asaoka(s, 5, 0.9, &a), ERR_OK);
    double sxx = 22.5625 + 0.5625 + 5.0625 + 10.5625;
    double sxy = 4.75 * 3.125 + 0.75 * 0.125 + 2.25 * 0.875 + 3.25 * 2.375;
    double syy = 3.125 * 3.125 + 0.125 * 0.125 + 0.875 * 0.875 + 2.375 * 2.375;
    double variance = (syy - sxy * sxy / sxx) / 2;
    assert_near(a.b1, sxy / sxx, 1e-14);
    assert_near(a.b0, 7.125 - 4.75 * sxy / sxx, 1e-13);
    assert_near(a.residual_sd, sqrt(variance), 1e-13);
    assert_near(a.se_b1, sqrt(variance / sxx), 1e-13);
    assert_near(a.se_b0, sqrt(variance * (0.25 + 4.75 * 4.75 / sxx)), 1e-13);
    assert_near(a.settlement.final, a.b0 / (1 - a.b1), 1e-12);
}

/* At the ends of Fieller's interval the line differs from zero by t standard errors exactly;
 * t(0.95; 2) = 2.919985580353726. */
static void exact_asaoka_interval_inverts_the_test(void **state)
{
    (void)state;
    const double s[] = {0, 4, 7, 8, 9.5};
    struct settle_asaoka a;
    assert_int_equal(settle_asaoka(s, 5, 0.9, &a), ERR_OK);
    assert_true(a.settlement.bounded);
    double sxx = 38.75, variance = a.residual_sd * a.residual_sd;
    const double ends[] = {a.settlement.lo, a.settlement.hi};
    for (int k = 0; k < 2; k++) {
        double step = a.b0 + (a.b1 - 1) * ends[k], d = ends[k] - 4.75;
        double se = sqrt(variance * (0.25 + d * d / sxx));
        assert_near(fabs(step) / se, 2.919985580353726, 1e-9);
    }
    assert_true(a.settlement.lo < a.settlement.final && a.settlement.final < a.settlement.hi);
}

static void exact_resample(void **state)
{
    (void)state;
    const double t[] = {0, 1, 3, 4}, s[] = {0, 2, 4, 8};
    double out[9];
    size_t m;
    assert_int_equal(settle_resample(t, s, 4, 0.5, 2, out, 9, &m), ERR_OK);
    assert_int_equal(m, 9);
    const double expected[] = {0, 1, 2, 2.5, 3, 3.5, 4, 6, 8};
    for (int i = 0; i < 9; i++)
        assert_near(out[i], expected[i], 0);
    assert_int_equal(settle_resample(t, s, 4, 3, 2, out, 8, &m), ERR_OK);
    assert_int_equal(m, 2);
    assert_near(out[1], 4, 0);
    const double tenths[] = {0, 0.1, 0.2, 0.3}; /* 3 * 0.1 > 0.3 in binary */
    assert_int_equal(settle_resample(tenths, s, 4, 0.1, 1, out, 8, &m), ERR_OK);
    assert_int_equal(m, 4);
    assert_near(out[3], 8, 1e-14);
}

static void noisy_asaoka(double *s, size_t n, double b0, double b1, double sd, uint64_t seed)
{
    struct random r = random_seeded(seed);
    s[0] = 0;
    for (size_t k = 1; k < n; k++)
        s[k] = b0 + b1 * s[k - 1] + sd * random_normal(&r);
}

static void noisy_hyperbola(double *t, double *s, size_t n, double a, double b, double sd,
                            uint64_t seed)
{
    struct random r = random_seeded(seed);
    for (size_t i = 0; i < n; i++) {
        t[i] = 5 + 7 * (double)i;
        s[i] = t[i] / (a + b * t[i]) + sd * random_normal(&r);
    }
}

static void invariant_shift_and_scale(void **state)
{
    (void)state;
    double s[20], t[20];
    struct settle_asaoka a, b;
    noisy_asaoka(s, 20, 5, 0.8, 0.1, 1);
    assert_int_equal(settle_asaoka(s, 20, 0.9, &a), ERR_OK);
    for (int i = 0; i < 20; i++)
        s[i] = 1000 * s[i] + 500;
    assert_int_equal(settle_asaoka(s, 20, 0.9, &b), ERR_OK);
    assert_near(b.b1, a.b1, 1e-12);
    assert_near(b.se_b1, a.se_b1, 1e-12);
    assert_near(b.settlement.final, 1000 * a.settlement.final + 500, 1e-7);
    assert_near(b.settlement.hi, 1000 * a.settlement.hi + 500, 1e-7);
    struct settle_hyperbolic h, k;
    noisy_hyperbola(t, s, 20, 2, 0.02, 0.1, 1);
    assert_int_equal(settle_hyperbolic(t, s, 20, 0.9, &arena, &h), ERR_OK);
    for (int i = 0; i < 20; i++) {
        s[i] /= 1000;
        t[i] *= 24;
    }
    assert_int_equal(settle_hyperbolic(t, s, 20, 0.9, &arena, &k), ERR_OK);
    assert_near(1000 * k.settlement.final, h.settlement.final, 1e-9);
    assert_near(1000 * k.settlement.lo, h.settlement.lo, 1e-9);
    assert_near(k.settlement.degree, h.settlement.degree, 1e-10);
    assert_near(k.a, 24000 * h.a, 1e-6);
}

/* Mean of many estimates against the truth, within 4 standard errors and a bias of a tenth of the
 * scatter. */
static void truth_final_settlement(void **state)
{
    (void)state;
    double t[20], s[20], sum[2] = {0, 0}, sum2[2] = {0, 0};
    const int runs = 500;
    for (int i = 0; i < runs; i++) {
        struct settle_asaoka a;
        struct settle_hyperbolic h;
        noisy_asaoka(s, 20, 5, 0.8, 0.1, (uint64_t)i);
        assert_int_equal(settle_asaoka(s, 20, 0.9, &a), ERR_OK);
        noisy_hyperbola(t, s, 20, 2, 0.02, 0.1, (uint64_t)i);
        assert_int_equal(settle_hyperbolic(t, s, 20, 0.9, &arena, &h), ERR_OK);
        double d[2] = {a.settlement.final - 25, h.settlement.final - 50};
        for (int k = 0; k < 2; k++) {
            sum[k] += d[k] / runs;
            sum2[k] += d[k] * d[k] / runs;
        }
    }
    for (int k = 0; k < 2; k++)
        assert_true(fabs(sum[k]) < (4 / sqrt(runs) + 0.1) * sqrt(sum2[k]));
    assert_true(sqrt(sum2[0]) < 0.3 && sqrt(sum2[1]) < 0.5);
}

/* 2 000 runs have a standard error of 0.0067. */
static void promise_interval_coverage(void **state)
{
    (void)state;
    double t[20], s[20];
    int held[2] = {0, 0};
    for (int i = 0; i < 2000; i++) {
        struct settle_asaoka a;
        struct settle_hyperbolic h;
        noisy_asaoka(s, 20, 5, 0.8, 0.3, (uint64_t)i);
        assert_int_equal(settle_asaoka(s, 20, 0.9, &a), ERR_OK);
        held[0] += a.settlement.bounded && a.settlement.lo <= 25 && 25 <= a.settlement.hi;
        noisy_hyperbola(t, s, 20, 2, 0.02, 0.3, (uint64_t)i);
        assert_int_equal(settle_hyperbolic(t, s, 20, 0.9, &arena, &h), ERR_OK);
        held[1] += h.settlement.bounded && h.settlement.lo <= 50 && 50 <= h.settlement.hi;
    }
    assert_in_range(held[0], 1700, 1900);
    assert_in_range(held[1], 1700, 1900);
}

/* Early readings, nearly on a straight line: an estimate, but no interval. */
static void truth_too_early_is_not_bounded(void **state)
{
    (void)state;
    double s[6];
    int unbounded = 0, refused = 0;
    for (int i = 0; i < 200; i++) {
        struct settle_asaoka a;
        noisy_asaoka(s, 6, 1, 0.995, 0.3, (uint64_t)i);
        enum err e = settle_asaoka(s, 6, 0.9, &a);
        assert_true(e == ERR_OK || e == ERR_DIVERGED);
        refused += e != ERR_OK;
        if (!e && !a.settlement.bounded) {
            unbounded++;
            assert_true(a.settlement.lo == 0 && a.settlement.degree_hi == 0);
        }
    }
    assert_true(unbounded > 20 && refused > 20 && unbounded + refused > 150);
}

static void hostile_asaoka(void **state)
{
    (void)state;
    struct settle_asaoka a;
    const double straight[] = {1, 2, 3, 4, 5, 6}, growing[] = {1, 2, 4, 8, 16, 32};
    const double swinging[] = {0, 1, 0, 1, 0, 1}, huge[] = {0, 1e300, -1e300, 1e300, 5, 1e299};
    const double constant[] = {3, 3, 3, 3, 3, 3}, nan[] = {0, 1, NAN, 2, 3, 4};
    const double jump[] = {3, 3, 3, 3, 3, 4};
    const double tiny[] = {1e-200, 3e-200, 4e-200, 4.5e-200, 4.7e-200, 4.8e-200};
    for (size_t n = 0; n < 5; n++)
        assert_int_equal(settle_asaoka(growing, n, 0.9, &a), ERR_TOO_FEW);
    assert_int_equal(settle_asaoka(straight, 6, 0.9, &a), ERR_DIVERGED);
    assert_int_equal(settle_asaoka(growing, 6, 0.9, &a), ERR_DIVERGED);
    assert_int_equal(settle_asaoka(swinging, 6, 0.9, &a), ERR_DIVERGED);
    assert_int_equal(settle_asaoka(constant, 6, 0.9, &a), ERR_CONSTANT);
    assert_int_equal(settle_asaoka(jump, 6, 0.9, &a), ERR_CONSTANT);
    assert_int_equal(settle_asaoka(nan, 6, 0.9, &a), ERR_NOT_FINITE);
    assert_int_equal(settle_asaoka(tiny, 6, 0.9, &a), ERR_NOT_FINITE); /* its squares are 0 */
    assert_int_equal(settle_asaoka(huge, 6, 0.9, &a), ERR_NOT_FINITE);
    assert_int_equal(settle_asaoka(growing, 6, 0.4, &a), ERR_RANGE);
    assert_int_equal(settle_asaoka(growing, 6, NAN, &a), ERR_RANGE);
}

static void hostile_hyperbolic(void **state)
{
    (void)state;
    struct settle_hyperbolic h;
    const double t[] = {1, 2, 3, 4, 5}, linear[] = {1, 2, 3, 4, 5}, growing[] = {1, 4, 9, 16, 25};
    const double falling[] = {5, 4, 3, 2, 1}, negative[] = {-1, 1, 2, 3, 4};
    const double from_zero[] = {0, 1, 2, 3, 4}, back[] = {1, 2, 2, 3, 4},
                 inf[] = {1, 2, 3, 4, HUGE_VAL};
    const double constant[] = {2, 2, 2, 2, 2}, good[] = {1, 1.8, 2.4, 2.9, 3.3};
    const double huge[] = {1e300, 1.8e300, 2.4e300, 2.9e300, 3.3e300};
    const double tiny[] = {1e-300, 1.8e-300, 2.4e-300, 2.9e-300, 3.3e-300};
    for (size_t n = 0; n < 4; n++)
        assert_int_equal(settle_hyperbolic(t, good, n, 0.9, &arena, &h), ERR_TOO_FEW);
    assert_int_equal(settle_hyperbolic(t, good, 5, 0.9, &arena, &h), ERR_OK);
    assert_int_equal(settle_hyperbolic(t, linear, 5, 0.9, &arena, &h), ERR_DIVERGED);
    assert_int_equal(settle_hyperbolic(t, growing, 5, 0.9, &arena, &h), ERR_DIVERGED);
    assert_int_equal(settle_hyperbolic(t, falling, 5, 0.9, &arena, &h), ERR_DIVERGED);
    assert_int_equal(settle_hyperbolic(t, negative, 5, 0.9, &arena, &h), ERR_RANGE);
    assert_int_equal(settle_hyperbolic(from_zero, good, 5, 0.9, &arena, &h), ERR_RANGE);
    assert_int_equal(settle_hyperbolic(back, good, 5, 0.9, &arena, &h), ERR_ORDER);
    assert_int_equal(settle_hyperbolic(t, inf, 5, 0.9, &arena, &h), ERR_NOT_FINITE);
    assert_int_equal(settle_hyperbolic(t, constant, 5, 0.9, &arena, &h), ERR_CONSTANT);
    assert_int_equal(settle_hyperbolic(t, good, 5, 1, &arena, &h), ERR_RANGE);
    assert_int_equal(settle_hyperbolic(t, huge, 5, 0.9, &arena, &h), ERR_NOT_FINITE);
    assert_int_equal(settle_hyperbolic(t, tiny, 5, 0.9, &arena, &h), ERR_NOT_FINITE);
}

static void hostile_resample(void **state)
{
    (void)state;
    const double t[] = {0, 1, 2, 9}, s[] = {0, 1, 2, 3}, back[] = {0, 2, 1, 3},
                 nan[] = {0, 1, NAN, 3};
    double out[16];
    size_t m;
    assert_int_equal(settle_resample(t, s, 0, 1, 10, out, 16, &m), ERR_TOO_FEW);
    assert_int_equal(settle_resample(t, s, 1, 1, 10, out, 16, &m), ERR_TOO_FEW);
    assert_int_equal(settle_resample(t, s, 4, 1, 6, out, 16, &m), ERR_TOO_FEW);
    assert_int_equal(settle_resample(t, s, 4, 1, 7, out, 9, &m), ERR_RANGE);
    assert_int_equal(settle_resample(t, s, 4, 1, 7, out, 10, &m), ERR_OK);
    assert_int_equal(settle_resample(t, s, 4, 0, 7, out, 16, &m), ERR_RANGE);
    assert_int_equal(settle_resample(t, s, 4, 1e-300, 7, out, 16, &m), ERR_RANGE);
    assert_int_equal(settle_resample(t, s, 4, 1, NAN, out, 16, &m), ERR_RANGE);
    assert_int_equal(settle_resample(back, s, 4, 1, 7, out, 16, &m), ERR_ORDER);
    assert_int_equal(settle_resample(t, nan, 4, 1, 7, out, 16, &m), ERR_NOT_FINITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_asaoka),
        cmocka_unit_test(vector_hyperbolic),
        cmocka_unit_test(exact_asaoka_standard_errors),
        cmocka_unit_test(exact_asaoka_interval_inverts_the_test),
        cmocka_unit_test(exact_resample),
        cmocka_unit_test(invariant_shift_and_scale),
        cmocka_unit_test(truth_final_settlement),
        cmocka_unit_test(promise_interval_coverage),
        cmocka_unit_test(truth_too_early_is_not_bounded),
        cmocka_unit_test(hostile_asaoka),
        cmocka_unit_test(hostile_hyperbolic),
        cmocka_unit_test(hostile_resample),
    };
    return cmocka_run_group_tests(tests, NULL, reset);
}
