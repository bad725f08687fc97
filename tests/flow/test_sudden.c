/* A crack jumps between two readings: somebody hears of it after the third, once, whatever is
 * killed meanwhile; the days that follow confirm it in the same alert. */
#include "alerts_stage.h"

#include <math.h>

#define HOUR_US   (3600 * S)
#define DAYS      40 /* of quiet before it */
#define AFTER     14 /* days after it */
#define JUMP_HOUR (DAYS * 24 + 12)
#define JUMP_MM   1.5
#define CRACK     "trend|H1/wall|crack_width"
#define LIMITS    "[" LIMIT(4, "change", 1, 0.9, "") "," LIMIT(3, "change", 0.5, 0.45, "") "]"

/* The crack, its wall's thermometer, and two neighbours that stay where they are. */
static void add_house(struct stage *g)
{
    static const char *const cracks[][3] = {{"H1/n1/c", "H1/n1", "H1/wall"},
                                            {"H1/n2/c", "H1/n2", "H1/beam"},
                                            {"H2/n1/c", "H2/n1", NULL}};

    for (size_t i = 0; i < sizeof cracks / sizeof *cracks; i++)
        site_sensor(&g->site, &(struct site_sensor){.id = cracks[i][0],
                                                    .node = cracks[i][1],
                                                    .house = i == 2 ? "H2" : "H1",
                                                    .element = cracks[i][2],
                                                    .quantity = "crack_width",
                                                    .unit = "mm",
                                                    .period_s = 3600,
                                                    .limits = LIMITS});
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/t",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/wall",
                                                .quantity = "temperature",
                                                .unit = "Cel",
                                                .period_s = 3600,
                                                .more = "\"medium\":\"wall\""});
}

/* --- readings --- */

static double warmth(int hour)
{
    return 15 + 5 * sin(2 * M_PI * hour / 24.0) + 2 * sin(2 * M_PI * hour / 170.0);
}

/* It closes as the wall warms, and shakes a little. */
static double width(int hour, int gauge)
{
    double jump = gauge == 0 && hour >= JUMP_HOUR ? JUMP_MM : 0;

    return 2 - 0.01 * (warmth(hour) - 15) + 0.002 * ((hour * 7 + gauge * 3) % 11 - 5) + jump;
}

static void put(struct strbuf *out, const char *name, const char *unit, int64_t t_us, double v)
{
    strbuf_printf(out, "%s{\"n\":\"%s\",\"u\":\"%s\",\"t\":%.6f,\"v\":%.4f}", out->len ? "," : "[",
                  name, unit, (double)t_us / 1e6, v);
}

static void publish(struct stage *g, const char *node, struct strbuf *list)
{
    char topic[80];

    snprintf(topic, sizeof topic, "shikumen/v1/%s/senml", node);
    strbuf_putc(list, ']');
    assert_true(publisher_send(g->p, topic, strbuf_text(list), list->len));
    strbuf_free(list);
}

/* All that the house measures in hours from .. to - 1. */
static void send_hours(struct stage *g, int from, int to)
{
    static const char *const nodes[] = {"H1/n1", "H1/n2", "H2/n1"};

    for (int gauge = 2; gauge >= 0; gauge--) { /* the neighbours are known of first */
        struct strbuf list = {0};
        for (int hour = from; hour < to; hour++) {
            int64_t t_us = g->t0_us + hour * HOUR_US;
            if (gauge == 0)
                put(&list, "t", "Cel", t_us, warmth(hour));
            put(&list, "c", "mm", t_us, width(hour, gauge));
        }
        publish(g, nodes[gauge], &list);
    }
    assert_true(publisher_flush(g->p, PATIENCE_S));
}

static void send_days(struct stage *g, int from_hour, int days)
{
    for (int day = 0; day < days; day++)
        send_hours(g, from_hour + day * 24, from_hour + (day + 1) * 24);
}

/* What was sent before has been judged; the probe speaks of the same time, so that no day is
 * concluded before its readings have come. */
