#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/core/episode.h"

#define DAY_US (86400 * 1000000LL)

static void test_life_of_an_episode(void **state)
{
    static const struct {
        int level;
        enum alert_event event;
    } steps[] = {
        {LEVEL_YELLOW, EVENT_RAISED},   {LEVEL_RED, EVENT_WORSENED},
        {LEVEL_BLUE, EVENT_EASED},      {LEVEL_NORMAL, EVENT_RESOLVED},
        {LEVEL_ORANGE, EVENT_REOPENED}, {LEVEL_NORMAL, EVENT_RESOLVED},
    };
    struct episode e = {0};
    enum alert_event event = EVENT_COUNT;

    (void)state;
    for (int i = 0; i < 6; i++) {
        int64_t now_us = (i + 1) * DAY_US;
        assert_true(episode_advance(&e, steps[i].level, now_us, &event));
        assert_int_equal(event, steps[i].event);
        assert_int_equal(e.level, steps[i].level);
        assert_int_equal(e.step, i + 1);
        assert_int_equal(e.opened_us, DAY_US);
        assert_int_equal(e.changed_us, now_us);
        assert_int_equal(e.resolved_us, steps[i].level == LEVEL_NORMAL ? now_us : 0);
        assert_int_equal(e.peak_level, i == 0 ? LEVEL_YELLOW : LEVEL_RED);
    }
}

static void test_nothing_is_told_of_no_change(void **state)
{
    struct episode e = {0}, before;
    enum alert_event event = EVENT_COUNT;

    (void)state;
    assert_false(episode_advance(&e, LEVEL_NORMAL, DAY_US, &event));
    assert_int_equal(e.step, 0);
    assert_true(episode_advance(&e, LEVEL_ORANGE, DAY_US, &event));
    memcpy(&before, &e, sizeof e);
    event = EVENT_COUNT;
    assert_false(episode_advance(&e, LEVEL_ORANGE, 2 * DAY_US, &event));
    assert_int_equal(event, EVENT_COUNT);
    assert_memory_equal(&before, &e, sizeof e);
}

static void test_keeps_what_it_is_about(void **state)
{
    struct episode e = {.row = 7,
                        .key = "limit|H1/wall|crack_width",
                        .kind = KIND_RATE,
                        .category = CATEGORY_INSTRUMENT,
                        .house = "H1",
                        .element = "H1/wall"};
    enum alert_event event;

    (void)state;
    snprintf(e.id, sizeof e.id, "11111111-2222-4333-8444-555555555555");
    assert_true(episode_advance(&e, LEVEL_BLUE, DAY_US, &event));
    assert_true(episode_advance(&e, LEVEL_NORMAL, DAY_US, &event));
    assert_string_equal(e.id, "11111111-2222-4333-8444-555555555555");
    assert_string_equal(e.key, "limit|H1/wall|crack_width");
    assert_int_equal(e.row, 7);
    assert_int_equal(e.kind, KIND_RATE);
    assert_int_equal(e.category, CATEGORY_INSTRUMENT);
    assert_string_equal(e.house, "H1");
    assert_string_equal(e.element, "H1/wall");
}

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static bool fits(enum alert_event event, int before, int after, int step)
{
    switch (event) {
    case EVENT_RAISED:
        return step == 1 && before == 0 && after > 0;
    case EVENT_REOPENED:
        return step > 1 && before == 0 && after > 0;
    case EVENT_RESOLVED:
        return before > 0 && after == 0;
    case EVENT_WORSENED:
        return before > 0 && after > before;
    case EVENT_EASED:
        return after > 0 && after < before;
    default:
        return false;
    }
}

/* Any sequence of levels: steps 1, 2, 3 without gaps, exactly when the level changes. */
static void test_any_sequence(void **state)
{
    uint64_t seed = 20261122;

    (void)state;
    for (int run = 0; run < 200; run++) {
        struct episode e = {0};
        int previous = 0, steps = 0, peak = 0;

        for (int i = 0; i < 200; i++) {
            int level = (int)(next_random(&seed) % 5);
            int64_t now_us = i * DAY_US / 24;
            enum alert_event event = EVENT_COUNT;
            bool told = episode_advance(&e, level, now_us, &event);

            peak = level > peak ? level : peak;
            assert_int_equal(told, level != previous);
            steps += told;
            assert_int_equal(e.step, steps);
            assert_int_equal(e.level, level);
            assert_int_equal(e.peak_level, peak);
            assert_true(!told || fits(event, previous, level, e.step));
            assert_true(!told || e.changed_us == now_us);
            assert_true(steps == 0 || (e.resolved_us != 0) == (level == 0));
            previous = level;
        }
    }
}

/* RFC 9562 section 5.4: version 4 in the high nibble of byte 6, variant 10 in that of byte 8. */
static void test_id(void **state)
{
    uint8_t zeros[16] = {0}, ones[16];
    uint8_t counting[16];
    char id[ALERT_ID_SIZE];

    (void)state;
    memset(ones, 0xff, sizeof ones);
    for (uint8_t i = 0; i < 16; i++)
        counting[i] = (uint8_t)(i * 0x11);
    episode_id(zeros, id);
    assert_string_equal(id, "00000000-0000-4000-8000-000000000000");
    episode_id(ones, id);
    assert_string_equal(id, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    episode_id(counting, id);
    assert_string_equal(id, "00112233-4455-4677-8899-aabbccddeeff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life_of_an_episode),
        cmocka_unit_test(test_nothing_is_told_of_no_change),
        cmocka_unit_test(test_keeps_what_it_is_about),
        cmocka_unit_test(test_any_sequence),
        cmocka_unit_test(test_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
