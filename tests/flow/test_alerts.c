/* From readings to alerts through the whole daemon: what is posted, every kind of step in event
 * time, and what is not believed. Nothing here waits for a time to pass. */
#include "alerts_stage.h"

#include <time.h>

#include "shikumen/io/webhook_sign.h"

/* --- the POST --- */

static void check_body(const struct stage *g, const cJSON *o)
{
    const cJSON *limit = cJSON_GetObjectItem(o, "limit"), *evidence, *window;
    char since[32], at[32];
    time_t first = (time_t)((g->t0_us + 600 * S) / S);

    assert_string_equal(text(o, "event"), "raised");
    assert_int_equal(number(o, "step"), 1);
    assert_string_equal(text(o, "district"), "d1");
    assert_string_equal(text(o, "house"), "H1");
    assert_string_equal(text(o, "element"), "H1/wall");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(o, "sensors")), 1);
    assert_string_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(o, "sensors"), 0)->valuestring,
                        "H1/n1/d");
    assert_string_equal(text(o, "category"), "structure");
    assert_string_equal(text(o, "kind"), "limit");
    assert_int_equal(number(o, "level"), 3);
    assert_string_equal(text(o, "colour"), "orange");
    check_bilingual(o, "summary");
    check_bilingual(o, "advice");
    assert_true(number(o, "value") == 6.5);
    assert_string_equal(text(o, "unit"), "mm");
    assert_true(number(limit, "value") == 5);
    assert_string_equal(text(limit, "unit"), "mm");
    assert_non_null(strstr(text(limit, "source"), "survey"));
    assert_string_equal(text(limit, "mark"), "J");
    evidence = cJSON_GetObjectItem(o, "evidence");
    window = cJSON_GetObjectItem(evidence, "window");
    assert_int_equal(cJSON_GetArraySize(window), 2);
    strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%S", gmtime(&first));
    assert_memory_equal(cJSON_GetArrayItem(window, 0)->valuestring, since, 19);
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(evidence, "reasons")) == 1);
    assert_true(number(evidence, "coverage") > 0 && number(evidence, "coverage") <= 1);
    snprintf(at, sizeof at, "%s", text(o, "at"));
    assert_int_equal(at[strlen(at) - 1], 'Z');
}

static void check_signed(const struct received *r)
{
    char signature[WEBHOOK_SIGNATURE_SIZE];
    struct webhook_key key;

    assert_int_equal(webhook_key_parse(SECRET, strlen(SECRET), &key), ERR_OK);
    assert_int_equal(webhook_sign(&key, r->webhook_id, atoll(r->webhook_timestamp), r->body,
                                  r->body_len, signature),
                     ERR_OK);
    assert_string_equal(r->webhook_signature, signature);
    assert_string_equal(r->content_type, "application/json");
    assert_memory_equal(r->user_agent, "shikumend/", 10);
}

static void test_a_crossing_is_one_post(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(3, "value", 5, 4.5, "") "]", 0);
    begin(g);
    wall(g, 0, 1);
    wall(g, 600, 6.5);
    wall(g, 1200, 6.6); /* still beyond it: nothing new */
    wall(g, 1800, 4.7); /* between the two: neither */
    judged(g);
    EXPECT_LEVELS(g, WALL, 3);
    struct site_steps steps = site_steps(&g->site);
    const struct site_step *step = find_step(&steps, WALL, 1);
    const struct received *r = post_of(g, step->id, 1);
    assert_string_equal(r->body, step->body);
    check_signed(r);
    cJSON *body = cJSON_Parse(r->body);
    assert_non_null(body);
    assert_string_equal(text(body, "id"), step->id);
    check_body(g, body);
    cJSON_Delete(body);
    post_of(g, find_step(&steps, "limit|H1/probe|displacement", 1)->id, 1);
    assert_int_equal(receiver_count(g->r), 2); /* it and the probe's */
    site_steps_free(&steps);
}

/* --- time and levels --- */

static void test_persistence_counts_event_time(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(2, "value", 5, 4, ",\"persist_s\":3600,\"clear_persist_s\":1200") "]", 0);
    begin(g);
    for (int s = 0; s < 3600; s += 600)
        wall(g, s, 6);
    judged(g);
    expect_none(g, WALL);
    wall(g, 3600, 6); /* an hour in the wall's time, moments here */
    site_wait_level(&g->site, WALL, 2, 1);
    wall(g, 4200, 3);
    wall(g, 4800, 3);
    judged(g);
    EXPECT_LEVELS(g, WALL, 2);
    wall(g, 5400, 3);
    site_wait_level(&g->site, WALL, 0, 2);
    EXPECT_LEVELS(g, WALL, 2, 0);
}

