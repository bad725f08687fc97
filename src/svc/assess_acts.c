#include <stdio.h>
#include <string.h>

#include "assess_parts.h"

/* --- silences --- */

static enum err refused(struct act_result *r)
{
    r->done = false;
    return ERR_OK;
}

static enum err apply_silence(struct assess *a, const struct act *act, int64_t at_us,
                              int64_t now_us, struct act_result *r)
{
    struct silencing s = {.scope = act->subject,
                          .kind = act->kind ? alert_kind_by_name(act->kind) : KIND_COUNT,
                          .from_us = act->from_us == ACT_NOT_GIVEN ? at_us : act->from_us,
                          .until_us = act->until_us,
                          .by = act->by,
                          .reason = act->note};
    if (!silencing_scope_known(a->plan->registry, act->subject)) {
        act_refuse(&r->why, "没有编号为 %.60s 的房屋、构件、测点、里弄或联排",
                   "%.60s is no house, element, sensor, lane or row of houses", act->subject);
        return refused(r);
    }
    enum err e = state_silence_put(a->state, &s, now_us);
    if (!e)
        e = assess_standing_load(a);
    signed_id(SIGNED_SILENCE, s.row, r->made);
    r->done = !e;
    return e;
}

static enum err apply_unsilence(struct assess *a, const struct act *act, int64_t now_us,
                                struct act_result *r)
{
    int64_t row = signed_row(SIGNED_SILENCE, act->subject);
    enum err e = row ? assess_end_silence(a, row, act->by, now_us) : ERR_NOTFOUND;
    if (e == ERR_NOTFOUND) {
        act_refuse(&r->why, "没有生效中的静默 %.40s", "no silence %.40s stands", act->subject);
        return refused(r);
    }
    signed_id(SIGNED_SILENCE, row, r->made);
    r->done = !e;
    return e;
}

/* --- proposals --- */

static enum err find_episode(struct assess *a, const struct act *act, struct episode *e,
                             struct act_result *r)
{
    enum err err = state_episode_by_id(a->state, act->subject, &a->arena, e);
    if (err == ERR_NOTFOUND)
        act_refuse(&r->why, "没有告警 %.60s", "there is no alert %.60s", act->subject);
    return err;
}

static enum err apply_propose(struct assess *a, const struct act *act, int64_t now_us,
                              struct act_result *r)
{
    struct episode of;
    enum err e = find_episode(a, act, &of, r);
    if (e)
        return e == ERR_NOTFOUND ? refused(r) : e;
    struct proposal p = {.episode_row = of.row,
                         .kind = proposal_kind_by_name(act->kind),
                         .made_us = now_us,
                         .made_by = act->by,
                         .reason = act->note};
    e = state_proposal_put(a->state, &p);
    if (e == ERR_EXISTS) {
        act_refuse(&r->why, "此告警已有一个未结的 %.20s 建议",
                   "the alert has an open proposal %.20s", act->kind);
        return refused(r);
    }
    signed_id(SIGNED_PROPOSAL, p.row, r->made);
    r->done = !e;
    return e;
}

static enum err apply_move(struct assess *a, const struct act *act, int64_t now_us,
                           struct act_result *r)
{
    int64_t row = signed_row(SIGNED_PROPOSAL, act->subject);
    struct proposal p;
    enum proposal_state to;
    enum err e = row ? state_proposal_get(a->state, row, &a->arena, &p) : ERR_NOTFOUND;
    if (e == ERR_NOTFOUND) {
        act_refuse(&r->why, "没有建议 %.40s", "there is no proposal %.40s", act->subject);
        return refused(r);
    }
    if (e || !signoff_move(p.state, act->verb, &to, &r->why))
        return e;
    e = state_proposal_move(a->state, row, to, now_us, act->by, act->note);
    signed_id(SIGNED_PROPOSAL, row, r->made);
    r->done = !e;
    return e;
}

/* --- overrides --- */

static const struct class_override *standing(const struct assess *a, const char *subject)
{
    int64_t row = signed_row(SIGNED_OVERRIDE, subject);
    for (size_t i = 0; i < a->standing.override_count; i++)
        if (a->standing.overrides[i].row == row ||
            strcmp(a->standing.overrides[i].subject, subject) == 0)
            return &a->standing.overrides[i];
    return NULL;
}

/* One takes the place of another. */
static enum err replace(struct assess *a, struct class_override *o, int64_t now_us)
{
    const struct class_override *old = standing(a, o->subject);
    enum err e = old ? state_override_end(a->state, old->row, now_us, o->by) : ERR_OK;
    if (!e)
        e = state_override_put(a->state, o, now_us);
    return e ? e : assess_standing_load(a);
}

static enum err apply_override(struct assess *a, const struct act *act, int64_t now_us,
                               struct act_result *r)
{
    const struct registry *reg = a->plan->registry;
    struct class_override o = {.subject = act->subject,
                               .class_name = act->class_name,
                               .from_us = now_us,
                               .until_us = act->until_us,
                               .by = act->by,
                               .reason = act->note};
    if (registry_house(reg, act->subject) == REGISTRY_NONE &&
        registry_element(reg, act->subject) == REGISTRY_NONE) {
        act_refuse(&r->why, "没有编号为 %.60s 的房屋或构件", "%.60s is no house or element",
                   act->subject);
        return refused(r);
    }
    enum err e = replace(a, &o, now_us);
    signed_id(SIGNED_OVERRIDE, o.row, r->made);
    r->done = !e;
    return e;
}

