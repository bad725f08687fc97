/* From publishing a reading over its limit to the last byte of its POST at the receiver, while 100
 * other readings a second arrive. The daemon has committed the reading, the alert and the POST to
 * be made before it makes it; the peer stores nothing. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contender.h"
#include "district.h"
#include "publisher.h"
#include "receiver.h"
#include "report.h"
#include "shikumen/base/clock.h"
#include "shikumen/num/order.h"

#define CROSSINGS        1000
#define SENSORS          300
#define BACKGROUND_PER_S 100
#define PAUSE_MIN_MS     5
#define PAUSE_MAX_MS     25
#define LAST_POST_S      30

struct background {
    struct publisher *publisher;
    struct district_series series;
    atomic_bool stop;
};

static void *publish_background(void *context)
{
    struct background *b = context;
    const int64_t chunk = BACKGROUND_PER_S / 10;

    for (int64_t i = 0; !atomic_load(&b->stop); i += chunk)
        if (!publisher_series(b->publisher, i, chunk, BACKGROUND_PER_S, district_message,
                              &b->series))
            give_up("the broker does not take the messages");
    publisher_flush(b->publisher, 10);
    return NULL;
}

static void send_alarm(struct publisher *p, int i, double value_mm)
{
    char topic[256], payload[4096];
    size_t n = alarm_message(i, (double)clock_utc_us() / 1e6, value_mm, topic, payload);

    if (!publisher_send(p, topic, payload, n))
        give_up("the broker does not take the messages");
}

/* One quiet reading each; then, with pauses, one that crosses. */
static void cross(struct publisher *p, int count, int64_t *sent_us)
{
    unsigned seed = 1;

    for (int i = 0; i < count; i++)
        send_alarm(p, i, 1.0);
    publisher_flush(p, 10);
    publisher_idle(p, 1000);
    for (int i = 0; i < count; i++) {
        publisher_idle(p, PAUSE_MIN_MS + rand_r(&seed) % (PAUSE_MAX_MS - PAUSE_MIN_MS + 1));
        sent_us[i] = clock_utc_us();
        send_alarm(p, i, 10.0);
    }
    publisher_flush(p, 10);
}

/* Latencies in ms of what has arrived; returns how many. */
static size_t latencies(struct receiver *receiver, int count, const int64_t *sent_us, double *ms)
{
    size_t n = 0;
    bool *seen = calloc((size_t)count, sizeof *seen);

    for (size_t i = 0; seen && i < receiver_count(receiver); i++) {
        const struct received *r = receiver_get(receiver, i);
        const char *at = r->body;
        for (int alarm = alarm_named(&at); alarm >= 0; alarm = alarm_named(&at)) {
            if (alarm >= count || seen[alarm])
                continue;
            seen[alarm] = true;
            ms[n++] = (double)(r->at_us - sent_us[alarm]) / 1000;
        }
    }
    free(seen);
    return n;
}

static void publish_all(const struct contender *c, int count, int64_t *sent_us)
{
    struct background b = {.publisher =
                               publisher_open(&(struct publisher_options){.port = c->broker.port}),
                           .series = {SENSORS, 1, (double)clock_utc_us() / 1e6 - 86400, 10}};
    struct publisher *p = publisher_open(&(struct publisher_options){.port = c->broker.port});
    pthread_t thread;

    if (pthread_create(&thread, NULL, publish_background, &b) != 0)
        give_up("no thread");
    cross(p, count, sent_us);
    atomic_store(&b.stop, true);
    pthread_join(thread, NULL);
    publisher_close(b.publisher);
    publisher_close(p);
}

static void measure_one(int round, enum contender_kind kind, int count,
                        const struct bench_options *o)
{
    const char *name = kind == SHIKUMEND ? "shikumend" : "peer";
    int64_t *sent_us = calloc((size_t)count, sizeof *sent_us);
    double *ms = calloc((size_t)count, sizeof *ms);
    struct receiver *receiver = receiver_start(0, NULL, NULL);
    char url[128];

    if (!sent_us || !ms || !receiver)
        give_up("no receiver");
    struct contender c = contender_start(
        &(struct contender_options){.kind = kind,
                                    .sensors = SENSORS,
                                    .alarms = count,
                                    .post_url = receiver_url(receiver, "/alerts", url, sizeof url),
                                    .limits = o->limits});
    publish_all(&c, count, sent_us);
    receiver_wait(receiver, (size_t)count, LAST_POST_S * 1000);
    size_t n = latencies(receiver, count, sent_us, ms);
    report(round, "latency", name, "arrived_share", (double)n / count);
    if (n == 0)
        give_up("%s posted nothing", name);
    report(round, "latency", name, "p50_ms", quantile(ms, n, 0.5));
    report(round, "latency", name, "p90_ms", quantile(ms, n, 0.9));
    report(round, "latency", name, "p99_ms", quantile(ms, n, 0.99));
    progress("  %d latency %-14s p50 %.2f p99 %.2f ms, %zu of %d", round, name,
             quantile(ms, n, 0.5), quantile(ms, n, 0.99), n, count);
    contender_finish(&c);
    receiver_stop(receiver);
    free(sent_us);
    free(ms);
}

int main(int argc, char *argv[])
{
    struct bench_options o = bench_options(argc, argv);

    for (int round = 1; round <= o.rounds; round++)
        for (int k = 0; k < 2; k++)
            measure_one(round, (k + round) % 2 ? SHIKUMEND : PEER_POST,
                        o.quick ? CROSSINGS / 10 : CROSSINGS, &o);
    return 0;
}
