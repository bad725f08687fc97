#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/model/alert.h"
#include "shikumen/model/limit.h"
#include "shikumen/model/reading.h"
#include "shikumen/model/registry.h"
#include "shikumen/model/settings.h"

static void alert_names(void **state)
{
    (void)state;
    for (enum alert_category c = 0; c < CATEGORY_COUNT; c++)
        assert_int_equal(category_by_name(category_name(c)), c);
    for (enum alert_kind k = 0; k < KIND_COUNT; k++)
        assert_int_equal(alert_kind_by_name(alert_kind_name(k)), k);
    for (enum alert_event e = 0; e < EVENT_COUNT; e++)
        assert_int_equal(alert_event_by_name(alert_event_name(e)), e);
    assert_int_equal(category_by_name("x"), CATEGORY_COUNT);
    assert_int_equal(alert_kind_by_name(""), KIND_COUNT);
    assert_int_equal(alert_event_by_name("raise"), EVENT_COUNT);
    assert_string_equal(alert_kind_name(KIND_LIMIT), "limit");
    assert_string_equal(alert_kind_name(KIND_HEARTBEAT), "heartbeat");
    assert_string_equal(alert_event_name(EVENT_REOPENED), "reopened");
    assert_string_equal(category_name(CATEGORY_INSTRUMENT), "instrument");
}

static void colours(void **state)
{
    (void)state;
    assert_string_equal(level_colour(0), "none");
    assert_string_equal(level_colour(1), "blue");
    assert_string_equal(level_colour(2), "yellow");
    assert_string_equal(level_colour(3), "orange");
    assert_string_equal(level_colour(4), "red");
    assert_string_equal(level_colour(5), "none");
    assert_string_equal(level_colour(-1), "none");
}

static void registry_names(void **state)
{
    (void)state;
    for (enum element_kind k = 0; k < ELEMENT_KIND_COUNT; k++)
        assert_int_equal(element_kind_by_name(element_kind_name(k)), k);
    for (enum protection p = 0; p < PROTECTION_COUNT; p++)
        assert_int_equal(protection_by_name(protection_name(p)), p);
    for (enum epoch_kind k = 0; k < EPOCH_KIND_COUNT; k++)
        assert_int_equal(epoch_kind_by_name(epoch_kind_name(k)), k);
    assert_int_equal(element_kind_by_name("walls"), ELEMENT_KIND_COUNT);
    assert_int_equal(protection_by_name("world"), PROTECTION_COUNT);
    assert_int_equal(epoch_kind_by_name("party"), EPOCH_KIND_COUNT);
    assert_string_equal(element_kind_name(ELEMENT_GATE_FRAME), "gate_frame");
}

static void limit_and_test_names(void **state)
{
    (void)state;
    assert_string_equal(limit_of_name(LIMIT_VALUE), "value");
    assert_string_equal(limit_of_name(LIMIT_CHANGE), "change");
    assert_string_equal(limit_of_name(LIMIT_RATE), "rate");
    assert_string_equal(limit_of_name(LIMIT_PERCENT_CHANGE), "percent_change");
    assert_string_equal(limit_of_name(LIMIT_DIFFERENTIAL), "differential");
    assert_string_equal(limit_of_name(LIMIT_EVENT), "event");
    assert_string_equal(quality_test_name(QT_NONE), "none");
    assert_string_equal(quality_test_name(QT_SPIKE), "spike");
    assert_string_equal(quality_test_name(QT_ATTENUATED), "attenuated");
    assert_string_equal(quality_test_name(QT_COUNT), "unknown");
}

static void settings_are_freed_whole(void **state)
{
    struct settings *s = calloc(1, sizeof *s);

    (void)state;
    assert_non_null(s);
    s->file = arena_strdup(&s->arena, "shikumend.conf");
    assert_non_null(s->file);
    settings_free(s); /* the leak checker of the debug build is the witness */
    settings_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alert_names),
        cmocka_unit_test(colours),
        cmocka_unit_test(registry_names),
        cmocka_unit_test(limit_and_test_names),
        cmocka_unit_test(settings_are_freed_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
