/* A storm: many houses of a lane at once are one alert. What is counted are outbox rows, that is
 * what a receiver would have been sent. */
#include "replay_stage.h"

#include <sqlite3.h>

#include <cjson/cJSON.h>

#define MINUTE_S 60
#define HOUR_S   3600
#define DAY_S    86400
#define ALL      "%"
#define GROUPS   "group|%"
#define HOUSES   "limit|%"

/* --- the stage --- */

/* Houses of lane L1, ten a row, with two crack sensors on one wall each; of crack a the limits are
 * yellow above 5 and red above 20, of b orange above 5. lane NULL: they have none. */
static char *registry_of(int houses, const char *lane)
{
    struct strbuf text = {0};

    strbuf_puts(&text, "{\"district\":{\"id\":\"d1\"},\"houses\":[");
    for (int i = 1; i <= houses; i++) {
        strbuf_printf(&text, "%s{\"id\":\"H%d\",", i > 1 ? "," : "", i);
        if (lane)
            strbuf_printf(&text, "\"lane\":\"%s\",\"row\":\"R%d\",", lane, (i - 1) / 10 + 1);
        strbuf_printf(&text, "\"elements\":[{\"id\":\"H%d/w\",\"kind\":\"wall\"}]}", i);
    }
    strbuf_puts(&text, "],\"sensors\":[");
    for (int i = 1; i <= houses; i++)
        for (int k = 0; k < 2; k++)
            strbuf_printf(&text,
                          "%s{\"id\":\"H%d/n/%c\",\"node\":\"H%d/n\",\"house\":\"H%d\",\"element\":"
                          "\"H%d/w\",\"quantity\":\"%s\",\"unit\":\"mm\",\"period_s\":"
                          "%d," BELIEVED ",\"limits\":[%s]}",
                          i > 1 || k > 0 ? "," : "", i, 'a' + k, i, i, i,
                          k ? "displacement" : "crack_width", 30 * DAY_S,
                          k ? LIMIT(3, "value", 5, 4, "")
                            : LIMIT(2, "value", 5, 4, "") "," LIMIT(4, "value", 20, 19, ""));
    strbuf_puts(&text, "]}");
    return text.data;
}

static const struct endpoint DESK = {.name = "desk",
                                     .url = "",
                                     .min_level = 1,
                                     .categories = 1u << CATEGORY_STRUCTURE,
                                     .fallback = "",
                                     .escalate_to = ""};

static int recorded;

static void count_step(void *context, const struct episode *e, enum alert_event event,
                       const char *json, size_t n)
{
    (void)context;
    (void)event;
    (void)json;
    (void)n;
    recorded += e->category == CATEGORY_STRUCTURE;
}

static void open_lane(struct stage *g, int houses, const char *lane, struct endpoint *endpoints,
                      size_t count)
{
    char *text = registry_of(houses, lane);

    stage_open(g, text, NULL);
    free(text);
    g->sink.step = count_step;
    g->plan->settings->endpoints = endpoints;
    g->plan->settings->endpoint_count = count;
    recorded = 0;
    for (int i = 0; i < houses; i++)
        for (int k = 0; k < 2; k++)
            assert_int_equal(replay_take(g->replay, (uint32_t)(2 * i + k), g->t0_us, 1, g->t0_us),
                             ERR_OK);
}

/* Crack a (which 0) or b (1) of a house, 1.., at second s. */
static void set(struct stage *g, int house, int which, int64_t s, double v)
{
    int64_t t_us = g->t0_us + s * US_PER_S;
    uint32_t sensor = (uint32_t)(2 * (house - 1) + which);

    assert_int_equal(replay_take(g->replay, sensor, t_us, v, t_us), ERR_OK);
}

static void set_all(struct stage *g, int houses, int64_t s, double v)
{
    for (int i = 1; i <= houses; i++)
        set(g, i, 0, s + i % 50, v);
}

