/* How a compensated quantity moves: by hand and with known truth. How often noise is taken for
 * movement: test_movement_rates.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shikumen/core/movement.h"
#include "shikumen/num/random.h"

#define DAYS_MOST 1600

static const struct movement_doubt no_doubt;

static struct movement judge(const float *r, size_t n, const struct movement_doubt *doubt)
{
    struct arena arena = {0};
    struct movement m = {0};

    assert_int_equal(movement_of(r, n, doubt, &arena, &m), ERR_OK);
    arena_free(&arena);
    return m;
}

/* --- weekly medians --- */

static void test_week_medians(void **state)
{
    const float r[17] = {1, 2, 3, 4, 5, 6, 7, NAN, NAN, 9, NAN, NAN, NAN, NAN, 5, 1, 3};
    double t[4], level[4];

    (void)state;
    assert_int_equal(movement_weeks(r, 17, 0, 2, t, level), 2);
    assert_true(t[0] == 3 && level[0] == 4);
    assert_true(t[1] == 17 && level[1] == 3);
    assert_int_equal(movement_weeks(r, 17, 0, 1, t, level), 3);
    assert_true(t[1] == 10 && level[1] == 9);
    assert_int_equal(movement_weeks(r, 17, 3, 2, t, level), 2); /* 4 5 6 7, then 5 1 3 less one */
    assert_true(level[0] == 6);
    assert_int_equal(movement_weeks(r, 17, 0, 0, t, level), 3); /* an empty week has no median */
    assert_int_equal(movement_weeks(r, 17, 17, 1, t, level), 0);
    assert_int_equal(movement_weeks(NULL, 0, 0, 1, t, level), 0);
}

/* --- levels --- */

static void test_too_little(void **state)
{
    float r[40];
    struct movement m;
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < 40; i++)
        r[i] = i % 10 == 0 ? (float)i : NAN;
    assert_int_equal(movement_of(NULL, 0, &no_doubt, &arena, &m), ERR_TOO_FEW);
    assert_int_equal(movement_of(r, 1, &no_doubt, &arena, &m), ERR_TOO_FEW);
    assert_int_equal(movement_of(r, 40, &no_doubt, &arena, &m), ERR_TOO_FEW); /* four days */
    r[39] = 1;
    assert_int_equal(movement_of(r, 40, &no_doubt, &arena, &m), ERR_OK);
    assert_int_equal(m.days, 5);
    assert_int_equal(m.governing, -1);
    for (int w = 0; w < MOVEMENT_WINDOWS; w++)
        assert_int_equal(m.window[w].weeks, 0);
    arena_free(&arena);
}

static void test_change_of_medians(void **state)
{
    float r[120];

    (void)state;
    for (size_t i = 0; i < 120; i++)
        r[i] = i < 60 ? 2 : 5;
    r[3] = 1000; /* one wild day does not move a median */
    r[115] = -1000;
    struct movement m = judge(r, 120, &no_doubt);
    assert_true(m.baseline == 2);
    assert_true(m.level == 5);
    assert_true(m.change == 3);
}

static void test_constant_is_still(void **state)
{
    float r[400];

    (void)state;
    for (size_t i = 0; i < 400; i++)
        r[i] = 3;
    struct movement m = judge(r, 400, &no_doubt);
    assert_true(m.change == 0 && m.error == 0);
    assert_true(m.white == 0 && m.wander == 0);
    assert_int_equal(m.governing, -1);
    for (int w = 0; w < MOVEMENT_WINDOWS; w++)
        assert_true(m.window[w].slope == 0 && !m.window[w].significant);
}

static void test_hostile_days_are_missing(void **state)
{
    static const float hostile[] = {NAN, INFINITY, -INFINITY};
    float r[300], same[300];

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        r[i] = same[i] = (float)sin((double)i);
        if (i % 4 == 1) {
            r[i] = hostile[i / 4 % 3];
            same[i] = NAN;
        }
    }
    struct movement a = judge(r, 300, &no_doubt), b = judge(same, 300, &no_doubt);
    assert_int_equal(a.days, 225);
    assert_memory_equal(&a, &b, sizeof a);
}

/* --- windows --- */

static void line(float *r, size_t n, double slope, double sd, struct random *chance)
{
    for (size_t i = 0; i < n; i++)
        r[i] = (float)(slope * (double)i + sd * random_normal(chance));
}

static void test_windows_by_length(void **state)
{
    static const struct {
        size_t days;
        bool there[MOVEMENT_WINDOWS];
    } cases[] = {{62, {0, 0, 0, 0}},  {63, {1, 0, 0, 0}},  {112, {1, 1, 0, 0}}, {224, {1, 1, 1, 0}},
                 {364, {1, 1, 1, 0}}, {371, {1, 1, 1, 1}}, {1500, {1, 1, 1, 1}}};
    struct random chance = random_seeded(3);
    float r[1500];

    (void)state;
    line(r, 1500, 1e-3, 0.1, &chance);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct movement m = judge(r, cases[c].days, &no_doubt);
        for (int w = 0; w < MOVEMENT_WINDOWS; w++)
            assert_true((m.window[w].weeks > 0) == cases[c].there[w]);
        if (cases[c].days == 1500)
            assert_int_equal(m.window[3].weeks, 214);
    }
}

