#include "shikumen/base/curve.h"

#include <math.h>

static double least_value(const struct curve_point *curve, size_t count)
{
    double least = curve[0].value;

    for (size_t i = 1; i < count; i++)
        if (curve[i].value < least)
            least = curve[i].value;
    return least;
}

double curve_at(const struct curve_point *curve, size_t count, double f_hz)
{
    size_t right = 0;
    const struct curve_point *a, *b;

    if (!isfinite(f_hz) || f_hz <= 0)
        return least_value(curve, count);
    while (right < count && curve[right].frequency_hz < f_hz)
        right++;
    if (right == 0)
        return curve[0].value;
    if (right == count)
        return curve[count - 1].value;
    a = &curve[right - 1];
    b = &curve[right];
    return a->value +
           (b->value - a->value) * (f_hz - a->frequency_hz) / (b->frequency_hz - a->frequency_hz);
}
