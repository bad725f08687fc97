#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

struct sink {
    int fd;      /* -1: compressed */
    gzFile file; /* NULL: plain */
    bool failed;
};

struct sink *sink_open(const char *path, bool compress)
{
    struct sink *s = calloc(1, sizeof *s);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (!s || fd < 0) {
        if (fd >= 0)
            close(fd);
        free(s);
        return NULL;
    }
    s->fd = fd;
    if (compress) {
        s->file = gzdopen(fd, "wb1");
        s->fd = -1;
        s->failed = !s->file;
        if (!s->file)
            close(fd);
    }
    return s;
}

static bool write_plain(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        }
    }
    return true;
}

bool sink_write(struct sink *s, const char *bytes, size_t n)
{
    if (n == 0 || s->failed)
        return !s->failed;
    s->failed =
        s->file ? gzwrite(s->file, bytes, (unsigned)n) != (int)n : !write_plain(s->fd, bytes, n);
    return !s->failed;
}

bool sink_close(struct sink *s)
{
    bool ok = !s || !s->failed;

    if (s && s->file)
        ok = gzclose(s->file) == Z_OK && ok;
    else if (s && s->fd >= 0)
        ok = close(s->fd) == 0 && ok;
    free(s);
    return ok;
}
