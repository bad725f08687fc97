/* Works nearby that the registry dates, for risk and forecasts. */
#ifndef SHIKUMEN_CORE_SLOW_WORKS_H
#define SHIKUMEN_CORE_SLOW_WORKS_H

#include "shikumen/model/registry.h"
#include "slow_gather.h"

/* Start of the latest works not after now_us that load the ground under a settlement sensor;
 * INT64_MIN: none, or the sensor measures no settlement. */
int64_t slow_works_load_us(const struct registry *r, uint32_t sensor, int64_t now_us);

/* Evidence of the works that go on at now_us in the scope of an element. */
void slow_works_gather(const struct registry *r, uint32_t element, int64_t now_us,
                       struct gathered *g);

#endif
