#include "shikumen/view/forecasts.h"

#include <stdio.h>

#include "shikumen/view/forecast_words.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/words.h"

enum {
    COL_ELEMENT,
    COL_SENSOR,
    COL_QUANTITY,
    COL_OF,
    COL_LIMIT,
    COL_LEVEL,
    COL_SOURCE,
    COL_MARK,
    COL_PROVISIONAL,
    COL_T05,
    COL_T50,
    COL_T95,
    COL_P30,
    COL_P180,
    COL_P365,
    COL_STATE,
    COL_REASON,
    COL_METHOD,
    COL_AT,
    COL_COUNT
};

static const struct column columns[COL_COUNT] = {
    [COL_ELEMENT] = {"element", "构件", "ELEMENT", false, 0},
    [COL_SENSOR] = {"sensor", "测点", "SENSOR", false, 0},
    [COL_QUANTITY] = {"quantity", NULL, NULL, false, 0},
    [COL_OF] = {"of", NULL, NULL, false, 0},
    [COL_LIMIT] = {"limit", "限值", "LIMIT", false, 0},
    [COL_LEVEL] = {"level", "级别", "LEVEL", false, 0},
    [COL_SOURCE] = {"limit_source", "来源", "SOURCE", false, 0},
    [COL_MARK] = {"mark", NULL, NULL, false, 0},
    [COL_PROVISIONAL] = {"provisional", NULL, NULL, false, 0},
    [COL_T05] = {"t05", "最早 5%", "T05", false, 0},
    [COL_T50] = {"t50", "居中", "T50", false, 0},
    [COL_T95] = {"t95", "最晚 95%", "T95", false, 0},
    [COL_P30] = {"p30", "30 天", "30 D", true, 0},
    [COL_P180] = {"p180", "180 天", "180 D", true, 0},
    [COL_P365] = {"p365", "365 天", "365 D", true, 0},
    [COL_STATE] = {"state", NULL, NULL, false, 0},
    [COL_REASON] = {"reason", NULL, NULL, false, 0},
    [COL_METHOD] = {"method", "方法", "METHOD", false, 0},
    [COL_AT] = {"at", "预测时间", "MADE", false, 0},
};

static void put_limit(struct table *t, struct cell *row, const struct state_limit *of)
{
    const struct limit *limit = forecast_limit(t->desk->registry, of);
    const char mark[2] = {limit ? limit->mark : '\0', '\0'};

    row[COL_ELEMENT] = cell_text(t, of->element);
    row[COL_SENSOR] = cell_text(t, of->sensor);
    row[COL_QUANTITY] = cell_text(t, of->quantity);
    row[COL_OF] = cell_text(t, of->of);
    row[COL_LIMIT] = cell_limit(t, of, limit);
    row[COL_SOURCE] = cell_source(t, of->source, limit);
    if (!limit)
        return;
    row[COL_LEVEL] = cell_level(t, limit->level);
    row[COL_MARK] = cell_text(t, mark);
    row[COL_PROVISIONAL] = cell_bool(limit->mark == 'J' || limit->mark == 'M');
}

/* "abstained (too short a history)" */
static struct cell method_cell(struct table *t, const struct state_forecast *f,
                               const struct outlook *o)
{
    const char *reason = word_reason(t->desk, o->reason);
    struct cell cell = cell_text(t, f->method);
    char text[96];

    if (o->state != OUTLOOK_ABSTAINED)
        return cell_shown(t, cell, TINT_NONE, word_method(t->desk, o->method));
    snprintf(text, sizeof text, "%s%s%s%s", desk_word(t->desk, "不作预测", "abstained"),
             *reason ? desk_word(t->desk, "（", " (") : "", reason,
             *reason ? desk_word(t->desk, "）", ")") : "");
    return cell_shown(t, cell, TINT_GREY, text);
}

static enum err take(void *context, const struct state_forecast *f,
                     const struct state_crossing *came)
{
    struct table *t = context;
    struct ledger_entry entry = forecast_entry(f);
    struct cell *row = table_row(t);

    (void)came;
    if (!row)
        return ERR_NOMEM;
    put_limit(t, row, &f->limit);
    row[COL_T05] = cell_forecast_time(t, &entry.outlook, f->t05_us);
    row[COL_T50] = cell_forecast_time(t, &entry.outlook, f->t50_us);
    row[COL_T95] = cell_forecast_time(t, &entry.outlook, f->t95_us);
    row[COL_P30] = cell_share(t, f->p30);
    row[COL_P180] = cell_share(t, f->p180);
    row[COL_P365] = cell_share(t, f->p365);
    row[COL_STATE] = cell_text(t, f->state);
    row[COL_REASON] = cell_text(t, f->reason);
    row[COL_METHOD] = method_cell(t, f, &entry.outlook);
    row[COL_AT] = cell_time(f->at_us);
    return ERR_OK;
}

enum err view_forecasts(struct desk *d, const struct forecast_filter *filter, struct table *t)
{
    table_begin(t, d, columns, COL_COUNT);
    return desk_state(d, state_forecast_each(d->state, filter, take, t));
}

static const struct page_key keys[] = {{COL_ELEMENT, false},  {COL_SENSOR, false},
                                       {COL_QUANTITY, false}, {COL_OF, false},
                                       {COL_LIMIT, false},    {COL_AT, false}};
const struct page_order forecasts_pages = {keys, sizeof keys / sizeof keys[0]};
