/* Works at night, on Sundays, and blasting; and what must not be taken for them: trains at night,
 * lorries. */
#include "vibration_fixture.h"

/* Blows between two hours of the night (22 .. 30) that begins on each of days first .. last. */
static void add_nights(int first, int last, double from_h, double to_h, int a_night, double ppv)
{
    for (int d = first; d <= last; d++)
        for (int i = 0; i < a_night; i++)
            add(MONDAY + d * DAY +
                    (int64_t)((from_h + (to_h - from_h) * uniform(&stream.chance)) * (double)HOUR),
                ppv * (0.7 + 0.6 * uniform(&stream.chance)));
}

/* At about an hour of day, give or take minutes, on every so manyth day. */
static void add_shocks(int first, int last, int every, double at_h, double minutes, double ppv)
{
    for (int d = first; d <= last; d += every) {
        double off_h = minutes / 60 * (2 * uniform(&stream.chance) - 1);

        add(MONDAY + d * DAY + (int64_t)((at_h + off_h) * (double)HOUR),
            ppv * (0.8 + 0.4 * uniform(&stream.chance)));
        stream.event[stream.n - 1].duration_s = 1;
    }
}

static struct vibration_finding works_of(const struct vibration_watch *w)
{
    return finding(w, VIBRATION_CONSTRUCTION);
}

static void works_at_night_are_works(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        begin(seed);
        add_knocks(30, 12, 2);
        add_nights(21, 26, 22, 28, 40, 1.2);
        struct vibration_watch w = play();
        struct vibration_finding f = works_of(&w);

        assert_true(f.active && w.construction);
        assert_false(w.permanent);
        assert_true(f.since_us > MONDAY + 21 * DAY + 21 * HOUR);
        assert_true(f.since_us < MONDAY + 22 * DAY + 5 * HOUR);
        assert_true(f.night > 5 * 30 && f.night <= 6 * 40);
        assert_int_equal(f.sunday, 0);
        assert_false(f.blasting);
        assert_int_equal(vibration_finding_level(VIBRATION_CONSTRUCTION, &f), 2);
        vibration_watch_advance(&w, MONDAY + 40 * DAY);
        assert_false(works_of(&w).active);
    }
}

/* Heard through the trains of the day, however many. */
static void works_at_night_beside_a_metro(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        begin(seed);
        add_metro(35, 5.5, 23, 240, 0.15);
        add_nights(22, 32, 23, 28, 30, 1.5);
        struct vibration_watch w = play();
        struct vibration_finding f = works_of(&w), metro = finding(&w, VIBRATION_PERMANENT);

        assert_true(w.permanent && w.construction);
        assert_true(f.since_us > MONDAY + 22 * DAY && f.since_us < MONDAY + 24 * DAY);
        assert_true(f.night > 10 * 20);
        assert_true(metro.peak_mm_s < 0.3); /* the blows are not the metro's */
    }
}

/* A site that works at night for weeks is no railway for that; one that never rests is none. */
static void works_go_on_for_weeks(void **state)
{
    (void)state;
    begin(4);
    add_nights(20, 80, 22, 28, 40, 1.2);
    for (size_t i = 0; i < stream.n; i++) { /* not on the night of Saturday */
        int64_t night = (stream.event[i].t_us - MONDAY - 12 * HOUR) / DAY;
        if (night % 7 == 5)
            stream.event[i].t_us = MONDAY + night * DAY + 23 * HOUR;
    }
    struct vibration_watch w = play();
    assert_true(w.construction && !w.permanent);
    begin(4);
    add_nights(20, 80, 22, 28, 40, 1.2);
    w = play();
    assert_false(w.construction);
    assert_true(w.permanent);
}

static void expect_no_works(uint64_t seed, const char *what)
{
    struct vibration_watch w = start();
    bool works = false;

    qsort(stream.event, stream.n, sizeof *stream.event, by_time);
    for (size_t i = 0; i < stream.n; i++) {
        push(&w, &stream.event[i]);
        works = works || w.construction;
    }
    if (works)
        fail_msg("%s, seed %llu: taken for works", what, (unsigned long long)seed);
}

/* Metro from the first day and from later on, strong and weak; engineering and goods trains at
 * night, few and many; all of it as strong as blows. */
