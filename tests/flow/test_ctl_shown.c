/* shikumenctl over a store made by hand, no daemon: what it shows, in which form. */
#include "ctl_filled.h"

#include <math.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* --- what is shown --- */

static void check_counts_what_is_configured(void **state)
{
    const struct site *s = *state;
    const cJSON *set;
    cJSON *json;

    assert_int_equal(ctl(s, "check", "--json"), 0);
    json = ctl_json(s);
    assert_true(cJSON_IsTrue(at(json, "ok")));
    assert_true(number_at(json, "houses") == 3);
    assert_true(number_at(json, "sensors") == 3);
    assert_true(number_at(json, "sensors_without_limits") == 2);
    set = cJSON_GetArrayItem(at(json, "limit_sets"), 0);
    assert_string_equal(text_at(set, "name"), "crack");
    assert_true(number_at(set, "limits") == 2);
    assert_true(number_at(set, "provisional") == 1);
    assert_true(number_at(at(set, "marks"), "J") == 1);
    assert_string_equal(text_at(cJSON_GetArrayItem(at(json, "endpoints"), 0), "name"), "duty");
    assert_true(cJSON_IsFalse(at(cJSON_GetArrayItem(at(json, "endpoints"), 0), "signed")));
    assert_string_equal(text_at(at(json, "store"), "readings_db"), "ok");
    assert_string_equal(text_at(at(json, "store"), "state_db"), "ok");
    cJSON_Delete(json);
}

static void status_reconciles(void **state)
{
    const struct site *s = *state;
    const cJSON *quarantined;
    cJSON *json;

    assert_int_equal(ctl(s, "status", "--json", "--coverage"), 0);
    json = ctl_json(s);
    quarantined = at(json, "shikumen_readings_quarantined_total");
    assert_true(number_at(json, "shikumen_messages_received_total") == 4);
    assert_true(number_at(json, "shikumen_readings_received_total") == 6);
    assert_true(number_at(json, "shikumen_readings_stored_total") == 3);
    assert_true(number_at(quarantined, "unknown_sensor") == 2);
    assert_true(number_at(quarantined, "format") == 1);
    assert_true(cJSON_IsTrue(at(json, "reconciles")));
    assert_true(cJSON_IsNull(at(json, "shikumen_commits_total")));
    assert_true(number_at(json, "alerts_open") == 2);
    assert_true(number_at(at(at(json, "shikumen_alerts_open"), "level"), "4") == 1);
    assert_true(number_at(at(at(json, "shikumen_alerts_open"), "category"), "instrument") == 1);
    assert_true(number_at(at(json, "shikumen_outbox_pending"), "duty") == 2);
    assert_true(number_at(at(at(json, "shikumen_deliveries_total"), "duty"), "delivered") == 0);
    assert_true(number_at(json, "shikumen_sensors_silent") == 1);
    assert_true(number_at(json, "houses_unknown") == 2);
    /* one of 144 readings of one of two sensors has passed */
    assert_true(number_at(at(json, "shikumen_coverage_ratio"), "H1") > 0.5 / 288);
    assert_true(number_at(at(json, "shikumen_coverage_ratio"), "H1") < 1.5 / 288);
    assert_true(cJSON_IsNull(at(at(json, "shikumen_coverage_ratio"), "H3")));
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "status"), 0);
    assert_said(s->out, "received 6 = stored 3 + duplicate 0 + quarantined 3");
}

