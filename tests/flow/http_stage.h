/* The stage of alerts with tokens, and readers of /api/v1/events. */
#ifndef SHIKUMEN_TESTS_HTTP_STAGE_H
#define SHIKUMEN_TESTS_HTTP_STAGE_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts_stage.h"
#include "http_ask.h"

#define THREE_LEVELS                                                                               \
    "[" LIMIT(2, "value", 5, 4, "") "," LIMIT(3, "value", 10, 9, "") "," LIMIT(4, "value", 20, 19, \
                                                                               "") "]"
#define AS(token) "Authorization: Bearer " token "\r\n"
#define VIEWER    AS("viewer-token")
#define OPERATOR  AS("operator-token")
#define PLANNER   AS("planner-token")

static inline int setup_http(void **state)
{
    struct stage *g;
    char *path;

    setup(state);
    g = *state;
    path = path_in(g->site.folder, "tokens");
    write_text(path, /* sha256 of the tokens above */
               "wall viewer sha256:"
               "d036bd6d01a1cae081d39a2f8dab751dc042de814fd60df31fcb553170950f29\n"
               "desk operator sha256:"
               "0850123315d21ab90f4f7236408a52ef6dbd6a02a6550e5c10dc73f4d993680e\n"
               "office planner sha256:"
               "5e85d4b77f1514ef8f44826456cddc57cfb735c901f5ef483cf6824debc6e9c0\n");
    assert_int_equal(chmod(path, 0600), 0);
    free(path);
    g->site.http = "tokens_file = \"tokens\"; url = \"http://m.test\";";
    site_config(&g->site, NULL, NULL, NULL);
    return 0;
}

/* As begin; both databases are there then. */
static inline void begin_http(struct stage *g)
{
    begin(g);
    site_wait_log(&g->site, "<5>ready", 1);
}

/* The status must be this; the answer's JSON (of a problem as well), NULL when it is none. */
static inline cJSON *ask(struct stage *g, const char *method, const char *target, const char *as,
                         const char *body, int status)
{
    struct http_said said = http_ask(g->site.http_port, method, target, as, body);
    cJSON *json = said.body ? cJSON_Parse(said.body) : NULL;

    if (said.status != status)
        fail_msg("%s %s: %d, expected %d: %s", method, target, said.status, status,
                 said.body ? said.body : "");
    http_said_free(&said);
    return json;
}

static inline void expect_status(struct stage *g, const char *method, const char *target,
                                 const char *as, const char *body, int status)
{
    cJSON_Delete(ask(g, method, target, as, body, status));
}

/* --- streams --- */

struct listener {
    int fd;
    struct strbuf text;
};

/* Asks as HTTP/1.0, so that what comes is not cut into chunks. */
static inline void listen_to(struct stage *g, struct listener *l, const char *headers)
{
    struct strbuf ask = {0};

    *l = (struct listener){.fd = http_connect(g->site.http_port)};
    strbuf_printf(&ask, "GET /api/v1/events HTTP/1.0\r\n" VIEWER "%s\r\n", headers ? headers : "");
    http_send(l->fd, ask.data, ask.len);
    strbuf_free(&ask);
}

static inline void listener_close(struct listener *l)
{
    if (l->fd >= 0)
        close(l->fd);
    strbuf_free(&l->text);
    l->fd = -1;
}

/* Reads until what came has this text, from its byte from on; where it stands. */
static inline size_t hear(struct listener *l, const char *wanted, size_t from)
{
    double end = now_s() + PATIENCE_S;

    for (;;) {
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        const char *at = l->text.len > from ? strstr(l->text.data + from, wanted) : NULL;
        char block[8192];
        ssize_t n;
        if (at)
            return (size_t)(at - l->text.data);
        if (now_s() > end || poll(&p, 1, 1000) < 0)
            fail_msg("\"%s\" never came, but:\n%s", wanted, strbuf_text(&l->text));
        if (!p.revents)
            continue;
        n = recv(l->fd, block, sizeof block, 0);
        if (n <= 0)
            fail_msg("the stream ended before \"%s\":\n%s", wanted, strbuf_text(&l->text));
        strbuf_append(&l->text, block, (size_t)n);
    }
}

static inline int times_in(const char *text, const char *wanted)
{
    int n = 0;

    for (const char *at = text; (at = strstr(at, wanted)); at++)
        n++;
    return n;
}

#define H(name) cmocka_unit_test_setup_teardown(name, setup_http, teardown)

#endif
