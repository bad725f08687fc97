/* Sum of products in a fixed order of four sums, so that one addition need not wait for the other.
 */
#ifndef SHIKUMEN_NUM_DOT_H
#define SHIKUMEN_NUM_DOT_H

#include <stddef.h>

static inline double dot(const double *x, const double *y, size_t n)
{
    double sum[4] = {0, 0, 0, 0};
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += x[i + k] * y[i + k];
    for (; i < n; i++)
        sum[0] += x[i] * y[i];
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

#endif
