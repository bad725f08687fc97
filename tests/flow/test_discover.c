/* What no profile fits or is not registered is kept and told by discover, its entries are ready for
 * the registry; profiles are tried without a daemon; those at fault are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>

#include "profiles_stage.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/readings_db.h"
#include "tmpdir.h"

/* --- what nobody knows --- */

/* Names in Chinese: what is measured is guessed from them too, and no two entries have one id. */
static void test_chinese_names(void **state)
{
    static const char text[] = "{\"STM\":{\"温度\":21.5,\"裂缝\":0.42,\"电压\":3.6}}";
    struct strbuf out = {0};
    struct site s;

    (void)state;
    make(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send(p, "tele/北墙/SENSOR", text, sizeof text - 1);
    send(p, "tele/南墙/SENSOR", text, sizeof text - 1);
    site_wait_received(&s, 6);
    run_ctl(&s, "discover --json", &out);
    cJSON *json = cJSON_Parse(strbuf_text(&out));
    const cJSON *sensors = cJSON_GetObjectItem(json, "sensors");
    static const char *const guesses[] = {"crack_width", "temperature", "battery"};
    int found[3] = {0};
    assert_int_equal(cJSON_GetArraySize(sensors), 6);
    for (const cJSON *c = sensors->child; c; c = c->next) {
        const char *id = ndjson_text(cJSON_GetObjectItem(c, "registry_entry"), "id");
        for (int i = 0; i < 3; i++)
            found[i] += strcmp(ndjson_text(c, "quantity"), guesses[i]) == 0;
        for (const cJSON *d = sensors->child; d != c; d = d->next)
            assert_string_not_equal(id,
                                    ndjson_text(cJSON_GetObjectItem(d, "registry_entry"), "id"));
    }
    assert_true(found[0] == 2 && found[1] == 2 && found[2] == 2);
    site_stop(&s);
    cJSON_Delete(json);
    strbuf_free(&out);
    publisher_close(p);
    site_free(&s);
}

/* A folder of profiles of the site's own: the shipped ones and one for other/thing. */
static void add_profile(struct site *s)
{
    char command[2048];
    FILE *file;

    snprintf(command, sizeof command, "cd '%s' && rm profiles && cp -r '%s/sensors/profiles' .",
             s->folder, SOURCE_DIR);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/profiles/thing.json", s->folder);
    file = fopen(command, "w");
    assert_non_null(file);
    fputs("{\"id\":\"thing\",\"version\":1,\"title\":\"t\",\"topic\":\"other/{d}\",\"device\":"
          "{\"topic\":\"d\"},\"values\":[{\"name\":\"x\",\"ptr\":\"/x\"}]}",
          file);
    assert_int_equal(fclose(file), 0);
}

/* The entries that discover prints go into the registry as they are, and the daemon then stores
 * what it did not know. */
static void test_discover(void **state)
{
    struct strbuf out = {0};
    struct site s;

    (void)state;
    make(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_case(p, "tele/tasmota_A1B2C3/SENSOR", "tasmota-am2301");
    send(p, "other/thing", "{\"x\":1}", 7);
    send(p, "other/thing", "{\"x\":2}", 7);
    send(p, "shikumen/v1/H1/n9/senml", CRACK, strlen(CRACK));
    site_wait_received(&s, 5);
    run_ctl(&s, "discover --json", &out);
    cJSON *json = cJSON_Parse(strbuf_text(&out));
    const cJSON *sensors = cJSON_GetObjectItem(json, "sensors");
    const cJSON *unmatched = cJSON_GetObjectItem(json, "unmatched");
    assert_int_equal(cJSON_GetArraySize(sensors), 3);
    assert_int_equal(cJSON_GetArraySize(unmatched), 1);
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(unmatched->child, "count")), 2);
    assert_string_equal(ndjson_text(unmatched->child, "why_en"), "no profile has this topic");
    assert_string_equal(ndjson_text(unmatched->child, "why_zh"), "没有配置用于此主题");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(unmatched->child, "fits_now")));
    strbuf_clear(&out);
    run_ctl(&s, "quarantine --reason unknown_sensor --json", &out);
    assert_non_null(strstr(strbuf_text(&out), "\"reason_zh\":\"测点未登记\""));
    assert_non_null(strstr(strbuf_text(&out), "\"detail_zh\":\"未登记\""));
    assert_non_null(strstr(strbuf_text(&out), "\"detail_en\":\"not in the registry\""));
    for (const cJSON *c = sensors->child; c; c = c->next) {
        char *entry = cJSON_PrintUnformatted(cJSON_GetObjectItem(c, "registry_entry"));
        assert_true(strlen(entry) > 20);
        if (s.sensors.len > 0)
            strbuf_putc(&s.sensors, ',');
        strbuf_puts(&s.sensors, entry);
        free(entry);
    }
    site_registry(&s, "[{\"id\":\"H1\"}]");
    strbuf_clear(&out);
    run_ctl(&s, "check", &out);
    site_stop(&s);
    site_start_connected(&s);
    send_case(p, "tele/tasmota_A1B2C3/SENSOR", "tasmota-am2301");
    site_wait_received(&s, 7);
    assert_int_equal(site_counter(&s, "stored"), 2);
    strbuf_clear(&out);
    run_ctl(&s, "discover --json", &out);
    assert_non_null(strstr(strbuf_text(&out), "\"sensors\":[]")); /* what is registered by now */
    add_profile(&s);
    strbuf_clear(&out);
    run_ctl(&s, "discover --json", &out);
    assert_non_null(strstr(strbuf_text(&out), "\"fits_now\":\"thing\""));
    site_stop(&s);
    site_reconcile(&s);
    cJSON_Delete(json);
    strbuf_free(&out);
    publisher_close(p);
    site_free(&s);
}

