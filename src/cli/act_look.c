#include <string.h>

#include "act_send.h"
#include "episode_find.h"
#include "epoch_words.h"
#include "shikumen/core/signoff.h"
#include "shikumen/core/silencing.h"
#include "shikumen/io/state_signoff.h"

#define ID_CHARACTERS_LEAST 6

/* --- alerts --- */

static int look_for_episode(struct ctl *c, const char *name, struct act *act)
{
    struct episode e;
    int code;

    if (strlen(name) < ID_CHARACTERS_LEAST)
        return ctl_fail(c, "请至少写出告警编号的前 %d 个字符",
                        "give at least the first %d characters of the alert's id",
                        ID_CHARACTERS_LEAST);
    code = ctl_state(c);
    if (code == EXIT_DONE)
        code = episode_find(c, name, &e);
    if (code != EXIT_DONE)
        return code;
    act->subject = arena_strdup(&c->arena, e.id);
    return act->subject ? EXIT_DONE : ctl_result(c, ERR_NOMEM);
}

/* --- scopes --- */

static int refuse_scope(struct ctl *c, const char *scope, const char *zh, const char *en)
{
    const char *near = epoch_scope_near(c, scope);

    return ctl_fail(c, "%s 不是%s的编号%s%s", "%s is the id of no %s%s%s", ctl_clean(c, scope),
                    ctl_word(c, zh, en), near ? "; 是否指 did you mean " : "", near ? near : "");
}

static int look_for_scope(struct ctl *c, const char *name, struct act *act)
{
    int code = ctl_plan(c);
    const struct registry *r = code == EXIT_DONE ? c->plan->registry : NULL;

    act->subject = name;
    if (!r)
        return code;
    if (act->verb == ACT_SILENCE)
        return silencing_scope_known(r, name)
                   ? EXIT_DONE
                   : refuse_scope(c, name, "房屋、构件、测点、里弄或联排",
                                  "house, element, sensor, lane or row");
    return registry_house(r, name) != REGISTRY_NONE || registry_element(r, name) != REGISTRY_NONE
               ? EXIT_DONE
               : refuse_scope(c, name, "房屋或构件", "house or element");
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

static int look_for_silence(struct ctl *c, const char *name, struct act *act)
{
    struct search s = {.name = name, .row = signed_row(SIGNED_SILENCE, name)};
    int code = ctl_state(c);

    act->subject = name;
    if (code == EXIT_DONE)
        code = ctl_state_result(c, state_silence_each(c->desk.state, false, match_silence, &s));
    if (code != EXIT_DONE || s.found)
        return code;
    return ctl_fail(c, "没有生效中的静默 %s（见 silences）", "no silence %s stands (see silences)",
                    ctl_clean(c, name));
}

static int look_for_override(struct ctl *c, const char *name, struct act *act)
{
    struct search s = {.name = name, .row = signed_row(SIGNED_OVERRIDE, name)};
    int code = ctl_state(c);

    act->subject = name;
    if (code == EXIT_DONE)
        code = ctl_state_result(c, state_override_each(c->desk.state, false, match_override, &s));
    if (code != EXIT_DONE || s.found)
        return code;
    return ctl_fail(c, "没有生效中的等级改判 %s（见 overrides）",
                    "no override %s stands (see overrides)", ctl_clean(c, name));
}

/* --- proposals --- */

static int look_for_proposal(struct ctl *c, const char *name, struct act *act)
{
    int64_t row = signed_row(SIGNED_PROPOSAL, name);
    struct act_refusal why;
    enum proposal_state to;
    struct proposal p;
    enum err e = ERR_NOTFOUND;
    int code = ctl_state(c);

    act->subject = name;
    if (code != EXIT_DONE)
        return code;
    if (row)
        e = state_proposal_get(c->desk.state, row, &c->arena, &p);
    if (e == ERR_NOTFOUND)
        return ctl_fail(c, "没有建议 %s（见 proposals）", "no proposal %s (see proposals)",
                        ctl_clean(c, name));
    if (e != ERR_OK)
        return ctl_state_result(c, e);
    if (signoff_move(p.state, act->verb, &to, &why))
        return EXIT_DONE;
    return act_refused(c, &why);
}

int act_look(struct ctl *c, const char *name, struct act *act)
{
    switch (act_target_of(act->verb)) {
    case TARGET_EPISODE:
        return look_for_episode(c, name, act);
    case TARGET_SCOPE:
        return look_for_scope(c, name, act);
    case TARGET_SILENCE:
        return look_for_silence(c, name, act);
    case TARGET_OVERRIDE:
        return look_for_override(c, name, act);
    case TARGET_PROPOSAL:
        return look_for_proposal(c, name, act);
    }
    return EXIT_FAILED;
}
