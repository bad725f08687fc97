/* Readings of one sensor over any span as few points, for a plot and for the words beside it: least
 * and greatest are kept, so that no peak is lost; what did not pass is kept apart, and gaps stay
 * gaps. One pass, memory by the number of points alone. Pure. */
#ifndef SHIKUMEN_CORE_SERIES_H
#define SHIKUMEN_CORE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/reading.h"

#define SERIES_POINTS_LEAST 10
#define SERIES_POINTS_MOST  5000

/* Readings of one kind within one bucket. */
struct series_range {
    uint32_t count;
    double first, least, most, last; /* NaN while count is 0 */
    double mean;
    int64_t first_us, last_us;
};

struct series_bucket {
    int64_t begin_us;           /* as long as the series' width_us; width 0: the one reading */
    struct series_range passed; /* QF_PASS and QF_NOT_EVALUATED */
    struct series_range suspect, failed;
    bool broken;     /* nothing joins the passed ones with those of the bucket before */
    uint8_t worst;   /* worst flag of any reading (series_worse) */
    uint8_t because; /* enum quality_test that gave it, of the first such */
};

/* What there is over the whole span. */
struct series_total {
    uint32_t passed, suspect, failed;
    uint32_t gaps;             /* times that readings of any kind lie further apart than gap_us */
    int64_t first_us, last_us; /* of any reading; INT64_MIN: none */
    double least, most, mean, last; /* of those that passed; NaN: none */
    int64_t least_us, most_us;
};

struct series {
    int64_t from_us, to_us, gap_us, width_us;
    struct series_bucket *at; /* those with readings, ascending */
    size_t count;
    struct series_total total;
    /* Of the fold; not for who reads it. */
    struct series_bucket *raw;
    size_t points, slots, raw_count;
    int64_t latest_us, latest_passed_us;
};

/* Width of the buckets of a span, microseconds: the least of 1, 2, 5, 10, 15, 30 s and min, 1, 2,
 * 3, 6, 12 h, 1, 2, 7, 28, 91, 182, 364 d and so on doubled of which at most `points` fill it. Buckets
 * begin at multiples of it since 1970, so that a span moved a little gives the same ones. */
int64_t series_width_us(int64_t span_us, size_t points);

/* For readings with from_us <= t < to_us in ascending order. gap_us > 0: what lies further apart is
 * not joined. At most `points` readings stay each by itself (width_us 0). ERR_RANGE: points outside
 * the bounds above, no span, or one beyond 1000 years; ERR_NOMEM. */
enum err series_begin(struct series *s, int64_t from_us, int64_t to_us, int64_t gap_us,
                      size_t points, struct arena *arena) MUST_USE;
/* A reading outside the span, or whose value is not finite, counts for nothing. */
void series_take(struct series *s, const struct reading *r);
/* Afterwards at, count, width_us and total are what there is. */
void series_end(struct series *s);

/* True when flag a is worse than b: FAIL, SUSPECT, MISSING, NOT_EVALUATED, PASS. */
bool series_worse(uint8_t a, uint8_t b);

/* Appends members of a JSON object, without its braces: "step_s" (null: each reading by itself),
 * "columns", "items" (arrays in the order of columns), "flagged_columns", "flagged", "total". Times
 * RFC 3339 UTC, values as stored, what is not known null. Same series, same bytes. */
void series_json(const struct series *s, struct strbuf *out);

#endif
