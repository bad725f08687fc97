#include "shikumen/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES   16384
#define NAME_ATTEMPTS 100

static enum err err_from_errno(void)
{
    switch (errno) {
    case ENOMEM:
        return ERR_NOMEM;
    case ENOSPC:
    case EDQUOT:
        return ERR_FULL;
    default:
        return ERR_IO;
    }
}

static void close_keeping_errno(int fd)
{
    int saved = errno;

    close(fd);
    errno = saved;
}

static enum err read_all(int fd, size_t max_bytes, struct strbuf *out)
{
    char block[BLOCK_BYTES];
    size_t total = 0;

    for (;;) {
        ssize_t n = read(fd, block, sizeof block);
        if (n == 0)
            return out->failed ? ERR_NOMEM : ERR_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        if ((size_t)n > max_bytes - total)
            return ERR_RANGE;
        total += (size_t)n;
        strbuf_append(out, block, (size_t)n);
    }
}

enum err file_read(const char *path, size_t max_bytes, struct strbuf *out)
{
    size_t before = out->len;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    enum err e;

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? ERR_NOTFOUND : err_from_errno();
    e = read_all(fd, max_bytes, out);
    close_keeping_errno(fd);
    if (e != ERR_OK && out->data) {
        out->len = before;
        out->data[before] = '\0';
    }
    return e;
}

static enum err write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return err_from_errno();
        bytes += written;
        n -= (size_t)written;
    }
    return ERR_OK;
}

/* A new file beside path; its descriptor, with the malloc'd name in *name, or -1. */
static int create_beside(const char *path, char **name)
{
    for (int i = 0; i < NAME_ATTEMPTS; i++) {
        int fd;
        if (asprintf(name, "%s.%ld-%d.tmp", path, (long)getpid(), i) < 0) {
            errno = ENOMEM;
            return -1;
        }
        fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        free(*name);
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

/* Gives fd the permissions of the file that path names at present, if there is one; its owner and
 * group as far as we may. */
static enum err copy_mode(int fd, const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOENT ? ERR_OK : ERR_IO;
    if (fchown(fd, st.st_uid, st.st_gid) != 0)
        (void)!fchown(fd, (uid_t)-1, st.st_gid);
    return fchmod(fd, st.st_mode & 0777) == 0 ? ERR_OK : ERR_IO;
}

static enum err fill(int fd, const char *path, const void *bytes, size_t n)
{
    enum err e = copy_mode(fd, path);

    if (e == ERR_OK)
        e = write_all(fd, bytes, n);
    if (e == ERR_OK && fsync(fd) != 0)
        e = err_from_errno();
    return e;
}

static enum err sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    enum err e = ERR_OK;
    int fd;

    if (!directory)
        return ERR_NOMEM;
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (fd < 0)
        return ERR_IO;
    if (fsync(fd) != 0 && errno != EINVAL)
        e = err_from_errno();
    close_keeping_errno(fd);
    return e;
}

static void unlink_keeping_errno(const char *path)
{
    int saved = errno;

    unlink(path);
    errno = saved;
}

enum err file_replace(const char *path, const void *bytes, size_t n)
{
    char *name;
    int fd = create_beside(path, &name);
    enum err e;

    if (fd < 0)
        return err_from_errno();
    e = fill(fd, path, bytes, n);
    if (e == ERR_OK && close(fd) != 0)
        e = err_from_errno();
    else if (e != ERR_OK)
        close_keeping_errno(fd);
    if (e == ERR_OK && rename(name, path) != 0)
        e = err_from_errno();
    if (e != ERR_OK)
        unlink_keeping_errno(name);
    free(name);
    return e == ERR_OK ? sync_directory_of(path) : e;
}
