/* Sensor or building: jumps over gaps, of nodes, by units; channels that say nothing valid or too
 * much; sensors that stop. */
#include "slow_site.h"

#include "shikumen/core/slow_trace.h"

#define YELLOW 2
#define RED    4
#define JUMP_D 330

/* The first fault told of a sensor; its cause. */
static enum slow_doubt cause_told(const struct site *s, size_t house, enum place at)
{
    const struct finding *f = first_told(s, house, at, KIND_FAULT, 1);

    return f ? (enum slow_doubt)f->cause : DOUBT_NONE;
}

static void expect_nothing_but(const struct site *s, size_t house, enum place first,
                               enum place last)
{
    for (size_t i = 0; i < s->tolds; i++) {
        bool meant = false;
        for (int p = first; p <= (int)last; p++)
            meant = meant || s->told[i].sensor == site_sensor(s, house, (enum place)p);
        if (!meant)
            site_print(s);
        assert_true(meant);
    }
}

/* A new sensor that hangs otherwise: it is the sensor, at once, and its jump is taken off. */
static void test_jump_over_a_gap_is_the_sensors(void **state)
{
    static const double sizes[] = {0.3, -0.5, 3};

    (void)state;
    for (size_t k = 0; k < 6; k++) {
        struct site *s = site_new(3, 420, 50 + k);
        add_step(s, 0, CRACK, JUMP_D, sizes[k % 3]);
        drop(s, 0, CRACK, JUMP_D - 1 - (double)(k / 3) * 0.25, JUMP_D);
        site_run(s, 0, s->steps, 1);
        const struct finding *f = first_told(s, 0, CRACK, KIND_FAULT, YELLOW);
        assert_non_null(f);
        assert_int_equal(f->cause, DOUBT_SWAPPED);
        if (sizes[k % 3] == 3) /* as large as a limit that counts: within hours */
            assert_true(f->t_us < T0_US + JUMP_D * DAY + DAY / 2);
        else
            assert_in_range((int)day_of(f->t_us), JUMP_D + 5, JUMP_D + 10);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        expect_nothing_but(s, 0, CRACK, CRACK);
        struct slow_view v = slow_look(s->slow, site_sensor(s, 0, CRACK));
        assert_true(fabs(v.movement.change) < 0.04);
        assert_int_equal(v.doubt, DOUBT_NONE); /* it goes on being believed */
        site_free(s);
    }
}

/* The gap ends late in a day, so that the first whole day after the jump has none right before it.
 */
static void test_jump_over_a_gap_that_ends_at_night(void **state)
{
    static const double sizes[] = {0.3, -0.5, 0.7, 3};

    (void)state;
    for (size_t k = 0; k < 6; k++) {
        struct site *s = site_new(3, 420, 150 + k);
        double end = JUMP_D + (k % 3 == 0 ? 7.0 : 6.0) / PER_DAY;
        add_step(s, 0, CRACK, end, sizes[k % 4]);
        drop(s, 0, CRACK, end - 1 - (double)(k % 3), end);
        site_run(s, 0, s->steps, 1);
        assert_int_equal(cause_told(s, 0, CRACK), DOUBT_SWAPPED);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        assert_true(fabs(slow_look(s->slow, site_sensor(s, 0, CRACK)).movement.change) < 0.04);
        site_free(s);
    }
}

/* How much of a difference of readings is the sensor's own: known within hours where it is told
 * then, else when the days have shown it. */
static void test_own_jumps(void **state)
{
    struct site *s = site_new(3, 420, 190);
    const int64_t at = T0_US + JUMP_D * DAY;
    uint32_t sensor = site_sensor(s, 0, CRACK);

    (void)state;
    add_step(s, 0, CRACK, JUMP_D, 3);
    drop(s, 0, CRACK, JUMP_D - 1, JUMP_D);
    site_run(s, 0, JUMP_D * PER_DAY, 1);
    assert_true(slow_own_jumps(s->slow, sensor, at - 30 * DAY, at + DAY) == 0);
    for (int day = 1; day < 30; day++) {
        site_run(s, (size_t)(JUMP_D + day - 1) * PER_DAY, (size_t)(JUMP_D + day) * PER_DAY, 1);
        double jumps = slow_own_jumps(s->slow, sensor, at - 30 * DAY, at + day * DAY);
        assert_true(fabs(jumps - 3) < 0.15);
    }
    assert_true(slow_own_jumps(s->slow, sensor, at + 3 * DAY, at + 30 * DAY) == 0);
    assert_true(slow_own_jumps(s->slow, sensor, at - 30 * DAY, at - 3 * DAY) == 0);
    site_free(s);
}

