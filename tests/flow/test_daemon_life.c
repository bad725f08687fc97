/* The daemon as a service, run for real where no broker listens: readiness, status, reload, one per
 * store, clean stop. */
#include "lonely_daemon.h"

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
