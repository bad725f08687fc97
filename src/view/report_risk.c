/* 6 risk and forecast, and how earlier forecasts came out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_words.h"
#include "shikumen/view/forecast_words.h"

#define COUNT(a)       (sizeof(a) / sizeof((a)[0]))
#define FORECASTS_MOST 30
#define P365_LEAST     0.01

/* --- a house --- */

static void put_trend(struct writer *w, const struct report_house *h)
{
    const char *id = w->r->registry->houses[h->house].id;

    if (!h->before || !h->line) {
        say_key(w, "与期初相比", "Against the start", W(w, "期初没有评估", "not assessed then"));
        return;
    }
    say_key(w, "与期初相比", "Against the start",
            say(w, "评分 %.1f → %.1f；等级 %s → %s；一年内超限概率 %s → %s",
                "score %.1f → %.1f; class %s → %s; chance within a year %s → %s",
                number_of(h->before, "score"), number_of(h->line, "score"),
                class_words(w, h->before, ""), class_words(w, h->line, id),
                percent_words(w, number_of(h->before, "p365")),
                percent_words(w, number_of(h->line, "p365"))));
}

void report_write_risk(struct writer *w)
{
    const struct report_house *h = &w->r->houses[0];
    const char *id = w->r->registry->houses[h->house].id;
    struct doc_cell colour = colour_cell(w, h->line);

    say_heading(w, 1, "6 风险与预测", "6 Risk and forecast");
    document_keys(w->doc);
    document_key_tinted(w->doc, W(w, "总体", "Overall"), colour.text, colour.tint);
    say_key(w, "风险等级", "Risk class", class_words(w, h->line, id));
    say_key(w, "评分（0–100）", "Score (0–100)",
            h->line ? say(w, "%.1f", "%.1f", number_of(h->line, "score")) : "–");
    say_key(w, "超过任一限值的概率（区间）", "Chance of exceeding any limit (interval)",
            say(w, "30 天 %s；180 天 %s；365 天 %s", "30 days %s; 180 days %s; 365 days %s",
                chance_words(w, h->line, "p30"), chance_words(w, h->line, "p180"),
                chance_words(w, h->line, "p365")));
    say_key(w, "置信度", "Confidence", confidence_words(w, h->line));
    say_key(w, "易损性、暴露度", "Vulnerability, exposure",
            say(w, "%s · %s", "%s · %s", text_of(h->line, "vulnerability"),
                text_of(h->line, "exposure")));
    put_trend(w, h);
    if (risk_waits(h->line))
        document_note(w->doc, word_waits(w->d));
    figure_of_score(w);
    say_heading(w, 2, "理由（按分量）", "Reasons, by weight");
    report_write_reasons(w, h->line, 12);
    report_write_forecasts(w);
}

/* --- forecasts --- */

static bool speaks(const struct report_forecast *x)
{
    return strcmp(x->f.state, outlook_state_name(OUTLOOK_ABSTAINED)) != 0;
}

static bool is_exceeded(const struct report_forecast *x)
{
    return strcmp(x->f.state, outlook_state_name(OUTLOOK_EXCEEDED)) == 0;
}

/* Of a district only what lies ahead: what is exceeded is among the reasons of its house. */
static bool is_worth(const struct report *r, const struct report_forecast *x)
{
    return is_exceeded(x) ? r->house != REGISTRY_NONE : speaks(x) && x->f.p365 >= P365_LEAST;
}

static int by_chance(const void *a, const void *b)
{
    const struct report_forecast *x = *(const struct report_forecast *const *)a,
                                 *y = *(const struct report_forecast *const *)b;

    if (is_exceeded(x) != is_exceeded(y))
        return is_exceeded(x) ? -1 : 1;
    if (x->f.p365 < y->f.p365 || x->f.p365 > y->f.p365)
        return x->f.p365 < y->f.p365 ? 1 : -1;
    return x < y ? -1 : x > y; /* as they came: both lie in one list */
}

