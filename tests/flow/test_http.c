/* The HTTP side of a daemon as it runs: entity tags, problems, names and origins, bodies, tokens
 * and roles. */
#include "http_site.h"

/* --- without tokens --- */

static void test_pages_and_tags(void **state)
{
    struct site *s = *state;
    struct http_said said;
    char *tag, *line;

    start(s, NULL);
    said = http_ask(s->http_port, "GET", "/", NULL, NULL);
    assert_int_equal(said.status, 200);
    expect_header(&said, "Content-Type", "text/html; charset=utf-8");
    expect_header(&said, "X-Content-Type-Options", "nosniff");
    assert_non_null(strstr(said.headers, "Content-Security-Policy: default-src 'none'; "));
    assert_non_null(strstr(said.body, "<!doctype html>"));
    tag = http_said_header(&said, "ETag");
    http_said_free(&said);
    assert_true(asprintf(&line, "If-None-Match: \"x\", W/%s\r\n", tag) > 0);
    said = http_ask(s->http_port, "GET", "/", line, NULL);
    assert_int_equal(said.status, 304);
    expect_header(&said, "ETag", tag);
    assert_int_equal(said.body_len, 0);
    http_said_free(&said);
    said = http_ask(s->http_port, "GET", "/", "Accept-Encoding: br, gzip\r\n", NULL);
    expect_header(&said, "Content-Encoding", "gzip");
    assert_memory_equal(said.body, "\x1f\x8b", 2);
    http_said_free(&said);
    said = http_ask(s->http_port, "GET", "/", "Accept-Encoding: gzip;q=0\r\n", NULL);
    assert_non_null(strstr(said.body, "<!doctype html>"));
    http_said_free(&said);
    said = http_ask(s->http_port, "HEAD", "/app.js", NULL, NULL);
    assert_int_equal(said.status, 200);
    assert_int_equal(said.body_len, 0);
    expect_header(&said, "Content-Type", "text/javascript; charset=utf-8");
    http_said_free(&said);
    said = http_ask(s->http_port, "GET", "/alerts/0b%2f%22x", NULL, NULL);
    assert_int_equal(said.status, 302);
    expect_header(&said, "Location", "/#/alert/0b/%22x");
    http_said_free(&said);
    expect(http_ask(s->http_port, "GET", "/lib/dygraphs/dygraph.min.js", NULL, NULL), 200, NULL);
    free(tag);
    free(line);
}

static void test_problems_say_what_is_wrong(void **state)
{
    struct site *s = *state;
    struct http_said said;
    cJSON *problem;

    start(s, NULL);
    said = http_ask(s->http_port, "GET", "/api/v1/session?x=1", NULL, NULL);
    assert_int_equal(said.status, 400);
    expect_header(&said, "Content-Type", "application/problem+json");
    problem = cJSON_Parse(said.body);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(problem, "parameter")), "x");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(problem, "allowed")),
                        "无参数 no parameter");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(problem, "title")), "Bad Request");
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(problem, "status")), 400);
    assert_non_null(cJSON_GetObjectItem(problem, "detail_zh"));
    cJSON_Delete(problem);
    http_said_free(&said);
    said = http_ask(s->http_port, "POST", "/healthz", NULL, "{}");
    assert_int_equal(said.status, 405);
    expect_header(&said, "Allow", "GET, HEAD");
    http_said_free(&said);
    said = http_ask(s->http_port, "PUT", "/api/v1/session", NULL, "{}");
    assert_int_equal(said.status, 405);
    expect_header(&said, "Allow", "GET, HEAD, POST, DELETE");
    http_said_free(&said);
    expect(http_ask(s->http_port, "GET", "/api/v1/nothing", NULL, NULL), 404, "detail_zh");
    expect(http_ask(s->http_port, "GET", "/healthz/%", NULL, NULL), 400, "percent-encoding");
    expect(http_ask(s->http_port, "GET", "/%00", NULL, NULL), 400, NULL);
    expect(http_ask(s->http_port, "GET", "/%ff", NULL, NULL), 400, NULL);
    expect(http_ask(s->http_port, "GET", "/..%2f..%2fetc%2fpasswd", NULL, NULL), 404, NULL);
}

