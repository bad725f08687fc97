/* A gauge goes on being judged when the thermometer of its model dies: another of the same kind
 * stands in for it. Truth: make_house of slow_site.h, whose cracks answer to their wall. */
#include "slow_again.h"
#include "slow_site.h"

#include "shikumen/core/slow_trace.h"

#define DAYS 700
#define DEAD 430 /* after the last training */

static void run(struct site *s)
{
    site_run(s, 0, s->steps, PER_DAY);
}

static struct site *with_dead_thermometer(size_t houses, uint64_t seed)
{
    struct site *s = site_new(houses, DAYS, seed);

    drop(s, 0, T_WALL, DEAD, DAYS);
    return s;
}

static struct slow_model model_of(const struct site *s)
{
    struct slow_model m;

    assert_true(slow_model_of(s->slow, site_sensor(s, 0, CRACK), &m));
    return m;
}

/* 0.3 mm in 200 days, beside a yearly breath of as much. */
static void a_crack_is_still_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = with_dead_thermometer(3, seed);
        add_ramp(s, 0, CRACK, DEAD + 60, 0.0015);
        run(s);
        assert_true(worst_moved(s, 0, CRACK) >= 2);
        struct slow_model m = model_of(s);
        assert_true(m.fit.terms > 0);
        assert_int_equal(m.stand_in_count, 1);
        assert_int_equal(m.stand_in[0].of, site_sensor(s, 0, T_WALL));
        assert_string_equal(s->r->sensors[m.stand_in[0].sensor].medium, "wall");
        site_free(s);
    }
}

static void nothing_moves_and_nothing_is_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = with_dead_thermometer(3, seed);
        struct slow_trace t;
        slow_trace_init(&t, site_sensor(s, 0, CRACK));
        run(s);
        assert_int_equal(slow_trace_take(&t, s->slow), ERR_OK);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        assert_int_equal(worst_moved(s, 0, CRACK_2), 0);
        for (size_t i = t.count - 200; i < t.count; i++) /* the weather is still taken off */
            assert_true(fabs((double)t.days[i].residual - (double)t.days[t.count - 250].residual) <
                        0.06);
        slow_trace_free(&t);
        site_free(s);
    }
}

/* What it was when it is back is its own. */
static void it_comes_back(void **state)
{
    struct site *s = site_new(3, DAYS, 4), *whole = site_new(3, DAYS, 4);
    (void)state;

    drop(s, 0, T_WALL, DEAD, DEAD + 40);
    run(s);
    run(whole);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    struct slow_view a = slow_look(s->slow, site_sensor(s, 0, CRACK)),
                     b = slow_look(whole->slow, site_sensor(whole, 0, CRACK));
    assert_true(fabs(a.movement.level - b.movement.level) < 0.005);
    site_free(s);
    site_free(whole);
}

/* The second one dies too; then all. Nobody is left to stand in: it is not judged, and not well. */
static void until_none_is_left(void **state)
{
    struct site *s = with_dead_thermometer(3, 5);
    (void)state;

    drop(s, 1, T_WALL, DEAD + 60, DAYS);
    add_ramp(s, 0, CRACK, DEAD + 90, 0.0015);
    run(s);
    assert_true(worst_moved(s, 0, CRACK) >= 2);
    assert_int_equal(model_of(s).stand_in[0].sensor, site_sensor(s, 2, T_WALL));
    site_free(s);

    s = with_dead_thermometer(1, 6);
    run(s);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    assert_int_equal(model_of(s).stand_in_count, 0);
    site_free(s);
}

/* A thermometer that leaves its like by 12 K a year takes no wall with it; and when it is back, so
 * is its word. */
static struct site *with_drifting_thermometer(uint64_t seed)
{
    struct site *s = site_new(5, DAYS, seed);

    add_ramp(s, 0, T_WALL, DEAD, 12 / 365.25);
    add_ramp(s, 0, T_WALL, DEAD + 200, -12 / 365.25);
    add_step(s, 0, T_WALL, DEAD + 200, -12 * 200 / 365.25);
    return s;
}

static void one_that_drifts_is_not_believed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = with_drifting_thermometer(seed);
        site_run(s, 0, (DEAD + 200) * PER_DAY, PER_DAY);
        assert_int_equal(model_of(s).stand_in_count, 1);
        site_run(s, (DEAD + 200) * PER_DAY, s->steps, PER_DAY);
        assert_true(worst_moved(s, 0, CRACK) < LEVEL_YELLOW);
        assert_true(worst_moved(s, 0, CRACK_2) < LEVEL_YELLOW);
        const struct finding *f = first_told(s, 0, T_WALL, KIND_FAULT, LEVEL_YELLOW);
        assert_non_null(f);
        assert_int_equal(f->cause, DOUBT_TWINS);
        site_free(s);
    }
}

