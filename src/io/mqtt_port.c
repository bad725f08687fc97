#include "mqtt_port.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TCP_TIMEOUT_MS 5000

static bool connects_in_time(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0)
        return false;
    bool up = connect(fd, a->ai_addr, a->ai_addrlen) == 0;
    if (!up && errno == EINPROGRESS) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int error = 0;
        socklen_t n = sizeof error;
        if (poll(&p, 1, TCP_TIMEOUT_MS) == 1 &&
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0) {
            up = error == 0;
            errno = error;
        } else {
            errno = ETIMEDOUT;
        }
    }
    int kept = errno;
    close(fd);
    errno = kept;
    return up;
}

bool mqtt_port_answers(const char *host, int number, char *why, size_t why_size)
{
    char port[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all = NULL;
    snprintf(port, sizeof port, "%d", number);
    int rc = getaddrinfo(host, port, &hints, &all);
    if (rc != 0) {
        snprintf(why, why_size, "%s", gai_strerror(rc));
        return false;
    }
    bool up = false;
    for (const struct addrinfo *a = all; a && !up; a = a->ai_next)
        up = connects_in_time(a);
    if (!up)
        snprintf(why, why_size, "%s", strerror(errno));
    freeaddrinfo(all);
    return up;
}