static enum err apply_end_override(struct assess *a, const struct act *act, int64_t now_us,
                                   struct act_result *r)
{
    const struct class_override *o = standing(a, act->subject);
    if (!o) {
        act_refuse(&r->why, "没有生效中的等级改判 %.60s", "no override %.60s stands", act->subject);
        return refused(r);
    }
    signed_id(SIGNED_OVERRIDE, o->row, r->made);
    enum err e = state_override_end(a->state, o->row, now_us, act->by);
    if (!e)
        e = assess_standing_load(a);
    r->done = !e;
    return e;
}

/* --- records --- */

static enum err apply_record(struct assess *a, const struct act *act, int64_t at_us, int64_t now_us,
                             struct act_result *r)
{
    struct episode of;
    enum err e = find_episode(a, act, &of, r);
    if (e)
        return e == ERR_NOTFOUND ? refused(r) : e;
    struct act_record record = {.episode_row = of.row,
                                .kind = record_kind_by_name(act->kind),
                                .day_us = act->day_us == ACT_NOT_GIVEN ? at_us : act->day_us,
                                .cost_fen = act->cost_fen == ACT_NOT_GIVEN ? STATE_UNKNOWN_US
                                                                           : act->cost_fen,
                                .finding = act->note,
                                .by = act->by,
                                .at_us = now_us};
    e = state_record_put(a->state, &record);
    signed_id(SIGNED_RECORD, record.row, r->made);
    r->done = !e;
    return e;
}

/* --- any of them --- */

static enum err apply_verb(struct assess *a, const struct act *act, int64_t at_us, int64_t now_us,
                           struct act_result *r)
{
    switch (act->verb) {
    case ACT_ACK:
        return assess_act_on_episode(a, act, EVENT_ACKNOWLEDGED, now_us, r);
    case ACT_COMMENT:
        return assess_act_on_episode(a, act, EVENT_COMMENTED, now_us, r);
    case ACT_ASSIGN:
        return assess_act_on_episode(a, act, EVENT_ASSIGNED, now_us, r);
    case ACT_RESOLVE:
        return assess_act_on_episode(a, act, EVENT_RESOLVED, now_us, r);
    case ACT_SILENCE:
        return apply_silence(a, act, at_us, now_us, r);
    case ACT_UNSILENCE:
        return apply_unsilence(a, act, now_us, r);
    case ACT_PROPOSE:
        return apply_propose(a, act, now_us, r);
    case ACT_OVERRIDE:
        return apply_override(a, act, now_us, r);
    case ACT_END_OVERRIDE:
        return apply_end_override(a, act, now_us, r);
    case ACT_RECORD:
        return apply_record(a, act, at_us, now_us, r);
    default:
        return apply_move(a, act, now_us, r);
    }
}

/* Whoever wrote the row: it is checked again. */
static enum err apply(struct assess *a, const struct act_row *row, int64_t now_us,
                      struct act_result *r)
{
    struct act act = act_blank(act_verb_by_name(row->verb));
    act.by = row->by;
    act.subject = row->subject;
    enum err e = act_read(row->body, &a->arena, &act, &r->why);
    if (e == ERR_PARSE || (!e && !act_check(&act, now_us, &r->why)))
        return ERR_OK;
    return e ? e : apply_verb(a, &act, row->at_us, now_us, r);
}

static enum err settle(struct assess *a, struct act_row *row, const struct act_result *r,
                       int64_t now_us)
{
    char id[SIGNED_ID_SIZE];
    row->applied_us = now_us;
    row->outcome = r->done ? OUTCOME_DONE : OUTCOME_REFUSED;
    row->why_zh = r->done ? "" : r->why.zh;
    row->why_en = r->done ? "" : r->why.en;
    row->made = r->done ? r->made : "";
    enum err e = state_act_settle(a->state, row);
    if (!e)
        log_event(&a->hub->log, LOG_P_NOTICE, "act id=%s verb=%s outcome=%s",
                  signed_id(SIGNED_ACT, row->row, id), row->verb, act_outcome_name(row->outcome));
    return e;
}

static enum err take_one(struct assess *a, struct act_row *row, int64_t now_us)
{
    struct act_result r = {0};
    enum err e = assess_begin(a);
    if (e)
        return e;
    state_actor(a->state, row->by);
    e = apply(a, row, now_us, &r);
    if (!e)
        e = settle(a, row, &r, now_us);
    state_actor(a->state, ACTOR_SELF);
    return e;
}

enum err assess_acts(struct assess *a, int64_t now_us)
{
    struct act_row row;
    enum err e = ERR_OK;
    while (!e) {
        a->error = state_error(a->state);
        e = state_act_next(a->state, &a->arena, &row);
        if (!e)
            e = take_one(a, &row, now_us);
    }
    return e == ERR_NOTFOUND ? ERR_OK : e;
}
