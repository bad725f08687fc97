/* What people read when there are too many alerts. */
#include "render_golden.h"

#include <string.h>

#include "shikumen/base/utc.h"
#include "zones.h"

struct world {
    struct registry registry;
    struct house house;
    struct sensor sensor;
    struct episode episode;
    struct step_sensor share;
    struct alarm_over load;
    struct alert_step step;
};

static void begin(struct world *w, const char *house, enum alert_event event)
{
    int64_t now_us;

    assert_int_equal(utc_parse("2026-11-22T08:00:01.25Z", &now_us), ERR_OK);
    *w = (struct world){.house = {.id = "H012", .name = {"建业里", "Jianye Li"}, .number = 12},
                        .sensor = {.id = "H012/n1/crack-1",
                                   .house = 0,
                                   .element = REGISTRY_NONE,
                                   .node = REGISTRY_NONE,
                                   .quantity = Q_CRACK_WIDTH}};
    w->registry = (struct registry){.district_id = "huangpu-01",
                                    .district_name = {"黄浦一片", "Huangpu 1"},
                                    .timezone = "Asia/Shanghai",
                                    .zone = &zone_shanghai,
                                    .houses = &w->house,
                                    .house_count = 1,
                                    .sensors = &w->sensor,
                                    .sensor_count = 1};
    assert_int_equal(strmap_put(&w->registry.house_by_id, "H012", 4, 0), ERR_OK);
    w->episode = (struct episode){.id = "6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04",
                                  .key = ALARM_LOAD_KEY,
                                  .category = CATEGORY_SYSTEM,
                                  .kind = KIND_FAULT,
                                  .level = event == EVENT_RESOLVED ? 0 : 1,
                                  .step = event == EVENT_RESOLVED ? 2 : 1,
                                  .opened_us = now_us,
                                  .house = house,
                                  .element = ""};
    w->share = (struct step_sensor){
        0, {.kind = KIND_FAULT, .level = 1, .t_us = now_us, .since_us = now_us}};
    w->step = (struct alert_step){.registry = &w->registry,
                                  .episode = &w->episode,
                                  .event = event,
                                  .previous_level = event == EVENT_RESOLVED,
                                  .at_us = now_us,
                                  .sensors = &w->share,
                                  .node = "",
                                  .cause = "alarm_load",
                                  .load = &w->load};
}

static void check(struct world *w, const char *name)
{
    check_golden(name, &w->step);
    strmap_free(&w->registry.house_by_id);
}

static void golden_district_by_sensor(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "", EVENT_RAISED);
    w.load = (struct alarm_over){
        9,
        6.5,
        {.count = 8, .by_sensor = true, .sensor = w.sensor.id, .house = "H012", .limit = ""}};
    w.step.sensor_count = 1;
    check(&w, "load_district_by_sensor");
}

static void golden_district_by_rule(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "", EVENT_REOPENED);
    w.load = (struct alarm_over){61,
                                 6,
                                 {.count = 60,
                                  .sensor = "",
                                  .house = "",
                                  .category = CATEGORY_STRUCTURE,
                                  .kind = KIND_TREND,
                                  .of = LIMIT_DIFFERENTIAL,
                                  .limit = "0.5 mm (JGJ 125-2016 5.3)"}};
    check(&w, "load_district_by_rule");
}

static void golden_house_by_kind(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "H012", EVENT_RAISED);
    w.load = (struct alarm_over){7,
                                 3,
                                 {.count = 3,
                                  .sensor = "",
                                  .house = "",
                                  .category = CATEGORY_INSTRUMENT,
                                  .kind = KIND_SILENCE,
                                  .limit = ""}};
    check(&w, "load_house_by_kind");
}

static void golden_district_by_system(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "", EVENT_RAISED);
    w.load = (struct alarm_over){4,
                                 3,
                                 {.count = 4,
                                  .sensor = "",
                                  .house = "",
                                  .category = CATEGORY_SYSTEM,
                                  .kind = KIND_FAULT,
                                  .limit = ""}};
    check(&w, "load_district_by_system");
}

static void golden_ended(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "", EVENT_RESOLVED);
    w.load = (struct alarm_over){
        2, 3, {.count = 2, .by_sensor = true, .sensor = w.sensor.id, .house = "H012", .limit = ""}};
    w.step.sensor_count = 1;
    check(&w, "load_district_ended");
    begin(&w, "H012", EVENT_RESOLVED);
    w.load = (struct alarm_over){0, 3, {.sensor = "", .house = "", .limit = ""}};
    check(&w, "load_house_ended");
}

/* Names of sensors and sources come from files of others. */
static void hostile_names(void **state)
{
    struct world w;
    struct strbuf zh = {0}, json = {0};

    (void)state;
    begin(&w, "", EVENT_RAISED);
    w.load = (struct alarm_over){INT64_MAX,
                                 1e300,
                                 {.count = INT64_MAX,
                                  .by_sensor = true,
                                  .sensor = "{level}\n\xff\xe2\x80\xae\"",
                                  .house = "",
                                  .limit = "{sensor}"}};
    render_summary_zh(&w.step, &zh);
    assert_non_null(strstr(strbuf_text(&zh), "{level}"));
    assert_null(strchr(strbuf_text(&zh), '\n'));
    assert_null(strstr(strbuf_text(&zh), "\xe2\x80\xae"));
    render_native(&w.step, &json);
    assert_false(json.failed);
    assert_null(strchr(strbuf_text(&json), '\n'));
    strbuf_free(&zh);
    strbuf_free(&json);
    strmap_free(&w.registry.house_by_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_district_by_sensor),
        cmocka_unit_test(golden_district_by_rule),
        cmocka_unit_test(golden_house_by_kind),
        cmocka_unit_test(golden_district_by_system),
        cmocka_unit_test(golden_ended),
        cmocka_unit_test(hostile_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
