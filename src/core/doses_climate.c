#include "doses_internal.h"

/* Rounded normals of Shanghai, 1991 .. 2020 [M]. */
static const double month_celsius[12] = {4.9,  6.7,  10.5, 15.7, 20.9, 24.5,
                                         28.9, 28.6, 24.9, 19.7, 13.7, 7.5};
static const double month_rh[12] = {72, 73, 73, 72, 73, 81, 79, 79, 76, 72, 72, 69};

#define YEAR_H       8765.82
#define EPOCH_PART_H 8.0 /* Shanghai is 8 h ahead of the beginning of 1970 UTC */

void dose_climate(int64_t hour, double *celsius, double *rh)
{
    double years = ((double)hour + EPOCH_PART_H) / YEAR_H;
    double month = 12 * (years - floor(years)) + 11.5, part = month - floor(month);
    size_t a = (size_t)month % 12, b = (a + 1) % 12;

    *celsius = month_celsius[a] + part * (month_celsius[b] - month_celsius[a]);
    *rh = month_rh[a] + part * (month_rh[b] - month_rh[a]);
}
