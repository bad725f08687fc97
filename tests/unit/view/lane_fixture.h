/* A desk over both databases and a small lane: two houses with footprints, one without anything
 * but a name; names that would break out of JSON if they could. */
#ifndef SHIKUMEN_TESTS_LANE_FIXTURE_H
#define SHIKUMEN_TESTS_LANE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/table.h"
#include "tmpdir.h"

#define NOW_US      (INT64_C(1767225600) * US_PER_S) /* 2026-01-01T00:00:00Z */
#define DAYS(n)     ((n)*US_PER_DAY)
#define LANE_UNUSED __attribute__((unused)) /* by some of the programs */

struct lane {
    char *dir;
    struct readings_db *db;
    struct settings settings;
    struct registry *registry;
    struct arena arena;
    struct strbuf out;
    struct desk desk;
};

static const char lane_registry[] =
    "{\"district\":{\"id\":\"d1\",\"name\":{\"zh\":\"一区\",\"en\":\"One \\\"quoted\\\"\"},"
    "\"timezone\":\"Asia/Shanghai\"},\"houses\":["
    "{\"id\":\"H1\",\"name\":{\"zh\":\"一号\",\"en\":\"No. 1\"},\"lane\":\"L1\",\"row\":\"R1\","
    "\"number\":1,\"built\":1925,\"protection\":\"city\",\"lat\":31.2,\"lon\":121.4,"
    "\"plan_m\":[[0,0],[0,12],[4,12],[4,0]],\"adjoining\":[\"H2\"],\"elements\":["
    "{\"id\":\"H1/wall\",\"kind\":\"wall\",\"material\":\"brick\",\"height_m\":7,\"length_m\":4},"
    "{\"id\":\"H1/stair\",\"kind\":\"stair\"}]},"
    "{\"id\":\"H2\",\"name\":{\"zh\":\"二号\",\"en\":\"No. 2\"},\"lane\":\"L1\",\"row\":\"R1\","
    "\"lat\":31.2,\"lon\":121.4001},{\"id\":\"H3\"}],\"sensors\":["
    "{\"id\":\"H1/n1/crack\",\"element\":\"H1/wall\",\"quantity\":\"crack_width\",\"unit\":"
    "\"um\",\"period_s\":600,\"position_m\":[1,0,2.5],\"axis\":\"x\",\"limits\":\"crack\","
    "\"environment\":[\"H1/n1/t\"],\"installed\":\"2025-06-01T00:00:00Z\"},"
    "{\"id\":\"H1/n1/t\",\"house\":\"H1\",\"quantity\":\"temperature\",\"unit\":\"Cel\","
    "\"medium\":\"indoor\",\"period_s\":600},"
    "{\"id\":\"H2/n1/t\",\"house\":\"H2\",\"quantity\":\"temperature\",\"unit\":\"Cel\","
    "\"period_s\":600}],\"epochs\":[{\"t\":\"2025-07-01T00:00:00Z\",\"scope\":\"H1/wall\","
    "\"kind\":\"repair\",\"note\":\"tie rods\"},{\"t\":\"2025-07-01T00:00:00Z\",\"scope\":\"H2\","
    "\"kind\":\"repair\"}]}";

static const char lane_limits[] =
    "{\"name\":\"crack\",\"quantity\":\"crack_width\",\"limits\":[{\"level\":3,\"of\":\"value\","
    "\"value\":5,\"unit\":\"mm\",\"source\":\"test\",\"clause\":\"1\",\"mark\":\"J\"},"
    "{\"level\":2,\"of\":\"change\",\"value\":2,\"unit\":\"mm\",\"source\":\"test\",\"clause\":"
    "\"2\",\"mark\":\"V\"}]}";

