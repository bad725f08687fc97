/* The figures of `status` for people. */
#ifndef SHIKUMEN_CLI_STATUS_TEXT_H
#define SHIKUMEN_CLI_STATUS_TEXT_H

#include "figures.h"
#include "shikumen/base/strbuf.h"

void status_text(struct ctl *c, const struct figures *f, struct strbuf *out);

/* "ok", "degraded" or "stopped". */
const char *status_state(const struct figures *f);

int64_t status_open_of_level(const struct figures *f, int level);
int64_t status_open_of_category(const struct figures *f, enum alert_category category);

#endif
