#include "http_server_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shikumen/base/clock.h"

#define BACKLOG 128

const struct http_limits http_limits_usual = {.connections = 512,
                                              .address_connections = 64,
                                              .body_most = 65536,
                                              .header_most = 16384,
                                              .request_s = 20,
                                              .idle_s = 30,
                                              .answer_s = 120,
                                              .stream_most = 262144};

/* --- connections --- */

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, a, sizeof six);
        if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
            return six.sin6_addr.s6_addr[12] == 127;
        return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    }
    if (a->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, a, sizeof four);
        return ntohl(four.sin_addr.s_addr) >> 24 == 127;
    }
    return false;
}

static void address_text(const struct sockaddr *a, char text[HTTP_ADDRESS_SIZE])
{
    socklen_t n =
        a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

    text[0] = '\0';
    if (getnameinfo(a, n, text, HTTP_ADDRESS_SIZE, NULL, 0, NI_NUMERICHOST) != 0)
        text[0] = '\0';
}

/* Whether one more connection of this address may come. */
static enum MHD_Result admit(void *context, const struct sockaddr *address, socklen_t n)
{
    struct http_server *s = context;
    char text[HTTP_ADDRESS_SIZE];
    unsigned same = 0;

    (void)n;
    if (is_loopback(address))
        return MHD_YES;
    address_text(address, text);
    pthread_mutex_lock(&s->mutex);
    for (const struct http_conn *c = s->conns; c; c = c->after)
        same += strcmp(c->address, text) == 0;
    if (same >= s->limits.address_connections)
        s->turned_away++;
    pthread_mutex_unlock(&s->mutex);
    return same < s->limits.address_connections ? MHD_YES : MHD_NO;
}

/* A peer that has vanished without a word (a phone in a stairwell) acknowledges nothing. */
static void notice_vanishing(int fd, int within_s)
{
    unsigned ms = (unsigned)within_s * 1000;

    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

static struct http_conn *conn_new(struct http_server *s, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct http_conn *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->server = s;
    c->fd = fd ? fd->connect_fd : -1;
    notice_vanishing(c->fd, s->limits.idle_s);
    if (peer && peer->client_addr) {
        address_text(peer->client_addr, c->address);
        c->loopback = is_loopback(peer->client_addr);
    }
    c->until_us = clock_monotonic_us() + s->limits.request_s * US_PER_S;
    pthread_mutex_lock(&s->mutex);
    c->after = s->conns;
    if (c->after)
        c->after->before = c;
    s->conns = c;
    s->conn_count++;
    pthread_mutex_unlock(&s->mutex);
    return c;
}

/* The library closes the socket after this. */
static void conn_free(struct http_conn *c)
{
    struct http_server *s = c->server;

    pthread_mutex_lock(&s->mutex);
    if (c->before)
        c->before->after = c->after;
    else
        s->conns = c->after;
    if (c->after)
        c->after->before = c->before;
    s->conn_count--;
    pthread_mutex_unlock(&s->mutex);
    free(c);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **conn,
                          enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *conn = conn_new(context, connection);
    } else if (*conn) {
        conn_free(*conn);
        *conn = NULL;
    }
}

void http_conn_until(struct http_conn *c, int64_t until_us)
{
    pthread_mutex_lock(&c->server->mutex);
    c->until_us = until_us;
    pthread_mutex_unlock(&c->server->mutex);
}

/* With the mutex held. */
static void cut(struct http_conn *c)
{
    c->until_us = INT64_MAX;
    c->server->cut++;
    shutdown(c->fd, SHUT_RDWR);
}

void http_conn_cut(struct http_conn *c)
{
    pthread_mutex_lock(&c->server->mutex);
    cut(c);
    pthread_mutex_unlock(&c->server->mutex);
}

void http_server_sweep(struct http_server *s, int64_t monotonic_us)
{
    pthread_mutex_lock(&s->mutex);
    for (struct http_conn *c = s->conns; c; c = c->after)
        if (c->until_us <= monotonic_us)
            cut(c);
    pthread_mutex_unlock(&s->mutex);
}

