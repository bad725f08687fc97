/* How the forecasts did whose time has come. */
#ifndef SHIKUMEN_CLI_FORECAST_SCORE_H
#define SHIKUMEN_CLI_FORECAST_SCORE_H

#include "ctl.h"

/* Prints the record over the stored forecasts that filter lets through. state.db is open. Returns
 * the exit code. */
int forecast_score_print(struct ctl *c, const struct forecast_filter *filter);

#endif
