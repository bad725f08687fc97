#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "near.h"
#include "outlook_truth.h"

static struct truth w, v;

static void assert_same(const struct outlook *a, const struct outlook *b)
{
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->method, b->method);
    assert_near(a->t05_d, b->t05_d, 1);
    assert_near(a->t50_d, b->t50_d, 1);
    assert_near(a->t95_d, b->t95_d, 1);
    assert_near(a->p30, b->p30, 1e-6);
    assert_near(a->p180, b->p180, 1e-6);
    assert_near(a->p365, b->p365, 1e-6);
}

/* 0.01 a day, 3 to go: 300 days. */
static void truth_line_is_dated(void **state)
{
    struct outlook_stand stand;
    struct outlook o;

    (void)state;
    truth_start(&w, 100, true, 1);
    truth_ramp(&w, 0, 0.01);
    truth_noise(&w, 0.05, 0.4);
    o = truth_ask(&w, 0.01 * 7 * 99 + 3, false, &stand);
    assert_int_equal(o.state, OUTLOOK_DATED);
    assert_int_equal(o.method, OUTLOOK_FIRST_PASSAGE);
    assert_near(stand.slope, 0.01, 5e-4);
    assert_near(stand.level, 0.01 * 7 * 99, 0.06);
    assert_near(o.t50_d, 300, 15);
    assert_true(o.t05_d < o.t50_d && o.t50_d < o.t95_d);
    /* at 2.5 times the pace with 0.15, at a quarter of it with 0.25 */
    assert_near(o.t05_d, 300 / 2.5, 15);
    assert_near(o.t95_d, 300 / 0.25, 90);
    assert_near(o.p180, 0.15, 0.02);
    assert_near(o.p365, 0.75, 0.03);
    assert_true(o.p30 < 1e-6);
}

/* A slope that began half a year ago is not averaged with the rest before it. */
static void truth_late_onset_counts_alone(void **state)
{
    struct outlook_stand stand;

    (void)state;
    truth_start(&w, 120, true, 2);
    truth_ramp(&w, 94 * 7, 0.02);
    truth_noise(&w, 0.1, 0);
    (void)truth_ask(&w, 10, false, &stand);
    assert_near(stand.slope, 0.02, 0.003);
}

static void truth_creep_is_told_by_inverse_velocity(void **state)
{
    struct outlook o;
    double left = 120, c = 1, trend, distance = 2;

    (void)state;
    truth_start(&w, 120, true, 3);
    for (size_t i = 0; i < w.s.n; i++)
        w.y[i] = -c * log((w.s.now_d + left - w.t[i]) / (w.s.now_d + left - w.t[0]));
    truth_noise(&w, 0.02, 0);
    trend = distance * left / c;
    o = truth_ask(&w, c * log((119 * 7 + left) / left) + distance, false, NULL);
    assert_int_equal(o.method, OUTLOOK_INVERSE_VELOCITY);
    assert_int_equal(o.state, OUTLOOK_DATED);
    assert_near(o.t50_d, left * (1 - exp(-distance)), 20);
    assert_true(o.t05_d < trend / 2);
}

/* Hyperbola with 10 in the end, 8 reached: 9.9 is not a matter of this year, 12 of none. */
static void truth_consolidation_ends(void **state)
{
    struct outlook o;

    (void)state;
    truth_start(&w, 60, true, 4);
    w.s.load_d = w.t[0];
    for (size_t i = 0; i < w.s.n; i++)
        w.y[i] = 10 * 7 * (double)i / (100 + 7 * (double)i);
    truth_noise(&w, 0.05, 0);
    o = truth_ask(&w, 12, false, NULL);
    assert_int_equal(o.method, OUTLOOK_SLOWING);
    assert_int_equal(o.state, OUTLOOK_BEYOND);
    assert_true(o.p365 < 0.05);
    o = truth_ask(&w, 8.6, false, NULL); /* at day 100 * 8.6/1.4 = 614, in 201 */
    assert_int_equal(o.state, OUTLOOK_DATED);
    assert_near(o.t50_d, 614.3 - 59 * 7, 40);
}

/* The unit of the level, its sign and the start of the axis do not matter. */
static void invariant_unit_mirror_and_axis(void **state)
{
    struct outlook a, b;

    (void)state;
    truth_start(&w, 90, true, 5);
    truth_ramp(&w, 200, 0.01);
    truth_noise(&w, 0.2, 0.5);
    a = truth_ask(&w, 8, false, NULL);
    v = w;
    v.s.t_d = v.t;
    v.s.level = v.y;
    v.s.now_d -= 512;
    for (size_t i = 0; i < v.s.n; i++) {
        v.y[i] = -1000 * w.y[i];
        v.t[i] -= 512;
    }
    b = truth_ask(&v, -8000, true, NULL);
    assert_same(&a, &b);
}

