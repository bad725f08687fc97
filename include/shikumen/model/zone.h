/* What the wall clocks of a zone show, and when they were put forward or back. */
#ifndef SHIKUMEN_MODEL_ZONE_H
#define SHIKUMEN_MODEL_ZONE_H

#include <stddef.h>
#include <stdint.h>

/* The clocks are offset_s[i] ahead of UTC from at_s[i] (Unix seconds) on; before all, first_s. */
struct zone_rules {
    const int64_t *at_s;
    const int32_t *offset_s;
    size_t count;
    int32_t first_s;
};

/* Seconds ahead of UTC at t_s. */
int32_t zone_offset_s(const struct zone_rules *z, int64_t t_s);

/* The UTC time at which the clocks show wall_us (as if it were UTC). Of two (clocks put back) the
 * earlier; a time that they left out is read with the offset before it. */
int64_t zone_to_utc_us(const struct zone_rules *z, int64_t wall_us);

#endif
