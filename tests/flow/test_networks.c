/* Nodes behind network servers are sensors like any other: what they tell of their radio and their
 * battery is shown, their silence and an empty battery are told, and a clock that is wrong on the
 * way spoils no reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profiles_stage.h"
#include "shikumen/base/clock.h"

#define EUI   "24e124136b320001"
#define UP    "application/a/device/" EUI "/event/up"
#define EMPTY "fault|" EUI "/battery|battery"
#define AS_SOURCE(p, device, channel)                                                              \
    "\"source\":{\"profile\":\"" p "\",\"device\":\"" device "\",\"channel\":\"" channel "\"}"

/* An uplink of an EM300-TH as ChirpStack forwards it, of t_us; the gateway says gateway_us. */
static void send_em300(struct publisher *p, int64_t t_us, int64_t gateway_us, int battery)
{
    static int sent;
    char text[1024], t[UTC_TEXT_SIZE], gateway[UTC_TEXT_SIZE];

    utc_format(t_us, t);
    utc_format(gateway_us, gateway);
    snprintf(text, sizeof text,
             "{\"deduplicationId\":\"%d\",\"time\":\"%s\",\"deviceInfo\":{\"deviceProfileName\":"
             "\"EM300-TH\",\"devEui\":\"" EUI "\"},\"fPort\":85,\"rxInfo\":[{\"gwTime\":\"%s\","
             "\"rssi\":-97,\"snr\":7.5}],\"object\":{\"battery\":%d,\"temperature\":21.5,"
             "\"humidity\":50.5}}",
             ++sent, t, gateway, battery);
    send(p, UP, text, strlen(text));
}

static void site_with_limits(struct site *s)
{
    char link[1024];

    site_make(s, "networks", &(struct broker_options){0});
    snprintf(link, sizeof link, "%s/profiles", s->folder);
    assert_int_equal(symlink(SOURCE_DIR "/sensors/profiles", link), 0);
    snprintf(link, sizeof link, "%s/battery-percent-low.json", s->limits);
    assert_int_equal(symlink(SOURCE_DIR "/config/limits/battery-percent-low.json", link), 0);
}

static void begin(struct site *s, const char *sensors)
{
    strbuf_clear(&s->sensors);
    strbuf_puts(&s->sensors, sensors);
    site_registry(s, "[{\"id\":\"H1\",\"elements\":[{\"id\":\"H1/wall\",\"kind\":\"wall\"}]}]");
    site_config(s,
                "subscribe = [\"shikumen/v1/#\", \"application/#\", \"v3/#\", \"loriot/#\", "
                "\"spBv1.0/#\", \"lane/#\"];",
                NULL, NULL);
    site_start_connected(s);
}

/* --- battery in percent --- */

/* The row of discover about a channel of the EM300; NULL. Free with cJSON_Delete. */
static cJSON *discovered(struct site *s, const char *channel)
{
    struct strbuf out = {0};
    const cJSON *row;
    cJSON *found = NULL;

    run_ctl(s, "discover --json", &out);
    cJSON *json = cJSON_Parse(strbuf_text(&out));
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(json, "sensors"))
    {
        if (!found && strcmp(ndjson_text(row, "channel"), channel) == 0)
            found = cJSON_Duplicate(cJSON_GetObjectItem(row, "registry_entry"), true);
    }
    cJSON_Delete(json);
    strbuf_free(&out);
    return found;
}

/* The entry as discover prints it, into the house. */
static void paste(struct site *s, struct strbuf *sensors, const char *channel)
{
    cJSON *entry = discovered(s, channel);
    char *text;

    assert_non_null(entry);
    cJSON_AddStringToObject(entry, "house", "H1");
    text = cJSON_PrintUnformatted(entry);
    strbuf_printf(sensors, "%s%s", sensors->len > 0 ? ",\n" : "", text);
    free(text);
    cJSON_Delete(entry);
}

static void expect_battery_entry(struct site *s)
{
    cJSON *entry = discovered(s, "battery");

    assert_non_null(entry);
    assert_string_equal(ndjson_text(entry, "quantity"), "battery");
    assert_string_equal(ndjson_text(entry, "unit"), "%");
    assert_string_equal(ndjson_text(entry, "limits"), "battery-percent-low");
    cJSON_Delete(entry);
}

static void expect_node(struct site *s, const char *sensor, double percent, double rssi_dbm)
{
    cJSON *row = row_of(s, sensor);
    const cJSON *battery = cJSON_GetObjectItem(row, "node_battery_pct");

    assert_true(percent > 0 ? cJSON_GetNumberValue(battery) == percent : cJSON_IsNull(battery));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(row, "node_battery_v")));
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(row, "node_rssi_dbm")) == rssi_dbm);
    cJSON_Delete(row);
}