static enum err count_row(void *context, const struct quarantine_row *row)
{
    assert_non_null(row->detail);
    ++*(int *)context;
    return ERR_OK;
}

static int kept(struct site *s, const char *reason)
{
    struct readings_reader *r = site_reader(s);
    int n = 0;

    assert_int_equal(reader_quarantine(r, reason, NULL, 10000, count_row, &n), ERR_OK);
    reader_close(r);
    return n;
}

static void put_refused(struct readings_db *db, const char *reason, int64_t age_us)
{
    assert_int_equal(readings_quarantine(db, &(struct quarantine_entry){.rx_us = wall_us() - age_us,
                                                                        .topic = "other/x",
                                                                        .reason = reason,
                                                                        .detail = "d",
                                                                        .payload = "1",
                                                                        .payload_len = 1}),
                     ERR_OK);
    assert_int_equal(readings_count(db, "received", 1), ERR_OK);
    assert_int_equal(
        readings_count(db, *reason == 'u' ? "quarantined.unmatched" : "quarantined.format", 1),
        ERR_OK);
}

/* What no profile fits is kept for a day, at most so many an hour, and counted in any case. */
static void test_kept_for_a_day(void **state)
{
    struct readings_db *db;
    struct site s;
    int64_t seq;
    char why[256];

    (void)state;
    make(&s);
    site_stop(&s);
    assert_int_equal(readings_open(s.store, why, sizeof why, &db), ERR_OK);
    put_refused(db, "unmatched", 25 * US_PER_HOUR);
    put_refused(db, "unmatched", 23 * US_PER_HOUR);
    put_refused(db, "format", 25 * US_PER_HOUR);
    assert_int_equal(readings_commit(db, &seq), ERR_OK);
    readings_close(db);
    assert_int_equal(kept(&s, "unmatched"), 2);
    site_start_connected(&s);
    for (double end = now_s() + PATIENCE_S; kept(&s, "unmatched") != 1 && now_s() < end;)
        sleep_ms(20);
    assert_int_equal(kept(&s, "unmatched"), 1);
    assert_int_equal(kept(&s, "format"), 1);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    for (int i = 0; i < 520; i++)
        assert_true(publisher_send(p, "other/x", "1", 1));
    assert_true(publisher_flush(p, PATIENCE_S));
    site_wait_received(&s, 523);
    assert_int_equal(kept(&s, "unmatched"), 501);
    assert_int_equal(site_counter(&s, "quarantined.unmatched"), 522);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    site_free(&s);
}

