/* A sensor gone mad, the daemon and a receiver: too many alerts are one alert that names it; a
 * restart neither forgets nor repeats it; status tells the load beside the budget; it ends. */
#include "alerts_stage.h"

#include <signal.h>

#include "tmpdir.h"

#define LOAD "system|alarm_load"
#define CTL  BIN_DIR "/shikumenctl"

static void configure(struct stage *g, int house_most)
{
    char url[64], *rest;

    assert_true(asprintf(&rest,
                         "alerts: { house_most_week = %d; };\n"
                         "endpoints: ( { name = \"desk\"; url = \"%s\"; } );",
                         house_most, receiver_url(g->r, "/desk", url, sizeof url)) > 0);
    site_config(&g->site, NULL, NULL, rest);
    free(rest);
}

static void begin_mad(struct stage *g, int house_most)
{
    configure(g, house_most);
    add_wall(g, "[" LIMIT(2, "value", 5, 4, "") "]", 0);
    begin(g);
}

/* Up and down again: two alerts, each told of. */
static void twice_mad(struct stage *g)
{
    wall(g, 0, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    wall(g, 600, 1);
    site_wait_level(&g->site, WALL, 0, 2);
    wall(g, 1200, 6);
    site_wait_level(&g->site, WALL, 2, 3);
}

static char *ctl_says(struct stage *g, const char *option)
{
    const char *const argv[] = {CTL, "-c", g->site.conf, "status", option, NULL};
    char *out = path_in(g->site.folder, "said"), *err = path_in(g->site.folder, "complained");
    const struct process_options o = {.stdout_to = out, .output = err};

    assert_int_equal(process_run(argv, &o, PATIENCE_S), 0);
    char *said = read_text(out, NULL);
    free(out);
    free(err);
    return said;
}

static cJSON *ctl_status(struct stage *g)
{
    char *said = ctl_says(g, "--json");
    cJSON *json = cJSON_Parse(said);

    if (!json)
        fail_msg("%s", said);
    free(said);
    return json;
}

static double counted(const cJSON *status, const char *name, const char *category,
                      const char *level)
{
    const cJSON *by = cJSON_GetObjectItem(status, name);

    return number(cJSON_GetObjectItem(by, category), level);
}

static void expect_status(struct stage *g)
{
    cJSON *status = ctl_status(g);
    const cJSON *load = cJSON_GetObjectItem(status, "alarm_load");

    assert_true(number(load, "alerts_7d") == 2);
    assert_true(number(load, "per_house_week") == 1); /* two houses */
    assert_true(number(load, "allowed_7d") == 1);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(load, "over_budget")));
    assert_string_equal(text(cJSON_GetObjectItem(load, "cause"), "sensor"), "H1/n1/d");
    assert_true(number(status, "shikumen_alarm_load_over_budget") == 1);
    assert_true(number(status, "shikumen_alarm_load_budget_per_house_week") == 0.1);
    assert_true(counted(status, "shikumen_alarm_load_alerts_per_house_week", "structure", "2") ==
                1);
    assert_true(counted(status, "shikumen_alerts_raised_total", "structure", "2") == 2);
    assert_true(counted(status, "shikumen_alerts_raised_total", "system", "1") == 1);
    assert_true(counted(status, "shikumen_alerts_standing", "structure", "2") == 1);
    assert_true(counted(status, "shikumen_alerts_standing", "system", "1") == 1);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(status, "shikumen_acknowledged_in_time_ratio")));
    cJSON_Delete(status);
}

static void test_a_mad_sensor_is_named_and_it_ends(void **state)
{
    struct stage *g = *state;

    begin_mad(g, 1);
    twice_mad(g);
    site_wait_level(&g->site, LOAD, 1, 1);
    struct site_steps steps = site_steps(&g->site);
    const struct site_step *raised = find_step(&steps, LOAD, 1);
    const struct received *post = post_of(g, raised->id, 1);
    assert_non_null(strstr(post->body, "H1/n1/d"));
    cJSON *body = cJSON_Parse(raised->body);
    check_bilingual(body, "summary");
    check_bilingual(body, "advice");
    assert_string_equal(text(body, "colour"), "blue");
    assert_string_equal(text(body, "category"), "system");
    assert_non_null(strstr(text(cJSON_GetObjectItem(body, "summary"), "zh"), "H1/n1/d"));
    cJSON_Delete(body);
    site_steps_free(&steps);

    expect_status(g);
    char *said = ctl_says(g, NULL);
    assert_non_null(strstr(said, "H1/n1/d"));
    free(said);

    restart(g, true);
    expect_status(g);
    assert_int_equal(site_step_count(&g->site, LOAD), 1);

    configure(g, 100); /* somebody thinks that this is fine */
    assert_int_equal(kill(g->site.daemon.pid, SIGHUP), 0);
    site_wait_level(&g->site, LOAD, 0, 2);
}

static void test_within_the_budget_nothing_is_said(void **state)
{
    struct stage *g = *state;

    begin_mad(g, 3);
    twice_mad(g);
    judged(g); /* a third alert */
    expect_none(g, LOAD);
    cJSON *status = ctl_status(g);
    assert_true(number(status, "shikumen_alarm_load_over_budget") == 0);
    assert_true(number(cJSON_GetObjectItem(status, "alarm_load"), "alerts_7d") == 3);
    cJSON_Delete(status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_mad_sensor_is_named_and_it_ends),
        T(test_within_the_budget_nothing_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
