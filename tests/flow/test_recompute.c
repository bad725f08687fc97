/* shikumenctl recompute: what an alert said comes again of the stored readings, step by step, and
 * what was changed since is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "past_site.h"
#include "tmpdir.h"

/* A crack jumps in the third week, when its model of the weather is the first. */
#define EARLY                                                                                      \
    "{\"seed\":31,\"start\":\"2021-01-01T00:00:00Z\",\"days\":120,\"houses\":{\"count\":2},"       \
    "\"sensors\":[\"crack-1\",\"t-wall\",\"t-in\"],\"damages\":[{\"kind\":\"stepwise\","           \
    "\"sensor\":"                                                                                  \
    "\"H001/n1/crack-1\",\"onset\":\"2021-01-20T00:00:00Z\",\"size\":0.8,\"days\":200}]}"

/* A gauge is set to zero while its crack is in alert. */
#define REZEROED                                                                                   \
    "{\"seed\":31,\"start\":\"2021-01-01T00:00:00Z\",\"days\":440,\"houses\":{\"count\":1},"       \
    "\"sensors\":[\"crack-1\",\"t-wall\"],\"damages\":[{\"kind\":\"stepwise\",\"sensor\":"         \
    "\"H001/n1/crack-1\",\"onset\":\"2021-11-03T00:00:00Z\",\"size\":0.6,\"days\":200}],"          \
    "\"epochs\":[{\"t\":\"2022-01-20T10:00:00Z\",\"scope\":\"H001/n1/crack-1\",\"kind\":"          \
    "\"rezero\"}]}"

/* A truss gets wet and goes on to rot: one alert, told by its moisture first, then by its doses. */
#define DAMP                                                                                       \
    "{\"seed\":9,\"start\":\"2021-01-01T00:00:00Z\",\"days\":240,\"houses\":{\"count\":2},"        \
    "\"sensors\":[\"moist-2\",\"t-in\",\"rh-in\"],\"damages\":[{\"kind\":\"roof_leak\",\"house\":" \
    "\"H002\",\"onset\":\"2021-04-01T00:00:00Z\",\"size\":14,\"days\":60}]}"

/* --- asking --- */

static int recompute(const char *folder, const struct sim_step *s, const char *more)
{
    char *command;
    int code;

    assert_true(asprintf(&command, "\"$CTL\" -c d.conf recompute %s --step %d %s", s->id,
                         (int)ndjson_number(s->object, "step"), more) > 0);
    code = shell(folder, command);
    free(command);
    return code;
}

/* The field of that name in what recompute --json said; fails when it is not there or agrees. */
static void expect_difference(const char *folder, const char *name)
{
    cJSON *said = said_json(folder);
    const cJSON *field;
    bool differs = false;

    cJSON_ArrayForEach(field, cJSON_GetObjectItem(said, "fields")) differs =
        differs ||
        (strcmp(ndjson_text(field, "field"), name) == 0 && !ndjson_true(field, "matches"));
    assert_false(ndjson_true(said, "matches"));
    assert_true(differs);
    cJSON_Delete(said);
}

/* --- all of it matches --- */

/* Steps of the kind; every step of the store must match. */
static void expect_all(const char *folder, const char *kind, size_t at_least)
{
    struct sim_alerts alerts = alerts_of(folder);
    size_t n = 0;

    for (size_t i = 0; i < alerts.count; i++) {
        if (recompute(folder, &alerts.steps[i], "--json") != 0) {
            char *said = sim_file(folder, "said");
            fail_msg("%s of %s: %s", alerts.steps[i].event, alerts.steps[i].kind, said);
        }
        n += strcmp(alerts.steps[i].kind, kind) == 0;
    }
    assert_true(n >= at_least);
    sim_alerts_free(&alerts);
}

static void test_every_step_matches(void **state)
{
    make_site(*state, SCENARIOS "/ill-battery.json");
    expect_all(*state, "fault", 1);
    expect_all(*state, "silence", 1);
}

static void test_events_and_works_match(void **state)
{
    make_site_of(*state, WORKS);
    expect_all(*state, "vibration", 4);
    expect_all(*state, "construction", 2);
}

/* Each reason is made again of what it is of, whichever of them governs. */
static void test_damp_of_several_measures_matches(void **state)
{
    struct sim_alerts alerts;
    const cJSON *last;

    make_site_of(*state, DAMP);
    expect_all(*state, "moisture", 3);
    alerts = alerts_of(*state);
    for (size_t i = 1; i < alerts.count; i++)
        assert_string_equal(alerts.steps[i].id, alerts.steps[0].id);
    last = cJSON_GetObjectItem(alerts.steps[alerts.count - 1].object, "evidence");
    assert_string_equal(ndjson_text(last, "derived"), "decay_activation");
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(last, "reasons")) >= 3);
    sim_alerts_free(&alerts);
}

/* What was concluded before the readings came is not judged by them. */
static void test_late_readings_count_from_when_they_came(void **state)
{
    struct sim_alerts alerts;

    make_site_of(*state, CUT_OFF);
    expect_all(*state, "trend", 1);
    alerts = alerts_of(*state);
    assert_true(first_of(&alerts, "trend")->at_us >= sim_time("2021-11-22T00:00:00Z"));
    sim_alerts_free(&alerts);
}

/* What is told within hours rests on what others had shown by then. */
static void test_sudden_steps_match(void **state)
{
    make_site(*state, SCENARIOS "/crack-sudden.json");
    expect_all(*state, "step", 5);
}

