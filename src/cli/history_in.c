#include "history_in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PACKED_BYTES (256u << 10)
#define BUFFER_BYTES (HISTORY_LINE_MAX + 1u)
#define GZIP_WINDOW  (MAX_WBITS + 16) /* gzip alone */

struct history {
    int fd;
    bool packed, ended; /* gzip; nothing more to be read */
    bool inside;        /* a gzip member has begun and not ended */
    bool skipping;      /* the rest of a line that was too long */
    z_stream z;
    unsigned char *raw; /* what of a gzip file is not inflated yet: z.next_in, z.avail_in */
    char *buffer;
    size_t begin, end; /* of what is not handed out yet */
    size_t seen;       /* bytes of it without a line end */
};

/* --- bytes --- */

static enum err read_some(int fd, void *to, size_t room, size_t *n)
{
    ssize_t got;

    do
        got = read(fd, to, room);
    while (got < 0 && errno == EINTR);
    *n = got > 0 ? (size_t)got : 0;
    return got < 0 ? ERR_IO : ERR_OK;
}

/* Inflates what is there; at the end of a member the next may follow. */
static enum err inflate_some(struct history *h, char *to, size_t room, size_t *n)
{
    int rc;

    h->z.next_out = (unsigned char *)to;
    h->z.avail_out = (unsigned)room;
    rc = inflate(&h->z, Z_NO_FLUSH);
    *n = room - h->z.avail_out;
    h->inside = rc != Z_STREAM_END;
    if (rc == Z_STREAM_END)
        return inflateReset(&h->z) == Z_OK ? ERR_OK : ERR_NOMEM;
    if (rc == Z_MEM_ERROR)
        return ERR_NOMEM;
    return rc == Z_OK || rc == Z_BUF_ERROR ? ERR_OK : ERR_CORRUPT;
}

static enum err unpack(struct history *h, char *to, size_t room, size_t *n)
{
    enum err e = ERR_OK;

    *n = 0;
    while (e == ERR_OK && *n == 0) {
        size_t got;
        if (h->z.avail_in == 0) {
            e = read_some(h->fd, h->raw, PACKED_BYTES, &got);
            h->z.next_in = h->raw;
            h->z.avail_in = (unsigned)got;
            if (e == ERR_OK && got == 0)
                return h->inside ? ERR_CORRUPT : ERR_OK;
        }
        if (e == ERR_OK)
            e = inflate_some(h, to, room, n);
    }
    return e;
}

/* --- lines --- */

/* More bytes behind what is not handed out yet, which moves to the front first. */
static enum err fill(struct history *h)
{
    size_t n;
    enum err e;

    memmove(h->buffer, h->buffer + h->begin, h->end - h->begin);
    h->end -= h->begin;
    h->begin = 0;
    e = h->packed ? unpack(h, h->buffer + h->end, BUFFER_BYTES - h->end, &n)
                  : read_some(h->fd, h->buffer + h->end, BUFFER_BYTES - h->end, &n);
    h->end += n;
    h->ended = e == ERR_OK && n == 0;
    return e;
}

static void hand_out(struct history *h, size_t length, size_t behind, const char **line, size_t *n)
{
    *line = h->buffer + h->begin;
    *n = length > 0 && (*line)[length - 1] == '\r' ? length - 1 : length;
    h->begin += length + behind;
    h->seen = 0;
}

/* True when the line is handed out; one that was too long ends here and is not. */
static bool find_line(struct history *h, const char **line, size_t *n, bool *skipped)
{
    const char *from = h->buffer + h->begin;
    const char *lf = memchr(from + h->seen, '\n', h->end - h->begin - h->seen);

    h->seen = h->end - h->begin;
    if (!lf && !(h->ended && h->seen > 0))
        return false;
    hand_out(h, lf ? (size_t)(lf - from) : h->seen, lf != NULL, line, n);
    *skipped = h->skipping;
    h->skipping = false;
    return true;
}

enum err history_line(struct history *h, const char **line, size_t *n)
{
    bool skipped;

    for (;;) {
        enum err e;
        if (find_line(h, line, n, &skipped))
            return skipped ? ERR_RANGE : ERR_OK;
        if (h->ended)
            return h->skipping ? (h->skipping = false, ERR_RANGE) : ERR_NOTFOUND;
        if (h->end - h->begin == BUFFER_BYTES) {
            h->skipping = true;
            h->begin = h->end = h->seen = 0;
        }
        e = fill(h);
        if (e != ERR_OK)
            return e;
    }
}

/* --- opening --- */

/* The first bytes tell; they stay in the buffer, or become the first to be inflated. */
static enum err look(struct history *h)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && h->end < 2 && !h->ended)
        e = fill(h);
    if (e != ERR_OK || h->end < 2 || memcmp(h->buffer, "\x1f\x8b", 2) != 0)
        return e;
    h->raw = malloc(BUFFER_BYTES);
    if (!h->raw || inflateInit2(&h->z, GZIP_WINDOW) != Z_OK)
        return ERR_NOMEM;
    memcpy(h->raw, h->buffer, h->end);
    h->z.next_in = h->raw;
    h->z.avail_in = (unsigned)h->end;
    h->packed = h->inside = true;
    h->ended = false;
    h->end = 0;
    return ERR_OK;
}

enum err history_open(const char *path, struct history **out)
{
    struct history *h = calloc(1, sizeof *h);
    enum err e = ERR_NOMEM;

    *out = NULL;
    if (!h)
        return ERR_NOMEM;
    h->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    h->buffer = malloc(BUFFER_BYTES);
    if (h->fd < 0)
        e = errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
    else if (h->buffer)
        e = look(h);
    if (e == ERR_OK) {
        *out = h;
        return ERR_OK;
    }
    history_close(h);
    return e;
}

void history_close(struct history *h)
{
    int error = errno;

    if (!h)
        return;
    if (h->fd > STDIN_FILENO)
        close(h->fd);
    if (h->packed)
        inflateEnd(&h->z);
    free(h->raw);
    free(h->buffer);
    free(h);
    errno = error;
}