/* With the daemon at its socket, the figures that only it knows are its own. */
static void status_tells_what_the_daemon_says(void **state)
{
    static const char live[] =
        "{\"pid\":77,\"started\":\"2026-01-01T00:00:00Z\",\"state\":\"degraded\",\"reasons\":["
        "\"broker: connecting\"],\"broker\":\"connecting\",\"shikumen_commits_total\":12,"
        "\"shikumen_ingest_lag_seconds\":1.5,\"shikumen_sensors_silent\":9,\"houses_unknown\":8}";
    const struct site *s = *state;
    const char *const argv[] = {BIN_DIR "/shikumenctl", "-c", s->conf, "status", "--json", NULL};
    const struct process_options o = {.output = s->err, .stdout_to = s->out};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
    struct process p;
    cJSON *json;

    assert_true(snprintf(address.sun_path, sizeof address.sun_path, "%s/control.sock", s->store) <
                (int)sizeof address.sun_path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    p = process_start(argv, &o);
    client = accept(fd, NULL, NULL);
    assert_int_equal(write(client, live, strlen(live)), strlen(live));
    close(client);
    close(fd);
    assert_true(process_wait(&p, PATIENCE_S));
    assert_int_equal(p.exit_code, 0);
    json = ctl_json(s);
    assert_string_equal(text_at(json, "daemon"), "running");
    assert_string_equal(text_at(json, "state"), "degraded");
    assert_string_equal(text_at(json, "broker"), "connecting");
    assert_int_equal(cJSON_GetArraySize(at(json, "reasons")), 1);
    assert_true(number_at(json, "shikumen_commits_total") == 12);
    assert_true(number_at(json, "shikumen_ingest_lag_seconds") == 1.5);
    assert_true(number_at(json, "shikumen_sensors_silent") == 9);
    assert_true(number_at(json, "houses_unknown") == 8);
    assert_true(number_at(json, "shikumen_readings_received_total") == 6);
    cJSON_Delete(json);
}

static void status_shows_what_does_not_add_up(void **state)
{
    struct site *s = *state;
    cJSON *json;

    site_open_store(s);
    assert_int_equal(readings_count(s->db, "received", 1), ERR_OK);
    site_commit(s);
    site_close_store(s);
    assert_int_equal(ctl(s, "status", "--json"), 0);
    json = ctl_json(s);
    assert_true(cJSON_IsFalse(at(json, "reconciles")));
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "verify"), 1);
    assert_said(s->out, "readings.db: counters: received 7");
}

static void silence_is_unknown_never_normal(void **state)
{
    const struct site *s = *state;
    cJSON *json;

    assert_int_equal(ctl(s, "houses", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 3);
    assert_string_equal(text_at(row_of(json, "H1"), "class"), "insufficient data");
    assert_string_equal(text_at(row_of(json, "H1"), "colour"), "grey");
    assert_true(number_at(row_of(json, "H1"), "worst_level") == 4);
    assert_true(number_at(row_of(json, "H1"), "sensors_silent") == 0);
    assert_string_equal(text_at(row_of(json, "H2"), "class"), "unknown");
    assert_true(number_at(row_of(json, "H2"), "sensors_silent") == 1);
    assert_true(number_at(row_of(json, "H2"), "alerts_open") == 1);
    assert_string_equal(text_at(row_of(json, "H3"), "class"), "unknown");
    assert_true(number_at(row_of(json, "H3"), "sensors") == 0);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "houses"), 0);
    assert_said(s->out, "not enough data");
    assert_not_said(s->out, "normal");
    assert_not_said(s->out, "green");
}

/* A house is called what its risk is; silent now, it is unknown whatever it was. */
static void houses_are_called_by_their_risk(void **state)
{
    static const char *const ids[] = {"H1", "H2"};
    struct site *s = *state;
    cJSON *json;

    site_open_store(s);
    for (size_t i = 0; i < 2; i++) {
        const struct state_risk r = {.house = ids[i],
                                     .at_us = clock_utc_us(),
                                     .class_name = "L",
                                     .colour = "green",
                                     .score = 4,
                                     .confidence = 1,
                                     .coverage = 1,
                                     .line = "{\"class\":\"L\",\"colour\":\"green\","
                                             "\"grey\":false,\"provisional\":true}"};
        assert_int_equal(state_risk_put(s->state, &r), ERR_OK);
    }
    site_close_store(s);
    assert_int_equal(ctl(s, "houses", "--json"), 0);
    json = ctl_json(s);
    assert_string_equal(text_at(row_of(json, "H1"), "class"), "L");
    assert_string_equal(text_at(row_of(json, "H1"), "colour"), "green");
    assert_true(number_at(row_of(json, "H1"), "worst_level") == 4); /* beside it */
    assert_string_equal(text_at(row_of(json, "H2"), "class"), "unknown");
    assert_string_equal(text_at(row_of(json, "H2"), "colour"), "grey");
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "houses"), 0);
    assert_said(s->out, "L provisional");
    assert_said(s->out, "○ green");
    assert_said(s->out, "4 red");
}

