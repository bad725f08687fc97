#include "status_metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/utc.h"

static double number_of(const cJSON *o, const char *name)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(o, name);

    return cJSON_IsNumber(n) ? n->valuedouble : (double)NAN;
}

/* As the daemon told it. */
static enum err put_commits(struct ctl *c, const struct figures *f, struct live_figures *m)
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

/* Seconds since a time that the daemon told; 0: it told of none. */
static double since_s(const struct ctl *c, const cJSON *files, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(files, name));
    int64_t t_us;

    if (!text || utc_parse(text, &t_us) != ERR_OK)
        return 0;
    return t_us < c->desk.now_us ? (double)(c->desk.now_us - t_us) / 1e6 : 0;
}

static void put_files(const struct ctl *c, const struct figures *f, struct live_figures *m)
{
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(f->live, "files");
    const char *last = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(files, "last_at"));
    int64_t t_us;

    m->files_waiting = number_of(files, "waiting");
    m->files_left = number_of(files, "left");
    m->files_ignored = number_of(files, "ignored");
    m->files_oldest_s = isnan(m->files_waiting) ? (double)NAN : since_s(c, files, "oldest_since");
    m->files_last_s = last && utc_parse(last, &t_us) == ERR_OK ? (double)t_us / 1e6 : (double)NAN;
}

enum err status_metrics(struct ctl *c, const struct figures *f, struct metrics *out)
{
    struct live_figures live = {
        .commits = figures_live_number(f, "shikumen_commits_total"),
        .ingest_lag_s = figures_live_number(f, "shikumen_ingest_lag_seconds"),
        .assess_lag_s = figures_live_number(f, "shikumen_assess_lag_seconds"),
        .sensors_silent = f->sensors_silent < 0 ? (double)NAN : (double)f->sensors_silent,
    };
    enum err e = put_commits(c, f, &live);

    put_files(c, f, &live);

    return e == ERR_OK ? figures_metrics(&c->desk, &f->db, &live, f->coverage, out) : e;
}
