#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/stats.h"

enum { RUNS = 4000 };

/* Copper in wholemeal flour, parts per million (Analytical Methods Committee 1989). */
static const double chem[] = {2.20, 2.20, 2.4, 2.4, 2.5, 2.7, 2.8, 2.9, 3.03, 3.03, 3.10, 3.37,
                              3.4,  3.4,  3.4, 3.5, 3.6, 3.7, 3.7, 3.7, 3.7,  3.77, 5.28, 28.95};
enum { CHEM = sizeof chem / sizeof *chem };

static struct moments moments_of(const double *x, size_t n)
{
    struct moments m = {0};

    for (size_t i = 0; i < n; i++)
        moments_add(&m, x[i]);
    return m;
}

static void exact_moments(void **state)
{
    const double x[] = {2, 4, 4, 4, 5, 5, 7, 9}; /* mean 5, squares 32, cubes 42, fourths 356 */
    struct moments m = moments_of(x, 8);
    double v;

    (void)state;
    assert_int_equal(m.count, 8);
    assert_near(m.min, 2, 0);
    assert_near(m.max, 9, 0);
    assert_int_equal(moments_mean(&m, &v), ERR_OK);
    assert_near(v, 5, 1e-15);
    assert_int_equal(moments_variance(&m, &v), ERR_OK);
    assert_close(v, 32.0 / 7, 1e-15);
    assert_int_equal(moments_sd(&m, &v), ERR_OK);
    assert_close(v, sqrt(32.0 / 7), 1e-15);
    assert_int_equal(moments_skewness(&m, &v), ERR_OK);
    assert_close(v, 42.0 / 8 / 8, 1e-14);
    assert_int_equal(moments_kurtosis(&m, &v), ERR_OK);
    assert_close(v, 356.0 / 8 / 16 - 3, 1e-14);
}

static void exact_weighted(void **state)
{
    struct moments_weighted m = {0};
    double v;

    (void)state;
    moments_weighted_add(&m, 1, 1);
    moments_weighted_add(&m, 4, 2);
    moments_weighted_add(&m, 10, 1); /* mean 19 / 4, squares 42.75; W = 4, W2 = 6 */
    assert_int_equal(moments_weighted_mean(&m, &v), ERR_OK);
    assert_near(v, 4.75, 1e-15);
    assert_near(moments_weighted_count(&m), 16.0 / 6, 1e-15);
    assert_int_equal(moments_weighted_variance(&m, &v), ERR_OK);
    assert_close(v, 42.75 / (4 - 6 / 4.0), 1e-15);
    assert_int_equal(moments_weighted_sd(&m, &v), ERR_OK);
    assert_close(v, sqrt(17.1), 1e-15);
}

/* Weights 1/4, 1/2, 1 of 8, 4, 2: mean 6 / 1.75. */
static void exact_forgetting(void **state)
{
    struct moments_weighted m = {0}, direct = {0};
    double v, w;

    (void)state;
    for (int i = 0; i < 3; i++) {
        moments_weighted_forget(&m, 0.5);
        moments_weighted_add(&m, 8 >> i, 1);
        moments_weighted_add(&direct, 8 >> i, 0.25 * (1 << i));
    }
    assert_int_equal(moments_weighted_mean(&m, &v), ERR_OK);
    assert_close(v, 6 / 1.75, 1e-15);
    assert_int_equal(moments_weighted_variance(&m, &v), ERR_OK);
    assert_int_equal(moments_weighted_variance(&direct, &w), ERR_OK);
    assert_close(v, w, 1e-15);
    moments_weighted_forget(&m, 0);
    assert_int_equal(moments_weighted_mean(&m, &v), ERR_TOO_FEW);
}

/* Mean and standard deviation: Analytical Methods Committee (4.28, 5.30); digits and the others by
 * scipy 1.10 stats.skew, stats.kurtosis. Error: 24 roundings, amplified by the fourth power. */
