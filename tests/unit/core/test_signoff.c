/* Proposals and overrides: what moves what, and what nobody moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shikumen/core/signoff.h"

static bool proposes(enum alert_event e)
{
    return e == EVENT_RAISED || e == EVENT_WORSENED || e == EVENT_REOPENED;
}

static void structure_alerts_propose_by_their_level(void **state)
{
    static const enum proposal_kind wanted[] = {PROPOSAL_KINDS, PROPOSAL_KINDS, PROPOSAL_MONITOR,
                                                PROPOSAL_INSPECT, PROPOSAL_PROTECT};

    (void)state;
    for (enum alert_category c = 0; c < CATEGORY_COUNT; c++)
        for (enum alert_event e = 0; e < EVENT_COUNT; e++)
            for (int level = -1; level <= LEVEL_RED + 1; level++) {
                bool none =
                    c != CATEGORY_STRUCTURE || !proposes(e) || level < 0 || level > LEVEL_RED;
                assert_int_equal(signoff_of_step(c, e, level),
                                 none ? PROPOSAL_KINDS : wanted[level]);
            }
}

/* Of all states and verbs exactly three moves are allowed. */
static void only_three_moves(void **state)
{
    int allowed = 0;

    (void)state;
    for (enum proposal_state s = 0; s < PROPOSAL_STATES; s++)
        for (enum act_verb v = 0; v < ACT_VERBS; v++) {
            enum proposal_state to = PROPOSAL_STATES;
            struct act_refusal why = {"", ""};
            if (signoff_move(s, v, &to, &why)) {
                allowed++;
                assert_true(
                    (s == PROPOSAL_PROPOSED && v == ACT_APPROVE && to == PROPOSAL_APPROVED) ||
                    (s == PROPOSAL_PROPOSED && v == ACT_REJECT && to == PROPOSAL_REJECTED) ||
                    (s == PROPOSAL_APPROVED && v == ACT_DONE && to == PROPOSAL_DONE));
            } else {
                assert_int_equal(to, PROPOSAL_STATES);
                assert_true(strlen(why.zh) > 0 && strlen(why.en) > 0);
            }
        }
    assert_int_equal(allowed, 3);
}

/* Whatever is tried in whatever order: what is rejected or done stays, nothing is done that was not
 * approved. */
static void no_order_of_verbs_goes_astray(void **state)
{
    static const enum act_verb verbs[] = {ACT_APPROVE, ACT_REJECT, ACT_DONE};

    (void)state;
    for (int order = 0; order < 3 * 3 * 3 * 3 * 3; order++) {
        enum proposal_state s = PROPOSAL_PROPOSED;
        bool approved = false;
        for (int i = 0, rest = order; i < 5; i++, rest /= 3) {
            enum proposal_state before = s;
            struct act_refusal why;
            bool moved = signoff_move(s, verbs[rest % 3], &s, &why);
            if (before == PROPOSAL_REJECTED || before == PROPOSAL_DONE)
                assert_false(moved);
            approved = approved || s == PROPOSAL_APPROVED;
            assert_true(s != PROPOSAL_DONE || approved);
            assert_true(s >= before);
        }
    }
}

static void words_in_both_languages(void **state)
{
    char text[160];

    (void)state;
    for (enum proposal_kind k = 0; k < PROPOSAL_KINDS; k++)
        assert_string_not_equal(signoff_kind_zh(k), signoff_kind_en(k));
    for (enum proposal_state s = 0; s < PROPOSAL_STATES; s++)
        assert_string_not_equal(signoff_state_zh(s), signoff_state_en(s));
    assert_string_equal(
        signoff_reason(PROPOSAL_INSPECT, 3, text, sizeof text),
        "结构告警达橙色级，建议现场检查 / structure alert at orange level: inspect on"
        " site");
    assert_non_null(signoff_kind_zh(PROPOSAL_KINDS));
    assert_non_null(signoff_state_zh(PROPOSAL_STATES));
}

static void an_override_counts_from_its_beginning_to_its_end(void **state)
{
    const struct class_override o[] = {
        {.row = 1, .subject = "H1", .from_us = 10, .until_us = 20, .ended_us = 15},
        {.row = 2, .subject = "H1", .from_us = 15, .until_us = 30},
        {.row = 3, .subject = "H1/wall", .from_us = 0, .until_us = 100},
    };

    (void)state;
    assert_null(signoff_override(o, 3, "H1", 14)); /* ended by hand: it is over */
    assert_null(signoff_override(o, 3, "H2", 16));
    assert_ptr_equal(signoff_override(o, 3, "H1", 15), &o[1]);
    assert_ptr_equal(signoff_override(o, 3, "H1", 29), &o[1]);
    assert_null(signoff_override(o, 3, "H1", 30));
    assert_ptr_equal(signoff_override(o, 3, "H1/wall", 5), &o[2]);
    assert_null(signoff_override(NULL, 0, "H1", 5));
}

static void classes_by_name(void **state)
{
    static const char *const names[] = {"L", "ML", "M", "MH", "H"};

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(signoff_class(names[i]), i);
    assert_int_equal(signoff_class(""), -1);
    assert_int_equal(signoff_class("insufficient data"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structure_alerts_propose_by_their_level),
        cmocka_unit_test(only_three_moves),
        cmocka_unit_test(no_order_of_verbs_goes_astray),
        cmocka_unit_test(words_in_both_languages),
        cmocka_unit_test(an_override_counts_from_its_beginning_to_its_end),
        cmocka_unit_test(classes_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
