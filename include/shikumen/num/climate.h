/* What room and wall climate does to materials: the EN 15757 target band, salt crystallisation and
 * freeze-thaw cycles. */
#ifndef SHIKUMEN_NUM_CLIMATE_H
#define SHIKUMEN_NUM_CLIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

#define EN15757_WINDOW_H         720 /* 30 days [M] */
#define EN15757_COVERAGE         0.9 /* least part of the window's weight that must be present [J] */
#define EN15757_LOW              0.07 /* 7th percentile [M] */
#define EN15757_HIGH             0.93 /* 93rd percentile [M] */
#define EN15757_LEAST_HALF_WIDTH 10   /* % RH: the band is never made narrower [M] */

/* Band around the seasonal cycle. */
struct en15757 {
    double p7, p93; /* of the short-term fluctuations, % RH */
    double lower,
        upper; /* band = seasonal + lower .. seasonal + upper; min(p7, -10), max(p93, 10) */
    size_t fluctuations; /* how many samples the percentiles rest on; a year of hours has 8760 */
};

/* Historic climate by EN 15757:2010 from n samples of RH at equal steps, samples_per_hour >= 1; NaN
 * = missing. seasonal (n values) gets the central moving average over 30 days, the first and last
 * sample of the window with half weight; NaN within 15 days of either end and where less than 90 %
 * of the window is present. p7, p93: type 7 quantiles of rh - seasonal. The standard asks for 13
 * months, so that fluctuations span a year; the caller judges by their number. ERR_TOO_FEW when no
 * fluctuation can be had, ERR_NOT_FINITE for infinities, ERR_RANGE, ERR_NOMEM; seasonal is
 * undefined then. O(n): compensated sums of a stretch
 * before and one behind a mark every 30 days, from which nothing is ever taken away. */
enum err en15757_band(const double *rh, size_t n, unsigned samples_per_hour, double *seasonal,
                      struct en15757 *out, struct arena *arena) MUST_USE;

/* Crystallisations and dissolutions of a salt by the RH at the wall: two states with hysteresis; it
 * dissolves once RH was at least hi for hold samples in a row, and crystallises as soon as RH is
 * below lo. Sodium chloride has 75.3 % at 25 deg C, in mixtures found in walls about 65.5 %. The
 * count depends on the sampling interval. */
struct salt_settings {
    double lo, hi; /* % RH, lo <= hi */
    size_t hold;   /* samples, >= 1 */
};

/* For samples 15 minutes apart, sodium chloride, 30 min to dissolve [J]. */
#define SALT_NACL_15_MIN ((struct salt_settings){74, 76, 2})

enum salt_state { SALT_UNKNOWN, SALT_CRYSTAL, SALT_SOLUTION };

struct salt {
    struct salt_settings settings;
    enum salt_state state; /* unknown until the first sample: it then is solution if RH >= hi */
    size_t held;           /* samples in a row with RH >= hi, while crystal */
    size_t crystallisations, dissolutions;
};

/* ERR_RANGE unless lo <= hi, both finite, hold >= 1. */
enum err salt_init(struct salt *s, const struct salt_settings *settings) MUST_USE;

/* A value that is not finite is ignored: the state is kept, held too. */
void salt_add(struct salt *s, double rh);

/* salt_init and salt_add over n samples, NaN = missing; ERR_TOO_FEW when there is none,
 * ERR_NOT_FINITE for an infinity. */
enum err salt_count(const struct salt_settings *settings, const double *rh, size_t n,
                    struct salt *out) MUST_USE;

/* Freeze-thaw cycles of a wet wall: the temperature 10 .. 20 mm under its face falls below
 * FREEZE_CELSIUS after it had been above THAW_CELSIUS, while the wall is wet [form M, values J]. An
 * indicator only. */
#define FREEZE_CELSIUS (-2.0)
#define THAW_CELSIUS   1.0
#define FREEZE_WET_RH  95.0 /* pore air above this */
#define FREEZE_LEAK_H  48.0 /* or liquid water within so many hours */

/* Whether the wall counts as wet; NaN = not known, which does not make it wet. */
bool freeze_wet(double pore_rh, double hours_since_leak);

/* Zero-initialise. */
struct freeze {
    bool thawed;      /* has been above THAW_CELSIUS since it last froze */
    size_t freezings; /* falls below FREEZE_CELSIUS, wet or dry */
    size_t cycles;    /* those of them in a wet wall */
};

/* A temperature that is not finite is ignored. */
void freeze_add(struct freeze *s, double wall_celsius, bool wet);

/* freeze_add over n samples with freeze_wet of pore_rh and hours_since_leak (either may be NULL:
 * not known); NaN = missing. ERR_TOO_FEW when there is no temperature, ERR_NOT_FINITE for an
 * infinite one. */
enum err freeze_count(const double *wall_celsius, const double *pore_rh,
                      const double *hours_since_leak, size_t n, struct freeze *out) MUST_USE;

#endif
