/* The part of `status` about the alarm load (core/alarm_load.h). */
#ifndef SHIKUMEN_CLI_STATUS_LOAD_H
#define SHIKUMEN_CLI_STATUS_LOAD_H

#include "ctl.h"
#include "shikumen/core/alarm_load.h"
#include "status_standing.h"

struct load_figures {
    struct alarm_load *load; /* owns the texts of week */
    struct alarm_figures figures;
    struct alarm_counts raised;
    struct alarm_week week;
    double houses;  /* NaN: the registry cannot be read */
    double allowed; /* alerts of a week; NaN likewise */
    bool over;
};

/* From c->desk.state and, for the number of houses, c->plan when there is one. */
enum err load_take(struct ctl *c, struct load_figures *l) MUST_USE;
void load_free(struct load_figures *l);

/* Appends the member "alarm_load" of `status --json`, a comma before it. */
void load_json(const struct ctl *c, const struct load_figures *l, struct strbuf *out);
/* Appends lines for people. */
void load_text(struct ctl *c, const struct load_figures *l, standing_label_fn *label,
               struct strbuf *out);

#endif
