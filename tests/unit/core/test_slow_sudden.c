/* What happens within hours is told within hours: how soon, how much, whose, and what becomes of
 * it. */
#include "slow_site.h"

#include "slow_again.h"

#define YELLOW 2
#define ORANGE 3
#define RED    4
#define JUMP_D 330
#define JUMP   ((size_t)(JUMP_D * PER_DAY) + 3)
#define AT(i)  (T0_US + (int64_t)(i)*STEP_US)

static struct site *jumped(double size, uint64_t seed)
{
    struct site *s = site_new(3, 360, seed);

    add_step(s, 0, CRACK, (double)JUMP / PER_DAY, size);
    return s;
}

/* What was told of a sensor, from a reading on: the k-th, NULL when there is none. */
static const struct finding *told_since(const struct site *s, enum place at, size_t from, size_t k)
{
    for (size_t i = 0; i < s->tolds; i++)
        if (s->told[i].sensor == site_sensor(s, 0, at) && s->told[i].f.t_us >= AT(from) && k-- == 0)
            return &s->told[i].f;
    return NULL;
}

/* --- how soon and how much --- */

/* By the third reading, at orange as long as only one gauge says so; confirmed within ten days, and
 * red then when it is. */
static void expect_told(double size, double limit, uint64_t seed)
{
    struct site *s = jumped(size, seed);

    site_run(s, 0, s->steps, 1);
    const struct finding *f = told_since(s, CRACK, JUMP, 0), *then = told_since(s, CRACK, JUMP, 1);
    assert_non_null(f);
    assert_int_equal(f->kind, KIND_STEP);
    assert_int_equal(f->level, ORANGE);
    assert_true(f->limit->value == limit);
    assert_true(f->unsettled && f->moved == 0 && f->asked == 2);
    assert_true(f->t_us == AT(JUMP + 2) && f->since_us == AT(JUMP));
    assert_true(fabs(f->jump - size) < 0.1 && fabs(f->value - size) < 0.1);
    assert_non_null(then);
    assert_int_equal(then->kind, KIND_STEP);
    assert_false(then->unsettled);
    assert_true(then->t_us < AT(JUMP) + 10 * DAY);
    assert_true(then->level >= ORANGE && fabs(then->value - size) < 0.15 * size);
    assert_int_equal(worst_moved(s, 0, CRACK), size > 1 ? RED : ORANGE);
    assert_int_equal(worst_told(s, 0, PER_HOUSE, KIND_FAULT), 0);
    site_free(s);
}

static void test_told_by_the_third_reading(void **state)
{
    (void)state;
    expect_told(0.6, 0.5, 401);
    expect_told(1.15, 1, 402);
    expect_told(3, 1, 403);
    expect_told(10, 1, 404);
}

/* Half a limit in hours on what was known: the change counts, the jump must be a good part of it.
 */
static void test_on_top_of_what_was_known(void **state)
{
    struct site *s = jumped(0.35, 405);

    (void)state;
    add_ramp(s, 0, CRACK, 60, 0.3 / 365);
    site_run(s, 0, s->steps, 1);
    const struct finding *f = told_since(s, CRACK, JUMP, 0);
    assert_non_null(f);
    assert_true(f->unsettled && f->t_us == AT(JUMP + 2));
    assert_true(f->value > 0.5 && fabs(f->jump - 0.35) < 0.05);
    site_free(s);
}

/* Too little, one spike, two, and the way that harms nobody. */
static void test_what_is_not_told(void **state)
{
    static const double sizes[] = {0.2, -2, 5, 5};
    static const size_t readings[] = {SIZE_MAX, SIZE_MAX, 1, 2};

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct site *s = site_new(3, 360, 410 + k);
        double *v = site_values(s, 0, CRACK);
        for (size_t i = JUMP; i < s->steps && i - JUMP < readings[k]; i++)
            v[i] += sizes[k];
        site_run(s, 0, JUMP + 2 * PER_DAY, 1);
        for (size_t i = 0; i < s->tolds; i++)
            assert_false(s->told[i].f.unsettled);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
        site_free(s);
    }
}

/* A gauge that swings by as much every day. */
static void test_its_own_day_is_no_jump(void **state)
{
    struct site *s = site_new(2, 120, 420);
    double *v = site_values(s, 0, CRACK);

    (void)state;
    for (size_t i = 0; i < s->steps; i++)
        v[i] += 0.8 * sin(2 * M_PI * (double)i / PER_DAY) * (i % (7 * PER_DAY) < 56 ? 1 : 0.9);
    site_run(s, 0, s->steps, 1);
    for (size_t i = 0; i < s->tolds; i++)
        assert_false(s->told[i].f.unsettled);
    site_free(s);
}

