#include "drop_dir_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool may_change(int folder)
{
    return folder >= 0 && faccessat(folder, ".", R_OK | W_OK | X_OK, AT_EACCESS) == 0;
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
    if (may_change(d->fd)) {
        d->done_fd = open_folder(d->fd, "done");
        d->refused_fd = open_folder(d->fd, "refused");
    }
    if (d->seen && may_change(d->done_fd) && may_change(d->refused_fd)) {
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
    drop_clear_stop(d);
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

bool drop_is_at(const struct drop_dir *d, const char *path)
{
    struct stat opened, there;

    return fstat(d->fd, &opened) == 0 && stat(path, &there) == 0 && opened.st_dev == there.st_dev &&
           opened.st_ino == there.st_ino;
}

const struct drop_census *drop_census(const struct drop_dir *d)
{
    return &d->census;
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

    if (s->since_us == INT64_MIN || s->size != st->st_size ||
        !drop_same_time(s->changed, st->st_mtim)) {
        s->since_us = monotonic_us;
        s->size = st->st_size;
        s->changed = st->st_mtim;
    }
    if (!drop_same_time(s->status, st->st_ctim)) { /* owner and mode may be right now */
        s->status = st->st_ctim;
        s->leave_us = 0;
        s->left = 0;
    }
    if (s->leave_us > monotonic_us)
        return false;
    return monotonic_us - s->since_us >= d->settle_us ||
           (changed_us <= utc_us && utc_us - changed_us >= d->settle_us);
}

static void consider(struct choice *c, const char *name, const struct stat *st)
{
    if (c->any && !is_earlier(st->st_mtim, c->changed) &&
        !(drop_same_time(st->st_mtim, c->changed) && strcmp(name, c->name) < 0))
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
    kept = 0;
    for (size_t i = 0; i < d->odd_count; i++)
        if (d->odd[i].here)
            d->odd[kept++] = d->odd[i];
    d->odd_count = kept;
}

/* --- what there is --- */

static void begin_census(struct drop_dir *d)
{
    d->census = (struct drop_census){.oldest_us = INT64_MAX};
    for (size_t i = 0; i < d->count; i++)
        d->seen[i].here = false;
    for (size_t i = 0; i < d->odd_count; i++)
        d->odd[i].here = false;
}

static void count_file(struct drop_dir *d, const char *name, const struct stat *st)
{
    int64_t since_us = (int64_t)st->st_ctim.tv_sec * US_PER_S + st->st_ctim.tv_nsec / 1000;

    d->census.waiting++;
    if (since_us >= d->census.oldest_us)
        return;
    d->census.oldest_us = since_us;
    snprintf(d->census.oldest, sizeof d->census.oldest, "%s", name);
}

static const char *kind_of(const struct stat *st)
{
    return S_ISLNK(st->st_mode)    ? "symbolic link"
           : S_ISDIR(st->st_mode)  ? "directory"
           : S_ISFIFO(st->st_mode) ? "pipe"
           : S_ISSOCK(st->st_mode) ? "socket"
                                   : "device";
}

static bool told_of(struct drop_dir *d, const struct stat *st)
{
    for (size_t i = 0; i < d->odd_count; i++)
        if (d->odd[i].inode == st->st_ino && d->odd[i].device == st->st_dev)
            return d->odd[i].here = true;
    return false;
}

/* What is no file is told of once, one in a round. */
static void count_odd(struct drop_dir *d, const char *name, const struct stat *st)
{
    struct drop_census *c = &d->census;

    if (S_ISDIR(st->st_mode) && (strcmp(name, "done") == 0 || strcmp(name, "refused") == 0))
        return;
    bool newly = !told_of(d, st) && !c->newly_ignored && d->odd_count < ODD_MAX;
    if (c->ignored++ == 0 || newly) {
        snprintf(c->ignored_name, sizeof c->ignored_name, "%s", name);
        c->ignored_kind = kind_of(st);
    }
    if (!newly)
        return;
    c->newly_ignored = true;
    d->odd[d->odd_count++] = (struct odd){st->st_dev, st->st_ino, true};
}

static void take(struct drop_dir *d, const char *name, const struct stat *st, int64_t monotonic_us,
                 int64_t utc_us, struct choice *c)
{
    struct seen *s;

    if (!S_ISREG(st->st_mode)) {
        count_odd(d, name, st);
        return;
    }
    count_file(d, name, st);
    s = seen_before(d, st);
    if (!s)
        return;
    s->here = true;
    if (is_complete(d, s, st, monotonic_us, utc_us))
        consider(c, name, st);
    if (s->left > 0 && d->census.left++ == 0)
        snprintf(d->census.left_name, sizeof d->census.left_name, "%s", name);
}

static enum err look(struct drop_dir *d, int64_t monotonic_us, int64_t utc_us, struct choice *c)
{
    int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (!list) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        errno = error;
        return ERR_IO;
    }
    begin_census(d);
    while ((entry = readdir(list))) {
        struct stat st;
        if (!drop_in_the_making(entry->d_name) &&
            fstatat(d->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            take(d, entry->d_name, &st, monotonic_us, utc_us, c);
    }
    closedir(list);
    forget_gone(d);
    return ERR_OK;
}

bool drop_leave(struct drop_dir *d, int64_t monotonic_us)
{
    struct seen *s = seen_before(d, &d->given);

    if (!s)
        return true;
    s->leave_us = monotonic_us + (s->left < LEFT_MOST ? LEAVE_US << s->left : LEAVE_MOST_US);
    s->left += s->left < LEFT_MOST;
    return s->left == 1;
}

enum err drop_next(struct drop_dir *d, int64_t monotonic_us, int64_t utc_us,
                   char name[DROP_NAME_SIZE], int *fd)
{
    struct choice c = {.any = false};
    enum err e = look(d, monotonic_us, utc_us, &c);
    int error;

    *fd = -1;
    name[0] = '\0';
    d->given = (struct stat){0};
    if (e != ERR_OK || !c.any)
        return e != ERR_OK ? e : ERR_NOTFOUND;
    memcpy(name, c.name, sizeof c.name);
    *fd = openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd >= 0 && fstat(*fd, &d->given) == 0 && S_ISREG(d->given.st_mode))
        return ERR_OK;
    error = errno;
    if (fstatat(d->fd, name, &d->given, AT_SYMLINK_NOFOLLOW) != 0)
        d->given = (struct stat){0};
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = error;
    return ERR_IO;
}
