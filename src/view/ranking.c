#include "shikumen/view/ranking.h"

#include <stdio.h>
#include <string.h>

#include "shikumen/core/risk.h"
#include "shikumen/core/signoff.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/words.h"
#include "standings.h"

#define REASONS_SHOWN 2 /* in the list */

enum {
    COL_HOUSE,
    COL_NAME,
    COL_CLASS,
    COL_COLOUR,
    COL_SCORE,
    COL_P, /* of the horizon; the three follow for programs */
    COL_P30,
    COL_P180,
    COL_P365,
    COL_CONFIDENCE,
    COL_WEAKEST,
    COL_COVERAGE,
    COL_GREY,
    COL_PROVISIONAL,
    COL_APPRAISAL,
    COL_AT,
    COL_LABEL,
    COL_OVERRIDE,
    COL_MODEL_CLASS,
    COL_REASON,
    COL_REASONS,
    COL_LANE, /* of a row; the rest is of rows and the district alone */
    COL_ROW,
    COL_DISTRICT,
    COL_HOUSES,
    COL_HOUSES_GREY,
    COL_WORST,
    COL_NAME_ZH,
    COL_NAME_EN,
    COL_P30_RANGE, /* the three in this order */
    COL_P180_RANGE,
    COL_P365_RANGE,
    COL_WEAKEST_VALUE,
    COL_BEFORE_AT,
    COL_BEFORE_CLASS,
    COL_BEFORE_SCORE,
    COL_SCORE_CHANGE,
    COL_PART, /* houses before rows and district; what follows is for paging alone */
    COL_KEY,
    COL_SCORE_KEY,
    COL_COUNT
};

static const struct column column_table[COL_COUNT] = {
    [COL_HOUSE] = {"house", "房屋", "HOUSE", false, 0},
    [COL_NAME] = {"name", "名称", "NAME", false, 24},
    [COL_CLASS] = {"class", "类别", "CLASS", false, 0},
    [COL_COLOUR] = {"colour", "颜色", "COLOUR", false, 0},
    [COL_SCORE] = {"score", "评分", "SCORE", true, 0},
    [COL_P] = {NULL, NULL, NULL, false, 0},
    [COL_P30] = {"p30", NULL, NULL, false, 0},
    [COL_P180] = {"p180", NULL, NULL, false, 0},
    [COL_P365] = {"p365", NULL, NULL, false, 0},
    [COL_CONFIDENCE] = {"confidence", "置信度，最弱项", "CONFIDENCE, WEAKEST", false, 0},
    [COL_WEAKEST] = {"weakest", NULL, NULL, false, 0},
    [COL_COVERAGE] = {"coverage", "覆盖率", "COVERAGE", true, 0},
    [COL_GREY] = {"grey", NULL, NULL, false, 0},
    [COL_PROVISIONAL] = {"provisional", NULL, NULL, false, 0},
    [COL_APPRAISAL] = {"commission_appraisal", NULL, NULL, false, 0},
    [COL_AT] = {"at", NULL, NULL, false, 0},
    [COL_LABEL] = {"label", NULL, NULL, false, 0},
    [COL_OVERRIDE] = {"override", NULL, NULL, false, 0},
    [COL_MODEL_CLASS] = {"model_class", NULL, NULL, false, 0},
    [COL_REASON] = {NULL, "主要理由", "FIRST REASONS", false, 0},
    [COL_REASONS] = {"reasons", NULL, NULL, false, 0},
    [COL_LANE] = {"lane", NULL, NULL, false, 0},
    [COL_ROW] = {"row", NULL, NULL, false, 0},
    [COL_DISTRICT] = {"district", NULL, NULL, false, 0},
    [COL_HOUSES] = {"houses", NULL, NULL, false, 0},
    [COL_HOUSES_GREY] = {"houses_grey", NULL, NULL, false, 0},
    [COL_WORST] = {"worst", NULL, NULL, false, 0},
    [COL_NAME_ZH] = {"name_zh", NULL, NULL, false, 0},
    [COL_NAME_EN] = {"name_en", NULL, NULL, false, 0},
    [COL_P30_RANGE] = {"p30_range", NULL, NULL, false, 0},
    [COL_P180_RANGE] = {"p180_range", NULL, NULL, false, 0},
    [COL_P365_RANGE] = {"p365_range", NULL, NULL, false, 0},
    [COL_WEAKEST_VALUE] = {"weakest_value", NULL, NULL, false, 0},
    [COL_BEFORE_AT] = {"at_30d_ago", NULL, NULL, false, 0},
    [COL_BEFORE_CLASS] = {"class_30d_ago", NULL, NULL, false, 0},
    [COL_BEFORE_SCORE] = {"score_30d_ago", NULL, NULL, false, 0},
    [COL_SCORE_CHANGE] = {"score_change_30d", NULL, NULL, false, 0},
    [COL_PART] = {NULL, NULL, NULL, false, 0},
    [COL_KEY] = {NULL, NULL, NULL, false, 0},
    [COL_SCORE_KEY] = {NULL, NULL, NULL, false, 0},
};

