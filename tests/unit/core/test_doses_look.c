/* How a pair stands: ladders, leaks, plum rain, findings. */
#include "doses_fixture.h"

static int level_of(struct dose *d, enum dose_measure m, int64_t h)
{
    return look(d, h).of[m].level;
}

/* --- ladders --- */

static void ladders_have_sources(void **state)
{
    (void)state;
    for (size_t m = 0; m < DOSE_MEASURES; m++) {
        size_t n;
        const struct limit *l = dose_limits((enum dose_measure)m, &n);

        assert_true(n >= 1);
        assert_true(dose_measure_name((enum dose_measure)m)[0]);
        assert_true(dose_measure_zh((enum dose_measure)m)[0]);
        assert_true(dose_measure_en((enum dose_measure)m)[0]);
        assert_non_null(dose_measure_unit((enum dose_measure)m));
        for (size_t i = 0; i < n; i++) {
            assert_true(l[i].source[0] && l[i].clause[0] && l[i].edition[0]);
            assert_non_null(strchr("VSCJM", l[i].mark));
            assert_true(l[i].clear < l[i].value && l[i].level >= 1 && l[i].level <= 4);
            assert_true(i == 0 || l[i].level <= l[i - 1].level);
            assert_string_equal(l[i].unit, dose_measure_unit((enum dose_measure)m));
        }
    }
}

