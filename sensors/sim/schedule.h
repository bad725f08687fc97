/* Which node wakes next: a binary heap by time, then node index. */
#ifndef SHIKUMEN_SIM_SCHEDULE_H
#define SHIKUMEN_SIM_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "district.h"
#include "shikumen/base/err.h"

struct wake {
    int64_t t_us; /* simulated */
    uint32_t node;
};

struct schedule {
    struct wake *heap;
    size_t count;
};

/* All nodes of d, each at its first tick from start_us on. ERR_NOMEM. */
enum err schedule_init(struct schedule *s, const struct district *d, int64_t start_us) MUST_USE;
void schedule_free(struct schedule *s);

/* The next to wake. */
struct wake schedule_next(const struct schedule *s);
/* Puts the next one back, at its tick after this. */
void schedule_advance(struct schedule *s);

#endif
