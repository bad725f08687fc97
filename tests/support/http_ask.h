/* A client of HTTP as bare as a test needs it: what is sent is what the test says. */
#ifndef SHIKUMEN_TESTS_HTTP_ASK_H
#define SHIKUMEN_TESTS_HTTP_ASK_H

#include <stdbool.h>
#include <stddef.h>

struct http_said {
    int status;    /* 0: the connection ended without an answer */
    char *headers; /* with the status line, each line ended by CR LF */
    char *body;
    size_t body_len;
};

/* A connection to 127.0.0.1:port; aborts the test when there is none. */
int http_connect(int port);
/* Sends it all, as far as the peer takes it. */
void http_send(int fd, const void *bytes, size_t n);
/* Reads one answer whole, chunks put together; a body that has no end is read until the peer closes
 * or timeout_s are over. Closes fd. */
struct http_said http_hear(int fd, double timeout_s);

/* One request on a connection of its own. headers: lines with CR LF, or NULL; body NULL: none, else
 * sent as application/json with its length. */
struct http_said http_ask(int port, const char *method, const char *target, const char *headers,
                          const char *body);
void http_said_free(struct http_said *said);

/* Value of a header, malloc'd; NULL when it is not there. */
char *http_said_header(const struct http_said *said, const char *name);

#endif
