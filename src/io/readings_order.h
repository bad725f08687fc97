/* The unsealed readings in the order of blocks: by day, then sensor, then time. Private to io. */
#ifndef SHIKUMEN_IO_READINGS_ORDER_H
#define SHIKUMEN_IO_READINGS_ORDER_H

#include "memtable.h"

/* Entries order[first] .. order[first + count - 1] are of this sensor and UTC day, ascending. */
struct order_group {
    int64_t day;
    uint32_t sensor, first, count;
};

struct readings_order {
    uint32_t *order; /* of all entries, by sensor, then time */
    struct order_group *groups;
    size_t group_count;
};

/* ERR_NOMEM; free in any case. */
enum err readings_order_make(struct memtable *m, struct readings_order *o) MUST_USE;
void readings_order_free(struct readings_order *o);

#endif
