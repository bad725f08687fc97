/* What a vibration watch holds: rows, rare peaks, its state over restarts, hostile events. */
#include "vibration_fixture.h"

/* --- rows --- */

static void a_row_feels_what_two_houses_feel(void **state)
{
    struct vibration_finding a = {.active = true,
                                  .since_us = 10,
                                  .last_us = 50,
                                  .count = 7,
                                  .peak_mm_s = 2,
                                  .peak_us = 20,
                                  .worst = {.limit = vibration_limits(&(size_t){0}), .ratio = 0.7}},
                             b = a, off = a, out;
    const struct vibration_finding *row[] = {&off, &a, &b};
    size_t houses;

    (void)state;
    off.active = false;
    off.worst.ratio = 9;
    b.since_us = 5;
    b.last_us = 40;
    b.count = 9;
    b.peak_mm_s = 3;
    b.peak_us = 30;
    b.worst.ratio = 0.9;
    assert_true(vibration_row_finding(row, 3, &out, &houses));
    assert_true(houses == 2 && out.active && out.since_us == 5 && out.last_us == 50);
    assert_true(out.count == 9 && out.peak_mm_s == 3 && out.peak_us == 30);
    assert_true(out.worst.ratio == 0.9);
    assert_false(vibration_row_finding(row, 2, &out, &houses));
    assert_true(houses == 1 && !out.active);
    assert_false(vibration_row_finding(row, 0, &out, &houses));
}

/* --- rare peaks --- */

static void rare_peaks_are_complete_above_their_threshold(void **state)
{
    enum { DAYS = 900 };
    struct vibration_watch w = start();
    struct vibration_peak out[VIBRATION_PEAKS];
    double ratio[DAYS], threshold, years;
    struct chance c = {11};
    size_t n, above = 0;

    (void)state;
    for (int d = 0; d < DAYS; d++) {
        struct vibration_event e =
            event_at(MONDAY + d * DAY + 12 * HOUR, 0.4 * exp(uniform(&c) * 2));
        struct vibration_event small = event_at(e.t_us + HOUR, 0.3);

        ratio[d] = e.worst[SOURCE_PILING].ratio;
        push(&w, &e);
        push(&w, &small); /* of a day the largest counts */
    }
    n = vibration_watch_peaks(&w, MONDAY + DAYS * DAY, out, &threshold, &years);
    for (int d = DAYS - VIBRATION_PEAK_DAYS; d < DAYS; d++)
        above += ratio[d] > threshold;
    assert_true(n == above && n > 40 && n <= VIBRATION_PEAKS);
    assert_near(years, 730 / 365.25, 1e-12);
    for (size_t i = 0; i < n; i++) {
        assert_true(out[i].ratio > threshold && out[i].source == SOURCE_PILING);
        assert_true(i == 0 || out[i].t_us > out[i - 1].t_us);
    }
    n = vibration_watch_peaks(&w, MONDAY + 3000 * DAY, out, &threshold, &years);
    assert_true(n == 0 && threshold == VIBRATION_PEAK_RATIO);
}

/* --- restarts and hostile input --- */

static void assert_same(const struct vibration_watch *a, const struct vibration_watch *b)
{
    struct arena arena = {0};
    const void *x, *y;
    size_t nx, ny;

    assert_int_equal(vibration_watch_pack(a, &arena, &x, &nx), ERR_OK);
    assert_int_equal(vibration_watch_pack(b, &arena, &y, &ny), ERR_OK);
    assert_true(nx == ny && nx < 16384);
    assert_memory_equal(x, y, nx);
    arena_free(&arena);
}

