#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/retry.h"

#define NOW_US (1763798400 * US_PER_S) /* 2025-11-22T08:00:00Z */

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 32);
}

static struct delivery_verdict judge(int status, int64_t retry_after_s, int attempts,
                                     uint32_t random)
{
    struct delivery_attempt a = {.http_status = status,
                                 .retry_after_s = retry_after_s,
                                 .attempts = attempts,
                                 .first_try_us = NOW_US,
                                 .now_us = NOW_US,
                                 .random = random};

    return retry_judge(&a);
}

static enum delivery_outcome expected(int status)
{
    if (status >= 200 && status < 300)
        return DELIVERY_DONE;
    if (status == 408 || status == 425 || status == 429)
        return DELIVERY_RETRY;
    return status >= 400 && status < 500 ? DELIVERY_PARK : DELIVERY_RETRY;
}

static void test_every_status(void **state)
{
    (void)state;
    for (int status = 0; status < 700; status++)
        assert_int_equal(judge(status, -1, 1, 0).outcome, expected(status));
    assert_int_equal(judge(410, 60, 1, 0).outcome, DELIVERY_PARK);
}

static void test_delays_double_within_jitter(void **state)
{
    uint64_t seed = 7;
    int64_t nominal_s = 1;

    (void)state;
    for (int attempts = 1; attempts < 40; attempts++) {
        int64_t nominal_us = (nominal_s < 3600 ? nominal_s : 3600) * US_PER_S;
        int64_t least_us = INT64_MAX, most_us = 0;

        for (int i = 0; i < 2000; i++) {
            int64_t wait_us = judge(503, -1, attempts, next_random(&seed)).due_us - NOW_US;
            least_us = wait_us < least_us ? wait_us : least_us;
            most_us = wait_us > most_us ? wait_us : most_us;
        }
        assert_in_range(least_us, nominal_us * 80 / 100, nominal_us * 82 / 100);
        assert_in_range(most_us, nominal_us * 118 / 100, nominal_us * 120 / 100);
        nominal_s = nominal_s < 3600 ? 2 * nominal_s : nominal_s;
    }
    assert_int_equal(judge(0, -1, 1, 0).due_us - NOW_US, 800000);
    assert_int_equal(judge(0, -1, 1, UINT32_MAX).due_us - NOW_US, 1200000);
    assert_in_range(judge(0, -1, INT32_MAX, 0).due_us - NOW_US, 2880 * US_PER_S, 2880 * US_PER_S);
}

static void test_retry_after_is_kept(void **state)
{
    static const int statuses[] = {0, 301, 408, 425, 429, 500, 503};
    uint64_t seed = 11;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t asked_s = next_random(&seed) % 100000;
        int64_t kept_s = asked_s < 86400 ? asked_s : 86400;
        struct delivery_verdict v = judge(statuses[i % 7], asked_s, 1 + i % 30, next_random(&seed));

        assert_int_equal(v.outcome, DELIVERY_RETRY);
        assert_true(v.due_us >= NOW_US + kept_s * US_PER_S);
        assert_true(v.due_us <= NOW_US + 86400 * US_PER_S);
    }
    assert_int_equal(judge(503, INT64_MAX, 1, 0).due_us - NOW_US, 86400 * US_PER_S);
    assert_int_equal(judge(503, INT64_MIN, 1, 0).due_us - NOW_US, 800000);
}

/* A receiver that never answers: when does the last attempt happen, and after how many? */
static int64_t given_up_after_us(uint64_t seed, int64_t retry_after_s, int *attempts)
{
    struct delivery_attempt a = {.http_status = 503,
                                 .retry_after_s = retry_after_s,
                                 .first_try_us = NOW_US,
                                 .now_us = NOW_US};
    struct delivery_verdict v;

    for (;;) {
        a.attempts++;
        a.random = next_random(&seed);
        v = retry_judge(&a);
        if (v.outcome != DELIVERY_RETRY)
            break;
        assert_true(v.due_us > a.now_us);
        a.now_us = v.due_us;
    }
    assert_int_equal(v.outcome, DELIVERY_PARK);
    *attempts = a.attempts;
    return a.now_us - NOW_US;
}

static void test_tries_for_72_hours(void **state)
{
    int attempts;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        int64_t after_us = given_up_after_us(seed, -1, &attempts);
        assert_true(after_us >= 72 * US_PER_HOUR);
        assert_true(after_us <= 74 * US_PER_HOUR);
        assert_in_range(attempts, 60, 110);
    }
    assert_true(given_up_after_us(1, 86400, &attempts) >= 72 * US_PER_HOUR);
    assert_int_equal(attempts, 4);
}

