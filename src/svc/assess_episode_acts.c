#include <stdio.h>

#include "assess_parts.h"

/* What an act leaves of an episode; false: nothing. */
static bool advance(struct episode *e, enum alert_event event, int64_t now_us)
{
    if (event == EVENT_ACKNOWLEDGED)
        return episode_acknowledge(e, now_us);
    if (event == EVENT_RESOLVED)
        return episode_resolve(e, now_us);
    episode_note(e, now_us);
    return true;
}

static bool may(const struct episode *e, enum alert_event event, struct act_refusal *why)
{
    if (e->resolved_us == 0 || event == EVENT_COMMENTED)
        return true;
    return act_refuse(why, "告警已结束，只能补充说明（comment）",
                      "the alert has ended; it can only be commented on (comment)");
}

static enum err act_on(struct assess *a, const struct act *act, enum alert_event event,
                       struct episode *of, int64_t now_us, struct act_result *result)
{
    struct act_step step = {.event = event,
                            .previous_level = of->level,
                            .by = act->by,
                            .note = act->note,
                            .to = act->to ? act->to : ""};

    if (!advance(of, event, now_us)) {
        act_refuse(&result->why, "这一等级的告警已有人确认",
                   "somebody has acknowledged the alert at this level");
        return ERR_OK;
    }
    enum err e = assess_put_act(a, of, &step, now_us);
    if (e == ERR_CORRUPT) /* of the step, not of the file: that it would be each time anew */
        act_refuse(&result->why, "告警的步骤无法读取", "the steps of the alert cannot be read");
    else if (!e)
        result->done = true;
    return e == ERR_CORRUPT ? ERR_OK : e;
}

#define SPOKEN_DEPTH 2 /* a group speaks for a member, this for the lesser of its element */

/* Who has seen an alert that speaks for others has seen these, and ends them with it. */
static enum err act_on_members(struct assess *a, const struct act *act, enum alert_event event,
                               const struct episode *of, int depth, int64_t now_us)
{
    struct episode_list members;
    enum err e = assess_members(a, of->row, &members);
    for (size_t i = 0; i < members.count && !e; i++) {
        struct act_result ignored = {0};
        if (members.items[i].level > 0)
            e = act_on(a, act, event, &members.items[i], now_us, &ignored);
        if (!e && depth > 1)
            e = act_on_members(a, act, event, &members.items[i], depth - 1, now_us);
    }
    return e;
}

enum err assess_act_on_episode(struct assess *a, const struct act *act, enum alert_event event,
                               int64_t now_us, struct act_result *result)
{
    struct episode of;
    enum err e = state_episode_by_id(a->state, act->subject, &a->arena, &of);
    if (e == ERR_NOTFOUND) {
        act_refuse(&result->why, "没有告警 %.60s", "there is no alert %.60s", act->subject);
        return ERR_OK;
    }
    if (e || !may(&of, event, &result->why))
        return e;
    e = act_on(a, act, event, &of, now_us, result);
    if (!e && result->done && (event == EVENT_ACKNOWLEDGED || event == EVENT_RESOLVED))
        e = act_on_members(a, act, event, &of, SPOKEN_DEPTH, now_us);
    snprintf(result->made, sizeof result->made, "%s.%d", of.id, of.step);
    return e;
}
