#include "shikumen/core/quiet.h"

#include <stdbool.h>

#include "shikumen/base/clock.h"
#include "shikumen/model/alert.h"

#define MINUTE_US      (60 * US_PER_S)
#define MINUTES_OF_DAY 1440
#define DAYS_AHEAD     3 /* a day may be left out (Samoa, 2011) */

static int64_t midnight_of(int64_t local_us)
{
    return (local_us / US_PER_DAY - (local_us % US_PER_DAY < 0)) * US_PER_DAY;
}

static int minute_of(int64_t t_us, const struct time_zone *zone)
{
    int64_t local_us = zone_local_us(zone, t_us);

    return (int)((local_us - midnight_of(local_us)) / MINUTE_US);
}

/* again: the second time counts too on the day on which the clocks show it twice. */
static int64_t next_us(int minute, const struct time_zone *zone, int64_t now_us, bool again)
{
    int64_t day_us = midnight_of(zone_local_us(zone, now_us));

    for (int day = 0; day < DAYS_AHEAD; day++, day_us += US_PER_DAY) {
        int64_t first_us, second_us;
        enum zone_fit fit = zone_to_utc(zone, day_us + minute * MINUTE_US, &first_us, &second_us);
        if (fit == ZONE_NEVER)
            first_us = second_us;
        if (first_us > now_us)
            return first_us;
        if (again && second_us > now_us)
            return second_us;
    }
    return now_us + US_PER_DAY; /* no calendar has this */
}

int64_t quiet_next_us(int minute, const struct time_zone *zone, int64_t now_us)
{
    return next_us(minute, zone, now_us, false);
}

int64_t quiet_due_us(const struct endpoint *p, int level, const struct time_zone *zone,
                     int64_t now_us)
{
    int length = (p->quiet_until - p->quiet_from + MINUTES_OF_DAY) % MINUTES_OF_DAY;
    int since = (minute_of(now_us, zone) - p->quiet_from + MINUTES_OF_DAY) % MINUTES_OF_DAY;

    if (level >= LEVEL_ORANGE || since >= length)
        return now_us;
    return next_us(p->quiet_until, zone, now_us, true);
}
