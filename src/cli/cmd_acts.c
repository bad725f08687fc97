#include <string.h>

#include "act_send.h"
#include "shikumenctl.h"

/* --- from options to an act --- */

/* The verb that a command is named after. */
static enum act_verb verb_of(const char *command)
{
    return strcmp(command, "end-override") == 0 ? ACT_END_OVERRIDE : act_verb_by_name(command);
}

static struct act act_of(const struct options *o)
{
    struct act a = act_blank(verb_of(o->command));

    a.by = o->by;
    a.note = o->note ? o->note : o->reason;
    a.to = o->to_name;
    a.kind = a.verb == ACT_PROPOSE ? o->arguments[1] : o->kind;
    a.class_name = o->class_name;
    a.cost_fen = o->cost_fen == INT64_MIN ? ACT_NOT_GIVEN : o->cost_fen;
    a.day_us = o->date_us == INT64_MIN ? ACT_NOT_GIVEN : o->date_us;
    a.from_us = option_given(o, OPTION_FROM) ? o->from_us : ACT_NOT_GIVEN;
    a.until_us = option_given(o, OPTION_UNTIL) ? o->until_us : ACT_NOT_GIVEN;
    return a;
}

static bool is_complete(const struct options *o, const struct act *a)
{
    if (!o->by)
        return options_refuse("缺少 missing: --by NAME", "");
    if (!a->note)
        return options_refuse("缺少 missing: --note TEXT", "");
    if (a->verb == ACT_ASSIGN && !o->to_name)
        return options_refuse("缺少 missing: --to NAME", "");
    if ((a->verb == ACT_SILENCE || a->verb == ACT_OVERRIDE) && a->until_us == ACT_NOT_GIVEN)
        return options_refuse("缺少 missing: --until T", "");
    if (a->verb == ACT_OVERRIDE && !o->class_name)
        return options_refuse("缺少 missing: --class C", "");
    if (a->verb == ACT_RECORD && !o->kind)
        return options_refuse("缺少 missing: --kind inspection|repair", "");
    return true;
}

static int cmd_act(struct ctl *c)
{
    struct act a = act_of(&c->options);
    int code;

    if (!is_complete(&c->options, &a))
        return EXIT_USAGE;
    code = ctl_settings(c);
    if (code == EXIT_DONE)
        code = act_look(c, c->options.arguments[0], &a);
    return code == EXIT_DONE ? act_send(c, &a) : code;
}

/* --- the commands --- */

#define BY    (TAKES(BY) | TAKES(NOTE) | TAKES(REASON) | TAKES(JSON))
#define LISTS (TAKES(JSON) | TAKES(CSV))
#define BY_HELP                                                                                    \
    "  --by NAME         谁 who: 1..80 字 characters\n"                                          \
    "  --note TEXT       说明或理由 (--reason 同) a note or reason (also --reason)\n" JSON_HELP
#define ID_HELP                                                                                    \
    "  ID                告警编号的前 6 位以上 the first 6 characters or more of the alert's id\n"
#define PROPOSAL_HELP "  PROPOSAL          P1, P2 …：见 see proposals\n"
#define UNTIL_HELP(longest)                                                                        \
    "  --until T         结束，至多 " longest " 天 end, at most " longest                          \
    " days: 2026-12-01T08:00:00Z, +8h, +7d\n"
#define ALL_HELP(zh, en) "  --all             " zh " " en "\n"

