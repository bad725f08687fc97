#include "shikumen/io/control_client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX_BYTES (1u << 20)
#define PATIENCE_S       2

static enum err connect_to(int fd, int directory_fd)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/control.sock",
             directory_fd); /* the real path may be longer than a socket address can be */
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return ERR_OK;
    return errno == EACCES || errno == EPERM ? ERR_REFUSED : ERR_NOTFOUND;
}

static enum err read_answer(int fd, struct strbuf *json)
{
    size_t before = json->len;
    char block[4096];

    for (;;) {
        ssize_t n = read(fd, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 && json->len > before)
            return json->failed ? ERR_NOMEM : ERR_OK;
        if (n <= 0 || json->len - before > ANSWER_MAX_BYTES)
            break;
        strbuf_append(json, block, (size_t)n);
    }
    if (json->data) {
        json->len = before;
        json->data[before] = '\0';
    }
    return ERR_NOTFOUND;
}

enum err control_fetch(const char *store_path, struct strbuf *json)
{
    int directory_fd = open(store_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = -1;
    enum err e;

    if (directory_fd < 0)
        return errno == EACCES ? ERR_REFUSED : ERR_NOTFOUND;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    e = fd >= 0 ? connect_to(fd, directory_fd) : ERR_IO;
    if (e == ERR_OK)
        e = read_answer(fd, json);
    if (fd >= 0)
        close(fd);
    close(directory_fd);
    return e;
}
