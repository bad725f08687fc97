/* Foreign messages through the running daemon: a node behind a network server is a sensor like any
 * other, with its battery, its radio and its repeats; Sparkplug with a rebirth; what nobody knows
 * is kept and told by discover. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <mosquitto.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "ndjson.h"
#include "publisher.h"
#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"

#define FILTERS                                                                                    \
    "subscribe = [\"shikumen/v1/#\", \"application/#\", \"tele/#\", \"spBv1.0/#\", \"other/#\"];"

#define CRACK "[{\"n\":\"crack-1\",\"u\":\"mm\",\"v\":0.5}]"

/* --- the site --- */

static void add(struct site *s, const char *id, const char *quantity, const char *unit,
                const char *more)
{
    site_sensor(s, &(struct site_sensor){
                       .id = id, .house = "H1", .quantity = quantity, .unit = unit, .more = more});
}

static void make(struct site *s)
{
    char link[1024];

    site_make(s, "profiles", &(struct broker_options){0});
    snprintf(link, sizeof link, "%s/profiles", s->folder);
    assert_int_equal(symlink(SOURCE_DIR "/sensors/profiles", link), 0);
    add(s, "H1/tilt-x", "tilt", "deg",
        "\"source\":{\"profile\":\"milesight-em310-tilt\",\"device\":\"10-00-00-00-00-00-00-01\","
        "\"channel\":\"angle_x\"}");
    add(s, "H1/strain", "strain", "um/m",
        "\"source\":{\"profile\":\"decentlab-kl66\",\"device\":\"70B3D57BA0003BB8\","
        "\"channel\":\"strain\"}");
    add(s, "H1/strain-battery", "battery", "V",
        "\"source\":{\"profile\":\"decentlab-kl66\",\"device\":\"70B3D57BA0003BB8\","
        "\"channel\":\"battery\"}");
    add(s, "H1/edge-t", "temperature", "Cel",
        "\"source\":{\"profile\":\"sparkplug-b\",\"device\":\"Lane1/EdgeA\","
        "\"channel\":\"Temperature\"}");
    site_registry(s, "[{\"id\":\"H1\"}]");
    site_config(s, FILTERS, NULL, NULL);
    site_start_connected(s);
}

static struct strbuf payload_of(const char *name)
{
    struct strbuf text = {0};
    char path[1024];

    snprintf(path, sizeof path, TEST_DATA "/profiles/%s/payload", name);
    assert_int_equal(file_read(path, 1 << 20, &text), ERR_OK);
    return text;
}

static void send(struct publisher *p, const char *topic, const void *payload, size_t n)
{
    assert_true(publisher_send(p, topic, payload, n));
    assert_true(publisher_flush(p, PATIENCE_S));
}

static void send_case(struct publisher *p, const char *topic, const char *name)
{
    struct strbuf text = payload_of(name);

    send(p, topic, text.data, text.len);
    strbuf_free(&text);
}

