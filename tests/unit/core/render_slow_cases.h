/* Steps of alerts as the slow analysis brings them about, for test_render_slow: one for each
 * sentence.
 */
#ifndef RENDER_SLOW_CASES_H
#define RENDER_SLOW_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/utc.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/core/render.h"
#include "shikumen/core/slow.h"
#include "zones.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof *(a))
#define SHARES       4
#define NEVER        "never"

static const char registry_text[] =
    "{\"district\":{\"id\":\"huangpu-01\",\"name\":{\"zh\":\"黄浦一片\",\"en\":\"Huangpu 1\"},"
    "\"timezone\":\"Asia/Shanghai\"},\"houses\":["
    "{\"id\":\"H012\",\"name\":{\"zh\":\"建业里\",\"en\":\"Jianye Li\"},\"lane\":\"L01\","
    "\"row\":\"R2\",\"number\":12,\"elements\":["
    "{\"id\":\"H012/wall\",\"kind\":\"wall\",\"name\":{\"zh\":\"前墙\",\"en\":\"front wall\"}},"
    "{\"id\":\"H012/base\",\"kind\":\"foundation\",\"name\":{\"zh\":\"西北角基础\","
    "\"en\":\"north-west footing\"}},"
    "{\"id\":\"H012/structure\",\"kind\":\"structure\",\"name\":{\"zh\":\"整栋\","
    "\"en\":\"whole house\"}}]},"
    "{\"id\":\"H013\",\"name\":{\"zh\":\"建业里\",\"en\":\"Jianye Li\"},\"lane\":\"L01\","
    "\"row\":\"R2\",\"number\":13,\"elements\":[{\"id\":\"H013/base\",\"kind\":\"foundation\"}]},"
    "{\"id\":\"H014\",\"name\":{\"zh\":\"建业里\",\"en\":\"Jianye Li\"},\"lane\":\"L01\","
    "\"row\":\"R2\",\"number\":14,\"elements\":[{\"id\":\"H014/base\",\"kind\":\"foundation\"}]}],"
    "\"sensors\":["
    "{\"id\":\"H012/n1/crack-1\",\"node\":\"H012/n1\",\"element\":\"H012/wall\","
    "\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":3600},"
    "{\"id\":\"H012/n1/crack-2\",\"node\":\"H012/n1\",\"element\":\"H012/wall\","
    "\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":3600},"
    "{\"id\":\"H012/n1/tilt-1\",\"node\":\"H012/n1\",\"element\":\"H012/wall\","
    "\"quantity\":\"tilt\",\"unit\":\"mm/m\",\"period_s\":3600},"
    "{\"id\":\"H012/n2/f1\",\"node\":\"H012/n2\",\"element\":\"H012/structure\","
    "\"quantity\":\"frequency\",\"unit\":\"Hz\",\"period_s\":86400},"
    "{\"id\":\"H012/n1/settle-1\",\"node\":\"H012/n1\",\"element\":\"H012/base\","
    "\"quantity\":\"settlement\",\"unit\":\"mm\",\"period_s\":3600},"
    "{\"id\":\"H013/n1/settle-1\",\"node\":\"H013/n1\",\"element\":\"H013/base\","
    "\"quantity\":\"settlement\",\"unit\":\"mm\",\"period_s\":3600},"
    "{\"id\":\"H014/n1/settle-1\",\"node\":\"H014/n1\",\"element\":\"H014/base\","
    "\"quantity\":\"settlement\",\"unit\":\"mm\",\"period_s\":3600}]}";

enum { CRACK, CRACK_2, TILT, FREQ, SETTLE, SETTLE_13, SETTLE_14 };

#define LIMIT(level_, of_, value_, unit_, source_, clause_, mark_)                                 \
    {                                                                                              \
        .level = (level_), .of = (of_), .value = (value_), .clear = 0.9 * (value_),                \
        .unit = (unit_), .shown_value = (value_), .source = (source_), .clause = (clause_),        \
        .edition = "", .mark = (mark_)                                                             \
    }