/* A node that says it is offline is silent at once. */
static void an_offline_node_is_silent(void **state)
{
    struct site *s = *state;
    const struct node_row node = {.node = "H1/n1",
                                  .battery_v = (double)NAN,
                                  .battery_pct = 8,
                                  .rssi_dbm = -97,
                                  .firmware = "",
                                  .rx_us = clock_utc_us()};
    cJSON *json;

    site_open_store(s);
    assert_int_equal(readings_node(s->db, &node), ERR_OK);
    site_commit(s);
    site_close_store(s);
    assert_int_equal(ctl(s, "houses", "--json"), 0);
    json = ctl_json(s);
    assert_string_equal(text_at(row_of(json, "H1"), "class"), "unknown");
    cJSON_Delete(json);
}

static void sensors_say_what_they_said_last(void **state)
{
    const struct site *s = *state;
    const cJSON *crack;
    cJSON *json;

    assert_int_equal(ctl(s, "sensors", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 3);
    crack = row_of(json, "H1/n1/crack");
    assert_string_equal(text_at(crack, "quantity"), "crack_width");
    assert_string_equal(text_at(crack, "house"), "H1");
    assert_string_equal(text_at(crack, "element"), "H1/wall");
    assert_string_equal(text_at(crack, "limits"), "crack");
    assert_string_equal(text_at(crack, "u"), "mm");
    assert_true(number_at(crack, "v") == 5.25);
    assert_true(number_at(crack, "flag") == QF_PASS);
    assert_true(number_at(crack, "age_s") > 59 && number_at(crack, "age_s") < 3600);
    assert_true(cJSON_IsFalse(at(crack, "silent")));
    assert_true(cJSON_IsTrue(at(row_of(json, "H2/n1/t"), "silent")));
    assert_true(number_at(row_of(json, "H1/n1/t"), "flag") == QF_SUSPECT);
    assert_true(number_at(crack, "alert_level") == 4);
    assert_true(number_at(row_of(json, "H1/n1/t"), "alert_level") == 0);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "sensors"), 0);
    assert_said(s->out, "data ok  4 red"); /* the gauge works; what it shows is in alert */
    assert_said(s->out, "heard");
    assert_not_said(s->out, "normal");
    assert_int_equal(ctl(s, "sensors", "--silent", "--csv"), 0);
    assert_said(s->out, "H2/n1/t,");
    assert_not_said(s->out, "H1/n1/t,");
    assert_int_equal(ctl(s, "sensors", "--house", "H2", "--csv"), 0);
    assert_not_said(s->out, "H1/");
    assert_int_equal(ctl(s, "sensors", "--house", "H22"), 1);
    assert_said(s->err, "H22");
}

/* What it prints for the registry is a registry entry once the "?" are filled in. */
static void unknown_sensors_come_with_an_entry(void **state)
{
    const struct site *s = *state;
    const cJSON *entry;
    cJSON *json;

    assert_int_equal(ctl(s, "sensors", "--unknown", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 2);
    entry = at(row_of(json, "H1/n2/tilt-x"), "registry_entry");
    assert_string_equal(text_at(entry, "id"), "H1/n2/tilt-x");
    assert_string_equal(text_at(entry, "node"), "H1/n2");
    assert_string_equal(text_at(entry, "house"), "H1");
    assert_string_equal(text_at(entry, "quantity"), "tilt");
    assert_string_equal(text_at(entry, "unit"), "deg");
    entry = at(row_of(json, HOSTILE), "registry_entry");
    assert_string_equal(text_at(entry, "id"), HOSTILE);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "sensors", "--unknown"), 0);
    assert_said(s->out, "\"id\": \"H1/n2/tilt-x\"");
}

static void nothing_hostile_reaches_the_terminal(void **state)
{
    static const char *const commands[][3] = {{"sensors", "--unknown"}, {"quarantine"}, {"alerts"}};
    const struct site *s = *state;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ctl_v(s, commands[i]), 0);
        assert_not_said(s->out, "\x1b");
        assert_not_said(s->out, "\x07");
        assert_not_said(s->out, "\xe2\x80\xae");
        assert_not_said(s->out, "\xff");
    }
    assert_int_equal(ctl(s, "quarantine"), 0);
    assert_said(s->out, "\\x1b[31mred\\u202e\\udb40\\udc01\\n");
    assert_said(s->out, "a\\x1b]0;title\\x07b");
}

