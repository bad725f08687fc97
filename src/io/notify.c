#include "shikumen/io/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_MAX_BYTES 2048

/* Decimal digits only; -1 for anything else or what does not fit. */
static int64_t whole_number(const char *text)
{
    char *end;
    long long value;

    if (!text || *text < '0' || *text > '9')
        return -1;
    errno = 0;
    value = strtoll(text, &end, 10);
    return errno || *end ? -1 : value;
}

static int64_t watchdog_from_environment(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    int64_t us = whole_number(getenv("WATCHDOG_USEC"));

    if (us <= 0 || (pid && whole_number(pid) != getpid()))
        return 0;
    return us;
}

/* A datagram socket connected to path: a file name, or "@name" in the abstract namespace
 * (unix(7)). -1 when there is none. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = path ? strlen(path) : 0;
    socklen_t length;
    int fd;

    if (n < 2 || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
        return -1;
    memcpy(address.sun_path, path, n);
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    else
        length++;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, length) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

struct notify notify_open(void)
{
    struct notify n = {.fd = connect_to(getenv("NOTIFY_SOCKET"))};

    if (n.fd >= 0)
        n.watchdog_us = watchdog_from_environment();
    return n;
}

void notify_close(struct notify *n)
{
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
    n->watchdog_us = 0;
}

void notify_send(const struct notify *n, const char *format, ...)
{
    char message[MESSAGE_MAX_BYTES];
    va_list args;
    int length;

    if (n->fd < 0)
        return;
    va_start(args, format);
    length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length <= 0)
        return;
    if ((size_t)length >= sizeof message)
        length = (int)sizeof message - 1;
    (void)!send(n->fd, message, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
}
