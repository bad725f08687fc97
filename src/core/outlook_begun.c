#include <math.h>

#include "outlook_internal.h"

/* How it may go on [J]: as it began, or slowing down, with half of the way behind it after so many
 * days. */
#define COURSES 4
static const double halves_d[COURSES] = {INFINITY, 30, 90, 270};

static struct kalman state_of(double level, double level_sd, double slope, double slope_sd)
{
    return (struct kalman){.model = {.kind = KALMAN_TREND, .r = level_sd * level_sd},
                           .a = {level, slope},
                           .p = {level_sd * level_sd, 0, slope_sd * slope_sd}};
}

void outlook_begun(const struct outlook_beginning *b, struct outlook_stand *out)
{
    *out = (struct outlook_stand){.method = OUTLOOK_FIRST_PASSAGE,
                                  .level = b->level,
                                  .level_sd = b->level_sd,
                                  .slope = b->slope,
                                  .slope_sd = b->slope_sd,
                                  .count = COURSES,
                                  .paced = true};
    for (size_t i = 0; i < COURSES; i++) {
        bool slows = isfinite(halves_d[i]);
        out->weight[i] = 1.0 / COURSES;
        out->node[i] = state_of(b->level, b->level_sd, b->slope, b->slope_sd);
        out->pace[i] = (struct outlook_pace){slows ? OUTLOOK_SETTLING : OUTLOOK_CONSTANT, b->age_d,
                                             slows ? halves_d[i] : 0};
    }
}