static void quarantine_is_narrowed(void **state)
{
    const struct site *s = *state;
    cJSON *json;

    assert_int_equal(ctl(s, "quarantine", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 3);
    assert_string_equal(text_at(cJSON_GetArrayItem(json, 0), "sensor"), "H1/n2/tilt-x");
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "quarantine", "--json", "--reason", "format"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 1);
    assert_true(number_at(cJSON_GetArrayItem(json, 0), "payload_bytes") == 6);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "quarantine", "--json", "--sensor", HOSTILE), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 1);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "quarantine", "--json", "--limit", "2"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 2);
    cJSON_Delete(json);
}

static void alerts_worst_first(void **state)
{
    const struct site *s = *state;
    cJSON *json;

    assert_int_equal(ctl(s, "alerts", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 2);
    assert_true(number_at(cJSON_GetArrayItem(json, 0), "level") == 4);
    assert_string_equal(text_at(cJSON_GetArrayItem(json, 0), "state"), "open");
    assert_string_equal(text_at(at(cJSON_GetArrayItem(json, 0), "summary"), "zh"), "裂缝超限");
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "alerts", "--json", "--level", "orange"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 1);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "alerts", "--json", "--house", "H2", "--since", "-1h"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 1);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "alerts", "--json", "--since", "now"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 0);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "alerts"), 0);
    assert_said(s->out, "crack too wide");
}

/* Ended ones only when asked for. */
static void ended_alerts_are_kept_apart(void **state)
{
    struct site *s = *state;
    struct arena arena = {0};
    struct episode e;
    cJSON *json;

    site_open_store(s);
    assert_int_equal(state_episode_by_key(s->state, "silence|H2/n1", &arena, &e), ERR_OK);
    e.level = 0;
    e.step = 2;
    e.resolved_us = e.changed_us = clock_utc_us();
    e.acked_level = 1;
    e.acked_us = e.opened_us;
    assert_int_equal(state_episode_put(s->state, &e), ERR_OK);
    assert_int_equal(state_step_put(s->state, &e, EVENT_RESOLVED, e.changed_us, body_silence,
                                    strlen(body_silence)),
                     ERR_OK);
    arena_free(&arena);
    site_close_store(s);
    assert_int_equal(ctl(s, "alerts", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 1);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "alerts", "--json", "--all"), 0);
    json = ctl_json(s);
    assert_string_equal(text_at(row_of(json, "aaaa2222-0000-4000-8000-000000000002"), "state"),
                        "resolved");
    assert_string_equal(
        text_at(row_of(json, "aaaa2222-0000-4000-8000-000000000002"), "acknowledged"),
        text_at(row_of(json, "aaaa2222-0000-4000-8000-000000000002"), "opened"));
    assert_true(
        cJSON_IsNull(at(row_of(json, "aaaa1111-0000-4000-8000-000000000001"), "acknowledged")));
    cJSON_Delete(json);
}

static void one_alert_tells_its_story(void **state)
{
    const struct site *s = *state;
    const cJSON *step, *delivery;
    cJSON *json;

    assert_int_equal(ctl(s, "alerts", "aaaa1", "--json"), 0);
    json = ctl_json(s);
    assert_string_equal(text_at(json, "id"), "aaaa1111-0000-4000-8000-000000000001");
    step = cJSON_GetArrayItem(at(json, "steps"), 0);
    assert_string_equal(text_at(step, "event"), "raised");
    assert_string_equal(text_at(at(at(step, "body"), "summary"), "en"), "crack too wide");
    delivery = cJSON_GetArrayItem(at(json, "deliveries"), 0);
    assert_string_equal(text_at(delivery, "endpoint"), "duty");
    assert_string_equal(text_at(delivery, "state"), "pending");
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "alerts", "aaaa"), 1); /* two begin so */
    assert_said(s->err, "2 alerts");
    assert_int_equal(ctl(s, "alerts", "bbbb"), 1);
    assert_int_equal(ctl(s, "alerts", "aaaa1111"), 0);
    assert_said(s->out, "crack too wide");
    assert_said(s->out, "duty");
}

