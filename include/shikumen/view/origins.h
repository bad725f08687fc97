/* By which profiles the readings of sensors were decoded. */
#ifndef SHIKUMEN_VIEW_ORIGINS_H
#define SHIKUMEN_VIEW_ORIGINS_H

#include "shikumen/view/census.h"

/* By registry index a JSON list of {"profile","version","digest","envelope","envelope_version",
 * "envelope_digest","first_rx","last_rx"}, NULL for a sensor that has only spoken natively.
 * only: registry index of the one that is wanted, REGISTRY_NONE for all. Memory is the arena's. */
enum err origins_take(struct desk *d, const struct census *census, uint32_t only,
                      const char *const **by_sensor) MUST_USE;

#endif
