#include "zone_rule.h"

#include <string.h>

#include "shikumen/base/utc.h"

#define S_PER_DAY      INT64_C(86400)
#define CYCLE_S        (146097 * S_PER_DAY) /* 400 years: a whole number of weeks, too */
#define YEARS          5                    /* looked at: two before, the year itself, two after */
#define CHANGES        (2 * YEARS)
#define OFFSET_MAX_H   24
#define TIME_MAX_H     167
#define DEFAULT_TIME_S (2 * 3600)

/* --- what it says --- */

struct change {
    int64_t at_s;
    int32_t offset_s;
};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t day_of(const struct zone_day *d, int year)
{
    int64_t first = utc_day(year, 1, 1), day;
    int month = d->month;

    if (d->kind == ZONE_DAY_OF_YEAR)
        return first + d->day;
    if (d->kind == ZONE_DAY_JULIAN)
        return first + d->day - 1 + (d->day >= 60 && is_leap(year)); /* 60: 1 March */
    first = utc_day(year, month, 1);
    day = first + (d->day - (first + 4) % 7 + 7) % 7 + 7 * (d->week - 1); /* 1970-01-01: Thursday */
    while (day >= (month == 12 ? utc_day(year + 1, 1, 1) : utc_day(year, month + 1, 1)))
        day -= 7;
    return day;
}

/* Changes of the years about t_s in order; of two at the same moment the beginning comes last, so
 * that summer time which lasts the whole year never ends. */
static void changes_about(const struct zone_rule *r, int64_t t_s, struct change c[CHANGES])
{
    int year = utc_year(t_s / S_PER_DAY);

    for (int i = 0; i < YEARS; i++) {
        int y = year - YEARS / 2 + i;
        c[2 * i] = (struct change){day_of(&r->ends, y) * S_PER_DAY + r->ends.time_s - r->summer_s,
                                   r->standard_s};
        c[2 * i + 1] = (struct change){
            day_of(&r->begins, y) * S_PER_DAY + r->begins.time_s - r->standard_s, r->summer_s};
    }
    for (int i = 1; i < CHANGES; i++)
        for (int k = i; k > 0 && (c[k].at_s < c[k - 1].at_s ||
                                  (c[k].at_s == c[k - 1].at_s && c[k].offset_s == r->standard_s &&
                                   c[k - 1].offset_s == r->summer_s));
             k--) {
            struct change other = c[k];
            c[k] = c[k - 1];
            c[k - 1] = other;
        }
}

/* t_s in the 400 years from 2000 on, as the calendar repeats. */
static int64_t in_cycle(int64_t t_s)
{
    int64_t rest = t_s % CYCLE_S;

    return (rest < 0 ? rest + CYCLE_S : rest) + CYCLE_S;
}

int32_t zone_rule_offset_s(const struct zone_rule *r, int64_t t_s)
{
    struct change c[CHANGES];
    int32_t offset_s;

    if (!r->summer)
        return r->standard_s;
    t_s = in_cycle(t_s);
    changes_about(r, t_s, c);
    offset_s = c[0].offset_s;
    for (int i = 0; i < CHANGES && c[i].at_s <= t_s; i++)
        offset_s = c[i].offset_s;
    return offset_s;
}

bool zone_rule_after(const struct zone_rule *r, int64_t t_s, int64_t *at_s)
{
    struct change c[CHANGES];
    int64_t t = in_cycle(t_s);

    if (!r->summer)
        return false;
    changes_about(r, t, c);
    for (int i = 0; i < CHANGES; i++)
        if (c[i].at_s > t) {
            *at_s = t_s + (c[i].at_s - t);
            return true;
        }
    return false;
}

/* --- how it is written --- */

struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *c, char wanted)
{
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_number(struct cursor *c, int low, int high, int *out)
{
    const char *from = c->at;
    int n = 0;

    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - from < 3; c->at++)
        n = n * 10 + (*c->at - '0');
    *out = n;
    return c->at > from && n >= low && n <= high;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "CET" or "<+08>"; which name it is tells nothing. */
static bool take_name(struct cursor *c)
{
    bool quoted = take(c, '<');
    const char *from = c->at;

    while (c->at < c->end &&
           (is_letter(*c->at) || (quoted && strchr("+-0123456789", *c->at) && *c->at)))
        c->at++;
    return c->at - from >= 3 && (!quoted || take(c, '>'));
}

/* [+-]h[h][:mm[:ss]] */
static bool take_time(struct cursor *c, int most_h, int32_t *s)
{
    bool negative = take(c, '-');
    int hour, minute = 0, second = 0;

    if (!negative)
        take(c, '+');
    if (!take_number(c, 0, most_h, &hour))
        return false;
    if (take(c, ':') &&
        (!take_number(c, 0, 59, &minute) || (take(c, ':') && !take_number(c, 0, 59, &second))))
        return false;
    *s = (int32_t)(hour * 3600 + minute * 60 + second) * (negative ? -1 : 1);
    return true;
}

/* ",M3.5.0/2", ",J60", ",59" */
static bool take_day(struct cursor *c, struct zone_day *d)
{
    bool sound;

    *d = (struct zone_day){.time_s = DEFAULT_TIME_S};
    if (!take(c, ','))
        return false;
    if (take(c, 'M')) {
        d->kind = ZONE_DAY_OF_MONTH;
        sound = take_number(c, 1, 12, &d->month) && take(c, '.') &&
                take_number(c, 1, 5, &d->week) && take(c, '.') && take_number(c, 0, 6, &d->day);
    } else if (take(c, 'J')) {
        d->kind = ZONE_DAY_JULIAN;
        sound = take_number(c, 1, 365, &d->day);
    } else {
        d->kind = ZONE_DAY_OF_YEAR;
        sound = take_number(c, 0, 365, &d->day);
    }
    return sound && (!take(c, '/') || take_time(c, TIME_MAX_H, &d->time_s));
}

static bool take_rule(struct cursor *c, struct zone_rule *r)
{
    int32_t west_s;

    if (!take_name(c) || !take_time(c, OFFSET_MAX_H, &west_s))
        return false;
    r->standard_s = -west_s;
    if (c->at == c->end)
        return true;
    r->summer = true;
    r->summer_s = r->standard_s + 3600;
    if (!take_name(c))
        return false;
    if (c->at < c->end && *c->at != ',') {
        if (!take_time(c, OFFSET_MAX_H, &west_s))
            return false;
        r->summer_s = -west_s;
    }
    return take_day(c, &r->begins) && take_day(c, &r->ends) && c->at == c->end;
}

enum err zone_rule_parse(const char *text, size_t n, struct zone_rule *out)
{
    struct cursor c = {text, text + n};
    struct zone_rule r = {.given = true};

    *out = (struct zone_rule){0};
    if (n == 0)
        return ERR_OK;
    if (!take_rule(&c, &r))
        return ERR_PARSE;
    *out = r;
    return ERR_OK;
}
