/* The worst open alert that each sensor of the registry is named in. */
#ifndef SHIKUMEN_VIEW_ALERT_LEVELS_H
#define SHIKUMEN_VIEW_ALERT_LEVELS_H

#include "shikumen/view/desk.h"

/* By registry index, 0 none; memory is the arena's. The plan and state.db must be open. */
enum err alert_levels_take(struct desk *d, const int **levels) MUST_USE;

#endif
