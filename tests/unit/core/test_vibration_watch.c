/* Whose vibrations are these? Metro, building sites, knocks, and all of them at once. */
#include "vibration_fixture.h"

static void metro_is_permanent_and_no_site(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        begin(seed);
        add_metro(21, 5.5, 23, 240, 0.2); /* some 260 a day */
        struct vibration_watch w = play();
        struct vibration_finding f = finding(&w, VIBRATION_PERMANENT);

        assert_true(f.active && w.permanent);
        assert_false(w.construction);
        assert_true(finding(&w, VIBRATION_CONSTRUCTION).since_us == INT64_MIN);
        assert_true(f.since_us < MONDAY + 2 * DAY);
        assert_true(f.count > 20 * 240 && f.count < 21 * 280);
        assert_string_equal(f.worst.limit->standard, "GB/T 50452");
        assert_true(f.worst.ratio > 0.2 / 0.45 && f.worst.ratio < 0.6);
        assert_int_equal(vibration_finding_level(VIBRATION_PERMANENT, &f), 0);
    }
}

static void a_few_night_trains_are_a_timetable(void **state)
{
    (void)state;
    begin(3);
    for (int d = 0; d < 20; d++)
        for (int i = 0; i < 3; i++)
            add(MONDAY + d * DAY + (1 + i) * HOUR + 300 * SECOND +
                    (int64_t)(120 * uniform(&stream.chance)) * SECOND,
                0.3);
    struct vibration_watch w = play();

    assert_true(w.permanent);
    assert_false(w.construction);
    assert_true(finding(&w, VIBRATION_PERMANENT).worst.ratio > 0.66);
    assert_int_equal(vibration_finding_level(
                         VIBRATION_PERMANENT,
                         &(struct vibration_finding){
                             .active = true, .worst = finding(&w, VIBRATION_PERMANENT).worst}),
                     1);
}

static void pile_driving_is_construction(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        begin(seed);
        add_site(7, 18, 150, 4); /* a week in: Monday to the Friday after */
        struct vibration_watch w = play();
        struct vibration_finding f = finding(&w, VIBRATION_CONSTRUCTION);

        assert_true(f.active);
        assert_false(w.permanent);
        assert_true(f.since_us > MONDAY + 7 * DAY + 8 * HOUR);
        assert_true(f.since_us < MONDAY + 7 * DAY + 10 * HOUR);
        assert_true(f.last_us > MONDAY + 18 * DAY + 15 * HOUR);
        assert_true(f.count > 11 * 140 && f.count <= 11 * 150);
        assert_true(f.peak_mm_s > 5 && f.peak_mm_s <= 5.2);
        assert_string_equal(f.worst.limit->standard, "GB 50868"); /* 70 % of 5 mm/s */
        assert_near(f.worst.ratio, f.peak_mm_s / 3.5, 1e-9);
        assert_int_equal(vibration_finding_level(VIBRATION_CONSTRUCTION, &f), 3);
    }
}

static void construction_begins_on_its_second_day_and_ends(void **state)
{
    (void)state;
    begin(5);
    add_site(0, 4, 30, 1);
    struct vibration_watch w = start();
    int64_t began_us = 0, ended_us = 0;

    qsort(stream.event, stream.n, sizeof *stream.event, by_time);
    for (size_t i = 0; i < stream.n; i++) {
        push(&w, &stream.event[i]);
        if (w.construction && !began_us)
            began_us = stream.event[i].t_us;
    }
    assert_true(began_us > MONDAY + DAY + 8 * HOUR && began_us < MONDAY + DAY + 19 * HOUR);
    for (int64_t t_us = MONDAY + 5 * DAY; t_us < MONDAY + 30 * DAY && !ended_us; t_us += HOUR) {
        vibration_watch_advance(&w, t_us);
        if (!w.construction)
            ended_us = t_us;
    }
    assert_true(ended_us == MONDAY + 12 * DAY); /* Friday was the last; a week of quiet days */
    struct vibration_finding f = finding(&w, VIBRATION_CONSTRUCTION);
    assert_false(f.active);
    assert_true(f.since_us < MONDAY + 10 * HOUR && f.count >= 145 && f.count <= 150);
    assert_int_equal(vibration_finding_level(VIBRATION_CONSTRUCTION, &f), 0);
}

static void one_loud_day_is_no_site(void **state)
{
    (void)state;
    begin(6);
    add_site(2, 2, 60, 2);
    struct vibration_watch w = play();

    vibration_watch_advance(&w, MONDAY + 20 * DAY);
    assert_true(finding(&w, VIBRATION_CONSTRUCTION).since_us == INT64_MIN);
    assert_false(w.permanent);
}

static void a_site_is_heard_through_the_metro(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        begin(seed);
        add_metro(28, 5.5, 23, 240, 0.15);
        add_site(14, 25, 40, 1.5);
        struct vibration_watch w = play();
        struct vibration_finding built = finding(&w, VIBRATION_CONSTRUCTION);
        struct vibration_finding metro = finding(&w, VIBRATION_PERMANENT);

        assert_true(w.permanent && w.construction);
        assert_true(built.since_us > MONDAY + 14 * DAY && built.since_us < MONDAY + 15 * DAY);
        assert_true(metro.peak_mm_s < 0.25); /* the blows are not the metro's */
        assert_true(built.peak_mm_s > 1.8);
        assert_true(built.count > 380 && built.count < 450);
    }
}

