/* Hours in which a node has no connection and keeps what it measures. Pure. */
#ifndef SHIKUMEN_SIM_OUTAGE_H
#define SHIKUMEN_SIM_OUTAGE_H

#include <stdbool.h>

#include "district.h"

/* Whether node n is offline at t_us: on that share of its days (UTC), for one to eight hours. */
bool outage_at(const struct sim_node *n, double share, int64_t t_us);

/* When the outage that holds t_us began; n is offline at t_us. */
int64_t outage_start_us(const struct sim_node *n, int64_t t_us);

#endif