static void a_restart_at_any_point_changes_nothing(void **state)
{
    struct arena arena = {0};

    (void)state;
    begin(12);
    add_metro(12, 5.5, 23, 1800, 0.3);
    add_site(3, 8, 20, 3);
    add_knocks(12, 5, 4);
    struct vibration_watch whole = start(), again = start();
    qsort(stream.event, stream.n, sizeof *stream.event, by_time);
    for (size_t i = 0; i < stream.n; i++) {
        struct vibration_watch restored;
        const void *bytes;
        size_t n;

        push(&whole, &stream.event[i]);
        push(&again, &stream.event[i]);
        assert_int_equal(vibration_watch_pack(&again, &arena, &bytes, &n), ERR_OK);
        assert_int_equal(vibration_watch_unpack(&restored, &zone_shanghai, bytes, n), ERR_OK);
        again = restored;
        arena_reset(&arena);
    }
    assert_true(whole.permanent && whole.construction && whole.knocks > 0);
    assert_same(&whole, &again);
    arena_free(&arena);
}

static void broken_bytes_are_refused(void **state)
{
    struct arena arena = {0};
    const void *bytes;
    size_t n;

    (void)state;
    begin(13);
    add_site(0, 3, 12, 3);
    struct vibration_watch w = play(), kept = w;
    assert_int_equal(vibration_watch_pack(&w, &arena, &bytes, &n), ERR_OK);
    uint8_t *broken = arena_alloc(&arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        memcpy(broken, bytes, n);
        broken[i] ^= 0x10;
        assert_int_equal(vibration_watch_unpack(&w, &zone_shanghai, broken, n), ERR_CORRUPT);
        assert_int_equal(vibration_watch_unpack(&w, &zone_shanghai, bytes, i), ERR_CORRUPT);
    }
    memcpy(broken, bytes, n);
    assert_int_equal(vibration_watch_unpack(&w, &zone_shanghai, broken, n + 1), ERR_CORRUPT);
    assert_same(&w, &kept);
    arena_free(&arena);
}

static void hostile_events_change_nothing(void **state)
{
    struct vibration_watch w = start(), kept;
    struct vibration_event good = event_at(MONDAY + HOUR, 1), bad[5];
    struct vibration_heard h;

    (void)state;
    push(&w, &good);
    kept = w;
    for (size_t i = 0; i < 5; i++)
        bad[i] = good;
    bad[0].peak_mm_s = (double)NAN;
    bad[1].worst[SOURCE_PILING].ratio = (double)INFINITY;
    bad[2].t_us = INT64_MIN;
    bad[3].t_us = INT64_MAX;
    bad[4].peak_mm_s = -1;
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(vibration_watch_push(&w, &bad[i], &h), i < 2 ? ERR_NOT_FINITE : ERR_RANGE);
    vibration_watch_advance(&w, INT64_MAX);
    vibration_watch_advance(&w, INT64_MIN);
    assert_same(&w, &kept);
    good.t_us = MONDAY - 400 * DAY; /* older than the ring: counted, no more */
    assert_int_equal(vibration_watch_push(&w, &good, &h), ERR_OK);
    assert_true(w.events == 2 && w.current.t_us == MONDAY + HOUR);
    good.t_us = 253402300799999999; /* and the end of time */
    assert_int_equal(vibration_watch_push(&w, &good, &h), ERR_OK);
}

static void late_events_find_their_day(void **state)
{
    (void)state;
    begin(14);
    add_site(0, 4, 30, 2);
    struct vibration_watch w = start();
    for (size_t i = 0; i < stream.n; i++) /* in no order within a day */
        push(&w, &stream.event[i]);
    struct vibration_finding f = finding(&w, VIBRATION_CONSTRUCTION);
    assert_true(f.active && f.since_us < MONDAY + 10 * HOUR && f.count > 140);
    assert_true(f.last_us > MONDAY + 4 * DAY + 14 * HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_feels_what_two_houses_feel),
        cmocka_unit_test(rare_peaks_are_complete_above_their_threshold),
        cmocka_unit_test(a_restart_at_any_point_changes_nothing),
        cmocka_unit_test(broken_bytes_are_refused),
        cmocka_unit_test(hostile_events_change_nothing),
        cmocka_unit_test(late_events_find_their_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
