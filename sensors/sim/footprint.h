/* Where the houses of the simulated district stand, on the ground and on their walls. */
#ifndef SHIKUMEN_SIM_FOOTPRINT_H
#define SHIKUMEN_SIM_FOOTPRINT_H

#include "district.h"

/* Rows of houses side by side, a lane between the rows; m east and north of the first corner. */
struct footprint {
    double east_m, north_m; /* south-west corner */
    double width_m, depth_m;
};

/* m from one lane's rows to the next lane's: the longest row and a street. */
double footprint_lane_pitch_m(const struct district *d);

struct footprint footprint_of(const struct district *d, size_t house, double lane_pitch_m);

/* Height above the ground, m, between which a sensor on that element ("truss") is mounted. */
void footprint_heights_m(const char *element, double heights_m[2]);

#endif
