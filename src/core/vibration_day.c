#include "vibration_day.h"

#include "shikumen/num/order.h"

#define THURSDAY          4 /* 1970-01-01; Sunday is 0 */
#define BUSY_DAYS         2
#define REGULAR_DAYS      5
#define SILENT_DAYS       14 /* a permanent source is over when of these ... */
#define SILENT_HEARD_DAYS 3  /* ... fewer than these had any of it [J] */
#define QUARTERS          96

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int32_t vibration_local_day(const struct vibration_watch *w, int64_t t_us)
{
    return (int32_t)floor_div(zone_local_us(w->zone, t_us), US_PER_DAY);
}

struct vibration_hour vibration_hour_of(const struct vibration_watch *w, int64_t t_us)
{
    int32_t day = vibration_local_day(w, t_us);
    int64_t of_day_us = zone_local_us(w->zone, t_us) - day * US_PER_DAY;
    struct vibration_hour h = {.hour = (unsigned)(of_day_us / US_PER_HOUR),
                               .quarter = (unsigned)(of_day_us / (US_PER_HOUR / 4))};
    int night = (int)h.hour - VIBRATION_NIGHT_FROM_H;

    h.sunday = floor_div(day + THURSDAY, VIBRATION_WEEK) * VIBRATION_WEEK == day + THURSDAY;
    h.work = h.hour >= VIBRATION_WORK_FROM_H && h.hour < VIBRATION_WORK_TO_H;
    h.night = night >= 0 ? night : h.hour < VIBRATION_NIGHT_TO_H ? night + 24 : -1;
    return h;
}

/* --- the ring --- */

static size_t slot_of(int32_t day)
{
    return (size_t)(day - floor_div(day, VIBRATION_DAYS) * VIBRATION_DAYS);
}

struct vibration_day vibration_day_empty(int32_t day)
{
    return (struct vibration_day){.day = day,
                                  .first_us = VIBRATION_NEVER,
                                  .last_us = VIBRATION_NEVER,
                                  .back_first_us = VIBRATION_NEVER,
                                  .back_last_us = VIBRATION_NEVER,
                                  .work_peak_us = VIBRATION_NEVER,
                                  .back_peak_us = VIBRATION_NEVER};
}

struct vibration_day *vibration_day_at(struct vibration_watch *w, int64_t t_us)
{
    int32_t day = vibration_local_day(w, t_us);
    struct vibration_day *d = &w->ring[slot_of(day)];

    if (day <= vibration_local_day(w, w->now_us) - VIBRATION_DAYS)
        return NULL;
    if (d->day != day)
        *d = vibration_day_empty(day);
    return d;
}

const struct vibration_day *vibration_day_back(const struct vibration_watch *w, int back)
{
    int32_t day = vibration_local_day(w, w->now_us) - back;
    const struct vibration_day *d = &w->ring[slot_of(day)];

    return d->day == day ? d : NULL;
}

void vibration_worse(struct burst_worst *worst, const struct burst_worst *other)
{
    if (other->limit && (!worst->limit || other->ratio > worst->ratio))
        *worst = *other;
}

/* --- nights --- */

uint32_t vibration_night_events(const struct vibration_day *d)
{
    uint32_t n = 0;

    for (size_t i = 0; i < VIBRATION_NIGHT_SLOTS; i++)
        n += d->night[i];
    return n;
}

bool vibration_night_of_works(const struct vibration_watch *w, const struct vibration_day *d)
{
    uint32_t off = w->permanent ? d->off : d->off_all;
    int hours = 0;

    for (size_t i = 0; i < VIBRATION_NIGHT_SLOTS; i++)
        hours += d->night[i] >= VIBRATION_NIGHT_PER_HOUR;
    return hours >= VIBRATION_NIGHT_HOURS && 2 * vibration_night_events(d) >= off;
}

bool vibration_looks_night_works(const struct vibration_watch *w)
{
    int32_t known = vibration_local_day(w, w->start_us) + VIBRATION_NIGHT_KNOWN;
    int nights = 0;

    for (int back = 0; back < VIBRATION_DAYS; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        if (!d || !vibration_night_of_works(w, d))
            continue;
        if (back >= VIBRATION_WEEK || d->day < known)
            return false;
        nights++;
    }
    return nights >= VIBRATION_BURST_DAYS;
}

bool vibration_every_night(const struct vibration_watch *w)
{
    for (int back = 1; back < VIBRATION_DAYS; back++) { /* today's is not over */
        const struct vibration_day *d = vibration_day_back(w, back);

        if (!d || !vibration_night_of_works(w, d))
            return false;
    }
    return true;
}

