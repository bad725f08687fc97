#include "chance.h"

#include <math.h>

#define TWO_PI 6.28318530717958647692

uint64_t chance_mix(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

double chance_uniform(uint64_t seed, uint64_t index)
{
    return (double)(chance_mix(seed, index) >> 11) * 0x1p-53;
}

double chance_between(uint64_t seed, uint64_t index, double low, double high)
{
    return low + (high - low) * chance_uniform(seed, index);
}

double chance_normal(uint64_t seed, uint64_t index)
{
    uint64_t own = chance_mix(seed, index);
    double radius = sqrt(-2 * log(1 - chance_uniform(own, 0)));

    return radius * cos(TWO_PI * chance_uniform(own, 1));
}

double chance_smooth(uint64_t seed, double x)
{
    double cell = floor(x), f = x - cell;
    uint64_t i = (uint64_t)(int64_t)cell;
    double left = chance_between(seed, i, -1, 1), right = chance_between(seed, i + 1, -1, 1);

    return left + (right - left) * f * f * (3 - 2 * f);
}
