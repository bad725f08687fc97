/* /metrics: every figure of docs/interface.md section 9, for Prometheus. */
#include <math.h>
#include <string.h>

#include "api_parts.h"
#include "api_tables.h"
#include "shikumen/base/clock.h"
#include "shikumen/svc/figures.h"
#include "shikumen/view/coverage.h"

#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define PLAIN       "text/plain; version=0.0.4; charset=utf-8"

struct buckets {
    double bounds[HUB_COMMIT_BUCKETS], values[HUB_COMMIT_BUCKETS];
};

/* Cumulative, as a histogram of OpenMetrics is. */
static struct metric_histogram commits_of(struct hub *h, struct buckets *b)
{
    double count = 0;

    for (int i = 0; i < HUB_COMMIT_BUCKETS; i++) {
        count += (double)atomic_load(&h->commit_bucket[i]);
        b->bounds[i] = hub_commit_bound_us[i] == INT64_MAX ? (double)INFINITY
                                                           : (double)hub_commit_bound_us[i] / 1e6;
        b->values[i] = count;
    }
    return (struct metric_histogram){b->bounds, b->values, HUB_COMMIT_BUCKETS,
                                     (double)atomic_load(&h->commit_us) / 1e6, count};
}

static double lag_s(bool behind, int64_t lag_us)
{
    return behind && lag_us > 0 ? (double)lag_us / 1e6 : 0;
}

static struct live_figures live_of(struct hub *h, int64_t now_us, struct buckets *b)
{
    int64_t message_us = atomic_load(&h->last_message_us);
    int64_t ingested_us = atomic_load(&h->ingested_us);
    struct hub_files files;
    bool unjudged = atomic_load(&h->ingested_seq) > atomic_load(&h->assessed_seq);

    hub_files_get(h, &files);
    return (struct live_figures){
        .commits = (double)atomic_load(&h->commits),
        .ingest_lag_s = lag_s(message_us > ingested_us, now_us - message_us),
        .assess_lag_s = lag_s(unjudged, now_us - ingested_us),
        .sensors_silent = (double)atomic_load(&h->sensors_silent),
        .commit_s = commits_of(h, b),
        .files_waiting = files.known ? (double)files.waiting : (double)NAN,
        .files_oldest_s =
            files.known ? lag_s(files.oldest_us != 0, now_us - files.oldest_us) : (double)NAN,
        .files_left = files.known ? (double)files.left : (double)NAN,
        .files_ignored = files.known ? (double)files.ignored : (double)NAN,
        .files_last_s = files.last_us != 0 ? (double)files.last_us / 1e6 : (double)NAN,
    };
}

static enum err take(struct desk *d, struct stored_figures *f, double **coverage)
{
    enum err e = figures_readings(d, f);

    if (e == ERR_OK)
        e = figures_state(d, f);
    if (e == ERR_OK)
        e = figures_load(d, f);
    if (e == ERR_OK)
        e = figures_idle_endpoints(d, f);
    return e == ERR_OK ? coverage_take(d, coverage) : e;
}

/* The older format for who takes plain text and does not know the newer. */
static enum metrics_format wanted(const struct http_request *r)
{
    const char *accept = http_header_of(r, "Accept");
    bool plain = accept && strstr(accept, "text/plain") != NULL;

    return plain && !strstr(accept, "application/openmetrics-text") ? METRICS_PLAIN : METRICS_OPEN;
}

enum err api_metrics(struct api_call *c)
{
    enum metrics_format format = wanted(c->request);
    struct stored_figures f = {0};
    struct buckets buckets;
    struct live_figures live = live_of(c->api->hub, c->desk.now_us, &buckets);
    struct metrics m;
    double *coverage = NULL;
    enum err e = take(&c->desk, &f, &coverage);

    if (e == ERR_OK)
        e = figures_metrics(&c->desk, &f, &live, coverage, &m);
    if (e == ERR_OK) {
        metrics_text(&m, format, &c->body);
        c->type = format == METRICS_OPEN ? OPENMETRICS : PLAIN;
        c->cache = "no-store";
    }
    figures_stored_free(&f);
    return e;
}
