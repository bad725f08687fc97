/* The alarm load out of state.db: what a start reads is what the steps made, whatever was kept back
 * and told later; the counter survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "shikumen/svc/alarm_history.h"
#include "tmpdir.h"

#define HOUR ALARM_HOUR_US
#define DAY  ALARM_DAY_US
#define T0   (20000 * DAY)

struct fixture {
    char *dir;
    struct state_db *db;
    struct alarm_load *live;
};

static void open_db(struct fixture *f)
{
    char why[200] = "";

    if (state_open(f->dir, STATE_WRITE, why, sizeof why, &f->db) != ERR_OK)
        fail_msg("%s", why);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->dir = tmpdir_make("alarm-history");
    open_db(f);
    assert_int_equal(alarm_load_new(24 * HOUR, &f->live), ERR_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    struct strbuf faults = {0};

    if (state_verify(f->db, &faults) != ERR_OK)
        fail_msg("%s", strbuf_text(&faults));
    strbuf_free(&faults);
    state_close(f->db);
    alarm_load_free(f->live);
    tmpdir_remove(f->dir);
    free(f);
    return 0;
}

/* As the assessor does it. */
static void put(struct fixture *f, struct episode *e, enum alert_event event, int level,
                int64_t at_us, bool told, bool person)
{
    char body[160];
    int raised;

    e->step++;
    e->level = level;
    e->changed_us = at_us;
    e->resolved_us = level == 0 ? at_us : 0;
    snprintf(body, sizeof body, "{\"level\":%d,\"sensors\":[\"%s/s\"]%s}", level, e->house,
             person ? ",\"by\":\"Li\"" : "");
    assert_int_equal(state_episode_put(f->db, e), ERR_OK);
    assert_int_equal(state_step_put(f->db, e, event, at_us, body, strlen(body)), ERR_OK);
    if (!told)
        assert_int_equal(state_step_told(f->db, e->row, e->step, 0), ERR_OK);
    assert_int_equal(alarm_load_take(f->live, e, event, at_us, told, body, &raised), ERR_OK);
    if (raised)
        assert_int_equal(alarm_history_count(f->db, e->category, raised), ERR_OK);
}

static void tell_later(struct fixture *f, const struct episode *e, int64_t at_us)
{
    char body[160];
    int raised;

    snprintf(body, sizeof body, "{\"level\":%d,\"sensors\":[\"%s/s\"]}", e->level, e->house);
    assert_int_equal(state_step_told(f->db, e->row, e->step, at_us), ERR_OK);
    assert_int_equal(alarm_load_take(f->live, e, EVENT_RAISED, at_us, true, body, &raised), ERR_OK);
}

static struct episode episode_of(int number)
{
    static const char *const houses[] = {"H1", "H2", "H3"};
    static char keys[64][16];
    struct episode e = {.category = (enum alert_category)(number % CATEGORY_COUNT),
                        .kind = KIND_LIMIT,
                        .key = keys[number],
                        .house = houses[number % 3],
                        .element = ""};

    snprintf(keys[number], sizeof keys[0], "limit|%d", number);
    snprintf(e.id, sizeof e.id, "00000000-0000-4000-8000-%012d", number);
    return e;
}

static void expect_as_read(struct fixture *f, int64_t now_us)
{
    struct alarm_figures live, read;
    struct alarm_week v, w;
    struct alarm_load *l;

    assert_int_equal(alarm_load_new(24 * HOUR, &l), ERR_OK);
    assert_int_equal(alarm_history_read(f->db, now_us, l), ERR_OK);
    alarm_load_figures(f->live, now_us, &live);
    alarm_load_figures(l, now_us, &read);
    assert_memory_equal(&live, &read, sizeof live);
    assert_int_equal(alarm_load_week(f->live, now_us, &(struct alarm_scope){0}, &v), ERR_OK);
    assert_int_equal(alarm_load_week(l, now_us, &(struct alarm_scope){0}, &w), ERR_OK);
    assert_int_equal(v.count, w.count);
    assert_string_equal(v.cause.sensor, w.cause.sensor);
    alarm_load_free(l);
}

