/* The step that a person's act on an alert makes, or time alone: the native JSON of the latest step
 * that was judged, with what was done, by whom and why (docs/interface.md section 6). Pure. */
#ifndef SHIKUMEN_CORE_RENDER_ACT_H
#define SHIKUMEN_CORE_RENDER_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/alert.h"

struct act_step {
    enum alert_event event; /* of a person: acknowledged, commented, assigned, resolved; of time:
                               eased, resolved, reopened, escalated */
    int step;
    int64_t at_us;
    int level, previous_level; /* after and before */
    const char *by, *note;     /* NULL: nobody did it */
    const char *to;            /* assigned; "" otherwise */
    int64_t waited_us;         /* escalated: since the level has waited for somebody */
};

/* Appends the step: event, step, at, level, colour and the head of the summary are of the act,
 * "by", "note" and (assigned) "assigned_to" follow (of time alone none), all else is as it stands
 * in body. ERR_CORRUPT: body is no JSON object; ERR_NOMEM. */
enum err render_act(const char *body, const struct act_step *act, struct strbuf *out) MUST_USE;

/* Whether the step is of a person: it has a member "by". */
bool render_is_act(const char *body);

#endif
