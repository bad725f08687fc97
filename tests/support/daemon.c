#include "daemon.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "shikumen/io/control_client.h"
#include "tmpdir.h"

#define LOG_SHOWN 6000 /* bytes of the log's end */

int64_t wall_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

_Noreturn void site_fail(const struct site *s, const char *what)
{
    size_t len;
    char *log = read_text(s->log, &len);

    fprintf(stderr, "%s\n--- end of the log:\n%s\n", what,
            log + (len > LOG_SHOWN ? len - LOG_SHOWN : 0)); /* print_error cuts it */
    free(log);
    fail();
    abort();
}

/* --- making --- */

void site_make(struct site *s, const char *name, const struct broker_options *broker)
{
    *s = (struct site){.folder = tmpdir_make(name)};
    s->conf = path_in(s->folder, "shikumend.conf");
    s->registry = path_in(s->folder, "registry.json");
    s->limits = path_in(s->folder, "limits");
    s->store = path_in(s->folder, "store");
    s->log = path_in(s->folder, "log");
    s->http_port = free_port();
    assert_int_equal(mkdir(s->limits, 0700), 0);
    if (broker) {
        char *folder = path_in(s->folder, "broker");
        assert_int_equal(mkdir(folder, 0700), 0);
        s->broker = broker_start(folder, broker);
        s->port = s->broker.port;
        free(folder);
    }
}

void site_free(struct site *s)
{
    process_kill(&s->daemon);
    if (s->broker.folder)
        broker_finish(&s->broker);
    tmpdir_remove(s->folder);
    strbuf_free(&s->sensors);
    free(s->conf);
    free(s->registry);
    free(s->limits);
    free(s->store);
    free(s->log);
    *s = (struct site){0};
}

/* --- files --- */

static void put_member(struct strbuf *b, const char *name, const char *text)
{
    if (text)
        strbuf_printf(b, ",\"%s\":\"%s\"", name, text);
}

void site_sensor(struct site *s, const struct site_sensor *sensor)
{
    struct strbuf *b = &s->sensors;

    strbuf_printf(b, "%s{\"id\":\"%s\"", b->len ? ",\n" : "", sensor->id);
    put_member(b, "node", sensor->node);
    put_member(b, "house", sensor->house);
    put_member(b, "element", sensor->element);
    put_member(b, "quantity", sensor->quantity);
    put_member(b, "unit", sensor->unit);
    strbuf_puts(b, ",\"period_s\":");
    strbuf_number(b, sensor->period_s > 0 ? sensor->period_s : 600);
    if (sensor->limits)
        strbuf_printf(b, ",\"limits\":%s", sensor->limits);
    if (sensor->more)
        strbuf_printf(b, ",%s", sensor->more);
    strbuf_putc(b, '}');
}

void site_registry(struct site *s, const char *houses)
{
    struct strbuf text = {0};

    strbuf_printf(&text,
                  "{\"district\":{\"id\":\"d1\",\"name\":{\"zh\":\"一区\",\"en\":\"One\"}},\n"
                  "\"houses\":%s,\n\"sensors\":[\n",
                  houses);
    strbuf_puts(&text, strbuf_text(&s->sensors));
    strbuf_puts(&text, "]}\n");
    write_text(s->registry, strbuf_text(&text));
    strbuf_free(&text);
    strbuf_clear(&s->sensors);
}

void site_config(struct site *s, const char *mqtt, const char *store, const char *rest)
{
    struct strbuf text = {0};

    strbuf_printf(
        &text,
        "mqtt: { host = \"127.0.0.1\"; port = %d; %s };\n"
        "http: { listen = \"127.0.0.1:%d\"; %s };\n"
        "store: { path = \"%s\"; %s };\nregistry: { file = \"%s\"; limits = \"%s\"; };\n%s\n",
        s->port, mqtt ? mqtt : "", s->http_port, s->http ? s->http : "", s->store,
        store ? store : "", s->registry, s->limits, rest ? rest : "");
    write_text(s->conf, strbuf_text(&text));
    strbuf_free(&text);
}

/* --- running it --- */

void site_start(struct site *s)
{
    const char *const argv[] = {BIN_DIR "/shikumend", "-c", s->conf, NULL};

    s->daemon = process_start(argv, &(struct process_options){.output = s->log});
}

void site_stop(struct site *s)
{
    int code = process_stop(&s->daemon, PATIENCE_S);

    if (code != 0) {
        fprintf(stderr, "exit code %d\n", code);
        site_fail(s, "the daemon did not stop in order");
    }
}

void site_kill(struct site *s)
{
    if (!process_running(&s->daemon))
        site_fail(s, "the daemon has ended by itself");
    process_kill(&s->daemon);
}

cJSON *site_status(struct site *s)
{
    struct strbuf json = {0};
    cJSON *document = NULL;

    if (control_fetch(s->store, &json) == ERR_OK)
        document = cJSON_Parse(strbuf_text(&json));
    strbuf_free(&json);
    return document;
}

int64_t site_figure(struct site *s, const char *name)
{
    cJSON *document = site_status(s);
    const cJSON *item = document ? cJSON_GetObjectItem(document, name) : NULL;
    int64_t figure = cJSON_IsNumber(item) ? (int64_t)cJSON_GetNumberValue(item) : -1;

    cJSON_Delete(document);
    return figure;
}

static bool text_begins(struct site *s, const char *name, const char *text)
{
    cJSON *document = site_status(s);
    const char *is = document ? cJSON_GetStringValue(cJSON_GetObjectItem(document, name)) : NULL;
    bool begins = is && strncmp(is, text, strlen(text)) == 0;

    cJSON_Delete(document);
    return begins;
}

void site_check_alive(struct site *s)
{
    if (!process_running(&s->daemon))
        site_fail(s, "the daemon has ended");
}

void site_wait_text(struct site *s, const char *name, const char *text)
{
    double end = now_s() + PATIENCE_S;

    while (!text_begins(s, name, text)) {
        site_check_alive(s);
        if (now_s() > end) {
            cJSON *document = site_status(s);
            char *all = document ? cJSON_Print(document) : NULL;
            fprintf(stderr, "%s never was \"%s\" in %s\n", name, text, all ? all : "no answer");
            free(all);
            cJSON_Delete(document);
            site_fail(s, "waited in vain");
        }
        sleep_ms(5);
    }
}

void site_wait_connected(struct site *s)
{
    site_wait_text(s, "broker", "connected");
}

void site_start_connected(struct site *s)
{
    site_start(s);
    site_wait_connected(s);
    site_wait_log(s, ">ready", 1); /* both databases are there */
}

int site_log_lines(const struct site *s, const char *text)
{
    char *log = read_text(s->log, NULL), *rest = NULL;
    int n = 0;

    for (char *line = strtok_r(log, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        n += strstr(line, text) != NULL;
    free(log);
    return n;
}

void site_wait_log(struct site *s, const char *text, int lines)
{
    double end = now_s() + PATIENCE_S;

    while (site_log_lines(s, text) < lines) {
        if (now_s() > end) {
            fprintf(stderr, "\"%s\" is not %d times in the log\n", text, lines);
            site_fail(s, "waited in vain");
        }
        sleep_ms(10);
    }
}

double site_rss_mib(const struct site *s)
{
    char path[64];
    char *status;
    const char *line;
    double kib;

    snprintf(path, sizeof path, "/proc/%d/status", (int)s->daemon.pid);
    status = read_text(path, NULL);
    line = strstr(status, "VmRSS:");
    kib = line ? strtod(line + 6, NULL) : 0;
    free(status);
    return kib / 1024;
}
