#include "shikumen/view/signoff_rows.h"

#include <string.h>

#include "shikumen/core/act.h"
#include "shikumen/core/signoff.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/words.h"

static struct cell id_cell(struct table *t, enum signed_table table, int64_t row)
{
    char id[SIGNED_ID_SIZE];

    return cell_text(t, signed_id(table, row, id));
}

static struct cell time_or_null(int64_t t_us)
{
    return cell_time(t_us ? t_us : INT64_MIN);
}

/* Begins a table whose column of times has the zone in its heading. */
static enum err begin(struct desk *d, struct table *t, const struct column *columns, size_t count,
                      size_t time_column)
{
    struct column *own = table_begin_own(t, d, columns, count);

    if (!own)
        return ERR_NOMEM;
    head_time(d, &own[time_column]);
    return ERR_OK;
}

/* --- proposals --- */

enum {
    P_ID,
    P_KIND,
    P_STATE,
    P_HOUSE,
    P_ELEMENT,
    P_ALERT,
    P_MADE,
    P_MADE_BY,
    P_REASON,
    P_DECIDED,
    P_DECIDED_BY,
    P_DECISION,
    P_DONE,
    P_DONE_BY,
    P_DONE_NOTE,
    P_ROW, /* for paging */
    P_COLUMNS
};

static const struct column proposal_columns[P_COLUMNS] = {
    [P_ID] = {"id", "编号", "ID", false, 0},
    [P_KIND] = {"kind", "建议", "PROPOSAL", false, 0},
    [P_STATE] = {"state", "状态", "STATE", false, 0},
    [P_HOUSE] = {"house", "房屋", "HOUSE", false, 0},
    [P_ELEMENT] = {"element", "构件", "ELEMENT", false, 24},
    [P_ALERT] = {"alert", "告警", "ALERT", false, 9},
    [P_MADE] = {"made", "提出", "MADE", false, 0},
    [P_MADE_BY] = {"made_by", "提出人", "BY", false, 24},
    [P_REASON] = {"reason", "理由", "REASON", false, 60},
    [P_DECIDED] = {"decided", NULL, NULL, false, 0},
    [P_DECIDED_BY] = {"decided_by", "批复人", "DECIDED BY", false, 24},
    [P_DECISION] = {"decision", "批复", "DECISION", false, 40},
    [P_DONE] = {"done", NULL, NULL, false, 0},
    [P_DONE_BY] = {"done_by", NULL, NULL, false, 0},
    [P_DONE_NOTE] = {"done_note", NULL, NULL, false, 0},
    [P_ROW] = {NULL, NULL, NULL, false, 0},
};

/* The reason that the program gives is in both languages. */
static const char *in_language(struct table *t, const char *both)
{
    const char *slash = strstr(both, " / ");
    const char *zh = slash ? arena_strndup(t->desk->arena, both, (size_t)(slash - both)) : both;

    if (!slash || !zh)
        return both;
    return desk_word(t->desk, zh, slash + 3);
}

static enum tint tint_of_state(enum proposal_state state)
{
    return state == PROPOSAL_PROPOSED   ? TINT_YELLOW
           : state == PROPOSAL_APPROVED ? TINT_BLUE
           : state == PROPOSAL_DONE     ? TINT_GREEN
                                        : TINT_GREY;
}

static void put_proposal(struct table *t, struct cell *row, const struct proposal *p)
{
    const struct desk *d = t->desk;
    bool own = strcmp(p->made_by, ACTOR_SELF) == 0;

    row[P_ID] = id_cell(t, SIGNED_PROPOSAL, p->row);
    row[P_KIND] = cell_shown(t, cell_text(t, proposal_kind_name(p->kind)), TINT_NONE,
                             desk_word(d, signoff_kind_zh(p->kind), signoff_kind_en(p->kind)));
    row[P_STATE] =
        cell_shown(t, cell_text(t, proposal_state_name(p->state)), tint_of_state(p->state),
                   desk_word(d, signoff_state_zh(p->state), signoff_state_en(p->state)));
    row[P_HOUSE] = cell_text(t, p->house);
    row[P_ELEMENT] = cell_text(t, p->element);
    row[P_ALERT] = cell_text(t, p->episode_id);
    row[P_MADE] = cell_time(p->made_us);
    row[P_MADE_BY] = cell_text(t, p->made_by);
    row[P_REASON] = cell_shown(t, cell_text(t, p->reason), TINT_NONE,
                               own ? in_language(t, p->reason) : p->reason);
}

static enum err take_proposal(void *context, const struct proposal *p)
{
    struct table *t = context;
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    put_proposal(t, row, p);
    row[P_DECIDED] = time_or_null(p->decided_us);
    row[P_DECIDED_BY] = cell_text(t, p->decided_by);
    row[P_DECISION] = cell_text(t, p->decision);
    row[P_DONE] = time_or_null(p->done_us);
    row[P_DONE_BY] = cell_text(t, p->done_by);
    row[P_ROW] = cell_int(p->row);
    row[P_DONE_NOTE] = cell_text(t, p->done_note);
    return ERR_OK;
}

