/* Vibration records: what is stored of a sensor, and one of them with its verdict. */
#ifndef SHIKUMEN_VIEW_BURSTS_H
#define SHIKUMEN_VIEW_BURSTS_H

#include "shikumen/view/desk.h"
#include "shikumen/view/table.h"

#define BURSTS_MOST 1000

struct bursts_query {
    const char *sensor;
    int64_t from_us, to_us;
    int limit; /* at most BURSTS_MOST */
};

/* Rows id, sensor, t, rx, ratio (largest to any limit; null: not rated), kept, bytes; latest first.
 * t is begun in any case. ERR_NOTFOUND: no such sensor. Errors of the store, ERR_NOMEM. */
enum err view_bursts(struct desk *d, const struct bursts_query *q, struct table *t) MUST_USE;

/* Appends the record with that id as one JSON object: "id", "sensor", "t", "rx", "house",
 * "element", "fault" {"zh","en"} (why it could not be judged, else null), "assessment" (burst_json)
 * and "plot" (burst_plot_json), null where there is none. ERR_NOTFOUND; errors of the store,
 * ERR_NOMEM. */
enum err view_burst_json(struct desk *d, int64_t id, struct strbuf *out) MUST_USE;

#endif
