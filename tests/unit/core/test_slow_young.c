/* The slow analysis where it has little, or too much: jumps in the first weeks of a baseline, days
 * that are already there when earlier ones are concluded, gauges whose gain changes and changes
 * again, and more than eleven years. */
#include "slow_site.h"

#define YELLOW 2
#define ORANGE 3

/* --- young residuals --- */

/* Before and between the first trainings, when the model changes under it. */
static void test_early_steps_are_found(void **state)
{
    static const double days[] = {16, 22, 28, 34, 55, 70};
    int sudden = 0;

    (void)state;
    for (size_t k = 0; k < sizeof days / sizeof *days; k++) {
        struct site *s = site_new(2, 150, 300 + k);
        const struct told *first = NULL;

        add_step(s, 0, CRACK, days[k], 0.8);
        site_run(s, 0, s->steps, 1);
        for (size_t i = 0; i < s->tolds && !first; i++)
            if (s->told[i].sensor == site_sensor(s, 0, CRACK) && s->told[i].f.level >= YELLOW)
                first = &s->told[i];
        if (!first)
            fail_msg("the step of day %g was not found", days[k]);
        sudden += first->f.kind == KIND_STEP; /* or a front went through: then it may be weather */
        assert_true(fabs(first->f.value - 0.8) < 0.15);
        assert_true(first->f.t_us < T0_US + (int64_t)(days[k] + 21) * DAY);
        assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
        assert_int_equal(worst_told(s, 1, CRACK, KIND_STEP), 0);
        assert_int_equal(worst_told(s, 1, CRACK, KIND_TREND), 0);
        site_free(s);
    }
    assert_true(sudden >= 3);
}

/* A backlog is concluded as if its later days had not come: what the first model is measured
 * against is made of the days up to the one that is concluded. */
static void test_later_days_have_no_say(void **state)
{
    static const size_t batches[] = {1, 50 * PER_DAY};
    struct strbuf first = {0};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct site *s = site_new(2, 50, 41);

        add_step(s, 0, CRACK, 15, 0.4); /* short of what is told as it is read */
        add_step(s, 1, CRACK_2, 18, 0.45);
        site_run(s, 0, s->steps, batches[k]);
        assert_true(s->tolds >= 2);
        assert_true(s->told[0].f.t_us < T0_US + 30 * DAY);
        if (k == 0)
            strbuf_append(&first, s->log.data, s->log.len);
        assert_int_equal(s->log.len, first.len);
        assert_memory_equal(s->log.data, first.data, first.len);
        site_free(s);
    }
    strbuf_free(&first);
}

/* --- gain --- */

/* From a day on, and back after so many, and so on: factor of what the gauge shows about middle. */
static void change_gain(struct site *s, double from_d, double every_d, double factor)
{
    double *v = site_values(s, 0, CRACK), middle = 0;
    size_t from = (size_t)from_d * PER_DAY;

    for (size_t i = from - 365 * PER_DAY; i < from; i++)
        middle += v[i] / (365 * PER_DAY);
    for (size_t i = from; i < s->steps; i++) {
        size_t period = (size_t)(((double)i / PER_DAY - from_d) / every_d);
        if (period % 2 == 0)
            v[i] = middle + factor * (v[i] - middle);
    }
}

/* Damage too changes how a house answers to temperature: a warning that is held stays. */
static void test_a_doubt_of_gain_withdraws_nothing(void **state)
{
    int doubted = 0;

    (void)state;
    for (uint64_t seed = 500; seed < 506; seed++) {
        struct site *s = site_new(2, 1100, seed);
        int level = 0;

        change_gain(s, 600, 1e6, 3);
        add_step(s, 0, CRACK, 420, 0.7);
        site_run(s, 0, s->steps, 1);
        for (size_t i = 0; i < s->tolds; i++) {
            const struct finding *f = &s->told[i].f;
            if (s->told[i].sensor != site_sensor(s, 0, CRACK))
                continue;
            doubted += f->kind == KIND_FAULT && f->cause == DOUBT_GAIN && f->level > 0;
            if (f->kind == KIND_FAULT)
                continue;
            level = f->level;
            assert_true(f->level > 0);
            assert_int_not_equal(f->cause, DOUBT_SWAPPED);
        }
        assert_true(level >= YELLOW);
        site_free(s);
    }
    assert_true(doubted >= 3); /* or nothing was tested */
}

