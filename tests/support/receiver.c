#include "receiver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 256
#define MAX_REQUEST     (4u << 20)
#define READ_BYTES      65536
#define LISTEN_BACKLOG  128

struct connection {
    int fd; /* -1: unused */
    size_t number;
    char *bytes; /* read and not yet taken as a request */
    size_t len;
    char *answer; /* NULL: none waits */
    size_t answer_len;
    int64_t answer_at_us;
    bool silent, close_after;
};

struct receiver {
    int listen_fd, stop_fd, port;
    receiver_script *script;
    void *context;
    pthread_t thread;
    struct connection connections[MAX_CONNECTIONS];
    size_t accepted;

    pthread_mutex_t mutex; /* for the list */
    pthread_cond_t more;
    struct received **list;
    size_t count;
};

static int64_t now_us(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* --- requests --- */

/* Value of the header called name in head, malloc'd; "" when absent. */
static char *header(const char *head, const char *name)
{
    size_t n = strlen(name);

    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            const char *value = line + n + 1 + strspn(line + n + 1, " \t");
            return must(strndup(value, strcspn(value, "\r\n")));
        }
    }
    return must(strdup(""));
}

static struct received *parse(const struct connection *c, size_t head_len, size_t body_len)
{
    struct received *q = must(calloc(1, sizeof *q));
    size_t method, path;

    q->connection = c->number;
    q->head = must(strndup(c->bytes, head_len));
    q->body = must(malloc(body_len + 1));
    memcpy(q->body, c->bytes + head_len, body_len);
    q->body[body_len] = '\0';
    q->body_len = body_len;
    method = strcspn(q->head, " \r\n");
    path = strcspn(q->head + method + (q->head[method] == ' '), " \r\n");
    q->method = must(strndup(q->head, method));
    q->path = must(strndup(q->head + method + (q->head[method] == ' '), path));
    q->webhook_id = header(q->head, "webhook-id");
    q->webhook_timestamp = header(q->head, "webhook-timestamp");
    q->webhook_signature = header(q->head, "webhook-signature");
    q->user_agent = header(q->head, "User-Agent");
    q->content_type = header(q->head, "Content-Type");
    q->at_us = now_us(CLOCK_REALTIME);
    return q;
}

static void free_received(struct received *q)
{
    free(q->method);
    free(q->path);
    free(q->head);
    free(q->body);
    free(q->webhook_id);
    free(q->webhook_timestamp);
    free(q->webhook_signature);
    free(q->user_agent);
    free(q->content_type);
    free(q);
}

/* Puts it into the list; from here on it does not change. */
static void publish(struct receiver *r, struct received *q)
{
    pthread_mutex_lock(&r->mutex);
    r->list = must(realloc(r->list, (r->count + 1) * sizeof *r->list));
    r->list[r->count++] = q;
    pthread_cond_broadcast(&r->more);
    pthread_mutex_unlock(&r->mutex);
}

/* --- connections --- */

static void drop(struct connection *c, bool reset)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    if (reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(c->fd);
    free(c->bytes);
    free(c->answer);
    *c = (struct connection){.fd = -1};
}

static void make_answer(struct connection *c, const struct receiver_reply *reply)
{
    FILE *f = must(open_memstream(&c->answer, &c->answer_len));
    size_t length = reply->body ? strlen(reply->body) : reply->body_bytes;

    fprintf(f, "HTTP/1.1 %d Status\r\nContent-Length: %zu\r\n", reply->status, length);
    if (reply->retry_after)
        fprintf(f, "Retry-After: %s\r\n", reply->retry_after);
    if (reply->location)
        fprintf(f, "Location: %s\r\n", reply->location);
    if (reply->close)
        fprintf(f, "Connection: close\r\n");
    fprintf(f, "\r\n");
    if (reply->body)
        fputs(reply->body, f);
    for (size_t i = 0; !reply->body && i < length; i++)
        fputc('x', f);
    fclose(f);
    c->answer_at_us = now_us(CLOCK_MONOTONIC) + reply->delay_ms * INT64_C(1000);
    c->close_after = reply->close;
}

static void send_answer(struct connection *c)
{
    size_t sent = 0;

    while (sent < c->answer_len) {
        ssize_t n = send(c->fd, c->answer + sent, c->answer_len - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            drop(c, true);
            return;
        }
        sent += (size_t)n;
    }
    free(c->answer);
    c->answer = NULL;
    if (c->close_after)
        drop(c, false);
}

/* Scripted answer to a whole request. */
static void answer(struct receiver *r, struct connection *c, struct received *q)
{
    struct receiver_reply reply = {0};

    q->number = r->count; /* only this thread changes it */
    if (r->script)
        r->script(r->context, q, &reply);
    if (reply.status == 0)
        reply.status = 200;
    q->status = reply.hang || reply.reset ? 0 : reply.status;
    if (!reply.hang && !reply.reset)
        make_answer(c, &reply);
    if (reply.hang)
        c->silent = true;
    publish(r, q);
    if (reply.reset)
        drop(c, true);
    else if (c->answer && reply.delay_ms == 0)
        send_answer(c);
}

/* Takes a request out of what was read, when it is whole. */
static void take_request(struct receiver *r, struct connection *c)
{
    char *end = c->len ? memmem(c->bytes, c->len, "\r\n\r\n", 4) : NULL;
    size_t head_len, body_len;
    char *length, *head;
    struct received *q;

    if (!end || c->answer || c->silent)
        return;
    head_len = (size_t)(end - c->bytes) + 4;
    head = must(strndup(c->bytes, head_len));
    length = header(head, "Content-Length");
    body_len = strtoul(length, NULL, 10);
    free(length);
    free(head);
    if (c->len - head_len < body_len)
        return;
    q = parse(c, head_len, body_len);
    c->len -= head_len + body_len;
    memmove(c->bytes, c->bytes + head_len + body_len, c->len);
    answer(r, c, q);
}

