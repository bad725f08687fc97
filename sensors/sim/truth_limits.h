/* The limits that the simulator's sensors are judged by: config/limits as shipped, as far as the
 * truth of a history speaks of them. */
#ifndef SHIKUMEN_SIM_TRUTH_LIMITS_H
#define SHIKUMEN_SIM_TRUTH_LIMITS_H

#include <stddef.h>

#include "shikumen/model/limit.h"

struct truth_limit {
    const char *set;
    int level;
    enum limit_of of;
    double value, window_s; /* of LIMIT_EVENT: times the curve */
    const char *unit;
};

#define TRUTH_LIMITS 23
extern const struct truth_limit truth_limits[TRUTH_LIMITS];

#endif
