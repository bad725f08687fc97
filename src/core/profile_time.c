#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_input.h"
#include "profile_part.h"
#include "shikumen/base/utc.h"

#define US_PER_S       1000000LL
#define SECONDS_BELOW  1e11 /* the year 5138; above it are milliseconds */
#define MILLIS_BELOW   1e14
#define CLOCK_LIMIT_US 4e18
#define AHEAD_US       (300 * US_PER_S) /* that a clock may be ahead of ours [J] */

/* Number of up to width digits at *text; false when there is none. */
static bool digits(const char **text, int width, int *out)
{
    int n = 0;

    *out = 0;
    while (n < width && **text >= '0' && **text <= '9') {
        *out = *out * 10 + (**text - '0');
        ++*text;
        n++;
    }
    return n > 0;
}

struct wall {
    int year, month, day, hour, minute, second;
};

static int *field_of(struct wall *t, char letter)
{
    switch (letter) {
    case 'Y':
        return &t->year;
    case 'M':
        return &t->month;
    case 'D':
        return &t->day;
    case 'h':
        return &t->hour;
    case 'm':
        return &t->minute;
    case 's':
        return &t->second;
    default:
        return NULL;
    }
}

/* Reads text by a pattern of runs of Y M D h m s and other characters, which must be there. What
 * follows (a fraction) is left in *rest. */
static bool read_wall(const char *pattern, const char *text, struct wall *t, const char **rest)
{
    *t = (struct wall){.month = 1, .day = 1};
    while (*pattern) {
        int *field = field_of(t, *pattern), width = 0;
        char letter = *pattern;
        if (!field) {
            if (*text != *pattern && !(*pattern == 'T' && *text == ' '))
                return false;
            pattern++;
            text++;
            continue;
        }
        for (; *pattern == letter; pattern++)
            width++;
        if (!digits(&text, width, field))
            return false;
    }
    if (t->year < 100)
        t->year += 2000;
    *rest = text;
    return true;
}

/* The wall time as if it were UTC. */
static bool wall_us(const struct wall *t, const char *fraction, struct arena *arena, int64_t *us)
{
    const char *text;

    if (*fraction == ',' || *fraction == '.')
        fraction++;
    if (strspn(fraction, "0123456789") != strlen(fraction))
        return false;
    text = arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%s%sZ", t->year, t->month, t->day,
                        t->hour, t->minute, t->second, *fraction ? "." : "", fraction);
    return text && utc_parse(text, us) == ERR_OK;
}

/* Of two times at which the clocks show the same, the second when the message has just come then;
 * of what was kept and sent later nothing tells which it was [J]. */
static int64_t just_come(int64_t first_us, int64_t second_us, int64_t rx_us)
{
    return second_us <= rx_us + AHEAD_US && rx_us - second_us < second_us - first_us ? second_us
                                                                                     : first_us;
}

static bool from_wall(struct profile_work *w, const struct profile_time *t, int64_t wall,
                      int64_t *us)
{
    const struct time_zone *z = w->c->district_zone ? w->c->district_zone : &zone_utc;
    struct time_zone fixed;
    int64_t second_us;

    if (*t->zone)
        z = zone_fixed(t->zone, &fixed) ? &fixed
            : w->c->zones               ? zone_find(w->c->zones, t->zone)
                                        : NULL;
    if (!z)
        return false;
    w->out->uses_district_zone = w->out->uses_district_zone || !*t->zone;
    switch (zone_to_utc(z, wall, us, &second_us)) {
    case ZONE_NEVER: /* a clock that was put forward too late */
        *us = second_us;
        break;
    case ZONE_TWICE:
        *us = just_come(*us, second_us, w->m->rx_us);
        break;
    case ZONE_ONCE:
        break;
    }
    return true;
}

static bool from_local(struct profile_work *w, const struct profile_time *t, const char *text,
                       int64_t *us)
{
    const char *pattern = t->pattern ? t->pattern : "YYYY-MM-DDThh:mm:ss", *rest;
    struct wall wall;
    int64_t as_utc;

    return read_wall(pattern, text, &wall, &rest) && wall_us(&wall, rest, w->arena, &as_utc) &&
           from_wall(w, t, as_utc, us);
}

