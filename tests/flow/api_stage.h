/* A daemon without a broker over a store made by hand, asked over HTTP. */
#ifndef SHIKUMEN_TESTS_API_STAGE_H
#define SHIKUMEN_TESTS_API_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon.h"
#include "http_ask.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/io/state_signoff.h"

#define STAGE_SENSORS  25
#define STAGE_ALERTS   12
#define STAGE_READINGS 300
#define STAGE_UNUSED   __attribute__((unused)) /* by some of the programs */

static const char stage_houses[] =
    "[{\"id\":\"H1\",\"name\":{\"zh\":\"一号\",\"en\":\"No. 1\"},\"lane\":\"L1\",\"row\":\"R1\","
    "\"lat\":31.2,\"lon\":121.4,\"elements\":[{\"id\":\"H1/wall\",\"kind\":\"wall\"}]},"
    "{\"id\":\"H2\",\"name\":{\"zh\":\"二号\",\"en\":\"No. 2\"},\"lane\":\"L1\",\"row\":\"R1\"},"
    "{\"id\":\"H3\"}]";

struct stage {
    struct site site;
    int64_t now_us; /* when the store was filled */
    char *out;      /* of shikumenctl */
    /* In the middle of a transaction from before the daemon starts, so that the assessor, whose
     * conclusions these are not, waits and leaves them as they are. */
    struct state_db *held;
};

/* --- the store --- */

/* Five seconds at 100 Hz of a vibration of 8 Hz, a minute before the store was filled. */
static void stage_burst(struct stage *s, struct readings_db *db, uint32_t sensor)
{
    int64_t t_us = s->now_us - 60 * US_PER_S;
    struct strbuf text = {0};
    bool is_new = false;

    strbuf_printf(
        &text, "{\"t0\":%lld,\"fs\":100,\"unit\":\"mm/s\",\"kind\":\"velocity\",\"axes\":{\"x\":[",
        (long long)(t_us / US_PER_S));
    for (int i = 0; i < 500; i++)
        strbuf_printf(&text, "%s%.4f", i > 0 ? "," : "", 2 * sin(2 * M_PI * 8 * i / 100.0));
    strbuf_puts(&text, "]}}");
    assert_int_equal(readings_burst(db, sensor, t_us, t_us, text.data, text.len, &is_new), ERR_OK);
    strbuf_free(&text);
}

static void stage_readings(struct stage *s)
{
    struct readings_db *db;
    uint32_t id;
    int64_t seq;

    assert_int_equal(readings_open(s->site.store, NULL, 0, &db), ERR_OK);
    assert_int_equal(readings_sensor(db, "H1/n1/c0", "crack_width", "mm", &id), ERR_OK);
    for (int i = 0; i < STAGE_READINGS; i++) {
        int64_t t_us = s->now_us - (STAGE_READINGS - i) * 600 * US_PER_S;
        const struct reading r = {t_us,    t_us + US_PER_S, 1 + 0.001 * i, id,
                                  QF_PASS, QT_NONE,         false,         false};
        assert_int_equal(readings_append(db, &r), ERR_OK);
    }
    stage_burst(s, db, id);
    assert_int_equal(readings_count(db, "received", STAGE_READINGS + 1), ERR_OK);
    assert_int_equal(readings_count(db, "stored", STAGE_READINGS + 1), ERR_OK);
    assert_int_equal(readings_commit(db, &seq), ERR_OK);
    readings_close(db);
}

