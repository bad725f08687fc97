#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "monthly_rain.h"
#include "near.h"
#include "nile.h"

#include "shikumen/num/order.h"
#include "shikumen/num/random.h"
#include "shikumen/num/special.h"
#include "shikumen/num/theilsen.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct arena arena;

static struct theil_sen line_of(const double *t, const double *x, size_t n, double confidence)
{
    struct theil_sen r;

    assert_int_equal(theil_sen(t, x, n, confidence, 1, &r, &arena), ERR_OK);
    return r;
}

/* Slopes 1, 1.5, 2 between (0, 0), (1, 1), (2, 3). */
static void exact_three_points(void **state)
{
    const double t[] = {2, 0, 1}, x[] = {3, 0, 1};
    struct theil_sen r = line_of(t, x, 3, 0.9);

    (void)state;
    assert_int_equal(r.n, 3);
    assert_int_equal(r.pairs, 3);
    assert_near(r.slope, 1.5, 0);
    assert_near(r.lower, 1, 0);
    assert_near(r.upper, 2, 0);
    assert_true(r.clipped);
    assert_near(r.intercept, 1 - 1.5, 0);
    assert_near(r.intercept_residual, 0, 0); /* residuals 0, -0.5, 0 */
    assert_near(r.variance, 3 * 2 * 11 / 18.0, 1e-15);
}

static void exact_line(void **state)
{
    double t[500], x[500];
    struct theil_sen r;

    (void)state;
    for (size_t i = 0; i < 500; i++) {
        t[i] = (double)(i * i % 1009);
        x[i] = 7 - 0.25 * t[i];
    }
    r = line_of(t, x, 500, 0.95);
    assert_near(r.slope, -0.25, 0);
    assert_near(r.lower, -0.25, 0);
    assert_near(r.upper, -0.25, 0);
    assert_near(r.intercept, 7, 0);
    assert_near(r.intercept_residual, 7, 0);
    assert_false(r.clipped);
}

/* Two readings a day: 5 of 45 pairs have no slope. The variance is that of S over all 10! / (2^3)
 * orders of x (Kendall 1975), 115.777.. */
static void exact_repeated_times(void **state)
{
    const double t[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4}, x[] = {1, 2, 2, 3, 2, 4, 5, 4, 6, 7};
    const double early[] = {0, 0, 1, 1, 2, 3}, few[] = {1, 1, 2, 3, 3, 3};
    struct theil_sen r = line_of(t, x, 10, 0.9);

    (void)state;
    assert_int_equal(r.pairs, 40);
    assert_near(r.variance, 115.77777777777777, 1e-13);
    assert_near(r.slope, 1, 0); /* ranks 11, 20, 21, 30 of 40 */
    assert_near(r.lower, 1, 0);
    assert_near(r.upper, 1.5, 0);
    r = line_of(early, few, 6, 0.9);
    assert_near(r.variance, 22.2, 1e-14); /* mean of S^2 over all 720 orders */
    assert_int_equal(r.pairs, 13);
}

static void exact_constant(void **state)
{
    const double x[] = {0.2, 0.2, 0.2, 0.2, 0.2};
    struct theil_sen r = line_of(NULL, x, 5, 0.9);

    (void)state;
    assert_near(r.slope, 0, 0);
    assert_near(r.lower, 0, 0);
    assert_near(r.upper, 0, 0);
    assert_near(r.intercept, 0.2, 0);
}

/* With repeated times too the variance of a constant is 0, not what rounding leaves of it. */
static void exact_constant_at_repeated_times(void **state)
{
    struct random random = random_seeded(15);
    double t[200], x[200];

    (void)state;
    for (int run = 0; run < 500; run++) {
        size_t n = 8 + random_below(&random, 190);
        struct theil_sen r;

        for (size_t i = 0; i < n; i++) {
            t[i] = i == 0 ? -1 : (double)random_below(&random, n);
            x[i] = 5;
        }
        r = line_of(t, x, n, 0.9);
        assert_near(r.variance, 0, 0);
        assert_false(r.clipped);
        assert_near(r.upper, 0, 0);
    }
}

/* --- against all slopes, sorted --- */

struct slopes {
    double *at;
    size_t count;
};

static struct slopes all_slopes(const double *t, const double *x, size_t n)
{
    struct slopes s = {calloc(n * n / 2, sizeof(double)), 0};