/* --- whose --- */

/* Another gauge of the house, or of the row, that moves: red at once. */
static void test_others_that_moved(void **state)
{
    (void)state;
    for (size_t house = 0; house < 2; house++) {
        struct site *s = jumped(3, 430 + house);
        add_step(s, house, SETTLED, (double)JUMP / PER_DAY, 4);
        site_run(s, 0, JUMP + PER_DAY, 1);
        const struct finding *f = told_since(s, CRACK, JUMP, 0);
        assert_non_null(f);
        assert_int_equal(f->level, RED);
        assert_true(f->unsettled && f->moved == 1);
        site_free(s);
    }
}

/* The thermometer of the node jumps as well; or what it shows cannot be. */
static void test_the_node_itself(void **state)
{
    struct site *s = jumped(3, 440);

    (void)state;
    add_step(s, 0, T_WALL, (double)JUMP / PER_DAY, 25);
    site_run(s, 0, JUMP + PER_DAY, 1);
    const struct finding *f = told_since(s, CRACK, JUMP, 0);
    assert_non_null(f);
    assert_int_equal(f->kind, KIND_FAULT);
    assert_int_equal(f->cause, DOUBT_NODE);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    site_free(s);
}

/* A gauge that became noisy days ago: chance puts three of its readings far out on one side. */
static void test_noise_is_no_jump(void **state)
{
    (void)state;
    for (uint64_t seed = 460; seed < 466; seed++) {
        struct site *s = jumped(0, seed);
        struct random chance = random_seeded(seed);
        truth_noise(&chance, 0.5, 0, site_values(s, 0, CRACK) + JUMP, s->steps - JUMP);
        site_run(s, 0, s->steps, 1);
        for (size_t i = 0; i < s->tolds; i++)
            assert_false(s->told[i].f.unsettled && s->told[i].f.t_us > AT(JUMP + 7 * PER_DAY));
        site_free(s);
    }
}

/* A closed crack that is sent in micrometres, too near to zero to know the factor: no wall opens by
 * 80 mm at once. After twenty days all is as before. */
static void test_too_much_to_be_true(void **state)
{
    (void)state;
    for (uint64_t seed = 470; seed < 472; seed++) {
        struct site *s = jumped(0, seed);
        double *v = site_values(s, 0, CRACK), mean = 0;
        for (size_t i = 0; i < s->steps; i++)
            mean += v[i] / (double)s->steps;
        for (size_t i = 0; i < s->steps; i++)
            v[i] += 0.08 - mean;
        for (size_t i = JUMP; i < JUMP + 20 * PER_DAY; i++)
            v[i] = 80 + 20 * (v[i] - 0.08);
        site_run(s, 0, s->steps, 1);
        const struct finding *f = told_since(s, CRACK, JUMP, 0);
        assert_non_null(f);
        assert_int_equal(f->kind, KIND_FAULT);
        assert_int_equal(f->cause, DOUBT_BEYOND);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        site_free(s);
    }
}

/* Over half a day without readings it is the gauge, unless another house of the row moved then. */
static void test_over_a_gap(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        struct site *s = jumped(3, 450);
        drop(s, 0, CRACK, (double)JUMP / PER_DAY - 1, (double)JUMP / PER_DAY);
        if (with)
            add_step(s, 1, CRACK, (double)JUMP / PER_DAY, 2);
        site_run(s, 0, JUMP + 12 * PER_DAY, 1);
        const struct finding *f = told_since(s, CRACK, JUMP, 0);
        assert_non_null(f);
        assert_int_equal(f->kind, with ? KIND_STEP : KIND_FAULT);
        assert_true(f->t_us == AT(JUMP + 2));
        if (!with) {
            assert_int_equal(f->cause, DOUBT_SWAPPED);
            assert_int_equal(worst_moved(s, 0, CRACK), 0);
        }
        site_free(s);
    }
}

/* What was missing comes after it: it was no jump over a gap. */
static void test_a_gap_that_is_filled(void **state)
{
    struct site *s = jumped(3, 455);
    size_t from = JUMP - 2 * PER_DAY;

    (void)state;
    site_run(s, 0, from, 1);
    site_take(s, 0, CRACK, JUMP);
    for (size_t i = from; i < JUMP; i++)
        site_take(s, 0, CRACK, i);
    site_take(s, 0, CRACK, JUMP + 1);
    site_take(s, 0, CRACK, JUMP + 2);
    assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
    site_free(s);
}

