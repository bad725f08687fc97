#include "reading_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eight_bytes.h"
#include "shikumen/base/utc.h"

#define US_PER_SECOND   1000000LL
#define SECONDS_PER_DAY 86400

/* --- numbers --- */

#define EXACT_DIGITS  15 /* below 2^53 */
#define EXACT_POWER   22 /* 10^22 is the last power of ten that a double holds */
#define NUMBER_LENGTH 63

/* W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990: with both exact, one
 * operation rounds once. */
static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A number as its digits stand. */
struct digits {
    const char *begin, *end;
    uint64_t mantissa;
    int count;    /* digits in the mantissa, leading zeros left out */
    int exponent; /* of ten */
    bool negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *take_digits(const char *p, const char *end, struct digits *d)
{
    for (; p < end && is_digit(*p); p++) {
        if (d->count < 18)
            d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
        d->count += d->count > 0 || *p != '0';
    }
    return p;
}

static const char *take_exponent(const char *p, const char *end, int *exponent)
{
    bool negative = p < end && *p == '-';
    int value = 0;

    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return NULL;
    for (; p < end && is_digit(*p); p++)
        value = value < 10000 ? value * 10 + (*p - '0') : value;
    *exponent += negative ? -value : value;
    return p;
}

static bool take_number(const char *p, const char *end, struct digits *d)
{
    *d = (struct digits){.begin = p, .negative = p < end && *p == '-'};
    p += d->negative;
    if (p == end || !is_digit(*p) || (*p == '0' && p + 1 < end && is_digit(p[1])))
        return false;
    p = take_digits(p, end, d);
    if (p < end && *p == '.') {
        const char *fraction = p + 1;
        p = take_digits(fraction, end, d);
        if (p == fraction)
            return false;
        d->exponent = (int)-(p - fraction);
    }
    if (p < end && (*p == 'e' || *p == 'E'))
        p = take_exponent(p + 1, end, &d->exponent);
    d->end = p;
    return p != NULL;
}

static double exactly(const struct digits *d)
{
    double v = (double)d->mantissa;

    v = d->exponent < 0 ? v / powers[-d->exponent] : v * powers[d->exponent];
    return d->negative ? -v : v;
}

bool scan_number(const char **p, const char *end, double *value)
{
    struct digits d;
    char text[NUMBER_LENGTH + 1];
    size_t n;

    if (end - *p > NUMBER_LENGTH)
        end = *p + NUMBER_LENGTH; /* one that long is left to the slow way */
    if (!take_number(*p, end, &d) || d.end - d.begin == NUMBER_LENGTH)
        return false;
    *p = d.end;
    if (d.count <= EXACT_DIGITS && d.exponent >= -EXACT_POWER && d.exponent <= EXACT_POWER) {
        *value = exactly(&d);
        return true;
    }
    n = (size_t)(d.end - d.begin);
    memcpy(text, d.begin, n);
    text[n] = '\0';
    *value = strtod(text, NULL);
    return isfinite(*value);
}

/* --- times --- */

/* Days from 1970-01-01, as in base/utc.c; day at most 28, so that every month has it. */
static int64_t days_of(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400, year_of_era = y % 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return (int64_t)era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - 719468;
}

/* Eight characters against a pattern of zeros, for which any digit may stand, and characters that
 * must. Byte i becomes the number that the digits i and i + 1 make. */
static bool take_eight(const char *p, const char pattern[9], uint64_t *numbers)
{
    uint64_t wanted = eight_at(pattern), x = eight_at(p) ^ wanted;
    uint64_t is_digit_at = zero_bytes(wanted ^ EACH_BYTE('0')) >> 7; /* 1 in those bytes */
    uint64_t beyond = EACH_BYTE(0x7fU) - 9 * is_digit_at; /* carries 10 of a digit, 1 of others */

    *numbers = 10 * x + (x >> 8);
    return ((x | (x + beyond)) & EACH_BYTE(0x80U)) == 0;
}

static int number_at(uint64_t numbers, int byte)
{
    return (int)(numbers >> 8 * byte & 0xff);
}

/* "2026-11-22T08:00:00Z" alone, days 29 to 31 and whatever is unusual left out. */
static bool usual_time(const char *p, int64_t *t_us)
{
    uint64_t date, time, end;
    int year, month, day, hour, minute, second;

    if (!take_eight(p, "0000-00-", &date) || !take_eight(p + 8, "00T00:00", &time) ||
        !take_eight(p + 12, "0:00:00Z", &end))
        return false;
    year = number_at(date, 0) * 100 + number_at(date, 2);
    month = number_at(date, 5);
    day = number_at(time, 0);
    hour = number_at(time, 3);
    minute = number_at(time, 6);
    second = number_at(end, 5);
    if (year < 100 || month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    *t_us = (days_of(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second) *
            US_PER_SECOND;
    return true;
}

bool scan_time(const char *text, size_t n, int64_t *t_us)
{
    char copy[UTC_TEXT_SIZE + 24];

    if (n == 20 && usual_time(text, t_us))
        return true;
    if (n >= sizeof copy || memchr(text, '\0', n))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return utc_parse(copy, t_us) == ERR_OK;
}