/* A gauge that is loose and holds by turns, every six weeks for a year and a half: its faults do
 * not chatter, each lasts as long as a doubt does, and the other gauges have none. */
static void test_a_gain_that_comes_and_goes(void **state)
{
    (void)state;
    for (uint64_t seed = 520; seed < 524; seed++) {
        struct site *s = site_new(2, 1100, seed);
        int64_t last_us = INT64_MIN;
        int faults = 0;

        change_gain(s, 550, 45, 2.5);
        site_run(s, 0, s->steps, 1);
        for (size_t i = 0; i < s->tolds; i++) {
            const struct finding *f = &s->told[i].f;
            if (s->told[i].sensor != site_sensor(s, 0, CRACK) || f->kind != KIND_FAULT)
                continue;
            faults += f->level > 0;
            assert_true(last_us == INT64_MIN || f->t_us - last_us >= 14 * DAY);
            last_us = f->t_us;
        }
        assert_in_range(faults, 1, 8);
        assert_int_equal(worst_told(s, 1, PER_HOUSE, KIND_FAULT), 0);
        assert_int_equal(worst_told(s, 0, CRACK_2, KIND_FAULT), 0);
        site_free(s);
    }
}

/* --- eleven years --- */

#define TWO_A_DAY  2
#define RESIDUAL_D 4018 /* RESIDUAL_DAYS of slow_channel.h */
#define LONG_D     4400

/* One crack without any weather beside it, two readings a day, from a day on. */
static void feed(struct site *s, int64_t from, int64_t to, double step_d, double ramp_d)
{
    struct random chance = random_seeded((uint64_t)from + 1);

    for (int64_t d = from; d < to; d++) {
        for (int k = 0; k < TWO_A_DAY; k++) {
            double t_d = (double)d + 0.5 * k;
            struct reading r = {.t_us = T0_US + d * DAY + k * (DAY / 2),
                                .value = 2 + 0.01 * (random_uniform(&chance) - 0.5) +
                                         (t_d >= step_d ? 0.3 : 0) +
                                         0.6 / 365 * fmax(0, t_d - ramp_d),
                                .flag = QF_PASS};
            r.rx_us = r.t_us;
            slow_take(s->slow, site_sensor(s, 0, CRACK), &r);
        }
        if (d % 7 == 6)
            site_conclude(s, T0_US + (d + 1) * DAY);
    }
    site_conclude(s, T0_US + to * DAY + DAY / 2);
}

/* The oldest year gives way: nothing is told for that, and what comes later is found. */
static void test_forgetting_tells_nothing(void **state)
{
    struct site *s = site_new(1, 1, 1);
    struct slow_view before, after;
    size_t tolds;

    (void)state;
    feed(s, 0, RESIDUAL_D - 10, 1000, 1e9);
    tolds = s->tolds;
    assert_int_equal(worst_moved(s, 0, CRACK), YELLOW);
    before = slow_look(s->slow, site_sensor(s, 0, CRACK));
    feed(s, RESIDUAL_D - 10, RESIDUAL_D + 60, 1000, 1e9);
    after = slow_look(s->slow, site_sensor(s, 0, CRACK));
    assert_int_equal(s->tolds, tolds);
    assert_true(after.moved && after.movement.days < before.movement.days);
    assert_true(fabs(after.movement.change - 0.3) < 0.03);
    assert_true(fabs(before.movement.change - 0.3) < 0.03);
    assert_true(before.coverage > 0.45 && after.coverage > 0.45); /* two of four bins a day */
    feed(s, RESIDUAL_D + 60, LONG_D, 1000, RESIDUAL_D + 60);
    assert_true(worst_told(s, 0, CRACK, KIND_TREND) >= ORANGE);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_early_steps_are_found),
        cmocka_unit_test(test_later_days_have_no_say),
        cmocka_unit_test(test_a_doubt_of_gain_withdraws_nothing),
        cmocka_unit_test(test_a_gain_that_comes_and_goes),
        cmocka_unit_test(test_forgetting_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
