/* Sensors that only ever send vibration records: silent only when their node is. */
#include "replay_stage.h"

#define RECORDS                                                                                    \
    "{\"id\":\"H1/n1/burst\",\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/wall\","         \
    "\"quantity\":\"velocity\",\"unit\":\"mm/s\",\"period_s\":600}"
#define OTHER                                                                                      \
    "{\"id\":\"H1/n2/d\",\"node\":\"H1/n2\",\"house\":\"H1\",\"element\":\"H1/wall\","             \
    "\"quantity\":\"displacement\",\"unit\":\"mm\",\"period_s\":600," BELIEVED "}"

static void send(struct stage *g, const char *topic, const char *payload, int64_t rx)
{
    assert_int_equal(
        replay_message(g->replay, topic, payload, strlen(payload), g->t0_us + rx * US_PER_S),
        ERR_OK);
}

/* A second of a record that starts at second s. */
static void record(struct stage *g, int64_t s)
{
    struct strbuf text = {0};

    strbuf_printf(&text,
                  "{\"t0\":%lld,\"fs\":200,\"unit\":\"mm/s\",\"kind\":\"velocity\",\"axes\":"
                  "{\"x\":[",
                  (long long)(g->t0_us / US_PER_S + s));
    for (int i = 0; i < 200; i++)
        strbuf_printf(&text, "%s%.3f", i ? "," : "", 0.01 * (i % 7 - 3));
    strbuf_puts(&text, "]}}");
    send(g, "shikumen/v1/H1/n1/burst", strbuf_text(&text), s + 5);
    strbuf_free(&text);
}

static int silences_of(const struct stage *g, const char *node)
{
    char key[80];
    int n = 0;

    snprintf(key, sizeof key, "silence|%s", node);
    for (int i = 0; i < g->count; i++)
        n += strcmp(g->step[i].key, key) == 0;
    return n;
}

/* Its node speaks; when that dies without a word, both are silent, in one alert. */
static void test_a_node_that_speaks(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, REGISTRY(RECORDS "," CRACK("c", "") "," OTHER, ""), NULL);
    record(&g, 60);
    for (int64_t s = 0; s <= 3 * 86400; s += 600) {
        take(&g, 1, s, 1);
        take(&g, 2, s, 1);
    }
    assert_int_equal(silences_of(&g, "H1/n1"), 0);
    for (int64_t s = 3 * 86400 + 600; s <= 4 * 86400; s += 600)
        take(&g, 2, s, 1);
    stage_finish(&g);
    assert_int_equal(silences_of(&g, "H1/n1"), 1);
    expect_step(&g, 0, "silence|H1/n1", EVENT_RAISED, 2, 3 * 86400 + 3060);
    assert_non_null(strstr(strbuf_text(&g.steps), "\"H1/n1/burst\""));
    stage_close(&g);
}

/* Its node has nothing else to say than that it is there. */
static void test_a_node_of_records_alone(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, REGISTRY(RECORDS "," OTHER, ""), NULL);
    send(&g, "shikumen/v1/H1/n1/status", "{\"state\":\"online\"}", 10);
    for (int64_t s = 60; s <= 5 * 86400; s += 600) {
        if (s == 60 + 2 * 86400)
            record(&g, s);
        take(&g, 1, s, 1);
    }
    assert_int_equal(silences_of(&g, "H1/n1"), 0);
    send(&g, "shikumen/v1/H1/n1/status", "{\"state\":\"offline\"}", 5 * 86400 + 30);
    take(&g, 1, 5 * 86400 + 600, 1);
    assert_int_equal(silences_of(&g, "H1/n1"), 1);
    send(&g, "shikumen/v1/H1/n1/status", "{\"state\":\"online\"}", 5 * 86400 + 900);
    take(&g, 1, 5 * 86400 + 1200, 1);
    stage_finish(&g);
    assert_int_equal(silences_of(&g, "H1/n1"), 2);
    assert_int_equal(g.step[g.count - 1].level, 0);
    stage_close(&g);
}

/* One that sends readings is judged by them, as any other. */
static void test_readings_are_no_records(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, REGISTRY(RECORDS "," OTHER, ""), NULL);
    send(&g, "shikumen/v1/H1/n1/status", "{\"state\":\"online\"}", 10);
    take(&g, 0, 60, 0.1);
    for (int64_t s = 120; s <= 86400; s += 600)
        take(&g, 1, s, 1);
    stage_finish(&g);
    assert_int_equal(silences_of(&g, "H1/n1"), 1);
    stage_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_node_that_speaks),
        cmocka_unit_test(test_a_node_of_records_alone),
        cmocka_unit_test(test_readings_are_no_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