struct http_figures http_server_figures(struct http_server *s)
{
    struct http_figures f;

    pthread_mutex_lock(&s->mutex);
    f = (struct http_figures){s->conn_count, atomic_load(&s->streams), s->cut, s->turned_away};
    pthread_mutex_unlock(&s->mutex);
    return f;
}

/* --- the socket --- */

static int listen_on(const struct addrinfo *a)
{
    int one = 1, kept;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

/* Splits "host:port" or "[host]:port". */
static bool split(const char *text, char host[256], char port[8])
{
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[';
    size_t n;

    if (!colon || strlen(colon + 1) >= 8 || (bracketed && colon[-1] != ']'))
        return false;
    n = (size_t)(colon - text) - (bracketed ? 2 : 0);
    if (n == 0 || n >= 256)
        return false;
    memcpy(host, text + bracketed, n);
    host[n] = '\0';
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

/* A listening socket, or -1 with why. */
static int open_socket(const char *text, char *why, size_t why_size)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char host[256], port[8];
    int fd = -1, e;

    if (!split(text, host, port)) {
        snprintf(why, why_size, "%s is no address", text);
        return -1;
    }
    e = getaddrinfo(host, port, &hints, &list);
    if (e != 0) {
        snprintf(why, why_size, "%s: %s", text, gai_strerror(e));
        return -1;
    }
    for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
        fd = listen_on(a);
    if (fd < 0)
        snprintf(why, why_size, "%s: %s", text, strerror(errno));
    freeaddrinfo(list);
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    char port[8];

    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0 ||
        getnameinfo((struct sockaddr *)&a, n, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return 0;
    return atoi(port);
}

int http_server_port(const struct http_server *s)
{
    return s->port;
}

/* --- life --- */

/* Targets and what stands in them are read by whoever answers. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3"

static struct MHD_Daemon *start_daemon(struct http_server *s, const struct http_options *o, int fd)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->tls_key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL},
    };

    return MHD_start_daemon(
        s->tls ? flags | MHD_USE_TLS : flags, 0, admit, s, http_exchange_step, s,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, s->limits.connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->limits.idle_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->limits.header_most, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, s, MHD_OPTION_URI_LOG_CALLBACK,
        http_exchange_new, s, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_free, s,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY, s->tls ? tls : &tls[3],
        MHD_OPTION_END);
}

static enum err listen_and_start(struct http_server *s, const struct http_options *o, char *why,
                                 size_t why_size)
{
    int fd = open_socket(o->listen, why, why_size);

    if (fd < 0)
        return ERR_NET;
    s->port = port_of(fd);
    s->daemon = start_daemon(s, o, fd);
    if (s->daemon)
        return ERR_OK;
    close(fd);
    snprintf(why, why_size, "%s",
             s->tls ? "tls_cert and tls_key are not fit for a server" : "cannot be started");
    return s->tls ? ERR_CONFIG : ERR_IO;
}

enum err http_server_start(const struct http_options *options, char *why, size_t why_size,
                           struct http_server **out)
{
    struct http_server *s = calloc(1, sizeof *s);
    enum err e;

    *out = NULL;
    if (!s)
        return ERR_NOMEM;
    s->limits = options->limits;
    s->arrived = options->arrived;
    s->context = options->context;
    s->tls = options->tls_cert != NULL;
    pthread_mutex_init(&s->mutex, NULL);
    e = listen_and_start(s, options, why, why_size);
    if (e == ERR_OK) {
        *out = s;
        return ERR_OK;
    }
    pthread_mutex_destroy(&s->mutex);
    free(s);
    return e;
}

void http_server_quiet(struct http_server *s)
{
    MHD_socket fd = s->quiet ? MHD_INVALID_SOCKET : MHD_quiesce_daemon(s->daemon);

    s->quiet = true;
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
}

void http_server_stop(struct http_server *s)
{
    if (!s)
        return;
    http_server_quiet(s);
    MHD_stop_daemon(s->daemon);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
