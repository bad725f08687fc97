/* Alerts of every kind about one house, as test_render.c tells them. */
#ifndef RENDER_CASES_H
#define RENDER_CASES_H

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

#include "../../../src/core/render_put.h"
#include "../../../src/core/render_words.h"
#include "render_golden.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/episode.h"
#include "shikumen/core/render.h"
#include "zones.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof *(a))

static inline int64_t at(const char *text)
{
    int64_t t_us = 0;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

/* A lane with one house, one node of eight sensors. */
enum { CRACK, CRACK_2, SETTLE, SHAKE, MOIST, LEAK, FREQ, TILT, BATTERY, SENSORS };

static const struct {
    const char *id;
    enum quantity quantity;
    uint32_t element;
} sensor_rows[SENSORS] = {
    [CRACK] = {"H012/n1/crack-1", Q_CRACK_WIDTH, 0},
    [CRACK_2] = {"H012/n1/crack-2", Q_CRACK_WIDTH, 0},
    [SETTLE] = {"H012/n1/settle-1", Q_SETTLEMENT, 1},
    [SHAKE] = {"H012/n1/ppv", Q_VELOCITY, 1},
    [MOIST] = {"H012/n1/moist-1", Q_MOISTURE_CONTENT, 2},
    [LEAK] = {"H012/n1/leak-1", Q_LEAK, 3},
    [FREQ] = {"H012/n1/f1", Q_FREQUENCY, 4},
    [TILT] = {"H012/n1/tilt-1", Q_TILT, 0},
    [BATTERY] = {"H012/n1/battery", Q_BATTERY, REGISTRY_NONE},
};

struct world {
    struct registry registry;
    struct house houses[1];
    struct element elements[5];
    struct node nodes[1];
    struct sensor sensors[SENSORS];
    uint32_t of_node[SENSORS];
    struct episode episode;
    struct step_sensor shares[SENSORS];
    struct alert_step step;
};

static inline void index_ids(struct registry *r)
{
    for (uint32_t i = 0; i < r->house_count; i++)
        assert_int_equal(strmap_put(&r->house_by_id, r->houses[i].id, strlen(r->houses[i].id), i),
                         ERR_OK);
    for (uint32_t i = 0; i < r->element_count; i++)
        assert_int_equal(
            strmap_put(&r->element_by_id, r->elements[i].id, strlen(r->elements[i].id), i), ERR_OK);
    for (uint32_t i = 0; i < r->node_count; i++)
        assert_int_equal(strmap_put(&r->node_by_id, r->nodes[i].id, strlen(r->nodes[i].id), i),
                         ERR_OK);
}

static inline void add_sensors(struct world *w)
{
    for (uint32_t i = 0; i < SENSORS; i++) {
        const char *unit = quantity_info(sensor_rows[i].quantity)->canonical_unit;
        w->sensors[i] = (struct sensor){.id = sensor_rows[i].id,
                                        .element = sensor_rows[i].element,
                                        .quantity = sensor_rows[i].quantity,
                                        .unit = unit_find(sensor_rows[i].quantity, unit),
                                        .unit_text = unit,
                                        .canonical_unit = unit,
                                        .axis = "",
                                        .medium = ""};
        w->of_node[i] = i;
        w->shares[i].sensor = i;
    }
}

static inline struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->houses[0] = (struct house){
        .id = "H012", .name = {"建业里", "Jianye Li"}, .lane = "L01", .row = "R1", .number = 12};
    w->elements[0] = (struct element){.id = "H012/front-wall", .name = {"前墙", "front wall"}};
    w->elements[1] =
        (struct element){.id = "H012/base", .name = {"西北角基础", "north-west footing"}};
    w->elements[2] =
        (struct element){.id = "H012/beam", .name = {"二层搁栅端部", "joist ends, 1st floor"}};
    w->elements[3] =
        (struct element){.id = "H012/kitchen", .name = {"灶披间地面", "kitchen floor"}};
    w->elements[4] = (struct element){.id = "H012/structure", .name = {"整栋", "whole house"}};
    add_sensors(w);
    w->nodes[0] =
        (struct node){.id = "H012/n1", .house = 0, .sensors = w->of_node, .sensor_count = SENSORS};
    w->registry = (struct registry){.district_id = "huangpu-01",
                                    .district_name = {"黄浦一片", "Huangpu 1"},
                                    .timezone = "Asia/Shanghai",
                                    .zone = &zone_shanghai,
                                    .houses = w->houses,
                                    .house_count = 1,
                                    .elements = w->elements,
                                    .element_count = 5,
                                    .nodes = w->nodes,
                                    .node_count = 1,
                                    .sensors = w->sensors,
                                    .sensor_count = SENSORS};
    index_ids(&w->registry);
    w->episode = (struct episode){.id = "6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04",
                                  .key = "",
                                  .step = 1,
                                  .opened_us = at("2026-11-22T08:00:01Z"),
                                  .house = "H012",
                                  .element = ""};
    w->step = (struct alert_step){.registry = &w->registry,
                                  .episode = &w->episode,
                                  .at_us = at("2026-11-22T08:00:01.25Z"),
                                  .sensors = w->shares,
                                  .node = "",
                                  .cause = "",
                                  .coverage = 0.97};
    return w;
}