/* All of it arrives at once: days are concluded with later ones already there. */
static void test_a_history_sent_afterwards_matches(void **state)
{
    struct sim_alerts alerts;

    make_site_of(*state, EARLY);
    expect_all(*state, "step", 1);
    assert_int_equal(shell(*state, "sed -i 's/\"rx\":\"[^\"]*\"/\"rx\":\"2021-06-01T00:00:00Z\"/' "
                                   "h/readings.ndjson && rm -rf out store && " BACKTEST
                                   " && mv out/store store"),
                     0);
    expect_all(*state, "step", 1);
    alerts = alerts_of(*state);
    assert_true(first_of(&alerts, "step")->at_us >= sim_time("2021-06-01T00:00:00Z"));
    sim_alerts_free(&alerts);
}

static void test_what_an_epoch_ended_matches(void **state)
{
    struct sim_alerts alerts;

    make_site_of(*state, REZEROED);
    alerts = alerts_of(*state);
    assert_true(alerts.count >= 2);
    assert_string_equal(alerts.steps[alerts.count - 1].event, "resolved");
    sim_alerts_free(&alerts);
    expect_all(*state, "step", 2);
}

/* --- what was changed is noticed --- */

static void test_another_limit_differs(void **state)
{
    struct sim_alerts alerts;

    make_site_of(*state, CUT_OFF);
    alerts = alerts_of(*state);
    assert_int_equal(shell(*state, "sed -i 's/\"value\": *0\\.5,/\"value\": 0.51,/' "
                                   "limits/crack-default.json && "
                                   "! cmp -s limits/crack-default.json "
                                   "\"$LIMITS/crack-default.json\""),
                     0);
    assert_int_equal(recompute(*state, first_of(&alerts, "trend"), "--json"), 1);
    expect_difference(*state, "limit.value");
    sim_alerts_free(&alerts);
}

static void test_another_reading_differs(void **state)
{
    const cJSON *evidence;
    struct sim_alerts alerts;
    const struct sim_step *fault;
    char *sed;

    make_site(*state, SCENARIOS "/ill-battery.json");
    alerts = alerts_of(*state);
    fault = first_of(&alerts, "fault");
    evidence = cJSON_GetObjectItem(fault->object, "evidence");
    assert_true(
        asprintf(&sed, "\\|\"t\":\"%s\",\"sensor\":\"%s\"|s|\"v\":\\([0-9]*\\)\\.|\"v\":\\1.0|",
                 cJSON_GetArrayItem(cJSON_GetObjectItem(evidence, "window"), 1)->valuestring,
                 cJSON_GetArrayItem(fault->sensors, 0)->valuestring) > 0);
    change_readings(*state, sed);
    assert_int_equal(recompute(*state, fault, "--json"), 1);
    expect_difference(*state, "evidence.reading");
    free(sed);
    sim_alerts_free(&alerts);
}

static void test_readings_that_are_gone_are_said(void **state)
{
    struct sim_alerts alerts;

    make_site_of(*state, CUT_OFF);
    alerts = alerts_of(*state);
    change_readings(*state, "1,/\"t\":\"2021-12-2/d");
    assert_int_equal(recompute(*state, first_of(&alerts, "trend"), ""), 1);
    expect_in(*state, "log", "are no longer stored");
    expect_in(*state, "said", "differs");
    write_site(*state, "zh");
    assert_int_equal(recompute(*state, first_of(&alerts, "trend"), ""), 1);
    expect_in(*state, "log", "读数已不在库中");
    expect_in(*state, "said", "不一致");
    assert_int_equal(shell(*state, "\"$CTL\" -c d.conf recompute ffffffffff"), 1);
    expect_in(*state, "log", "没有告警 ffffffffff");
    sim_alerts_free(&alerts);
}

static void test_a_step_that_is_not_there(void **state)
{
    struct sim_alerts alerts;
    char *command;

    make_site(*state, SCENARIOS "/ill-battery.json");
    alerts = alerts_of(*state);
    assert_true(asprintf(&command, "\"$CTL\" -c d.conf recompute %s --step 99",
                         first_of(&alerts, "fault")->id) > 0);
    assert_int_equal(shell(*state, command), 1);
    expect_in(*state, "log", "has no step 99");
    assert_int_equal(shell(*state, "\"$CTL\" -c d.conf recompute 1 --step day"), 2);
    assert_int_equal(shell(*state, "\"$CTL\" -c d.conf recompute 1 --step 0"), 2);
    assert_int_equal(shell(*state, "\"$CTL\" -c d.conf readings H001/n1/bat --step 3"), 2);
    assert_int_equal(shell(*state, "\"$CTL\" -c d.conf recompute"), 2);
    free(command);
    sim_alerts_free(&alerts);
}

static int enter(void **state)
{
    *state = tmpdir_make("recompute");
    return 0;
}

static int leave(void **state)
{
    tmpdir_remove(*state);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_step_matches),
        TEST(test_events_and_works_match),
        TEST(test_sudden_steps_match),
        TEST(test_damp_of_several_measures_matches),
        TEST(test_late_readings_count_from_when_they_came),
        TEST(test_a_history_sent_afterwards_matches),
        TEST(test_what_an_epoch_ended_matches),
        TEST(test_another_limit_differs),
        TEST(test_another_reading_differs),
        TEST(test_readings_that_are_gone_are_said),
        TEST(test_a_step_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
