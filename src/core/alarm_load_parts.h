/* Inside of the alarm load: alarm_load.c takes steps, alarm_load_week.c looks at a sliding week,
 * alarm_load_figures.c at everything, alarm_load_take.c reads native JSON. */
#ifndef SHIKUMEN_ALARM_LOAD_PARTS_H
#define SHIKUMEN_ALARM_LOAD_PARTS_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/strmap.h"
#include "shikumen/core/alarm_load.h"

/* One alert. */
struct alarm_entry {
    int64_t episode;
    enum alert_category category;
    int level, peak;    /* peak: worst that was told; 0: nothing yet */
    bool known;         /* open, and people know */
    int64_t last_us;    /* latest step */
    int64_t told_us[3]; /* latest times it counted, latest first; INT64_MIN: none */
    int asked_level;    /* waits for a person at this level since asked_us; 0: it does not */
    int64_t asked_us;
    int acked_level; /* worst level acknowledged since it opened */
    bool chattered, was_stale;
};

/* Where alerts come from. */
struct alarm_origin {
    const char *house, *sensor, *limit;
    enum alert_category category;
    enum alert_kind kind;
    enum limit_of of;
};

/* Alerts of one hour, origin and level. */
struct alarm_bucket {
    int64_t hour;
    uint32_t origin;
    int level;
    int64_t count;
};

/* Answers to alerts of one day, category and level. */
struct alarm_answer {
    int64_t day;
    enum alert_category category;
    int level;
    int64_t due, in_time;
};

struct alarm_load {
    int64_t within_us;
    struct arena texts;
    struct strmap origin_of; /* by all that makes it one */
    struct alarm_origin *origins;
    size_t origin_count, origin_room;
    struct alarm_entry *entries; /* by episode */
    size_t entry_count, entry_room;
    struct alarm_bucket *buckets; /* by hour, origin, level */
    size_t bucket_count, bucket_room;
    struct alarm_answer *answers; /* by day, category, level */
    size_t answer_count, answer_room;
    struct alarm_counts alerts, raised, chattered, went_stale;
};

/* The whole hour or day that t_us lies in, before 1970 too. */
int64_t alarm_span(int64_t t_us, int64_t span_us);
/* The first bucket of hour or later. */
size_t alarm_first_bucket(const struct alarm_load *l, int64_t hour);
/* Out of time while nobody has answered. */
bool alarm_overdue(const struct alarm_load *l, const struct alarm_entry *e, int64_t now_us);
bool alarm_chatters(const struct alarm_entry *e, int64_t now_us);
bool alarm_is_stale(const struct alarm_entry *e, int64_t now_us);

#endif
