/* What every line that backtest writes has to be (docs/interface.md, section 10), whatever the
 * history. */
#ifndef SHIKUMEN_TESTS_OUTPUT_CHECKS_H
#define SHIKUMEN_TESTS_OUTPUT_CHECKS_H

#include <stddef.h>

#include "shikumen/base/strbuf.h"
#include "sim_truth.h"

/* Appends a line for each of the first faults of alerts.ndjson, forecasts.ndjson, risk.ndjson of
 * the folder. Returns the number of all faults. */
size_t output_faults(const char *folder, const struct sim_truth *truth, struct strbuf *faults);

#endif
