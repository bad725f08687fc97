#include <stdlib.h>

#include "ingest_parts.h"
#include "shikumen/base/clock.h"

/* A broker that accepts us and then says nothing. */

#define QUIET_AT_LEAST_US (60 * US_PER_S)
#define QUIET_PERIODS     5

/* Spoke within its five periods before the latest message. */
static bool lively(const struct ingest *in, size_t i)
{
    int64_t heard_us = in->map.heard_us[in->map.ids[i]];
    return heard_us != 0 && in->link.last_message_us - heard_us <=
                                QUIET_PERIODS * in->plan->registry->sensors[i].period_us;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Of all sensors: what to go by as long as none was heard. 0 when there is none. */
static int64_t median_period_us(const struct registry *r)
{
    int64_t *periods = malloc((r->sensor_count + 1) * sizeof *periods);
    if (!periods || r->sensor_count == 0) {
        free(periods);
        return 0;
    }
    for (size_t i = 0; i < r->sensor_count; i++)
        periods[i] = r->sensors[i].period_us;
    qsort(periods, r->sensor_count, sizeof *periods, by_size);
    int64_t median_us = periods[r->sensor_count / 2];
    free(periods);
    return median_us;
}

/* The shortest nominal period of the sensors that were lately heard (a dead one is no measure); 0
 * when there is none. */
static int64_t shortest_period_us(const struct ingest *in)
{
    const struct registry *r = in->plan->registry;
    int64_t shortest_us = 0;
    for (size_t i = 0; i < r->sensor_count; i++)
        if (lively(in, i) && (shortest_us == 0 || r->sensors[i].period_us < shortest_us))
            shortest_us = r->sensors[i].period_us;
    return shortest_us;
}

bool ingest_delivers_nothing(const struct ingest *in)
{
    int64_t since_us = in->link.last_message_us > in->link.connected_since_us
                           ? in->link.last_message_us
                           : in->link.connected_since_us;
    int64_t quiet_us = clock_monotonic_us() - since_us;
    if (in->link.connected_since_us == 0 || quiet_us <= QUIET_AT_LEAST_US)
        return false;
    int64_t period_us =
        in->any_heard ? shortest_period_us(in) : median_period_us(in->plan->registry);
    return period_us != 0 && quiet_us > QUIET_PERIODS * period_us;
}
