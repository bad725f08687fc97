/* Structured log: one line per event on a file descriptor, "<priority>event key=value ...",
 * the prefix that systemd-journald and syslog understand (sd-daemon(3)). */
#ifndef SHIKUMEN_BASE_LOG_H
#define SHIKUMEN_BASE_LOG_H

#include "shikumen/base/err.h"

/* syslog(3) priorities. */
enum log_priority {
    LOG_P_ERR = 3,
    LOG_P_WARNING = 4,
    LOG_P_NOTICE = 5,
    LOG_P_INFO = 6,
    LOG_P_DEBUG = 7
};

/* Where lines go and which are dropped. A plain value, shared read-only by all threads; each line
 * is one write(2), so lines of different threads never mix. */
struct log {
    int fd;                         /* -1: nowhere */
    enum log_priority max_priority; /* lines less urgent than this are dropped */
};

/* Writes one line. The format renders "event key=value ..."; never put a secret in it. Control
 * characters are escaped and the line is cut at 1 KiB. */
void log_event(const struct log *log, enum log_priority priority, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same with " errno=\"text\"" appended, from errno as it is on entry. */
void log_errno(const struct log *log, enum log_priority priority, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