/* --- without a daemon --- */

/* A document's example bytes, a codec's object, a message: no configuration is needed. */
static void test_trying(void **state)
{
    struct strbuf out = {0};

    (void)state;
    run(0, &out, "shikumenctl", "/nonexistent",
        "profile test milesight-em310-tilt --hex \"01 75 64 03d4 98fd 44ff 6b22\" --json");
    cJSON *json = cJSON_Parse(strbuf_text(&out));
    const cJSON *readings = cJSON_GetObjectItem(json, "readings");
    assert_int_equal(cJSON_GetArraySize(readings), 4);
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(readings->child, "value")) == -3.08);
    cJSON_Delete(json);
    strbuf_clear(&out);
    run(1, &out, "shikumenctl", "/nonexistent", "profile test decentlab-lpw --hex 0102 --port 1");
    assert_non_null(strstr(strbuf_text(&out), "shorter than its header"));
    strbuf_clear(&out);
    run(0, &out, "shikumenctl", "/nonexistent",
        "profile test decentlab-lpw --object - "
        "<<'X'\n{\"potentiometer_position\":{\"value\":50}}\nX\n#");
    assert_non_null(strstr(strbuf_text(&out), "position  50 %"));
    strbuf_clear(&out);
    run(0, &out, "shikumenctl", "/nonexistent",
        "profile test any - --topic attic/sensor/crack/state <<'X'\n0.42\nX\n#");
    assert_non_null(strstr(strbuf_text(&out), "esphome"));
    assert_non_null(strstr(strbuf_text(&out), "attic / crack"));
    assert_null(strstr(strbuf_text(&out), "tasmota")); /* others do not matter then */
    strbuf_clear(&out);
    run(1, &out, "shikumenctl", "/nonexistent", "profile test any - <<'X'\n0.42\nX\n#");
    strbuf_clear(&out);
    run(2, &out, "shikumenctl", "/nonexistent", "profile try x");
    strbuf_clear(&out);
    run(1, &out, "shikumenctl", "/nonexistent", "profile test no-such --hex 00");
    strbuf_clear(&out);
    run(0, &out, "shikumenctl", "/nonexistent", "profile list --json");
    json = cJSON_Parse(strbuf_text(&out));
    assert_true(cJSON_GetArraySize(json) > 40);
    cJSON_Delete(json);
    strbuf_free(&out);
}