static void read_some(struct receiver *r, struct connection *c)
{
    ssize_t n;

    if (c->len >= MAX_REQUEST) {
        drop(c, true);
        return;
    }
    c->bytes = must(realloc(c->bytes, c->len + READ_BYTES));
    n = recv(c->fd, c->bytes + c->len, READ_BYTES, 0);
    if (n <= 0) {
        drop(c, false);
        return;
    }
    c->len += (size_t)n;
    take_request(r, c);
}

static void accept_one(struct receiver *r)
{
    int fd = accept4(r->listen_fd, NULL, NULL, SOCK_CLOEXEC), one = 1;

    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        struct connection *c = &r->connections[i];
        if (c->fd >= 0)
            continue;
        *c = (struct connection){.fd = fd, .number = r->accepted++};
        return;
    }
    close(fd);
}

/* --- the thread --- */

/* Sends the answers whose time has come; milliseconds until the next one, -1 when none waits. */
static int send_due(struct receiver *r)
{
    int64_t now = now_us(CLOCK_MONOTONIC), next = INT64_MAX;

    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        struct connection *c = &r->connections[i];
        if (c->fd < 0 || !c->answer)
            continue;
        if (c->answer_at_us > now) {
            next = c->answer_at_us < next ? c->answer_at_us : next;
            continue;
        }
        send_answer(c);
        if (c->fd >= 0)
            take_request(r, c);
    }
    return next == INT64_MAX ? -1 : (int)((next - now + 999) / 1000);
}

static void *run(void *context)
{
    struct receiver *r = context;
    struct pollfd fds[MAX_CONNECTIONS + 2];

    for (;;) {
        int timeout_ms = send_due(r);
        fds[0] = (struct pollfd){.fd = r->stop_fd, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = r->listen_fd, .events = POLLIN};
        for (size_t i = 0; i < MAX_CONNECTIONS; i++)
            fds[i + 2] = (struct pollfd){.fd = r->connections[i].fd, .events = POLLIN};
        if (poll(fds, MAX_CONNECTIONS + 2, timeout_ms) < 0 && errno != EINTR)
            abort();
        if (fds[0].revents)
            return NULL;
        for (size_t i = 0; i < MAX_CONNECTIONS; i++)
            if (r->connections[i].fd >= 0 && r->connections[i].fd == fds[i + 2].fd &&
                fds[i + 2].revents)
                read_some(r, &r->connections[i]);
        if (fds[1].revents)
            accept_one(r);
    }
}

static bool listen_on(struct receiver *r, int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    int one = 1;

    r->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (r->listen_fd < 0)
        return false;
    setsockopt(r->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(r->listen_fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(r->listen_fd, LISTEN_BACKLOG) != 0 ||
        getsockname(r->listen_fd, (struct sockaddr *)&address, &size) != 0) {
        close(r->listen_fd);
        return false;
    }
    r->port = ntohs(address.sin_port);
    return true;
}

struct receiver *receiver_start(int port, receiver_script *script, void *context)
{
    struct receiver *r = must(calloc(1, sizeof *r));
    pthread_condattr_t attributes;

    if (!listen_on(r, port)) {
        free(r);
        return NULL;
    }
    r->script = script;
    r->context = context;
    for (size_t i = 0; i < MAX_CONNECTIONS; i++)
        r->connections[i].fd = -1;
    r->stop_fd = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&r->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&r->more, &attributes);
    pthread_condattr_destroy(&attributes);
    if (r->stop_fd < 0 || pthread_create(&r->thread, NULL, run, r) != 0)
        abort();
    return r;
}

void receiver_stop(struct receiver *r)
{
    if (!r)
        return;
    eventfd_write(r->stop_fd, 1);
    pthread_join(r->thread, NULL);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++)
        if (r->connections[i].fd >= 0)
            drop(&r->connections[i], false);
    for (size_t i = 0; i < r->count; i++)
        free_received(r->list[i]);
    free(r->list);
    close(r->listen_fd);
    close(r->stop_fd);
    pthread_cond_destroy(&r->more);
    pthread_mutex_destroy(&r->mutex);
    free(r);
}

/* --- asking --- */

int receiver_port(const struct receiver *r)
{
    return r->port;
}

char *receiver_url(const struct receiver *r, const char *path, char *url, size_t size)
{
    snprintf(url, size, "http://127.0.0.1:%d%s", r->port, path);
    return url;
}

size_t receiver_count(struct receiver *r)
{
    size_t count;

    pthread_mutex_lock(&r->mutex);
    count = r->count;
    pthread_mutex_unlock(&r->mutex);
    return count;
}

bool receiver_wait(struct receiver *r, size_t count, int timeout_ms)
{
    int64_t end = now_us(CLOCK_MONOTONIC) + timeout_ms * INT64_C(1000);
    struct timespec until = {.tv_sec = (time_t)(end / 1000000),
                             .tv_nsec = (long)(end % 1000000) * 1000};
    bool enough;
    int rc = 0;

    pthread_mutex_lock(&r->mutex);
    while (r->count < count && rc == 0)
        rc = pthread_cond_timedwait(&r->more, &r->mutex, &until);
    enough = r->count >= count;
    pthread_mutex_unlock(&r->mutex);
    return enough;
}

const struct received *receiver_get(struct receiver *r, size_t i)
{
    const struct received *q;

    pthread_mutex_lock(&r->mutex);
    q = i < r->count ? r->list[i] : NULL;
    pthread_mutex_unlock(&r->mutex);
    return q;
}
