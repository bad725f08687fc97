/* Six-hour means of one sensor's readings: what the slow analysis keeps instead of the readings.
 * Six hours, because a wall's day has a shape (four bins hold it) and its damage has none. Bins are
 * numbered by device time: number = floor(t / BIN_US). A ring holds the latest of them. Order of
 * arrival does not matter but for rounding (float, relative to the first that passed: 1e-7 of the
 * spread). Plain memory of the caller's; no I/O, no clock. */
#ifndef SHIKUMEN_CORE_BINS_H
#define SHIKUMEN_CORE_BINS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIN_US       (6 * 3600 * 1000000LL)
#define BINS_PER_DAY 4
/* A year and 55 days: a reference year, and what came late to it. */
#define BINS_KEPT (420 * BINS_PER_DAY)

struct bin {
    float mean;      /* of the passing readings, less origin; meaningful when passed > 0 */
    uint16_t passed; /* QARTOD flag 1 */
    uint16_t total;  /* of any flag */
};

struct bins {
    struct bin *at;  /* capacity of them, number n at n % capacity */
    size_t capacity; /* > 0 */
    int64_t end;     /* one past the latest bin; INT64_MIN: none yet */
    int64_t begin;   /* earliest bin ever filled; INT64_MIN: none yet */
    double origin;   /* first value that passed, NaN: none yet */
};

/* Takes over zeroed memory of capacity bins. */
void bins_init(struct bins *b, struct bin *at, size_t capacity);

int64_t bin_of(int64_t t_us);

/* One reading. False: it is older than what the ring holds, or not finite. */
bool bins_add(struct bins *b, int64_t t_us, double value, bool passed);

/* Replaces a bin after revisions: n passing readings of that mean, of total in all. False as above.
 */
bool bins_put(struct bins *b, int64_t number, double mean, uint16_t passed, uint16_t total);

/* The rest is asked for thousands of times a day of each sensor, and therefore inline. */

/* The earliest number still in the ring (and ever filled). INT64_MAX when none is. */
static inline int64_t bins_first(const struct bins *b)
{
    int64_t oldest;

    if (b->end == INT64_MIN)
        return INT64_MAX;
    oldest = b->end - (int64_t)b->capacity;
    return b->begin > oldest ? b->begin : oldest;
}

/* Where a number lies in a ring of that capacity; by a constant it is divided faster. */
static inline size_t bins_slot(size_t capacity, int64_t number)
{
    int64_t n = capacity == BINS_KEPT ? number % BINS_KEPT : number % (int64_t)capacity;

    return (size_t)(n < 0 ? n + (int64_t)capacity : n);
}

/* The bin itself, zero when it is not there. */
static inline struct bin bins_at(const struct bins *b, int64_t number)
{
    if (b->end == INT64_MIN || number >= b->end || number < b->end - (int64_t)b->capacity)
        return (struct bin){0};
    return b->at[bins_slot(b->capacity, number)];
}

/* Mean of a bin; NaN when nothing passed, or when it is not in the ring. */
static inline double bins_mean(const struct bins *b, int64_t number)
{
    struct bin bin = bins_at(b, number);

    return bin.passed > 0 ? b->origin + (double)bin.mean : (double)NAN;
}

#endif
