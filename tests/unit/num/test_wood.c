#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/wood.h"

static double emc_of(double celsius, double rh)
{
    double mc = -1;

    assert_int_equal(emc_wood(celsius, rh, &mc), ERR_OK);
    return mc;
}

/* Hours at constant climate from no decay. */
static struct decay decay_after(double celsius, double rh, double hours)
{
    struct decay s = {0};

    for (double h = 0; h < hours; h++)
        decay_step(&s, celsius, rh, 1);
    return s;
}

static void exact_emc_ends(void **state)
{
    double rh, k = 0.805, k1 = 6.27, k2 = 1.91; /* at 0 deg C */
    double h = 0.5, s = k * h,
           mc = 1800 / 349.0 *
                (s / (1 - s) + (k1 * s + 2 * k1 * k2 * s * s) / (1 + k1 * s + k1 * k2 * s * s));

    (void)state;
    assert_near(emc_of(20, 0), 0, 0);
    assert_close(emc_of(0, 50), mc, 1e-15);
    assert_near(emc_of(20, 100), 28.84, 0.005);
    assert_int_equal(emc_relative_humidity(20, 0, &rh), ERR_OK);
    assert_near(rh, 0, 1e-12);
    assert_int_equal(emc_relative_humidity(20, emc_of(20, 100), &rh), ERR_OK);
    assert_near(rh, 100, 1e-12);
}

static void exact_meter(void **state)
{
    double mc;

    (void)state;
    assert_int_equal(wood_meter_corrected(18, 9.4, 20.6, WOOD_METER_SLOPE, &mc), ERR_OK);
    assert_near(mc, 19, 1e-14); /* two steps of 5.6 K colder: one point more */
    assert_int_equal(wood_meter_corrected(18, 30, 20, 0.15, &mc), ERR_OK);
    assert_near(mc, 16.5, 1e-14);
    assert_int_equal(wood_meter_corrected(0.5, 30, 20, 0.15, &mc), ERR_OK);
    assert_near(mc, 0, 0);
}

/* Wood Handbook 2021, table 4-2 (one decimal; 17.9 at 21.1 deg C, 85 % is its own rounding
 * of 17.95), and the same by eq. 4-5 computed to six. */
static void vector_emc_table_4_2(void **state)
{
    static const double row[][4] = {
        {21.1, 5, 1.298406, 1.3},    {21.1, 30, 6.169755, 6.2},   {21.1, 50, 9.242582, 9.2},
        {21.1, 75, 14.406481, 14.4}, {21.1, 85, 17.952229, 17.9}, {21.1, 95, 23.891801, 23.9},
        {-1.1, 75, 14.914421, 14.9}, {-1.1, 95, 24.332308, 24.3}, {37.8, 50, 8.676854, 8.7},
        {37.8, 90, 19.476464, 19.5},
    };
    static const double more[][3] = {
        {20, 65, 11.996267}, {20, 80, 16.037127}, {20, 85, 18.002435}, {20, 95, 23.941486},
        {28, 80, 15.655200}, {28, 85, 17.597674}, {28, 90, 20.111495}, {5, 85, 18.469538},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_near(emc_of(row[i][0], row[i][1]), row[i][2], 5e-7);
        assert_near(emc_of(row[i][0], row[i][1]), row[i][3], 0.055);
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        assert_near(emc_of(more[i][0], more[i][1]), more[i][2], 5e-7);
}

/* RH for 16, 18, 20, 25 %, by bisection, two decimals. */
static void vector_emc_inverse(void **state)
{
    static const double mc[] = {16, 18, 20, 25};
    static const double row[][5] = {
        {5, 78.60, 83.91, 88.19, 95.82},
        {20, 79.89, 84.99, 89.06, 96.26},
        {28, 80.98, 85.90, 89.81, 96.71},
    };
    double rh;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(emc_relative_humidity(row[i][0], mc[k], &rh), ERR_OK);
            assert_near(rh, row[i][k + 1], 0.005);
        }
}

/* Viitanen et al. (2010): hours to decay and 1e-3 % per hour, computed from the formulas, printed
 * digits. */
static void vector_decay_rates(void **state)
{
    static const double row[][4] = {
        {5, 97, 1616.28, 2.005}, {10, 97, 1043.16, 2.985}, {20, 97, 574.99, 4.945},
        {20, 98, 430.20, 5.570}, {20, 100, 220.41, 6.820}, {25, 98, 326.30, 6.550},
        {30, 100, 57.14, 8.780},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_near(decay_critical_hours(row[i][0], row[i][1]), row[i][2], 0.005);
        assert_near(1000 * decay_rate(row[i][0], row[i][1]), row[i][3], 1e-9);
    }
}

