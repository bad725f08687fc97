/* The figures of the daemon as one table: name, type, help and where the values are, for
 * `status --json` and for /metrics (docs/interface.md section 9). Pure. */
#ifndef SHIKUMEN_CORE_METRICS_H
#define SHIKUMEN_CORE_METRICS_H

#include <stddef.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/alarm_load.h"

struct metric_value {
    const char *label;
    double value; /* NaN: not known */
};

struct metric_endpoint {
    const char *name;
    double pending, delivered, failed, parked;
};

/* Cumulative: values[i] durations up to bounds[i], the last of them infinity. */
struct metric_histogram {
    const double *bounds, *values;
    size_t count; /* of bounds; 0: not known */
    double sum, total;
};

/* All values. A number that is not known is NaN, a list that is not known NULL (an empty one is
 * not). */
struct metrics {
    double messages_received, messages_lost;
    double readings_received, readings_stored, readings_duplicate, readings_conflict,
        readings_expired;
    const struct metric_value *quarantined; /* by reason */
    size_t quarantined_count;
    double commits;
    struct metric_histogram commit_s;
    double ingest_lag_s, assess_lag_s;
    const struct metric_endpoint *endpoints;
    size_t endpoint_count;
    struct alarm_counts open;   /* alerts that stand, told or not */
    struct alarm_counts raised; /* counted as alerts so far */
    struct alarm_figures load;
    double houses; /* that the load is divided by */
    double load_budget, load_over;
    double sensors_silent;
    double files_done, files_refused, file_stored, file_duplicate, file_quarantined;
    double files_waiting, files_oldest_s, files_left, files_ignored;
    double files_last_s; /* Unix time */
    const struct metric_value *coverage; /* by house */
    size_t coverage_count;
};

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

#define METRIC_LABELS 2

/* One value with those of its metric's labels; NULL after the last. */
struct metric_sample {
    const char *labels[METRIC_LABELS];
    double value;
};
typedef void metric_sample_fn(void *context, const struct metric_sample *sample);

struct metric {
    const char *name;
    enum metric_type type;
    const char *help_zh, *help_en;
    const char *labels[METRIC_LABELS]; /* names; NULL after the last */
    size_t offset;                     /* of the value in struct metrics */
    /* Calls fn for each value; false: they are not known. Of a histogram its count alone. */
    bool (*each)(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                 void *context);
};
extern const struct metric metric_table[];
extern const size_t metric_count;

/* Appends "name":value of each, a comma before it: a number or null; an object by label, of two
 * labels an object of objects; shikumen_alerts_open as {"level":{…},"category":{…}}. */
void metrics_json(const struct metrics *values, struct strbuf *out);

/* OpenMetrics 1.0, its "# EOF" included; or the text format 0.0.4 of Prometheus before it. */
enum metrics_format { METRICS_OPEN, METRICS_PLAIN };

/* Appends them as text; what is not known is left out. */
void metrics_text(const struct metrics *values, enum metrics_format format, struct strbuf *out);

#endif
