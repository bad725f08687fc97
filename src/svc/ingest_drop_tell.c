#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ingest_drop.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

#define CLEAR_SOON_US  (600 * US_PER_S) /* files came since it was done last */
#define CLEAR_EVERY_US (3600 * US_PER_S)
#define MIB            (INT64_C(1) << 20)

/* --- telling --- */

static void log_ignored(struct ingest *in, const struct drop_census *c)
{
    if (c->newly_ignored)
        log_event(&in->hub->log, LOG_P_WARNING, "file_ignored name=\"%s\" kind=\"%s\"",
                  c->ignored_name, c->ignored_kind);
}

static void put_fault(const struct ingest_drop *d, const struct drop_census *c, struct hub_files *f)
{
    bool known = strcmp(c->left_name, d->left_name) == 0;

    if (c->left > 0)
        snprintf(f->fault, sizeof f->fault, "%.80s: %.70s", c->left_name,
                 known ? d->left_why : "cannot be read or moved");
    else if (d->uncleared)
        snprintf(f->fault, sizeof f->fault, "done cannot be cleared");
    else
        f->fault[0] = '\0';
}

void ingest_drop_tell(struct ingest *in)
{
    const struct drop_census *c = drop_census(in->files.drop->directory);
    struct hub_files f;

    log_ignored(in, c);
    hub_files_get(in->hub, &f);
    f.known = true;
    f.waiting = (int64_t)c->waiting;
    f.oldest_us = c->waiting > 0 ? c->oldest_us : 0;
    f.left = (int64_t)c->left;
    f.ignored = (int64_t)c->ignored;
    memcpy(f.oldest, c->oldest, sizeof f.oldest);
    memcpy(f.ignored_name, c->ignored_name, sizeof f.ignored_name);
    put_fault(in->files.drop, c, &f);
    hub_files_set(in->hub, &f);
}

void ingest_drop_tell_none(struct ingest *in)
{
    struct hub_files f;

    hub_files_get(in->hub, &f);
    f.known = false;
    f.fault[0] = '\0';
    f.waiting = f.oldest_us = f.left = f.ignored = 0;
    hub_files_set(in->hub, &f);
}

void ingest_drop_tell_unusable(struct ingest *in, int error)
{
    struct hub_files f;

    ingest_drop_tell_none(in);
    hub_files_get(in->hub, &f);
    snprintf(f.fault, sizeof f.fault, "files.drop cannot be used: %s", strerror(error));
    hub_files_set(in->hub, &f);
}

void ingest_drop_tell_read(struct ingest *in, const char *name, int64_t utc_us, bool refused)
{
    struct hub_files f;

    hub_files_get(in->hub, &f);
    f.last_us = utc_us;
    f.last_refused = refused;
    snprintf(f.last, sizeof f.last, "%s", name);
    hub_files_set(in->hub, &f);
}

enum err ingest_drop_recall(struct ingest *in)
{
    const char *meta = NULL, *word, *name;
    char time[UTC_TEXT_SIZE];
    int64_t t_us;
    enum err e = readings_meta_get(in->db, "last_file", &meta);

    word = e == ERR_OK && meta ? strchr(meta, ' ') : NULL;
    name = word ? strchr(word + 1, ' ') : NULL;
    if (!name)
        return e;
    snprintf(time, sizeof time, "%.*s", (int)(word - meta), meta);
    if (utc_parse(time, &t_us) == ERR_OK)
        ingest_drop_tell_read(in, name + 1, t_us, strncmp(word + 1, "refused", 7) == 0);
    return ERR_OK;
}

/* --- clearing --- */

/* What was refused of a file is nowhere else once its quarantine is full. */
static void on_removed(void *context, const char *name, int64_t bytes, const char *result)
{
    struct ingest *in = context;
    struct ingest_drop *d = in->files.drop;

    d->cleared++;
    d->cleared_bytes += bytes;
    if (!strstr(result, "\"quarantined\":{}"))
        log_event(&in->hub->log, LOG_P_NOTICE,
                  "file_cleared name=\"%s\" \"not all of its readings had been stored\"", name);
}

static void end_clearing(struct ingest *in, enum err e)
{
    struct ingest_drop *d = in->files.drop;

    d->clearing = d->settled = false;
    d->ended_us = hub_monotonic_us(in->hub);
    if (e && !d->uncleared)
        log_errno(&in->hub->log, LOG_P_WARNING, "files_not_cleared folder=done");
    d->uncleared = e != ERR_OK;
    if (d->cleared > 0)
        log_event(&in->hub->log, LOG_P_INFO, "files_cleared folder=done count=%lld bytes=%lld",
                  (long long)d->cleared, (long long)d->cleared_bytes);
    d->cleared = d->cleared_bytes = 0;
}

static bool is_due(const struct ingest *in)
{
    const struct ingest_drop *d = in->files.drop;
    int64_t since_us = hub_monotonic_us(in->hub) - d->ended_us;

    return d->ended_us == 0 || since_us >= (d->settled ? CLEAR_SOON_US : CLEAR_EVERY_US);
}

bool ingest_drop_clear(struct ingest *in)
{
    struct ingest_drop *d = in->files.drop;
    const struct settings *s = in->plan->settings;
    const struct drop_bounds bounds = {s->files.keep_days * US_PER_DAY, s->files.keep_mb * MIB};
    bool more = false;
    enum err e;

    if ((bounds.keep_us == 0 && bounds.keep_bytes == 0) || (!d->clearing && !is_due(in)))
        return false;
    d->clearing = true;
    e = drop_clear(d->directory, &bounds, hub_utc_us(in->hub), on_removed, in, &more);
    if (!more)
        end_clearing(in, e);
    return more;
}
