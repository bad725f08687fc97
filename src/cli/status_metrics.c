#include "status_metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double known(int64_t n)
{
    return n < 0 ? (double)NAN : (double)n;
}

static enum err put_reasons(struct ctl *c, const struct figures *f, struct metrics *m)
{
    struct metric_value *list = arena_array(&c->arena, f->reason_count + 1, sizeof *list);

    if (!list)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->reason_count; i++)
        list[i] = (struct metric_value){f->reasons[i].label, (double)f->reasons[i].n};
    m->quarantined = list;
    m->quarantined_count = f->reason_count;
    return ERR_OK;
}

static enum err put_endpoints(struct ctl *c, const struct figures *f, struct metrics *m)
{
    struct metric_endpoint *list = arena_array(&c->arena, f->endpoint_count + 1, sizeof *list);

    if (!list)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->endpoint_count; i++) {
        const struct endpoint_figures *e = &f->endpoints[i];
        list[i] = (struct metric_endpoint){e->name, (double)e->pending, (double)e->delivered,
                                           (double)e->failed, (double)e->parked};
    }
    m->endpoints = list;
    m->endpoint_count = f->endpoint_count;
    return ERR_OK;
}

static enum err put_coverage(struct ctl *c, const struct figures *f, struct metrics *m)
{
    size_t n = f->coverage ? c->plan->registry->house_count : 0;
    struct metric_value *list = arena_array(&c->arena, n + 1, sizeof *list);

    if (!list)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        list[i] = (struct metric_value){c->plan->registry->houses[i].id, f->coverage[i]};
    m->coverage = f->coverage ? list : NULL;
    m->coverage_count = n;
    return ERR_OK;
}

static double number_of(const cJSON *o, const char *name)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(o, name);

    return cJSON_IsNumber(n) ? n->valuedouble : (double)NAN;
}

/* As the daemon told it. */
static enum err put_commits(struct ctl *c, const struct figures *f, struct metrics *m)
{
    const cJSON *h = cJSON_GetObjectItemCaseSensitive(f->live, "shikumen_commit_seconds");
    const cJSON *buckets = cJSON_GetObjectItemCaseSensitive(h, "buckets"), *b;
    size_t n = (size_t)cJSON_GetArraySize(buckets), i = 0;
    double *bounds = arena_array(&c->arena, n + 1, sizeof *bounds);
    double *values = arena_array(&c->arena, n + 1, sizeof *values);

    if (!bounds || !values)
        return ERR_NOMEM;
    cJSON_ArrayForEach(b, buckets)
    {
        bounds[i] = strcmp(b->string, "+Inf") == 0 ? (double)INFINITY : strtod(b->string, NULL);
        values[i++] = cJSON_IsNumber(b) ? b->valuedouble : (double)NAN;
    }
    m->commit_s =
        (struct metric_histogram){bounds, values, n, number_of(h, "sum"), number_of(h, "count")};
    return ERR_OK;
}

static void put_alerts(const struct ctl *c, const struct figures *f, struct metrics *m)
{
    for (int k = 0; k < CATEGORY_COUNT; k++)
        for (int level = 0; level <= LEVEL_RED; level++)
            m->open.n[k][level] = f->open[level][k];
    m->raised = f->load.raised;
    m->load = f->load.figures;
    m->houses = f->load.houses;
    m->load_budget = c->desk.settings->alerts.budget_per_house_week;
    m->load_over = f->load.houses > 0 ? f->load.over : (double)NAN;
}

enum err status_metrics(struct ctl *c, const struct figures *f, struct metrics *out)
{
    *out = (struct metrics){
        .messages_received = known(f->messages),
        .readings_received = known(f->received),
        .readings_stored = known(f->stored),
        .readings_duplicate = known(f->duplicate),
        .readings_conflict = known(f->conflict),
        .readings_expired = known(f->expired),
        .commits = figures_live_number(f, "shikumen_commits_total"),
        .ingest_lag_s = figures_live_number(f, "shikumen_ingest_lag_seconds"),
        .assess_lag_s = figures_live_number(f, "shikumen_assess_lag_seconds"),
        .sensors_silent = known(f->sensors_silent),
    };
    put_alerts(c, f, out);
    enum err e = put_reasons(c, f, out);
    if (e == ERR_OK)
        e = put_endpoints(c, f, out);
    if (e == ERR_OK)
        e = put_coverage(c, f, out);
    return e == ERR_OK ? put_commits(c, f, out) : e;
}
