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

#define ARRAY_LEN(a) (sizeof(a) / sizeof *(a))

static int64_t at(const char *text)
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

static void index_ids(struct registry *r)
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

static void add_sensors(struct world *w)
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

static struct world *world_new(void)
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

static void world_free(struct world *w)
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
    {"system_broker_back", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RESOLVED, 2, 0, 3, "", -1,
     .cause = "broker_unreachable"},
    {"system_endpoint_parked", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RAISED, 1, 3, 0, "", -1,
     .cause = "endpoint_parked:值班电话"},
    {"system_silence_ends", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RAISED, 1, 1, 0, "", -1,
     .cause = "silence_ends:S3 H012 王工"},
    {"system_silence_ended", CATEGORY_SYSTEM, KIND_FAULT, EVENT_RESOLVED, 2, 0, 1, "", -1,
     .cause = "silence_ends:S3 H012 王工"},
};
#undef S
#undef I
#undef WALL

static void set_finding(struct world *w, const struct golden *g, size_t share, int sensor)
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

static struct world *world_of(const struct golden *g)
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

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        struct world *w = world_of(&goldens[i]);

        check_golden(goldens[i].name, &w->step);
        world_free(w);
    }
}

static bool valid_utf8(const char *text)
{
    struct strbuf json = {0};
    bool valid;

    strbuf_json_string(&json, text, strlen(text));
    valid = !strstr(strbuf_text(&json), "\xef\xbf\xbd") || strstr(text, "\xef\xbf\xbd");
    strbuf_free(&json);
    return valid;
}

static bool single_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static const char *text_at(const cJSON *json, const char *object, const char *member)
{
    const cJSON *o = cJSON_GetObjectItemCaseSensitive(json, object);

    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, member));
}

static const char *const members[] = {
    "id",       "step",       "event",        "at",      "district", "house",
    "element",  "house_name", "element_name", "sensors", "category", "kind",
    "level",    "colour",     "summary",      "value",   "unit",     "limit",
    "forecast", "evidence",   "advice",       "url",
};

/* Every member of the contract, once, in its order. */
static void check_members(const cJSON *json)
{
    const cJSON *member = json->child;

    for (size_t i = 0; i < ARRAY_LEN(members); i++, member = member->next) {
        assert_non_null(member);
        assert_string_equal(member->string, members[i]);
    }
    assert_null(member);
}

static void check_texts(const cJSON *json, bool braces)
{
    static const char *const objects[] = {"summary", "advice"};
    static const char *const languages[] = {"zh", "en"};

    for (size_t i = 0; i < 4; i++) {
        const char *text = text_at(json, objects[i / 2], languages[i % 2]);
        assert_non_null(text);
        assert_true(strlen(text) > 12);
        assert_true(braces || !strpbrk(text, "{}"));
        assert_true(braces || !strstr(text, "  "));
        assert_true(valid_utf8(text));
        assert_true(single_line(text));
    }
}

static void check_step(const struct alert_step *step, bool hostile)
{
    struct strbuf first = {0}, second = {0};
    cJSON *json;

    render_native(step, &first);
    render_native(step, &second);
    assert_false(first.failed);
    assert_string_equal(strbuf_text(&first), strbuf_text(&second));
    assert_true(valid_utf8(strbuf_text(&first)));
    json = cJSON_ParseWithLengthOpts(strbuf_text(&first), first.len + 1, NULL, 1);
    assert_non_null(json);
    check_members(json);
    check_texts(json, hostile);
    cJSON_Delete(json);
    strbuf_free(&first);
    strbuf_free(&second);
}

/* Every category, event, kind, level and sensor, with and without a limit. */
static void test_every_combination(void **state)
{
    static const struct limit *const limits[SENSORS] = {
        [CRACK] = &crack_red,  [CRACK_2] = &crack_wide, [SETTLE] = &settle_rate,
        [SHAKE] = &din_line_3, [MOIST] = &moist_high,   [LEAK] = &leak_wet,
        [FREQ] = &freq_loss,   [TILT] = &tilt_yellow,   [BATTERY] = &battery_low,
    };
    struct world *w = world_new();
    unsigned n = 0;

    (void)state;
    for (unsigned i = 0; i < CATEGORY_COUNT * KIND_COUNT * EVENT_COUNT * 5; i++)
        for (int sensor = -1; sensor < SENSORS; sensor++, n++) {
            w->episode.category = (enum alert_category)(i % CATEGORY_COUNT);
            w->episode.kind = (enum alert_kind)(i / CATEGORY_COUNT % KIND_COUNT);
            w->step.event = (enum alert_event)(i / CATEGORY_COUNT / KIND_COUNT % EVENT_COUNT);
            w->episode.level = (int)(i / CATEGORY_COUNT / KIND_COUNT / EVENT_COUNT);
            w->step.previous_level = (int)(n % 5);
            w->step.node = n % 2 ? "H012/n1" : "";
            w->step.node_offline = n % 3 == 0;
            w->step.cause = n % 7 ? "" : "nothing_delivered";
            w->episode.element = n % 5 ? "H012/front-wall" : "";
            w->step.sensor_count = sensor >= 0;
            if (sensor >= 0)
                w->shares[0] = (struct step_sensor){(uint32_t)sensor,
                                                    {.kind = w->episode.kind,
                                                     .level = w->episode.level,
                                                     .limit = limits[sensor],
                                                     .value = n % 11,
                                                     .reading = n % 11,
                                                     .t_us = w->step.at_us,
                                                     .since_us = w->step.at_us - n * US_PER_HOUR,
                                                     .baseline = NAN,
                                                     .unconfirmed = n % 13 == 0}};
            check_step(&w->step, false);
        }
    assert_int_equal(n, CATEGORY_COUNT * KIND_COUNT * EVENT_COUNT * 5 * 10);
    world_free(w);
}

