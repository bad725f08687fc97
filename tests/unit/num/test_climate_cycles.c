#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/climate.h"
#include "shikumen/num/random.h"

#define PI 3.14159265358979323846

static void assert_salt(struct salt_settings settings, const double *rh, size_t n,
                        size_t crystallisations, size_t dissolutions)
{
    struct salt s;

    assert_int_equal(salt_count(&settings, rh, n, &s), ERR_OK);
    assert_int_equal(s.crystallisations, crystallisations);
    assert_int_equal(s.dissolutions, dissolutions);
}

static void exact_salt_hysteresis_and_hold(void **state)
{
    const double between[] = {80, 75, 74, 75, 74, 75}, start[] = {70, 80, 80, 70};
    const double broken[] = {70, 80, 70, 80, 70, 80, 80};

    (void)state;
    assert_salt((struct salt_settings){74, 76, 1}, between, 6, 0, 0); /* 74 is not below 74 */
    assert_salt((struct salt_settings){75, 75, 1}, between, 6, 2, 2);
    assert_salt((struct salt_settings){74, 76, 2}, start, 4, 1, 1);
    assert_salt((struct salt_settings){74, 76, 3}, start, 4, 0, 0);
    assert_salt((struct salt_settings){74, 76, 2}, broken, 7, 0, 1); /* the hold must be in a row */
}

static void exact_freeze(void **state)
{
    const double t[] = {5, -3, 0, -3, 1, -3, 1.1, -2, -2.1, 5, -5};
    const double rh[] = {99, 99, 99, 99, 99, 99, 99, 99, 99, 80, 80};
    const double leak[] = {99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 48};
    struct freeze f;

    (void)state; /* freezings at 1, 8, 10; 0 and 1 deg C are no thaw, -2 no frost */
    assert_int_equal(freeze_count(t, rh, NULL, 11, &f), ERR_OK);
    assert_int_equal(f.freezings, 3);
    assert_int_equal(f.cycles, 2);
    assert_int_equal(freeze_count(t, rh, leak, 11, &f), ERR_OK);
    assert_int_equal(f.cycles, 3);
    assert_int_equal(freeze_count(t, NULL, NULL, 11, &f), ERR_OK);
    assert_int_equal(f.freezings, 3);
    assert_int_equal(f.cycles, 0);
    assert_true(freeze_wet(95.1, NAN) && freeze_wet(NAN, 48) && freeze_wet(50, 0));
    assert_false(freeze_wet(95, 48.1) || freeze_wet(NAN, NAN));
}

/* The counts follow from the definition by hand; no published series exists. */
static void vector_salt(void **state)
{
    static const double rh[] = {70, 76, 77, 74, 76,   77, 78, 73, 70, 80,
                                74, 76, 76, 75, 74.9, 60, 90, 90, 50};
    double wave[720];

    (void)state;
    assert_salt((struct salt_settings){75.3, 75.3, 1}, rh, 19, 5, 5);
    assert_salt((struct salt_settings){75.3, 75.3, 2}, rh, 19, 4, 4);
    assert_salt(SALT_NACL_15_MIN, rh, 19, 3, 3);
    for (size_t k = 0; k < 720; k++)
        wave[k] = 72 + 6 * sin(2 * PI * (double)k / 24);
    assert_salt(SALT_NACL_15_MIN, wave, 720, 30, 30);
    assert_salt((struct salt_settings){75.3, 75.3, 1}, wave, 720, 30, 30);
}

/* One yearly wave of +-10 deg C freezes once a year; ten years, wet from 5 on. */
static void exact_freeze_wave(void **state)
{
    struct freeze f = {0};

    (void)state;
    for (size_t k = 0; k < 3650; k++)
        freeze_add(&f, 10 * cos(2 * PI * (double)k / 365), k >= 1825);
    assert_int_equal(f.freezings, 10);
    assert_int_equal(f.cycles, 5);
}

static void invariant_units_and_repeats(void **state)
{
    struct random chance = random_seeded(81);
    double rh[600], celsius[600], scaled[600], twice[1200];
    struct salt a, b;
    struct freeze f, g;
    struct salt_settings once = {74, 76, 2}, same = {2 * 74 - 64, 2 * 76 - 64, 2};

    (void)state;
    for (size_t k = 0; k < 600; k++) {
        rh[k] = 75 + 3 * random_normal(&chance);
        celsius[k] = 4 * random_normal(&chance);
        scaled[k] = 2 * rh[k] - 64;
        twice[2 * k] = twice[2 * k + 1] = celsius[k];
    }
    assert_int_equal(salt_count(&once, rh, 600, &a), ERR_OK);
    assert_int_equal(salt_count(&same, scaled, 600, &b), ERR_OK);
    assert_int_equal(a.crystallisations, b.crystallisations);
    assert_true(a.crystallisations > 10);
    assert_int_equal(freeze_count(celsius, NULL, NULL, 600, &f), ERR_OK);
    assert_int_equal(freeze_count(twice, NULL, NULL, 1200, &g),
                     ERR_OK); /* sampled twice as often */
    assert_int_equal(f.freezings, g.freezings);
    assert_true(f.freezings > 10);
}

