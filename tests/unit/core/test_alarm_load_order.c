/* The alarm load: that order and batches change nothing; what is no step. */
#include "alarm_load_fixture.h"

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
        T(promise_order_changes_nothing),
        T(promise_forgetting_changes_no_figure),
        T(hostile_steps),
        T(hostile_bodies),
        T(exact_native_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
