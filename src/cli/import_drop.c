#include "import_drop.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/file.h"
#include "shikumen/io/control_client.h"
#include "shikumen/io/drop_dir.h"

#define LOOK_MS     100
#define ASK_EVERY   20   /* looks between two questions whether the daemon still runs */
#define AGO_S       3600 /* the copy is complete: its time of change says so */
#define NAMES_TRIED 10000
#define REPORT_MAX  (4u << 20)

/* A file on its way through the directory. */
struct passing {
    struct ctl *c;
    const char *path, *drop; /* what is imported; the directory */
    char name[256];          /* there, and later in done or refused */
    bool said;               /* why the daemon does not get on */
};

static char *within(const struct passing *p, const char *folder, const char *name,
                    const char *suffix)
{
    const char *path = arena_printf(&p->c->arena, "%s/%s%s%s", p->drop, folder, name, suffix);

    return arena_strdup(&p->c->arena, path ? path : "");
}

static bool is_there(const struct passing *p, const char *folder)
{
    const char *path = within(p, folder, p->name, "");

    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A name that is not taken in any of the three places, so that the result is ours: "x.dat",
 * "x-2.dat", which still fits what a description says of it. */
static bool choose_name(struct passing *p)
{
    const char *slash = strrchr(p->path, '/'), *own = slash ? slash + 1 : p->path;
    const char *dot;
    int stem;

    own += strspn(own, "."); /* such names are left alone there */
    dot = strchr(own, '.');
    stem = dot ? (int)(dot - own) : (int)strlen(own);
    for (int i = 1; i < NAMES_TRIED; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%d", i);
        if (snprintf(p->name, sizeof p->name, "%.*s%s%s", stem, own, number, dot ? dot : "") > 200)
            return false;
        if (!is_there(p, "") && !is_there(p, "done/") && !is_there(p, "refused/"))
            return true;
    }
    return false;
}

static bool copy_bytes(int from, int to)
{
    char block[65536];
    ssize_t n;

    while ((n = read(from, block, sizeof block)) > 0)
        for (ssize_t at = 0; at < n;) {
            ssize_t written = write(to, block + at, (size_t)(n - at));
            if (written < 0)
                return false;
            at += written;
        }
    return n == 0;
}

/* The daemon must be able to read it and to move it. */
static bool hand_over(const struct passing *p, int fd)
{
    struct timespec at[2] = {{.tv_sec = p->c->desk.now_us / US_PER_S - AGO_S},
                             {.tv_sec = p->c->desk.now_us / US_PER_S - AGO_S}};
    struct stat st;

    if (stat(p->drop, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) != 0)
        (void)!fchown(fd, (uid_t)-1, st.st_gid);
    return fsync(fd) == 0 && futimens(fd, at) == 0;
}

static bool copy(const struct passing *p, const char *making)
{
    int from = open(p->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), to;
    struct stat st;
    bool fine = false;

    if (from < 0)
        return false;
    to = open(making, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fstat(from, &st) == 0 && !S_ISREG(st.st_mode))
        errno = EINVAL;
    else if (to >= 0)
        fine = copy_bytes(from, to) && hand_over(p, to);
    int error = errno;
    close(from);
    if (to >= 0)
        close(to);
    errno = error;
    return fine;
}

/* Whether the daemon still runs; why it does not get on with its files is said, once. */
static bool look_after(struct passing *p)
{
    struct strbuf json = {0};
    enum err e = control_fetch(p->c->desk.settings->store.path, &json);
    cJSON *status = e == ERR_OK ? cJSON_Parse(strbuf_text(&json)) : NULL;
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(status, "files");
    const char *fault = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(files, "fault"));

    if (fault && !p->said)
        ctl_say(p->c, "等待守护进程：%s", "waiting for the daemon: %s", fault);
    p->said = p->said || fault;
    cJSON_Delete(status);
    strbuf_free(&json);
    return e == ERR_OK || e == ERR_REFUSED;
}

/* What the daemon wrote of it, once it has; NULL when it runs no more. */
static const char *wait_for_report(struct passing *p, bool *refused, struct strbuf *json)
{
    const char *done = within(p, "done/", p->name, ".result.json");
    const char *not_done = within(p, "refused/", p->name, ".result.json");

    for (int i = 1;; i++) {
        *refused = is_there(p, "refused/");
        if ((*refused || is_there(p, "done/")) &&
            file_read(*refused ? not_done : done, REPORT_MAX, json) == ERR_OK)
            return strbuf_text(json);
        if (i % ASK_EVERY == 0 && !look_after(p))
            return NULL;
        usleep(LOOK_MS * 1000);
    }
}

static int give(struct passing *p, import_report_fn *report, void *context)
{
    const char *making = within(p, ".import-", p->name, "");
    struct strbuf json = {0};
    bool refused;

    if (!copy(p, making) || rename(making, within(p, "", p->name, "")) != 0) {
        int error = errno;
        unlink(making);
        errno = error;
        return ctl_fail(p->c, "%s 无法放入 %s：%s", "%s cannot be put into %s: %s", p->path,
                        p->drop, strerror(errno));
    }
    if (!wait_for_report(p, &refused, &json)) {
        strbuf_free(&json);
        return ctl_fail(p->c, "守护进程已停止；%s 留在 %s，待其再次运行时读入",
                        "the daemon has stopped; %s stays in %s and is read when it runs again",
                        p->name, p->drop);
    }
    report(context, p->path, refused, json.data, json.len);
    strbuf_free(&json);
    return EXIT_DONE;
}

int import_drop(struct ctl *c, const char *path, import_report_fn *report, void *context)
{
    struct passing p = {.c = c, .path = path, .drop = c->desk.settings->files.drop};

    if (!choose_name(&p))
        return ctl_fail(c, "%s：名称过长，或已有太多同名文件",
                        "%s: the name is too long, or taken too often", path);
    if (!*p.name || drop_in_the_making(p.name))
        return ctl_fail(c, "%s：此类名称表示文件尚未写完，请先改名",
                        "%s: such a name says that the file is not complete yet: rename it", path);
    return give(&p, report, context);
}