/* The zone of local times is the one given, else the configuration's, else UTC, which is said. */
static void test_local_times(void **state)
{
#define THING(zone)                                                                                \
    "{\"id\":\"thing\",\"version\":1,\"title\":\"t\",\"topic\":\"x\",\"time\":{\"ptr\":\"/"        \
    "t\",\"format\":"                                                                              \
    "\"local\"" zone "},\"values\":[{\"name\":\"v\",\"ptr\":\"/v\"}]}"
    static const struct {
        const char *options, *t, *said;
        int code;
    } cases[] = {
        {"", "12:00:00Z", "taken as UTC", 0},
        {"--timezone Asia/Shanghai ", "04:00:00Z", "zone of local times: Asia/Shanghai", 0},
        {"--timezone -03:30 ", "15:30:00Z", "zone of local times: -03:30", 0},
        {"--timezone Nowhere ", NULL, "there is no time zone Nowhere", 1},
        {"--timezone ../zone ", NULL, "there is no time zone ../zone", 1},
    };
    char *folder = tmpdir_make("local"), *file = path_in(folder, "thing.json");
    struct strbuf out = {0};

    (void)state;
    write_text(file, THING(""));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[700];
        snprintf(command, sizeof command,
                 "profile test %s%s - <<'X'\n{\"t\":\"2026-11-30 12:00:00\",\"v\":3}\nX\n#",
                 cases[i].options, file);
        strbuf_clear(&out);
        run(cases[i].code, &out, "shikumenctl", "/nonexistent", command);
        if (!strstr(strbuf_text(&out), cases[i].said) ||
            (cases[i].t && !strstr(strbuf_text(&out), cases[i].t)))
            fail_msg("%s: %s", cases[i].options, strbuf_text(&out));
    }
    write_text(file, THING(",\"zone\":\"Asia/Tokyo\""));
    char command[700];
    snprintf(command, sizeof command,
             "profile test %s - <<'X'\n{\"t\":\"2026-11-30 12:00:00\",\"v\":3}\nX\n#", file);
    strbuf_clear(&out);
    run(0, &out, "shikumenctl", "/nonexistent", command);
    assert_non_null(strstr(strbuf_text(&out), "03:00:00Z"));
    assert_null(strstr(strbuf_text(&out), "UTC"));
    strbuf_free(&out);
    tmpdir_remove(folder);
    free(file);
}

/* --- profiles at fault --- */

static void write_profile(struct site *s, const char *text)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/profiles/mine.json", s->folder);
    write_text(path, text);
}

/* A faulty profile keeps the daemon from starting, and a running one with what it has. */
static void test_faults(void **state)
{
    static const char good[] =
        "{\"id\":\"mine\",\"version\":1,\"title\":\"t\",\"topic\":\"other/{d}\","
        "\"device\":{\"topic\":\"d\"},\"values\":[{\"name\":\"w\",\"ptr\":\"/x\","
        "\"quantity\":\"crack_width\",\"unit\":\"mm\"}]}";
    struct strbuf out = {0};
    struct site s;
    char folder[1024];

    (void)state;
    site_make(&s, "profiles", &(struct broker_options){0});
    snprintf(folder, sizeof folder, "%s/profiles", s.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    add(&s, "a", "crack_width", "mm",
        "\"source\":{\"profile\":\"mine\",\"device\":\"thing\",\"channel\":\"w\"}");
    site_registry(&s, "[{\"id\":\"H1\"}]");
    site_config(&s, FILTERS, NULL, NULL);
    write_profile(&s, "{\"id\":\"mine\",\"version\":1,\"title\":\"t\",\"topic\":\"x\",\n"
                      "\"values\":[{\"name\":\"w\",\"ptr\":\"x\",\n\"quantity\":\"width\"}]}");
    run(78, &out, "shikumend", s.conf, "--check-config");
    assert_non_null(strstr(strbuf_text(&out), "mine.json:2: values[0].ptr: "));
    assert_non_null(strstr(strbuf_text(&out), "mine.json:3: values[0].quantity: "));
    strbuf_clear(&out);
    run(78, &out, "shikumenctl", s.conf, "check");
    assert_non_null(strstr(strbuf_text(&out), "mine.json:2"));
    write_profile(&s, good);
    site_start_connected(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send(p, "other/thing", "{\"x\":1.5}", 9);
    site_wait_received(&s, 1);
    write_profile(&s, "{");
    process_signal(&s.daemon, SIGHUP);
    site_wait_log(&s, "mine.json", 1);
    send(p, "other/thing", "{\"x\":1.75}", 10);
    site_wait_received(&s, 2);
    assert_int_equal(site_counter(&s, "stored"), 2);
    site_stop(&s);
    site_reconcile(&s);
    strbuf_free(&out);
    publisher_close(p);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_for_a_day), cmocka_unit_test(test_discover),
        cmocka_unit_test(test_chinese_names),  cmocka_unit_test(test_trying),
        cmocka_unit_test(test_local_times),    cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