static void stage_alert(struct stage *s, struct state_db *db, int i)
{
    char key[40], body[400];
    struct episode e = {.key = key,
                        .category = i % 3 == 0 ? CATEGORY_STRUCTURE : CATEGORY_INSTRUMENT,
                        .kind = i % 3 == 0 ? KIND_LIMIT : KIND_FAULT,
                        .level = 1 + i % 4,
                        .peak_level = 1 + i % 4,
                        .step = 1,
                        .opened_us = s->now_us - i * US_PER_HOUR,
                        .changed_us = s->now_us - i * US_PER_HOUR,
                        .resolved_us = i % 5 == 4 ? s->now_us - 1 : 0,
                        .house = i % 2 ? "H2" : "H1",
                        .element = ""};
    struct proposal p = {
        .kind = PROPOSAL_INSPECT, .made_us = s->now_us, .made_by = "王工", .reason = "看看 / look"};

    snprintf(e.id, sizeof e.id, "%08x-0000-4000-8000-000000000000", 0xa0 + i);
    snprintf(key, sizeof key, "fault|H1/n1/c%d", i);
    snprintf(body, sizeof body,
             "{\"id\":\"%s\",\"step\":1,\"event\":\"raised\",\"at\":\"2026-01-01T00:00:00Z\","
             "\"level\":%d,\"sensors\":[\"H1/n1/c%d\"],"
             "\"summary\":{\"zh\":\"第%d条\",\"en\":\"number %d\"}}",
             e.id, e.level, i, i, i);
    assert_int_equal(state_episode_put(db, &e), ERR_OK);
    assert_int_equal(state_step_put(db, &e, EVENT_RAISED, e.opened_us, body, strlen(body)), ERR_OK);
    p.episode_row = e.row;
    if (i < 4)
        assert_int_equal(state_proposal_put(db, &p), ERR_OK);
}

static void stage_risk(struct state_db *db, const char *house, int64_t at_us, double score,
                       const char *class_name)
{
    char line[400];
    const struct state_risk r = {.house = house,
                                 .at_us = at_us,
                                 .class_name = class_name,
                                 .colour = "yellow",
                                 .score = score,
                                 .confidence = 0.5,
                                 .coverage = 0.5,
                                 .p30 = 0.1,
                                 .p180 = 0.2,
                                 .p365 = 0.3,
                                 .line = line};

    snprintf(line, sizeof line,
             "{\"house\":\"%s\",\"class\":\"%s\",\"colour\":\"yellow\",\"score\":%g,\"p365\":0.3,"
             "\"confidence\":0.5,\"weakest\":\"skill\",\"reasons\":[],\"elements\":[]}\n",
             house, class_name, score);
    assert_int_equal(state_risk_put(db, &r), ERR_OK);
}

static void stage_forecast(struct stage *s, struct state_db *db, double limit)
{
    const struct state_forecast f = {.at_us = s->now_us,
                                     .limit = {.element = "H1/wall",
                                               .sensor = "H1/n1/c0",
                                               .quantity = "crack_width",
                                               .of = "change",
                                               .value = limit,
                                               .source = "test"},
                                     .state = "expected",
                                     .reason = "fine",
                                     .method = "quiet",
                                     .t05_us = STATE_UNKNOWN_US,
                                     .t50_us = STATE_UNKNOWN_US,
                                     .t95_us = STATE_UNKNOWN_US,
                                     .p30 = 0.01,
                                     .p180 = 0.02,
                                     .p365 = 0.03};

    assert_int_equal(state_forecast_put(db, &f), ERR_OK);
}

static void stage_silence(struct stage *s, struct state_db *db)
{
    struct silencing silence = {.scope = "H1",
                                .kind = KIND_COUNT,
                                .from_us = s->now_us,
                                .until_us = s->now_us + US_PER_DAY,
                                .by = "王工",
                                .reason = "脚手架 \"scaffold\"",
                                .ended_by = ""};

    assert_int_equal(state_silence_put(db, &silence, s->now_us), ERR_OK);
}

/* One that begins tomorrow, and one that is over. */
static void stage_silences(struct stage *s, struct state_db *db)
{
    struct silencing planned = {.scope = "H2",
                                .kind = KIND_COUNT,
                                .from_us = s->now_us + US_PER_DAY,
                                .until_us = s->now_us + 2 * US_PER_DAY,
                                .by = "王工",
                                .reason = "搭架",
                                .ended_by = ""};
    struct silencing over = planned;

    for (int i = 0; i < 3; i++)
        stage_silence(s, db);
    assert_int_equal(state_silence_put(db, &planned, s->now_us), ERR_OK);
    over.from_us = s->now_us - US_PER_DAY;
    assert_int_equal(state_silence_put(db, &over, s->now_us - US_PER_DAY), ERR_OK);
    assert_int_equal(state_silence_end(db, over.row, s->now_us, "王工"), ERR_OK);
}

