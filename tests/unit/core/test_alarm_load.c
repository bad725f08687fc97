/* The alarm load: hand-made histories with every figure known, the sliding week to the hour,
 * causes, budget and hysteresis. */
#include "alarm_load_fixture.h"

/* --- what counts --- */

static void exact_what_counts_as_an_alert(void **state)
{
    struct alarm_load *l = *state;

    assert_int_equal(put(l, 1, EVENT_RAISED, 2, T0), 2);
    assert_int_equal(put(l, 1, EVENT_WORSENED, 3, T0 + 1), 0);
    assert_int_equal(put(l, 1, EVENT_EASED, 1, T0 + 2), 0);
    assert_int_equal(put(l, 1, EVENT_COMMENTED, 1, T0 + 3), 0);
    assert_int_equal(put(l, 1, EVENT_RESOLVED, 0, T0 + 4), 0);
    assert_int_equal(put(l, 1, EVENT_COMMENTED, 0, T0 + 5), 0);
    assert_int_equal(put(l, 1, EVENT_REOPENED, 4, T0 + 6), 4);
    struct alarm_figures f = figures(l, T0 + 7);
    assert_int_equal(f.week.n[CATEGORY_STRUCTURE][2], 1);
    assert_int_equal(f.week.n[CATEGORY_STRUCTURE][4], 1);
    assert_int_equal(alarm_sum(&f.week), 2);
    assert_int_equal(f.standing.n[CATEGORY_STRUCTURE][4], 1);
    assert_int_equal(alarm_sum(&f.standing), 1);
}

static void exact_what_is_kept_back(void **state)
{
    struct alarm_load *l = *state;
    struct alarm_step s = step_of(1, EVENT_RAISED, 3, T0);

    s.told = false;
    assert_int_equal(take(l, &s), 0);
    s.event = EVENT_WORSENED;
    s.level = 4;
    assert_int_equal(take(l, &s), 0);
    struct alarm_figures f = figures(l, T0 + 1);
    assert_int_equal(alarm_sum(&f.week), 0);
    assert_int_equal(alarm_sum(&f.standing), 0);
    assert_int_equal(alarm_sum(&f.unacknowledged), 0); /* nobody can */
    s.told = true;                                     /* the silence is over */
    s.at_us = T0 + 3 * DAY;
    assert_int_equal(take(l, &s), 4);
    f = figures(l, T0 + 3 * DAY);
    assert_int_equal(f.week.n[CATEGORY_STRUCTURE][4], 1);
    assert_int_equal(f.unacknowledged.n[CATEGORY_STRUCTURE][4], 1);
    assert_int_equal(SUM(l, T0 + 4 * DAY, due), 0); /* its day runs from then */
    assert_int_equal(SUM(l, T0 + 4 * DAY + 1, due), 1);
}

static void exact_never_about_itself(void **state)
{
    struct alarm_load *l = *state;
    struct alarm_step s = step_of(1, EVENT_RAISED, 1, T0);
    struct alarm_totals t;

    s.own = true;
    s.category = CATEGORY_SYSTEM;
    assert_int_equal(take(l, &s), 1);
    assert_int_equal(week(l, T0, &all).count, 0);
    assert_int_equal(figures(l, T0).standing.n[CATEGORY_SYSTEM][1], 1);
    alarm_load_totals(l, T0, &t);
    assert_int_equal(t.raised.n[CATEGORY_SYSTEM][1], 1);
    assert_int_equal(t.counted, 0);
}

/* --- the week --- */

static void exact_week_to_the_hour(void **state)
{
    struct alarm_load *l = *state;

    put(l, 1, EVENT_RAISED, 1, T0);            /* first moment of an hour */
    put(l, 2, EVENT_RAISED, 1, T0 + HOUR - 1); /* its last */
    put(l, 3, EVENT_RAISED, 1, T0 + HOUR);
    assert_int_equal(week(l, T0 - 1, &all).count, 0); /* not yet */
    assert_int_equal(week(l, T0, &all).count, 2);
    assert_int_equal(week(l, T0 + HOUR, &all).count, 3);
    assert_int_equal(week(l, T0 + 7 * DAY - 1, &all).count, 3);
    assert_int_equal(week(l, T0 + 7 * DAY, &all).count, 1);
    assert_int_equal(week(l, T0 + 7 * DAY + HOUR, &all).count, 0);
}

