/* The alarm load: hand-made histories with every figure known, the sliding week to the hour,
 * causes, budget and hysteresis; that order and batches change nothing; what is no step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "shikumen/core/alarm_load.h"

#define HOUR ALARM_HOUR_US
#define DAY  ALARM_DAY_US
#define T0   (20000 * DAY) /* a whole day */

static const struct alarm_scope all = {0};

static int setup(void **state)
{
    struct alarm_load *l;

    assert_int_equal(alarm_load_new(24 * HOUR, &l), ERR_OK);
    *state = l;
    return 0;
}

static int teardown(void **state)
{
    alarm_load_free(*state);
    return 0;
}

/* A step of structure alert number n, of its own house and sensor. */
static struct alarm_step step_of(int64_t n, enum alert_event event, int level, int64_t at_us)
{
    return (struct alarm_step){.episode = n,
                               .category = CATEGORY_STRUCTURE,
                               .kind = KIND_LIMIT,
                               .event = event,
                               .level = level,
                               .at_us = at_us,
                               .told = true,
                               .house = "H1",
                               .sensor = "H1/n1/d",
                               .of = LIMIT_VALUE,
                               .limit = "5 mm"};
}

static int take(struct alarm_load *l, const struct alarm_step *s)
{
    int raised;

    assert_int_equal(alarm_load_step(l, s, &raised), ERR_OK);
    return raised;
}

static int put(struct alarm_load *l, int64_t n, enum alert_event event, int level, int64_t at_us)
{
    const struct alarm_step s = step_of(n, event, level, at_us);

    return take(l, &s);
}

static struct alarm_figures figures(const struct alarm_load *l, int64_t now_us)
{
    struct alarm_figures f;

    alarm_load_figures(l, now_us, &f);
    return f;
}

static int64_t sum_of(const struct alarm_load *l, int64_t now_us, size_t offset)
{
    struct alarm_figures f = figures(l, now_us);

    return alarm_sum((const struct alarm_counts *)(const void *)((const char *)&f + offset));
}
#define SUM(l, now_us, member) sum_of(l, now_us, offsetof(struct alarm_figures, member))

static struct alarm_week week(const struct alarm_load *l, int64_t now_us,
                              const struct alarm_scope *scope)
{
    struct alarm_week w;

    assert_int_equal(alarm_load_week(l, now_us, scope, &w), ERR_OK);
    return w;
}

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

/* --- order and batches --- */

#define EPISODES 40
#define STEPS    60

/* Histories of many alerts over ten weeks; steps of each in order. */
static int make_histories(struct alarm_step out[EPISODES][STEPS], char names[EPISODES][16])
{
    static const enum alert_event up[] = {EVENT_WORSENED, EVENT_EASED, EVENT_COMMENTED,
                                          EVENT_ACKNOWLEDGED};
    struct chance c = {20261122};

    for (int e = 0; e < EPISODES; e++) {
        int64_t at_us = T0 + (int64_t)chance_below(&c, 20 * DAY);
        int level = 0;
        snprintf(names[e], 16, "H%d/n1/s%d", e % 7, e % 11);
        for (int i = 0; i < STEPS; i++) {
            struct alarm_step *s = &out[e][i];
            bool ends = level > 0 && chance_below(&c, 5) < 2;
            enum alert_event event = level > 0 ? up[chance_below(&c, 4)] : EVENT_RAISED;
            at_us += (int64_t)chance_below(&c, 36 * HOUR);
            level = ends ? 0
                    : event == EVENT_ACKNOWLEDGED || event == EVENT_COMMENTED
                        ? level
                        : 1 + (int)chance_below(&c, 4);
            *s = step_of(e, ends ? EVENT_RESOLVED : event, level, at_us);
            s->told = !chance_one_in(&c, 5);
            s->by_person = ends && chance_one_in(&c, 2);
            s->category = (enum alert_category)(e % CATEGORY_COUNT);
            s->sensor = names[e];
            s->house = e % 2 ? "H1" : "H2";
            s->limit = e % 3 ? "5 mm" : "";
        }
    }
    return EPISODES * STEPS;
}

