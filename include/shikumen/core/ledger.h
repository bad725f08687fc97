/* The record of forecasts: what was said, what came of it, how far to believe the next. Pure. */
#ifndef SHIKUMEN_CORE_LEDGER_H
#define SHIKUMEN_CORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/outlook.h"
#include "shikumen/model/limit.h"
#include "shikumen/num/score.h"

#define LEDGER_HORIZONS 3
#define LEDGER_BINS     10
#define LEDGER_NEVER    INT64_MIN
/* Outcomes below which probabilities stay as they are [J]; and with how many the correction goes
 * half its way: outcomes of one district repeat one another, and a first wet season is not a law
 * [J]. */
#define LEDGER_LEAST         30
#define LEDGER_HALF          200
#define LEDGER_LEAST_OF_KIND 3 /* of events and of others, for the same [J] */

extern const int ledger_horizon_d[LEDGER_HORIZONS]; /* 30, 180, 365 */

/* One forecast. Texts are borrowed; scoring does not read them. */
struct ledger_entry {
    int64_t at_us;
    const char *element, *sensor, *quantity; /* id, name, name */
    double limit;                            /* value, canonical unit of what of compares */
    enum limit_of of;
    const char *limit_source; /* source and clause */
    struct outlook outlook;
    /* What was seen of a limit on single events since the forecast before: when it was first and
     * last reached (0: it was not), and that too little was heard to say that it was not. */
    int64_t over_from_us, over_until_us;
    bool unheard;
};

/* Appends the line of forecasts.ndjson (docs/interface.md section 10), with its line end. Times
 * that are not known and probabilities of who abstained are null, probabilities have 6 decimals. */
void ledger_put_line(const struct ledger_entry *entry, struct strbuf *out);

/* Appends source and clause of a limit as people cite them, without repetition. */
void ledger_put_source(const struct limit *limit, struct strbuf *out);

/* What became of a probability. Forecast: it was 0.5 or more [J]. */
enum ledger_fate {
    LEDGER_OPEN,     /* the horizon has not passed, or was not watched to its end */
    LEDGER_UNSCORED, /* abstained, or the limit was exceeded already */
    LEDGER_HIT,      /* forecast, and it came */
    LEDGER_MISS,     /* not forecast, and it came */
    LEDGER_FALSE,    /* forecast, and it did not come */
    LEDGER_QUIET,    /* not forecast, and it did not come */
    LEDGER_FATES
};
const char *ledger_fate_name(enum ledger_fate fate); /* "open", "unscored", "hit", ... */

/* Whether the crossing came between t05 and t95 (t95 unknown: between t05 and ever). */
enum ledger_inside { LEDGER_NOT_DATED, LEDGER_DATE_OPEN, LEDGER_EARLY, LEDGER_WITHIN, LEDGER_LATE };

struct ledger_score {
    enum ledger_fate fate[LEDGER_HORIZONS];
    double p[LEDGER_HORIZONS];
    double brier[LEDGER_HORIZONS], log_loss[LEDGER_HORIZONS]; /* 0 where open or unscored */
    enum ledger_inside inside;
    double t50_error_d; /* crossing - t50; NaN: no crossing, or not dated */
};

/* crossed_us: when the limit was first reached, LEDGER_NEVER: not up to observed_until_us. What
 * crossed before the forecast leaves it unscored. */
struct ledger_score ledger_score(const struct ledger_entry *entry, int64_t crossed_us,
                                 int64_t observed_until_us);

/* Counts and sums; zero-initialise to start. Plain data, may be stored and added up. */
struct ledger_horizon_sum {
    uint64_t fate[LEDGER_FATES];
    double brier, log_loss;
    struct {
        uint64_t n, events;
        double p;
    } bin[LEDGER_BINS]; /* bin i of 10: p in [i/10, (i+1)/10), the last one with its end */
};
struct ledger_summary {
    struct ledger_horizon_sum horizon[LEDGER_HORIZONS];
    uint64_t dated, early, within, late;
    uint64_t errors; /* with a crossing */
    double error_d, absolute_error_d;
};
void ledger_add(struct ledger_summary *sum, const struct ledger_score *score);

/* What a summary says of one horizon; NaN where there is nothing to say it by. */
struct ledger_figures {
    uint64_t scored, events;
    double brier, log_loss;
    double skill;             /* 1 - brier / that of the share of events itself */
    double calibration_error; /* mean |mean p - share| over the bins */
};
/* horizon 0 .. LEDGER_HORIZONS - 1. */
struct ledger_figures ledger_figures(const struct ledger_summary *sum, size_t horizon);

/* Share of crossings within [t05, t95] with its 95 % interval (Jeffreys). ERR_TOO_FEW: none. */
enum err ledger_coverage(const struct ledger_summary *sum, struct score_proportion *out) MUST_USE;

/* Probabilities as they should have been: Platt's logistic, drawn towards the identity. Plain data.
 */
struct ledger_calibration {
    uint32_t outcomes;
    bool corrects; /* false: too few outcomes, or no rising curve; probabilities stay as they are */
    struct platt platt;
};
/* From n scored probabilities of one horizon. ERR_NOT_FINITE, ERR_RANGE: a p. */
enum err ledger_calibrate(const double *p, const bool *happened, size_t n,
                          struct ledger_calibration *out) MUST_USE;

/* p recalibrated; NaN for NaN; 1, which only an exceeded limit has, stays. */
double ledger_recalibrated(const struct ledger_calibration *c, double p);

/* The three probabilities of a forecast, by the calibration of each horizon; never falling. */
void ledger_recalibrate(const struct ledger_calibration c[LEDGER_HORIZONS],
                        struct outlook *outlook);

#endif
