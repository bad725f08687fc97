/* The alarm load as the assessor judges it: over the budget is one alert that names the sensor or
 * the rule, once, which ends when the week is over; houses for themselves, few of them; whatever
 * the batches. */
#include "replay_stage.h"

#include <cjson/cJSON.h>

#include "shikumen/core/alarm_load.h"
#include "shikumen/io/state_db.h"

#define DISTRICT ALARM_LOAD_KEY
#define DAY_S    86400

/* Houses H1..Hn, each with two crack sensors on walls of their own. */
static char *registry_of(int houses)
{
    struct strbuf text = {0};

    strbuf_puts(&text, "{\"district\":{\"id\":\"d1\"},\"houses\":[");
    for (int i = 1; i <= houses; i++)
        strbuf_printf(&text,
                      "%s{\"id\":\"H%d\",\"elements\":[{\"id\":\"H%d/a\",\"kind\":\"wall\"},"
                      "{\"id\":\"H%d/b\",\"kind\":\"wall\"}]}",
                      i > 1 ? "," : "", i, i, i);
    strbuf_puts(&text, "],\"sensors\":[");
    for (int i = 1; i <= houses; i++)
        for (int k = 0; k < 2; k++)
            strbuf_printf(&text,
                          "%s{\"id\":\"H%d/n/%c\",\"node\":\"H%d/n\",\"house\":\"H%d\",\"element\":"
                          "\"H%d/%c\",\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":"
                          "%d," BELIEVED ",\"limits\":[" LIMIT(1, "value", 5, 4, "") "]}",
                          i > 1 || k > 0 ? "," : "", i, 'a' + k, i, i, i, 'a' + k, 30 * DAY_S);
    strbuf_puts(&text, "]}");
    return text.data;
}

static void open_houses(struct stage *g, int houses)
{
    char *text = registry_of(houses);

    stage_open(g, text, NULL);
    free(text);
}

static void take_at(struct stage *g, uint32_t sensor, int64_t s, double v)
{
    assert_int_equal(
        replay_take(g->replay, sensor, g->t0_us + s * US_PER_S, v, g->t0_us + s * US_PER_S),
        ERR_OK);
}

/* An alert of a sensor, which begins at second s and ends an hour later. */
static void alert(struct stage *g, uint32_t sensor, int64_t s)
{
    take_at(g, sensor, s, 6);
    take_at(g, sensor, s + 3600, 1);
}

/* The clock goes on. */
static void pass(struct stage *g, int64_t s)
{
    assert_int_equal(replay_advance(g->replay, g->t0_us + s * US_PER_S), ERR_OK);
}

/* Steps of alerts about the load, in order; body_of gives the n-th. */
static int own_steps(const struct stage *g, int out[8])
{
    int n = 0;

    for (int i = 0; i < g->count; i++)
        if (strncmp(g->step[i].key, DISTRICT, strlen(DISTRICT)) == 0) {
            assert_true(n < 8);
            out[n++] = i;
        }
    return n;
}

static cJSON *body_of(const struct stage *g, int step)
{
    const char *line = strbuf_text(&g->steps);

    for (int i = 0; i < step; i++)
        line = strchr(line, '\n') + 1;
    cJSON *o = cJSON_ParseWithOpts(line, NULL, 0);
    assert_non_null(o);
    return o;
}

static const cJSON *load_in(const cJSON *body)
{
    const cJSON *evidence = cJSON_GetObjectItem(body, "evidence");
    const cJSON *load = cJSON_GetObjectItem(evidence, "load");

    assert_non_null(load);
    return load;
}

static int count_in(const cJSON *load)
{
    return cJSON_GetObjectItem(load, "alerts")->valueint;
}

static const char *cause_in(const cJSON *load, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(load, "cause"), name));
}

static void test_a_mad_sensor_is_named_once_and_in_the_end_it_is_over(void **state)
{
    struct stage g;
    int own[8];

    (void)state;
    open_houses(&g, 2); /* 0.2 a week; but one house may have 3 */
    take_at(&g, 0, 0, 1);
    for (int i = 0; i < 3; i++)
        alert(&g, 0, DAY_S * i + 7200);
    pass(&g, 3 * DAY_S);
    assert_int_equal(own_steps(&g, own), 0);
    alert(&g, 2, 3 * DAY_S + 7200); /* of the other house */
    alert(&g, 0, 3 * DAY_S + 14400);
    pass(&g, 4 * DAY_S);
    assert_int_equal(own_steps(&g, own), 1);
    assert_string_equal(g.step[own[0]].key, DISTRICT);
    assert_int_equal(g.step[own[0]].level, LEVEL_BLUE);
    cJSON *body = body_of(&g, own[0]);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(body, "category")), "system");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(body, "kind")), "fault");
    assert_int_equal(count_in(load_in(body)), 4);
    assert_string_equal(cause_in(load_in(body), "sensor"), "H1/n/a");
    assert_string_equal(
        cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(body, "sensors"), 0)),
        "H1/n/a");
    cJSON_Delete(body);
    /* alerts of 2 h, 26 h, 50 h, 74 h and 76 h: above 0.8 of 3 until the third has left the week */
    pass(&g, 7 * DAY_S + 50 * 3600 - 1);
    assert_int_equal(own_steps(&g, own), 1);
    pass(&g, 7 * DAY_S + 53 * 3600);
    assert_int_equal(own_steps(&g, own), 2);
    assert_int_equal(g.step[own[1]].event, EVENT_RESOLVED);
    pass(&g, 20 * DAY_S);
    assert_int_equal(own_steps(&g, own), 2);
    stage_finish(&g);
    stage_close(&g);
}

