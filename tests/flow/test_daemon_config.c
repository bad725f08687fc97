/* The daemon as a service, run for real where no broker listens: command line, faults, readiness,
 * status, reload, one per store, clean stop. */
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

static void write_conf(const struct site *s, const char *mqtt, const char *rest)
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

static void make_store_folder(struct site *s)
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

static int bound_socket(int domain, int type, const struct sockaddr *address, socklen_t length)
{
    int fd = socket(domain, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, address, length), 0);
    return fd;
}

static void open_sockets(struct site *s)
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

static int setup(void **state)
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

static int teardown(void **state)
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
static int run(const struct site *s, const char *const *arguments, char **out, char **err)
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

static void start(struct site *s, const char *const *env)
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
static void hear(struct site *s, const char *text)
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
static void hear_rest(struct site *s)
{
    char message[4096];
    ssize_t n;

    while ((n = recv(s->notify_fd, message, sizeof message - 1, MSG_DONTWAIT)) >= 0)
        strbuf_printf(&s->heard, "%.*s\n\n", (int)n, message);
}

static void forget(struct site *s)
{
    hear_rest(s);
    strbuf_clear(&s->heard);
}

static void start_and_wait(struct site *s)
{
    start(s, NULL);
    hear(s, "READY=1");
}

static void expect_in_log(const struct site *s, const char *text)
{
    char *log = read_text(s->log, NULL);

    if (!strstr(log, text))
        fail_msg("\"%s\" is not in the log:\n%s", text, log);
    free(log);
}

static void expect_clean_stop(struct site *s, int signal_number)
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

static cJSON *fetch(const struct site *s)
{
    struct strbuf json = {0};
    cJSON *document;

    assert_int_equal(control_fetch(s->store, &json), ERR_OK);
    document = cJSON_Parse(strbuf_text(&json));
    assert_non_null(document);
    strbuf_free(&json);
    return document;
}

static const char *text_of(const cJSON *document, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(document, name));

    if (!text)
        fail_msg("no text \"%s\"", name);
    return text;
}

/* --- command line and configuration --- */

static void test_wrong_usage_is_one_line_and_2(void **state)
{
    static const char *const cases[][5] = {
        {"-x"},
        {"--nope"},
        {"-c"},
        {"--config"},
        {"-c", ""},
        {"extra"},
        {"-tp"},
        {"--c"},
        {"--debug=3"},
        {"-h", "-V"},
        {"-t", "a", "b"},
        {"-dd", "-"},
        {"-V", "--check-config"},
    };
    struct site *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out, *err;
        assert_int_equal(run(s, cases[i], &out, &err), 2);
        assert_string_equal(out, "");
        assert_memory_equal(err, "shikumend: ", 11);
        assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
        free(out);
        free(err);
    }
}

static void test_version_and_help(void **state)
{
    static const char *const cases[][2] = {{"--version"}, {"-V"}, {"--help"}, {"-h"}};
    struct site *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out, *err;
        assert_int_equal(run(s, cases[i], &out, &err), 0);
        assert_string_equal(err, "");
        if (i < 2)
            assert_string_equal(out, "shikumend " SHIKUMEN_VERSION "\n");
        else
            assert_non_null(strstr(out, "--print-config"));
        free(out);
        free(err);
    }
}

static void expect_checked(const struct site *s, int expected_code, const char *expected)
{
    const char *const arguments[] = {"-c", s->conf, "--check-config", NULL};
    char *out, *err;
    int code = run(s, arguments, &out, &err);

    assert_string_equal(err, expected);
    assert_string_equal(out, "");
    assert_int_equal(code, expected_code);
    free(out);
    free(err);
}

static void test_check_config_of_a_good_one(void **state)
{
    struct site *s = *state;
    struct strbuf expected = {0};

    strbuf_printf(&expected,
                  "%s: ok: 1 houses, 2 sensors, 1 limit sets, 1 sensors without limits\n", s->conf);
    expect_checked(s, 0, strbuf_text(&expected));
    assert_int_equal(access(s->store, F_OK), -1); /* checking touches nothing */
    strbuf_free(&expected);
}

