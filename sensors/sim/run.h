/* The run: simulated time goes from its start up to the present, as fast as --speed says, and then
 * on with the clock on the wall; whatever is due is sent. */
#ifndef SHIKUMEN_SIM_RUN_H
#define SHIKUMEN_SIM_RUN_H

#include "district.h"
#include "options.h"

/* Publishes (or writes to --out) until --for is over or a SIGTERM or SIGINT is pending: the caller
 * has blocked both. Returns the exit code; faults are told on stderr. */
int run_district(const struct district *d, const struct options *o);

#endif
