#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/order.h"
#include "shikumen/num/random.h"
#include "shikumen/num/sample.h"

#define MOST 3000

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Kinds of data that make sorting slow or wrong: ties, sorted, reversed, organ pipe. */
static void fill(double *x, size_t n, int kind, struct random *r)
{
    for (size_t i = 0; i < n; i++) {
        double at = (double)i;

        x[i] = kind == 0   ? random_normal(r)
               : kind == 1 ? (double)random_below(r, 5)
               : kind == 2 ? at
               : kind == 3 ? -at
               : kind == 4 ? fmin(at, (double)n - at)
                           : 7;
    }
}

static void truth_sort_and_select_as_qsort(void **state)
{
    static double x[MOST], sorted[MOST], selected[MOST];
    struct random r = random_seeded(2);

    (void)state;
    for (int trial = 0; trial < 400; trial++) {
        size_t n = 1 + random_below(&r, MOST), k = random_below(&r, n);

        fill(x, n, trial % 6, &r);
        memcpy(sorted, x, sizeof x);
        memcpy(selected, x, sizeof x);
        qsort(sorted, n, sizeof *sorted, ascending);
        assert_near(order_select(selected, n, k), sorted[k], 0);
        for (size_t i = 0; i < n; i++)
            assert_true(i < k ? selected[i] <= selected[k] : selected[i] >= selected[k]);
        order_sort(x, n);
        assert_memory_equal(x, sorted, n * sizeof *x);
    }
}

/* What sorts all zeros and ones sorts everything (Knuth 5.3.4, theorem Z). */
static void exact_few_as_counted(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 9; n++)
        for (unsigned bits = 0; bits < 1u << n; bits++)
            for (size_t k = 0; k < n; k++) {
                double x[9];
                size_t ones = 0;

                for (size_t i = 0; i < n; i++) {
                    x[i] = bits >> i & 1;
                    ones += bits >> i & 1;
                }
                assert_near(order_select(x, n, k), k >= n - ones, 0);
                for (size_t i = 0; i < n; i++)
                    assert_true(i < k ? x[i] <= x[k] : x[i] >= x[k]);
            }
}

static void truth_index_is_stable(void **state)
{
    static double x[MOST];
    static size_t index[MOST], scratch[MOST];
    struct random r = random_seeded(3);

    (void)state;
    for (int trial = 0; trial < 100; trial++) {
        size_t n = 1 + random_below(&r, MOST);

        fill(x, n, trial % 6, &r);
        order_index(x, n, index, scratch);
        for (size_t i = 1; i < n; i++)
            assert_true(x[index[i - 1]] < x[index[i]] ||
                        (x[index[i - 1]] == x[index[i]] && index[i - 1] < index[i]));
    }
    order_index(x, 0, index, scratch);
}

static void exact_ranks(void **state)
{
    const double x[] = {30, 10, 20, 20, 10, 20};
    const double expected[] = {6, 1.5, 4, 4, 1.5, 4};
    double rank[6];
    size_t index[6], scratch[6];

    (void)state;
    assert_near(order_ranks(x, 6, rank, index, scratch), (8 - 2) + (27 - 3), 0);
    for (size_t i = 0; i < 6; i++)
        assert_near(rank[i], expected[i], 0);
}

/* Hyndman & Fan 1996, type 7; numpy 1.24 quantile of the same values. */
static void vector_quantiles(void **state)
{
    double x[] = {3, 1, 4, 1, 5, 9, 2, 6};

    (void)state;
    assert_near(quantile(x, 8, 0.07), 1, 0);
    assert_near(quantile(x, 8, 0.3), 2.1, 1e-15);
    assert_near(quantile(x, 8, 0.5), 3.5, 0);
    assert_near(quantile(x, 8, 0.93), 7.53, 1e-14);
    assert_near(quantile(x, 8, 0), 1, 0);
    assert_near(quantile(x, 8, 1), 9, 0);
    assert_near(median(x, 1), x[0], 0);
    order_sort(x, 8);
    assert_near(quantile_sorted(x, 8, 0.3), 2.1, 1e-15);
    assert_near(mad(x, 8, 3.5, (double[8]){0}), 2, 0);
}

