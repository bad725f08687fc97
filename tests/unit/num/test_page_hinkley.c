#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/order.h"
#include "shikumen/num/page_hinkley.h"
#include "shikumen/num/random.h"

static const struct page_hinkley_design published = {.delta = 0.05, .lambda = 2, .keep = 1};

/* The first sample is its own mean: deviation 0, m = -delta. Then 3: mean 1.5, deviation 1.5. */
static void exact_by_hand(void **state)
{
    struct page_hinkley_design d = {.delta = 0.5, .lambda = 1.25, .keep = 1};
    struct page_hinkley p = page_hinkley_started();

    (void)state;
    assert_int_equal(page_hinkley_update(&p, &d, 0), PAGE_HINKLEY_NONE);
    assert_near(p.up.sum, -0.5, 0);
    assert_near(page_hinkley_statistic(&p.up), 0, 0);
    assert_int_equal(page_hinkley_update(&p, &d, 3), PAGE_HINKLEY_NONE);
    assert_near(page_hinkley_statistic(&p.up), 1, 0);
    assert_int_equal(p.up.first, 2);
    assert_int_equal(page_hinkley_update(&p, &d, 3), PAGE_HINKLEY_UP); /* mean 2: 1 + 0.5 */
    assert_near(page_hinkley_statistic(&p.up), 1.5, 0);
    assert_near(page_hinkley_statistic(&p.down), 0, 0);
    assert_int_equal(p.up.first, 2);
}

/* keep 1/2: m = m / 2 + deviation. 0, 3: mean 1.5; 3: mean 2. */
static void exact_forgetting(void **state)
{
    struct page_hinkley_design d = {.delta = 0, .lambda = 100, .keep = 0.5};
    struct page_hinkley p = page_hinkley_started();

    (void)state;
    (void)page_hinkley_update(&p, &d, 0);
    assert_int_equal(p.up.first, 2); /* the later of equals */
    (void)page_hinkley_update(&p, &d, 3);
    assert_near(p.up.sum, 1.5, 0);
    assert_near(p.down.sum, -1.5, 0);
    (void)page_hinkley_update(&p, &d, 3);
    assert_near(p.up.sum, 1.75, 0);
    assert_near(p.down.sum, -1.75, 0);
}

static const double series[] = {0.1, -0.2, 0,   0.2, -0.1, 0.1, -0.1, 0,   0.2, -0.2,
                                1.1, 0.9,  1.0, 1.2, 0.8,  1.1, 1.0,  0.9, 1.1, 1.0};

/* Recomputed from Page's recursion, six decimals printed; delta 0.05, lambda 2. */
static void vector_step_of_one(void **state)
{
    static const double expected[] = {0, 0.95, 1.633333, 2.352564};
    struct page_hinkley p = page_hinkley_started(), q = p;

    (void)state;
    for (int i = 0; i < 13; i++) {
        enum page_hinkley_alarm up = page_hinkley_update(&p, &published, series[i]);
        enum page_hinkley_alarm down = page_hinkley_update(&q, &published, -series[i]);

        assert_int_equal(up, i == 12 ? PAGE_HINKLEY_UP : PAGE_HINKLEY_NONE);
        assert_int_equal(down, i == 12 ? PAGE_HINKLEY_DOWN : PAGE_HINKLEY_NONE);
        if (i >= 9) {
            assert_near(page_hinkley_statistic(&p.up), expected[i - 9], 5e-7);
            assert_near(page_hinkley_statistic(&q.down), expected[i - 9], 5e-7);
        }
    }
    assert_int_equal(p.up.first, 11); /* the step is between 10 and 11 */
}

