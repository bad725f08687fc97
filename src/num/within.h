/* Whether all of many values are in bounds. */
#ifndef SHIKUMEN_NUM_WITHIN_H
#define SHIKUMEN_NUM_WITHIN_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether |x[i]| <= most for all i < n; a NaN is not. Those that are not are counted to the end,
 * four at once, since a loop that may stop takes one after the other. */
static inline bool all_within(const double *x, size_t n, double most)
{
    double beyond[4] = {0, 0, 0, 0};
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            beyond[k] += fabs(x[i + k]) <= most ? 0 : 1;
    for (; i < n; i++)
        beyond[0] += fabs(x[i]) <= most ? 0 : 1;
    return beyond[0] + beyond[1] + beyond[2] + beyond[3] == 0;
}

#endif
