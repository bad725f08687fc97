#include "shikumen/core/quiet.h"

#include "render_put.h"
#include "shikumen/model/alert.h"

#define MINUTE_US      (60 * INT64_C(1000000))
#define MINUTES_OF_DAY 1440

static int minute_of(int64_t t_us, const char *timezone)
{
    struct local_time t = local_time_of(t_us, timezone);

    return t.hour * 60 + t.minute;
}

int64_t quiet_next_us(int minute, const char *timezone, int64_t now_us)
{
    int ahead = (minute - minute_of(now_us, timezone) + MINUTES_OF_DAY) % MINUTES_OF_DAY;
    int64_t into = now_us % MINUTE_US;

    into = into < 0 ? into + MINUTE_US : into;
    return now_us - into + (ahead > 0 ? ahead : MINUTES_OF_DAY) * MINUTE_US;
}

int64_t quiet_due_us(const struct endpoint *p, int level, const char *timezone, int64_t now_us)
{
    int length = (p->quiet_until - p->quiet_from + MINUTES_OF_DAY) % MINUTES_OF_DAY;
    int since = (minute_of(now_us, timezone) - p->quiet_from + MINUTES_OF_DAY) % MINUTES_OF_DAY;

    if (level >= LEVEL_ORANGE || since >= length)
        return now_us;
    return quiet_next_us(p->quiet_until, timezone, now_us);
}
