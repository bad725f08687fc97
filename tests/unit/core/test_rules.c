/* Limits in event time: entering, leaving, persistence, what is compared. */
#include <malloc.h>
#include <stdlib.h>

#include "rules_fixture.h"

static void kinds_by_quantity_and_limit(void **state)
{
    struct limit value = limit_make(4, LIMIT_VALUE, 1, 0.9);
    struct limit rate = limit_make(4, LIMIT_RATE, 1, 0.9);
    struct limit change = limit_make(4, LIMIT_CHANGE, 1, 0.9);
    struct limit loss = limit_make(4, LIMIT_PERCENT_CHANGE, 5, 4);
    struct limit differential = limit_make(4, LIMIT_DIFFERENTIAL, 5, 4);
    struct limit event = limit_make(4, LIMIT_EVENT, 1, 0.9);

    (void)state;
    assert_int_equal(rules_kind(Q_CRACK_WIDTH, &value), KIND_LIMIT);
    assert_int_equal(rules_kind(Q_SETTLEMENT, &rate), KIND_RATE);
    assert_int_equal(rules_kind(Q_VELOCITY, &event), KIND_VIBRATION);
    assert_int_equal(rules_kind(Q_FREQUENCY, &value), KIND_FREQUENCY);
    assert_int_equal(rules_kind(Q_CRACK_WIDTH, &change), KIND_TREND);
    assert_int_equal(rules_kind(Q_FREQUENCY, &loss), KIND_TREND);
    assert_int_equal(rules_kind(Q_SETTLEMENT, &differential), KIND_TREND);
    assert_int_equal(rules_kind(Q_BATTERY, &change), KIND_FAULT);
    assert_int_equal(rules_kind(Q_MOISTURE_CONTENT, &value), KIND_MOISTURE);
    assert_int_equal(rules_kind(Q_LEAK, &value), KIND_LEAK);
    assert_int_equal(rules_kind(Q_BATTERY, &value), KIND_FAULT);
    assert_int_equal(rules_kind(Q_RSSI, &rate), KIND_FAULT);
}

/* Permanent change is judged by the slow analysis. */
static void sensor_without_judgeable_limits_has_no_state(void **state)
{
    static const enum limit_of of[] = {LIMIT_DIFFERENTIAL, LIMIT_CHANGE, LIMIT_PERCENT_CHANGE};
    struct sensor s = {.id = "s", .quantity = Q_SETTLEMENT};

    (void)state;
    assert_null(rule_state_new(&s, INT64_MIN));
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct limit l = limit_make(4, of[i], 1, 0.9);
        struct limit_set set = {.quantity = Q_SETTLEMENT, .limits = &l, .count = 1};
        s.limits = &set;
        assert_null(rule_state_new(&s, INT64_MIN));
    }
}

static void permanent_change_beside_a_value_is_left_alone(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_CHANGE, 1, 0.9));
    rig_add(&g, limit_make(4, LIMIT_PERCENT_CHANGE, 5, 4));
    rig_add(&g, limit_make(3, LIMIT_VALUE, 50, 45));
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    for (int h = 0; h < 24 * 60; h++) /* 40 mm more, and all of it lost again */
        assert_int_equal(feed(&g, h * HOUR, h < 24 * 20 ? 5 : h < 24 * 40 ? 45 : 0), 0);
    assert_int_equal(feed(&g, 60 * DAY, 50), 1);
    assert_ptr_equal(g.out[0].limit, &g.limits[2]);
    assert_true(isnan(g.out[0].baseline));
    rig_end(&g);
}

static void state_is_small(void **state)
{
    struct rig value = {0}, rate = {0};

    (void)state;
    for (int level = 2; level <= 4; level++) {
        rig_add(&value, limit_make(level, LIMIT_VALUE, level, level - 0.1));
    }
    rig_add(&rate, limit_make(4, LIMIT_RATE, 4, 3.6));
    rate.limits[0].window_us = 30 * DAY;
    rig_start(&value, Q_CRACK_WIDTH, 600 * SECOND);
    rig_start(&rate, Q_SETTLEMENT, 600 * SECOND);
    assert_in_range(malloc_usable_size(value.st), 1, 700);
    assert_in_range(malloc_usable_size(rate.st), 1, 1000);
    rig_end(&value);
    rig_end(&rate);
}

