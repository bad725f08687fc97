/* Draws what befalls a big district: damages, works nearby, ills, weather. Pure. */
#ifndef SHIKUMEN_SIM_DRAW_H
#define SHIKUMEN_SIM_DRAW_H

#include "district.h"
#include "scenario.h"

/* Adds to s what its "district" asks for, by its seed; d is its district as built. Does nothing
 * without one. ERR_NOMEM. */
enum err draw_district(struct scenario *s, const struct district *d) MUST_USE;

/* What the drawing functions share. */
struct draw {
    struct scenario *s;
    const struct district *d;
    uint64_t seed, count; /* the next number of chance */
    size_t damage_room, ill_room, spell_room;
    bool *taken; /* by house: has its damage */
    bool out_of_memory;
};

double draw_between(struct draw *w, double low, double high);
/* low times high/low to a uniform power. */
double draw_log_between(struct draw *w, double low, double high);
/* A moment between two parts (0..1) of the run, on a whole hour. */
int64_t draw_moment_us(struct draw *w, double low, double high);
const char *draw_sensor_id(struct draw *w, uint32_t sensor);

/* The ills of all sensors (draw_ills.c). */
void draw_ills(struct draw *w);
size_t draw_ills_room(const struct scenario *s, const struct district *d);

#endif
