#include "shikumen/num/sample.h"

#include <float.h>
#include <math.h>

#include "within.h"

enum err sample_check(const double *x, size_t n, size_t least)
{
    if (!all_within(x, n, DBL_MAX))
        return ERR_NOT_FINITE;
    return n < least ? ERR_TOO_FEW : ERR_OK;
}

enum err sample_varies(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return ERR_OK;
    return ERR_CONSTANT;
}

enum err sample_increasing(const double *t, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!(t[i] > t[i - 1]))
            return ERR_ORDER;
    return ERR_OK;
}

/* The difference of any two int64 fits an uint64. */
static double days_between(int64_t from_us, int64_t to_us)
{
    const double us_per_day = 86400e6;

    if (to_us >= from_us)
        return (double)((uint64_t)to_us - (uint64_t)from_us) / us_per_day;
    return -((double)((uint64_t)from_us - (uint64_t)to_us) / us_per_day);
}

void sample_days(const int64_t *t_us, size_t n, int64_t origin_us, double *t_d)
{
    for (size_t i = 0; i < n; i++)
        t_d[i] = days_between(origin_us, t_us[i]);
}

size_t sample_drop_missing(double *t, double *x, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(t[i]) || !isfinite(x[i]))
            continue;
        t[kept] = t[i];
        x[kept] = x[i];
        kept++;
    }
    return kept;
}
