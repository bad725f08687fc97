/* Six-hour means: what comes in, in whatever order, and what the ring still holds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shikumen/core/bins.h"
#include "shikumen/num/random.h"

#define CAPACITY 8
#define T0_US    INT64_C(1704067200000000) /* 2024-01-01T00:00:00Z */

struct ring {
    struct bin at[CAPACITY];
    struct bins b;
};

static struct ring *new_ring(void)
{
    struct ring *r = calloc(1, sizeof *r);

    assert_non_null(r);
    bins_init(&r->b, r->at, CAPACITY);
    return r;
}

static int64_t in_bin(int64_t number, int64_t after_us)
{
    return number * BIN_US + after_us;
}

static void test_numbers_are_floors(void **state)
{
    (void)state;
    assert_true(bin_of(0) == 0);
    assert_true(bin_of(BIN_US - 1) == 0);
    assert_true(bin_of(BIN_US) == 1);
    assert_true(bin_of(-1) == -1);
    assert_true(bin_of(-BIN_US) == -1);
    assert_true(bin_of(-BIN_US - 1) == -2);
    assert_true(bin_of(INT64_MIN) == INT64_MIN / BIN_US - 1);
    assert_true(bin_of(INT64_MAX) == INT64_MAX / BIN_US);
    assert_true(bin_of(T0_US) * BIN_US == T0_US);
}

static void test_empty_holds_nothing(void **state)
{
    struct ring *r = new_ring();

    (void)state;
    assert_true(bins_first(&r->b) == INT64_MAX);
    assert_true(isnan(bins_mean(&r->b, 0)));
    assert_true(isnan(bins_mean(&r->b, INT64_MIN)));
    assert_int_equal(bins_at(&r->b, 5).total, 0);
    free(r);
}

static void test_mean_of_what_passed(void **state)
{
    struct ring *r = new_ring();
    int64_t n = bin_of(T0_US);

    (void)state;
    assert_true(bins_add(&r->b, in_bin(n, 0), 1.5, true));
    assert_true(bins_add(&r->b, in_bin(n, 10), 100, false));
    assert_true(bins_add(&r->b, in_bin(n, BIN_US - 1), 2.5, true));
    assert_true(bins_mean(&r->b, n) == 2.0);
    assert_int_equal(bins_at(&r->b, n).passed, 2);
    assert_int_equal(bins_at(&r->b, n).total, 3);
    assert_true(bins_add(&r->b, in_bin(n + 1, 0), 7, false));
    assert_true(isnan(bins_mean(&r->b, n + 1)));
    assert_int_equal(bins_at(&r->b, n + 1).total, 1);
    free(r);
}

static void test_only_finite_values(void **state)
{
    static const double hostile[] = {NAN, INFINITY, -INFINITY};
    struct ring *r = new_ring();

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_false(bins_add(&r->b, T0_US, hostile[i], true));
        assert_false(bins_put(&r->b, bin_of(T0_US), hostile[i], 1, 1));
    }
    assert_true(bins_first(&r->b) == INT64_MAX);
    assert_true(bins_put(&r->b, bin_of(T0_US), NAN, 0, 4)); /* nothing of it passed */
    assert_true(isnan(bins_mean(&r->b, bin_of(T0_US))));
    assert_int_equal(bins_at(&r->b, bin_of(T0_US)).total, 4);
    free(r);
}

static void shuffle(struct random *chance, size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n - 1; i > 0; i--) {
        size_t j = random_below(chance, i + 1), keep = order[i];
        order[i] = order[j];
        order[j] = keep;
    }
}

/* Also when the first to arrive is the latest of all, and with times before 1970. */
static void test_order_of_arrival_does_not_matter(void **state)
{
    enum { READINGS = 6 * CAPACITY };
    static const int64_t starts[] = {T0_US, -3 * BIN_US, 0};
    struct random chance = random_seeded(11);

    (void)state;
    for (int trial = 0; trial < 60; trial++) {
        struct ring *sorted = new_ring(), *mixed = new_ring();
        int64_t start = starts[trial % 3];
        double value[READINGS];
        size_t order[READINGS];
        for (size_t i = 0; i < READINGS; i++) {
            value[i] = 20 + random_normal(&chance);
            assert_true(bins_add(&sorted->b, start + (int64_t)i * BIN_US / 6, value[i], i % 5 > 0));
        }
        shuffle(&chance, order, READINGS);
        for (size_t i = 0; i < READINGS; i++)
            assert_true(bins_add(&mixed->b, start + (int64_t)order[i] * BIN_US / 6, value[order[i]],
                                 order[i] % 5 > 0));
        assert_true(bins_first(&sorted->b) == bin_of(start));
        assert_true(bins_first(&mixed->b) == bin_of(start));
        for (int64_t n = bin_of(start) - 2; n < bin_of(start) + CAPACITY + 2; n++) {
            struct bin a = bins_at(&sorted->b, n), b = bins_at(&mixed->b, n);
            assert_int_equal(a.passed, b.passed);
            assert_int_equal(a.total, b.total);
            if (a.passed > 0)
                assert_true(fabs(bins_mean(&sorted->b, n) - bins_mean(&mixed->b, n)) < 1e-5);
        }
        free(sorted);
        free(mixed);
    }
}

static void test_ring_turns_over(void **state)
{
    struct ring *r = new_ring();

    (void)state;
    for (int64_t n = -20; n < 3 * CAPACITY; n++) {
        assert_true(bins_add(&r->b, in_bin(n, 5), (double)n, true));
        assert_true(bins_first(&r->b) == (n < -20 + CAPACITY ? -20 : n - CAPACITY + 1));
        for (int64_t k = n - 2 * CAPACITY; k <= n + CAPACITY; k++) {
            bool held = k <= n && k > n - CAPACITY && k >= -20;
            assert_true(held ? bins_mean(&r->b, k) == (double)k : isnan(bins_mean(&r->b, k)));
        }
    }
    free(r);
}

