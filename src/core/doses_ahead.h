/* Futures of the climate at a pair: what is expected, what is unusual now, what one future brings.
 */
#ifndef SHIKUMEN_CORE_DOSES_AHEAD_H
#define SHIKUMEN_CORE_DOSES_AHEAD_H

#include "doses_internal.h"
#include "shikumen/num/random.h"

#define DOSE_BINS_PER_DAY (24 / DOSE_BIN_H)
#define DOSE_BLOCK        (7 * DOSE_BINS_PER_DAY) /* bins of a week */

#define DOSE_CLIMATE (DOSE_BINS + DOSE_YEAR + DOSE_BLOCK)

struct dose_bin {
    double celsius, wet; /* NaN: missing */
};

/* What was, and what of it is unusual. */
struct dose_weather {
    const struct dose *dose;
    int64_t end;           /* bin number: futures begin with it */
    struct dose_bin *past; /* DOSE_BINS up to it */
    /* Shanghai's climate at DOSE_CLIMATE bins from the first of past on, made as it is asked for:
     * all futures ask again; NaN: not yet. */
    struct dose_bin *climate;
    bool own_year;
    double offset_celsius, offset_wet; /* of the pair from Shanghai's climate */
    double excess;                     /* of wetness now over the season, >= 0 */
    double rise;                       /* of moisture, per bin, >= 0 */
    bool leak;
};

/* What tells one future from another. */
struct dose_fate {
    double celsius, wet; /* added throughout */
    double rise_bins;    /* how long the rise goes on */
    double fade_bins;    /* time constant after it */
    double leak_bins;    /* how long a leak goes on */
};

/* ERR_NOMEM. */
enum err dose_weather_of(const struct dose *d, struct arena *arena,
                         struct dose_weather *w) MUST_USE;

/* n fates: offsets and time constants at the middles of n equal parts of their distributions, in an
 * order of chance. ERR_NOMEM. */
enum err dose_fates(const struct dose_weather *w, struct random *chance, size_t n,
                    struct arena *arena, struct dose_fate *out) MUST_USE;

/* The week of a future that begins k weeks ahead, DOSE_BLOCK bins, without what the fate adds. */
void dose_week_ahead(const struct dose_weather *w, struct random *chance, int64_t k,
                     struct dose_bin out[DOSE_BLOCK]);

/* Bin number i of a future with what its fate adds; wet within 0 .. 100 (RH) or 300 (moisture). */
struct dose_bin dose_with_fate(const struct dose_weather *w, const struct dose_fate *f, int64_t i,
                               struct dose_bin b);

#endif
