/* systemd's notification protocol (sd_notify(3)) by its socket, without libsystemd. */
#ifndef SHIKUMEN_IO_NOTIFY_H
#define SHIKUMEN_IO_NOTIFY_H

#include <stdint.h>

#include "shikumen/base/err.h"

struct notify {
    int fd;              /* -1: not run by systemd; every call is then a no-op */
    int64_t watchdog_us; /* ping at least twice within this; 0: no watchdog */
};

/* From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID. */
struct notify notify_open(void);
void notify_close(struct notify *n);

/* Sends lines such as "READY=1\nSTATUS=..."; what cannot be sent is dropped. */
void notify_send(const struct notify *n, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
