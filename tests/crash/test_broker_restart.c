/* The broker goes and comes while readings are published: restarted in order several times with its
 * persistence on, and absent when the daemon starts. Every reading is in the store once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon.h"
#include "publisher.h"

#define READINGS 20000
#define RESTARTS 6
#define SENSORS  10

/* Reading i, alone in its message: sensor i % SENSORS, second i / SENSORS, value i. */
static size_t make_message(void *context, int64_t i, char topic[256], char payload[4096])
{
    const int64_t *start_s = context;

    snprintf(topic, 256, "shikumen/v1/H1/n%d/senml", (int)(i % SENSORS));
    return (size_t)snprintf(payload, 4096, "[{\"n\":\"t\",\"u\":\"Cel\",\"t\":%lld,\"v\":%.3f}]",
                            (long long)(*start_s + i / SENSORS), (double)i * 1e-3);
}

static void write_site(struct site *s)
{
    char id[32], node[32];

    for (int i = 0; i < SENSORS; i++) {
        snprintf(id, sizeof id, "H1/n%d/t", i);
        snprintf(node, sizeof node, "H1/n%d", i);
        site_sensor(s, &(struct site_sensor){.id = id,
                                             .node = node,
                                             .house = "H1",
                                             .quantity = "temperature",
                                             .unit = "Cel",
                                             .more = "\"medium\":\"indoor\""});
    }
    site_registry(s, "[{\"id\":\"H1\"}]");
    site_config(s, NULL, NULL, NULL);
}

static void check_each_once(struct site *s)
{
    static struct reading r[READINGS / SENSORS + 1];
    char id[32];

    for (int sensor = 0; sensor < SENSORS; sensor++) {
        snprintf(id, sizeof id, "H1/n%d/t", sensor);
        assert_int_equal(site_readings(s, id, r, READINGS / SENSORS + 1), READINGS / SENSORS);
        for (int k = 0; k < READINGS / SENSORS; k++)
            assert_int_equal(r[k].value * 1e3 + 0.5, k * SENSORS + sensor);
    }
}

static void wait_stored(struct site *s, int64_t n)
{
    double end = now_s() + PATIENCE_S;

    while (site_counter(s, "stored") < n && now_s() < end)
        sleep_ms(20);
    assert_int_equal(site_counter(s, "stored"), n);
}

static void test_broker_restarted(void **state)
{
    struct site s;
    int64_t start_s = wall_us() / 1000000 - READINGS;
    const int64_t part = READINGS / (RESTARTS + 1);
    (void)state;

    site_make(&s, "restart", &(struct broker_options){.persistence = true});
    write_site(&s);
    site_start_connected(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    for (int i = 0; i <= RESTARTS; i++) {
        int64_t count = i < RESTARTS ? part : READINGS - i * part;
        assert_true(publisher_series(p, i * part, count, 0, make_message, &start_s));
        if (i == RESTARTS)
            break;
        broker_stop(&s.broker);
        sleep_ms(i % 2 ? 0 : 700); /* long enough for some tries in vain, or none */
        broker_again(&s.broker);
    }
    assert_true(publisher_flush(p, PATIENCE_S));
    site_wait_connected(&s);
    wait_stored(&s, READINGS);
    site_wait_text(&s, "state", "ok");
    site_stop(&s);
    site_reconcile(&s);
    check_each_once(&s);
    assert_int_equal(site_counts(&s).conflict, 0);
    publisher_close(p);
    site_free(&s);
}

static void test_broker_absent_at_start(void **state)
{
    struct site s;
    int64_t start_s = wall_us() / 1000000 - READINGS;
    (void)state;

    site_make(&s, "absent", &(struct broker_options){.persistence = true});
    write_site(&s);
    site_start_connected(&s); /* makes the session */
    site_stop(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    assert_true(publisher_series(p, 0, READINGS / 2, 0, make_message, &start_s));
    assert_true(publisher_flush(p, PATIENCE_S));
    broker_stop(&s.broker);
    site_start(&s);
    site_wait_log(&s, "broker state=\"connecting: ", 1);
    sleep_ms(3000);
    site_wait_text(&s, "state", "degraded");
    assert_int_equal(site_log_lines(&s, "broker state=\"connecting"), 1); /* said once */
    broker_again(&s.broker);
    assert_true(publisher_series(p, READINGS / 2, READINGS / 2, 0, make_message, &start_s));
    assert_true(publisher_flush(p, PATIENCE_S));
    site_wait_connected(&s);
    wait_stored(&s, READINGS);
    site_stop(&s);
    site_reconcile(&s);
    check_each_once(&s);
    publisher_close(p);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broker_restarted),
        cmocka_unit_test(test_broker_absent_at_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
