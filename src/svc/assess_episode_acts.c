#include <stdio.h>

#include "assess_parts.h"
#include "shikumen/core/render_act.h"

/* What an act leaves of an episode. */
static void advance(struct episode *e, enum alert_event event, int64_t now_us)
{
    e->step++;
    e->changed_us = now_us;
    if (event != EVENT_RESOLVED)
        return;
    e->level = LEVEL_NORMAL;
    e->resolved_us = now_us;
}

static enum err make_body(struct assess *a, const struct act *act, const struct episode *before,
                          const struct episode *after, enum alert_event event, struct strbuf *body)
{
    struct strbuf judged = {0};
    const struct act_step step = {.event = event,
                                  .step = after->step,
                                  .at_us = after->changed_us,
                                  .level = after->level,
                                  .previous_level = before->level,
                                  .by = act->by,
                                  .note = act->note,
                                  .to = act->to ? act->to : ""};
    enum err e = assess_latest_body(a, before, true, &judged);
    if (!e)
        e = render_act(strbuf_text(&judged), &step, body);
    strbuf_free(&judged);
    return e;
}

static bool may(const struct episode *e, enum alert_event event, struct act_refusal *why)
{
    if (e->resolved_us == 0 || event == EVENT_COMMENTED)
        return true;
    return act_refuse(why, "告警已结束，只能补充说明（comment）",
                      "the alert has ended; it can only be commented on (comment)");
}

enum err assess_act_on_episode(struct assess *a, const struct act *act, enum alert_event event,
                               int64_t now_us, struct act_result *result)
{
    struct episode before, after;
    struct strbuf body = {0};
    enum err e = state_episode_by_id(a->state, act->subject, &a->arena, &before);
    if (e == ERR_NOTFOUND) {
        act_refuse(&result->why, "没有告警 %.60s", "there is no alert %.60s", act->subject);
        return ERR_OK;
    }
    if (e || !may(&before, event, &result->why))
        return e;
    after = before;
    advance(&after, event, now_us);
    e = make_body(a, act, &before, &after, event, &body);
    if (!e)
        e = assess_put_step(a, &after, event, before.level, &body, now_us);
    strbuf_free(&body);
    if (e == ERR_CORRUPT) /* of the step, not of the file: that it would be each time anew */
        act_refuse(&result->why, "告警的步骤无法读取", "the steps of the alert cannot be read");
    else if (!e)
        result->done = true;
    snprintf(result->made, sizeof result->made, "%s.%d", after.id, after.step);
    return e == ERR_CORRUPT ? ERR_OK : e;
}
