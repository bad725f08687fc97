/* Properties over whole series: arrival order, restarts, injected faults. */
#include "quality_fixture.h"

/* Shuffles so that no reading comes after QUALITY_RECENT or more newer ones. */
static void shuffle_nearby(size_t *order, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t block = 0; block + QUALITY_RECENT <= n; block += QUALITY_RECENT) {
        for (size_t i = QUALITY_RECENT - 1; i > 0; i--) {
            size_t j = (size_t)(random_bits(seed) % (i + 1));
            size_t swap = order[block + i];

            order[block + i] = order[block + j];
            order[block + j] = swap;
        }
    }
}

static void test_any_arrival_order_gives_the_same(void **state)
{
    struct quality_config c = config_neighbours();
    uint64_t seed = 20110311;

    (void)state;
    for (int round = 0; round < 400; round++) {
        struct series ordered = {.period_us = SECOND_US};
        struct series shuffled = {.period_us = SECOND_US, .restarts = round % 2 == 0};
        double values[64];
        size_t order[COUNT(values)];

        for (size_t i = 0; i < COUNT(values); i++)
            values[i] = random_bits(&seed) % 9 == 0 ? MISSING : random_unit(&seed);
        shuffle_nearby(order, COUNT(order), &seed);
        for (size_t i = 0; i < COUNT(values); i++) {
            if (!isnan(values[i]))
                series_push(&ordered, &c, i, values[i]);
            if (!isnan(values[order[i]]))
                series_push(&shuffled, &c, order[i], values[order[i]]);
        }
        assert_memory_equal(ordered.verdicts, shuffled.verdicts, sizeof ordered.verdicts);
    }
}

/* A reading the state no longer knows, judged in a window, ends as if it had come in time. */
static void test_window_judges_like_pushing(void **state)
{
    struct quality_config c = config_neighbours();
    uint64_t seed = 777;

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct series whole = {.period_us = SECOND_US}, holed = {.period_us = SECOND_US};
        struct quality_sample window[32] = {0};
        size_t late = (size_t)(random_bits(&seed) % COUNT(window));

        for (size_t i = 0; i < COUNT(window); i++) {
            window[i].t_us = (int64_t)i * SECOND_US;
            window[i].value = random_unit(&seed);
            series_push(&whole, &c, i, window[i].value);
            if (i != late)
                series_push(&holed, &c, i, window[i].value);
        }
        for (size_t i = 0; i < COUNT(window); i++)
            window[i].verdict = holed.verdicts[i];
        quality_judge_window(window, COUNT(window), late, &c);
        for (size_t i = 0; i < COUNT(window); i++) {
            assert_int_equal(window[i].verdict.flag, whole.verdicts[i].flag);
            assert_int_equal(window[i].verdict.test, whole.verdicts[i].test);
        }
    }
}

static void test_window_keeps_long_verdicts(void **state)
{
    struct quality_sample w[3] = {{.t_us = 0, .value = 1, .verdict = {QF_SUSPECT, QT_FLAT_LINE}},
                                  {.t_us = SECOND_US, .value = 1},
                                  {.t_us = 2 * SECOND_US, .verdict = {QF_PASS, QT_NONE}}};
    struct quality_config c = config_off(SECOND_US);

    (void)state;
    quality_judge_window(w, 3, 1, &c);
    assert_int_equal(w[0].verdict.flag, QF_SUSPECT);
    assert_int_equal(w[0].verdict.test, QT_FLAT_LINE);
    assert_int_equal(w[1].verdict.flag, QF_NOT_EVALUATED);
    assert_int_equal(w[2].verdict.flag, QF_PASS);
    c.fail_max = 0.5;
    quality_judge_window(w, 3, 1, &c);
    assert_int_equal(w[0].verdict.test, QT_GROSS_RANGE);
    assert_int_equal(w[1].verdict.flag, QF_FAIL);
    quality_judge_window(w, 3, 3, &c);
    quality_judge_window(w, 0, 0, &c);
}