static const char *dates_words(struct writer *w, const struct report_forecast *x)
{
    struct ledger_entry entry = forecast_entry(&x->f);

    if (entry.outlook.state == OUTLOOK_EXCEEDED)
        return W(w, "已超过", "exceeded");
    if (x->f.t05_us == STATE_UNKNOWN_US)
        return W(w, "10 年内不会", "not within 10 years");
    return say(w, "%s · %s · %s", "%s · %s · %s",
               cell_forecast_time(&w->table, &entry.outlook, x->f.t05_us).shown,
               cell_forecast_time(&w->table, &entry.outlook, x->f.t50_us).shown,
               cell_forecast_time(&w->table, &entry.outlook, x->f.t95_us).shown);
}

static void put_forecast(struct writer *w, const struct report_forecast *x)
{
    const struct sensor *of = &w->r->registry->sensors[x->sensor];
    const struct limit *limit = forecast_limit(w->r->registry, &x->f.limit);
    struct cell what = cell_limit(&w->table, &x->f.limit, limit);
    struct cell source = cell_source(&w->table, x->f.limit.source, limit);
    bool exceeded = is_exceeded(x);

    document_row(w->doc,
                 (struct doc_cell[]){{w->r->house == REGISTRY_NONE
                                          ? say(w, "%s · %s", "%s · %s", house_name(w, of->house),
                                                element_name(w, of->element))
                                          : element_name(w, of->element),
                                      DOC_PLAIN},
                                     {say(w, "%s（%s）", "%s (%s)", what.shown, of->id), DOC_PLAIN},
                                     {source.shown ? source.shown : source.text, DOC_PLAIN},
                                     {dates_words(w, x), exceeded ? DOC_RED : DOC_PLAIN},
                                     {exceeded ? "–" : percent_words(w, x->f.p30), DOC_PLAIN},
                                     {exceeded ? "–" : percent_words(w, x->f.p365),
                                      !exceeded && x->f.p365 >= 0.5 ? DOC_ORANGE : DOC_PLAIN}});
}

static void put_forecast_table(struct writer *w, const struct report_forecast **list, size_t n)
{
    const struct doc_column columns[] = {
        {W(w, "构件", "Element"), false},
        {W(w, "限值（传感器）", "Limit (sensor)"), false},
        {W(w, "出处", "Source"), false},
        {W(w, "达到时间：5 % · 50 % · 95 %", "Reached by: 5 % · 50 % · 95 %"), false},
        {W(w, "30 天", "30 days"), true},
        {W(w, "365 天", "365 days"), true}};

    document_table(w->doc,
                   w->r->house == REGISTRY_NONE
                       ? W(w, "将来可能达到的限值（一年内 1 % 以上）",
                           "Limits that may be reached (1 % or more within a year)")
                       : W(w, "已超过或将来可能达到的限值（一年内 1 % 以上）",
                           "Limits exceeded, or that may be reached (1 % or more within a year)"),
                   columns, COUNT(columns));
    for (size_t i = 0; i < n && i < FORECASTS_MOST; i++)
        put_forecast(w, list[i]);
}

static void put_latest(struct writer *w)
{
    const struct report *r = w->r;
    const struct report_forecast **list =
        arena_array(w->d->arena, r->forecast_list.count + 1, sizeof *list);
    size_t n = 0, abstained = 0, exceeded = 0, ahead;

    for (size_t i = 0; list && i < r->forecast_list.count; i++) {
        exceeded += is_exceeded(&r->forecasts[i]);
        if (is_worth(r, &r->forecasts[i]))
            list[n++] = &r->forecasts[i];
        abstained += !speaks(&r->forecasts[i]);
    }
    if (n > 0) {
        qsort(list, n, sizeof *list, by_chance);
        put_forecast_table(w, list, n);
    }
    ahead = n - (r->house == REGISTRY_NONE ? 0 : exceeded);
    document_paragraph(
        w->doc,
        say(w,
            "期末对 %zu 条限值有意见：%zu 条已超过；%zu 条尚未超过，但一年内超过的概率不低于 1 "
            "%%%s；%zu "
            "条因数据不足不作预测；其余低于 1 %%。",
            "At the end %zu limits were looked at: %zu are exceeded; %zu are not, but have a "
            "chance "
            "of 1 %% or more within a year%s; on %zu the program abstained for want of data; the "
            "others are below 1 %%.",
            r->forecast_list.count, exceeded, ahead,
            n > FORECASTS_MOST ? W(w, "（上表只列前 30 条）", " (the first 30 are listed)") : "",
            abstained));
}

