#include "shikumen/io/history_in.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PACKED_BYTES (256u << 10)
#define BUFFER_BYTES (HISTORY_LINE_MAX + 1u)
#define CODED_BYTES  (64u << 10) /* read at once of a file that is not UTF-8 */
#define NO_ICONV     ((iconv_t)-1)
#define GZIP_WINDOW  (MAX_WBITS + 16) /* gzip alone */

struct history {
    int fd;
    bool unended;       /* the line given last */
    bool borrowed;      /* fd is not ours to close */
    bool packed, ended; /* gzip; nothing more to be read */
    bool inside;        /* a gzip member has begun and not ended */
    bool skipping;      /* the rest of a line that was too long */
    z_stream z;
    unsigned char *raw; /* what of a gzip file is not inflated yet: z.next_in, z.avail_in */
    iconv_t decoder;    /* NO_ICONV: bytes are taken as they are */
    char *coded;        /* bytes that are not decoded yet */
    size_t coded_count;
    bool broken, spent; /* a byte that is none of the encoding's; nothing more to be decoded */
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

/* --- encodings --- */

static enum err read_bytes(struct history *h, char *to, size_t room, size_t *n)
{
    return h->packed ? unpack(h, to, room, n) : read_some(h->fd, to, room, n);
}

/* Decodes what is there into to; what is left is the beginning of a character, or broken. */
static size_t decode_some(struct history *h, char *to, size_t room)
{
    char *in = h->coded, *out = to;
    size_t in_left = h->coded_count, out_left = room;

    if (iconv(h->decoder, &in, &in_left, &out, &out_left) == (size_t)-1 && errno == EILSEQ)
        h->broken = true;
    memmove(h->coded, in, in_left);
    h->coded_count = in_left;
    return room - out_left;
}

static enum err read_decoded(struct history *h, char *to, size_t room, size_t *n)
{
    *n = 0;
    while (*n == 0 && !h->broken) {
        size_t got = 0;
        enum err e =
            h->spent ? ERR_OK
                     : read_bytes(h, h->coded + h->coded_count, CODED_BYTES - h->coded_count, &got);
        if (e != ERR_OK)
            return e;
        h->spent = h->spent || got == 0;
        h->coded_count += got;
        *n = decode_some(h, to, room);
        if (h->spent && *n == 0) {
            h->broken = h->coded_count > 0; /* half a character at the end */
            return ERR_OK;
        }
    }
    return ERR_OK;
}

static enum err start_decoding(struct history *h, const char *encoding)
{
    h->decoder = iconv_open("UTF-8", encoding);
    if (h->decoder == NO_ICONV)
        return errno == ENOMEM ? ERR_NOMEM : ERR_CONFIG;
    h->coded = malloc(CODED_BYTES);
    if (!h->coded)
        return ERR_NOMEM;
    h->coded_count = h->end; /* what was read to see what it is: a few bytes */
    memcpy(h->coded, h->buffer, h->end);
    h->end = 0;
    h->ended = false;
    return ERR_OK;
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
    e = h->decoder != NO_ICONV ? read_decoded(h, h->buffer + h->end, BUFFER_BYTES - h->end, &n)
                               : read_bytes(h, h->buffer + h->end, BUFFER_BYTES - h->end, &n);
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
    if (!lf && (h->broken || !(h->ended && h->seen > 0)))
        return false;
    hand_out(h, lf ? (size_t)(lf - from) : h->seen, lf != NULL, line, n);
    h->unended = lf == NULL;
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
        if (h->broken)
            return ERR_PARSE;
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

static enum err start_unpacking(struct history *h)
{
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

/* At least n bytes in the buffer, unless there are no more. */
static enum err look_at(struct history *h, size_t n)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && h->end < n && !h->ended) {
        size_t got;
        e = read_bytes(h, h->buffer + h->end, n - h->end, &got);
        h->end += got;
        h->ended = e == ERR_OK && got == 0;
    }
    return e;
}

static bool begins(const struct history *h, const char *bytes, size_t n)
{
    return h->end >= n && memcmp(h->buffer, bytes, n) == 0;
}

/* The first bytes tell what it is; they stay in the buffer, or are the first to be unpacked or
 * decoded. */
static enum err look(struct history *h, const char *encoding)
{
    enum err e = look_at(h, 2);

    if (e == ERR_OK && begins(h, "\x1f\x8b", 2)) {
        e = start_unpacking(h);
        if (e == ERR_OK)
            e = look_at(h, 2);
    }
    if (e == ERR_OK)
        e = look_at(h, 3);
    if (e != ERR_OK)
        return e;
    if (begins(h, "\xff\xfe", 2) || begins(h, "\xfe\xff", 2))
        return start_decoding(h, "UTF-16");
    if (begins(h, "\xef\xbb\xbf", 3)) {
        h->begin = encoding ? 3 : 0;
        return ERR_OK;
    }
    return encoding && strcmp(encoding, "UTF-8") != 0 ? start_decoding(h, encoding) : ERR_OK;
}

static enum err open_history(int fd, bool borrowed, const char *encoding, struct history **out)
{
    struct history *h = calloc(1, sizeof *h);
    enum err e = ERR_NOMEM;

    *out = NULL;
    if (!h) {
        if (!borrowed && fd > STDIN_FILENO)
            close(fd);
        return ERR_NOMEM;
    }
    h->fd = fd;
    h->borrowed = borrowed;
    h->decoder = NO_ICONV;
    h->buffer = malloc(BUFFER_BYTES);
    if (fd < 0)
        e = errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
    else if (h->buffer)
        e = look(h, encoding);
    if (e == ERR_OK) {
        *out = h;
        return ERR_OK;
    }
    history_close(h);
    return e;
}

enum err history_open(const char *path, struct history **out)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

    return open_history(fd, false, NULL, out);
}

enum err history_open_fd(int fd, const char *encoding, struct history **out)
{
    return open_history(fd, true, encoding ? encoding : "UTF-8", out);
}

bool history_unended(const struct history *h)
{
    return h->unended;
}

void history_close(struct history *h)
{
    int error = errno;

    if (!h)
        return;
    if (h->fd > STDIN_FILENO && !h->borrowed)
        close(h->fd);
    if (h->packed)
        inflateEnd(&h->z);
    if (h->decoder != NO_ICONV)
        iconv_close(h->decoder);
    free(h->coded);
    free(h->raw);
    free(h->buffer);
    free(h);
    errno = error;
}