static void exact_before_1970(void **state)
{
    struct alarm_load *l = *state;

    put(l, 1, EVENT_RAISED, 1, -1); /* of the hour before the first */
    assert_int_equal(week(l, 7 * DAY - HOUR - 1, &all).count, 1);
    assert_int_equal(week(l, 7 * DAY - HOUR, &all).count, 0);
}

static void exact_busiest_week(void **state)
{
    struct alarm_load *l = *state;
    struct alarm_totals t;

    alarm_load_totals(l, T0, &t);
    assert_int_equal(t.busiest_week, 0);
    assert_true(t.busiest_us == INT64_MIN);
    for (int64_t i = 0; i < 3; i++)
        put(l, i, EVENT_RAISED, 1, T0 + i * 3 * DAY); /* days 0, 3, 6 */
    put(l, 3, EVENT_RAISED, 1, T0 + 9 * DAY);         /* 3, 6, 9: no more than before */
    put(l, 4, EVENT_RAISED, 1, T0 + 9 * DAY + 2 * HOUR);
    alarm_load_totals(l, T0 + 30 * DAY, &t);
    assert_int_equal(t.busiest_week, 4);
    assert_true(t.busiest_us == T0 + 9 * DAY + 2 * HOUR);
    assert_int_equal(t.counted, 5);
}

/* --- causes --- */

static void raise_of(struct alarm_load *l, int64_t n, const char *house, const char *sensor,
                     const char *limit)
{
    struct alarm_step s = step_of(n, EVENT_RAISED, 2, T0);

    s.house = house;
    s.sensor = sensor;
    s.limit = limit;
    take(l, &s);
}

static void exact_a_sensor_with_half_is_the_cause(void **state)
{
    struct alarm_load *l = *state;

    for (int64_t i = 0; i < 3; i++)
        raise_of(l, i, "H1", "H1/n1/mad", i ? "5 mm" : "9 mm"); /* whatever its limits */
    for (int64_t i = 0; i < 3; i++)
        raise_of(l, 10 + i, "H2", i ? "H2/a" : "H2/b", "5 mm");
    const struct alarm_week w = week(l, T0, &all);
    assert_int_equal(w.count, 6);
    assert_true(w.cause.by_sensor);
    assert_string_equal(w.cause.sensor, "H1/n1/mad");
    assert_string_equal(w.cause.house, "H1");
    assert_int_equal(w.cause.count, 3);
}

static void exact_a_rule_otherwise(void **state)
{
    struct alarm_load *l = *state;

    for (int64_t i = 0; i < 3; i++)
        raise_of(l, i, "H1", "H1/n1/mad", "9 mm");
    for (int64_t i = 0; i < 4; i++) {
        char sensor[16];
        snprintf(sensor, sizeof sensor, "H2/s%d", (int)i);
        raise_of(l, 10 + i, "H2", sensor, "5 mm");
    }
    const struct alarm_week w = week(l, T0, &all);
    assert_int_equal(w.count, 7);
    assert_false(w.cause.by_sensor);
    assert_string_equal(w.cause.limit, "5 mm");
    assert_int_equal(w.cause.kind, KIND_LIMIT);
    assert_int_equal(w.cause.count, 4);
    assert_string_equal(w.cause.sensor, "");
}

static void exact_scopes(void **state)
{
    struct alarm_load *l = *state;
    const char *const h2[] = {"H2"}, *const both[] = {"H2", "H1"};
    struct alarm_house worst;

    raise_of(l, 1, "H1", "a", "5 mm");
    raise_of(l, 2, "H2", "b", "5 mm");
    raise_of(l, 3, "H2", "b", "5 mm");
    raise_of(l, 4, "", "", ""); /* of no house */
    assert_int_equal(week(l, T0, &(struct alarm_scope){.only = "H2"}).count, 2);
    assert_int_equal(week(l, T0, &(struct alarm_scope){.only = "H3"}).count, 0);
    assert_int_equal(week(l, T0, &(struct alarm_scope){.without = h2, .without_count = 1}).count,
                     2);
    assert_int_equal(alarm_load_worst_house(l, T0, &all, &worst), ERR_OK);
    assert_string_equal(worst.house, "H2");
    assert_int_equal(worst.count, 2);
    assert_int_equal(alarm_load_worst_house(
                         l, T0, &(struct alarm_scope){.without = h2, .without_count = 1}, &worst),
                     ERR_OK);
    assert_string_equal(worst.house, "H1");
    assert_int_equal(alarm_load_worst_house(
                         l, T0, &(struct alarm_scope){.without = both, .without_count = 2}, &worst),
                     ERR_OK);
    assert_string_equal(worst.house, "");
    assert_int_equal(worst.count, 0);
}