static const struct limit crack_red =
    LIMIT(4, LIMIT_CHANGE, 1, "mm", "BRE Digest 251 (Burland categories)",
          "approximate crack width, category 1 to 2", 'V');
static const struct limit crack_orange =
    LIMIT(3, LIMIT_CHANGE, 0.5, "mm", "ladder of shikumend", "crack opening, warning", 'J');
static const struct limit crack_yellow =
    LIMIT(2, LIMIT_CHANGE, 0.1, "mm", "ladder of shikumend", "crack opening, attention", 'J');
static const struct limit lean_red = LIMIT(4, LIMIT_VALUE, 7, "mm/m", "JGJ 125-2016", "5.3", 'M');
static const struct limit freq_red =
    LIMIT(4, LIMIT_PERCENT_CHANGE, 5, "%", "ladder of shikumend", "persistent loss of 5 %", 'J');
static const struct limit settle_red =
    LIMIT(4, LIMIT_CHANGE, 20, "mm", "JGJ 125-2016", "4.2.1", 'S');
static const struct limit settle_pace = {.level = 4,
                                         .of = LIMIT_RATE,
                                         .value = 4,
                                         .clear = 3.6,
                                         .window_us = INT64_C(30) * 86400000000,
                                         .unit = "mm",
                                         .shown_value = 4,
                                         .source = "JGJ 125-2016",
                                         .clause = "4.2.1 item 1, natural state",
                                         .edition = "2016",
                                         .mark = 'S'};

struct ahead {
    const struct limit *limit;
    const char *t05, *t50, *t95;
    double p365;
};

struct golden {
    const char *name;
    enum alert_kind kind;
    enum alert_event event;
    int level, previous, sensor;
    const struct limit *limit;
    double value, error, reading, baseline;
    const char *element; /* NULL: that of the sensor */
    uint32_t model, cause;
    bool together, handed;
    double jump;
    size_t also; /* more sensors with the same, those after it */
    bool unsettled, settled, withdrawn;
    uint32_t moved, asked;
    struct ahead ahead;
};

