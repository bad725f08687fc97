/* A daemon with a whole configuration, where no broker listens. */
#ifndef SHIKUMEN_LONELY_DAEMON_H
#define SHIKUMEN_LONELY_DAEMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "process.h"
#include "shikumen/io/control_client.h"
#include "shikumen/io/settings_file.h"
#include "tmpdir.h"

#define DAEMON     BIN_DIR "/shikumend"
#define PATIENCE_S 60.0

static const char registry_one[] =
    "{\"district\":{\"id\":\"d1\"},\"houses\":[{\"id\":\"H1\",\"elements\":["
    "{\"id\":\"H1/wall\",\"kind\":\"wall\"}]}],"
    "\"sensors\":[{\"id\":\"H1/n1/crack\",\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/"
    "wall\","
    "\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":600,\"limits\":\"crack\"},\n"
    "{\"id\":\"H1/n1/t\",\"node\":\"H1/n1\",\"house\":\"H1\","
    "\"quantity\":\"temperature\",\"unit\":\"Cel\",\"medium\":\"indoor\",\"period_s\":600}]}";

static const char registry_two[] =
    "{\"district\":{\"id\":\"d1\"},\"houses\":[{\"id\":\"H1\"},{\"id\":\"H2\"}],\"sensors\":[]}";

static const char limits_crack[] =
    "{\"name\":\"crack\",\"quantity\":\"crack_width\",\"limits\":[{\"level\":2,\"of\":\"value\","
    "\"value\":5.0,\"clear\":4.5,\"unit\":\"mm\",\"source\":\"test\",\"clause\":\"1\",\"mark\":"
    "\"J\"}]}";

/* A folder with a whole configuration, a notification socket and a port that nobody listens on
 * (bound, so that nobody can). The store lies deeper than a socket address can say. */
struct site {
    char *folder, *conf, *registry, *limits, *store, *notify, *log, *out;
    int notify_fd, port_fd, port;
    struct process daemon;
    struct strbuf heard; /* all notifications so far, each followed by "\n\n" */
};

static inline void write_conf(const struct site *s, const char *mqtt, const char *rest)
{
    struct strbuf text = {0};

    strbuf_printf(&text,
                  "mqtt: { host = \"127.0.0.1\"; port = %d; %s };\nstore: { path = \"%s\"; }; "
                  "http: { listen = \"\"; };\n",
                  s->port, mqtt, s->store);
    strbuf_puts(&text, rest);
    write_text(s->conf, strbuf_text(&text));
    strbuf_free(&text);
}

static inline void make_store_folder(struct site *s)
{
    char *deep = strdup(s->folder);

    for (int i = 0; i < 2; i++) {
        char *longer;
        assert_true(asprintf(&longer, "%s/%090d", deep, i) > 0);
        assert_int_equal(mkdir(longer, 0700), 0);
        free(deep);
        deep = longer;
    }
    s->store = path_in(deep, "store"); /* made by the daemon */
    free(deep);
}

static inline int bound_socket(int domain, int type, const struct sockaddr *address,
                               socklen_t length)
{
    int fd = socket(domain, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, address, length), 0);
    return fd;
}

static inline void open_sockets(struct site *s)
{
    struct sockaddr_un notify = {.sun_family = AF_UNIX};
    struct {
        sa_family_t family;
        unsigned char rest[14];
    } port = {.family = AF_INET, .rest = {0, 0, 127, 0, 0, 1}};
    socklen_t length = sizeof port;

    assert_true(strlen(s->notify) < sizeof notify.sun_path);
    strcpy(notify.sun_path, s->notify);
    s->notify_fd =
        bound_socket(AF_UNIX, SOCK_DGRAM, (const struct sockaddr *)&notify, sizeof notify);
    s->port_fd = bound_socket(AF_INET, SOCK_STREAM, (const struct sockaddr *)&port, sizeof port);
    assert_int_equal(getsockname(s->port_fd, (struct sockaddr *)&port, &length), 0);
    s->port = port.rest[0] << 8 | port.rest[1];
}

static inline int setup(void **state)
{
    struct site *s = calloc(1, sizeof *s);
    char *file;

    s->folder = tmpdir_make("daemon");
    s->conf = path_in(s->folder, "shikumend.conf");
    s->registry = path_in(s->folder, "registry.json");
    s->limits = path_in(s->folder, "limits");
    s->notify = path_in(s->folder, "notify");
    s->log = path_in(s->folder, "log");
    s->out = path_in(s->folder, "out");
    make_store_folder(s);
    open_sockets(s);
    write_text(s->registry, registry_one);
    assert_int_equal(mkdir(s->limits, 0700), 0);
    file = path_in(s->limits, "crack.json");
    write_text(file, limits_crack);
    free(file);
    write_conf(s, "", "");
    *state = s;
    return 0;
}

