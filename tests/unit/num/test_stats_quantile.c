#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/order.h"
#include "shikumen/num/random.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

enum { RUNS = 2000 };

static double p2_of(const double *x, size_t n, double p)
{
    struct p2 s;
    double v = -1e9;

    assert_int_equal(p2_init(&s, &p, 1), ERR_OK);
    for (size_t i = 0; i < n; i++)
        p2_add(&s, x[i]);
    assert_int_equal(p2_quantile(&s, 0, &v), ERR_OK);
    return v;
}

static void exact_weighted(void **state)
{
    const double x[] = {30, 10, 20, 99}, w[] = {1, 2, 3, 0}; /* places 0, 2.5, 4.5 */
    struct arena arena = {0};
    double v;

    (void)state;
    assert_int_equal(weighted_mean(x, w, 4, &v), ERR_OK);
    assert_close(v, 110.0 / 6, 1e-15);
    assert_int_equal(weighted_quantile(x, w, 4, 0, &v, &arena), ERR_OK);
    assert_near(v, 10, 0);
    assert_int_equal(weighted_quantile(x, w, 4, 1, &v, &arena), ERR_OK);
    assert_near(v, 30, 0);
    assert_int_equal(weighted_quantile(x, w, 4, 0.5, &v, &arena), ERR_OK);
    assert_near(v, 19, 1e-14); /* 2.25 of 2.5 */
    assert_int_equal(weighted_quantile(x, w, 4, 3.5 / 4.5, &v, &arena), ERR_OK);
    assert_near(v, 25, 1e-14);
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
}

/* Until markers are full P2 is the type 7 quantile; of 1 .. n in order it stays exact. */
static void exact_p2(void **state)
{
    double x[1000];

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        x[i] = 1 + (double)i;
    assert_near(p2_of(x, 1, 0.9), 1, 0);
    assert_near(p2_of(x, 4, 0.5), 2.5, 0);
    assert_near(p2_of(x, 5, 0.25), 2, 0);
    assert_near(p2_of(x, 1000, 0.5), 500.5, 1);
}

/* The example of Jain & Chlamtac (1985), table I: heights and positions after each of the
 * observations 6 ..
 * 20. The printed heights carry roundings made on the way: without these their 17.22 is 17.2039 and
 * their 0.50 is 0.4939. Positions are exact. */
static void vector_jain_chlamtac(void **state)
{
    static const double x[] = {0.02,  0.15,  0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92,
                               34.60, 10.28, 1.47, 0.40, 0.05, 11.39, 0.27,  0.42,  0.09,  11.37};
    static const double height[15][5] = {
        {0.02, 0.15, 0.74, 0.83, 22.37},  {0.02, 0.15, 0.74, 4.47, 22.37},
        {0.02, 0.15, 2.18, 8.60, 22.37},  {0.02, 0.87, 4.75, 15.52, 38.62},
        {0.02, 0.87, 4.75, 15.52, 38.62}, {0.02, 0.87, 9.28, 21.58, 38.62},
        {0.02, 0.87, 9.28, 21.58, 38.62}, {0.02, 2.14, 9.28, 21.58, 38.62},
        {0.02, 2.14, 9.28, 21.58, 38.62}, {0.02, 0.74, 6.30, 21.58, 38.62},
        {0.02, 0.74, 6.30, 21.58, 38.62}, {0.02, 0.59, 6.30, 17.22, 38.62},
        {0.02, 0.59, 6.30, 17.22, 38.62}, {0.02, 0.50, 4.44, 17.22, 38.62},
        {0.02, 0.50, 4.44, 17.22, 38.62},
    };
    static const double position[15][5] = {
        {1, 2, 3, 4, 6},    {1, 2, 3, 5, 7},    {1, 2, 4, 6, 8},    {1, 3, 5, 7, 9},
        {1, 3, 5, 7, 10},   {1, 3, 6, 8, 11},   {1, 3, 6, 9, 12},   {1, 4, 7, 10, 13},
        {1, 5, 8, 11, 14},  {1, 5, 8, 12, 15},  {1, 5, 8, 13, 16},  {1, 5, 9, 13, 17},
        {1, 6, 10, 14, 18}, {1, 6, 10, 15, 19}, {1, 6, 10, 16, 20},
    };
    struct p2 s;
    double median_of = 0.5, v;

    (void)state;
    assert_int_equal(p2_init(&s, &median_of, 1), ERR_OK);
    for (size_t i = 0; i < 20; i++) {
        p2_add(&s, x[i]);
        for (size_t k = 0; i >= 5 && k < 5; k++) {
            assert_near(s.height[k], height[i - 5][k], 0.017);
            assert_near(s.position[k], position[i - 5][k], 0);
        }
    }
    assert_int_equal(p2_quantile(&s, 0, &v), ERR_OK);
    assert_near(v, 4.44, 0.005);
}