/* A gap beside it, over which it was not: the wall. */
static void test_jump_beside_a_gap_is_the_buildings(void **state)
{
    (void)state;
    for (size_t k = 0; k < 6; k++) {
        struct site *s = site_new(3, 420, 170 + k);
        double gap = JUMP_D + (k % 2 == 0 ? 1 : -2);
        add_step(s, 0, CRACK, JUMP_D, 0.3);
        drop(s, 0, CRACK, gap, gap + 0.75);
        site_run(s, 0, s->steps, 1);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_STEP), YELLOW);
        site_free(s);
    }
}

/* Four days elsewhere, then weeks without a valid reading, then all is as before: neither the way
 * there nor the way back moves the baseline. */
static void test_an_excursion_is_void(void **state)
{
    (void)state;
    for (uint64_t seed = 56; seed < 60; seed++) {
        struct site *s = site_new(3, 420, seed);
        add_step(s, 0, CRACK, JUMP_D, -1.9);
        add_step(s, 0, CRACK, JUMP_D + 34, 1.9);
        drop(s, 0, CRACK, JUMP_D + 4, JUMP_D + 34);
        site_run(s, 0, s->steps, 1);
        struct slow_view v = slow_look(s->slow, site_sensor(s, 0, CRACK));
        assert_true(fabs(v.movement.change) < 0.06);
        assert_true(worst_moved(s, 0, CRACK) < YELLOW);
        assert_true(slow_is_void(s->slow, site_sensor(s, 0, CRACK), T0_US + JUMP_D * DAY,
                                 T0_US + (JUMP_D + 3) * DAY));
        assert_false(
            slow_is_void(s->slow, site_sensor(s, 0, CRACK), T0_US, T0_US + (JUMP_D - 2) * DAY));
        site_free(s);
    }
}

/* Many of them, months apart: what lies between is known all the same, also after training. */
static void test_many_excursions_are_void_each(void **state)
{
    struct site *s = site_new(3, 420, 61);
    struct slow_trace t;
    size_t unknown = 0;
    (void)state;

    for (int day = 130; day < 390; day += 30) {
        add_step(s, 0, CRACK, day, -1.9);
        add_step(s, 0, CRACK, day + 4, 1.9);
    }
    slow_trace_init(&t, site_sensor(s, 0, CRACK));
    site_run(s, 0, s->steps, PER_DAY);
    assert_int_equal(slow_trace_take(&t, s->slow), ERR_OK);
    for (size_t i = 0; i < t.count; i++)
        unknown += isnan(t.days[i].residual) ? 1 : 0;
    assert_in_range(unknown, 30, 60);
    slow_trace_free(&t);
    site_free(s);
}

/* A day and a half elsewhere, as in another unit: no jump on either way, by hours or by days, and
 * the days do not count; a gap is none. */
static void test_a_short_excursion_is_void(void **state)
{
    static const double sizes[] = {-1.9, 12, -12, 0.6};

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct site *s = site_new(3, 420, 70 + k);
        uint32_t crack = site_sensor(s, 0, CRACK);
        add_step(s, 0, CRACK, JUMP_D + 0.25, sizes[k]);
        add_step(s, 0, CRACK, JUMP_D + 1.75, -sizes[k]);
        drop(s, 0, CRACK_2, JUMP_D, JUMP_D + 2);
        site_run(s, 0, s->steps, 1);
        for (size_t i = 0; i < s->tolds; i++) /* what is told on the way there ends with it */
            assert_true(day_of(s->told[i].f.t_us) < JUMP_D + 4 || s->told[i].f.level == 0);
        assert_true(slow_is_void(s->slow, crack, T0_US + JUMP_D * DAY, T0_US + (JUMP_D + 2) * DAY));
        assert_false(
            slow_is_void(s->slow, site_sensor(s, 0, CRACK_2), T0_US, T0_US + (JUMP_D + 9) * DAY));
        assert_true(fabs(slow_look(s->slow, crack).movement.change) < 0.06);
        site_free(s);
    }
}

