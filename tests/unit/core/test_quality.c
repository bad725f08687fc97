/* Vectors: test-suite of ioos_qc (IOOS QARTOD, Apache-2.0), tests/test_qartod.py. */
#include "quality_fixture.h"

#define QUARTER_US (900 * SECOND_US)
#define DAY_US     (86400 * SECOND_US)

static void test_gross_range_vector(void **state)
{
    static const double v[] = {5, 10, 15, 20, 25, 30, 35, 40, 45, 51};
    static const uint8_t f[] = {4, 3, 3, 1, 1, 1, 1, 1, 3, 4};
    struct quality_config c = config_off(SECOND_US);

    (void)state;
    c.fail_min = 10;
    c.fail_max = 50;
    c.suspect_min = 20;
    c.suspect_max = 40;
    expect_flags(&c, v, COUNT(v), f, false);
}

static void test_spike_vectors(void **state)
{
    static const double gap[] = {3, 4.99, 5, 6, 8, 6, 6,       6.75, 6,
                                 6, 5.3,  6, 6, 9, 5, MISSING, 4,    4};
    static const uint8_t gap_flags[] = {2, 1, 1, 1, 4, 1, 1, 3, 1, 1, 3, 1, 1, 4, 2, 9, 2, 2};
    static const uint8_t full_flags[] = {2, 1, 1, 1, 4, 1, 1, 3, 1, 1, 3, 1, 1, 4, 1, 1, 1, 2};
    double full[COUNT(gap)];
    struct quality_config c = config_off(QUARTER_US);

    (void)state;
    memcpy(full, gap, sizeof full);
    full[15] = 5;
    c.spike_suspect = 0.5;
    c.spike_fail = 1;
    expect_flags(&c, gap, COUNT(gap), gap_flags, true);
    expect_flags(&c, full, COUNT(full), full_flags, true);
}

static void test_rate_vectors(void **state)
{
    static const double v[] = {2, 10, 2.1, 3,  4,  5,  7,  10, 0, 2, 2.2, 2,
                               1, 2,  3,   90, 91, 92, 93, 1,  2, 3, 4,   5};
    static const uint8_t f[] = {1, 3, 3, 1, 1, 1, 1, 1, 3, 1, 1, 1,
                                1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 1};
    static const double gap[] = {2, 10, 2, 3, MISSING, MISSING, 7, 10};
    static const uint8_t gap_flags[] = {1, 3, 3, 1, 9, 9, 1, 1};
    struct quality_config c = config_off(QUARTER_US);

    (void)state;
    c.rate_suspect_per_s = 5.0 / 15 / 60;
    expect_flags(&c, v, COUNT(v), f, true);
    expect_flags(&c, gap, COUNT(gap), gap_flags, true);
}

static void test_flat_line_vectors(void **state)
{
    static const double v[] = {1, 2, 2.0001, 2, 2.0001, 2,      2.0001,
                               2, 4, 5,      3, 3.0001, 3.0005, 3.00001};
    static const uint8_t f[] = {1, 1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3};
    static const double equal[] = {7, 7, 7, 7, 7, 7};
    static const uint8_t equal_flags[] = {1, 1, 1, 3, 3, 4};
    static const double ramp[] = {1, 1, 1, 1, 1, 6, 5, 4, 3, 2};
    static const uint8_t ramp_flags[] = {1, 1, 1, 3, 3, 1, 1, 1, 3, 3};
    struct quality_config c = config_off(QUARTER_US);

    (void)state;
    c.flat_suspect_us = 3000 * SECOND_US;
    c.flat_fail_us = 4800 * SECOND_US;
    c.flat_tolerance = 0.01;
    expect_flags(&c, v, COUNT(v), f, true);
    c.period_us = SECOND_US;
    c.flat_suspect_us = 3 * SECOND_US;
    c.flat_fail_us = 5 * SECOND_US;
    c.flat_tolerance = 0.1;
    expect_flags(&c, equal, COUNT(equal), equal_flags, true);
    c.flat_fail_us = 6 * SECOND_US;
    c.flat_tolerance = 4;
    expect_flags(&c, ramp, COUNT(ramp), ramp_flags, true);
}

