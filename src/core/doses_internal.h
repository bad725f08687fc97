/* What the files of the doses share: the state of one pair. */
#ifndef SHIKUMEN_CORE_DOSES_INTERNAL_H
#define SHIKUMEN_CORE_DOSES_INTERNAL_H

#include <math.h>

#include "rules_internal.h"
#include "shikumen/core/doses.h"
#include "shikumen/num/climate.h"

#define DOSE_NONE       ((double)NAN)
#define DOSE_NEVER      INT64_MIN
#define DOSE_HOUR_US    (3600 * 1000000LL)
#define DOSE_WEEK_H     168
#define DOSE_WEEKS      53
#define DOSE_OPEN       (DOSE_LATE_H + 1) /* hours that may be open at once */
#define DOSE_QUARTERS   4
#define DOSE_BIN_H      6
#define DOSE_YEAR       (365 * 4)  /* bins */
#define DOSE_BINS       (396 * 4)  /* a year, four weeks, and three days to spare */
#define DOSE_HOURS      (396 * 24) /* 13 months, for EN 15757 */
#define DOSE_MISSING    INT16_MIN  /* in a ring */
#define DOSE_RES        100        /* a ring holds hundredths */
#define DOSE_LIMITS     19         /* of all measures */
#define DOSE_SILENCE_US ((DOSE_BRIDGE_H + 1) * DOSE_HOUR_US)

/* What an open hour gathers: each channel, humidity by quarter hours. */
enum dose_part {
    PART_CELSIUS,
    PART_RH,
    PART_MC = PART_RH + DOSE_QUARTERS,
    PART_WALL,
    PART_LEAK,
    PARTS
};

struct dose_open {
    double sum[PARTS]; /* PART_LEAK: 1 when any reading was wet */
    uint16_t n[PARTS];
};

/* Counts of one week. */
struct dose_week {
    uint8_t watched, salt, mixture, freezings, cycles;
};

/* The latest values at equal steps, hundredths; number i at i % size. */
struct dose_ring {
    int16_t *at;
    int64_t size, end; /* one past the latest number; DOSE_NEVER: empty */
};

struct dose_band {
    bool known;
    int64_t taken; /* hour up to which it was taken; DOSE_NEVER: not yet */
    double p7, p93, lower, upper, outside;
};

struct dose {
    struct dose_pair pair;
    uint64_t digest;
    unsigned channels; /* bits of those the pair has */

    int64_t newest[DOSE_CHANNELS]; /* hour of the newest reading; DOSE_NEVER */
    int64_t closed;                /* hours before it are closed; DOSE_NEVER: none came */
    uint32_t late;
    struct dose_open open[DOSE_OPEN]; /* hour h at h % DOSE_OPEN */

    int64_t begin;                 /* first hour with a reading; DOSE_NEVER */
    int64_t last;                  /* latest hour with temperature and wetness; DOSE_NEVER */
    int64_t renew;                 /* hour from which mould and decay begin anew; INT64_MAX: none */
    double celsius, wet;           /* of that hour; wet: RH or moisture content */
    double rh;                     /* at the surface */
    int64_t leak_known, leak_last; /* latest hour with a leak reading, with a wet one */
    bool leaking;
    uint64_t watched; /* hours, all told */

    struct mould mould;
    struct decay decay;
    struct salt salt, mixture;
    struct freeze freeze;
    double emc;         /* moisture content: equilibrium, or as measured; a day's memory */
    unsigned emc_hours; /* 0 .. 24 */

    int64_t week; /* the latest; DOSE_NEVER */
    struct dose_week weeks[DOSE_WEEKS];
    struct dose_band band;
    struct rule_limit limits[DOSE_LIMITS];
    int64_t judged_us[DOSE_MEASURES]; /* RULE_NEVER */
    double value[DOSE_MEASURES];      /* as judged last; NaN */

    int64_t bin; /* number of the bin being filled; DOSE_NEVER */
    double bin_celsius, bin_wet;
    unsigned bin_hours;
    struct dose_ring bins_celsius, bins_wet, hours; /* hours: RH of air pairs, else size 0 */
    int16_t room[];
};

/* Limits of measure m: dose_limit_first(m) .. dose_limit_first(m + 1) - 1. */
size_t dose_limit_first(enum dose_measure m);

/* As after dose_new. */
void dose_reset(struct dose *d);

int64_t dose_hour_of(int64_t t_us);

/* One closed hour: everything the models take from it. */
void dose_hour(struct dose *d, int64_t hour, const struct dose_open *o);

/* Moves the limits of a measure by its value at t_us; those that hold after less than a day by
 * at_once. */
void dose_judge(struct dose *d, enum dose_measure m, double value, double at_once, int64_t t_us);
bool dose_limit_at_once(const struct limit *l);
void dose_judge_reset(struct dose *d, enum dose_measure m);

/* RH at the surface for what was measured (RH or moisture content), without leaks; NaN when it
 * cannot be told. */
double dose_surface(enum dose_basis basis, double celsius, double wet);

/* Writes number i, marking those skipped as missing. */
void dose_ring_put(struct dose_ring *r, int64_t i, double v);
/* NaN when missing, or not in the ring. */
double dose_ring_at(const struct dose_ring *r, int64_t i);
/* n of them from number from on; the ring is not empty. */
void dose_ring_read(const struct dose_ring *r, int64_t from, int64_t n, double *out);

/* Shanghai's monthly means, between the middles of the months: temperature and RH at the hour
 * [M, rounded normals of 1991 .. 2020]. */
void dose_climate(int64_t hour, double *celsius, double *rh);

#endif
