/* Moving a file aside, once it was read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drop_dir_private.h"

#define NAMES_TRIED  10000
#define SCRATCH_NAME ".result.tmp"

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

/* A result that is there without its file is of a move that a kill cut short; one that has a result
 * itself is a file so called. */
static bool is_taken(int folder, const char *to)
{
    char result[DROP_NAME_SIZE + sizeof RESULT], of_it[DROP_NAME_SIZE + 2 * sizeof RESULT];

    snprintf(result, sizeof result, "%s%s", to, RESULT);
    snprintf(of_it, sizeof of_it, "%s%s", result, RESULT);
    return is_there(folder, to) || (is_there(folder, result) && is_there(folder, of_it));
}

static enum err move(struct drop_dir *d, const char *name, int folder, const char *text, size_t n)
{
    char to[DROP_NAME_SIZE], result[DROP_NAME_SIZE + sizeof RESULT];
    int i = 1;
    enum err e;

    make_name(to, name, i);
    while (is_taken(folder, to) && i < NAMES_TRIED)
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
           now.st_size == d->given.st_size && drop_same_time(now.st_mtim, d->given.st_mtim);
}

enum err drop_settle(struct drop_dir *d, const char *name, int fd, bool done, const char *text,
                     size_t n)
{
    return is_as_given(d, name, fd) ? move(d, name, done ? d->done_fd : d->refused_fd, text, n)
                                    : ERR_BUSY;
}