static void trains_at_night_are_no_works(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        double ppv = seed % 2 ? 0.15 : 0.7;

        begin(seed);
        add_metro(40, 5.5, 23, 240, ppv);
        expect_no_works(seed, "metro");
        begin(seed);
        add_metro(40, 5.5, 24.5, 180, ppv);
        for (size_t i = 0; i < stream.n; i++)
            stream.event[i].t_us += 20 * DAY;
        expect_no_works(seed, "a new metro");
        begin(seed);
        add_metro(40, 0, 24, 300, ppv);
        expect_no_works(seed, "trains day and night");
        begin(seed);
        add_metro(40, 24, 29, 1500, ppv); /* twelve a night */
        for (size_t i = 0; i < stream.n; i++)
            stream.event[i].t_us += 20 * DAY;
        expect_no_works(seed, "goods trains at night");
        begin(seed);
        add_metro(60, 5.5, 23, 240, ppv);
        for (size_t i = 0, n = stream.n; i < n; i++) /* a month of silence between */
            if (stream.event[i].t_us > MONDAY + 25 * DAY)
                stream.event[i].t_us += 30 * DAY;
        expect_no_works(seed, "metro after a month of silence");
    }
}

static void works_on_sundays_are_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        begin(seed);
        add_site(14, 32, 40, 1);
        for (int sunday = 20; sunday <= 27; sunday += 7)
            add_nights(sunday, sunday, 9, 17, 40, 1); /* by day, that is */
        struct vibration_watch w = play();
        struct vibration_finding f = works_of(&w);

        assert_true(f.active && !w.permanent);
        assert_true(f.sunday > 2 * 30 && f.night == 0);
        assert_int_equal(vibration_finding_level(VIBRATION_CONSTRUCTION, &f), 2);
        begin(seed);
        add_site(14, 32, 40, 1);
        w = play();
        f = works_of(&w);
        assert_true(f.active && f.sunday == 0);
        assert_int_equal(vibration_finding_level(VIBRATION_CONSTRUCTION, &f), 1);
    }
}

/* On Sundays alone, two weeks apart at least: not on two days of seven. */
static void one_sunday_is_no_site(void **state)
{
    (void)state;
    begin(2);
    add_nights(20, 20, 9, 17, 60, 1);
    expect_no_works(2, "one Sunday");
}

/* One shock around noon, every second or third day. */
static void blasting_is_works(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        begin(seed);
        add_knocks(40, 10, 1);
        add_shocks(15, 36, seed % 2 ? 2 : 3, 12.25, 20, 1.8);
        struct vibration_watch w = play();
        struct vibration_finding f = works_of(&w);

        assert_true(f.active && f.blasting);
        assert_true(f.since_us < MONDAY + 17 * DAY);
        assert_true(f.count >= 6 && f.count <= 11);
        assert_int_equal(vibration_finding_level(VIBRATION_CONSTRUCTION, &f), 1);
        vibration_watch_advance(&w, MONDAY + 50 * DAY);
        assert_false(works_of(&w).active);
    }
}

/* Lorries come when they come, long rumbles are no shocks, and weak ones are not blasting. */
static void lorries_are_no_blasting(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        begin(seed);
        add_shocks(0, 40, 4, 13, 330, 1.8);
        expect_no_works(seed, "lorries");
        begin(seed);
        add_shocks(0, 40, 1, 12, 10, 0.6);
        expect_no_works(seed, "weak shocks");
        begin(seed);
        add_shocks(0, 40, 2, 12, 10, 1.8);
        for (size_t i = 0; i < stream.n; i++)
            stream.event[i].duration_s = 12;
        expect_no_works(seed, "rumbles");
    }
}

/* What begins as blasting and goes on with blows is works. */
static void blasting_that_becomes_works(void **state)
{
    (void)state;
    begin(7);
    add_shocks(15, 24, 2, 12, 15, 1.8);
    add_site(26, 31, 40, 1);
    struct vibration_watch w = play();
    struct vibration_finding f = works_of(&w);

    assert_true(f.active && !f.blasting);
    assert_true(f.since_us < MONDAY + 17 * DAY); /* one and the same */
}

static void rows_take_the_worst(void **state)
{
    const struct vibration_finding a = {.active = true, .night = 40, .blasting = true},
                                   b = {.active = true, .sunday = 12};
    const struct vibration_finding *const houses[] = {&a, &b};
    struct vibration_finding row;
    size_t n;

    (void)state;
    assert_true(vibration_row_finding(houses, 2, &row, &n));
    assert_true(row.night == 40 && row.sunday == 12 && !row.blasting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(works_at_night_are_works),
        cmocka_unit_test(works_at_night_beside_a_metro),
        cmocka_unit_test(works_go_on_for_weeks),
        cmocka_unit_test(trains_at_night_are_no_works),
        cmocka_unit_test(works_on_sundays_are_told),
        cmocka_unit_test(one_sunday_is_no_site),
        cmocka_unit_test(blasting_is_works),
        cmocka_unit_test(lorries_are_no_blasting),
        cmocka_unit_test(blasting_that_becomes_works),
        cmocka_unit_test(rows_take_the_worst),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
