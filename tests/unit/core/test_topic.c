#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/topic.h"

static void expect_native(const char *text, enum topic_kind kind, const char *node)
{
    struct topic t = topic_parse(text);

    assert_int_equal(t.kind, kind);
    assert_true(t.native);
    assert_int_equal(t.node_len, strlen(node));
    assert_memory_equal(t.node, node, t.node_len);
    assert_true(t.node >= text && t.node < text + strlen(text));
}

static void expect_foreign(const char *text, enum topic_kind kind)
{
    struct topic t = topic_parse(text);

    assert_int_equal(t.kind, kind);
    assert_false(t.native);
    assert_null(t.node);
    assert_int_equal(t.node_len, 0);
}

static void native_topics_give_their_node(void **state)
{
    (void)state;
    expect_native("shikumen/v1/H001/n1/senml", TOPIC_SENML, "H001/n1");
    expect_native("shikumen/v1/H001/n1/burst", TOPIC_BURST, "H001/n1");
    expect_native("shikumen/v1/a-b.c:d_e/0/status", TOPIC_STATUS, "a-b.c:d_e/0");
}

static void foreign_topics_are_told_by_the_last_level(void **state)
{
    (void)state;
    expect_foreign("bench/gw1/senml", TOPIC_SENML);
    expect_foreign("senml", TOPIC_SENML);
    expect_foreign("a/burst", TOPIC_BURST);
    expect_foreign("/status", TOPIC_STATUS);
    expect_foreign("shikumen/v2/H001/n1/senml", TOPIC_SENML);
    expect_foreign("bench/senml/x", TOPIC_OTHER);
    expect_foreign("bench/xsenml", TOPIC_OTHER);
    expect_foreign("bench/SENML", TOPIC_OTHER);
    expect_foreign("bench/senml/", TOPIC_OTHER);
    expect_foreign("", TOPIC_OTHER);
}

/* A node that may publish below its own topic must not gain the right to speak for others. */
static void what_is_almost_native_is_nothing(void **state)
{
    static const char *const topics[] = {
        "shikumen/v1/H001/n1/x/senml", "shikumen/v1/H001/senml",
        "shikumen/v1/senml",           "shikumen/v1//n1/senml",
        "shikumen/v1/H001//senml",     "shikumen/v1/H001/n1/",
        "shikumen/v1/H001/n1",         "shikumen/v1/",
        "shikumen/v1/H001/n1/senml/",  "shikumen/v1/H 01/n1/senml",
        "shikumen/v1/-H/n1/senml",     "shikumen/v1/H001/_n/senml",
        "shikumen/v1/石库门/n1/senml", "shikumen/v1/+/n1/senml",
        "shikumen/v1/H001/n1/command",
    };

    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        expect_foreign(topics[i], TOPIC_OTHER);
}

/* Examples of MQTT 5.0 sections 4.7.1.2, 4.7.1.3 and 4.7.2. */
static void filters_match_as_mqtt_says(void **state)
{
    static const struct {
        const char *filter, *topic;
        bool matches;
    } cases[] = {
        {"sport/tennis/player1/#", "sport/tennis/player1", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
        {"sport/tennis/player1/#", "sport/tennis/player12", false},
        {"sport/#", "sport", true},
        {"#", "a/b/c", true},
        {"#", "/", true},
        {"sport/tennis#", "sport/tennis", false},
        {"sport/tennis#", "sport/tennis#", false},
        {"sport/tennis/#/ranking", "sport/tennis/player1/ranking", false},
        {"sport/tennis/+", "sport/tennis/player1", true},
        {"sport/tennis/+", "sport/tennis/player1/ranking", false},
        {"sport/+", "sport", false},
        {"sport/+", "sport/", true},
        {"+/tennis/#", "sport/tennis", true},
        {"sport+", "sport", false},
        {"sport/+/player1", "sport/tennis/player1", true},
        {"+/+", "/finance", true},
        {"/+", "/finance", true},
        {"+", "/finance", false},
        {"#", "$SYS/monitor/Clients", false},
        {"+/monitor/Clients", "$SYS/monitor/Clients", false},
        {"$SYS/#", "$SYS/monitor", true},
        {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
        {"a/+/#", "a", false},
        {"a/b", "a/b", true},
        {"a/b", "A/b", false},
        {"a/b", "a/b/c", false},
        {"a/b/c", "a/b", false},
        {"a//b", "a//b", true},
        {"a/+/b", "a//b", true},
        {"/a", "a", false},
        {"", "a", false},
        {"#", "", false},
        {"shikumen/v1/#", "shikumen/v1/H001/n1/senml", true},
        {"shikumen/v1/+/+/senml", "shikumen/v1/H001/n1/senml", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (topic_matches(cases[i].filter, cases[i].topic) != cases[i].matches)
            fail_msg("%s against %s", cases[i].filter, cases[i].topic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(native_topics_give_their_node),
        cmocka_unit_test(foreign_topics_are_told_by_the_last_level),
        cmocka_unit_test(what_is_almost_native_is_nothing),
        cmocka_unit_test(filters_match_as_mqtt_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
