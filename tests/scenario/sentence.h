/* The sentences a scenario ends in (docs/sensors.md, "Expect"), judged over what backtest wrote. */
#ifndef SHIKUMEN_TESTS_SENTENCE_H
#define SHIKUMEN_TESTS_SENTENCE_H

#include "shikumen/base/strbuf.h"
#include "sim_alerts.h"
#include "sim_truth.h"

struct sentence_view {
    const struct sim_truth *truth;
    const struct sim_alerts *alerts;
    const cJSON *summary;
};

/* expect: an element of the scenario's list, {VERB: {...}}. Appends what was seen, in a few words.
 * False: it does not hold, or cannot be understood. */
bool sentence_holds(const struct sentence_view *v, const cJSON *expect, struct strbuf *seen);

#endif