/* 18 % after 30 days, 20 % after 30, 25 % after 14, 22 and 28 % after two hours. */
static void wet_ladder_measured(void **state)
{
    static const struct {
        double mc;
        int64_t hours;
        int before, after;
    } row[] = {{17.9, 4000, 0, 0}, {18, 720, 0, 2}, {20, 720, 0, 3}, {21.9, 720, 0, 3},
               {22, 2, 0, 3},      {25, 336, 3, 4}, {28, 2, 0, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct dose *d = new_of(DOSE_OF_TIMBER);
        /* hour 0 begins the run, hour n completes it, hour n + 1 closes that */
        int64_t h = feed_hours(d, DOSE_MC, 0, row[i].hours + 1, 20, row[i].mc);

        assert_int_equal(level_of(d, DOSE_M_WET, h), row[i].before);
        feed(d, DOSE_MC, h, 20, row[i].mc);
        assert_int_equal(level_of(d, DOSE_M_WET, h), row[i].after);
        if (row[i].after > 0)
            assert_true(look(d, h).of[DOSE_M_WET].since_us == T0);
        dose_free(d);
    }
}

static void noise_is_no_wetness(void **state)
{
    struct random chance = random_seeded(2);
    struct dose *d = new_of(DOSE_OF_TIMBER);

    (void)state;
    for (int64_t h = 0; h < 3000; h++)
        feed(d, DOSE_MC, h, 20, 16.5 + 0.7 * random_normal(&chance));
    assert_int_equal(level_of(d, DOSE_M_WET, 3000), 0);
    dose_free(d);
}

static void left_after_a_dry_week(void **state)
{
    struct dose *d = new_of(DOSE_OF_TIMBER);
    int64_t h = feed_hours(d, DOSE_MC, 0, 50, 20, 30);

    (void)state;
    assert_int_equal(level_of(d, DOSE_M_WET, h), 4);
    h = feed_hours(d, DOSE_MC, h, 160, 20, 14);
    assert_int_equal(level_of(d, DOSE_M_WET, h), 4);
    h = feed_hours(d, DOSE_MC, h, 60, 20, 14);
    assert_int_equal(level_of(d, DOSE_M_WET, h), 0);
    dose_free(d);
}

/* A gap neither fulfils nor ends the week of clear readings by itself. */
static void a_gap_does_not_clear(void **state)
{
    struct dose *d = new_of(DOSE_OF_TIMBER);
    int64_t h = feed_hours(d, DOSE_MC, 0, 50, 20, 30);

    (void)state;
    feed_hours(d, DOSE_MC, h + 2000, 10, 20, 14);
    assert_int_equal(level_of(d, DOSE_M_WET, h + 2010), 4);
    dose_free(d);
}

static void emc_of_a_wet_room(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    int64_t h = feed_hours(d, DOSE_RH, 0, 722, 20, 86);
    double emc;

    (void)state;
    assert_int_equal(emc_wood(20, 86, &emc), ERR_OK);
    near_to(look(d, h).of[DOSE_M_EMC].value, emc, 1e-12);
    assert_int_equal(level_of(d, DOSE_M_EMC, h), 2);
    feed_hours(d, DOSE_RH, h, 3, 20, 99); /* a shower bath is not a wet beam */
    assert_int_equal(level_of(d, DOSE_M_EMC, h + 3), 2);
    dose_free(d);
}

static void mould_and_decay_ladders(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    int levels[2][5] = {{0}};

    (void)state;
    for (int64_t h = 0; h < 3000; h++) {
        struct dose_view v;

        feed(d, DOSE_RH, h, 20, 97);
        v = look(d, h);
        for (int m = 0; m < 2; m++) {
            struct dose_standing s = v.of[m];
            double rung = s.level == 0 ? 0 : s.limit->value;
            size_t n;

            assert_true(s.level == 0 || s.value >= rung);
            assert_true(s.level == 4 || !(s.value >= dose_limits((enum dose_measure)m, &n)->value));
            levels[m][s.level]++;
        }
    }
    for (int m = 0; m < 2; m++)
        assert_true(levels[m][2] && levels[m][3] && levels[m][4] && !levels[m][1]);
    dose_free(d);
}

static void mineral_does_not_rot(void **state)
{
    struct dose_pair p = pair_of_basis(DOSE_OF_AIR);
    struct dose *d;
    int64_t h;

    (void)state;
    p.mould = MOULD_MEDIUM_RESISTANT;
    p.decline = 0.25;
    d = new_dose(p);
    h = feed_hours(d, DOSE_RH, 0, 2000, 20, 99);
    assert_true(isnan(look(d, h).of[DOSE_M_DECAY].value));
    assert_true(isnan(look(d, h).of[DOSE_M_EMC].value));
    assert_true(look(d, h).of[DOSE_M_MOULD].value > 0.5);
    dose_free(d);
}

static void renewed_timber_begins_anew(void **state)
{
    struct dose *d = new_of(DOSE_OF_TIMBER);
    int64_t h = feed_hours(d, DOSE_MC, 0, 2000, 20, 27);

    (void)state;
    assert_int_equal(level_of(d, DOSE_M_DECAY, h), 4);
    dose_renew(d, T0 + (h + 10) * HOUR + 5);
    h = feed_hours(d, DOSE_MC, h, 10, 20, 13);
    assert_int_equal(level_of(d, DOSE_M_DECAY, h), 4);
    h = feed_hours(d, DOSE_MC, h, 2, 20, 13);
    near_to(look(d, h).of[DOSE_M_DECAY].value, 0, 0);
    for (size_t m = 0; m < DOSE_MEASURES; m++)
        assert_int_equal(look(d, h).of[m].level, 0);
    assert_true(look(d, h).history_d > 80);
    dose_free(d);
}

/* --- leaks --- */

/* Room dry, beam end dry so far, its leak sensor wet: decay is on its way within weeks. */
static void leak_chain_with_moisture(void **state)
{
    struct dose_pair p = pair_of_basis(DOSE_OF_TIMBER);
    struct dose *d;
    int64_t rotten = 0;

    (void)state;
    p.sensor[DOSE_LEAK] = 3;
    d = new_dose(p);
    for (int64_t h = 0; h < 6000 && rotten == 0; h++) {
        dose_add(d, DOSE_LEAK, T0 + h * HOUR, h >= 2000);
        /* the wood takes up water over a month */
        feed(d, DOSE_MC, h, 20, h < 2000 ? 13 : 13 + fmin((double)(h - 2000) / 40, 20));
        if (h % 24 == 0 && level_of(d, DOSE_M_DECAY, h) == 4)
            rotten = h;
        if (h == 1999)
            near_to(look(d, h).of[DOSE_M_DECAY].value, 0, 0);
    }
    assert_true(rotten > 2000 + 14 * 24 && rotten < 2000 + 40 * 24);
    assert_int_equal(level_of(d, DOSE_M_WET, rotten), 3); /* 22 %; 25 % is not yet 14 days old */
    dose_free(d);
}

static void leak_without_a_moisture_sensor(void **state)
{
    struct dose *d = new_of(DOSE_OF_LEAK), *air = new_of(DOSE_OF_AIR);

    (void)state;
    for (int64_t h = 0; h < 2000; h++) {
        dose_add(d, DOSE_LEAK, T0 + h * HOUR, h >= 500 && h < 1000);
        feed(d, DOSE_RH, h, 20, 60);
        feed(air, DOSE_RH, h, 20, 60);
        if (h == 700)
            near_to(look(d, h).rh, DOSE_SATURATED_RH, 0);
        if (h == 1330) /* still drying */
            near_to(look(d, h).rh, DOSE_SATURATED_RH, 0);
        if (h == 1340)
            near_to(look(d, h).rh, 60, 0);
    }
    assert_int_equal(level_of(d, DOSE_M_DECAY, 2000), 4); /* 836 h of 575 */
    assert_int_equal(level_of(air, DOSE_M_DECAY, 2000), 0);
    dose_free(d);
    dose_free(air);
}

static void surface_of_soaked_wood(void **state)
{
    static const double mc[] = {27, 28.5, 40, 200};
    double rh;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct dose *d = new_of(DOSE_OF_TIMBER);
        int64_t h = feed_hours(d, DOSE_MC, 0, 3, 20, mc[i]);

        if (emc_relative_humidity(20, mc[i], &rh))
            rh = 100;
        near_to(look(d, h).rh, rh, 0);
        assert_true(mc[i] < 28 || look(d, h).rh >= DOSE_SATURATED_RH);
        dose_free(d);
    }
}

