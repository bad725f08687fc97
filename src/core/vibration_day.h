/* Local days of a vibration watch and what they say of the source. Private to vibration_*.c. */
#ifndef SHIKUMEN_CORE_VIBRATION_DAY_H
#define SHIKUMEN_CORE_VIBRATION_DAY_H

#include "shikumen/base/clock.h"
#include "shikumen/core/vibration_watch.h"

#define VIBRATION_NEVER  INT64_MIN
#define VIBRATION_NO_DAY INT32_MIN
#define VIBRATION_WEEK   7

int32_t vibration_local_day(const struct vibration_watch *w, int64_t t_us);

/* Where in its local day a time lies. */
struct vibration_hour {
    unsigned hour, quarter; /* of the day */
    bool work;              /* in working hours */
    bool sunday;
    int night; /* hour of the night, 0 .. 7 from 22 h; -1: none */
};
struct vibration_hour vibration_hour_of(const struct vibration_watch *w, int64_t t_us);

struct vibration_day vibration_day_empty(int32_t day);

/* The day t_us lies in, made when new; NULL when it is older than the ring. */
struct vibration_day *vibration_day_at(struct vibration_watch *w, int64_t t_us);

/* The day that lies back days before the latest, 0 ..; NULL when nothing was heard on it. */
const struct vibration_day *vibration_day_back(const struct vibration_watch *w, int back);

/* Peak that off-work events usually reach; 0: not known. */
double vibration_background(const struct vibration_watch *w);

/* Whether the last week looks like a permanent source, like construction; whether the permanent
 * one has fallen silent. */
bool vibration_looks_permanent(const struct vibration_watch *w);
bool vibration_looks_construction(const struct vibration_watch *w);
bool vibration_permanent_over(const struct vibration_watch *w);

/* Whether a day alone is one of construction, by day; its night is one of works. */
bool vibration_day_of_bursts(const struct vibration_day *d);
bool vibration_night_of_works(const struct vibration_watch *w, const struct vibration_day *d);
/* An event at night that is strong, and stronger than whoever is always there. */
bool vibration_strong_at_night(const struct vibration_watch *w, const struct vibration_event *e,
                               bool foreground);
/* Strong events of its night. */
uint32_t vibration_night_events(const struct vibration_day *d);

/* Whether the days look like works at night, like blasting; and whether every night of the ring has
 * been as loud, so that it is no site. */
bool vibration_looks_night_works(const struct vibration_watch *w);
bool vibration_looks_blasting(const struct vibration_watch *w);
bool vibration_every_night(const struct vibration_watch *w);

/* Into the list of rare peaks. */
void vibration_push_peak(struct vibration_watch *w, const struct vibration_peak *p);

/* Takes the larger. */
void vibration_worse(struct burst_worst *worst, const struct burst_worst *other);

#endif