static void vector_decay_runs(void **state)
{
    (void)state;
    assert_near(decay_after(20, 97, 60 * 24).mass_loss_percent, 4.28237, 5e-6);
    assert_near(decay_after(20, 97, 120 * 24).mass_loss_percent, 11.40317, 5e-6);
    assert_near(decay_after(20, 97, 365 * 24).mass_loss_percent, 40.47977, 5e-6);
    assert_near(decay_after(10, 99, 365 * 24).mass_loss_percent, 34.39667, 5e-6);
    assert_near(decay_after(25, 98, 180 * 24).mass_loss_percent, 26.16070, 5e-6);
}

static void exact_decay_activation(void **state)
{
    double critical = decay_critical_hours(20, 97);
    struct decay s = {0};

    (void)state;
    decay_step(&s, 20, 97, critical / 2);
    assert_near(s.activation, 0.5, 1e-15);
    assert_near(s.mass_loss_percent, 0, 0);
    decay_step(&s, 20, 95, DECAY_RECOVERY_H / 4); /* dry: recovers */
    assert_near(s.activation, 0.25, 1e-15);
    decay_step(&s, -1, 100, DECAY_RECOVERY_H); /* frozen: recovers */
    assert_near(s.activation, 0, 0);
    decay_step(&s, 40, 100, 2); /* starts at once */
    assert_near(s.activation, 1, 0);
    assert_near(s.mass_loss_percent, 2 * decay_rate(40, 100), 0);
    s = (struct decay){0};
    assert_near(decay_critical_hours(40, 100), 0, 0);
    assert_true(isinf(decay_critical_hours(0.1, 95.1)));
    decay_step(&s, 0.1, 95.1, 1e6); /* never starts */
    assert_near(s.activation, 0, 0);
}

/* Wetter air means more moisture, as does colder (the fit turns over below 15 deg C); more RH
 * decays faster. */
static void invariant_monotone(void **state)
{
    (void)state;
    for (double t = -30; t <= 130; t += 5)
        for (double rh = 1; rh <= 100; rh++)
            assert_true(emc_of(t, rh) > emc_of(t, rh - 1));
    for (double rh = 10; rh <= 100; rh += 10)
        for (double t = 16; t <= 130; t++)
            assert_true(emc_of(t, rh) < emc_of(t - 1, rh));
    for (double t = 1; t <= 30; t++)
        for (double rh = 96; rh < 100; rh += 0.5) {
            assert_true(decay_critical_hours(t, rh + 0.5) < decay_critical_hours(t, rh));
            assert_true(decay_rate(t, rh + 0.5) > decay_rate(t, rh));
        }
}

/* One step of n hours is n steps of one hour as long as activation does not reach 1 inside. */
static void invariant_step_length(void **state)
{
    struct decay coarse = {0}, fine = {0};

    (void)state;
    for (int day = 0; day < 30; day++) {
        double rh = day % 3 == 0 ? 90 : 96;

        decay_step(&coarse, 12, rh, 24);
        for (int h = 0; h < 24; h++)
            decay_step(&fine, 12, rh, 1);
    }
    assert_true(coarse.activation > 0.1 && coarse.activation < 1);
    assert_near(coarse.activation, fine.activation, 1e-13);
}

/* The inverse finds back the RH of random climates to 1e-9 %. */
static void truth_inverse_of_random_climates(void **state)
{
    struct random chance = random_seeded(51);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        double t = -30 + 162 * random_uniform(&chance), rh = 100 * random_uniform(&chance), back;

        assert_int_equal(emc_relative_humidity(t, emc_of(t, rh), &back), ERR_OK);
        assert_near(back, rh, 1e-9);
    }
}

/* Random wet and dry spells: activation by the sum of doses, held within 0 .. 1. */
static void truth_activation_of_random_spells(void **state)
{
    struct random chance = random_seeded(52);
    struct decay s = {0};
    double expected = 0, mass = 0;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        double t = -5 + 30 * random_uniform(&chance), rh = 90 + 10 * random_uniform(&chance);
        double hours = 1 + 20 * random_uniform(&chance);
        bool wet = t > 0 && rh > 95;

        expected += wet ? hours / decay_critical_hours(t, rh) : -hours / 17520;
        expected = expected < 0 ? 0 : expected > 1 ? 1 : expected;
        mass += wet && expected >= 1 ? hours * decay_rate(t, rh) : 0;
        decay_step(&s, t, rh, hours);
        assert_near(s.activation, expected, 1e-12);
        assert_near(s.mass_loss_percent, mass, 1e-9 * (1 + mass));
    }
    assert_true(mass > 0);
}

