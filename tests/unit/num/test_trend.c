#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "monthly_rain.h"
#include "near.h"
#include "nile.h"

#include "shikumen/num/random.h"
#include "shikumen/num/trend.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct arena arena;

static struct mann_kendall test_of(const double *x, size_t n)
{
    struct mann_kendall r;

    assert_int_equal(mann_kendall(x, n, &r, &arena), ERR_OK);
    return r;
}

/* 4! orders: S = 6, 4, 2, 0 .. in 1, 3, 5, 6 .. of 24. */
static void exact_four_values(void **state)
{
    const double rising[] = {1, 2, 3, 4}, swapped[] = {2, 1, 3, 4}, none[] = {3, 1, 4, 2};
    struct mann_kendall r = test_of(rising, 4);

    (void)state;
    assert_true(r.exact);
    assert_int_equal(r.s, 6);
    assert_near(r.var, 4 * 3 * 13 / 18.0, 1e-15);
    assert_near(r.z, 5 / sqrt(4 * 3 * 13 / 18.0), 1e-15);
    assert_near(r.tau_b, 1, 1e-15);
    assert_near(r.p, 2 / 24.0, 1e-16);
    assert_near(r.p_rising, 1 / 24.0, 1e-16);
    assert_near(r.p_falling, 1, 1e-15);
    r = test_of(swapped, 4);
    assert_int_equal(r.s, 4);
    assert_near(r.p, 8 / 24.0, 1e-15);
    assert_near(r.p_falling, 23 / 24.0, 1e-15);
    r = test_of(none, 4);
    assert_int_equal(r.s, 0);
    assert_near(r.p, 1, 0);
    assert_near(r.z, 0, 0);
    assert_near(r.p_rising, 15 / 24.0, 1e-15);
}

/* Two values, half each: groups of u = 4; S = 16 of 28 pairs, 12 of them tied. */
static void exact_ties(void **state)
{
    const double x[] = {0, 0, 0, 0, 1, 1, 1, 1};
    struct mann_kendall r = test_of(x, 8);
    double var = (8 * 7 * 21 - 2 * 4 * 3 * 13) / 18.0;

    (void)state;
    assert_false(r.exact);
    assert_int_equal(r.s, 16);
    assert_near(r.var, var, 1e-13);
    assert_near(r.z, 15 / sqrt(var), 1e-15);
    assert_near(r.tau_b, 16 / sqrt(28 * 16.0), 1e-15);
}

static int64_t score_by_pairs(const double *x, size_t n)
{
    int64_t s = 0;

    for (size_t j = 1; j < n; j++)
        for (size_t i = 0; i < j; i++)
            s += (x[j] > x[i]) - (x[j] < x[i]);
    return s;
}

static void exact_score_of_all_pairs(void **state)
{
    struct random random = random_seeded(1);
    double x[300];

    (void)state;
    for (int run = 0; run < 300; run++) {
        size_t n = 8 + random_below(&random, 290), levels = run % 2 ? 6 : 100000;

        for (size_t i = 0; i < n; i++)
            x[i] = (double)random_below(&random, levels) + (double)(i * (size_t)(run % 3)) / 50;
        x[0] = -1;
        assert_int_equal(test_of(x, n).s, score_by_pairs(x, n));
    }
}

/* scipy 1.10.1, stats.kendalltau(range(n), x, method='exact'), all three alternatives. */
static void vector_scipy_exact(void **state)
{
    const double x[] = {3, 1, 4, 1.5, 9, 2.6, 5.3, 5.8, 9.7, 9.3};
    struct mann_kendall r = test_of(x, 7);

    (void)state;
    assert_near(r.tau_b, 1 / 3.0, 1e-15);
    assert_close(r.p, 0.3813492063492063, 1e-14);
    assert_close(r.p_rising, 0.19067460317460316, 1e-14);
    assert_close(r.p_falling, 0.8805555555555555, 1e-14);
    r = test_of(x, 10);
    assert_true(r.exact);
    assert_close(r.p, 0.016666115520282188, 1e-13);
    assert_close(r.p_rising, 0.008333057760141094, 1e-13);
    assert_close(r.p_falling, 0.9954257605820106, 1e-14);
}

/* Nile at Aswan 1871-1970, as printed by mk.test of the R package trend 1.1: half a unit of the
 * last digit. */