/* True when an RFC 3339 time says its zone: "Z" or an offset behind the "T". */
static bool has_zone(const char *text)
{
    const char *clock = strchr(text, ':');

    return clock && strpbrk(clock, "Zz+-") != NULL;
}

static bool from_number(double v, enum profile_time_format format, int64_t *us)
{
    double scale = 1e6;

    if (format == TIME_AUTO)
        format = fabs(v) < SECONDS_BELOW  ? TIME_UNIX
                 : fabs(v) < MILLIS_BELOW ? TIME_UNIX_MS
                                          : TIME_UNIX_US;
    if (format == TIME_UNIX_MS)
        scale = 1e3;
    else if (format == TIME_UNIX_US)
        scale = 1;
    if (!(fabs(v * scale) < CLOCK_LIMIT_US))
        return false;
    *us = llround(v * scale);
    return true;
}

static bool from_text(struct profile_work *w, const struct profile_time *t, const char *text,
                      int64_t *us)
{
    char *end;
    double v;

    if (t->format == TIME_LOCAL && t->pattern)
        return from_local(w, t, text, us);
    if (t->format == TIME_RFC3339 || t->format == TIME_LOCAL || t->format == TIME_AUTO) {
        if (has_zone(text) && utc_parse(text, us) == ERR_OK)
            return true;
        if (from_local(w, t, text, us))
            return true;
        if (t->format != TIME_AUTO)
            return false;
    }
    v = strtod(text, &end);
    return *text && *end == '\0' && from_number(v, t->format, us);
}

static bool time_of(struct profile_work *w, const struct profile_time *t, const cJSON *item,
                    int64_t *us)
{
    item = profile_unwrap(item);
    if (json_is(item, cJSON_String))
        return from_text(w, t, item->valuestring, us);
    return json_is(item, cJSON_Number) && t->format != TIME_RFC3339 && t->format != TIME_LOCAL &&
           from_number(item->valuedouble, t->format, us);
}

/* The first of the pointers that gives a time which a clock that was set can show. */
static bool first_time(struct profile_work *w, const struct profile_spot *spot,
                       const struct profile_time *t, const struct profile_pointers *pointers,
                       int64_t *us)
{
    for (size_t i = 0; i < pointers->count; i++) {
        const cJSON *item = profile_point(spot, pointers->at[i]);
        if (item && time_of(w, t, item, us) && *us >= PAYLOAD_EARLIEST_US)
            return true;
    }
    return false;
}

bool profile_clock_in_doubt(const struct profile_reading *r)
{
    return strcmp(r->clock, "arrival") == 0 || strcmp(r->clock, "suspect") == 0;
}

/* Another clock of the message says something else. Where the arrival bears that one out and not
 * the time itself, the other is believed; else the time stands: its clock may be right, or the
 * message was kept somewhere and nothing tells [J]. */
static void settle(struct profile_work *w, const struct profile_time *t, int64_t other_us,
                   struct profile_reading *r)
{
    int64_t rx_us = w->m->rx_us;

    r->clock = "suspect";
    if (w->c->retained)
        return;
    w->out->uses_arrival_time = true;
    if (llabs(r->t_us - rx_us) > t->within_us && llabs(other_us - rx_us) <= t->within_us)
        r->t_us = other_us;
}

bool profile_when(struct profile_work *w, const struct profile_spot *spot,
                  const struct profile_time *t, struct profile_reading *r)
{
    int64_t other_us;

    r->t_us = w->m->rx_us;
    r->clock = "arrival";
    if (t->given && first_time(w, spot, t, &t->pointers, &r->t_us)) {
        r->clock = t->clock;
        if (!r->historical && first_time(w, spot, t, &t->check, &other_us) &&
            llabs(other_us - r->t_us) > t->within_us)
            settle(w, t, other_us, r);
        return true;
    }
    r->t_us = w->m->rx_us;
    if ((t->given && !t->may_be_arrival) || w->c->retained)
        return false;
    w->out->uses_arrival_time = true;
    return true;
}