/* --- flags --- */

static void run_flagged(struct site *s, size_t from, size_t to, uint8_t flag, uint8_t test)
{
    for (size_t i = from; i < to; i++) {
        for (size_t h = 0; h < s->houses; h++)
            for (int p = 0; p < PER_HOUSE; p++) {
                struct reading r = {.t_us = AT(i),
                                    .rx_us = AT(i),
                                    .value = site_values(s, h, (enum place)p)[i],
                                    .flag = flag,
                                    .test = test};
                if (h == 0 && p == CRACK)
                    site_hear(s, site_sensor(s, 0, CRACK), &r);
                else
                    site_take(s, h, (enum place)p, i);
            }
        site_conclude(s, AT(i));
    }
}

/* Two days of opening that the rate test suspects: no gap in what is known, and it is the wall. It
 * goes on, hence red. */
static void test_a_fast_opening_is_no_gap(void **state)
{
    struct site *s = site_new(3, 360, 460);
    double *v = site_values(s, 0, CRACK);

    (void)state;
    for (size_t i = JUMP; i < s->steps; i++)
        v[i] += 4 * fmin(1, (double)(i - JUMP) / (2 * PER_DAY));
    site_run(s, 0, JUMP, 1);
    run_flagged(s, JUMP, JUMP + 2 * PER_DAY + 1, QF_SUSPECT, QT_RATE_OF_CHANGE);
    const struct finding *f = told_since(s, CRACK, JUMP, 0);
    assert_non_null(f);
    assert_true(f->unsettled && f->level == ORANGE && f->t_us <= AT(JUMP + 4));
    assert_int_equal(worst_moved(s, 0, CRACK), RED);
    site_run(s, JUMP + 2 * PER_DAY + 1, s->steps, 1);
    assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
    for (size_t i = 0; i < s->tolds; i++)
        assert_true(s->told[i].f.level > 0);
    site_free(s);
}

/* Out of its range: the instrument's, and today's. What fails for another reason says nothing. */
static void test_out_of_range(void **state)
{
    struct site *s = jumped(400, 470), *other = jumped(400, 470);

    (void)state;
    site_run(s, 0, JUMP, 1);
    run_flagged(s, JUMP, JUMP + 4, QF_FAIL, QT_GROSS_RANGE);
    const struct finding *f = told_since(s, CRACK, JUMP, 0);
    assert_non_null(f);
    assert_int_equal(f->kind, KIND_FAULT);
    assert_int_equal(f->cause, DOUBT_BEYOND);
    assert_int_equal(f->level, ORANGE);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    site_run(other, 0, JUMP, 1);
    run_flagged(other, JUMP, JUMP + 4, QF_FAIL, QT_SPIKE);
    assert_null(told_since(other, CRACK, JUMP, 0));
    site_free(s);
    site_free(other);
}

/* --- what becomes of it --- */

static void test_it_comes_back(void **state)
{
    struct site *s = jumped(3, 480);

    (void)state;
    add_step(s, 0, CRACK, (double)JUMP / PER_DAY + 1, -3);
    site_run(s, 0, JUMP + 2 * PER_DAY, 1);
    const struct finding *f = told_since(s, CRACK, JUMP, 0), *end = told_since(s, CRACK, JUMP, 1);
    assert_non_null(f);
    assert_true(f->unsettled && f->level == ORANGE);
    assert_non_null(end);
    assert_int_equal(end->level, 0);
    assert_int_equal(end->cause, DOUBT_RETURNED);
    assert_false(end->unsettled);
    assert_true(end->t_us == AT(JUMP + PER_DAY + 2));
    struct finding now[SLOW_CURRENT];
    assert_int_equal(slow_current(s->slow, site_sensor(s, 0, CRACK), now), 0);
    site_free(s);
}

/* What was held before it goes on as it was. */
static void test_it_comes_back_to_what_was_held(void **state)
{
    struct site *s = jumped(3, 485);
    struct finding now[SLOW_CURRENT];

    (void)state;
    add_ramp(s, 0, CRACK, 30, 0.35 / 365);
    add_step(s, 0, CRACK, (double)JUMP / PER_DAY + 1, -3);
    site_run(s, 0, JUMP, 1);
    assert_int_equal(slow_current(s->slow, site_sensor(s, 0, CRACK), now), 1);
    assert_int_equal(now[0].level, YELLOW);
    site_run(s, JUMP, JUMP + PER_DAY, 1);
    assert_int_equal(slow_current(s->slow, site_sensor(s, 0, CRACK), now), 1);
    assert_int_equal(now[0].level, RED); /* it moved before: nothing else need speak for it */
    site_run(s, JUMP + PER_DAY, JUMP + 2 * PER_DAY, 1);
    assert_int_equal(slow_current(s->slow, site_sensor(s, 0, CRACK), now), 1);
    assert_int_equal(now[0].level, YELLOW);
    assert_int_equal(now[0].kind, KIND_TREND);
    site_free(s);
}

