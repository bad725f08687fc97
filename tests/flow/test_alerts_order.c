/* What depends on when messages come: rises and falls close together, events whose frequency comes
 * in another message, limits changed under events, receivers that hear only of the worst. */
#include "alerts_stage.h"

#include <signal.h>

#define VIBRATION "vibration|H1/wall|velocity"

static void send_pack(struct stage *g, const char *node, const char *pack)
{
    char topic[100];

    snprintf(topic, sizeof topic, "shikumen/v1/%s/senml", node);
    assert_true(publisher_send(g->p, topic, pack, strlen(pack)));
    assert_true(publisher_flush(g->p, PATIENCE_S));
}

static void rise_and_fall(struct stage *g)
{
    char pack[300];
    double t_s = (double)g->t0_us / 1e6;

    snprintf(pack, sizeof pack,
             "[{\"n\":\"d\",\"u\":\"mm\",\"t\":%.0f,\"v\":1},{\"n\":\"d\",\"u\":\"mm\",\"t\":%.0f,"
             "\"v\":9},{\"n\":\"d\",\"u\":\"mm\",\"t\":%.0f,\"v\":1}]",
             t_s, t_s + 600, t_s + 1200);
    send_pack(g, "H1/n1", pack);
}

static void test_up_and_down_in_one_pack(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(1, "value", 5, 4, "") "," LIMIT(2, "value", 8, 7, "") "]", 0);
    begin(g);
    rise_and_fall(g);
    site_wait_level(&g->site, WALL, LEVEL_NORMAL, 0);
    judged(g);
    EXPECT_LEVELS(g, WALL, LEVEL_YELLOW, LEVEL_NORMAL);
}

static void test_up_and_down_while_nobody_judged(void **state)
{
    struct stage *g = *state;

    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "]", 0);
    begin(g);
    judged(g);
    site_kill(&g->site);
    rise_and_fall(g);
    site_start_connected(&g->site);
    judged(g);
    EXPECT_LEVELS(g, WALL, LEVEL_YELLOW, LEVEL_NORMAL);
}

/* --- events and their frequency --- */

/* DIN 4150-3 line 2, foundation: 5 mm/s up to 10 Hz, 15 mm/s at 50 Hz. */
static void add_events(struct stage *g, const char *factor)
{
    char limits[300];

    snprintf(
        limits, sizeof limits,
        "[{\"level\":4,\"of\":\"event\",\"value\":%s,\"clear\":0.5,\"unit\":\"mm/s\","
        "\"curve\":[[1,5],[10,5],[50,15],[100,20]],\"source\":\"DIN 4150-3\",\"clause\":\"line "
        "2\",\"mark\":\"S\"}]",
        factor);
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/v",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/wall",
                                                .quantity = "velocity",
                                                .unit = "mm/s",
                                                .limits = limits});
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/f",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .quantity = "dominant_frequency",
                                                .unit = "Hz"});
}

static void test_frequency_in_the_next_message(void **state)
{
    struct stage *g = *state;
    int64_t t_us = wall_us() / S * S;

    add_events(g, "1");
    begin(g);
    send_unit(g, "H1/n1", "v", "mm/s", t_us, 7);
    send_unit(g, "H1/n1", "f", "Hz", t_us, 50); /* 7 of 15 */
    judged(g);
    sleep_ms(2500);
    judged(g);
    expect_none(g, VIBRATION);
    send_unit(g, "H1/n1", "f", "Hz", t_us + 60 * S, 8); /* 7 of 5 */
    send_unit(g, "H1/n1", "v", "mm/s", t_us + 60 * S, 7);
    site_wait_level(&g->site, VIBRATION, LEVEL_RED, 1);
}

static void test_frequency_that_never_comes(void **state)
{
    struct stage *g = *state;

    add_events(g, "1");
    begin(g);
    send_unit(g, "H1/n1", "v", "mm/s", wall_us() / S * S, 7); /* the least of the curve is 5 */
    site_wait_level(&g->site, VIBRATION, LEVEL_RED, 1);
}

static void test_new_limits_see_old_frequencies(void **state)
{
    struct stage *g = *state;
    int64_t t_us = wall_us() / S * S;

    add_events(g, "1");
    begin(g);
    send_unit(g, "H1/n1", "f", "Hz", t_us, 50);
    send_unit(g, "H1/n1", "v", "mm/s", t_us, 7);
    judged(g);
    add_events(g, "0.99");
    add_probe(g);
    site_registry(&g->site, HOUSES);
    assert_int_equal(kill(g->site.daemon.pid, SIGHUP), 0);
    site_wait_log(&g->site, "reload done", 1);
    judged(g);
    expect_none(g, VIBRATION);
}

