#include "risk_story.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "shikumen/core/risk.h"
#include "shikumen/view/house_risk.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/when.h"

enum {
    COL_ELEMENT,
    COL_CLASS,
    COL_COLOUR,
    COL_SCORE,
    COL_P30,
    COL_P180,
    COL_P365,
    COL_CONFIDENCE,
    COL_COVERAGE,
    COL_COUNT
};

static const struct column columns[COL_COUNT] = {
    [COL_ELEMENT] = {"element", "构件", "ELEMENT", false, 0},
    [COL_CLASS] = {"class", "类别", "CLASS", false, 0},
    [COL_COLOUR] = {"colour", "颜色", "COLOUR", false, 0},
    [COL_SCORE] = {"score", "评分", "SCORE", true, 0},
    [COL_P30] = {"p30", "30 天", "30 D", true, 0},
    [COL_P180] = {"p180", "180 天", "180 D", true, 0},
    [COL_P365] = {"p365", "365 天", "365 D", true, 0},
    [COL_CONFIDENCE] = {"confidence", "置信度，最弱项", "CONFIDENCE, WEAKEST", false, 0},
    [COL_COVERAGE] = {"coverage", "覆盖率", "COVERAGE", true, 0},
};

static struct cell score_cell(struct table *t, double score)
{
    char text[32];

    snprintf(text, sizeof text, "%.0f", score);
    return isfinite(score) ? cell_shown(t, cell_real(score), TINT_NONE, text) : (struct cell){0};
}

static enum err put_element(struct table *t, const cJSON *element,
                            const struct override_list *overrides)
{
    struct risk_view v = risk_view(element);
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    v.override = override_of(overrides, text_of(element, "element"));
    row[COL_ELEMENT] = cell_text(t, text_of(element, "element"));
    row[COL_CLASS] = cell_class(t, &v);
    row[COL_COLOUR] = cell_colour(t, &v);
    row[COL_SCORE] = score_cell(t, number_of(element, "score"));
    row[COL_P30] = cell_share(t, number_of(element, "p30"));
    row[COL_P180] = cell_share(t, number_of(element, "p180"));
    row[COL_P365] = cell_share(t, number_of(element, "p365"));
    row[COL_CONFIDENCE] =
        cell_confidence(t, number_of(element, "confidence"), text_of(element, "weakest"));
    row[COL_COVERAGE] = cell_share(t, number_of(element, "coverage"));
    return ERR_OK;
}

static enum err put_elements(struct ctl *c, const cJSON *line,
                             const struct override_list *overrides, struct strbuf *out)
{
    const cJSON *elements = cJSON_GetObjectItemCaseSensitive(line, "elements"), *element;
    struct table t;
    enum err e = ERR_OK;

    table_begin(&t, &c->desk, columns, COL_COUNT);
    cJSON_ArrayForEach(element, elements) if (e == ERR_OK) e = put_element(&t, element, overrides);
    if (e == ERR_OK && t.rows > 0) {
        strbuf_putc(out, '\n');
        table_text(c, &t, out);
    }
    table_end(&t);
    return e;
}

/* --- the head --- */

static void put_chance(struct ctl *c, struct strbuf *out, const cJSON *line, const char *p,
                       const char *range, int days)
{
    const cJSON *bounds = cJSON_GetObjectItemCaseSensitive(line, range);
    const cJSON *low = cJSON_GetArrayItem(bounds, 0), *high = cJSON_GetArrayItem(bounds, 1);
    char text[SHARE_TEXT_SIZE], from[SHARE_TEXT_SIZE], to[SHARE_TEXT_SIZE];

    if (isnan(number_of(line, p)))
        desk_put(&c->desk, out, "  %d 天内超过限值：不作预测\n",
                 "  exceeds a limit within %d d: abstained\n", days);
    else
        desk_put(&c->desk, out, "  %d 天内超过限值：%s（%s～%s）\n",
                 "  exceeds a limit within %d d: %s (%s to %s)\n", days,
                 share_text(number_of(line, p), text),
                 share_text(cJSON_IsNumber(low) ? low->valuedouble : (double)NAN, from),
                 share_text(cJSON_IsNumber(high) ? high->valuedouble : (double)NAN, to));
}

static void put_worth(struct ctl *c, struct strbuf *out, const cJSON *line)
{
    char coverage[SHARE_TEXT_SIZE];

    desk_put(&c->desk, out, "  置信度 %.2f，最弱项：%s %.2f；覆盖率 %s；数据 %.0f 天\n",
             "  confidence %.2f, weakest: %s %.2f; coverage %s; %.0f d of data\n",
             number_of(line, "confidence"),
             word_factor(&c->desk, ctl_clean(c, text_of(line, "weakest"))),
             number_of(line, "weakest_value"), share_text(number_of(line, "coverage"), coverage),
             number_of(line, "history_d"));
}

