/* The part of `status` about the alarm load (core/alarm_load.h). */
#ifndef SHIKUMEN_CLI_STATUS_LOAD_H
#define SHIKUMEN_CLI_STATUS_LOAD_H

#include "ctl.h"
#include "shikumen/svc/figures.h"
#include "status_standing.h"

/* Appends the member "alarm_load" of `status --json`, a comma before it. */
void load_json(const struct ctl *c, const struct load_figures *l, struct strbuf *out);
/* Appends lines for people. */
void load_text(struct ctl *c, const struct load_figures *l, standing_label_fn *label,
               struct strbuf *out);

#endif
