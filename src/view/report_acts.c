/* What named persons did: silences, classes put in the model's place, proposals with their
 * sign-offs, inspections and repairs; and the epochs of the registry. As of the end of the span. */
#include <string.h>

#include "report_parts.h"
#include "shikumen/base/clock.h"

/* A scope may be a lane or a row: then it is about all of its houses. */
static bool scope_about(const struct report *r, const char *scope)
{
    if (r->house == REGISTRY_NONE)
        return true;
    for (size_t i = 0; i < r->sensor_list.count; i++)
        if (registry_sensor_in_scope(r->registry, r->sensors[i].sensor, scope))
            return true;
    return report_house_of(r, scope) == r->house;
}

static enum err take_silence(void *context, const struct silencing *s)
{
    struct report *r = context;
    int64_t end_us = s->ended_us != 0 && s->ended_us < s->until_us ? s->ended_us : s->until_us;
    struct silencing *kept;

    if (s->from_us >= r->to_us || end_us < r->from_us || !scope_about(r, s->scope))
        return ERR_OK;
    kept = REPORT_ADD(r, silence_list, silences);
    if (!kept)
        return ERR_NOMEM;
    *kept = *s;
    kept->scope = report_keep(r, s->scope);
    kept->by = report_keep(r, s->by);
    kept->reason = report_keep(r, s->reason);
    kept->ended_by = report_keep(r, s->ended_by);
    if (kept->ended_us > r->to_us)
        kept->ended_us = 0;
    return ERR_OK;
}

static enum err take_override(void *context, const struct class_override *o)
{
    struct report *r = context;
    int64_t end_us = o->ended_us != 0 && o->ended_us < o->until_us ? o->ended_us : o->until_us;
    struct class_override *kept;

    if (o->from_us >= r->to_us || end_us < r->from_us ||
        !report_about(r, report_house_of(r, o->subject)))
        return ERR_OK;
    kept = REPORT_ADD(r, override_list, overrides);
    if (!kept)
        return ERR_NOMEM;
    *kept = *o;
    kept->subject = report_keep(r, o->subject);
    kept->class_name = report_keep(r, o->class_name);
    kept->by = report_keep(r, o->by);
    kept->reason = report_keep(r, o->reason);
    kept->ended_by = report_keep(r, o->ended_by);
    if (kept->ended_us > r->to_us)
        kept->ended_us = 0;
    return ERR_OK;
}

/* What was decided or done after the end of the span was open then. */
static void set_back(struct proposal *p, int64_t to_us)
{
    if (p->done_us > to_us) {
        p->done_us = 0;
        p->done_by = p->done_note = "";
        p->state = PROPOSAL_APPROVED;
    }
    if (p->decided_us > to_us) {
        p->decided_us = 0;
        p->decided_by = p->decision = "";
        p->state = PROPOSAL_PROPOSED;
    }
}

static enum err take_proposal(void *context, const struct proposal *p)
{
    struct report *r = context;
    uint32_t house = *p->house ? registry_house(r->registry, p->house) : REGISTRY_NONE;
    struct proposal x = *p, *kept;
    int64_t latest_us;

    set_back(&x, r->to_us);
    latest_us = x.done_us > x.decided_us ? x.done_us : x.decided_us;
    latest_us = latest_us > x.made_us ? latest_us : x.made_us;
    if (x.made_us > r->to_us || !report_about(r, house) ||
        (x.state != PROPOSAL_PROPOSED && x.state != PROPOSAL_APPROVED && latest_us < r->from_us))
        return ERR_OK;
    kept = REPORT_ADD(r, proposal_list, proposals);
    if (!kept)
        return ERR_NOMEM;
    *kept = x;
    kept->episode_id = report_keep(r, x.episode_id);
    kept->house = report_keep(r, x.house);
    kept->element = report_keep(r, x.element);
    kept->made_by = report_keep(r, x.made_by);
    kept->reason = report_keep(r, x.reason);
    kept->decided_by = report_keep(r, x.decided_by);
    kept->decision = report_keep(r, x.decision);
    kept->done_by = report_keep(r, x.done_by);
    kept->done_note = report_keep(r, x.done_note);
    return ERR_OK;
}

static enum err take_record(void *context, const struct act_record *x)
{
    struct report *r = context;
    uint32_t house = *x->house ? registry_house(r->registry, x->house) : REGISTRY_NONE;
    struct report_house *h = report_house_at(r, house);
    struct act_record *kept;

    if (x->at_us > r->to_us || x->day_us < r->from_us || x->day_us >= r->to_us ||
        !report_about(r, house))
        return ERR_OK;
    kept = REPORT_ADD(r, record_list, records);
    if (!kept)
        return ERR_NOMEM;
    *kept = *x;
    kept->episode_id = report_keep(r, x->episode_id);
    kept->house = report_keep(r, x->house);
    kept->finding = report_keep(r, x->finding);
    kept->by = report_keep(r, x->by);
    if (h) {
        h->records++;
        h->cost_cny += x->cost_fen == STATE_UNKNOWN_US ? 0 : (double)x->cost_fen / 100;
    }
    return ERR_OK;
}

static enum err take_epochs(struct report *r)
{
    for (size_t i = 0; i < r->registry->epoch_count; i++) {
        const struct epoch *x = &r->registry->epochs[i];
        bool lasts = x->until_us > x->t_us && x->until_us != INT64_MAX;
        const struct epoch **kept;
        if (x->t_us >= r->to_us || (lasts ? x->until_us : x->t_us) < r->from_us ||
            !scope_about(r, x->scope))
            continue;
        kept = REPORT_ADD(r, epoch_list, epochs);
        if (!kept)
            return ERR_NOMEM;
        *kept = x;
    }
    return ERR_OK;
}

enum err report_take_acts(struct report *r)
{
    const struct proposal_filter all = {.episode_row = 0};
    enum err e = take_epochs(r);

    if (e != ERR_OK || !r->d->state)
        return e;
    e = state_silence_each(r->d->state, true, take_silence, r);
    if (e == ERR_OK)
        e = state_override_each(r->d->state, true, take_override, r);
    if (e == ERR_OK)
        e = state_proposal_each(r->d->state, &all, take_proposal, r);
    if (e == ERR_OK)
        e = state_record_each(r->d->state, 0, take_record, r);
    return desk_state(r->d, e);
}
