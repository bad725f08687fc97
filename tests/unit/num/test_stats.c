#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/stats.h"

enum { N = 1001, RUNS = 4000 };

static double draw(struct random *r, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = random_normal(r);
    return x[0];
}

static void exact_sums(void **state)
{
    double cancelling[] = {1, 1e100, 1, -1e100}, tenths[N], constant[] = {7, 7, 7, 7};
    double v = -1;

    (void)state;
    assert_near(sum_neumaier(cancelling, 4), 2, 0);
    assert_near(sum_neumaier(NULL, 0), 0, 0);
    for (size_t i = 0; i < 1000; i++)
        tenths[i] = 0.1;
    assert_near(sum_neumaier(tenths, 1000), 100, 0); /* 99.9999999999986 by plain adding */
    assert_int_equal(mean(constant, 4, &v), ERR_OK);
    assert_near(v, 7, 0);
    assert_int_equal(variance(constant, 4, &v), ERR_OK);
    assert_near(v, 0, 0);
}

static void exact_autocorrelation(void **state)
{
    double x[] = {1, 2, 3, 4, 5}, r[5]; /* deviations -2 .. 2, squares 10 */

    (void)state;
    assert_int_equal(autocorrelation(x, 5, 4, r), ERR_OK);
    assert_near(r[0], 1, 0);
    assert_near(r[1], 0.4, 1e-16);
    assert_near(r[2], -0.1, 1e-16);
    assert_near(r[3], -0.4, 1e-16);
    assert_near(r[4], -0.4, 1e-16);
}

/* The mean, 1e15 + 1/3, is no double: deviations must be taken from it, not from its rounding to
 * eighths. */
static void exact_far_from_zero(void **state)
{
    const double x[] = {1e15, 1e15, 1e15 + 1};
    double v, r[2];

    (void)state;
    assert_int_equal(variance(x, 3, &v), ERR_OK);
    assert_close(v, 1.0 / 3, 4e-16);
    assert_int_equal(autocorrelation(x, 3, 1, r), ERR_OK);
    assert_close(r[1], -1.0 / 6, 1e-15);
}

/* 1.2 and then 500 pairs of 1.1, 1.3, all plus an offset. */
static void fill_numacc(double *x, double offset)
{
    for (size_t i = 0; i < N; i++)
        x[i] = i == 0 ? offset + 0.2 : offset + (i % 2 == 1 ? 0.1 : 0.3);
}

/* NIST StRD univariate NumAcc1 .. NumAcc4: certified mean, standard deviation, lag-1
 * autocorrelation, all exact. Each datum is within half an ulp of its decimal, at 1e7 that is 1e-9
 * of a spread of 0.1. */
static void vector_nist_numacc(void **state)
{
    static const double offset[] = {1, 1000000, 10000000};
    double one[] = {10000001, 10000003, 10000002}, x[N], m, v, r[2];

    (void)state;
    assert_int_equal(mean(one, 3, &m) | variance(one, 3, &v), ERR_OK);
    assert_int_equal(autocorrelation(one, 3, 1, r), ERR_OK);
    assert_near(m, 10000002, 0);
    assert_near(sqrt(v), 1, 0);
    assert_near(r[1], -0.5, 0);
    for (size_t k = 0; k < 3; k++) {
        double representation = fmax(offset[k] * 0x1p-53 * 2 / 0.1, 1e-15);

        fill_numacc(x, offset[k]);
        assert_int_equal(mean(x, N, &m) | variance(x, N, &v), ERR_OK);
        assert_int_equal(autocorrelation(x, N, 1, r), ERR_OK);
        assert_close(m, offset[k] + 0.2, 2e-16);
        assert_close(sqrt(v), 0.1, representation);
        assert_near(r[1], -0.999, representation);
    }
}