static void test_a_house_for_itself_in_a_large_district(void **state)
{
    struct stage g;
    int own[8];

    (void)state;
    open_houses(&g, 60); /* 6 a week */
    take_at(&g, 0, 0, 1);
    for (int i = 0; i < 4; i++)
        alert(&g, (uint32_t)(i % 2), 7200 * (i + 1)); /* both sensors of the first house */
    pass(&g, DAY_S);
    assert_int_equal(own_steps(&g, own), 1);
    assert_string_equal(g.step[own[0]].key, DISTRICT "|H1");
    cJSON *body = body_of(&g, own[0]);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(body, "house")), "H1");
    assert_int_equal(cJSON_GetObjectItem(load_in(body), "allowed")->valueint, 3);
    cJSON_Delete(body);
    for (int i = 0; i < 20; i++) /* what it goes on to do is known */
        alert(&g, 0, DAY_S + 7200 * i);
    for (int i = 1; i <= 6; i++) /* the others keep within the budget */
        alert(&g, (uint32_t)(2 * i), 3 * DAY_S + 7200 * i);
    pass(&g, 4 * DAY_S);
    assert_int_equal(own_steps(&g, own), 1);
    alert(&g, 20, 4 * DAY_S + 7200); /* and now they do not */
    pass(&g, 5 * DAY_S);
    assert_int_equal(own_steps(&g, own), 2);
    assert_string_equal(g.step[own[1]].key, DISTRICT);
    body = body_of(&g, own[1]);
    assert_int_equal(count_in(load_in(body)), 7);
    stage_finish(&g);
    cJSON_Delete(body);
    stage_close(&g);
}

static void test_a_rule_that_all_houses_break(void **state)
{
    struct stage g;
    int own[8];

    (void)state;
    open_houses(&g, 60);
    take_at(&g, 0, 0, 1);
    for (uint32_t i = 0; i < 40; i += 2) /* 20 houses, too far apart to be one alert */
        take_at(&g, i, 3600 + 350 * i, 6);
    pass(&g, DAY_S);
    assert_int_equal(own_steps(&g, own), 1); /* at the seventh */
    cJSON *body = body_of(&g, own[0]);
    assert_int_equal(count_in(load_in(body)), 7);
    assert_null(cause_in(load_in(body), "sensor"));
    assert_string_equal(cause_in(load_in(body), "kind"), "limit");
    assert_string_equal(cause_in(load_in(body), "limit"), "5 mm (survey 7)");
    assert_int_equal(
        cJSON_GetObjectItem(cJSON_GetObjectItem(load_in(body), "cause"), "alerts")->valueint, 7);
    cJSON_Delete(body);
    stage_finish(&g);
    stage_close(&g);
}

/* Few houses are told of for themselves. */
static void test_at_most_three_houses(void **state)
{
    struct stage g;
    int own[8], n;

    (void)state;
    open_houses(&g, 200); /* 20 a week */
    take_at(&g, 0, 0, 1);
    for (int house = 0; house < 8; house++) /* one house after the other */
        for (int i = 0; i < 4; i++)
            alert(&g, (uint32_t)(2 * house + i % 2), 3600 * (10 * house + 2 * i + 1));
    pass(&g, 4 * DAY_S);
    n = own_steps(&g, own);
    assert_int_equal(n, 3);
    for (int i = 0; i < n; i++)
        assert_non_null(strchr(g.step[own[i]].key + strlen("system|"), '|'));
    alert(&g, 16, 4 * DAY_S); /* five houses of four, one more: over 20 */
    pass(&g, 5 * DAY_S);
    assert_int_equal(own_steps(&g, own), 4);
    assert_string_equal(g.step[own[3]].key, DISTRICT);
    pass(&g, 15 * DAY_S); /* and all of them end */
    assert_int_equal(own_steps(&g, own), 8);
    for (int i = 4; i < 8; i++)
        assert_int_equal(g.step[own[i]].event, EVENT_RESOLVED);
    stage_finish(&g);
    stage_close(&g);
}

/* The totals of a replay are those of its steps. */
static void test_totals(void **state)
{
    struct alarm_totals t;
    struct stage g;

    (void)state;
    open_houses(&g, 2);
    take_at(&g, 0, 0, 1);
    for (int i = 0; i < 3; i++)
        alert(&g, 0, 7200 * (i + 1)); /* then it is held for a day */
    for (int i = 3; i < 6; i++)
        alert(&g, 0, DAY_S * i);
    pass(&g, 40 * DAY_S);
    stage_finish(&g);
    alarm_load_totals(replay_alarm_load(g.replay), g.t0_us + 40 * DAY_S * US_PER_S, &t);
    int raised = 0, own = 0;
    for (int i = 0; i < g.count; i++) {
        bool counts = g.step[i].event == EVENT_RAISED || g.step[i].event == EVENT_REOPENED;
        bool is_own = strncmp(g.step[i].key, DISTRICT, strlen(DISTRICT)) == 0;
        raised += counts;
        own += counts && is_own;
    }
    assert_true(own == 1 && raised > 3);
    assert_int_equal(alarm_sum(&t.raised), raised);
    assert_int_equal(t.counted, raised - own);
    assert_int_equal(t.busiest_week, raised - own);
    assert_int_equal(alarm_sum(&t.alerts), 2);
    assert_int_equal(t.chattered.n[CATEGORY_STRUCTURE][1], 1);
    stage_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mad_sensor_is_named_once_and_in_the_end_it_is_over),
        cmocka_unit_test(test_a_house_for_itself_in_a_large_district),
        cmocka_unit_test(test_a_rule_that_all_houses_break),
        cmocka_unit_test(test_at_most_three_houses),
        cmocka_unit_test(test_totals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