static inline int teardown(void **state)
{
    struct site *s = *state;

    process_kill(&s->daemon);
    close(s->notify_fd);
    close(s->port_fd);
    tmpdir_remove(s->folder);
    strbuf_free(&s->heard);
    free(s->conf);
    free(s->registry);
    free(s->limits);
    free(s->store);
    free(s->notify);
    free(s->log);
    free(s->out);
    free(s);
    return 0;
}

/* --- running it --- */

/* Runs it to its end with these arguments after the program; stderr in *err, stdout in *out. */
static inline int run(const struct site *s, const char *const *arguments, char **out, char **err)
{
    const char *argv[8] = {DAEMON};
    const struct process_options o = {.output = s->log, .stdout_to = s->out};
    int code;

    for (size_t i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    unlink(s->log);
    code = process_run(argv, &o, PATIENCE_S);
    *out = read_text(s->out, NULL);
    *err = read_text(s->log, NULL);
    return code;
}

static inline void start(struct site *s, const char *const *env)
{
    const char *const argv[] = {DAEMON, "-c", s->conf, NULL};
    struct strbuf socket_name = {0};
    const char *all[8];
    size_t n = 0;

    strbuf_printf(&socket_name, "NOTIFY_SOCKET=%s", s->notify);
    all[n++] = strbuf_text(&socket_name);
    while (env && *env)
        all[n++] = *env++;
    all[n] = NULL;
    s->daemon = process_start(argv, &(struct process_options){.env = all, .output = s->log});
    strbuf_free(&socket_name);
}

/* Waits for a notification that contains text, remembering all that came before it. */
static inline void hear(struct site *s, const char *text)
{
    size_t from = s->heard.len;
    double until_s = now_s() + PATIENCE_S;
    char message[4096];

    for (;;) {
        struct pollfd fd = {.fd = s->notify_fd, .events = POLLIN};
        ssize_t n;
        if (now_s() > until_s || !process_running(&s->daemon)) {
            char *log = read_text(s->log, NULL);
            fail_msg("never heard \"%s\" but:\n%s\nlog:\n%s", text, strbuf_text(&s->heard) + from,
                     log);
        }
        if (poll(&fd, 1, 100) != 1)
            continue;
        n = recv(s->notify_fd, message, sizeof message - 1, 0);
        assert_true(n >= 0);
        message[n] = '\0';
        strbuf_printf(&s->heard, "%s\n\n", message);
        if (strstr(message, text))
            return;
    }
}

/* Everything that waits at the socket now. */
static inline void hear_rest(struct site *s)
{
    char message[4096];
    ssize_t n;

    while ((n = recv(s->notify_fd, message, sizeof message - 1, MSG_DONTWAIT)) >= 0)
        strbuf_printf(&s->heard, "%.*s\n\n", (int)n, message);
}

static inline void forget(struct site *s)
{
    hear_rest(s);
    strbuf_clear(&s->heard);
}

static inline void start_and_wait(struct site *s)
{
    start(s, NULL);
    hear(s, "READY=1");
}

static inline void expect_in_log(const struct site *s, const char *text)
{
    char *log = read_text(s->log, NULL);

    if (!strstr(log, text))
        fail_msg("\"%s\" is not in the log:\n%s", text, log);
    free(log);
}

static inline void expect_clean_stop(struct site *s, int signal_number)
{
    forget(s);
    process_signal(&s->daemon, signal_number);
    if (!process_wait(&s->daemon, PATIENCE_S) || s->daemon.exit_code != 0) {
        char *log = read_text(s->log, NULL);
        fail_msg("exit code %d, log:\n%s", s->daemon.exit_code, log);
    }
    hear_rest(s);
    assert_non_null(strstr(strbuf_text(&s->heard), "STOPPING=1"));
}

static inline cJSON *fetch(const struct site *s)
{
    struct strbuf json = {0};
    cJSON *document;

    assert_int_equal(control_fetch(s->store, &json), ERR_OK);
    document = cJSON_Parse(strbuf_text(&json));
    assert_non_null(document);
    strbuf_free(&json);
    return document;
}

static inline const char *text_of(const cJSON *document, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(document, name));

    if (!text)
        fail_msg("no text \"%s\"", name);
    return text;
}

#endif