/* A shift of the samples changes rounding only, a scale of 2^10 not even that. */
static void invariant_shift_and_scale(void **state)
{
    struct page_hinkley_design scaled = {.delta = 0.05 * 1024, .lambda = 2 * 1024, .keep = 1};
    struct page_hinkley p = page_hinkley_started(), s = p, t = p;

    (void)state;
    for (int i = 0; i < 20; i++) {
        enum page_hinkley_alarm a = page_hinkley_update(&p, &published, series[i]);

        assert_int_equal(page_hinkley_update(&s, &scaled, 1024 * series[i]), a);
        assert_int_equal(page_hinkley_update(&t, &published, 1000 + series[i]), a);
        assert_near(s.up.sum, 1024 * p.up.sum, 0);
        assert_near(page_hinkley_statistic(&t.up), page_hinkley_statistic(&p.up), 1e-11);
    }
}

static void invariant_stored_state(void **state)
{
    (void)state;
    for (int cut = 0; cut < 20; cut++) {
        struct page_hinkley whole = page_hinkley_started(), part = whole, back;

        for (int i = 0; i < 20; i++)
            (void)page_hinkley_update(&whole, &published, series[i]);
        for (int i = 0; i < cut; i++)
            (void)page_hinkley_update(&part, &published, series[i]);
        back = (struct page_hinkley){part.count, part.finite, part.mean, part.up, part.down};
        for (int i = cut; i < 20; i++)
            (void)page_hinkley_update(&back, &published, series[i]);
        assert_memory_equal(&whole, &back, sizeof whole);
    }
}

/* A step of -2 sigma after 200 samples: found in every run, in the right direction; the time to a
 * sample or two. */
static void truth_step_down(void **state)
{
    enum { RUNS = 300 };
    struct page_hinkley_design d = {.delta = 0.5, .lambda = 10, .keep = 1};
    struct random r = random_seeded(5);
    double late[RUNS];

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct page_hinkley p = page_hinkley_started();
        enum page_hinkley_alarm a = PAGE_HINKLEY_NONE;
        double level = random_normal(&r) * 100;

        for (int i = 0; i < 200; i++)
            assert_int_equal(page_hinkley_update(&p, &d, level + random_normal(&r)),
                             PAGE_HINKLEY_NONE);
        for (int i = 0; i < 40 && a == PAGE_HINKLEY_NONE; i++)
            a = page_hinkley_update(&p, &d, level - 2 + random_normal(&r));
        assert_int_equal(a, PAGE_HINKLEY_DOWN);
        late[run] = (double)p.down.first - 201;
    }
    assert_near(median(late, RUNS), 0, 1);
}

/* With the mean known (10^7 samples behind it) the test is a CUSUM of k = delta and h = lambda,
 * whose two-sided ARL is 465 for 0.5 and 5 (Lucas & Crosier 1982). */
static void promise_arl_of_known_mean(void **state)
{
    enum { RUNS = 4000 };
    struct page_hinkley_design d = {.delta = 0.5, .lambda = 5, .keep = 1};
    struct random r = random_seeded(6);
    double samples = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct page_hinkley p = page_hinkley_started();

        p.finite = 10000000;
        while (page_hinkley_update(&p, &d, random_normal(&r)) == PAGE_HINKLEY_NONE)
            ;
        samples += (double)p.count;
    }
    print_message("ARL %.1f\n", samples / RUNS);
    assert_near(samples / RUNS, 465, 0.5 + 4 * 465 / sqrt(RUNS));
}

/* The mean learnt on the way costs nothing in control: the ARL is not below that of the known mean.
 */
static void promise_arl_of_learnt_mean(void **state)
{
    enum { RUNS = 4000 };
    struct page_hinkley_design d = {.delta = 0.5, .lambda = 5, .keep = 1};
    struct random r = random_seeded(9);
    double samples = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct page_hinkley p = page_hinkley_started();

        while (page_hinkley_update(&p, &d, random_normal(&r)) == PAGE_HINKLEY_NONE)
            ;
        samples += (double)p.count;
    }
    print_message("ARL, mean learnt %.1f\n", samples / RUNS);
    assert_true(samples / RUNS > 465 - 0.5 - 4 * 465 / sqrt(RUNS));
    assert_true(samples / RUNS < 465 * 1.15);
}

