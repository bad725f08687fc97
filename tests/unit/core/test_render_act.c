/* The step that a person's act makes of the step before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "shikumen/core/render_act.h"

#define T INT64_C(1767225600000000)

static const char body[] =
    "{\"id\":\"x\",\"step\":1,\"event\":\"raised\",\"at\":\"2025-12-31T00:00:00Z\","
    "\"sensors\":[\"H1/n1/d\"],\"level\":3,\"colour\":\"orange\","
    "\"summary\":{\"zh\":\"【橙色】一号墙开裂 0.61 mm。\",\"en\":\"[orange] Wall: 0.61 mm.\"},"
    "\"value\":0.61,\"limit\":{\"value\":0.5,\"mark\":\"J\"},\"evidence\":{\"coverage\":0.97},"
    "\"url\":null}";

static struct act_step act(enum alert_event event)
{
    return (struct act_step){.event = event,
                             .step = 2,
                             .at_us = T,
                             .level = event == EVENT_RESOLVED ? 0 : 3,
                             .previous_level = 3,
                             .by = "王\"工",
                             .note = "已到现场",
                             .to = event == EVENT_ASSIGNED ? "李工" : ""};
}

static void expect(const char *before, const struct act_step *a, const char *wanted)
{
    struct strbuf out = {0};

    assert_int_equal(render_act(before, a, &out), ERR_OK);
    assert_string_equal(strbuf_text(&out), wanted);
    strbuf_free(&out);
}

static void an_acknowledged_step_keeps_the_evidence(void **state)
{
    struct act_step a = act(EVENT_ACKNOWLEDGED);

    (void)state;
    expect(body, &a,
           "{\"id\":\"x\",\"step\":2,\"event\":\"acknowledged\",\"at\":\"2026-01-01T00:00:00Z\","
           "\"sensors\":[\"H1/n1/d\"],\"level\":3,\"colour\":\"orange\","
           "\"summary\":{\"zh\":\"【橙色，王\\\"工已确认】一号墙开裂 0.61 "
           "mm。（王\\\"工：已到现场）\","
           "\"en\":\"[orange, acknowledged by 王\\\"工] Wall: 0.61 mm. (王\\\"工: 已到现场)\"},"
           "\"value\":0.61,\"limit\":{\"value\":0.5,\"mark\":\"J\"},"
           "\"evidence\":{\"coverage\":0.97},\"url\":null,"
           "\"by\":\"王\\\"工\",\"note\":\"已到现场\"}");
}

static void heads_by_what_was_done(void **state)
{
    static const struct {
        enum alert_event event;
        const char *zh, *en;
    } cases[] = {
        {EVENT_COMMENTED, "【橙色，王工补充说明】一号墙", "[orange, comment by 王工] Wall"},
        {EVENT_ASSIGNED, "【橙色，王工指派李工处理】一号墙",
         "[orange, assigned to 李工 by 王工] Wall"},
        {EVENT_RESOLVED, "【橙色已由王工结束】一号墙", "[orange, ended by 王工] Wall"},
    };
    struct strbuf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct act_step a = act(cases[i].event);
        a.by = "王工";
        strbuf_clear(&out);
        assert_int_equal(render_act(body, &a, &out), ERR_OK);
        assert_non_null(strstr(strbuf_text(&out), cases[i].zh));
        assert_non_null(strstr(strbuf_text(&out), cases[i].en));
        assert_int_equal(strstr(strbuf_text(&out), "\"assigned_to\":\"李工\"") != NULL,
                         cases[i].event == EVENT_ASSIGNED);
        assert_int_equal(strstr(strbuf_text(&out), "\"level\":0,\"colour\":\"none\"") != NULL,
                         cases[i].event == EVENT_RESOLVED);
        assert_true(render_is_act(strbuf_text(&out)));
    }
    strbuf_free(&out);
    assert_false(render_is_act(body));
    assert_false(render_is_act("{\"note\":\"\\\"by\\\":\"}"));
    assert_false(render_is_act("no json"));
}

/* Made of the step of another act, it is as if made of the judged one. */
static void what_another_act_said_is_left_out(void **state)
{
    struct act_step a = act(EVENT_COMMENTED);
    struct strbuf out = {0};

    (void)state;
    assert_int_equal(
        render_act("{\"event\":\"assigned\",\"step\":1,\"by\":\"old\",\"note\":\"old\","
                   "\"assigned_to\":\"old\"}",
                   &a, &out),
        ERR_OK);
    assert_string_equal(strbuf_text(&out), "{\"event\":\"commented\",\"step\":2,"
                                           "\"by\":\"王\\\"工\",\"note\":\"已到现场\"}");
    strbuf_free(&out);
}

static void what_is_no_step_is_refused(void **state)
{
    static const char *const bad[] = {"", "null", "[]", "5", "{", "{\"a\":}"};
    struct act_step a = act(EVENT_ACKNOWLEDGED);

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct strbuf out = {0};
        assert_int_equal(render_act(bad[i], &a, &out), ERR_CORRUPT);
        strbuf_free(&out);
    }
    for (size_t n = 0; n < sizeof body - 1; n++) { /* cut anywhere */
        char cut[sizeof body];
        struct strbuf out = {0};
        snprintf(cut, sizeof cut, "%.*s", (int)n, body);
        assert_int_equal(render_act(cut, &a, &out), ERR_CORRUPT);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_acknowledged_step_keeps_the_evidence),
        cmocka_unit_test(heads_by_what_was_done),
        cmocka_unit_test(what_another_act_said_is_left_out),
        cmocka_unit_test(what_is_no_step_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