#define TREND KIND_TREND
#define STEP  KIND_STEP
#define FAULT KIND_FAULT
static const struct golden goldens[] = {
    {"trend_over", TREND, EVENT_RAISED, 4, 0, CRACK, &crack_red, 1.084, 0.031, 1.584, 0.5,
     .model = 3,
     .ahead = {&crack_red, "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z",
               1}},
    {"trend_raw", TREND, EVENT_RAISED, 3, 0, CRACK, &crack_orange, 0.62, 0, 1.12, 0.5, .model = 0},
    {"trend_ahead", TREND, EVENT_RAISED, 3, 0, CRACK, &crack_red, 0.71, 0.024, 1.21, 0.5,
     .model = 3,
     .ahead = {&crack_red, "2026-12-29T00:00:00Z", "2027-03-11T00:00:00Z", "2027-08-02T00:00:00Z",
               0.83}},
    {"trend_ahead_open_end", TREND, EVENT_RAISED, 2, 0, CRACK, &crack_red, 0.41, 0.05, 0.91, 0.5,
     .model = 3,
     .ahead = {&crack_red, "2027-02-01T00:00:00Z", "2027-09-11T00:00:00Z", NEVER, 0.58}},
    {"trend_ahead_other_limit", TREND, EVENT_WORSENED, 3, 2, CRACK, &crack_orange, 0.53, 0.021,
     1.03, 0.5, .model = 3, .also = 1,
     .ahead = {&crack_red, "2027-08-01T00:00:00Z", "2028-06-11T00:00:00Z", "2031-09-01T00:00:00Z",
               0.14}},
    {"trend_ahead_late", TREND, EVENT_RAISED, 2, 0, CRACK, &crack_yellow, 0.16, 0.018, 0.66, 0.5,
     .model = 3, .ahead = {&crack_red, "2031-05-01T00:00:00Z", NEVER, NEVER, 0.002}},
    {"trend_ahead_never", TREND, EVENT_RAISED, 2, 0, CRACK, &crack_yellow, 0.13, 0.018, 0.63, 0.5,
     .model = 3, .ahead = {&crack_red, NEVER, NEVER, NEVER, 0}},
    {"trend_ahead_now", TREND, EVENT_RAISED, 3, 0, TILT, &lean_red, 6.91, 0.12, 6.91, 5.2,
     .model = 2,
     .ahead = {&lean_red, "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-12-24T00:00:00Z",
               0.99}},
    {"trend_tilt", TREND, EVENT_RAISED, 2, 0, TILT, &lean_red, 6.02, 0.12, -6.02, -4.4, .model = 2,
     .ahead = {&lean_red, "2027-02-03T00:00:00Z", "2027-10-21T00:00:00Z", "2029-12-24T00:00:00Z",
               0.53}},
    {"trend_frequency", TREND, EVENT_RAISED, 4, 0, FREQ, &freq_red, 6.24, 0.41, 3.91, 4.17,
     .model = 5},
    {"trend_pace", TREND, EVENT_RAISED, 2, 0, SETTLE, &settle_pace, 3.14, 0.083, 12.7, 0.3,
     .model = 1,
     .ahead = {&settle_red, "2027-01-11T00:00:00Z", "2027-02-03T00:00:00Z", "2027-03-20T00:00:00Z",
               0.996}},
    {"trend_held", TREND, EVENT_EASED, 3, 4, CRACK, &crack_orange, 0.49, 0.02, 0.99, 0.5,
     .model = 3},
    {"trend_eased", TREND, EVENT_EASED, 2, 3, CRACK, &crack_yellow, 0.31, 0.02, 0.81, 0.5,
     .model = 3},
    {"trend_resolved", TREND, EVENT_RESOLVED, 0, 2, CRACK, &crack_yellow, 0.06, 0.02, 0.56, 0.5,
     .model = 3},
    {"trend_resolved_over", TREND, EVENT_RESOLVED, 0, 3, CRACK, &crack_orange, 0.61, 0.02, 1.11,
     0.5, .model = 3},
    {"trend_withdrawn", TREND, EVENT_RESOLVED, 0, 3, CRACK, &crack_orange, 0.61, 0.02, 1.11, 0.5,
     .model = 3, .cause = DOUBT_SWAPPED},
    {"trend_to_row", TREND, EVENT_RESOLVED, 0, 3, SETTLE, &settle_red, 12.3, 0.4, 12.6, 0.3,
     .model = 1, .together = true, .handed = true},
    {"row_to_houses", TREND, EVENT_RESOLVED, 0, 3, SETTLE, &settle_red, 12.3, 0.4, 12.6, 0.3,
     .model = 1, .handed = true},
    {"row_raised", TREND, EVENT_RAISED, 3, 0, SETTLE, &settle_red, 12.34, 0.41, 12.64, 0.3,
     .element = "", .model = 1, .together = true, .also = 2,
     .ahead = {&settle_red, "2027-02-03T00:00:00Z", "2027-04-21T00:00:00Z", "2027-09-24T00:00:00Z",
               0.91}},
    {"row_surge", TREND, EVENT_RAISED, 2, 0, SETTLE, NULL, 0.74, 0, 1.24, 0.5, .element = "",
     .model = 2, .together = true, .moved = 3, .asked = 4},
    {"row_surge_tilt", TREND, EVENT_REOPENED, 2, 0, TILT, NULL, -0.124, 0, 1.24, 1.3, .element = "",
     .model = 0, .together = true, .moved = 4, .asked = 4},
    {"row_surge_over", TREND, EVENT_RESOLVED, 0, 2, SETTLE, NULL, 0.31, 0.2, 0.81, 0.5,
     .element = "", .model = 2, .together = true},
    {"row_red", TREND, EVENT_WORSENED, 4, 3, SETTLE, &settle_red, 21.2, 0.41, 21.5, 0.3,
     .element = "", .model = 1, .together = true},
    {"row_resolved", TREND, EVENT_RESOLVED, 0, 3, SETTLE, &settle_red, 12.34, 0.41, 12.64, 0.3,
     .element = "", .model = 1, .together = true, .also = 2},
    {"step_over", STEP, EVENT_RAISED, 3, 0, CRACK, &crack_orange, 0.62, 0.03, 1.12, 0.5,
     .model = 3},
    {"step_jump", STEP, EVENT_RAISED, 3, 0, CRACK, &crack_orange, 0.62, 0.03, 1.12, 0.5, .model = 3,
     .jump = 0.55},
    {"step_jump_resolved", STEP, EVENT_RESOLVED, 0, 3, CRACK, &crack_orange, 0.2, 0.03, 0.7, 0.5,
     .model = 3, .jump = 0.55},
    {"step_alone", STEP, EVENT_RAISED, 2, 0, SETTLE, NULL, 1.83, 0.12, 12.7, 0.3, .model = 3},
    {"step_alone_resolved", STEP, EVENT_RESOLVED, 0, 2, SETTLE, NULL, 1.83, 0.12, 12.7, 0.3,
     .model = 3},
    {"sudden_alone", STEP, EVENT_RAISED, 3, 0, CRACK, &crack_red, 3.02, 0.03, 3.52, 0.5, .model = 3,
     .jump = 2.98, .unsettled = true},
    {"sudden_others_still", STEP, EVENT_RAISED, 3, 0, TILT, &lean_red, 9.1, 0.1, 9.1, 1.2,
     .model = 3, .jump = 7.9, .unsettled = true, .asked = 4},
    {"sudden_others_moved", STEP, EVENT_WORSENED, 4, 3, CRACK, &crack_red, 3.02, 0.03, 3.52, 0.5,
     .jump = 2.98, .unsettled = true, .moved = 2, .asked = 4},
    {"sudden_pace", STEP, EVENT_RAISED, 3, 0, SETTLE, &settle_pace, 9.3, 0.1, 12.7, 3.4, .model = 1,
     .jump = 9.3, .unsettled = true, .asked = 2},
    {"sudden_confirmed", STEP, EVENT_UPDATED, 3, 3, CRACK, &crack_red, 2.97, 0.03, 3.47, 0.5,
     .model = 3, .jump = 2.95, .settled = true},
    {"sudden_confirmed_worse", STEP, EVENT_WORSENED, 4, 3, CRACK, &crack_red, 2.97, 0.03, 3.47, 0.5,
     .model = 3, .jump = 2.95, .settled = true},
    {"sudden_returned", STEP, EVENT_RESOLVED, 0, 3, CRACK, &crack_red, 3.02, 0.03, 3.52, 0.5,
     .model = 3, .cause = DOUBT_RETURNED, .jump = 2.98, .settled = true},
    {"sudden_withdrawn", STEP, EVENT_UPDATED, 3, 3, CRACK, &crack_red, 3.02, 0.03, 3.52, 0.5,
     .model = 3, .cause = DOUBT_SWAPPED, .jump = 2.98, .settled = true, .withdrawn = true},
    {"fault_other", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .cause = DOUBT_NONE},
    {"fault_nothing_valid", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .cause = DOUBT_NOTHING_VALID},
    {"fault_unit", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .cause = DOUBT_UNIT},
    {"fault_swapped", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .cause = DOUBT_SWAPPED},
    {"fault_node", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .cause = DOUBT_NODE},
    {"fault_noise", FAULT, EVENT_RAISED, 2, 0, TILT, NULL, .cause = DOUBT_NOISE},
    {"fault_gain", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .model = 3, .cause = DOUBT_GAIN},
    {"fault_backwards", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .model = 3,
     .cause = DOUBT_BACKWARDS},
    {"fault_thermometer", FAULT, EVENT_RAISED, 2, 0, CRACK, NULL, .cause = DOUBT_THERMOMETER},
    {"fault_beyond", FAULT, EVENT_RAISED, 3, 0, CRACK, NULL, .cause = DOUBT_BEYOND},
    {"fault_resolved", FAULT, EVENT_RESOLVED, 0, 2, CRACK, NULL, .cause = DOUBT_NONE},
};
#undef TREND
#undef STEP
#undef FAULT