    assert_non_null(s.at);
    for (size_t j = 1; j < n; j++)
        for (size_t i = 0; i < j; i++)
            if (t[i] != t[j])
                s.at[s.count++] = (x[j] - x[i]) / (t[j] - t[i]);
    order_sort(s.at, s.count);
    return s;
}

/* Each within `ulp` units in the last place of the sorted list's. */
static void assert_same_as_list(const double *t, const double *x, size_t n, double ulp)
{
    struct theil_sen r = line_of(t, x, n, 0.9);
    struct slopes s = all_slopes(t, x, n);
    double c = normal_quantile(0.95) * sqrt(r.variance), tolerance = ulp * 0x1p-52;
    double lower = round(((double)s.count - c) / 2), upper = round(((double)s.count + c) / 2 + 1);
    double median = s.at[(s.count - 1) / 2] / 2 + s.at[s.count / 2] / 2, slope;

    assert_int_equal(r.pairs, s.count);
    assert_close(r.slope, median, tolerance);
    assert_close(r.lower, s.at[lower < 1 ? 0 : (size_t)lower - 1], tolerance);
    assert_close(r.upper, s.at[upper > (double)s.count ? s.count - 1 : (size_t)upper - 1],
                 tolerance);
    assert_int_equal(theil_sen_slope(t, x, n, &slope, &arena), ERR_OK);
    assert_near(slope, r.slope, 0);
    free(s.at);
}

enum shape { NOISE, LEVELS, MOSTLY_FLAT, STEPS, TWICE, IRREGULAR, EPOCH, SHAPES };

/* Every value but those of EPOCH is a small multiple of 1/8, so that slopes round but once. */
static void make(enum shape shape, struct random *r, double *t, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double z = round(random_normal(r) * 512) / 8;

        t[i] = (double)i;
        x[i] = z + (double)(i / 8);
        if (shape == LEVELS)
            x[i] = round(z / 16);
        if (shape == MOSTLY_FLAT)
            x[i] = random_uniform(r) < 0.03 ? z : 40;
        if (shape == STEPS)
            x[i] = floor((double)i / 50) / 8;
        if (shape == TWICE)
            t[i] = (double)(i / 2);
        if (shape == IRREGULAR)
            t[i] = (double)random_below(r, 20 * n) / 8;
        if (shape == EPOCH) {
            t[i] = 20000 + (double)i / 24;
            x[i] = 1000 + z / 100;
        }
    }
}

/* The search must give the sorted list's values to the bit where slopes are rounded once. */
static void exact_order_statistics(void **state)
{
    static double t[1100], x[1100];
    struct random r = random_seeded(11);
    const size_t size[] = {3, 4, 5, 17, 91, 128, 129, 200, 365, 1100};

    (void)state;
    for (enum shape shape = NOISE; shape < SHAPES; shape++)
        for (size_t k = 0; k < COUNT(size); k++) {
            make(shape, &r, t, x, size[k]);
            assert_same_as_list(t, x, size[k], shape == EPOCH ? 4 : 0);
        }
}

/* Hundredths of a millimetre are not doubles: equal slopes differ by rounding of the differences,
 * eps |x| / |x_j - x_i| <= 2.2e-16 * 5 / 0.01, 500 units in the last place. */
static void exact_decimal_readings(void **state)
{
    static double x[800], t[800];
    struct random r = random_seeded(12);

    (void)state;
    for (size_t i = 0; i < COUNT(x); i++) {
        t[i] = (double)i;
        x[i] = round(100 * random_normal(&r) + (double)i / 10) / 100;
    }
    assert_same_as_list(t, x, COUNT(x), 500);
}

/* Most points on a line whose slope is no double: tens of thousands of slopes within a few units in
 * the last place of each other, on both sides of the median. */
static void exact_line_but_for_rounding(void **state)
{
    static double x[800], t[800];
    struct random r = random_seeded(14);

    (void)state;
    for (size_t i = 0; i < COUNT(x); i++) {
        t[i] = 1e6 + (double)i / 10;
        x[i] = t[i] / 7 * (random_uniform(&r) < 0.8 ? 1 : random_normal(&r));
    }
    assert_same_as_list(t, x, COUNT(x), 4);
}