/* Without a gap the wall jumped: told as a step of that size and day, not as a fault, nor as a slow
 * movement beside it. */
static void test_jump_is_the_buildings(void **state)
{
    (void)state;
    for (uint64_t seed = 60; seed < 64; seed++) {
        struct site *s = site_new(3, 420, seed);
        add_step(s, 0, CRACK, JUMP_D, 0.3);
        site_run(s, 0, s->steps, 1);
        const struct finding *f = first_told(s, 0, CRACK, KIND_STEP, YELLOW);
        assert_non_null(f);
        assert_non_null(f->limit);
        assert_true(day_of(f->t_us) < JUMP_D + 21);
        assert_true(fabs(f->value - 0.3) < 0.05);
        assert_true(fabs(f->jump - 0.3) < 0.05);
        assert_true(fabs(day_of(f->since_us) - JUMP_D) <= 1);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_TREND), 0);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
        expect_nothing_but(s, 0, CRACK, CRACK);
        site_free(s);
    }
}

/* What opens slowly is no step, also where it wavers; a step on a slow movement that has been told
 * is one only when most of the change came at once, or half a limit that counts. */
static void test_slow_is_no_step(void **state)
{
    (void)state;
    for (uint64_t seed = 64; seed < 67; seed++) {
        struct site *s = site_new(3, 700, seed);
        add_ramp(s, 0, CRACK, 380, 1.2 / 365);
        add_ramp(s, 1, CRACK, 380, 0.8 / 365);
        add_step(s, 1, CRACK, 600, 0.22); /* of 0.48 + 0.22 */
        site_run(s, 0, s->steps, 1);
        assert_true(worst_told(s, 0, CRACK, KIND_TREND) >= YELLOW);
        assert_true(worst_told(s, 1, CRACK, KIND_TREND) >= YELLOW);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_STEP), 0);
        assert_int_equal(worst_told(s, 1, CRACK, KIND_STEP), 0);
        site_free(s);
    }
}

/* A node that was away comes back with all its channels elsewhere. */
static void test_node_jumps(void **state)
{
    struct site *s = site_new(3, 420, 70);

    (void)state;
    for (int p = CRACK; p <= CRACK_2; p++) {
        add_step(s, 1, (enum place)p, JUMP_D, p == CRACK ? 0.4 : -0.25);
        drop(s, 1, (enum place)p, JUMP_D - 2, JUMP_D);
    }
    site_run(s, 0, s->steps, 1);
    assert_int_equal(cause_told(s, 1, CRACK), DOUBT_NODE);
    assert_int_equal(cause_told(s, 1, CRACK_2), DOUBT_NODE);
    assert_int_equal(worst_moved(s, 1, PER_HOUSE), 0);
    expect_nothing_but(s, 1, CRACK, CRACK_2);
    site_free(s);
}

static void scale(struct site *s, size_t house, enum place at, double from_d, double to_d,
                  double factor)
{
    double *v = site_values(s, house, at);

    for (size_t i = (size_t)(from_d * PER_DAY); i < (size_t)(to_d * PER_DAY) && i < s->steps; i++)
        v[i] *= factor;
}

/* Metres for millimetres and the like, for fifty days: a fault as long as it lasts, and then as if
 * these days had not been. */
static void test_unit_mistakes(void **state)
{
    static const double factors[] = {1e-3, 1000, 0.1, 10, 1 / 25.4, 1e-6};

    (void)state;
    for (size_t k = 0; k < sizeof factors / sizeof *factors; k++) {
        struct site *s = site_new(2, 440, 80 + k);
        scale(s, 0, CRACK, JUMP_D, JUMP_D + 50, factors[k]);
        site_run(s, 0, s->steps, 1);
        if (cause_told(s, 0, CRACK) != DOUBT_UNIT || worst_moved(s, 0, CRACK) > 0)
            site_print(s);
        assert_int_equal(cause_told(s, 0, CRACK), DOUBT_UNIT);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        expect_nothing_but(s, 0, CRACK, CRACK);
        struct slow_view v = slow_look(s->slow, site_sensor(s, 0, CRACK));
        if (!(fabs(v.movement.change) < 0.05))
            fail_msg("factor %g: change %g", factors[k], v.movement.change);
        assert_in_range(v.movement.days, 375, 392);
        for (size_t i = 0; i < s->tolds; i++)
            assert_true(s->told[i].f.level > 0 || day_of(s->told[i].f.t_us) > JUMP_D + 50);
        site_free(s);
    }
}