static void test_attenuated_vectors(void **state)
{
    static const double v[] = {1, 2, 3, 4}, still[] = {1, 1, 1, 1};
    static const uint8_t pass[] = {1, 1, 1, 1}, suspect[] = {3, 3, 3, 3}, failed[] = {4, 4, 4, 4};
    struct quality_config c = config_off(DAY_US);

    (void)state;
    c.attenuated_window_us = 4 * DAY_US;
    c.attenuated_suspect = 0.75;
    c.attenuated_fail = 0.5;
    expect_flags(&c, v, COUNT(v), pass, true);
    c.attenuated_suspect = 5;
    c.attenuated_fail = 0;
    expect_flags(&c, v, COUNT(v), suspect, true);
    c.attenuated_suspect = 10;
    c.attenuated_fail = 8;
    expect_flags(&c, still, COUNT(still), failed, true);
}

/* A judgement holds until the next full window; a window with too few readings judges nothing. */
static void test_attenuated_windows_follow_each_other(void **state)
{
    static const double v[] = {1,       1,       1, 1,       5,       9,       5,
                               9,       7,       7, 7,       MISSING, MISSING, MISSING,
                               MISSING, MISSING, 3, MISSING, MISSING, MISSING, 4};
    static const uint8_t f[] = {4, 4, 4, 4, 1, 1, 1, 1, 4, 4, 4, 9, 9, 9, 9, 9, 2, 9, 9, 9, 2};
    struct quality_config c = config_off(DAY_US);

    (void)state;
    c.attenuated_window_us = 4 * DAY_US;
    c.attenuated_suspect = 1;
    c.attenuated_fail = 0.5;
    expect_flags(&c, v, COUNT(v), f, true);
}

static void test_attenuated_needs_half_of_its_readings(void **state)
{
    static const double few[] = {1, 1, 1, MISSING, MISSING, MISSING, MISSING, MISSING, 1};
    static const double half[] = {1, 1, 1, 1, MISSING, MISSING, MISSING, MISSING, 1};
    static const uint8_t few_flags[] = {2, 2, 2, 9, 9, 9, 9, 9, 2};
    static const uint8_t half_flags[] = {4, 4, 4, 4, 9, 9, 9, 9, 4};
    struct quality_config c = config_off(DAY_US);

    (void)state;
    c.attenuated_window_us = 8 * DAY_US;
    c.attenuated_fail = 0.5;
    expect_flags(&c, few, COUNT(few), few_flags, true);
    expect_flags(&c, half, COUNT(half), half_flags, true);
}

/* The standard deviation of 1, 2, 3, 4 is the root of 1.25. */
static void test_attenuated_is_the_population_deviation(void **state)
{
    static const double v[] = {1, 2, 3, 4};
    static const uint8_t pass[] = {1, 1, 1, 1}, suspect[] = {3, 3, 3, 3};
    struct quality_config c = config_off(DAY_US);

    (void)state;
    c.attenuated_window_us = 4 * DAY_US;
    c.attenuated_suspect = 1.118;
    expect_flags(&c, v, COUNT(v), pass, true);
    c.attenuated_suspect = 1.1181;
    expect_flags(&c, v, COUNT(v), suspect, true);
}

static void test_a_value_at_its_threshold_passes(void **state)
{
    static const double spike[] = {0, 1, 0};
    static const double flat[] = {0, 4, 0, 4};
    static const uint8_t spike_flags[] = {1, 1, 1}, flat_flags[] = {1, 1, 1, 1};
    struct quality_config c = config_off(SECOND_US);

    (void)state;
    c.spike_suspect = c.spike_fail = 1;
    c.rate_suspect_per_s = c.rate_fail_per_s = 1;
    expect_flags(&c, spike, COUNT(spike), spike_flags, true);
    c = config_off(SECOND_US);
    c.flat_tolerance = 4;
    c.flat_suspect_us = SECOND_US;
    expect_flags(&c, flat, COUNT(flat), flat_flags, true);
}

