/* A new plan while the daemon runs, and what deserves a warning in any plan. */
#ifndef SHIKUMEN_APP_RELOAD_H
#define SHIKUMEN_APP_RELOAD_H

#include <stdbool.h>

#include "shikumen/svc/hub.h"

/* Reads the configuration and all it names and puts it in force. With faults they are logged, one
 * line each, and the plan in force stays. What only a restart can change (store.path, mqtt.*) keeps
 * its value and is logged. True when the new plan is in force. */
bool reload_plan(struct hub *h, const char *config_file);

/* Logs secrets that others can read, receivers without a signature, settings that are not acted on
 * yet, and a district that registry and configuration call differently. */
void plan_warn(const struct plan *p, const struct log *log);

#endif
