/* When limits will be reached: abstaining, certainty, leaks, and calibration on simulated rooms. */
#include "doses_fixture.h"

struct ahead {
    struct dose_ahead of[DOSE_TARGETS];
};

static struct ahead ahead_of(const struct dose *d, int64_t h, uint64_t seed)
{
    struct arena arena = {0};
    struct ahead a;

    memset(&a, 0, sizeof a);
    assert_int_equal(dose_forecast(d, T0 + h * HOUR, seed, &arena, a.of), ERR_OK);
    arena_free(&arena);
    return a;
}

static void assert_orderly(const struct ahead *a)
{
    for (size_t t = 0; t < DOSE_TARGETS; t++) {
        const struct dose_ahead *x = &a->of[t];

        assert_non_null(x->limit);
        if (x->state == DOSE_ABSTAINED) {
            assert_true(isnan(x->p30) && isnan(x->p365) && x->why != DOSE_NO_REASON);
            continue;
        }
        assert_true(x->p30 >= 0 && x->p30 <= x->p180 && x->p180 <= x->p365 && x->p365 <= 1);
        assert_true(isnan(x->t50_d) || x->t05_d <= x->t50_d);
        assert_true(isnan(x->t95_d) || x->t50_d <= x->t95_d);
    }
}

static void abstains_when_short(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);

    (void)state;
    for (int64_t h = 0; h < 40 * 24; h++) {
        struct ahead a;

        if (h % 100 == 0) {
            a = ahead_of(d, h, 1);
            assert_orderly(&a);
            assert_true(a.of[0].state == (h > 720 ? DOSE_AHEAD : DOSE_ABSTAINED));
            assert_true(h > 720 || a.of[0].why == DOSE_SHORT);
            assert_false(a.of[0].own_year);
        }
        feed(d, DOSE_RH, h, 20, 60);
    }
    dose_free(d);
}

static void abstains_when_stale_or_gappy(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    struct ahead a;

    (void)state;
    feed_hours(d, DOSE_RH, 0, 2000, 20, 60);
    a = ahead_of(d, 2000 + 100, 1);
    assert_int_equal(a.of[0].state, DOSE_AHEAD);
    a = ahead_of(d, 2000 + 200, 1);
    assert_int_equal(a.of[0].why, DOSE_STALE);
    feed_hours(d, DOSE_RH, 3000, 100, 20, 60);
    a = ahead_of(d, 3100, 1);
    assert_int_equal(a.of[0].why, DOSE_GAPPY);
    assert_orderly(&a);
    dose_free(d);
}

static void reached_is_certain(void **state)
{
    struct dose *d = new_of(DOSE_OF_TIMBER);
    struct ahead a;

    (void)state;
    feed_hours(d, DOSE_MC, 0, 3000, 20, 29);
    for (int stale = 0; stale < 2; stale++) { /* what was reached stays so in silence */
        a = ahead_of(d, stale ? 9000 : 3000, 1);
        assert_orderly(&a);
        for (size_t t = 0; t < DOSE_TARGETS; t++) {
            assert_int_equal(a.of[t].state, DOSE_REACHED);
            near_to(a.of[t].p30, 1, 0);
            near_to(a.of[t].t50_d, 0, 0);
        }
    }
    dose_free(d);
}

static void dry_house_has_no_fear(void **state)
{
    (void)state;
    for (uint64_t house = 1; house <= 4; house++) {
        struct sky sky = sky_of(house, 62 + 3 * (double)house);
        struct dose *d = new_of(DOSE_OF_AIR);

        for (int64_t h = 0; h < 2 * YEAR_H; h++) {
            struct room r = sky_hour(&sky, h);

            feed(d, DOSE_RH, h, r.celsius, r.rh);
            if (h > 800 && h % 1500 == 0) {
                struct ahead a = ahead_of(d, h, house);
                for (size_t t = 0; t < DOSE_TARGETS; t++)
                    assert_true(a.of[t].p365 <= 0.05 && isnan(a.of[t].t50_d));
            }
        }
        dose_free(d);
    }
}

static void same_seed_same_numbers(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    struct sky sky = sky_of(2, 85);
    struct ahead a, b, c;

    (void)state;
    for (int64_t h = 0; h < 3000; h++) {
        struct room r = sky_hour(&sky, h);
        feed(d, DOSE_RH, h, r.celsius, r.rh);
    }
    a = ahead_of(d, 3000, 5);
    b = ahead_of(d, 3000, 5);
    c = ahead_of(d, 3000, 6);
    for (size_t t = 0; t < DOSE_TARGETS; t++) {
        near_to(a.of[t].p365, b.of[t].p365, 0);
        near_to(a.of[t].p180, b.of[t].p180, 0);
        assert_true(a.of[t].p365 >= 0 && c.of[t].p365 >= 0);
    }
    assert_orderly(&a);
    dose_free(d);
}

/* A beam end, dry for a year and a half in a dry room; then its moisture rises. */
static struct dose *rising(int64_t until, double per_day)
{
    struct dose *d = new_of(DOSE_OF_TIMBER);
    struct random chance = random_seeded(3);

    for (int64_t h = 0; h < until; h++) {
        double wet = h < 13000 ? 0 : per_day * (double)(h - 13000) / 24;

        feed(d, DOSE_MC, h, 17 + 8 * sin(6.283185307179586 * (double)h / YEAR_H),
             13.5 + fmin(wet, 16) + 0.3 * random_normal(&chance));
    }
    return d;
}

