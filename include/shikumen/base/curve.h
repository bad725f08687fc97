/* A limit that depends on frequency, as vibration standards draw it. */
#ifndef SHIKUMEN_BASE_CURVE_H
#define SHIKUMEN_BASE_CURVE_H

#include <stddef.h>

/* A point of a limit curve over frequency; straight lines between, level outside. */
struct curve_point {
    double frequency_hz;
    double value; /* canonical unit */
};

/* Curve value at f (linear interpolation on a linear frequency axis, level outside the ends; DIN
 * 4150-3 figure 1); f not finite or <= 0: the least value of the curve. count >= 1. */
double curve_at(const struct curve_point *curve, size_t count, double f_hz);

#endif
