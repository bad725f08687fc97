/* From the broker into the store: both MQTT versions, TLS, every kind of refusal, duplicates, late
 * readings, node status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <sys/stat.h>

#include "certs.h"
#include "daemon.h"
#include "publisher.h"

#define S     INT64_C(1000000)
#define TOPIC "shikumen/v1/H1/n1/senml"

static void write_registry(struct site *s)
{
    site_sensor(s, &(struct site_sensor){.id = "H1/n1/t",
                                         .node = "H1/n1",
                                         .house = "H1",
                                         .quantity = "temperature",
                                         .unit = "Cel",
                                         .more = "\"medium\":\"indoor\""});
    site_sensor(s, &(struct site_sensor){.id = "H1/n1/crack",
                                         .node = "H1/n1",
                                         .house = "H1",
                                         .quantity = "crack_width",
                                         .unit = "mm",
                                         .more = "\"installed\":\"2026-01-15T00:00:00Z\""});
    site_sensor(s, &(struct site_sensor){.id = "H1/n2/t",
                                         .node = "H1/n2",
                                         .house = "H1",
                                         .quantity = "temperature",
                                         .unit = "Cel",
                                         .more = "\"medium\":\"indoor\""});
    site_registry(s, "[{\"id\":\"H1\"}]");
}

static struct publisher *open_plain(struct site *s)
{
    return publisher_open(&(struct publisher_options){.port = s->port});
}

static void send_text(struct publisher *p, const char *topic, const char *payload)
{
    assert_true(publisher_send(p, topic, payload, strlen(payload)));
    assert_true(publisher_flush(p, PATIENCE_S));
}

static void send_reading(struct publisher *p, const char *name, const char *unit, int64_t t_us,
                         double v)
{
    char payload[200];

    snprintf(payload, sizeof payload, "[{\"n\":\"%s\",\"u\":\"%s\",\"t\":%.6f,\"v\":%.6f}]", name,
             unit, (double)t_us / 1e6, v);
    send_text(p, TOPIC, payload);
}

static void check_one_pack(struct site *s, struct publisher *p)
{
    struct reading r[8];
    char payload[300];
    int64_t t_us = wall_us() / S * S - 3600 * S;

    snprintf(
        payload, sizeof payload,
        "[{\"bt\":%lld,\"bu\":\"Cel\",\"n\":\"t\",\"v\":20},{\"n\":\"t\",\"t\":-60,\"v\":19.5},"
        "{\"n\":\"crack\",\"u\":\"um\",\"v\":250}]",
        (long long)(t_us / S));
    send_text(p, TOPIC, payload);
    site_wait_received(s, 3);
    assert_int_equal(site_readings(s, "H1/n1/t", r, 8), 2);
    assert_true(r[0].value == 19.5 && r[1].value == 20);
    assert_int_equal(r[0].t_us, t_us - 60 * S);
    assert_int_equal(r[1].t_us, t_us);
    assert_true(r[1].rx_us > t_us && r[1].rx_us <= wall_us());
    assert_int_equal(site_readings(s, "H1/n1/crack", r, 8), 1);
    assert_true(fabs(r[0].value - 0.25) < 1e-9); /* in the quantity's own unit */
    site_wait_text(s, "state", "ok");
}

/* --- ways to the broker --- */

static void check_version(const char *mqtt)
{
    struct site s;

    site_make(&s, "ingest", &(struct broker_options){0});
    write_registry(&s);
    site_config(&s, mqtt, NULL, NULL);
    site_start_connected(&s);
    struct publisher *p = open_plain(&s);
    check_one_pack(&s, p);
    site_stop(&s); /* what comes meanwhile waits in the session */
    send_reading(p, "t", "Cel", wall_us(), 21);
    site_start_connected(&s);
    site_wait_received(&s, 4);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    site_free(&s);
}

static void test_version_5(void **state)
{
    (void)state;
    check_version("version = 5;");
}

static void test_version_3(void **state)
{
    (void)state;
    check_version("version = \"3.1.1\";");
}

static char *in_folder(struct site *s, const char *folder, const char *name)
{
    char *path;

    assert_true(asprintf(&path, "%s/%s/%s", s->folder, folder, name) > 0);
    return path;
}

