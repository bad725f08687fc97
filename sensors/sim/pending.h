/* Readings of a history that have not arrived yet, by time of arrival. */
#ifndef SHIKUMEN_SIM_PENDING_H
#define SHIKUMEN_SIM_PENDING_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

/* A reading as it is sent. */
struct arrival {
    int64_t rx_us, t_us;
    int64_t scaled; /* value times 10^decimals */
    uint32_t sensor;
    int decimals;
};

/* A list that grows, and a heap of those for later. Zero-initialise. */
struct pending {
    struct arrival *now, *later; /* later: a heap, least first */
    size_t now_count, now_capacity, later_count, later_capacity;
    int64_t until_us; /* what arrives before is now */
};

/* ERR_NOMEM. */
enum err pending_put(struct pending *p, const struct arrival *a) MUST_USE;

/* Everything that arrives before until_us, in order of arrival (then sensor, time, value), in
 * p->now; what is put afterwards is taken against the next until. ERR_NOMEM. */
enum err pending_take(struct pending *p, int64_t until_us) MUST_USE;

/* Begins a new span: forgets p->now. */
void pending_begin(struct pending *p, int64_t until_us);
void pending_free(struct pending *p);

#endif
