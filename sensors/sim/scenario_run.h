/* The runs of a scenario: a history into a folder, or its messages to a broker or a file. */
#ifndef SHIKUMEN_SIM_SCENARIO_RUN_H
#define SHIKUMEN_SIM_SCENARIO_RUN_H

#include "history.h"
#include "options.h"

/* Reads --scenario and does what the other options ask. Returns the exit code; faults are told on
 * stderr. The caller has blocked SIGTERM and SIGINT and initialised libmosquitto. */
int scenario_run(const struct options *o);

/* Writes registry.json, readings.ndjson, epochs.json and truth.json to --history. */
int scenario_history(struct history *h, const struct options *o, const struct strbuf *registry);

/* Publishes, or writes to --out, in order of arrival. */
int scenario_publish(struct history *h, const struct options *o);

#endif
