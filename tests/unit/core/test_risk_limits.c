/* What limits, their levels and forecasts bring to the risk of an element. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdlib.h>

#include "risk_fixture.h"

/* A crack of 0.6 mm: attention and warning are reached and certain, yet the hazard is that of the
 * alarm limit; the colour follows the warning. */
static void exact_lower_limits_are_no_limit_states(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limits[] = {compared(CRACK, &crack_2, 6, 1, 1, 1),
                                  compared(CRACK, &crack_3, 1.2, 1, 1, 1),
                                  compared(CRACK, &crack_4, 0.6, 0, 0, 0.02)};
    struct risk_input in = input_of(FRONT, limits, 3);
    struct risk r;

    (void)state;
    r = judged(l, &in);
    assert_near(r.p[RISK_365_D].p, 0.02, 1e-15);
    assert_int_equal(r.hazard, RISK_MEDIUM_LOW);
    assert_near(r.margin, 0.8, 1e-15);
    assert_int_equal(r.colour, 3);
    assert_int_equal(r.condition.condition, EN_2);
    assert_int_equal(r.asked, 1);
    assert_true(r.provisional); /* the warning, a J, governs */
    lane_free(l);
}

/* Where a sensor has no alarm limit, its highest one counts, but not beyond its level. */
static void exact_tiers(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limits[] = {compared(CRACK, &crack_3, 2, 1, 1, 1),
                                  compared(CRACK_2, &crack_4, 0.1, 0, 0, 0.6),
                                  compared(TILT, &crack_2, 2, 1, 1, 1)};
    struct risk_input in = input_of(FRONT, &limits[0], 1);
    struct risk r = judged(l, &in);

    (void)state;
    assert_near(r.p[RISK_365_D].p, 1, 0);
    assert_int_equal(r.hazard, RISK_MEDIUM_HIGH);
    assert_int_equal(r.condition.urgency, EN_2); /* reached, but not "immediate" */
    in.limit_count = 2;
    assert_int_equal(judged(l, &in).hazard, RISK_HIGH);
    in = input_of(FRONT, &limits[2], 1);
    r = judged(l, &in);
    assert_int_equal(r.hazard, RISK_MEDIUM);
    assert_int_equal(r.condition.urgency, EN_1);
    lane_free(l);
}

/* Beyond alarm level 4: class H, red, an appraisal, grades 3, even without data; not for a crack
 * that does not concern stability, nor below the limit. */
static void exact_override(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(TILT, &lean_4, 1.01, NO, NO, NO);
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk r;

    (void)state;
    limit.stability = true;
    in.vulnerability = in.exposure = RISK_LOW;
    in.quality.coverage = 0.001;
    in.quality.history_d = 3;
    r = judged(l, &in);
    assert_true(r.overridden && r.grey && r.provisional);
    assert_int_equal(r.level, RISK_HIGH);
    assert_int_equal(r.colour, 4);
    assert_int_equal(r.condition.recommendation, EN_3);
    assert_int_equal(r.reasons[0].kind, REASON_APPRAISAL);
    assert_true(r.score >= 80);
    r = house_of(l, 0, &r, 1);
    assert_true(r.overridden);
    assert_int_equal(r.level, RISK_HIGH);
    assert_int_equal(r.reasons[0].kind, REASON_APPRAISAL);
    limit.stability = false;
    assert_false(judged(l, &in).overridden);
    limit.stability = true;
    limit.margin = 0.99;
    assert_false(judged(l, &in).overridden);
    lane_free(l);
}

/* Abstained: neither 0 nor 1, a reason, and skill times the share answered (here 1 of 2). */
static void exact_abstained(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limits[] = {compared(CRACK, &crack_4, 0.1, 0.01, 0.02, 0.03),
                                  compared(CRACK_2, &crack_4, 0.2, NO, NO, NO)};
    struct risk_input in = input_of(FRONT, limits, 2);
    struct risk r = judged(l, &in);
    size_t seen = 0;

    (void)state;
    assert_near(r.p[RISK_365_D].p, 0.03, 0);
    assert_near(r.p[RISK_365_D].high, 0.03, 1e-15);
    assert_near(r.factor[CONFIDENCE_SKILL], 0.4, 1e-15);
    assert_int_equal(r.weakest, CONFIDENCE_SKILL);
    for (size_t i = 0; i < r.reason_count; i++)
        if (r.reasons[i].kind == REASON_ABSTAINED) {
            seen++;
            assert_int_equal(r.reasons[i].count, 1);
            assert_int_equal(r.reasons[i].total, 2);
            assert_int_equal(r.reasons[i].sensor_count, 1);
            assert_int_equal(r.reasons[i].sensors[0], CRACK_2);
        }
    assert_int_equal(seen, 1);
    limits[0].p365 = NO; /* without p365 the others do not count either */
    r = judged(l, &in);
    assert_true(isnan(r.p[RISK_30_D].p) && isnan(r.p[RISK_365_D].p));
    assert_true(r.grey);
    assert_int_equal(r.level, RISK_INSUFFICIENT);
    assert_int_not_equal(r.colour, 0);
    lane_free(l);
}

