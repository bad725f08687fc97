/* Inside of the slow analysis: slow.c follows days, slow_channel.c sensors, slow_move.c judges a
 * movement, slow_fault.c whether it is the sensor (slow_jump.c by a jump, slow_breath.c by
 * its day, slow_company.c: how likely not), slow_peers.c
 * one or many, slow_surge.c whether a row begins to, slow_differential.c whether it moves away from
 * its neighbours, slow_sudden.c what happens within hours. */
#ifndef SHIKUMEN_CORE_SLOW_PRIVATE_H
#define SHIKUMEN_CORE_SLOW_PRIVATE_H

#include <math.h>

#include "shikumen/core/outlook.h"
#include "shikumen/core/slow.h"
#include "slow_channel.h"
#include "slow_dose.h"
#include "slow_sudden.h"
#include "slow_vibration.h"
#include "slow_works.h"

#define SENSOR_FORECASTS 14 /* a year of them, one in four weeks */
#define RECORD_OUTCOMES  4096

/* A forecast that is waited for; day 0: none. */
struct slow_forecast {
    int64_t day;
    double p[LEDGER_HORIZONS];
    bool settled[LEDGER_HORIZONS];
};

/* What came of forecasts: the latest RECORD_OUTCOMES of each horizon. */
struct slow_record {
    size_t count[LEDGER_HORIZONS];
    double p[LEDGER_HORIZONS][RECORD_OUTCOMES];
    bool happened[LEDGER_HORIZONS][RECORD_OUTCOMES];
    struct ledger_calibration calibration[LEDGER_HORIZONS];
    int64_t calibrated_day;
};

struct slow_sensor {
    struct slow_forecast forecast[SENSOR_FORECASTS]; /* of its lowest limit */
    int64_t forecast_day;                            /* of the latest; 0: none */
    int64_t crossed_day;                             /* that limit was first reached; 0: not yet */
    struct movement movement;
    bool moved;                /* movement is valid, */
    int64_t moved_day;         /* as of the end of this day */
    struct movement_step step; /* latest confirmed, day SIZE_MAX none */
    int unsettled_days;        /* in a row */
    bool unsettled; /* the latest days have jumped, and it is not yet known whether for good */
    int64_t step_seen_day; /* day number of the step last judged */
    int64_t jump_day;      /* day number of the latest jump, whosesoever; INT64_MIN none */
    int64_t steps_at[OUTLOOK_STEPS_MAX]; /* first day after each step of the building's own, */
    size_t steps;                        /* the latest ones since the baseline, ascending */
    double shift;       /* sum of jumps that were the sensor's: taken off the change */
    int64_t wrong_day;  /* first day in a wrong unit; INT64_MIN: it is the right one */
    double wrong_size;  /* of the jump to it, */
    double right_level; /* from here */
    enum slow_doubt doubt;
    int apart_weeks; /* of an environment sensor: for so long it has left its like */
    bool gain;       /* answers to temperature otherwise than its model */
    int64_t doubt_day;
    struct hold move, fault;
    struct outlook_fit fit;
    const struct limit *ahead_limit; /* of the highest level that is forecast; NULL: none */
    struct outlook ahead;            /* if it is the building that moves */
    double building_share;           /* how likely that is */
    int64_t ahead_day;               /* made at the end of this day */
    double peer_slope[MOVEMENT_WINDOWS], peer_error[MOVEMENT_WINDOWS]; /* of its peers; NaN */
    bool together;                                                     /* moves as its peers do */
    int64_t surge_day; /* on which its row was last found to begin to move; INT64_MIN never */
    struct sudden sudden;
};

struct slow {
    struct slow_record record;
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
    struct slow_doses *doses;
    struct slow_vibrations *vibrations;
    struct finding found[SLOW_FOUND]; /* by the latest reading */
    size_t found_count;
};

/* Forecasts and risk are taken at the end of Mondays; 1970-01-01 was a Thursday. */
static inline bool slow_is_monday(int64_t day)
{
    return (day + 3) % 7 == 0;
}

/* Days from at_us on; INT64_MAX when they are not finite. */
static inline int64_t slow_when_us(double t_d, int64_t at_us)
{
    return isfinite(t_d) ? at_us + (int64_t)(t_d * (double)DAY_US) : INT64_MAX;
}