static const char *const horizon_zh[RISK_HORIZONS] = {"30 天内超限", "180 天内超限",
                                                      "365 天内超限"};
static const char *const horizon_en[RISK_HORIZONS] = {"EXCEEDED IN 30 D", "EXCEEDED IN 180 D",
                                                      "EXCEEDED IN 365 D"};
static const char *const ranges[RISK_HORIZONS] = {"p30_range", "p180_range", "p365_range"};

struct filling {
    struct table *table;
    const struct ranking_query *query;
};

/* --- what all have in common --- */

static void put_reasons(struct table *t, struct cell *row, const cJSON *line)
{
    const cJSON *reasons = cJSON_GetObjectItemCaseSensitive(line, "reasons"), *reason;
    char *json = cJSON_IsArray(reasons) ? cJSON_PrintUnformatted(reasons) : NULL;
    struct strbuf said = {0};
    int n = 0;

    cJSON_ArrayForEach(reason, reasons)
    {
        if (n++ == REASONS_SHOWN)
            break;
        strbuf_puts(&said, n > 1 ? " | " : "");
        strbuf_puts(&said, said_in(t->desk, reason, "text"));
    }
    if (!line)
        strbuf_puts(&said, desk_word(t->desk, "尚未评估", "not assessed yet"));
    row[COL_REASON] = cell_text(t, strbuf_text(&said));
    row[COL_REASONS] = cell_json(t, json ? json : "[]");
    strbuf_free(&said);
    cJSON_free(json);
}

/* What a house, a row and the district have in common. */
static void put_standing(struct filling *f, struct cell *row, const cJSON *line, double score,
                         int64_t at_us, const struct risk_view *v)
{
    static const char *const p[RISK_HORIZONS] = {"p30", "p180", "p365"};
    struct table *t = f->table;
    int horizon = f->query->horizon;
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(line, ranges[horizon]);
    char text[32];

    snprintf(text, sizeof text, "%.0f", score);
    row[COL_CLASS] = cell_class(t, v);
    row[COL_COLOUR] = cell_colour(t, v);
    row[COL_SCORE] = cell_real(score);
    if (row[COL_SCORE].kind != CELL_NULL)
        row[COL_SCORE] = cell_shown(t, row[COL_SCORE], TINT_NONE, text);
    row[COL_P] = cell_share_within(t, number_of(line, p[horizon]), range);
    for (int i = 0; i < RISK_HORIZONS; i++)
        row[COL_P30 + i] = cell_real(number_of(line, p[i]));
    row[COL_CONFIDENCE] =
        cell_confidence(t, number_of(line, "confidence"), text_of(line, "weakest"));
    row[COL_WEAKEST] = cell_text(t, text_of(line, "weakest"));
    row[COL_COVERAGE] = cell_share(t, number_of(line, "coverage"));
    row[COL_GREY] = cell_bool(v->grey);
    row[COL_PROVISIONAL] = cell_bool(v->provisional);
    row[COL_APPRAISAL] = cell_bool(truth_of(line, "commission_appraisal"));
    row[COL_AT] = cell_time(at_us);
    row[COL_LABEL] = cell_text(t, RISK_LABEL);
    row[COL_WEAKEST_VALUE] = cell_real(number_of(line, "weakest_value"));
    for (int i = 0; i < RISK_HORIZONS; i++)
        row[COL_P30_RANGE + i] = cell_member(t, cJSON_GetObjectItemCaseSensitive(line, ranges[i]));
    put_reasons(t, row, line);
}

/* What became of it since. */
static void put_before(struct table *t, struct cell *row, const struct standing *s)
{
    row[COL_BEFORE_AT] = cell_time(s->before.at_us);
    row[COL_BEFORE_CLASS] = cell_text(t, s->before.class_name);
    row[COL_BEFORE_SCORE] = cell_real(s->before.score);
    row[COL_SCORE_CHANGE] = cell_real(s->score - s->before.score);
}

static enum err put_house(struct filling *f, const struct standing *s, const struct risk_view *v)
{
    struct table *t = f->table;
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[COL_HOUSE] = cell_text(t, s->house->id);
    row[COL_NAME] = cell_text(t, desk_name(t->desk, s->house->name));
    row[COL_NAME_ZH] = cell_text(t, s->house->name.zh);
    row[COL_NAME_EN] = cell_text(t, s->house->name.en);
    put_standing(f, row, s->line, s->score, s->at_us, v);
    row[COL_OVERRIDE] = override_cell(t, v->override);
    row[COL_MODEL_CLASS] = cell_model_class(t, v);
    put_before(t, row, s);
    row[COL_PART] = cell_int(0);
    row[COL_KEY] = cell_real(s->key);
    row[COL_SCORE_KEY] = cell_real(s->score);
    return ERR_OK;
}

/* --- rows and the district --- */