static enum err list_proposals(struct desk *d, struct table *t, int64_t episode_row, bool all)
{
    const struct proposal_filter filter = {.episode_row = episode_row, .open_only = !all};
    enum err e = begin(d, t, proposal_columns, P_COLUMNS, P_MADE);

    return e == ERR_OK ? desk_state(d, state_proposal_each(d->state, &filter, take_proposal, t))
                       : e;
}

enum err view_proposals(struct desk *d, bool all, struct table *t)
{
    return list_proposals(d, t, 0, all);
}

enum err proposal_rows(struct desk *d, int64_t episode_row, struct table *t)
{
    return list_proposals(d, t, episode_row, true);
}

static const struct page_key proposal_keys[] = {{P_ROW, false}};
const struct page_order proposals_pages = {proposal_keys, 1};

/* --- inspections and repairs --- */

enum { R_ID, R_KIND, R_DAY, R_COST, R_FINDING, R_BY, R_AT, R_COLUMNS };

static const struct column record_columns[R_COLUMNS] = {
    [R_ID] = {"id", "编号", "ID", false, 0},
    [R_KIND] = {"kind", "记录", "RECORD", false, 0},
    [R_DAY] = {"date", "日期", "DATE", false, 0},
    [R_COST] = {"cost_cny", "费用（元）", "COST, CNY", true, 0},
    [R_FINDING] = {"finding", "结果", "FINDING", false, 80},
    [R_BY] = {"by", "何人", "BY", false, 24},
    [R_AT] = {"at", NULL, NULL, false, 0},
};

static enum err take_record(void *context, const struct act_record *r)
{
    struct table *t = context;
    struct cell *row = table_row(t);
    bool repair = r->kind == RECORD_REPAIR;
    char cost[ACT_COST_SIZE];

    if (!row)
        return ERR_NOMEM;
    row[R_ID] = id_cell(t, SIGNED_RECORD, r->row);
    row[R_KIND] =
        cell_shown(t, cell_text(t, record_kind_name(r->kind)), TINT_NONE,
                   desk_word(t->desk, repair ? "修缮" : "检查", record_kind_name(r->kind)));
    row[R_DAY] = cell_time(r->day_us);
    if (r->cost_fen != STATE_UNKNOWN_US)
        row[R_COST] =
            cell_shown(t, cell_json(t, act_cost_text(r->cost_fen, cost)), TINT_NONE, cost);
    row[R_FINDING] = cell_text(t, r->finding);
    row[R_BY] = cell_text(t, r->by);
    row[R_AT] = cell_time(r->at_us);
    return ERR_OK;
}

enum err record_rows(struct desk *d, int64_t episode_row, struct table *t)
{
    enum err e = begin(d, t, record_columns, R_COLUMNS, R_DAY);

    return e == ERR_OK ? desk_state(d, state_record_each(d->state, episode_row, take_record, t))
                       : e;
}

/* --- acts --- */

enum { A_ID, A_VERB, A_AT, A_BY, A_OUTCOME, A_WHY, A_WHY_ZH, A_WHY_EN, A_COLUMNS };

static const struct column act_columns[A_COLUMNS] = {
    [A_ID] = {"id", "编号", "ID", false, 0},
    [A_VERB] = {"verb", "操作", "ACT", false, 0},
    [A_AT] = {"at", "时间", "TIME", false, 0},
    [A_BY] = {"by", "何人", "BY", false, 24},
    [A_OUTCOME] = {"outcome", "结果", "OUTCOME", false, 0},
    [A_WHY] = {"why", "原因", "WHY", false, 80},
    [A_WHY_ZH] = {"why_zh", NULL, NULL, false, 0},
    [A_WHY_EN] = {"why_en", NULL, NULL, false, 0},
};

static enum err take_act(void *context, const struct act_row *a)
{
    struct table *t = context;
    bool waits = a->outcome == OUTCOME_WAITING;
    struct cell *row;

    if (a->outcome == OUTCOME_DONE)
        return ERR_OK;
    row = table_row(t);
    if (!row)
        return ERR_NOMEM;
    row[A_ID] = id_cell(t, SIGNED_ACT, a->row);
    row[A_VERB] = cell_text(t, a->verb);
    row[A_AT] = cell_time(a->at_us);
    row[A_BY] = cell_text(t, a->by);
    row[A_OUTCOME] =
        cell_shown(t, cell_text(t, act_outcome_name(a->outcome)), waits ? TINT_YELLOW : TINT_RED,
                   desk_word(t->desk, waits ? "待生效" : "被拒绝", act_outcome_name(a->outcome)));
    row[A_WHY] = cell_text(t, desk_word(t->desk, a->why_zh, a->why_en));
    row[A_WHY_ZH] = cell_text(t, a->why_zh);
    row[A_WHY_EN] = cell_text(t, a->why_en);
    return ERR_OK;
}

enum err act_rows(struct desk *d, const char *episode_id, struct table *t)
{
    enum err e = begin(d, t, act_columns, A_COLUMNS, A_AT);

    return e == ERR_OK ? desk_state(d, state_act_each(d->state, episode_id, take_act, t)) : e;
}
