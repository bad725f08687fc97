/* The worst open alert that each sensor of the registry is named in. */
#ifndef SHIKUMEN_CLI_ALERT_LEVELS_H
#define SHIKUMEN_CLI_ALERT_LEVELS_H

#include "ctl.h"

/* By registry index, 0 none; memory is the arena's. The plan and state.db must be open. */
enum err alert_levels_take(struct ctl *c, const int **levels) MUST_USE;

#endif