/* Dry and wet spells of random lengths: as many transitions as spells; and the counts differ by at
 * most 1. */
static void truth_spells(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random chance = random_seeded(seed);
        struct salt s;
        struct freeze f = {0};
        size_t spells = 1 + random_below(&chance, 50), wet_spells = 0;

        (void)state;
        assert_int_equal(salt_init(&s, &(struct salt_settings){74, 76, 3}), ERR_OK);
        for (size_t i = 0; i < spells; i++) {
            size_t length = 3 + random_below(&chance, 20);
            bool wet = i % 2 == 1;

            wet_spells += wet ? 1 : 0;
            for (size_t k = 0; k < length; k++) {
                salt_add(&s,
                         wet ? 76 + 20 * random_uniform(&chance) : 73 * random_uniform(&chance));
                freeze_add(&f,
                           wet ? -2 - 5 * random_uniform(&chance) : 1 + 5 * random_uniform(&chance),
                           true);
            }
        }
        assert_int_equal(s.dissolutions, wet_spells);
        assert_int_equal(s.crystallisations, (spells - 1) / 2);
        assert_int_equal(f.cycles, wet_spells);
    }
}

static void hostile_salt(void **state)
{
    const double rh[] = {NAN, 70, 76, NAN, 77, NAN, 60}, none[] = {NAN, NAN};
    const double infinite[] = {70, INFINITY}, huge[] = {-1e300, 1e300, -1e300};
    const struct salt_settings inverted = {76, 74, 1}, no_hold = {74, 76, 0};
    const struct salt_settings not_finite = {74, INFINITY, 1}, usual = {74, 76, 2};
    struct salt s = {.crystallisations = 9};

    (void)state;
    assert_int_equal(salt_count(&usual, rh, 0, &s), ERR_TOO_FEW);
    assert_int_equal(salt_count(&usual, none, 2, &s), ERR_TOO_FEW);
    assert_int_equal(salt_count(&usual, infinite, 2, &s), ERR_NOT_FINITE);
    assert_int_equal(salt_count(&inverted, rh, 7, &s), ERR_RANGE);
    assert_int_equal(salt_count(&no_hold, rh, 7, &s), ERR_RANGE);
    assert_int_equal(salt_init(&s, &not_finite), ERR_RANGE);
    assert_int_equal(s.crystallisations, 9);
    assert_salt(usual, rh, 7, 1, 1); /* gaps keep the hold */
    assert_salt((struct salt_settings){74, 76, 1}, huge, 3, 1, 1);
    assert_salt(usual, rh, 2, 0, 0);
    assert_int_equal(salt_init(&s, &usual), ERR_OK);
    salt_add(&s, -INFINITY);
    assert_int_equal(s.state, SALT_UNKNOWN);
}

static void hostile_freeze(void **state)
{
    const double t[] = {5, NAN, -3}, none[] = {NAN}, infinite[] = {5, -INFINITY};
    const double same[] = {-3, -3, -3};
    struct freeze f = {.cycles = 9};

    (void)state;
    assert_int_equal(freeze_count(t, NULL, NULL, 0, &f), ERR_TOO_FEW);
    assert_int_equal(freeze_count(none, NULL, NULL, 1, &f), ERR_TOO_FEW);
    assert_int_equal(freeze_count(infinite, NULL, NULL, 2, &f), ERR_NOT_FINITE);
    assert_int_equal(f.cycles, 9);
    assert_int_equal(freeze_count(t, NULL, NULL, 3, &f), ERR_OK);
    assert_int_equal(f.freezings, 1);
    assert_int_equal(freeze_count(same, NULL, NULL, 3, &f), ERR_OK); /* never seen thawed */
    assert_int_equal(f.freezings, 0);
    freeze_add(&f, 1e300, true);
    freeze_add(&f, -INFINITY, true);
    assert_int_equal(f.freezings, 0);
    freeze_add(&f, -1e300, true);
    assert_int_equal(f.cycles, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_salt_hysteresis_and_hold),
        cmocka_unit_test(exact_freeze),
        cmocka_unit_test(vector_salt),
        cmocka_unit_test(exact_freeze_wave),
        cmocka_unit_test(invariant_units_and_repeats),
        cmocka_unit_test(truth_spells),
        cmocka_unit_test(hostile_salt),
        cmocka_unit_test(hostile_freeze),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