static void vector_nile(void **state)
{
    struct mann_kendall r = test_of(nile, NILE_N);

    (void)state;
    assert_int_equal(r.s, -1387);
    assert_near(r.var, 112728.333333, 5e-7);
    assert_near(r.tau_b, -0.2807413, 5e-8);
    assert_near(r.z, -4.128067, 5e-7);
    assert_near(r.p, 3.658263e-05, 5e-12);
    assert_near(r.p_falling, 3.658263e-05 / 2, 3e-12);
}

/* tests/test_pymannkendall.py, original_test: full doubles. p is that of z with relative error
 * z dz: 1e-13 covers the rounding of both programs. */
static void vector_monthly_rain(void **state)
{
    double month[MONTHLY_RAIN], x[MONTHLY_RAIN];
    size_t n = monthly_rain_present(month, x);
    struct mann_kendall r = test_of(x, n);

    (void)state;
    assert_int_equal(n, MONTHLY_RAIN_PRESENT);
    assert_int_equal(r.s, -1959);
    assert_close(r.var, 4889800.333333333, 1e-15);
    assert_close(r.z, -0.8854562842589916, 1e-14);
    assert_close(r.p, 0.37591058740506833, 1e-13);
    assert_near((double)r.s / ((double)n * (double)(n - 1) / 2), -0.03153167653875869, 1e-16);
}

/* Twelve crack readings in mm; printed digits. */
static void vector_small(void **state)
{
    const double x[] = {0.10, 0.12, 0.11, 0.15, 0.15, 0.14, 0.18, 0.17, 0.21, 0.20, 0.23, 0.22};
    struct mann_kendall r = test_of(x, COUNT(x));

    (void)state;
    assert_int_equal(r.s, 53);
    assert_near(r.var, 211.6667, 5e-5);
    assert_near(r.z, 3.574186, 5e-7);
    assert_near(r.p, 3.5132e-4, 5e-9);
    assert_near(r.p, 2 * r.p_rising, 1e-18);
}

/* Any strictly rising function leaves all as it is; falling functions and reversed time turn signs.
 */
static void invariant_rank_test(void **state)
{
    enum { N = 100 };
    struct mann_kendall r = test_of(nile, N), m;
    double y[N], back[N], turned[N];

    (void)state;
    for (size_t i = 0; i < N; i++) {
        y[i] = log(nile[i] * 1e6) - 1e3;
        back[i] = nile[N - 1 - i];
        turned[i] = 32 - 1.8 * nile[i];
    }
    m = test_of(y, N);
    assert_int_equal(m.s, r.s);
    assert_near(m.var, r.var, 0);
    assert_near(m.p, r.p, 0);
    assert_near(m.tau_b, r.tau_b, 0);
    m = test_of(back, N);
    assert_int_equal(m.s, -r.s);
    assert_near(m.z, -r.z, 0);
    assert_near(m.p, r.p, 0);
    assert_near(m.p_rising, r.p_falling, 0);
    m = test_of(turned, N);
    assert_int_equal(m.s, -r.s);
    assert_near(m.var, r.var, 0);
    assert_near(m.p_falling, r.p_rising, 0);
}

/* Adjacent normal approximation and exact distribution agree at n = 10 where both exist. */
static void truth_exact_and_normal_agree(void **state)
{
    struct random random = random_seeded(5);
    double x[11], worst = 0;

    (void)state;
    for (int run = 0; run < 2000; run++) {
        struct mann_kendall r;

        for (size_t i = 0; i < 10; i++)
            x[i] = random_normal(&random);
        r = test_of(x, 10);
        assert_true(r.exact);
        worst = fmax(worst, fabs(r.p_rising - erfc((double)(r.s - 1) / sqrt(2 * r.var)) / 2));
    }
    print_message("normal approximation off by at most %.4f at n = 10\n", worst);
    assert_true(worst < 0.01);
    assert_true(worst > 0);
}

/* A step of a tenth of the noise per sample is found, with the sign it has. */
static void truth_trend_is_found(void **state)
{
    struct random random = random_seeded(6);
    double x[60];

    (void)state;
    for (int run = 0; run < 200; run++) {
        double direction = run % 2 ? 1 : -1;
        struct mann_kendall r;

        for (size_t i = 0; i < 60; i++)
            x[i] = direction * 0.1 * (double)i + random_normal(&random);
        r = test_of(x, 60);
        assert_true((r.s > 0) == (direction > 0));
        assert_true(r.p < 1e-4);
        assert_true(direction > 0 ? r.p_rising < 1e-4 : r.p_falling < 1e-4);
    }
}