/* Anscombe (1973), first set: published variance 11, correlation 0.816; digits by numpy 1.24. */
static void vector_anscombe(void **state)
{
    static const double x[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
    static const double y[] = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
    double c, v, r;

    (void)state;
    assert_int_equal(variance(x, 11, &v), ERR_OK);
    assert_near(v, 11, 0);
    assert_int_equal(covariance(x, y, 11, &c), ERR_OK);
    assert_close(c, 5.501, 4e-16);
    assert_int_equal(correlation(x, y, 11, &r), ERR_OK);
    assert_close(r, 0.81642051634484, 1e-14);
    assert_int_equal(correlation(x, x, 11, &r), ERR_OK);
    assert_near(r, 1, 0);
}

static void invariant_shift_scale_reversal_permutation(void **state)
{
    struct random chance = random_seeded(11);
    double x[200], y[200], u[200], w[200], c, d, r, s, a[6], b[6];

    (void)state;
    draw(&chance, x, 200);
    draw(&chance, y, 200);
    for (size_t i = 0; i < 200; i++)
        y[i] += x[i];
    for (size_t i = 0; i < 200; i++) {
        u[i] = 1024 * x[199 - i] + 4096; /* reversal */
        w[i] = -0.25 * y[199 - i];
    }
    assert_int_equal(covariance(x, y, 200, &c) | covariance(u, w, 200, &d), ERR_OK);
    assert_close(d, -256 * c, 1e-12);
    assert_int_equal(covariance(y, x, 200, &d), ERR_OK);
    assert_near(c, d, 0);
    assert_int_equal(correlation(x, y, 200, &r) | correlation(u, w, 200, &s), ERR_OK);
    assert_near(r, -s, 1e-14);
    assert_int_equal(autocorrelation(x, 200, 5, a) | autocorrelation(u, 200, 5, b), ERR_OK);
    for (size_t k = 0; k <= 5; k++)
        assert_near(a[k], b[k], 1e-14);
}

/* AR(1), phi = 0.7: r_k = 0.7^k, standard error of r_1 sqrt((1 - phi^2) / n), of r_2 and r_3 below
 * 2 sqrt((1 - phi^2) / n) (Bartlett); bounds of 4. */
static void truth_autocorrelation_of_ar1(void **state)
{
    enum { LONG = 20000 };
    static double x[LONG];
    double r[4], se = sqrt((1 - 0.49) / LONG);

    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct random chance = random_seeded(seed);

        x[0] = random_normal(&chance) / sqrt(1 - 0.49);
        for (size_t i = 1; i < LONG; i++)
            x[i] = 0.7 * x[i - 1] + random_normal(&chance);
        assert_int_equal(autocorrelation(x, LONG, 3, r), ERR_OK);
        assert_near(r[1], 0.7, 4 * se);
        assert_near(r[2], 0.49, 8 * se);
        assert_near(r[3], 0.343, 8 * se);
    }
}

static void truth_covariance(void **state)
{
    static double x[20000], y[20000];
    struct random chance = random_seeded(3);
    double c, r;

    (void)state;
    draw(&chance, x, 20000);
    for (size_t i = 0; i < 20000; i++)
        y[i] = 3 * x[i] + 4 * random_normal(&chance);
    assert_int_equal(covariance(x, y, 20000, &c) | correlation(x, y, 20000, &r), ERR_OK);
    assert_near(c, 3, 4 * sqrt((9 + 25) / 20000.0)); /* var of c: (c^2 + var x var y) / n */
    assert_near(r, 0.6, 4 * (1 - 0.36) / sqrt(20000));
}

/* Variance is unbiased: its mean over runs of n = 5 is 1 with standard error sqrt(2 / 4 / RUNS).
 * The 90 % interval of Fisher's z covers 0.90 but for its own bias (0.005) and 4 binomial errors.
 */
static void promise_unbiased_variance_and_coverage_of_correlation(void **state)
{
    struct random chance = random_seeded(77);
    double x[20], y[20], v, r, sum = 0;
    size_t covered = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        draw(&chance, x, 20);
        draw(&chance, y, 20);
        for (size_t i = 0; i < 20; i++)
            y[i] = 0.8 * x[i] + 0.6 * y[i];
        assert_int_equal(variance(x, 5, &v), ERR_OK);
        assert_int_equal(correlation(x, y, 20, &r), ERR_OK);
        sum += v;
        covered += fabs(atanh(r) - atanh(0.8)) < 1.6448536 / sqrt(17);
    }
    assert_near(sum / RUNS, 1, 4 * sqrt(0.5 / RUNS));
    assert_near((double)covered / RUNS, 0.9, 0.005 + 4 * sqrt(0.09 / RUNS));
}