static void invariant_quantiles(void **state)
{
    static double x[MOST], scaled[MOST], mirrored[MOST];
    struct random r = random_seeded(4);

    (void)state;
    for (int trial = 0; trial < 200; trial++) {
        size_t n = 1 + random_below(&r, 200);
        double p = random_uniform(&r), q;

        fill(x, n, trial % 2, &r);
        for (size_t i = 0; i < n; i++) {
            scaled[i] = 8 * x[n - 1 - i]; /* a power of two keeps every digit */
            mirrored[i] = -x[i];
        }
        q = quantile(x, n, p);
        assert_near(quantile(scaled, n, p), 8 * q, 0);
        assert_near(quantile(mirrored, n, 1 - p), -q, 1e-12);
        order_sort(x, n);
        assert_near(quantile_sorted(x, n, p), q, 0);
        assert_true(q >= x[0] && q <= x[n - 1]);
    }
}

static void hostile_extremes(void **state)
{
    double x[] = {-1.7e308, 1.7e308}, single = 5;

    (void)state;
    assert_near(median(x, 2), 0, 0);
    assert_near(quantile(&single, 1, 0.3), 5, 0);
    order_sort(&single, 0);
    order_sort(&single, 1);
}

static void hostile_samples(void **state)
{
    const double good[] = {1, 2, 3}, same[] = {4, 4, 4}, back[] = {1, 3, 2};
    const double nan[] = {1, (double)NAN}, inf[] = {HUGE_VAL, 1};

    (void)state;
    assert_int_equal(sample_check(good, 3, 3), ERR_OK);
    assert_int_equal(sample_check(good, 3, 4), ERR_TOO_FEW);
    assert_int_equal(sample_check(NULL, 0, 1), ERR_TOO_FEW);
    assert_int_equal(sample_check(nan, 2, 1), ERR_NOT_FINITE);
    assert_int_equal(sample_check(inf, 2, 1), ERR_NOT_FINITE);
    assert_int_equal(sample_varies(good, 3), ERR_OK);
    assert_int_equal(sample_varies(same, 3), ERR_CONSTANT);
    assert_int_equal(sample_varies(same, 1), ERR_CONSTANT);
    assert_int_equal(sample_increasing(good, 3), ERR_OK);
    assert_int_equal(sample_increasing(back, 3), ERR_ORDER);
    assert_int_equal(sample_increasing(same, 3), ERR_ORDER);
    assert_int_equal(sample_increasing(nan, 2), ERR_ORDER);
}

static void exact_days(void **state)
{
    const int64_t origin = INT64_C(1800000000000000);
    const int64_t t[] = {origin, origin + 1, origin - INT64_C(86400000000), INT64_MAX, INT64_MIN};
    double d[5];

    (void)state;
    sample_days(t, 5, origin, d);
    assert_near(d[0], 0, 0);
    assert_close(d[1], 1 / 86400e6, 1e-15);
    assert_near(d[2], -1, 0);
    sample_days(t + 3, 2, INT64_MIN, d);
    assert_close(d[0], 0x1p64 / 86400e6, 1e-15);
    assert_near(d[1], 0, 0);
}

static void exact_missing_pairs_go(void **state)
{
    double t[] = {1, 2, (double)NAN, 4, 5}, x[] = {10, (double)NAN, 30, 40, HUGE_VAL};

    (void)state;
    assert_int_equal(sample_drop_missing(t, x, 5), 2);
    assert_near(t[1], 4, 0);
    assert_near(x[1], 40, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_sort_and_select_as_qsort),
        cmocka_unit_test(exact_few_as_counted),
        cmocka_unit_test(truth_index_is_stable),
        cmocka_unit_test(exact_ranks),
        cmocka_unit_test(vector_quantiles),
        cmocka_unit_test(invariant_quantiles),
        cmocka_unit_test(hostile_extremes),
        cmocka_unit_test(hostile_samples),
        cmocka_unit_test(exact_days),
        cmocka_unit_test(exact_missing_pairs_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
