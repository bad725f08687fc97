/* A wire whose calibration was entered wrongly: alerts and flags of it, and both of them as they
 * should have been once the registry is corrected; the raw values are what was stored all along. */
#include "alerts_stage.h"

#include <math.h>
#include <signal.h>

#define READINGS 12
#define T_ID     "H1/n1/t"

/* The wall's wire, the beam's (believed up to 8 mm), and their thermistor. */
static void write_registry(struct stage *g, const char *factor)
{
    char wire[400], beam[500];

    snprintf(wire, sizeof wire,
             BELIEVED ",\"calibration\":{\"kind\":\"vibrating_wire\",\"gauge_factor\":%s,"
                      "\"zero_reading\":5000,\"thermal\":0.5,\"zero_temperature\":20,"
                      "\"temperature\":\"" T_ID "\"}",
             factor);
    snprintf(beam, sizeof beam, "\"range\":[-8,8],%s", wire);
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/d",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/wall",
                                                .quantity = "displacement",
                                                .unit = "mm",
                                                .limits = "[" LIMIT(2, "value", 5, 4, "") "]",
                                                .more = wire});
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/b",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/beam",
                                                .quantity = "displacement",
                                                .unit = "mm",
                                                .more = beam});
    site_sensor(
        &g->site,
        &(struct site_sensor){
            .id = T_ID, .node = "H1/n1", .house = "H1", .quantity = "temperature", .unit = "Cel"});
    add_probe(g);
    site_registry(&g->site, HOUSES);
}

static void send_raw(struct stage *g)
{
    char payload[400];

    for (int i = 0; i < READINGS; i++) {
        double t = (double)(g->t0_us / S + 600 * i);
        int n = snprintf(payload, sizeof payload,
                         "[{\"bt\":%.0f,\"n\":\"d\",\"u\":\"digits\",\"v\":%d},"
                         "{\"n\":\"b\",\"u\":\"digits\",\"v\":%d},"
                         "{\"n\":\"t\",\"u\":\"Cel\",\"v\":22}]",
                         t, 5090 + i % 2, 5090 + i % 2);
        assert_true(publisher_send(g->p, "shikumen/v1/H1/n1/senml", payload, (size_t)n));
    }
    assert_true(publisher_flush(g->p, 30));
}

/* The beam's readings as a person sees them. */
static cJSON *listed(struct stage *g, const char *option)
{
    char *out = path_in(g->site.folder, "listed.json");
    const char *const argv[] = {
        BIN_DIR "/shikumenctl", "-c", g->site.conf, "readings", "H1/n1/b", "--json", option, NULL};
    assert_int_equal(process_run(argv, &(struct process_options){.stdout_to = out}, 30), 0);
    char *text = read_text(out, NULL);
    cJSON *list = cJSON_Parse(text);
    assert_int_equal(cJSON_GetArraySize(list), READINGS);
    free(text);
    free(out);
    return list;
}

/* Each reading worth factor x digits + 1 (2 degrees above), with this flag. */
static void check_listed(struct stage *g, double factor, int flag)
{
    cJSON *list = listed(g, NULL);

    for (int i = 0; i < READINGS; i++) {
        const cJSON *r = cJSON_GetArrayItem(list, i);
        double v = cJSON_GetNumberValue(cJSON_GetObjectItem(r, "v"));
        if (fabs(v - ((90 + i % 2) * factor + 1)) > 1e-9 ||
            cJSON_GetObjectItem(r, "flag")->valueint != flag)
            fail_msg("reading %d: %.12g with flag %d", i, v,
                     cJSON_GetObjectItem(r, "flag")->valueint);
        assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(r, "u")), "mm");
    }
    cJSON_Delete(list);
    list = listed(g, "--raw");
    for (int i = 0; i < READINGS; i++) {
        const cJSON *r = cJSON_GetArrayItem(list, i);
        assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(r, "v")) == 5090 + i % 2);
        assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(r, "u")), "digits");
    }
    cJSON_Delete(list);
}

