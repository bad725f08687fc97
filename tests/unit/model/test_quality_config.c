#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "shikumen/model/quality_config.h"

#define HOUR_US INT64_C(3600000000)

static void channel_practice(void **state)
{
    struct quality_config c = quality_config_default(Q_CRACK_WIDTH, 0.01, 600 * INT64_C(1000000));

    (void)state;
    assert_int_equal(c.gap_us, 3000 * INT64_C(1000000));
    assert_true(fabs(c.rate_suspect_per_s * 3600 - 0.05) < 1e-12);
    assert_true(isnan(c.rate_fail_per_s));
    assert_true(c.flat_tolerance == 0.01);
    assert_int_equal(c.flat_suspect_us, 72 * HOUR_US);
    c = quality_config_default(Q_HUMIDITY, 0.1, HOUR_US);
    assert_true(c.fail_min == 0 && c.fail_max == 100);
    assert_int_equal(c.flat_suspect_us, 24 * HOUR_US);
    c = quality_config_default(Q_MOISTURE_CONTENT, 0, HOUR_US);
    assert_true(c.fail_min == 6 && c.fail_max == 60);
    assert_true(c.flat_tolerance > 0);
    c = quality_config_default(Q_SETTLEMENT, 0.01, HOUR_US);
    assert_true(fabs(c.rate_suspect_per_s * 86400 - 2) < 1e-12);
    c = quality_config_default(Q_TILT, 0.001, HOUR_US);
    assert_true(fabs(c.rate_suspect_per_s * 3600 - 0.1) < 1e-12);
}

/* Thresholds that are in use are in order, whatever the sensor. */
static void thresholds_are_in_order(void **state)
{
    static const double resolutions[] = {0, 0.001, 0.1, 10};

    (void)state;
    for (enum quantity q = 0; q < Q_COUNT; q++)
        for (size_t i = 0; i < 4; i++) {
            struct quality_config c = quality_config_default(q, resolutions[i], HOUR_US);
            assert_true(c.fail_min < c.fail_max);
            assert_false(c.suspect_min < c.fail_min || c.suspect_max > c.fail_max);
            assert_false(c.spike_suspect > c.spike_fail);
            assert_false(c.flat_tolerance < resolutions[i]);
            assert_true(c.flat_suspect_us <= c.flat_fail_us);
            assert_true(c.rate_min_step >= 3 * resolutions[i]);
            assert_int_equal(c.gap_us, 5 * HOUR_US);
        }
}

/* What is off stays off: an event channel has no spikes and no flat line. */
static void off_stays_off(void **state)
{
    struct quality_config c = quality_config_default(Q_VELOCITY, 0.5, HOUR_US);

    (void)state;
    assert_true(isnan(c.spike_suspect) && isnan(c.spike_fail) && isnan(c.rate_suspect_per_s));
    assert_true(isnan(c.flat_tolerance) && c.flat_suspect_us == 0 && c.flat_fail_us == 0);
    assert_true(isnan(c.attenuated_suspect) && c.attenuated_window_us == 0);
}

static void long_periods(void **state)
{
    struct quality_config c = quality_config_default(Q_CRACK_WIDTH, 0, 24 * HOUR_US);

    (void)state;
    assert_int_equal(c.flat_suspect_us, 6 * 24 * HOUR_US);
    c = quality_config_default(Q_CRACK_WIDTH, 0, INT64_MAX);
    assert_true(c.gap_us == INT64_MAX && c.flat_suspect_us == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channel_practice),
        cmocka_unit_test(thresholds_are_in_order),
        cmocka_unit_test(off_stays_off),
        cmocka_unit_test(long_periods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
