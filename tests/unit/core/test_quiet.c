/* Quiet hours and the daily hour: exact, over midnight, in the zone; orange and red never wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/base/utc.h"
#include "shikumen/core/daily.h"
#include "shikumen/core/quiet.h"
#include "zones.h"

#define ZONE &zone_shanghai

static int64_t at(const char *utc)
{
    int64_t t_us;

    assert_int_equal(utc_parse(utc, &t_us), 0);
    return t_us;
}

static void expect(int from, int until, int level, const char *now, const char *due)
{
    const struct endpoint p = {.quiet_from = from, .quiet_until = until};

    assert_true(quiet_due_us(&p, level, ZONE, at(now)) == at(due));
}

static void test_over_midnight(void **state)
{
    (void)state;
    /* 22:00 to 07:00 in Shanghai is 14:00 to 23:00 UTC */
    expect(22 * 60, 7 * 60, 2, "2026-01-05T13:59:59.999999Z", "2026-01-05T13:59:59.999999Z");
    expect(22 * 60, 7 * 60, 2, "2026-01-05T14:00:00Z", "2026-01-05T23:00:00Z");
    expect(22 * 60, 7 * 60, 1, "2026-01-05T16:30:12.5Z", "2026-01-05T23:00:00Z");
    expect(22 * 60, 7 * 60, 0, "2026-01-05T22:59:59.999999Z", "2026-01-05T23:00:00Z");
    expect(22 * 60, 7 * 60, 2, "2026-01-05T23:00:00Z", "2026-01-05T23:00:00Z");
}

static void test_within_a_day(void **state)
{
    (void)state;
    expect(12 * 60, 13 * 60 + 30, 2, "2026-01-05T03:59:00Z", "2026-01-05T03:59:00Z");
    expect(12 * 60, 13 * 60 + 30, 2, "2026-01-05T04:00:00Z", "2026-01-05T05:30:00Z");
    expect(12 * 60, 13 * 60 + 30, 2, "2026-01-05T05:30:00Z", "2026-01-05T05:30:00Z");
}

static void test_equal_is_none(void **state)
{
    (void)state;
    expect(0, 0, 1, "2026-01-05T16:00:00Z", "2026-01-05T16:00:00Z");
    expect(600, 600, 1, "2026-01-05T02:00:00Z", "2026-01-05T02:00:00Z");
}

static void test_orange_and_red_never_wait(void **state)
{
    (void)state;
    expect(22 * 60, 7 * 60, 3, "2026-01-05T16:00:00Z", "2026-01-05T16:00:00Z");
    expect(22 * 60, 7 * 60, 4, "2026-01-05T16:00:00Z", "2026-01-05T16:00:00Z");
}

static void expect_daily(const char *last, const char *now, const char *due)
{
    assert_true(daily_due_us(9 * 60, ZONE, at(last), at(now)) == at(due));
}

static void test_once_a_day(void **state)
{
    (void)state;
    /* 09:00 in Shanghai is 01:00 UTC */
    expect_daily("2026-01-05T00:59:59Z", "2026-01-05T00:59:59Z", "2026-01-05T01:00:00Z");
    expect_daily("2026-01-05T01:00:00Z", "2026-01-05T01:00:01Z", "2026-01-06T01:00:00Z");
    expect_daily("2026-01-05T01:00:59.9Z", "2026-01-05T02:00:00Z", "2026-01-06T01:00:00Z");
    /* four days down: due at once, and then only at the next hour */
    expect_daily("2026-01-01T01:00:00Z", "2026-01-05T05:00:00Z", "2026-01-02T01:00:00Z");
    expect_daily("2026-01-05T05:00:00Z", "2026-01-05T05:00:01Z", "2026-01-06T01:00:00Z");
    /* the clock was a year ahead */
    expect_daily("2027-01-05T05:00:00Z", "2026-01-05T05:00:00Z", "2026-01-06T01:00:00Z");
}

/* Madrid: 02:00 to 03:00 is left out on 29 March and shown twice on 25 October. */
static void test_summer_time(void **state)
{
    const struct endpoint p = {.quiet_from = 22 * 60, .quiet_until = 7 * 60};
    const struct endpoint early = {.quiet_from = 22 * 60, .quiet_until = 2 * 60 + 30};

    (void)state;
    assert_true(quiet_due_us(&p, 1, &zone_madrid, at("2026-03-28T22:00:00Z")) ==
                at("2026-03-29T05:00:00Z"));
    assert_true(quiet_due_us(&p, 1, &zone_madrid, at("2026-10-24T22:00:00Z")) ==
                at("2026-10-25T06:00:00Z"));
    assert_true(quiet_next_us(9 * 60, &zone_madrid, at("2026-03-28T08:00:00Z")) ==
                at("2026-03-29T07:00:00Z"));
    assert_true(quiet_next_us(9 * 60, &zone_madrid, at("2026-10-24T07:00:00Z")) ==
                at("2026-10-25T08:00:00Z"));
    /* never: as much later as the clock was put forward */
    assert_true(quiet_next_us(2 * 60 + 30, &zone_madrid, at("2026-03-29T00:00:00Z")) ==
                at("2026-03-29T01:30:00Z"));
    /* twice: said once a day, but quiet is over at the second time too */
    assert_true(quiet_next_us(2 * 60 + 30, &zone_madrid, at("2026-10-25T00:00:00Z")) ==
                at("2026-10-25T00:30:00Z"));
    assert_true(quiet_next_us(2 * 60 + 30, &zone_madrid, at("2026-10-25T00:30:00Z")) ==
                at("2026-10-26T01:30:00Z"));
    assert_true(quiet_due_us(&early, 1, &zone_madrid, at("2026-10-25T01:10:00Z")) ==
                at("2026-10-25T01:30:00Z"));
}

static void test_longest_first(void **state)
{
    struct episode e[4] = {{.row = 4, .alarmed_us = 9},
                           {.row = 3, .alarmed_us = 5},
                           {.row = 2, .alarmed_us = 9},
                           {.row = 1, .alarmed_us = 7}};

    (void)state;
    daily_order(e, 4);
    assert_int_equal(e[0].row, 3);
    assert_int_equal(e[1].row, 1);
    assert_int_equal(e[2].row, 2);
    assert_int_equal(e[3].row, 4);
    daily_order(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_over_midnight), cmocka_unit_test(test_within_a_day),
        cmocka_unit_test(test_equal_is_none), cmocka_unit_test(test_orange_and_red_never_wait),
        cmocka_unit_test(test_once_a_day),    cmocka_unit_test(test_summer_time),
        cmocka_unit_test(test_longest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
