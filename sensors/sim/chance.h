/* Chance that depends on nothing but its arguments: the same seed and index give the same number
 * on every run and in every order. Pure. */
#ifndef SHIKUMEN_SIM_CHANCE_H
#define SHIKUMEN_SIM_CHANCE_H

#include <stdint.h>

/* A new seed out of two (SplitMix64 finaliser: Steele, Lea, Flood, OOPSLA 2014). */
uint64_t chance_mix(uint64_t seed, uint64_t index);

/* Uniform in [0, 1). */
double chance_uniform(uint64_t seed, uint64_t index);

/* Uniform in [low, high). */
double chance_between(uint64_t seed, uint64_t index, double low, double high);

/* Standard normal (Box and Muller). */
double chance_normal(uint64_t seed, uint64_t index);

/* Smooth noise in [-1, 1] along x, independent values one unit apart (value noise). */
double chance_smooth(uint64_t seed, double x);

#endif
