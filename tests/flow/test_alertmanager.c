/* A real Prometheus Alertmanager: our alert is active there, stays one alert through its life, is
 * there again after it has forgotten everything, and is resolved when it ends. */
#include "deliver_stage.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "process.h"

static const char *const to_manager[] = {"manager", NULL};

/* Alertmanager, which tells receiver 0 of what it has. */
struct manager {
    struct process process;
    char *config, *log, address[64], url[80];
    int port;
};

static void manager_make(struct fixture *f, struct manager *m)
{
    char hook[64], text[600];

    f->receivers[0] = receiver_start(0, NULL, NULL);
    assert_non_null(f->receivers[0]);
    snprintf(text, sizeof text,
             "route:\n  receiver: test\n  group_by: [episode]\n  group_wait: 10ms\n"
             "  group_interval: 100ms\n  repeat_interval: 1h\n"
             "receivers:\n  - name: test\n    webhook_configs:\n      - url: %s\n"
             "        send_resolved: true\n",
             receiver_url(f->receivers[0], "/told", hook, sizeof hook));
    m->config = path_in(f->dir, "alertmanager.yml");
    m->log = path_in(f->dir, "alertmanager.log");
    write_text(m->config, text);
    m->port = free_port();
    snprintf(m->address, sizeof m->address, "--web.listen-address=127.0.0.1:%d", m->port);
    snprintf(m->url, sizeof m->url, "http://127.0.0.1:%d", m->port);
}

/* Starts it knowing nothing: it keeps no alerts, and its storage is new. */
static void manager_start(struct fixture *f, struct manager *m, const char *storage)
{
    char config[400], path[400];
    const char *argv[] = {"prometheus-alertmanager",   config, path, m->address,
                          "--cluster.listen-address=", NULL};

    snprintf(config, sizeof config, "--config.file=%s", m->config);
    snprintf(path, sizeof path, "--storage.path=%s/%s", f->dir, storage);
    m->process = process_start(argv, &(struct process_options){.output = m->log});
}

static void manager_free(struct manager *m)
{
    process_kill(&m->process);
    free(m->config);
    free(m->log);
}

static bool answers(void *context)
{
    const struct manager *m = context;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)m->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool open = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

    close(fd);
    return open;
}

/* The next thing that Alertmanager says, after the n it has said; free with cJSON_Delete. */
static cJSON *next_said(struct fixture *f, const struct manager *m, size_t n)
{
    cJSON *root;

    if (!receiver_wait(f->receivers[0], n + 1, WAIT_MS))
        fail_msg("Alertmanager is silent: %s", read_text(m->log, NULL));
    root = cJSON_Parse(receiver_get(f->receivers[0], n)->body);
    assert_non_null(root);
    return root;
}

static const char *member(const cJSON *alert, const char *of, const char *name)
{
    const cJSON *object = of ? cJSON_GetObjectItem(alert, of) : alert;
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));

    if (!text)
        fail_msg("no %s", name);
    return text;
}

static const cJSON *only_alert(const cJSON *said)
{
    const cJSON *alerts = cJSON_GetObjectItem(said, "alerts");

    assert_int_equal(cJSON_GetArraySize(alerts), 1);
    return cJSON_GetArrayItem(alerts, 0);
}

static void active_and_later_resolved(void **state)
{
    struct fixture *f = *state;
    struct manager m = {0};
    struct endpoint e;
    cJSON *said;
    char fingerprint[64];

    manager_make(f, &m);
    manager_start(f, &m, "first");
    e = (struct endpoint){
        .name = "manager", .url = m.url, .format = "alertmanager", .timeout_s = 20};
    start_loop(f, &e, 1);
    put_alert(f, 1, LEVEL_YELLOW, to_manager);
    said = next_said(f, &m, 0);
    assert_string_equal(member(only_alert(said), NULL, "status"), "firing");
    assert_string_equal(member(only_alert(said), "labels", "alertname"), "shikumen");
    assert_string_equal(member(only_alert(said), "labels", "house"), "H001");
    assert_string_equal(member(only_alert(said), "labels", "episode"), f->episodes[1].id);
    assert_string_equal(member(only_alert(said), "annotations", "summary"), "编号1.1");
    assert_string_equal(member(only_alert(said), "annotations", "colour"), "yellow");
    snprintf(fingerprint, sizeof fingerprint, "%s", member(only_alert(said), NULL, "fingerprint"));
    cJSON_Delete(said);

    put_alert(f, 1, LEVEL_RED, to_manager); /* worse, and still the same: nothing is said again */
    assert_int_equal(wait_settled(f, "manager", 2).delivered, 2);
    put_alert(f, 1, LEVEL_NORMAL, to_manager);
    said = next_said(f, &m, 1);
    assert_string_equal(member(only_alert(said), NULL, "status"), "resolved");
    assert_string_equal(member(only_alert(said), NULL, "fingerprint"), fingerprint);
    assert_string_equal(member(only_alert(said), "annotations", "summary"), "编号1.3");
    cJSON_Delete(said);
    assert_int_equal(counts_of(f, "manager").parked, 0);
    manager_free(&m);
}

/* What stands is told again: an Alertmanager that has forgotten all of it hears of what is open,
 * once each, and of nothing that has ended. */
static void told_again_after_it_forgot(void **state)
{
    struct fixture *f = *state;
    struct manager m = {0};
    struct endpoint e;
    bool seen[3] = {false};
    cJSON *said;

    manager_make(f, &m);
    manager_start(f, &m, "first");
    e = (struct endpoint){
        .name = "manager", .url = m.url, .format = "alertmanager", .timeout_s = 20};
    start_loop(f, &e, 1);
    for (int i = 1; i <= 3; i++)
        put_alert(f, i, LEVEL_ORANGE, to_manager);
    put_alert(f, 3, LEVEL_NORMAL, to_manager);
    assert_int_equal(wait_settled(f, "manager", 4).delivered, 4);
    stop_loop(f);
    process_kill(&m.process);

    receiver_stop(f->receivers[0]);
    f->receivers[0] = NULL;
    free(m.config);
    free(m.log);
    manager_make(f, &m);
    manager_start(f, &m, "second");
    e.url = m.url;
    assert_true(wait_until(answers, &m, WAIT_MS / 1000.0));
    start_loop(f, &e, 1);
    for (size_t i = 0; i < 2; i++) {
        int number;
        said = next_said(f, &m, i);
        assert_string_equal(member(only_alert(said), NULL, "status"), "firing");
        assert_int_equal(
            sscanf(member(only_alert(said), "annotations", "summary"), "编号%d.1", &number), 1);
        assert_true(number >= 1 && number <= 2 && !seen[number]);
        seen[number] = true;
        cJSON_Delete(said);
    }
    assert_int_equal(counts_of(f, "manager").delivered, 4); /* telling again counts for nothing */
    manager_free(&m);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(active_and_later_resolved),
        T(told_again_after_it_forgot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
