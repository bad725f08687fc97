/* Quantities that no sensor measures and that have limits of their own: doses of climate, and the
 * works that a house feels. A finding names them by finding.derived. Pure. */
#ifndef SHIKUMEN_CORE_DERIVED_H
#define SHIKUMEN_CORE_DERIVED_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/model/limit.h"

/* Of KIND_CONSTRUCTION: the largest peak of the works as a share of the limit that applies to it;
 * works alone are level 1, attention; 0.8 of the limit is level 2, and so are works at night (22 to
 * 6 h, GB 12523-2011) or on Sundays, however weak [J] (vibration_watch.h). */
#define DERIVED_WORKS "works_vibration"

/* Of works, in finding.cause. */
enum works_bits { WORKS_NIGHT = 1, WORKS_SUNDAY = 2, WORKS_BLASTING = 4 };

struct derived {
    const char *name;         /* static, as in finding.derived */
    const char *zh, *en;      /* for people */
    const char *unit;         /* "" a plain number, or "%" */
    int decimals;             /* as people are told */
    const struct limit *rows; /* its ladder, by descending level; static */
    size_t n;
};

/* The derived quantity called name (dose_measure_name, DERIVED_WORKS). False: none is, or name is
 * NULL. */
bool derived_find(const char *name, struct derived *out);

/* The row of its ladder with that level and value; NULL: none. */
const struct limit *derived_limit(const struct derived *d, int level, double value);

#endif
