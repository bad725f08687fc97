/* The HTTP client against a real receiver on loopback. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "receiver.h"
#include "shikumen/io/http_client.h"

#define WAIT_MS 20000

/* The number after "/status/" in the path is the answer; other paths have their own ways. */
static void script(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    if (strncmp(r->path, "/status/", 8) == 0)
        reply->status = atoi(r->path + 8);
    else if (strcmp(r->path, "/hang") == 0)
        reply->hang = true;
    else if (strcmp(r->path, "/reset") == 0)
        reply->reset = true;
    else if (strcmp(r->path, "/slow") == 0)
        reply->delay_ms = 300;
    else if (strcmp(r->path, "/big") == 0)
        reply->body_bytes = 4 << 20;
    else if (strcmp(r->path, "/medium") == 0)
        reply->body_bytes = 50000;
    else if (strcmp(r->path, "/robot") == 0)
        reply->body = "{\"errcode\":0}";
    else if (strcmp(r->path, "/later") == 0)
        *reply = (struct receiver_reply){.status = 429, .retry_after = "  120 "};
    else if (strcmp(r->path, "/moved") == 0)
        *reply = (struct receiver_reply){.status = 302, .location = "/status/200"};
}

struct fixture {
    struct receiver *receiver;
    struct http_client *client;
    char url[96];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    setenv("http_proxy", "http://127.0.0.1:9", 1); /* must not be heeded */
    f->receiver = receiver_start(0, script, NULL);
    assert_non_null(f->receiver);
    assert_int_equal(http_client_new("test-agent/1", &f->client), ERR_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    http_client_free(f->client);
    receiver_stop(f->receiver);
    free(f);
    return 0;
}

static enum err post(struct fixture *f, uint64_t id, const char *path, int timeout_s)
{
    static const char *const headers[] = {"Content-Type: application/json", "webhook-id: x.1"};
    struct http_request request = {
        .id = id,
        .url = receiver_url(f->receiver, path, f->url, sizeof f->url),
        .headers = headers,
        .header_count = 2,
        .body = "{\"a\":1}",
        .body_len = 7,
        .timeout_s = timeout_s,
    };

    return http_client_post(f->client, &request);
}

static struct http_result post_and_wait(struct fixture *f, const char *path, int timeout_s)
{
    struct http_result result = {0};

    assert_int_equal(post(f, 42, path, timeout_s), ERR_OK);
    assert_int_equal(http_client_run(f->client, -1, WAIT_MS, &result, 1), 1);
    assert_int_equal(result.id, 42);
    return result;
}

static void request_arrives_as_given(void **state)
{
    struct fixture *f = *state;
    struct http_result result = post_and_wait(f, "/path?q=1", 5);
    const struct received *r = receiver_get(f->receiver, 0);

    assert_int_equal(result.status, 200);
    assert_string_equal(result.error, "");
    assert_string_equal(result.retry_after, "");
    assert_string_equal(r->method, "POST");
    assert_string_equal(r->path, "/path?q=1");
    assert_string_equal(r->body, "{\"a\":1}");
    assert_string_equal(r->content_type, "application/json");
    assert_string_equal(r->webhook_id, "x.1");
    assert_string_equal(r->user_agent, "test-agent/1");
    assert_null(strstr(r->head, "Expect"));
}

/* The beginning of an answer's body, of this answer alone. */
static void beginning_of_the_answer(void **state)
{
    struct fixture *f = *state;
    struct http_result result = post_and_wait(f, "/robot", 5);

    assert_int_equal(result.body_len, 13);
    assert_string_equal(result.body, "{\"errcode\":0}");
    result = post_and_wait(f, "/medium", 5);
    assert_int_equal(result.body_len, HTTP_BODY_KEPT - 1);
    assert_int_equal(strspn(result.body, "x"), HTTP_BODY_KEPT - 1);
    result = post_and_wait(f, "/status/204", 5);
    assert_int_equal(result.body_len, 0);
    assert_string_equal(result.body, "");
}

static void large_body_arrives_whole(void **state)
{
    struct fixture *f = *state;
    size_t n = 1500000; /* more than curl sends without asking first */
    char *body = malloc(n);
    struct http_result result;
    struct http_request request = {.url = receiver_url(f->receiver, "/", f->url, sizeof f->url),
                                   .body = body,
                                   .body_len = n,
                                   .timeout_s = 10};

    for (size_t i = 0; i < n; i++)
        body[i] = (char)('a' + i % 23);
    assert_int_equal(http_client_post(f->client, &request), ERR_OK);
    assert_int_equal(http_client_run(f->client, -1, WAIT_MS, &result, 1), 1);
    assert_int_equal(result.status, 200);
    assert_int_equal(receiver_get(f->receiver, 0)->body_len, n);
    assert_memory_equal(receiver_get(f->receiver, 0)->body, body, n);
    assert_null(strstr(receiver_get(f->receiver, 0)->head, "Expect"));
    free(body);
}

static void status_codes_come_back(void **state)
{
    static const int codes[] = {200, 201, 204, 400, 404, 410, 429, 500, 503};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char path[32];
        struct http_result result;
        snprintf(path, sizeof path, "/status/%d", codes[i]);
        result = post_and_wait(f, path, 5);
        assert_int_equal(result.status, codes[i]);
        assert_string_equal(result.error, "");
    }
}

static void retry_after_comes_back_trimmed(void **state)
{
    struct http_result result = post_and_wait(*state, "/later", 5);

    assert_int_equal(result.status, 429);
    assert_string_equal(result.retry_after, "120");
    assert_string_equal(post_and_wait(*state, "/status/503", 5).retry_after, "");
}

