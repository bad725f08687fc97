/* The part of a backtest's summary about its alerts. */
#ifndef SHIKUMEN_CLI_BACKTEST_LOAD_H
#define SHIKUMEN_CLI_BACKTEST_LOAD_H

#include "backtest_out.h"
#include "shikumen/base/strbuf.h"

/* Appends the members "alerts", "alerts_per_house_year" and "alarm_load", each a line. */
void backtest_load_put(struct strbuf *b, const struct backtest_run *run);

#endif