static void invariant_missing_is_absent(void **state)
{
    struct outlook a, b;
    size_t n = 0;

    (void)state;
    truth_start(&w, 90, true, 6);
    truth_ramp(&w, 0, 0.01);
    truth_noise(&w, 0.2, 0.5);
    v = w;
    v.s.t_d = v.t;
    v.s.level = v.y;
    for (size_t i = 0; i < w.s.n; i++)
        if (i % 5 == 2)
            w.y[i] = NAN;
        else {
            v.t[n] = w.t[i];
            v.y[n++] = w.y[i];
        }
    v.s.n = n;
    a = truth_ask(&w, 8, false, NULL);
    b = truth_ask(&v, 8, false, NULL);
    assert_same(&a, &b);
    assert_int_equal(a.state, OUTLOOK_DATED);
}

/* One step is a level, not a slope; three in one direction go on. */
static void truth_steps(void **state)
{
    struct outlook_stand stand;
    struct outlook o;

    (void)state;
    truth_start(&w, 100, false, 7);
    truth_noise(&w, 0.1, 0.3);
    truth_step(&w, 50, 2);
    o = truth_ask(&w, 6, false, &stand);
    assert_int_equal(o.state, OUTLOOK_BEYOND);
    assert_near(stand.level, 2, 0.2);
    assert_near(stand.slope * 365, 0, 0.2);
    assert_true(o.p365 < 0.05);
    truth_step(&w, 20, 2);
    truth_step(&w, 80, 2);
    w.step_d[0] = w.t[20] - 3.5;
    w.step_d[1] = w.t[50] - 3.5;
    o = truth_ask(&w, 9, false, &stand);
    assert_int_equal(o.method, OUTLOOK_STEPS);
    assert_int_equal(o.state, OUTLOOK_DATED);
    assert_near(stand.slope * 365, 0, 0.3);
    assert_near(stand.jumps.size, 2, 0.1);
    assert_true(o.t05_d < 100 && o.t50_d > 200 && o.t50_d < 700 && o.t95_d > 700);
    o = truth_ask(&w, -3, true, &stand);
    assert_int_equal(o.state, OUTLOOK_BEYOND);
}

static void exact_exceeded(void **state)
{
    struct outlook o;

    (void)state;
    truth_start(&w, 40, false, 8);
    truth_noise(&w, 0.1, 0.3);
    o = truth_ask(&w, -1, false, NULL);
    assert_int_equal(o.state, OUTLOOK_EXCEEDED);
    assert_true(o.t05_d == 0 && o.t50_d == 0 && o.t95_d == 0);
    assert_true(o.p30 == 1 && o.p180 == 1 && o.p365 == 1);
}

/* People were told so: whatever a fit to the weeks says, or that there are too few. */
static void exact_held(void **state)
{
    const struct outlook_limit held = {.value = 10, .held = true};
    struct outlook_stand stand;
    struct outlook o;

    (void)state;
    truth_start(&w, 40, false, 8);
    truth_noise(&w, 0.1, 0.3);
    assert_int_equal(truth_ask(&w, 10, false, &stand).state, OUTLOOK_BEYOND);
    assert_int_equal(outlook_of(&stand, &held, &o), ERR_OK);
    assert_int_equal(o.state, OUTLOOK_EXCEEDED);
    assert_true(o.t50_d == 0 && o.p30 == 1);
    stand.reason = OUTLOOK_TOO_SHORT;
    assert_int_equal(outlook_of(&stand, &held, &o), ERR_OK);
    assert_int_equal(o.state, OUTLOOK_EXCEEDED);
    assert_int_equal(o.reason, OUTLOOK_FINE);
}

/* Doubt about the weather model widens; a season ahead brings the limit nearer. */
static void truth_doubt_and_season(void **state)
{
    double season[] = {0, 1, 2};
    struct outlook_limit l = {.value = 10, .envelope = season, .envelope_n = 3};
    struct outlook_stand stand;
    struct outlook sharp, wide, seasonal;

    (void)state;
    truth_start(&w, 90, true, 9);
    truth_ramp(&w, 0, 0.01);
    truth_noise(&w, 0.1, 0);
    sharp = truth_ask(&w, 10, false, &stand);
    assert_int_equal(outlook_of(&stand, &l, &seasonal), ERR_OK);
    assert_near(sharp.t50_d - seasonal.t50_d, 2 / 0.01, 20);
    w.s.slope_se = 0.002;
    w.s.level_se = 0.1;
    wide = truth_ask(&w, 10, false, NULL);
    assert_true(wide.t05_d < sharp.t05_d - 10);
    assert_true(isnan(wide.t95_d) || wide.t95_d > sharp.t95_d + 10);
}