/* Days of the crack, from one on, that nothing is known of. */
static size_t unknown_since(struct site *s, size_t day)
{
    struct slow_trace t;
    size_t n = 0;

    slow_trace_init(&t, site_sensor(s, 0, CRACK));
    assert_int_equal(slow_trace_take(&t, s->slow), ERR_OK);
    for (size_t i = day; i < t.count; i++)
        n += isnan(t.days[i].residual) ? 1 : 0;
    slow_trace_free(&t);
    return n;
}

/* Nor is a wall without its weather from when it is found to have left until another speaks. */
static void no_wall_is_lost_sight_of_meanwhile(void **state)
{
    struct site *s = with_drifting_thermometer(2);
    bool stood_in = false;
    (void)state;

    site_run(s, 0, DEAD * PER_DAY, PER_DAY);
    for (size_t day = DEAD; day < DAYS; day++) {
        site_run(s, day * PER_DAY, (day + 1) * PER_DAY, PER_DAY);
        stood_in = stood_in || model_of(s).stand_in_count > 0;
        assert_in_range(unknown_since(s, day - 60), 0, 3);
    }
    assert_true(stood_in);
    site_free(s);
}

static void a_crack_beside_one_that_drifts_is_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = with_drifting_thermometer(seed);
        add_ramp(s, 0, CRACK, DEAD + 60, 0.0015);
        run(s);
        assert_true(worst_moved(s, 0, CRACK) >= LEVEL_YELLOW);
        site_free(s);
    }
}

static void leave_survives_a_restart(void **state)
{
    struct site *s = with_drifting_thermometer(9), *again = with_drifting_thermometer(9);
    (void)state;

    run(s);
    for (size_t day = 0; day < DAYS; day++) {
        site_run(again, day * PER_DAY, (day + 1) * PER_DAY, PER_DAY);
        if (day > DEAD && day % 30 == 0)
            again_restart(&again->slow, again->r);
    }
    assert_string_equal(strbuf_text(&s->log), strbuf_text(&again->log));
    site_free(s);
    site_free(again);
}

/* Taken off and put back while it is stood in for, it goes on alike. */
static void it_survives_a_restart(void **state)
{
    struct site *s = with_dead_thermometer(3, 9), *again = with_dead_thermometer(3, 9);
    size_t cut = (DEAD + 30) * PER_DAY;
    (void)state;

    run(s);
    site_run(again, 0, cut, PER_DAY);
    again_restart(&again->slow, again->r);
    site_run(again, cut, again->steps, PER_DAY);
    assert_string_equal(strbuf_text(&s->log), strbuf_text(&again->log));
    assert_int_equal(model_of(again).stand_in_count, 1);
    site_free(s);
    site_free(again);
}

/* Another that has little to do with it does not stand in. */
static void a_stranger_does_not(void **state)
{
    struct site *s = with_dead_thermometer(2, 7);
    double *other = site_values(s, 1, T_WALL);
    struct random chance = random_seeded(8);
    (void)state;

    for (size_t i = 0; i < s->steps; i++)
        other[i] = 18;
    truth_noise(&chance, 2, 0.9, other, s->steps);
    run(s);
    assert_int_equal(model_of(s).stand_in_count, 0);
    site_free(s);
}

/* --- another unit --- */

#define WRONG_D 40

static struct site *with_fahrenheit(size_t houses, uint64_t seed)
{
    struct site *s = site_new(houses, DAYS, seed);
    double *v = site_values(s, 0, T_WALL);

    for (size_t i = DEAD * PER_DAY + 3; i < (DEAD + WRONG_D) * PER_DAY; i++)
        v[i] = v[i] * 1.8 + 32;
    return s;
}

/* Degrees Fahrenheit for forty days: told within three days, and no wall moves; after them its word
 * counts again. Beside its like, and alone. */
