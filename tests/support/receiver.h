/* A real HTTP/1.1 receiver for tests and demonstrations: one thread, plain sockets on 127.0.0.1.
 * Keeps what it got and answers as a script says. */
#ifndef SHIKUMEN_TESTS_RECEIVER_H
#define SHIKUMEN_TESTS_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct receiver;

/* One request as received. Headers that were absent are "". */
struct received {
    size_t number;     /* 0, 1, ... in order of arrival */
    size_t connection; /* 0, 1, ... in order of accept */
    char *method, *path;
    char *head; /* request line and all headers as sent */
    char *body;
    size_t body_len;
    char *webhook_id, *webhook_timestamp, *webhook_signature, *user_agent, *content_type;
    int status;    /* answered with; 0: reset, or never */
    int64_t at_us; /* wall clock, when the last byte had come */
};

/* How to answer. */
struct receiver_reply {
    int status;              /* 0: 200 */
    int delay_ms;            /* before the answer, others not being held up */
    bool hang;               /* never answers; the connection stays open */
    bool reset;              /* closes the connection with a TCP reset instead */
    bool close;              /* closes the connection after the answer */
    const char *retry_after; /* NULL: none */
    const char *location;    /* NULL: none */
    const char *body;        /* of the answer; NULL: body_bytes of no meaning */
    size_t body_bytes;       /* length of the answer's body when body is NULL */
};

/* Called in the receiver's thread for each request; reply is all zero before. */
typedef void receiver_script(void *context, const struct received *r, struct receiver_reply *reply);

/* Starts on port (0: a free one); script NULL answers 200 to everything. NULL when the port cannot
 * be had. */
struct receiver *receiver_start(int port, receiver_script *script, void *context);
void receiver_stop(struct receiver *r); /* NULL allowed; frees all requests */

int receiver_port(const struct receiver *r);
/* "http://127.0.0.1:PORT" and path; returns url. */
char *receiver_url(const struct receiver *r, const char *path, char *url, size_t size);

/* Requests so far. */
size_t receiver_count(struct receiver *r);
/* Waits until there are count requests; false after timeout_ms. */
bool receiver_wait(struct receiver *r, size_t count, int timeout_ms);
/* Request number i (below receiver_count); valid until receiver_stop. */
const struct received *receiver_get(struct receiver *r, size_t i);

#endif
