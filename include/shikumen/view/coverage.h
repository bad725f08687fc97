/* How much of what the sensors should have said in the last 24 hours is there. */
#ifndef SHIKUMEN_VIEW_COVERAGE_H
#define SHIKUMEN_VIEW_COVERAGE_H

#include "shikumen/view/desk.h"

/* Share of the readings expected by their periods that are stored and passed, by house; NaN for a
 * house without sensors that watch it. The plan must be there; memory is the arena's. */
enum err coverage_take(struct desk *d, double **by_house) MUST_USE;

#endif