static void exact_budget(void **state)
{
    (void)state;
    assert_true(alarm_allowed(0.1, 60, 3) == 6);
    assert_true(alarm_allowed(0.1, 12, 3) == 3); /* one house may have as many */
    assert_true(alarm_allowed(0, 0, 1) == 1);
    assert_false(alarm_over(3, 3, false));
    assert_true(alarm_over(4, 3, false));
    assert_true(alarm_over(3, 3, true)); /* above 2.4 */
    assert_false(alarm_over(2, 3, true));
    assert_true(alarm_over(9, 10, true));
    assert_false(alarm_over(8, 10, true));
}

/* --- answers --- */

static void exact_acknowledged_in_time(void **state)
{
    struct alarm_load *l = *state;

    put(l, 1, EVENT_RAISED, 3, T0);
    put(l, 2, EVENT_RAISED, 4, T0);
    put(l, 3, EVENT_RAISED, 3, T0);
    put(l, 4, EVENT_RAISED, 2, T0); /* yellow asks nobody */
    put(l, 1, EVENT_ACKNOWLEDGED, 3, T0 + 24 * HOUR);
    put(l, 2, EVENT_ACKNOWLEDGED, 4, T0 + 24 * HOUR + 1); /* too late */
    struct alarm_figures f = figures(l, T0 + 2 * DAY);
    assert_int_equal(f.due.n[CATEGORY_STRUCTURE][3], 2); /* one still waits, out of time */
    assert_int_equal(f.due.n[CATEGORY_STRUCTURE][4], 1);
    assert_int_equal(alarm_sum(&f.due), 3);
    assert_int_equal(f.in_time.n[CATEGORY_STRUCTURE][3], 1);
    assert_int_equal(alarm_sum(&f.in_time), 1);
    assert_int_equal(f.unacknowledged.n[CATEGORY_STRUCTURE][3], 1);
    assert_int_equal(alarm_sum(&f.unacknowledged), 1);
}

static void exact_answers_of_other_kinds(void **state)
{
    struct alarm_load *l = *state;
    struct alarm_step by_hand = step_of(1, EVENT_RESOLVED, 0, T0 + HOUR);

    by_hand.by_person = true;
    put(l, 1, EVENT_RAISED, 3, T0);
    take(l, &by_hand); /* who ends it has seen it */
    put(l, 2, EVENT_RAISED, 3, T0);
    put(l, 2, EVENT_RESOLVED, 0, T0 + HOUR); /* by itself, before its time was out: nothing */
    put(l, 3, EVENT_RAISED, 3, T0);
    put(l, 3, EVENT_EASED, 2, T0 + 25 * HOUR); /* after it */
    struct alarm_figures f = figures(l, T0 + 26 * HOUR);
    assert_int_equal(alarm_sum(&f.due), 2);
    assert_int_equal(alarm_sum(&f.in_time), 1);
    assert_int_equal(alarm_sum(&f.unacknowledged), 0);
}

/* Worse than what was acknowledged asks again; as bad does not, unless it ended in between. */
static void exact_asks_again(void **state)
{
    struct alarm_load *l = *state;

    put(l, 1, EVENT_RAISED, 3, T0);
    put(l, 1, EVENT_ACKNOWLEDGED, 3, T0 + 1);
    put(l, 1, EVENT_EASED, 2, T0 + 2);
    put(l, 1, EVENT_WORSENED, 3, T0 + 3);
    assert_int_equal(SUM(l, T0 + 4, unacknowledged), 0);
    put(l, 1, EVENT_WORSENED, 4, T0 + 5);
    assert_int_equal(figures(l, T0 + 6).unacknowledged.n[CATEGORY_STRUCTURE][4], 1);
    put(l, 1, EVENT_ACKNOWLEDGED, 4, T0 + 7);
    put(l, 1, EVENT_RESOLVED, 0, T0 + 8);
    put(l, 1, EVENT_REOPENED, 3, T0 + 9);
    assert_int_equal(figures(l, T0 + 10).unacknowledged.n[CATEGORY_STRUCTURE][3], 1);
    assert_int_equal(SUM(l, T0 + 10, in_time), 2);
}

