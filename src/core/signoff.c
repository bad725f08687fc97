#include "shikumen/core/signoff.h"

#include <stdio.h>
#include <string.h>

#include "shikumen/core/risk.h"

enum proposal_kind signoff_of_step(enum alert_category category, enum alert_event event, int level)
{
    static const enum proposal_kind kinds[] = {
        [LEVEL_NORMAL] = PROPOSAL_KINDS,   [LEVEL_BLUE] = PROPOSAL_KINDS,
        [LEVEL_YELLOW] = PROPOSAL_MONITOR, [LEVEL_ORANGE] = PROPOSAL_INSPECT,
        [LEVEL_RED] = PROPOSAL_PROTECT,
    };
    bool worse = event == EVENT_RAISED || event == EVENT_WORSENED || event == EVENT_REOPENED;

    if (category != CATEGORY_STRUCTURE || !worse || level < LEVEL_NORMAL || level > LEVEL_RED)
        return PROPOSAL_KINDS;
    return kinds[level];
}

const char *signoff_reason(enum proposal_kind kind, int level, char *text, size_t size)
{
    static const char *const zh[] = {"无", "蓝色", "黄色", "橙色", "红色"};
    int known = level >= LEVEL_NORMAL && level <= LEVEL_RED ? level : LEVEL_NORMAL;

    snprintf(text, size, "结构告警达%s级，建议%s / structure alert at %s level: %s", zh[known],
             signoff_kind_zh(kind), level_colour(known), signoff_kind_en(kind));
    return text;
}

/* --- moves --- */

static bool refuse_move(enum proposal_state from, const char *zh, const char *en,
                        struct act_refusal *why)
{
    snprintf(why->zh, sizeof why->zh, "建议%s；%s", signoff_state_zh(from), zh);
    snprintf(why->en, sizeof why->en, "the proposal is %s; %s", signoff_state_en(from), en);
    return false;
}

bool signoff_move(enum proposal_state from, enum act_verb verb, enum proposal_state *to,
                  struct act_refusal *why)
{
    if (verb == ACT_APPROVE || verb == ACT_REJECT) {
        if (from != PROPOSAL_PROPOSED)
            return refuse_move(from, "只有待批的建议可以批准或驳回",
                               "only what is proposed can be approved or rejected", why);
        *to = verb == ACT_APPROVE ? PROPOSAL_APPROVED : PROPOSAL_REJECTED;
        return true;
    }
    if (verb != ACT_DONE)
        return act_refuse(why, "建议只能批准、驳回或完成",
                          "a proposal can be approved, rejected or done");
    if (from != PROPOSAL_APPROVED)
        return refuse_move(from, "只有已批准的建议可以完成", "only what is approved can be done",
                           why);
    *to = PROPOSAL_DONE;
    return true;
}

/* --- words --- */

const char *signoff_kind_zh(enum proposal_kind kind)
{
    static const char *const words[PROPOSAL_KINDS] = {
        [PROPOSAL_INSPECT] = "现场检查", [PROPOSAL_MONITOR] = "加密监测",
        [PROPOSAL_PROTECT] = "人员防护", [PROPOSAL_PROP] = "临时支撑",
        [PROPOSAL_REPAIR] = "修缮",      [PROPOSAL_CLOSE] = "停用房屋",
    };

    return kind < PROPOSAL_KINDS ? words[kind] : "无";
}

const char *signoff_kind_en(enum proposal_kind kind)
{
    static const char *const words[PROPOSAL_KINDS] = {
        [PROPOSAL_INSPECT] = "inspect on site", [PROPOSAL_MONITOR] = "monitor more closely",
        [PROPOSAL_PROTECT] = "protect people",  [PROPOSAL_PROP] = "prop up",
        [PROPOSAL_REPAIR] = "repair",           [PROPOSAL_CLOSE] = "close the house",
    };

    return kind < PROPOSAL_KINDS ? words[kind] : "nothing";
}

const char *signoff_state_zh(enum proposal_state state)
{
    static const char *const words[PROPOSAL_STATES] = {
        [PROPOSAL_PROPOSED] = "待批",
        [PROPOSAL_APPROVED] = "已批准",
        [PROPOSAL_REJECTED] = "已驳回",
        [PROPOSAL_DONE] = "已完成",
    };

    return state < PROPOSAL_STATES ? words[state] : "未知";
}

const char *signoff_state_en(enum proposal_state state)
{
    return proposal_state_name(state);
}

/* --- overrides --- */

const struct class_override *signoff_override(const struct class_override *overrides, size_t n,
                                              const char *subject, int64_t now_us)
{
    for (size_t i = 0; i < n; i++)
        if (overrides[i].ended_us == 0 && now_us >= overrides[i].from_us &&
            now_us < overrides[i].until_us && strcmp(overrides[i].subject, subject) == 0)
            return &overrides[i];
    return NULL;
}

int signoff_class(const char *class_name)
{
    for (int level = 0; level < RISK_LEVELS; level++)
        if (strcmp(class_name, risk_class_name((enum risk_level)level)) == 0)
            return level;
    return -1;
}
