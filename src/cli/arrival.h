/* All readings of a store in order of arrival, then sensor, then time, in bounded memory. The store
 * keeps them by device time, so each pass keeps the earliest arrivals of those not given yet; a day
 * whose arrivals are all too early or too late for the pass is not read. */
#ifndef SHIKUMEN_CLI_ARRIVAL_H
#define SHIKUMEN_CLI_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/io/readings_query.h"

#define ARRIVAL_AT_ONCE 500000 /* readings given per pass, at most; twice as many are held */

struct arrival_query {
    int64_t from_us, to_us; /* device times from_us <= t < to_us */
    const bool *wanted;     /* by sensor id */
    size_t wanted_count;    /* ids from here on are not wanted */
    size_t at_once;         /* readings per pass; 0: ARRIVAL_AT_ONCE */
};

/* Calls fn for each. Readings that arrive meanwhile are left out. */
enum err arrival_each(struct readings_reader *r, const struct arrival_query *query,
                      reader_reading_fn *fn, void *context) MUST_USE;

#endif