static void test_check_config_reports_the_faults_of_all_files(void **state)
{
    struct site *s = *state;
    const char *const arguments[] = {"-t", "-c", s->conf, NULL};
    char *out, *err, *limit = path_in(s->limits, "bad.json"), *line, *rest;
    bool in_conf = false, in_registry = false, in_limits = false;

    write_conf(s, "keepalve_s = 10;", "\nassess: { interval_s = 0; };\n");
    write_text(s->registry,
               "{\"district\":{\"id\":\"d1\"},\"houses\":[],\n\n\"sensors\":[{\"id\":1}]}");
    write_text(limit, "{\n\"name\": \"bad\" \"x\"");
    assert_int_equal(run(s, arguments, &out, &err), 78);
    assert_string_equal(out, "");
    assert_non_null(strstr(err, "shikumend.conf:1: mqtt.keepalve_s: no such setting; did you mean "
                                "\"keepalive_s\"? / 没有这一设置；是否指“keepalive_s”？\n"));
    assert_non_null(strstr(err, "shikumend.conf:4: assess.interval_s: 0 is out of range"));
    for (line = strtok_r(err, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_memory_equal(line, s->folder, strlen(s->folder)); /* a file name begins every line */
        in_conf = in_conf || strstr(line, "shikumend.conf:1: ");
        in_registry = in_registry || strstr(line, "registry.json:3: ");
        in_limits = in_limits || strstr(line, "limits/bad.json:2: ");
    }
    assert_true(in_conf && in_registry && in_limits);
    free(out);
    free(err);
    free(limit);
}

static void test_check_config_reads_templates(void **state)
{
    struct site *s = *state;
    const char *const arguments[] = {"-t", "-c", s->conf, NULL};
    char *out, *err, *file = path_in(s->folder, "desk.template");

    write_conf(s, "",
               "\nendpoints: ( { name = \"a\"; url = \"http://h/\"; format = \"template\";\n"
               "template = \"desk.template\"; } );\n");
    write_text(file, "Content-Type: application/json\n\n{\n\"zh\": {{/summry/zh}}}");
    assert_int_equal(run(s, arguments, &out, &err), 78);
    assert_non_null(strstr(err,
                           "desk.template:4: {{/summry/zh}}: there is no such thing in a step; "
                           "allowed: /title, /text, /id"));
    free(out);
    free(err);
    write_text(file, "Content-Type: application/json\n\n{\n\"zh\": {{/summary/zh}}}");
    assert_int_equal(run(s, arguments, &out, &err), 0);
    free(out);
    free(err);
    free(file);
}

static void test_missing_files(void **state)
{
    struct site *s = *state;
    struct strbuf expected = {0};
    const char *const arguments[] = {"-c", "/does/not/exist.conf", NULL};
    char *out, *err, *limit = path_in(s->limits, "crack.json");

    assert_int_equal(run(s, arguments, &out, &err), 78);
    assert_string_equal(err, "/does/not/exist.conf: does not exist / 不存在\n");
    free(out);
    free(err);

    unlink(limit);
    rmdir(s->limits); /* missed only because a sensor refers to a set */
    assert_int_equal(run(s, (const char *const[]){"-t", "-c", s->conf, NULL}, &out, &err), 78);
    assert_non_null(strstr(err, "/limits: does not exist, but "));
    assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1); /* one line, whatever the number */
    free(out);
    free(err);
    write_text(s->registry, registry_two);
    strbuf_printf(&expected,
                  "%s: ok: 2 houses, 0 sensors, 0 limit sets, 0 sensors without limits\n", s->conf);
    expect_checked(s, 0, strbuf_text(&expected));
    strbuf_free(&expected);
    free(limit);
}

static void test_print_config_reads_back(void **state)
{
    struct site *s = *state;
    const char *const arguments[] = {"--print-config", "--config", s->conf, NULL};
    char *out, *err, *again;

    assert_int_equal(run(s, arguments, &out, &err), 0);
    assert_string_equal(err, "");
    write_text(s->conf, out);
    free(err);
    assert_int_equal(run(s, arguments, &again, &err), 0);
    assert_string_equal(out, again);
    free(out);
    free(again);
    free(err);
}

/* --- life without a broker --- */

