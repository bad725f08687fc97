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

static void fail_with_log(const struct site *s, const char *what)
{
    size_t len;
    char *log = read_text(s->log, &len);

    fprintf(stderr, "%s\n--- end of the log:\n%s\n", what,
            log + (len > LOG_SHOWN ? len - LOG_SHOWN : 0)); /* print_error cuts it */
    free(log);
    fail();
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
        "store: { path = \"%s\"; %s };\nregistry: { file = \"%s\"; limits = \"%s\"; };\n%s\n",
        s->port, mqtt ? mqtt : "", s->store, store ? store : "", s->registry, s->limits,
        rest ? rest : "");
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
        fail_with_log(s, "the daemon did not stop in order");
    }
}

void site_kill(struct site *s)
{
    if (!process_running(&s->daemon))
        fail_with_log(s, "the daemon has ended by itself");
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

static void check_alive(struct site *s)
{
    if (!process_running(&s->daemon))
        fail_with_log(s, "the daemon has ended");
}

void site_wait_text(struct site *s, const char *name, const char *text)
{
    double end = now_s() + PATIENCE_S;

    while (!text_begins(s, name, text)) {
        check_alive(s);
        if (now_s() > end) {
            cJSON *document = site_status(s);
            char *all = document ? cJSON_Print(document) : NULL;
            fprintf(stderr, "%s never was \"%s\" in %s\n", name, text, all ? all : "no answer");
            free(all);
            cJSON_Delete(document);
            fail_with_log(s, "waited in vain");
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
            fail_with_log(s, "waited in vain");
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

/* --- what it stored --- */

/* A store that is being made or checked answers a little later. */
struct readings_reader *site_reader(struct site *s)
{
    char why[300] = "";
    struct readings_reader *reader = NULL;
    double end = now_s() + PATIENCE_S;
    enum err e;

    while ((e = reader_open(s->store, why, sizeof why, &reader)) != ERR_OK) {
        if (now_s() > end) {
            fprintf(stderr, "readings: %s (%s)\n", why, err_name(e));
            fail_with_log(s, "the store cannot be read");
        }
        sleep_ms(10);
    }
    return reader;
}

struct state_db *site_state(struct site *s)
{
    char why[300] = "";
    struct state_db *state = NULL;
    double end = now_s() + PATIENCE_S;
    enum err e;

    while ((e = state_open(s->store, STATE_READ_ONLY, why, sizeof why, &state)) != ERR_OK) {
        if (now_s() > end) {
            fprintf(stderr, "state: %s (%s)\n", why, err_name(e));
            fail_with_log(s, "the state cannot be read");
        }
        sleep_ms(10);
    }
    return state;
}

static enum err add_counter(void *context, const char *name, int64_t n)
{
    struct site_counts *c = context;

    if (strcmp(name, "received") == 0)
        c->received = n;
    else if (strcmp(name, "stored") == 0)
        c->stored = n;
    else if (strcmp(name, "duplicate") == 0)
        c->duplicate = n;
    else if (strcmp(name, "conflict") == 0)
        c->conflict = n;
    else if (strncmp(name, "quarantined.", 12) == 0)
        c->quarantined += n;
    return ERR_OK;
}

struct site_counts site_counts(struct site *s)
{
    struct readings_reader *reader = site_reader(s);
    struct site_counts c = {0};

    assert_int_equal(reader_counters(reader, add_counter, &c), ERR_OK);
    reader_close(reader);
    return c;
}

struct counter {
    const char *name;
    int64_t n;
};

static enum err find_counter(void *context, const char *name, int64_t n)
{
    struct counter *c = context;

    if (strcmp(name, c->name) == 0)
        c->n = n;
    return ERR_OK;
}

int64_t site_counter(struct site *s, const char *name)
{
    struct readings_reader *reader = site_reader(s);
    struct counter c = {name, 0};

    assert_int_equal(reader_counters(reader, find_counter, &c), ERR_OK);
    reader_close(reader);
    return c.n;
}

void site_wait_received(struct site *s, int64_t readings)
{
    double end = now_s() + PATIENCE_S;
    int64_t n;

    while ((n = site_counter(s, "received")) < readings) {
        check_alive(s);
        if (now_s() > end) {
            fprintf(stderr, "received %lld of %lld\n", (long long)n, (long long)readings);
            fail_with_log(s, "waited in vain");
        }
        sleep_ms(10);
    }
}

void site_reconcile(struct site *s)
{
    struct site_counts c = site_counts(s);
    struct readings_reader *reader = site_reader(s);
    struct strbuf faults = {0};
    enum err e = reader_verify(reader, &faults);

    if (e != ERR_OK || c.received != c.stored + c.duplicate + c.quarantined) {
        fprintf(stderr, "received %lld stored %lld duplicate %lld quarantined %lld\n%s\n",
                (long long)c.received, (long long)c.stored, (long long)c.duplicate,
                (long long)c.quarantined, strbuf_text(&faults));
        fail_with_log(s, "the counters do not reconcile");
    }
    strbuf_free(&faults);
    reader_close(reader);
}

struct collected {
    struct reading *out;
    size_t count, max;
};

static enum err collect(void *context, const struct reading *r)
{
    struct collected *c = context;

    assert_true(c->count < c->max);
    c->out[c->count++] = *r;
    return ERR_OK;
}

size_t site_readings(struct site *s, const char *sensor, struct reading *out, size_t max)
{
    struct readings_reader *reader = site_reader(s);
    struct collected c = {out, 0, max};
    uint32_t id;
    enum err e = reader_sensor_id(reader, sensor, &id);

    if (e == ERR_OK)
        e = reader_window(reader, id, INT64_MIN, INT64_MAX, collect, &c);
    assert_true(e == ERR_OK || e == ERR_NOTFOUND);
    reader_close(reader);
    return c.count;
}

/* --- alerts --- */

struct gathering {
    struct state_db *state;
    struct site_steps steps;
    const struct episode *episode;
};

static int level_in(const char *body)
{
    cJSON *document = cJSON_Parse(body);
    const cJSON *level = cJSON_GetObjectItem(document, "level");

    assert_true(cJSON_IsNumber(level));
    int n = level->valueint;
    cJSON_Delete(document);
    return n;
}

static enum err gather_step(void *context, const struct step_row *row)
{
    struct gathering *g = context;
    struct site_steps *steps = &g->steps;
    struct site_step *step;

    steps->list = realloc(steps->list, (steps->count + 1) * sizeof *steps->list);
    assert_non_null(steps->list);
    step = &steps->list[steps->count++];
    *step = (struct site_step){.step = row->step,
                               .level = level_in(row->body),
                               .event = row->event,
                               .category = g->episode->category,
                               .body = strdup(row->body)};
    snprintf(step->id, sizeof step->id, "%s", g->episode->id);
    snprintf(step->key, sizeof step->key, "%s", g->episode->key);
    return ERR_OK;
}

struct rows {
    struct episode list[512];
    size_t count;
    struct arena arena;
};

static enum err gather_episode(void *context, const struct episode *e)
{
    struct rows *rows = context;

    assert_true(rows->count < sizeof rows->list / sizeof *rows->list);
    rows->list[rows->count] = *e;
    rows->list[rows->count++].key = arena_strdup(&rows->arena, e->key);
    return ERR_OK;
}

struct site_steps site_steps(struct site *s)
{
    struct gathering g = {.state = site_state(s)};
    struct rows *rows = calloc(1, sizeof *rows);
    const struct alert_filter all = {.since_us = INT64_MIN};

    assert_non_null(rows);
    assert_int_equal(state_episode_each(g.state, &all, gather_episode, rows), ERR_OK);
    for (size_t i = 0; i < rows->count; i++) {
        g.episode = &rows->list[i];
        assert_int_equal(state_step_each(g.state, g.episode->row, gather_step, &g), ERR_OK);
    }
    arena_free(&rows->arena);
    free(rows);
    state_close(g.state);
    return g.steps;
}

void site_steps_free(struct site_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        free(steps->list[i].body);
    free(steps->list);
    *steps = (struct site_steps){0};
}

static bool has_level(struct site *s, const char *key, int level, int step)
{
    struct state_db *state = site_state(s);
    struct arena arena = {0};
    struct episode e = {.level = -1};
    enum err err = state_episode_by_key(state, key, &arena, &e);
    bool is = err == ERR_OK && e.level == level && (step == 0 || e.step == step);

    arena_free(&arena);
    state_close(state);
    return is;
}

void site_wait_level(struct site *s, const char *key, int level, int step)
{
    double end = now_s() + PATIENCE_S;

    while (!has_level(s, key, level, step)) {
        check_alive(s);
        if (now_s() > end) {
            fprintf(stderr, "%s never had level %d at step %d\n", key, level, step);
            fail_with_log(s, "waited in vain");
        }
        sleep_ms(5);
    }
}

int site_step_count(struct site *s, const char *key)
{
    struct site_steps steps = site_steps(s);
    int n = 0;

    for (size_t i = 0; i < steps.count; i++)
        n += strcmp(steps.list[i].key, key) == 0;
    site_steps_free(&steps);
    return n;
}