/* P(p <= p0) = p0 at every value p0 that p can take: Kendall's distribution is exact. */
static void promise_exact_level(void **state)
{
    enum { RUNS = 40000 };
    struct random random = random_seeded(7);
    double x[7], at[2] = {0.3813492063492063, 0.06904761904761905};
    int below[2] = {0, 0};

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        double p;

        for (size_t i = 0; i < 7; i++)
            x[i] = random_exponential(&random);
        p = test_of(x, 7).p;
        for (int k = 0; k < 2; k++)
            below[k] += p < at[k] + 1e-9;
    }
    for (int k = 0; k < 2; k++)
        assert_near((double)below[k] / RUNS, at[k], 4 * sqrt(at[k] * (1 - at[k]) / RUNS));
}

/* Readings in whole steps of the resolution, of the size of the noise and of twice that: without
 * trend p < 0.05 comes at most as often as it says, at n = 8 half as often (S is coarse). 4
 * standard errors above 0.05; and well above none. */
static void promise_level_with_ties(void **state)
{
    enum { RUNS = 20000 };
    static const size_t size[] = {8, 12, 30};
    struct random random = random_seeded(8);
    double x[30];

    (void)state;
    for (size_t k = 0; k < COUNT(size); k++)
        for (int step = 1; step <= 2; step++) {
            int tried = 0, rejected = 0;

            for (int run = 0; run < RUNS; run++) {
                struct mann_kendall r;

                for (size_t i = 0; i < size[k]; i++)
                    x[i] = round(random_normal(&random) / step);
                if (mann_kendall(x, size[k], &r, &arena) != ERR_OK)
                    continue; /* all equal */
                tried++;
                rejected += r.p < 0.05;
            }
            print_message("n %zu, step %d sigma: %.4f of %d\n", size[k], step,
                          (double)rejected / tried, tried);
            assert_true(tried > RUNS * 9 / 10);
            assert_true((double)rejected / tried < 0.05 + 4 * sqrt(0.05 * 0.95 / RUNS));
            assert_true((double)rejected / tried > 0.02);
        }
}

static void hostile_input(void **state)
{
    double x[] = {1, 2, 3, 4, 5, 6, 7, 7}, flat[] = {2, 2, 2, 2, 2, 2, 2, 2, 2};
    struct mann_kendall r = {.n = 77};

    (void)state;
    for (size_t n = 0; n < 4; n++)
        assert_int_equal(mann_kendall(x, n, &r, &arena), ERR_TOO_FEW);
    assert_int_equal(mann_kendall(x + 1, 7, &r, &arena), ERR_TOO_FEW); /* ties */
    assert_int_equal(mann_kendall(flat, 9, &r, &arena), ERR_CONSTANT);
    x[3] = NAN;
    assert_int_equal(mann_kendall(x, 8, &r, &arena), ERR_NOT_FINITE);
    x[3] = -INFINITY;
    assert_int_equal(mann_kendall(x, 8, &r, &arena), ERR_NOT_FINITE);
    assert_int_equal(r.n, 77);
    x[3] = 4;
    assert_int_equal(test_of(x, 8).s, 27);
}

static void hostile_magnitudes(void **state)
{
    const double x[] = {-1.7e308, -1e300, -1e-300, -5e-324, 0.0, 5e-324, 1e-300, 1e300, 1.7e308};
    const double zeros[] = {0.0, -0.0, 0.0, -0.0, 1, 0, 0, -1};
    struct mann_kendall r = test_of(x, COUNT(x));

    (void)state;
    assert_int_equal(r.s, 36);
    assert_true(r.exact);
    assert_int_equal(test_of(zeros, 8).s, score_by_pairs(zeros, 8));
}

static int release(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_four_values),
        cmocka_unit_test(exact_ties),
        cmocka_unit_test(exact_score_of_all_pairs),
        cmocka_unit_test(vector_scipy_exact),
        cmocka_unit_test(vector_nile),
        cmocka_unit_test(vector_monthly_rain),
        cmocka_unit_test(vector_small),
        cmocka_unit_test(invariant_rank_test),
        cmocka_unit_test(truth_exact_and_normal_agree),
        cmocka_unit_test(truth_trend_is_found),
        cmocka_unit_test(promise_exact_level),
        cmocka_unit_test(promise_level_with_ties),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(hostile_magnitudes),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
