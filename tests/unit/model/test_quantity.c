#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "shikumen/model/quantity.h"

static double convert(enum quantity q, const char *unit, double v)
{
    const struct unit_conversion *c = unit_find(q, unit);

    assert_non_null(c);
    return unit_to_canonical(c, v);
}

/* To the last bit. */
static void assert_same(double a, double b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not near %.17g", a, b);
}

static void decimal_factors_are_exact(void **state)
{
    (void)state;
    assert_same(convert(Q_CRACK_WIDTH, "um", 1234), 1.234);
    assert_same(convert(Q_CRACK_WIDTH, "um", 1), 0.001);
    assert_same(convert(Q_SETTLEMENT, "cm", 3), 30);
    assert_same(convert(Q_DISPLACEMENT, "m", 0.0015), 1.5);
    assert_same(convert(Q_STRAIN, "1", 0.0005), 500);
    assert_same(convert(Q_STRAIN, "mm/m", 0.75), 750);
    assert_same(convert(Q_VELOCITY, "m/s", 0.0025), 2.5);
    assert_same(convert(Q_ACCELERATION, "g", 1), 9.80665);
    assert_same(convert(Q_ACCELERATION, "mg", 1000), 9.80665);
    assert_same(convert(Q_ACCELERATION, "mg", 1), 0.00980665);
    assert_same(convert(Q_HUMIDITY, "/", 0.65), 65);
    assert_same(convert(Q_MOISTURE_CONTENT, "/", 0.18), 18);
    assert_same(convert(Q_WATER_LEVEL, "mm", 1234), 1.234);
    assert_same(convert(Q_WATER_LEVEL, "cm", 123), 1.23);
    assert_same(convert(Q_BATTERY, "mV", 3600), 3.6);
    assert_same(convert(Q_TEMPERATURE, "K", 273.15), 0);
    assert_near(convert(Q_TEMPERATURE, "K", 300), 26.85, 1e-13);
    assert_same(convert(Q_TEMPERATURE, "degF", 32), 0);
    assert_same(convert(Q_TEMPERATURE, "degF", 212), 100);
    assert_near(convert(Q_TEMPERATURE, "degF", -40), -40, 1e-13);
    assert_same(convert(Q_LEAK, "boolean", 1), 1);
}

static void every_thousandth_is_exact(void **state)
{
    (void)state;
    for (int um = -20000; um <= 20000; um++) {
        char text[32];
        snprintf(text, sizeof text, "%s%d.%03d", um < 0 ? "-" : "", abs(um) / 1000, abs(um) % 1000);
        assert_true(convert(Q_CRACK_WIDTH, "um", um) == strtod(text, NULL));
    }
}

/* 1 mm/m = 0.0573 deg = 206.3 arcsec (small angles); tan 45 deg = 1. */
static void angles_become_slopes(void **state)
{
    (void)state;
    assert_near(convert(Q_TILT, "deg", 45), 1000, 1e-9);
    assert_near(convert(Q_TILT, "rad", 0.001), 1000 * tan(0.001), 0);
    assert_near(convert(Q_TILT, "arcsec", 206.26480624709636), 1000 * tan(0.001), 1e-12);
    assert_near(convert(Q_TILT, "deg", -0.0573), -1, 1e-4);
    assert_true(convert(Q_TILT, "deg", 0) == 0);
    assert_true(isnan(convert(Q_TILT, "deg", 90)));
    assert_true(isnan(convert(Q_TILT, "deg", -180)));
    assert_true(isnan(convert(Q_TILT, "rad", HUGE_VAL)));
}

static void differences_have_no_offset(void **state)
{
    (void)state;
    assert_same(unit_difference_to_canonical(unit_find(Q_TEMPERATURE, "K"), 2.5), 2.5);
    assert_same(unit_difference_to_canonical(unit_find(Q_TEMPERATURE, "degF"), 9), 5);
    assert_same(unit_difference_to_canonical(unit_find(Q_CRACK_WIDTH, "um"), 10), 0.01);
    assert_near(unit_difference_to_canonical(unit_find(Q_TILT, "deg"), 0.0573), 1, 1e-4);
}

static void battery_has_two_families(void **state)
{
    (void)state;
    assert_string_equal(unit_canonical(unit_find(Q_BATTERY, "mV")), "V");
    assert_string_equal(unit_canonical(unit_find(Q_BATTERY, "V")), "V");
    assert_string_equal(unit_canonical(unit_find(Q_BATTERY, "%")), "%");
    assert_string_equal(unit_canonical(unit_find(Q_BATTERY, "%EL")), "%");
}

static void foreign_units_are_refused(void **state)
{
    (void)state;
    assert_null(unit_find(Q_TILT, "cm"));
    assert_null(unit_find(Q_CRACK_WIDTH, ""));
    assert_null(unit_find(Q_CRACK_WIDTH, "MM"));
    assert_null(unit_find(Q_RSSI, "V"));
}

/* The text for messages names exactly the units that are found, the canonical one first. */
static void units_text_is_the_table(void **state)
{
    (void)state;
    for (enum quantity q = 0; q < Q_COUNT; q++) {
        char text[64], *rest = text;
        const char *unit;
        assert_true(strlen(quantity_units_text(q)) < sizeof text);
        strcpy(text, quantity_units_text(q));
        for (int i = 0; (unit = strsep(&rest, ",")) != NULL; i++) {
            unit += *unit == ' ';
            assert_non_null(unit_find(q, unit));
            if (i == 0)
                assert_string_equal(unit, quantity_info(q)->canonical_unit);
        }
        assert_string_equal(unit_canonical(unit_find(q, quantity_info(q)->canonical_unit)),
                            quantity_info(q)->canonical_unit);
        assert_true(convert(q, quantity_info(q)->canonical_unit, 1.5) == 1.5);
    }
    assert_string_equal(quantity_units_text(Q_TILT), "mm/m, deg, rad, arcsec");
}

static void names_lead_back(void **state)
{
    (void)state;
    for (enum quantity q = 0; q < Q_COUNT; q++) {
        const struct quantity_info *info = quantity_info(q);
        assert_int_equal(quantity_by_name(info->name), q);
        assert_true(*info->zh && *info->en);
        assert_true(info->decimals >= 0 && info->decimals <= 3);
    }
    assert_int_equal(quantity_by_name("crack"), Q_COUNT);
    assert_true(quantity_info(Q_TILT)->two_sided && quantity_info(Q_STRAIN)->two_sided);
    assert_false(quantity_info(Q_SETTLEMENT)->two_sided);
    assert_true(quantity_info(Q_BATTERY)->instrument && quantity_info(Q_RSSI)->instrument);
    assert_true(quantity_info(Q_LEAK)->boolean && quantity_info(Q_DOOR)->boolean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_factors_are_exact), cmocka_unit_test(every_thousandth_is_exact),
        cmocka_unit_test(angles_become_slopes),      cmocka_unit_test(differences_have_no_offset),
        cmocka_unit_test(battery_has_two_families),  cmocka_unit_test(foreign_units_are_refused),
        cmocka_unit_test(units_text_is_the_table),   cmocka_unit_test(names_lead_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
