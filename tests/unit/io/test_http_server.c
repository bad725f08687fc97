/* The server against clients of every kind: whole requests, halves, floods; answers from other
 * threads; streams whose reader sleeps. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http_ask.h"
#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/io/http_server.h"

#define HELD_MOST 64

/* Answers /echo with what came; /hold when told; /stream by a stream. */
struct fixture {
    struct http_server *server;
    int port;
    pthread_mutex_t mutex;
    struct http_request *held[HELD_MOST];
    size_t held_count;
    struct http_stream *streams[HELD_MOST];
    size_t stream_count;
};

static void echo(struct http_request *r)
{
    static const struct http_header type = {"Content-Type", "text/plain"};
    const char *extra = http_header_of(r, "X-extra");
    char text[4096];
    int n = snprintf(text, sizeof text, "%s %s %s %s %zu %s%s", r->method, r->target, r->address,
                     r->loopback ? "here" : "there", r->body_len, extra ? extra : "-",
                     r->refused ? " refused" : "");

    http_answer(r, &(struct http_answer){.status = r->refused ? r->refused : 200,
                                         .headers = &type,
                                         .header_count = 1,
                                         .body = text,
                                         .body_len = (size_t)n,
                                         .close = r->refused != 0});
}

static void arrived(void *context, struct http_request *r)
{
    struct fixture *f = context;
    static const struct http_header type = {"Content-Type", "text/event-stream"};

    if (strncmp(r->target, "/hold", 5) == 0) {
        pthread_mutex_lock(&f->mutex);
        f->held[f->held_count++] = r;
        pthread_mutex_unlock(&f->mutex);
    } else if (strncmp(r->target, "/stream", 7) == 0) {
        struct http_stream *s = http_stream_open(r, &type, 1);
        pthread_mutex_lock(&f->mutex);
        f->streams[f->stream_count++] = s;
        pthread_mutex_unlock(&f->mutex);
    } else {
        echo(r);
    }
}

static void start(struct fixture *f, const struct http_limits *limits)
{
    struct http_options o = {
        .listen = "127.0.0.1:0", .limits = *limits, .arrived = arrived, .context = f};
    char why[200] = "";

    if (http_server_start(&o, why, sizeof why, &f->server) != ERR_OK)
        fail_msg("%s", why);
    f->port = http_server_port(f->server);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    pthread_mutex_init(&f->mutex, NULL);
    *state = f;
    return 0;
}

static void release_all(struct fixture *f)
{
    for (size_t i = 0; i < f->stream_count; i++)
        if (f->streams[i])
            http_stream_release(f->streams[i]);
    for (size_t i = 0; i < f->held_count; i++)
        echo(f->held[i]);
    f->stream_count = f->held_count = 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    release_all(f);
    http_server_stop(f->server);
    pthread_mutex_destroy(&f->mutex);
    free(f);
    return 0;
}

static size_t count_of(struct fixture *f, const size_t *count)
{
    size_t n;

    pthread_mutex_lock(&f->mutex);
    n = *count;
    pthread_mutex_unlock(&f->mutex);
    return n;
}

static void wait_for_count(struct fixture *f, const size_t *count, size_t n)
{
    double end = now_s() + 20;

    while (count_of(f, count) < n && now_s() < end)
        sleep_ms(2);
    assert_int_equal(count_of(f, count), n);
}

static void expect(struct http_said said, int status, const char *body)
{
    assert_int_equal(said.status, status);
    if (body)
        assert_string_equal(said.body, body);
    http_said_free(&said);
}

static void test_requests_come_as_they_were_sent(void **state)
{
    struct fixture *f = *state;

    start(f, &http_limits_usual);
    expect(http_ask(f->port, "GET", "/echo/a%2Fb?x=%zz&y", "x-EXTRA: e\r\n", NULL), 200,
           "GET /echo/a%2Fb?x=%zz&y 127.0.0.1 here 0 e");
    expect(http_ask(f->port, "POST", "/echo", NULL, "{\"a\":1}"), 200,
           "POST /echo 127.0.0.1 here 7 -");
    expect(http_ask(f->port, "BREW", "/echo", NULL, NULL), 200, "BREW /echo 127.0.0.1 here 0 -");
}

