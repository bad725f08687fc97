/* Zones for tests of layers that read no files. */
#ifndef SHIKUMEN_TESTS_ZONES_H
#define SHIKUMEN_TESTS_ZONES_H

#include "shikumen/model/zone.h"

/* As it is since 1991-09-15. */
static const struct time_zone zone_shanghai
    __attribute__((unused)) = {.name = "Asia/Shanghai", .first_s = 28800};

/* Europe/Madrid in 2026: forward on 29 March, back on 25 October, each at 01:00 UTC. */
static const int64_t zone_madrid_at_s[] = {1774746000, 1792890000};
static const int32_t zone_madrid_offset_s[] = {7200, 3600};
static const struct time_zone zone_madrid __attribute__((unused)) = {
    "Europe/Madrid", zone_madrid_at_s, zone_madrid_offset_s, 2, 3600, {0}};

#endif
