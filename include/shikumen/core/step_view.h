/* A step as the outbox holds it, the native JSON (docs/interface.md section 6), read once for all
 * the formats it may be told in. Pure. */
#ifndef SHIKUMEN_CORE_STEP_VIEW_H
#define SHIKUMEN_CORE_STEP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/registry.h"

struct cJSON;

/* Texts are never NULL, "" when absent or null, and not to be trusted: notes of people are among
 * them. Those of a parsed view live as long as it does. */
struct step_view {
    const char *json; /* the caller's */
    size_t json_len;
    struct cJSON *root; /* NULL in a view made by hand */

    const char *id; /* of the episode */
    int step;
    const char *event_name;
    enum alert_event event; /* EVENT_COUNT: of a later version; an update */
    int64_t at_us;
    int level; /* 0..4 */
    const char *district, *house, *element, *category, *kind, *url;
    struct bilingual house_name, element_name, summary, advice;
    bool foreseen;    /* what it speaks of lies ahead: a limit not yet reached */
    bool unconfirmed; /* one reading, or a sudden change that is not settled */
    double p365;      /* that it is reached within a year; NaN: not told */
};

/* ERR_PARSE: no JSON object with id, step, event and at; ERR_NOMEM. */
enum err step_view_parse(const char *json, size_t len, struct step_view *out) MUST_USE;
void step_view_free(struct step_view *v); /* made by hand or zero allowed */

/* Appends the ids of the sensors, with ", " between. */
void step_view_sensors(const struct step_view *v, struct strbuf *out);

/* Whether a sensor is among them. */
bool step_view_names(const struct step_view *v, const char *sensor);

/* Appends value and unit as the JSON has them, "0.61 mm"; nothing when nothing was measured. */
void step_view_value(const struct step_view *v, struct strbuf *out);

#endif