static void test_aggregate_takes_the_worst(void **state)
{
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};
    struct quality_result r;

    (void)state;
    r = quality_push(&s, &c, 0, 1);
    assert_int_equal(r.verdict.flag, QF_NOT_EVALUATED);
    assert_int_equal(r.verdict.test, QT_NONE);

    c.suspect_min = 0;
    c.suspect_max = 10;
    c.spike_fail = 5;
    s = (struct quality_state){0};
    r = quality_push(&s, &c, 0, 1);
    assert_int_equal(r.verdict.flag, QF_PASS);
    assert_int_equal(r.verdict.test, QT_NONE);
    r = quality_push(&s, &c, SECOND_US, 11);
    assert_int_equal(r.verdict.flag, QF_SUSPECT);
    assert_int_equal(r.verdict.test, QT_GROSS_RANGE);
    assert_int_equal(r.revision_count, 0);
    r = quality_push(&s, &c, 2 * SECOND_US, 2);
    assert_int_equal(r.verdict.flag, QF_PASS);
    assert_int_equal(r.revision_count, 1);
    assert_int_equal(r.revisions[0].t_us, SECOND_US);
    assert_int_equal(r.revisions[0].verdict.flag, QF_FAIL);
    assert_int_equal(r.revisions[0].verdict.test, QT_SPIKE);

    c.fail_max = 20;
    (void)quality_push(&s, &c, 3 * SECOND_US, 21);
    r = quality_push(&s, &c, 4 * SECOND_US, 2);
    assert_int_equal(r.revision_count, 0); /* gross range spoke first, the spike is no worse */
    assert_int_equal(s.recent[3].verdict.flag, QF_FAIL);
    assert_int_equal(s.recent[3].verdict.test, QT_GROSS_RANGE);
}

static void test_small_steps_are_no_rate(void **state)
{
    static const double v[] = {0, 1, 2.5, 2};
    static const uint8_t f[] = {1, 1, 4, 1};
    struct quality_config c = config_off(SECOND_US);

    (void)state;
    c.rate_suspect_per_s = 0.1;
    c.rate_fail_per_s = 0.4;
    c.rate_min_step = 1;
    expect_flags(&c, v, COUNT(v), f, true);
}

static void test_flat_needs_time_as_well_as_count(void **state)
{
    struct quality_config c = config_off(60 * SECOND_US);
    struct quality_state s = {0};
    int64_t first_suspect_us = 0;

    (void)state;
    c.flat_tolerance = 0.1;
    c.flat_suspect_us = 600 * SECOND_US;
    for (int64_t t_us = 0; t_us <= 600 * SECOND_US && !first_suspect_us; t_us += SECOND_US) {
        if (quality_push(&s, &c, t_us, 3).verdict.flag == QF_SUSPECT)
            first_suspect_us = t_us;
    }
    assert_in_range(first_suspect_us, 510 * SECOND_US, 600 * SECOND_US);
}

static void test_gap(void **state)
{
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};

    (void)state;
    c.gap_us = 5 * SECOND_US;
    assert_false(quality_gap(&s, &c, INT64_MAX));
    (void)quality_push(&s, &c, 10 * SECOND_US, 1);
    assert_false(quality_gap(&s, &c, 0));
    assert_false(quality_gap(&s, &c, 15 * SECOND_US));
    assert_true(quality_gap(&s, &c, 15 * SECOND_US + 1));
    c.gap_us = 0;
    assert_false(quality_gap(&s, &c, INT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gross_range_vector),
        cmocka_unit_test(test_spike_vectors),
        cmocka_unit_test(test_rate_vectors),
        cmocka_unit_test(test_flat_line_vectors),
        cmocka_unit_test(test_attenuated_vectors),
        cmocka_unit_test(test_attenuated_windows_follow_each_other),
        cmocka_unit_test(test_attenuated_needs_half_of_its_readings),
        cmocka_unit_test(test_attenuated_is_the_population_deviation),
        cmocka_unit_test(test_a_value_at_its_threshold_passes),
        cmocka_unit_test(test_aggregate_takes_the_worst),
        cmocka_unit_test(test_small_steps_are_no_rate),
        cmocka_unit_test(test_flat_needs_time_as_well_as_count),
        cmocka_unit_test(test_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
