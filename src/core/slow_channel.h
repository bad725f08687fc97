/* One sensor in the slow analysis: its bins, and either what it drives (an environment sensor) or
 * how it moves (a damage-sensitive one). */
#ifndef SHIKUMEN_CORE_SLOW_CHANNEL_H
#define SHIKUMEN_CORE_SLOW_CHANNEL_H

#include "shikumen/core/bins.h"
#include "shikumen/core/compensate.h"
#include "shikumen/core/movement.h"
#include "shikumen/model/registry.h"

#define DAY_US         (86400 * 1000000LL)
#define DRIVER_LAGS    5    /* 0, 6 h, 1 d, 5 d, 20 d */
#define DRIVER_ERAS    4    /* earlier ones are forgotten */
#define DRIVER_LEAVES  2    /* the same */
#define DRIVERS        4    /* of one channel at most */
#define RESIDUAL_DAYS  4018 /* eleven years are kept */
#define DAY_BINS_LEAST 2    /* bins a day needs to count */
#define REFERENCE_DAYS 30
#define CHANNEL_SHIFTS 8 /* the oldest merge */
#define CHANNEL_VOIDS  8 /* the oldest are forgotten */

enum channel_role { CHANNEL_NONE, CHANNEL_DRIVER, CHANNEL_DAMAGE };

/* A candidate column: a driver and one of its lags; of a hinge what is above the channel's knot,
 * for walls that answer otherwise in the warm (cracks that touch). */
struct channel_column {
    uint32_t driver; /* registry sensor */
    uint8_t lag;
    bool hinge;
};

struct channel {
    enum channel_role role;
    struct bins bins;

    /* of a driver: memories of the bins, rings like the bins'; lag 0 is the bin itself */
    float *memory[DRIVER_LAGS]; /* [0] NULL */
    int64_t memory_end;         /* known up to here (excluded); INT64_MIN: none */
    struct {
        double z, unknown; /* share of z from before the series began, or from gaps */
    } memory_at_end[DRIVER_LAGS];
    bool memory_goes_on; /* memory_at_end is that of memory_end */
    /* Who speaks for it where it is silent from a bin on, as stand_a + stand_b x; NULL: nobody. */
    const struct channel *stand_in;
    double stand_a, stand_b;
    int64_t stand_from;
    /* What it reads from a bin on is moved by so much, to be as before it was re-zeroed or swapped;
     * NaN: not known yet, and it counts as silent. */
    struct driver_era {
        int64_t from;
        double offset;
    } era[DRIVER_ERAS];
    uint32_t eras;
    /* Bins in which it had left its like: as if silent. to INT64_MAX: still. */
    struct driver_leave {
        int64_t from, to; /* to excluded */
    } leave[DRIVER_LEAVES];
    uint32_t leaves;

    double trip;       /* of a damage-sensitive sensor: sudden_trip */
    int64_t dirty_day; /* earliest day whose bins changed after it was concluded; INT64_MAX */

    /* of a damage-sensitive sensor */
    uint32_t driver[DRIVERS]; /* by preference */
    uint32_t drivers;
    int64_t baseline_us; /* start of the present baseline; INT64_MIN: its first reading */
    int64_t first_day;   /* day of residual[0]; INT64_MIN: none yet */
    float *residual;     /* by day, NaN missing */
    size_t days, capacity;
    struct compensation model;
    struct channel_column column[COMPENSATE_COLUMNS]; /* of the model's candidates */
    uint32_t columns;
    double knot;
    double reference[COMPENSATE_COLUMNS]; /* means of the columns over the first days */
    bool referenced;
    int64_t due_day; /* of the next training */
    /* Jumps that were the sensor's own: what came before is moved by their size. */
    struct channel_shift {
        int64_t day; /* first day after it */
        double size;
    } shift[CHANNEL_SHIFTS];
    uint32_t shifts;
    /* Days whose readings say nothing (in a wrong unit): missing. */
    struct channel_void {
        int64_t from, to; /* to excluded */
    } voids[CHANNEL_VOIDS];
    uint32_t void_count;
};

bool channel_is_damage(enum quantity q);
bool channel_is_driver(enum quantity q);

/* --- drivers --- */

extern const double driver_lag_d[DRIVER_LAGS];
/* Lags that a quantity is offered with; returns their number. */
size_t driver_lags(enum quantity q, uint8_t out[DRIVER_LAGS]);
/* Memories for the bins before until. */
void driver_update(struct channel *c, int64_t until);
/* A bin before until changed: memories are taken again from there. */
void driver_touch(struct channel *c, int64_t bin);
/* Of a driver at a bin: what it reads, as before it was re-zeroed; that where it is to be believed;
 * and that or what stands in for it. NaN unknown. */
