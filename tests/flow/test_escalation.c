/* When nobody acknowledges: passed on once, whatever is killed meanwhile, and kept for a receiver
 * that is taken out of the configuration before it had it. (Who acknowledges in time:
 * test_replay_groups.) */
#include <signal.h>
#include <stdatomic.h>

#include "alerts_stage.h"

#define ORANGE "[" LIMIT(3, "value", 5, 4, "") "]"

/* Of these tests; what they wait for is in the store, not this time. */
#define AFTER_S "1"

static atomic_bool head_is_down;

static void head_may_be_down(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    if (strcmp(r->path, "/head") == 0 && atomic_load(&head_is_down))
        reply->status = 503;
}

/* The desk, which passes on what it does not acknowledge, and the head, who wants red alone. */
static void configure(struct stage *g, bool with_head)
{
    char desk[64], head[64], *endpoints;

    receiver_url(g->r, "/desk", desk, sizeof desk);
    receiver_url(g->r, "/head", head, sizeof head);
    if (with_head)
        assert_true(
            asprintf(&endpoints,
                     "endpoints: ( { name = \"desk\"; url = \"%s\"; escalate_to = \"head\"; "
                     "escalate_after_s = " AFTER_S "; }, "
                     "{ name = \"head\"; url = \"%s\"; min_level = 4; } );",
                     desk, head) > 0);
    else
        assert_true(
            asprintf(&endpoints, "endpoints: ( { name = \"desk\"; url = \"%s\"; } );", desk) > 0);
    site_config(&g->site, NULL, NULL, endpoints);
    free(endpoints);
}

static int setup_desks(void **state)
{
    struct stage *g;

    atomic_store(&head_is_down, false);
    setup(state);
    g = *state;
    receiver_stop(g->r);
    g->r = receiver_start(0, head_may_be_down, NULL);
    assert_non_null(g->r);
    configure(g, true);
    add_wall(g, ORANGE, 0);
    begin(g);
    return 0;
}

static void orange(struct stage *g, char id[ALERT_ID_SIZE])
{
    struct site_steps steps;

    wall(g, 0, 12);
    site_wait_level(&g->site, WALL, 3, 1);
    steps = site_steps(&g->site);
    snprintf(id, ALERT_ID_SIZE, "%s", find_step(&steps, WALL, 1)->id);
    site_steps_free(&steps);
}

static int escalations(struct stage *g)
{
    struct site_steps steps = site_steps(&g->site);
    int n = 0;

    for (size_t i = 0; i < steps.count; i++)
        n += strcmp(steps.list[i].key, WALL) == 0 && steps.list[i].event == EVENT_ESCALATED;
    site_steps_free(&steps);
    return n;
}

static int posts_to(struct stage *g, const char *path)
{
    int n = 0;

    for (size_t i = 0; i < receiver_count(g->r); i++)
        n += strcmp(receiver_get(g->r, i)->path, path) == 0 && receiver_get(g->r, i)->status == 200;
    return n;
}

static void expect_escalated_once(struct stage *g, const char *id)
{
    const struct received *r = post_of(g, id, 2);

    assert_string_equal(r->path, "/head");
    assert_non_null(strstr(r->body, "\"event\":\"escalated\""));
    assert_int_equal(escalations(g), 1);
    assert_int_equal(posts_to(g, "/head"), 1);
}

/* Killed before its time has come, and again after it was told. */
static void once_over_kills(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE];

    orange(g, id);
    restart(g, true);
    post_of(g, id, 2);
    site_wait_posted(&g->site);
    expect_escalated_once(g, id);
    restart(g, true);
    judged(g);
    site_wait_posted(&g->site);
    expect_escalated_once(g, id);
}

/* Its time comes while the daemon is away. */
static void at_the_next_start(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE];
    int64_t due_us;

    orange(g, id);
    site_kill(&g->site);
    due_us = wall_us() + S;
    while (wall_us() < due_us)
        sleep_ms(20);
    site_start_connected(&g->site);
    post_of(g, id, 2);
    site_wait_posted(&g->site);
    expect_escalated_once(g, id);
}

static void status_says(struct stage *g, const char *wanted)
{
    char *out = path_in(g->site.folder, "status.out"), *said;
    const char *argv[] = {BIN_DIR "/shikumenctl", "-c", g->site.conf, "status", NULL};

    assert_int_equal(process_run(argv, &(struct process_options){.stdout_to = out}, 20), 0);
    said = read_text(out, NULL);
    if (!strstr(said, wanted))
        fail_msg("status does not say %s:\n%s", wanted, said);
    free(said);
    free(out);
}

static void reload(struct stage *g, int times)
{
    process_signal(&g->site.daemon, SIGHUP);
    site_wait_log(&g->site, "reload done", times);
}

static void kept_for_a_receiver_that_is_taken_out(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE];

    atomic_store(&head_is_down, true);
    orange(g, id);
    post_of(g, id, 2);
    configure(g, false);
    reload(g, 1);
    site_wait_log(&g->site, "endpoint_gone name=head pending=1", 1);
    status_says(g, "配置中已没有此接收方");
    restart(g, false); /* and said again */
    site_wait_log(&g->site, "endpoint_gone name=head pending=1", 2);
    atomic_store(&head_is_down, false);
    configure(g, true);
    reload(g, 2);
    site_wait_posted(&g->site);
    assert_int_equal(posts_to(g, "/head"), 1);
    assert_int_equal(escalations(g), 1);
}

#define E(name) cmocka_unit_test_setup_teardown(name, setup_desks, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        E(once_over_kills),
        E(at_the_next_start),
        E(kept_for_a_receiver_that_is_taken_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
