/* Of a district: 3 what it is, with its plan; 5 condition, 6 risk and the houses that lead it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LEADING  5

/* --- 3 --- */

static bool same_lane(const struct house *a, const struct house *b)
{
    return strcmp(a->lane, b->lane) == 0 && strcmp(a->row, b->row) == 0;
}

static void put_row(struct writer *w, const struct house *first)
{
    const struct registry *g = w->r->registry;
    int from = 0, to = 0;
    size_t n = 0;

    for (size_t i = 0; i < g->house_count; i++)
        if (same_lane(&g->houses[i], first)) {
            int year = g->houses[i].built_year;
            n++;
            from = year > 0 && (from == 0 || year < from) ? year : from;
            to = year > to ? year : to;
        }
    document_row(w->doc, (struct doc_cell[]){{*first->lane ? first->lane : "–", DOC_PLAIN},
                                             {*first->row ? first->row : "–", DOC_PLAIN},
                                             {say(w, "%zu", "%zu", n), DOC_PLAIN},
                                             {from == 0 ? W(w, "未登记", "not registered")
                                                        : say(w, "%d–%d", "%d–%d", from, to),
                                              DOC_PLAIN}});
}

void report_write_district(struct writer *w)
{
    const struct registry *g = w->r->registry;
    const struct doc_column columns[] = {{W(w, "里弄", "Lane"), false},
                                         {W(w, "行", "Row"), false},
                                         {W(w, "房屋", "Houses"), true},
                                         {W(w, "建造年份", "Built"), false}};

    say_heading(w, 1, "3 描述", "3 Description");
    if (g->house_count == 0) {
        say_warning(w, "没有登记房屋。", "No houses are registered.");
        return;
    }
    document_table(w->doc, W(w, "登记的里弄与行", "Lanes and rows as registered"), columns,
                   COUNT(columns));
    for (size_t i = 0; i < g->house_count; i++) {
        bool first = true;
        for (size_t j = 0; j < i && first; j++)
            first = !same_lane(&g->houses[i], &g->houses[j]);
        if (first)
            put_row(w, &g->houses[i]);
    }
    figure_of_plan(w);
}

/* --- 5 --- */

static void put_condition(struct writer *w)
{
    const struct doc_column columns[] = {{W(w, "状况等级", "Condition class"), false},
                                         {W(w, "房屋", "Houses"), true},
                                         {W(w, "哪些", "Which"), false}};
    static const enum doc_tint tints[] = {DOC_GREY, DOC_GREEN, DOC_BLUE, DOC_ORANGE, DOC_RED};

    say_heading(w, 1, "5 状况", "5 Condition");
    document_table(w->doc,
                   W(w, "程序建议的状况等级，未经人员确认",
                     "Condition classes as proposed by the program, not confirmed by a person"),
                   columns, COUNT(columns));
    for (int grade = 3; grade >= -1; grade--) {
        const char *names = "";
        size_t n = 0;
        for (size_t i = 0; i < w->r->house_count; i++) {
            const cJSON *line = w->r->houses[i].line;
            double cc = number_of(line, "cc");
            int mine = !line || truth_of(line, "grey") || !isfinite(cc) ? -1 : (int)cc;
            if (mine == grade && ++n <= 12)
                names = say(w, "%s%s%s", "%s%s%s", names, n > 1 ? W(w, "、", ", ") : "",
                            house_name(w, w->r->houses[i].house));
        }
        if (n > 12)
            names = say(w, "%s……", "%s …", names);
        document_row(w->doc,
                     (struct doc_cell[]){{grade < 0 ? W(w, "? 数据不足", "? not enough data")
                                                    : say(w, "CC%d %s", "CC%d %s", grade,
                                                          grade_words(w, "cc", grade)),
                                          tints[grade + 1]},
                                         {say(w, "%zu", "%zu", n), DOC_PLAIN},
                                         {n > 0 ? names : "–", DOC_PLAIN}});
    }
}

/* --- 6 --- */

static const char *trend_words(struct writer *w, const struct report_house *h)
{
    double now = number_of(h->line, "score"), then = number_of(h->before, "score");

    if (!isfinite(now) || !isfinite(then))
        return "–";
    return fabs(now - then) < 0.05 ? "0.0" : say(w, "%+.1f", "%+.1f", now - then);
}

static void put_ranking(struct writer *w)
{
    const struct doc_column columns[] = {{W(w, "名次", "Rank"), true},
                                         {W(w, "房屋", "House"), false},
                                         {W(w, "颜色", "Colour"), false},
                                         {W(w, "等级", "Class"), false},
                                         {W(w, "评分", "Score"), true},
                                         {W(w, "与期初", "Change"), true},
                                         {W(w, "30 天", "30 d"), true},
                                         {W(w, "180 天", "180 d"), true},
                                         {W(w, "365 天（区间）", "365 d (interval)"), true},
                                         {W(w, "置信度", "Confidence"), true},
                                         {W(w, "未结束警报", "Open alerts"), true}};

    document_table(w->doc,
                   W(w, "排序：概率为期内超过某一限值的概率",
                     "Ranking; chances are of exceeding a limit within so many days"),
                   columns, COUNT(columns));
    for (size_t i = 0; i < w->r->house_count; i++) {
        const struct report_house *h = &w->r->houses[i];
        int open = h->open[1] + h->open[2] + h->open[3] + h->open[4];
        document_row(
            w->doc,
            (struct doc_cell[]){
                {say(w, "%zu", "%zu", i + 1), DOC_PLAIN},
                {house_name(w, h->house), DOC_PLAIN},
                colour_cell(w, h->line),
                {class_words(w, h->line, w->r->registry->houses[h->house].id), DOC_PLAIN},
                {h->line ? say(w, "%.1f", "%.1f", number_of(h->line, "score")) : "–", DOC_PLAIN},
                {trend_words(w, h), DOC_PLAIN},
                {percent_words(w, number_of(h->line, "p30")), DOC_PLAIN},
                {percent_words(w, number_of(h->line, "p180")), DOC_PLAIN},
                {chance_words(w, h->line, "p365"), DOC_PLAIN},
                {h->line ? say(w, "%.2f", "%.2f", number_of(h->line, "confidence")) : "–",
                 DOC_PLAIN},
                {say(w, "%d", "%d", open), open > 0 ? DOC_YELLOW : DOC_PLAIN}});
    }
}

static void put_leading(struct writer *w)
{
    say_heading(w, 2, "居前的房屋", "The houses that lead");
    for (size_t i = 0; i < w->r->house_count && i < LEADING; i++) {
        const struct report_house *h = &w->r->houses[i];
        struct doc_cell colour = colour_cell(w, h->line), grade = grade_cell(w, "uc", h->line);
        if (!h->line || truth_of(h->line, "grey"))
            break;
        document_heading(w->doc, 3, say(w, "%zu. %s", "%zu. %s", i + 1, house_name(w, h->house)));
        document_keys(w->doc);
        document_key_tinted(w->doc, W(w, "总体", "Overall"),
                            say(w, "%s · 等级 %s · %s", "%s · class %s · %s", colour.text,
                                class_words(w, h->line, w->r->registry->houses[h->house].id),
                                grade.text),
                            colour.tint);
        report_write_reasons(w, h->line, 3);
    }
}

void report_write_district_risk(struct writer *w)
{
    put_condition(w);
    say_heading(w, 1, "6 风险与预测", "6 Risk and forecast");
    put_ranking(w);
    put_leading(w);
    report_write_forecasts(w);
}
