#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

static int64_t parsed(const char *text)
{
    int64_t t_us = INT64_MIN;

    if (utc_parse(text, &t_us) != ERR_OK)
        fail_msg("not read: %s", text);
    return t_us;
}

static void assert_reads_as(const char *text, const char *expected)
{
    char buffer[UTC_TEXT_SIZE];

    assert_string_equal(utc_format(parsed(text), buffer), expected);
}

/* RFC 3339 section 5.8, all five examples. */
static void test_examples_of_rfc_3339(void **state)
{
    (void)state;
    assert_int_equal(parsed("1985-04-12T23:20:50.52Z"), 482196050520000);
    assert_reads_as("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.52Z");
    assert_reads_as("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z");
    assert_reads_as("1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z");
    assert_reads_as("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z");
    assert_reads_as("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.87Z");
}

static void test_known_seconds(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parsed("1969-12-31T23:59:59.999999Z"), -1);
    assert_int_equal(parsed("2000-02-29T00:00:00Z"), 951782400 * US_PER_S);
    assert_int_equal(parsed("2038-01-19T03:14:08Z"), 2147483648 * US_PER_S);
    assert_int_equal(parsed("2026-11-22"), 1795305600 * US_PER_S);
}

static void test_lenient_forms(void **state)
{
    (void)state;
    assert_reads_as("2026-11-22t08:00:00z", "2026-11-22T08:00:00Z");
    assert_reads_as("2026-11-22 08:00:00Z", "2026-11-22T08:00:00Z");
    assert_reads_as("2026-11-22T08:00:00-00:00", "2026-11-22T08:00:00Z");
    assert_reads_as("2026-11-22T08:00:00+08:00", "2026-11-22T00:00:00Z");
    assert_reads_as("2026-11-22T08:00:00+23:59", "2026-11-21T08:01:00Z");
    assert_reads_as("2026-11-22", "2026-11-22T00:00:00Z");
}

static void test_fractions(void **state)
{
    char text[UTC_TEXT_SIZE];

    (void)state;
    assert_string_equal(utc_format(1, text), "1970-01-01T00:00:00.000001Z");
    assert_string_equal(utc_format(-1, text), "1969-12-31T23:59:59.999999Z");
    assert_string_equal(utc_format(500000, text), "1970-01-01T00:00:00.5Z");
    assert_string_equal(utc_format(1000000, text), "1970-01-01T00:00:01Z");
    assert_int_equal(parsed("1970-01-01T00:00:00.1Z"), 100000);
    assert_int_equal(parsed("1970-01-01T00:00:00.1234569999Z"), 123456);
    assert_int_equal(parsed("1970-01-01T00:00:00.000000999999999999999999999999999Z"), 0);
    assert_reads_as("2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.25Z");
}

static void test_years_outside_are_invalid(void **state)
{
    char text[UTC_TEXT_SIZE];
    int64_t first = parsed("0001-01-01T00:00:00Z");
    int64_t last = parsed("9999-12-31T23:59:59.999999Z");

    (void)state;
    assert_string_equal(utc_format(first, text), "0001-01-01T00:00:00Z");
    assert_string_equal(utc_format(last, text), "9999-12-31T23:59:59.999999Z");
    assert_string_equal(utc_format(first - 1, text), "invalid");
    assert_string_equal(utc_format(last + 1, text), "invalid");
    assert_string_equal(utc_format(INT64_MIN, text), "invalid");
    assert_string_equal(utc_format(INT64_MAX, text), "invalid");
}

/* Every day of years 1 to 9999 against the C library's proleptic Gregorian calendar. */
static void test_every_day_agrees_with_gmtime(void **state)
{
    int64_t first = parsed("0001-01-01") / US_PER_DAY;
    int64_t last = parsed("9999-12-31") / US_PER_DAY;

    (void)state;
    assert_int_equal(last - first + 1, 3652059);
    for (int64_t day = first; day <= last; day++) {
        char text[UTC_TEXT_SIZE];
        time_t s = (time_t)(day * 86400);
        struct tm tm;
        int64_t back;

        gmtime_r(&s, &tm);
        utc_format(day * US_PER_DAY, text);
        if ((text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0' !=
                tm.tm_year + 1900 ||
            (text[5] - '0') * 10 + text[6] - '0' != tm.tm_mon + 1 ||
            (text[8] - '0') * 10 + text[9] - '0' != tm.tm_mday ||
            strcmp(text + 10, "T00:00:00Z") != 0)
            fail_msg("day %lld is not %s", (long long)day, text);
        if (utc_parse(text, &back) != ERR_OK || back != day * US_PER_DAY)
            fail_msg("%s is not read back", text);
    }
}

static void test_random_times_survive_the_round_trip(void **state)
{
    uint64_t random = 20261122;
    const int64_t low = parsed("0001-01-01");
    const uint64_t span = (uint64_t)(parsed("9999-12-31") - low);

    (void)state;
    for (int i = 0; i < 300000; i++) {
        char text[UTC_TEXT_SIZE];
        int64_t t_us;

        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        t_us = low + (int64_t)((random ^ random >> 31) % span);
        assert_int_equal(parsed(utc_format(t_us, text)), t_us);
    }
}

static void test_malformed_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11",
        "2026-11-2",
        "2026-11-22T",
        "2026-11-22T08",
        "2026-11-22T08:00",
        "2026-11-22T08:00Z",
        "2026-11-22T08:00:00",
        "2026-11-22T08:00:00.Z",
        "2026-11-22T08:00:00.5",
        "2026-11-22T08:00:00,5Z",
        "2026-11-22T08:00:00Z ",
        " 2026-11-22T08:00:00Z",
        "2026-11-22T08:00:00ZZ",
        "2026-11-22_08:00:00Z",
        "2026-11-22Z",
        "2026-11-22 ",
        "2026/11/22T08:00:00Z",
        "20261122T080000Z",
        "2026-00-22T08:00:00Z",
        "2026-13-22T08:00:00Z",
        "2026-11-00T08:00:00Z",
        "2026-11-31T08:00:00Z",
        "2026-02-29T08:00:00Z",
        "1900-02-29T08:00:00Z",
        "2100-02-29T08:00:00Z",
        "2024-02-30T08:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T08:60:00Z",
        "2026-11-22T08:00:61Z",
        "2026-11-22T08:00:60Z",
        "2016-12-31T23:59:60+08:00",
        "2026-11-22T08:00:00+8:00",
        "2026-11-22T08:00:00+0800",
        "2026-11-22T08:00:00+08",
        "2026-11-22T08:00:00+24:00",
        "2026-11-22T08:00:00+08:60",
        "2026-11-22T08:00:00*08:00",
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "-026-11-22T08:00:00Z",
        "+2026-11-22T08:00:00Z",
        "2026-11-22T08:-1:00Z",
        "1763798400",
        "now",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t t_us = 42;
        if (utc_parse(bad[i], &t_us) != ERR_PARSE)
            fail_msg("accepted: \"%s\"", bad[i]);
        assert_int_equal(t_us, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_of_rfc_3339),
        cmocka_unit_test(test_known_seconds),
        cmocka_unit_test(test_lenient_forms),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_years_outside_are_invalid),
        cmocka_unit_test(test_every_day_agrees_with_gmtime),
        cmocka_unit_test(test_random_times_survive_the_round_trip),
        cmocka_unit_test(test_malformed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
