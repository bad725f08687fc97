/* What slow_dose.c (days and findings) and slow_dose_ahead.c (forecasts and risk) share. */
#ifndef SHIKUMEN_CORE_SLOW_DOSE_PRIVATE_H
#define SHIKUMEN_CORE_SLOW_DOSE_PRIVATE_H

#include "slow_dose.h"

struct slow_dose {
    struct dose *dose;
    uint32_t lead;         /* the pair's humidity, moisture or leak sensor */
    int64_t baseline_us;   /* of lead */
    bool leaking;          /* by the latest reading of its leak sensor, */
    int64_t leak_us;       /* at this time; INT64_MIN: none */
    int64_t wet_us;        /* of its latest wet word; INT64_MIN: none */
    struct dose_view view; /* as of the end of this day; INT64_MIN none */
    int64_t view_day;
    struct finding held[DOSE_MEASURES]; /* as told; level 0: nothing */
    int low_days[DOSE_MEASURES];        /* days on which less was found than is held */
    struct dose_ahead ahead[DOSE_TARGETS];
    int64_t ahead_day; /* INT64_MIN: none */
};

/* A reading that waits for the end of its day. */
struct slow_dose_pending {
    int64_t t_us;
    double value;
    uint32_t sensor;
};

struct slow_doses {
    struct arena arena; /* of the plan */
    struct dose_plan plan;
    struct slow_dose *pair; /* plan.count of them */
    struct slow_dose_pending *pending;
    size_t pendings, capacity;
    struct risk_derived words[DOSE_MEASURES];
};

/* The measure a target is about. */
enum dose_measure slow_dose_measure(enum dose_target t);
/* The element counts for decay: wood. */
bool slow_dose_rots(const struct dose_pair *p);

/* Makes the forecasts of a pair and tells them: those that are due on this Monday, or now. */
enum err slow_dose_ahead(struct slow_doses *d, const struct registry *r, size_t i, int64_t day,
                         bool now, struct arena *arena, const struct slow_sink *sink) MUST_USE;

#endif
