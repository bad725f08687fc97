/* Times as loggers write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/logger_time.h"

static void expect_time(const char *text, enum logger_order order, const char *shown)
{
    char got[UTC_TEXT_SIZE];
    int64_t t_us;
    bool is_utc;

    if (!logger_time(text, strlen(text), order, &t_us, &is_utc))
        fail_msg("\"%s\" is not read", text);
    assert_string_equal(utc_format(t_us, got), shown);
    assert_true(is_utc == (strchr(text, 'T') != NULL));
}

static void dates_in_every_order_and_dress(void **state)
{
    (void)state;
    expect_time("2019-11-07 17:30:00", LOGGER_YMD, "2019-11-07T17:30:00Z");
    expect_time("2019-11-07 17:30:59.999999", LOGGER_YMD, "2019-11-07T17:30:59.999999Z");
    expect_time("2019/1/7 7:05", LOGGER_YMD, "2019-01-07T07:05:00Z");
    expect_time("07.11.2019 17:30:00,25", LOGGER_DMY, "2019-11-07T17:30:00.25Z");
    expect_time("07/11/19 17:30", LOGGER_DMY, "2019-11-07T17:30:00Z");
    expect_time("11/07/2019 05:30:00 PM", LOGGER_MDY, "2019-11-07T17:30:00Z");
    expect_time("11/07/2019 12:00 AM", LOGGER_MDY, "2019-11-07T00:00:00Z");
    expect_time("2019年11月7日 下午5:30:15", LOGGER_YMD, "2019-11-07T17:30:15Z");
    expect_time("20191107173015", LOGGER_YMD, "2019-11-07T17:30:15Z");
    expect_time("20191107 1730", LOGGER_YMD, "2019-11-07T17:30:00Z");
    expect_time("07112019 173015", LOGGER_DMY, "2019-11-07T17:30:15Z");
    expect_time("2019-11-07", LOGGER_YMD, "2019-11-07T00:00:00Z");
    expect_time("2019-12-31 24:00", LOGGER_YMD, "2020-01-01T00:00:00Z");
    expect_time("2019-11-07T17:30:00+08:00", LOGGER_YMD, "2019-11-07T09:30:00Z");
    expect_time("2020-02-29 00:00:00.000001", LOGGER_YMD, "2020-02-29T00:00:00.000001Z");
    expect_time("70-01-01 00:00", LOGGER_YMD, "1970-01-01T00:00:00Z");
}

static void what_is_no_time_is_none(void **state)
{
    static const char *const texts[] = {"",
                                        "NAN",
                                        "2019",
                                        "2019-11",
                                        "2019-13-01",
                                        "2019-02-29",
                                        "2019-11-31 00:00",
                                        "2019-11-07 24:01",
                                        "2019-11-07 17:60",
                                        "2019-11-07 17:30:60",
                                        "2019-11-07 17:30:00:25",
                                        "2019-11-07 17:30 PM",
                                        "2019-11-07 0:30 AM",
                                        "Nov 7 2019 17:30",
                                        "20191301",
                                        "2019110717",
                                        "99999999999999999999",
                                        "1969-12-31 23:59",
                                        "2019-11-07 17:30:00.25.5",
                                        "1-2-3-4-5-6-7-8",
                                        "0x20191107"};
    int64_t t_us;
    bool is_utc;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (logger_time(texts[i], strlen(texts[i]), LOGGER_YMD, &t_us, &is_utc))
            fail_msg("\"%s\" is read", texts[i]);
    assert_false(logger_time("2019-11-07\0 17:30", 17, LOGGER_YMD, &t_us, &is_utc));
}

/* Every day of 1970..2100 and back, against the calendar of utc_format. */
static void days_are_those_of_the_calendar(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 131 * 366; day += 13) {
        char text[UTC_TEXT_SIZE];
        int64_t t_us;
        bool is_utc;
        utc_format(day * 86400000000, text);
        text[10] = '\0';
        assert_true(logger_time(text, 10, LOGGER_YMD, &t_us, &is_utc));
        assert_true(t_us == day * 86400000000);
    }
}

static void spreadsheets_count_days(void **state)
{
    int64_t t_us;

    (void)state;
    assert_true(logger_time_of_days(25569, &t_us) && t_us == 0);
    assert_true(logger_time_of_days(43776.7291666667, &t_us)); /* 2019-11-07 17:30 */
    assert_true(t_us == INT64_C(1573147800000000));
    assert_false(logger_time_of_days(25568, &t_us));
    assert_false(logger_time_of_days(NAN, &t_us));
    assert_false(logger_time_of_days(1e300, &t_us));
}

static void any_bytes_are_a_time_or_none(void **state)
{
    static const char likely[] = "0123456789-/.:, TZPMam\xe4\xb8\x8a\xff\0";
    struct chance c = {7};
    int read = 0;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[24];
        size_t n = chance_below(&c, sizeof text);
        int64_t t_us = 0;
        bool is_utc;
        for (size_t k = 0; k < n; k++)
            text[k] = likely[chance_below(&c, i % 2 ? 16 : sizeof likely - 1)];
        read += logger_time(text, n, (enum logger_order)chance_below(&c, 3), &t_us, &is_utc);
        assert_true(t_us >= -INT64_C(86400000000) && t_us < INT64_C(253402300800000000));
    }
    assert_true(read > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_in_every_order_and_dress), cmocka_unit_test(what_is_no_time_is_none),
        cmocka_unit_test(days_are_those_of_the_calendar), cmocka_unit_test(spreadsheets_count_days),
        cmocka_unit_test(any_bytes_are_a_time_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
