#include "shikumen/io/drop_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/base/clock.h"

#define SEEN_MAX     4096 /* files looked at in one round; the others have their turn later */
#define LEAVE_US     (60 * US_PER_S)
#define NAMES_TRIED  10000
#define RESULT       ".result.json"
#define SCRATCH_NAME ".result.tmp"

/* A file and how long it has been as it is. */
struct seen {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
    int64_t since_us; /* monotonic */
    int64_t leave_us; /* monotonic: left alone until then; 0: not */
    bool here;        /* in this round */
};

struct drop_dir {
    int fd, done_fd, refused_fd;
    int64_t settle_us;
    struct seen *seen;
    size_t count;
    struct stat given; /* the file that drop_next gave last */
};

/* The best file of a round. */
struct choice {
    char name[DROP_NAME_SIZE];
    struct timespec changed;
    bool any;
};

/* --- opening --- */

static int open_folder(int at, const char *name)
{
    if (at >= 0 && mkdirat(at, name, 0770) != 0 && errno != EEXIST)
        return -1;
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at >= 0 ? O_NOFOLLOW : 0));
}

enum err drop_open(const char *path, int64_t settle_us, struct drop_dir **out)
{
    struct drop_dir *d = calloc(1, sizeof *d);
    enum err e = ERR_NOMEM;

    *out = NULL;
    if (!d)
        return ERR_NOMEM;
    d->settle_us = settle_us;
    d->done_fd = d->refused_fd = -1;
    d->seen = calloc(SEEN_MAX, sizeof *d->seen);
    d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->fd >= 0) {
        d->done_fd = open_folder(d->fd, "done");
        d->refused_fd = open_folder(d->fd, "refused");
    }
    if (d->seen && d->done_fd >= 0 && d->refused_fd >= 0) {
        *out = d;
        return ERR_OK;
    }
    if (d->seen)
        e = d->fd < 0 && errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
    drop_close(d);
    return e;
}

void drop_close(struct drop_dir *d)
{
    int error = errno;

    if (!d)
        return;
    if (d->refused_fd >= 0)
        close(d->refused_fd);
    if (d->done_fd >= 0)
        close(d->done_fd);
    if (d->fd >= 0)
        close(d->fd);
    free(d->seen);
    free(d);
    errno = error;
}

/* --- which are complete --- */

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n >= m && strcmp(name + n - m, end) == 0;
}

bool drop_in_the_making(const char *name)
{
    return name[0] == '.' || ends_in(name, ".tmp") || ends_in(name, ".part") ||
           ends_in(name, ".partial");
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_earlier(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

static struct seen *seen_before(struct drop_dir *d, const struct stat *st)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->seen[i].inode == st->st_ino && d->seen[i].device == st->st_dev)
            return &d->seen[i];
    if (d->count == SEEN_MAX)
        return NULL;
    d->seen[d->count] =
        (struct seen){.device = st->st_dev, .inode = st->st_ino, .since_us = INT64_MIN};
    return &d->seen[d->count++];
}

/* Whether it has been as it is for long enough, by our own watching or by its time of change. */
static bool is_complete(const struct drop_dir *d, struct seen *s, const struct stat *st,
                        int64_t monotonic_us, int64_t utc_us)
{
    int64_t changed_us = (int64_t)st->st_mtim.tv_sec * US_PER_S + st->st_mtim.tv_nsec / 1000;

    if (s->since_us == INT64_MIN || s->size != st->st_size || !same_time(s->changed, st->st_mtim)) {
        s->since_us = monotonic_us;
        s->size = st->st_size;
        s->changed = st->st_mtim;
        s->leave_us = 0;
    }
    if (s->leave_us > monotonic_us)
        return false;
    return monotonic_us - s->since_us >= d->settle_us ||
           (changed_us <= utc_us && utc_us - changed_us >= d->settle_us);
}

static void consider(struct choice *c, const char *name, const struct stat *st)
{
    if (c->any && !is_earlier(st->st_mtim, c->changed) &&
        !(same_time(st->st_mtim, c->changed) && strcmp(name, c->name) < 0))
        return;
    snprintf(c->name, sizeof c->name, "%s", name);
    c->changed = st->st_mtim;
    c->any = true;
}

/* Forgets what is no longer here. */
static void forget_gone(struct drop_dir *d)
{
    size_t kept = 0;

    for (size_t i = 0; i < d->count; i++)
        if (d->seen[i].here)
            d->seen[kept++] = d->seen[i];
    d->count = kept;
}