static void entered_at_value_left_past_clear(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(3, LIMIT_VALUE, 1.0, 0.9));
    rig_start(&g, Q_CRACK_WIDTH, 600 * SECOND);
    assert_int_equal(rules_latest_us(g.st), INT64_MIN);
    assert_int_equal(feed(&g, 0, nextafter(1.0, 0)), 0);
    assert_int_equal(feed(&g, 600 * SECOND, 1.0), 1);
    assert_int_equal(g.out[0].kind, KIND_LIMIT);
    assert_int_equal(g.out[0].level, 3);
    assert_ptr_equal(g.out[0].limit, &g.limits[0]);
    assert_true(g.out[0].value == 1.0 && g.out[0].reading == 1.0);
    assert_true(isnan(g.out[0].baseline));
    assert_int_equal(g.out[0].t_us, T0 + 600 * SECOND);
    assert_int_equal(g.out[0].since_us, T0 + 600 * SECOND);
    assert_int_equal(feed(&g, 1200 * SECOND, 0.9), 0); /* at clear: kept */
    assert_int_equal(level_now(&g), 3);
    assert_int_equal(feed(&g, 1800 * SECOND, nextafter(0.9, 0)), 1);
    assert_int_equal(g.out[0].level, 0);
    assert_ptr_equal(g.out[0].limit, &g.limits[0]);
    assert_int_equal(level_now(&g), 0);
    assert_int_equal(feed(&g, 2400 * SECOND, 0.95), 0); /* between: stays out */
    assert_int_equal(rules_latest_us(g.st), T0 + 2400 * SECOND);
    rig_end(&g);
}

static void persistence_is_exact_in_event_time(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].persist_us = DAY;
    g.limits[0].clear_persist_us = 2 * DAY;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    assert_int_equal(feed(&g, 0, 2), 0);
    assert_int_equal(feed(&g, 12 * HOUR, 0.95), 0); /* between: the run is kept */
    assert_int_equal(feed(&g, DAY - 1, 2), 0);
    assert_int_equal(feed(&g, DAY, 0.95), 0); /* but not completed by it */
    assert_int_equal(feed(&g, DAY + 1, 1), 1);
    assert_int_equal(g.out[0].since_us, T0);
    assert_int_equal(g.out[0].t_us, T0 + DAY + 1);
    assert_int_equal(feed(&g, 2 * DAY, 0.5), 0);
    assert_int_equal(feed(&g, 3 * DAY, 1.5), 0); /* breaks the run of clear ones */
    assert_int_equal(feed(&g, 4 * DAY, 0.5), 0);
    assert_int_equal(feed(&g, 6 * DAY - 1, 0.5), 0);
    assert_int_equal(feed(&g, 6 * DAY, 0.5), 1);
    assert_int_equal(g.out[0].level, 0);
    rig_end(&g);
}

static void a_clear_reading_breaks_the_run(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].persist_us = DAY;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    for (int h = 0; h < 24 * 30; h++)
        assert_int_equal(feed(&g, h * HOUR, h % 24 == 23 ? 0.8 : 1.2), 0);
    rig_end(&g);
}

static void silence_is_no_evidence(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].persist_us = 6 * HOUR; /* a pause of up to max(6 h, 5 periods) is bridged */
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    assert_int_equal(feed(&g, 0, 2), 0);
    assert_int_equal(feed(&g, 6 * HOUR + 1, 2), 0); /* starts again here */
    assert_int_equal(feed(&g, 12 * HOUR, 2), 0);
    assert_int_equal(feed(&g, 12 * HOUR + 1, 2), 1);
    assert_int_equal(g.out[0].since_us, T0 + 6 * HOUR + 1);
    rig_end(&g);

    g = (struct rig){0};
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].persist_us = 6 * HOUR;
    rig_start(&g, Q_CRACK_WIDTH, 4 * HOUR); /* five periods are longer than the persistence */
    assert_int_equal(feed(&g, 0, 2), 0);
    assert_int_equal(feed(&g, 20 * HOUR, 2), 1);
    rig_end(&g);
}

