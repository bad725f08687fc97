/* A configuration and a store made by hand, and shikumenctl run on them without a daemon. */
#ifndef SHIKUMEN_TESTS_CTL_FIXTURE_H
#define SHIKUMEN_TESTS_CTL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/io/state_db.h"
#include "tmpdir.h"

#define PATIENCE_S 60.0
#define ARGS_MAX   16

static const char fixture_registry[] =
    "{\"district\":{\"id\":\"d1\",\"name\":{\"zh\":\"一区\",\"en\":\"District one\"}},\n"
    "\"houses\":[{\"id\":\"H1\",\"name\":{\"zh\":\"福源里一号\",\"en\":\"Fuyuan 1\"},\"lane\":"
    "\"L1\",\"row\":\"R1\",\n"
    "\"elements\":[{\"id\":\"H1/wall\",\"kind\":\"wall\"}]},\n"
    "{\"id\":\"H2\",\"name\":{\"zh\":\"二号\",\"en\":\"Two\"}},{\"id\":\"H3\"}],\n"
    "\"sensors\":[{\"id\":\"H1/n1/crack\",\"node\":\"H1/n1\",\"element\":\"H1/wall\",\n"
    "\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":600,\"limits\":\"crack\"},\n"
    "{\"id\":\"H1/n1/t\",\"node\":\"H1/n1\",\"house\":\"H1\",\n"
    "\"quantity\":\"temperature\",\"unit\":\"Cel\",\"medium\":\"indoor\",\"period_s\":600},\n"
    "{\"id\":\"H2/n1/t\",\"node\":\"H2/n1\",\"house\":\"H2\",\n"
    "\"quantity\":\"temperature\",\"unit\":\"Cel\",\"medium\":\"indoor\",\"period_s\":600}]}";

static const char fixture_limits[] =
    "{\"name\":\"crack\",\"quantity\":\"crack_width\",\"limits\":[{\"level\":3,\"of\":\"value\","
    "\"value\":5.0,\"clear\":4.5,\"unit\":\"mm\",\"source\":\"test\",\"clause\":\"1\",\"mark\":"
    "\"J\"},"
    "{\"level\":2,\"of\":\"value\",\"value\":2.0,\"clear\":1.5,\"unit\":\"mm\",\"source\":\"test\","
    "\"clause\":\"1\",\"mark\":\"V\"}]}";

struct site {
    char *folder, *conf, *registry, *limits, *store, *out, *err;
    struct readings_db *db;
    struct state_db *state;
};

static inline void site_write_conf(const struct site *s, const char *language)
{
    char *text;

    assert_true(asprintf(&text,
                         "district: { language = \"%s\"; };\nstore: { path = \"store\"; };\n"
                         "registry: { file = \"registry.json\"; limits = \"limits\"; };\n"
                         "endpoints: ( { name = \"duty\"; url = \"http://127.0.0.1:1/x\"; } );\n",
                         language) > 0);
    write_text(s->conf, text);
    free(text);
}

static inline struct site *site_make(const char *name)
{
    struct site *s = calloc(1, sizeof *s);
    char *set;

    assert_non_null(s);
    s->folder = tmpdir_make(name);
    s->conf = path_in(s->folder, "d.conf");
    s->registry = path_in(s->folder, "registry.json");
    s->limits = path_in(s->folder, "limits");
    s->store = path_in(s->folder, "store");
    s->out = path_in(s->folder, "out");
    s->err = path_in(s->folder, "err");
    assert_int_equal(mkdir(s->limits, 0700), 0);
    set = path_in(s->limits, "crack.json");
    write_text(set, fixture_limits);
    free(set);
    write_text(s->registry, fixture_registry);
    site_write_conf(s, "en");
    return s;
}

/* Ends with an empty store folder made. */
static inline void site_open_store(struct site *s)
{
    char why[256];

    assert_true(mkdir(s->store, 0700) == 0 || access(s->store, F_OK) == 0);
    assert_int_equal(readings_open(s->store, why, sizeof why, &s->db), ERR_OK);
    assert_int_equal(state_open(s->store, STATE_WRITE, why, sizeof why, &s->state), ERR_OK);
}

static inline void site_close_store(struct site *s)
{
    readings_close(s->db);
    state_close(s->state);
    s->db = NULL;
    s->state = NULL;
}

static inline void site_end(struct site *s)
{
    site_close_store(s);
    tmpdir_remove(s->folder);
    free(s->conf);
    free(s->registry);
    free(s->limits);
    free(s->store);
    free(s->out);
    free(s->err);
    free(s);
}

/* --- filling it --- */

static inline uint32_t site_sensor(struct site *s, const char *name)
{
    bool crack = strstr(name, "crack") != NULL;
    uint32_t id;

    assert_int_equal(readings_sensor(s->db, name, crack ? "crack_width" : "temperature",
                                     crack ? "mm" : "Cel", &id),
                     ERR_OK);
    return id;
}