static enum err look(struct drop_dir *d, int64_t monotonic_us, int64_t utc_us, struct choice *c)
{
    int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (!list) {
        if (fd >= 0)
            close(fd);
        return ERR_IO;
    }
    for (size_t i = 0; i < d->count; i++)
        d->seen[i].here = false;
    while ((entry = readdir(list))) {
        struct stat st;
        struct seen *s;
        if (drop_in_the_making(entry->d_name) ||
            fstatat(d->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
            continue;
        s = seen_before(d, &st);
        if (!s)
            continue;
        s->here = true;
        if (is_complete(d, s, &st, monotonic_us, utc_us))
            consider(c, entry->d_name, &st);
    }
    closedir(list);
    forget_gone(d);
    return ERR_OK;
}

static void leave(struct drop_dir *d, const struct stat *st, int64_t monotonic_us)
{
    struct seen *s = seen_before(d, st);

    if (s)
        s->leave_us = monotonic_us + LEAVE_US;
}

void drop_leave(struct drop_dir *d, int fd, int64_t monotonic_us)
{
    struct stat st;

    if (fstat(fd, &st) == 0)
        leave(d, &st, monotonic_us);
}

enum err drop_next(struct drop_dir *d, int64_t monotonic_us, int64_t utc_us,
                   char name[DROP_NAME_SIZE], int *fd)
{
    struct choice c = {.any = false};
    struct stat st;
    enum err e = look(d, monotonic_us, utc_us, &c);
    int error;

    *fd = -1;
    name[0] = '\0';
    if (e != ERR_OK || !c.any)
        return e != ERR_OK ? e : ERR_NOTFOUND;
    memcpy(name, c.name, sizeof c.name);
    *fd = openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd >= 0 && fstat(*fd, &d->given) == 0 && S_ISREG(d->given.st_mode))
        return ERR_OK;
    error = errno;
    if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        leave(d, &st, monotonic_us);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = error;
    return ERR_IO;
}

/* --- moving aside --- */

static enum err of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : errno == ENOMEM ? ERR_NOMEM : ERR_IO;
}

static enum err write_result(int folder, const char *name, const char *text, size_t n)
{
    int fd =
        openat(folder, SCRATCH_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    enum err e = fd < 0 ? of_errno() : ERR_OK;

    while (e == ERR_OK && n > 0) {
        ssize_t written = write(fd, text, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            e = of_errno();
        else {
            text += written;
            n -= (size_t)written;
        }
    }
    if (e == ERR_OK && fsync(fd) != 0)
        e = of_errno();
    if (fd >= 0 && close(fd) != 0 && e == ERR_OK)
        e = of_errno();
    if (e == ERR_OK && renameat(folder, SCRATCH_NAME, folder, name) != 0)
        e = of_errno();
    return e;
}

/* The i-th name to try: NAME, NAME-2, ...; cut so that NAME.result.json can be written too. */
static void make_name(char out[DROP_NAME_SIZE], const char *name, int i)
{
    char number[16] = "";
    int room;

    if (i > 1)
        snprintf(number, sizeof number, "-%d", i);
    room = DROP_NAME_SIZE - (int)sizeof RESULT - (int)strlen(number);
    snprintf(out, DROP_NAME_SIZE, "%.*s%s", room, name, number);
}

static bool is_there(int folder, const char *name)
{
    return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static enum err move(struct drop_dir *d, const char *name, int folder, const char *text, size_t n)
{
    char to[DROP_NAME_SIZE], result[DROP_NAME_SIZE + sizeof RESULT];
    int i = 1;
    enum err e;

    make_name(to, name, i);
    while (is_there(folder, to) && i < NAMES_TRIED)
        make_name(to, name, ++i);
    snprintf(result, sizeof result, "%s%s", to, RESULT);
    e = write_result(folder, result, text, n);
    if (e == ERR_OK && renameat2(d->fd, name, folder, to, RENAME_NOREPLACE) != 0 &&
        (errno != EINVAL || renameat(d->fd, name, folder, to) != 0))
        e = of_errno();
    if (e == ERR_OK && (fsync(folder) != 0 || fsync(d->fd) != 0) && errno != EINVAL)
        e = of_errno();
    return e;
}

/* Whether the file at fd is what was given, and still is called name. */
static bool is_as_given(const struct drop_dir *d, const char *name, int fd)
{
    struct stat now, named;

    return fstat(fd, &now) == 0 && fstatat(d->fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_ino == named.st_ino && now.st_dev == named.st_dev &&
           now.st_size == d->given.st_size && same_time(now.st_mtim, d->given.st_mtim);
}

enum err drop_settle(struct drop_dir *d, const char *name, int fd, bool done, const char *text,
                     size_t n, int64_t monotonic_us)
{
    enum err e;
    int error;

    if (!is_as_given(d, name, fd))
        return ERR_BUSY;
    e = move(d, name, done ? d->done_fd : d->refused_fd, text, n);
    error = errno;
    if (e != ERR_OK)
        drop_leave(d, fd, monotonic_us);
    errno = error;
    return e;
}