static void test_one_connection_many_requests(void **state)
{
    struct fixture *f = *state;
    static const char two[] = "GET /echo/1 HTTP/1.1\r\nHost: h\r\n\r\n"
                              "GET /echo/2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    struct http_said said;
    int fd;

    start(f, &http_limits_usual);
    fd = http_connect(f->port);
    http_send(fd, two, sizeof two - 1);
    said = http_hear(fd, 5);
    assert_int_equal(said.status, 200);
    /* the first answer, and behind it as much of the second as had come */
    assert_non_null(strstr(said.body, "GET /echo/1 "));
    http_said_free(&said);
}

static void test_who_waits_keeps_nobody_waiting(void **state)
{
    struct fixture *f = *state;
    int fds[16];

    start(f, &http_limits_usual);
    for (size_t i = 0; i < 16; i++) {
        static const char ask[] = "GET /hold HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        fds[i] = http_connect(f->port);
        http_send(fds[i], ask, sizeof ask - 1);
    }
    wait_for_count(f, &f->held_count, 16);
    expect(http_ask(f->port, "GET", "/echo", NULL, NULL), 200, NULL);
    release_all(f);
    for (size_t i = 0; i < 16; i++)
        expect(http_hear(fds[i], 20), 200, "GET /hold 127.0.0.1 here 0 -");
}

static void test_bodies_that_are_too_large(void **state)
{
    struct fixture *f = *state;
    struct http_limits limits = http_limits_usual;
    static const char chunked[] =
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "8\r\n01234567\r\n8\r\n01234567\r\n1\r\nx\r\n0\r\n\r\n";
    static const char huge[] =
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999\r\n\r\nabc";
    int fd;

    limits.body_most = 16;
    start(f, &limits);
    expect(http_ask(f->port, "POST", "/echo", NULL, "0123456789abcdef"), 200,
           "POST /echo 127.0.0.1 here 16 -");
    expect(http_ask(f->port, "POST", "/echo", NULL, "0123456789abcdefg"), 413, NULL);
    fd = http_connect(f->port);
    http_send(fd, chunked, sizeof chunked - 1);
    expect(http_hear(fd, 20), 413, "POST /echo 127.0.0.1 here 0 - refused");
    fd = http_connect(f->port);
    http_send(fd, huge, sizeof huge - 1);
    expect(http_hear(fd, 20), 413, NULL);
}

