/* What ails instruments: a reading as it should be becomes the reading that is sent. Pure. */
#ifndef SHIKUMEN_SIM_ILLS_H
#define SHIKUMEN_SIM_ILLS_H

#include <stdbool.h>
#include <stdint.h>

#include "district.h"
#include "scenario.h"
#include "sky.h"

/* A reading on its way. */
struct sample {
    int64_t t_us, rx_us; /* as sent; arrival */
    double value;
    int decimals;
    bool lost, twice;
};

/* One ill at one sensor. */
struct ill_run {
    const struct scenario_ill *ill;
    uint32_t sensor, next; /* next: of the same sensor, SIM_NONE: none */
    bool begun;
    double held; /* stuck: the value; rezero: what is taken off */
};

/* Whether ill i concerns the sensor. */
bool ills_touch(const struct scenario_ill *ill, const struct district *d, uint32_t sensor);

/* The ill's part on a sample taken at the true time t_us. Asked in the order of time, before the
 * beginning too. */
void ills_apply(struct ill_run *run, const struct sim_sensor *s, const struct sky_moment *k,
                int64_t t_us, struct sample *x);

#endif
