#include "http_server_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shikumen/base/clock.h"

static struct http_exchange *exchange_of(const struct http_request *r)
{
    return (struct http_exchange *)(uintptr_t)r;
}

void *http_exchange_new(void *context, const char *target, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *conn =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_exchange *x = calloc(1, sizeof *x);

    if (!x)
        return NULL;
    x->server = context;
    x->conn = conn ? conn->socket_context : NULL;
    x->connection = connection;
    strbuf_puts(&x->target, target);
    return x;
}

void http_exchange_free(void *context, struct MHD_Connection *connection, void **exchange,
                        enum MHD_RequestTerminationCode how)
{
    struct http_server *s = context;
    struct http_exchange *x = *exchange;

    (void)connection;
    (void)how;
    *exchange = NULL;
    if (!x)
        return;
    if (x->response)
        MHD_destroy_response(x->response);
    if (x->conn)
        http_conn_until(x->conn, clock_monotonic_us() + s->limits.request_s * US_PER_S);
    strbuf_free(&x->target);
    strbuf_free(&x->body);
    free(x);
}

/* --- a request comes --- */

static void refuse(struct http_exchange *x, int status)
{
    if (x->request.refused == 0)
        x->request.refused = status;
    strbuf_free(&x->body);
}

static void take_body(struct http_exchange *x, const char *data, size_t n)
{
    if (x->request.refused)
        return;
    if (n > x->server->limits.body_most || x->body.len > x->server->limits.body_most - n)
        refuse(x, MHD_HTTP_CONTENT_TOO_LARGE);
    else
        strbuf_append(&x->body, data, n);
}

/* A body that says itself that it is too large is not even waited for. */
static bool too_large(struct http_exchange *x)
{
    const char *length = http_header_of(&x->request, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length && strtoull(length, NULL, 10) > x->server->limits.body_most;
}

static void hand_over(struct http_exchange *x)
{
    struct http_request *r = &x->request;

    x->handed = true;
    r->target = strbuf_text(&x->target);
    r->body = strbuf_text(&x->body);
    r->body_len = x->body.len;
    r->tls = x->server->tls;
    r->loopback = x->conn->loopback;
    memcpy(r->address, x->conn->address, sizeof r->address);
    http_conn_until(x->conn, INT64_MAX);
    MHD_suspend_connection(x->connection);
    x->server->arrived(x->server->context, r);
}

/* The exchange has its answer, or had no memory for one. */
static enum MHD_Result send_answer(struct http_exchange *x)
{
    struct MHD_Response *response = x->response;
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    http_conn_until(x->conn, x->stream
                                 ? INT64_MAX
                                 : clock_monotonic_us() + x->server->limits.answer_s * US_PER_S);
    result = MHD_queue_response(x->connection, (unsigned)x->status, response);
    MHD_destroy_response(response);
    x->response = NULL;
    return result;
}

enum MHD_Result http_exchange_step(void *context, struct MHD_Connection *connection,
                                   const char *url, const char *method, const char *version,
                                   const char *data, size_t *data_size, void **exchange)
{
    struct http_exchange *x = *exchange;

    (void)context;
    (void)connection;
    (void)url;
    (void)version;
    if (!x || !x->conn || x->target.failed || x->body.failed)
        return MHD_NO;
    if (x->answered)
        return send_answer(x);
    if (!x->begun) {
        x->begun = true;
        x->request.method = method;
        if (!too_large(x))
            return MHD_YES;
        refuse(x, MHD_HTTP_CONTENT_TOO_LARGE);
        hand_over(x);
        return MHD_YES;
    }
    if (*data_size > 0) {
        take_body(x, data, *data_size);
        *data_size = 0;
    } else if (!x->handed) {
        hand_over(x);
    }
    return MHD_YES;
}

const char *http_header_of(const struct http_request *r, const char *name)
{
    return MHD_lookup_connection_value(exchange_of(r)->connection, MHD_HEADER_KIND, name);
}

struct tally {
    const char *name;
    size_t n;
};

static enum MHD_Result count_one(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct tally *t = context;

    (void)kind;
    (void)value;
    t->n += strcasecmp(name, t->name) == 0;
    return MHD_YES;
}

size_t http_header_count(const struct http_request *r, const char *name)
{
    struct tally t = {.name = name};

    MHD_get_connection_values(exchange_of(r)->connection, MHD_HEADER_KIND, count_one, &t);
    return t.n;
}

/* --- its answer --- */

enum err http_headers_add(struct MHD_Response *response, const struct http_header *headers,
                          size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (MHD_add_response_header(response, headers[i].name, headers[i].value) != MHD_YES)
            return ERR_NOMEM;
    return ERR_OK;
}

void http_exchange_resume(struct http_exchange *x, int status, struct MHD_Response *response)
{
    x->status = status;
    x->response = response;
    x->answered = true;
    MHD_resume_connection(x->connection);
}

void http_answer(struct http_request *r, const struct http_answer *answer)
{
    static const struct http_header closing = {MHD_HTTP_HEADER_CONNECTION, "close"};
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body_len, (void *)(uintptr_t)answer->body,
        answer->kind == HTTP_FOREVER ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);

    if (response && (http_headers_add(response, answer->headers, answer->header_count) != ERR_OK ||
                     (answer->close && http_headers_add(response, &closing, 1) != ERR_OK))) {
        MHD_destroy_response(response);
        response = NULL;
    }
    http_exchange_resume(exchange_of(r), answer->status, response);
}