static void pass(struct stage *g, int64_t s)
{
    assert_int_equal(replay_advance(g->replay, g->t0_us + s * US_PER_S), ERR_OK);
}

static int64_t ask(struct stage *g, const char *sql, const char *first, const char *second)
{
    char *path = path_in(g->folder, "state.db");
    sqlite3_stmt *q;
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    if (first)
        sqlite3_bind_text(q, 1, first, -1, NULL);
    if (second)
        sqlite3_bind_text(q, 2, second, -1, NULL);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    free(path);
    return n;
}

/* What the endpoint was told of alerts whose key is like that. */
static int told(struct stage *g, const char *endpoint, const char *like)
{
    return (int)ask(g,
                    "SELECT count(*) FROM outbox AS o JOIN episode AS e ON e.row = o.episode"
                    " JOIN endpoint AS p ON p.row = o.endpoint WHERE p.name = ?1 AND e.key LIKE ?2",
                    endpoint, like);
}

/* The same of one event. */
static int told_event(struct stage *g, const char *endpoint, const char *like,
                      enum alert_event event)
{
    char sql[400];

    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM outbox AS o JOIN episode AS e ON e.row = o.episode"
             " JOIN step AS s ON s.episode = o.episode AND s.step = o.step"
             " JOIN endpoint AS p ON p.row = o.endpoint"
             " WHERE p.name = ?1 AND e.key LIKE ?2 AND s.event = %d",
             (int)event);
    return (int)ask(g, sql, endpoint, like);
}

static int groups_open(struct stage *g, const char *like)
{
    return (int)ask(g, "SELECT count(*) FROM episode WHERE level > 0 AND key LIKE ?1", like, NULL);
}

/* Nobody is left believing that something lasts which is over. */
static void expect_ends_told(struct stage *g)
{
    assert_int_equal(
        ask(g,
            "SELECT count(*) FROM episode AS e JOIN endpoint AS p WHERE e.level = 0 AND EXISTS"
            " (SELECT 1 FROM step AS s WHERE s.episode = e.row AND s.event <> 5 AND s.step ="
            " (SELECT max(step) FROM outbox WHERE episode = e.row AND endpoint = p.row))",
            NULL, NULL),
        0);
}

static void finish(struct stage *g)
{
    stage_finish(g);
    g->plan->settings->endpoint_count = 0;
    stage_close(g);
}

/* --- groups --- */

static void test_sixty_houses_cross_clear_and_chatter_for_a_day(void **state)
{
    struct endpoint ends[] = {DESK};
    struct stage g;

    (void)state;
    open_lane(&g, 60, "L1", ends, 1);
    set_all(&g, 60, 600, 6);
    pass(&g, 1000);
    assert_int_equal(groups_open(&g, "group|structure|limit|lane:L1"), 1);
    assert_int_equal(groups_open(&g, GROUPS), 1);
    assert_int_equal(ask(&g, "SELECT count(*) FROM episode WHERE spoken_by <> 0", NULL, NULL), 60);
    assert_int_equal(ask(&g, "SELECT members FROM episode WHERE key LIKE ?1", GROUPS, NULL), 60);
    int at_first = told(&g, "desk", ALL);
    for (int wave = 1; wave < 72; wave++) {
        set_all(&g, 60, 600 + 1200 * wave - 600, 1);
        set_all(&g, 60, 600 + 1200 * wave, 6);
    }
    set_all(&g, 60, DAY_S, 1);
    pass(&g, 4 * DAY_S);
    print_message("storm of 60: told at first %d, in all %d (groups %d), recorded %d\n", at_first,
                  told(&g, "desk", ALL), told(&g, "desk", GROUPS), recorded);
    assert_true(recorded > 5000); /* every step of every house is kept */
    assert_true(at_first <= 2);
    assert_true(told(&g, "desk", ALL) <= 8);
    assert_int_equal(groups_open(&g, ALL), 0);
    expect_ends_told(&g);
    finish(&g);
}