/* --- plum rain on a healthy house: five houses, five years --- */

static void plum_rain_stays_below_two(void **state)
{
    (void)state;
    for (uint64_t house = 1; house <= 5; house++) {
        struct dose *d = new_of(DOSE_OF_AIR);
        struct sky sky = sky_of(house, 63 + 2 * (double)house);
        double wettest = 0;

        for (int64_t h = 0; h < 5 * YEAR_H; h++) {
            struct room r = sky_hour(&sky, h);

            feed(d, DOSE_RH, h, r.celsius, r.rh);
            wettest = fmax(wettest, r.rh);
            if (h % 168 == 0) {
                struct dose_view v = look(d, h);
                for (size_t m = 0; m < DOSE_MEASURES; m++)
                    assert_true(v.of[m].level < 2);
            }
        }
        assert_true(wettest > 78 + (double)house);
        dose_free(d);
    }
}

/* --- findings --- */

static void findings_are_what_holds(void **state)
{
    struct dose_pair p = pair_of_basis(DOSE_OF_TIMBER);
    struct dose_finding f[DOSE_MEASURES];

    (void)state;
    for (int judged = 0; judged < 2; judged++) {
        struct dose *d;
        size_t n;

        p.judged = judged != 0;
        d = new_dose(p);
        assert_int_equal(dose_findings(d, f), 0);
        feed_hours(d, DOSE_MC, 0, 5, 20, 13);
        assert_int_equal(dose_findings(d, f), 0);
        feed_hours(d, DOSE_MC, 5, 1500, 20, 29);
        n = dose_findings(d, f);
        assert_int_equal(n, judged ? 3 : 4); /* mould, decay, loss, wet */
        for (size_t i = 0; i < n; i++) {
            assert_true(f[i].level >= 1 && f[i].limit->level == f[i].level);
            assert_true(f[i].value >= f[i].limit->value && f[i].since_us <= f[i].t_us);
            assert_true(!judged || f[i].measure != DOSE_M_WET);
        }
        dose_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ladders_have_sources),
        cmocka_unit_test(wet_ladder_measured),
        cmocka_unit_test(noise_is_no_wetness),
        cmocka_unit_test(left_after_a_dry_week),
        cmocka_unit_test(a_gap_does_not_clear),
        cmocka_unit_test(emc_of_a_wet_room),
        cmocka_unit_test(mould_and_decay_ladders),
        cmocka_unit_test(mineral_does_not_rot),
        cmocka_unit_test(renewed_timber_begins_anew),
        cmocka_unit_test(leak_chain_with_moisture),
        cmocka_unit_test(leak_without_a_moisture_sensor),
        cmocka_unit_test(surface_of_soaked_wood),
        cmocka_unit_test(plum_rain_stays_below_two),
        cmocka_unit_test(findings_are_what_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
