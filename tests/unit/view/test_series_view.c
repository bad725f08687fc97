/* Readings of a sensor out of the store, as few points. */
#include "desk_fixture.h"

#include "shikumen/view/series.h"

static struct series_query whole(const char *sensor)
{
    return (struct series_query){sensor, INT64_MIN, INT64_MAX, 100};
}

static void open_ends_are_the_first_day_and_now(void **state)
{
    struct fixture *f = *state;
    uint32_t c = store_sensor(f, "H1/n1/c", "crack_width", "mm");
    struct series_query q = whole("H1/n1/c");
    struct series_sensor sensor;
    struct series s;

    for (int i = 0; i < 144; i++)
        store(f, c, T0_US + US_PER_HOUR + i * 600 * US_PER_S, 1 + i, QF_PASS);
    commit(f);
    assert_int_equal(view_series(&f->desk, &q, &sensor, &s), ERR_OK);
    assert_true(s.from_us == T0_US && s.to_us == T0_US + 2 * US_PER_DAY);
    assert_int_equal(s.total.passed, 144);
    assert_true(s.total.least <= 1 && s.total.most >= 144);
    assert_int_equal(series_expected(&f->desk, &sensor, &s), 288); /* since it was installed */
    view_series_json(&f->desk, &sensor, &s, &f->out);
    assert_non_null(strstr(strbuf_text(&f->out),
                           "{\"sensor\":\"H1/n1/c\",\"quantity\":\"crack_width\",\"unit\":\"mm\","
                           "\"period_s\":600,\"by_event\":false,\"from\":\"2025-01-01T00:00:00Z\","
                           "\"to\":\"2025-01-03T00:00:00Z\",\"expected\":288,\n\"step_s\":1800,"));
}

static void only_the_span_is_read(void **state)
{
    struct fixture *f = *state;
    uint32_t c = store_sensor(f, "H1/n1/c", "crack_width", "mm");
    struct series_query q = {"H1/n1/c", T0_US + US_PER_HOUR, T0_US + 2 * US_PER_HOUR, 100};
    struct series_sensor sensor;
    struct series s;

    for (int i = 0; i < 144; i++)
        store(f, c, T0_US + i * 600 * US_PER_S, 1 + i, QF_PASS);
    commit(f);
    assert_int_equal(view_series(&f->desk, &q, &sensor, &s), ERR_OK);
    assert_int_equal(s.count, 6);
    assert_int_equal(s.width_us, 0);
    assert_true(s.total.least >= 7 && s.total.most <= 12);
    assert_int_equal(series_expected(&f->desk, &sensor, &s), 6);
}

static void who_has_said_nothing_has_nothing(void **state)
{
    struct fixture *f = *state;
    struct series_query q = whole("H1/n1/silent");
    struct series_sensor sensor;
    struct series s;

    assert_int_equal(view_series(&f->desk, &q, &sensor, &s), ERR_OK);
    assert_int_equal(s.count, 0);
    assert_int_equal(sensor.stored, 0);
    assert_int_equal(series_expected(&f->desk, &sensor, &s), -1);
    view_series_json(&f->desk, &sensor, &s, &f->out);
    assert_non_null(strstr(strbuf_text(&f->out), "\"expected\":null"));
}

static void a_sensor_of_the_past_can_still_be_seen(void **state)
{
    struct fixture *f = *state;
    uint32_t old = store_sensor(f, "H1/n9/old", "tilt", "mm/m");
    struct series_query q = whole("H1/n9/old");
    struct series_sensor sensor;
    struct series s;

    store(f, old, T0_US, 1, QF_PASS);
    commit(f);
    assert_int_equal(view_series(&f->desk, &q, &sensor, &s), ERR_OK);
    assert_null(sensor.registered);
    assert_string_equal(sensor.quantity, "tilt");
    assert_string_equal(sensor.unit, "mm/m");
    assert_int_equal(s.count, 1);
}

static void events_are_not_expected_by_the_clock(void **state)
{
    struct fixture *f = *state;
    uint32_t burst = store_sensor(f, "H1/n1/burst", "velocity", "mm/s");
    struct series_query q = whole("H1/n1/burst");
    struct series_sensor sensor;
    struct series s;

    store(f, burst, T0_US, 1, QF_PASS);
    commit(f);
    assert_int_equal(view_series(&f->desk, &q, &sensor, &s), ERR_OK);
    assert_true(sensor.by_event);
    assert_int_equal(series_expected(&f->desk, &sensor, &s), -1);
}

static void what_is_not_there_is_said(void **state)
{
    struct fixture *f = *state;
    struct series_query q = whole("H1/n1/none"), backwards = whole("H1/n1/c");
    struct series_sensor sensor;
    struct series s;

    assert_int_equal(view_series(&f->desk, &q, &sensor, &s), ERR_NOTFOUND);
    q.sensor = "";
    assert_int_equal(view_series(&f->desk, &q, &sensor, &s), ERR_NOTFOUND);
    backwards.from_us = T0_US + US_PER_DAY;
    backwards.to_us = T0_US;
    assert_int_equal(view_series(&f->desk, &backwards, &sensor, &s), ERR_RANGE);
    backwards.to_us = INT64_MAX;
    backwards.points = 1;
    assert_int_equal(view_series(&f->desk, &backwards, &sensor, &s), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(open_ends_are_the_first_day_and_now),  TEST(only_the_span_is_read),
        TEST(who_has_said_nothing_has_nothing),     TEST(a_sensor_of_the_past_can_still_be_seen),
        TEST(events_are_not_expected_by_the_clock), TEST(what_is_not_there_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