static int64_t us(const char *text)
{
    int64_t t_us;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

static void expect_reading(struct site *s, const char *sensor, size_t count, int64_t t_us, double v)
{
    struct reading r[8];
    size_t n = site_readings(s, sensor, r, 8);

    assert_int_equal(n, count);
    assert_true(r[n - 1].t_us == t_us);
    if (!(fabs(r[n - 1].value - v) < 1e-9 * fmax(1, fabs(v))))
        fail_msg("%s: %.12g, not %.12g", sensor, r[n - 1].value, v);
}

/* --- nodes behind a network --- */

struct seen {
    const char *node;
    double battery_v, rssi_dbm;
    bool found;
};

static enum err look_at_node(void *context, const struct reader_node *n)
{
    struct seen *seen = context;

    if (strcmp(n->node, seen->node) == 0) {
        seen->found = n->online;
        seen->battery_v = n->battery_v;
        seen->rssi_dbm = n->rssi_dbm;
    }
    return ERR_OK;
}

static struct seen node_called(struct site *s, const char *name)
{
    struct seen seen = {.node = name};
    struct readings_reader *r = site_reader(s);

    assert_int_equal(reader_nodes(r, 0, look_at_node, &seen), ERR_OK);
    reader_close(r);
    return seen;
}

static void test_network_nodes(void **state)
{
    struct site s;

    (void)state;
    make(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_case(p, "application/a/device/70b3d57ba0003bb8/event/up",
              "captured-decentlab-kl66-chirpstack-v4-payload");
    site_wait_received(&s, 4); /* strain, battery; elongation and frequency are not registered */
    expect_reading(&s, "H1/strain", 1, us("2024-11-10T12:51:50Z"), 10.588269392998427);
    expect_reading(&s, "H1/strain-battery", 1, us("2024-11-10T12:51:50Z"), 3.168);
    struct seen node = node_called(&s, "70b3d57ba0003bb8");
    assert_true(node.found && node.battery_v == 3.168 && node.rssi_dbm == -106);
    assert_int_equal(site_counter(&s, "quarantined.unknown_sensor"), 2);
    /* the network tells it once more: by its identifier */
    send_case(p, "application/a/device/70b3d57ba0003bb8/event/up",
              "captured-decentlab-kl66-chirpstack-v4-payload");
    site_wait_received(&s, 8);
    assert_int_equal(site_counter(&s, "duplicate"), 4);
    assert_int_equal(site_counter(&s, "quarantined.unknown_sensor"), 2);
    /* and after a restart, by sensor and time */
    site_stop(&s);
    site_start_connected(&s);
    send_case(p, "application/a/device/70b3d57ba0003bb8/event/up",
              "captured-decentlab-kl66-chirpstack-v4-payload");
    site_wait_received(&s, 12);
    assert_int_equal(site_counter(&s, "stored"), 2);
    /* a frame counter that jumps */
    send_case(p, "application/a/device/1000000000000001/event/up",
              "captured-milesight-em310-tilt-chirpstack-v4");
    site_wait_received(&s, 15);
    expect_reading(&s, "H1/tilt-x", 1, us("2023-05-22T07:47:05.404859Z"), 0);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    site_free(&s);
}

/* --- Sparkplug --- */

struct commands {
    int count;
    char topic[200];
};

static void on_command(struct mosquitto *m, void *context, const struct mosquitto_message *message)
{
    struct commands *c = context;

    (void)m;
    snprintf(c->topic, sizeof c->topic, "%s", message->topic);
    assert_true(message->payloadlen > 20);
    c->count++;
}

static struct mosquitto *listen_commands(struct site *s, struct commands *c)
{
    struct mosquitto *m = mosquitto_new(NULL, true, c);

    assert_non_null(m);
    mosquitto_message_callback_set(m, on_command);
    assert_int_equal(mosquitto_connect(m, "127.0.0.1", s->port, 30), MOSQ_ERR_SUCCESS);
    assert_int_equal(mosquitto_subscribe(m, NULL, "spBv1.0/+/NCMD/+", 0), MOSQ_ERR_SUCCESS);
    for (int i = 0; i < 20; i++)
        mosquitto_loop(m, 20, 1);
    return m;
}

static void test_sparkplug(void **state)
{
    struct commands commands = {0};
    struct site s;

    (void)state;
    make(&s);
    struct mosquitto *m = listen_commands(&s, &commands);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_case(p, "spBv1.0/Lane1/NDATA/EdgeA", "sparkplug-b-ndata"); /* before its birth */
    site_wait_received(&s, 1);
    assert_int_equal(site_counter(&s, "quarantined.unmatched"), 1);
    for (double end = now_s() + PATIENCE_S; commands.count == 0 && now_s() < end;)
        mosquitto_loop(m, 50, 1);
    assert_int_equal(commands.count, 1);
    assert_string_equal(commands.topic, "spBv1.0/Lane1/NCMD/EdgeA");
    send_case(p, "spBv1.0/Lane1/NBIRTH/EdgeA", "sparkplug-b-nbirth");
    site_wait_received(&s, 2);
    send_case(p, "spBv1.0/Lane1/NDATA/EdgeA", "sparkplug-b-ndata"); /* by alias, the same time */
    site_wait_received(&s, 3);
    assert_int_equal(site_counter(&s, "stored"), 1);
    assert_int_equal(site_counter(&s, "conflict"), 1);
    assert_true(node_called(&s, "Lane1/EdgeA").found);
    site_stop(&s);
    site_reconcile(&s);
    mosquitto_destroy(m);
    publisher_close(p);
    site_free(&s);
}

/* --- what commands print --- */

/* What a command prints; it must end with this code. */
static void run(int code, struct strbuf *out, const char *program, const char *conf,
                const char *arguments)
{
    char command[2048], chunk[4096];
    size_t n;

    snprintf(command, sizeof command, "exec 2>&1; " BIN_DIR "/%s -c %s %s", program, conf,
             arguments);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        strbuf_append(out, chunk, n);
    int status = pclose(f);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        fail_msg("%s: %s", command, strbuf_text(out));
}

static void run_ctl(struct site *s, const char *arguments, struct strbuf *out)
{
    run(0, out, "shikumenctl", s->conf, arguments);
}

/* --- what is told afterwards --- */

/* Temperature of 12.5 degC at t_ms, as Sparkplug B. */
static void send_temperature(struct publisher *p, int64_t t_ms, bool historical)
{
    static const uint8_t value[] = {0x69, 0, 0, 0, 0, 0, 0, 0x29, 0x40}; /* field 13, 12.5 */
    uint8_t payload[64] = {0x12, 0,   0x0a, 11,  'T', 'e', 'm', 'p',
                           'e',  'r', 'a',  't', 'u', 'r', 'e', 0x18};
    size_t n = 16;

    for (uint64_t v = (uint64_t)t_ms; v > 0; v >>= 7)
        payload[n++] = (uint8_t)(v > 0x7f ? v | 0x80 : v);
    payload[n++] = 0x28; /* field 5: is_historical */
    payload[n++] = historical;
    memcpy(payload + n, value, sizeof value);
    n += sizeof value;
    payload[1] = (uint8_t)(n - 2);
    send(p, "spBv1.0/Lane1/NDATA/EdgeA", payload, n);
}

/* The row of H1/edge-t in sensors --json. */
static cJSON *edge_row(struct site *s)
{
    struct strbuf out = {0};
    cJSON *all, *row = NULL;
    const cJSON *one;

    run_ctl(s, "sensors --json", &out);
    all = cJSON_Parse(strbuf_text(&out));
    cJSON_ArrayForEach(one, all)
    {
        if (strcmp(ndjson_text(one, "id"), "H1/edge-t") == 0)
            row = cJSON_Duplicate(one, true);
    }
    assert_non_null(row);
    cJSON_Delete(all);
    strbuf_free(&out);
    return row;
}

/* It is a reading of its time, and no sign that the sensor is alive now. */
static void test_historical(void **state)
{
    int64_t now_ms = wall_us() / 1000;
    struct strbuf out = {0};
    struct site s;
    cJSON *row;

    (void)state;
    make(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_temperature(p, now_ms - 7200000, true);
    site_wait_received(&s, 1);
    expect_reading(&s, "H1/edge-t", 1, (now_ms - 7200000) * 1000, 12.5);
    row = edge_row(&s);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(row, "rx")));
    assert_true(cJSON_IsString(cJSON_GetObjectItem(row, "t")));
    cJSON_Delete(row);
    run_ctl(&s, "readings H1/edge-t --json", &out);
    assert_non_null(strstr(strbuf_text(&out), "\"historical\":true"));
    send_temperature(p, now_ms, false);
    site_wait_received(&s, 2);
    row = edge_row(&s);
    assert_true(cJSON_IsString(cJSON_GetObjectItem(row, "rx")));
    cJSON_Delete(row);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    strbuf_free(&out);
    site_free(&s);
}

/* --- what nobody knows --- */

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
        cmocka_unit_test(test_network_nodes), cmocka_unit_test(test_sparkplug),
        cmocka_unit_test(test_historical),    cmocka_unit_test(test_discover),
        cmocka_unit_test(test_trying),        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
