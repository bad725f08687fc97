/* What a sensor shows at a moment: climate, load, its own noise, and the ills of real sensors.
 * A function of seed, sensor and time alone. Pure. */
#ifndef SHIKUMEN_SIM_GAUGE_H
#define SHIKUMEN_SIM_GAUGE_H

#include <stdbool.h>
#include <stdint.h>

#include "district.h"
#include "weather.h"

/* The crack that grows: from 20 % of [from_us, until_us] on by 1.25 mm per 40 % of it, so that
 * 0.5 mm are passed at 36 % and 1 mm at 52 %; up to 8 mm. */
struct damage {
    uint32_t house; /* UINT32_MAX: none */
    int64_t from_us, until_us;
};

struct gauge_settings {
    struct damage damage;
    double fault_rate; /* chance of an ill per reading; 0: perfect sensors */
};

/* The value that sensor s sends for time t_us (a multiple of its period plus its node's phase),
 * rounded to its resolution. False: a dropout, nothing is sent. */
bool gauge_value(const struct sim_sensor *s, const struct gauge_settings *set, uint64_t weather,
                 const struct climate *c, int64_t t_us, double *value);

/* Growth of the damaged crack at t_us, mm. */
double damage_mm(const struct damage *d, int64_t t_us);

#endif