/* Names, ids and sources that try to break out. */
static void test_hostile_names(void **state)
{
    static const char *const hostile[] = {
        "\"}],\"level\":0,\"x\":[{\"",
        "\\\" \\u0000 \\",
        "line\nbreak\r\ttab\x01\x1f\x7f",
        "\xff\xfe\xc0\x80\xed\xa0\x80\xf5\x80\x80\x80\xe4\xb8",
        "{value}{limit}{where}{",
        "%s%n%d%99999d",
        "</script><script>",
        "\xe2\x80\xae"
        "gpj.exe"
        "\xe2\x80\xa8\xc2\x85",
        "",
        "\xf0\x9f\x8f\x9a",
    };
    char *long_name = malloc(10241);

    (void)state;
    assert_non_null(long_name);
    memset(long_name, 'x', 10240);
    long_name[10240] = '\0';
    for (size_t i = 0; i <= ARRAY_LEN(hostile); i++)
        for (size_t k = 0; k < ARRAY_LEN(goldens); k++) {
            const char *name = i < ARRAY_LEN(hostile) ? hostile[i] : long_name;
            struct world *w = world_of(&goldens[k]);
            struct limit limit = goldens[k].limit ? *goldens[k].limit : (struct limit){0};
            struct strbuf summary = {0};

            w->houses[0].name = (struct bilingual){name, name};
            for (int e = 0; e < 5; e++)
                w->elements[e].name = (struct bilingual){name, name};
            w->registry.district_id = name;
            w->registry.district_name = (struct bilingual){name, name};
            for (int s = 0; s < SENSORS; s++)
                w->sensors[s].id = name;
            w->step.cause = name;
            limit.source = limit.clause = limit.edition = name;
            if (goldens[k].limit)
                w->shares[0].finding.limit = &limit;
            check_step(&w->step, true);
            render_summary_zh(&w->step, &summary);
            assert_true(summary.len < 2000);
            strbuf_free(&summary);
            world_free(w);
        }
    free(long_name);
}

/* Values that are no numbers, times that are no times, indices and ids that lead nowhere. */
static void test_hostile_values(void **state)
{
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, 1e-300, -0.0};
    static const int64_t times[] = {INT64_MIN, INT64_MAX, 0, -1};

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(goldens); k++)
        for (size_t i = 0; i < ARRAY_LEN(values) * ARRAY_LEN(times); i++) {
            struct world *w = world_of(&goldens[k]);
            struct finding *f = &w->shares[0].finding;

            f->value = f->reading = f->baseline = values[i % ARRAY_LEN(values)];
            f->since_us = times[i / ARRAY_LEN(values)];
            f->t_us = times[i % ARRAY_LEN(times)];
            check_step(&w->step, false);
            w->episode.house = "H999";
            w->episode.element = "H999/none";
            w->shares[0].sensor = REGISTRY_NONE;
            w->step.node = "H999/n9";
            w->registry.timezone = "Mars/Olympus";
            w->step.cause = "something:else";
            check_step(&w->step, false);
            world_free(w);
        }
}

static cJSON *native(const struct golden *g)
{
    struct world *w = world_of(g);
    struct strbuf out = {0};
    cJSON *json;

    render_native(&w->step, &out);
    json = cJSON_Parse(strbuf_text(&out));
    assert_non_null(json);
    strbuf_free(&out);
    world_free(w);
    return json;
}

static const struct golden *golden_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++)
        if (strcmp(goldens[i].name, name) == 0)
            return &goldens[i];
    fail_msg("no golden %s", name);
    return NULL;
}

