/* Groups of a running daemon: one alert over a dozen kills, acts of a person on all its members,
 * and what one person ended does not come back empty. */
#include "alerts_stage.h"

#define CTL    BIN_DIR "/shikumenctl"
#define LANE   "group|structure|limit|row:L1/R1"
#define COUNT  10
#define RISES  12
#define ORANGE "[" LIMIT(3, "value", 5, 4, "") "]"

static void begin_lane(struct stage *g)
{
    struct strbuf houses = {0};

    strbuf_puts(&houses, "[{\"id\":\"H1\",\"elements\":[{\"id\":\"H1/probe\",\"kind\":\"roof\"}]},"
                         "{\"id\":\"H2\"}");
    for (int i = 0; i < COUNT; i++) {
        char id[16], node[16], element[16];
        snprintf(id, sizeof id, "G%d/n/d", i);
        snprintf(node, sizeof node, "G%d/n", i);
        snprintf(element, sizeof element, "G%d/w", i);
        strbuf_printf(
            &houses,
            ",{\"id\":\"G%d\",\"lane\":\"L1\",\"row\":\"R1\",\"elements\":[{\"id\":\"%s\","
            "\"kind\":\"wall\"}]}",
            i, element);
        site_sensor(&g->site, &(struct site_sensor){.id = id,
                                                    .node = node,
                                                    .element = element,
                                                    .quantity = "displacement",
                                                    .unit = "mm",
                                                    .limits = ORANGE,
                                                    .more = BELIEVED});
    }
    strbuf_puts(&houses, "]");
    add_probe(g);
    site_registry(&g->site, strbuf_text(&houses));
    strbuf_free(&houses);
    site_start_connected(&g->site);
    g->p = publisher_open(&(struct publisher_options){.port = g->site.port});
}

static void house(struct stage *g, int i, int64_t s, double mm)
{
    char node[16];

    snprintf(node, sizeof node, "G%d/n", i);
    send_unit(g, node, "d", "mm", g->t0_us + s * S, mm);
}

static void act(struct stage *g, const char *verb)
{
    struct site_steps steps = site_steps(&g->site);
    const char *id = find_step(&steps, LANE, 1)->id;
    const char *argv[] = {CTL,    "-c",   g->site.conf, verb,   id,
                          "--by", "王工", "--note",     "看过", NULL};
    char *out = path_in(g->site.folder, "ctl.out");

    assert_int_equal(process_run(argv, &(struct process_options){.output = out}, PATIENCE_S), 0);
    free(out);
    site_steps_free(&steps);
}

/* What a person is shown: the lane, and that it speaks for the houses, none of which stands alone. */
static void check_list(struct stage *g)
{
    const char *argv[] = {CTL, "-c", g->site.conf, "alerts", NULL};
    char *out = path_in(g->site.folder, "ctl.list"), *said, note[40];

    assert_int_equal(process_run(argv, &(struct process_options){.output = out}, PATIENCE_S), 0);
    said = read_text(out, NULL);
    assert_non_null(strstr(said, "L1 R1"));
    assert_null(strstr(said, " G0 ")); /* as the house of a line */
    snprintf(note, sizeof note, "另有 %d 条", COUNT);
    assert_non_null(strstr(said, note));
    free(said);
    free(out);
}

/* No step was posted twice, and those of one alert came in order. */
static void check_posts(struct stage *g, int redelivered)
{
    int twice = 0;

    for (size_t i = 0; i < receiver_count(g->r); i++)
        for (size_t k = 0; k < i; k++) {
            const char *x = receiver_get(g->r, i)->webhook_id,
                       *y = receiver_get(g->r, k)->webhook_id;
            twice += strcmp(x, y) == 0;
            if (strncmp(x, y, 37) == 0)
                assert_true(atoi(x + 37) >= atoi(y + 37));
        }
    assert_true(twice <= redelivered);
}

static int levels_above_0(struct stage *g)
{
    struct site_steps steps = site_steps(&g->site);
    int n = 0;

    for (size_t i = 0; i < steps.count; i++) {
        bool last = i + 1 == steps.count || strcmp(steps.list[i].id, steps.list[i + 1].id) != 0;
        n += last && steps.list[i].level > 0 && strstr(steps.list[i].key, "|G") != NULL;
    }
    site_steps_free(&steps);
    return n;
}

static void one_alert_over_a_dozen_kills(void **state)
{
    struct stage *g = *state;

    begin_lane(g);
    for (int i = 0; i < COUNT; i++)
        house(g, i, i, 1);
    for (int i = 0; i < RISES; i++) { /* at other moments of judging, posting and settling */
        house(g, i % COUNT, 600 + 60 * i, 6 + i);
        sleep_ms(7 * i);
        restart(g, true);
    }
    judged(g);
    site_wait_level(&g->site, LANE, 3, 0);
    site_wait_posted(&g->site);
    assert_int_equal(levels_above_0(g), COUNT);
    check_posts(g, RISES);
    struct state_db *db = site_state(&g->site);
    struct strbuf faults = {0};
    assert_int_equal(state_verify(db, &faults), ERR_OK);
    strbuf_free(&faults);
    state_close(db);
}

static void a_person_sees_and_ends_all_of_them(void **state)
{
    struct stage *g = *state;

    begin_lane(g);
    for (int i = 0; i < COUNT; i++)
        house(g, i, 600, 6);
    judged(g);
    site_wait_level(&g->site, LANE, 3, 0);
    check_list(g);
    act(g, "ack");
    struct site_steps steps = site_steps(&g->site);
    int acked = 0;
    for (size_t i = 0; i < steps.count; i++)
        acked += steps.list[i].event == EVENT_ACKNOWLEDGED;
    site_steps_free(&steps);
    assert_int_equal(acked, COUNT + 1);
    act(g, "resolve");
    site_wait_level(&g->site, LANE, 0, 0);
    assert_int_equal(levels_above_0(g), 0);
    site_wait_posted(&g->site);
    size_t posts = receiver_count(g->r);
    print_message("ten houses, acknowledged, ended by hand: %zu posts\n", posts);
    restart(g, true);
    judged(g);
    assert_int_equal(levels_above_0(g), 0);
    check_posts(g, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(one_alert_over_a_dozen_kills),
        T(a_person_sees_and_ends_all_of_them),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
