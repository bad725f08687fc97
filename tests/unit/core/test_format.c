/* The body of each format against files that people have read (tests/data/formats), and against
 * what the receivers' descriptions demand. */
#include "format_fixture.h"

#include <cjson/cJSON.h>

/* --- golden texts --- */

#define RAISED   "vibration_raised"
#define FORESEEN "trend_tilt"
#define ENDED    "vibration_resolved"

static const struct {
    const char *name;
    enum alert_format format;
} golden[] = {
    {"native", FORMAT_NATIVE}, {"cloudevents", FORMAT_CLOUDEVENTS},
    {"wecom", FORMAT_WECOM},   {"dingtalk", FORMAT_DINGTALK},
    {"feishu", FORMAT_FEISHU}, {"slack", FORMAT_SLACK},
    {"ntfy", FORMAT_NTFY},     {"alertmanager", FORMAT_ALERTMANAGER},
    {"cap", FORMAT_CAP},
};

static void one_step(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        struct told t;
        char name[64];
        told_begin(&t);
        told_read(&t, RAISED)->opened_us = NOW_US - US_PER_HOUR;
        snprintf(name, sizeof name, "%s_raised", golden[i].name);
        check_told(name, golden[i].format, &t);
        told_end(&t);
    }
}

static void one_step_in_one_language(void **state)
{
    struct told t;

    (void)state;
    told_begin(&t);
    told_read(&t, RAISED);
    t.m.languages = FORMAT_ZH;
    check_told("wecom_zh", FORMAT_WECOM, &t);
    check_told("alertmanager_zh", FORMAT_ALERTMANAGER, &t);
    t.m.languages = FORMAT_EN;
    check_told("ntfy_en", FORMAT_NTFY, &t);
    told_end(&t);
}

static void several_steps(void **state)
{
    (void)state;
    for (size_t i = 2; i < 7; i++) {
        struct told t;
        char name[64];
        told_begin(&t);
        told_read(&t, RAISED);
        told_read(&t, "node_silent");
        told_read(&t, FORESEEN);
        told_read(&t, ENDED);
        snprintf(name, sizeof name, "%s_many", golden[i].name);
        check_told(name, golden[i].format, &t);
        told_end(&t);
    }
}

static void signature_and_keyword(void **state)
{
    struct told t;

    (void)state;
    told_begin(&t);
    told_read(&t, RAISED);
    t.m.signature = "c2lnbmF0dXJl";
    t.m.keyword = "监测";
    check_told("feishu_signed", FORMAT_FEISHU, &t);
    check_told("dingtalk_keyword", FORMAT_DINGTALK, &t);
    told_end(&t);
}

static void end_of_an_episode(void **state)
{
    static const struct format_sent sent[] = {{1, NOW_US - US_PER_DAY}};
    struct told t;
    struct format_item *item;

    (void)state;
    told_begin(&t);
    item = told_read(&t, ENDED);
    item->sent = sent;
    item->sent_count = 1;
    item->opened_us = NOW_US - US_PER_DAY;
    check_told("cap_cancel", FORMAT_CAP, &t);
    check_told("alertmanager_resolved", FORMAT_ALERTMANAGER, &t);
    told_end(&t);
}

static void what_lies_ahead(void **state)
{
    static const struct format_sent sent[] = {{1, NOW_US - US_PER_DAY}, {2, NOW_US - US_PER_HOUR}};
    struct told t;
    struct format_item *item;

    (void)state;
    told_begin(&t);
    item = told_read(&t, FORESEEN);
    t.views[0].step = 3;
    item->sent = sent;
    item->sent_count = 2;
    check_told("cap_update", FORMAT_CAP, &t);
    told_end(&t);
}

/* --- Alertmanager: the same labels for ever --- */

static char *labels_of(const struct told *t)
{
    struct strbuf body = {0};
    cJSON *root;
    char *text;

    render_as(FORMAT_ALERTMANAGER, t, &body);
    root = cJSON_ParseWithLength(body.data, body.len);
    text = cJSON_PrintUnformatted(cJSON_GetObjectItem(cJSON_GetArrayItem(root, 0), "labels"));
    assert_non_null(text);
    cJSON_Delete(root);
    strbuf_free(&body);
    return text;
}

static void labels_are_those_of_the_first_step(void **state)
{
    struct told a, b;
    struct step_view later;
    char *first, *then;

    (void)state;
    told_begin(&a);
    told_begin(&b);
    told_read(&a, RAISED);
    later = a.views[0];
    later.level = LEVEL_RED;
    later.step = 4;
    later.house = "H099"; /* of a row: where most */
    later.kind = "trend";
    later.event = EVENT_WORSENED;
    told_add(&b, &later)->first = &a.views[0];
    first = labels_of(&a);
    then = labels_of(&b);
    assert_string_equal(first, then);
    cJSON_free(first);
    cJSON_free(then);
    told_end(&a);
}

