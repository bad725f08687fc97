/* Where a daemon listens: configurations that are refused, an address in use, a reload, TLS,
 * clients that are half open. */
#include "http_site.h"

static void expect_configuration_fault(struct site *s, const char *http, const char *part)
{
    const char *const argv[] = {BIN_DIR "/shikumend", "--check-config", "-c", s->conf, NULL};
    char *text;

    s->http = http;
    site_config(s, NULL, NULL, NULL);
    assert_int_equal(truncate(s->log, 0), 0);
    assert_int_equal(process_run(argv, &(struct process_options){.output = s->log}, 20), 78);
    text = read_text(s->log, NULL);
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
    free(text);
}

static void test_configurations_that_are_refused(void **state)
{
    struct site *s = *state;
    struct strbuf text = {0};

    write_text(s->log, "");
    write_tokens(s, TOKENS_TEXT, 0644);
    expect_configuration_fault(s, "tokens_file = \"tokens\";", "mode 0644");
    write_tokens(s, "a boss\n", 0600);
    expect_configuration_fault(s, "tokens_file = \"tokens\";", "tokens:1: ");
    s->http = NULL;
    site_config(s, NULL, NULL, NULL);
    strbuf_printf(&text, "sed -i 's/listen = \"127.0.0.1:/listen = \"0.0.0.0:/' %s", s->conf);
    assert_int_equal(system(strbuf_text(&text)), 0);
    {
        const char *const argv[] = {BIN_DIR "/shikumend", "--check-config", "-c", s->conf, NULL};
        char *said;
        assert_int_equal(process_run(argv, &(struct process_options){.output = s->log}, 20), 78);
        said = read_text(s->log, NULL);
        assert_non_null(strstr(said, "which needs http.tokens_file"));
        free(said);
    }
    strbuf_free(&text);
}

/* --- addresses --- */

static void test_an_address_in_use_is_waited_for(void **state)
{
    struct site *s = *state;
    struct sockaddr_in a = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t n = sizeof a;
    cJSON *status;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    s->http_port = ntohs(a.sin_port);
    site_config(s, NULL, NULL, NULL);
    site_start(s);
    site_wait_log(s, "fault loop=http text=\"127.0.0.1:", 1);
    site_wait_log(s, "<5>ready", 1);
    status = site_status(s);
    assert_non_null(
        strstr(cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(status, "reasons"), 0)),
               "in use"));
    cJSON_Delete(status);
    close(fd);
    site_wait_log(s, "<5>http listen=", 1);
    site_wait_log(s, "fault_over loop=http", 1);
    expect(http_ask(s->http_port, "GET", "/healthz", NULL, NULL), 503, "broker");
    site_stop(s);
}

static void test_a_reload_moves_the_address(void **state)
{
    struct site *s = *state;
    int old_port, kept;
    struct http_said said;

    start(s, NULL);
    old_port = s->http_port;
    kept = http_connect(old_port); /* half open over the change */
    http_send(kept, "GET /", 5);
    s->http_port = free_port();
    site_config(s, NULL, NULL, NULL);
    process_signal(&s->daemon, SIGHUP);
    site_wait_log(s, "<5>http listen=", 2);
    expect(http_ask(s->http_port, "GET", "/healthz", NULL, NULL), 503, NULL);
    said = http_hear(kept, 20);
    assert_int_equal(said.status, 0);
    site_stop(s);
}

static void test_half_open_clients_do_not_hold_up_a_stop(void **state)
{
    struct site *s = *state;
    int fds[40];

    start(s, NULL);
    for (size_t i = 0; i < 40; i++) {
        fds[i] = http_connect(s->http_port);
        http_send(fds[i], "POST /api/v1/session HTTP/1.1\r\nContent-Le", i);
    }
    expect(http_ask(s->http_port, "GET", "/app.js", NULL, NULL), 200, NULL);
    site_stop(s);
    for (size_t i = 0; i < 40; i++)
        close(fds[i]);
}

static void test_tls(void **state)
{
    struct site *s = *state;
    char url[64], *ca = path_in(s->folder, "ca.pem");
    const char *const argv[] = {"curl", "-sS", "--fail-with-body", "--cacert", ca, url, NULL};
    const char *const old[] = {"curl", "-sS", "--tls-max", "1.1", "--cacert", ca, url, NULL};

    certs_make(s->folder);
    start(s, "tls_cert = \"server.pem\"; tls_key = \"server.key\";");
    snprintf(url, sizeof url, "https://localhost:%d/app.js", s->http_port);
    assert_int_equal(process_run(argv, &(struct process_options){.output = "/dev/null"}, 20), 0);
    assert_int_not_equal(process_run(old, &(struct process_options){.output = "/dev/null"}, 20), 0);
    free(ca);
    site_stop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_configurations_that_are_refused),
        TEST(test_an_address_in_use_is_waited_for),
        TEST(test_a_reload_moves_the_address),
        TEST(test_half_open_clients_do_not_hold_up_a_stop),
        TEST(test_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
