/* Wall clocks that are put forward and back, and what zones are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/model/zone.h"

#define S INT64_C(1000000)

/* One hour from 1000000 on, two from 2000000, one again from 3000000; before all, none. */
static const int64_t at_s[] = {1000000, 2000000, 3000000};
static const int32_t offset_s[] = {3600, 7200, 3600};
static const struct time_zone by_hand = {"by hand", at_s, offset_s, 3, 0, {0}};

static void offsets_hold_from_their_change_on(void **state)
{
    (void)state;
    assert_int_equal(zone_offset_s(&by_hand, INT64_MIN), 0);
    assert_int_equal(zone_offset_s(&by_hand, 999999), 0);
    assert_int_equal(zone_offset_s(&by_hand, 1000000), 3600);
    assert_int_equal(zone_offset_s(&by_hand, 2000000), 7200);
    assert_int_equal(zone_offset_s(&by_hand, INT64_MAX), 3600);
    assert_int_equal(zone_offset_s(&(struct time_zone){.first_s = 28800}, 5), 28800);
    assert_true(zone_offset_us(&by_hand, 1000000 * S - 1) == 0);
    assert_true(zone_local_us(&by_hand, 2000000 * S) == 2007200 * S);
    assert_true(zone_local_us(&by_hand, INT64_MAX) == INT64_MAX);
    assert_true(zone_local_us(&by_hand, INT64_MIN) == INT64_MIN);
}

static void wall_times_are_told_back(void **state)
{
    (void)state;
    for (int64_t t_s = 500000; t_s < 3500000; t_s += 600) {
        int64_t wall_us = (t_s + zone_offset_s(&by_hand, t_s)) * S + 250, first_us, last_us;
        bool first = t_s >= 2996400 && t_s < 3000000, last = t_s >= 3000000 && t_s < 3003600;
        enum zone_fit fit = zone_to_utc(&by_hand, wall_us, &first_us, &last_us);

        assert_int_equal(fit, first || last ? ZONE_TWICE : ZONE_ONCE);
        assert_true(first_us == (last ? t_s - 3600 : t_s) * S + 250);
        assert_true(last_us == (first ? t_s + 3600 : t_s) * S + 250);
        assert_true(zone_to_utc_us(&by_hand, wall_us) == first_us);
    }
}

/* At 2000000 the clocks go from 2003600 to 2007200. */
static void a_time_left_out_is_of_a_clock_put_forward_too_late(void **state)
{
    int64_t first_us, last_us;

    (void)state;
    assert_int_equal(zone_to_utc(&by_hand, 2005000 * S, &first_us, &last_us), ZONE_NEVER);
    assert_true(first_us == (2005000 - 7200) * S && last_us == (2005000 - 3600) * S);
    assert_true(zone_to_utc_us(&by_hand, 2005000 * S) == last_us);
    assert_int_equal(zone_to_utc(&by_hand, 2003600 * S - 1, &first_us, &last_us), ZONE_ONCE);
    assert_int_equal(zone_to_utc(&by_hand, 2003600 * S, &first_us, &last_us), ZONE_NEVER);
    assert_int_equal(zone_to_utc(&by_hand, 2007200 * S - 1, &first_us, &last_us), ZONE_NEVER);
    assert_int_equal(zone_to_utc(&by_hand, 2007200 * S, &first_us, &last_us), ZONE_ONCE);
}

/* Forward and back again half an hour later: what was left out is shown after all. */
static void two_changes_within_the_hour(void **state)
{
    static const int64_t changes_s[] = {1000000, 1001800};
    static const int32_t offsets_s[] = {3600, 0};
    const struct time_zone z = {"z", changes_s, offsets_s, 2, 0, {0}};
    int64_t first_us, last_us;

    (void)state;
    assert_int_equal(zone_to_utc(&z, 1002000 * S, &first_us, &last_us), ZONE_ONCE);
    assert_true(first_us == 1002000 * S);
    assert_int_equal(zone_to_utc(&z, 1001000 * S, &first_us, &last_us), ZONE_NEVER);
    assert_int_equal(zone_to_utc(&z, 1004000 * S, &first_us, &last_us), ZONE_TWICE);
}

static void offsets_need_no_table(void **state)
{
    static const struct {
        const char *name;
        int32_t offset_s;
    } good[] = {{"+08:00", 28800}, {"-03:30", -12600}, {"-0330", -12600}, {"+08", 28800},
                {"UTC", 0},        {"Z", 0},           {"+14:00", 50400}, {"+00:00", 0}};
    static const char *const bad[] = {"",       "+8",    "+15:00",  "+08:60",
                                      "08:00",  "+08:",  "+08:0",   "+08:000",
                                      "+-1:00", "UTC+8", "+080000", "Asia/Shanghai"};
    struct time_zone z;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(zone_fixed(good[i].name, &z));
        assert_string_equal(z.name, good[i].name);
        assert_int_equal(zone_offset_s(&z, 0), good[i].offset_s);
        assert_true(zone_to_utc_us(&z, 0) == -good[i].offset_s * S);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_fixed(bad[i], &z))
            fail_msg("%s", bad[i]);
}

static void utc_has_many_names(void **state)
{
    struct time_zone z;

    (void)state;
    assert_true(zone_is_utc(&zone_utc));
    assert_true(zone_fixed("Z", &z) && zone_is_utc(&z));
    assert_true(zone_fixed("+00:00", &z) && zone_is_utc(&z));
    assert_false(zone_fixed("+01:00", &z) && zone_is_utc(&z));
    assert_false(zone_is_utc(&by_hand));
    z = (struct time_zone){.name = "Etc/UTC"};
    assert_int_equal(zone_rule_parse("UTC0", 4, &z.rule), ERR_OK);
    assert_true(zone_is_utc(&z));
    assert_int_equal(zone_rule_parse("GMT0BST,M3.5.0/1,M10.5.0", 24, &z.rule), ERR_OK);
    assert_false(zone_is_utc(&z));
}

static void names_lead_nowhere_else(void **state)
{
    static const char *const good[] = {"Asia/Shanghai", "America/Argentina/Buenos_Aires",
                                       "Etc/GMT+8",     "America/Port-au-Prince",
                                       "PRC",           "EST5EDT"};
    static const char *const bad[] = {
        "",
        "/etc/passwd",
        "../etc/passwd",
        "Asia/../Asia/Shanghai",
        "Asia//Shanghai",
        "Asia/",
        "zone.tab",
        "localtime",
        "right/UTC",
        "Asia/Shang hai",
        "Asia/上海",
        "+08:00",
        "-x",
        ".",
        "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!zone_is_name(good[i]))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_is_name(bad[i]))
            fail_msg("%s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_hold_from_their_change_on),
        cmocka_unit_test(wall_times_are_told_back),
        cmocka_unit_test(a_time_left_out_is_of_a_clock_put_forward_too_late),
        cmocka_unit_test(two_changes_within_the_hour),
        cmocka_unit_test(offsets_need_no_table),
        cmocka_unit_test(utc_has_many_names),
        cmocka_unit_test(names_lead_nowhere_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