static void start_wrong(struct stage *g)
{
    write_registry(g, "0.1");
    site_start_connected(&g->site);
    g->p = publisher_open(&(struct publisher_options){.port = g->site.port});
    send_raw(g);
    site_wait_level(&g->site, WALL, 2, 1); /* 10 mm, it seems */
    check_listed(g, 0.1, QF_FAIL);
}

static void a_correction_makes_history_anew(void **state)
{
    struct stage *g = *state;

    start_wrong(g);
    write_registry(g, "0.01");
    process_signal(&g->site.daemon, SIGHUP);
    site_wait_level(&g->site, WALL, 0, 2); /* 1.9 mm, it is */
    site_wait_log(&g->site, "calibration_changed sensor=H1/n1/b", 2);
    check_listed(g, 0.01, QF_PASS);
    send_unit(g, "H1/n1", "d", "mm", g->t0_us + 7200 * S, 1); /* no raw value */
    send_unit(g, "H1/n1", "d", "digits", g->t0_us + 7200 * S, 5500);
    site_wait_level(&g->site, WALL, 2, 3);
    assert_int_equal(site_counter(&g->site, "quarantined.unit"), 1);
}

/* The same while the daemon does not run: the flags are judged again at its start, and once. */
static void a_correction_may_come_while_it_is_stopped(void **state)
{
    struct stage *g = *state;

    start_wrong(g);
    site_kill(&g->site);
    write_registry(g, "0.01");
    site_start_connected(&g->site);
    site_wait_level(&g->site, WALL, 0, 2);
    check_listed(g, 0.01, QF_PASS);
    site_stop(&g->site);
    site_start_connected(&g->site);
    judged(g);
    check_listed(g, 0.01, QF_PASS);
    assert_int_equal(site_log_lines(&g->site, "calibration_changed sensor=H1/n1/b"), 2);
}

static void run_ctl(struct stage *g, const char *const arguments[])
{
    const char *argv[16] = {BIN_DIR "/shikumenctl", "-c", g->site.conf};

    for (size_t i = 0; arguments[i]; i++)
        argv[3 + i] = arguments[i];
    assert_int_equal(process_run(argv, NULL, 60), 0);
}

/* What was exported raw comes to the same alert in a replay, though a wire's line stands before
 * that of its thermistor; the first reading says so already. */
static void a_replay_comes_to_the_same(void **state)
{
    struct stage *g = *state;
    char *exported = path_in(g->site.folder, "raw.ndjson"), *out = path_in(g->site.folder, "out");
    char *alerts = path_in(out, "alerts.ndjson"), *told;
    struct site_steps steps;

    start_wrong(g);
    run_ctl(g, (const char *const[]){"export", "--raw", "-o", exported, NULL});
    told = read_text(exported, NULL);
    assert_true(strstr(told, "H1/n1/d") < strstr(told, T_ID));
    free(told);
    run_ctl(g, (const char *const[]){"backtest", "--registry", g->site.registry, "--limits",
                                     g->site.limits, "--readings", exported, "--out", out, NULL});
    told = read_text(alerts, NULL);
    cJSON *step = cJSON_ParseWithLength(told, strcspn(told, "\n"));
    steps = site_steps(&g->site);
    cJSON *live = cJSON_Parse(find_step(&steps, WALL, 1)->body);
    assert_true(number(step, "value") == 10.0);
    assert_true(number(live, "value") == 10.0);
    assert_string_equal(text(step, "event"), text(live, "event"));
    cJSON_Delete(step);
    cJSON_Delete(live);
    site_steps_free(&steps);
    free(told);
    free(alerts);
    free(out);
    free(exported);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_correction_makes_history_anew),
        T(a_correction_may_come_while_it_is_stopped),
        T(a_replay_comes_to_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