static void test_an_interrupted_run_raises_nothing(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(2, "value", 5, 4, ",\"persist_s\":3600") "]", 0);
    begin(g);
    for (int s = 0; s < 18000; s += 600)
        wall(g, s, s % 3600 == 3000 ? 1 : 6);
    judged(g);
    expect_none(g, WALL);
}

static void test_worse_better_over_and_again(void **state)
{
    static const char *const events[] = {"raised", "worsened", "eased", "resolved", "reopened"};
    static const double values[] = {6, 11, 8, 1, 7};
    static const int levels[] = {1, 2, 1, 0, 1};
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(1, "value", 5, 4.5, "") "," LIMIT(2, "value", 10, 9, "") "]", 0);
    begin(g);
    wall(g, 0, 1);
    for (int i = 0; i < 5; i++) {
        wall(g, 600 * (i + 1), values[i]);
        site_wait_level(&g->site, WALL, levels[i], i + 1);
    }
    expect_levels(g, WALL, levels, 5);
    struct site_steps steps = site_steps(&g->site);
    for (int i = 0; i < 5; i++) {
        const struct site_step *step = find_step(&steps, WALL, i + 1);
        const struct received *r = post_of(g, step->id, i + 1);
        assert_string_equal(step->id, steps.list[0].id);
        assert_string_equal(alert_event_name(step->event), events[i]);
        assert_string_equal(r->body, step->body);
    }
    site_steps_free(&steps);
}

static void test_late_readings_change_what_was_concluded(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(2, "value", 5, 4, ",\"persist_s\":3600") "]", 0);
    begin(g);
    for (int s = 0; s <= 3600; s += 600) /* the first half comes last */
        wall(g, (s + 1800) % 4200, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    wall(g, 900, 1); /* something in between that had been held back */
    site_wait_level(&g->site, WALL, 0, 2);
}

static void test_rate_limit(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(3, "rate", 2, 1.8, ",\"window_s\":7200") "]", 0);
    begin(g);
    for (int i = 0; i <= 24; i++)
        wall(g, 600 * i, 0.1 * i); /* 1.2 in the window */
    judged(g);
    expect_none(g, "trend|H1/wall|displacement");
    for (int i = 1; i <= 12; i++)
        wall(g, 600 * (24 + i), 2.4 + 0.3 * i); /* 3.6 in the window */
    site_wait_level(&g->site, "trend|H1/wall|displacement", 3, 1);
}

/* --- what is not believed --- */

static void test_one_bad_reading_raises_nothing(void **state)
{
    struct stage *g = *state;

    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/d",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/wall",
                                                .quantity = "displacement",
                                                .unit = "mm",
                                                .limits = "[" LIMIT(4, "value", 5, 4, "") "]",
                                                .more = "\"range\":[-20,20]"});
    site_sensor(&g->site, &(struct site_sensor){
                              .id = "H1/n1/b",
                              .node = "H1/n1",
                              .house = "H1",
                              .element = "H1/beam",
                              .quantity = "displacement",
                              .unit = "mm",
                              .limits = "[" LIMIT(3, "value", 5, 4, ",\"persist_s\":600") "]"});
    begin(g);
    for (int i = 0; i < 12; i++) {
        wall(g, 600 * i, i == 5 ? 25 : 1); /* beyond what the sensor can read */
        send_unit(g, "H1/n1", "b", "mm", g->t0_us + 600 * i * S, i == 6 ? 12 : 1); /* a spike */
    }
    judged(g);
    expect_none(g, WALL);
    expect_none(g, "limit|H1/beam|displacement");
    struct reading r[16];
    assert_int_equal(site_readings(&g->site, "H1/n1/d", r, 16), 12);
    assert_int_equal(r[5].flag, QF_FAIL);
    assert_int_equal(r[5].test, QT_GROSS_RANGE);
    assert_int_equal(site_readings(&g->site, "H1/n1/b", r, 16), 12);
    assert_int_equal(r[6].flag, QF_FAIL);
    assert_int_equal(r[6].test, QT_SPIKE);
    assert_int_equal(r[4].flag, QF_PASS);
    assert_int_equal(r[8].flag, QF_PASS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_a_crossing_is_one_post),
        T(test_persistence_counts_event_time),
        T(test_an_interrupted_run_raises_nothing),
        T(test_worse_better_over_and_again),
        T(test_late_readings_change_what_was_concluded),
        T(test_rate_limit),
        T(test_one_bad_reading_raises_nothing),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