static void knocks_are_logged_only(void **state)
{
    (void)state;
    begin(8);
    add_knocks(28, 12, 9); /* louder than any limit */
    struct vibration_watch w = play();
    struct vibration_peak peak[VIBRATION_PEAKS];
    double threshold, years;

    assert_true(w.knocks > 28 * 11 && w.knocks == w.events);
    for (int k = 0; k < VIBRATION_FINDINGS; k++)
        assert_true(finding(&w, k).since_us == INT64_MIN);
    assert_int_equal(vibration_watch_peaks(&w, MONDAY + 28 * DAY, peak, &threshold, &years), 0);
}

static void one_strong_event_is_an_event(void **state)
{
    struct vibration_watch w = start();
    struct vibration_event e = event_at(MONDAY + 3 * HOUR, 2.4), weak = event_at(MONDAY, 2.0);
    struct vibration_heard h;

    (void)state;
    assert_int_equal(vibration_watch_push(&w, &weak, &h), ERR_OK);
    assert_true(h.source == SOURCE_PILING && h.worst.ratio < 0.6);
    assert_false(finding(&w, VIBRATION_EVENT).active);
    assert_int_equal(vibration_watch_push(&w, &e, &h), ERR_OK);
    assert_near(h.worst.ratio, 2.4 / 3.5, 1e-12);
    struct vibration_finding f = finding(&w, VIBRATION_EVENT);
    assert_true(f.active && f.count == 1 && f.since_us == e.t_us && f.last_us == e.t_us);
    assert_int_equal(vibration_finding_level(VIBRATION_EVENT, &f), 1);
    vibration_watch_advance(&w, e.t_us + 7 * DAY);
    assert_true(finding(&w, VIBRATION_EVENT).active);
    vibration_watch_advance(&w, e.t_us + 7 * DAY + 1);
    assert_false(finding(&w, VIBRATION_EVENT).active);
}

static void noise_is_no_event(void **state)
{
    struct vibration_watch w = start();
    struct vibration_heard h;

    (void)state;
    for (int i = 0; i < 1000; i++) { /* a sensor that reports every ten minutes */
        struct vibration_event e = event_at(MONDAY + i * 600 * SECOND, 0.05);

        assert_int_equal(vibration_watch_push(&w, &e, &h), ERR_OK);
        assert_true(h.quiet && !h.worst.limit);
    }
    assert_true(w.events == 0 && !w.permanent && w.now_us == MONDAY + 999 * 600 * SECOND);
}

/* --- one event, several sensors --- */

static void sensors_of_a_house_hear_one_event(void **state)
{
    struct vibration_watch w = start();
    struct vibration_event a = event_at(MONDAY + HOUR, 1), b = event_at(MONDAY + HOUR + SECOND, 3);
    struct vibration_heard h;

    (void)state;
    push(&w, &a);
    assert_int_equal(vibration_watch_push(&w, &b, &h), ERR_OK);
    assert_true(h.merged && w.events == 1);
    b.t_us = MONDAY + HOUR - SECOND;
    assert_int_equal(vibration_watch_push(&w, &b, &h), ERR_OK);
    assert_true(h.merged && w.events == 1);
    struct vibration_finding f = finding(&w, VIBRATION_EVENT);
    assert_true(f.count == 1 && f.peak_mm_s == 3); /* told once, by the one that felt it most */
    b.t_us = a.t_us + VIBRATION_EVENT_US;
    assert_int_equal(vibration_watch_push(&w, &b, &h), ERR_OK);
    assert_true(!h.merged && w.events == 2);
}

static void what_others_feel_is_no_knock(void **state)
{
    struct vibration_watch w = start();
    struct vibration_event knock = event_at(MONDAY + HOUR, 9), felt = knock;
    struct vibration_heard h;

    (void)state;
    knock.moving = 1;
    knock.duration_s = 0.3;
    assert_int_equal(vibration_watch_push(&w, &knock, &h), ERR_OK);
    assert_true(h.source == SOURCE_KNOCK && !h.worst.limit);
    felt.t_us += SECOND;
    assert_int_equal(vibration_watch_push(&w, &felt, &h), ERR_OK);
    assert_true(h.source == SOURCE_PILING && h.worst.ratio > 1);
    assert_true(finding(&w, VIBRATION_EVENT).active);
    for (int i = 0; i < 8; i++) { /* at a stretch: blows of something */
        knock.t_us += 12 * SECOND;
        assert_int_equal(vibration_watch_push(&w, &knock, &h), ERR_OK);
    }
    assert_int_equal(h.source, SOURCE_PILING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metro_is_permanent_and_no_site),
        cmocka_unit_test(a_few_night_trains_are_a_timetable),
        cmocka_unit_test(pile_driving_is_construction),
        cmocka_unit_test(construction_begins_on_its_second_day_and_ends),
        cmocka_unit_test(one_loud_day_is_no_site),
        cmocka_unit_test(a_site_is_heard_through_the_metro),
        cmocka_unit_test(knocks_are_logged_only),
        cmocka_unit_test(one_strong_event_is_an_event),
        cmocka_unit_test(noise_is_no_event),
        cmocka_unit_test(sensors_of_a_house_hear_one_event),
        cmocka_unit_test(what_others_feel_is_no_knock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