/* What has no forecast counts by its step: a rate at 0.5, 0.7, 0.9 and beyond its limit. */
static void exact_without_forecast(void **state)
{
    static const struct {
        double margin;
        enum risk_level hazard;
    } rows[] = {{0.5, RISK_LOW}, {0.7, RISK_MEDIUM}, {0.9, RISK_MEDIUM_HIGH}, {1.1, RISK_HIGH}};
    struct lane *l = lane_new();

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct risk_limit limits[] = {compared(SETTLE, &settle_4, rows[i].margin, NO, NO, NO),
                                      compared(SHAKE, &shake_4, rows[i].margin, NO, NO, NO)};
        struct risk_input in = input_of(FRONT, limits, 1);
        struct risk r = judged(l, &in);

        assert_int_equal(r.hazard, rows[i].hazard);
        assert_int_equal(r.abstained, 0);
        assert_false(r.grey);
        in.limits = &limits[1];
        assert_int_equal(judged(l, &in).hazard, rows[i].hazard);
    }
    lane_free(l);
}

/* Past events do not repeat for certain; a leak is evidence, not a limit state; a derived quantity
 * has limit states of its own. */
static void exact_kinds_of_limits(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limits[] = {compared(SHAKE, &shake_4, 1.4, 0.1, 0.2, 0.3),
                                  compared(LEAK, &leak_3, 1, NO, NO, NO),
                                  compared(HUMID, &mould_4, 0.4, 0, 0, 0.1)};
    struct risk_input in = input_of(FRONT, limits, 1);
    struct risk r = judged(l, &in);

    (void)state;
    assert_near(r.p[RISK_365_D].p, 0.3, 0);
    assert_int_equal(r.colour, 4);
    in = input_of(BEAM, &limits[1], 1);
    r = judged(l, &in);
    assert_int_equal(r.asked, 0);
    assert_true(isnan(r.p[RISK_365_D].p));
    assert_int_equal(r.hazard, RISK_LOW);
    assert_int_equal(r.colour, 3);
    limits[2].derived = &mould;
    limits[1] = compared(HUMID, &crack_4, 0.2, NO, NO, NO);
    in.limit_count = 2;
    r = judged(l, &in);
    assert_int_equal(r.asked, 2);
    assert_near(r.p[RISK_365_D].p, 0.1, 0);
    lane_free(l);
}

/* Horizons put in order; t05 of the earliest limit. */
static void exact_cleaning(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limits[] = {compared(CRACK, &crack_4, 0.5, 0.3, 0.2, 0.1),
                                  compared(CRACK_2, &crack_4, 0.5, NO, NO, 0)};
    struct risk_input in = input_of(FRONT, limits, 2);
    struct risk r;

    (void)state;
    limits[0].t05_d = 400;
    limits[1].t05_d = 200;
    r = judged(l, &in);
    assert_near(r.p[RISK_30_D].p, 0.3, 0);
    assert_near(r.p[RISK_180_D].p, 0.3, 0);
    assert_near(r.p[RISK_365_D].p, 0.3, 1e-15);
    assert_near(r.t05_d, 200, 0);
    assert_int_equal(r.condition.urgency, EN_2);
    lane_free(l);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_lower_limits_are_no_limit_states),
        cmocka_unit_test(exact_tiers),
        cmocka_unit_test(exact_override),
        cmocka_unit_test(exact_abstained),
        cmocka_unit_test(exact_without_forecast),
        cmocka_unit_test(exact_kinds_of_limits),
        cmocka_unit_test(exact_cleaning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