/* Whether the rank-th smallest of all slopes is b: the slopes below b and up to it, counted. */
static bool has_rank(const double *x, size_t n, double b, double rank)
{
    uint64_t below = 0, up_to = 0;

    for (size_t j = 1; j < n; j++)
        for (size_t i = 0; i < j; i++) {
            double slope = (x[j] - x[i]) / (double)(j - i);

            below += slope < b;
            up_to += slope <= b;
        }
    return (double)below < rank && rank <= (double)up_to;
}

/* 5000 points, 12 497 500 slopes. Eighths as values, so that slopes round but once. */
static void exact_rank_of_many(void **state)
{
    enum { N = 5000 };
    static double x[N];
    struct random r = random_seeded(13);
    struct theil_sen line;
    double c;

    (void)state;
    for (size_t i = 0; i < N; i++)
        x[i] = round(random_normal(&r) * 64) / 8;
    line = line_of(NULL, x, N, 0.9);
    c = normal_quantile(0.95) * sqrt(line.variance);
    assert_int_equal(line.pairs, 12497500);
    assert_true(has_rank(x, N, line.lower, round(((double)line.pairs - c) / 2)));
    assert_true(has_rank(x, N, line.upper, round(((double)line.pairs + c) / 2 + 1)));
}

/* --- published --- */

/* sens.slope(Nile) of the R package trend, of which scipy 1.10.1 stats.theilslopes has all digits.
 */
static void vector_nile(void **state)
{
    struct theil_sen r = line_of(NULL, nile, NILE_N, 0.95);

    (void)state;
    assert_close(r.slope, -2.6, 1e-15);
    assert_close(r.lower, -3.627906976744186, 1e-15);
    assert_close(r.upper, -1.4285714285714286, 1e-15);
    assert_close(r.intercept, 1022.2, 1e-15);
    assert_near(r.variance, 112728.333333, 5e-7);
}

/* pyMannKendall's test-suite: sens_slope of its first version takes the months as they are, that of
 * later versions closes the gaps; scipy 1.10.1 stats.theilslopes for the interval. */
static void vector_monthly_rain(void **state)
{
    double month[MONTHLY_RAIN], x[MONTHLY_RAIN];
    size_t n = monthly_rain_present(month, x);
    struct theil_sen r = line_of(month, x, n, 0.95);

    (void)state;
    assert_near(r.slope, -0.006369426751592357, 0);
    assert_close(r.lower, -0.06557377049180328, 1e-15);
    assert_close(r.upper, 0.015748031496062992, 1e-15);
    assert_close(r.intercept, 96.15286624203821, 1e-12); /* over the middle of all 360 months */
    r = line_of(NULL, x, n, 0.95);
    assert_near(r.slope, -0.0064516129032258064, 0);
}

/* Twelve crack readings in mm; N = 66, C = 28.51506, M1 = 18.742, M2 = 47.258. */
static void vector_small(void **state)
{
    const double x[] = {0.10, 0.12, 0.11, 0.15, 0.15, 0.14, 0.18, 0.17, 0.21, 0.20, 0.23, 0.22};
    struct theil_sen r = line_of(NULL, x, COUNT(x), 0.95);

    (void)state;
    assert_int_equal(r.pairs, 66);
    assert_near(normal_quantile(0.975) * sqrt(r.variance), 28.51506, 5e-6);
    assert_near(r.slope, 0.012, 1e-15);
    assert_near(r.lower, 0.0100, 1e-15);
    assert_near(r.upper, 0.0150, 1e-15);
    assert_near(r.intercept, 0.094, 1e-15);
    assert_near(r.intercept_residual, 0.101, 1e-15);
}

/* scipy 1.10.1, stats.theilslopes(x, t, 0.9) and (x, t, 0.95, method='joint'). */
static void vector_scipy_irregular(void **state)
{
    const double t[] = {0, 1, 1.5, 4, 4.25, 7, 9, 9.5, 12, 20, 21, 30};
    const double x[] = {2.1, 2.0, 2.4, 2.2, 2.9, 2.5, 3.3, 2.6, 3.1, 4.2, 3.0, 5.0};
    struct theil_sen r = line_of(t, x, COUNT(t), 0.9);

    (void)state;
    assert_close(r.slope, 0.08333333333333333, 1e-14);
    assert_close(r.intercept, 2.0833333333333335, 1e-14);
    assert_close(r.lower, 0.05, 1e-14);
    assert_close(r.upper, 0.11249999999999999, 1e-14);
    r = line_of(t, x, COUNT(t), 0.95);
    assert_close(r.lower, 0.04285714285714285, 1e-14);
    assert_close(r.upper, 0.11707317073170731, 1e-14);
    assert_close(r.intercept_residual, 2.1, 1e-14);
}

