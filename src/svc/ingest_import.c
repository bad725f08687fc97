#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest_file.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/io/state_db.h"
#include "shikumen/svc/import.h"

struct importing {
    struct ingest in;
    import_report_fn *report;
    void *context;
};

static enum err commit(struct ingest *in)
{
    enum err e = ingest_store_commit(in);

    return e ? e : ingest_store_care(in);
}

static enum err read_to_end(struct importing *i, struct ingest_file *f)
{
    bool more = true;
    enum err e = ERR_OK;

    while (more && !e) {
        e = ingest_file_step(f, &more);
        if (!e && (f->storing || !more))
            e = commit(&i->in);
    }
    return e;
}

static void tell(const struct importing *i, const char *path, const struct ingest_file *f)
{
    struct strbuf report = {0};

    ingest_file_report(f, &report);
    i->report(i->context, path, ingest_file_refused(f), strbuf_text(&report), report.len);
    strbuf_free(&report);
}

/* False, after saying so, when there is no such regular file. */
static bool open_file(const struct importing *i, const char *path, int *fd)
{
    struct stat st;

    *fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd >= 0 && fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
        return true;
    if (*fd >= 0) {
        close(*fd);
        errno = EINVAL;
    }
    i->report(i->context, path, true, NULL, 0);
    return false;
}

static enum err import_one(struct importing *i, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct ingest_file *f = NULL;
    int fd;
    enum err e;

    if (!open_file(i, path, &fd))
        return ERR_OK;
    e = ingest_file_begin(&i->in, slash ? slash + 1 : path, fd, &f);
    if (!e)
        e = read_to_end(i, f);
    if (!e)
        tell(i, path, f);
    ingest_file_end(f);
    close(fd);
    if (e == ERR_IO && !*readings_error(i->in.db)) { /* the file's */
        i->report(i->context, path, true, NULL, 0);
        return ERR_OK;
    }
    return e;
}

/* A store that begins with an import has both its databases, as one that a daemon begins. */
static enum err begin_state(const char *store, char why[HUB_TEXT_SIZE])
{
    struct state_db *db = NULL;
    enum err e = state_open(store, STATE_WRITE, why, HUB_TEXT_SIZE, &db);

    state_close(db);
    return e;
}

static bool begins(const char *store)
{
    struct readings_reader *r = NULL;
    bool absent = reader_open(store, NULL, 0, &r) == ERR_NOTFOUND;

    reader_close(r);
    return absent;
}

enum err import_files(struct plan *plan, const char *const *paths, size_t count,
                      import_report_fn *report, void *context, char why[HUB_TEXT_SIZE])
{
    struct hub hub;
    struct importing i = {.report = report, .context = context};
    const char *store = plan->settings->store.path;
    bool fresh = begins(store);
    int64_t since_us;
    enum err e = hub_init(&hub, (struct log){.fd = -1}, plan_retain(plan));

    why[0] = '\0';
    if (e) {
        plan_release(plan);
        return e;
    }
    i.in = (struct ingest){.hub = &hub, .plan = hub_plan(&hub)};
    e = ingest_store_open(&i.in);
    if (e)
        hub_fault_get(&hub, LOOP_INGEST, why, &since_us);
    else if (fresh)
        e = begin_state(store, why);
    for (size_t k = 0; k < count && !e; k++) {
        e = import_one(&i, paths[k]);
        if (e)
            snprintf(why, HUB_TEXT_SIZE, "%s",
                     *readings_error(i.in.db) ? readings_error(i.in.db) : err_name(e));
    }
    ingest_store_free(&i.in);
    hub_finish(&hub);
    return e;
}
