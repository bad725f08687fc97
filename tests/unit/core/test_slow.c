/* The slow analysis of a small row: what stays silent, what is told and when, and one or many. */
#include "slow_site.h"

#define YELLOW 2

/* --- silent --- */

static void test_seasons_are_silent(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = site_new(5, 1100, seed);
        site_run(s, 0, s->steps, 1);
        site_print(s);
        assert_int_equal(s->tolds, 0);
        for (size_t h = 0; h < s->houses; h++) {
            struct slow_view v = slow_look(s->slow, site_sensor(s, h, CRACK));
            assert_int_equal(v.maturity, MATURITY_SEASON);
            assert_true(v.skill > 0.3);
            assert_true(v.moved && v.movement.governing == -1);
            assert_true(fabs(v.movement.change) < 0.05);
            assert_int_equal(v.doubt, DOUBT_NONE);
            assert_true(v.coverage > 0.99);
            assert_true(v.from_us == T0_US);
        }
        site_free(s);
    }
}

/* --- a crack that opens --- */

/* From after a year, and from the middle of the first training on: attention soon after the first
 * limit (0.1 mm), nothing in the twins. */
static void test_opening_crack_is_told(void **state)
{
    static const struct {
        double from_d, slope, told_before_d;
    } cases[] = {{420, 0.8 / 365, 560}, {420, 0.3 / 365, 700}, {90, 0.5 / 365, 330}};

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (uint64_t seed = 11; seed < 13; seed++) {
            struct site *s = site_new(4, 760, seed);
            add_ramp(s, 2, CRACK, cases[k].from_d, cases[k].slope);
            site_run(s, 0, s->steps, 1);
            const struct finding *f = first_told(s, 2, CRACK, KIND_TREND, YELLOW);
            if (!f || s->tolds > 3)
                site_print(s);
            assert_non_null(f);
            assert_true(day_of(f->t_us) > cases[k].from_d);
            assert_true(day_of(f->t_us) < cases[k].told_before_d);
            assert_true(f->value > 0.1 && f->error > 0 && f->model_version > 0);
            assert_true(f->since_us <= f->t_us);
            assert_non_null(f->limit);
            assert_int_equal(worst_told(s, 2, CRACK, KIND_FAULT), 0);
            for (size_t h = 0; h < s->houses; h++)
                for (int p = 0; p < PER_HOUSE; p++)
                    if (h != 2 || p != CRACK)
                        assert_int_equal(worst_moved(s, h, (enum place)p), 0);
            double moved = cases[k].slope * (760 - cases[k].from_d);
            struct slow_view v = slow_look(s->slow, site_sensor(s, 2, CRACK));
            assert_true(v.moved && fabs(v.movement.change - moved) < 0.1 * moved + 0.02);
            assert_true(v.movement.governing >= 0);
            site_free(s);
        }
}

/* 0.08 mm a day, from a quiet start or with hardly any: fast enough never to look settled, and yet
 * no jump that awaits its confirmation. Alarm (1 mm) within a week of passing it. */
static void test_fast_crack_is_told(void **state)
{
    (void)state;
    for (int from_d = 40; from_d <= 440; from_d += 200) {
        struct site *s = site_new(3, 480, 71);
        const struct finding *f = NULL;
        add_ramp(s, 1, CRACK, from_d, 0.08);
        site_run(s, 0, (size_t)(from_d + 30) * PER_DAY, 1);
        for (size_t i = 0; i < s->tolds && !f; i++)
            if (s->told[i].sensor == site_sensor(s, 1, CRACK) && s->told[i].f.level == 4)
                f = &s->told[i].f;
        if (!f)
            site_print(s);
        assert_non_null(f);
        assert_true(day_of(f->t_us) < from_d + 1 / 0.08 + 8);
        site_free(s);
    }
}

/* --- forecasts --- */

