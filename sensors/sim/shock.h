/* Vibration events: passing traffic, metro trains at night, piles driven by day. Pure. */
#ifndef SHIKUMEN_SIM_SHOCK_H
#define SHIKUMEN_SIM_SHOCK_H

#include <stddef.h>
#include <stdint.h>

#include "course.h"
#include "district.h"

struct shock {
    int64_t t_us;
    double mm_s, hz;
};

/* Passing traffic at the sensor in the period that begins at from_us. */
struct shock shock_traffic(const struct sim_sensor *s, int64_t from_us, int64_t period_us);

/* The events of a metro or of pile driving at sensor s in [from_us, until_us), at most max. */
size_t shock_events(const struct course *c, const struct sim_sensor *s, int64_t from_us,
                    int64_t until_us, struct shock *out, size_t max);

/* DIN 4150-3 table 1 line 3 at the foundation: 3 mm/s to 10 Hz, 8 at 50 Hz, 10 from 100 Hz on. */
double shock_limit_mm_s(double hz);

#endif
