/* /api/v1/events against a daemon that is killed: every step once, in order, to everybody. */
#include "http_stage.h"

#define MANY 200

/* The wall reaches this level, and the stream tells of it; its place. */
static long rise(struct stage *g, struct listener *l, int64_t s, double mm, const char *level)
{
    size_t from = l->text.len, at;
    char *line;

    wall(g, s, mm);
    at = hear(l, level, from);
    line = l->text.data + at;
    while (line > l->text.data && strncmp(line, "\nid: ", 5) != 0)
        line--;
    return strtol(line + 5, NULL, 10);
}

static void test_steps_and_states_come(void **state)
{
    struct stage *g = *state;
    struct listener l;
    long first, second;

    add_wall(g, THREE_LEVELS, 0);
    begin_http(g);
    expect_status(g, "GET", "/api/v1/events", NULL, NULL, 401);
    listen_to(g, &l, NULL);
    hear(&l, "Content-Type: text/event-stream\r\n", 0);
    hear(&l, "event: state\ndata: {\"state\":\"", 0);
    hear(&l, "\"alerts_open\":0", 0);
    first = rise(g, &l, 0, 6, "\"level\":2,\"event\":\"raised\"");
    second = rise(g, &l, 60, 12, "\"level\":3,\"event\":\"worsened\"");
    assert_true(second > first);
    hear(&l, "\"house\":\"H1\",\"element\":\"H1/wall\",\"summary_zh\":\"", 0);
    hear(&l, "\"alerts_open\":1", 0);
    listener_close(&l);
}

static void test_a_stream_goes_on_where_it_was_after_a_kill(void **state)
{
    struct stage *g = *state;
    struct listener l;
    char last[64];
    long place;

    add_wall(g, THREE_LEVELS, 0);
    begin_http(g);
    listen_to(g, &l, NULL);
    hear(&l, "event: state", 0);
    place = rise(g, &l, 0, 6, "\"level\":2,\"event\":\"raised\"");
    listener_close(&l);
    wall(g, 60, 12);
    site_wait_level(&g->site, WALL, 3, 2);
    restart(g, true);
    wall(g, 120, 22);
    site_wait_level(&g->site, WALL, 4, 3);
    site_wait_log(&g->site, "<5>ready", 2);
    snprintf(last, sizeof last, "Last-Event-ID: %ld\r\n", place);
    listen_to(g, &l, last);
    hear(&l, "\"level\":4", hear(&l, "\"level\":3", 0));
    hear(&l, "event: state", 0);
    assert_int_equal(times_in(l.text.data, "event: step\n"), 2);
    listener_close(&l);
    /* a place that this store never had */
    listen_to(g, &l, "Last-Event-ID: 999999\r\n");
    hear(&l, "event: reset\n", 0);
    hear(&l, "event: state\n", 0);
    assert_int_equal(times_in(l.text.data, "event: step\n"), 0);
    listener_close(&l);
    /* what is no number is as if it was not there */
    listen_to(g, &l, "Last-Event-ID: -1; drop\r\n");
    hear(&l, "event: state\n", 0);
    assert_int_equal(times_in(l.text.data, "event: reset\n"), 0);
    listener_close(&l);
}

static void test_many_hear_the_same(void **state)
{
    struct stage *g = *state;
    static struct listener many[MANY];

    add_wall(g, THREE_LEVELS, 0);
    begin_http(g);
    for (size_t i = 0; i < MANY; i++)
        listen_to(g, &many[i], NULL);
    for (size_t i = 0; i < MANY; i++)
        hear(&many[i], "event: state\n", 0);
    wall(g, 0, 6);
    wall(g, 60, 12);
    for (size_t i = 0; i < MANY; i++)
        hear(&many[i], "\"event\":\"worsened\"", hear(&many[i], "\"event\":\"raised\"", 0));
    expect_status(g, "GET", "/api/v1/session", VIEWER, NULL, 200);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(times_in(many[i].text.data, "event: step\n"), 2);
        listener_close(&many[i]);
    }
}

static void test_a_reload_ends_streams_and_a_stop_is_not_held_up(void **state)
{
    struct stage *g = *state;
    struct listener l;
    char byte;

    add_wall(g, THREE_LEVELS, 0);
    begin_http(g);
    listen_to(g, &l, NULL);
    hear(&l, "event: state\n", 0);
    process_signal(&g->site.daemon, 1);
    site_wait_log(&g->site, "reload done", 1);
    while (recv(l.fd, &byte, 1, 0) > 0)
        ;
    listener_close(&l);
    listen_to(g, &l, NULL);
    hear(&l, "event: state\n", 0);
    site_stop(&g->site);
    site_start_connected(&g->site);
    listener_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        H(test_steps_and_states_come),
        H(test_a_stream_goes_on_where_it_was_after_a_kill),
        H(test_many_hear_the_same),
        H(test_a_reload_ends_streams_and_a_stop_is_not_held_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
