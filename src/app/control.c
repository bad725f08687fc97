#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME              "control.sock"
#define BACKLOG           16
#define CLIENTS_PER_ROUND 64

static enum err listen_in(int fd, int directory_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" NAME,
             directory_fd); /* the real path may be longer than a socket address can be */
    if (unlinkat(directory_fd, NAME, 0) != 0 && errno != ENOENT)
        return ERR_IO;
    if (fchmod(fd, 0600) != 0 || /* the mode the file is made with */
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0)
        return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
    return ERR_OK;
}

enum err control_open(struct control *c, int directory_fd)
{
    enum err e;

    c->directory_fd = directory_fd;
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return ERR_IO;
    e = listen_in(c->fd, directory_fd);
    if (e != ERR_OK) {
        int saved = errno;
        close(c->fd);
        c->fd = -1;
        errno = saved;
    }
    return e;
}

void control_serve(const struct control *c, const struct strbuf *document)
{
    for (int i = 0; i < CLIENTS_PER_ROUND; i++) {
        int client = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (client < 0)
            return;
        /* The socket's buffer holds far more than the document; who does not read loses it. */
        (void)!send(client, strbuf_text(document), document->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        close(client);
    }
}

void control_close(struct control *c)
{
    if (c->fd < 0)
        return;
    unlinkat(c->directory_fd, NAME, 0);
    close(c->fd);
    c->fd = -1;
}