/* Row after row, minute by minute: the group of the first row becomes the lane's. */
static void test_a_row_that_becomes_the_lane(void **state)
{
    struct endpoint ends[] = {DESK};
    struct stage g;

    (void)state;
    open_lane(&g, 60, "L1", ends, 1);
    for (int i = 1; i <= 10; i++)
        set(&g, i, 0, 600 + 30 * i, 6);
    pass(&g, 960);
    assert_int_equal(groups_open(&g, "group|structure|limit|row:L1/R1"), 1);
    for (int i = 11; i <= 60; i++)
        set(&g, i, 0, 960 + 10 * i, 6);
    pass(&g, 2 * HOUR_S);
    assert_int_equal(groups_open(&g, GROUPS), 1);
    assert_int_equal(groups_open(&g, "group|structure|limit|lane:L1"), 1);
    assert_int_equal(ask(&g, "SELECT members FROM episode WHERE key LIKE ?1", GROUPS, NULL), 60);
    assert_int_equal(ask(&g, "SELECT members_told FROM episode WHERE key LIKE ?1", GROUPS, NULL),
                     60);
    print_message("row by row: told %d, growth %d\n", told(&g, "desk", ALL),
                  told_event(&g, "desk", GROUPS, EVENT_UPDATED));
    assert_true(told(&g, "desk", HOUSES) <= 2);
    assert_true(told(&g, "desk", GROUPS) <= 8);
    finish(&g);
}

static void test_houses_without_a_lane_and_two_are_no_group(void **state)
{
    struct endpoint ends[] = {DESK};
    struct stage g;

    (void)state;
    open_lane(&g, 5, NULL, ends, 1);
    set(&g, 1, 0, 600, 6);
    set(&g, 2, 0, 601, 6);
    set(&g, 2, 1, 602, 6); /* the same house */
    pass(&g, 1100);
    assert_int_equal(groups_open(&g, GROUPS), 0);
    set(&g, 3, 0, 1150, 6);
    pass(&g, 1300);
    assert_int_equal(groups_open(&g, "group|structure|limit|district:d1"), 1);
    set(&g, 4, 0, 20000, 6); /* hours later it is another matter */
    pass(&g, 21000);
    assert_int_equal(told(&g, "desk", "limit|H4/%"), 1);
    finish(&g);
}

static void test_worse_is_told_at_once_and_the_last_one_left_is_told_of(void **state)
{
    struct endpoint ends[] = {DESK};
    struct stage g;

    (void)state;
    open_lane(&g, 12, "A|B:C/D", ends, 1);
    set_all(&g, 12, 600, 6);
    pass(&g, 900);
    int before = told(&g, "desk", ALL);
    set(&g, 7, 0, 1000, 25);
    pass(&g, 1080);
    assert_int_equal(told(&g, "desk", ALL), before + 1);
    assert_int_equal(told_event(&g, "desk", GROUPS, EVENT_WORSENED), 1);
    assert_int_equal(told(&g, "desk", "limit|H7/%"), 0);
    for (int i = 1; i <= 12; i++)
        if (i != 7)
            set(&g, i, 0, 3000 + i, 1);
    pass(&g, 4000);
    assert_int_equal(groups_open(&g, GROUPS), 1);
    assert_int_equal(ask(&g, "SELECT members FROM episode WHERE key LIKE ?1", GROUPS, NULL), 1);
    assert_int_equal(told(&g, "desk", ALL), before + 1);
    set(&g, 7, 0, 5000, 1); /* red: held until it was seen, a day and an hour after it came */
    pass(&g, 3 * DAY_S);
    assert_int_equal(groups_open(&g, ALL), 0);
    assert_int_equal(told_event(&g, "desk", GROUPS, EVENT_RESOLVED), 1);
    expect_ends_told(&g);
    finish(&g);
}

