#include "shikumen/base/utc.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/base/clock.h"

#define S_PER_DAY     86400
#define YEAR_1_US     (-62135596800LL * US_PER_S) /* 0001-01-01T00:00:00Z */
#define YEAR_10000_US (253402300800LL * US_PER_S) /* 10000-01-01T00:00:00Z */

struct date {
    int year, month, day;
};

/* Days since 1970-01-01 of a Gregorian date and back: H. Hinnant, "chrono-compatible low-level
 * date algorithms", days_from_civil and civil_from_days. Years 0..9999 here. */
static int64_t days_from_date(struct date d)
{
    int year = d.month <= 2 ? d.year - 1 : d.year;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (int64_t)era * 146097 + day_of_era - 719468;
}

static struct date date_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = (int)(z - era * 146097);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    int month = mp < 10 ? mp + 3 : mp - 9;

    return (struct date){
        .year = yoe + (int)era * 400 + (month <= 2),
        .month = month,
        .day = doy - (153 * mp + 2) / 5 + 1,
    };
}

int64_t utc_day(int year, int month, int day)
{
    return days_from_date((struct date){year, month, day});
}

int utc_year(int64_t day)
{
    return date_from_days(day).year;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Writes value in width digits; returns the place behind. */
static char *put_digits(char *p, int width, int value)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + width;
}

static char *put_fraction(char *p, int us)
{
    if (us == 0)
        return p;
    *p++ = '.';
    p = put_digits(p, 6, us);
    while (p[-1] == '0')
        p--;
    return p;
}

const char *utc_format(int64_t t_us, char text[UTC_TEXT_SIZE])
{
    int64_t days = t_us / US_PER_DAY;
    int64_t rest_us = t_us % US_PER_DAY;
    struct date d;
    int second;
    char *p = text;

    if (t_us < YEAR_1_US || t_us >= YEAR_10000_US)
        return strcpy(text, "invalid");
    if (rest_us < 0) {
        rest_us += US_PER_DAY;
        days--;
    }
    d = date_from_days(days);
    second = (int)(rest_us / US_PER_S);
    p = put_digits(p, 4, d.year);
    *p++ = '-';
    p = put_digits(p, 2, d.month);
    *p++ = '-';
    p = put_digits(p, 2, d.day);
    *p++ = 'T';
    p = put_digits(p, 2, second / 3600);
    *p++ = ':';
    p = put_digits(p, 2, second / 60 % 60);
    *p++ = ':';
    p = put_digits(p, 2, second % 60);
    p = put_fraction(p, (int)(rest_us % US_PER_S));
    *p++ = 'Z';
    *p = '\0';
    return text;
}

/* What is left to read. The take functions advance over what they accept, else return false. */
struct cursor {
    const char *p;
};

static bool take(struct cursor *c, char wanted)
{
    if (*c->p != wanted)
        return false;
    c->p++;
    return true;
}

static bool take_digits(struct cursor *c, int width, int low, int high, int *value)
{
    int v = 0;

    for (int i = 0; i < width; i++, c->p++) {
        if (*c->p < '0' || *c->p > '9')
            return false;
        v = v * 10 + (*c->p - '0');
    }
    *value = v;
    return v >= low && v <= high;
}

static bool take_date(struct cursor *c, struct date *d)
{
    return take_digits(c, 4, 0, 9999, &d->year) && take(c, '-') &&
           take_digits(c, 2, 1, 12, &d->month) && take(c, '-') &&
           take_digits(c, 2, 1, days_in_month(d->year, d->month), &d->day);
}

static bool take_time(struct cursor *c, int *second_of_day, bool *leap)
{
    int hour, minute, second;

    if (!take_digits(c, 2, 0, 23, &hour) || !take(c, ':') || !take_digits(c, 2, 0, 59, &minute) ||
        !take(c, ':') || !take_digits(c, 2, 0, 60, &second))
        return false;
    *second_of_day = hour * 3600 + minute * 60 + second;
    *leap = second == 60;
    return true;
}

static bool take_fraction(struct cursor *c, int *us)
{
    int unit = 100000;

    *us = 0;
    if (!take(c, '.'))
        return true;
    if (*c->p < '0' || *c->p > '9')
        return false;
    for (; *c->p >= '0' && *c->p <= '9'; c->p++, unit /= 10)
        *us += unit * (*c->p - '0');
    return true;
}

static bool take_offset(struct cursor *c, int *offset_s)
{
    int sign, hour, minute;

    *offset_s = 0;
    if (take(c, 'Z') || take(c, 'z'))
        return true;
    sign = *c->p == '-' ? -1 : 1;
    if (!take(c, '+') && !take(c, '-'))
        return false;
    if (!take_digits(c, 2, 0, 23, &hour) || !take(c, ':') || !take_digits(c, 2, 0, 59, &minute))
        return false;
    *offset_s = sign * (hour * 3600 + minute * 60);
    return true;
}

static bool take_clock(struct cursor *c, int64_t *s, int *us)
{
    int second_of_day, offset_s;
    bool leap;

    if (!take(c, 'T') && !take(c, 't') && !take(c, ' '))
        return false;
    if (!take_time(c, &second_of_day, &leap) || !take_fraction(c, us) || !take_offset(c, &offset_s))
        return false;
    *s += second_of_day - offset_s;
    return !leap || *s % S_PER_DAY == 0;
}

enum err utc_parse(const char *text, int64_t *t_us)
{
    struct cursor c = {text};
    struct date d;
    int64_t s, t;
    int us = 0;

    if (!take_date(&c, &d))
        return ERR_PARSE;
    s = days_from_date(d) * S_PER_DAY;
    if (*c.p && !take_clock(&c, &s, &us))
        return ERR_PARSE;
    t = s * US_PER_S + us;
    if (*c.p || t < YEAR_1_US || t >= YEAR_10000_US)
        return ERR_PARSE;
    *t_us = t;
    return ERR_OK;
}
