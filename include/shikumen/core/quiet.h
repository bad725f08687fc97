/* Quiet hours of a receiver: what is below orange waits for their end. Pure. */
#ifndef SHIKUMEN_CORE_QUIET_H
#define SHIKUMEN_CORE_QUIET_H

#include <stdint.h>

#include "shikumen/model/settings.h"
#include "shikumen/model/zone.h"

/* When a step of this level may be sent that was made at now_us: at once, or at the end of the
 * endpoint's quiet hours in the zone. Orange and red never wait. */
int64_t quiet_due_us(const struct endpoint *endpoint, int level, const struct time_zone *zone,
                     int64_t now_us);

/* The next moment after now_us at which the wall clock of the zone shows so many minutes after
 * midnight: once a day, also on the day on which it shows that twice (the first) or never (as much
 * later as it was put forward). */
int64_t quiet_next_us(int minute, const struct time_zone *zone, int64_t now_us);

#endif
