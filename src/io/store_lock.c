#include "shikumen/io/store_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Process id that the holder left in the lock file; 0 when it cannot be told. */
static long holder(int lock_fd)
{
    char text[32] = "";
    ssize_t n = pread(lock_fd, text, sizeof text - 1, 0);

    return n > 0 ? strtol(text, NULL, 10) : 0;
}

static enum err take(struct store_lock *l, const char *path, const struct log *log)
{
    l->lock_fd = openat(l->directory_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (l->lock_fd < 0) {
        log_errno(log, LOG_P_ERR, "store lock=\"%s/lock\" cannot be opened", path);
        return ERR_IO;
    }
    if (flock(l->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return ERR_OK;
    if (errno == EWOULDBLOCK) {
        log_event(log, LOG_P_ERR, "store path=\"%s\" is in use by another shikumend pid=%ld", path,
                  holder(l->lock_fd));
        return ERR_BUSY;
    }
    log_errno(log, LOG_P_ERR, "store path=\"%s\" cannot be locked", path);
    return ERR_IO;
}

enum err store_lock_open(const char *path, const struct log *log, struct store_lock *l)
{
    enum err e;

    l->lock_fd = -1;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        log_errno(log, LOG_P_DEBUG, "store path=\"%s\" cannot be made", path);
    l->directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (l->directory_fd < 0) {
        log_errno(log, LOG_P_ERR, "store path=\"%s\" cannot be opened", path);
        return ERR_IO;
    }
    e = take(l, path, log);
    if (e != ERR_OK)
        store_lock_close(l);
    else if (ftruncate(l->lock_fd, 0) == 0)
        dprintf(l->lock_fd, "%ld\n", (long)getpid());
    return e;
}

void store_lock_close(struct store_lock *l)
{
    if (l->lock_fd >= 0)
        close(l->lock_fd);
    if (l->directory_fd >= 0)
        close(l->directory_fd);
    l->lock_fd = l->directory_fd = -1;
}
