/* What slow_vibration.c (works told), slow_vibration_hear.c (a day's events) and
 * slow_vibration_ahead.c (forecasts and risk) share. */
#ifndef SHIKUMEN_CORE_SLOW_VIBRATION_PRIVATE_H
#define SHIKUMEN_CORE_SLOW_VIBRATION_PRIVATE_H

#include "shikumen/core/outlook_events.h"
#include "slow_vibration.h"

#define RECENT_DAYS 30 /* days whose largest event stands for the present [J] */
#define KEPT_DAYS   VIBRATION_PEAK_DAYS

/* A house. */
struct slow_shaken {
    struct vibration_watch *watch; /* NULL: not heard yet */
    const struct time_zone *zone;  /* of the district */
    uint32_t lead;                 /* its first sensor of velocity, else of acceleration */
    int64_t baseline_us;           /* of lead */
    struct finding held;           /* of works, as told; level 0: nothing */
    /* Of each UTC day the largest event against its sensor's own limit (without one: that of its
     * class), as a ring; NaN: no word, 0: none to speak of. */
    float *ratio;
    float mm_s[RECENT_DAYS];     /* of the latest of them */
    int64_t day;                 /* the latest with a word; INT64_MIN: none */
    int64_t deaf_day;            /* the latest on which its sensors were silent; INT64_MIN: none */
    struct outlook_events ahead; /* method NONE: nothing foreseen */
};

/* An event that waits for the end of its day. */
struct slow_event {
    int64_t t_us;
    uint32_t sensor;
    bool frequency;                /* a dominant frequency, which is no event of its own */
    double value;                  /* as read; NaN: does not count */
    struct vibration_event *event; /* of a record, owned; NULL: a reading */
};

struct slow_vibrations {
    struct slow_shaken *house; /* by registry house */
    size_t house_count;
    double *strictest;       /* by registry sensor: ratio of 1 mm/s to its strictest limit */
    struct burst_site *site; /* by registry sensor: of those of velocity */
    uint32_t *frequency_of;  /* by registry sensor: of a velocity's events; REGISTRY_NONE */
    struct slow_event *pending;
    size_t pendings, capacity;
};

/* The sensor's limit on single events of the highest level; NULL: none. */
const struct limit *slow_event_limit(const struct sensor *s);

/* Largest ratio of a day, NaN when there was no word or it is too long ago. */
double slow_shaken_ratio(const struct slow_shaken *x, int64_t day);
/* Share of the last n days, or since the first word, with a word of its sensors; *days: of how
 * many.
 */
double slow_shaken_heard(const struct slow_shaken *x, int64_t day, int64_t n, double *days);

/* The events up to the end of the day go into the watches. */
enum err slow_vibrations_hear(struct slow_vibrations *v, const struct registry *r,
                              int64_t day) MUST_USE;

/* Takes the forecasts of all houses and tells those of the weeks they are due in. */
enum err slow_vibrations_ahead(struct slow_vibrations *v, const struct registry *r, int64_t day,
                               struct arena *arena, const struct slow_sink *sink) MUST_USE;

#endif
