/* An HTTP/1.1 server (RFC 9112) for whoever has threads that answer: one thread of its own reads
 * requests whole and hands them over; an answer may come from any thread, at any time. Streams are
 * answers that go on. Who is slow, half open or too many is cut and harms nobody else. */
#ifndef SHIKUMEN_IO_HTTP_SERVER_H
#define SHIKUMEN_IO_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

struct http_server;

#define HTTP_ADDRESS_SIZE 46 /* of IPv6 as text */

/* A request that has come whole. Texts are the server's and live until it is answered. */
struct http_request {
    const char *method;              /* "GET" */
    const char *target;              /* path and query as they came, percent-encoded */
    const char *body;                /* terminated; "" without one */
    size_t body_len;                 /* at most body_most */
    char address[HTTP_ADDRESS_SIZE]; /* of the peer */
    bool loopback;                   /* the peer is this machine */
    bool tls;
    /* What the server itself says of it: 0, or the status to answer with (413, a body too large).
     */
    int refused;
};

struct http_header {
    const char *name, *value;
};

/* Bounds. Those of time are for what a peer does; an answer that is being made has none. */
struct http_limits {
    unsigned connections;         /* all together */
    unsigned address_connections; /* of one address that is not this machine's */
    size_t body_most;             /* bytes */
    size_t header_most;           /* bytes of request line and headers */
    int request_s;      /* a whole request comes within this of the connection being free */
    int idle_s;         /* nothing comes or can be sent for so long */
    int answer_s;       /* an answer, other than a stream, is taken within this */
    size_t stream_most; /* bytes that a stream may lag behind */
};
extern const struct http_limits http_limits_usual; /* [J] */

/* Called by the server's thread for each request; must not block. The request is then the
 * caller's to answer, once, by http_answer or http_stream_open. */
typedef void http_arrived_fn(void *context, struct http_request *r);

struct http_options {
    const char *listen; /* "127.0.0.1:8420", "[::1]:8420" or "name:0"; port 0: any that is free */
    const char *tls_cert, *tls_key; /* PEM texts, both or NULL */
    struct http_limits limits;
    http_arrived_fn *arrived;
    void *context;
};

/* Starts to listen. ERR_NET with why (at least why_size bytes): the address cannot be had;
 * ERR_CONFIG: certificate and key are not fit; ERR_NOMEM, ERR_IO. */
enum err http_server_start(const struct http_options *options, char *why, size_t why_size,
                           struct http_server **out) MUST_USE;

/* The port that is listened on. */
int http_server_port(const struct http_server *s);

/* Takes no further connection; what has come is still answered. */
void http_server_quiet(struct http_server *s);

/* Ends it. Every request that was handed over must have been answered, every stream released. NULL
 * allowed. */
void http_server_stop(struct http_server *s);

/* Cuts what took too long; to be called about once a second, by one thread. */
void http_server_sweep(struct http_server *s, int64_t monotonic_us);

struct http_figures {
    int64_t connections, streams; /* now */
    int64_t cut;                  /* by sweep or for lagging behind, so far */
    int64_t turned_away;          /* connections beyond address_connections, so far */
};
struct http_figures http_server_figures(struct http_server *s);

/* A header of a request that is not yet answered, its name in any case; NULL when it is not there.
 */
const char *http_header_of(const struct http_request *r, const char *name);
/* How many headers of that name it has. */
size_t http_header_count(const struct http_request *r, const char *name);

enum http_body { HTTP_COPY, HTTP_FOREVER }; /* FOREVER: the bytes outlive the server */

struct http_answer {
    int status;
    const struct http_header *headers;
    size_t header_count;
    const void *body;
    size_t body_len;
    enum http_body kind;
    bool close; /* the connection ends with it */
};

/* Answers; r is gone then. Of a HEAD request the body is left out by itself. */
void http_answer(struct http_request *r, const struct http_answer *answer);

/* --- streams --- */

struct http_stream;

/* Answers 200 and goes on; r is gone then. NULL when memory is out: r has been answered 503. */
struct http_stream *http_stream_open(struct http_request *r, const struct http_header *headers,
                                     size_t header_count);

/* Appends bytes to what is sent. False when the peer is gone or was cut because it lags behind:
 * release it then. */
bool http_stream_push(struct http_stream *s, const void *bytes, size_t n);

/* Ends it (what was pushed is still sent) and gives it up. */
void http_stream_release(struct http_stream *s);

#endif
