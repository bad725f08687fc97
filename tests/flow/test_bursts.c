/* Vibration records through the daemon: stored as they came, rated, readable in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <sqlite3.h>

#include "daemon.h"
#include "publisher.h"

#define TOPIC "shikumen/v1/H1/n1/burst"

enum { FS_HZ = 200, SECONDS = 4 };

/* A sine of 8 Hz on the foundation, mm/s, under a window. */
static void put_burst(struct strbuf *out, int64_t t_s, double amplitude, int samples)
{
    strbuf_clear(out);
    strbuf_printf(out,
                  "{\"t0\":%lld,\"fs\":%d,\"unit\":\"mm/s\",\"kind\":\"velocity\",\"axes\":"
                  "{\"x\":[",
                  (long long)t_s, FS_HZ);
    for (int i = 0; i < samples; i++) {
        double t = (double)i / FS_HZ, w = sin(M_PI * t / SECONDS);

        strbuf_printf(out, "%s%.6f", i ? "," : "", amplitude * w * w * sin(2 * M_PI * 8 * t));
    }
    strbuf_puts(out, "]}}");
}

static void send_burst(struct publisher *p, int64_t t_s, double amplitude, int samples)
{
    struct strbuf text = {0};

    put_burst(&text, t_s, amplitude, samples);
    assert_true(publisher_send(p, TOPIC, text.data, text.len));
    assert_true(publisher_flush(p, PATIENCE_S));
    strbuf_free(&text);
}

/* The rating of the burst at t_s; NaN when it has none. */
static double rating(struct site *s, int64_t t_s)
{
    char path[512];
    sqlite3 *db;
    sqlite3_stmt *q;
    double ratio = (double)NAN;

    snprintf(path, sizeof path, "%s/readings.db", s->store);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT ratio FROM burst_ratio WHERE t = ?1", -1, &q, NULL),
        SQLITE_OK);
    sqlite3_bind_int64(q, 1, t_s * 1000000);
    if (sqlite3_step(q) == SQLITE_ROW)
        ratio = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return ratio;
}

struct expected {
    int n;
    int64_t t_s;
    double amplitude[4];
    int samples[4];
};

static enum err as_it_came(void *context, const struct burst_row *b)
{
    struct expected *x = context;
    struct strbuf text = {0};

    put_burst(&text, x->t_s + x->n, x->amplitude[x->n], x->samples[x->n]);
    assert_int_equal(b->json_len, text.len);
    assert_memory_equal(b->json, text.data, text.len);
    assert_true(b->t_us == (x->t_s + x->n) * 1000000);
    strbuf_free(&text);
    x->n++;
    return ERR_OK;
}

static void bursts_are_stored_and_rated(void **state)
{
    struct site s;
    struct expected x = {.t_s = wall_us() / 1000000 - 100,
                         .amplitude = {0.14, 1.4, 2.8, 5},
                         .samples = {FS_HZ * SECONDS, FS_HZ * SECONDS, FS_HZ * SECONDS, 9}};

    (void)state;
    site_make(&s, "bursts", &(struct broker_options){0});
    site_sensor(&s, &(struct site_sensor){
                        .id = "H1/n1/burst",
                        .node = "H1/n1",
                        .house = "H1",
                        .quantity = "velocity",
                        .unit = "mm/s",
                        .more = "\"position_m\":[0,0,0.2]",
                        .limits = "[{\"level\":3,\"of\":\"event\",\"value\":0.7,\"clear\":0.6,"
                                  "\"unit\":\"mm/s\",\"persist_s\":0,\"source\":\"test\",\"mark\":"
                                  "\"J\"}]"});
    site_registry(&s, "[{\"id\":\"H1\",\"built\":1925,\"storeys\":2,\"protection\":\"city\"}]");
    site_config(&s, NULL, NULL, NULL);
    site_start_connected(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    for (int i = 0; i < 4; i++)
        send_burst(p, x.t_s + i, x.amplitude[i], x.samples[i]);
    send_burst(p, x.t_s, x.amplitude[0], x.samples[0]); /* again */
    publisher_close(p);
    site_wait_received(&s, 5);
    site_stop(&s);
    /* by the limit of the sensor itself, stricter than the standards here */
    assert_true(fabs(rating(&s, x.t_s) - 0.14 / 0.7) < 0.01);
    assert_true(fabs(rating(&s, x.t_s + 1) - 1.4 / 0.7) < 0.05);
    assert_true(fabs(rating(&s, x.t_s + 2) - 2.8 / 0.7) < 0.1);
    assert_true(isnan(rating(&s, x.t_s + 3))); /* too short to be assessed, but kept */
    struct readings_reader *r = site_reader(&s);
    assert_int_equal(reader_bursts_since(r, 0, 100, as_it_came, &x), ERR_OK);
    assert_int_equal(x.n, 4);
    reader_close(r);
    struct site_counts c = site_counts(&s);
    assert_true(c.received == 5 && c.stored == 4 && c.duplicate == 1);
    site_reconcile(&s);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bursts_are_stored_and_rated)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
