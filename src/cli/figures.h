/* The figures of `status`: from the databases, and from the daemon while it runs. */
#ifndef SHIKUMEN_CLI_FIGURES_H
#define SHIKUMEN_CLI_FIGURES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"
#include "shikumen/svc/figures.h"
#include "status_standing.h"

struct figures {
    cJSON *live; /* what the daemon said; NULL: it does not run */
    struct stored_figures db;
    int64_t sensors_silent, houses_unknown; /* -1: cannot be told */
    struct standing_figures standing;
    double *coverage;        /* by house, NaN unknown; NULL: not asked for */
    const char *troubles[3]; /* databases that cannot be read */
    size_t trouble_count;
};

/* Collects them. A store that is not there yet is one of zeros; one that cannot be read is told on
 * stderr and in troubles, and makes it EXIT_FAILED. */
int figures_take(struct ctl *c, struct figures *f);
void figures_free(struct figures *f);

/* received = stored + duplicate + quarantined */
bool figures_reconcile(const struct figures *f);

/* A member of the live figures: its text ("" when there is none), its number (NaN). */
const char *figures_live_text(const struct figures *f, const char *name);
double figures_live_number(const struct figures *f, const char *name);

#endif