static void invariant_weighted_quantile(void **state)
{
    struct random chance = random_seeded(21);
    struct arena arena = {0};
    double x[100], mirrored[100], w[100], ones[100], v, u;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        x[i] = random_normal(&chance);
        mirrored[i] = -x[i];
        w[i] = random_exponential(&chance);
        ones[i] = 3;
    }
    for (double p = 0; p <= 1; p += 0.0625) {
        assert_int_equal(weighted_quantile(x, w, 100, p, &v, &arena), ERR_OK);
        assert_int_equal(weighted_quantile(mirrored, w, 100, 1 - p, &u, &arena), ERR_OK);
        assert_near(u, -v, 1e-13);
        assert_int_equal(weighted_quantile(x, ones, 100, p, &v, &arena), ERR_OK);
        for (size_t i = 0; i < 100; i++)
            mirrored[i] = x[i];
        assert_near(v, quantile(mirrored, 100, p), 1e-13);
        for (size_t i = 0; i < 100; i++)
            mirrored[i] = -x[i];
    }
    arena_free(&arena);
}

/* Equal values of different weights, in any order; and two of them weigh as their mean twice. Sums
 * of up to 60 weights round to 1e-14 of the range. */
static void invariant_weighted_quantile_ties(void **state)
{
    const double tied[] = {1, 1, 2}, uneven[] = {1, 3, 1}, even[] = {2, 2, 1};
    struct random chance = random_seeded(26);
    struct arena arena = {0};
    double x[60], w[60], y[60], u[60], v, z;

    (void)state;
    assert_int_equal(weighted_quantile(tied, uneven, 3, 0.75, &v, &arena), ERR_OK);
    assert_int_equal(weighted_quantile(tied, even, 3, 0.75, &z, &arena), ERR_OK);
    assert_near(v, z, 1e-15);
    assert_near(v, 1 + (0.75 * 3.5 - 2) / 1.5, 1e-15); /* places 0, 2, 3.5 */
    for (size_t i = 0; i < 60; i++) {
        x[i] = (double)random_below(&chance, 9);
        w[i] = random_exponential(&chance);
    }
    for (size_t i = 0; i < 60; i++) {
        y[i] = -x[i * 7 % 60];
        u[i] = w[i * 7 % 60];
    }
    for (double p = 0; p <= 1; p += 0.03125) {
        assert_int_equal(weighted_quantile(x, w, 60, p, &v, &arena), ERR_OK);
        assert_int_equal(weighted_quantile(y, u, 60, 1 - p, &z, &arena), ERR_OK);
        assert_near(z, -v, 1e-12);
    }
    arena_free(&arena);
}

/* Markers are moved from below upwards, so that a mirrored stream gives the mirrored estimate but
 * for part of its own error, 1 / sqrt(500) and more. */
static void invariant_p2_shift_scale_mirror(void **state)
{
    struct random chance = random_seeded(22);
    double x[500], y[500], z[500];

    (void)state;
    for (size_t i = 0; i < 500; i++) {
        x[i] = random_normal(&chance);
        y[i] = 4 * x[i] + 64;
        z[i] = -x[i];
    }
    for (double p = 0.125; p < 1; p += 0.125) {
        double q = p2_of(x, 500, p);

        assert_near(p2_of(y, 500, p), 4 * q + 64, 1e-11);
        assert_near(p2_of(z, 500, 1 - p), -q, 1 / sqrt(500));
    }
}

/* Several quantiles at once, of an exponential stream: the truth is -log(1 - p). Sampling alone has
 * the standard error sqrt(p / (1 - p) / n); P2 adds an error of the same order. */