/* Share of 2000 series with a step of one sigma after so many samples that is found within 100. */
static double found_after(int quiet, uint64_t seed)
{
    enum { RUNS = 2000 };
    struct page_hinkley_design d = {.delta = 0.5, .lambda = 10, .keep = 1};
    struct random r = random_seeded(seed);
    int found = 0;

    for (int run = 0; run < RUNS; run++) {
        struct page_hinkley p = page_hinkley_started();
        enum page_hinkley_alarm a = PAGE_HINKLEY_NONE;

        for (int i = 0; i < quiet; i++)
            (void)page_hinkley_update(&p, &d, random_normal(&r));
        for (int i = 0; i < 100 && a != PAGE_HINKLEY_UP; i++)
            a = page_hinkley_update(&p, &d, 1 + random_normal(&r));
        found += a == PAGE_HINKLEY_UP;
    }
    print_message("step after %d: %.3f found\n", quiet, (double)found / RUNS);
    return (double)found / RUNS;
}

/* A step soon after the start goes into the mean; with 100 quiet samples before it is found. */
static void promise_power_needs_history(void **state)
{
    (void)state;
    assert_true(found_after(5, 10) < 0.05);
    assert_true(found_after(20, 11) < 0.5);
    assert_true(found_after(100, 12) > 0.95);
    assert_true(found_after(1000, 13) > 0.995);
}

static void hostile_design(void **state)
{
    struct page_hinkley_design d;

    (void)state;
    assert_int_equal(page_hinkley_design_check(&published), ERR_OK);
#define REFUSED(field, value, error)                                                               \
    d = published;                                                                                 \
    d.field = (double)(value);                                                                     \
    assert_int_equal(page_hinkley_design_check(&d), error)
    REFUSED(delta, NAN, ERR_NOT_FINITE);
    REFUSED(delta, -1, ERR_RANGE);
    REFUSED(delta, 1e300, ERR_RANGE);
    REFUSED(lambda, INFINITY, ERR_NOT_FINITE);
    REFUSED(lambda, 0, ERR_RANGE);
    REFUSED(keep, 0, ERR_RANGE);
    REFUSED(keep, 1.5, ERR_RANGE);
    REFUSED(keep, NAN, ERR_NOT_FINITE);
}

static void hostile_samples(void **state)
{
    static const double x[] = {1e300, -1e308, 1e308, -1e300, 1e-300, 0};
    struct page_hinkley p = page_hinkley_started(), before;

    (void)state;
    (void)page_hinkley_update(&p, &published, 1);
    (void)page_hinkley_update(&p, &published, 2);
    before = p;
    assert_int_equal(page_hinkley_update(&p, &published, (double)NAN), PAGE_HINKLEY_NONE);
    assert_int_equal(page_hinkley_update(&p, &published, -(double)INFINITY), PAGE_HINKLEY_NONE);
    before.count = 4;
    assert_memory_equal(&p, &before, sizeof p);
    for (int i = 0; i < 600; i++)
        (void)page_hinkley_update(&p, &published, x[i % 6]);
    assert_true(isfinite(p.mean));
    assert_true(isfinite(page_hinkley_statistic(&p.up)));
    assert_true(isfinite(page_hinkley_statistic(&p.down)));
}

static void hostile_constant(void **state)
{
    struct page_hinkley p = page_hinkley_started();

    (void)state;
    for (int i = 0; i < 100000; i++)
        assert_int_equal(page_hinkley_update(&p, &published, 1e8 + 0.1), PAGE_HINKLEY_NONE);
    assert_near(page_hinkley_statistic(&p.up), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_by_hand),
        cmocka_unit_test(exact_forgetting),
        cmocka_unit_test(vector_step_of_one),
        cmocka_unit_test(invariant_shift_and_scale),
        cmocka_unit_test(invariant_stored_state),
        cmocka_unit_test(truth_step_down),
        cmocka_unit_test(promise_arl_of_known_mean),
        cmocka_unit_test(promise_arl_of_learnt_mean),
        cmocka_unit_test(promise_power_needs_history),
        cmocka_unit_test(hostile_design),
        cmocka_unit_test(hostile_samples),
        cmocka_unit_test(hostile_constant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