static void rise_of_moisture_is_foreseen(void **state)
{
    struct dose *d = rising(13000, 0.3);
    struct ahead before = ahead_of(d, 13000, 1), after;

    (void)state;
    near_to(before.of[DOSE_T_DECAY].p365, 0, 0);
    near_to(before.of[DOSE_T_MASS_LOSS].p365, 0, 0);
    dose_free(d);
    d = rising(13000 + 21 * 24, 0.3); /* 19.8 %: no decay yet at that */
    after = ahead_of(d, 13000 + 21 * 24, 1);
    assert_orderly(&after);
    assert_true(after.of[DOSE_T_DECAY].value < 0.01);
    assert_true(after.of[DOSE_T_DECAY].p365 > 0.2);
    assert_true(after.of[DOSE_T_MOULD].p365 > 0.2);
    dose_free(d);
    d = rising(13000 + 45 * 24, 0.3); /* 27 % */
    after = ahead_of(d, 13000 + 45 * 24, 1);
    assert_true(after.of[DOSE_T_DECAY].p180 > 0.6);
    assert_true(after.of[DOSE_T_MASS_LOSS].p365 > 0.3);
    dose_free(d);
}

/* A leak at the element, moisture not risen yet; and timber with only a leak sensor. */
static void leak_is_foreseen(void **state)
{
    for (int basis = DOSE_OF_TIMBER; basis <= DOSE_OF_LEAK; basis++) {
        struct dose_pair p = pair_of_basis((enum dose_basis)basis);
        enum dose_channel wet = basis == DOSE_OF_TIMBER ? DOSE_MC : DOSE_RH;
        struct dose *d;
        struct ahead a;

        (void)state;
        p.sensor[DOSE_LEAK] = 3;
        d = new_dose(p);
        for (int64_t h = 0; h < 9000; h++) {
            dose_add(d, DOSE_LEAK, T0 + h * HOUR, h > 8990);
            feed(d, wet, h, 18, basis == DOSE_OF_TIMBER ? 13 : 60);
            if (h == 8900) {
                a = ahead_of(d, h, 4);
                near_to(a.of[DOSE_T_DECAY].p365, 0, 0);
            }
        }
        a = ahead_of(d, 9000, 4);
        assert_true(a.of[DOSE_T_DECAY].p180 > 0.5);
        assert_orderly(&a);
        dose_free(d);
    }
}

/* Rooms of every wetness; forecast after a year and a bit, or after two months; what came. */
struct tally {
    double n, foretold, came, brier, brier_base;
};

static void play(uint64_t seed, int64_t known_h, struct tally *t)
{
    struct random chance = random_seeded(seed);
    struct sky sky = sky_of(seed + 1000, 78 + 12 * random_uniform(&chance));
    struct dose *d = new_of(DOSE_OF_AIR);
    int64_t start = (int64_t)random_below(&chance, YEAR_H);
    struct ahead a = {0};
    bool came = false;

    for (int64_t h = 0; h < known_h + 365 * 24; h++) {
        struct room r = sky_hour(&sky, start + h);

        feed(d, DOSE_RH, h, r.celsius, r.rh);
        if (h == known_h)
            a = ahead_of(d, h, seed);
        if (h == known_h && a.of[DOSE_T_MOULD].state == DOSE_REACHED)
            break;
    }
    if (a.of[DOSE_T_MOULD].state == DOSE_AHEAD) {
        double p = a.of[DOSE_T_MOULD].p365;

        came = look(d, known_h + 365 * 24).mould_peak >= 3;
        t->n++;
        t->foretold += p;
        t->came += came;
        t->brier += (p - came) * (p - came);
    }
    dose_free(d);
}

static struct tally tally_of(int64_t known_h, int rooms)
{
    struct tally t = {0};
    double share;

    for (int i = 0; i < rooms; i++)
        play((uint64_t)i + 1, known_h, &t);
    share = t.came / t.n;
    t.brier /= t.n;
    t.brier_base = share * (1 - share);
    return t;
}

/* skill: by how much the Brier score is better than that of the share that came. */
static void check_tally(struct tally t, double most_bias, double least_skill)
{
    assert_true(t.n > 50 && t.came > 5);
    near_to(t.foretold / t.n, t.came / t.n, most_bias);
    if (!(t.brier < (1 - least_skill) * t.brier_base))
        fail_msg("Brier %g of %g, foretold %g, came %g of %g", t.brier, t.brier_base, t.foretold,
                 t.came, t.n);
}

static void calibrated_with_a_year(void **state)
{
    (void)state;
    check_tally(tally_of(400 * 24, 130), 0.06, 0.6);
}

/* Shanghai's season is not the room's: it errs to the wet side. */
static void calibrated_with_two_months(void **state)
{
    (void)state;
    check_tally(tally_of(60 * 24, 90), 0.17, 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(abstains_when_short),
        cmocka_unit_test(abstains_when_stale_or_gappy),
        cmocka_unit_test(reached_is_certain),
        cmocka_unit_test(dry_house_has_no_fear),
        cmocka_unit_test(same_seed_same_numbers),
        cmocka_unit_test(rise_of_moisture_is_foreseen),
        cmocka_unit_test(leak_is_foreseen),
        cmocka_unit_test(calibrated_with_a_year),
        cmocka_unit_test(calibrated_with_two_months),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
