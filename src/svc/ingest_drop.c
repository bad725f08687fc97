/* The directory into which loggers' files are put (files.drop): one after the other they are read
 * and, once what they hold is committed, moved aside. A file on its way that is lost (a kill, a
 * full disk, a reload) is read again from its beginning: readings are known by sensor and time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest_file.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/drop_dir.h"

#define LOOK_EVERY_US (500 * US_PER_MS)
#define OPEN_AGAIN_US (30 * US_PER_S)
#define SLICE_US      (30 * US_PER_MS) /* messages wait so long at most */

struct ingest_drop {
    struct drop_dir *directory;
    struct ingest_file *file; /* NULL: none on its way */
    char name[DROP_NAME_SIZE];
    int fd;
    bool read; /* to its end; what it holds is not committed yet */
};

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
    if (!in->drop)
        return;
    close_file(in->drop);
    drop_close(in->drop->directory);
    free(in->drop);
    in->drop = NULL;
    in->drop_at_us = 0;
}

static enum err open_directory(struct ingest *in)
{
    const struct settings *s = in->plan->settings;
    struct ingest_drop *d = calloc(1, sizeof *d);

    if (mkdir(s->files.drop, 0770) != 0 && errno != EEXIST)
        log_errno(&in->hub->log, LOG_P_DEBUG, "files.drop path=\"%s\" cannot be made",
                  s->files.drop);
    enum err e =
        d ? drop_open(s->files.drop, s->files.settle_s * US_PER_S, &d->directory) : ERR_NOMEM;

    if (!e) {
        d->fd = -1;
        in->drop = d;
        in->drop_told = false;
        return ERR_OK;
    }
    if (!in->drop_told)
        log_errno(&in->hub->log, LOG_P_WARNING, "files.drop path=\"%s\" cannot be used",
                  s->files.drop);
    in->drop_told = true;
    free(d);
    return e;
}

static void leave(struct ingest *in, const char *why)
{
    struct ingest_drop *d = in->drop;

    log_event(&in->hub->log, LOG_P_WARNING, "file_left name=\"%s\" error=\"%s\"", d->name, why);
    drop_leave(d->directory, d->fd, hub_monotonic_us(in->hub));
    close_file(d);
}

static bool begin_file(struct ingest *in)
{
    struct ingest_drop *d = in->drop;
    enum err e =
        drop_next(d->directory, hub_monotonic_us(in->hub), hub_utc_us(in->hub), d->name, &d->fd);

    if (e == ERR_IO)
        log_errno(&in->hub->log, LOG_P_WARNING, "file_left name=\"%s\"", d->name);
    if (e)
        return false;
    e = ingest_file_begin(in, d->name, d->fd, &d->file);
    if (e)
        leave(in, err_name(e));
    return !e;
}

/* Aside with it, now that what it holds is committed. */
static void settle(struct ingest *in)
{
    struct ingest_drop *d = in->drop;
    struct strbuf report = {0};
    bool refused = ingest_file_refused(d->file);
    const struct tally *t = &d->file->result.tally;
    enum err e;

    ingest_file_report(d->file, &report);
    e = report.failed ? ERR_NOMEM
                      : drop_settle(d->directory, d->name, d->fd, !refused, report.data, report.len,
                                    hub_monotonic_us(in->hub));
    if (!e)
        log_event(&in->hub->log, refused ? LOG_P_WARNING : LOG_P_INFO,
                  "file_%s name=\"%s\" lines=%lld stored=%lld duplicate=%lld faults=%lld",
                  refused ? "refused" : "done", d->name, (long long)d->file->result.lines,
                  (long long)t->stored, (long long)t->duplicate,
                  (long long)d->file->result.fault_count);
    else
        log_event(&in->hub->log, LOG_P_WARNING, "file_not_moved name=\"%s\" error=\"%s\"", d->name,
                  e == ERR_BUSY ? "changed while it was read" : strerror(errno));
    strbuf_free(&report);
    close_file(d);
}

/* Steps for a slice of time, at most one batch. */
static void read_on(struct ingest *in)
{
    struct ingest_drop *d = in->drop;
    int64_t until_us = hub_monotonic_us(in->hub) + SLICE_US;
    bool more = true;
    enum err e = ERR_OK;

    while (more && !e && hub_monotonic_us(in->hub) < until_us &&
           readings_pending_count(in->db) < (size_t)in->plan->settings->store.commit_readings)
        e = ingest_file_step(d->file, &more);
    if (in->batch_since_us == 0)
        in->batch_since_us = hub_monotonic_us(in->hub);
    if (e == ERR_IO && !*readings_error(in->db))
        leave(in, "cannot be read");
    else if (e)
        in->failed = e;
    d->read = !e && !more;
}

bool ingest_drop_turn(struct ingest *in)
{
    int64_t now_us = hub_monotonic_us(in->hub);

    if (!*in->plan->settings->files.drop || in->failed)
        return false;
    if (in->drop && in->drop->read)
        settle(in);
    if (in->drop && in->drop->file) {
        read_on(in);
        return true;
    }
    if (now_us < in->drop_at_us)
        return false;
    if (!in->drop && open_directory(in)) {
        in->drop_at_us = now_us + OPEN_AGAIN_US;
        return false;
    }
    if (!begin_file(in)) {
        in->drop_at_us = now_us + LOOK_EVERY_US;
        return false;
    }
    return true;
}