static void test_names_and_origins(void **state)
{
    struct site *s = *state;
    static const char asked[] = "GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
    static const struct {
        const char *host;
        bool ours;
    } hosts[] = {{"localhost", true},     {"LOCALHOST:80", true},       {"127.0.0.1:1", true},
                 {"[::1]:9", true},       {"monitor.test", true},       {"monitor.test.:8", true},
                 {"evil.example", false}, {"monitor.test.evil", false}, {"localhost.evil:1", false},
                 {"xlocalhost", false}};

    start(s, "hosts = [ \"monitor.test\" ];");
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        char text[200];
        int fd = http_connect(s->http_port), n = snprintf(text, sizeof text, asked, hosts[i].host);
        struct http_said said;
        http_send(fd, text, (size_t)n);
        said = http_hear(fd, 20);
        if ((said.status == 421) == hosts[i].ours)
            fail_msg("%s: %d", hosts[i].host, said.status);
        http_said_free(&said);
    }
    expect(http_ask(s->http_port, "GET", "/healthz", "Host: evil.example\r\n", NULL), 400, NULL);
    expect(http_ask(s->http_port, "POST", "/api/v1/session", "Origin: http://evil.example\r\n",
                    "{\"token\":\"x\"}"),
           403, NULL);
    expect(
        http_ask(s->http_port, "POST", "/api/v1/session", "Origin: null\r\n", "{\"token\":\"x\"}"),
        403, NULL);
    expect(http_ask(s->http_port, "POST", "/api/v1/session", "Sec-Fetch-Site: cross-site\r\n",
                    "{\"token\":\"x\"}"),
           403, NULL);
}

static void test_what_is_posted(void **state)
{
    struct site *s = *state;
    char large[70000];
    static const char plain[] = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: "
                                "close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
    int fd;

    start(s, NULL);
    fd = http_connect(s->http_port);
    http_send(fd, plain, sizeof plain - 1);
    expect(http_hear(fd, 20), 415, NULL);
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, "{"), 400, "JSON");
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, "[]"), 400, "JSON");
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, "{} x"), 400, "JSON");
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, "{\"token\":1}"), 400, "token");
    memset(large, ' ', sizeof large);
    large[sizeof large - 1] = '\0';
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, large), 413, NULL);
}

/* --- with tokens --- */

static void test_tokens_and_sessions(void **state)
{
    struct site *s = *state;
    struct http_said said;
    char *cookie, *line;

    write_tokens(s, TOKENS_TEXT, 0600);
    start(s, "tokens_file = \"tokens\";");
    expect(http_ask(s->http_port, "GET", "/", NULL, NULL), 200, NULL);
    expect(http_ask(s->http_port, "GET", "/api/v1/session", NULL, NULL), 200,
           "{\"role\":null,\"name\":null,\"needs_token\":true}");
    expect(http_ask(s->http_port, "GET", "/api/v1/session", "Authorization: Bearer " VIEWER "\r\n",
                    NULL),
           200, "{\"role\":\"viewer\",\"name\":\"wall\",\"needs_token\":false}");
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, "{\"token\":\"wrong\"}"), 401,
           NULL);
    said = http_ask(s->http_port, "POST", "/api/v1/session", NULL, "{\"token\":\"" OPERATOR "\"}");
    assert_int_equal(said.status, 200);
    assert_non_null(strstr(said.body, "王工"));
    cookie = http_said_header(&said, "Set-Cookie");
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Strict"));
    http_said_free(&said);
    cookie[strcspn(cookie, ";")] = '\0';
    assert_true(asprintf(&line, "Cookie: a=b; %s\r\n", cookie) > 0);
    expect(http_ask(s->http_port, "GET", "/api/v1/session", line, NULL), 200, "\"operator\"");
    /* a change by a cookie names the page it comes from */
    expect(http_ask(s->http_port, "DELETE", "/api/v1/session", line, NULL), 403, NULL);
    free(line);
    assert_true(
        asprintf(&line, "Cookie: %s\r\nOrigin: http://127.0.0.1:%d\r\n", cookie, s->http_port) > 0);
    said = http_ask(s->http_port, "DELETE", "/api/v1/session", line, NULL);
    assert_int_equal(said.status, 200);
    assert_non_null(strstr(said.headers, "Max-Age=0"));
    http_said_free(&said);
    /* the line of a token goes, and with it its sessions */
    write_tokens(s, "# nobody\n", 0600);
    process_signal(&s->daemon, SIGHUP);
    site_wait_log(s, "reload done", 1);
    expect(http_ask(s->http_port, "GET", "/api/v1/session", line, NULL), 200, "\"role\":null");
    free(line);
    free(cookie);
}

static void expect_challenge(struct site *s, const char *method, const char *target,
                             const char *headers, const char *body, int status, const char *value)
{
    struct http_said said = http_ask(s->http_port, method, target, headers, body);

    assert_int_equal(said.status, status);
    expect_header(&said, "WWW-Authenticate", value);
    http_said_free(&said);
}

