#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "risk_story.h"
#include "risk_words.h"
#include "shikumen/core/risk.h"
#include "shikumen/core/signoff.h"
#include "shikumenctl.h"
#include "words.h"

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
};

static const char *const horizon_zh[RISK_HORIZONS] = {"30 天内超限", "180 天内超限",
                                                      "365 天内超限"};
static const char *const horizon_en[RISK_HORIZONS] = {"EXCEEDED IN 30 D", "EXCEEDED IN 180 D",
                                                      "EXCEEDED IN 365 D"};
static const char *const ranges[RISK_HORIZONS] = {"p30_range", "p180_range", "p365_range"};

/* --- ranking --- */

/* A house of the registry with what was last said of it. */
struct standing {
    const struct house *house;
    int64_t at_us;
    double key;   /* what is ranked by, falling; NaN last */
    double score; /* among equals */
    cJSON *line;  /* NULL: never assessed */
};

struct ranking {
    struct ctl *ctl;
    struct standing *of; /* by house, then by rank */
    size_t count;
    struct override_list overrides;
};

static double key_of(enum sort_kind sort, const struct state_risk *r)
{
    switch (sort) {
    case SORT_P30:
        return r->p30;
    case SORT_P180:
        return r->p180;
    case SORT_P365:
        return r->p365;
    case SORT_CONFIDENCE:
        return -r->confidence;
    default:
        return r->score;
    }
}

static enum err take(void *context, const struct state_risk *r)
{
    struct ranking *ranking = context;
    uint32_t house = registry_house(ranking->ctl->plan->registry, r->house);
    struct standing *s;

    if (house == REGISTRY_NONE)
        return ERR_OK; /* no longer registered */
    s = &ranking->of[house];
    s->at_us = r->at_us;
    s->score = r->score;
    s->key = key_of(ranking->ctl->options.sort, r);
    s->line = cJSON_Parse(r->line);
    return ERR_OK;
}

static int by_falling(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a < b) - (a > b);
}

static int compare(const void *left, const void *right)
{
    const struct standing *a = left, *b = right;
    int by_key = by_falling(a->key, b->key), by_score = by_falling(a->score, b->score);

    if (by_key != 0)
        return by_key;
    return by_score != 0 ? by_score : strcmp(a->house->id, b->house->id);
}

/* Never assessed: no score at all; the least confidence there is. */
static int rank(struct ctl *c, struct ranking *ranking)
{
    const struct registry *r = c->plan->registry;
    int code;

    *ranking = (struct ranking){.ctl = c, .count = r->house_count};
    ranking->of = arena_array(&c->arena, r->house_count, sizeof *ranking->of);
    if (!ranking->of)
        return ctl_result(c, ERR_NOMEM);
    for (size_t i = 0; i < ranking->count; i++)
        ranking->of[i] =
            (struct standing){.house = &r->houses[i],
                              .at_us = INT64_MIN,
                              .key = c->options.sort == SORT_CONFIDENCE ? 0 : (double)NAN,
                              .score = (double)NAN};
    code = ctl_state_result(c, state_risk_each(c->state, NULL, take, ranking));
    if (code == EXIT_DONE)
        code = ctl_state_result(c, overrides_take(c, &ranking->overrides));
    if (code == EXIT_DONE && ranking->count > 0)
        qsort(ranking->of, ranking->count, sizeof *ranking->of, compare);
    return code;
}

static void end(struct ranking *ranking)
{
    for (size_t i = 0; ranking->of && i < ranking->count; i++)
        cJSON_Delete(ranking->of[i].line);
}

/* --- the list --- */

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
        strbuf_puts(&said, said_in(t->ctl, reason, "text"));
    }
    if (!line)
        strbuf_puts(&said, ctl_word(t->ctl, "尚未评估", "not assessed yet"));
    row[COL_REASON] = cell_text(t, strbuf_text(&said));
    row[COL_REASONS] = cell_json(t, json ? json : "[]");
    strbuf_free(&said);
    cJSON_free(json);
}

/* What a house, a row and the district have in common. */
static void put_standing(struct table *t, struct cell *row, const cJSON *line, double score,
                         int64_t at_us, const struct risk_view *v)
{
    static const char *const p[RISK_HORIZONS] = {"p30", "p180", "p365"};
    int horizon = t->ctl->options.horizon;
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
    put_reasons(t, row, line);
}

