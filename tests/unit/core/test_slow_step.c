/* Jumps of the building's own that are told for themselves, and the gauge whose own thermometer
 * fails. */
#include "slow_site.h"

#define BLUE   1
#define YELLOW 2
#define JUMP_D 330
#define ENDS_D (JUMP_D + 28 + 28) /* news, and then time to see that it is none any more */

/* --- short of every limit --- */

/* A crack by 0.08 mm (attention at 0.1), a point by 1.2 mm (at 2): noticed within ten days of the
 * jump with its size, of no limit, and ended in time; nothing else is said. */
static void expect_notice(enum place at, double size, uint64_t seed)
{
    struct site *s = site_new(3, 430, seed);

    add_step(s, 1, at, JUMP_D, size);
    site_run(s, 0, s->steps, 1);
    if (s->tolds != 2)
        site_print(s);
    assert_int_equal(s->tolds, 2);
    const struct finding *f = &s->told[0].f, *end = &s->told[1].f;
    assert_int_equal(s->told[0].sensor, site_sensor(s, 1, at));
    assert_int_equal(s->told[1].sensor, site_sensor(s, 1, at));
    assert_int_equal(f->kind, KIND_STEP);
    assert_int_equal(f->level, BLUE);
    assert_null(f->limit);
    assert_true(f->error > 0 && fabs(f->value - size) < 4 * f->error);
    assert_in_range((int)day_of(f->t_us), JUMP_D + 6, JUMP_D + 10);
    assert_int_equal(end->kind, KIND_STEP);
    assert_int_equal(end->level, 0);
    assert_in_range((int)day_of(end->t_us), ENDS_D, ENDS_D + 4);
    site_free(s);
}

static void test_a_jump_is_noticed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 4; seed++) {
        expect_notice(CRACK, 0.08, 200 + seed);
        expect_notice(SETTLED, 1.2, 210 + seed);
    }
}

/* A crack that closes and ground that rises harm nobody. */
static void test_the_harmless_way(void **state)
{
    struct site *s = site_new(3, 430, 220);

    (void)state;
    add_step(s, 1, CRACK, JUMP_D, -0.08);
    add_step(s, 0, SETTLED, JUMP_D, -1.2);
    site_run(s, 0, s->steps, 1);
    site_print(s);
    assert_int_equal(s->tolds, 0);
    site_free(s);
}

/* Back after twelve days: the notice does not outlive its reason by more than its time to end. */
static void test_what_goes_back(void **state)
{
    struct site *s = site_new(3, 430, 230);

    (void)state;
    add_step(s, 1, CRACK, JUMP_D, 0.08);
    add_step(s, 1, CRACK, JUMP_D + 12, -0.08);
    site_run(s, 0, s->steps, 1);
    assert_int_equal(s->tolds, 2);
    assert_int_equal(s->told[0].f.level, BLUE);
    assert_int_equal(s->told[1].f.level, 0);
    assert_true(day_of(s->told[1].f.t_us) < ENDS_D);
    site_free(s);
}

/* The notice is followed by the level that a limit gives; what began suddenly is called so. */
static void test_a_notice_that_worsens(void **state)
{
    struct site *s = site_new(3, 700, 240);
    int worst = 0;

    (void)state;
    add_step(s, 1, CRACK, JUMP_D, 0.08);
    add_ramp(s, 1, CRACK, JUMP_D + 10, 0.6 / 365);
    site_run(s, 0, s->steps, 1);
    assert_int_equal(s->told[0].f.kind, KIND_STEP);
    assert_int_equal(s->told[0].f.level, BLUE);
    for (size_t i = 1; i < s->tolds; i++) {
        const struct finding *f = &s->told[i].f;
        assert_int_equal(s->told[i].sensor, site_sensor(s, 1, CRACK));
        worst = f->level > worst ? f->level : worst;
        if (f->level >= YELLOW)
            assert_non_null(f->limit);
    }
    assert_true(worst >= YELLOW);
    site_free(s);
}

/* --- the gauge's own thermometer --- */

/* It sends what cannot be true for a hundred days, and the gauge jumps meanwhile: a fault of both,
 * no movement; the other gauge of the node, which has no part in it, is believed. */
static void test_own_thermometer_fails(void **state)
{
    struct site *s = site_new(2, 320, 250);

    (void)state;
    memset(site_flags(s, 0, T_WALL) + 200 * PER_DAY, QF_FAIL, 100 * PER_DAY);
    add_step(s, 0, CRACK, 230, 0.6);
    site_run(s, 0, 295 * PER_DAY, 1);
    const struct finding *f = first_told(s, 0, CRACK, KIND_FAULT, YELLOW);
    const struct finding *t = first_told(s, 0, T_WALL, KIND_FAULT, YELLOW);
    assert_non_null(f);
    assert_int_equal(f->cause, DOUBT_THERMOMETER);
    assert_in_range((int)day_of(f->t_us), 203, 206);
    assert_non_null(t);
    assert_int_equal(t->cause, DOUBT_NOTHING_VALID);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    assert_int_equal(worst_told(s, 0, CRACK_2, KIND_FAULT), 0);
    site_run(s, 295 * PER_DAY, s->steps, 1); /* valid again: believed two weeks later */
    assert_int_equal(slow_look(s->slow, site_sensor(s, 0, CRACK)).doubt, DOUBT_NONE);
    site_free(s);
}

/* One that got stuck, which the tests take for failure as well, proves nothing against its gauge.
 */
static void test_own_thermometer_is_stuck(void **state)
{
    struct site *s = site_new(2, 320, 270);
    double *v = site_values(s, 0, T_WALL);

    (void)state;
    for (size_t i = 197 * PER_DAY; i < s->steps; i++)
        v[i] = v[197 * PER_DAY];
    memset(site_flags(s, 0, T_WALL) + 200 * PER_DAY, QF_FAIL, 120 * PER_DAY);
    site_run(s, 0, s->steps, 1);
    assert_int_equal(worst_told(s, 0, T_WALL, KIND_FAULT), YELLOW);
    assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
    site_free(s);
}

/* One that is merely silent proves nothing against its gauge. */
static void test_own_thermometer_is_silent(void **state)
{
    struct site *s = site_new(2, 300, 260);

    (void)state;
    drop(s, 0, T_WALL, 200, 300);
    site_run(s, 0, s->steps, 1);
    site_print(s);
    assert_int_equal(s->tolds, 0);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_jump_is_noticed),
        cmocka_unit_test(test_the_harmless_way),
        cmocka_unit_test(test_what_goes_back),
        cmocka_unit_test(test_a_notice_that_worsens),
        cmocka_unit_test(test_own_thermometer_fails),
        cmocka_unit_test(test_own_thermometer_is_stuck),
        cmocka_unit_test(test_own_thermometer_is_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