static inline void world_free(struct world *w)
{
    strmap_free(&w->registry.house_by_id);
    strmap_free(&w->registry.element_by_id);
    strmap_free(&w->registry.node_by_id);
    free(w);
}

static const struct limit crack_red = {.level = 4,
                                       .of = LIMIT_VALUE,
                                       .value = 1,
                                       .clear = 0.9,
                                       .unit = "mm",
                                       .shown_value = 1,
                                       .source = "JGJ 125-2016",
                                       .clause = "5.3 (together with a length over half a storey)",
                                       .edition = "2016",
                                       .mark = 'M'};
static const struct limit crack_wide = {.level = 3,
                                        .of = LIMIT_VALUE,
                                        .value = 5,
                                        .clear = 4.5,
                                        .unit = "mm",
                                        .shown_value = 5,
                                        .source = "BRE Digest 251 (Burland categories)",
                                        .clause = "approximate crack width, category 2 to 3",
                                        .edition = "1995",
                                        .mark = 'V'};
static const struct limit crack_judged = {.level = 2,
                                          .of = LIMIT_VALUE,
                                          .value = 0.1,
                                          .clear = 0.08,
                                          .unit = "mm",
                                          .shown_value = 0.1,
                                          .source = "ladder of shikumend",
                                          .clause = "crack width, attention",
                                          .edition = "",
                                          .mark = 'J'};
static const struct limit settle_rate = {.level = 4,
                                         .of = LIMIT_RATE,
                                         .value = 2,
                                         .clear = 1.5,
                                         .window_us = 86400 * US_PER_S,
                                         .unit = "mm",
                                         .shown_value = 2,
                                         .source = "JGJ 125-2016",
                                         .clause = "4.2.1 item 1, neighbouring underground works",
                                         .edition = "2016",
                                         .mark = 'S'};
static const struct curve_point din_points[] = {{10, 3}, {50, 8}, {100, 10}};
static const struct limit din_line_3 = {.level = 3,
                                        .of = LIMIT_EVENT,
                                        .value = 0.8,
                                        .clear = 0.7,
                                        .curve = din_points,
                                        .curve_len = 3,
                                        .unit = "mm/s",
                                        .shown_value = 0.8,
                                        .source = "DIN 4150-3",
                                        .clause =
                                            "short-term vibration, line 3, foundation, figure 1",
                                        .edition = "1999-02",
                                        .mark = 'S'};
static const struct limit moist_high = {.level = 4,
                                        .of = LIMIT_VALUE,
                                        .value = 25,
                                        .clear = 22,
                                        .persist_us = 14 * US_PER_DAY,
                                        .unit = "%",
                                        .shown_value = 25,
                                        .source = "ladder of shikumend",
                                        .clause = "ladder for beam ends, alarm after 14 days",
                                        .edition = "",
                                        .mark = 'J'};
static const struct limit leak_wet = {.level = 3,
                                      .of = LIMIT_VALUE,
                                      .value = 1,
                                      .clear = 0,
                                      .unit = "/",
                                      .shown_value = 1,
                                      .source = "",
                                      .clause = "",
                                      .edition = "",
                                      .mark = 'J'};
static const struct limit freq_loss = {.level = 3,
                                       .of = LIMIT_PERCENT_CHANGE,
                                       .value = 5,
                                       .clear = 4,
                                       .unit = "%",
                                       .shown_value = 5,
                                       .source = "",
                                       .clause = "",
                                       .edition = "",
                                       .mark = 'J'};