static void redirect_is_not_followed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(post_and_wait(f, "/moved", 5).status, 302);
    assert_int_equal(receiver_count(f->receiver), 1);
}

static void connection_is_reused(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 5; i++)
        assert_int_equal(post_and_wait(f, "/medium", 5).status, 200);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(receiver_get(f->receiver, i)->connection, 0);
}

static void endless_body_is_dropped(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(post_and_wait(f, "/big", 10).status, 200);
    assert_int_equal(post_and_wait(f, "/status/201", 5).status, 201);
}

static void no_answer_is_described_without_url(void **state)
{
    struct fixture *f = *state;
    char port[16];
    struct http_result reset = post_and_wait(f, "/reset", 5);
    struct http_result hang = post_and_wait(f, "/hang", 1);

    snprintf(port, sizeof port, "%d", receiver_port(f->receiver));
    assert_int_equal(reset.status, 0);
    assert_int_equal(hang.status, 0);
    assert_string_not_equal(reset.error, "");
    assert_non_null(strstr(hang.error, "Timeout"));
    assert_null(strstr(reset.error, port));
    assert_null(strstr(hang.error, port));
}

/* A port that was free a moment ago. */
static int free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
    close(fd);
    return ntohs(a.sin_port);
}

static void refused_connection_is_described(void **state)
{
    struct fixture *f = *state;
    char url[96];
    struct http_request request = {.url = url, .body = "", .timeout_s = 5};
    struct http_result result;

    snprintf(url, sizeof url, "http://user:hunter2@127.0.0.1:%d/secret-path", free_port());
    assert_int_equal(http_client_post(f->client, &request), ERR_OK);
    assert_int_equal(http_client_run(f->client, -1, WAIT_MS, &result, 1), 1);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.error, "Connection refused"));
    assert_null(strstr(result.error, "hunter2"));
    assert_null(strstr(result.error, "secret-path"));
}

static void only_http_and_https(void **state)
{
    static const char *const bad[] = {
        "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://x/", "", "http://", "://x",
        "http://a b/"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct http_request request = {.url = bad[i], .body = "", .timeout_s = 1};
        assert_int_equal(http_client_post(f->client, &request), ERR_RANGE);
    }
}

static void hanging_request_does_not_hold_up_others(void **state)
{
    struct fixture *f = *state;
    struct http_result result;

    assert_int_equal(post(f, 1, "/hang", 60), ERR_OK);
    for (uint64_t i = 2; i < 20; i++) {
        assert_int_equal(post(f, i, "/status/202", 5), ERR_OK);
        assert_int_equal(http_client_run(f->client, -1, WAIT_MS, &result, 1), 1);
        assert_int_equal(result.id, i);
        assert_int_equal(result.status, 202);
    }
}

static void many_at_once_all_come_back(void **state)
{
    struct fixture *f = *state;
    bool seen[64] = {false};
    size_t got = 0;

    for (uint64_t i = 0; i < 64; i++)
        assert_int_equal(post(f, i, i % 3 ? "/status/200" : "/slow", 10), ERR_OK);
    while (got < 64) {
        struct http_result results[7];
        size_t n = http_client_run(f->client, -1, WAIT_MS, results, 7);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++) {
            assert_false(seen[results[i].id]);
            seen[results[i].id] = true;
            assert_int_equal(results[i].status, 200);
        }
        got += n;
    }
    assert_int_equal(receiver_count(f->receiver), 64);
}

static void wake_ends_the_wait_and_is_not_read(void **state)
{
    struct fixture *f = *state;
    struct http_result result;
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    eventfd_t count;

    assert_int_equal(post(f, 1, "/hang", 60), ERR_OK);
    assert_int_equal(eventfd_write(fd, 3), 0);
    assert_int_equal(http_client_run(f->client, fd, WAIT_MS, &result, 1), 0);
    assert_int_equal(eventfd_read(fd, &count), 0);
    assert_int_equal(count, 3);
    close(fd);
}

/* One call that does not wait is enough to send a request over a connection that is up. */
static void post_goes_out_without_waiting(void **state)
{
    struct fixture *f = *state;
    struct http_result result;

    post_and_wait(f, "/status/200", 5);
    assert_int_equal(post(f, 2, "/slow", 5), ERR_OK);
    assert_int_equal(http_client_run(f->client, -1, 0, &result, 1), 0);
    assert_true(receiver_wait(f->receiver, 2, WAIT_MS));
}

static void freeing_drops_what_runs(void **state)
{
    struct fixture *f = *state;
    struct http_result result;

    assert_int_equal(post(f, 1, "/hang", 60), ERR_OK);
    assert_int_equal(http_client_run(f->client, -1, 10, &result, 1), 0);
    http_client_free(f->client);
    assert_int_equal(http_client_new("again", &f->client), ERR_OK);
    assert_int_equal(post_and_wait(f, "/status/200", 5).status, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(request_arrives_as_given),
        TEST(beginning_of_the_answer),
        TEST(large_body_arrives_whole),
        TEST(status_codes_come_back),
        TEST(retry_after_comes_back_trimmed),
        TEST(redirect_is_not_followed),
        TEST(connection_is_reused),
        TEST(endless_body_is_dropped),
        TEST(no_answer_is_described_without_url),
        TEST(refused_connection_is_described),
        TEST(only_http_and_https),
        TEST(hanging_request_does_not_hold_up_others),
        TEST(many_at_once_all_come_back),
        TEST(wake_ends_the_wait_and_is_not_read),
        TEST(post_goes_out_without_waiting),
        TEST(freeing_drops_what_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
