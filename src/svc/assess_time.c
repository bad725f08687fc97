#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

/* In a replay there is nobody to acknowledge. Somebody does a day and an hour after an alert came,
 * so that what is over ends and what comes later is told; too late for any figure to say that
 * people had answered in time [J]. */
#define REPLAY_ACK_US   (25 * US_PER_HOUR)
#define REPLAY_ACK_BY   "backtest"
#define REPLAY_ACK_NOTE "25 h"

/* --- steps --- */

/* Of time alone, or of who stands in for a person in a replay (by). */
static enum err step_of_time(struct assess *a, struct episode *e, enum alert_event event,
                             int previous_level, const char *by, int64_t now_us)
{
    struct act_step step = {.event = event,
                            .previous_level = previous_level,
                            .by = by,
                            .note = by ? REPLAY_ACK_NOTE : NULL,
                            .to = "",
                            .waited_us = now_us - e->alarmed_us};
    return assess_put_act(a, e, &step, now_us);
}

/* --- escalation --- */

/* When nobody has acknowledged for the endpoint's time; INT64_MAX: it does not escalate this. Whose
 * it is cannot be read: better it does. */
static int64_t escalation_us(struct assess *a, const struct endpoint *p, const struct episode *e)
{
    bool its = *p->escalate_to && e->level >= p->min_level && p->categories & 1u << e->category;
    if (!its || !episode_waits(e) || e->spoken_by != 0)
        return INT64_MAX;
    if (assess_concerns(a, p, e, &its) == ERR_OK && !its)
        return INT64_MAX;
    return e->alarmed_us + p->escalate_after_s * US_PER_S;
}

static int64_t next_escalation_us(struct assess *a, const struct episode *e)
{
    const struct settings *s = a->plan->settings;
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < s->endpoint_count; i++) {
        int64_t due_us = escalation_us(a, &s->endpoints[i], e);
        if (due_us > e->escalated_us && due_us < next_us)
            next_us = due_us;
    }
    return next_us;
}

struct escalated {
    int step; /* before this one */
    int64_t at_us;
};

static enum err note_escalated(void *context, const struct step_row *s)
{
    struct escalated *before = context;
    if (s->event == EVENT_ESCALATED && s->step < before->step)
        before->at_us = s->at_us;
    return ERR_OK;
}

enum err assess_escalates_to(struct assess *a, const struct episode *e, const char *endpoint,
                             bool *yes)
{
    const struct settings *s = a->plan->settings;
    struct escalated before = {e->step, INT64_MIN};
    enum err err = state_step_each(a->state, e->row, note_escalated, &before);
    *yes = false;
    for (size_t i = 0; i < s->endpoint_count && !err; i++) {
        const struct endpoint *p = &s->endpoints[i];
        if (strcmp(p->escalate_to, endpoint) != 0)
            continue;
        int64_t due_us = escalation_us(a, p, e);
        *yes = *yes || (due_us <= e->escalated_us && due_us > before.at_us);
    }
    return err;
}

static enum err escalate(struct assess *a, struct episode *e, int64_t now_us)
{
    e->escalated_us = now_us;
    episode_note(e, now_us);
    return step_of_time(a, e, EVENT_ESCALATED, e->level, NULL, now_us);
}

/* --- the clock --- */

static int64_t replay_ack_us(const struct assess *a, const struct episode *e)
{
    return a->hub->replay && episode_waits(e) ? e->alarmed_us + REPLAY_ACK_US : INT64_MAX;
}

int64_t assess_episode_due_us(struct assess *a, const struct episode *e)
{
    const int64_t due[] = {episode_due_us(e), next_escalation_us(a, e), replay_ack_us(a, e),
                           assess_is_group(e) ? assess_group_due_us(e) : INT64_MAX};
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        least = due[i] < least ? due[i] : least;
    return least;
}

/* One thing that is due; the next sweep does the next. */
static enum err sweep_one(struct assess *a, struct episode *e, int64_t now_us)
{
    enum alert_event event;
    int previous_level = e->level;
    enum err err = assess_begin(a);
    if (!err && assess_is_group(e) && e->by_hand)
        err = assess_group_wakes(a, e);
    if (err)
        return err;
    if (episode_tick(e, now_us, &event))
        return step_of_time(a, e, event, previous_level, NULL, now_us);
    if (now_us >= replay_ack_us(a, e) && episode_acknowledge(e, now_us))
        return step_of_time(a, e, EVENT_ACKNOWLEDGED, previous_level, REPLAY_ACK_BY, now_us);
    if (assess_is_group(e) && now_us >= assess_group_due_us(e))
        return assess_group_grown(a, e, now_us);
    if (now_us >= next_escalation_us(a, e))
        return escalate(a, e, now_us);
    return ERR_OK;
}

enum err assess_alerts_sweep(struct assess *a, int64_t now_us)
{
    struct episode_list live;
    if (now_us < a->alerts_at_us)
        return ERR_OK;
    a->error = state_error(a->state);
    enum err e = assess_live(a, &live);
    a->alerts_at_us = INT64_MAX;
    for (size_t i = 0; i < live.count && !e; i++) {
        struct episode *of = &live.items[i];
        if (assess_episode_due_us(a, of) <= now_us)
            e = sweep_one(a, of, now_us);
        int64_t due_us = assess_episode_due_us(a, of);
        if (due_us < a->alerts_at_us)
            a->alerts_at_us = due_us;
    }
    return e;
}