static void expect_instrument(struct site *s, const char *key)
{
    struct site_steps steps = site_steps(s);
    bool found = false;

    for (size_t i = 0; i < steps.count; i++)
        if (strcmp(steps.list[i].key, key) == 0) {
            assert_int_equal(steps.list[i].category, CATEGORY_INSTRUMENT);
            found = true;
        }
    assert_true(found);
    site_steps_free(&steps);
}

/* From a sensor that nobody knows to the alert that its battery is nearly empty: discover proposes
 * its entry together with the limits, also where only its other channels are registered. */
static void test_an_empty_battery(void **state)
{
    const int64_t start_us = wall_us() - 90 * US_PER_HOUR;
    struct strbuf sensors = {0};
    struct site s;

    (void)state;
    site_with_limits(&s);
    begin(&s, "");
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_em300(p, start_us, start_us, 92);
    site_wait_received(&s, 2); /* the battery is no reading yet */
    expect_battery_entry(&s);
    paste(&s, &sensors, "temperature");
    paste(&s, &sensors, "humidity");
    site_stop(&s);
    begin(&s, strbuf_text(&sensors));
    send_em300(p, start_us + US_PER_HOUR, start_us + US_PER_HOUR, 91);
    site_wait_received(&s, 4);
    expect_node(&s, EUI "/temperature", 91, -97);
    expect_battery_entry(&s);
    paste(&s, &sensors, "battery");
    site_stop(&s);
    begin(&s, strbuf_text(&sensors));
    assert_null(discovered(&s, "battery"));
    for (int64_t h = 2; h <= 88; h += 2)
        send_em300(p, start_us + h * US_PER_HOUR, start_us + h * US_PER_HOUR, h < 40 ? 90 : 8);
    site_wait_level(&s, EMPTY, LEVEL_YELLOW, 0);
    expect_instrument(&s, EMPTY);
    expect_node(&s, EUI "/temperature", 8, -97);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    strbuf_free(&sensors);
    site_free(&s);
}

/* --- radio and silence --- */

#define TTS_UP                                                                                     \
    "{\"end_device_ids\":{\"device_id\":\"d\",\"dev_eui\":\"24E124136B320002\"},\"uplink_"         \
    "message\":{"                                                                                  \
    "\"f_port\":85,\"rx_metadata\":[{\"rssi\":-88,\"snr\":3}],\"received_at\":\"%s\","             \
    "\"version_ids\":{\"model_id\":\"em300-th-868m\"},\"decoded_payload\":{\"battery\":77,"        \
    "\"temperature\":19,\"humidity\":50}}}"
#define LORIOT_UP                                                                                  \
    "{\"cmd\":\"%s\",\"EUI\":\"24E124136B320003\",\"ts\":%lld,\"fcnt\":%d,\"port\":85,%s,"         \
    "\"data\":\"01755C03673401046865\"}"

static void send_tts(struct publisher *p, int64_t t_us)
{
    char text[1024], t[UTC_TEXT_SIZE];

    utc_format(t_us, t);
    snprintf(text, sizeof text, TTS_UP, t);
    send(p, "v3/lane@ttn/devices/d/up", text, strlen(text));
}

/* An uplink once at once, or once more with its gateways (cmd "gw", its own server time). */
static void send_loriot(struct publisher *p, const char *cmd, int64_t t_us, int frame)
{
    char text[1024];

    snprintf(text, sizeof text, LORIOT_UP, cmd, (long long)(t_us / 1000), frame,
             *cmd == 'g' ? "\"gws\":[{\"rssi\":-55},{\"rssi\":-99}]" : "\"rssi\":-55");
    send(p, "loriot/up", text, strlen(text));
}

static void send_edge(struct publisher *p)
{
    send_case(p, "spBv1.0/Lane1/NBIRTH/EdgeA", "sparkplug-b-nbirth");
}

static void send_pack(struct publisher *p)
{
    static const char pack[] = "[{\"n\":\"H1/n8/t\",\"u\":\"Cel\",\"v\":20}]";

    send(p, "lane/gateway/senml", pack, strlen(pack));
}

static void speak(struct publisher *p, int frame)
{
    int64_t now_us = wall_us();

    send_em300(p, now_us, now_us, 60);
    send_tts(p, now_us);
    send_loriot(p, "gw", now_us, frame);
    send_edge(p);
    send_pack(p);
}

static void add_often(struct site *s, const char *id, const char *more)
{
    site_sensor(s, &(struct site_sensor){.id = id,
                                         .house = "H1",
                                         .quantity = "temperature",
                                         .unit = "Cel",
                                         .period_s = 0.3,
                                         .more = more});
}

static void add_networks(struct site *s)
{
    add_often(s, "H1/chirpstack", AS_SOURCE("milesight-em300", EUI, "temperature"));
    add_often(s, "H1/tts", AS_SOURCE("milesight-em300", "24e124136b320002", "temperature"));
    add_often(s, "H1/loriot", AS_SOURCE("milesight-em300", "24e124136b320003", "temperature"));
    add_often(s, "H1/edge", AS_SOURCE("sparkplug-b", "Lane1/EdgeA", "Temperature"));
    add_often(s, "H1/n8/t", "\"medium\":\"indoor\"");
}