/* --- invariants --- */

static void invariant_order_of_input(void **state)
{
    enum { N = 600 };
    double t[N], x[N], t2[N], x2[N];
    struct random r = random_seeded(21);
    struct theil_sen a, b;

    (void)state;
    make(IRREGULAR, &r, t, x, N);
    for (size_t i = 0; i < N; i++) {
        t2[i] = t[(i * 7) % N];
        x2[i] = x[(i * 7) % N];
    }
    a = line_of(t, x, N, 0.9);
    b = line_of(t2, x2, N, 0.9);
    assert_near(a.slope, b.slope, 0);
    assert_near(a.lower, b.lower, 0);
    assert_near(a.upper, b.upper, 0);
    assert_near(a.intercept, b.intercept, 0);
    assert_near(a.variance, b.variance, 0);
}

/* Powers of two and integers round nothing: exact. */
static void invariant_units(void **state)
{
    enum { N = 400 };
    double t[N], x[N], t2[N], x2[N];
    struct random r = random_seeded(22);
    struct theil_sen a, b;

    (void)state;
    make(NOISE, &r, t, x, N);
    a = line_of(t, x, N, 0.9);
    for (size_t i = 0; i < N; i++) {
        t2[i] = t[i] * 32 + 4096;
        x2[i] = 16 - x[i] * 0x1p-40;
    }
    b = line_of(t2, x2, N, 0.9);
    assert_near(b.slope, -a.slope * 0x1p-45, 0);
    assert_near(b.lower, -a.upper * 0x1p-45, 0);
    assert_near(b.upper, -a.lower * 0x1p-45, 0);
    for (size_t i = 0; i < N; i++)
        x2[i] = x[i] + 3 * t[i]; /* a trend added is a trend found */
    b = line_of(t, x2, N, 0.9);
    assert_near(b.slope, a.slope + 3, 1e-15 * 8);
    assert_near(b.upper, a.upper + 3, 1e-15 * 8);
    assert_near(b.intercept_residual, a.intercept_residual, 1e-12);
}

/* A larger variance widens the interval and nothing else. */
static void invariant_variance_factor(void **state)
{
    struct theil_sen a = line_of(NULL, nile, NILE_N, 0.9), b;

    (void)state;
    assert_int_equal(theil_sen(NULL, nile, NILE_N, 0.9, 4, &b, &arena), ERR_OK);
    assert_near(b.variance, 4 * a.variance, 0);
    assert_near(b.slope, a.slope, 0);
    assert_true(b.lower < a.lower && a.upper < b.upper);
}

/* 28 % of the samples wild, on one side: the slope stays near; the error of a clean sample of 200
 * is sigma sqrt(12 / n^3) = 0.0012. */
static void truth_outliers(void **state)
{
    double x[200];
    struct random r = random_seeded(31);

    (void)state;
    for (int run = 0; run < 50; run++) {
        for (size_t i = 0; i < 200; i++)
            x[i] = 0.05 * (double)i + random_normal(&r);
        assert_near(line_of(NULL, x, 200, 0.9).slope, 0.05, 6 * 0.0013);
        for (size_t i = 0; i < 200; i++)
            if (random_uniform(&r) < 0.28)
                x[i] = 1e6 * random_uniform(&r);
        assert_near(line_of(NULL, x, 200, 0.9).slope, 0.05, 0.05);
    }
}

