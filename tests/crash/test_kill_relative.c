/* Messages whose meaning depends on their arrival (no times in them) and records that are refused,
 * while the daemon is killed between COMMIT and the broker's knowledge of it: what the broker then
 * sends again is recognised, so nothing is there twice. Each message has a sensor of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon.h"
#include "publisher.h"

#define REPEATS  100
#define MESSAGES 8000
#define ROUND    400
#define SEED     7

/* Every message: a reading without time; of every fourth also a sensor nobody knows; of every
 * fourth a unit that cannot be; and some that are no JSON at all. */
static size_t make_message(void *context, int64_t m, char topic[256], char payload[4096])
{
    const char *more = "";
    char unknown[64];
    (void)context;

    snprintf(topic, 256, "shikumen/v1/H1/n%d/senml", (int)(m % 50));
    snprintf(unknown, sizeof unknown, ",{\"n\":\"x%d\",\"u\":\"Cel\",\"v\":1}", (int)m);
    if (m % 4 == 1)
        more = unknown;
    else if (m % 4 == 2)
        more = ",{\"n\":\"bad\",\"u\":\"kg\",\"v\":1}";
    if (m % 4 == 3)
        return (size_t)snprintf(payload, 4096, "[{\"n\":\"s%d\",\"u\":\"Cel\",\"v\":", (int)m);
    return (size_t)snprintf(payload, 4096, "[{\"n\":\"s%d\",\"u\":\"Cel\",\"v\":%d}%s]", (int)m,
                            (int)(m % 30), more);
}

static void write_site(struct site *s)
{
    char id[48], node[48];

    for (int m = 0; m < MESSAGES; m++) {
        snprintf(id, sizeof id, "H1/n%d/s%d", m % 50, m);
        snprintf(node, sizeof node, "H1/n%d", m % 50);
        site_sensor(s, &(struct site_sensor){.id = id,
                                             .node = node,
                                             .house = "H1",
                                             .quantity = "temperature",
                                             .unit = "Cel",
                                             .more = "\"medium\":\"indoor\""});
    }
    for (int n = 0; n < 50; n++) {
        snprintf(id, sizeof id, "H1/n%d/bad", n);
        snprintf(node, sizeof node, "H1/n%d", n);
        site_sensor(s, &(struct site_sensor){.id = id,
                                             .node = node,
                                             .house = "H1",
                                             .quantity = "temperature",
                                             .unit = "Cel",
                                             .more = "\"medium\":\"indoor\""});
    }
    site_registry(s, "[{\"id\":\"H1\"}]");
    site_config(s, NULL, "commit_ms = 100;",
                NULL); /* so that kills fall into waiting batches, too */
}

/* Kills it at a random moment of its start, as soon as it is connected, or as soon as it has
 * committed something. */
static void kill_somewhere(struct site *s, struct publisher *p, unsigned *seed)
{
    int kind = rand_r(seed) % 4;
    double end = now_s() + (kind == 0 ? 0.001 * (rand_r(seed) % 400) : PATIENCE_S);

    if (kind == 1)
        site_wait_connected(s);
    while (kind != 1 && now_s() < end && site_figure(s, "shikumen_messages_received_total") < 1)
        publisher_idle(p, 0);
    site_kill(s);
}

struct seen {
    int64_t unknown, unit, format;
};

static enum err count_row(void *context, const struct quarantine_row *q)
{
    struct seen *seen = context;

    seen->unknown += strcmp(q->reason, "unknown_sensor") == 0;
    seen->unit += strcmp(q->reason, "unit") == 0;
    seen->format += strcmp(q->reason, "format") == 0;
    return ERR_OK;
}

static enum err once_unknown(void *context, const struct unknown_sensor *u)
{
    int *n = context;

    assert_int_equal(u->count, 1);
    (*n)++;
    return ERR_OK;
}

static enum err count_reading(void *context, const struct reading *r)
{
    int *n = context;

    (void)r;
    (*n)++;
    return ERR_OK;
}