static void fahrenheit_moves_no_wall(void **state)
{
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct site *s = with_fahrenheit(k % 2 == 0 ? 5 : 1, 21 + k);
        site_run(s, 0, (DEAD + WRONG_D - 5) * PER_DAY, PER_DAY);
        assert_int_equal(model_of(s).stand_in_count, k % 2 == 0);
        site_run(s, (DEAD + WRONG_D - 5) * PER_DAY, s->steps, PER_DAY);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        assert_int_equal(worst_moved(s, 0, CRACK_2), 0);
        const struct finding *f = first_told(s, 0, T_WALL, KIND_FAULT, LEVEL_YELLOW);
        assert_non_null(f);
        assert_int_equal(f->cause, DOUBT_TWINS);
        assert_true(day_of(f->t_us) < DEAD + 4);
        struct slow_view v = slow_look(s->slow, site_sensor(s, 0, T_WALL));
        assert_int_equal(v.doubt, DOUBT_NONE);
        assert_true(fabs(slow_look(s->slow, site_sensor(s, 0, CRACK)).movement.change) < 0.06);
        site_free(s);
    }
}

/* It comes back from a month of silence so: then it is held against what stood in for it. */
static void fahrenheit_after_a_gap(void **state)
{
    struct site *s = with_fahrenheit(5, 29);
    (void)state;

    drop(s, 0, T_WALL, DEAD - 30, DEAD + 1);
    run(s);
    assert_int_equal(worst_moved(s, 0, CRACK), 0);
    const struct finding *f = first_told(s, 0, T_WALL, KIND_FAULT, LEVEL_YELLOW);
    assert_non_null(f);
    assert_true(day_of(f->t_us) < DEAD + 5);
    assert_int_equal(slow_look(s->slow, site_sensor(s, 0, T_WALL)).doubt, DOUBT_NONE);
    site_free(s);
}

static void a_crack_beside_fahrenheit_is_told(void **state)
{
    struct site *s = with_fahrenheit(5, 30);
    (void)state;

    add_ramp(s, 0, CRACK, DEAD - 20, 0.0015);
    run(s);
    assert_true(worst_moved(s, 0, CRACK) >= LEVEL_YELLOW);
    site_free(s);
}

/* Humidity as a share. */
static void a_share_is_no_dry_air(void **state)
{
    struct site *s = site_new(5, DAYS, 31);
    double *v = site_values(s, 0, HUMID);
    (void)state;

    for (size_t i = DEAD * PER_DAY; i < (DEAD + WRONG_D) * PER_DAY; i++)
        v[i] /= 100;
    run(s);
    const struct finding *f = first_told(s, 0, HUMID, KIND_FAULT, LEVEL_YELLOW);
    assert_non_null(f);
    assert_true(day_of(f->t_us) < DEAD + 4);
    assert_int_equal(slow_look(s->slow, site_sensor(s, 0, HUMID)).doubt, DOUBT_NONE);
    site_free(s);
}

/* A cold wave within a day is weather, even if one wall has 8 degrees more of it. */
static void a_cold_wave_is_believed(void **state)
{
    struct site *s = site_new(5, DAYS, 32);
    double *v = site_values(s, 0, T_WALL);
    (void)state;

    for (size_t i = DEAD * PER_DAY; i < (DEAD + 6) * PER_DAY; i++)
        v[i] -= 8;
    run(s);
    assert_null(first_told(s, 0, T_WALL, KIND_FAULT, LEVEL_YELLOW));
    site_free(s);
}

static void fahrenheit_survives_a_restart(void **state)
{
    struct site *s = with_fahrenheit(5, 33), *again = with_fahrenheit(5, 33);
    (void)state;

    run(s);
    for (size_t day = 0; day < DAYS; day++) {
        site_run(again, day * PER_DAY, (day + 1) * PER_DAY, PER_DAY);
        if (day > DEAD && day < DEAD + WRONG_D + 20)
            again_restart(&again->slow, again->r);
    }
    assert_string_equal(strbuf_text(&s->log), strbuf_text(&again->log));
    site_free(s);
    site_free(again);
}

/* --- re-zeroed --- */

#define EPOCH_DAY 460 /* 2025-04-05 */

static void shift_from(struct site *s, size_t house, double day, double by)
{
    double *v = site_values(s, house, T_WALL);

    for (size_t i = (size_t)(day * PER_DAY); i < s->steps; i++)
        v[i] += by;
}

static const char rezeroed[] =
    "{\"t\":\"2025-04-05T00:00:00Z\",\"scope\":\"H0/n1/t\",\"kind\":\"rezero\"}";

/* Day by day, with the epochs as they come. */
static void run_epochs(struct site *s)
{
    for (size_t i = 0; i < s->steps; i += PER_DAY) {
        slow_epochs(s->slow, T0_US + (int64_t)i * STEP_US);
        site_run(s, i, i + PER_DAY, PER_DAY);
    }
}

/* The thermometer of a wall is swapped for one that reads 20 degrees less, and that is registered:
 * the wall has not moved. Beside another thermometer, and alone. */