static void truth_p2_exponential(void **state)
{
    static const double p[] = {0.07, 0.25, 0.5, 0.75, 0.93};
    enum { LONG = 50000 };

    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct random chance = random_seeded(seed);
        struct p2 s;

        assert_int_equal(p2_init(&s, p, 5), ERR_OK);
        for (size_t i = 0; i < LONG; i++)
            p2_add(&s, random_exponential(&chance));
        for (size_t k = 0; k < 5; k++) {
            double v;

            assert_int_equal(p2_quantile(&s, k, &v), ERR_OK);
            assert_near(v, -log(1 - p[k]), 8 * sqrt(p[k] / (1 - p[k]) / LONG));
        }
    }
}

/* Half of the weight on a second, far population moves the weighted quartiles to the two medians.
 */
static void truth_weighted_mixture(void **state)
{
    struct random chance = random_seeded(23);
    struct arena arena = {0};
    double x[4000], w[4000], v;

    (void)state;
    for (size_t i = 0; i < 4000; i++) {
        x[i] = random_normal(&chance) + (i % 4 == 0 ? 100 : 0);
        w[i] = i % 4 == 0 ? 3 : 1;
    }
    assert_int_equal(weighted_quantile(x, w, 4000, 0.25, &v, &arena), ERR_OK);
    assert_near(v, 0, 4 * 1.2533 / sqrt(3000));
    assert_int_equal(weighted_quantile(x, w, 4000, 0.75, &v, &arena), ERR_OK);
    assert_near(v, 100, 4 * 1.2533 / sqrt(1000));
    assert_int_equal(weighted_mean(x, w, 4000, &v), ERR_OK);
    assert_near(v, 50, 4 * sqrt(0.25 / 3000 + 0.25 / 1000));
    arena_free(&arena);
}

/* P2 is nearly as good as sorting: over runs of 1000 normal values its mean square error stays
 * below twice that of the sample quantile, p (1 - p) / (n phi(z)^2), and its bias below one of
 * those standard errors. */
static void promise_p2_error(void **state)
{
    static const double p[] = {0.07, 0.5, 0.93};
    double squares[3] = {0}, bias[3] = {0};
    struct random chance = random_seeded(24);

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        struct p2 s;

        assert_int_equal(p2_init(&s, p, 3), ERR_OK);
        for (size_t i = 0; i < 1000; i++)
            p2_add(&s, random_normal(&chance));
        for (size_t k = 0; k < 3; k++) {
            double v;

            assert_int_equal(p2_quantile(&s, k, &v), ERR_OK);
            v -= normal_quantile(p[k]);
            squares[k] += v * v / RUNS;
            bias[k] += v / RUNS;
        }
    }
    for (size_t k = 0; k < 3; k++) {
        double se = sqrt(p[k] * (1 - p[k]) / 1000) / normal_pdf(normal_quantile(p[k]));

        assert_true(squares[k] < 2 * se * se);
        assert_near(bias[k], 0, se);
    }
}

/* Weighted mean of values of precision w: variance 1 / sum w, so that +-1.645 of that covers 0.90.
 */
static void promise_weighted_mean_coverage(void **state)
{
    struct random chance = random_seeded(25);
    size_t covered = 0;

    (void)state;
    for (size_t run = 0; run < 2 * RUNS; run++) {
        double x[10], w[10], total = 0, v;

        for (size_t i = 0; i < 10; i++) {
            w[i] = 0.1 + random_exponential(&chance);
            x[i] = 7 + random_normal(&chance) / sqrt(w[i]);
            total += w[i];
        }
        assert_int_equal(weighted_mean(x, w, 10, &v), ERR_OK);
        covered += fabs(v - 7) < 1.6448536 / sqrt(total);
    }
    assert_near((double)covered / (2 * RUNS), 0.9, 4 * sqrt(0.09 / (2 * RUNS)));
}

