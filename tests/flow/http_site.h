/* A daemon with one sensor and no broker, for tests of what it serves. */
#ifndef SHIKUMEN_TESTS_HTTP_SITE_H
#define SHIKUMEN_TESTS_HTTP_SITE_H

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "certs.h"
#include "daemon.h"
#include "http_ask.h"

#define HOUSES "[{\"id\":\"H1\"}]"

/* Tokens and their digests (printf TOKEN | sha256sum). */
#define VIEWER   "viewer-token"
#define OPERATOR "operator-token"
#define TOKENS_TEXT                                                                                \
    "wall viewer sha256:d036bd6d01a1cae081d39a2f8dab751dc042de814fd60df31fcb553170950f29\n"        \
    "王工 operator sha256:0850123315d21ab90f4f7236408a52ef6dbd6a02a6550e5c10dc73f4d993680e\n"

static inline int set_up(void **state)
{
    struct site *s = calloc(1, sizeof *s);

    site_make(s, "http", NULL);
    s->port = free_port();
    site_sensor(s,
                &(struct site_sensor){
                    .id = "H1/n1/crack-1", .house = "H1", .quantity = "crack_width", .unit = "mm"});
    site_registry(s, HOUSES);
    *state = s;
    return 0;
}

static inline int tear_down(void **state)
{
    struct site *s = *state;

    site_free(s);
    free(s);
    return 0;
}

static inline void start(struct site *s, const char *http)
{
    s->http = http;
    site_config(s, NULL, NULL, NULL);
    site_start(s);
    site_wait_log(s, "<5>http listen=", 1);
}

static inline void expect(struct http_said said, int status, const char *part)
{
    if (said.status != status || (part && (!said.body || !strstr(said.body, part))))
        fail_msg("status %d, expected %d with \"%s\":\n%s\n%s", said.status, status,
                 part ? part : "", said.headers ? said.headers : "", said.body ? said.body : "");
    http_said_free(&said);
}

static inline void expect_header(const struct http_said *said, const char *name, const char *value)
{
    char *got = http_said_header(said, name);

    if (!got || strcmp(got, value) != 0)
        fail_msg("%s: %s, expected %s", name, got ? got : "(none)", value);
    free(got);
}

static inline void write_tokens(struct site *s, const char *text, mode_t mode)
{
    char *path = path_in(s->folder, "tokens");

    write_text(path, text);
    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