static void test_ready_without_a_broker_and_says_so(void **state)
{
    struct site *s = *state;
    char *path = path_in(s->store, "control.sock");
    struct stat st;
    cJSON *document;
    const cJSON *loop;

    start_and_wait(s);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    document = fetch(s);
    assert_string_not_equal(text_of(document, "broker"), "connected");
    assert_string_equal(text_of(document, "state"), "degraded");
    assert_string_equal(text_of(document, "version"), SHIKUMEN_VERSION);
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(document, "pid")), s->daemon.pid);
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(document, "reasons")) > 0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(document, "loops")), 4);
    cJSON_ArrayForEach(loop, cJSON_GetObjectItem(document, "loops"))
    {
        assert_true(cJSON_IsTrue(cJSON_GetObjectItem(loop, "ok")));
        assert_true(cJSON_IsNull(cJSON_GetObjectItem(loop, "fault")));
        assert_true(cJSON_IsNumber(cJSON_GetObjectItem(loop, "beat_age_s")));
    }
    assert_int_equal(
        cJSON_GetNumberValue(cJSON_GetObjectItem(document, "shikumen_messages_received_total")), 0);
    assert_int_equal(
        cJSON_GetNumberValue(cJSON_GetObjectItem(document, "shikumen_ingest_lag_seconds")), 0);
    assert_true(cJSON_HasObjectItem(document, "shikumen_assess_lag_seconds"));
    assert_true(cJSON_HasObjectItem(document, "shikumen_commits_total"));
    assert_true(cJSON_HasObjectItem(document, "shikumen_sensors_silent"));
    assert_true(cJSON_HasObjectItem(document, "houses_unknown"));
    assert_true(cJSON_HasObjectItem(document, "ingested_seq"));
    assert_true(cJSON_HasObjectItem(document, "assessed_seq"));
    assert_non_null(strstr(strbuf_text(&s->heard), "STATUS=degraded: "));
    cJSON_Delete(document);
    expect_clean_stop(s, SIGTERM);
    assert_int_equal(access(path, F_OK), -1);
    free(path);
}

static void test_nobody_answers_once_it_is_gone(void **state)
{
    struct site *s = *state;
    struct strbuf json = {0};
    char *path = path_in(s->store, "control.sock");

    assert_int_equal(control_fetch(s->store, &json), ERR_NOTFOUND);
    start_and_wait(s);
    process_kill(&s->daemon); /* leaves its socket behind */
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(control_fetch(s->store, &json), ERR_NOTFOUND);
    assert_int_equal(json.len, 0);
    start_and_wait(s);
    assert_int_equal(control_fetch(s->store, &json), ERR_OK);
    expect_clean_stop(s, SIGINT);
    strbuf_free(&json);
    free(path);
}

static int connect_and_stay(const struct site *s)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "control.sock"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *before = getcwd(NULL, 0);

    assert_true(fd >= 0);
    assert_int_equal(chdir(s->store), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(chdir(before), 0);
    free(before);
    return fd;
}

