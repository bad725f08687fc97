#include "http_ask.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process.h"
#include "shikumen/base/strbuf.h"

int http_connect(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((unsigned short)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        perror("http_connect");
        abort();
    }
    return fd;
}

void http_send(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;

    while (n > 0) {
        ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        n -= (size_t)sent;
    }
}

static char *copy(const char *text, size_t n)
{
    char *out = malloc(n + 1);

    memcpy(out, text, n);
    out[n] = '\0';
    return out;
}

/* More bytes; false at the end, or when time is over. */
static bool read_more(int fd, struct strbuf *b, double end_s)
{
    char block[65536];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    double left = end_s - now_s();
    ssize_t n;

    if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) <= 0)
        return false;
    n = recv(fd, block, sizeof block, 0);
    if (n > 0)
        strbuf_append(b, block, (size_t)n);
    return n > 0;
}

char *http_said_header(const struct http_said *said, const char *name)
{
    size_t n = strlen(name);

    for (const char *line = said->headers; line && *line;) {
        const char *end = strstr(line, "\r\n");
        if (!end)
            break;
        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            const char *value = line + n + 1 + strspn(line + n + 1, " ");
            return copy(value, (size_t)(end - value));
        }
        line = end + 2;
    }
    return NULL;
}

/* Puts chunks together (RFC 9112 section 7.1); stops where they do. */
static void join_chunks(struct http_said *said)
{
    char *at = said->body, *end = said->body + said->body_len, *to = said->body;

    while (at < end) {
        char *data;
        size_t n = strtoul(at, &data, 16);
        data = strstr(at, "\r\n");
        if (n == 0 || !data || data + 2 + n > end)
            break;
        memmove(to, data + 2, n);
        to += n;
        at = data + 2 + n + 2;
    }
    *to = '\0';
    said->body_len = (size_t)(to - said->body);
}

static bool is_whole(const struct http_said *said, size_t body_len)
{
    char *length = http_said_header(said, "Content-Length");
    bool whole = said->status == 304 || (length && body_len >= strtoul(length, NULL, 10));

    free(length);
    return whole;
}

struct http_said http_hear(int fd, double timeout_s)
{
    struct strbuf b = {0};
    struct http_said said = {0};
    double end_s = now_s() + timeout_s;
    const char *body = NULL;
    char *coding;

    do {
        body = b.len ? strstr(b.data, "\r\n\r\n") : NULL;
        if (body && !said.headers) {
            said.headers = copy(b.data, (size_t)(body + 2 - b.data));
            said.status = atoi(said.headers + strcspn(said.headers, " "));
        }
        if (body && is_whole(&said, b.len - (size_t)(body + 4 - b.data)))
            break;
    } while (read_more(fd, &b, end_s));
    close(fd);
    if (body) {
        said.body_len = b.len - (size_t)(body + 4 - b.data);
        said.body = copy(body + 4, said.body_len);
        coding = http_said_header(&said, "Transfer-Encoding");
        if (coding)
            join_chunks(&said);
        free(coding);
    }
    strbuf_free(&b);
    return said;
}

struct http_said http_ask(int port, const char *method, const char *target, const char *headers,
                          const char *body)
{
    struct strbuf b = {0};
    int fd = http_connect(port);
    bool head = strcmp(method, "HEAD") == 0;

    strbuf_printf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s", method,
                  target, port, headers ? headers : "");
    if (body)
        strbuf_printf(&b, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                      strlen(body));
    strbuf_printf(&b, "\r\n%s", body ? body : "");
    http_send(fd, b.data, b.len);
    strbuf_free(&b);
    return http_hear(fd, head ? 2 : 20);
}

void http_said_free(struct http_said *said)
{
    free(said->headers);
    free(said->body);
    *said = (struct http_said){0};
}
