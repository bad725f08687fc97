/* The directory into which loggers' files are put (files.drop): one after the other they are read
 * and, once what they hold is committed, moved aside. A file on its way that is lost (a kill, a
 * full disk, a reload) is read again from its beginning: readings are known by sensor and time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest_drop.h"
#include "shikumen/base/clock.h"

#define LOOK_EVERY_US (500 * US_PER_MS)
#define OPEN_AGAIN_US (30 * US_PER_S)
#define SLICE_US      (30 * US_PER_MS) /* messages wait so long at most */

static void close_file(struct ingest_drop *d)
{
    ingest_file_end(d->file);
    d->file = NULL;
    d->read = false;
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}

void ingest_drop_stop(struct ingest *in)
{
    if (!in->files.drop)
        return;
    close_file(in->files.drop);
    drop_close(in->files.drop->directory);
    free(in->files.drop);
    in->files.drop = NULL;
    in->files.at_us = 0;
}

/* Not usable: said once, and tried again. */
static void give_up(struct ingest *in)
{
    const char *path = in->plan->settings->files.drop;
    int error = errno;

    ingest_drop_stop(in);
    if (!in->files.told)
        log_errno(&in->hub->log, LOG_P_WARNING, "files.drop path=\"%s\" cannot be used", path);
    in->files.told = true;
    in->files.at_us = hub_monotonic_us(in->hub) + OPEN_AGAIN_US;
    ingest_drop_tell_unusable(in, error);
}

static bool open_directory(struct ingest *in)
{
    const struct settings *s = in->plan->settings;
    struct ingest_drop *d = calloc(1, sizeof *d);
    enum err e = ERR_NOMEM;

    if (mkdir(s->files.drop, 0770) != 0 && errno != EEXIST)
        log_errno(&in->hub->log, LOG_P_DEBUG, "files.drop path=\"%s\" cannot be made",
                  s->files.drop);
    if (d)
        e = drop_open(s->files.drop, s->files.settle_s * US_PER_S, &d->directory);
    if (e == ERR_OK) {
        d->fd = -1;
        in->files.drop = d;
        if (in->files.told)
            log_event(&in->hub->log, LOG_P_NOTICE, "files.drop path=\"%s\" can be used again",
                      s->files.drop);
        in->files.told = false;
        return true;
    }
    free(d);
    give_up(in);
    return false;
}

/* Alone for a while; said once, until it changes. */
static void leave(struct ingest *in, const char *why)
{
    struct ingest_drop *d = in->files.drop;

    snprintf(d->left_name, sizeof d->left_name, "%s", d->name);
    snprintf(d->left_why, sizeof d->left_why, "%s", why);
    if (drop_leave(d->directory, hub_monotonic_us(in->hub)))
        log_event(&in->hub->log, LOG_P_WARNING, "file_left name=\"%s\" error=\"%s\"", d->name, why);
    close_file(d);
}

static bool begin_file(struct ingest *in)
{
    struct ingest_drop *d = in->files.drop;
    enum err e =
        drop_next(d->directory, hub_monotonic_us(in->hub), hub_utc_us(in->hub), d->name, &d->fd);
    int error = errno;

    if (e == ERR_IO && !*d->name) {
        give_up(in);
        return false;
    }
    if (e == ERR_IO)
        leave(in, strerror(error));
    if (e == ERR_OK) {
        e = ingest_file_begin(in, d->name, d->fd, &d->file);
        if (e)
            leave(in, err_name(e));
    }
    ingest_drop_tell(in);
    return e == ERR_OK;
}

static const char *why_not_moved(enum err e)
{
    return e == ERR_FULL    ? "cannot be moved aside: disk full"
           : e == ERR_NOMEM ? "cannot be moved aside: no memory"
                            : "cannot be moved aside";
}

static void log_settled(struct ingest *in, bool refused)
{
    const struct ingest_drop *d = in->files.drop;
    const struct file_result *r = &d->file->result;

    log_event(&in->hub->log, refused ? LOG_P_WARNING : LOG_P_INFO,
              "file_%s name=\"%s\" lines=%lld stored=%lld duplicate=%lld faults=%lld",
              refused ? "refused" : "done", d->name, (long long)r->lines,
              (long long)r->tally.stored, (long long)r->tally.duplicate, (long long)r->fault_count);
}

/* Aside with it, now that what it holds is committed. */
static void settle(struct ingest *in)
{
    struct ingest_drop *d = in->files.drop;
    struct strbuf report = {0};
    bool refused = ingest_file_refused(d->file);
    enum err e;

    ingest_file_report(d->file, &report);
    e = report.failed
            ? ERR_NOMEM
            : drop_settle(d->directory, d->name, d->fd, !refused, report.data, report.len);
    strbuf_free(&report);
    ingest_drop_tell_read(in, d->name, hub_utc_us(in->hub), refused);
    d->settled = true;
    if (!e)
        log_settled(in, refused);
    else if (e == ERR_BUSY)
        log_event(&in->hub->log, LOG_P_WARNING,
                  "file_not_moved name=\"%s\" error=\"changed while it was read\"", d->name);
    else
        leave(in, why_not_moved(e));
    close_file(d);
}

/* Steps for a slice of time, at most one batch. */
static void read_on(struct ingest *in)
{
    struct ingest_drop *d = in->files.drop;
    int64_t until_us = hub_monotonic_us(in->hub) + SLICE_US;
    bool more = true;
    enum err e = ERR_OK;

    while (more && !e && hub_monotonic_us(in->hub) < until_us &&
           readings_pending_count(in->db) < (size_t)in->plan->settings->store.commit_readings)
        e = ingest_file_step(d->file, &more);
    if (in->batch.since_us == 0)
        in->batch.since_us = hub_monotonic_us(in->hub);
    if (e == ERR_IO && !*readings_error(in->db))
        leave(in, "cannot be read");
    else if (e)
        in->batch.failed = e;
    d->read = !e && !more;
}

bool ingest_drop_turn(struct ingest *in)
{
    int64_t now_us = hub_monotonic_us(in->hub);

    if (!*in->plan->settings->files.drop || in->batch.failed)
        return false;
    if (in->files.drop && in->files.drop->read)
        settle(in);
    if (in->files.drop && in->files.drop->file) {
        read_on(in);
        return true;
    }
    if (now_us < in->files.at_us)
        return false;
    if (in->files.drop && !drop_is_at(in->files.drop->directory, in->plan->settings->files.drop))
        ingest_drop_stop(in);
    if (!in->files.drop && !open_directory(in))
        return false;
    if (begin_file(in))
        return true;
    if (!in->files.drop)
        return false;
    if (ingest_drop_clear(in))
        return true;
    in->files.at_us = now_us + LOOK_EVERY_US;
    return false;
}