/* Told within hours as another unit; the days, whose scatter is lost in the last digit of the other
 * scale, do not make a movement of it. */
static void test_unit_whose_scatter_is_lost(void **state)
{
    (void)state;
    for (uint64_t seed = 180; seed < 182; seed++) {
        struct site *s = site_new(2, 420, seed);
        double *v = site_values(s, 0, CRACK);
        scale(s, 0, CRACK, JUMP_D, JUMP_D + 50, 10);
        for (size_t i = JUMP_D * PER_DAY + 4; i < (JUMP_D + 50) * PER_DAY; i++)
            v[i] = round(v[i]);
        site_run(s, 0, s->steps, 1);
        assert_int_equal(cause_told(s, 0, CRACK), DOUBT_UNIT);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        site_free(s);
    }
}

/* A crack at zero that opens is not taken for a mistake, whatever the factor. */
static void test_opening_from_zero_is_no_unit(void **state)
{
    static const double sizes[] = {0.2, 0.3, 1};

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct site *s = site_new(2, 420, 90 + k);
        double *v = site_values(s, 0, CRACK), mean = 0;
        for (size_t i = 0; i < s->steps; i++)
            mean += v[i] / (double)s->steps;
        for (size_t i = 0; i < s->steps; i++)
            v[i] -= mean;
        add_step(s, 0, CRACK, JUMP_D, sizes[k]);
        site_run(s, 0, s->steps, 1);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
        assert_true(worst_told(s, 0, CRACK, KIND_STEP) >= YELLOW);
        site_free(s);
    }
}

/* It speaks, and nothing of it passes. */
static void test_nothing_valid(void **state)
{
    struct site *s = site_new(2, 300, 100);

    (void)state;
    memset(site_flags(s, 0, CRACK) + 200 * PER_DAY, QF_FAIL, 100 * PER_DAY);
    site_run(s, 0, s->steps, 1);
    const struct finding *f = first_told(s, 0, CRACK, KIND_FAULT, YELLOW);
    assert_non_null(f);
    assert_int_equal(f->cause, DOUBT_NOTHING_VALID);
    assert_in_range((int)day_of(f->t_us), 203, 208);
    assert_int_equal(slow_look(s->slow, site_sensor(s, 0, CRACK)).doubt, DOUBT_NOTHING_VALID);
    expect_nothing_but(s, 0, CRACK, CRACK);
    site_free(s);
}

static void test_noise(void **state)
{
    struct site *s = site_new(2, 400, 110);
    struct random chance = random_seeded(1);
    double *v = site_values(s, 0, CRACK);

    (void)state;
    for (size_t i = 320 * PER_DAY; i < s->steps; i++)
        v[i] += 0.25 * random_normal(&chance);
    site_run(s, 0, s->steps, 1);
    assert_int_equal(cause_told(s, 0, CRACK), DOUBT_NOISE);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    expect_nothing_but(s, 0, CRACK, CRACK);
    site_free(s);
}

/* A crack seldom heals: one that closes steadily is a gauge that creeps. */
static void test_closing_crack(void **state)
{
    struct site *s = site_new(2, 800, 115);

    (void)state;
    add_ramp(s, 0, CRACK, 380, -0.5 / 365);
    site_run(s, 0, s->steps, 1);
    assert_int_equal(cause_told(s, 0, CRACK), DOUBT_BACKWARDS);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    expect_nothing_but(s, 0, CRACK, CRACK);
    site_free(s);
}

/* The gauge answers to temperature otherwise from a day on; whether that was told, as such. */
static bool gain_is_told(double from_d, double factor, uint64_t seed)
{
    struct site *s = site_new(2, 1000, seed);
    double *v = site_values(s, 0, CRACK), middle = 0;
    size_t from = (size_t)from_d * PER_DAY;
    bool told = false;

    for (size_t i = from - PER_DAY; i < from + PER_DAY; i++)
        middle += v[i] / (2 * PER_DAY);
    for (size_t i = from; i < s->steps; i++)
        v[i] = middle + factor * (v[i] - middle);
    site_run(s, 0, s->steps, 1);
    expect_nothing_but(s, 0, CRACK, CRACK);
    assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), YELLOW);
    for (size_t i = 0; i < s->tolds; i++)
        told = told || (s->told[i].f.kind == KIND_FAULT && s->told[i].f.level > 0 &&
                        s->told[i].f.cause == DOUBT_GAIN);
    site_free(s);
    return told;
}

