#include "shikumen/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES  1024 /* with prefix and line feed; one write below PIPE_BUF is atomic */
#define ERRNO_MAX_BYTES 128

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
};

/* Length of the UTF-8 sequence that lead byte c announces; 0 when it can begin none. */
static size_t sequence_length(unsigned char c)
{
    if (c < 0x80)
        return 1;
    return c < 0xc2 || c > 0xf4 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* True for control characters (C0, DEL, C1) and for bytes that are no UTF-8. */
static int needs_escape(const unsigned char *p)
{
    size_t n = sequence_length(*p);

    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 1;
    return n == 0 || *p < 0x20 || *p == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

static size_t escape(const unsigned char *p, char out[5])
{
    static const char letters[] = "abtnvfr"; /* 0x07..0x0d */

    if (*p >= 0x07 && *p <= 0x0d) {
        out[0] = '\\';
        out[1] = letters[*p - 0x07];
        return 2;
    }
    return (size_t)snprintf(out, 5, "\\x%02x", *p);
}

/* Appends text escaped; stops before what would end beyond limit. */
static void put_escaped(struct line *line, const char *text, size_t limit)
{
    const unsigned char *p = (const unsigned char *)text;
    char piece[5];

    for (; *p; p++) {
        if (needs_escape(p)) {
            size_t n = escape(p, piece);
            if (line->len + n > limit)
                return;
            memcpy(line->bytes + line->len, piece, n);
            line->len += n;
        } else {
            size_t n = sequence_length(*p);
            if (line->len + n > limit)
                return;
            memcpy(line->bytes + line->len, p, n);
            line->len += n;
            p += n - 1;
        }
    }
}

static void write_line(int fd, const struct line *line)
{
    ssize_t n;

    do
        n = write(fd, line->bytes, line->len);
    while (n < 0 && errno == EINTR);
}

static void emit(const struct log *log, enum log_priority priority, const char *suffix,
                 const char *format, va_list args) __attribute__((format(printf, 4, 0)));

static void emit(const struct log *log, enum log_priority priority, const char *suffix,
                 const char *format, va_list args)
{
    struct line line;
    char text[LINE_MAX_BYTES + 1];

    if (vsnprintf(text, sizeof text, format, args) < 0)
        return;
    line.len = (size_t)snprintf(line.bytes, sizeof line.bytes, "<%d>", (int)priority);
    put_escaped(&line, text, LINE_MAX_BYTES - 1 - strlen(suffix));
    put_escaped(&line, suffix, LINE_MAX_BYTES - 1);
    line.bytes[line.len++] = '\n';
    write_line(log->fd, &line);
}

static int is_dropped(const struct log *log, enum log_priority priority)
{
    return log->fd < 0 || priority > log->max_priority;
}

void log_event(const struct log *log, enum log_priority priority, const char *format, ...)
{
    int saved = errno;
    va_list args;

    if (is_dropped(log, priority))
        return;
    va_start(args, format);
    emit(log, priority, "", format, args);
    va_end(args);
    errno = saved;
}

void log_errno(const struct log *log, enum log_priority priority, const char *format, ...)
{
    int saved = errno;
    char reason[ERRNO_MAX_BYTES], suffix[ERRNO_MAX_BYTES + 16];
    va_list args;

    if (is_dropped(log, priority))
        return;
    snprintf(suffix, sizeof suffix, " errno=\"%s\"", strerror_r(saved, reason, sizeof reason));
    errno = saved;
    va_start(args, format);
    emit(log, priority, suffix, format, args);
    va_end(args);
    errno = saved;
}
