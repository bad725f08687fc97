/* What other programs read: /metrics by promtool and by Prometheus's rules of its text, /feed.atom
 * by xmllint and by a feed reader, both with a name and a password. */
#include "http_stage.h"
#include "shikumen/base/utc.h"

/* 77 of a script: what it needs is not installed. */
static bool installed(const char *name)
{
    char command[128];

    snprintf(command, sizeof command, "command -v %s >/dev/null", name);
    return system(command) == 0;
}

/* Writes what the daemon answers to a file of the stage; its path. */
static char *fetch(struct stage *g, const char *target, const char *headers, const char *name)
{
    struct http_said said = http_ask(g->site.http_port, "GET", target, headers, NULL);
    char *path = path_in(g->site.folder, name);

    if (said.status != 200)
        fail_msg("%s: %d %s", target, said.status, said.body);
    write_text(path, said.body);
    http_said_free(&said);
    return path;
}

static void run(const char *what, const char *command)
{
    if (system(command) != 0)
        fail_msg("%s: %s", what, command);
}

static void orange(struct stage *g)
{
    add_wall(g, THREE_LEVELS, 0);
    begin_http(g);
    wall(g, 0, 6);
    wall(g, 60, 12);
    site_wait_level(&g->site, WALL, 3, 2);
}

static void test_metrics(void **state)
{
    struct stage *g = *state;
    char command[512], *path;
    struct http_said said;
    /* base64 of "prometheus:viewer-token" */
    static const char basic[] = "Authorization: Basic cHJvbWV0aGV1czp2aWV3ZXItdG9rZW4=\r\n";
    struct strbuf headers = {0};

    orange(g);
    expect_status(g, "GET", "/metrics", NULL, NULL, 401);
    strbuf_printf(&headers, "%sAccept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n",
                  basic);
    said = http_ask(g->site.http_port, "GET", "/metrics", strbuf_text(&headers), NULL);
    assert_int_equal(said.status, 200);
    assert_non_null(strstr(said.headers, "Content-Type: application/openmetrics-text; version=1"));
    assert_string_equal(said.body + said.body_len - 6, "# EOF\n");
    assert_non_null(
        strstr(said.body, "\nshikumen_alerts_open{category=\"structure\",level=\"3\"} 1\n"));
    assert_non_null(strstr(said.body, "\nshikumen_readings_received_total 2\n"));
    assert_non_null(strstr(said.body, "\nshikumen_commit_seconds_bucket{le=\"+Inf\"} "));
    assert_non_null(strstr(said.body, "\nshikumen_ingest_lag_seconds "));
    http_said_free(&said);
    strbuf_clear(&headers);
    strbuf_printf(&headers, "%sAccept: text/plain\r\n", basic);
    path = fetch(g, "/metrics", strbuf_text(&headers), "metrics.txt");
    strbuf_free(&headers);
    snprintf(command, sizeof command, "promtool check metrics < %s", path);
    if (installed("promtool"))
        run("promtool", command);
    free(path);
}

static void test_the_feed(void **state)
{
    struct stage *g = *state;
    char command[1024], *path;

    orange(g);
    expect_status(g, "GET", "/feed.atom", NULL, NULL, 401);
    path = fetch(g, "/feed.atom", VIEWER, "feed.atom");
    snprintf(command, sizeof command, "xmllint --noout %s", path);
    run("xmllint", command);
    snprintf(
        command, sizeof command,
        "/usr/bin/python3 -c \"import feedparser, sys\n"
        "f = feedparser.parse('%s')\n"
        "e = f.entries\n"
        "sys.exit(0 if not f.bozo and f.version == 'atom10' and len(e) == 2\n"
        "  and e[0].id.startswith('urn:shikumen:step:') and e[0].id.endswith('.2')\n"
        "  and '橙' in e[0].title and 'orange' in e[0].title and '/#/alert/' in e[0].link\n"
        "  and e[0].updated_parsed >= e[1].updated_parsed and f.feed.title.endswith('alerts')\n"
        "  else 1)\"",
        path);
    if (system("/usr/bin/python3 -c 'import feedparser' 2>/dev/null") == 0)
        run("feedparser", command);
    free(path);
}

/* Silences that stand are its subtitle; those to come are not. */
static void test_the_feed_names_what_is_silenced(void **state)
{
    static const char *const scopes[] = {"H1/beam", "H1/wall"};
    struct stage *g = *state;
    char *path, *text, body[300], from[UTC_TEXT_SIZE], until[UTC_TEXT_SIZE];

    add_wall(g, THREE_LEVELS, 0);
    begin_http(g);
    for (int i = 0; i < 2; i++) {
        snprintf(body, sizeof body,
                 "{\"by\":\"Li\",\"reason\":\"roof works\",\"scope\":\"%s\",\"from\":\"%s\","
                 "\"until\":\"%s\"}",
                 scopes[i], utc_format(wall_us() + (i * 3600 - 5) * S, from),
                 utc_format(wall_us() + 7200 * S, until));
        expect_status(g, "POST", "/api/v1/silences", OPERATOR, body, 200);
    }
    path = fetch(g, "/feed.atom", VIEWER, "feed.atom");
    text = read_text(path, NULL);
    assert_non_null(strstr(text, "silenced: H1/beam → "));
    assert_null(strstr(text, "H1/wall → "));
    free(text);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        H(test_metrics),
        H(test_the_feed),
        H(test_the_feed_names_what_is_silenced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
