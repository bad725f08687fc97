#include "http_server_private.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 4096

struct http_stream {
    pthread_mutex_t mutex;
    struct http_server *server;
    struct http_conn *conn;
    struct MHD_Connection *connection;
    struct strbuf waiting; /* to be sent, from at on */
    size_t at;
    bool suspended; /* nothing waits, so the library does not look at the connection */
    bool gone;      /* the library has let go of it, or it was cut */
    bool released;  /* by its owner */
    bool held;      /* by the library */
};

static void free_stream(struct http_stream *s)
{
    atomic_fetch_sub(&s->server->streams, 1);
    pthread_mutex_destroy(&s->mutex);
    strbuf_free(&s->waiting);
    free(s);
}

/* The library asks what comes next. */
static ssize_t next_bytes(void *context, uint64_t position, char *out, size_t most)
{
    struct http_stream *s = context;
    ssize_t n = 0;

    (void)position;
    pthread_mutex_lock(&s->mutex);
    if (s->gone) {
        n = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (s->waiting.len > s->at) {
        size_t left = s->waiting.len - s->at;
        left = left < most ? left : most;
        memcpy(out, s->waiting.data + s->at, left);
        s->at += left;
        n = (ssize_t)left;
        if (s->at == s->waiting.len) {
            strbuf_clear(&s->waiting);
            s->at = 0;
        }
    } else if (s->released) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->suspended = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&s->mutex);
    return n;
}

/* The library needs it no more. */
static void let_go(void *context)
{
    struct http_stream *s = context;
    bool last;

    pthread_mutex_lock(&s->mutex);
    s->gone = true;
    s->held = false;
    last = s->released;
    pthread_mutex_unlock(&s->mutex);
    if (last)
        free_stream(s);
}

static struct http_stream *stream_new(struct http_exchange *x)
{
    struct http_stream *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    pthread_mutex_init(&s->mutex, NULL);
    s->server = x->server;
    s->conn = x->conn;
    s->connection = x->connection;
    atomic_fetch_add(&s->server->streams, 1);
    return s;
}

struct http_stream *http_stream_open(struct http_request *r, const struct http_header *headers,
                                     size_t header_count)
{
    struct http_exchange *x = (struct http_exchange *)(void *)r;
    struct http_stream *s = stream_new(x);
    struct MHD_Response *response =
        s ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, next_bytes, s, let_go)
          : NULL;

    if (response) {
        s->held = true;
        if (http_headers_add(response, headers, header_count) == ERR_OK) {
            x->stream = true;
            http_exchange_resume(x, MHD_HTTP_OK, response);
            return s;
        }
        MHD_destroy_response(response); /* lets go of s */
    }
    if (s)
        free_stream(s);
    http_answer(r, &(struct http_answer){.status = MHD_HTTP_SERVICE_UNAVAILABLE, .close = true});
    return NULL;
}

static void wake(struct http_stream *s)
{
    if (!s->suspended)
        return;
    s->suspended = false;
    MHD_resume_connection(s->connection);
}

bool http_stream_push(struct http_stream *s, const void *bytes, size_t n)
{
    bool alive;

    pthread_mutex_lock(&s->mutex);
    if (!s->gone) {
        strbuf_append(&s->waiting, bytes, n);
        if (s->waiting.failed || s->waiting.len - s->at > s->server->limits.stream_most) {
            s->gone = true;
            strbuf_free(&s->waiting);
            s->at = 0;
            http_conn_cut(s->conn);
        }
        wake(s);
    }
    alive = !s->gone;
    pthread_mutex_unlock(&s->mutex);
    return alive;
}

void http_stream_release(struct http_stream *s)
{
    bool last;

    pthread_mutex_lock(&s->mutex);
    s->released = true;
    last = !s->held;
    if (!last)
        wake(s);
    pthread_mutex_unlock(&s->mutex);
    if (last)
        free_stream(s);
}
