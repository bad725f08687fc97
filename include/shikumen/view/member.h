/* Members of JSON that this program wrote itself: bodies of steps, lines of risk.ndjson. */
#ifndef SHIKUMEN_VIEW_MEMBER_H
#define SHIKUMEN_VIEW_MEMBER_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "shikumen/view/table.h"

/* Members of an object; NaN, false and "" when they are not there or of another kind. */
double number_of(const cJSON *object, const char *name);
bool truth_of(const cJSON *object, const char *name);
const char *text_of(const cJSON *object, const char *name);
/* The text in the reader's language of {"zh","en"}. */
const char *said_in(const struct desk *d, const cJSON *object, const char *name);

/* A cell with the member as it is; null when there is none. */
struct cell cell_member(struct table *t, const cJSON *member);

#endif