struct world {
    struct registry *registry;
    struct episode episode;
    struct step_sensor shares[SHARES];
    struct alert_step step;
};

static inline int64_t at(const char *text)
{
    int64_t t_us = INT64_MAX;

    if (text && strcmp(text, NEVER) != 0)
        assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

static inline struct registry *read_registry(void)
{
    const struct source_text source = {"registry.json", registry_text, sizeof registry_text - 1};
    struct fault_list faults = {0};
    struct registry *r;

    assert_int_equal(registry_parse(&source, NULL, 0, &faults, &r), ERR_OK);
    fault_list_free(&faults);
    r->zone = &zone_shanghai;
    return r;
}

static inline struct finding finding_of(const struct golden *g)
{
    return (struct finding){.kind = g->kind,
                            .level = g->withdrawn ? LEVEL_NORMAL : g->level,
                            .limit = g->limit,
                            .value = g->value,
                            .reading = g->reading,
                            .t_us = at("2026-11-22T00:00:00Z"),
                            .since_us = at("2026-11-20T00:00:00Z"),
                            .baseline = g->baseline,
                            .error = g->error,
                            .model_version = g->model,
                            .cause = g->cause,
                            .together = g->together,
                            .jump = g->jump,
                            .unsettled = g->unsettled,
                            .moved = g->moved,
                            .asked = g->asked,
                            .forecast = {.limit = g->ahead.limit,
                                         .t05_us = at(g->ahead.t05),
                                         .t50_us = at(g->ahead.t50),
                                         .t95_us = at(g->ahead.t95),
                                         .p30 = g->ahead.p365 / 16,
                                         .p180 = g->ahead.p365 / 3,
                                         .p365 = g->ahead.p365}};
}

static inline struct world *world_of(const struct golden *g)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->registry = read_registry();
    w->episode = (struct episode){.id = "6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04",
                                  .key = "",
                                  .category = g->kind == KIND_FAULT ? CATEGORY_INSTRUMENT
                                                                    : CATEGORY_STRUCTURE,
                                  .kind = g->kind,
                                  .level = g->level,
                                  .step = g->event == EVENT_RAISED ? 1 : 3,
                                  .opened_us = at("2026-11-22T06:00:01Z"),
                                  .house = "H012"};
    w->episode.element = w->registry->elements[w->registry->sensors[g->sensor].element].id;
    if (g->element)
        w->episode.element = g->element;
    w->step = (struct alert_step){.registry = w->registry,
                                  .episode = &w->episode,
                                  .event = g->event,
                                  .previous_level = g->previous,
                                  .at_us = at("2026-11-22T06:00:01.25Z"),
                                  .sensors = w->shares,
                                  .sensor_count = 1 + g->also,
                                  .node = "",
                                  .cause = "",
                                  .handed_over = g->handed,
                                  .settled = g->settled,
                                  .coverage = 0.97};
    for (size_t i = 0; i <= g->also; i++)
        w->shares[i] = (struct step_sensor){(uint32_t)g->sensor + (uint32_t)i, finding_of(g)};
    return w;
}

static inline void world_free(struct world *w)
{
    registry_free(w->registry);
    free(w);
}

#endif