/* A result that rests on judgement or memory says so, in the data and in both languages. */
static void test_provisional_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        cJSON *json = native(&goldens[i]);
        const cJSON *limit = cJSON_GetObjectItemCaseSensitive(json, "limit");
        bool provisional = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(limit, "provisional"));
        bool zh = strstr(text_at(json, "summary", "zh"), "暂定限值") != NULL;
        bool en = strstr(text_at(json, "summary", "en"), "provisional limit") != NULL;

        if (goldens[i].limit) {
            assert_int_equal(provisional,
                             goldens[i].limit->mark == 'J' || goldens[i].limit->mark == 'M');
            if (goldens[i].kind != KIND_LEAK) {
                assert_int_equal(zh, provisional);
                assert_int_equal(en, provisional);
            }
        } else
            assert_true(cJSON_IsNull(limit) && !zh && !en);
        cJSON_Delete(json);
    }
}

/* Never a word that the building is safe; what eased or ended says what it does not say. */
static void test_never_claims_safety(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        const struct golden *g = &goldens[i];
        cJSON *json = native(g);
        const char *zh = text_at(json, "summary", "zh"), *en = text_at(json, "summary", "en");
        bool back = g->event == EVENT_RESOLVED || g->event == EVENT_EASED;
        bool expected = back && g->category == CATEGORY_STRUCTURE && g->kind != KIND_LEAK;

        assert_int_equal(strstr(zh, "安全") != NULL, expected);
        assert_int_equal(strstr(zh, "不说明房屋安全") != NULL, expected);
        assert_int_equal(strstr(en, "safe") != NULL, expected);
        assert_int_equal(strstr(en, "does not say that the building is safe") != NULL, expected);
        if (g->kind == KIND_SILENCE && !back) {
            assert_non_null(strstr(zh, "没有数据不等于没有问题"));
            assert_non_null(strstr(en, "No data does not mean that all is well"));
        }
        cJSON_Delete(json);
    }
}

static void assert_summary_has(const struct golden *g, const char *zh, const char *en)
{
    cJSON *json = native(g);

    assert_non_null(strstr(text_at(json, "summary", "zh"), zh));
    assert_non_null(strstr(text_at(json, "summary", "en"), en));
    cJSON_Delete(json);
}

/* What would be untrue if said carelessly. */
static void test_says_what_is(void **state)
{
    struct golden g = *golden_named("crack_reopened");

    (void)state;
    assert_summary_has(&g, "1.002 毫米", "1.002 mm, above"); /* not "1.00 above 1" */
    g.value = g.reading = 1;
    assert_summary_has(&g, "达到", "at the provisional limit");
    g.value = g.reading = 0.95; /* held: not yet clear */
    g.event = EVENT_ACKNOWLEDGED;
    assert_summary_has(&g, "级别暂不取消", "not far or long enough");
    g.value = g.reading = 1.5;
    g.event = EVENT_RESOLVED; /* ended by hand while still over */
    g.level = 0;
    g.previous = 4;
    assert_summary_has(&g, "仍超过", "is still above");
    g = *golden_named("crack_raised");
    g.since = "2025-12-31T15:59:00Z"; /* a year of its own in local time: 2025-12-31 23:59 */
    assert_summary_has(&g, "2025年12月31日 23:59", "31 Dec 2025 23:59");
    g.since = "2025-12-31T16:00:00Z"; /* midnight in Shanghai, this year */
    assert_summary_has(&g, "自 1月1日 00:00", "since 1 Jan 00:00");
    g = *golden_named("crack_raised");
    g.unconfirmed = true;
    assert_summary_has(&g, "仅一次读数，尚未确认", "One reading, not yet confirmed");
    g = *golden_named("tilt_escalated");
    assert_summary_has(&g, "-4.82 毫米/米", "-4.82 mm/m, above the provisional limit of ±4 mm/m");
}

/* A name that has the number already does not get it twice; 112 is not 12. */
static void test_house_number(void **state)
{
    struct world *w = world_of(golden_named("battery_raised"));
    struct strbuf out = {0};

    (void)state;
    w->houses[0].name = (struct bilingual){"步高里12号", "112 Bugao Li"};
    render_summary_zh(&w->step, &out);
    assert_non_null(strstr(strbuf_text(&out), "步高里12号：监测节点"));
    strbuf_clear(&out);
    render_summary_en(&w->step, &out);
    assert_non_null(strstr(strbuf_text(&out), "112 Bugao Li No. 12: battery"));
    strbuf_free(&out);
    world_free(w);
}

/* Sets a bit for every parameter that text names; fails for one that is unknown. */
static uint64_t params_in(const char *text)
{
    uint64_t set = 0;

    assert_true(PARAM_COUNT <= 64);
    for (const char *p = strchr(text, '{'); p; p = strchr(p, '{')) {
        const char *end = strchr(p, '}');
        assert_non_null(end);
        enum param param = words_param(p + 1, (size_t)(end - p - 1));
        if (param == PARAM_COUNT)
            fail_msg("unknown parameter in: %s", text);
        set |= UINT64_C(1) << param;
        p = end;
    }
    return set;
}

