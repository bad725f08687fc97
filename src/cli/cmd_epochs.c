#include <string.h>

#include "epoch_words.h"
#include "print.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"

enum { COL_T, COL_UNTIL, COL_STATE, COL_SCOPE, COL_KIND, COL_BASELINE, COL_NOTE, COL_COUNT };

static const struct column column_table[COL_COUNT] = {
    [COL_T] = {"t", NULL, NULL, false, 0},
    [COL_UNTIL] = {"until", "至", "UNTIL", false, 0},
    [COL_STATE] = {"state", "状态", "STATE", false, 0},
    [COL_SCOPE] = {"scope", "范围", "SCOPE", false, 0},
    [COL_KIND] = {"kind", "类型", "KIND", false, 0},
    [COL_BASELINE] = {"new_baseline", "新基线", "NEW BASELINE", false, 0},
    [COL_NOTE] = {"note", "说明", "NOTE", false, 0},
};

static struct cell state_cell(struct table *t, const struct epoch *e)
{
    int64_t now_us = t->desk->now_us;

    if (e->t_us > now_us)
        return cell_shown(t, cell_text(t, "to_come"), TINT_BLUE,
                          desk_word(t->desk, "未开始", "to come"));
    if (e->until_us <= now_us)
        return cell_shown(t, cell_text(t, "over"), TINT_GREY, desk_word(t->desk, "已结束", "over"));
    return cell_shown(t, cell_text(t, "in_force"), TINT_NONE,
                      desk_word(t->desk, "生效", "in force"));
}

static enum err fill(struct table *t, bool all)
{
    const struct registry *r = t->desk->registry;

    for (size_t i = 0; i < r->epoch_count; i++) {
        const struct epoch *e = &r->epochs[i];
        struct cell *row;
        if (!all && e->until_us <= t->desk->now_us)
            continue;
        row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        row[COL_T] = cell_time(e->t_us);
        row[COL_UNTIL] = cell_time(e->until_us);
        row[COL_STATE] = state_cell(t, e);
        row[COL_SCOPE] = cell_text(t, e->scope);
        row[COL_KIND] = cell_shown(t, cell_text(t, epoch_kind_name(e->kind)), TINT_NONE,
                                   word_epoch_kind(t->desk, e->kind));
        row[COL_BASELINE] = cell_bool(epoch_starts_baseline(e->kind));
        row[COL_NOTE] = cell_text(t, e->note);
    }
    return ERR_OK;
}

int cmd_epochs(struct ctl *c)
{
    struct column columns[COL_COUNT];
    struct table t;
    int code = ctl_plan(c);

    if (code != EXIT_DONE)
        return code;
    memcpy(columns, column_table, sizeof columns);
    columns[COL_T].zh = columns[COL_T].en = word_time_heading(&c->desk, "自", "FROM");
    table_begin(&t, &c->desk, columns, COL_COUNT);
    code = ctl_result(c, fill(&t, option_given(&c->options, OPTION_ALL)));
    if (code == EXIT_DONE)
        code = table_print(c, &t, "没有登记时段", "no epochs are registered");
    table_end(&t);
    return code;
}
