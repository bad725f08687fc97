#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "shikumen/base/clock.h"

static void test_utc_lies_between_two_readings_of_the_system_clock(void **state)
{
    struct timespec before, after;
    int64_t now_us;

    (void)state;
    clock_gettime(CLOCK_REALTIME, &before);
    now_us = clock_utc_us();
    clock_gettime(CLOCK_REALTIME, &after);
    assert_true(now_us >= (int64_t)before.tv_sec * US_PER_S + before.tv_nsec / 1000);
    assert_true(now_us <= (int64_t)after.tv_sec * US_PER_S + after.tv_nsec / 1000);
}

static void test_monotonic_never_goes_back(void **state)
{
    int64_t last_us = clock_monotonic_us();
    int64_t first_us = last_us;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        int64_t now_us = clock_monotonic_us();
        assert_true(now_us >= last_us);
        last_us = now_us;
    }
    assert_true(last_us > first_us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utc_lies_between_two_readings_of_the_system_clock),
        cmocka_unit_test(test_monotonic_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
