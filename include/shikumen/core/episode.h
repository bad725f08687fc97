/* The life of an alert: what step, if any, a change of level makes. Pure. */
#ifndef SHIKUMEN_CORE_EPISODE_H
#define SHIKUMEN_CORE_EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/model/alert.h"

/* A condition that comes back within this time re-opens its episode instead of making a new one. */
#define EPISODE_REOPEN_US (7 * 86400 * 1000000LL)

/* Advances e to new_level at now_us (wall clock). A zero-initialised e (step 0) is a condition
 * never seen. Returns true when that makes a step: *event tells which, and e has its new level,
 * peak, step number and times. False: nothing to tell (same level). A condition resolved longer ago
 * than EPISODE_REOPEN_US must be given as new. */
bool episode_advance(struct episode *e, int new_level, int64_t now_us, enum alert_event *event);

/* Writes a random (version 4) UUID made of 16 random bytes. */
void episode_id(const uint8_t random[16], char id[ALERT_ID_SIZE]);

#endif
