/* From a raw value to what a sensor measures: exact cases, and numbers no instrument says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "shikumen/model/calibration.h"

static struct calibration plain(enum quantity q, const char *unit)
{
    return (struct calibration){.from_us = INT64_MIN,
                                .raw = unit_raw_find("mV"),
                                .terms = {0, 1},
                                .term_count = 2,
                                .temperature = UINT32_MAX,
                                .unit = unit_find(q, unit),
                                .scale = 1};
}

static void a_polynomial_is_that_of_its_terms(void **state)
{
    struct calibration c = plain(Q_CRACK_WIDTH, "mm");

    (void)state;
    c.terms[0] = 1.5;
    c.terms[1] = -0.25;
    c.terms[2] = 2;
    c.term_count = 3;
    assert_true(calibration_apply(&c, 3, NAN) == 1.5 - 0.75 + 18);
    assert_true(calibration_apply(&c, 0, NAN) == 1.5);
    c.unit = unit_find(Q_CRACK_WIDTH, "um");
    assert_true(calibration_apply(&c, 3, NAN) == 18.75 / 1000);
    c.zero = 0.01875;
    assert_true(calibration_apply(&c, 3, NAN) == 0.0);
    c.zero = 0;
    c.scale = -1;
    assert_true(calibration_apply(&c, 3, NAN) == -18.75 / 1000);
}

static void temperature_corrects_only_when_it_is_known(void **state)
{
    struct calibration c = plain(Q_DISPLACEMENT, "mm");

    (void)state;
    c.thermal[0] = 0.5;
    c.thermal[1] = 0.25;
    c.zero_temperature_c = 20;
    assert_true(calibration_apply(&c, 4, 22) == 4 + (0.5 + 1.0) * 2);
    assert_true(calibration_apply(&c, 4, 20) == 4);
    assert_true(calibration_apply(&c, 4, NAN) == 4);
    assert_true(calibration_apply(&c, 4, INFINITY) == 4);
}

/* 3000 Hz are 9000 digits, and so is a period of 333.333 us. */
static void a_wire_may_speak_in_hertz_or_microseconds(void **state)
{
    struct calibration c = plain(Q_DISPLACEMENT, "mm");

    (void)state;
    c.reading = RAW_HZ_TO_DIGITS;
    assert_true(calibration_apply(&c, 3000, NAN) == 9000);
    c.reading = RAW_US_TO_DIGITS;
    assert_true(fabs(calibration_apply(&c, 1000.0 / 3, NAN) - 9000) < 1e-9);
}

static void any_number_gives_a_finite_one(void **state)
{
    static const double hostile[] = {0,      -0.0,     NAN, INFINITY, -INFINITY, 1e308,
                                     -1e308, 4.9e-324, 1e9, -1e9,     90,        -90};
    struct calibration c = plain(Q_TILT, "deg");

    (void)state;
    for (int reading = RAW_AS_IS; reading <= RAW_US_TO_DIGITS; reading++)
        for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
            for (size_t k = 0; k < CALIBRATION_TERMS; k++) {
                c.reading = (enum calibration_raw)reading;
                memset(c.terms, 0, sizeof c.terms);
                c.term_count = k + 1;
                c.terms[k] = 1e15;
                double v = calibration_apply(&c, hostile[i], hostile[11 - i]);
                if (!isfinite(v) || fabs(v) > CALIBRATION_FAR)
                    fail_msg("%g in place %zu gives %g", hostile[i], k, v);
            }
}

static void the_calibration_of_its_time_is_used(void **state)
{
    struct calibration of[3] = {plain(Q_TILT, "deg"), plain(Q_TILT, "deg"), plain(Q_TILT, "deg")};

    (void)state;
    of[1].from_us = 100;
    of[2].from_us = 200;
    assert_ptr_equal(calibration_at(of, 3, INT64_MIN), &of[0]);
    assert_ptr_equal(calibration_at(of, 3, 99), &of[0]);
    assert_ptr_equal(calibration_at(of, 3, 100), &of[1]);
    assert_ptr_equal(calibration_at(of, 3, 199), &of[1]);
    assert_ptr_equal(calibration_at(of, 3, INT64_MAX), &of[2]);
    assert_null(calibration_at(of + 1, 2, 99));
    assert_null(calibration_at(NULL, 0, 0));
}

static void every_part_of_it_is_in_the_hash(void **state)
{
    struct calibration c = plain(Q_TILT, "deg"), other;
    const uint64_t hash = calibration_hash(0, &c);

    (void)state;
    assert_true(calibration_hash(0, &c) == hash);
#define DIFFERS(change)                                                                            \
    do {                                                                                           \
        other = c;                                                                                 \
        change;                                                                                    \
        assert_false(calibration_hash(0, &other) == hash);                                         \
    } while (0)
    DIFFERS(other.from_us = 0);
    DIFFERS(other.raw = unit_raw_find("V"));
    DIFFERS(other.unit = unit_find(Q_TILT, "rad"));
    DIFFERS(other.reading = RAW_HZ_TO_DIGITS);
    DIFFERS(other.terms[1] = 2);
    DIFFERS(other.term_count = 1);
    DIFFERS(other.thermal[0] = 1);
    DIFFERS(other.thermal[1] = 1);
    DIFFERS(other.zero_temperature_c = 1);
    DIFFERS(other.temperature_age_us = 1);
    DIFFERS(other.scale = -1);
    DIFFERS(other.zero = 1);
#undef DIFFERS
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_polynomial_is_that_of_its_terms),
        cmocka_unit_test(temperature_corrects_only_when_it_is_known),
        cmocka_unit_test(a_wire_may_speak_in_hertz_or_microseconds),
        cmocka_unit_test(any_number_gives_a_finite_one),
        cmocka_unit_test(the_calibration_of_its_time_is_used),
        cmocka_unit_test(every_part_of_it_is_in_the_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