static void test_too_old_changes_nothing(void **state)
{
    struct ring *r = new_ring();

    (void)state;
    assert_true(bins_add(&r->b, in_bin(100, 0), 1, true));
    assert_false(bins_add(&r->b, in_bin(100 - CAPACITY, 0), 5, true));
    assert_false(bins_put(&r->b, 100 - CAPACITY, 5, 1, 1));
    assert_true(bins_first(&r->b) == 100);
    assert_true(bins_mean(&r->b, 100) == 1);
    assert_true(bins_add(&r->b, in_bin(101 - CAPACITY, 0), 5, true)); /* the oldest it can hold */
    assert_true(bins_mean(&r->b, 101 - CAPACITY) == 5);
    assert_true(bins_first(&r->b) == 101 - CAPACITY);
    free(r);
}

static void test_gaps_are_empty(void **state)
{
    static const int64_t jumps[] = {2, CAPACITY - 1, CAPACITY, CAPACITY + 1, 1000 * CAPACITY + 3};

    (void)state;
    for (size_t j = 0; j < sizeof jumps / sizeof *jumps; j++) {
        struct ring *r = new_ring();
        for (int64_t n = 0; n < CAPACITY; n++)
            assert_true(bins_add(&r->b, in_bin(n, 0), 3, true));
        int64_t now = CAPACITY - 1 + jumps[j];
        assert_true(bins_add(&r->b, in_bin(now, 0), 4, true));
        for (int64_t n = CAPACITY; n < now && n < CAPACITY + 50; n++)
            assert_true(isnan(bins_mean(&r->b, n)));
        for (int64_t n = 0; n < CAPACITY; n++)
            assert_true(isnan(bins_mean(&r->b, n)) == (n <= now - CAPACITY));
        assert_true(bins_mean(&r->b, now) == 4);
        free(r);
    }
}

static void test_put_replaces(void **state)
{
    struct ring *r = new_ring();

    (void)state;
    assert_true(bins_add(&r->b, in_bin(7, 0), 10, true));
    assert_true(bins_add(&r->b, in_bin(7, 1), 30, true));
    assert_true(bins_put(&r->b, 7, 10, 1, 2)); /* the other one is suspect now */
    assert_true(bins_mean(&r->b, 7) == 10);
    assert_int_equal(bins_at(&r->b, 7).passed, 1);
    assert_true(bins_add(&r->b, in_bin(7, 2), 20, true)); /* goes on from there */
    assert_true(bins_mean(&r->b, 7) == 15);
    assert_int_equal(bins_at(&r->b, 7).total, 3);
    assert_true(bins_put(&r->b, 9, -4, 3, 3)); /* ahead of all */
    assert_true(bins_mean(&r->b, 9) == -4);
    assert_true(isnan(bins_mean(&r->b, 8)));
    assert_true(bins_put(&r->b, 9, 0, 0, 0)); /* deleted */
    assert_true(isnan(bins_mean(&r->b, 9)));
    free(r);
}

static void test_counts_saturate(void **state)
{
    struct ring *r = new_ring();

    (void)state;
    for (int i = 0; i < UINT16_MAX + 100; i++)
        assert_true(bins_add(&r->b, T0_US, 2, true));
    assert_true(bins_add(&r->b, T0_US, 1e6, true));
    assert_int_equal(bins_at(&r->b, bin_of(T0_US)).passed, UINT16_MAX);
    assert_int_equal(bins_at(&r->b, bin_of(T0_US)).total, UINT16_MAX);
    assert_true(bins_mean(&r->b, bin_of(T0_US)) == 2);
    free(r);
}

/* A millimetre's thousandth on a level of a kilometre: the origin carries the level. */
static void test_large_levels_keep_their_decimals(void **state)
{
    struct ring *r = new_ring();

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_true(bins_add(&r->b, in_bin(3, i), 1e6 + 1e-3 * (i % 2), true));
    assert_true(fabs(bins_mean(&r->b, 3) - (1e6 + 0.5e-3)) < 1e-7);
    free(r);
}

/* A wild first reading that did not pass must not cost the later ones their decimals. */
static void test_origin_is_of_what_passed(void **state)
{
    static const double wild[] = {1e300, -1e9, 9999};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct ring *r = new_ring();
        assert_true(bins_add(&r->b, in_bin(3, 0), wild[i], false));
        assert_true(bins_add(&r->b, in_bin(3, 1), 0.123456789, true));
        assert_true(bins_put(&r->b, 4, NAN, 0, 1));
        assert_true(bins_add(&r->b, in_bin(5, 1), 0.123, true));
        assert_true(fabs(bins_mean(&r->b, 3) - 0.123456789) < 1e-12);
        assert_true(fabs(bins_mean(&r->b, 5) - 0.123) < 1e-9);
        free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_floors),
        cmocka_unit_test(test_empty_holds_nothing),
        cmocka_unit_test(test_mean_of_what_passed),
        cmocka_unit_test(test_only_finite_values),
        cmocka_unit_test(test_order_of_arrival_does_not_matter),
        cmocka_unit_test(test_ring_turns_over),
        cmocka_unit_test(test_too_old_changes_nothing),
        cmocka_unit_test(test_gaps_are_empty),
        cmocka_unit_test(test_put_replaces),
        cmocka_unit_test(test_counts_saturate),
        cmocka_unit_test(test_large_levels_keep_their_decimals),
        cmocka_unit_test(test_origin_is_of_what_passed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