/* Zeroed, exchanged, repaired at that time. */
static void test_an_epoch(void **state)
{
    static const char epochs[] =
        "{\"t\":\"2024-11-26T09:00:00Z\",\"scope\":\"H0/n1/c\",\"kind\":\"rezero\"}";
    struct site *s = site_with(3, 360, 490, false, epochs);

    (void)state;
    assert_int_equal(AT(JUMP), T0_US + 330 * DAY + 3 * STEP_US); /* 2024-11-26T09:00:00Z */
    add_step(s, 0, CRACK, (double)JUMP / PER_DAY, 3);
    slow_epochs(s->slow, T0_US);
    site_run(s, 0, JUMP, 1);
    slow_epochs(s->slow, AT(JUMP));
    site_run(s, JUMP, s->steps, 1);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
    site_free(s);
}

/* --- kept over restarts --- */

static void test_a_restart_changes_nothing(void **state)
{
    struct site *a = jumped(3, 500), *b = jumped(3, 500);

    (void)state;
    add_step(a, 1, CRACK, (double)JUMP / PER_DAY, 1.5);
    add_step(b, 1, CRACK, (double)JUMP / PER_DAY, 1.5);
    drop(a, 1, CRACK, (double)JUMP / PER_DAY - 2, (double)JUMP / PER_DAY);
    drop(b, 1, CRACK, (double)JUMP / PER_DAY - 2, (double)JUMP / PER_DAY);
    site_run(a, 0, a->steps, 1);
    site_run(b, 0, JUMP - 2, 1);
    for (size_t i = JUMP - 2; i < b->steps; i++) {
        if (i < JUMP + 10 || i % PER_DAY == 0)
            again_restart(&b->slow, b->r);
        site_run(b, i, i + 1, 1);
    }
    assert_true(a->tolds >= 3);
    assert_int_equal(a->log.len, b->log.len);
    assert_memory_equal(a->log.data, b->log.data, a->log.len);
    site_free(a);
    site_free(b);
}

/* --- hostile --- */

/* Nothing, no number, the same time again, times that go back: no crash, and nothing is told. */
static void test_hostile_readings(void **state)
{
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 0};
    struct site *s = site_new(1, 40, 510);
    uint32_t sensor = site_sensor(s, 0, CRACK);

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        struct reading r = {.t_us = AT(i % 7), .value = values[i % 6], .flag = QF_PASS};
        site_hear(s, sensor, &r);
    }
    for (size_t i = 0; i < 60; i++) {
        struct reading r = {.t_us = AT(60 - i), .value = values[i % 6], .flag = QF_FAIL};
        r.test = QT_GROSS_RANGE;
        site_hear(s, sensor, &r);
    }
    assert_int_equal(s->tolds, 0);
    site_free(s);
}

/* A gauge so young that nobody knows what it does by itself. */
static void test_too_young(void **state)
{
    struct site *s = site_new(2, 20, 520);

    (void)state;
    add_step(s, 0, CRACK, 3, 5);
    site_run(s, 0, 5 * PER_DAY, 1);
    assert_int_equal(s->tolds, 0);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told_by_the_third_reading),
        cmocka_unit_test(test_on_top_of_what_was_known),
        cmocka_unit_test(test_what_is_not_told),
        cmocka_unit_test(test_its_own_day_is_no_jump),
        cmocka_unit_test(test_others_that_moved),
        cmocka_unit_test(test_the_node_itself),
        cmocka_unit_test(test_noise_is_no_jump),
        cmocka_unit_test(test_too_much_to_be_true),
        cmocka_unit_test(test_over_a_gap),
        cmocka_unit_test(test_a_gap_that_is_filled),
        cmocka_unit_test(test_a_fast_opening_is_no_gap),
        cmocka_unit_test(test_out_of_range),
        cmocka_unit_test(test_it_comes_back),
        cmocka_unit_test(test_it_comes_back_to_what_was_held),
        cmocka_unit_test(test_an_epoch),
        cmocka_unit_test(test_a_restart_changes_nothing),
        cmocka_unit_test(test_hostile_readings),
        cmocka_unit_test(test_too_young),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
