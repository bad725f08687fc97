#include "shikumen/model/quality_config.h"

#include <math.h>
#include <stdbool.h>

#define OFF          NAN
#define GAP_PERIODS  5
#define FLAT_PERIODS 6 /* a window of fewer readings says nothing */
#define S_PER_H      3600.0
#define S_PER_D      86400.0
#define US_PER_H     (3600 * INT64_C(1000000))

/* What is believable of one quantity, canonical unit. */
struct plausible {
    double fail_min, fail_max, suspect_min, suspect_max;
    double spike_suspect, spike_fail;
    double rate_suspect_per_s, rate_min_step; /* no rate fails: a wall that jumps is to be seen */
    double flat_tolerance;                    /* when the resolution is not known */
    int flat_suspect_h, flat_fail_h;
};

/* Gross range of humidity and moisture, the rates of crack, tilt and settlement and the flat-line
 * windows of crack and humidity follow monitoring practice; a rate counts only when one step is
 * larger than rate_min_step, so steady movement at any speed passes and is left to the limits. */
static const struct plausible table[Q_COUNT] = {
    [Q_CRACK_WIDTH] = {-50, 150, OFF, OFF, 0.1, 0.5, 0.05 / S_PER_H, 0.03, 0.001, 72, 168},
    [Q_SETTLEMENT] = {-500, 2000, OFF, OFF, 1, 5, 2 / S_PER_D, 0.5, 0.01, 168, 336},
    [Q_DISPLACEMENT] = {-1000, 1000, OFF, OFF, 0.5, 5, 1 / S_PER_H, 0.2, 0.001, 72, 168},
    [Q_DEFLECTION] = {-500, 500, OFF, OFF, 1, 10, 2 / S_PER_H, 0.5, 0.001, 72, 168},
    [Q_TILT] = {-500, 500, OFF, OFF, 0.3, 2, 0.1 / S_PER_H, 0.05, 0.001, 72, 168},
    [Q_STRAIN] = {-20000, 20000, OFF, OFF, 50, 500, 100 / S_PER_H, 20, 0.1, 72, 168},
    [Q_VELOCITY] = {-1000, 1000, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
    [Q_ACCELERATION] = {-200, 200, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
    [Q_FREQUENCY] = {0.1, 100, 1, 30, 0.3, 1, OFF, 0, OFF, 0, 0},
    [Q_DOMINANT_FREQUENCY] = {0, 1000, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
    [Q_TEMPERATURE] = {-40, 85, -20, 60, 3, 10, 15 / S_PER_H, 3, 0.01, 72, 168},
    [Q_HUMIDITY] = {0, 100, OFF, OFF, 15, 40, 60 / S_PER_H, 15, 0.1, 24, 72},
    [Q_MOISTURE_CONTENT] = {6, 60, OFF, OFF, 2, 8, 2 / S_PER_H, 2, 0.01, 168, 336},
    [Q_WATER_LEVEL] = {-50, 50, OFF, OFF, 0.2, 1, 0.5 / S_PER_H, 0.2, OFF, 0, 0},
    [Q_RAIN] = {0, 500, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
    [Q_LEAK] = {0, 1, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
    [Q_DOOR] = {0, 1, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
    [Q_BATTERY] = {0, 100, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
    [Q_RSSI] = {-200, 30, OFF, OFF, OFF, OFF, OFF, 0, OFF, 0, 0},
};

static int64_t periods(int64_t period_us, int64_t n)
{
    return period_us > INT64_MAX / n ? INT64_MAX : period_us * n;
}

static int64_t flat_window(int hours, int64_t period_us)
{
    int64_t least_us = periods(period_us, FLAT_PERIODS);

    if (hours == 0)
        return 0;
    return hours * US_PER_H > least_us ? hours * US_PER_H : least_us;
}

/* A threshold no finer than some steps of the resolution; one that is off stays off. */
static double at_least(double threshold, double steps)
{
    return isnan(threshold) || threshold > steps ? threshold : steps;
}

struct quality_config quality_config_default(enum quantity q, double resolution, int64_t period_us)
{
    const struct plausible *p = &table[q];
    bool flat = p->flat_suspect_h > 0;

    return (struct quality_config){
        .period_us = period_us,
        .gap_us = periods(period_us, GAP_PERIODS),
        .fail_min = p->fail_min,
        .fail_max = p->fail_max,
        .suspect_min = p->suspect_min,
        .suspect_max = p->suspect_max,
        .spike_suspect = at_least(p->spike_suspect, 5 * resolution),
        .spike_fail = at_least(p->spike_fail, 25 * resolution),
        .rate_suspect_per_s = p->rate_suspect_per_s,
        .rate_fail_per_s = OFF,
        .rate_min_step = at_least(p->rate_min_step, 3 * resolution),
        .flat_tolerance = flat && resolution > 0 ? resolution : p->flat_tolerance,
        .flat_suspect_us = flat_window(p->flat_suspect_h, period_us),
        .flat_fail_us = flat_window(p->flat_fail_h, period_us),
        .attenuated_suspect = OFF,
        .attenuated_fail = OFF,
        .attenuated_window_us = 0,
    };
}