static void flapping_makes_one_entry(void **state)
{
    struct rig g = {0};
    size_t findings = 0;

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rig_start(&g, Q_CRACK_WIDTH, 600 * SECOND);
    for (int i = 0; i < 1000; i++)
        findings += feed(&g, i * 600 * SECOND, i % 2 ? 1.01 : 0.95);
    assert_int_equal(findings, 1);
    assert_int_equal(level_now(&g), 4);
    rig_end(&g);
}

static void only_passing_finite_readings_count(void **state)
{
    static const uint8_t flags[] = {QF_NOT_EVALUATED, QF_SUSPECT, QF_FAIL, QF_MISSING, 0, 77};
    struct rig g = {0};
    int64_t t = 0;

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rig_start(&g, Q_CRACK_WIDTH, 600 * SECOND);
    for (size_t i = 0; i < sizeof flags; i++)
        assert_int_equal(feed_flagged(&g, t += SECOND, 5, flags[i], QT_SPIKE), 0);
    assert_int_equal(feed(&g, t += SECOND, NONE), 0);
    assert_int_equal(feed(&g, t += SECOND, (double)INFINITY), 0);
    assert_int_equal(feed(&g, t += SECOND, 5), 1);
    for (size_t i = 0; i < sizeof flags; i++)
        assert_int_equal(feed_flagged(&g, t += SECOND, 0, flags[i], QT_SPIKE), 0);
    assert_int_equal(feed(&g, t += SECOND, NONE), 0);
    assert_int_equal(feed(&g, t += SECOND, -(double)INFINITY), 0);
    assert_int_equal(level_now(&g), 4);
    assert_int_equal(feed(&g, t, 0), 0);      /* the same time again */
    assert_int_equal(feed(&g, t - 10, 0), 0); /* older */
    assert_int_equal(level_now(&g), 4);
    rig_end(&g);
}

static void impossible_times_change_nothing(void **state)
{
    struct rig g = {0};
    struct reading r = reading_at(INT64_MAX, 5);

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rig_add(&g, limit_make(4, LIMIT_RATE, 1, 0.9));
    g.limits[1].window_us = INT64_MAX;
    g.limits[0].persist_us = INT64_MAX;
    rig_start(&g, Q_CRACK_WIDTH, INT64_MAX);
    assert_int_equal(rules_judge(g.st, &r, NONE, g.out), 0);
    r.t_us = INT64_MIN;
    assert_int_equal(rules_judge(g.st, &r, NONE, g.out), 0);
    assert_int_equal(rules_rejudge(g.st, INT64_MIN, &r, NULL, 1, g.out), 0);
    assert_int_equal(rules_latest_us(g.st), INT64_MIN);
    assert_true(rules_lookback_us(g.st) > 0);
    rig_end(&g);
}

static void highest_level_is_reported(void **state)
{
    static const double xs[] = {0.5, 0.7, 0.85, 1.2, 0.85, 0.2};
    static const int levels[] = {0, 2, 3, 4, 3, 0};
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1.0, 0.9));
    rig_add(&g, limit_make(3, LIMIT_VALUE, 0.8, 0.72));
    rig_add(&g, limit_make(2, LIMIT_VALUE, 0.6, 0.54));
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    for (int i = 0; i < 6; i++) {
        size_t n = feed(&g, i * HOUR, xs[i]);
        assert_int_equal(n, i == 0 ? 0 : 1);
        assert_int_equal(level_now(&g), levels[i]);
        if (i > 0 && i < 5)
            assert_ptr_equal(g.out[0].limit, &g.limits[4 - levels[i]]);
    }
    assert_ptr_equal(g.out[0].limit, &g.limits[1]); /* the one just left */
    rig_end(&g);
}

static void of_equal_levels_the_more_exceeded_governs(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_RATE, 10, 9));
    rig_add(&g, limit_make(4, LIMIT_RATE, 7, 6.3));
    g.limits[0].window_us = 4 * DAY;
    g.limits[1].window_us = DAY;
    rig_start(&g, Q_SETTLEMENT, DAY);
    for (int i = 0; i < 6; i++)
        assert_int_equal(feed(&g, i * DAY, 8), 0);
    assert_int_equal(feed(&g, 6 * DAY, 19), 1); /* 1.1 of 10; 1.57 of 7 */
    assert_ptr_equal(g.out[0].limit, &g.limits[1]);
    assert_true(g.out[0].value == 11 && g.out[0].reading == 19);
    assert_int_equal(feed(&g, 7 * DAY, 17.5), 1); /* 7 a day is left, 10 in four days is not */
    assert_ptr_equal(g.out[0].limit, &g.limits[0]);
    assert_true(g.out[0].value == 9.5);
    assert_int_equal(g.out[0].level, 4);
    rig_end(&g);
}

