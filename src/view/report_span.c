/* Which span a report is about, and what its file is called. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/when.h"

#define LONGEST_US (36525 * US_PER_DAY)

static enum err refuse(enum err e, char *why, size_t why_size, const char *text)
{
    if (why)
        snprintf(why, why_size, "%s", text);
    return e;
}

/* Midnight of the first of a month in the zone. */
static bool month_start(const struct time_zone *zone, int year, int month, int64_t *t_us)
{
    char text[UTC_TEXT_SIZE];
    int64_t wall_us;

    snprintf(text, sizeof text, "%04d-%02d-01", year + (month > 12), month > 12 ? 1 : month);
    if (utc_parse(text, &wall_us) != ERR_OK)
        return false;
    *t_us = zone_to_utc_us(zone, wall_us);
    return true;
}

static bool month_span(const struct time_zone *zone, const char *text, int64_t *from_us,
                       int64_t *to_us)
{
    int year, month;

    for (size_t i = 0; i < 7; i++)
        if (i == 4 ? text[i] != '-' : !isdigit((unsigned char)text[i]))
            return false;
    if (text[7] != '\0')
        return false;
    year = atoi(text);
    month = atoi(text + 5);
    return year >= 1970 && year < 9999 && month >= 1 && month <= 12 &&
           month_start(zone, year, month, from_us) && month_start(zone, year, month + 1, to_us);
}

enum err report_span(const struct desk *d, const struct report_query *q, int64_t *from_us,
                     int64_t *to_us, char *why, size_t why_size)
{
    *from_us = q->from_us;
    *to_us = q->to_us;
    if (q->month && !month_span(d->zone, q->month, from_us, to_us))
        return refuse(ERR_PARSE, why, why_size, "月份要写成 YYYY-MM / a month is written YYYY-MM");
    if (*to_us > d->now_us)
        *to_us = d->now_us - d->now_us % (60 * US_PER_S);
    if (*from_us == INT64_MIN)
        *from_us = *to_us - REPORT_SPAN_D * US_PER_DAY;
    if (*from_us >= *to_us)
        return refuse(ERR_RANGE, why, why_size,
                      "时段为空：开始必须早于结束，也必须早于现在 / an empty span: it must begin "
                      "before it ends, and before now");
    if (*to_us < 0 || *from_us < -LONGEST_US || *to_us - *from_us > LONGEST_US)
        return refuse(ERR_RANGE, why, why_size,
                      "时段至多一百年 / a span of at most a hundred years");
    return ERR_OK;
}

static void put_day(const struct time_zone *zone, int64_t t_us, char day[WHEN_TEXT_SIZE])
{
    when_local(zone, t_us, day);
    day[strcspn(day, " ")] = '\0';
}

enum err report_file_name(const struct desk *d, const struct report_query *q, char *name,
                          size_t size)
{
    char from[WHEN_TEXT_SIZE], to[WHEN_TEXT_SIZE], id[48];
    int64_t from_us, to_us;
    enum err e = report_span(d, q, &from_us, &to_us, NULL, 0);

    if (e != ERR_OK)
        return e;
    put_day(d->zone, from_us, from);
    put_day(d->zone, to_us - 1, to);
    snprintf(id, sizeof id, "%s", q->house ? q->house : "district");
    for (char *c = id; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
            *c = '_';
    snprintf(name, size, "report-%s-%s-%s.%s", id, from, to, report_format_name(q->format));
    return ERR_OK;
}
