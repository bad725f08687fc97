#include "shikumen/view/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

#define ZONE_DIRECTORY  "/usr/share/zoneinfo/"
#define SPAN_DIGITS_MAX 9
#define SPAN_LONGEST_US (400 * 366 * US_PER_DAY)

static int64_t unit_us(char letter)
{
    switch (letter) {
    case 's':
        return US_PER_S;
    case 'm':
        return 60 * US_PER_S;
    case 'h':
        return US_PER_HOUR;
    case 'd':
        return US_PER_DAY;
    case 'w':
        return 7 * US_PER_DAY;
    default:
        return 0;
    }
}

/* "-24h", "+8h" */
static bool parse_span(const char *text, int64_t now_us, int64_t *t_us)
{
    size_t digits = strspn(text + 1, "0123456789");
    int64_t unit = digits > 0 ? unit_us(text[1 + digits]) : 0;
    int64_t count = strtoll(text + 1, NULL, 10);

    if (unit == 0 || text[2 + digits] != '\0' || digits > SPAN_DIGITS_MAX ||
        count > SPAN_LONGEST_US / unit)
        return false;
    *t_us = now_us + (text[0] == '-' ? -count : count) * unit;
    return true;
}

bool when_parse(const char *text, int64_t now_us, int64_t *t_us)
{
    if (strcmp(text, "now") == 0) {
        *t_us = now_us;
        return true;
    }
    if (text[0] == '-' || text[0] == '+')
        return parse_span(text, now_us, t_us);
    return utc_parse(text, t_us) == ERR_OK;
}

bool when_parse_as_of(const char *text, int64_t now_us, int64_t *t_us)
{
    if (!when_parse(text, now_us, t_us))
        return false;
    if (strlen(text) == strlen("2026-01-31") && text[4] == '-')
        *t_us += US_PER_DAY - when_offset_us(*t_us) - 1;
    return true;
}

static bool is_installed(const char *timezone)
{
    char path[512];

    return *timezone && !strstr(timezone, "..") &&
           snprintf(path, sizeof path, ZONE_DIRECTORY "%s", timezone) < (int)sizeof path &&
           access(path, R_OK) == 0;
}

const char *when_zone(const char *timezone)
{
    const char *zone = is_installed(timezone) ? timezone : "UTC";
    char name[512];

    snprintf(name, sizeof name, ":%s", zone);
    setenv("TZ", name, 1);
    tzset();
    return zone;
}

const char *when_local(int64_t t_us, char text[WHEN_TEXT_SIZE])
{
    int64_t s = t_us / US_PER_S - (t_us % US_PER_S < 0);
    time_t t = (time_t)s;
    struct tm tm;

    if (t_us == INT64_MIN || t_us == INT64_MAX || !localtime_r(&t, &tm) ||
        strftime(text, WHEN_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        snprintf(text, WHEN_TEXT_SIZE, "–");
    return text;
}

int64_t when_offset_us(int64_t t_us)
{
    time_t t = (time_t)(t_us / US_PER_S - (t_us % US_PER_S < 0));
    struct tm tm;

    return localtime_r(&t, &tm) ? tm.tm_gmtoff * US_PER_S : 0;
}

const char *when_span(int64_t span_us, char text[WHEN_TEXT_SIZE])
{
    const char *sign = span_us < 0 ? "-" : "";
    int64_t s = span_us / US_PER_S < 0 ? -(span_us / US_PER_S) : span_us / US_PER_S;

    if (s < 120)
        snprintf(text, WHEN_TEXT_SIZE, "%s%" PRId64 " s", sign, s);
    else if (s < 7200)
        snprintf(text, WHEN_TEXT_SIZE, "%s%" PRId64 " min", sign, s / 60);
    else if (s < 172800)
        snprintf(text, WHEN_TEXT_SIZE, "%s%" PRId64 " h", sign, s / 3600);
    else
        snprintf(text, WHEN_TEXT_SIZE, "%s%" PRId64 " d", sign, s / 86400);
    return text;
}