static void readings_before_the_baseline_make_no_rate_with_later_ones(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_RATE, 1, 0.9));
    rig_add(&g, limit_make(3, LIMIT_VALUE, 60, 54));
    g.limits[0].window_us = 2 * DAY;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    rule_state_free(g.st);
    g.st = rule_state_new(&g.sensor, T0 + 10 * HOUR);
    for (int h = 0; h < 9; h++)
        assert_int_equal(feed(&g, h * HOUR, 2), 0);
    assert_int_equal(feed(&g, 9 * HOUR, 60), 1); /* what is read counts whenever it is read */
    assert_int_equal(g.out[0].level, 3);
    assert_int_equal(feed(&g, 10 * HOUR, 50), 1);
    for (int h = 11; h < 14; h++)
        assert_int_equal(feed(&g, h * HOUR, 50), 0);
    assert_int_equal(feed(&g, 14 * HOUR, 51), 1);
    assert_true(g.out[0].value == 1);
    assert_int_equal(g.out[0].kind, KIND_RATE);
    rig_end(&g);
}

static void magnitude_of_two_sided_quantities(void **state)
{
    static const enum limit_of of[] = {LIMIT_VALUE, LIMIT_RATE};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rig tilt = {0}, crack = {0};

        rig_add(&tilt, limit_make(3, of[i], 1, 0.9));
        tilt.limits[0].window_us = 2 * DAY;
        rig_add(&crack, tilt.limits[0]);
        rig_start(&tilt, Q_TILT, HOUR);
        rig_start(&crack, Q_CRACK_WIDTH, HOUR);
        for (int h = 0; h < 30; h++) {
            assert_int_equal(feed(&tilt, h * HOUR, 0), 0);
            assert_int_equal(feed(&crack, h * HOUR, 0), 0);
        }
        assert_int_equal(feed(&tilt, 30 * HOUR, -1.5), 1);
        assert_true(tilt.out[0].value == 1.5);
        assert_int_equal(feed(&crack, 30 * HOUR, -1.5), 0);
        rig_end(&tilt);
        rig_end(&crack);
    }
}

static void slow_drift_is_met_at_its_time(void **state)
{
    struct rig g = {0};
    int64_t met_us = 0;

    (void)state;
    rig_add(&g, limit_make(3, LIMIT_VALUE, 0.5, 0.45));
    g.limits[0].persist_us = DAY;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    for (int h = 0; h < 24 * 100 && met_us == 0; h++) { /* 0.01 mm a day */
        if (feed(&g, h * HOUR, 0.01 * h / 24) > 0)
            met_us = h * HOUR;
    }
    assert_true(llabs(met_us - (50 * DAY + DAY)) <= HOUR); /* 0.5 on day 50, held for a day */
    rig_end(&g);
}

static void daily_cycle_does_not_cross(void **state)
{
    const double pi = acos(-1);
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(3, LIMIT_VALUE, 1.5, 1.45));
    rig_add(&g, limit_make(2, LIMIT_VALUE, 1.1, 1.09)); /* crossed daily, but never for a day */
    g.limits[0].persist_us = g.limits[1].persist_us = DAY;
    rig_start(&g, Q_CRACK_WIDTH, 600 * SECOND);
    for (int i = 0; i < 144 * 365; i++) /* 0.3 mm peak to peak */
        assert_int_equal(feed(&g, i * 600 * SECOND, 1 + 0.15 * sin(2 * pi * i / 144)), 0);
    rig_end(&g);
}

