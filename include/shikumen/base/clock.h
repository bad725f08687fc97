/* The clocks. Only shells (app, svc, cli, sim) read them; the core is given time as a value. */
#ifndef SHIKUMEN_BASE_CLOCK_H
#define SHIKUMEN_BASE_CLOCK_H

#include <stdint.h>

#define US_PER_MS   1000LL
#define US_PER_S    1000000LL
#define US_PER_HOUR (3600 * US_PER_S)
#define US_PER_DAY  (86400 * US_PER_S)

/* Wall clock, microseconds since 1970-01-01T00:00:00Z (UTC, POSIX). May step. */
int64_t clock_utc_us(void);

/* Monotonic clock, microseconds since some fixed point; for intervals only. */
int64_t clock_monotonic_us(void);

#endif