/* r_1 of white noise, n = 200: within +-1.645 / sqrt(n) nine times in ten. */
static void promise_autocorrelation_of_white_noise(void **state)
{
    struct random chance = random_seeded(78);
    double x[200], r[2];
    size_t within = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        draw(&chance, x, 200);
        assert_int_equal(autocorrelation(x, 200, 1, r), ERR_OK);
        within += fabs(r[1]) < 1.6448536 / sqrt(200);
    }
    assert_near((double)within / RUNS, 0.9, 0.01 + 4 * sqrt(0.09 / RUNS));
}

static void hostile_too_few_and_not_finite(void **state)
{
    double x[] = {1, 2, 4}, bad[] = {1, NAN, 3}, huge[] = {1e308, 1e308, 1e308}, v = 5, r[4];
    double inf[] = {1, -INFINITY, 3};

    (void)state;
    assert_int_equal(mean(x, 0, &v), ERR_TOO_FEW);
    assert_int_equal(variance(x, 1, &v), ERR_TOO_FEW);
    assert_int_equal(covariance(x, x, 1, &v), ERR_TOO_FEW);
    assert_int_equal(correlation(x, x, 0, &v), ERR_TOO_FEW);
    assert_int_equal(autocorrelation(x, 0, 0, r), ERR_TOO_FEW);
    assert_int_equal(autocorrelation(x, 3, 3, r), ERR_TOO_FEW);
    assert_int_equal(mean(bad, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(mean(huge, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(variance(inf, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(covariance(x, bad, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(correlation(inf, x, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(autocorrelation(bad, 3, 1, r), ERR_NOT_FINITE);
    assert_near(v, 5, 0);
    assert_true(!isfinite(sum_neumaier(inf, 3)));
}

static void hostile_constant_and_extreme_magnitudes(void **state)
{
    double same[] = {3, 3, 3}, big[] = {-1e300, 1e300, 1e300}, small[] = {1e-300, 3e-300, 2e-300};
    double tiny[] = {0, 5e-324, 0}, v, r[3];

    (void)state;
    assert_int_equal(correlation(same, small, 3, &v), ERR_CONSTANT);
    assert_int_equal(correlation(small, same, 3, &v), ERR_CONSTANT);
    assert_int_equal(autocorrelation(same, 3, 1, r), ERR_CONSTANT);
    assert_int_equal(variance(big, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(correlation(big, small, 3, &v), ERR_OK);
    assert_near(v, sqrt(3) / 2, 1e-15);
    assert_int_equal(autocorrelation(small, 3, 2, r), ERR_OK);
    assert_near(r[1], -0.5, 1e-15); /* deviations -1, 1, 0 */
    assert_int_equal(autocorrelation(tiny, 3, 2, r), ERR_OK);
    assert_true(isfinite(r[1]) && isfinite(r[2]));
    assert_int_equal(variance(small, 3, &v), ERR_OK); /* 1e-600 is below the range */
    assert_near(v, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_sums),
        cmocka_unit_test(exact_autocorrelation),
        cmocka_unit_test(exact_far_from_zero),
        cmocka_unit_test(vector_nist_numacc),
        cmocka_unit_test(vector_anscombe),
        cmocka_unit_test(invariant_shift_scale_reversal_permutation),
        cmocka_unit_test(truth_autocorrelation_of_ar1),
        cmocka_unit_test(truth_covariance),
        cmocka_unit_test(promise_unbiased_variance_and_coverage_of_correlation),
        cmocka_unit_test(promise_autocorrelation_of_white_noise),
        cmocka_unit_test(hostile_too_few_and_not_finite),
        cmocka_unit_test(hostile_constant_and_extreme_magnitudes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