static void a_rezeroed_thermometer_moves_no_wall(void **state)
{
    (void)state;
    for (size_t houses = 1; houses <= 3; houses += 2)
        for (uint64_t seed = 11; seed <= 13; seed++) {
            struct site *s = site_with(houses, DAYS, seed, false, rezeroed);
            shift_from(s, 0, EPOCH_DAY, -20);
            run_epochs(s);
            assert_int_equal(worst_moved(s, 0, CRACK), 0);
            assert_int_equal(worst_moved(s, 0, CRACK_2), 0);
            assert_true(fabs(slow_look(s->slow, site_sensor(s, 0, CRACK)).movement.change) < 0.06);
            assert_int_equal(worst_told(s, 0, CRACK, KIND_FAULT), 0);
            site_free(s);
        }
}

/* And what moves after it is told. */
static void a_crack_after_it_is_told(void **state)
{
    struct site *s = site_with(3, DAYS, 14, false, rezeroed);
    (void)state;

    shift_from(s, 0, EPOCH_DAY, 3);
    add_ramp(s, 0, CRACK, EPOCH_DAY + 40, 0.0015);
    run_epochs(s);
    assert_true(worst_moved(s, 0, CRACK) >= 2);
    site_free(s);
}

/* A second time: the frame is still that of the model. */
static void twice(void **state)
{
    static const char both[] =
        "{\"t\":\"2025-04-05T00:00:00Z\",\"scope\":\"H0/n1/t\",\"kind\":\"rezero\"},"
        "{\"t\":\"2025-06-04T00:00:00Z\",\"scope\":\"H0/n1/t\",\"kind\":\"rezero\"}";
    (void)state;
    for (size_t houses = 1; houses <= 3; houses += 2) {
        struct site *s = site_with(houses, DAYS, 15, false, both);
        shift_from(s, 0, EPOCH_DAY, -20);
        shift_from(s, 0, EPOCH_DAY + 60, 35);
        run_epochs(s);
        assert_int_equal(worst_moved(s, 0, CRACK), 0);
        site_free(s);
    }
}

/* One that had left its like is swapped, and that is registered: it is no longer in doubt, and the
 * weeks when another spoke for it stay known. */
static void one_that_drifted_is_swapped(void **state)
{
    (void)state;
    for (uint64_t seed = 21; seed <= 23; seed++) {
        struct site *s = site_with(5, DAYS, seed, false, rezeroed);
        add_ramp(s, 0, T_WALL, 300, 0.05);
        add_ramp(s, 0, T_WALL, EPOCH_DAY, -0.05);
        shift_from(s, 0, EPOCH_DAY, 3 - 0.05 * (EPOCH_DAY - 300));
        run_epochs(s);
        assert_true(unknown_since(s, 300) <= 3);
        assert_true(worst_moved(s, 0, CRACK) < LEVEL_YELLOW);
        const struct finding *f = first_told(s, 0, T_WALL, KIND_FAULT, LEVEL_YELLOW);
        assert_non_null(f);
        for (size_t i = 0; i < s->tolds; i++)
            if (s->told[i].sensor == site_sensor(s, 0, T_WALL))
                f = &s->told[i].f;
        assert_int_equal(f->level, LEVEL_NORMAL);
        assert_true(day_of(f->t_us) <= EPOCH_DAY + 28);
        site_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crack_is_still_told),
        cmocka_unit_test(nothing_moves_and_nothing_is_told),
        cmocka_unit_test(it_comes_back),
        cmocka_unit_test(until_none_is_left),
        cmocka_unit_test(one_that_drifts_is_not_believed),
        cmocka_unit_test(no_wall_is_lost_sight_of_meanwhile),
        cmocka_unit_test(a_crack_beside_one_that_drifts_is_told),
        cmocka_unit_test(leave_survives_a_restart),
        cmocka_unit_test(it_survives_a_restart),
        cmocka_unit_test(a_stranger_does_not),
        cmocka_unit_test(fahrenheit_moves_no_wall),
        cmocka_unit_test(fahrenheit_after_a_gap),
        cmocka_unit_test(a_crack_beside_fahrenheit_is_told),
        cmocka_unit_test(a_share_is_no_dry_air),
        cmocka_unit_test(a_cold_wave_is_believed),
        cmocka_unit_test(fahrenheit_survives_a_restart),
        cmocka_unit_test(a_rezeroed_thermometer_moves_no_wall),
        cmocka_unit_test(a_crack_after_it_is_told),
        cmocka_unit_test(twice),
        cmocka_unit_test(one_that_drifted_is_swapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
