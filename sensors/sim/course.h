/* How damages grow, and which sensors feel them. Pure. */
#ifndef SHIKUMEN_SIM_COURSE_H
#define SHIKUMEN_SIM_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "district.h"
#include "scenario.h"

#define COURSE_STEPS_MAX 400

/* One damage with the places it concerns. */
struct course {
    const struct scenario_damage *damage;
    uint32_t sensor, house; /* house: of the sensor or the first of the row */
    bool whole_row;
    uint64_t seed;
    double *step_us, *step_size; /* stepwise: since the onset, and how large, of size 1 */
    size_t step_count;
};

/* Resolves the place of d. False: there is no such sensor, house or row, or none that would show
 * this kind. Steps are the arena's; their lack of memory counts as no place. */
bool course_init(struct course *c, const struct scenario_damage *d, uint64_t seed,
                 const struct district *of, struct arena *arena);

/* Size of the damage at t_us, 0 before its onset; rising. Metro and pile driving: 0. */
double course_at(const struct course *c, int64_t t_us);

/* What sensor shows per unit of that size; 0: it is not touched. */
double course_factor(const struct course *c, const struct district *d, uint32_t sensor);

/* How far the ground water of the house's row is drawn down, m. */
double course_drawdown_m(const struct course *c, int64_t t_us);

/* Whether the house is concerned. */
bool course_concerns(const struct course *c, const struct district *d, uint32_t house);

/* Metro does no harm. */
bool course_harmful(const struct course *c);

#endif
