#include "shikumen/core/logger_time.h"

#include <math.h>
#include <string.h>

#include "shikumen/base/utc.h"

#define GROUPS_MAX 7 /* date, time, fraction */
#define US         INT64_C(1000000)
#define DAY_US     (86400 * US)
#define TEXT_MAX   64
#define EPOCH_DAYS 25569.0 /* 1970-01-01 as a spreadsheet counts */
#define LAST_DAYS  109575.0

/* A run of digits and the byte before it. */
struct group {
    const char *at;
    size_t len;
    char before;
};

struct moment {
    int year, month, day, hour, minute, second;
    int64_t fraction_us;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int number(const char *at, size_t len)
{
    int n = 0;

    for (size_t i = 0; i < len; i++)
        n = n * 10 + (at[i] - '0');
    return n;
}

/* What may stand between the digits; Chinese characters may, letters but T and Z may not. */
static bool may_separate(char c)
{
    return (unsigned char)c >= 0x80 || strchr("-/.:, TZ\t", c) != NULL;
}

/* The runs of digits of text; GROUPS_MAX + 1: there is something else in it. */
static size_t split(const char *text, size_t n, struct group *groups)
{
    size_t count = 0;

    for (size_t i = 0; i < n;) {
        size_t from = i;
        if (!is_digit(text[i])) {
            if (!may_separate(text[i++]))
                return GROUPS_MAX + 1;
            continue;
        }
        while (i < n && is_digit(text[i]))
            i++;
        if (count == GROUPS_MAX || i - from > 14)
            return GROUPS_MAX + 1;
        groups[count++] = (struct group){text + from, i - from, from > 0 ? text[from - 1] : '\0'};
    }
    return count;
}

static int full_year(const struct group *g)
{
    int year = number(g->at, g->len);

    return g->len > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
}

/* 20261130 and the like, and what of the time follows in the same run. */
static bool take_run(const struct group *g, enum logger_order order, struct moment *m)
{
    const char *p = g->at;

    if (g->len != 8 && g->len != 12 && g->len != 14)
        return false;
    m->year = order == LOGGER_YMD ? number(p, 4) : number(p + 4, 4);
    m->month = number(p + (order == LOGGER_YMD ? 4 : order == LOGGER_DMY ? 2 : 0), 2);
    m->day = number(p + (order == LOGGER_YMD ? 6 : order == LOGGER_DMY ? 0 : 2), 2);
    if (g->len > 8) {
        m->hour = number(p + 8, 2);
        m->minute = number(p + 10, 2);
    }
    if (g->len == 14)
        m->second = number(p + 12, 2);
    return true;
}

static bool take_date(const struct group *g, enum logger_order order, struct moment *m)
{
    const struct group *year = order == LOGGER_YMD ? &g[0] : &g[2];
    const struct group *month = order == LOGGER_MDY ? &g[0] : &g[1];
    const struct group *day = order == LOGGER_YMD ? &g[2] : order == LOGGER_DMY ? &g[0] : &g[1];

    if ((year->len != 4 && year->len != 2) || month->len > 2 || day->len > 2)
        return false;
    m->year = full_year(year);
    m->month = number(month->at, month->len);
    m->day = number(day->at, day->len);
    return true;
}

/* Hours, minutes, seconds, fraction; or hhmm, hhmmss in one run. */
static bool take_clock(const struct group *g, size_t n, struct moment *m)
{
    int *const parts[] = {&m->hour, &m->minute, &m->second};

    if (n > 0 && (g[0].len == 4 || g[0].len == 6)) {
        m->hour = number(g[0].at, 2);
        m->minute = number(g[0].at + 2, 2);
        m->second = g[0].len == 6 ? number(g[0].at + 4, 2) : 0;
        return n == 1;
    }
    for (size_t i = 0; i < n && i < 3; i++) {
        if (g[i].len > 2)
            return false;
        *parts[i] = number(g[i].at, g[i].len);
    }
    if (n < 4)
        return true;
    if (g[3].before != '.' && g[3].before != ',')
        return false;
    for (size_t i = 0, unit = 100000; i < g[3].len && unit > 0; i++, unit /= 10)
        m->fraction_us += (int64_t)unit * (g[3].at[i] - '0');
    return n == 4;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool sound(const struct moment *m)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool midnight = m->hour == 24 && m->minute == 0 && m->second == 0 && m->fraction_us == 0;

    return m->year >= 1970 && m->year <= 9999 && m->month >= 1 && m->month <= 12 && m->day >= 1 &&
           m->day <= lengths[m->month - 1] + (m->month == 2 && is_leap(m->year)) &&
           (m->hour < 24 || midnight) && m->minute < 60 && m->second < 60;
}

/* Takes "PM" and the like out of text; 12: afternoon, 0: morning, -1: not said. */
static int take_half(char *text)
{
    static const struct {
        const char *word;
        int hours;
    } words[] = {{"PM", 12}, {"pm", 12}, {"下午", 12}, {"AM", 0}, {"am", 0}, {"上午", 0}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *at = strstr(text, words[i].word);
        if (at) {
            memset(at, ' ', strlen(words[i].word));
            return words[i].hours;
        }
    }
    return -1;
}

static bool set_half(struct moment *m, int half)
{
    if (half < 0)
        return true;
    if (m->hour < 1 || m->hour > 12)
        return false;
    m->hour = m->hour % 12 + half;
    return true;
}

static bool read_moment(char *text, enum logger_order order, struct moment *m)
{
    struct group groups[GROUPS_MAX];
    int half = take_half(text);
    size_t count = split(text, strlen(text), groups);

    if (count == 0 || count > GROUPS_MAX)
        return false;
    if (groups[0].len >= 8)
        return take_run(&groups[0], order, m) &&
               (groups[0].len == 8 ? take_clock(groups + 1, count - 1, m) : count == 1) &&
               set_half(m, half);
    return count >= 3 && take_date(groups, order, m) && take_clock(groups + 3, count - 3, m) &&
           set_half(m, half);
}

bool logger_time(const char *text, size_t n, enum logger_order order, int64_t *t_us, bool *is_utc)
{
    struct moment m = {0};
    char copy[TEXT_MAX];

    *is_utc = false;
    if (n >= sizeof copy)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (n >= 20 && utc_parse(copy, t_us) == ERR_OK) {
        *is_utc = true;
        return true;
    }
    if (strlen(copy) != n || !read_moment(copy, order, &m) || !sound(&m))
        return false;
    *t_us =
        (utc_day(m.year, m.month, m.day) * 86400 + m.hour * 3600 + m.minute * 60 + m.second) * US +
        m.fraction_us;
    return true;
}

bool logger_time_of_days(double days, int64_t *t_us)
{
    if (!(days >= EPOCH_DAYS && days < LAST_DAYS))
        return false;
    *t_us = llround((days - EPOCH_DAYS) * 86400e3) * 1000;
    return true;
}