/* --- how they came out --- */

static const char *sure_words(struct writer *w, const struct ledger_figures *f)
{
    return f->scored >= 30 && f->events >= 3
               ? say(w, "Brier %.3f，技巧 %.2f", "Brier %.3f, skill %.2f", f->brier, f->skill)
               : W(w, "太少，不足以评说", "too few to say");
}

static void put_horizon(struct writer *w, size_t i)
{
    const struct ledger_horizon_sum *sum = &w->r->scores.horizon[i];
    struct ledger_figures f = ledger_figures(&w->r->scores, i);

    document_row(w->doc,
                 (struct doc_cell[]){{say(w, "%d 天", "%d days", ledger_horizon_d[i]), DOC_PLAIN},
                                     {count_words(w, (int64_t)f.scored), DOC_PLAIN},
                                     {count_words(w, (int64_t)sum->fate[LEDGER_HIT]), DOC_PLAIN},
                                     {count_words(w, (int64_t)sum->fate[LEDGER_MISS]), DOC_PLAIN},
                                     {count_words(w, (int64_t)sum->fate[LEDGER_FALSE]), DOC_PLAIN},
                                     {count_words(w, (int64_t)sum->fate[LEDGER_QUIET]), DOC_PLAIN},
                                     {count_words(w, (int64_t)sum->fate[LEDGER_OPEN]), DOC_PLAIN},
                                     {sure_words(w, &f), DOC_PLAIN}});
}

static void put_scores(struct writer *w)
{
    const struct doc_column columns[] = {{W(w, "期限", "Horizon"), false},
                                         {W(w, "已可检验", "Checked"), true},
                                         {W(w, "预报且发生", "Foreseen, came"), true},
                                         {W(w, "漏报", "Missed"), true},
                                         {W(w, "空报", "False"), true},
                                         {W(w, "未报未发生", "Rightly quiet"), true},
                                         {W(w, "未到期", "Still open"), true},
                                         {W(w, "评价", "Quality"), false}};
    const struct ledger_summary *s = &w->r->scores;

    say_heading(w, 2, "以前的预测结果如何", "How earlier forecasts came out");
    document_table(w->doc,
                   W(w, "截至期末所有仍保存的预测", "All forecasts still kept, up to the end"),
                   columns, COUNT(columns));
    for (size_t i = 0; i < LEDGER_HORIZONS; i++)
        put_horizon(w, i);
    if (s->early + s->within + s->late > 0)
        document_paragraph(
            w->doc,
            say(w,
                "给出时间的预测中，限值已达到的：%llu 次落在区间 [5 %%, 95 %%] 内，%llu "
                "次更早，%llu "
                "次更晚（区间应含九成）。",
                "Of dated forecasts whose limit was reached, %llu fell within [5 %%, 95 %%], %llu "
                "came earlier, %llu later (nine of ten should fall within).",
                (unsigned long long)s->within, (unsigned long long)s->early,
                (unsigned long long)s->late));
    say_text(w, "概率达到 50 % 算作预报。逐条的记录在本报告的 JSON 中和 shikumenctl forecasts 里。",
             "A probability of 50 % or more counts as a forecast. Single forecasts are in the JSON "
             "of this report and in shikumenctl forecasts.");
}

void report_write_forecasts(struct writer *w)
{
    say_heading(w, 2, "预测", "Forecasts");
    if (w->r->forecast_list.count == 0)
        say_warning(w, "截至期末没有有效的预测。", "No forecast was in force at the end.");
    else
        put_latest(w);
    put_scores(w);
}