static void hostile_input(void **state)
{
    double t[] = {1, 2, 3, 4}, x[] = {1, 2, 4, 3}, same[] = {5, 5, 5, 5}, slope = 77;
    struct theil_sen r = {.n = 77};

    (void)state;
    for (size_t n = 0; n < 3; n++)
        assert_int_equal(theil_sen(t, x, n, 0.9, 1, &r, &arena), ERR_TOO_FEW);
    assert_int_equal(theil_sen_slope(t, x, 0, &slope, &arena), ERR_TOO_FEW);
    assert_int_equal(theil_sen_slope(t, x, 1, &slope, &arena), ERR_TOO_FEW);
    assert_int_equal(theil_sen(same, x, 4, 0.9, 1, &r, &arena), ERR_CONSTANT);
    assert_int_equal(theil_sen_slope(same, x, 4, &slope, &arena), ERR_CONSTANT);
    for (int k = 0; k < 2; k++) {
        t[1] = x[2] = k ? NAN : INFINITY;
        assert_int_equal(theil_sen(t, same, 4, 0.9, 1, &r, &arena), ERR_NOT_FINITE);
        assert_int_equal(theil_sen(same, x, 4, 0.9, 1, &r, &arena), ERR_NOT_FINITE);
        assert_int_equal(theil_sen_slope(NULL, x, 4, &slope, &arena), ERR_NOT_FINITE);
    }
    for (int k = 0; k < 4; k++) {
        const double bad[] = {0, 1, -0.5, NAN}, factor[] = {0, -1, NAN, INFINITY};

        assert_int_equal(theil_sen(NULL, same, 4, bad[k], 1, &r, &arena), ERR_RANGE);
        assert_int_equal(theil_sen(NULL, same, 4, 0.9, factor[k], &r, &arena), ERR_RANGE);
    }
    assert_int_equal(r.n, 77);
    assert_near(slope, 77, 0);
    t[1] = 2;
    assert_int_equal(theil_sen_slope(t, t, 2, &slope, &arena), ERR_OK);
    assert_near(slope, 1, 0);
}

static void hostile_magnitudes(void **state)
{
    const double far[] = {-1.7e308, 1.7e308, -1.7e308, 1.6e308, 0, 1e-300};
    const double tiny[] = {0, 1e-300, 2e-300, 3e-300, 5e-324};
    const double t[] = {0, 1e-3, 2e-3, 3e-3, 4e-3}, close[] = {0, 1, 1e-130, 2, 3};
    const double closer[] = {0, 1e300, 1e-30, 2e300, 3e300}; /* 1e-330 once scaled: 0 */
    const double huge_t[] = {-1.7e308, -1e308, 0, 1e308, 1.7e308}, x[] = {1, 2, 3, 4, 5};
    double slope;
    struct theil_sen r;

    (void)state;
    assert_int_equal(theil_sen_slope(NULL, far, 6, &slope, &arena), ERR_OK);
    assert_true(isfinite(slope));
    assert_int_equal(theil_sen_slope(t, far, 5, &slope, &arena), ERR_NOT_FINITE);
    assert_int_equal(theil_sen(NULL, tiny, 5, 0.9, 1, &r, &arena), ERR_OK);
    assert_close(r.slope, 1e-300, 0.5);
    assert_int_equal(theil_sen(huge_t, x, 5, 0.9, 1, &r, &arena), ERR_OK);
    assert_close(r.slope, 1e-308, 0.5);
    assert_int_equal(theil_sen(close, x, 5, 0.9, 1, &r, &arena), ERR_NOT_FINITE);
    assert_int_equal(theil_sen(closer, x, 5, 0.9, 1, &r, &arena), ERR_NOT_FINITE);
}

/* The arena holds after a call what it held before. */
static void hostile_arena(void **state)
{
    struct arena a = {0};
    struct theil_sen r;
    double slope;

    (void)state;
    assert_non_null(arena_alloc(&a, 64));
    assert_int_equal(theil_sen(NULL, nile, NILE_N, 0.9, 1, &r, &a), ERR_OK);
    assert_int_equal(theil_sen_slope(NULL, nile, NILE_N, &slope, &a), ERR_OK);
    assert_int_equal(a.used_bytes, 64);
    arena_free(&a);
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
        cmocka_unit_test(exact_three_points),
        cmocka_unit_test(exact_line),
        cmocka_unit_test(exact_repeated_times),
        cmocka_unit_test(exact_constant),
        cmocka_unit_test(exact_constant_at_repeated_times),
        cmocka_unit_test(exact_order_statistics),
        cmocka_unit_test(exact_decimal_readings),
        cmocka_unit_test(exact_line_but_for_rounding),
        cmocka_unit_test(exact_rank_of_many),
        cmocka_unit_test(vector_nile),
        cmocka_unit_test(vector_monthly_rain),
        cmocka_unit_test(vector_small),
        cmocka_unit_test(vector_scipy_irregular),
        cmocka_unit_test(invariant_order_of_input),
        cmocka_unit_test(invariant_units),
        cmocka_unit_test(invariant_variance_factor),
        cmocka_unit_test(truth_outliers),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(hostile_magnitudes),
        cmocka_unit_test(hostile_arena),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
