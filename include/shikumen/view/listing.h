/* The readings of one sensor, one by one or by hour and day. */
#ifndef SHIKUMEN_VIEW_LISTING_H
#define SHIKUMEN_VIEW_LISTING_H

#include "shikumen/model/reading.h"
#include "shikumen/view/table.h"

/* A sensor of the store. */
struct listed {
    uint32_t id;
    const char *name, *quantity, *unit;
};

enum listing_step { LISTING_RAW, LISTING_HOUR, LISTING_DAY };

/* What is in doubt about a reading's time: "arrival" (it is no other), "suspect" (clocks of its
 * message differ); NULL: nothing. */
const char *reading_clock(const struct reading *r);

/* Appends a reading as a JSON object: "t", "sensor", "v", "u", "flag", "test", "rx"; "historical"
 * and "clock" where there is something to say. */
void reading_json(struct strbuf *out, const char *name, const char *unit, const struct reading *r);

/* Appends it as a line of CSV, and what the lines begin with. */
#define READING_CSV_HEADER "t,sensor,v,u,flag,test,rx\n"
void reading_csv(struct strbuf *out, const char *name, const char *unit, const struct reading *r);

struct listing_query {
    enum listing_step step;
    int64_t from_us, to_us; /* from_us <= t < to_us; buckets of UTC hours or days that hold any */
    size_t most;            /* rows */
    bool csv;               /* of single readings: as lines of CSV instead of JSON objects */
};

/* Begins the table and fills it by hour or day (step): number, mean, least and greatest of those
 * that passed, number of the others; *next_us is where the next bucket begins when there are more
 * than q->most, else INT64_MAX. table_end is the caller's in any case. Wants readings. Errors of
 * readings.db (desk->failed), ERR_NOMEM. */
enum err view_buckets(struct desk *d, const struct listed *sensor, const struct listing_query *q,
                      struct table *t, int64_t *next_us) MUST_USE;

/* Appends single readings: JSON objects with commas between, or lines of CSV. *next_us is the time
 * of the first that is left out, else INT64_MAX. Errors as above. */
enum err view_readings(struct desk *d, const struct listed *sensor, const struct listing_query *q,
                       struct strbuf *out, int64_t *next_us) MUST_USE;

#endif