/* Who is there for one house is told of the group that it belongs to, once. */
static void test_a_receiver_of_one_house(void **state)
{
    static const char *const houses[] = {"H9"}, *const others[] = {"H99"};
    struct endpoint ends[] = {DESK, DESK};
    struct stage g;

    (void)state;
    ends[0].houses = houses;
    ends[0].house_count = 1;
    ends[1].name = "other";
    ends[1].houses = others;
    ends[1].house_count = 1;
    open_lane(&g, 10, "L1", ends, 2);
    set_all(&g, 10, 600, 6);
    pass(&g, 900);
    set_all(&g, 10, 2000, 1);
    pass(&g, 3 * DAY_S);
    assert_int_equal(told_event(&g, "desk", GROUPS, EVENT_RAISED), 1);
    assert_int_equal(told_event(&g, "desk", GROUPS, EVENT_RESOLVED), 1);
    assert_int_equal(told(&g, "other", ALL), 0);
    finish(&g);
}

/* --- what explains what --- */

static void test_the_worse_speaks_for_the_lesser(void **state)
{
    struct endpoint ends[] = {DESK};
    struct stage g;

    (void)state;
    open_lane(&g, 1, "L1", ends, 1);
    set(&g, 1, 0, 600, 6);
    pass(&g, 900);
    assert_int_equal(told(&g, "desk", "limit|H1/w|crack_width"), 1);
    set(&g, 1, 1, 1000, 6);
    pass(&g, 1200);
    assert_int_equal(told(&g, "desk", "limit|H1/w|displacement"), 1);
    set(&g, 1, 0, 2000, 1); /* what they knew of is over: they are told */
    pass(&g, 2200);
    assert_int_equal(told_event(&g, "desk", "limit|H1/w|crack_width", EVENT_RESOLVED), 1);
    for (int i = 0; i < 20; i++) { /* it comes and goes under the worse: nothing */
        set(&g, 1, 0, 3000 + 1200 * i, 6);
        set(&g, 1, 0, 3600 + 1200 * i, 1);
    }
    set(&g, 1, 0, 40000, 6);
    pass(&g, 41000);
    assert_int_equal(told(&g, "desk", "limit|H1/w|crack_width"), 2);
    set(&g, 1, 1, 50000, 1); /* the worse is over, once it was seen: the lesser speaks */
    pass(&g, 30 * HOUR_S);
    assert_int_equal(told_event(&g, "desk", "limit|H1/w|displacement", EVENT_RESOLVED), 1);
    assert_int_equal(told(&g, "desk", "limit|H1/w|crack_width"), 3);
    set(&g, 1, 0, 31 * HOUR_S, 1);
    pass(&g, 4 * DAY_S);
    assert_int_equal(told(&g, "desk", "limit|H1/w|crack_width"), 4);
    expect_ends_told(&g);
    finish(&g);
}

/* --- escalation --- */

