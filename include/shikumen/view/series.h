/* The readings of one sensor over a span, as few points (core/series.h). */
#ifndef SHIKUMEN_VIEW_SERIES_H
#define SHIKUMEN_VIEW_SERIES_H

#include "shikumen/core/series.h"
#include "shikumen/view/desk.h"

struct series_query {
    const char *sensor;     /* id, as registered or as it was once */
    int64_t from_us, to_us; /* from_us INT64_MIN: the first day stored; to_us INT64_MAX: now */
    size_t points;
};

/* A sensor as the store and the registry know it. */
struct series_sensor {
    const char *id, *quantity, *unit;
    const struct sensor *registered; /* NULL: not any more */
    uint32_t stored;                 /* id in the readings database; 0: never spoke */
    int64_t period_us, gap_us;       /* what lies further apart is not joined */
    bool by_event;                   /* speaks when something happens, not by the clock */
};

/* ERR_NOTFOUND: neither registered nor stored. */
enum err series_sensor_find(struct desk *d, const char *id, struct series_sensor *out) MUST_USE;

/* What there is of a sensor; the span that was taken is s->from_us to s->to_us. Errors of
 * series_sensor_find, series_begin (ERR_RANGE) and the store. */
enum err view_series(struct desk *d, const struct series_query *q, struct series_sensor *sensor,
                     struct series *s) MUST_USE;

/* How many readings the span should have by the clock, as far as it lies between the sensor's
 * installation (else its first reading) and now; -1: not to be told. */
int64_t series_expected(const struct desk *d, const struct series_sensor *sensor,
                        const struct series *s);

/* Appends both as one JSON object: "sensor", "quantity", "unit", "period_s", "by_event", "from",
 * "to", "expected", what series_json has, "next": null. */
void view_series_json(const struct desk *d, const struct series_sensor *sensor,
                      const struct series *s, struct strbuf *out);

#endif
