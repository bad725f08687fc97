#include <stdio.h>
#include <string.h>

#include "shikumen/base/fault.h"
#include "shikumen/core/signoff.h"
#include "shikumen/core/silencing.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/svc/acting.h"

static enum err refuse(enum err e, bool written)
{
    return written ? ERR_OK : e;
}

/* --- alerts --- */

struct episode_search {
    struct desk *desk;
    const char *id;
    struct episode found;
    size_t count;
};

static enum err match_episode(void *context, const struct episode *e)
{
    struct episode_search *s = context;

    if (strncmp(e->id, s->id, strlen(s->id)) != 0)
        return ERR_OK;
    s->found = *e;
    s->found.key = arena_strdup(s->desk->arena, e->key);
    s->found.house = arena_strdup(s->desk->arena, e->house);
    s->found.element = arena_strdup(s->desk->arena, e->element);
    s->count++;
    return s->found.key && s->found.house && s->found.element ? ERR_OK : ERR_NOMEM;
}

enum err acting_episode(struct desk *d, const char *id, struct episode *out,
                        struct act_refusal *why)
{
    const struct alert_filter all = {.since_us = INT64_MIN};
    struct episode_search s = {.desk = d, .id = id};
    enum err e = desk_state(d, state_episode_each(d->state, &all, match_episode, &s));

    if (e != ERR_OK)
        return e;
    if (s.count == 0)
        return refuse(ERR_NOTFOUND, act_refuse(why, "没有告警 %s", "no alert %s", id));
    if (s.count > 1)
        return refuse(ERR_RANGE,
                      act_refuse(why, "%zu 个告警以 %s 开头，请写全编号",
                                 "%zu alerts begin with %s; give more of it", s.count, id));
    *out = s.found;
    return ERR_OK;
}

static enum err look_for_episode(struct desk *d, const char *name, struct act *act,
                                 struct act_refusal *why)
{
    struct episode found;
    enum err e;

    if (strlen(name) < ACTING_ID_LEAST)
        return refuse(ERR_RANGE,
                      act_refuse(why, "请至少写出告警编号的前 %d 个字符",
                                 "give at least the first %d characters of the alert's id",
                                 ACTING_ID_LEAST));
    e = acting_episode(d, name, &found, why);
    if (e != ERR_OK)
        return e;
    act->subject = arena_strdup(d->arena, found.id);
    return act->subject ? ERR_OK : ERR_NOMEM;
}

/* --- scopes --- */

const char *acting_scope_near(struct desk *d, const char *scope)
{
    const struct registry *r = d->registry;
    size_t room = r->sensor_count + r->element_count + 3 * r->house_count + 1, n = 0;
    const char **names = arena_array(d->arena, room, sizeof *names);

    if (!names)
        return NULL;
    names[n++] = r->district_id;
    for (size_t i = 0; i < r->house_count; i++) {
        names[n++] = r->houses[i].id;
        names[n++] = r->houses[i].lane;
        names[n++] = r->houses[i].row;
    }
    for (size_t i = 0; i < r->element_count; i++)
        names[n++] = r->elements[i].id;
    for (size_t i = 0; i < r->sensor_count; i++)
        names[n++] = r->sensors[i].id;
    return fault_suggest(scope, names, n);
}

static enum err refuse_scope(struct desk *d, const char *scope, bool silence,
                             struct act_refusal *why)
{
    const char *near = acting_scope_near(d, scope);
    const char *zh = silence ? "房屋、构件、测点、里弄或联排" : "房屋或构件";
    const char *en = silence ? "house, element, sensor, lane or row" : "house or element";

    act_refuse(why, "%s 不是%s的编号%s%s", "%s is the id of no %s%s%s", scope, zh,
               near ? "; 是否指 did you mean " : "", near ? near : "");
    /* the kinds differ by language, which one list of arguments cannot say */
    snprintf(why->en, sizeof why->en, "%s is the id of no %s%s%s", scope, en,
             near ? "; 是否指 did you mean " : "", near ? near : "");
    return ERR_NOTFOUND;
}

static enum err look_for_scope(struct desk *d, const char *name, struct act *act,
                               struct act_refusal *why)
{
    const struct registry *r = d->registry;
    bool known = act->verb == ACT_SILENCE ? silencing_scope_known(r, name)
                                          : registry_house(r, name) != REGISTRY_NONE ||
                                                registry_element(r, name) != REGISTRY_NONE;

    act->subject = name;
    return known ? ERR_OK : refuse_scope(d, name, act->verb == ACT_SILENCE, why);
}

/* --- what stands --- */

struct search {
    const char *name;
    int64_t row; /* that name gives; 0: none */
    bool found;
};

static enum err match_silence(void *context, const struct silencing *s)
{
    struct search *search = context;

    search->found = search->found || s->row == search->row;
    return ERR_OK;
}

static enum err match_override(void *context, const struct class_override *o)
{
    struct search *search = context;

    search->found = search->found || o->row == search->row || strcmp(o->subject, search->name) == 0;
    return ERR_OK;
}

static enum err look_for_silence(struct desk *d, const char *name, struct act *act,
                                 struct act_refusal *why)
{
    struct search s = {.name = name, .row = signed_row(SIGNED_SILENCE, name)};
    enum err e = desk_state(d, state_silence_each(d->state, false, match_silence, &s));

    act->subject = name;
    if (e != ERR_OK || s.found)
        return e;
    return refuse(ERR_NOTFOUND, act_refuse(why, "没有生效中的静默 %s（见 silences）",
                                           "no silence %s stands (see silences)", name));
}

static enum err look_for_override(struct desk *d, const char *name, struct act *act,
                                  struct act_refusal *why)
{
    struct search s = {.name = name, .row = signed_row(SIGNED_OVERRIDE, name)};
    enum err e = desk_state(d, state_override_each(d->state, false, match_override, &s));

    act->subject = name;
    if (e != ERR_OK || s.found)
        return e;
    return refuse(ERR_NOTFOUND, act_refuse(why, "没有生效中的等级改判 %s（见 overrides）",
                                           "no override %s stands (see overrides)", name));
}

static enum err look_for_proposal(struct desk *d, const char *name, struct act *act,
                                  struct act_refusal *why)
{
    int64_t row = signed_row(SIGNED_PROPOSAL, name);
    enum proposal_state to;
    struct proposal p;
    enum err e = row ? state_proposal_get(d->state, row, d->arena, &p) : ERR_NOTFOUND;

    act->subject = name;
    if (e == ERR_NOTFOUND)
        return refuse(e, act_refuse(why, "没有建议 %s（见 proposals）",
                                    "no proposal %s (see proposals)", name));
    if (e != ERR_OK)
        return desk_state(d, e);
    return signoff_move(p.state, act->verb, &to, why) ? ERR_OK : ERR_REFUSED;
}

enum err acting_look(struct desk *d, const char *name, struct act *act, struct act_refusal *why)
{
    switch (act_target_of(act->verb)) {
    case TARGET_EPISODE:
        return look_for_episode(d, name, act, why);
    case TARGET_SCOPE:
        return look_for_scope(d, name, act, why);
    case TARGET_SILENCE:
        return look_for_silence(d, name, act, why);
    case TARGET_OVERRIDE:
        return look_for_override(d, name, act, why);
    case TARGET_PROPOSAL:
        return look_for_proposal(d, name, act, why);
    }
    return ERR_RANGE;
}
