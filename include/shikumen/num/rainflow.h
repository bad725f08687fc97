/* Rainflow counting of cycles (ASTM E1049-85, 5.4.4), as values arrive. */
#ifndef SHIKUMEN_NUM_RAINFLOW_H
#define SHIKUMEN_NUM_RAINFLOW_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* One cycle or half cycle between two reversals, in the unit of the data. */
struct rainflow_cycle {
    double range, mean;
    double count;      /* 1, or 0.5 for a half cycle */
    size_t start, end; /* samples of its two reversals, from 0; of a plateau the last one */
};

struct rainflow_point {
    double value;
    size_t sample;
};

/* Counting that goes on: the reversals not yet closed, and the direction of the last move. */
struct rainflow {
    struct rainflow_point *open; /* reversals not yet closed, oldest first */
    size_t open_count, capacity;
    struct rainflow_point last; /* newest value, a reversal only when the direction turns */
    size_t samples;
    int direction; /* +1, -1, 0 before the first move */
};

/* Receives each cycle as it closes. */
typedef void rainflow_sink(const struct rainflow_cycle *cycle, void *context);

/* Room for capacity open reversals (at least 3), from the arena. Ranges that shrink on and on
 * leave every reversal open (growing ones close by halves); a quantity that moves between two
 * bounds in steps of its resolution r leaves at most 2 (upper - lower) / r + 2. ERR_RANGE,
 * ERR_NOMEM. */
enum err rainflow_init(struct rainflow *r, size_t capacity, struct arena *arena) MUST_USE;

/* Next sample in time order. ERR_NOT_FINITE (also beyond DBL_MAX / 2): the sample is not
 * counted; ERR_FULL: no room for another open reversal. Neither changes anything. */
enum err rainflow_push(struct rainflow *r, double value, rainflow_sink *sink,
                       void *context) MUST_USE;

/* The residue as half cycles, the newest value taken as a reversal, without touching r: counting
 * can go on and be asked again. ERR_NOMEM. */
enum err rainflow_residue(const struct rainflow *r, rainflow_sink *sink, void *context,
                          struct arena *scratch) MUST_USE;

/* All cycles of n samples, residue included, in the order they close; *cycles from the arena.
 * ERR_TOO_FEW for n < 2, ERR_NOT_FINITE, ERR_NOMEM. */
enum err rainflow_count(const double *x, size_t n, struct rainflow_cycle **cycles, size_t *count,
                        struct arena *arena) MUST_USE;

/* Cycles by range: bin i holds those with i * width < range <= (i + 1) * width (closed at the
 * right, so that a range of exactly 3 with width 1 is in bin 2); what is beyond the last bin goes
 * into it. ERR_RANGE for width <= 0 or no bins. */
enum err rainflow_histogram(const struct rainflow_cycle *cycles, size_t count, double width,
                            double *bin, size_t bins) MUST_USE;

#endif