static void check_each_once(struct site *s)
{
    struct readings_reader *reader = site_reader(s);
    struct seen seen = {0};
    int unknown = 0, wrong = 0;
    char id[48];

    for (int m = 0; m < MESSAGES; m++) {
        uint32_t sensor;
        int n = 0;
        snprintf(id, sizeof id, "H1/n%d/s%d", m % 50, m);
        assert_int_equal(reader_sensor_id(reader, id, &sensor), ERR_OK);
        assert_int_equal(reader_window(reader, sensor, INT64_MIN, INT64_MAX, count_reading, &n),
                         ERR_OK);
        wrong += n != (m % 4 != 3);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(reader_quarantine(reader, NULL, NULL, 10 * MESSAGES, count_row, &seen),
                     ERR_OK);
    assert_int_equal(seen.unknown, MESSAGES / 4);
    assert_int_equal(seen.unit, MESSAGES / 4);
    assert_int_equal(seen.format, MESSAGES / 4);
    assert_int_equal(reader_unknown_sensors(reader, once_unknown, &unknown), ERR_OK);
    assert_int_equal(unknown, MESSAGES / 4);
    reader_close(reader);
}

/* How many readings came again: none, when every kill missed what this is about. */
static int64_t recognised(unsigned *seed)
{
    struct site s;

    site_make(&s, "relative", &(struct broker_options){0});
    write_site(&s);
    site_start_connected(&s);
    site_kill(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    for (int64_t m = 0; m < MESSAGES; m += ROUND) {
        assert_true(publisher_series(p, m, ROUND, 0, make_message, NULL));
        assert_true(publisher_flush(p, PATIENCE_S));
        site_start(&s);
        kill_somewhere(&s, p, seed);
    }
    site_start_connected(&s);
    double end = now_s() + PATIENCE_S;
    while (site_counter(&s, "stored") < MESSAGES / 4 * 3 && now_s() < end)
        sleep_ms(20);
    sleep_ms(300); /* what is still on its way could only be too much */
    struct site_counts c = site_counts(&s);
    print_message("stored %d, quarantined %d, recognised %d\n", (int)c.stored, (int)c.quarantined,
                  (int)c.duplicate);
    site_stop(&s);
    site_reconcile(&s);
    check_each_once(&s);
    assert_int_equal(c.stored, MESSAGES / 4 * 3);
    assert_int_equal(c.quarantined, MESSAGES / 4 * 3);
    assert_int_equal(c.conflict, 0);
    publisher_close(p);
    site_free(&s);
    return c.duplicate;
}

static void test_redelivery_is_recognised(void **state)
{
    unsigned seed = SEED;
    int64_t again = 0;
    (void)state;

    for (int tries = 0; tries < 4 && again == 0; tries++)
        again = recognised(&seed);
    assert_true(again > 0);
}

/* Every sensor in turn says the same words it always says. */
static void say_the_same(struct publisher *p)
{
    char payload[100];

    for (int i = 0; i < REPEATS; i++) {
        int n = snprintf(payload, sizeof payload, "[{\"n\":\"s%d\",\"u\":\"Cel\",\"v\":1}]", i);
        assert_true(publisher_send(p, "shikumen/v1/H1/n0/senml", payload, (size_t)n));
    }
    assert_true(publisher_flush(p, PATIENCE_S));
    publisher_idle(p, 50);
}

/* Message ids begin anew with a session. The same words under an id that had been used before are
 * no redelivery. */
static void test_the_same_words_again_are_no_redelivery(void **state)
{
    struct site s;
    char id[48];
    (void)state;

    site_make(&s, "again", &(struct broker_options){0});
    for (int i = 0; i < REPEATS; i++) {
        snprintf(id, sizeof id, "H1/n0/s%d", i);
        site_sensor(&s, &(struct site_sensor){.id = id,
                                              .node = "H1/n0",
                                              .house = "H1",
                                              .quantity = "temperature",
                                              .unit = "Cel",
                                              .more = "\"medium\":\"indoor\""});
    }
    site_registry(&s, "[{\"id\":\"H1\"}]");
    site_config(&s, NULL, NULL, NULL);
    site_start_connected(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    say_the_same(p); /* ids 1 .. 100 */
    say_the_same(p); /* 101 .. 200 */
    site_wait_received(&s, 2 * REPEATS);
    broker_stop(&s.broker);
    broker_again(&s.broker); /* it remembers nothing */
    site_wait_log(&s, "broker state=\"connected\"", 2);
    say_the_same(p); /* 1 .. 100 */
    site_wait_received(&s, 3 * REPEATS);
    site_kill(&s);
    say_the_same(p); /* 101 .. 200 */
    site_start_connected(&s);
    site_wait_received(&s, 4 * REPEATS);
    site_stop(&s);
    site_reconcile(&s);
    assert_int_equal(site_counts(&s).stored, 4 * REPEATS);
    publisher_close(p);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redelivery_is_recognised),
        cmocka_unit_test(test_the_same_words_again_are_no_redelivery),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
