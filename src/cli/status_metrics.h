/* The figures of `status` as the table of core/metrics.h takes them. */
#ifndef SHIKUMEN_CLI_STATUS_METRICS_H
#define SHIKUMEN_CLI_STATUS_METRICS_H

#include "figures.h"
#include "shikumen/core/metrics.h"

/* What it points to is f's and the arena's of c. ERR_NOMEM. */
enum err status_metrics(struct ctl *c, const struct figures *f, struct metrics *out) MUST_USE;

#endif
