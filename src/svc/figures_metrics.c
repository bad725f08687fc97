#include "shikumen/svc/figures.h"

#include <math.h>

static enum err put_reasons(struct desk *d, const struct stored_figures *f, struct metrics *m)
{
    struct metric_value *list = arena_array(d->arena, f->reason_count + 1, sizeof *list);

    if (!list)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->reason_count; i++)
        list[i] = (struct metric_value){f->reasons[i].label, (double)f->reasons[i].n};
    m->quarantined = list;
    m->quarantined_count = f->reason_count;
    return ERR_OK;
}

static enum err put_endpoints(struct desk *d, const struct stored_figures *f, struct metrics *m)
{
    struct metric_endpoint *list = arena_array(d->arena, f->endpoint_count + 1, sizeof *list);

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

static enum err put_coverage(struct desk *d, const double *coverage, struct metrics *m)
{
    size_t n = coverage ? d->registry->house_count : 0;
    struct metric_value *list = arena_array(d->arena, n + 1, sizeof *list);

    if (!list)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        list[i] = (struct metric_value){d->registry->houses[i].id, coverage[i]};
    m->coverage = coverage ? list : NULL;
    m->coverage_count = n;
    return ERR_OK;
}

static void put_alerts(const struct desk *d, const struct stored_figures *f, struct metrics *m)
{
    for (int k = 0; k < CATEGORY_COUNT; k++)
        for (int level = 0; level <= LEVEL_RED; level++)
            m->open.n[k][level] = f->open[level][k];
    m->raised = f->load.raised;
    m->load = f->load.figures;
    m->houses = f->load.houses;
    m->load_budget = d->settings->alerts.budget_per_house_week;
    m->load_over = f->load.houses > 0 ? f->load.over : (double)NAN;
}

enum err figures_metrics(struct desk *d, const struct stored_figures *f,
                         const struct live_figures *live, const double *coverage,
                         struct metrics *out)
{
    enum err e;

    *out = (struct metrics){
        .messages_received = (double)f->messages,
        .messages_lost = (double)f->lost,
        .readings_received = (double)f->received,
        .readings_stored = (double)f->stored,
        .readings_duplicate = (double)f->duplicate,
        .readings_conflict = (double)f->conflict,
        .readings_expired = (double)f->expired,
        .commits = live->commits,
        .commit_s = live->commit_s,
        .ingest_lag_s = live->ingest_lag_s,
        .assess_lag_s = live->assess_lag_s,
        .sensors_silent = live->sensors_silent,
        .files_done = (double)f->files_done,
        .files_refused = (double)f->files_refused,
        .file_stored = (double)f->file_stored,
        .file_duplicate = (double)f->file_duplicate,
        .file_quarantined = (double)f->file_quarantined,
        .files_waiting = live->files_waiting,
        .files_oldest_s = live->files_oldest_s,
        .files_left = live->files_left,
        .files_ignored = live->files_ignored,
        .files_last_s = live->files_last_s,
    };
    put_alerts(d, f, out);
    e = put_reasons(d, f, out);
    if (e == ERR_OK)
        e = put_endpoints(d, f, out);
    return e == ERR_OK ? put_coverage(d, coverage, out) : e;
}
