/* Weather and walls with known truth, for the tests of the slow analysis. */
#ifndef WEATHER_TRUTH_H
#define WEATHER_TRUTH_H

#include <math.h>
#include <stddef.h>

#include "shikumen/num/random.h"

/* Outdoor temperature, degC, n values of so many a day from day first of the year on: a year,
 * fronts (AR(1), three days), a day. */
static inline void truth_temperature(struct random *chance, double first_d, double per_day,
                                     double *out, size_t n)
{
    double keep = exp(-1 / (3 * per_day)), front = 3.5 * random_normal(chance);

    for (size_t i = 0; i < n; i++) {
        double d = first_d + (double)i / per_day;
        out[i] = 17 - 12 * cos(2 * M_PI * (d - 20) / 365.25) + front +
                 3 * sin(2 * M_PI * (d - 0.4)) + 0.3 * random_normal(chance);
        front = keep * front + 3.5 * sqrt(1 - keep * keep) * random_normal(chance);
    }
}

/* Exponential memory of u. */
static inline void truth_memory(const double *u, size_t n, double per_day, double lag_d,
                                double *out)
{
    double keep = exp(-1 / (per_day * lag_d)), z = u[0];

    for (size_t i = 0; i < n; i++)
        out[i] = z = keep * z + (1 - keep) * u[i];
}

/* Adds AR(1) noise of standard deviation sd. */
static inline void truth_noise(struct random *chance, double sd, double phi, double *y, size_t n)
{
    double e = sd * random_normal(chance);

    for (size_t i = 0; i < n; i++) {
        y[i] += e;
        e = phi * e + sd * sqrt(1 - phi * phi) * random_normal(chance);
    }
}

#endif
