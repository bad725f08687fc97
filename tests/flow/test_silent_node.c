/* Silence of nodes: by time and by last will, an alert about the instrument that says nothing about
 * the structure. */
#include "alerts_stage.h"

static void check_silence_body(struct stage *g)
{
    struct site_steps steps = site_steps(&g->site);
    const struct site_step *step = find_step(&steps, "silence|H1/n1", 1);
    cJSON *body = cJSON_Parse(post_of(g, step->id, 1)->body);
    const cJSON *sensor;
    bool d = false, t = false;

    assert_string_equal(text(body, "category"), "instrument");
    assert_string_equal(text(body, "kind"), "silence");
    assert_string_equal(text(body, "house"), "H1");
    check_bilingual(body, "summary");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(body, "sensors")), 2);
    cJSON_ArrayForEach(sensor, cJSON_GetObjectItem(body, "sensors"))
    {
        d = d || strcmp(sensor->valuestring, "H1/n1/d") == 0;
        t = t || strcmp(sensor->valuestring, "H1/n1/t") == 0;
    }
    assert_true(d && t);
    cJSON_Delete(body);
    site_steps_free(&steps);
}

static void add_node(struct stage *g, double period_s)
{
    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "]", period_s);
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/t",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .quantity = "temperature",
                                                .unit = "Cel",
                                                .period_s = period_s,
                                                .more = "\"medium\":\"indoor\""});
}

static void speak(struct stage *g, double mm)
{
    int64_t t_us = wall_us();

    send_unit(g, "H1/n1", "d", "mm", t_us, mm);
    send_unit(g, "H1/n1", "t", "Cel", t_us, 20);
}

static void test_a_silent_node(void **state)
{
    struct stage *g = *state;
    double end;

    add_node(g, 1);
    site_sensor(&g->site, &(struct site_sensor){.id = "H2/n2/t",
                                                .node = "H2/n2",
                                                .house = "H2",
                                                .quantity = "temperature",
                                                .unit = "Cel",
                                                .more = "\"medium\":\"indoor\""});
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n3/battery",
                                                .node = "H1/n3",
                                                .house = "H1",
                                                .quantity = "battery",
                                                .unit = "V"});
    begin(g);
    send_unit(g, "H1/n3", "battery", "V", wall_us(), 3.6); /* says nothing about the house */
    send_unit(g, "H2/n2", "t", "Cel", wall_us(), 20);
    speak(g, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    site_wait_level(&g->site, "silence|H1/n1", LEVEL_YELLOW, 0);
    end = now_s() + PATIENCE_S;
    while (site_figure(&g->site, "houses_unknown") != 1 && now_s() < end)
        sleep_ms(20);
    assert_int_equal(site_figure(&g->site, "houses_unknown"), 1);
    assert_int_equal(site_figure(&g->site, "shikumen_sensors_silent"), 2); /* the probe has time */
    check_silence_body(g);
    EXPECT_LEVELS(g, WALL, 2); /* nobody said that the wall is well */
    speak(g, 6);
    site_wait_level(&g->site, "silence|H1/n1", LEVEL_NORMAL, 0);
    assert_int_equal(site_step_count(&g->site, "silence|H2/n2"), 0);
    EXPECT_LEVELS(g, WALL, 2);
    while (site_figure(&g->site, "houses_unknown") != 0 && now_s() < end)
        speak(g, 6);
    assert_int_equal(site_figure(&g->site, "houses_unknown"), 0);
}

static void test_last_will(void **state)
{
    static const char status[] = "shikumen/v1/H1/n1/status";
    static const char online[] = "{\"state\":\"online\",\"battery_V\":3.6,\"fw\":\"1.4\"}";
    struct stage *g = *state;
    struct publisher *node;

    add_node(g, 600);
    begin(g);
    speak(g, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    node = publisher_open(&(struct publisher_options){
        .port = g->site.port, .will_topic = status, .will_payload = "{\"state\":\"offline\"}"});
    assert_true(publisher_send_retained(node, status, online, strlen(online)));
    assert_true(publisher_flush(node, PATIENCE_S));
    judged(g);
    expect_none(g, "silence|H1/n1");
    publisher_drop(node);
    site_wait_level(&g->site, "silence|H1/n1", LEVEL_YELLOW, 1); /* its five periods are 50 min */
    check_silence_body(g);
    restart(g, true);
    judged(g);
    EXPECT_LEVELS(g, "silence|H1/n1", LEVEL_YELLOW);
    assert_true(publisher_send_retained(g->p, status, online, strlen(online)));
    speak(g, 6);
    site_wait_level(&g->site, "silence|H1/n1", LEVEL_NORMAL, 2);
    EXPECT_LEVELS(g, WALL, 2);
}

/* A node that comes back and forgets to say so is heard all the same, also after a restart. */
static void test_words_after_the_will(void **state)
{
    struct stage *g = *state;

    add_node(g, 600);
    begin(g);
    speak(g, 1);
    judged(g);
    assert_true(publisher_send_retained(g->p, "shikumen/v1/H1/n1/status", "{\"state\":\"offline\"}",
                                        strlen("{\"state\":\"offline\"}")));
    site_wait_level(&g->site, "silence|H1/n1", LEVEL_YELLOW, 1);
    speak(g, 1);
    site_wait_level(&g->site, "silence|H1/n1", LEVEL_NORMAL, 2);
    restart(g, true);
    judged(g);
    EXPECT_LEVELS(g, "silence|H1/n1", LEVEL_YELLOW, LEVEL_NORMAL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_a_silent_node),
        T(test_last_will),
        T(test_words_after_the_will),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