/* --- slow_move.c --- */
/* What holds at the end of day, told to the sink; on Mondays forecasts and risk too. */
enum err slow_conclude(struct slow *s, int64_t day, struct arena *arena,
                       const struct slow_sink *sink) MUST_USE;

/* What is held of the sensor as of the end of day. */
struct finding slow_held_finding(const struct slow *s, uint32_t sensor, const struct hold *h,
                                 int64_t day);

/* --- slow_sudden_held.c --- */
/* The movement held is a sudden change that was told of one gauge, whatever its row does. */
bool sudden_is_own(const struct slow_sensor *x, const struct hold *h);

/* --- slow_company.c --- */
/* The probability that it is the building that has reached a limit (reached), or that will, and not
 * its gauge that errs: by how many sensors of the house move. 0 .. 1. */
double slow_building_share(const struct slow *s, uint32_t sensor, bool reached);

/* --- slow_step.c --- */
/* The sensor's latest jump was the building's own, lately, still stands, and is not the weather's.
 */
bool slow_is_sudden(const struct slow *s, uint32_t sensor, int64_t day);
/* Most of the change since the baseline is that jump. */
bool slow_came_suddenly(const struct slow *s, uint32_t sensor, int64_t day);

/* --- slow_limit.c --- */
/* What a limit compares, and its standard error. */
double slow_compared(const struct limit *l, enum quantity q, const struct movement *m,
                     double *error);
/* True of limits that are foretold; and the level of the residual at which one is reached, from
 * above when below is set. */
bool slow_is_forecast(const struct limit *l);
double slow_limit_level(const struct limit *l, enum quantity q, const struct movement *m,
                        bool *below);

/* --- slow_tell.c --- */
enum err slow_tell(const struct slow_sink *sink, uint32_t sensor, const struct finding *f) MUST_USE;
/* A forecast of a limit as of the end of day; entry: its sensor, quantity and outlook. element may
 * be REGISTRY_NONE. */
enum err slow_tell_ahead(const struct slow_sink *sink, const struct registry *r, uint32_t element,
                         const struct limit *l, int64_t day, struct arena *arena,
                         struct ledger_entry entry) MUST_USE;

/* --- slow_differential.c --- */
/* Permanent settlement of the sensor beyond that of the least settled point of its house, or beyond
 * the mean of the adjoining houses, whichever is larger, each since both points are there; error:
 * the standard error of it. Points in doubt or silent for four weeks are left out; NaN: no other.
 * Of two-sided quantities the magnitude. */
double slow_differential(const struct slow *s, uint32_t sensor, double *error);

/* --- slow_risk.c --- */
/* Every house and its elements, told to the sink. */
enum err slow_risk(const struct slow *s, int64_t day, struct arena *arena,
                   const struct slow_sink *sink) MUST_USE;

/* --- slow_weather.c --- */
/* A significant slope that temperature and damp of the same weeks explain as well is none: the
 * movement's governing window is taken back. Sets gain when the answer to temperature changed. */
enum err slow_doubt_weather(struct slow *s, uint32_t sensor, int64_t day,
                            struct arena *arena) MUST_USE;

/* --- slow_breath.c --- */
/* The gauge breathes otherwise with the day than its model knows, and that, with how warm or cold
 * these days are, makes most of its change. */
bool slow_breathes_away(const struct slow *s, uint32_t sensor, int64_t day);

/* --- slow_ahead.c --- */
/* Forecasts of every limit of the sensor on a slow quantity, told to the sink; the one of the
 * highest level is kept. */
enum err slow_ahead(struct slow *s, uint32_t sensor, int64_t day, struct arena *arena,
                    const struct slow_sink *sink) MUST_USE;

/* --- slow_record.c --- */
/* A forecast of the sensor's lowest limit, before it is corrected. */
void slow_record_take(struct slow *s, uint32_t sensor, int64_t day, const struct outlook *raw);
enum err slow_record_calibrate(struct slow *s, int64_t day) MUST_USE;

/* --- slow_jump.c --- */
/* The factor between two units by which readings near after are those near before, floor: what
 * matters of them; 0: none. Readings near zero cannot tell. */
double slow_unit_factor(double before, double after, double floor);
/* Differences from one reading to the next, before and after, have changed by about that factor
 * too: a wall that jumps leaves them as they were. Unknown (NaN): not. */
