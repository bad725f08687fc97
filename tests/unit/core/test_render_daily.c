/* What people read once a day. */
#include "render_golden.h"

#include <string.h>

#include "shikumen/base/utc.h"
#include "shikumen/core/daily.h"
#include "zones.h"

struct world {
    struct registry registry;
    struct house house;
    struct episode episode, waiting[12];
    struct daily_report report;
    struct alert_step step;
};

static int64_t at(const char *utc)
{
    int64_t t_us;

    assert_int_equal(utc_parse(utc, &t_us), ERR_OK);
    return t_us;
}

static void begin(struct world *w, enum alert_kind kind, enum alert_event event, size_t waiting)
{
    *w = (struct world){.house = {.id = "H012", .name = {"建业里", "Jianye Li"}, .number = 12}};
    w->registry = (struct registry){.district_id = "huangpu-01",
                                    .district_name = {"黄浦一片", "Huangpu 1"},
                                    .timezone = "Asia/Shanghai",
                                    .zone = &zone_shanghai,
                                    .houses = &w->house,
                                    .house_count = 1};
    assert_int_equal(strmap_put(&w->registry.house_by_id, "H012", 4, 0), ERR_OK);
    w->episode = (struct episode){.id = "6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04",
                                  .category = CATEGORY_SYSTEM,
                                  .kind = kind,
                                  .level = kind == KIND_FAULT && event != EVENT_RESOLVED ? 2 : 0,
                                  .step = 3,
                                  .opened_us = at("2026-11-20T01:00:00Z"),
                                  .house = "",
                                  .element = ""};
    for (size_t i = 0; i < waiting; i++)
        w->waiting[i] = (struct episode){.id = "0a52d16f-8c1e-4b7a-9d3f-2a5c7e9b1d04",
                                         .category = CATEGORY_STRUCTURE,
                                         .kind = i % 2 ? KIND_TREND : KIND_LIMIT,
                                         .level = i % 2 ? LEVEL_RED : LEVEL_ORANGE,
                                         .alarmed_us = at("2026-11-20T06:30:00Z"),
                                         .house = i == 1 ? "" : "H012",
                                         .element = ""};
    w->report = (struct daily_report){
        .waiting = w->waiting, .waiting_count = waiting, .alerts = -1, .audit_head = ""};
    w->step = (struct alert_step){.registry = &w->registry,
                                  .episode = &w->episode,
                                  .event = event,
                                  .previous_level = kind == KIND_FAULT ? 2 : 0,
                                  .at_us = at("2026-11-22T01:00:00.5Z"),
                                  .node = "",
                                  .cause = kind == KIND_FAULT ? DAILY_WAITING_CAUSE : "",
                                  .daily = &w->report};
}

static void check(struct world *w, const char *name)
{
    check_golden(name, &w->step);
    strmap_free(&w->registry.house_by_id);
}

static void golden_report(void **state)
{
    struct world w;

    (void)state;
    begin(&w, KIND_HEARTBEAT, EVENT_REMINDED, 2);
    w.report.houses = 60;
    w.report.unknown = 3;
    w.report.open[LEVEL_ORANGE] = w.report.open[LEVEL_RED] = 1;
    w.report.open[LEVEL_BLUE] = 4;
    w.report.silences = 2;
    w.report.silence_end_us = at("2026-11-30T10:00:00Z");
    w.report.alerts = 7;
    w.report.allowed = 6;
    w.report.audit_head = "812:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    check(&w, "daily_report");
}

static void golden_quiet_report(void **state)
{
    struct world w;

    (void)state;
    begin(&w, KIND_HEARTBEAT, EVENT_REMINDED, 0);
    w.report.houses = 1;
    check(&w, "daily_report_quiet");
}

static void golden_waiting(void **state)
{
    struct world w;

    (void)state;
    begin(&w, KIND_FAULT, EVENT_REMINDED, 2);
    check(&w, "daily_waiting");
}

static void golden_many_wait(void **state)
{
    struct world w;

    (void)state;
    begin(&w, KIND_FAULT, EVENT_RAISED, 12);
    check(&w, "daily_waiting_many");
}

static void golden_none_waits(void **state)
{
    struct world w;

    (void)state;
    begin(&w, KIND_FAULT, EVENT_RESOLVED, 0);
    check(&w, "daily_waiting_over");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_report),     cmocka_unit_test(golden_quiet_report),
        cmocka_unit_test(golden_waiting),    cmocka_unit_test(golden_many_wait),
        cmocka_unit_test(golden_none_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
