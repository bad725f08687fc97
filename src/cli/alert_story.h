/* One alert with all that happened to it: its steps, what became of each at each endpoint,
 * proposals, inspections and repairs, acts that wait or were refused. */
#ifndef SHIKUMEN_CLI_ALERT_STORY_H
#define SHIKUMEN_CLI_ALERT_STORY_H

#include <cjson/cJSON.h>

#include "ctl.h"

/* Prints it for people, or as a JSON document with the native bodies. */
int story_print(struct ctl *c, const struct episode *e);

/* The summary in a native body, in the district's language; "" when it has none. Lives as long as
 * body. */
const char *story_summary(const struct ctl *c, const cJSON *body);

#endif