static void exact_answers_of_four_weeks(void **state)
{
    struct alarm_load *l = *state;

    put(l, 1, EVENT_RAISED, 3, T0 + DAY - 1);
    put(l, 1, EVENT_ACKNOWLEDGED, 3, T0 + DAY);
    assert_int_equal(SUM(l, T0 + 28 * DAY - 1, due), 1);
    assert_int_equal(SUM(l, T0 + 28 * DAY, due), 0);
}

/* --- chattering and stale --- */

static void exact_chattering(void **state)
{
    struct alarm_load *l = *state;
    const int64_t at[] = {T0, T0 + 12 * HOUR, T0 + 24 * HOUR + 1, T0 + 36 * HOUR};
    struct alarm_totals t;

    for (int i = 0; i < 4; i++) {
        put(l, 1, i ? EVENT_REOPENED : EVENT_RAISED, 2, at[i]);
        put(l, 1, EVENT_RESOLVED, 0, at[i] + 1);
        /* the first three within a day and a microsecond, the last three within 24 h */
        assert_int_equal(SUM(l, at[i] + 2, chattering), i == 3);
    }
    assert_int_equal(figures(l, at[3] + DAY).chattering.n[CATEGORY_STRUCTURE][2], 1);
    assert_int_equal(SUM(l, at[3] + DAY + 1, chattering), 0);
    alarm_load_totals(l, at[3] + 9 * DAY, &t);
    assert_int_equal(t.chattered.n[CATEGORY_STRUCTURE][2], 1);
    assert_int_equal(t.alerts.n[CATEGORY_STRUCTURE][2], 1); /* one, however often it came */
    assert_int_equal(t.raised.n[CATEGORY_STRUCTURE][2], 4);
}

static void exact_stale(void **state)
{
    struct alarm_load *l = *state;
    struct alarm_totals t;

    put(l, 1, EVENT_RAISED, 2, T0);
    put(l, 2, EVENT_RAISED, 2, T0);
    put(l, 2, EVENT_COMMENTED, 2, T0 + 20 * DAY); /* somebody cares */
    assert_int_equal(SUM(l, T0 + 30 * DAY, stale), 0);
    assert_int_equal(SUM(l, T0 + 30 * DAY + 1, stale), 1);
    put(l, 1, EVENT_RESOLVED, 0, T0 + 40 * DAY);
    assert_int_equal(SUM(l, T0 + 40 * DAY, stale), 0);
    assert_int_equal(SUM(l, T0 + 51 * DAY, stale), 1);
    alarm_load_totals(l, T0 + 51 * DAY, &t);
    assert_int_equal(t.went_stale.n[CATEGORY_STRUCTURE][2], 2); /* it was, and it is */
}

static void exact_worst_level_of_an_alert(void **state)
{
    struct alarm_load *l = *state;
    struct alarm_step s = step_of(1, EVENT_WORSENED, 4, T0 + 2);
    struct alarm_totals t;

    put(l, 1, EVENT_RAISED, 1, T0);
    put(l, 1, EVENT_WORSENED, 3, T0 + 1);
    s.told = false; /* not this */
    take(l, &s);
    put(l, 1, EVENT_RESOLVED, 0, T0 + 3);
    alarm_load_totals(l, T0 + 4, &t);
    assert_int_equal(t.alerts.n[CATEGORY_STRUCTURE][3], 1);
    assert_int_equal(alarm_sum(&t.alerts), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(exact_what_counts_as_an_alert),
        T(exact_what_is_kept_back),
        T(exact_never_about_itself),
        T(exact_week_to_the_hour),
        T(exact_before_1970),
        T(exact_busiest_week),
        T(exact_a_sensor_with_half_is_the_cause),
        T(exact_a_rule_otherwise),
        T(exact_scopes),
        T(exact_budget),
        T(exact_acknowledged_in_time),
        T(exact_answers_of_other_kinds),
        T(exact_asks_again),
        T(exact_answers_of_four_weeks),
        T(exact_chattering),
        T(exact_stale),
        T(exact_worst_level_of_an_alert),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
