/* The weather of a whole scenario, hour by hour, with its memories: what a body with a time
 * constant shows. Made once, then read by all sensors. Pure. */
#ifndef SHIKUMEN_SIM_SKY_H
#define SHIKUMEN_SIM_SKY_H

#include <stddef.h>
#include <stdint.h>

#include "scenario.h"

/* Columns. The temperatures behind the air by 6 h to 20 d stand side by side, fastest first, and so
 * do the humidities. */
enum sky_column {
    SKY_CELSIUS, /* outdoors, degC */
    SKY_CELSIUS_6H,
    SKY_CELSIUS_18H,
    SKY_CELSIUS_2D,
    SKY_CELSIUS_6D,
    SKY_CELSIUS_20D,
    SKY_RH, /* outdoors, %RH */
    SKY_RH_12H,
    SKY_RH_10D,
    SKY_RH_20D,
    SKY_RH_40D,
    SKY_RAIN, /* 0..1 */
    SKY_RAIN_10D,
    SKY_WATER, /* ground water, m, 0 is the yard */
    SKY_WATER_20D,
    SKY_COLUMNS
};

struct sky_moment {
    double at[SKY_COLUMNS];
};

struct sky {
    int64_t from_us; /* of the first row */
    size_t hours;
    struct sky_moment *rows;
};

/* From a day before the scenario's start until a day after its end; memories have run for half a
 * year by then. Memory is the arena's. ERR_NOMEM. */
enum err sky_build(const struct scenario *s, struct arena *arena, struct sky *out) MUST_USE;

/* Between the hours on straight lines; level outside. */
void sky_at(const struct sky *k, int64_t t_us, struct sky_moment *out);

#endif
