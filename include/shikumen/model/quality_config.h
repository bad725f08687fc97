/* Thresholds of the on-line quality tests of one sensor (QARTOD test table). */
#ifndef SHIKUMEN_MODEL_QUALITY_CONFIG_H
#define SHIKUMEN_MODEL_QUALITY_CONFIG_H

#include <stdint.h>

#include "shikumen/model/quantity.h"

/* All in the sensor's canonical unit. A threshold that is NaN (or a time that is 0) switches its
 * test off, which then counts as not evaluated. */
struct quality_config {
    int64_t period_us;                /* nominal interval between readings */
    int64_t gap_us;                   /* no reading for longer than this: missing (5 periods) */
    double fail_min, fail_max;        /* gross range, sensor span, bounds pass */
    double suspect_min, suspect_max;  /* gross range, operator span, bounds pass */
    double spike_suspect, spike_fail; /* differential spike, > */
    double rate_suspect_per_s, rate_fail_per_s; /* |dx/dt|, > */
    double rate_min_step;  /* steps up to this never count as a rate (quantisation) */
    double flat_tolerance; /* range over the window < this */
    int64_t flat_suspect_us, flat_fail_us;      /* window lengths */
    double attenuated_suspect, attenuated_fail; /* standard deviation over the window < this */
    int64_t attenuated_window_us;
};

/* Defaults of a quantity for a sensor with the given resolution (canonical unit, 0 unknown) and
 * period. Judgement (J) after common channel practice: they flag what is not believable, not what
 * is interesting. */
struct quality_config quality_config_default(enum quantity q, double resolution, int64_t period_us);

#endif