/* A slope is found with its size, within its own error. */
static void test_line_is_found(void **state)
{
    struct random chance = random_seeded(5);
    float r[800];
    int inside = 0;

    (void)state;
    for (int trial = 0; trial < 100; trial++) {
        double slope = (trial % 2 ? -1 : 1) * 2e-3;
        line(r, 800, slope, 0.1, &chance);
        struct movement m = judge(r, 800, &no_doubt);
        assert_true(m.governing >= 0);
        assert_true(m.window[m.governing].slope * slope > 0);
        assert_true(fabs(m.window[3].slope / slope - 1) < 0.05);
        inside += fabs(m.window[3].slope - slope) < 2 * m.window[3].error;
    }
    assert_true(inside >= 90);
}

/* What has moved of late only is governed by a short window, what always moved by the long one. */
static void test_governing_window(void **state)
{
    struct random chance = random_seeded(7);
    float r[1100];

    (void)state;
    line(r, 1100, 5e-4, 0.05, &chance);
    assert_int_equal(judge(r, 1100, &no_doubt).governing, 3);
    for (size_t i = 0; i < 1100; i++)
        r[i] = (float)(0.05 * random_normal(&chance) + (i > 1000 ? 0.01 * (double)(i - 1000) : 0));
    struct movement m = judge(r, 1100, &no_doubt);
    assert_int_equal(m.governing, 0);
    m.window[0].significant = false;
    m.window[2].significant = true;
    m.window[2].slope = 3 * m.window[2].error;
    m.window[1].significant = m.window[3].significant = false;
    movement_govern(&m);
    assert_int_equal(m.governing, 2);
    m.window[2].significant = false;
    movement_govern(&m);
    assert_int_equal(m.governing, -1);
}

static void test_doubts_widen(void **state)
{
    struct random chance = random_seeded(9);
    struct movement_doubt doubt = {.level = 0.7};
    float r[800];

    (void)state;
    line(r, 800, 1e-3, 0.05, &chance);
    struct movement sure = judge(r, 800, &no_doubt);
    for (int w = 0; w < MOVEMENT_WINDOWS; w++)
        doubt.slope[w] = 1e-3 * (w + 1);
    struct movement unsure = judge(r, 800, &doubt);
    assert_true(fabs(hypot(sure.error, 0.7) - unsure.error) < 1e-12);
    assert_true(sure.governing >= 0);
    assert_int_equal(unsure.governing, -1);
    for (int w = 0; w < MOVEMENT_WINDOWS; w++)
        assert_true(unsure.window[w].error >= doubt.slope[w]);
}

/* Half of the days, at random, and a season without any: the same slope, a little less sure. */
static void test_gaps(void **state)
{
    struct random chance = random_seeded(13);
    float r[800], holed[800];

    (void)state;
    for (int trial = 0; trial < 20; trial++) {
        line(r, 800, 4e-3, 0.1, &chance);
        for (size_t i = 0; i < 800; i++)
            holed[i] = (i > 300 && i < 390) || random_uniform(&chance) < 0.5 ? NAN : r[i];
        struct movement whole = judge(r, 800, &no_doubt), part = judge(holed, 800, &no_doubt);
        assert_true(part.days < 420);
        assert_true(fabs(part.window[3].slope - 4e-3) < 1e-4);
        assert_true(part.window[3].weeks < whole.window[3].weeks);
        assert_true(part.governing >= 0);
    }
}

/* Nothing new comes: windows empty one after the other, no movement appears. */
static void test_silence_adds_nothing(void **state)
{
    struct random chance = random_seeded(15);
    float r[DAYS_MOST];

    (void)state;
    line(r, 500, 0, 0.1, &chance);
    for (size_t i = 500; i < DAYS_MOST; i++)
        r[i] = NAN;
    struct movement last = judge(r, 500, &no_doubt);
    for (size_t n = 507; n < DAYS_MOST; n += 91) {
        struct movement m = judge(r, n, &no_doubt);
        assert_int_equal(m.governing, -1);
        assert_true(m.change == last.change && m.level == last.level);
        assert_true(n < 500 + 91 || m.window[0].weeks == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_week_medians),
        cmocka_unit_test(test_too_little),
        cmocka_unit_test(test_change_of_medians),
        cmocka_unit_test(test_constant_is_still),
        cmocka_unit_test(test_hostile_days_are_missing),
        cmocka_unit_test(test_windows_by_length),
        cmocka_unit_test(test_line_is_found),
        cmocka_unit_test(test_governing_window),
        cmocka_unit_test(test_doubts_widen),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_silence_adds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