static void test_escalation_once_each_and_its_end(void **state)
{
    static const char *const none[] = {"H99"};
    struct endpoint ends[] = {DESK, DESK, DESK, DESK, DESK};
    struct stage g;

    (void)state;
    ends[0].escalate_to = "head";
    ends[0].escalate_after_s = HOUR_S;
    ends[1].name = "guard";
    ends[1].escalate_to = "town";
    ends[1].escalate_after_s = 2 * HOUR_S;
    ends[2].name = "head"; /* wants nothing but red for itself */
    ends[3].name = "town";
    ends[2].min_level = ends[3].min_level = LEVEL_RED;
    ends[4].name = "elsewhere"; /* not there for this house: does not escalate */
    ends[4].houses = none;
    ends[4].house_count = 1;
    ends[4].escalate_to = "town";
    ends[4].escalate_after_s = 60;
    open_lane(&g, 2, "L1", ends, 5);
    set(&g, 1, 1, 600, 6);
    pass(&g, 600 + HOUR_S - 120);
    assert_int_equal(told(&g, "head", ALL), 0);
    assert_int_equal(told(&g, "town", ALL), 0);
    pass(&g, 600 + HOUR_S + 120);
    assert_int_equal(told_event(&g, "head", ALL, EVENT_ESCALATED), 1);
    assert_int_equal(told(&g, "town", ALL), 0);
    pass(&g, 600 + 20 * HOUR_S);
    assert_int_equal(told_event(&g, "head", ALL, EVENT_ESCALATED), 1);
    assert_int_equal(told_event(&g, "town", ALL, EVENT_ESCALATED), 1);
    set(&g, 1, 1, 21 * HOUR_S, 1);
    pass(&g, 3 * DAY_S); /* seen after 25 h, over */
    assert_int_equal(told_event(&g, "head", ALL, EVENT_ESCALATED), 1);
    assert_int_equal(told_event(&g, "head", ALL, EVENT_RESOLVED), 1);
    assert_int_equal(told_event(&g, "town", ALL, EVENT_RESOLVED), 1);
    assert_int_equal(told(&g, "elsewhere", ALL), 0);
    expect_ends_told(&g);
    finish(&g);
}

/* Seen before the time has come (in a replay after 25 hours): nobody else hears of it. */
static void test_no_escalation_of_what_was_acknowledged_in_time(void **state)
{
    struct endpoint ends[] = {DESK, DESK};
    struct stage g;

    (void)state;
    ends[0].escalate_to = "head";
    ends[0].escalate_after_s = 26 * HOUR_S;
    ends[1].name = "head";
    ends[1].min_level = LEVEL_RED;
    open_lane(&g, 1, "L1", ends, 2);
    set(&g, 1, 1, 600, 6);
    pass(&g, 4 * DAY_S);
    assert_int_equal(told_event(&g, "desk", ALL, EVENT_ACKNOWLEDGED), 1);
    assert_int_equal(told(&g, "head", ALL), 0);
    finish(&g);
}

/* A group escalates, its members do not; worse, it escalates anew. */
static void test_a_group_escalates_as_one(void **state)
{
    struct endpoint ends[] = {DESK, DESK};
    struct stage g;

    (void)state;
    ends[0].escalate_to = "head";
    ends[0].escalate_after_s = HOUR_S;
    ends[1].name = "head";
    ends[1].min_level = LEVEL_RED;
    ends[1].categories = 0;
    open_lane(&g, 20, "L1", ends, 2);
    for (int i = 1; i <= 20; i++)
        set(&g, i, 1, 600 + i, 6);
    pass(&g, 10 * HOUR_S);
    assert_int_equal(told_event(&g, "head", ALL, EVENT_ESCALATED), 1);
    assert_int_equal(told_event(&g, "head", GROUPS, EVENT_ESCALATED), 1);
    set(&g, 5, 0, 11 * HOUR_S, 25);
    pass(&g, 11 * HOUR_S + 1800);
    assert_int_equal(told_event(&g, "head", ALL, EVENT_ESCALATED), 1);
    pass(&g, 20 * HOUR_S);
    assert_int_equal(told_event(&g, "head", ALL, EVENT_ESCALATED), 2);
    finish(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sixty_houses_cross_clear_and_chatter_for_a_day),
        cmocka_unit_test(test_a_row_that_becomes_the_lane),
        cmocka_unit_test(test_houses_without_a_lane_and_two_are_no_group),
        cmocka_unit_test(test_worse_is_told_at_once_and_the_last_one_left_is_told_of),
        cmocka_unit_test(test_a_receiver_of_one_house),
        cmocka_unit_test(test_the_worse_speaks_for_the_lesser),
        cmocka_unit_test(test_escalation_once_each_and_its_end),
        cmocka_unit_test(test_no_escalation_of_what_was_acknowledged_in_time),
        cmocka_unit_test(test_a_group_escalates_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