/* 2.5 times as it did, or the other way round: always a fault; of gain unless another cause (it
 * closes) came first. */
static void test_gain(void **state)
{
    static const double from_d[] = {390, 480, 570, 660}, factor[] = {2.5, -1};
    int told = 0;

    (void)state;
    for (size_t k = 0; k < 8; k++)
        told += gain_is_told(from_d[k % 4], factor[k / 4], 117 + k);
    assert_in_range(told, 3, 8);
}

/* A crack that opens fast, from when its model is young, is never a gauge that answers otherwise,
 * and what is held of it is not let go. */
static void test_fast_damage_is_no_gain(void **state)
{
    (void)state;
    for (uint64_t seed = 2000; seed < 2006; seed++) {
        struct site *s = site_new(2, 700, seed);
        add_ramp(s, 1, CRACK, 60, 1.6 / 365);
        site_run(s, 0, s->steps, 1);
        if (worst_told(s, 1, CRACK, KIND_FAULT) > 0)
            site_print(s);
        assert_int_equal(worst_told(s, 1, CRACK, KIND_FAULT), 0);
        assert_int_equal(worst_moved(s, 1, CRACK), RED);
        for (size_t i = 0; i < s->tolds; i++)
            assert_true(s->told[i].f.level > 0);
        site_free(s);
    }
}

/* --- sensors that stop --- */

/* What was told stays; nothing new comes of silence; coverage falls. */
static void test_silence(void **state)
{
    struct site *s = site_new(3, 1000, 120);
    size_t tolds;

    (void)state;
    add_ramp(s, 1, CRACK, 380, 0.8 / 365);
    for (size_t h = 0; h < 2; h++)
        for (int p = 0; p < PER_HOUSE; p++)
            drop(s, h, (enum place)p, 560, 1000);
    site_run(s, 0, 560 * PER_DAY, 1);
    assert_true(worst_moved(s, 1, CRACK) >= YELLOW);
    tolds = s->tolds;
    double covered = slow_look(s->slow, site_sensor(s, 1, CRACK)).coverage;
    site_run(s, 560 * PER_DAY, s->steps, 1);
    if (s->tolds != tolds)
        site_print(s);
    assert_int_equal(s->tolds, tolds);
    assert_true(covered > 0.99);
    assert_true(slow_look(s->slow, site_sensor(s, 1, CRACK)).coverage < 0.1);
    assert_true(slow_look(s->slow, site_sensor(s, 2, CRACK)).coverage > 0.99);
    site_free(s);
}

/* A month away and back where weather wants it: nothing is told. */
static void test_back_after_a_month(void **state)
{
    struct site *s = site_new(3, 500, 130);

    (void)state;
    for (int p = 0; p < PER_HOUSE; p++)
        drop(s, 0, (enum place)p, 380, 412);
    site_run(s, 0, s->steps, 1);
    site_print(s);
    assert_int_equal(s->tolds, 0);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_excursion_is_void),
        cmocka_unit_test(test_many_excursions_are_void_each),
        cmocka_unit_test(test_a_short_excursion_is_void),
        cmocka_unit_test(test_jump_over_a_gap_is_the_sensors),
        cmocka_unit_test(test_jump_over_a_gap_that_ends_at_night),
        cmocka_unit_test(test_jump_beside_a_gap_is_the_buildings),
        cmocka_unit_test(test_own_jumps),
        cmocka_unit_test(test_jump_is_the_buildings),
        cmocka_unit_test(test_slow_is_no_step),
        cmocka_unit_test(test_node_jumps),
        cmocka_unit_test(test_unit_mistakes),
        cmocka_unit_test(test_unit_whose_scatter_is_lost),
        cmocka_unit_test(test_opening_from_zero_is_no_unit),
        cmocka_unit_test(test_nothing_valid),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_closing_crack),
        cmocka_unit_test(test_gain),
        cmocka_unit_test(test_fast_damage_is_no_gain),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_back_after_a_month),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
