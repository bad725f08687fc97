#include "shikumen/view/standing.h"

#include <string.h>

#include "shikumen/io/state_signoff.h"
#include "shikumen/view/words.h"

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
    int64_t now_us = t->desk->now_us;

    if (ended_us || now_us >= until_us)
        return cell_shown(t, cell_text(t, "ended"), TINT_GREY,
                          desk_word(t->desk, "已结束", "ended"));
    if (now_us < from_us)
        return cell_shown(t, cell_text(t, "planned"), TINT_NONE,
                          desk_word(t->desk, "未开始", "planned"));
    return cell_shown(t, cell_text(t, "in_force"), TINT_YELLOW,
                      desk_word(t->desk, "生效中", "in force"));
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
    S_ROW, /* for paging */
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
    [S_ROW] = {NULL, NULL, NULL, false, 0},
};

struct silences {
    struct table *t;
    const char *state; /* that is wanted; NULL: any */
};

static enum err take_silence(void *context, const struct silencing *s)
{
    const struct silences *wanted = context;
    struct table *t = wanted->t;
    struct cell state = state_cell(t, s->from_us, s->until_us, s->ended_us), *row;

    if (wanted->state && strcmp(wanted->state, state.text) != 0)
        return ERR_OK;
    row = table_row(t);
    if (!row)
        return ERR_NOMEM;
    row[S_ID] = id_cell(t, SIGNED_SILENCE, s->row);
    row[S_SCOPE] = cell_text(t, s->scope);
    if (s->kind < KIND_COUNT)
        row[S_KIND] = cell_shown(t, cell_text(t, alert_kind_name(s->kind)), TINT_NONE,
                                 word_kind(t->desk, s->kind));
    else
        row[S_KIND] = cell_shown(t, (struct cell){0}, TINT_NONE, desk_word(t->desk, "全部", "all"));
    row[S_STATE] = state;
    row[S_FROM] = cell_time(s->from_us);
    row[S_UNTIL] = cell_time(s->until_us);
    row[S_BY] = cell_text(t, s->by);
    row[S_REASON] = cell_text(t, s->reason);
    row[S_ENDED] = end_cell(s->ended_us);
    row[S_ROW] = cell_int(s->row);
    row[S_ENDED_BY] = cell_text(t, s->ended_by);
    return ERR_OK;
}

static enum err list_silences(struct desk *d, bool all, const char *state, struct table *t)
{
    struct column *columns = table_begin_own(t, d, silence_columns, S_COLUMNS);
    struct silences wanted = {t, state};

    if (!columns)
        return ERR_NOMEM;
    head_time(d, &columns[S_FROM]);
    head_time(d, &columns[S_UNTIL]);
    return desk_state(d, state_silence_each(d->state, all, take_silence, &wanted));
}

enum err view_silences(struct desk *d, bool all, struct table *t)
{
    return list_silences(d, all, NULL, t);
}

enum err view_silences_in(struct desk *d, const char *state, struct table *t)
{
    return list_silences(d, true, state, t);
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
    O_ROW, /* for paging */
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
    [O_ROW] = {NULL, NULL, NULL, false, 0},
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
    row[O_ROW] = cell_int(o->row);
    row[O_ENDED_BY] = cell_text(t, o->ended_by);
    return ERR_OK;
}

enum err view_overrides(struct desk *d, bool all, struct table *t)
{
    struct column *columns = table_begin_own(t, d, override_columns, O_COLUMNS);

    if (!columns)
        return ERR_NOMEM;
    head_time(d, &columns[O_FROM]);
    head_time(d, &columns[O_UNTIL]);
    return desk_state(d, state_override_each(d->state, all, take_override, t));
}

static const struct page_key silence_keys[] = {{S_ROW, false}};
static const struct page_key override_keys[] = {{O_ROW, false}};
const struct page_order silences_pages = {silence_keys, 1}, overrides_pages = {override_keys, 1};