static void vector_copper_in_flour(void **state)
{
    struct moments m = moments_of(chem, CHEM);
    double v;

    (void)state;
    assert_int_equal(moments_mean(&m, &v), ERR_OK);
    assert_close(v, 4.2804166666666665, 24 * 0x1p-52);
    assert_int_equal(moments_sd(&m, &v), ERR_OK);
    assert_close(v, 5.297395979787302, 24 * 0x1p-52);
    assert_int_equal(moments_skewness(&m, &v), ERR_OK);
    assert_close(v, 4.468829865033667, 72 * 0x1p-52);
    assert_int_equal(moments_kurtosis(&m, &v), ERR_OK);
    assert_close(v, 18.343650361236254, 96 * 0x1p-52);
}

/* NIST StRD NumAcc4: certified standard deviation 0.1; the data are within 1e-9 of their decimals,
 * and each of 1001 updates of the mean rounds to 2^-30 = 1e-9 of 0.1. */
static void vector_nist_numacc4(void **state)
{
    struct moments m = {0};
    double v;

    (void)state;
    moments_add(&m, 10000000.2);
    for (int i = 0; i < 500; i++) {
        moments_add(&m, 10000000.1);
        moments_add(&m, 10000000.3);
    }
    assert_int_equal(moments_sd(&m, &v), ERR_OK);
    assert_close(v, 0.1, 2e-8);
}

static void invariant_merge_is_add(void **state)
{
    struct random chance = random_seeded(5);
    double x[300], a, b;

    (void)state;
    for (size_t i = 0; i < 300; i++)
        x[i] = random_exponential(&chance);
    for (size_t cut = 0; cut <= 300; cut += 50) {
        struct moments left = moments_of(x, cut), right = moments_of(x + cut, 300 - cut);
        struct moments all = moments_of(x, 300);

        moments_merge(&left, &right);
        assert_int_equal(left.count, 300);
        assert_near(left.min, all.min, 0);
        assert_near(left.max, all.max, 0);
        assert_int_equal(moments_variance(&left, &a) | moments_variance(&all, &b), ERR_OK);
        assert_close(a, b, 1e-13);
        assert_int_equal(moments_skewness(&left, &a) | moments_skewness(&all, &b), ERR_OK);
        assert_close(a, b, 1e-13);
        assert_int_equal(moments_kurtosis(&left, &a) | moments_kurtosis(&all, &b), ERR_OK);
        assert_close(a, b, 1e-13);
    }
}

static void invariant_shift_scale_reversal(void **state)
{
    struct random chance = random_seeded(6);
    struct moments m = {0}, n = {0};
    struct moments_weighted p = {0}, q = {0};
    double x[100], a, b;

    (void)state;
    for (size_t i = 0; i < 100; i++)
        x[i] = random_exponential(&chance);
    for (size_t i = 0; i < 100; i++) {
        moments_add(&m, x[i]);
        moments_add(&n, 1000 - 8 * x[99 - i]);
        moments_weighted_add(&p, x[i], 1 + (double)i);
        moments_weighted_add(&q, 1000 - 8 * x[i], 7 * (1 + (double)i));
    }
    assert_int_equal(moments_variance(&m, &a) | moments_variance(&n, &b), ERR_OK);
    assert_close(b, 64 * a, 1e-12);
    assert_int_equal(moments_skewness(&m, &a) | moments_skewness(&n, &b), ERR_OK);
    assert_close(b, -a, 1e-12);
    assert_int_equal(moments_kurtosis(&m, &a) | moments_kurtosis(&n, &b), ERR_OK);
    assert_close(b, a, 1e-12);
    assert_int_equal(moments_weighted_mean(&p, &a) | moments_weighted_mean(&q, &b), ERR_OK);
    assert_close(b, 1000 - 8 * a, 1e-14);
    assert_int_equal(moments_weighted_variance(&p, &a) | moments_weighted_variance(&q, &b), ERR_OK);
    assert_close(b, 64 * a, 1e-12);
}

/* An exponential variable: skewness 2, excess kurtosis 6, whose standard errors at n = 400 000 are
 * about 0.015 and 0.2 (moments to the eighth order: sqrt(9.1e4 / n) = 0.48 at most). */