/* Weekly, of every limit; probabilities in order. watched: latest t50 of the red limit. */
static void check_forecast(struct site *s, const struct ledger_entry *entry)
{
    const struct outlook *o = &entry->outlook;

    assert_true((entry->at_us - T0_US) % (7 * DAY) == DAY); /* the end of a Monday */
    assert_non_null(entry->sensor);
    assert_non_null(entry->limit_source);
    if (o->state == OUTLOOK_ABSTAINED)
        return;
    assert_true(o->p30 >= 0 && o->p30 <= o->p180 && o->p180 <= o->p365 && o->p365 <= 1);
    if (o->state == OUTLOOK_DATED) {
        assert_true(o->t05_d >= 0 && o->t05_d <= o->t50_d);
        assert_true(!(o->t95_d < o->t50_d));
    }
    if (strcmp(entry->sensor, "H1/n1/c") == 0 && entry->limit > 0.9 && o->state == OUTLOOK_DATED &&
        isfinite(o->t50_d))
        s->watched = day_of(entry->at_us) + o->t50_d;
}

static void test_forecasts(void **state)
{
    struct site *s = site_new(3, 1000, 21);
    size_t before;

    (void)state;
    s->watch = check_forecast;
    add_ramp(s, 1, CRACK, 430, 0.6 / 365); /* at 1 mm on day 1038 */
    site_run(s, 0, s->steps, 1);
    assert_true(s->forecasts > 100 * 9);
    assert_true(fabs(s->watched - 1038) < 40);
    before = s->forecasts;
    site_conclude(s, T0_US + 1008 * DAY); /* a week more, one Monday */
    assert_int_equal(s->forecasts - before, 3 * 9);
    site_free(s);
}

/* --- one or many --- */

static void settle(struct site *s, size_t houses)
{
    for (size_t h = 0; h < houses; h++)
        add_ramp(s, h, SETTLED, 400, 8.0 / 365);
}

static size_t told_together(const struct site *s)
{
    size_t count = 0;

    for (size_t i = 0; i < s->tolds; i++)
        count += s->told[i].f.together;
    return count;
}

static void test_a_row_settles_together(void **state)
{
    (void)state;
    for (int by_kind = 0; by_kind < 2; by_kind++) {
        struct site *s = site_with(6, 760, 31, by_kind, "");
        settle(s, 5);
        site_run(s, 0, s->steps, 1);
        for (size_t h = 0; h < 5; h++) {
            const struct finding *f = first_told(s, h, SETTLED, KIND_TREND, YELLOW);
            assert_non_null(f);
            assert_true(f->together);
        }
        assert_int_equal(worst_moved(s, 5, PER_HOUSE), 0);
        site_free(s);
    }
}

/* Two of six, or two that have two cracks each in a registry that names them alternately, are no
 * row. */
static void test_two_houses_are_no_row(void **state)
{
    struct site *s = site_new(6, 700, 32);

    (void)state;
    settle(s, 2);
    site_run(s, 0, s->steps, 1);
    assert_true(worst_moved(s, 0, SETTLED) >= YELLOW);
    assert_true(worst_moved(s, 1, SETTLED) >= YELLOW);
    assert_int_equal(told_together(s), 0);
    site_free(s);
    s = site_with(2, 700, 33, true, "");
    for (size_t h = 0; h < 2; h++)
        for (int p = CRACK; p <= CRACK_2; p++)
            add_ramp(s, h, (enum place)p, 400, 0.6 / 365);
    site_run(s, 0, s->steps, 1);
    assert_true(worst_moved(s, 0, CRACK) >= YELLOW);
    assert_true(worst_moved(s, 1, CRACK_2) >= YELLOW);
    assert_int_equal(told_together(s), 0);
    site_free(s);
}

/* --- risk --- */

static void test_risk_is_told_of_every_house(void **state)
{
    struct site *s = site_new(3, 60, 41);

    (void)state;
    site_run(s, 0, s->steps, 1);
    assert_true(s->risks >= 3 * 7); /* weekly */
    assert_int_equal(s->risks % 3, 0);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seasons_are_silent),
        cmocka_unit_test(test_opening_crack_is_told),
        cmocka_unit_test(test_fast_crack_is_told),
        cmocka_unit_test(test_forecasts),
        cmocka_unit_test(test_a_row_settles_together),
        cmocka_unit_test(test_two_houses_are_no_row),
        cmocka_unit_test(test_risk_is_told_of_every_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
