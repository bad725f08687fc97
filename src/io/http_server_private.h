/* What the files of the HTTP server share. */
#ifndef SHIKUMEN_IO_HTTP_SERVER_PRIVATE_H
#define SHIKUMEN_IO_HTTP_SERVER_PRIVATE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/io/http_server.h"

/* A connection, from accept to close. */
struct http_conn {
    struct http_server *server;
    int fd;
    char address[HTTP_ADDRESS_SIZE];
    bool loopback;
    int64_t until_us; /* monotonic: cut then; INT64_MAX: not */
    struct http_conn *before, *after;
};

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_limits limits;
    http_arrived_fn *arrived;
    void *context;
    int port;
    bool tls, quiet;
    pthread_mutex_t mutex; /* of what follows, and of every fd being open */
    struct http_conn *conns;
    int64_t conn_count, cut, turned_away;
    atomic_int_fast64_t streams;
};

/* A request from its first line until it is answered and sent. */
struct http_exchange {
    struct http_request request; /* what others see; first, so that its address is this one's */
    struct http_server *server;
    struct http_conn *conn;
    struct MHD_Connection *connection;
    struct strbuf target, body;
    bool begun, handed, answered, stream;
    int status;
    struct MHD_Response *response; /* to be queued; NULL with answered: memory is out */
};

/* When the connection is cut unless something else comes of it. */
void http_conn_until(struct http_conn *c, int64_t until_us);
/* Cuts it now. */
void http_conn_cut(struct http_conn *c);

/* Callbacks of the library. */
void *http_exchange_new(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result http_exchange_step(void *context, struct MHD_Connection *connection,
                                   const char *url, const char *method, const char *version,
                                   const char *data, size_t *data_size, void **exchange);
void http_exchange_free(void *context, struct MHD_Connection *connection, void **exchange,
                        enum MHD_RequestTerminationCode how);

/* Lets the library's thread go on with an exchange that has its response. */
void http_exchange_resume(struct http_exchange *x, int status, struct MHD_Response *response);

/* ERR_NOMEM when they cannot be added. */
enum err http_headers_add(struct MHD_Response *response, const struct http_header *headers,
                          size_t count) MUST_USE;

#endif
