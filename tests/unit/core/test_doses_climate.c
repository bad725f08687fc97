/* Salt, frost and the historic band of humidity. */
#include "doses_fixture.h"

/* --- salt and frost --- */

/* 72 + 6 sin, a crystallisation of each salt's kind a day where it is crossed. */
static void salt_daily_cycle(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    struct dose_view v;

    (void)state;
    for (int64_t h = 0; h < 100 * 24; h++)
        feed(d, DOSE_RH, h, 20, 72 + 6 * sin(6.283185307179586 * (double)h / 24));
    v = look(d, 100 * 24);
    near_to(v.salt_per_year, 365.25, 4);
    near_to(v.salt_mixture_per_year, 0, 4); /* 66 .. 78 never falls below 64.2 */
    dose_free(d);
}

/* Half an hour above the threshold dissolves, a quarter does not, when quarters are known. */
static void salt_by_quarters(void **state)
{
    for (int64_t wet = 1; wet <= 2; wet++) {
        struct dose_pair p = pair_of_basis(DOSE_OF_AIR);
        struct dose *d;

        (void)state;
        p.quarters = true;
        d = new_dose(p);
        for (int64_t h = 0; h < 40 * 24; h++) {
            dose_add(d, DOSE_CELSIUS, T0 + h * HOUR, 20);
            for (int64_t q = 0; q < 4; q++)
                dose_add(d, DOSE_RH, T0 + h * HOUR + q * HOUR / 4,
                         h % 24 == 0 && q < wet ? 80 : 70);
        }
        near_to(look(d, 40 * 24).salt_per_year, wet == 2 ? 365.25 : 0, 10);
        dose_free(d);
    }
}

static void salt_abstains_early(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);

    (void)state;
    feed_hours(d, DOSE_RH, 0, 700, 20, 70);
    assert_true(isnan(look(d, 700).salt_per_year));
    feed_hours(d, DOSE_RH, 700, 100, 20, 70);
    near_to(look(d, 800).salt_per_year, 0, 0);
    dose_free(d);
}

static void frost_counts_while_wet(void **state)
{
    struct dose_pair p = pair_of_basis(DOSE_OF_AIR);
    struct dose *d;

    (void)state;
    p.sensor[DOSE_WALL_CELSIUS] = 4;
    p.sensor[DOSE_LEAK] = 3;
    d = new_dose(p);
    for (int64_t h = 0; h < 240; h++) {
        double wall = h % 24 < 12 ? 3 : -4; /* freezes at hour 12 of each of ten days */

        dose_add(d, DOSE_LEAK, T0 + h * HOUR, h == 100);
        dose_add(d, DOSE_WALL_CELSIUS, T0 + h * HOUR, wall);
        feed(d, DOSE_RH, h, 15, 60);
    }
    feed(d, DOSE_RH, 270, 15, 60);
    assert_int_equal(look(d, 271).freezings, 10);
    assert_int_equal(look(d, 271).freeze_cycles, 2); /* at hours 108 and 132 */
    dose_free(d);
}

static void frost_in_a_wet_wall(void **state)
{
    struct dose_pair p = pair_of_basis(DOSE_OF_AIR);

    (void)state;
    for (int wet = 0; wet < 2; wet++) {
        struct dose *d;

        p.in_wall = true;
        p.sensor[DOSE_WALL_CELSIUS] = 1; /* its own temperature */
        d = new_dose(p);
        for (int64_t h = 0; h < 240; h++) {
            dose_add(d, DOSE_WALL_CELSIUS, T0 + h * HOUR, h % 24 < 12 ? 3 : -4);
            feed(d, DOSE_RH, h, 2, wet ? 98 : 80);
        }
        assert_int_equal(look(d, 240).freeze_cycles, wet ? 10 : 0);
        dose_free(d);
    }
}

/* --- the historic band --- */

static void band_of_a_daily_cycle(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    struct dose_view v;

    (void)state;
    for (int64_t h = 0; h < 395 * 24 - 10; h++)
        feed(d, DOSE_RH, h, 20, 60 + 14 * sin(6.283185307179586 * (double)h / 24));
    assert_false(look(d, 395 * 24).band_known);
    for (int64_t h = 395 * 24 - 10; h < 420 * 24; h++)
        feed(d, DOSE_RH, h, 20, 60 + 14 * sin(6.283185307179586 * (double)h / 24));
    v = look(d, 420 * 24);
    assert_true(v.band_known);
    /* the extreme hours (+-14) and those beside them (+-13.52): a quarter of 24, of which 7 % lie
     * beyond 13.52 */
    near_to(v.band_p93, 13.52, 0.02);
    near_to(v.band_p7, -13.52, 0.02);
    near_to(v.band_upper, 60 + 13.52, 0.03);
    assert_true(v.of[DOSE_M_BAND].value <= 14);
    assert_int_equal(v.of[DOSE_M_BAND].level, 0);
    dose_free(d);
}

/* A quiet year, then a month that swings by +-20. */
static void band_left(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    struct dose_view v = {0};

    (void)state;
    for (int64_t h = 0; h < 460 * 24; h++) {
        double swing = h < 410 * 24 ? 3 : 20;

        feed(d, DOSE_RH, h, 20, 60 + swing * sin(6.283185307179586 * (double)h / 24));
        if (h % 168 == 0) {
            v = look(d, h);
            assert_true(h > 410 * 24 || v.of[DOSE_M_BAND].level == 0);
        }
    }
    assert_true(v.of[DOSE_M_BAND].value > 50);
    assert_int_equal(v.of[DOSE_M_BAND].level, 2);
    near_to(v.band_upper, 70, 1);
    dose_free(d);
}

static void band_needs_the_hours(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);

    (void)state;
    for (int64_t h = 0; h < 500 * 24; h++)
        if (h % 96 < 48) /* every other two days */
            feed(d, DOSE_RH, h, 20, 60);
    assert_false(look(d, 500 * 24).band_known);
    assert_true(isnan(look(d, 500 * 24).of[DOSE_M_BAND].value));
    dose_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(salt_daily_cycle),    cmocka_unit_test(salt_by_quarters),
        cmocka_unit_test(salt_abstains_early), cmocka_unit_test(frost_counts_while_wet),
        cmocka_unit_test(frost_in_a_wet_wall), cmocka_unit_test(band_of_a_daily_cycle),
        cmocka_unit_test(band_left),           cmocka_unit_test(band_needs_the_hours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