static inline void site_reading(struct site *s, uint32_t sensor, int64_t t_us, int64_t rx_us,
                                double v, uint8_t flag, uint8_t test)
{
    const struct reading r = {t_us, rx_us, v, sensor, flag, test, false, false};

    assert_int_equal(readings_append(s->db, &r), ERR_OK);
    assert_int_equal(readings_count(s->db, "received", 1), ERR_OK);
    assert_int_equal(readings_count(s->db, "stored", 1), ERR_OK);
}

static inline void site_quarantine(struct site *s, const char *topic, const char *reason,
                                   const char *sensor, const void *payload, size_t n)
{
    char counter[64];
    const struct quarantine_entry q = {.rx_us = clock_utc_us(),
                                       .topic = topic,
                                       .reason = reason,
                                       .sensor = sensor,
                                       .detail = "a test",
                                       .payload = payload,
                                       .payload_len = n};

    snprintf(counter, sizeof counter, "quarantined.%s", reason);
    assert_int_equal(readings_quarantine(s->db, &q), ERR_OK);
    assert_int_equal(readings_count(s->db, "received", 1), ERR_OK);
    assert_int_equal(readings_count(s->db, counter, 1), ERR_OK);
}

static inline void site_commit(struct site *s)
{
    int64_t seq;

    assert_int_equal(readings_commit(s->db, &seq), ERR_OK);
}

static inline size_t no_quality(void *context, uint32_t sensor, uint8_t *bytes, size_t max)
{
    (void)context;
    (void)sensor;
    (void)bytes;
    (void)max;
    return 0;
}

static inline void site_seal(struct site *s)
{
    assert_int_equal(readings_seal(s->db, no_quality, NULL), ERR_OK);
}

/* An episode with one step, sent to one endpoint. */
static inline void site_alert(struct site *s, const char *id, const char *key, int level,
                              enum alert_category category, const char *house, const char *body)
{
    int64_t now_us = clock_utc_us();
    struct episode e = {.key = key,
                        .category = category,
                        .kind = category == CATEGORY_STRUCTURE ? KIND_LIMIT : KIND_SILENCE,
                        .level = level,
                        .peak_level = level,
                        .step = 1,
                        .opened_us = now_us,
                        .changed_us = now_us,
                        .house = house,
                        .element = ""};

    snprintf(e.id, sizeof e.id, "%s", id);
    assert_int_equal(state_begin(s->state), ERR_OK);
    assert_int_equal(state_episode_put(s->state, &e), ERR_OK);
    assert_int_equal(state_step_put(s->state, &e, EVENT_RAISED, now_us, body, strlen(body)),
                     ERR_OK);
    assert_int_equal(state_outbox_put(s->state, &e, "duty", now_us), ERR_OK);
    assert_int_equal(state_commit(s->state), ERR_OK);
}

/* --- running --- */

/* shikumenctl -c CONF and the words; what it wrote is in s->out and s->err. */
static inline int ctl_v(const struct site *s, const char *const words[])
{
    const char *argv[ARGS_MAX + 4] = {BIN_DIR "/shikumenctl", "-c", s->conf};
    const struct process_options o = {.output = s->err, .stdout_to = s->out};

    for (size_t i = 0; words[i]; i++) {
        assert_true(i < ARGS_MAX);
        argv[3 + i] = words[i];
    }
    write_text(s->err, "");
    return process_run(argv, &o, PATIENCE_S);
}

#define ctl(s, ...) ctl_v(s, (const char *const[]){__VA_ARGS__, NULL})

static inline void assert_said(const char *path, const char *words)
{
    char *text = read_text(path, NULL);

    if (!strstr(text, words))
        fail_msg("\"%s\" is not in:\n%s", words, text);
    free(text);
}

static inline void assert_not_said(const char *path, const char *words)
{
    char *text = read_text(path, NULL);

    if (strstr(text, words))
        fail_msg("\"%s\" is in:\n%s", words, text);
    free(text);
}

/* The JSON document on stdout, the whole of it and nothing else. */
static inline cJSON *ctl_json(const struct site *s)
{
    char *text = read_text(s->out, NULL);
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(text, &end, 1);

    if (!json)
        fail_msg("not a JSON document: %s", text);
    free(text);
    return json;
}

static inline const cJSON *at(const cJSON *json, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);

    if (!member)
        fail_msg("no member %s", name);
    return member;
}

static inline double number_at(const cJSON *json, const char *name)
{
    const cJSON *member = at(json, name);

    if (!cJSON_IsNumber(member))
        fail_msg("%s is not a number", name);
    return member->valuedouble;
}

static inline const char *text_at(const cJSON *json, const char *name)
{
    const char *text = cJSON_GetStringValue(at(json, name));

    return text ? text : "";
}

/* The row of a table whose id is this. */
static inline const cJSON *row_of(const cJSON *table, const char *id)
{
    const cJSON *row;

    cJSON_ArrayForEach(row, table) if (strcmp(text_at(row, "id"), id) == 0) return row;
    fail_msg("no row %s", id);
    return NULL;
}

#endif
