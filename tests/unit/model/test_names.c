#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/model/act.h"
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

static void act_names(void **state)
{
    char id[SIGNED_ID_SIZE];

    (void)state;
    for (enum act_verb v = 0; v < ACT_VERBS; v++)
        assert_int_equal(act_verb_by_name(act_verb_name(v)), v);
    for (enum act_outcome o = 0; o < OUTCOME_COUNT; o++)
        assert_int_equal(act_outcome_by_name(act_outcome_name(o)), o);
    for (enum proposal_kind k = 0; k < PROPOSAL_KINDS; k++)
        assert_int_equal(proposal_kind_by_name(proposal_kind_name(k)), k);
    for (enum proposal_state s = 0; s < PROPOSAL_STATES; s++)
        assert_int_equal(proposal_state_by_name(proposal_state_name(s)), s);
    for (enum record_kind k = 0; k < RECORD_KINDS; k++)
        assert_int_equal(record_kind_by_name(record_kind_name(k)), k);
    assert_int_equal(act_verb_by_name("acknowledge"), ACT_VERBS);
    assert_string_equal(act_verb_name(ACT_END_OVERRIDE), "end_override");
    assert_string_equal(signed_id(SIGNED_SILENCE, 3, id), "S3");
    assert_int_equal(signed_row(SIGNED_SILENCE, "S3"), 3);
    assert_int_equal(signed_row(SIGNED_SILENCE, "s12"), 12);
    for (enum signed_table t = 'A'; t <= 'Z'; t++)
        assert_int_equal(signed_row(t, "S3"), t == SIGNED_SILENCE ? 3 : 0);
}

static void no_row_is_named_by_what_is_no_id(void **state)
{
    static const char *const texts[] = {"",    "S",    "3",   "S0",  "S03", "S-3",
                                        "S+3", "S3 ",  " S3", "S3x", "SS3", "S9223372036854775808",
                                        "S3.", "S1e3", "\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(signed_row(SIGNED_SILENCE, texts[i]), 0);
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
        cmocka_unit_test(act_names),
        cmocka_unit_test(no_row_is_named_by_what_is_no_id),
        cmocka_unit_test(colours),
        cmocka_unit_test(registry_names),
        cmocka_unit_test(limit_and_test_names),
        cmocka_unit_test(settings_are_freed_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