static void test_radio_and_silence(void **state)
{
    static const char *const silences[] = {"silence|" EUI, "silence|24e124136b320002",
                                           "silence|24e124136b320003", "silence|Lane1/EdgeA",
                                           "silence|H1/n8"};
    struct strbuf sensors = {0};
    struct site s;

    (void)state;
    site_with_limits(&s);
    add_networks(&s);
    strbuf_puts(&sensors, strbuf_text(&s.sensors));
    begin(&s, strbuf_text(&sensors));
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    speak(p, 1);
    site_wait_received(&s, 5);
    expect_node(&s, "H1/chirpstack", 60, -97);
    expect_node(&s, "H1/tts", 77, -88);
    expect_node(&s, "H1/loriot", 92, -55);
    for (size_t i = 0; i < 5; i++) {
        site_wait_level(&s, silences[i], LEVEL_YELLOW, 0);
        expect_instrument(&s, silences[i]);
    }
    site_stop(&s);
    publisher_close(p);
    strbuf_free(&sensors);
    site_free(&s);
}

/* LORIOT tells an uplink at once, with its gateways a little later, or both. */
static void test_an_uplink_told_twice(void **state)
{
    const int64_t now_us = wall_us();
    struct reading r[4];
    struct site s;

    (void)state;
    site_with_limits(&s);
    add_networks(&s);
    struct strbuf sensors = {0};
    strbuf_puts(&sensors, strbuf_text(&s.sensors));
    begin(&s, strbuf_text(&sensors));
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_loriot(p, "rx", now_us - 3000000, 7);
    site_wait_received(&s, 2); /* the humidity is not registered */
    send_loriot(p, "gw", now_us - 2800000, 7);
    send_loriot(p, "gw", now_us - 1000000, 8); /* these alone */
    site_wait_received(&s, 6);
    assert_int_equal(site_readings(&s, "H1/loriot", r, 4), 2);
    assert_true(r[0].t_us == (now_us - 3000000) / 1000 * 1000);
    assert_int_equal(site_counter(&s, "duplicate"), 2);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    strbuf_free(&sensors);
    site_free(&s);
}

/* --- clocks --- */

/* The reading is of the time that the arrival bears out, says that there was a doubt, and a gateway
 * whose clock was never set keeps no alarm back. */
static void test_a_wrong_clock(void **state)
{
    const int64_t two_days_us = 48 * US_PER_HOUR;
    int64_t now_us = wall_us();
    struct strbuf out = {0};
    struct site s;

    (void)state;
    site_with_limits(&s);
    site_sensor(&s, &(struct site_sensor){
                        .id = "H1/t",
                        .house = "H1",
                        .element = "H1/wall",
                        .quantity = "temperature",
                        .unit = "Cel",
                        .limits = "[{\"level\":2,\"of\":\"value\",\"value\":20,\"clear\":19,"
                                  "\"unit\":\"Cel\",\"source\":\"s\",\"clause\":\"1\","
                                  "\"mark\":\"J\"}]",
                        .more = AS_SOURCE("milesight-em300", EUI, "temperature")});
    strbuf_puts(&out, strbuf_text(&s.sensors));
    begin(&s, strbuf_text(&out));
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_em300(p, now_us - two_days_us, now_us - US_PER_S, 60); /* of the server */
    site_wait_received(&s, 2);
    expect_reading(&s, "H1/t", 1, now_us - US_PER_S, 21.5);
    send_em300(p, now_us, now_us - 1000 * two_days_us, 60); /* of the gateway */
    site_wait_received(&s, 4);
    expect_reading(&s, "H1/t", 2, now_us, 21.5);
    site_wait_level(&s, "limit|H1/wall|temperature", LEVEL_YELLOW, 0);
    send_em300(p, now_us + US_PER_S, now_us, 60);
    site_wait_received(&s, 6);
    strbuf_clear(&out);
    run_ctl(&s, "readings H1/t --json", &out);
    cJSON *list = cJSON_Parse(strbuf_text(&out));
    static const char *const clocks[] = {"suspect", "suspect", NULL};
    const cJSON *one;
    int i = 0;
    cJSON_ArrayForEach(one, list)
    {
        const char *clock = cJSON_GetStringValue(cJSON_GetObjectItem(one, "clock"));
        assert_in_range(i, 0, 2);
        if (clocks[i])
            assert_string_equal(clock, clocks[i]);
        else
            assert_null(clock);
        i++;
    }
    assert_int_equal(i, 3);
    cJSON_Delete(list);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    strbuf_free(&out);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_battery),
        cmocka_unit_test(test_radio_and_silence),
        cmocka_unit_test(test_an_uplink_told_twice),
        cmocka_unit_test(test_a_wrong_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
