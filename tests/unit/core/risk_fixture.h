/* A lane of two houses to judge, and inputs that are sound unless a test makes them otherwise. */
#ifndef SHIKUMEN_TESTS_RISK_FIXTURE_H
#define SHIKUMEN_TESTS_RISK_FIXTURE_H

#include <math.h>
#include <string.h>

#include "shikumen/core/risk.h"
#include "zones.h"

#define NO ((double)NAN)

/* |a - b| <= tolerance; NaN is near nothing. */
#define assert_near(a, b, tolerance)                                                               \
    do {                                                                                           \
        double a_ = (a), b_ = (b);                                                                 \
        if (!(fabs(a_ - b_) <= (tolerance)))                                                       \
            fail_msg("%s: %.17g is not %.17g", #a, a_, b_);                                        \
    } while (0)

enum { CRACK, CRACK_2, TILT, SETTLE, SHAKE, MOIST, LEAK, FREQ, HUMID, BATTERY, RISK_SENSORS };
enum { FRONT, GATE, BEAM, FLOOR, OTHER, RISK_ELEMENTS };

struct lane {
    struct registry registry;
    struct house houses[2];
    struct element elements[RISK_ELEMENTS];
    struct sensor sensors[RISK_SENSORS];
    struct arena arena;
};

static const struct limit crack_4 = {.level = 4,
                                     .of = LIMIT_CHANGE,
                                     .value = 1,
                                     .source = "BRE Digest 251",
                                     .clause = "category 1 to 2",
                                     .edition = "1995",
                                     .unit = "mm",
                                     .mark = 'V'};
static const struct limit crack_3 = {.level = 3,
                                     .of = LIMIT_CHANGE,
                                     .value = 0.5,
                                     .source = "ladder of shikumend",
                                     .clause = "crack opening, warning",
                                     .edition = "",
                                     .unit = "mm",
                                     .mark = 'J'};
static const struct limit crack_2 = {.level = 2,
                                     .of = LIMIT_CHANGE,
                                     .value = 0.1,
                                     .source = "ladder of shikumend",
                                     .clause = "crack opening, attention",
                                     .edition = "",
                                     .unit = "mm",
                                     .mark = 'J'};
static const struct limit lean_4 = {.level = 4,
                                    .of = LIMIT_VALUE,
                                    .value = 7,
                                    .source = "JGJ 125-2016",
                                    .clause = "5.3.2",
                                    .edition = "2016",
                                    .unit = "mm/m",
                                    .mark = 'M'};
static const struct limit settle_4 = {.level = 4,
                                      .of = LIMIT_RATE,
                                      .value = 4,
                                      .window_us = INT64_C(30) * 86400 * 1000000,
                                      .source = "JGJ 125-2016",
                                      .clause = "4.2.1 item 1, natural state",
                                      .edition = "2016",
                                      .unit = "mm",
                                      .mark = 'S'};
static const struct limit shake_4 = {.level = 4,
                                     .of = LIMIT_EVENT,
                                     .value = 3,
                                     .source = "DIN 4150-3",
                                     .clause = "line 3",
                                     .edition = "1999-02",
                                     .unit = "mm/s",
                                     .mark = 'S'};
static const struct limit leak_3 = {.level = 3,
                                    .of = LIMIT_VALUE,
                                    .value = 1,
                                    .source = "ladder of shikumend",
                                    .clause = "leak",
                                    .edition = "",
                                    .unit = "/",
                                    .mark = 'J'};
static const struct limit freq_4 = {.level = 4,
                                    .of = LIMIT_PERCENT_CHANGE,
                                    .value = 5,
                                    .source = "ladder of shikumend",
                                    .clause = "frequency, persistent loss of 5 %",
                                    .edition = "",
                                    .unit = "%",
                                    .mark = 'J'};
static const struct limit mould_4 = {.level = 4,
                                     .of = LIMIT_VALUE,
                                     .value = 3,
                                     .source = "Hukka & Viitanen 1999",
                                     .clause = "mould index",
                                     .edition = "",
                                     .unit = "",
                                     .mark = 'V'};
static const struct risk_derived mould = {"霉菌指数", "mould index", ""};

static inline struct lane *lane_new(void)
{
    static const struct {
        const char *id;
        enum quantity quantity;
    } rows[RISK_SENSORS] = {
        {"H012/n1/crack-1", Q_CRACK_WIDTH}, {"H012/n1/crack-2", Q_CRACK_WIDTH},
        {"H012/n1/tilt-1", Q_TILT},         {"H012/n1/settle-1", Q_SETTLEMENT},
        {"H012/n1/ppv", Q_VELOCITY},        {"H012/n1/moist-1", Q_MOISTURE_CONTENT},
        {"H012/n1/leak-1", Q_LEAK},         {"H012/n1/f1", Q_FREQUENCY},
        {"H012/n1/rh-1", Q_HUMIDITY},       {"H012/n1/battery", Q_BATTERY},
    };
    struct lane *l = calloc(1, sizeof *l);

    assert_non_null(l);
    l->houses[0] = (struct house){.id = "H012", .name = {"建业里", "Jianye Li"}, .number = 12};
    l->houses[1] = (struct house){.id = "H013", .name = {"建业里", "Jianye Li"}, .number = 13};
    l->houses[0].protection = l->houses[1].protection = PROTECTION_CITY;
    l->elements[FRONT] =
        (struct element){"H012/front-wall", 0, ELEMENT_WALL, "", {"前墙", "front wall"}, 7, 4, 1};
    l->elements[GATE] =
        (struct element){"H012/gate", 0, ELEMENT_GATE_FRAME, "", {"石库门", "gate"}, 3, 2, 0.5};
    l->elements[BEAM] =
        (struct element){"H012/beam", 0, ELEMENT_BEAM, "", {"搁栅端部", "joist end"}, 0, 4, 1};
    l->elements[FLOOR] =
        (struct element){"H012/floor", 0, ELEMENT_FLOOR, "", {"二层楼板", "upper floor"}, 0, 4, 1};
    l->elements[OTHER] =
        (struct element){"H013/wall", 1, ELEMENT_WALL, "", {"前墙", "front wall"}, 7, 4, 1};
    for (uint32_t i = 0; i < RISK_SENSORS; i++)
        l->sensors[i] =
            (struct sensor){.id = rows[i].id,
                            .node = REGISTRY_NONE,
                            .quantity = rows[i].quantity,
                            .canonical_unit = quantity_info(rows[i].quantity)->canonical_unit,
                            .axis = "",
                            .medium = ""};
    l->registry = (struct registry){.district_id = "huangpu-01",
                                    .district_name = {"黄浦一片", "Huangpu 1"},
                                    .timezone = "Asia/Shanghai",
                                    .zone = &zone_shanghai,
                                    .houses = l->houses,
                                    .house_count = 2,
                                    .elements = l->elements,
                                    .element_count = RISK_ELEMENTS,
                                    .sensors = l->sensors,
                                    .sensor_count = RISK_SENSORS};
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(strmap_put(&l->registry.house_by_id, l->houses[i].id, 4, i), ERR_OK);
    for (uint32_t i = 0; i < RISK_ELEMENTS; i++)
        assert_int_equal(
            strmap_put(&l->registry.element_by_id, l->elements[i].id, strlen(l->elements[i].id), i),
            ERR_OK);
    return l;
}

static inline void lane_free(struct lane *l)
{
    strmap_free(&l->registry.house_by_id);
    strmap_free(&l->registry.element_by_id);
    arena_free(&l->arena);
    free(l);
}

static const struct risk_quality sound = {
    .coverage = 0.98, .good_share = 0.97, .history_d = 800, .skill = 0.8, .health = 1};

/* A limit with one probability per horizon. */
static inline struct risk_limit compared(uint32_t sensor, const struct limit *limit, double margin,
                                         double p30, double p180, double p365)
{
    return (struct risk_limit){.sensor = sensor,
                               .limit = limit,
                               .value = margin * limit->value,
                               .value_se = NO,
                               .margin = margin,
                               .p30 = p30,
                               .p180 = p180,
                               .p365 = p365,
                               .t05_d = NO,
                               .t50_d = NO,
                               .t95_d = NO};
}

static inline struct risk_input input_of(uint32_t element, const struct risk_limit *limits,
                                         size_t n)
{
    return (struct risk_input){.element = element,
                               .limits = limits,
                               .limit_count = n,
                               .quality = sound,
                               .vulnerability = RISK_MEDIUM,
                               .exposure = RISK_MEDIUM};
}

static inline struct risk judged(struct lane *l, const struct risk_input *in)
{
    struct risk r;

    assert_int_equal(risk_element(&l->registry, in, &l->arena, &r), ERR_OK);
    return r;
}

static inline struct risk house_of(struct lane *l, uint32_t house, const struct risk *elements,
                                   size_t n)
{
    struct risk r;

    assert_int_equal(risk_house(&l->registry, house, elements, n, &l->arena, &r), ERR_OK);
    return r;
}

#endif