static const struct limit tilt_yellow = {.level = 2,
                                         .of = LIMIT_VALUE,
                                         .value = 4,
                                         .clear = 3.5,
                                         .unit = "mm/m",
                                         .shown_value = 4,
                                         .source = "JGJ 125-2016",
                                         .clause = "5.3",
                                         .edition = "2016",
                                         .mark = 'M'};
static const struct limit battery_low = {.level = 2,
                                         .of = LIMIT_VALUE,
                                         .value = 3.3,
                                         .clear = 3.4,
                                         .below = true,
                                         .unit = "V",
                                         .shown_value = 3.3,
                                         .source = "",
                                         .clause = "",
                                         .edition = "",
                                         .mark = 'J'};

struct golden {
    const char *name;
    enum alert_category category;
    enum alert_kind kind;
    enum alert_event event;
    int step, level, previous;
    const char *element;
    int sensor; /* -1: none */
    const struct limit *limit;
    double value, reading, baseline;
    const char *since, *t; /* of silence: t is when last heard */
    bool unconfirmed;
    int also; /* a second sensor with the same finding, 0: none */
    const char *node;
    bool offline, all;
    size_t silent; /* the first so many sensors */
    const char *cause;
};

#define S    CATEGORY_STRUCTURE
#define I    CATEGORY_INSTRUMENT
#define WALL "H012/front-wall"
static const struct golden goldens[] = {
    {"crack_raised", S, KIND_LIMIT, EVENT_RAISED, 1, 4, 0, WALL, CRACK, &crack_red, 1.234, 1.234,
     NAN, .since = "2026-11-22T07:40:00Z", .t = "2026-11-22T08:00:00Z"},
    {"crack_raised_unconfirmed", S, KIND_LIMIT, EVENT_RAISED, 1, 4, 0, WALL, CRACK, &crack_red, 2.5,
     2.5, NAN, .since = "2026-11-22T08:00:00Z", .t = "2026-11-22T08:00:00Z", .unconfirmed = true},
    {"crack_worsened", S, KIND_LIMIT, EVENT_WORSENED, 3, 3, 2, WALL, CRACK, &crack_wide, 5.21, 5.21,
     NAN, .since = "2026-11-20T22:10:00Z", .t = "2026-11-22T08:00:00Z", .also = CRACK_2},
    {"crack_eased", S, KIND_LIMIT, EVENT_EASED, 4, 2, 3, WALL, CRACK, &crack_judged, 0.32, 0.32,
     NAN, .since = "2025-12-30T22:10:00Z", .t = "2026-11-22T08:00:00Z"},
    {"crack_resolved", S, KIND_LIMIT, EVENT_RESOLVED, 5, 0, 2, WALL, CRACK, &crack_judged, 0.05,
     0.05, NAN, .since = "2026-11-01T22:10:00Z", .t = "2026-11-22T08:00:00Z"},
    {"crack_reopened", S, KIND_LIMIT, EVENT_REOPENED, 6, 4, 0, WALL, CRACK, &crack_red, 1.002,
     1.002, NAN, .since = "2026-11-22T07:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"tilt_escalated", S, KIND_LIMIT, EVENT_ESCALATED, 2, 2, 2, WALL, TILT, &tilt_yellow, 4.82,
     -4.82, NAN, .since = "2026-11-22T05:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"settlement_rate_raised", S, KIND_RATE, EVENT_RAISED, 1, 4, 0, "H012/base", SETTLE,
     &settle_rate, 2.61, 14.2, NAN, .since = "2026-11-22T06:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"vibration_raised", S, KIND_VIBRATION, EVENT_RAISED, 1, 3, 0, "H012/base", SHAKE, &din_line_3,
     3.42, -3.42, NAN, .since = "2026-11-22T07:59:12Z", .t = "2026-11-22T07:59:12Z"},
    {"vibration_resolved", S, KIND_VIBRATION, EVENT_RESOLVED, 2, 0, 3, "H012/base", SHAKE,
     &din_line_3, 0.4, 0.4, NAN, .since = "2026-11-22T07:59:12Z", .t = "2026-11-22T08:00:00Z"},
    {"moisture_raised", S, KIND_MOISTURE, EVENT_RAISED, 1, 4, 0, "H012/beam", MOIST, &moist_high,
     27.3, 27.3, NAN, .since = "2026-11-07T20:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"leak_raised", S, KIND_LEAK, EVENT_RAISED, 1, 3, 0, "H012/kitchen", LEAK, &leak_wet, 1, 1, NAN,
     .since = "2026-11-22T08:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"leak_resolved", S, KIND_LEAK, EVENT_RESOLVED, 2, 0, 3, "H012/kitchen", LEAK, &leak_wet, 0, 0,
     NAN, .since = "2026-11-22T06:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"frequency_raised", S, KIND_FREQUENCY, EVENT_RAISED, 1, 3, 0, "H012/structure", FREQ,
     &freq_loss, 6.24, 3.91, 4.17, .since = "2026-11-15T08:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"battery_raised", I, KIND_FAULT, EVENT_RAISED, 1, 2, 0, "", BATTERY, &battery_low, 3.21, 3.21,
     NAN, .since = "2026-11-22T06:00:00Z", .t = "2026-11-22T08:00:00Z"},
    {"node_offline", I, KIND_SILENCE, EVENT_RAISED, 1, 3, 0, "", -1, .t = "2026-11-22T07:51:00Z",
     .node = "H012/n1", .offline = true, .all = true, .silent = SENSORS},
    {"node_silent", I, KIND_SILENCE, EVENT_RAISED, 1, 3, 0, "", -1, .t = "2026-11-22T07:10:00Z",
     .node = "H012/n1", .all = true, .silent = SENSORS},
    {"sensors_silent", I, KIND_SILENCE, EVENT_RAISED, 1, 2, 0, "", -1, .t = "2026-11-22T07:10:00Z",
     .node = "H012/n1", .silent = 2},
    {"sensors_never_heard", I, KIND_SILENCE, EVENT_RAISED, 1, 2, 0, "", -1, .node = "H012/n1",
     .silent = 5},
    {"node_back", I, KIND_SILENCE, EVENT_RESOLVED, 2, 0, 3, "", -1, .t = "2026-11-22T07:51:00Z",
     .node = "H012/n1"},
    {"system_nothing_delivered", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RAISED, 1, 3, 0, "", -1,
     .cause = "nothing_delivered"},
    {"system_store_degraded", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RAISED, 1, 4, 0, "", -1,
     .cause = "store_degraded"},
    {"system_silence_ends", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RAISED, 1, 1, 0, "", -1,
     .cause = "silence_ends:S3 H012 王工"},
    {"system_silence_ended", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RESOLVED, 2, 0, 1, "", -1,
     .cause = "silence_ends:S3 H012 王工"},
    {"system_broker_back", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RESOLVED, 2, 0, 3, "", -1,
     .cause = "broker_unreachable"},
    {"system_endpoint_parked", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RAISED, 1, 3, 0, "", -1,
     .cause = "endpoint_parked:值班电话"},
};
#undef S
#undef I
#undef WALL