/* A pace runs a day a day now, and no backwards later. */
static void exact_pace(void **state)
{
    struct outlook_pace p = {OUTLOOK_SQUARE, 100, 0};

    (void)state;
    assert_near(outlook_pace_days(&p, 50), 50 + 12.5, 1e-12);
    p = (struct outlook_pace){OUTLOOK_GROWTH, 0, 100};
    assert_near(outlook_pace_days(&p, 100 * log(2)), 100, 1e-9);
    p = (struct outlook_pace){OUTLOOK_CREEP, 0, 100};
    assert_near(outlook_pace_days(&p, 50), 100 * log(2), 1e-9);
    assert_true(outlook_pace_days(&p, 100) == 1e6);
    p = (struct outlook_pace){OUTLOOK_SETTLING, 100, 50};
    assert_near(outlook_pace_days(&p, 150), 75, 1e-12);
    for (int32_t shape = 0; shape < OUTLOOK_SHAPE_COUNT; shape++) {
        p = (struct outlook_pace){shape, 100, 50};
        assert_near(outlook_pace_days(&p, 1e-6), 1e-6, 1e-12);
        assert_true(outlook_pace_days(&p, 3652) > outlook_pace_days(&p, 40));
    }
}

static enum outlook_reason reason(const struct truth *t)
{
    struct outlook o = truth_ask(t, 1e6, false, NULL);

    assert_true((o.state == OUTLOOK_ABSTAINED) == (o.reason != OUTLOOK_FINE));
    assert_true((o.reason != OUTLOOK_FINE) == isnan(o.p365));
    return o.reason;
}

static void exact_reasons_to_abstain(void **state)
{
    (void)state;
    truth_start(&w, 30, false, 10);
    w.s.n = 9;
    truth_noise(&w, 1, 0);
    assert_int_equal(reason(&w), OUTLOOK_TOO_SHORT);
    w.s.n = 0;
    assert_int_equal(reason(&w), OUTLOOK_TOO_SHORT);
    truth_start(&w, 30, false, 10);
    assert_int_equal(reason(&w), OUTLOOK_NO_NOISE);
    truth_ramp(&w, 0, 1);
    assert_int_equal(reason(&w), OUTLOOK_NO_NOISE);
    truth_noise(&w, 1, 0);
    assert_int_equal(reason(&w), OUTLOOK_FINE);
    w.s.now_d += 57;
    assert_int_equal(reason(&w), OUTLOOK_STALE);
    truth_start(&w, 30, false, 10);
    truth_noise(&w, 1, 0);
    for (size_t i = 0; i < 30; i++)
        if (i % 3 != 2)
            w.y[i] = NAN;
    assert_int_equal(reason(&w), OUTLOOK_TOO_SPARSE);
}

static void hostile_input_is_refused(void **state)
{
    struct outlook_stand stand;
    struct outlook_limit l = {.value = NAN};
    struct outlook_fit f;
    struct arena arena = {0};
    struct outlook o;

    (void)state;
    truth_start(&w, 30, true, 11);
    truth_noise(&w, 1, 0);
    (void)truth_ask(&w, 5, false, &stand);
    assert_int_equal(outlook_of(&stand, &l, &o), ERR_NOT_FINITE);
    l = (struct outlook_limit){.value = 5, .envelope_n = 1};
    assert_int_equal(outlook_of(&stand, &l, &o), ERR_RANGE);
    w.y[4] = INFINITY;
    assert_int_equal(outlook_fit(&w.s, &arena, &f), ERR_NOT_FINITE);
    w.y[4] = 0;
    w.t[4] = w.t[3];
    assert_int_equal(outlook_fit(&w.s, &arena, &f), ERR_ORDER);
    w.t[4] = w.t[3] + 7;
    w.s.now_d = w.t[28];
    assert_int_equal(outlook_fit(&w.s, &arena, &f), ERR_RANGE);
    w.s.now_d = NAN;
    assert_int_equal(outlook_fit(&w.s, &arena, &f), ERR_NOT_FINITE);
    w.s.now_d = w.t[29];
    w.s.slope_se = -1;
    assert_int_equal(outlook_fit(&w.s, &arena, &f), ERR_RANGE);
    w.s.slope_se = 0;
    w.s.level = NULL;
    assert_int_equal(outlook_fit(&w.s, &arena, &f), ERR_RANGE);
    arena_free(&arena);
}