static enum err put_house(struct table *t, const struct standing *s, const struct risk_view *v)
{
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[COL_HOUSE] = cell_text(t, s->house->id);
    row[COL_NAME] = cell_text(t, ctl_name(t->ctl, s->house->name));
    put_standing(t, row, s->line, s->score, s->at_us, v);
    row[COL_OVERRIDE] = override_cell(t, v->override);
    row[COL_MODEL_CLASS] = cell_model_class(t, v);
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
    const struct registry *r = t->ctl->plan->registry;
    double houses = number_of(line, "houses"), grey = number_of(line, "houses_grey");
    struct strbuf name = {0}, size = {0};

    ctl_put(t->ctl, &size, "%.0f 栋，灰 %.0f", "%.0f houses, %.0f grey", houses, grey);
    if (*g->row)
        ctl_put(t->ctl, &name, "排 %s%s%s", "row %s%s%s", g->lane, *g->lane ? " " : "", g->row);
    else
        ctl_put(t->ctl, &name, "全区 %s", "district %s", ctl_name(t->ctl, r->district_name));
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

/* Those below the class are left out; *grey is how many of those have not enough data. */
static enum err fill(struct table *t, const struct ranking *ranking, size_t *grey)
{
    int min_class = t->ctl->options.min_class;
    enum err e = ERR_OK;

    *grey = 0;
    for (size_t i = 0; i < ranking->count && e == ERR_OK; i++) {
        struct risk_view v = risk_view(ranking->of[i].line);
        v.override = override_of(&ranking->overrides, ranking->of[i].house->id);
        if (min_class == RISK_INSUFFICIENT || reaches(&v, min_class))
            e = put_house(t, &ranking->of[i], &v);
        else
            *grey += v.grey && !v.override;
    }
    return e;
}

/* Of a class that is asked for, as the houses. */
static enum err take_group(void *context, const struct state_group *g)
{
    struct table *t = context;
    int min_class = t->ctl->options.min_class;
    cJSON *line = cJSON_Parse(g->risk.line);
    struct risk_view v = risk_view(line);
    struct cell *row = NULL;
    enum err e = ERR_OK;

    if (is_registered(t->ctl->plan->registry, g) &&
        (min_class == RISK_INSUFFICIENT || (!v.grey && reaches(&v, min_class)))) {
        row = table_row(t);
        e = row ? ERR_OK : ERR_NOMEM;
    }
    if (row) {
        put_group_name(t, row, g, line);
        put_standing(t, row, line, g->risk.score, g->risk.at_us, &v);
    }
    cJSON_Delete(line);
    return e;
}

static int print_list(struct table *t, size_t grey)
{
    struct ctl *c = t->ctl;
    struct strbuf out = {0};
    int code;

    if (grey > 0)
        ctl_say(c, "%zu 栋数据不足，未列出", "%zu houses without enough data are not listed", grey);
    if (t->rows == 0 || option_given(&c->options, OPTION_JSON) ||
        option_given(&c->options, OPTION_CSV))
        return table_print(t, "没有符合条件的房屋", "no house to list");
    table_text(t, &out);
    strbuf_printf(&out, "\n%s\n", word_scheme(c));
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

static int list(struct ctl *c)
{
    struct column columns[COL_COUNT];
    struct ranking ranking;
    struct table t;
    size_t grey = 0;
    int code = rank(c, &ranking);

    memcpy(columns, column_table, sizeof columns);
    columns[COL_P].zh = horizon_zh[c->options.horizon];
    columns[COL_P].en = horizon_en[c->options.horizon];
    if (ranking.overrides.count > 0) {
        columns[COL_OVERRIDE].zh = "人工改判";
        columns[COL_OVERRIDE].en = "OVERRIDE";
    }
    table_begin(&t, c, columns, COL_COUNT);
    if (code == EXIT_DONE)
        code = ctl_result(c, fill(&t, &ranking, &grey));
    if (code == EXIT_DONE)
        code = ctl_state_result(c, state_group_each(c->state, take_group, &t));
    if (code == EXIT_DONE)
        code = print_list(&t, grey);
    table_end(&t);
    end(&ranking);
    return code;
}

int cmd_risk(struct ctl *c)
{
    bool one = c->options.argument_count == 1;
    int code;

    if (one &&
        (c->options.given & (TAKES(SORT) | TAKES(MIN_CLASS) | TAKES(HORIZON) | TAKES(CSV)))) {
        options_refuse("HOUSE 只能与 --json 同用 a HOUSE goes with --json only", "");
        return EXIT_USAGE;
    }
    code = ctl_plan(c);
    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code != EXIT_DONE)
        return code;
    return one ? risk_story(c, c->options.arguments[0]) : list(c);
}