/* A night of the works that are known says nothing of who is always there. */
static bool is_of_works(const struct vibration_watch *w, const struct vibration_day *d)
{
    return w->construction && w->finding[VIBRATION_CONSTRUCTION].night > 0 &&
           vibration_night_of_works(w, d);
}

bool vibration_strong_at_night(const struct vibration_watch *w, const struct vibration_event *e,
                               bool foreground)
{
    const struct vibration_finding *f = &w->finding[VIBRATION_PERMANENT];
    bool above = w->permanent ? foreground
                              : f->since_us == VIBRATION_NEVER ||
                                    e->peak_mm_s > VIBRATION_ABOVE * f->peak_mm_s;

    return vibration_hour_of(w, e->t_us).night >= 0 && above &&
           e->worst[SOURCE_PILING].ratio >= VIBRATION_NIGHT_RATIO;
}

/* --- what it says --- */

double vibration_background(const struct vibration_watch *w)
{
    double peak[VIBRATION_DAYS];
    size_t n = 0;

    for (int back = 0; back < VIBRATION_DAYS; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        if (d && d->off_all >= VIBRATION_OFF_PER_DAY && !is_of_works(w, d))
            peak[n++] = d->off_peak_mm_s;
    }
    return n > 0 ? median(peak, n) : 0;
}

/* Off-work quarter-hours in which something came on most days of the week. */
static int timetable(const struct vibration_watch *w)
{
    int regular = 0;

    for (unsigned q = 0; q < QUARTERS; q++) {
        int days = 0;

        for (int back = 0; back < VIBRATION_WEEK; back++) {
            const struct vibration_day *d = vibration_day_back(w, back);

            days += d && !is_of_works(w, d) && (d->quarters[q / 32] >> q % 32 & 1);
        }
        regular += days >= REGULAR_DAYS;
    }
    return regular;
}

bool vibration_looks_permanent(const struct vibration_watch *w)
{
    uint64_t all = 0, off = 0;
    int busy = 0, regular = 0, heard = 0;

    for (int back = 0; back < VIBRATION_WEEK; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);
        uint32_t n = d ? d->work + d->off + d->back : 0;

        if (!d || is_of_works(w, d))
            continue;
        heard++;
        all += n;
        off += d->off_all;
        busy += n > VIBRATION_BUSY_PER_DAY;
        regular += n >= VIBRATION_REGULAR_PER_DAY && d->off_all >= VIBRATION_OFF_PER_DAY;
    }
    if (heard >= REGULAR_DAYS && timetable(w) >= VIBRATION_TIMETABLE)
        return true;
    return (double)off >= VIBRATION_OFF_SHARE * (double)all &&
           (busy >= BUSY_DAYS || regular >= REGULAR_DAYS);
}

bool vibration_day_of_bursts(const struct vibration_day *d)
{
    return d->work >= VIBRATION_BURSTS_PER_DAY &&
           __builtin_popcount(d->hours) >= VIBRATION_BURST_HOURS;
}

/* As long as no permanent source is known, whatever comes outside working hours speaks against a
 * building site; afterwards only what is not of that source. */
bool vibration_looks_construction(const struct vibration_watch *w)
{
    uint64_t work = 0, off = 0;
    int days = 0;

    for (int back = 0; back < VIBRATION_WEEK; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        if (!d)
            continue;
        work += d->work;
        off += w->permanent ? d->off : d->off_all;
        days += vibration_day_of_bursts(d);
    }
    return days >= VIBRATION_BURST_DAYS &&
           (double)off < VIBRATION_SITE_SHARE * (double)(work + off);
}

static bool day_of_blasts(const struct vibration_day *d)
{
    return d && d->blasts != 0 && d->work < VIBRATION_BURSTS_PER_DAY;
}

bool vibration_looks_blasting(const struct vibration_watch *w)
{
    const struct vibration_day *today = vibration_day_back(w, 0);
    uint32_t near;
    int alike = 0, any = 0;

    if (!day_of_blasts(today))
        return false;
    near = today->blasts | today->blasts << 1 | today->blasts >> 1;
    for (int back = 0; back < VIBRATION_BLAST_WINDOW; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        if (!day_of_blasts(d))
            continue;
        any++;
        alike += (d->blasts & near) != 0;
    }
    return alike >= VIBRATION_BLAST_DAYS && 4 * alike >= 3 * any;
}

bool vibration_permanent_over(const struct vibration_watch *w)
{
    int32_t since = vibration_local_day(w, w->finding[VIBRATION_PERMANENT].since_us);
    int heard = 0;

    if (vibration_local_day(w, w->now_us) < since + SILENT_DAYS)
        return false;
    for (int back = 0; back < SILENT_DAYS; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        heard += d && d->back > 0;
    }
    return heard < SILENT_HEARD_DAYS;
}