static void hostile_emc(void **state)
{
    double v = 7;

    (void)state;
    assert_int_equal(emc_wood(20, -0.1, &v), ERR_RANGE);
    assert_int_equal(emc_wood(20, 100.1, &v), ERR_RANGE);
    assert_int_equal(emc_wood(-31, 50, &v), ERR_RANGE);
    assert_int_equal(emc_wood(1e300, 50, &v), ERR_RANGE);
    assert_int_equal(emc_wood(NAN, 50, &v), ERR_NOT_FINITE);
    assert_int_equal(emc_wood(20, INFINITY, &v), ERR_NOT_FINITE);
    assert_int_equal(emc_relative_humidity(20, 29, &v), ERR_RANGE);
    assert_int_equal(emc_relative_humidity(20, -1, &v), ERR_RANGE);
    assert_int_equal(emc_relative_humidity(133, 5, &v), ERR_RANGE);
    assert_int_equal(emc_relative_humidity(20, NAN, &v), ERR_NOT_FINITE);
    assert_int_equal(emc_relative_humidity(NAN, 20, &v), ERR_NOT_FINITE);
    assert_int_equal(wood_meter_corrected(-1, 20, 20, 0.1, &v), ERR_RANGE);
    assert_int_equal(wood_meter_corrected(18, 20, 20, -0.1, &v), ERR_RANGE);
    assert_int_equal(wood_meter_corrected(18, NAN, 20, 0.1, &v), ERR_NOT_FINITE);
    assert_int_equal(wood_meter_corrected(1e300, 1e300, -1e300, 1e300, &v), ERR_NOT_FINITE);
    assert_near(v, 7, 0);
}

static void hostile_decay(void **state)
{
    const double warm[] = {20, 20}, wet[] = {97, 97}, bad[] = {97, NAN};
    struct decay s = {0.5, 2};
    double mass[2] = {8, 8};

    (void)state;
    decay_step(&s, NAN, 97, 1);
    decay_step(&s, 20, INFINITY, 1);
    decay_step(&s, 20, 97, 0);
    decay_step(&s, 20, 97, -1);
    decay_step(&s, 20, 97, NAN);
    assert_int_equal(decay_run(&s, warm, bad, 2, 1, mass), ERR_NOT_FINITE);
    assert_int_equal(decay_run(&s, bad, wet, 2, 1, mass), ERR_NOT_FINITE);
    assert_int_equal(decay_run(&s, warm, wet, 2, 0, mass), ERR_RANGE);
    assert_int_equal(decay_run(&s, warm, wet, 0, 1, mass), ERR_OK);
    assert_near(s.activation + s.mass_loss_percent + mass[0] + mass[1], 18.5, 0);
    assert_int_equal(decay_run(&s, warm, wet, 2, 1000, mass), ERR_OK);
    assert_near(mass[1], 2 + 2000 * decay_rate(20, 97), 1e-12);
    assert_int_equal(decay_run(&s, warm, wet, 2, 1, NULL), ERR_OK);
    decay_step(&s, 20, 1e300, 1); /* counts as 100 % */
    assert_near(s.mass_loss_percent, mass[1] + 2 * decay_rate(20, 97) + decay_rate(20, 100), 1e-12);
}

/* No finite weather makes a state or a rate that is not a number. */
static void hostile_decay_magnitudes(void **state)
{
    static const double extreme[] = {-1.7e308, -1e300, -1e-300, 0, 1e-300, 96, 1e300, 1.7e308};
    struct decay s = {0.5, 2};

    (void)state;
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < 8; k++) {
            assert_true(!isnan(decay_critical_hours(extreme[i], extreme[k])));
            assert_true(!isnan(decay_rate(extreme[i], extreme[k])));
            for (size_t j = 4; j < 8; j++) {
                decay_step(&s, extreme[i], extreme[k], extreme[j]);
                assert_true(s.activation >= 0 && s.activation <= 1);
                assert_true(isfinite(s.mass_loss_percent));
            }
        }
    s = (struct decay){0.5, 2};
    decay_step(&s, 1.7e308, 97, 1e10); /* the loss overflows */
    assert_near(s.activation + s.mass_loss_percent, 2.5, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_emc_ends),
        cmocka_unit_test(exact_meter),
        cmocka_unit_test(vector_emc_table_4_2),
        cmocka_unit_test(vector_emc_inverse),
        cmocka_unit_test(vector_decay_rates),
        cmocka_unit_test(vector_decay_runs),
        cmocka_unit_test(exact_decay_activation),
        cmocka_unit_test(invariant_monotone),
        cmocka_unit_test(invariant_step_length),
        cmocka_unit_test(truth_inverse_of_random_climates),
        cmocka_unit_test(truth_activation_of_random_spells),
        cmocka_unit_test(hostile_emc),
        cmocka_unit_test(hostile_decay),
        cmocka_unit_test(hostile_decay_magnitudes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
