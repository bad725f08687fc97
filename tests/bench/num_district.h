/* A district's day: a year of hourly values of every sensor through all that is asked of them, from
 * the raw series to the time a limit is reached. One thread. */
#ifndef SHIKUMEN_BENCH_NUM_DISTRICT_H
#define SHIKUMEN_BENCH_NUM_DISTRICT_H

#include <stddef.h>

#define DISTRICT_STAGES 8

struct num_district {
    double took_s[DISTRICT_STAGES];
    double sink; /* sum of what was computed, the same in every run */
};

/* As many sensors, each with a series of its own (making it is not timed). */
void num_district_run(size_t sensors, struct num_district *out);

const char *num_district_stage(size_t stage);

#endif
