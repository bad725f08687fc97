/* Seeded chance: the same numbers on every machine (xoshiro256++, Blackman & Vigna 2019, seeded by
 * splitmix64). The seed belongs to the result it served. */
#ifndef SHIKUMEN_NUM_RANDOM_H
#define SHIKUMEN_NUM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t s[4];
};

struct random random_seeded(uint64_t seed);

uint64_t random_bits(struct random *r);

/* Uniform in (0, 1), both ends excluded, 52 bits. */
double random_uniform(struct random *r);

/* 0 .. n - 1 without bias, n >= 1. */
size_t random_below(struct random *r, size_t n);

/* Standard normal, one uniform draw each (by inversion). */
double random_normal(struct random *r);

/* Exponential of mean 1. */
double random_exponential(struct random *r);

#endif