static void put_class(struct ctl *c, struct strbuf *out, const cJSON *line,
                      const struct class_override *override)
{
    struct risk_view v = risk_view(line);
    struct table t;
    struct cell class_cell, colour;

    v.override = override;
    table_begin(&t, &c->desk, columns, COL_COUNT);
    class_cell = cell_class(&t, &v);
    colour = cell_colour(&t, &v);
    table_end(&t);
    strbuf_puts(out, "  ");
    tint_put(c, out, colour.tint, colour.shown);
    desk_put(&c->desk, out, "  类别 %s  评分 %.0f\n", "  class %s  score %.0f\n",
             ctl_clean(c, class_cell.shown), number_of(line, "score"));
    if (truth_of(line, "commission_appraisal"))
        desk_put(&c->desk, out, "  涉及稳定的限值已到报警级：请委托鉴定\n",
                 "  a limit that concerns stability is at alarm level: commission an appraisal\n");
}

/* Every override of the house and its elements, with author and end. */
static void put_overrides(struct ctl *c, const struct house *h, const cJSON *line,
                          const struct override_list *overrides, struct strbuf *out)
{
    const cJSON *elements = cJSON_GetObjectItemCaseSensitive(line, "elements"), *element;
    const struct class_override *o = override_of(overrides, h->id);

    if (o)
        desk_put(&c->desk, out, "  人工改判：%s\n", "  override: %s\n",
                 override_words(&c->desk, o));
    cJSON_ArrayForEach(element, elements)
    {
        o = override_of(overrides, text_of(element, "element"));
        if (o)
            desk_put(&c->desk, out, "  人工改判 %s：%s\n", "  override of %s: %s\n",
                     ctl_clean(c, o->subject), override_words(&c->desk, o));
    }
}

static void put_head(struct ctl *c, const struct house *h, int64_t at_us, const cJSON *line,
                     const struct override_list *overrides, struct strbuf *out)
{
    char time[WHEN_TEXT_SIZE];

    desk_put(&c->desk, out, "%s %s，截至 %s\n", "%s %s, as of %s\n", ctl_clean(c, h->id),
             ctl_clean(c, desk_name(&c->desk, h->name)), when_local(c->desk.zone, at_us, time));
    put_class(c, out, line, override_of(overrides, h->id));
    put_overrides(c, h, line, overrides, out);
    put_chance(c, out, line, "p30", "p30_range", 30);
    put_chance(c, out, line, "p180", "p180_range", 180);
    put_chance(c, out, line, "p365", "p365_range", 365);
    if (risk_waits(line))
        strbuf_printf(out, "%s\n", word_waits(&c->desk));
    put_worth(c, out, line);
}

static void put_reasons(struct ctl *c, const cJSON *line, struct strbuf *out)
{
    const cJSON *reasons = cJSON_GetObjectItemCaseSensitive(line, "reasons"), *reason;
    int shown = cJSON_GetArraySize(reasons), total = shown, n = 0;

    if (number_of(line, "reasons_total") >= shown && number_of(line, "reasons_total") < 1e6)
        total = (int)number_of(line, "reasons_total");
    desk_put(&c->desk, out, "\n理由（共 %d 条，按分量）：\n", "\nreasons (%d in all, by weight):\n",
             total);
    cJSON_ArrayForEach(reason, reasons)
    {
        strbuf_printf(out, "  %d. %s\n", ++n, ctl_clean(c, said_in(&c->desk, reason, "text")));
    }
    if (total > shown)
        desk_put(&c->desk, out, "  另有 %d 条分量很小，未列出\n",
                 "  %d more of little weight are not listed\n", total - shown);
}

/* --- one house --- */

static int print_story(struct ctl *c, const struct house *h, const struct house_risk *risk)
{
    cJSON *line = cJSON_Parse(strbuf_text(&risk->line));
    struct strbuf out = {0};
    int code;

    if (!line)
        return ctl_fail(c, "%s 的记录无法解读", "the record of %s cannot be read",
                        ctl_clean(c, h->id));
    put_head(c, h, risk->at_us, line, &risk->overrides, &out);
    put_reasons(c, line, &out);
    code = ctl_result(c, put_elements(c, line, &risk->overrides, &out));
    strbuf_printf(&out, "\n%s\n", word_scheme(&c->desk));
    if (code == EXIT_DONE)
        code = print_text(c, &out);
    strbuf_free(&out);
    cJSON_Delete(line);
    return code;
}

static int print_line(struct ctl *c, const struct house_risk *risk)
{
    struct strbuf out = {0};
    int code;

    house_risk_json(risk, &out);
    strbuf_putc(&out, '\n');
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

int risk_story(struct ctl *c, const char *house)
{
    uint32_t h = registry_house(c->plan->registry, house);
    struct house_risk risk;
    int code;

    if (h == REGISTRY_NONE)
        return ctl_fail(c, "没有登记房屋 %s", "no house %s is registered", ctl_clean(c, house));
    code = ctl_view_result(c, house_risk_take(&c->desk, house, &risk));
    if (code == EXIT_DONE && risk.at_us == INT64_MIN)
        code = ctl_fail(c, "%s 尚未评估：数据不足", "%s was not assessed yet: not enough data",
                        ctl_clean(c, house));
    else if (code == EXIT_DONE && option_given(&c->options, OPTION_JSON))
        code = print_line(c, &risk);
    else if (code == EXIT_DONE)
        code = print_story(c, &c->plan->registry->houses[h], &risk);
    house_risk_free(&risk);
    return code;
}