/* A broker with a certificate; with client certificates or with passwords. */
static void check_tls(bool client_certificate)
{
    struct site s;
    char *ca, *cert, *key, *own_cert, *own_key, *passwords, *secret, *mqtt, *folder;

    site_make(&s, "tls", NULL);
    ca = in_folder(&s, "certs", "ca.pem");
    cert = in_folder(&s, "certs", "server.pem");
    key = in_folder(&s, "certs", "server.key");
    own_cert = in_folder(&s, "certs", "shikumend.pem");
    own_key = in_folder(&s, "certs", "shikumend.key");
    passwords = path_in(s.folder, "passwords");
    secret = path_in(s.folder, "secret");
    folder = path_in(s.folder, "certs");
    assert_int_equal(mkdir(folder, 0700), 0);
    certs_make(folder);
    certs_client(folder, "shikumend");
    broker_password(passwords, "shikumend", "sesame");
    write_text(secret, "sesame\n");
    struct broker_options o = {.tls_cert = cert, .tls_key = key};
    if (client_certificate)
        o.tls_ca = ca;
    else
        o.password_file = passwords;
    s.broker = broker_start(s.folder, &o);
    s.port = s.broker.port;
    write_registry(&s);
    if (client_certificate)
        assert_true(asprintf(&mqtt, "tls_ca = \"%s\"; tls_cert = \"%s\"; tls_key = \"%s\";", ca,
                             own_cert, own_key) > 0);
    else
        assert_true(asprintf(&mqtt,
                             "tls_ca = \"%s\"; username = \"shikumend\"; password_file = \"%s\";",
                             ca, secret) > 0);
    site_config(&s, mqtt, NULL, NULL);
    site_start_connected(&s);
    struct publisher_options po = {.port = s.port, .tls_ca = ca};
    if (client_certificate) {
        po.tls_cert = own_cert;
        po.tls_key = own_key;
    } else {
        po.username = "shikumend";
        po.password = "sesame";
    }
    struct publisher *p = publisher_open(&po);
    check_one_pack(&s, p);
    for (int i = 0; i < 2000; i++) { /* more than one TLS record at a time */
        char payload[100];
        int n =
            snprintf(payload, sizeof payload, "[{\"n\":\"t\",\"u\":\"Cel\",\"t\":%lld,\"v\":1}]",
                     (long long)(wall_us() / S - 10000 + i));
        assert_true(publisher_send(p, TOPIC, payload, (size_t)n));
    }
    assert_true(publisher_flush(p, PATIENCE_S));
    site_wait_received(&s, 2003);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    site_free(&s);
    char *const all[] = {ca, cert, key, own_cert, own_key, passwords, secret, mqtt, folder};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void test_tls_with_a_certificate(void **state)
{
    (void)state;
    check_tls(true);
}

static void test_tls_with_a_password(void **state)
{
    (void)state;
    check_tls(false);
}

/* --- a broker and a daemon for the rest --- */

struct stage {
    struct site s;
    struct publisher *p;
};

static int setup(void **state)
{
    struct stage *g = calloc(1, sizeof *g);

    assert_non_null(g);
    site_make(&g->s, "ingest", &(struct broker_options){0});
    write_registry(&g->s);
    site_config(&g->s, NULL, NULL, NULL);
    site_start_connected(&g->s);
    g->p = open_plain(&g->s);
    *state = g;
    return 0;
}

static int teardown(void **state)
{
    struct stage *g = *state;

    publisher_close(g->p);
    site_stop(&g->s);
    site_reconcile(&g->s);
    site_free(&g->s);
    free(g);
    return 0;
}

struct expected_row {
    const char *reason, *sensor, *topic;
    int found;
};

static enum err match_row(void *context, const struct quarantine_row *q)
{
    struct expected_row *x = context;

    x->found += strcmp(q->reason, x->reason) == 0 && strcmp(q->sensor, x->sensor) == 0 &&
                strcmp(q->topic, x->topic) == 0 && *q->detail && q->payload_len > 0;
    return ERR_OK;
}

static void expect_row(struct site *s, const char *reason, const char *sensor)
{
    struct readings_reader *reader = site_reader(s);
    struct expected_row x = {reason, sensor, TOPIC, 0};
    char counter[64];

    snprintf(counter, sizeof counter, "quarantined.%s", reason);
    assert_int_equal(reader_quarantine(reader, reason, NULL, 100, match_row, &x), ERR_OK);
    if (x.found != 1)
        fail_msg("%d rows of %s for \"%s\"", x.found, reason, sensor);
    assert_int_equal(site_counter(s, counter), 1);
    reader_close(reader);
}

static enum err match_unknown(void *context, const struct unknown_sensor *u)
{
    int *n = context;

    assert_string_equal(u->name, "H1/n1/ghost");
    assert_string_equal(u->topic, TOPIC);
    assert_non_null(strstr(u->payload, "ghost"));
    assert_int_equal(u->count, 1);
    (*n)++;
    return ERR_OK;
}

static void test_what_is_refused_and_why(void **state)
{
    struct stage *g = *state;
    int64_t now_s_ = wall_us() / S;
    char payload[1200];
    struct reading r[8];
    int unknown = 0;

    snprintf(payload, sizeof payload,
             "[{\"n\":\"ghost\",\"u\":\"Cel\",\"v\":1},"
             "{\"bn\":\"\",\"n\":\"H1/n2/t\",\"u\":\"Cel\",\"v\":1},"
             "{\"n\":\"H1/n1/t\",\"u\":\"kg\",\"v\":1},"
             "{\"n\":\"H1/n1/t\",\"u\":\"Cel\",\"vs\":\"warm\"},"
             "{\"n\":\"H1/n1/t\",\"u\":\"Cel\",\"t\":%lld,\"v\":1},"
             "{\"n\":\"H1/n1/crack\",\"u\":\"mm\",\"t\":1700000000,\"v\":1},"
             "{\"n\":\"H1/n1/t\",\"u\":\"Cel\",\"t\":%lld,\"v\":22}]",
             (long long)now_s_ + 7200, (long long)now_s_ - 60);
    send_text(g->p, TOPIC, payload);
    send_text(g->p, TOPIC, "[{\"n\":\"t\",\"u\":");
    site_wait_received(&g->s, 8);
    expect_row(&g->s, "unknown_sensor", "H1/n1/ghost");
    expect_row(&g->s, "node", "H1/n2/t");
    expect_row(&g->s, "unit", "H1/n1/t");
    expect_row(&g->s, "value", "H1/n1/t");
    expect_row(&g->s, "future", "H1/n1/t");
    expect_row(&g->s, "before_installed", "H1/n1/crack");
    expect_row(&g->s, "format", "");
    assert_int_equal(site_readings(&g->s, "H1/n1/t", r, 8), 1); /* the rest of the pack */
    assert_true(r[0].value == 22);
    assert_int_equal(site_readings(&g->s, "H1/n2/t", r, 8), 0);
    struct readings_reader *reader = site_reader(&g->s);
    assert_int_equal(reader_unknown_sensors(reader, match_unknown, &unknown), ERR_OK);
    assert_int_equal(unknown, 1);
    reader_close(reader);
}

static void test_duplicates_and_conflicts(void **state)
{
    struct stage *g = *state;
    int64_t t_us = (wall_us() / S - 600) * S;
    struct reading r[8];

    send_reading(g->p, "t", "Cel", t_us, 20);
    send_reading(g->p, "t", "Cel", t_us, 20);
    send_reading(g->p, "t", "Cel", t_us, 21);
    send_text(g->p, TOPIC,
              "[{\"n\":\"t\",\"u\":\"Cel\",\"bt\":1700000000,\"v\":1},"
              "{\"n\":\"t\",\"u\":\"Cel\",\"v\":2}]"); /* within one pack */
    site_wait_received(&g->s, 5);
    struct site_counts c = site_counts(&g->s);
    assert_int_equal(c.stored, 2);
    assert_int_equal(c.duplicate, 3);
    assert_int_equal(c.conflict, 2);
    assert_int_equal(site_readings(&g->s, "H1/n1/t", r, 8), 2);
    assert_true(r[0].value == 1 && r[1].value == 20); /* the first stays */
}

/* Readings without a time get that of their arrival; however close they arrive, each is one. */
static void test_timeless_readings_are_all_kept(void **state)
{
    static const char timeless[] = "[{\"n\":\"t\",\"u\":\"Cel\",\"v\":20}]";
    struct stage *g = *state;

    for (int i = 0; i < 500; i++)
        assert_true(publisher_send(g->p, TOPIC, timeless, strlen(timeless)));
    assert_true(publisher_flush(g->p, PATIENCE_S));
    site_wait_received(&g->s, 500);
    assert_int_equal(site_counts(&g->s).stored, 500);
    site_reconcile(&g->s);
}

/* What comes late is judged between its neighbours, and they beside it; long after, too. */

static void test_late_readings_are_judged_in_place(void **state)
{
    struct stage *g = *state;
    int64_t t0_us = (wall_us() / S - 40000) * S;
    struct reading r[64];

    for (int i = 0; i < 40; i++)
        if (i != 3 && i != 36)
            send_reading(g->p, "t", "Cel", t0_us + i * 600 * S, 20);
    send_reading(g->p, "t", "Cel", t0_us + 36 * 600 * S, 45);
    send_reading(g->p, "t", "Cel", t0_us + 3 * 600 * S, 45);
    site_wait_received(&g->s, 40);
    assert_int_equal(site_readings(&g->s, "H1/n1/t", r, 64), 40);
    for (int i = 1; i < 39; i++) {
        bool spike = i == 3 || i == 36;
        if ((r[i].flag == QF_FAIL && r[i].test == QT_SPIKE) != spike)
            fail_msg("reading %d has flag %d by test %d", i, r[i].flag, r[i].test);
    }
}

struct expected_node {
    bool found, online;
    double battery_v, rssi_dbm;
    char firmware[16];
};

static enum err match_node(void *context, const struct reader_node *n)
{
    struct expected_node *x = context;

    if (strcmp(n->node, "H1/n1") != 0)
        return ERR_OK;
    x->found = true;
    x->online = n->online;
    x->battery_v = n->battery_v;
    x->rssi_dbm = n->rssi_dbm;
    snprintf(x->firmware, sizeof x->firmware, "%s", n->firmware);
    return ERR_OK;
}

static void wait_node(struct site *s, bool online, struct expected_node *x)
{
    double end = now_s() + PATIENCE_S;

    do {
        struct readings_reader *reader = site_reader(s);
        *x = (struct expected_node){.found = false};
        assert_int_equal(reader_nodes(reader, -1, match_node, x), ERR_OK);
        reader_close(reader);
        sleep_ms(5);
    } while ((!x->found || x->online != online) && now_s() < end);
    assert_true(x->found);
    assert_int_equal(x->online, online);
}

static void test_node_status_and_last_will(void **state)
{
    static const char status[] = "shikumen/v1/H1/n1/status";
    static const char online[] =
        "{\"state\":\"online\",\"battery_V\":3.6,\"rssi_dBm\":-97,\"fw\":\"1.4\"}";
    struct stage *g = *state;
    struct expected_node x;
    struct publisher *node = publisher_open(&(struct publisher_options){
        .port = g->s.port, .will_topic = status, .will_payload = "{\"state\":\"offline\"}"});

    assert_true(publisher_send_retained(node, status, online, strlen(online)));
    assert_true(publisher_flush(node, PATIENCE_S));
    wait_node(&g->s, true, &x);
    assert_true(x.battery_v == 3.6 && x.rssi_dbm == -97);
    assert_string_equal(x.firmware, "1.4");
    publisher_drop(node);
    wait_node(&g->s, false, &x);
    assert_true(x.battery_v == 3.6); /* the will does not know it */
    assert_string_equal(x.firmware, "1.4");
}

/* A daemon that is new to the broker hears what nodes last said of themselves. */
static void test_retained_status(void **state)
{
    static const char status[] = "shikumen/v1/H1/n1/status", online[] = "{\"state\":\"online\"}";
    struct site s;
    struct expected_node x;
    (void)state;

    site_make(&s, "retained", &(struct broker_options){0});
    write_registry(&s);
    site_config(&s, NULL, NULL, NULL);
    struct publisher *p = open_plain(&s);
    assert_true(publisher_send_retained(p, status, online, strlen(online)));
    assert_true(publisher_flush(p, PATIENCE_S));
    site_start_connected(&s);
    wait_node(&s, true, &x);
    int64_t messages = site_counter(&s, "messages");
    site_stop(&s);
    site_start_connected(&s); /* the session has it; it is not replayed */
    send_reading(p, "t", "Cel", wall_us(), 20);
    site_wait_received(&s, 1);
    assert_int_equal(site_counter(&s, "messages"), messages + 1);
    site_stop(&s);
    publisher_close(p);
    site_free(&s);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_5),
        cmocka_unit_test(test_version_3),
        cmocka_unit_test(test_tls_with_a_certificate),
        cmocka_unit_test(test_tls_with_a_password),
        T(test_what_is_refused_and_why),
        T(test_duplicates_and_conflicts),
        T(test_timeless_readings_are_all_kept),
        T(test_late_readings_are_judged_in_place),
        T(test_node_status_and_last_will),
        cmocka_unit_test(test_retained_status),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
