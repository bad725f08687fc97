#include <string.h>

#include "shikumen/io/state_signoff.h"
#include "shikumenctl.h"
#include "table.h"
#include "words.h"

static struct cell id_cell(struct table *t, enum signed_table table, int64_t row)
{
    char id[SIGNED_ID_SIZE];

    return cell_text(t, signed_id(table, row, id));
}

static struct cell end_cell(int64_t t_us)
{
    return cell_time(t_us ? t_us : INT64_MIN);
}

static struct cell state_cell(struct table *t, int64_t from_us, int64_t until_us, int64_t ended_us)
{
    int64_t now_us = t->ctl->now_us;

    if (ended_us || now_us >= until_us)
        return cell_shown(t, cell_text(t, "ended"), TINT_GREY, ctl_word(t->ctl, "已结束", "ended"));
    if (now_us < from_us)
        return cell_shown(t, cell_text(t, "planned"), TINT_NONE,
                          ctl_word(t->ctl, "未开始", "planned"));
    return cell_shown(t, cell_text(t, "in_force"), TINT_YELLOW,
                      ctl_word(t->ctl, "生效中", "in force"));
}

/* Headings that carry the zone are of the run. */
static void head_times(struct ctl *c, struct column *columns, const int *which, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct column *column = &columns[which[i]];
        column->zh = column->en = word_time_heading(c, column->zh, column->en);
    }
}
#define HEAD_TIMES(c, columns, ...)                                                                \
    head_times(c, columns, (const int[]){__VA_ARGS__},                                             \
               sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

typedef enum err fill_fn(struct table *t, bool all);

static int print(struct ctl *c, const struct column *columns, size_t count, fill_fn *fill,
                 const char *zh, const char *en)
{
    struct table t;
    int code;

    table_begin(&t, c, columns, count);
    code = ctl_state_result(c, fill(&t, option_given(&c->options, OPTION_ALL)));
    if (code == EXIT_DONE)
        code = table_print(&t, zh, en);
    table_end(&t);
    return code;
}

/* --- silences --- */

enum {
    S_ID,
    S_SCOPE,
    S_KIND,
    S_STATE,
    S_FROM,
    S_UNTIL,
    S_BY,
    S_REASON,
    S_ENDED,
    S_ENDED_BY,
    S_COLUMNS
};

static const struct column silence_columns[S_COLUMNS] = {
    [S_ID] = {"id", "编号", "ID", false, 0},
    [S_SCOPE] = {"scope", "范围", "SCOPE", false, 0},
    [S_KIND] = {"kind", "类型", "KIND", false, 0},
    [S_STATE] = {"state", "状态", "STATE", false, 0},
    [S_FROM] = {"from", "开始", "FROM", false, 0},
    [S_UNTIL] = {"until", "结束", "UNTIL", false, 0},
    [S_BY] = {"by", "何人", "BY", false, 24},
    [S_REASON] = {"reason", "理由", "REASON", false, 60},
    [S_ENDED] = {"ended", NULL, NULL, false, 0},
    [S_ENDED_BY] = {"ended_by", NULL, NULL, false, 0},
};

static enum err take_silence(void *context, const struct silencing *s)
{
    struct table *t = context;
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[S_ID] = id_cell(t, SIGNED_SILENCE, s->row);
    row[S_SCOPE] = cell_text(t, s->scope);
    if (s->kind < KIND_COUNT)
        row[S_KIND] = cell_shown(t, cell_text(t, alert_kind_name(s->kind)), TINT_NONE,
                                 word_kind(t->ctl, s->kind));
    else
        row[S_KIND] = cell_shown(t, (struct cell){0}, TINT_NONE, ctl_word(t->ctl, "全部", "all"));
    row[S_STATE] = state_cell(t, s->from_us, s->until_us, s->ended_us);
    row[S_FROM] = cell_time(s->from_us);
    row[S_UNTIL] = cell_time(s->until_us);
    row[S_BY] = cell_text(t, s->by);
    row[S_REASON] = cell_text(t, s->reason);
    row[S_ENDED] = end_cell(s->ended_us);
    row[S_ENDED_BY] = cell_text(t, s->ended_by);
    return ERR_OK;
}

static enum err fill_silences(struct table *t, bool all)
{
    return state_silence_each(t->ctl->state, all, take_silence, t);
}

int cmd_silences(struct ctl *c)
{
    struct column columns[S_COLUMNS];
    int code = ctl_state(c);

    if (code != EXIT_DONE)
        return code;
    memcpy(columns, silence_columns, sizeof columns);
    HEAD_TIMES(c, columns, S_FROM, S_UNTIL);
    return print(c, columns, S_COLUMNS, fill_silences, "没有生效中的静默", "no silences stand");
}

/* --- overrides --- */

enum {
    O_ID,
    O_SUBJECT,
    O_CLASS,
    O_STATE,
    O_FROM,
    O_UNTIL,
    O_BY,
    O_REASON,
    O_ENDED,
    O_ENDED_BY,
    O_COLUMNS
};

static const struct column override_columns[O_COLUMNS] = {
    [O_ID] = {"id", "编号", "ID", false, 0},
    [O_SUBJECT] = {"subject", "对象", "OF", false, 0},
    [O_CLASS] = {"class", "改判为", "CLASS", false, 0},
    [O_STATE] = {"state", "状态", "STATE", false, 0},
    [O_FROM] = {"from", "开始", "FROM", false, 0},
    [O_UNTIL] = {"until", "结束", "UNTIL", false, 0},
    [O_BY] = {"by", "何人", "BY", false, 24},
    [O_REASON] = {"reason", "理由", "REASON", false, 60},
    [O_ENDED] = {"ended", NULL, NULL, false, 0},
    [O_ENDED_BY] = {"ended_by", NULL, NULL, false, 0},
};

static enum err take_override(void *context, const struct class_override *o)
{
    struct table *t = context;
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[O_ID] = id_cell(t, SIGNED_OVERRIDE, o->row);
    row[O_SUBJECT] = cell_text(t, o->subject);
    row[O_CLASS] = cell_text(t, o->class_name);
    row[O_STATE] = state_cell(t, o->from_us, o->until_us, o->ended_us);
    row[O_FROM] = cell_time(o->from_us);
    row[O_UNTIL] = cell_time(o->until_us);
    row[O_BY] = cell_text(t, o->by);
    row[O_REASON] = cell_text(t, o->reason);
    row[O_ENDED] = end_cell(o->ended_us);
    row[O_ENDED_BY] = cell_text(t, o->ended_by);
    return ERR_OK;
}

static enum err fill_overrides(struct table *t, bool all)
{
    return state_override_each(t->ctl->state, all, take_override, t);
}

int cmd_overrides(struct ctl *c)
{
    struct column columns[O_COLUMNS];
    int code = ctl_state(c);

    if (code != EXIT_DONE)
        return code;
    memcpy(columns, override_columns, sizeof columns);
    HEAD_TIMES(c, columns, O_FROM, O_UNTIL);
    return print(c, columns, O_COLUMNS, fill_overrides, "没有生效中的改判", "no overrides stand");
}