static void truth_exponential(void **state)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct random chance = random_seeded(seed);
        struct moments m = {0};
        double mean_of, v, g1, g2;

        (void)state;
        for (size_t i = 0; i < 400000; i++)
            moments_add(&m, random_exponential(&chance));
        assert_int_equal(moments_mean(&m, &mean_of) | moments_variance(&m, &v), ERR_OK);
        assert_int_equal(moments_skewness(&m, &g1) | moments_kurtosis(&m, &g2), ERR_OK);
        assert_near(mean_of, 1, 4 / sqrt(400000));
        assert_near(v, 1, 4 * sqrt(8 / 400000.0));
        assert_near(g1, 2, 0.06);
        assert_near(g2, 6, 1);
    }
}

/* A stream of time constant 50 forgets a jump of 10: e^-4 of it is left after 200 steps. */
static void truth_forgetting_follows(void **state)
{
    struct moments_weighted m = {0};
    double v;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        moments_weighted_forget(&m, exp(-1.0 / 50));
        moments_weighted_add(&m, i < 1800 ? 0 : 10, 1);
    }
    assert_int_equal(moments_weighted_mean(&m, &v), ERR_OK);
    assert_near(v, 10 * (1 - exp(-4)), 1e-9);
    assert_near(moments_weighted_count(&m), (1 + exp(-0.02)) / (1 - exp(-0.02)), 1e-9);
}

/* Both variances are unbiased: their means over runs lie within 4 standard errors of 1. That of a
 * weighted variance is below sqrt(2 / (count - 1) / RUNS). */
static void promise_unbiased(void **state)
{
    struct random chance = random_seeded(9);
    double plain = 0, forgetting = 0, v;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        struct moments m = {0};
        struct moments_weighted w = {0};

        for (int i = 0; i < 30; i++) {
            double x = 5 + random_normal(&chance);

            moments_add(&m, x);
            moments_weighted_forget(&w, 0.7);
            moments_weighted_add(&w, x, 1);
        }
        assert_int_equal(moments_variance(&m, &v), ERR_OK);
        plain += v / RUNS;
        assert_int_equal(moments_weighted_variance(&w, &v), ERR_OK);
        forgetting += v / RUNS;
    }
    assert_near(plain, 1, 4 * sqrt(2.0 / 29 / RUNS));
    assert_near(forgetting, 1, 4 * sqrt(2.0 / (1.7 / 0.3 - 1) / RUNS));
}

static void hostile_few_and_constant(void **state)
{
    struct moments m = {0}, none = {0};
    double v = 3;

    (void)state;
    assert_int_equal(moments_mean(&m, &v), ERR_TOO_FEW);
    moments_merge(&m, &none);
    assert_int_equal(m.count, 0);
    moments_add(&m, 2);
    assert_int_equal(moments_variance(&m, &v), ERR_TOO_FEW);
    assert_int_equal(moments_sd(&m, &v), ERR_TOO_FEW);
    moments_add(&m, 2);
    assert_int_equal(moments_skewness(&m, &v), ERR_TOO_FEW);
    assert_int_equal(moments_kurtosis(&m, &v), ERR_TOO_FEW);
    moments_add(&m, 2);
    moments_add(&m, 2);
    assert_near(v, 3, 0);
    assert_int_equal(moments_skewness(&m, &v), ERR_CONSTANT);
    assert_int_equal(moments_kurtosis(&m, &v), ERR_CONSTANT);
    assert_int_equal(moments_variance(&m, &v), ERR_OK);
    assert_near(v, 0, 0);
}

static void hostile_values(void **state)
{
    struct moments m = {0};
    double v;

    (void)state;
    moments_add(&m, NAN);
    moments_add(&m, INFINITY);
    assert_int_equal(m.count, 0);
    for (int i = 0; i < 5; i++)
        moments_add(&m, i % 2 == 0 ? 1e300 : -1e300);
    assert_int_equal(moments_mean(&m, &v), ERR_OK);
    assert_close(v, 2e299, 1e-14);
    assert_int_equal(moments_variance(&m, &v), ERR_NOT_FINITE);
    assert_int_equal(moments_sd(&m, &v), ERR_NOT_FINITE);
    assert_int_equal(moments_skewness(&m, &v), ERR_NOT_FINITE);
    assert_int_equal(moments_kurtosis(&m, &v), ERR_NOT_FINITE);
}

