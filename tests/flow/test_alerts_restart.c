/* Alerts over restarts and reloads: what was running goes on, nothing is said twice, and what an
 * editor changed is in force at once. */
#include "alerts_stage.h"

#include <signal.h>
#include <sqlite3.h>

/* --- restarts --- */

static void check_restart(struct stage *g, bool killed)
{
    add_wall(g, "[" LIMIT(2, "value", 5, 4, ",\"persist_s\":3600") "]", 0);
    add_beam(g, "[" LIMIT(2, "value", 5, 4, "") "]");
    begin(g);
    send_unit(g, "H1/n1", "b", "mm", g->t0_us, 7);
    for (int s = 0; s <= 1800; s += 600)
        wall(g, s, 6);
    site_wait_level(&g->site, "limit|H1/beam|displacement", 2, 1);
    judged(g);
    restart(g, killed);
    judged(g);
    EXPECT_LEVELS(g, "limit|H1/beam|displacement", 2);
    expect_none(g, WALL);
    for (int s = 2400; s < 3600; s += 600)
        wall(g, s, 6);
    judged(g);
    expect_none(g, WALL);
    wall(g, 3600, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    restart(g, killed);
    send_unit(g, "H1/n1", "b", "mm", g->t0_us + 600 * S, 1);
    site_wait_level(&g->site, "limit|H1/beam|displacement", 0, 2);
    judged(g);
    EXPECT_LEVELS(g, "limit|H1/beam|displacement", 2, 0);
    EXPECT_LEVELS(g, WALL, 2);
}

static void test_stopped_in_the_middle(void **state)
{
    check_restart(*state, false);
}

static void test_killed_in_the_middle(void **state)
{
    check_restart(*state, true);
}

static void test_many_restarts_say_nothing_new(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "]", 0);
    begin(g);
    wall(g, 0, 1);
    judged(g);
    restart(g, false); /* with a snapshot of before */
    wall(g, 600, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    for (int i = 0; i < 12; i++) {
        restart(g, i % 4 != 3);
        if (i % 3 == 0)
            judged(g);
    }
    judged(g);
    EXPECT_LEVELS(g, WALL, 2);
    wall(g, 1200, 1);
    site_wait_level(&g->site, WALL, 0, 2);
}

/* --- a store of before --- */

#define MOVES      "trend|H1/wall|displacement"
#define BEAM_MOVES "trend|H1/beam|displacement"

/* Of version 7: the limit of rate has an episode of its own, and so has the trend behind it (in
 * truth a beam's), which nobody has acknowledged. */
static void make_old(struct stage *g)
{
    static const char sql[] =
        "UPDATE episode SET key = 'rate|H1/wall|displacement' WHERE key = '" MOVES "';"
        "UPDATE episode SET key = '" MOVES "', kind = 2 WHERE key = '" BEAM_MOVES "';"
        "PRAGMA user_version = 7;";
    char *path = path_in(g->site.store, "state.db");
    sqlite3 *raw;

    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
    free(path);
}

static void test_alerts_that_have_become_one(void **state)
{
    struct stage *g = *state;
    struct site_steps steps;
    char id[ALERT_ID_SIZE];
    int over = 0;

    add_wall(g, "[" LIMIT(4, "rate", 2, 1.8, ",\"window_s\":7200") "]", 0);
    add_beam(g, "[" LIMIT(3, "rate", 2, 1.8, ",\"window_s\":7200") "]");
    begin(g);
    for (int i = 0; i <= 24; i++) {
        wall(g, 600 * i, i < 12 ? 0 : 0.3 * (i - 12));
        send_unit(g, "H1/n1", "b", "mm", g->t0_us + 600 * i * S, i < 12 ? 0 : 0.3 * (i - 12));
    }
    site_wait_level(&g->site, BEAM_MOVES, 3, 1);
    site_wait_level(&g->site, MOVES, 4, 1);
    judged(g);
    steps = site_steps(&g->site);
    snprintf(id, sizeof id, "%s", find_step(&steps, MOVES, 1)->id);
    site_steps_free(&steps);
    site_stop(&g->site);
    make_old(g);
    for (int i = 0; i < 2; i++) {
        site_start_connected(&g->site);
        judged(g);
        site_stop(&g->site);
    }
    site_start_connected(&g->site);
    EXPECT_LEVELS(g, MOVES, 4); /* goes on as it was */
    EXPECT_LEVELS(g, "rate|H1/wall|displacement", 3, 0);
    steps = site_steps(&g->site);
    assert_string_equal(find_step(&steps, MOVES, 1)->id, id);
    for (size_t i = 0; i < steps.count; i++)
        over += strstr(steps.list[i].body, "another alert of this place goes on") != NULL;
    assert_int_equal(over, 1);
    site_steps_free(&steps);
    for (int i = 25; i <= 50; i++)
        wall(g, 600 * i, 3.6); /* what holds keeps it open no longer */
    site_wait_condition(&g->site, MOVES, 0);
}

/* A true spike that has the restart in its middle is found, and steady movement is none. */
static void test_quality_goes_on_after_a_restart(void **state)
{
    struct stage *g = *state;
    struct reading r[32];

    for (int i = 0; i < 2; i++) {
        const char *const ids[] = {"H1/n1/rise", "H1/n1/jump"};
        site_sensor(&g->site, &(struct site_sensor){.id = ids[i],
                                                    .node = "H1/n1",
                                                    .house = "H1",
                                                    .quantity = "temperature",
                                                    .unit = "Cel",
                                                    .more = "\"medium\":\"indoor\""});
    }
    begin(g);
    for (int i = 0; i < 20; i++) {
        if (i == 7 || i == 14) {
            judged(g);
            restart(g, i == 7);
        }
        send_unit(g, "H1/n1", "rise", "Cel", g->t0_us + 600 * i * S, 10 + 2 * i);
        send_unit(g, "H1/n1", "jump", "Cel", g->t0_us + 600 * i * S, i == 6 || i == 13 ? 40 : 20);
    }
    judged(g);
    assert_int_equal(site_readings(&g->site, "H1/n1/rise", r, 32), 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(r[i].flag, QF_PASS);
    assert_int_equal(site_readings(&g->site, "H1/n1/jump", r, 32), 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(r[i].test == QT_SPIKE, i == 6 || i == 13);
    assert_int_equal(r[6].flag, QF_FAIL);
    assert_int_equal(r[13].flag, QF_FAIL);
}

/* --- a new registry --- */

static void reload(struct stage *g)
{
    int before = site_log_lines(&g->site, "reload done");

    add_probe(g);
    site_registry(&g->site, HOUSES);
    process_signal(&g->site.daemon, SIGHUP);
    site_wait_log(&g->site, "reload done", before + 1);
}

static void test_sensor_and_limit_by_reload(void **state)
{
    struct stage *g = *state;
    struct reading r[4];

    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "]", 0);
    begin(g);
    wall(g, 0, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    send_unit(g, "H1/n1", "new", "mm", g->t0_us, 1);
    judged(g);
    assert_int_equal(site_counter(&g->site, "quarantined.unknown_sensor"), 1);
    add_wall(g, NULL, 0);
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/new",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/beam",
                                                .quantity = "displacement",
                                                .unit = "mm",
                                                .limits = "[" LIMIT(3, "value", 5, 4, "") "]",
                                                .more = BELIEVED});
    reload(g);
    send_unit(g, "H1/n1", "new", "mm", g->t0_us + 600 * S, 7);
    site_wait_level(&g->site, "limit|H1/beam|displacement", 3, 1);
    assert_int_equal(site_readings(&g->site, "H1/n1/new", r, 4), 1);
    assert_int_equal(site_counter(&g->site, "quarantined.unknown_sensor"), 1);
    site_wait_level(&g->site, WALL, 0, 2);
}

/* The limits of a wall that is beyond one of them are edited: what it held on is judged on. */
static void test_limit_changed_under_an_open_episode(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "," LIMIT(4, "value", 20, 19, "") "]", 0);
    begin(g);
    wall(g, 0, 1);
    wall(g, 600, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "," LIMIT(4, "value", 15, 14, "") "]", 0);
    reload(g);
    judged(g);
    EXPECT_LEVELS(g, WALL, 2);
    wall(g, 1200, 1);
    site_wait_level(&g->site, WALL, 0, 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_alerts_that_have_become_one),
        T(test_stopped_in_the_middle),
        T(test_killed_in_the_middle),
        T(test_many_restarts_say_nothing_new),
        T(test_quality_goes_on_after_a_restart),
        T(test_sensor_and_limit_by_reload),
        T(test_limit_changed_under_an_open_episode),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
