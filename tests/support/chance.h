/* Random choices that are the same in every run (splitmix64: Steele, Lea, Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014). */
#ifndef SHIKUMEN_TESTS_CHANCE_H
#define SHIKUMEN_TESTS_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start with any number: struct chance c = {seed}. */
struct chance {
    uint64_t state;
};

static inline uint64_t chance_bits(struct chance *c)
{
    uint64_t z = (c->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. n - 1; n at least 1. */
static inline size_t chance_below(struct chance *c, size_t n)
{
    return (size_t)(chance_bits(c) % n);
}

/* True once in n. */
static inline bool chance_one_in(struct chance *c, size_t n)
{
    return chance_below(c, n) == 0;
}

#endif
