/* How likely events are to pass their limit: vibration peaks and the like, in multiples of the
 * limit that applies to each. Pure. */
#ifndef SHIKUMEN_CORE_OUTLOOK_EVENTS_H
#define SHIKUMEN_CORE_OUTLOOK_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/extremes.h"

#define OUTLOOK_EVENTS_GPD_LEAST 30  /* events for a tail of their own [J] */
#define OUTLOOK_EVENTS_SEEN_D    30. /* days of observation below which nothing is said [J] */
/* [J] P(ratio > 1) = recorded^(4/3) of an event recorded from that ratio on, when the events are
 * too few to say: sources anywhere in the plane, peak velocity falling with distance^-1.5. */
#define OUTLOOK_EVENTS_TAIL (4.0 / 3)

struct outlook_events_seen {
    const struct extremes_peak *peak; /* value: ratio to the limit, >= 0; ascending, one of each
                                         cluster (extremes_peaks) */
    size_t n;
    double seen_d;   /* days really observed, without the gaps */
    double recorded; /* ratio from which on events are recorded, in (0, 1] */
};

enum outlook_events_method {
    OUTLOOK_EVENTS_NONE,  /* observed too short; probabilities NaN */
    OUTLOOK_EVENTS_COUNT, /* gamma-Poisson with the Jeffreys prior: of those beyond the limit if any
                             were, else of all, thinned by OUTLOOK_EVENTS_TAIL */
    OUTLOOK_EVENTS_TAIL_FITTED, /* the same of those above the median, thinned by a generalised
                                   Pareto tail, averaged over its uncertainty (Coles 2001, ch. 4) */
    OUTLOOK_EVENTS_METHOD_COUNT
};
/* "", "gamma_poisson", "gpd". */
const char *outlook_events_method_name(enum outlook_events_method method);

struct outlook_events {
    enum outlook_events_method method;
    size_t beyond;          /* events with ratio > 1 */
    double rate_per_y;      /* expected of such */
    double p30, p180, p365; /* at least one more within that many days */
};

/* ERR_RANGE: seen_d < 0, recorded outside (0, 1], a ratio < 0; ERR_NOT_FINITE, ERR_ORDER (times
 * that run backwards), ERR_NOMEM. */
enum err outlook_events(const struct outlook_events_seen *seen, struct arena *arena,
                        struct outlook_events *out) MUST_USE;

#endif
