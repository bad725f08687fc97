/* SIGKILL of the daemon at 100 random moments while 200 000 numbered readings are published at
 * QoS 1: afterwards every one is in the store, once, and the counters reconcile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon.h"
#include "publisher.h"

#define READINGS       200000
#define KILLS          100
#define SENSORS        40
#define GROUP          10 /* of each, the first is alone in its message, the others share one */
#define MESSAGES       (READINGS / GROUP * 2)
#define PUBLISH_S      55.0
#define KILL_WITHIN_MS 900 /* of its start */
#define SEED           20261122

struct load {
    double start_s; /* device time of the first reading, Unix seconds */
};

/* Reading i: sensor i % SENSORS, second i / SENSORS, value i. */
static size_t put_reading(const struct load *l, int64_t i, char *to, size_t size)
{
    int n = snprintf(to, size, "{\"n\":\"H1/n%d/t\",\"u\":\"Cel\",\"t\":%.3f,\"v\":%.5f}",
                     (int)(i % SENSORS), l->start_s + (double)(i / SENSORS), (double)i * 1e-5);
    return (size_t)n;
}

/* Message m: of group m / 2 the first reading, or the others in one pack. */
static size_t make_message(void *context, int64_t m, char topic[256], char payload[4096])
{
    int64_t first = m / 2 * GROUP + m % 2, count = m % 2 ? GROUP - 1 : 1;
    size_t n = 0;

    snprintf(topic, 256, "gw/a/senml");
    payload[n++] = '[';
    for (int64_t i = 0; i < count; i++) {
        if (i > 0)
            payload[n++] = ',';
        n += put_reading(context, first + i, payload + n, 4096 - n);
    }
    payload[n++] = ']';
    return n;
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
    site_config(s, "subscribe = [\"gw/#\"];", NULL, NULL);
}

/* Publishes on schedule until the moment; what is left stays for the next call. */
static void publish_until(struct publisher *p, struct load *l, int64_t *done, double begin_s,
                          double until_s)
{
    double now;

    while ((now = now_s()) < until_s) {
        int64_t due = (int64_t)((now - begin_s) / PUBLISH_S * MESSAGES);
        if (due > MESSAGES)
            due = MESSAGES;
        if (due <= *done) {
            publisher_idle(p, 1);
            continue;
        }
        if (due > *done + 20)
            due = *done + 20;
        assert_true(publisher_series(p, *done, due - *done, 0, make_message, l));
        *done = due;
    }
}

static void check_each_once(struct site *s, const struct load *l)
{
    static struct reading readings[READINGS / SENSORS + 1];
    char name[32];

    for (int64_t sensor = 0; sensor < SENSORS; sensor++) {
        snprintf(name, sizeof name, "H1/n%d/t", (int)sensor);
        size_t n = site_readings(s, name, readings, READINGS / SENSORS + 1);
        assert_int_equal(n, READINGS / SENSORS);
        for (size_t k = 0; k < n; k++) {
            int64_t i = (int64_t)k * SENSORS + sensor;
            assert_int_equal(readings[k].t_us, (int64_t)(l->start_s + (double)k) * 1000000);
            assert_int_equal(readings[k].value * 1e5 + 0.5, i);
        }
    }
}

static void test_killed_a_hundred_times(void **state)
{
    struct site s;
    struct load l = {.start_s = (double)(wall_us() / 1000000 - 2 * READINGS / SENSORS)};
    int64_t done = 0;
    unsigned seed = SEED;
    (void)state;

    site_make(&s, "kill", &(struct broker_options){0});
    write_site(&s);
    site_start_connected(&s); /* so that there is a session for it */
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    double begin_s = now_s();
    for (int kill = 0; kill < KILLS; kill++) {
        double wait_s = (double)(rand_r(&seed) % KILL_WITHIN_MS) * 1e-3;
        publish_until(p, &l, &done, begin_s, now_s() + wait_s);
        site_kill(&s);
        if (kill % 8 == 0) /* let it find a backlog */
            publish_until(p, &l, &done, begin_s, now_s() + 0.4);
        site_start(&s);
    }
    assert_true(publisher_series(p, done, MESSAGES - done, 0, make_message, &l));
    assert_true(publisher_flush(p, PATIENCE_S));
    assert_int_equal(publisher_refused(p), 0);
    site_wait_connected(&s);
    double end = now_s() + PATIENCE_S;
    while (site_counter(&s, "stored") < READINGS && now_s() < end)
        sleep_ms(20);
    struct site_counts c = site_counts(&s);
    print_message("stored %d, redelivered %d\n", (int)c.stored, (int)c.duplicate);
    assert_int_equal(c.stored, READINGS);
    assert_int_equal(c.quarantined, 0);
    assert_int_equal(c.conflict, 0);
    site_reconcile(&s);
    site_stop(&s);
    site_reconcile(&s);
    check_each_once(&s, &l);
    publisher_close(p);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_killed_a_hundred_times)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