static bool is_registered(const struct registry *r, const struct state_group *g)
{
    for (size_t i = 0; i < r->house_count; i++)
        if (strcmp(r->houses[i].lane, g->lane) == 0 && strcmp(r->houses[i].row, g->row) == 0)
            return true;
    return !*g->lane && !*g->row;
}

static void put_group_name(struct table *t, struct cell *row, const struct state_group *g,
                           const cJSON *line)
{
    const struct registry *r = t->desk->registry;
    double houses = number_of(line, "houses"), grey = number_of(line, "houses_grey");
    struct strbuf name = {0}, size = {0};

    desk_put(t->desk, &size, "%.0f 栋，灰 %.0f", "%.0f houses, %.0f grey", houses, grey);
    if (*g->row)
        desk_put(t->desk, &name, "排 %s%s%s", "row %s%s%s", g->lane, *g->lane ? " " : "", g->row);
    else
        desk_put(t->desk, &name, "全区 %s", "district %s", desk_name(t->desk, r->district_name));
    row[COL_HOUSE] = cell_shown(t, (struct cell){0}, TINT_NONE, strbuf_text(&name));
    row[COL_NAME] = cell_shown(t, (struct cell){0}, TINT_NONE, strbuf_text(&size));
    strbuf_free(&name);
    strbuf_free(&size);
    row[COL_LANE] = cell_text(t, g->lane);
    row[COL_ROW] = cell_text(t, g->row);
    row[COL_DISTRICT] = cell_text(t, *g->row ? "" : r->district_id);
    row[COL_HOUSES] = cell_real(houses);
    row[COL_HOUSES_GREY] = cell_real(grey);
    row[COL_WORST] = cell_text(t, text_of(line, "worst"));
}

static bool reaches(const struct risk_view *v, int min_class)
{
    if (v->override)
        return signoff_class(v->override->class_name) >= min_class;
    if (v->grey)
        return false;
    for (int level = min_class; level < RISK_LEVELS; level++)
        if (strcmp(v->class_name, risk_class_name((enum risk_level)level)) == 0)
            return true;
    return false;
}

/* Those below the class are left out; of these, the ones without enough data are counted. */
static enum err put_houses(struct filling *f, const struct standings *standings, size_t *grey)
{
    int min_class = f->query->min_class;
    enum err e = ERR_OK;

    *grey = 0;
    for (size_t i = 0; i < standings->count && e == ERR_OK; i++) {
        struct risk_view v = risk_view(standings->of[i].line);
        v.override = override_of(&standings->overrides, standings->of[i].house->id);
        if (min_class == RISK_INSUFFICIENT || reaches(&v, min_class))
            e = put_house(f, &standings->of[i], &v);
        else
            *grey += v.grey && !v.override;
    }
    return e;
}

/* Of a class that is asked for, as the houses. */
static enum err take_group(void *context, const struct state_group *g)
{
    struct filling *f = context;
    struct table *t = f->table;
    int min_class = f->query->min_class;
    cJSON *line = cJSON_Parse(g->risk.line);
    struct risk_view v = risk_view(line);
    struct cell *row = NULL;
    enum err e = ERR_OK;

    if (is_registered(t->desk->registry, g) &&
        (min_class == RISK_INSUFFICIENT || (!v.grey && reaches(&v, min_class)))) {
        row = table_row(t);
        e = row ? ERR_OK : ERR_NOMEM;
    }
    if (row) {
        put_group_name(t, row, g, line);
        put_standing(f, row, line, g->risk.score, g->risk.at_us, &v);
        row[COL_PART] = cell_int(*g->row ? 1 : 2);
    }
    cJSON_Delete(line);
    return e;
}

enum err view_ranking(struct desk *d, const struct ranking_query *q, struct table *t, size_t *grey)
{
    struct column *columns = table_begin_own(t, d, column_table, COL_COUNT);
    struct filling filling = {t, q};
    struct standings standings = {0};
    enum err e =
        columns ? desk_state(d, standings_take(d, q->at_us, q->order, &standings)) : ERR_NOMEM;

    *grey = 0;
    if (columns) {
        columns[COL_P].key = q->p ? "p" : NULL;
        columns[COL_P].zh = horizon_zh[q->horizon];
        columns[COL_P].en = horizon_en[q->horizon];
    }
    if (columns && standings.overrides.count > 0) {
        columns[COL_OVERRIDE].zh = "人工改判";
        columns[COL_OVERRIDE].en = "OVERRIDE";
    }
    if (e == ERR_OK)
        e = put_houses(&filling, &standings, grey);
    if (e == ERR_OK)
        e = desk_state(d, state_group_at(d->state, q->at_us, take_group, &filling));
    standings_end(&standings);
    return e;
}

static const struct page_key keys[] = {{COL_PART, false},  {COL_KEY, true},   {COL_SCORE_KEY, true},
                                       {COL_HOUSE, false}, {COL_LANE, false}, {COL_ROW, false}};
const struct page_order ranking_pages = {keys, sizeof keys / sizeof keys[0]};