static void judged_to(struct stage *g, int hour)
{
    g->probes++;
    send_unit(g, "H2/probe", "d", "mm", g->t0_us + hour * HOUR_US - (1800 - g->probes) * S,
              g->probes % 2 ? 6 : 1);
    site_wait_condition(&g->site, "limit|H1/probe|displacement", g->probes % 2);
}

/* --- what is told --- */

static int posts_of_step(struct stage *g, const char *id, int step)
{
    char webhook_id[80];
    int n = 0;

    snprintf(webhook_id, sizeof webhook_id, "%s.%d", id, step);
    for (size_t i = 0; i < receiver_count(g->r); i++)
        n += strcmp(receiver_get(g->r, i)->webhook_id, webhook_id) == 0;
    return n;
}

/* That it jumped, and that it is not known yet whether wall or gauge. */
static void expect_told_at_once(struct stage *g, char id[ALERT_ID_SIZE])
{
    struct site_steps steps = site_steps(&g->site);
    cJSON *body;
    const cJSON *evidence;

    snprintf(id, ALERT_ID_SIZE, "%s", find_step(&steps, CRACK, 1)->id);
    site_steps_free(&steps);
    body = cJSON_Parse(post_of(g, id, 1)->body);
    evidence = cJSON_GetObjectItem(body, "evidence");
    assert_string_equal(text(body, "event"), "raised");
    assert_string_equal(text(body, "kind"), "step");
    assert_string_equal(text(body, "category"), "structure");
    assert_int_equal(number(body, "level"), 3);
    assert_true(fabs(number(body, "value") - JUMP_MM) < 0.15);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(evidence, "unsettled")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(body, "sensors")), 1);
    check_bilingual(body, "summary");
    check_bilingual(body, "advice");
    cJSON_Delete(body);
}

/* The days agree: the later step is of the same alert, and settled. */
static void expect_confirmed(struct stage *g, const char *id)
{
    struct site_steps steps = site_steps(&g->site);
    const struct site_step *last = NULL;
    cJSON *body;

    for (size_t i = 0; i < steps.count; i++)
        if (strcmp(steps.list[i].key, CRACK) == 0) {
            assert_string_equal(steps.list[i].id, id);
            last = &steps.list[i];
        }
    assert_non_null(last);
    assert_int_equal(last->step, 2);
    assert_true(last->event == EVENT_WORSENED || last->event == EVENT_UPDATED);
    body = cJSON_Parse(post_of(g, id, 2)->body);
    assert_true(number(body, "level") >= 3);
    assert_true(fabs(number(body, "value") - JUMP_MM) < 0.15);
    assert_false(
        cJSON_IsTrue(cJSON_GetObjectItem(cJSON_GetObjectItem(body, "evidence"), "unsettled")));
    cJSON_Delete(body);
    site_steps_free(&steps);
}

static void a_crack_that_jumps(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE];

    g->t0_us = (wall_us() / (86400 * S) - DAYS - AFTER - 2) * 86400 * S;
    add_house(g);
    begin(g);
    send_days(g, 0, DAYS);
    send_hours(g, DAYS * 24, JUMP_HOUR);
    judged_to(g, JUMP_HOUR);
    expect_none(g, CRACK);
    send_hours(g, JUMP_HOUR, JUMP_HOUR + 2);
    judged_to(g, JUMP_HOUR + 2);
    expect_none(g, CRACK); /* two readings are no evidence */
    send_hours(g, JUMP_HOUR + 2, JUMP_HOUR + 3);
    site_wait_level(&g->site, CRACK, 3, 1);
    expect_told_at_once(g, id);
    site_wait_posted(&g->site);
    restart(g, true);
    send_hours(g, JUMP_HOUR + 3, (DAYS + 1) * 24);
    send_days(g, (DAYS + 1) * 24, AFTER);
    site_wait_level(&g->site, CRACK, 4, 2);
    site_wait_posted(&g->site);
    expect_confirmed(g, id);
    assert_int_equal(posts_of_step(g, id, 1), 1);
    assert_int_equal(posts_of_step(g, id, 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(a_crack_that_jumps)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
