#include "shikumen/view/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

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

bool when_parse_as_of(const char *text, int64_t now_us, const struct time_zone *zone, int64_t *t_us)
{
    if (!when_parse(text, now_us, t_us))
        return false;
    if (strlen(text) == strlen("2026-01-31") && text[4] == '-')
        *t_us = zone_to_utc_us(zone, *t_us + US_PER_DAY) - 1;
    return true;
}

const char *when_local(const struct time_zone *zone, int64_t t_us, char text[WHEN_TEXT_SIZE])
{
    char utc[UTC_TEXT_SIZE];

    utc_format(zone_local_us(zone, t_us), utc);
    if (strlen(utc) > 10)
        snprintf(text, WHEN_TEXT_SIZE, "%.10s %.8s", utc, utc + 11);
    else
        snprintf(text, WHEN_TEXT_SIZE, "–");
    return text;
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