static void hostile_weighted(void **state)
{
    const double x[] = {1, 2, 3}, w[] = {1, 1, 1}, negative[] = {1, -1, 1}, none[] = {0, 0, 0};
    const double bad[] = {1, NAN, 1}, huge[] = {-1.5e308, 0, 1.5e308},
                 tiny[] = {1e-300, 5e-324, 1e300};
    struct arena arena = {0};
    double v = 4;

    (void)state;
    assert_int_equal(weighted_mean(x, w, 0, &v), ERR_TOO_FEW);
    assert_int_equal(weighted_mean(x, negative, 3, &v), ERR_RANGE);
    assert_int_equal(weighted_mean(x, none, 3, &v), ERR_RANGE);
    assert_int_equal(weighted_mean(bad, w, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(weighted_mean(x, bad, 3, &v), ERR_NOT_FINITE);
    assert_int_equal(weighted_quantile(x, w, 0, 0.5, &v, &arena), ERR_TOO_FEW);
    assert_int_equal(weighted_quantile(x, negative, 3, 0.5, &v, &arena), ERR_RANGE);
    assert_int_equal(weighted_quantile(x, w, 3, NAN, &v, &arena), ERR_RANGE);
    assert_int_equal(weighted_quantile(x, w, 3, 1.01, &v, &arena), ERR_RANGE);
    assert_int_equal(weighted_quantile(bad, w, 3, 0.5, &v, &arena), ERR_NOT_FINITE);
    assert_near(v, 4, 0);
    assert_int_equal(weighted_mean(x, tiny, 3, &v), ERR_OK);
    assert_near(v, 3, 0);
    assert_int_equal(weighted_quantile(x, tiny, 3, 0.5, &v, &arena), ERR_OK);
    assert_near(v, 2.5, 1e-15);
    assert_int_equal(weighted_quantile(huge, w, 2, 0.5, &v, &arena), ERR_OK);
    assert_near(v, -0.75e308, 1e293);
    assert_int_equal(weighted_quantile((const double[]){-1.5e308, 1.5e308}, w, 2, 0.5, &v, &arena),
                     ERR_NOT_FINITE);
    assert_int_equal(weighted_quantile(x, w, 1, 0.3, &v, &arena), ERR_OK);
    assert_near(v, 1, 0);
    arena_free(&arena);
}

static void hostile_p2(void **state)
{
    const double unsorted[] = {0.5, 0.5}, edge[] = {0, 0.5}, many[] = {.1, .2, .3, .4, .5, .6};
    const double middle = 0.5;
    struct p2 s;
    double v = 8;

    (void)state;
    assert_int_equal(p2_init(&s, unsorted, 2), ERR_RANGE);
    assert_int_equal(p2_init(&s, edge, 2), ERR_RANGE);
    assert_int_equal(p2_init(&s, many, 6), ERR_RANGE);
    assert_int_equal(p2_init(&s, many, 0), ERR_RANGE);
    assert_int_equal(p2_init(&s, &middle, 1), ERR_OK);
    assert_int_equal(p2_quantile(&s, 0, &v), ERR_TOO_FEW);
    assert_int_equal(p2_quantile(&s, 1, &v), ERR_RANGE);
    p2_add(&s, NAN);
    p2_add(&s, -INFINITY);
    p2_add(&s, 1.1e300);
    assert_int_equal(s.count, 0);
    for (int i = 0; i < 1000; i++)
        p2_add(&s, i % 3 == 0 ? 1e300 : i % 3 == 1 ? -1e300 : 1e-300);
    assert_int_equal(p2_quantile(&s, 0, &v), ERR_OK);
    assert_true(fabs(v) <= 1e300);
    assert_int_equal(p2_init(&s, &middle, 1), ERR_OK);
    for (int i = 0; i < 1000; i++)
        p2_add(&s, 7);
    assert_int_equal(p2_quantile(&s, 0, &v), ERR_OK);
    assert_near(v, 7, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_weighted),
        cmocka_unit_test(exact_p2),
        cmocka_unit_test(vector_jain_chlamtac),
        cmocka_unit_test(invariant_weighted_quantile),
        cmocka_unit_test(invariant_weighted_quantile_ties),
        cmocka_unit_test(invariant_p2_shift_scale_mirror),
        cmocka_unit_test(truth_p2_exponential),
        cmocka_unit_test(truth_weighted_mixture),
        cmocka_unit_test(promise_p2_error),
        cmocka_unit_test(promise_weighted_mean_coverage),
        cmocka_unit_test(hostile_weighted),
        cmocka_unit_test(hostile_p2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
