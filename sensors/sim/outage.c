#include "outage.h"

#include "chance.h"
#include "shikumen/base/clock.h"

#define LATEST_START_H 16.0
#define SHORTEST_H     1.0
#define LONGEST_H      8.0
#define FIRST_INDEX    0x4000000000U /* of the chances of its days */

static uint64_t index_of(int64_t day, unsigned which)
{
    return FIRST_INDEX + (uint64_t)(day + 1000000) * 4 + which;
}

static int64_t day_of(int64_t t_us)
{
    return t_us / US_PER_DAY - (t_us % US_PER_DAY < 0);
}

int64_t outage_start_us(const struct sim_node *n, int64_t t_us)
{
    int64_t day = day_of(t_us);
    double h = chance_between(n->seed, index_of(day, 1), 0, LATEST_START_H);

    return day * US_PER_DAY + (int64_t)(h * (double)US_PER_HOUR);
}

bool outage_at(const struct sim_node *n, double share, int64_t t_us)
{
    int64_t day = day_of(t_us), start_us;
    double h;

    if (share <= 0 || chance_uniform(n->seed, index_of(day, 0)) >= share)
        return false;
    start_us = outage_start_us(n, t_us);
    h = chance_between(n->seed, index_of(day, 2), SHORTEST_H, LONGEST_H);
    return t_us >= start_us && t_us < start_us + (int64_t)(h * (double)US_PER_HOUR);
}