/* Sizes from 1e-12 to 1e12, steps at the ends, outliers: an answer, and in order. */
static void hostile_series_are_answered(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 60; i++) {
        double scale = pow(10, (double)(i % 25) - 12);
        struct outlook o;

        truth_start(&w, 10 + i * 3, i % 2 == 0, i);
        truth_ramp(&w, 20, scale * (double)(i % 3) / 100);
        truth_noise(&w, i % 7 == 0 ? scale * 1e-9 : scale, 0.9);
        if (i % 4 == 1)
            w.y[w.s.n / 2] = 1e6 * scale;
        if (i % 5 == 1)
            truth_step(&w, 1, 5 * scale);
        if (i % 5 < 3)
            truth_step(&w, w.s.n - 1, 5 * scale);
        if (i % 6 == 0)
            w.s.load_d = w.t[2];
        o = truth_ask(&w, 20 * scale, false, NULL);
        assert_true(o.p30 >= 0 && o.p30 <= o.p180 && o.p180 <= o.p365 && o.p365 <= 1);
        if (o.state == OUTLOOK_DATED)
            assert_true(o.t05_d <= o.t50_d && !(o.t95_d < o.t50_d) && o.t50_d <= OUTLOOK_MAX_D);
    }
}

static void exact_fit_grows_stale(void **state)
{
    struct arena arena = {0};
    struct outlook_fit f;

    (void)state;
    truth_start(&w, 60, true, 12);
    truth_noise(&w, 1, 0);
    assert_int_equal(outlook_fit(&w.s, &arena, &f), ERR_OK);
    assert_false(outlook_is_stale(&f, &w.s));
    w.s.now_d += 27;
    assert_false(outlook_is_stale(&f, &w.s));
    w.s.now_d += 1;
    assert_true(outlook_is_stale(&f, &w.s));
    w.s.now_d -= 28;
    w.s.active = false;
    assert_true(outlook_is_stale(&f, &w.s));
    w.s.active = true;
    truth_step(&w, 30, 1);
    assert_true(outlook_is_stale(&f, &w.s));
    arena_free(&arena);
}

/* The same bytes each time, whatever the memory held before. */
static void exact_same_bytes(void **state)
{
    struct arena arena = {0};
    struct outlook_fit f[2];

    (void)state;
    truth_start(&w, 80, true, 13);
    truth_ramp(&w, 100, 0.02);
    truth_noise(&w, 1, 0.5);
    for (int i = 0; i < 2; i++) {
        memset(&f[i], i, sizeof f[i]);
        assert_int_equal(outlook_fit(&w.s, &arena, &f[i]), ERR_OK);
        arena_reset(&arena);
    }
    assert_int_equal(f[0].count, f[1].count);
    for (size_t i = 0; i < f[0].count; i++) {
        assert_true(f[0].node[i].weight == f[1].node[i].weight);
        assert_true(f[0].node[i].sigma == f[1].node[i].sigma);
        assert_int_equal(f[0].node[i].shape, f[1].node[i].shape);
    }
    arena_free(&arena);
}

static void exact_names(void **state)
{
    (void)state;
    assert_string_equal(outlook_state_name(OUTLOOK_DATED), "dated");
    assert_string_equal(outlook_reason_name(OUTLOOK_NO_NOISE), "no_noise");
    assert_string_equal(outlook_method_name(OUTLOOK_ACCELERATION), "acceleration");
    assert_string_equal(outlook_method_name(OUTLOOK_STEPS), "steps");
    assert_string_equal(outlook_method_name(OUTLOOK_METHOD_COUNT), "");
    assert_string_equal(outlook_state_name(OUTLOOK_STATE_COUNT), "");
    assert_string_equal(outlook_reason_name(OUTLOOK_REASON_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_line_is_dated),
        cmocka_unit_test(truth_late_onset_counts_alone),
        cmocka_unit_test(truth_creep_is_told_by_inverse_velocity),
        cmocka_unit_test(truth_consolidation_ends),
        cmocka_unit_test(invariant_unit_mirror_and_axis),
        cmocka_unit_test(invariant_missing_is_absent),
        cmocka_unit_test(truth_steps),
        cmocka_unit_test(exact_exceeded),
        cmocka_unit_test(exact_held),
        cmocka_unit_test(truth_doubt_and_season),
        cmocka_unit_test(exact_pace),
        cmocka_unit_test(exact_reasons_to_abstain),
        cmocka_unit_test(hostile_input_is_refused),
        cmocka_unit_test(hostile_series_are_answered),
        cmocka_unit_test(exact_fit_grows_stale),
        cmocka_unit_test(exact_same_bytes),
        cmocka_unit_test(exact_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
