/* Inside of the slow analysis: slow.c follows days, slow_channel.c sensors, slow_move.c judges a
 * movement, slow_fault.c whether it is the sensor, slow_peers.c one or many. */
#ifndef SHIKUMEN_CORE_SLOW_PRIVATE_H
#define SHIKUMEN_CORE_SLOW_PRIVATE_H

#include "shikumen/core/outlook.h"
#include "shikumen/core/slow.h"
#include "slow_channel.h"

/* What is held against a sensor in one kind, with what speaks for another level. */
struct hold {
    int level;
    enum alert_kind kind;
    const struct limit *limit;
    int64_t since_us; /* first crossed */
    int rising;       /* level asked for on the latest days, */
    int rising_days;  /* and on how many */
    int falling_days; /* days on which less than level was asked for */
};

struct slow_sensor {
    struct movement movement;
    bool moved;                /* movement is valid, */
    int64_t moved_day;         /* as of the end of this day */
    struct movement_step step; /* latest confirmed, day SIZE_MAX none */
    int64_t step_seen_day;     /* day number of the step last judged */
    double shift;              /* sum of jumps that were the sensor's: taken off the change */
    enum slow_doubt doubt;
    bool gain; /* answers to temperature otherwise than its model */
    int64_t doubt_day;
    struct hold move, fault;
    struct outlook_fit fit;
    const struct limit *ahead_limit; /* of the highest level that is forecast; NULL: none */
    struct outlook ahead;
    int64_t ahead_day; /* made at the end of this day */
    double peer_slope[MOVEMENT_WINDOWS], peer_error[MOVEMENT_WINDOWS]; /* of its peers; NaN */
    bool together;                                                     /* moves as its peers do */
};

struct slow {
    const struct registry *r;
    struct slow_sensor *sensor; /* by registry sensor */
    struct channel *channel;    /* by registry sensor */
    int64_t day;                /* next to conclude; INT64_MIN: no reading yet */
    int64_t clock_us;           /* latest device time of any reading */
    int64_t epoch_us;           /* epochs up to here are in force */
    struct stale {
        uint32_t sensor;
        int64_t bin;
    } * stale;
    size_t stale_count, stale_capacity;
};

/* --- slow_move.c --- */
/* What holds at the end of day, told to the sink; on Mondays forecasts and risk too. */
enum err slow_conclude(struct slow *s, int64_t day, struct arena *arena,
                       const struct slow_sink *sink) MUST_USE;

/* What a limit compares, and its standard error. */
double slow_compared(const struct limit *l, enum quantity q, const struct movement *m,
                     double *error);

/* --- slow.c --- */
/* Share of bins with passing readings in the year before until_day, or since the first. */
double slow_coverage(const struct channel *c, int64_t until_day);

/* --- slow_risk.c --- */
/* Every house and its elements, told to the sink. */
enum err slow_risk(struct slow *s, int64_t day, struct arena *arena,
                   const struct slow_sink *sink) MUST_USE;

/* --- slow_weather.c --- */
/* A significant slope that temperature and damp of the same weeks explain as well is none: the
 * movement's governing window is taken back. Sets gain when the answer to temperature changed. */
enum err slow_doubt_weather(struct slow *s, uint32_t sensor, int64_t day,
                            struct arena *arena) MUST_USE;

/* --- slow_ahead.c --- */
/* Forecasts of every limit of the sensor on a slow quantity, told to the sink; the one of the
 * highest level is kept. */
enum err slow_ahead(struct slow *s, uint32_t sensor, int64_t day, struct arena *arena,
                    const struct slow_sink *sink) MUST_USE;
/* The quantity a limit compares at a level of the residual, and back: level at which it is reached.
 */
bool slow_is_forecast(const struct limit *l);
double slow_limit_level(const struct limit *l, enum quantity q, const struct movement *m,
                        bool *below);

/* --- slow_fault.c --- */
/* Smallest jump or noise that matters, unit of the quantity (of a frequency: share of level). */
double slow_floor(enum quantity q, double level);
/* Looks for a new jump and for other ills as of day; sets doubt, and takes jumps of the sensor's
 * own off its residuals. True when residuals changed. */
bool slow_examine(struct slow *s, uint32_t sensor, int64_t day);

/* --- slow_peers.c --- */
/* Compares the slopes of sensors of one quantity over the district: peer_slope, peer_error. */
enum err slow_compare(struct slow *s, struct arena *arena) MUST_USE;
/* Who moves as most of the houses of its row do: together. */
void slow_group(struct slow *s);

#endif
