/* Wall clocks that are put forward and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/model/zone.h"

#define S 1000000LL

/* One hour from 1000000 on, two from 2000000, one again from 3000000; before all, none. */
static const int64_t at_s[] = {1000000, 2000000, 3000000};
static const int32_t offset_s[] = {3600, 7200, 3600};
static const struct zone_rules rules = {at_s, offset_s, 3, 0};

static void offsets_hold_from_their_change_on(void **state)
{
    (void)state;
    assert_int_equal(zone_offset_s(&rules, INT64_MIN), 0);
    assert_int_equal(zone_offset_s(&rules, 999999), 0);
    assert_int_equal(zone_offset_s(&rules, 1000000), 3600);
    assert_int_equal(zone_offset_s(&rules, 2000000), 7200);
    assert_int_equal(zone_offset_s(&rules, INT64_MAX), 3600);
    assert_int_equal(zone_offset_s(&(struct zone_rules){.first_s = 28800}, 5), 28800);
}

static void wall_times_are_told_back(void **state)
{
    (void)state;
    for (int64_t t_s = 500000; t_s < 3500000; t_s += 600) {
        int64_t wall_us = (t_s + zone_offset_s(&rules, t_s)) * S + 250;
        int64_t again_us = zone_to_utc_us(&rules, wall_us);
        if (t_s >= 3000000 && t_s < 3003600) /* shown twice: the earlier */
            assert_true(again_us == (t_s - 3600) * S + 250);
        else
            assert_true(again_us == t_s * S + 250);
    }
}

static void a_time_left_out_has_the_offset_before(void **state)
{
    (void)state;
    /* at 2000000 the clocks go from 2003600 to 2007200 */
    assert_true(zone_to_utc_us(&rules, 2005000 * S) == (2005000 - 3600) * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_hold_from_their_change_on),
        cmocka_unit_test(wall_times_are_told_back),
        cmocka_unit_test(a_time_left_out_has_the_offset_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