static inline double driver_reads(const struct channel *c, int64_t bin)
{
    double v = bins_mean(&c->bins, bin);

    for (uint32_t i = c->eras; i > 0; i--)
        if (bin >= c->era[i - 1].from)
            return v + c->era[i - 1].offset;
    return v;
}
static inline double driver_own(const struct channel *c, int64_t bin)
{
    for (uint32_t i = 0; i < c->leaves; i++)
        if (bin >= c->leave[i].from && bin < c->leave[i].to)
            return NAN;
    return driver_reads(c, bin);
}
/* What it reads, to be told whether it is away: not in a leave that has ended. */
static inline double driver_shows(const struct channel *c, int64_t bin)
{
    for (uint32_t i = 0; i < c->leaves; i++)
        if (bin >= c->leave[i].from && bin < c->leave[i].to && c->leave[i].to != INT64_MAX)
            return NAN;
    return driver_reads(c, bin);
}
static inline double driver_bin(const struct channel *c, int64_t bin)
{
    double v = driver_own(c, bin);

    if (!isnan(v) || !c->stand_in || bin < c->stand_from)
        return v;
    return c->stand_a + c->stand_b * driver_own(c->stand_in, bin);
}
/* Mean of its bins from .. end - 1, or of what stands in for it; NaN: none is known. */
double driver_mean(const struct channel *c, int64_t from, int64_t end);
/* What it says from a bin on changed, for itself and for those that it drives. */
void driver_changed(struct channel *c, int64_t bin);
/* by speaks for c from a bin on. */
void driver_stand_in(struct channel *c, const struct channel *by, double a, double b, int64_t from);
/* Looks for one for each driver that has been silent for three days, and settles what those read
 * that were re-zeroed (slow_stand_in.c). */
void drivers_stand_in(const struct registry *r, struct channel *all, int64_t day);
/* Mean, over the bins from .. end, of what it reads less what its stand-in says. NaN: too few. */
double driver_beside_stand_in(const struct channel *c, int64_t from, int64_t end);
static inline bool driver_is_away(const struct channel *c)
{
    return c->leaves > 0 && c->leave[c->leaves - 1].to == INT64_MAX;
}
/* It has left its like since a bin, or is back among them since one. */
void driver_leaves(struct channel *c, int64_t from);
void driver_returns(struct channel *c, int64_t since);
/* A driver was re-zeroed or swapped: what it reads from now on is on another footing. */
void driver_rezeroed(struct channel *c, int64_t epoch_us);
/* The value of a lag at a bin, NaN unknown. */
static inline double driver_value(const struct channel *c, uint8_t lag, int64_t bin)
{
    if (lag == 0)
        return driver_bin(c, bin);
    if (!c->memory[lag] || c->memory_end == INT64_MIN || bin >= c->memory_end ||
        bin < bins_first(&c->bins))
        return NAN;
    return c->bins.origin + (double)c->memory[lag][bins_slot(c->bins.capacity, bin)];
}

/* The same where the memories do not reach yet, from the bins there are. */
double driver_value_ahead(const struct channel *c, uint8_t lag, int64_t bin);

/* The drivers of a damage-sensitive sensor: its element's environment as registered, else the best
 * of its house, its lane, the district (slow_drivers.c). */
void channel_choose_drivers(const struct registry *r, uint32_t sensor, struct channel *c);

/* --- residuals; all: the channels by registry sensor --- */

/* A new baseline begins. */
void channel_restart(struct channel *c, int64_t baseline_us);
/* Room for the residuals of so many days. False: no memory. */
bool channel_reserve(struct channel *c, size_t days);
/* Appends the residuals up to day, or takes them again from a dirty day. False: no memory. */
bool channel_follow(struct channel *c, const struct channel *all, int64_t day);
/* Trains anew when due and takes all residuals again. */
enum err channel_train(const struct registry *r, struct channel *c, const struct channel *all,
                       int64_t day, struct arena *arena) MUST_USE;
/* Takes a jump off: days before day move by size, and so do residuals and training. */
void channel_shift(struct channel *c, int64_t day, double size);
/* Takes the days from .. to - 1 out of residuals and training. */
void channel_void(struct channel *c, int64_t from, int64_t to);
/* First bin of the present baseline; INT64_MAX: none. */
int64_t channel_first_bin(const struct channel *c);
/* Weather's part at a bin by the model's own terms alone; NaN not known. */
double channel_weather_at(const struct channel *c, const struct channel *all, int64_t bin);
/* The same of a bin that no concluded day has, of what has come of it. */
double channel_weather_ahead(const struct channel *c, const struct channel *all, int64_t bin);
/* What jumps of the sensor's own add to a day; NaN on a day that says nothing. */
double channel_shift_at(const struct channel *c, int64_t day);
/* What weather will add within so many days after day, as it was a year ago, or as far as it has
 * ever gone: season (n values) of each coming day, of its worst bin (below: least). */
void channel_season(const struct channel *c, const struct channel *all, int64_t day, bool below,
                    double *season, size_t n);
/* Means over the days from_day .. to_day - 1 of the columns that the model uses, by column; NaN
 * where one is never known. */
void channel_mean_columns(const struct channel *c, const struct channel *all, int64_t from_day,
                          int64_t to_day, double *mean);
/* What the model may feign in the level of day and in slopes up to it. */
struct movement_doubt channel_doubt(const struct channel *c, const struct channel *all, int64_t day,
                                    enum quantity q);

/* Share of bins with passing readings in the year before until_day, or since the first. */
double channel_coverage(const struct channel *c, int64_t until_day);

#endif
