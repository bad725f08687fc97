/* One house in full: how it stands, every reason of its latest line, its elements. */
#ifndef SHIKUMEN_CLI_RISK_STORY_H
#define SHIKUMEN_CLI_RISK_STORY_H

#include "ctl.h"

/* Prints it for people, or with --json the stored line of risk.ndjson. The plan and state.db are
 * open. Returns the exit code; EXIT_FAILED, saying so, when the house is unknown or was never
 * assessed. */
int risk_story(struct ctl *c, const char *house);

#endif