const struct command act_commands[] = {
    {"ack", cmd_act, BY, 1, 1, "ID --by NAME --note TEXT [--json]", "确认收到告警",
     "acknowledges an alert", ID_HELP BY_HELP},
    {"comment", cmd_act, BY, 1, 1, "ID --by NAME --note TEXT [--json]", "给告警补充说明",
     "adds a comment to an alert", ID_HELP BY_HELP},
    {"assign", cmd_act, BY | TAKES(TO_NAME), 1, 1, "ID --to NAME --by NAME --note TEXT [--json]",
     "指派告警由谁处理", "says who takes care of an alert",
     ID_HELP "  --to NAME         由谁处理 who\n" BY_HELP},
    {"resolve", cmd_act, BY, 1, 1, "ID --by NAME --note TEXT [--json]", "人工结束告警",
     "ends an alert by hand", ID_HELP BY_HELP},
    {"record", cmd_act, BY | TAKES(KIND) | TAKES(COST) | TAKES(DATE), 1, 1,
     "ID --kind inspection|repair [--cost CNY] [--date T] --by NAME --note TEXT [--json]",
     "登记一次检查或修缮的结果和费用", "records what an inspection or a repair found and cost",
     ID_HELP "  --kind K          inspection 检查, repair 修缮\n"
             "  --cost N          费用，元 cost in CNY: 1234.50\n"
             "  --date T          日期 when it took place (默认现在 default: now)\n" BY_HELP},
    {"silence", cmd_act, BY | TAKES(KIND) | TAKES(FROM) | TAKES(UNTIL), 1, 1,
     "SCOPE --until T [--from T] [--kind K] --by NAME --reason TEXT [--json]",
     "一段时间内不发某范围的告警（红色照发，照常记录）",
     "holds alerts of a scope back for a time (never red; recording goes on)",
     "  SCOPE             房屋、构件、测点、里弄或联排的编号 id of a house, element, sensor, lane "
     "or\n"
     "                    row\n" UNTIL_HELP(
         "30") "  --from T          开始 beginning (默认现在 default: now)\n"
               "  --kind K          只限一种告警 one kind of alert only: limit, rate, trend, "
               "step,\n"
               "                    vibration, frequency, moisture, leak, silence, "
               "fault\n" BY_HELP},
    {"unsilence", cmd_act, BY, 1, 1, "SILENCE --by NAME --note TEXT [--json]", "提前结束静默",
     "ends a silence", "  SILENCE           S1, S2 …：见 see silences\n" BY_HELP},
    {"silences", cmd_silences, LISTS | TAKES(ALL), 0, 0, "[--all] [--json | --csv]", "生效中的静默",
     "silences that stand", ALL_HELP("包括已结束的", "those that have ended as well") FORMAT_HELP},
    {"propose", cmd_act, BY, 2, 2, "ID KIND --by NAME --reason TEXT [--json]", "提出处置建议",
     "proposes what to do",
     ID_HELP "  KIND              inspect 检查, monitor 加密监测, protect 防护, prop 支撑,\n"
             "                    repair 修缮, close 停用\n" BY_HELP},
    {"proposals", cmd_proposals, LISTS | TAKES(ALL), 0, 0, "[--all] [--json | --csv]",
     "待批和已批的建议", "proposals that are open",
     ALL_HELP("包括已驳回和已完成的", "those rejected or done as well") FORMAT_HELP},
    {"approve", cmd_act, BY, 1, 1, "PROPOSAL --by NAME --reason TEXT [--json]", "批准建议",
     "approves a proposal", PROPOSAL_HELP BY_HELP},
    {"reject", cmd_act, BY, 1, 1, "PROPOSAL --by NAME --reason TEXT [--json]", "驳回建议",
     "rejects a proposal", PROPOSAL_HELP BY_HELP},
    {"done", cmd_act, BY, 1, 1, "PROPOSAL --by NAME --note TEXT [--json]", "建议已办完",
     "says that an approved proposal is done", PROPOSAL_HELP BY_HELP},
    {"override", cmd_act, BY | TAKES(CLASS) | TAKES(UNTIL), 1, 1,
     "HOUSE|ELEMENT --class C --until T --by NAME --reason TEXT [--json]", "人工改判风险类别",
     "puts a person's class in the place of the model's",
     "  HOUSE|ELEMENT     房屋或构件的编号 id of a house or an element\n"
     "  --class C         L, ML, M, MH, H\n" UNTIL_HELP("365") BY_HELP},
    {"end-override", cmd_act, BY, 1, 1, "OVERRIDE|HOUSE|ELEMENT --by NAME --note TEXT [--json]",
     "提前结束改判", "ends an override",
     "  OVERRIDE          O1, O2 …：见 see overrides\n" BY_HELP},
    {"overrides", cmd_overrides, LISTS | TAKES(ALL), 0, 0, "[--all] [--json | --csv]",
     "生效中的改判", "overrides that stand",
     ALL_HELP("包括已结束的", "those that have ended as well") FORMAT_HELP},
    {"audit", cmd_audit, LISTS | TAKES(SINCE) | TAKES(HEAD), 0, 0,
     "[--since T] [--head] [--json | --csv]", "审计链：谁在何时做了什么",
     "the audit chain: who did what, when",
     "  --since T         此后的 since: 2026-11-22T08:00:00Z, -24h, -7d\n"
     "  --head            只看末行，可抄存备查 its last row alone, to be kept "
     "elsewhere\n" FORMAT_HELP},
};

const size_t act_command_count = sizeof act_commands / sizeof act_commands[0];
