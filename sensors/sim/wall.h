/* What a sensor would show in a sound house: how its spot follows the weather, ages and wanders.
 * One state per sensor, asked in the order of time. Pure. */
#ifndef SHIKUMEN_SIM_WALL_H
#define SHIKUMEN_SIM_WALL_H

#include <stdint.h>

#include "district.h"
#include "sky.h"

/* A value that wanders: a new step every day, straight lines between. */
struct wander {
    uint64_t seed;
    int64_t day; /* of left; INT64_MIN: not begun */
    double left, right, keep, step;
};

struct wall {
    const struct sim_sensor *sensor;
    int64_t start_us;
    double base, drift_per_year;
    /* How it follows: temperatures of two adjoining columns mixed, a fast one and a slow one. */
    double gain_fast, gain_slow, gain_rh, gain_water;
    double mix_fast, mix_slow;
    enum sky_column fast, slow, rh;
    double contact;      /* a crack cannot close below this, mm */
    double play, played; /* half width of the hysteresis, and where it stands; in degC */
    struct wander restless, walk;
};

/* What befalls the house at the moment of asking. */
struct wall_load {
    double damage;  /* in the sensor's unit, percent for a frequency */
    double wetness; /* of a leaking roof, 0..1 */
    double drawdown_m;
};

void wall_init(struct wall *w, const struct sim_sensor *s, int64_t start_us);

/* The true value at t_us, without the gauge's noise. */
double wall_at(struct wall *w, const struct sky_moment *k, const struct wall_load *load,
               int64_t t_us);

/* The value that the sound spot keeps about over the years at its start (moisture: over the
 * climate), and what ageing has added t_us after it. */
double wall_level(const struct wall *w);
double wall_ageing(const struct wall *w, int64_t t_us);

#endif
