/* The figures that stand in the databases, and all of them as core/metrics.h takes them: for
 * `status` and /metrics alike. */
#ifndef SHIKUMEN_SVC_FIGURES_H
#define SHIKUMEN_SVC_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/core/alarm_load.h"
#include "shikumen/core/metrics.h"
#include "shikumen/view/desk.h"

/* A counter with a label. */
struct labelled {
    const char *label;
    int64_t n;
};

struct endpoint_figures {
    const char *name, *last_error;
    int64_t pending, delivered, failed, parked;
};

struct load_figures {
    struct alarm_load *load; /* owns the texts of week */
    struct alarm_figures figures;
    struct alarm_counts raised;
    struct alarm_week week;
    double houses;  /* NaN: the registry cannot be read */
    double allowed; /* alerts of a week; NaN likewise */
    bool over;
};

/* What the databases say; zeros while there are none. Texts are the desk's arena's. */
struct stored_figures {
    int64_t messages, lost, received, stored, duplicate, conflict, expired, quarantined;
    int64_t files_done, files_refused, file_stored, file_duplicate, file_quarantined;
    struct labelled *reasons; /* of quarantine */
    size_t reason_count, reason_room;
    struct endpoint_figures *endpoints;
    size_t endpoint_count, endpoint_room;
    int64_t open[LEVEL_RED + 1][CATEGORY_COUNT], open_total;
    struct load_figures load;
};

/* Parts of it, each of a database that must be there: counters of readings.db; alerts and
 * deliveries of state.db. Errors are the database's, or ERR_NOMEM. */
enum err figures_readings(struct desk *d, struct stored_figures *f) MUST_USE;
enum err figures_state(struct desk *d, struct stored_figures *f) MUST_USE;
/* The alarm load; without state.db that of no alerts. */
enum err figures_load(struct desk *d, struct stored_figures *f) MUST_USE;
/* Endpoints of the settings that have never had anything to take. ERR_NOMEM. */
enum err figures_idle_endpoints(const struct desk *d, struct stored_figures *f) MUST_USE;
void figures_stored_free(struct stored_figures *f);

/* What only a running daemon knows; NaN, and a histogram of nothing, without one. */
struct live_figures {
    double commits, ingest_lag_s, assess_lag_s, sensors_silent;
    double files_waiting, files_oldest_s, files_left, files_ignored, files_last_s;
    struct metric_histogram commit_s;
};

/* coverage: by house of the registry; NULL: not known. What out points to is the arena's, f's and
 * live's. ERR_NOMEM. */
enum err figures_metrics(struct desk *d, const struct stored_figures *f,
                         const struct live_figures *live, const double *coverage,
                         struct metrics *out) MUST_USE;

#endif
