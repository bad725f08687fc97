/* Foreign messages through the running daemon: a node behind a network server is a sensor like any
 * other, with its battery, its radio and its repeats; Sparkplug with a rebirth and with what is
 * told afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <mosquitto.h>
#include <signal.h>

#include "profiles_stage.h"

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

/* --- by which profile --- */

/* The version of a profile's file as it is here. */
static double version_of(const char *profile)
{
    char path[1024];

    snprintf(path, sizeof path, SOURCE_DIR "/sensors/profiles/%s.json", profile);
    cJSON *json = ndjson_document(path);
    double version = cJSON_GetNumberValue(cJSON_GetObjectItem(json, "version"));
    cJSON_Delete(json);
    return version;
}

static void expect_profile(const cJSON *origin, const char *key, const char *version_key,
                           const char *profile)
{
    assert_string_equal(ndjson_text(origin, key), profile);
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(origin, version_key)) ==
                version_of(profile));
}

/* Which profile made a sensor's readings stands beside them; native ones have none. */
static void test_origins(void **state)
{
    struct site s;

    (void)state;
    make(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_case(p, "application/a/device/70b3d57ba0003bb8/event/up",
              "captured-decentlab-kl66-chirpstack-v4-payload");
    send_case(p, "spBv1.0/Lane1/NBIRTH/EdgeA", "sparkplug-b-nbirth");
    site_wait_received(&s, 5);
    cJSON *row = row_of(&s, "H1/strain");
    const cJSON *origins = cJSON_GetObjectItem(row, "profiles");
    assert_int_equal(cJSON_GetArraySize(origins), 1);
    expect_profile(origins->child, "profile", "version", "decentlab-kl66");
    expect_profile(origins->child, "envelope", "envelope_version", "chirpstack-v4");
    assert_int_equal(strlen(ndjson_text(origins->child, "digest")), 16);
    assert_non_null(ndjson_text(origins->child, "first_rx"));
    cJSON_Delete(row);
    row = row_of(&s, "H1/edge-t");
    origins = cJSON_GetObjectItem(row, "profiles");
    expect_profile(origins->child, "profile", "version", "sparkplug-b");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(origins->child, "envelope")));
    cJSON_Delete(row);
    row = row_of(&s, "H1/tilt-x"); /* has said nothing yet */
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(row, "profiles")));
    cJSON_Delete(row);
    site_stop(&s);
    publisher_close(p);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_network_nodes),
        cmocka_unit_test(test_sparkplug),
        cmocka_unit_test(test_origins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