static void test_clients_that_do_not_read_stop_nobody(void **state)
{
    struct site *s = *state;
    int clients[40];
    char garbage[8192];

    memset(garbage, 'x', sizeof garbage);
    start_and_wait(s);
    for (size_t i = 0; i < 40; i++) {
        clients[i] = connect_and_stay(s);
        if (i % 3 == 0)
            (void)!send(clients[i], garbage, sizeof garbage, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (i % 3 == 1)
            shutdown(clients[i], SHUT_RDWR);
    }
    for (int i = 0; i < 20; i++)
        cJSON_Delete(fetch(s));
    for (size_t i = 0; i < 40; i++)
        close(clients[i]);
    expect_clean_stop(s, SIGTERM);
}

static void test_a_second_one_on_the_same_store_is_refused(void **state)
{
    struct site *s = *state;
    const char *const argv[] = {DAEMON, "-c", s->conf, NULL};
    const struct process_options o = {.output = s->out};
    struct strbuf who = {0};
    char *err;

    start_and_wait(s);
    assert_int_equal(process_run(argv, &o, PATIENCE_S), 1);
    err = read_text(s->out, NULL);
    strbuf_printf(&who, "in use by another shikumend pid=%ld\n", (long)s->daemon.pid);
    assert_non_null(strstr(err, strbuf_text(&who)));
    assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
    cJSON_Delete(fetch(s)); /* the first is as it was */
    expect_clean_stop(s, SIGTERM);
    strbuf_free(&who);
    free(err);
}

static void test_a_store_that_cannot_be_made(void **state)
{
    struct site *s = *state;
    const char *const arguments[] = {"-c", s->conf, NULL};
    char *out, *err;

    free(s->store);
    s->store = strdup("/proc/none/store");
    write_conf(s, "", "");
    assert_int_equal(run(s, arguments, &out, &err), 1);
    assert_non_null(strstr(err, "/proc/none/store"));
    free(out);
    free(err);
}

static void reload(struct site *s)
{
    forget(s);
    process_signal(&s->daemon, SIGHUP);
    hear(s, "RELOADING=1\nMONOTONIC_USEC=");
    hear(s, "READY=1");
}

static void test_reload(void **state)
{
    struct site *s = *state;

    start_and_wait(s);
    expect_in_log(s, "houses=1 sensors=2 limit_sets=1");

    write_text(s->registry, "{\"district\":");
    write_conf(s, "", "bogus = 1;\n");
    reload(s);
    expect_in_log(s, "shikumend.conf\" line=3 text=\"bogus: no such setting");
    expect_in_log(s, "the former configuration stays in force");
    hear(s, "STATUS=");
    assert_non_null(strstr(strbuf_text(&s->heard), "2 sensors of 1 house, "));

    write_text(s->registry, registry_two);
    write_conf(s, "keepalive_s = 33; username = \"changed\";", "assess: { interval_s = 7; };\n");
    reload(s);
    expect_in_log(s, "reload done houses=2 sensors=0");
    expect_in_log(s, "key=mqtt.keepalive_s needs a restart");
    expect_in_log(s, "key=mqtt.username needs a restart");
    hear(s, "STATUS=");
    assert_non_null(strstr(strbuf_text(&s->heard), "0 sensors of 2 houses, "));
    expect_clean_stop(s, SIGTERM);
}

static void test_reload_does_not_move_the_store(void **state)
{
    struct site *s = *state;
    char *before = s->store;

    start_and_wait(s);
    s->store = path_in(s->folder, "elsewhere");
    write_conf(s, "", "");
    reload(s);
    expect_in_log(s, "key=store.path needs a restart");
    assert_int_equal(access(s->store, F_OK), -1);
    free(s->store);
    s->store = before;
    cJSON_Delete(fetch(s));
    expect_clean_stop(s, SIGTERM);
}

static void test_the_watchdog_is_fed(void **state)
{
    struct site *s = *state;
    const char *const env[] = {"WATCHDOG_USEC=100000", NULL};

    start(s, env);
    hear(s, "READY=1");
    for (int i = 0; i < 5; i++)
        hear(s, "WATCHDOG=1");
    expect_clean_stop(s, SIGTERM);
}

static void test_secrets_are_warned_about_never_logged(void **state)
{
    struct site *s = *state;
    char *secret = path_in(s->folder, "pw"), *log;

    write_text(secret, "hunter2-and-more\n");
    assert_int_equal(chmod(secret, 0644), 0);
    write_conf(s, "username = \"u\"; password_file = \"pw\";", "");
    start_and_wait(s);
    expect_clean_stop(s, SIGTERM);
    expect_in_log(s, "key=mqtt.password_file");
    expect_in_log(s, "mode=0644 is open to others");
    log = read_text(s->log, NULL);
    assert_null(strstr(log, "hunter2"));
    free(log);
    free(secret);
}

/* A port whose queue is full: connecting hangs until it times out, and stopping must not. */
static void test_stops_while_the_broker_swallows_packets(void **state)
{
    struct site *s = *state;
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int clients[4];

    assert_int_equal(listen(s->port_fd, 0), 0);
    assert_int_equal(getsockname(s->port_fd, (struct sockaddr *)&address, &length), 0);
    for (size_t i = 0; i < 4; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(clients[i], (const struct sockaddr *)&address, length);
    }
    start_and_wait(s);
    expect_clean_stop(s, SIGTERM);
    for (size_t i = 0; i < 4; i++)
        close(clients[i]);
}

/* Files of the store are for the daemon alone, whatever the umask it was started with. */
static void test_store_files_are_private(void **state)
{
    static const char *const names[] = {"lock", "readings.db", "state.db"};
    struct site *s = *state;
    mode_t before = umask(0);
    struct stat st;

    start_and_wait(s);
    umask(before);
    assert_int_equal(stat(s->store, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = path_in(s->store, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0077, 0);
        free(path);
    }
    expect_clean_stop(s, SIGTERM);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_wrong_usage_is_one_line_and_2),
        T(test_version_and_help),
        T(test_check_config_of_a_good_one),
        T(test_check_config_reports_the_faults_of_all_files),
        T(test_check_config_reads_templates),
        T(test_missing_files),
        T(test_print_config_reads_back),
        T(test_ready_without_a_broker_and_says_so),
        T(test_nobody_answers_once_it_is_gone),
        T(test_clients_that_do_not_read_stop_nobody),
        T(test_a_second_one_on_the_same_store_is_refused),
        T(test_a_store_that_cannot_be_made),
        T(test_reload),
        T(test_reload_does_not_move_the_store),
        T(test_the_watchdog_is_fed),
        T(test_secrets_are_warned_about_never_logged),
        T(test_stops_while_the_broker_swallows_packets),
        T(test_store_files_are_private),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