static void an_alert_never_ends_before_it_starts(void **state)
{
    struct told t;
    struct strbuf body = {0};
    cJSON *root, *alert;

    (void)state;
    told_begin(&t);
    told_read(&t, ENDED)->opened_us = NOW_US + US_PER_DAY; /* the clock was stepped */
    render_as(FORMAT_ALERTMANAGER, &t, &body);
    root = cJSON_ParseWithLength(body.data, body.len);
    alert = cJSON_GetArrayItem(root, 0);
    assert_string_equal(cJSON_GetObjectItem(alert, "startsAt")->valuestring,
                        cJSON_GetObjectItem(alert, "endsAt")->valuestring);
    cJSON_Delete(root);
    strbuf_free(&body);
    told_end(&t);
}

/* --- ntfy: what rings --- */

static int ntfy_priority(enum alert_event event, int level)
{
    struct told t;
    struct step_view v = hostile_view("x");
    struct strbuf body = {0};
    cJSON *root;
    int priority;

    told_begin(&t);
    v.event = event;
    v.level = level;
    told_add(&t, &v);
    render_as(FORMAT_NTFY, &t, &body);
    root = cJSON_ParseWithLength(body.data, body.len);
    priority = cJSON_GetObjectItem(root, "priority")->valueint;
    cJSON_Delete(root);
    strbuf_free(&body);
    return priority;
}

static void priorities(void **state)
{
    (void)state;
    assert_int_equal(ntfy_priority(EVENT_RAISED, LEVEL_RED), 5);
    assert_int_equal(ntfy_priority(EVENT_WORSENED, LEVEL_ORANGE), 4);
    assert_int_equal(ntfy_priority(EVENT_REOPENED, LEVEL_YELLOW), 3);
    assert_int_equal(ntfy_priority(EVENT_ESCALATED, LEVEL_BLUE), 2);
    assert_int_equal(ntfy_priority(EVENT_ACKNOWLEDGED, LEVEL_RED), 2);
    assert_int_equal(ntfy_priority(EVENT_EASED, LEVEL_ORANGE), 2);
    assert_int_equal(ntfy_priority(EVENT_RESOLVED, LEVEL_NORMAL), 2);
    assert_int_equal(ntfy_priority(EVENT_COUNT, LEVEL_RED), 2);
}

/* --- steps that are none --- */

static void what_is_no_step(void **state)
{
    static const char *const none[] = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"id\":\"x\"}",
        "\xff",
        "{\"id\":\"x\",\"step\":1,\"event\":\"raised\"}",
        "{\"id\":\"x\",\"step\":1,\"event\":\"raised\",\"at\":\"yesterday\"}",
        "{\"id\":\"x\",\"step\":-1,\"event\":\"raised\",\"at\":\"2026-11-22T08:00:00Z\"}",
        "{\"id\":\"\",\"step\":1,\"event\":\"raised\",\"at\":\"2026-11-22T08:00:00Z\"}",
        "{\"id\":\"x\xc3\",\"step\":1,\"event\":\"raised\",\"at\":\"2026-11-22T08:00:00Z\"}",
    };
    struct step_view v;

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(step_view_parse(none[i], strlen(none[i]), &v), ERR_PARSE);
        assert_null(v.root);
    }
}

static void the_least_that_is_a_step(void **state)
{
    static const char least[] =
        "{\"id\":\"x\",\"step\":7,\"event\":\"foreseen\",\"level\":9,"
        "\"at\":\"2026-11-22T08:00:00Z\",\"summary\":\"裂缝\",\"house\":null}";
    struct told t;
    struct step_view v;

    (void)state;
    assert_int_equal(step_view_parse(least, strlen(least), &v), ERR_OK);
    assert_int_equal(v.event, EVENT_COUNT);
    assert_int_equal(v.level, LEVEL_NORMAL); /* 9 is none */
    assert_string_equal(v.summary.zh, "");
    assert_string_equal(v.house, "");
    told_begin(&t);
    told_add(&t, &v);
    for (int f = 0; f < FORMAT_TEMPLATE; f++) {
        struct strbuf out = {0};
        render_as((enum alert_format)f, &t, &out);
        assert_true(out.len > 0);
        strbuf_free(&out);
    }
    told_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step),
        cmocka_unit_test(one_step_in_one_language),
        cmocka_unit_test(several_steps),
        cmocka_unit_test(signature_and_keyword),
        cmocka_unit_test(end_of_an_episode),
        cmocka_unit_test(what_lies_ahead),
        cmocka_unit_test(labels_are_those_of_the_first_step),
        cmocka_unit_test(an_alert_never_ends_before_it_starts),
        cmocka_unit_test(priorities),
        cmocka_unit_test(what_is_no_step),
        cmocka_unit_test(the_least_that_is_a_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