static void test_too_old_leaves_no_trace(void **state)
{
    struct quality_config c = config_neighbours();
    struct quality_state s = {0}, before;
    struct quality_result r;

    (void)state;
    for (int64_t i = 0; i < QUALITY_RECENT; i++)
        assert_false(quality_push(&s, &c, (100 - i) * SECOND_US, 0.5).too_old);
    before = s;
    r = quality_push(&s, &c, (100 - QUALITY_RECENT) * SECOND_US, 0.1);
    assert_true(r.too_old);
    assert_int_equal(r.verdict.flag, QF_NOT_EVALUATED);
    assert_int_equal(r.revision_count, 0);
    assert_memory_equal(&s, &before, sizeof s);
}

/* A late reading of the same value lengthens the flat run, another value breaks it. */
static void test_late_reading_and_flat_run(void **state)
{
    struct quality_config c = config_off(SECOND_US);

    (void)state;
    c.flat_tolerance = 0.1;
    c.flat_suspect_us = 20 * SECOND_US;
    for (int equal = 0; equal < 2; equal++) {
        struct quality_state s = {0};
        uint8_t flag = 0;

        for (int64_t i = 0; i < 20; i++) {
            if (i != 17)
                (void)quality_push(&s, &c, i * SECOND_US, 2);
        }
        assert_int_equal(quality_push(&s, &c, 17 * SECOND_US, equal ? 2 : 3).verdict.flag, QF_PASS);
        flag = quality_push(&s, &c, 20 * SECOND_US, 2).verdict.flag;
        assert_int_equal(flag, equal ? QF_SUSPECT : QF_PASS);
    }
}

/* A late reading from before the run counts only when nothing lies between it and the run. */
static void test_late_reading_before_flat_run(void **state)
{
    struct quality_config c = config_off(SECOND_US);

    (void)state;
    c.flat_tolerance = 0.1;
    c.flat_suspect_us = 4 * SECOND_US;
    for (int64_t late = 1; late <= 3; late += 2) {
        struct quality_state s = {0};

        (void)quality_push(&s, &c, 0, 7);
        (void)quality_push(&s, &c, 2 * SECOND_US, 5);
        for (int64_t i = 4; i <= 6; i++)
            (void)quality_push(&s, &c, i * SECOND_US, 2);
        (void)quality_push(&s, &c, late * SECOND_US, 2);
        assert_int_equal(quality_push(&s, &c, 7 * SECOND_US, 2).verdict.flag,
                         late == 3 ? QF_SUSPECT : QF_PASS);
    }
}

/* Readings that lie after it do not fill a late reading's own window. */
static void test_late_reading_is_judged_by_what_precedes_it(void **state)
{
    static const int64_t halves[] = {0, 4, 10, 12};
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};

    (void)state;
    c.flat_tolerance = 0.1;
    c.flat_suspect_us = 4 * SECOND_US;
    for (size_t i = 0; i < COUNT(halves); i++)
        (void)quality_push(&s, &c, halves[i] * SECOND_US / 2, 2);
    assert_int_equal(quality_push(&s, &c, 9 * SECOND_US / 2, 2).verdict.flag, QF_PASS);
    assert_int_equal(quality_push(&s, &c, 7 * SECOND_US, 2).verdict.flag, QF_SUSPECT);
}

static void test_flat_run_ends_when_switched_off(void **state)
{
    static const uint8_t flags[] = {1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 2, 1};
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};

    (void)state;
    c.flat_suspect_us = 4 * SECOND_US;
    for (int64_t i = 0; i < 12; i++) {
        c.flat_tolerance = i == 10 ? MISSING : 0.1;
        assert_int_equal(quality_push(&s, &c, i * SECOND_US, i == 10 ? 50 : 2).verdict.flag,
                         flags[i]);
    }
}

/* A late reading of a window already judged does not begin the next one. */
static void test_late_reading_begins_no_window(void **state)
{
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};

    (void)state;
    c.attenuated_window_us = 4 * SECOND_US;
    c.attenuated_fail = 0.5;
    for (int64_t i = 0; i < 4; i++)
        (void)quality_push(&s, &c, i * SECOND_US, (double)i);
    assert_int_equal(quality_push(&s, &c, 5 * SECOND_US / 2, 9).verdict.flag, QF_PASS);
    for (int64_t i = 4; i < 8; i++)
        assert_int_equal(quality_push(&s, &c, i * SECOND_US, 9).verdict.flag,
                         i < 7 ? QF_PASS : QF_FAIL);
}

