/* The record that a node sends of a stronger vibration: seconds of velocity on three axes, as burst
 * (docs/interface.md section 3.2). Pure. */
#ifndef SHIKUMEN_SIM_SHAKE_H
#define SHIKUMEN_SIM_SHAKE_H

#include "district.h"
#include "gauge.h"
#include "shikumen/base/strbuf.h"

#define SHAKE_LEAST_MM_S 0.35 /* a reading of so much comes with its record */

/* Appends the record of velocity sensor s of node n that belongs to its reading of t_us: as large,
 * and of the frequency that the node reports then. False, and nothing appended: there is none. */
bool shake_record(const struct district *d, const struct sim_node *n, const struct sim_sensor *s,
                  const struct gauge_settings *set, int64_t t_us, struct strbuf *out);

#endif
