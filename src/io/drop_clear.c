/* Clearing the folder of files that were read, a slice at a time: its entries are gone through, of
 * which the oldest are kept in memory, then these are removed as far as the bounds ask. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drop_dir_private.h"

#define ENTRIES_A_SLICE  500
#define REMOVALS_A_SLICE 50
#define OLDEST_KEPT      1024
#define RESULT_READ      2048 /* of a result: its figures stand before its faults */

/* A file and its result, or one of them alone. */
struct old {
    int64_t moved_us;
    int64_t bytes;
    char name[DROP_NAME_SIZE];
};

struct clearing {
    DIR *list; /* NULL: gone through */
    int64_t bytes;
    struct old old[2 * OLDEST_KEPT];
    size_t count, next;
    bool partial; /* there are more than those kept */
};

void drop_clear_stop(struct drop_dir *d)
{
    int error = errno;

    if (d->clearing && d->clearing->list)
        closedir(d->clearing->list);
    free(d->clearing);
    d->clearing = NULL;
    errno = error;
}

static enum err begin(struct drop_dir *d)
{
    struct clearing *c = calloc(1, sizeof *c);
    int fd = c ? openat(d->done_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (!c)
        return ERR_NOMEM;
    c->list = fd >= 0 ? fdopendir(fd) : NULL;
    d->clearing = c;
    if (c->list)
        return ERR_OK;
    if (fd >= 0)
        close(fd);
    return ERR_IO;
}

/* --- going through --- */

static int by_age(const void *a, const void *b)
{
    const struct old *x = a, *y = b;

    if (x->moved_us != y->moved_us)
        return x->moved_us < y->moved_us ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void sort_out(struct clearing *c)
{
    qsort(c->old, c->count, sizeof *c->old, by_age);
    if (c->count <= OLDEST_KEPT)
        return;
    c->count = OLDEST_KEPT;
    c->partial = true;
}

static bool regular(int folder, const char *name, struct stat *st)
{
    return fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st->st_mode);
}

static bool result_of(char out[DROP_NAME_SIZE], const char *name)
{
    return snprintf(out, DROP_NAME_SIZE, "%s%s", name, RESULT) < DROP_NAME_SIZE;
}

static bool named_result(const char *name)
{
    size_t n = strlen(name), m = strlen(RESULT);

    return n > m && strcmp(name + n - m, RESULT) == 0;
}

/* Whether name is the result of a file that is there; a file so called has a result of its own. */
static bool is_result(int folder, const char *name)
{
    char other[DROP_NAME_SIZE];
    struct stat st;

    if (!named_result(name) || (result_of(other, name) && regular(folder, other, &st)))
        return false;
    snprintf(other, sizeof other, "%.*s", (int)(strlen(name) - strlen(RESULT)), name);
    return regular(folder, other, &st);
}

/* When it was moved: then its result was written. Of a file without one, when its status changed,
 * as by a rename. */
static void consider(struct clearing *c, int folder, const char *name)
{
    char result[DROP_NAME_SIZE];
    struct stat st, of_result;
    struct old *o = &c->old[c->count];

    if (name[0] == '.' || !regular(folder, name, &st) || is_result(folder, name))
        return;
    o->moved_us = (int64_t)(named_result(name) ? st.st_mtim : st.st_ctim).tv_sec * US_PER_S;
    o->bytes = st.st_size;
    snprintf(o->name, sizeof o->name, "%s", name);
    if (result_of(result, name) && regular(folder, result, &of_result)) {
        o->moved_us = (int64_t)of_result.st_mtim.tv_sec * US_PER_S;
        o->bytes += of_result.st_size;
    }
    c->bytes += o->bytes;
    c->count++;
    if (c->count == 2 * OLDEST_KEPT)
        sort_out(c);
}

static void go_through(struct drop_dir *d)
{
    struct clearing *c = d->clearing;
    const struct dirent *entry = NULL;

    for (int i = 0; i < ENTRIES_A_SLICE && (entry = readdir(c->list)) != NULL; i++)
        consider(c, d->done_fd, entry->d_name);
    if (entry)
        return;
    closedir(c->list);
    c->list = NULL;
    sort_out(c);
}

/* --- removing --- */

static bool is_too_much(const struct clearing *c, const struct old *o, const struct drop_bounds *b,
                        int64_t utc_us)
{
    int64_t age_us = utc_us - o->moved_us;

    return age_us > DROP_KEPT_LEAST_US && ((b->keep_us > 0 && age_us > b->keep_us) ||
                                           (b->keep_bytes > 0 && c->bytes > b->keep_bytes));
}

static void read_result(int folder, const char *name, char *text, size_t size)
{
    char result[DROP_NAME_SIZE];
    int fd = result_of(result, name)
                 ? openat(folder, result, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                 : -1;
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;

    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* The file first: a result alone is cleared like any other, a file alone would say nothing. */
static enum err remove_old(int folder, const struct old *o)
{
    char result[DROP_NAME_SIZE];

    if (unlinkat(folder, o->name, 0) != 0 && errno != ENOENT)
        return ERR_IO;
    if (result_of(result, o->name) && unlinkat(folder, result, 0) != 0 && errno != ENOENT)
        return ERR_IO;
    return ERR_OK;
}

static enum err remove_some(struct drop_dir *d, const struct drop_bounds *b, int64_t utc_us,
                            drop_removed_fn *removed, void *context, bool *more)
{
    struct clearing *c = d->clearing;
    char result[RESULT_READ];

    for (int i = 0; i < REMOVALS_A_SLICE; i++, c->next++) {
        const struct old *o = &c->old[c->next];
        if (c->next == c->count || !is_too_much(c, o, b, utc_us)) {
            *more = c->next == c->count && c->partial; /* look for further ones */
            drop_clear_stop(d);
            return ERR_OK;
        }
        read_result(d->done_fd, o->name, result, sizeof result);
        if (remove_old(d->done_fd, o) != ERR_OK)
            return ERR_IO;
        c->bytes -= o->bytes;
        removed(context, o->name, o->bytes, result);
    }
    *more = true;
    return ERR_OK;
}

enum err drop_clear(struct drop_dir *d, const struct drop_bounds *bounds, int64_t utc_us,
                    drop_removed_fn *removed, void *context, bool *more)
{
    enum err e = d->clearing ? ERR_OK : begin(d);

    *more = true;
    if (e == ERR_OK && d->clearing->list)
        go_through(d);
    else if (e == ERR_OK)
        e = remove_some(d, bounds, utc_us, removed, context, more);
    if (e != ERR_OK) {
        *more = false;
        drop_clear_stop(d);
    }
    return e;
}
