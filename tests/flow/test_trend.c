/* Permanent change in the running daemon: weeks of readings that come at once are concluded day by
 * day as they come, a restart says nothing twice, an epoch ends what is held. */
#include "alerts_stage.h"

#include "shikumen/base/utc.h"

#define TREND    "trend|H1/wall|displacement"
#define DAYS     60
#define PER_DAY  8
#define PERIOD_S (86400 / PER_DAY)
#define AHEAD_US (12 * S)

static void add_gauge(struct stage *g)
{
    add_wall(g, "[" LIMIT(3, "change", 1, 0.9, "") "]", PERIOD_S);
}

/* Sixty days up to an hour ago: still for twenty, then 0.06 mm a day. */
static void send_weeks(struct stage *g)
{
    int64_t first_us = wall_us() - DAYS * 86400 * S - 3600 * S;

    for (int i = 0; i < DAYS * PER_DAY; i++) {
        double day = (double)i / PER_DAY, opened = day > 20 ? 0.06 * (day - 20) : 0;
        send_unit(g, "H1/n1", "d", "mm", first_us + i * (PERIOD_S * S),
                  opened + 0.01 * (i * 7 % 11 - 5));
    }
}

static int64_t time_of(const cJSON *body, const char *name)
{
    int64_t t_us;

    assert_int_equal(utc_parse(text(body, name), &t_us), ERR_OK);
    return t_us;
}

static void test_a_backlog_is_concluded_day_by_day(void **state)
{
    struct stage *g = *state;

    add_gauge(g);
    begin(g);
    send_weeks(g);
    site_wait_level(&g->site, TREND, 3, 1);
    struct site_steps steps = site_steps(&g->site);
    cJSON *body = cJSON_Parse(find_step(&steps, TREND, 1)->body);
    const cJSON *reason = cJSON_GetArrayItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(body, "evidence"), "reasons"), 0);
    assert_string_equal(text(body, "kind"), "trend");
    assert_true(number(body, "value") > 1.0 && number(body, "value") < 1.8);
    /* reached on day 37 to 45, which was two weeks ago */
    assert_true(time_of(reason, "t") < wall_us() - 8 * 86400 * S);
    cJSON_Delete(body);
    site_steps_free(&steps);
    judged(g);
    restart(g, false);
    judged(g);
    restart(g, true);
    judged(g);
    EXPECT_LEVELS(g, TREND, 3);
}

/* An orange alert stays until somebody has seen it. */
static void acknowledge(struct stage *g)
{
    struct site_steps steps = site_steps(&g->site);
    const char *argv[] = {BIN_DIR "/shikumenctl",
                          "-c",
                          g->site.conf,
                          "ack",
                          find_step(&steps, TREND, 1)->id,
                          "--by",
                          "A",
                          "--note",
                          "seen",
                          NULL};

    assert_int_equal(
        process_run(argv, &(struct process_options){.output = "/dev/null"}, PATIENCE_S), 0);
    site_steps_free(&steps);
}

/* Its sensor has no limit but on permanent change. */
static void test_an_epoch_ends_a_trend(void **state)
{
    struct stage *g = *state;
    struct strbuf registry = {0};
    char at[UTC_TEXT_SIZE], *content;
    int64_t epoch_us = wall_us() / S * S + AHEAD_US;

    add_gauge(g);
    add_probe(g);
    site_registry(&g->site, HOUSES);
    content = read_text(g->site.registry, NULL);
    *strrchr(content, '}') = '\0';
    strbuf_printf(&registry,
                  "%s,\"epochs\":[{\"t\":\"%s\",\"scope\":\"H1/wall\",\"kind\":\"repair\"}]}",
                  content, utc_format(epoch_us, at));
    write_text(g->site.registry, strbuf_text(&registry));
    site_start_connected(&g->site);
    g->p = publisher_open(&(struct publisher_options){.port = g->site.port});
    send_weeks(g);
    site_wait_level(&g->site, TREND, 3, 1);
    acknowledge(g);
    site_wait_level(&g->site, TREND, 0, 3);
    assert_true(wall_us() >= epoch_us);
    judged(g);
    restart(g, false);
    judged(g);
    EXPECT_LEVELS(g, TREND, 3, 3, 0);
    strbuf_free(&registry);
    free(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_a_backlog_is_concluded_day_by_day),
                                       T(test_an_epoch_ends_a_trend)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