static void test_clock_set_back(void **state)
{
    struct delivery_attempt a = {.http_status = 0,
                                 .retry_after_s = -1,
                                 .attempts = 3,
                                 .first_try_us = NOW_US,
                                 .now_us = NOW_US - 90 * US_PER_DAY};

    (void)state;
    assert_int_equal(retry_judge(&a).outcome, DELIVERY_RETRY);
}

/* The date of the examples in RFC 9110 sections 5.6.7 and 10.2.3. */
static void test_retry_after_forms(void **state)
{
    int64_t now_us;

    (void)state;
    assert_int_equal(utc_parse("1994-11-06T08:47:37Z", &now_us), ERR_OK);
    assert_int_equal(retry_after_parse("120", now_us), 120);
    assert_int_equal(retry_after_parse("0", now_us), 0);
    assert_int_equal(retry_after_parse("Sun, 06 Nov 1994 08:49:37 GMT", now_us), 120);
    assert_int_equal(retry_after_parse("Sunday, 06-Nov-94 08:49:37 GMT", now_us), 120);
    assert_int_equal(retry_after_parse("Sun Nov  6 08:49:37 1994", now_us), 120);
    assert_int_equal(retry_after_parse("Fri, 31 Dec 1999 23:59:59 GMT", now_us), 162573142);
    assert_int_equal(retry_after_parse("Sun, 06 Nov 1994 08:49:37 GMT", now_us + 1), 120);
    assert_int_equal(retry_after_parse("Sun, 06 Nov 1994 08:49:37 GMT", now_us + US_PER_DAY), 0);
    assert_true(retry_after_parse("99999999999999999999999999", now_us) >= 86400);
}

/* "More than 50 years in the future" is the past century (RFC 9110 section 5.6.7). */
static void test_two_digit_years(void **state)
{
    int64_t in_2026_us, in_2099_us;

    (void)state;
    assert_int_equal(utc_parse("2026-01-01", &in_2026_us), ERR_OK);
    assert_int_equal(utc_parse("2099-01-01", &in_2099_us), ERR_OK);
    assert_int_equal(retry_after_parse("Friday, 02-Jan-26 00:00:00 GMT", in_2026_us), 86400);
    assert_int_equal(retry_after_parse("Friday, 02-Jan-77 00:00:00 GMT", in_2026_us), 0);
    assert_true(retry_after_parse("Friday, 02-Jan-76 00:00:00 GMT", in_2026_us) > 49 * 365 * 86400);
    assert_int_equal(retry_after_parse("Friday, 01-Jan-00 00:00:00 GMT", in_2099_us), 365 * 86400);
}

static void test_retry_after_neither(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "-1",
        "+5",
        "3.5",
        "12s",
        "soon",
        "0x10",
        "1e3",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 JanFeb 1994 08:49:37 GMT",
        "Sun Nov  6 08:49:37",
        "Sunday, 06-Nov-94 08:60:37 GMT",
        "1994-11-06T08:49:37Z",
        "%s%n%d",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(retry_after_parse(bad[i], NOW_US), -1);
}

/* Mutated dates: never a crash, never a negative wait but the -1 of "neither". */
static void test_retry_after_hostile(void **state)
{
    static const char start[] = "Sunday, 06-Nov-94 08:49:37 GMT";
    uint64_t seed = 5;

    (void)state;
    for (int i = 0; i < 50000; i++) {
        char text[sizeof start];
        for (size_t j = 0; j < sizeof start; j++)
            text[j] = start[j];
        for (int k = 0; k < 3; k++)
            text[next_random(&seed) % (sizeof start - 1)] = (char)(next_random(&seed) & 0xff);
        assert_true(retry_after_parse(text, NOW_US) >= -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status),
        cmocka_unit_test(test_delays_double_within_jitter),
        cmocka_unit_test(test_retry_after_is_kept),
        cmocka_unit_test(test_tries_for_72_hours),
        cmocka_unit_test(test_clock_set_back),
        cmocka_unit_test(test_retry_after_forms),
        cmocka_unit_test(test_two_digit_years),
        cmocka_unit_test(test_retry_after_neither),
        cmocka_unit_test(test_retry_after_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
