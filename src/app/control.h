/* The socket in the store directory that tells live figures to whoever connects. */
#ifndef SHIKUMEN_APP_CONTROL_H
#define SHIKUMEN_APP_CONTROL_H

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

struct control {
    int fd; /* listening; -1 when it could not be opened */
    int directory_fd;
};

/* Listens on control.sock (mode 0600) in the directory, whose lock the caller holds: a socket that
 * is there already is a dead daemon's and removed. ERR_FULL, ERR_IO with errno, fd then -1. */
enum err control_open(struct control *c, int directory_fd) MUST_USE;

/* Gives document to each client that is waiting and hangs up; never blocks. */
void control_serve(const struct control *c, const struct strbuf *document);

/* Removes the socket. */
void control_close(struct control *c);

#endif