/* RFC 6750 section 3.1: no error where no token was shown. */
static void test_challenges_say_what_is_wrong(void **state)
{
    struct site *s = *state;
    static const char bearer[] = "Bearer realm=\"shikumend\"";
    static const char invalid[] = "Bearer realm=\"shikumend\", error=\"invalid_token\"";
    static const char basic[] = "Basic realm=\"shikumend\", charset=\"UTF-8\"";
    static const char wrong[] = "Authorization: Bearer nobody\r\n";

    write_tokens(s, TOKENS_TEXT, 0600);
    start(s, "tokens_file = \"tokens\";");
    expect_challenge(s, "GET", "/api/v1/alerts", NULL, NULL, 401, bearer);
    expect_challenge(s, "GET", "/api/v1/alerts", wrong, NULL, 401, invalid);
    expect_challenge(s, "GET", "/api/v1/alerts", "Authorization: Bearer \r\n", NULL, 401, invalid);
    expect_challenge(s, "POST", "/api/v1/session", NULL, "{\"token\":\"nobody\"}", 401, invalid);
    expect_challenge(
        s, "POST", "/api/v1/alerts/x/ack", "Authorization: Bearer " VIEWER "\r\n", "{}", 403,
        "Bearer realm=\"shikumend\", error=\"insufficient_scope\", scope=\"operator\"");
    expect_challenge(s, "GET", "/metrics", NULL, NULL, 401, basic);
    expect_challenge(s, "GET", "/metrics", "Authorization: Basic eDp5\r\n", NULL, 401, basic);
    expect_challenge(s, "GET", "/metrics", wrong, NULL, 401, invalid);
}

/* What shikumenctl prints for a new token; its first line. */
static char *new_token(struct site *s, const char *name, const char *role, int code)
{
    char *file = path_in(s->folder, "tokens"), *out = path_in(s->folder, "token.out"), *text;
    const char *const argv[] = {
        BIN_DIR "/shikumenctl", "token", name, "--role", role, "--file", file, NULL};
    struct process_options o = {.output = s->log, .stdout_to = out};

    assert_int_equal(process_run(argv, &o, 20), code);
    text = read_text(out, NULL);
    text[strcspn(text, "\n")] = '\0';
    free(file);
    free(out);
    return text;
}

static void test_tokens_of_shikumenctl(void **state)
{
    struct site *s = *state;
    char *first, *second, *none, body[200];

    first = new_token(s, "王工", "planner", 0);
    assert_int_equal(strlen(first), 4 + 64);
    start(s, "tokens_file = \"tokens\";");
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", first);
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, body), 200, "\"planner\"");
    second = new_token(s, "wall", "viewer", 0);
    assert_string_not_equal(first, second);
    none = new_token(s, "wall", "admin", 1); /* the name is there */
    assert_string_equal(none, "");
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", second);
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, body), 401, NULL);
    process_signal(&s->daemon, SIGHUP);
    site_wait_log(s, "reload done", 1);
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, body), 200, "\"viewer\"");
    free(first);
    free(second);
    free(none);
}

/* A zone is of the plan: another one needs no restart, and one that is not there changes nothing.
 */
static void test_another_zone(void **state)
{
    struct site *s = *state;

    start(s, "");
    expect(http_ask(s->http_port, "GET", "/api/v1/district", NULL, NULL), 200,
           "\"timezone\":\"Asia/Shanghai\"");
    site_config(s, NULL, NULL, "district: { timezone = \"Europe/Madrid\"; };");
    process_signal(&s->daemon, SIGHUP);
    site_wait_log(s, "reload done", 1);
    expect(http_ask(s->http_port, "GET", "/api/v1/district", NULL, NULL), 200,
           "\"timezone\":\"Europe/Madrid\"");
    site_config(s, NULL, NULL, "district: { timezone = \"Europe/Madird\"; };");
    process_signal(&s->daemon, SIGHUP);
    site_wait_log(s, "reload refused", 1);
    expect(http_ask(s->http_port, "GET", "/api/v1/district", NULL, NULL), 200,
           "\"timezone\":\"Europe/Madrid\"");
}

static void test_guessing_tokens_is_slowed(void **state)
{
    struct site *s = *state;
    int refused = 0;

    write_tokens(s, TOKENS_TEXT, 0600);
    start(s, "tokens_file = \"tokens\";");
    for (int i = 0; i < 30 && !refused; i++) {
        struct http_said said =
            http_ask(s->http_port, "POST", "/api/v1/session", NULL, "{\"token\":\"guess\"}");
        refused = said.status == 429;
        assert_true(refused || said.status == 401);
        http_said_free(&said);
    }
    assert_int_equal(refused, 1);
    expect(http_ask(s->http_port, "POST", "/api/v1/session", NULL, "{\"token\":\"" VIEWER "\"}"),
           200, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pages_and_tags),        TEST(test_problems_say_what_is_wrong),
        TEST(test_names_and_origins),     TEST(test_what_is_posted),
        TEST(test_tokens_and_sessions),   TEST(test_challenges_say_what_is_wrong),
        TEST(test_tokens_of_shikumenctl), TEST(test_guessing_tokens_is_slowed),
        TEST(test_another_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
