#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "shikumen/core/episode.h"

#define DAY_US (86400 * 1000000LL)

#define HOUR_US (DAY_US / 24)

/* Yellow and blue follow their condition; red stays until somebody has seen it. */
static void test_life_of_an_episode(void **state)
{
    struct episode e = {0};
    enum alert_event event = EVENT_COUNT;

    (void)state;
    assert_true(episode_advance(&e, LEVEL_YELLOW, DAY_US, &event));
    assert_int_equal(event, EVENT_RAISED);
    assert_true(episode_advance(&e, LEVEL_RED, 2 * DAY_US, &event));
    assert_int_equal(event, EVENT_WORSENED);
    assert_int_equal(e.alarmed_us, 2 * DAY_US);
    assert_false(episode_advance(&e, LEVEL_BLUE, 3 * DAY_US, &event));
    assert_int_equal(e.level, LEVEL_RED);
    assert_false(episode_tick(&e, 300 * DAY_US, &event));
    assert_true(episode_due_us(&e) == INT64_MAX);
    assert_true(episode_acknowledge(&e, 301 * DAY_US));
    assert_false(episode_acknowledge(&e, 301 * DAY_US));
    assert_true(episode_tick(&e, 301 * DAY_US, &event));
    assert_int_equal(event, EVENT_EASED);
    assert_int_equal(e.level, LEVEL_BLUE);
    assert_true(episode_advance(&e, LEVEL_NORMAL, 302 * DAY_US, &event));
    assert_int_equal(event, EVENT_RESOLVED);
    assert_true(e.resolved_us == 302 * DAY_US);
    assert_true(episode_advance(&e, LEVEL_YELLOW, 303 * DAY_US, &event));
    assert_int_equal(event, EVENT_REOPENED);
    assert_int_equal(e.repeats, 1);
    assert_true(e.opened_us == DAY_US);
    assert_int_equal(e.peak_level, LEVEL_RED);
    assert_int_equal(e.step, 6);
}

/* What was acknowledged at orange must be acknowledged again at red, and when it comes back. */
static void test_acknowledgement_is_of_a_level(void **state)
{
    struct episode e = {0};
    enum alert_event event;

    (void)state;
    assert_true(episode_advance(&e, LEVEL_ORANGE, DAY_US, &event));
    assert_true(episode_waits(&e));
    assert_true(episode_acknowledge(&e, DAY_US));
    assert_false(episode_waits(&e));
    assert_true(episode_advance(&e, LEVEL_RED, 2 * DAY_US, &event));
    assert_true(episode_waits(&e));
    assert_true(episode_acknowledge(&e, 2 * DAY_US));
    assert_true(episode_advance(&e, LEVEL_NORMAL, 3 * DAY_US, &event));
    assert_true(episode_advance(&e, LEVEL_ORANGE, 5 * DAY_US, &event));
    assert_int_equal(event, EVENT_REOPENED);
    assert_true(episode_waits(&e));
    assert_false(episode_acknowledge(&(struct episode){0}, DAY_US));
}

/* A day of a yellow condition that comes for half of every hour. */
static void test_chatter_is_one_alert(void **state)
{
    struct episode e = {0};
    enum alert_event event;
    int told = 0;

    (void)state;
    for (int i = 0; i < 48; i++)
        told += episode_advance(&e, i % 2 ? LEVEL_NORMAL : LEVEL_YELLOW, DAY_US + i * HOUR_US / 2,
                                &event);
    assert_int_equal(told, 5); /* raised, resolved, reopened, resolved, reopened */
    assert_int_equal(e.level, LEVEL_YELLOW);
    assert_int_equal(e.repeats, 23);
    assert_true(episode_chatters(&e, e.fell_us + HOUR_US));
    assert_true(episode_due_us(&e) == e.fell_us + DAY_US);
    assert_false(episode_tick(&e, e.fell_us + DAY_US - 1, &event));
    assert_true(episode_tick(&e, e.fell_us + DAY_US, &event));
    assert_int_equal(event, EVENT_RESOLVED);
}

/* Chatter that grows is told. */
static void test_chatter_that_worsens(void **state)
{
    struct episode e = {0};
    enum alert_event event;

    (void)state;
    for (int i = 0; i < 6; i++)
        (void)episode_advance(&e, i % 2 ? LEVEL_NORMAL : LEVEL_BLUE, DAY_US + i * HOUR_US, &event);
    assert_true(episode_advance(&e, LEVEL_YELLOW, DAY_US + 7 * HOUR_US, &event));
    assert_int_equal(event, EVENT_WORSENED);
}

static void test_resolved_by_hand_comes_back_while_it_lasts(void **state)
{
    struct episode e = {0};
    enum alert_event event;

    (void)state;
    assert_true(episode_advance(&e, LEVEL_ORANGE, DAY_US, &event));
    assert_true(episode_resolve(&e, 2 * DAY_US));
    assert_false(episode_resolve(&e, 2 * DAY_US));
    assert_int_equal(e.level, LEVEL_NORMAL);
    assert_false(episode_advance(&e, LEVEL_YELLOW, 2 * DAY_US + HOUR_US, &event));
    assert_false(episode_tick(&e, 3 * DAY_US - 1, &event));
    assert_true(episode_due_us(&e) == 3 * DAY_US);
    assert_true(episode_tick(&e, 3 * DAY_US, &event));
    assert_int_equal(event, EVENT_REOPENED);
    assert_int_equal(e.level, LEVEL_YELLOW);
}