static void same(const struct alarm_load *a, const struct alarm_load *b, int64_t now_us)
{
    struct alarm_figures x = figures(a, now_us), y = figures(b, now_us);
    struct alarm_week v = week(a, now_us, &all), w = week(b, now_us, &all);

    assert_memory_equal(&x, &y, sizeof x);
    assert_int_equal(v.count, w.count);
    assert_int_equal(v.cause.count, w.cause.count);
    assert_string_equal(v.cause.sensor, w.cause.sensor);
    assert_string_equal(v.cause.limit, w.cause.limit);
    assert_int_equal(v.cause.category, w.cause.category);
}

/* By time, as a daemon sees them; alert by alert, as a start reads them; shuffled, with forgetting
 * in between. All the same at every moment after. */
static void promise_order_changes_nothing(void **state)
{
    static struct alarm_step history[EPISODES][STEPS];
    static char names[EPISODES][16];
    struct alarm_load *by_time = *state, *by_alert, *shuffled;
    int next[EPISODES] = {0}, mixed[EPISODES] = {0}, total = make_histories(history, names);
    struct chance c = {7};

    assert_int_equal(alarm_load_new(24 * HOUR, &by_alert), ERR_OK);
    assert_int_equal(alarm_load_new(24 * HOUR, &shuffled), ERR_OK);
    for (int n = 0; n < total; n++) {
        int first = -1, any = (int)chance_below(&c, EPISODES);
        for (int e = 0; e < EPISODES; e++)
            if (next[e] < STEPS &&
                (first < 0 || history[e][next[e]].at_us < history[first][next[first]].at_us))
                first = e;
        take(by_time, &history[first][next[first]++]);
        while (mixed[any] == STEPS)
            any = (any + 1) % EPISODES;
        take(shuffled, &history[any][mixed[any]++]);
    }
    for (int e = EPISODES - 1; e >= 0; e--)
        for (int i = 0; i < STEPS; i++)
            take(by_alert, &history[e][i]);
    struct alarm_totals x, y;
    alarm_load_totals(by_time, T0 + 120 * DAY, &x);
    alarm_load_totals(by_alert, T0 + 120 * DAY, &y);
    assert_memory_equal(&x, &y, sizeof x);
    assert_true(x.counted > 100 && x.busiest_week > 10);
    for (int64_t day = 0; day < 120; day += 3) {
        same(by_time, by_alert, T0 + day * DAY + 5 * HOUR);
        same(by_time, shuffled, T0 + day * DAY + 5 * HOUR);
    }
    alarm_load_free(by_alert);
    alarm_load_free(shuffled);
}

static void promise_forgetting_changes_no_figure(void **state)
{
    static struct alarm_step history[EPISODES][STEPS];
    static char names[EPISODES][16];
    struct alarm_load *whole = *state, *forgetful;
    int next[EPISODES] = {0}, total = make_histories(history, names);

    assert_int_equal(alarm_load_new(24 * HOUR, &forgetful), ERR_OK);
    for (int n = 0; n < total; n++) {
        int first = -1;
        for (int e = 0; e < EPISODES; e++)
            if (next[e] < STEPS &&
                (first < 0 || history[e][next[e]].at_us < history[first][next[first]].at_us))
                first = e;
        const struct alarm_step *s = &history[first][next[first]++];
        take(whole, s);
        alarm_load_forget(forgetful, s->at_us);
        take(forgetful, s);
        same(whole, forgetful, s->at_us);
    }
    alarm_load_free(forgetful);
}

/* --- hostile --- */