/* Shaking that goes on does not put off what was felt first. */
static void test_shaking_that_goes_on(void **state)
{
    struct stage *g = *state;
    int64_t t_us = wall_us() / S * S;

    add_events(g, "1");
    begin(g);
    for (int i = 0; site_step_count(&g->site, VIBRATION) == 0; i++) {
        assert_true(i < 200); /* of 0.3 s each */
        send_unit(g, "H1/n1", "v", "mm/s", t_us + i * S / 3, 50);
        sleep_ms(300);
    }
    EXPECT_LEVELS(g, VIBRATION, LEVEL_RED);
}

static void test_held_over_a_reload_and_a_restart(void **state)
{
    struct stage *g = *state;

    add_events(g, "1");
    begin(g);
    send_unit(g, "H1/n1", "v", "mm/s", wall_us() / S * S, 50);
    judged(g);
    assert_int_equal(kill(g->site.daemon.pid, SIGHUP), 0);
    site_wait_log(&g->site, "reload done", 1);
    restart(g, false);
    site_wait_level(&g->site, VIBRATION, LEVEL_RED, 1);
}

/* --- a sensor gone mad --- */

static void test_thousands_of_turns_in_one_pack(void **state)
{
    struct stage *g = *state;
    struct strbuf pack = {0};
    int64_t t_s = g->t0_us / S;

    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "," LIMIT(3, "value", 50, 40, "") "]", 0);
    begin(g);
    for (int i = 0; i < 4001; i++)
        strbuf_printf(&pack, "%s{\"n\":\"d\",\"u\":\"mm\",\"t\":%lld,\"v\":%d}", i ? "," : "[",
                      (long long)t_s + i,
                      i == 3000 ? 60
                      : i % 2   ? 6
                                : 1);
    strbuf_puts(&pack, "]");
    send_pack(g, "H1/n1", strbuf_text(&pack));
    strbuf_free(&pack);
    site_wait_received(&g->site, 4001);
    judged(g);
    struct site_steps steps = site_steps(&g->site);
    int worst = 0, last = -1, count = 0;
    for (size_t i = 0; i < steps.count; i++)
        if (strcmp(steps.list[i].key, WALL) == 0) {
            worst = steps.list[i].level > worst ? steps.list[i].level : worst;
            last = steps.list[i].level;
            count++;
        }
    site_steps_free(&steps);
    /* the one bad reading among them is told, and stays until somebody has seen it */
    assert_int_equal(worst, LEVEL_ORANGE);
    assert_int_equal(last, LEVEL_ORANGE);
    assert_in_range(count, 2, 7); /* raised and over twice, then it is chatter */
}

/* --- who is told --- */

static void test_told_of_the_worst_told_of_the_end(void **state)
{
    struct stage *g = *state;
    char url[64], *endpoints;

    assert_true(asprintf(&endpoints,
                         "endpoints: ( { name = \"chief\"; url = \"%s\"; min_level = 2; } );",
                         receiver_url(g->r, "/chief", url, sizeof url)) > 0);
    site_config(&g->site, NULL, NULL, endpoints);
    free(endpoints);
    add_wall(g, "[" LIMIT(1, "value", 5, 4, "") "," LIMIT(2, "value", 8, 7, "") "]", 0);
    begin(g);
    wall(g, 0, 6);
    wall(g, 600, 9);
    wall(g, 1200, 6);
    wall(g, 1800, 1);
    site_wait_level(&g->site, WALL, LEVEL_NORMAL, 4);
    struct site_steps steps = site_steps(&g->site);
    const char *id = find_step(&steps, WALL, 4)->id;
    post_of(g, id, 4);
    assert_int_equal(receiver_count(g->r), 3); /* not of the first, which was blue */
    post_of(g, id, 2);
    post_of(g, id, 3);
    site_steps_free(&steps);
}

static void test_the_registry_says_whose_node(void **state)
{
    struct stage *g = *state;

    site_sensor(&g->site, &(struct site_sensor){.id = "urn:dev:ow:10e2073a01080063",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .quantity = "temperature",
                                                .unit = "Cel"});
    begin(g);
    send_pack(g, "H1/n1", "[{\"bn\":\"urn:dev:ow:10e2073a01080063\",\"u\":\"Cel\",\"v\":23.1}]");
    send_pack(g, "H1/n2", "[{\"bn\":\"urn:dev:ow:10e2073a01080063\",\"u\":\"Cel\",\"v\":23.1}]");
    site_wait_received(&g->site, 2);
    assert_int_equal(site_counts(&g->site).stored, 1);
    assert_int_equal(site_counter(&g->site, "quarantined.node"), 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_up_and_down_in_one_pack),           T(test_up_and_down_while_nobody_judged),
        T(test_frequency_in_the_next_message),     T(test_frequency_that_never_comes),
        T(test_new_limits_see_old_frequencies),    T(test_shaking_that_goes_on),
        T(test_held_over_a_reload_and_a_restart),  T(test_thousands_of_turns_in_one_pack),
        T(test_told_of_the_worst_told_of_the_end), T(test_the_registry_says_whose_node),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