static void test_nonsense_harms_nobody(void **state)
{
    struct fixture *f = *state;
    static const char *const nonsense[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\n: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
    struct strbuf long_one = {0};

    start(f, &http_limits_usual);
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        int fd = http_connect(f->port);
        struct http_said said;
        http_send(fd, nonsense[i], strlen(nonsense[i]));
        shutdown(fd, SHUT_WR);
        said = http_hear(fd, 0.3);
        assert_true(said.status < 500 || said.status == 505);
        http_said_free(&said);
    }
    strbuf_puts(&long_one, "/echo?");
    while (long_one.len < 1000000)
        strbuf_puts(&long_one, "x&");
    expect(http_ask(f->port, "GET", strbuf_text(&long_one), NULL, NULL), 414, NULL);
    strbuf_clear(&long_one);
    while (long_one.len < 200000)
        strbuf_puts(&long_one, "X-a: bbbbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    expect(http_ask(f->port, "GET", "/echo", strbuf_text(&long_one), NULL), 431, NULL);
    strbuf_free(&long_one);
    expect(http_ask(f->port, "GET", "/echo", NULL, NULL), 200, NULL);
}

/* --- who is slow --- */

static void sweep_until_cut(struct fixture *f, int64_t n)
{
    double end = now_s() + 20;

    while (http_server_figures(f->server).cut < n && now_s() < end) {
        http_server_sweep(f->server, clock_monotonic_us());
        sleep_ms(20);
    }
    assert_int_equal(http_server_figures(f->server).cut, n);
}

static void test_who_trickles_is_cut(void **state)
{
    struct fixture *f = *state;
    struct http_limits limits = http_limits_usual;
    int silent, half, body;
    struct http_said said;

    limits.request_s = 1;
    start(f, &limits);
    silent = http_connect(f->port);
    half = http_connect(f->port);
    http_send(half, "GET /echo HT", 12);
    body = http_connect(f->port);
    http_send(body, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab", 54);
    expect(http_ask(f->port, "GET", "/echo", NULL, NULL), 200, NULL);
    sweep_until_cut(f, 3);
    said = http_hear(silent, 20);
    assert_int_equal(said.status, 0);
    said = http_hear(half, 20);
    assert_int_equal(said.status, 0);
    said = http_hear(body, 20);
    assert_int_equal(said.status, 0);
    expect(http_ask(f->port, "GET", "/echo", NULL, NULL), 200, NULL);
}

static void test_who_waits_for_an_answer_is_not_cut(void **state)
{
    struct fixture *f = *state;
    struct http_limits limits = http_limits_usual;
    static const char ask[] = "GET /hold HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    int fd;

    limits.request_s = 1;
    start(f, &limits);
    fd = http_connect(f->port);
    http_send(fd, ask, sizeof ask - 1);
    wait_for_count(f, &f->held_count, 1);
    http_server_sweep(f->server, clock_monotonic_us() + 3600 * US_PER_S);
    release_all(f);
    expect(http_hear(fd, 20), 200, NULL);
}

/* --- streams --- */

static int open_stream(struct fixture *f, size_t n)
{
    static const char ask[] = "GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    int fd = http_connect(f->port);

    http_send(fd, ask, sizeof ask - 1);
    wait_for_count(f, &f->stream_count, n);
    return fd;
}

static void test_streams_carry_what_is_pushed_and_end(void **state)
{
    struct fixture *f = *state;
    struct http_said said;
    int fd;

    start(f, &http_limits_usual);
    fd = open_stream(f, 1);
    for (int i = 0; i < 100; i++)
        assert_true(http_stream_push(f->streams[0], "0123456789", 10));
    http_stream_release(f->streams[0]);
    f->streams[0] = NULL;
    said = http_hear(fd, 20);
    assert_int_equal(said.status, 200);
    assert_int_equal(said.body_len, 1000);
    http_said_free(&said);
}

static void test_a_reader_that_sleeps_is_cut(void **state)
{
    struct fixture *f = *state;
    struct http_limits limits = http_limits_usual;
    char block[8192];
    int fd, pushes = 0;

    memset(block, 'x', sizeof block);
    limits.stream_most = 65536;
    start(f, &limits);
    fd = open_stream(f, 1);
    while (pushes < 100000 && http_stream_push(f->streams[0], block, sizeof block))
        pushes++;
    assert_in_range(pushes, 8, 99999);
    http_stream_release(f->streams[0]);
    f->streams[0] = NULL;
    assert_int_equal(http_server_figures(f->server).cut, 1);
    expect(http_ask(f->port, "GET", "/echo", NULL, NULL), 200, NULL);
    close(fd);
}

static void test_a_reader_that_left_is_noticed(void **state)
{
    struct fixture *f = *state;
    double end = now_s() + 20;
    int fd;

    start(f, &http_limits_usual);
    fd = open_stream(f, 1);
    close(fd);
    while (http_stream_push(f->streams[0], "x", 1) && now_s() < end)
        sleep_ms(2);
    assert_false(http_stream_push(f->streams[0], "x", 1));
    http_stream_release(f->streams[0]);
    f->streams[0] = NULL;
    assert_int_equal(http_server_figures(f->server).streams, 0);
}

/* --- addresses --- */

static void test_addresses_that_cannot_be_had(void **state)
{
    struct fixture *f = *state;
    struct http_options o = {.limits = http_limits_usual, .arrived = arrived, .context = f};
    struct http_server *other;
    char listen[64], why[200] = "";

    start(f, &http_limits_usual);
    snprintf(listen, sizeof listen, "127.0.0.1:%d", f->port);
    o.listen = listen;
    assert_int_equal(http_server_start(&o, why, sizeof why, &other), ERR_NET);
    assert_non_null(strstr(why, "in use"));
    assert_null(other);
    o.listen = "192.0.2.1:80"; /* RFC 5737: nobody's */
    assert_int_equal(http_server_start(&o, why, sizeof why, &other), ERR_NET);
    o.listen = "127.0.0.1:0";
    o.tls_cert = o.tls_key = "not a certificate";
    assert_int_equal(http_server_start(&o, why, sizeof why, &other), ERR_CONFIG);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_requests_come_as_they_were_sent),
        TEST(test_one_connection_many_requests),
        TEST(test_who_waits_keeps_nobody_waiting),
        TEST(test_bodies_that_are_too_large),
        TEST(test_nonsense_harms_nobody),
        TEST(test_who_trickles_is_cut),
        TEST(test_who_waits_for_an_answer_is_not_cut),
        TEST(test_streams_carry_what_is_pushed_and_end),
        TEST(test_a_reader_that_sleeps_is_cut),
        TEST(test_a_reader_that_left_is_noticed),
        TEST(test_addresses_that_cannot_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