static inline struct registry *lane_parse(void)
{
    const struct source_text registry = {"registry.json", lane_registry, strlen(lane_registry)};
    const struct source_text limits = {"crack.json", lane_limits, strlen(lane_limits)};
    struct fault_list faults = {0};
    struct registry *r = NULL;

    if (registry_parse(&registry, &limits, 1, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_non_null(r);
    return r;
}

LANE_UNUSED static int lane_begin(void **state)
{
    struct lane *l = calloc(1, sizeof *l);

    assert_non_null(l);
    l->dir = tmpdir_make("lane");
    l->settings.district.language = "en";
    l->registry = lane_parse();
    assert_int_equal(readings_open(l->dir, NULL, 0, &l->db), ERR_OK);
    l->desk = (struct desk){.settings = &l->settings,
                            .registry = l->registry,
                            .arena = &l->arena,
                            .now_us = NOW_US,
                            .language = DESK_EN,
                            .zone = &zone_utc};
    assert_int_equal(reader_open(l->dir, NULL, 0, &l->desk.readings), ERR_OK);
    assert_int_equal(state_open(l->dir, STATE_WRITE, NULL, 0, &l->desk.state), ERR_OK);
    *state = l;
    return 0;
}

LANE_UNUSED static int lane_end(void **state)
{
    struct lane *l = *state;

    reader_close(l->desk.readings);
    state_close(l->desk.state);
    readings_close(l->db);
    registry_free(l->registry);
    arena_free(&l->arena);
    strbuf_free(&l->out);
    tmpdir_remove(l->dir);
    free(l);
    return 0;
}

#define LANE_TEST(f) cmocka_unit_test_setup_teardown(f, lane_begin, lane_end)

/* --- filling --- */

LANE_UNUSED static uint32_t lane_sensor(struct lane *l, const char *name, const char *quantity,
                                        const char *unit)
{
    uint32_t id;

    assert_int_equal(readings_sensor(l->db, name, quantity, unit, &id), ERR_OK);
    return id;
}

LANE_UNUSED static void lane_reading(struct lane *l, uint32_t sensor, int64_t t_us, double v,
                                     uint8_t flag)
{
    const struct reading r = {
        t_us, t_us + US_PER_S, v, sensor, flag, flag == QF_PASS ? QT_NONE : 1, false, false};

    assert_int_equal(readings_append(l->db, &r), ERR_OK);
}

LANE_UNUSED static void lane_commit(struct lane *l)
{
    int64_t seq;

    assert_int_equal(readings_commit(l->db, &seq), ERR_OK);
}

/* An episode that was raised and has come to this; its row. */
LANE_UNUSED static int64_t lane_alert(struct lane *l, struct episode e, const char *body)
{
    e.house = e.house ? e.house : "H1";
    e.element = e.element ? e.element : "";
    e.step = 1;
    assert_int_equal(state_begin(l->desk.state), ERR_OK);
    assert_int_equal(state_episode_put(l->desk.state, &e), ERR_OK);
    assert_int_equal(
        state_step_put(l->desk.state, &e, EVENT_RAISED, e.opened_us, body, strlen(body)), ERR_OK);
    assert_int_equal(state_commit(l->desk.state), ERR_OK);
    return e.row;
}

LANE_UNUSED static void lane_risk(struct lane *l, const char *house, int64_t at_us, double score,
                                  const char *class_name, const char *colour)
{
    char line[1024];
    const struct state_risk r = {.house = house,
                                 .at_us = at_us,
                                 .class_name = class_name,
                                 .colour = colour,
                                 .score = score,
                                 .confidence = 0.5,
                                 .coverage = 0.75,
                                 .p30 = 0.01,
                                 .p180 = 0.02,
                                 .p365 = 0.04,
                                 .line = line};

    snprintf(line, sizeof line,
             "{\"house\":\"%s\",\"class\":\"%s\",\"colour\":\"%s\",\"score\":%g,\"confidence\":0.5,"
             "\"weakest\":\"skill\",\"weakest_value\":0.4,\"p30\":0.01,\"p180\":0.02,\"p365\":0.04,"
             "\"p365_range\":[0.03,0.05],\"coverage\":0.75,\"grey\":false,\"reasons\":[],"
             "\"elements\":[{\"element\":\"%s/wall\",\"class\":\"M\",\"colour\":\"yellow\","
             "\"score\":33,\"grey\":false}]}\n",
             house, class_name, colour, score, house);
    assert_int_equal(state_risk_put(l->desk.state, &r), ERR_OK);
}

/* --- reading --- */

LANE_UNUSED static cJSON *lane_json(struct lane *l)
{
    cJSON *json = cJSON_ParseWithOpts(strbuf_text(&l->out), NULL, 1);

    if (!json)
        fail_msg("no JSON document: %s", strbuf_text(&l->out));
    return json;
}

LANE_UNUSED static const cJSON *in(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!member)
        fail_msg("no member %s", name);
    for (const cJSON *next = member ? member->next : NULL; next; next = next->next)
        if (strcmp(next->string, name) == 0)
            fail_msg("member %s is there twice", name);
    return member;
}

LANE_UNUSED static const char *text_in(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(in(object, name));

    return text ? text : "(null)";
}

LANE_UNUSED static double number_in(const cJSON *object, const char *name)
{
    const cJSON *member = in(object, name);

    return cJSON_IsNumber(member) ? member->valuedouble : (double)NAN;
}

/* Text of a cell by the key of its column. */
LANE_UNUSED static const char *cell_at(const struct table *t, size_t row, const char *key)
{
    return table_text_of(t, row, key);
}

#endif