/* Both languages have every message, with the same parameters. */
static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < WORD_COUNT; i++) {
        enum word word = (enum word)i;
        const char *zh = words_text(LANGUAGE_ZH, word), *en = words_text(LANGUAGE_EN, word);

        assert_true(zh && *zh && en && *en);
        assert_true(valid_utf8(zh) && valid_utf8(en));
        if (params_in(zh) != params_in(en))
            fail_msg("%s names other parameters in zh than in en", words_name(word));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(words_name(word), words_name((enum word)k));
    }
}

static void test_fill(void **state)
{
    struct strbuf values[PARAM_COUNT] = {0}, out = {0};

    (void)state;
    strbuf_puts(&values[PARAM_house], "{number}");
    strbuf_puts(&values[PARAM_number], "3");
    words_fill(&out, LANGUAGE_EN, WORD_place_numbered, values);
    assert_string_equal(strbuf_text(&out), "{number} No. 3"); /* values are not read again */
    strbuf_free(&out);
    strbuf_free(&values[PARAM_house]);
    strbuf_free(&values[PARAM_number]);
}

static void test_put_numbers(void **state)
{
    static const struct {
        double v;
        int decimals;
        const char *fixed, *brief;
    } rows[] = {
        {1.234, 2, "1.23", "1.234"},
        {-0.004, 2, "0.00", "-0.004"},
        {-5.2, 1, "-5.2", "-5.2"},
        {0.35, 2, "0.35", "0.35"},
        {5, 2, "5.00", "5"},
        {99.999, 2, "100.00", "99.999"},
        {0, 0, "0", "0"},
        {7.0001, 0, "7", "7"},
        {0.00012, 3, "0.000", "0.00012"},
        {-123456.5, 0, "-123457", "-123456.5"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct strbuf out = {0};
        put_fixed(&out, rows[i].v, rows[i].decimals);
        assert_string_equal(strbuf_text(&out), rows[i].fixed);
        strbuf_clear(&out);
        put_short(&out, rows[i].v);
        assert_string_equal(strbuf_text(&out), rows[i].brief);
        strbuf_free(&out);
    }
}

static void assert_name(const char *name, const char *shown)
{
    struct strbuf out = {0};

    put_name(&out, name);
    assert_string_equal(strbuf_text(&out), shown);
    strbuf_free(&out);
}

static void test_put_name(void **state)
{
    char sixty_one[3 * 61 + 1] = "", shown[3 * 61 + 1] = "";

    (void)state;
    for (int i = 0; i < 61; i++)
        strcat(sixty_one, "里");
    for (int i = 0; i < 60; i++)
        strcat(shown, "里");
    assert_name(shown, shown);
    strcat(shown, "…");
    assert_name(sixty_one, shown);
    assert_name("a\nb\x7f"
                "c\xc2\x85"
                "d",
                "abcd");
    assert_name("\xe2\x80\xae"
                "abc\xe2\x80\xa9",
                "abc");
    assert_name("\xff\xc0\x80"
                "a\xed\xa0\x80"
                "b\xf4\x90\x80\x80"
                "c\xe9",
                "abc");
    assert_name("石库门 é 𠀀", "石库门 é 𠀀");
}

static void test_local_time(void **state)
{
    struct local_time t = local_time_of(at("2026-12-31T16:30:59Z"), "Asia/Shanghai");

    (void)state;
    assert_true(t.valid && t.local);
    assert_int_equal(t.year, 2027);
    assert_int_equal(t.month, 1);
    assert_int_equal(t.day, 1);
    assert_int_equal(t.hour, 0);
    assert_int_equal(t.minute, 30);
    t = local_time_of(at("2026-12-31T16:30:59Z"), "PRC");
    assert_true(t.local && t.year == 2027);
    t = local_time_of(at("2026-12-31T16:30:59Z"), "UTC");
    assert_true(t.valid && !t.local && t.year == 2026 && t.hour == 16);
    t = local_time_of(at("2026-12-31T16:30:59Z"), "Europe/Paris");
    assert_true(t.valid && !t.local && t.hour == 16);
    assert_false(local_time_of(INT64_MIN, "PRC").valid);
    assert_false(local_time_of(INT64_MAX, "PRC").valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_every_combination),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_hostile_values),
        cmocka_unit_test(test_provisional_is_said),
        cmocka_unit_test(test_never_claims_safety),
        cmocka_unit_test(test_says_what_is),
        cmocka_unit_test(test_house_number),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_put_numbers),
        cmocka_unit_test(test_put_name),
        cmocka_unit_test(test_local_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
