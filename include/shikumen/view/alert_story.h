/* One alert with all that happened to it: its steps, what became of each at each endpoint,
 * proposals, inspections and repairs, acts that wait or were refused. */
#ifndef SHIKUMEN_VIEW_ALERT_STORY_H
#define SHIKUMEN_VIEW_ALERT_STORY_H

#include <cjson/cJSON.h>

#include "shikumen/view/table.h"

/* In the order in which they are told. */
enum { STORY_STEPS, STORY_DELIVERIES, STORY_PROPOSALS, STORY_RECORDS, STORY_ACTS, STORY_TABLES };

struct alert_story {
    const struct episode *episode;
    bool unknown;                /* open, and nothing is heard of its sensors now */
    int64_t unknown_since_us;    /* when the last of them was heard; INT64_MIN: never */
    char speaker[ALERT_ID_SIZE]; /* the alert that speaks for it; "": none */
    struct table tables[STORY_TABLES];
};

/* Gathers it; story_end is the caller's in any case. Wants state; without registry and readings
 * none is called unknown. Errors of state.db (desk->failed), ERR_NOMEM. */
enum err story_tell(struct desk *d, const struct episode *e, struct alert_story *out) MUST_USE;
void story_end(struct alert_story *s);

/* Appends it as a JSON object, with the native bodies of the steps. */
void story_json(const struct alert_story *s, struct strbuf *out);

/* The summary in a native body, in the reader's language; "" when it has none. Lives as long as
 * body. */
const char *story_summary(const struct desk *d, const cJSON *body);

#endif