static inline void set_finding(struct world *w, const struct golden *g, size_t share, int sensor)
{
    w->shares[share].sensor = (uint32_t)sensor;
    w->shares[share].finding = (struct finding){.kind = g->kind,
                                                .level = g->level,
                                                .limit = g->limit,
                                                .value = g->value,
                                                .reading = g->reading,
                                                .t_us = at(g->t),
                                                .since_us = at(g->since),
                                                .baseline = g->baseline,
                                                .unconfirmed = g->unconfirmed};
    w->step.sensor_count = share + 1;
}

static inline struct world *world_of(const struct golden *g)
{
    struct world *w = world_new();

    w->episode.category = g->category;
    w->episode.kind = g->kind;
    w->episode.step = g->step;
    w->episode.level = g->level;
    w->episode.element = g->element;
    w->step.event = g->event;
    w->step.previous_level = g->previous;
    w->step.node = g->node ? g->node : "";
    w->step.node_offline = g->offline;
    w->step.all_silent = g->all;
    w->step.cause = g->cause ? g->cause : "";
    if (g->category == CATEGORY_SYSTEM)
        w->episode.house = "";
    if (g->sensor >= 0)
        set_finding(w, g, 0, g->sensor);
    if (g->also)
        set_finding(w, g, 1, g->also);
    for (size_t i = 0; i < g->silent; i++) {
        w->shares[i].finding.t_us = g->t ? at(g->t) : INT64_MIN;
        w->step.sensor_count = i + 1;
    }
    if (!g->t)
        w->step.coverage = NAN;
    return w;
}

static inline bool valid_utf8(const char *text)
{
    struct strbuf json = {0};
    bool valid;

    strbuf_json_string(&json, text, strlen(text));
    valid = !strstr(strbuf_text(&json), "\xef\xbf\xbd") || strstr(text, "\xef\xbf\xbd");
    strbuf_free(&json);
    return valid;
}

#endif
