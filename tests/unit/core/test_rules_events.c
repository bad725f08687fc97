/* Events over frequency, and jumps of a single reading. */
#include <stdlib.h>

#include "rules_fixture.h"

/* DIN 4150-3, foundation, line 3: 3 mm/s to 10 Hz, 8 at 50, 10 at 100, straight between. */
static const struct curve_point line_3[] = {{1, 3}, {10, 3}, {50, 8}, {100, 10}};

static size_t event(struct rig *g, int64_t t_us, double peak, double f_hz)
{
    struct reading r = reading_at(T0 + t_us, peak);

    return rules_judge(g->st, &r, f_hz, g->out);
}

static void din_rig(struct rig *g)
{
    rig_add(g, limit_make(4, LIMIT_EVENT, 1.0, 0.9));
    g->limits[0].curve = line_3;
    g->limits[0].curve_len = 4;
    rig_start(g, Q_VELOCITY, HOUR);
}

static void events_by_din_4150_3_line_3(void **state)
{
    static const double points[][2] = {{10, 3}, {18, 4}, {30, 5.5}, {50, 8}, {100, 10}, {150, 10}};

    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct rig g = {0};

        din_rig(&g);
        assert_int_equal(event(&g, 0, points[i][1] - 1e-9, points[i][0]), 0);
        assert_int_equal(event(&g, HOUR, points[i][1], points[i][0]), 1);
        assert_int_equal(g.out[0].kind, KIND_VIBRATION);
        assert_int_equal(event(&g, 2 * HOUR, 0.9 * points[i][1] + 1e-9, points[i][0]), 0);
        assert_int_equal(event(&g, 3 * HOUR, 0.9 * points[i][1] - 1e-9, points[i][0]), 1);
        rig_end(&g);
    }
}

static void event_of_unknown_frequency_meets_the_least_limit(void **state)
{
    struct rig g = {0};

    (void)state;
    din_rig(&g);
    assert_int_equal(event(&g, 0, -3.5, 50), 0);
    assert_int_equal(event(&g, HOUR, -3.5, NONE), 1); /* a peak is a magnitude */
    rig_end(&g);
}

static void events_hold_until_none_has_come_for_a_time(void **state)
{
    struct rig g = {0};

    (void)state;
    din_rig(&g);
    g.limits[0].clear_persist_us = 7 * DAY;
    rule_state_free(g.st);
    g.st = rule_state_new(&g.sensor, INT64_MIN);
    assert_int_equal(event(&g, 0, 4, 10), 1);
    assert_int_equal(event(&g, 5 * DAY, 0.1, 10), 0);
    assert_int_equal(event(&g, 6 * DAY, 4, 10), 0); /* another: the time starts again */
    assert_int_equal(event(&g, 13 * DAY - 1, 0.1, 10), 0);
    assert_int_equal(event(&g, 13 * DAY, 0.1, 10), 1); /* quiet days need no readings */
    assert_int_equal(g.out[0].level, 0);
    rig_end(&g);
}

static void a_jump_is_reported_unconfirmed(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    assert_int_equal(feed(&g, 0, 0.2), 0);
    assert_int_equal(feed_flagged(&g, HOUR, 3, QF_FAIL, QT_RATE_OF_CHANGE), 0);
    assert_int_equal(feed_flagged(&g, 2 * HOUR, 3, QF_SUSPECT, QT_GROSS_RANGE), 0);
    assert_int_equal(feed_flagged(&g, 3 * HOUR, 3, QF_SUSPECT, QT_RATE_OF_CHANGE), 1);
    assert_true(g.out[0].unconfirmed);
    assert_int_equal(g.out[0].level, 4);
    assert_int_equal(feed_flagged(&g, 4 * HOUR, 0, QF_SUSPECT, QT_RATE_OF_CHANGE), 0);
    assert_int_equal(feed(&g, 5 * HOUR, 3), 0); /* confirmed: nothing new */
    assert_int_equal(rules_current(g.st, g.out), 1);
    assert_false(g.out[0].unconfirmed);
    rig_end(&g);
}

static void a_jump_that_was_none_is_left(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    assert_int_equal(feed_flagged(&g, 0, 3, QF_SUSPECT, QT_RATE_OF_CHANGE), 1);
    assert_int_equal(feed(&g, HOUR, 0.2), 1);
    assert_int_equal(g.out[0].level, 0);
    rig_end(&g);
}

static void a_jump_while_held_breaks_the_run_of_clear_readings(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].clear_persist_us = 4 * HOUR;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    assert_int_equal(feed(&g, 0, 2), 1);
    assert_int_equal(feed(&g, HOUR, 0), 0);
    assert_int_equal(feed_flagged(&g, 4 * HOUR, 3, QF_SUSPECT, QT_RATE_OF_CHANGE), 0);
    assert_int_equal(feed(&g, 5 * HOUR, 0), 0);
    assert_int_equal(feed(&g, 9 * HOUR, 0), 1);
    rig_end(&g);
}

static void persistence_and_rates_ignore_jumps(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rate_limit(&g, 1, DAY, 0);
    g.limits[0].persist_us = 1;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    feed(&g, 0, 0);
    for (int h = 1; h < 50; h++)
        assert_int_equal(feed_flagged(&g, h * HOUR, 3, QF_SUSPECT, QT_RATE_OF_CHANGE), 0);
    rig_end(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_by_din_4150_3_line_3),
        cmocka_unit_test(event_of_unknown_frequency_meets_the_least_limit),
        cmocka_unit_test(events_hold_until_none_has_come_for_a_time),
        cmocka_unit_test(a_jump_is_reported_unconfirmed),
        cmocka_unit_test(a_jump_that_was_none_is_left),
        cmocka_unit_test(a_jump_while_held_breaks_the_run_of_clear_readings),
        cmocka_unit_test(persistence_and_rates_ignore_jumps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