static void hostile_steps(void **state)
{
    struct alarm_load *l = *state;
    struct alarm_step s = step_of(1, EVENT_RAISED, 5, T0);
    int raised;

    assert_int_equal(alarm_load_step(l, &s, &raised), ERR_CORRUPT);
    s.level = -1;
    assert_int_equal(alarm_load_step(l, &s, &raised), ERR_CORRUPT);
    s = step_of(1, EVENT_RAISED, 1, T0);
    s.category = CATEGORY_COUNT;
    assert_int_equal(alarm_load_step(l, &s, &raised), ERR_CORRUPT);
    s = step_of(1, EVENT_RAISED, 1, T0);
    s.kind = KIND_COUNT;
    assert_int_equal(alarm_load_step(l, &s, &raised), ERR_CORRUPT);
    assert_int_equal(week(l, T0, &all).count, 0);
    put(l, 9, EVENT_RESOLVED, 0, T0); /* never begun */
    put(l, 9, EVENT_ACKNOWLEDGED, 0, T0);
    assert_int_equal(put(l, 9, EVENT_WORSENED, 3, T0), 3); /* and yet people hear of it */
    put(l, 9, EVENT_EASED, 2, T0 - DAY);                   /* a clock that went back */
    assert_int_equal(SUM(l, T0, standing), 1);
    assert_int_equal(SUM(l, INT64_MAX / 2, standing), 1);
}

static void hostile_bodies(void **state)
{
    static const char *const broken[] = {"", "nil", "[]", "\"x\"", "{", "{\"level\":"};
    struct alarm_load *l = *state;
    const struct episode e = {.row = 1,
                              .key = "limit|w|d",
                              .category = CATEGORY_STRUCTURE,
                              .kind = KIND_LIMIT,
                              .level = 2,
                              .house = "",
                              .element = ""};
    int raised;

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(alarm_load_take(l, &e, EVENT_RAISED, T0, true, broken[i], &raised),
                         ERR_CORRUPT);
    assert_int_equal(
        alarm_load_take(l, &e, EVENT_RAISED, T0, true, "{\"level\":9,\"sensors\":[]}", &raised),
        ERR_CORRUPT);
    assert_int_equal(alarm_load_take(l, &e, EVENT_RAISED, T0, true,
                                     "{\"sensors\":[7],\"limit\":{\"value\":\"x\"},\"by\":3}",
                                     &raised),
                     ERR_OK);
    assert_int_equal(raised, 2); /* what it does not say the alert does */
    assert_string_equal(week(l, T0, &all).cause.limit, "");
}

static void exact_native_json(void **state)
{
    static const char body[] =
        "{\"level\":3,\"sensors\":[\"H1/n1/d\",\"H1/n1/e\"],\"limit\":{\"value\":0.5,\"unit\":"
        "\"mm\",\"of\":\"change\",\"source\":\"JGJ 125-2016 5.3\"}}";
    struct alarm_load *l = *state;
    struct episode e = {.row = 1,
                        .key = "trend|H1/wall|crack_width",
                        .category = CATEGORY_STRUCTURE,
                        .kind = KIND_TREND,
                        .level = 4, /* later steps of the same round */
                        .house = "H1",
                        .element = "H1/wall"};
    int raised;

    assert_int_equal(alarm_load_take(l, &e, EVENT_RAISED, T0, true, body, &raised), ERR_OK);
    assert_int_equal(raised, 3);
    struct alarm_week w = week(l, T0, &all);
    assert_string_equal(w.cause.sensor, "H1/n1/d");
    e.row = 2;
    e.key = "silence|H1/n2"; /* whichever of its sensors comes first */
    e.kind = KIND_SILENCE;
    for (int i = 0; i < 3; i++) {
        e.row++;
        assert_int_equal(alarm_load_take(l, &e, EVENT_RAISED, T0, true,
                                         i ? "{\"level\":1,\"sensors\":[\"H1/n2/a\"]}"
                                           : "{\"level\":1,\"sensors\":[\"H1/n2/b\"]}",
                                         &raised),
                         ERR_OK);
    }
    w = week(l, T0, &all);
    assert_string_equal(w.cause.sensor, "H1/n2");
    assert_int_equal(w.cause.count, 3);
    w = week(l, T0, &(struct alarm_scope){.only = "H1"});
    assert_int_equal(w.count, 4);
    e.key = ALARM_LOAD_KEY "|H1";
    e.row = 99;
    assert_int_equal(alarm_load_take(l, &e, EVENT_RAISED, T0, true, "{\"level\":1}", &raised),
                     ERR_OK);
    assert_int_equal(week(l, T0, &all).count, 4);
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
        T(promise_order_changes_nothing),
        T(promise_forgetting_changes_no_figure),
        T(hostile_steps),
        T(hostile_bodies),
        T(exact_native_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