/* Three values, two of them equal, merged 2^20 times over: skewness 1 / sqrt 2 and kurtosis -3/2 of
 * p = 1/3 (g1 = (1 - 2 p) / sqrt(p q), g2 = (1 - 6 p q) / (p q)), though m2^2 and m2^(3/2) overflow
 * long before m4 and m3. Twenty doublings and three additions round to 1e-14. */
static void hostile_large_powers(void **state)
{
    const double x[] = {4e74, 0, 0}, y[] = {8e99, 0, 0};
    struct moments m = moments_of(x, 3), n = moments_of(y, 3), copy;
    double v;

    (void)state;
    for (int i = 0; i < 20; i++) {
        copy = m;
        moments_merge(&m, &copy);
        copy = n;
        moments_merge(&n, &copy);
    }
    assert_true(isinf(m.m2 * m.m2) && isinf(n.m2 * sqrt(n.m2)));
    assert_int_equal(moments_kurtosis(&m, &v), ERR_OK);
    assert_near(v, -1.5, 1e-14);
    assert_int_equal(moments_skewness(&n, &v), ERR_OK);
    assert_near(v, sqrt(0.5), 1e-14);
    assert_int_equal(moments_kurtosis(&n, &v), ERR_NOT_FINITE);
}

/* As the unit shrinks the answer stays the same to the digits of the sums, or is an error. */
static void hostile_small_powers(void **state)
{
    const double skewness = 2 * 28.125 / (14.75 * sqrt(14.75));
    const double kurtosis = 4 * 121.578125 / (14.75 * 14.75) - 3;
    size_t errors = 0;

    (void)state;
    for (double unit = 1; unit > 1e-200; unit /= 8) {
        const double x[] = {-unit, 0, 0, 4 * unit}; /* powers 14.75, 28.125, 121.578125 */
        struct moments m = moments_of(x, 4);
        double g1 = 0, g2 = 0;
        enum err skew = moments_skewness(&m, &g1), kurt = moments_kurtosis(&m, &g2);

        assert_true(skew == ERR_CONSTANT || (skew == ERR_OK && fabs(g1 - skewness) < 1e-9));
        assert_true(kurt == ERR_CONSTANT || (kurt == ERR_OK && fabs(g2 - kurtosis) < 1e-9));
        errors += kurt == ERR_CONSTANT ? 1 : 0;
    }
    assert_true(errors > 0);
}

static void hostile_weights(void **state)
{
    struct moments_weighted m = {0};
    double v;

    (void)state;
    assert_near(moments_weighted_count(&m), 0, 0);
    assert_int_equal(moments_weighted_mean(&m, &v), ERR_TOO_FEW);
    moments_weighted_add(&m, 1, -1);
    moments_weighted_add(&m, 1, 0);
    moments_weighted_add(&m, 1, NAN);
    moments_weighted_add(&m, INFINITY, 1);
    moments_weighted_add(&m, 1, 1e200);
    assert_near(m.weight, 0, 0);
    moments_weighted_add(&m, 1, 1);
    assert_int_equal(moments_weighted_variance(&m, &v), ERR_TOO_FEW);
    moments_weighted_forget(&m, NAN);
    moments_weighted_forget(&m, 1.5);
    assert_near(m.weight, 1, 0);
    for (int i = 0; i < 3; i++)
        moments_weighted_add(&m, i % 2 == 0 ? 1e300 : -1e300, 1);
    assert_int_equal(moments_weighted_variance(&m, &v), ERR_NOT_FINITE);
    assert_int_equal(moments_weighted_sd(&m, &v), ERR_NOT_FINITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_moments),
        cmocka_unit_test(exact_weighted),
        cmocka_unit_test(exact_forgetting),
        cmocka_unit_test(vector_copper_in_flour),
        cmocka_unit_test(vector_nist_numacc4),
        cmocka_unit_test(invariant_merge_is_add),
        cmocka_unit_test(invariant_shift_scale_reversal),
        cmocka_unit_test(truth_exponential),
        cmocka_unit_test(truth_forgetting_follows),
        cmocka_unit_test(promise_unbiased),
        cmocka_unit_test(hostile_few_and_constant),
        cmocka_unit_test(hostile_values),
        cmocka_unit_test(hostile_large_powers),
        cmocka_unit_test(hostile_small_powers),
        cmocka_unit_test(hostile_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