/* --- readings --- */

static void fill_hours(struct site *s, int64_t t0_us)
{
    uint32_t id;

    site_open_store(s);
    id = site_sensor(s, "H1/n1/crack");
    for (int i = 0; i < 12; i++) /* two hours, every ten minutes; one of them failed */
        site_reading(s, id, t0_us + i * 600 * US_PER_S, t0_us + i * 600 * US_PER_S + 1, i,
                     i == 3 ? QF_FAIL : QF_PASS, i == 3 ? QT_GROSS_RANGE : QT_NONE);
    site_commit(s);
    site_close_store(s);
}

static void readings_raw_and_by_hour(void **state)
{
    struct site *s = *state;
    const cJSON *row;
    cJSON *json;

    fill_hours(s, 1767225600 * US_PER_S); /* 2026-01-01T00:00:00Z */
    assert_int_equal(ctl(s, "readings", "H1/n1/crack", "--to", "2026-01-02", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 12);
    row = cJSON_GetArrayItem(json, 3);
    assert_string_equal(text_at(row, "t"), "2026-01-01T00:30:00Z");
    assert_string_equal(text_at(row, "rx"), "2026-01-01T00:30:00.000001Z");
    assert_string_equal(text_at(row, "test"), "gross_range");
    assert_true(number_at(row, "flag") == QF_FAIL && number_at(row, "v") == 3);
    cJSON_Delete(json);
    assert_int_equal(
        ctl(s, "readings", "H1/n1/crack", "--to", "2026-01-02", "--step", "hour", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 2);
    row = cJSON_GetArrayItem(json, 0);
    assert_true(number_at(row, "n") == 5 && number_at(row, "flagged") == 1);
    assert_true(number_at(row, "min") == 0 && number_at(row, "max") == 5);
    assert_true(number_at(row, "mean") > 2.399 && number_at(row, "mean") < 2.401);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "readings", "H1/n1/crack", "--from", "2026-01-01T00:50:00Z", "--to",
                         "2026-01-01T01:10:00Z", "--csv"),
                     0);
    char *csv = read_text(s->out, NULL);
    assert_string_equal(csv,
                        "t,sensor,v,u,flag,test,rx\n"
                        "2026-01-01T00:50:00Z,H1/n1/crack,5,mm,1,,2026-01-01T00:50:00.000001Z\n"
                        "2026-01-01T01:00:00Z,H1/n1/crack,6,mm,1,,2026-01-01T01:00:00.000001Z\n");
    free(csv);
    assert_int_equal(ctl(s, "readings", "H1/n1/crack", "--from", "-24h", "--json"), 0);
    json = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(json), 1); /* the one of a minute ago */
    cJSON_Delete(json);
}

static void an_unknown_sensor_gets_a_suggestion(void **state)
{
    const struct site *s = *state;

    assert_int_equal(ctl(s, "readings", "H1/n1/crak"), 1);
    assert_said(s->err, "H1/n1/crack");
    assert_int_equal(ctl(s, "readings", "nothing like it"), 1);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define BARE(test)       cmocka_unit_test_setup_teardown(test, setup_bare, teardown)
    const struct CMUnitTest tests[] = {
        WITH_STORE(check_counts_what_is_configured),
        WITH_STORE(status_reconciles),
        WITH_STORE(status_tells_what_the_daemon_says),
        WITH_STORE(status_shows_what_does_not_add_up),
        WITH_STORE(silence_is_unknown_never_normal),
        WITH_STORE(houses_are_called_by_their_risk),
        WITH_STORE(an_offline_node_is_silent),
        WITH_STORE(sensors_say_what_they_said_last),
        WITH_STORE(unknown_sensors_come_with_an_entry),
        WITH_STORE(nothing_hostile_reaches_the_terminal),
        WITH_STORE(quarantine_is_narrowed),
        WITH_STORE(alerts_worst_first),
        WITH_STORE(ended_alerts_are_kept_apart),
        WITH_STORE(one_alert_tells_its_story),
        WITH_STORE(readings_raw_and_by_hour),
        WITH_STORE(an_unknown_sensor_gets_a_suggestion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