static void lower_limits(void **state)
{
    struct rig battery = {0}, strain = {0};

    (void)state;
    rig_add(&battery, limit_make(3, LIMIT_VALUE, 3.2, 3.3));
    rig_add(&battery, limit_make(2, LIMIT_VALUE, 3.4, 3.5));
    rig_start(&battery, Q_BATTERY, HOUR);
    assert_int_equal(feed(&battery, 0, 3.41), 0);
    assert_int_equal(feed(&battery, HOUR, 3.4), 1);
    assert_int_equal(battery.out[0].kind, KIND_FAULT);
    assert_int_equal(feed(&battery, 2 * HOUR, 3.2), 1);
    assert_int_equal(battery.out[0].level, 3);
    assert_int_equal(feed(&battery, 3 * HOUR, 3.3), 0); /* not past clear */
    assert_int_equal(feed(&battery, 4 * HOUR, 3.31), 1);
    assert_int_equal(battery.out[0].level, 2);
    assert_int_equal(feed(&battery, 5 * HOUR, 3.6), 1);
    assert_int_equal(battery.out[0].level, 0);
    rig_end(&battery);

    rig_add(&strain, limit_make(3, LIMIT_VALUE, -500, -450)); /* compression */
    rig_start(&strain, Q_STRAIN, HOUR);
    assert_int_equal(feed(&strain, 0, 600), 0);
    assert_int_equal(feed(&strain, HOUR, -501), 1);
    rig_end(&strain);
}

/* The time the definition gives: the first crossing reading such that going back over readings none
 * of which is clear, with no pause above the bound, a crossing one lies at least persist before. */
static int64_t defined_entry_us(const int64_t *t, const double *x, int n, int64_t persist,
                                int64_t pause)
{
    for (int i = 0; i < n; i++) {
        for (int j = i; x[i] >= 1 && j >= 0 && x[j] >= 0.9; j--) {
            if (x[j] >= 1 && t[i] - t[j] >= persist)
                return t[i];
            if (j > 0 && t[j] - t[j - 1] > pause)
                break;
        }
    }
    return -1;
}

static void entry_follows_the_definition(void **state)
{
    int entered = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        enum { N = 60 };
        uint64_t s = seed;
        int64_t t[N], found = -1;
        double x[N];
        struct rig g = {0};

        rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
        g.limits[0].persist_us = (int64_t)(random_unit(&s) * 20) * HOUR;
        g.limits[0].clear_persist_us = 1000 * DAY;
        rig_start(&g, Q_CRACK_WIDTH, HOUR);
        for (int i = 0; i < N; i++) {
            t[i] = (i > 0 ? t[i - 1] : 0) + (1 + (int64_t)(random_unit(&s) * 3)) * HOUR +
                   (random_unit(&s) < 0.05 ? 15 * HOUR : 0);
            x[i] = 0.82 + 0.3 * random_unit(&s) + (random_unit(&s) < 0.4 ? 0.1 : 0);
            if (feed(&g, t[i], x[i]) > 0 && found < 0)
                found = t[i];
        }
        int64_t persist = g.limits[0].persist_us;
        int64_t pause = persist > 5 * HOUR ? persist : 5 * HOUR;
        assert_int_equal(found, defined_entry_us(t, x, N, persist, pause));
        entered += found >= 0;
        rig_end(&g);
    }
    assert_in_range(entered, 500, 1999); /* both outcomes were tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_by_quantity_and_limit),
        cmocka_unit_test(sensor_without_judgeable_limits_has_no_state),
        cmocka_unit_test(permanent_change_beside_a_value_is_left_alone),
        cmocka_unit_test(state_is_small),
        cmocka_unit_test(entered_at_value_left_past_clear),
        cmocka_unit_test(persistence_is_exact_in_event_time),
        cmocka_unit_test(a_clear_reading_breaks_the_run),
        cmocka_unit_test(silence_is_no_evidence),
        cmocka_unit_test(flapping_makes_one_entry),
        cmocka_unit_test(only_passing_finite_readings_count),
        cmocka_unit_test(impossible_times_change_nothing),
        cmocka_unit_test(highest_level_is_reported),
        cmocka_unit_test(of_equal_levels_the_more_exceeded_governs),
        cmocka_unit_test(readings_before_the_baseline_make_no_rate_with_later_ones),
        cmocka_unit_test(magnitude_of_two_sided_quantities),
        cmocka_unit_test(slow_drift_is_met_at_its_time),
        cmocka_unit_test(daily_cycle_does_not_cross),
        cmocka_unit_test(lower_limits),
        cmocka_unit_test(entry_follows_the_definition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