static void stage_signed(struct stage *s, struct state_db *db)
{
    struct class_override o = {.subject = "H2",
                               .class_name = "H",
                               .from_us = s->now_us - US_PER_DAY,
                               .until_us = s->now_us + US_PER_DAY,
                               .by = "Li",
                               .reason = "seen",
                               .ended_by = ""};

    stage_silences(s, db);
    assert_int_equal(state_override_put(db, &o, s->now_us), ERR_OK);
    o.subject = "H3"; /* which was never assessed */
    o.class_name = "L";
    assert_int_equal(state_override_put(db, &o, s->now_us), ERR_OK);
}

static void stage_state(struct stage *s)
{
    struct state_db *db;

    assert_int_equal(state_open(s->site.store, STATE_WRITE, NULL, 0, &db), ERR_OK);
    assert_int_equal(state_begin(db), ERR_OK);
    for (int i = 0; i < STAGE_ALERTS; i++)
        stage_alert(s, db, i);
    stage_risk(db, "H1", s->now_us - 60 * US_PER_DAY, 10, "L");
    stage_risk(db, "H1", s->now_us, 50, "M");
    stage_risk(db, "H2", s->now_us, 70, "MH");
    for (int i = 1; i <= 5; i++)
        stage_forecast(s, db, i);
    stage_signed(s, db);
    assert_int_equal(state_commit(db), ERR_OK);
    assert_int_equal(state_begin(db), ERR_OK);
    s->held = db;
}

STAGE_UNUSED static void stage_let_go(struct stage *s)
{
    state_close(s->held);
    s->held = NULL;
}

/* --- the daemon --- */

STAGE_UNUSED static int stage_begin(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    char id[32];

    assert_non_null(s);
    site_make(&s->site, "api", NULL);
    s->site.port = free_port(); /* nobody answers there */
    s->now_us = wall_us() / US_PER_S * US_PER_S;
    s->out = path_in(s->site.folder, "out");
    for (int i = 0; i < STAGE_SENSORS; i++) {
        snprintf(id, sizeof id, "H1/n1/c%d", i);
        site_sensor(&s->site, &(struct site_sensor){.id = id,
                                                    .element = "H1/wall",
                                                    .quantity = "crack_width",
                                                    .unit = "mm",
                                                    .more = "\"position_m\":[1,0,2]"});
    }
    site_registry(&s->site, stage_houses);
    site_config(&s->site, NULL, NULL, "endpoints: ();");
    assert_int_equal(mkdir(s->site.store, 0700), 0);
    stage_readings(s);
    stage_state(s);
    site_start(&s->site);
    site_wait_log(&s->site, "<5>http listen=", 1);
    *state = s;
    return 0;
}

STAGE_UNUSED static int stage_end(void **state)
{
    struct stage *s = *state;

    stage_let_go(s);
    site_free(&s->site);
    free(s->out);
    free(s);
    return 0;
}

/* --- asking --- */

STAGE_UNUSED static struct http_said stage_ask(struct stage *s, const char *path)
{
    char target[1024];

    snprintf(target, sizeof target, "/api/v1/%s", path);
    return http_ask(s->site.http_port, "GET", target, NULL, NULL);
}

/* The document of an answer that must have this status. */
STAGE_UNUSED static cJSON *stage_json(struct stage *s, const char *path, int status)
{
    struct http_said said = stage_ask(s, path);
    cJSON *json = said.body ? cJSON_Parse(said.body) : NULL;

    if (said.status != status || !json)
        fail_msg("%s: status %d, expected %d:\n%s", path, said.status, status,
                 said.body ? said.body : "");
    http_said_free(&said);
    return json;
}

STAGE_UNUSED static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *m = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!m)
        fail_msg("no member %s", name);
    return m;
}

STAGE_UNUSED static const char *text_member(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(member(object, name));

    return text ? text : "(null)";
}

/* What shikumenctl --json prints. */
STAGE_UNUSED static cJSON *stage_ctl(struct stage *s, const char *command, const char *option)
{
    const char *const argv[] = {
        BIN_DIR "/shikumenctl", "-c", s->site.conf, command, "--json", option, NULL};
    const struct process_options o = {.stdout_to = s->out};
    char *text;
    cJSON *json;

    assert_int_equal(process_run(argv, &o, PATIENCE_S), 0);
    text = read_text(s->out, NULL);
    json = cJSON_Parse(text);
    free(text);
    assert_non_null(json);
    return json;
}

#endif
