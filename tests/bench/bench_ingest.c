/* Readings a second from the first publish to the last one stored (mosquitto_sub: received), with
 * what that costs in CPU time, memory and disk. Contenders take turns within every round. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "contender.h"
#include "district.h"
#include "publisher.h"
#include "report.h"
#include "tmpdir.h"

#define WINDOW      1000 /* messages the publisher has in flight */
#define STALLED_S   60   /* nothing more arrives */
#define SETTLE_MS   500  /* what is done behind the storing belongs to its CPU time */
#define STEP_S      10
#define START_S     1700000000
#define ORDER_COUNT 3

struct measure {
    const char *name;
    int sensors, pack;
    int64_t readings;
    enum contender_kind contenders[ORDER_COUNT];
    int contender_count;
};

static const struct measure measures[] = {
    {"packs", 300, NODE_SENSORS, 500000, {SHIKUMEND, MOSQUITTO_SUB, PEER_STORE}, 3},
    {"single", 300, 1, 100000, {SHIKUMEND, MOSQUITTO_SUB, PEER_STORE}, 3},
    {"many", 10000, NODE_SENSORS, 500000, {SHIKUMEND, MOSQUITTO_SUB, PEER_STORE}, 3},
};

static const char *const contender_names[] = {
    [SHIKUMEND] = "shikumend", [MOSQUITTO_SUB] = "mosquitto_sub", [PEER_STORE] = "peer"};

struct publishing {
    struct publisher *publisher;
    struct district_series series;
    int64_t messages;
    bool sent;
};

static void *publish(void *context)
{
    struct publishing *p = context;

    p->sent = publisher_series(p->publisher, 0, p->messages, 0, district_message, &p->series) &&
              publisher_flush(p->publisher, STALLED_S);
    return NULL;
}

/* Waits until all readings are there; gives up when no more come. */
static void wait_stored(struct contender *c, int64_t readings)
{
    int64_t stored = 0, before = 0;
    double moved_s = now_s();

    while (contender_sample(c) && stored < readings && now_s() - moved_s < STALLED_S) {
        if (c->kind != MOSQUITTO_SUB)
            stored = contender_stored(c);
        if (stored != before || c->kind == MOSQUITTO_SUB)
            moved_s = now_s();
        before = stored;
        sleep_ms(2);
    }
    if (c->kind != MOSQUITTO_SUB && stored != readings)
        give_up("%s stored %lld of %lld readings", contender_names[c->kind], (long long)stored,
                (long long)readings);
}

struct cost {
    double took_s, cpu_s, peak_rss_mb, rss_mb;
};

static struct cost run(struct contender *c, const struct measure *m, int64_t readings)
{
    struct publishing p = {.series = {m->sensors, m->pack, START_S, STEP_S},
                           .messages = readings / m->pack};
    pthread_t thread;

    p.publisher =
        publisher_open(&(struct publisher_options){.port = c->broker.port, .window = WINDOW});
    contender_sample(c);
    double cpu_before_s = c->cpu_s, start_s = now_s();
    if (pthread_create(&thread, NULL, publish, &p) != 0)
        give_up("no thread");
    wait_stored(c, readings);
    struct cost cost = {.took_s = now_s() - start_s};
    pthread_join(thread, NULL);
    publisher_close(p.publisher);
    if (!p.sent)
        give_up("the broker does not take the messages");
    sleep_ms(SETTLE_MS);
    contender_sample(c);
    cost.cpu_s = c->cpu_s - cpu_before_s;
    cost.peak_rss_mb = c->peak_rss_mb;
    cost.rss_mb = contender_rss_mb(c);
    return cost;
}

static void measure_one(int round, const struct measure *m, enum contender_kind kind,
                        const struct bench_options *o)
{
    int64_t readings = o->quick ? m->readings / 10 : m->readings;
    struct contender c = contender_start(&(struct contender_options){
        .kind = kind, .sensors = m->sensors, .messages = readings / m->pack, .limits = o->limits});
    const char *name = contender_names[kind];
    struct cost cost = run(&c, m, readings);

    contender_stop(&c);
    double bytes = (double)contender_bytes(&c);
    report(round, m->name, name, "readings_per_s", (double)readings / cost.took_s);
    report(round, m->name, name, "cpu_s_per_million", cost.cpu_s * 1e6 / (double)readings);
    report(round, m->name, name, "peak_rss_mb", cost.peak_rss_mb);
    if (kind != MOSQUITTO_SUB) {
        report(round, m->name, name, "rss_mb", cost.rss_mb);
        report(round, m->name, name, "bytes_per_reading", bytes / (double)readings);
    }
    contender_finish(&c);
    progress("  %d %-7s %-14s %9.0f/s", round, m->name, name, (double)readings / cost.took_s);
}

int main(int argc, char *argv[])
{
    struct bench_options o = bench_options(argc, argv);
    char *folder = tmpdir_make("shikumen-bench");

    for (int round = 1; round <= o.rounds; round++) {
        report(round, "machine", "-", "fsync_us", fsync_median_us(folder));
        for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
            for (int k = 0; k < measures[i].contender_count; k++)
                if (bench_wanted(&o, measures[i].name))
                    measure_one(round, &measures[i],
                                measures[i].contenders[(k + round) % measures[i].contender_count],
                                &o);
    }
    tmpdir_remove(folder);
    return 0;
}
