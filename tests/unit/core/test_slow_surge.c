/* A row of houses that begins to move at once is told in days; one house, and weather, are not. */
#include "slow_again.h"
#include "slow_site.h"

#define ONSET_D 430

/* All houses settle from the onset on, mm a day, each by its share. */
static struct site *settling_row(uint64_t seed, double rate, size_t houses)
{
    static const double share[] = {1, 1.15, 0.85, 0.9, 1.05};
    struct site *s = site_new(5, ONSET_D + 20, seed);

    for (size_t h = 0; h < houses; h++)
        add_ramp(s, h, SETTLED, ONSET_D, rate * share[h]);
    return s;
}

static const struct finding *first_of_row(const struct site *s)
{
    for (size_t i = 0; i < s->tolds; i++)
        if (s->told[i].f.together && s->told[i].f.level >= LEVEL_YELLOW)
            return &s->told[i].f;
    return NULL;
}

/* 0.15 mm a day: the limit of 2 mm is two weeks away, and no gauge alone is sure. */
static void truth_told_in_days(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct site *s = settling_row(seed, 0.15, 5);
        site_run(s, 0, s->steps, PER_DAY);
        const struct finding *f = first_of_row(s);
        assert_non_null(f);
        assert_int_equal(f->kind, KIND_TREND);
        assert_true(day_of(f->t_us) > ONSET_D && day_of(f->t_us) <= ONSET_D + 8);
        assert_null(f->limit);                       /* none is reached */
        assert_true(f->value > 0.3 && f->value < 2); /* of these days, not since the baseline */
        assert_true(day_of(f->since_us) >= ONSET_D - 2 && day_of(f->since_us) <= ONSET_D + 4);
        assert_true(f->moved >= 3 && f->moved <= 5);
        assert_int_equal(f->asked, 5);
        assert_non_null(f->forecast.limit); /* of this pace, not of the months before it */
        assert_true(f->forecast.t50_us != INT64_MAX);
        site_free(s);
    }
}

static void truth_one_house_is_no_row(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct site *s = settling_row(seed, 0.15, 1);
        site_run(s, 0, s->steps, PER_DAY);
        assert_null(first_of_row(s));
        for (size_t h = 1; h < s->houses; h++)
            assert_int_equal(worst_moved(s, h, PER_HOUSE), 0);
        site_free(s);
    }
}

/* One of five stands while the row goes: it is not told to move with them. */
static void truth_one_stands(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = settling_row(seed, 0.15, 4);
        site_run(s, 0, s->steps, PER_DAY);
        assert_non_null(first_of_row(s));
        for (size_t i = 0; i < s->tolds; i++)
            if (s->told[i].f.together && s->told[i].f.level >= LEVEL_YELLOW)
                assert_true(s->told[i].sensor < 4 * PER_HOUSE);
        site_free(s);
    }
}

/* As it goes on and limits are reached, nobody is told that it will not get further in ten years.
 */
static void truth_no_forecast_belies_it(void **state)
{
    struct site *s = site_new(5, ONSET_D + 100, 3);
    int told = 0;
    (void)state;

    for (size_t h = 0; h < 5; h++) {
        add_ramp(s, h, SETTLED, 0, 0.001); /* as it had settled for a year, slowly */
        add_ramp(s, h, SETTLED, ONSET_D, 0.15 + 0.01 * (double)h);
    }
    site_run(s, 0, s->steps, PER_DAY);
    for (size_t i = 0; i < s->tolds; i++) {
        const struct finding *f = &s->told[i].f;
        if (f->kind != KIND_TREND || f->level < LEVEL_YELLOW || day_of(f->t_us) < ONSET_D)
            continue;
        told++;
        assert_false(f->forecast.limit && f->forecast.t50_us == INT64_MAX);
    }
    assert_true(told >= 5);
    site_free(s);
}

/* Rising ground is no settlement. */
static void truth_the_harmless_way(void **state)
{
    struct site *s = settling_row(5, -0.15, 5);
    (void)state;

    site_run(s, 0, s->steps, PER_DAY);
    assert_null(first_of_row(s));
    site_free(s);
}

static void truth_two_years_of_weather(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 14; seed++) {
        struct site *s = site_new(5, 800, seed);
        site_run(s, 0, s->steps, PER_DAY);
        assert_null(first_of_row(s));
        site_free(s);
    }
}

/* Half of the gauges silent, one stuck at nonsense: the others suffice while they are three. */
static void hostile_gauges_missing(void **state)
{
    struct site *s = settling_row(6, 0.2, 5);
    double *v = site_values(s, 1, SETTLED);
    (void)state;

    drop(s, 0, SETTLED, ONSET_D - 30, ONSET_D + 20);
    for (size_t i = ONSET_D * PER_DAY; i < s->steps; i++)
        v[i] = 5;
    site_run(s, 0, s->steps, PER_DAY);
    assert_non_null(first_of_row(s));
    site_free(s);

    s = settling_row(6, 0.2, 5);
    for (size_t h = 0; h < 3; h++)
        drop(s, h, SETTLED, ONSET_D - 30, ONSET_D + 20);
    site_run(s, 0, s->steps, PER_DAY);
    assert_null(first_of_row(s));
    site_free(s);
}

static void invariant_over_a_restart(void **state)
{
    struct site *s = settling_row(7, 0.15, 5), *again = settling_row(7, 0.15, 5);
    (void)state;

    site_run(s, 0, s->steps, PER_DAY);
    for (size_t day = 0; day < ONSET_D + 20; day++) {
        site_run(again, day * PER_DAY, (day + 1) * PER_DAY, PER_DAY);
        if (day >= ONSET_D)
            again_restart(&again->slow, again->r);
    }
    assert_string_equal(strbuf_text(&s->log), strbuf_text(&again->log));
    site_free(s);
    site_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_told_in_days),     cmocka_unit_test(truth_one_house_is_no_row),
        cmocka_unit_test(truth_one_stands),       cmocka_unit_test(truth_no_forecast_belies_it),
        cmocka_unit_test(truth_the_harmless_way), cmocka_unit_test(truth_two_years_of_weather),
        cmocka_unit_test(hostile_gauges_missing), cmocka_unit_test(invariant_over_a_restart)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