bool slow_is_scaled(double factor, double before, double after);
/* Looks for a jump: of all sensors first, so that they can be each other's witnesses. */
void slow_seek(struct slow *s, uint32_t sensor);
/* Whose the latest jump was, when it is a new one: takes jumps of the sensor's own off its
 * residuals, and sets doubt. True when residuals were changed. */
bool slow_judge_jump(struct slow *s, uint32_t sensor);
/* The latest days are where those before a few days elsewhere were: these count as missing. True
 * when there were such. */
bool slow_void_excursion(struct slow *s, uint32_t sensor);

/* --- slow_fault.c --- */
/* The readings came for days, and none of them passed. */
bool slow_nothing_valid(const struct channel *c, int64_t day);
/* Smallest jump or noise that matters, unit of the quantity (of a frequency: share of level). */
double slow_floor(enum quantity q, double level);
/* Judges a new jump and other ills as of day: sets doubt. True when residuals changed. */
bool slow_examine(struct slow *s, uint32_t sensor, int64_t day);

/* --- slow_own.c --- */
/* The gauge's own thermometer (of its node; named by it alone, or of its element, or it the only
 * gauge there) speaks, and nothing of it can be true; or such a one of its node is nobody's, and
 * most of the gauge's readings fail too. One that is silent, or stuck, proves nothing. */
bool slow_thermometer_fails(const struct slow *s, uint32_t sensor, int64_t day);

/* --- slow_twins.c --- */
/* Environment sensors that are stuck (daily) or leave their like (weekly): sets doubt. */
enum err slow_examine_drivers(struct slow *s, int64_t day, bool weekly,
                              struct arena *arena) MUST_USE;

/* --- slow_leap.c --- */
enum driver_leap { LEAP_NONE, LEAP_AWAY, LEAP_BACK };
/* A driver that reads what no weather makes of the week before leaves its like at once, and is back
 * when it reads as before, or has leapt back. */
enum driver_leap driver_follow_leap(struct channel *c, enum quantity q, int64_t day);
/* All drivers before a day is concluded; a leap away counts as weeks apart (slow_twins.c). */
void slow_follow_leaps(struct slow *s, int64_t day);

/* --- slow_asked.c --- */
/* What is compared with a limit of change, unit of the limit, and its standard error. */
double slow_change_to(const struct slow *s, uint32_t sensor, const struct limit *l, double *error);
/* Slope over a window towards a limit, unit of the limit per year. */
double slow_yearly(const struct limit *l, enum quantity q, const struct movement *m, double slope);
/* Its row has begun to move on day, and it goes along. */
bool slow_goes_along(const struct slow *s, uint32_t sensor, int64_t day);
/* The level that a day asks for, and the limit that says why (NULL: none). */
int slow_asked(const struct slow *all, uint32_t sensor, int64_t day, const struct limit **why);

/* --- slow_surge.c --- */
#define SURGE_D 4 /* days within which a row that is found to move has begun to */
/* Rows that begin to move: sets surge_day of their gauges, which move together. ERR_NOMEM. */
enum err slow_surges(struct slow *s, int64_t day, struct arena *arena) MUST_USE;
/* How far the days up to a day lie from those before. NaN: not known. */
double slow_departure(const struct channel *c, int64_t day);
/* It has moved, the way that matters, enough to ask what its row does, and to go along with it. */
bool slow_departs(const struct slow *s, uint32_t sensor, int64_t day);
/* Of a gauge whose row was found to move on day: houses that go along (moved), and houses of the
 * row that have such a gauge (asked). */
void slow_count_surge(const struct slow *s, uint32_t sensor, int64_t day, struct finding *f);
/* Lately; and what it comes to while no slope of weeks shows it: false when one does, or none has
 * begun. */
bool slow_has_surged(const struct slow *s, const struct slow_sensor *x);
bool slow_beginning(const struct slow *s, uint32_t sensor, int64_t day,
                    struct outlook_beginning *out);

/* --- slow_peers.c --- */
/* Houses (registry indices or REGISTRY_NONE) of one row; houses without one are of none. */
bool slow_same_row(const struct registry *r, uint32_t a, uint32_t b);
/* Compares the slopes of sensors of one quantity over the district: peer_slope, peer_error. */
enum err slow_compare(struct slow *s, struct arena *arena) MUST_USE;
/* Who moves as most of the houses of its row do: together. */
enum err slow_group(struct slow *s, struct arena *arena) MUST_USE;

#endif
