#include "shikumen/core/retry.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

#define FIRST_DELAY_US    US_PER_S
#define LONGEST_DELAY_US  US_PER_HOUR
#define RETRY_AFTER_MAX_S 86400

static bool delivered(int status)
{
    return status >= 200 && status < 300;
}

/* The receiver understood and will not change its mind. */
static bool refused_for_good(int status)
{
    return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

static int64_t delay_us(int attempts)
{
    int64_t delay = FIRST_DELAY_US;

    for (int i = 1; i < attempts && delay < LONGEST_DELAY_US; i++)
        delay *= 2;
    return delay < LONGEST_DELAY_US ? delay : LONGEST_DELAY_US;
}

/* delay times 0.8 to 1.2. */
static int64_t with_jitter(int64_t delay, uint32_t random)
{
    int64_t fifth = delay / 5;

    return delay - fifth + (int64_t)((uint64_t)(2 * fifth) * random / UINT32_MAX);
}

struct delivery_verdict retry_judge(const struct delivery_attempt *a)
{
    struct delivery_verdict v = {.outcome = DELIVERY_RETRY};
    int64_t asked_s = a->retry_after_s < RETRY_AFTER_MAX_S ? a->retry_after_s : RETRY_AFTER_MAX_S;
    int64_t wait_us = with_jitter(delay_us(a->attempts), a->random);

    if (delivered(a->http_status)) {
        v.outcome = DELIVERY_DONE;
        return v;
    }
    if (refused_for_good(a->http_status) || a->now_us - a->first_try_us >= RETRY_FOR_AT_LEAST_US) {
        v.outcome = DELIVERY_PARK;
        return v;
    }
    if (asked_s > 0 && wait_us < asked_s * US_PER_S)
        wait_us = asked_s * US_PER_S;
    v.due_us = a->now_us + wait_us;
    return v;
}

/* Delay seconds, saturating far beyond any use; -1 when text is not digits only. */
static int64_t parse_seconds(const char *text)
{
    int64_t s = 0;

    if (!*text)
        return -1;
    for (; *text >= '0' && *text <= '9'; text++)
        if (s < INT32_MAX)
            s = s * 10 + (*text - '0');
    return *text ? -1 : s;
}

struct http_date {
    char weekday[10], month[4];
    int day, year, hour, minute, second;
    bool short_year;
};

/* The three forms of RFC 9110 section 5.6.7. sscanf stops at what does not fit, so that n stays 0
 * unless all of the form was read. */
static bool scan_date(const char *text, struct http_date *d)
{
    int n = 0;

    *d = (struct http_date){0};
    if (sscanf(text, "%3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", d->weekday, &d->day,
               d->month, &d->year, &d->hour, &d->minute, &d->second, &n) == 7 &&
        n > 0 && !text[n])
        return true;
    n = 0;
    d->short_year = true;
    if (sscanf(text, "%9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", d->weekday, &d->day,
               d->month, &d->year, &d->hour, &d->minute, &d->second, &n) == 7 &&
        n > 0 && !text[n])
        return true;
    n = 0;
    d->short_year = false;
    return sscanf(text, "%3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", d->weekday, d->month,
                  &d->day, &d->hour, &d->minute, &d->second, &d->year, &n) == 7 &&
           n > 0 && !text[n];
}

/* 1..12, 0 when name is none. */
static int month_number(const char *name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int i = 0; i < 12; i++)
        if (strlen(name) == 3 && strncmp(name, months + 3 * i, 3) == 0)
            return i + 1;
    return 0;
}

static bool date_us(const struct http_date *d, int64_t *t_us)
{
    char text[80];

    if (d->day < 0 || d->year < 0 || d->hour < 0 || d->minute < 0 || d->second < 0)
        return false;
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", d->year, month_number(d->month),
             d->day, d->hour, d->minute, d->second);
    return utc_parse(text, t_us) == ERR_OK;
}

/* A two-digit year is the one nearest below fifty years from now (RFC 9110 section 5.6.7). */
static int full_year(int two_digits, int64_t now_us)
{
    char now[UTC_TEXT_SIZE];
    int this_year = 0, year;

    if (sscanf(utc_format(now_us, now), "%4d", &this_year) != 1)
        this_year = 1970;
    year = this_year - this_year % 100 + two_digits;
    if (year > this_year + 50)
        year -= 100;
    else if (year <= this_year - 50)
        year += 100;
    return year;
}

int64_t retry_after_parse(const char *text, int64_t now_us)
{
    int64_t seconds = parse_seconds(text);
    struct http_date d;
    int64_t t_us;

    if (seconds >= 0)
        return seconds;
    if (!scan_date(text, &d))
        return -1;
    if (d.short_year)
        d.year = full_year(d.year, now_us);
    if (!date_us(&d, &t_us))
        return -1;
    return t_us <= now_us ? 0 : (t_us - now_us + US_PER_S - 1) / US_PER_S;
}