static void test_resolved_by_hand_and_over(void **state)
{
    struct episode e = {0};
    enum alert_event event;

    (void)state;
    assert_true(episode_advance(&e, LEVEL_ORANGE, DAY_US, &event));
    assert_true(episode_resolve(&e, 2 * DAY_US));
    assert_false(episode_advance(&e, LEVEL_NORMAL, 2 * DAY_US + HOUR_US, &event));
    assert_false(episode_tick(&e, 9 * DAY_US, &event));
    assert_true(episode_due_us(&e) == INT64_MAX);
    assert_true(episode_advance(&e, LEVEL_ORANGE, 9 * DAY_US, &event));
    assert_int_equal(event, EVENT_REOPENED);
}

static void test_resolved_by_hand_and_worse(void **state)
{
    struct episode e = {0};
    enum alert_event event;

    (void)state;
    assert_true(episode_advance(&e, LEVEL_ORANGE, DAY_US, &event));
    assert_true(episode_resolve(&e, 2 * DAY_US));
    assert_true(episode_advance(&e, LEVEL_RED, 2 * DAY_US + HOUR_US, &event));
    assert_int_equal(event, EVENT_REOPENED);
    assert_int_equal(e.level, LEVEL_RED);
    assert_true(episode_waits(&e));
}

/* What another episode speaks for is held by nothing: that one is. */
static void test_spoken_for_falls_freely(void **state)
{
    struct episode e = {.spoken_by = 3};
    enum alert_event event;

    (void)state;
    assert_true(episode_advance(&e, LEVEL_RED, DAY_US, &event));
    assert_true(episode_advance(&e, LEVEL_NORMAL, DAY_US + HOUR_US, &event));
    assert_int_equal(event, EVENT_RESOLVED);
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

/* Something of what happens to episodes; true when it made a step. */
static bool something(struct episode *e, struct chance *c, int64_t now_us, enum alert_event *event)
{
    switch (chance_below(c, 8)) {
    case 0:
        return episode_tick(e, now_us, event);
    case 1:
        *event = EVENT_ACKNOWLEDGED;
        return episode_acknowledge(e, now_us);
    case 2:
        *event = EVENT_RESOLVED;
        return episode_resolve(e, now_us);
    default:
        return episode_advance(e, (int)chance_below(c, 5), now_us, event);
    }
}

/* Whatever happens: steps 1, 2, 3 without gaps; no level below the condition but what a person
 * resolved; nothing from orange on falls that was not acknowledged; the clock brings what it said
 * that it would, when it said. */
static void test_any_sequence(void **state)
{
    struct chance c = {20261130};

    (void)state;
    for (int run = 0; run < 300; run++) {
        struct episode e = {0};
        int64_t now_us = DAY_US;
        int steps = 0;

        for (int i = 0; i < 200; i++) {
            struct episode before = e, later;
            enum alert_event event = EVENT_COUNT;
            bool told = something(&e, &c, now_us, &event);

            steps += told;
            assert_int_equal(e.step, steps);
            if (told && event != EVENT_ACKNOWLEDGED)
                assert_true(fits(event, before.level, e.level, e.step));
            assert_true(e.level >= e.condition_level || e.by_hand);
            assert_true(e.level <= e.peak_level);
            if (before.level >= EPISODE_LATCH_LEVEL && e.level < before.level)
                assert_true(before.acked_level >= before.level || e.acked_level >= before.level);
            assert_true(steps == 0 || (e.resolved_us != 0) == (e.level == 0));
            if (episode_due_us(&e) != INT64_MAX) {
                later = e;
                assert_true(episode_tick(&later, episode_due_us(&e), &event));
                later = e;
                if (e.by_hand || e.fell_us != episode_due_us(&e))
                    assert_false(episode_tick(&later, episode_due_us(&e) - 1, &event));
            } else {
                later = e;
                assert_false(episode_tick(&later, now_us + 1000 * DAY_US, &event));
            }
            now_us += (int64_t)chance_below(&c, 30) * HOUR_US;
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
        cmocka_unit_test(test_acknowledgement_is_of_a_level),
        cmocka_unit_test(test_chatter_is_one_alert),
        cmocka_unit_test(test_chatter_that_worsens),
        cmocka_unit_test(test_resolved_by_hand_comes_back_while_it_lasts),
        cmocka_unit_test(test_resolved_by_hand_and_over),
        cmocka_unit_test(test_resolved_by_hand_and_worse),
        cmocka_unit_test(test_spoken_for_falls_freely),
        cmocka_unit_test(test_nothing_is_told_of_no_change),
        cmocka_unit_test(test_keeps_what_it_is_about),
        cmocka_unit_test(test_any_sequence),
        cmocka_unit_test(test_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
