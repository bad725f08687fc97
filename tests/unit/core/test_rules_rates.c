/* Rates of change over their windows. */
#include <stdlib.h>

#include "rules_fixture.h"

/* Daily readings, window two days, ever faster: a limit of exactly the change of the i-th is first
 * crossed by it, and one a bit higher is not. */
static void rate_of_few_readings_is_exact(void **state)
{
    static const double xs[] = {0, 0.5, 1.7, 4.1, 8.9, 17.3, 40.1};

    (void)state;
    for (int i = 1; i < 7; i++) {
        double change = xs[i] - xs[i < 2 ? 0 : i - 2];
        struct rig at = {0}, above = {0};

        rate_limit(&at, change, 2 * DAY, 0);
        rate_limit(&above, nextafter(change, 100), 2 * DAY, 0);
        rig_start(&at, Q_SETTLEMENT, DAY);
        rig_start(&above, Q_SETTLEMENT, DAY);
        for (int j = 0; j < i; j++)
            assert_int_equal(feed(&at, j * DAY, xs[j]) + feed(&above, j * DAY, xs[j]), 0);
        assert_int_equal(feed(&above, i * DAY, xs[i]), 0);
        assert_int_equal(feed(&at, i * DAY, xs[i]), 1);
        assert_true(at.out[0].value == change);
        rig_end(&at);
        rig_end(&above);
    }
}

/* JGJ 125-2016 4.2.1: more than 4 mm a month for two consecutive months; window 30 d, and the two
 * months are the window and the persistence. */
static int level_after_settling(double mm_per_month, int days)
{
    struct rig g = {0};
    int level;

    rate_limit(&g, 4, 30 * DAY, 30 * DAY);
    rig_start(&g, Q_SETTLEMENT, HOUR);
    for (int h = 0; h <= days * 24; h++)
        feed(&g, h * HOUR, mm_per_month * h / (30 * 24));
    level = level_now(&g);
    rig_end(&g);
    return level;
}

static void settlement_rate_of_jgj_125(void **state)
{
    (void)state;
    assert_int_equal(level_after_settling(3.95, 365), 0);
    assert_int_equal(level_after_settling(4.05, 58), 0);
    assert_int_equal(level_after_settling(4.05, 62), 4);
    assert_int_equal(level_after_settling(-8, 365), 0); /* heave is not settlement */
    assert_int_equal(level_after_settling(0, 365), 0);
}

static void rate_that_is_exceeded_early_needs_no_full_window(void **state)
{
    struct rig g = {0};

    (void)state;
    rate_limit(&g, 2, DAY, 0); /* works nearby: 2 mm a day */
    rig_start(&g, Q_SETTLEMENT, HOUR);
    assert_int_equal(feed(&g, 0, 0), 0);
    assert_int_equal(feed(&g, 6 * HOUR, 1.9), 0);
    assert_int_equal(feed(&g, 12 * HOUR, 2.1), 1);
    assert_int_equal(g.out[0].kind, KIND_RATE);
    assert_true(g.out[0].value == 2.1);
    for (int h = 13; h <= 24; h++)
        assert_int_equal(feed(&g, h * HOUR, 2.1), 0);
    assert_int_equal(feed(&g, 25 * HOUR, 2.1), 1); /* 1/6 of 1.9 has left the window: 1.78 */
    assert_int_equal(g.out[0].level, 0);
    assert_true(fabs(g.out[0].value - (2.1 - 1.9 / 6)) < 1e-12);
    rig_end(&g);
}

static void a_reading_from_long_before_the_window_makes_no_rate(void **state)
{
    struct rig g = {0};

    (void)state;
    rate_limit(&g, 0.01, DAY, 0);
    rig_start(&g, Q_SETTLEMENT, HOUR); /* a third of a day more than the window is bridged */
    assert_int_equal(feed(&g, 0, 0), 0);
    assert_int_equal(feed(&g, 33 * HOUR, 50), 0);
    assert_int_equal(feed(&g, 64 * HOUR, 60), 1);
    assert_true(fabs(g.out[0].value - 10 * 24.0 / 31) < 1e-12); /* even over the pause */
    rig_end(&g);
}

static void noise_does_not_make_a_rate(void **state)
{
    struct rig g = {0};
    uint64_t seed = 7;

    (void)state;
    rate_limit(&g, 0.25, 30 * DAY, 0);
    rig_start(&g, Q_SETTLEMENT, 600 * SECOND);
    for (int i = 0; i < 144 * 120; i++) /* +-0.2 mm; one bucket is the mean of 180 readings */
        assert_int_equal(feed(&g, i * 600 * SECOND, i < 1 ? 0 : 0.4 * random_unit(&seed) - 0.2), 0);
    rig_end(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rate_of_few_readings_is_exact),
        cmocka_unit_test(settlement_rate_of_jgj_125),
        cmocka_unit_test(rate_that_is_exceeded_early_needs_no_full_window),
        cmocka_unit_test(a_reading_from_long_before_the_window_makes_no_rate),
        cmocka_unit_test(noise_does_not_make_a_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