static void exact_kept_back_and_told(void **state)
{
    struct fixture *f = *state;
    struct episode e = episode_of(1);
    struct alarm_figures figures;

    put(f, &e, EVENT_RAISED, 3, T0, false, false);
    expect_as_read(f, T0 + HOUR);
    alarm_load_figures(f->live, T0 + HOUR, &figures);
    assert_int_equal(alarm_sum(&figures.standing), 0);
    tell_later(f, &e, T0 + 10 * DAY);
    alarm_load_figures(f->live, T0 + 10 * DAY, &figures);
    assert_int_equal(alarm_sum(&figures.week), 1);
    assert_int_equal(alarm_sum(&figures.unacknowledged), 1);
    expect_as_read(f, T0 + 10 * DAY);
    put(f, &e, EVENT_ACKNOWLEDGED, 3, T0 + 11 * DAY, true, true);
    expect_as_read(f, T0 + 11 * DAY);
}

/* Old and ended is not read; old and open is. */
static void exact_what_is_read(void **state)
{
    struct fixture *f = *state;
    struct episode ended = episode_of(1), open = episode_of(2);
    struct alarm_figures figures;

    put(f, &ended, EVENT_RAISED, 2, T0, true, false);
    put(f, &open, EVENT_RAISED, 2, T0, true, false);
    put(f, &ended, EVENT_RESOLVED, 0, T0 + DAY, true, false);
    alarm_load_free(f->live);
    assert_int_equal(alarm_load_new(24 * HOUR, &f->live), ERR_OK);
    assert_int_equal(alarm_history_read(f->db, T0 + 400 * DAY, f->live), ERR_OK);
    alarm_load_figures(f->live, T0 + 400 * DAY, &figures);
    assert_int_equal(alarm_sum(&figures.stale), 1);
    alarm_load_figures(f->live, T0 + 6 * DAY, &figures); /* only one of the two is there */
    assert_int_equal(alarm_sum(&figures.week), 1);
}

static void exact_counter(void **state)
{
    struct fixture *f = *state;
    struct alarm_counts raised;

    assert_int_equal(alarm_history_raised(f->db, &raised), ERR_OK);
    assert_int_equal(alarm_sum(&raised), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(alarm_history_count(f->db, CATEGORY_SYSTEM, LEVEL_RED), ERR_OK);
    assert_int_equal(alarm_history_count(f->db, CATEGORY_STRUCTURE, LEVEL_BLUE), ERR_OK);
    state_close(f->db);
    open_db(f);
    assert_int_equal(alarm_history_raised(f->db, &raised), ERR_OK);
    assert_int_equal(raised.n[CATEGORY_SYSTEM][LEVEL_RED], 3);
    assert_int_equal(raised.n[CATEGORY_STRUCTURE][LEVEL_BLUE], 1);
    assert_int_equal(alarm_sum(&raised), 4);
}

/* At every moment a start would know what the daemon knows. */
static void promise_a_start_changes_nothing(void **state)
{
    static const enum alert_event up[] = {EVENT_WORSENED, EVENT_COMMENTED, EVENT_ACKNOWLEDGED};
    struct fixture *f = *state;
    struct episode e[20];
    bool kept[20] = {false};
    struct chance c = {5};
    int64_t now_us = T0;

    for (int i = 0; i < 20; i++)
        e[i] = episode_of(i);
    assert_int_equal(state_begin(f->db), ERR_OK);
    for (int n = 0; n < 1200; n++) {
        size_t i = chance_below(&c, 20);
        int level = e[i].level;
        enum alert_event event =
            level == 0 ? e[i].step ? EVENT_REOPENED : EVENT_RAISED : up[chance_below(&c, 3)];
        now_us += (int64_t)chance_below(&c, 4 * HOUR);
        if (level > 0 && kept[i] && chance_one_in(&c, 3)) {
            tell_later(f, &e[i], now_us);
            kept[i] = false;
            continue;
        }
        bool ends = level > 0 && chance_one_in(&c, 3);
        if (ends)
            level = 0;
        else if (event != EVENT_COMMENTED && event != EVENT_ACKNOWLEDGED)
            level = 1 + (int)chance_below(&c, 4);
        kept[i] = !ends && chance_one_in(&c, 4);
        put(f, &e[i], ends ? EVENT_RESOLVED : event, level, now_us, !kept[i], chance_one_in(&c, 2));
        if (n % 40 == 0)
            expect_as_read(f, now_us);
    }
    for (int day = 0; day < 40; day++)
        expect_as_read(f, now_us + day * DAY);
    assert_int_equal(state_commit(f->db), ERR_OK);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(exact_kept_back_and_told),
        T(exact_what_is_read),
        T(exact_counter),
        T(promise_a_start_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
