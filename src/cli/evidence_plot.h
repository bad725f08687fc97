/* A plot of one sensor being put together: evidence_plot.c, its limits evidence_plot_limits.c. */
#ifndef SHIKUMEN_CLI_EVIDENCE_PLOT_H
#define SHIKUMEN_CLI_EVIDENCE_PLOT_H

#include "evidence.h"
#include "shikumen/core/plot.h"

#define LIMITS_MAX 24

/* Everything is in the arena. */
struct making {
    struct evidence *e;
    const struct evidence_sensor *sensor;
    struct arena *arena;
    struct plot plot;
    struct plot_fold fold;
    struct plot_flagged *flagged;
    size_t flagged_count, flagged_left_out;
    struct plot_limit limits[2 * LIMITS_MAX];
    struct plot_series series[2];
};

/* NULL: not registered any more. */
const struct sensor *making_sensor(const struct making *m);
/* A line below the plot; text NULL, or no room: nothing. */
void making_note(struct making *m, const char *text);
/* The limits of the sensor, after its residuals: on the axis where they lie on it, else noted. */
void making_limits(struct making *m);
/* unit, "" for a plain number. */
const char *making_unit(const char *unit);

#endif
