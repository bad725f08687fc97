/* The slopes between all pairs of points inside each of several groups, as an implicit sorted list:
 * counted, sampled and selected from without being stored. */
#ifndef SHIKUMEN_NUM_THEILSEN_PAIRS_H
#define SHIKUMEN_NUM_THEILSEN_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* A point, seen as the line r(b) = x - b t: two lines cross at the slope between their points. */
struct line {
    double t, x;
    double r; /* at the b of the last sort, rounded */
};

/* Once t and x are scaled to at most 1 and different times lie at least PAIRS_LEAST apart, a slope
 * beyond all others. Slopes within PAIRS_LEAST of 0 are not told from 0. The bounds keep the exact
 * comparison from overflow and underflow. */
#define PAIRS_BEYOND 0x1p450
#define PAIRS_LEAST  0x1p-400

struct pairs {
    size_t n, groups;
    const size_t *start; /* group g is lines start[g] .. start[g + 1] - 1 */
    struct line *base;   /* inside a group by t, then x */
    struct line *scratch;
    double x_max; /* of |x| scaled; |t| <= 1 */
    int x_exponent,
        t_exponent; /* a slope of scaled lines is 2^(t_exponent - x_exponent) of the true */
    uint64_t count; /* pairs of different times */
};

/* Points t, x grouped by start (groups + 1 entries, from 0 to n), in any order inside a group. What
 * is allocated stays in a. ERR_NOT_FINITE, ERR_CONSTANT (no pair of different times), ERR_NOMEM. */
enum err pairs_init(struct pairs *p, const double *t, const double *x, const size_t *start,
                    size_t groups, struct arena *a) MUST_USE;

/* Receives the slopes of pairs whose order a sort changed: all of them (wanted NULL) or those whose
 * numbers, counted from 0 as the sort meets them, stand ascending in wanted. */
struct slope_sink {
    const uint64_t *wanted;
    size_t wanted_count, filled;
    uint64_t seen;
    double *slope;
};

/* Brings lines from their order just above one slope into that just above slope b; the order below
 * all slopes is that of base. Returns how many pairs have exact slopes in between, b included. */
uint64_t pairs_reorder(const struct pairs *p, struct line *lines, double b,
                       struct slope_sink *sink);

/* value[i] becomes the slope of rank[i] (1 .. p->count, ascending), in the caller's units. Scratch
 * from a. ERR_NOMEM, ERR_NOT_FINITE (overflow). */
enum err pairs_select(const struct pairs *p, const uint64_t *rank, size_t ranks, double *value,
                      struct arena *a) MUST_USE;

/* Median of all slopes: mean of the middle two when their number is even. */
enum err pairs_median(const struct pairs *p, double *value, struct arena *a) MUST_USE;

#endif