static void test_no_false_spike_across_restart(void **state)
{
    struct quality_config c = config_neighbours();
    struct series x = {.period_us = SECOND_US, .restarts = true};
    uint64_t seed = 5;

    (void)state;
    for (size_t i = 0; i < 500; i++)
        series_push(&x, &c, i, 0.5 + 0.2 * random_unit(&seed));
    for (size_t i = 501; i < 1000; i++)
        series_push(&x, &c, i, 0.1 + 0.2 * random_unit(&seed));
    for (size_t i = 0; i < 1000; i++)
        assert_true(x.verdicts[i].flag == QF_PASS || i == 500);
}

enum { CLEAN, SPIKE, AFTER_SPIKE, STEP, FLAT };

/* Noise of 0.1 about a level, with spikes, steps and flat runs well apart from each other. */
static void inject(double *values, uint8_t *truth, size_t n, uint64_t *seed)
{
    double level = 10;

    for (size_t i = 0; i < n; i++)
        values[i] = 0.1 * random_unit(seed);
    memset(truth, CLEAN, n);
    for (size_t block = 0; block + 64 <= n; block += 64) {
        size_t at = block + 10 + (size_t)(random_bits(seed) % 20);
        double size = random_bits(seed) % 2 ? 2 : -2;

        switch (random_bits(seed) % 3) {
        case 0:
            values[at] += size;
            truth[at] = SPIKE;
            truth[at + 1] = AFTER_SPIKE;
            break;
        case 1:
            for (size_t i = at; i < n; i++)
                values[i] += size;
            truth[at] = STEP;
            break;
        default:
            for (size_t i = at; i < at + 25; i++) {
                values[i] = values[at];
                truth[i] = i >= at + 12 ? FLAT : CLEAN;
            }
        }
    }
    for (size_t i = 0; i < n; i++)
        values[i] += level;
}

static void test_finds_what_was_injected_and_nothing_else(void **state)
{
    static const uint8_t flags[] = {QF_PASS, QF_FAIL, QF_SUSPECT, QF_SUSPECT, QF_SUSPECT};
    static const uint8_t tests[] = {QT_NONE, QT_SPIKE, QT_RATE_OF_CHANGE, QT_RATE_OF_CHANGE,
                                    QT_FLAT_LINE};
    struct quality_config c = config_off(60 * SECOND_US);
    uint64_t seed = 1937;

    (void)state;
    c.fail_min = -1000;
    c.fail_max = 1000;
    c.spike_suspect = 0.5;
    c.spike_fail = 1;
    c.rate_suspect_per_s = 1.0 / 60;
    c.flat_tolerance = 1e-6;
    c.flat_suspect_us = 12 * 60 * SECOND_US;
    c.flat_fail_us = 100 * 60 * SECOND_US;
    for (int round = 0; round < 20; round++) {
        static const size_t n = 2048;
        struct series x = {.period_us = c.period_us};
        double values[2048];
        uint8_t truth[2048];

        inject(values, truth, n, &seed);
        for (size_t i = 0; i < n; i++)
            series_push(&x, &c, i, values[i]);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(x.verdicts[i].flag, flags[truth[i]]);
            assert_int_equal(x.verdicts[i].test, tests[truth[i]]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_arrival_order_gives_the_same),
        cmocka_unit_test(test_window_judges_like_pushing),
        cmocka_unit_test(test_window_keeps_long_verdicts),
        cmocka_unit_test(test_too_old_leaves_no_trace),
        cmocka_unit_test(test_late_reading_and_flat_run),
        cmocka_unit_test(test_late_reading_before_flat_run),
        cmocka_unit_test(test_late_reading_is_judged_by_what_precedes_it),
        cmocka_unit_test(test_flat_run_ends_when_switched_off),
        cmocka_unit_test(test_late_reading_begins_no_window),
        cmocka_unit_test(test_no_false_spike_across_restart),
        cmocka_unit_test(test_finds_what_was_injected_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
