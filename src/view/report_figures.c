/* Figures of a report: what a sensor measured, how a house stood, and the plan. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_words.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/plan_svg.h"
#include "shikumen/core/plot.h"
#include "shikumen/view/when.h"

#define WIDTH_PX     760
#define COLUMNS      500
#define FLAGGED_MOST 400
#define LIMITS_MOST  12
#define CONTEXT_US   (366 * US_PER_DAY) /* shown up to the end, when the span is shorter */

struct drawing {
    struct writer *w;
    const struct report_sensor *s;
    const struct sensor *of;
    struct plot plot;
    struct plot_fold fold;
    struct plot_series series[2];
    struct plot_flagged flagged[FLAGGED_MOST];
    struct plot_limit limits[2 * LIMITS_MOST];
};

static void *room(struct writer *w, size_t count, size_t size)
{
    void *memory = arena_array(w->d->arena, count + 1, size);

    w->doc->failed = w->doc->failed || !memory;
    return memory;
}

static const char *figure_title(struct writer *w, const char *text)
{
    return say(w, "图 %d　%s", "Figure %d. %s", ++w->figure, text);
}

static void put_figure(struct writer *w, const struct strbuf *svg, const char *caption,
                       const char *alternative)
{
    w->doc->failed = w->doc->failed || svg->failed;
    document_figure(w->doc, strbuf_text(svg), figure_title(w, caption), alternative);
}

/* --- a sensor --- */

bool figure_wanted(const struct writer *w, const struct report_sensor *s)
{
    enum quantity q = w->r->registry->sensors[s->sensor].quantity;

    return s->stored != 0 && (s->trace || (q == Q_VELOCITY && s->passed > 0));
}

static enum err take_reading(void *context, const struct reading *r)
{
    struct drawing *g = context;

    if (r->rx_us >= g->w->r->to_us)
        return ERR_OK;
    if (r->flag == QF_PASS || r->flag == QF_NOT_EVALUATED)
        plot_fold_take(&g->fold, r->t_us, r->value);
    else if (g->plot.flagged_count < FLAGGED_MOST)
        g->flagged[g->plot.flagged_count++] =
            (struct plot_flagged){{r->t_us, r->value}, r->flag != QF_SUSPECT};
    return ERR_OK;
}

static enum err draw_raw(struct drawing *g)
{
    int64_t column_us = (g->plot.to_us - g->plot.from_us) / COLUMNS;
    int64_t gap_us = 5 * g->of->period_us;
    struct plot_point *points = NULL;
    enum err e =
        plot_fold_begin(&g->fold, g->plot.from_us, g->plot.to_us,
                        gap_us > 2 * column_us ? gap_us : 2 * column_us, COLUMNS, g->w->d->arena);

    if (e == ERR_OK)
        e = desk_readings(g->w->d, reader_window(g->w->d->readings, g->s->stored, g->plot.from_us,
                                                 g->plot.to_us, take_reading, g));
    g->series[0] =
        (struct plot_series){.name = W(g->w, "原始读数", "raw readings"), .style = PLOT_THIN};
    if (e == ERR_OK)
        e = plot_fold_end(&g->fold, g->w->d->arena, &points, &g->series[0].count);
    g->series[0].points = points;
    g->plot.flagged = g->flagged;
    return e;
}

static void draw_residual(struct drawing *g)
{
    const struct slow_trace *t = g->s->trace;
    struct plot_point *points;
    size_t n = 0;

    if (!t || t->count == 0 || !(points = room(g->w, 2 * t->count, sizeof *points)))
        return;
    for (size_t i = 0; i < t->count; i++) {
        int64_t noon_us = t->days[i].day * US_PER_DAY + US_PER_DAY / 2;
        if (noon_us < g->plot.from_us)
            continue;
        if (i > 0 && t->days[i - 1].baseline != t->days[i].baseline)
            points[n++] = (struct plot_point){noon_us, NAN};
        points[n++] = (struct plot_point){noon_us, (double)t->days[i].residual};
    }
    g->series[1] =
        (struct plot_series){.name = W(g->w, "扣除天气的日均值", "daily, weather taken off"),
                             .style = PLOT_BOLD,
                             .points = points,
                             .count = n};
    g->plot.series_count = 2;
}

/* Where a limit lies on the axis of what is read; NaN: nowhere. */
static double height_of(const struct drawing *g, const struct limit *l)
{
    double baseline =
        g->s->trace && g->s->trace->view.moved ? g->s->trace->view.movement.baseline : (double)NAN;
    double least = INFINITY;

    switch (l->of) {
    case LIMIT_VALUE:
        return l->value;
    case LIMIT_CHANGE:
        return baseline + l->value;
    case LIMIT_PERCENT_CHANGE:
        return baseline * (1 - l->value / 100);
    case LIMIT_EVENT:
        for (size_t i = 0; l->curve && i < l->curve_len; i++)
            least = fmin(least, l->value * l->curve[i].value);
        return isfinite(least) ? least : l->value;
    default:
        return NAN;
    }
}

static const char *limit_label(struct drawing *g, const struct limit *l)
{
    return say(g->w, "%s %.6g %s · %s %s [%c%s]", "%s %.6g %s · %s %s [%c%s]",
               level_words(g->w, l->level), l->shown_value, unit_words(l->unit), l->source,
               l->clause, l->mark,
               l->mark == 'J' || l->mark == 'M' ? W(g->w, " 暂定", " provisional") : "");
}

static void draw_limits(struct drawing *g)
{
    const struct limit_set *set = g->of->limits;

    g->plot.limits = g->limits;
    for (size_t i = 0; set && i < set->count && i < LIMITS_MOST; i++) {
        const struct limit *l = &set->limits[i];
        double y = height_of(g, l), mirror = NAN;
        const char *label = isfinite(y) ? limit_label(g, l) : NULL;
        if (!label)
            continue;
        g->limits[g->plot.limit_count++] = (struct plot_limit){y, l->level, false, label};
        if (quantity_info(g->of->quantity)->two_sided && !l->below)
            mirror = l->of == LIMIT_CHANGE ? y - 2 * l->value : -l->value;
        if (isfinite(mirror) && (l->of == LIMIT_CHANGE || l->of == LIMIT_VALUE))
            g->limits[g->plot.limit_count++] = (struct plot_limit){mirror, l->level, false, label};
    }
}

static void draw_epochs(struct drawing *g)
{
    const struct registry *r = g->w->r->registry;
    struct plot_epoch *epochs = room(g->w, r->epoch_count, sizeof *epochs);

    for (size_t i = 0; epochs && i < r->epoch_count; i++) {
        const struct epoch *x = &r->epochs[i];
        bool lasts = x->until_us != INT64_MAX && x->until_us > x->t_us;
        int64_t until_us = lasts ? x->until_us : x->t_us;
        if (x->t_us >= g->plot.to_us || until_us < g->plot.from_us ||
            !registry_sensor_in_scope(r, g->s->sensor, x->scope))
            continue;
        epochs[g->plot.epoch_count++] =
            (struct plot_epoch){x->t_us, until_us,
                                say(g->w, "%s %s", "%s %s", word_epoch_kind(g->w->d, x->kind),
                                    day_cell(g->w, x->t_us))};
    }
    g->plot.epochs = epochs;
}

/* All damp of an element is one alert, whatever tells of it. */
static bool speaks_of(const struct episode *e, enum quantity q)
{
    return e->kind == KIND_MOISTURE ? q == Q_MOISTURE_CONTENT || q == Q_HUMIDITY
                                    : strstr(e->key, quantity_info(q)->name) != NULL;
}

/* Steps of the structure alerts of its element. */
static void draw_steps(struct drawing *g)
{
    const struct report *r = g->w->r;
    const char *element =
        g->of->element == REGISTRY_NONE ? NULL : r->registry->elements[g->of->element].id;
    struct plot_step *steps;
    size_t most = 0;

    for (size_t i = 0; i < r->alert_list.count; i++)
        most += r->alerts[i].list.count;
    steps = room(g->w, most, sizeof *steps);
    for (size_t i = 0; steps && element && i < r->alert_list.count; i++) {
        const struct report_alert *a = &r->alerts[i];
        if (a->e.category != CATEGORY_STRUCTURE || strcmp(a->e.element, element) != 0 ||
            !speaks_of(&a->e, g->of->quantity))
            continue;
        for (size_t j = 0; j < a->list.count; j++)
            if (a->steps[j].at_us >= g->plot.from_us && !*a->steps[j].by)
                steps[g->plot.step_count++] =
                    (struct plot_step){a->steps[j].at_us, a->steps[j].level, a->steps[j].step};
    }
    g->plot.steps = steps;
}

static void set_words(struct drawing *g)
{
    struct writer *w = g->w;
    const char *unit = unit_words(g->of->canonical_unit);

    g->plot.title = say(w, "%s · %s · %s", "%s · %s · %s", element_name(w, g->of->element),
                        word_quantity(w->d, g->of->quantity), g->of->id);
    g->plot.y_name = say(w, "%s%s%s%s", "%s%s%s%s", word_quantity(w->d, g->of->quantity),
                         *unit ? " (" : "", unit, *unit ? ")" : "");
    g->plot.x_name = say(w, "日期（%s）", "date (%s)", w->d->zone->name);
    g->plot.suspect_name = W(w, "可疑读数", "suspect");
    g->plot.failed_name = W(w, "不合格读数", "failed");
    g->plot.epoch_name = W(w, "登记时段", "epoch");
    g->plot.empty = W(w, "没有读数", "no readings");
    for (int level = LEVEL_NORMAL; level <= LEVEL_RED; level++)
        g->plot.level_names[level] = level_words(w, level);
}

static const char *alternative_of(struct drawing *g)
{
    struct writer *w = g->w;
    enum quantity q = g->of->quantity;
    const struct slow_view *v = g->s->trace ? &g->s->trace->view : NULL;

    if (v && v->moved)
        return say(w, "自 %s 起持久变化 %+.*f %s（标准误差 %.*f）。",
                   "Lasting change since %s: %+.*f %s (standard error %.*f).",
                   day_cell(w, v->from_us), quantity_info(q)->decimals + 1, v->movement.change,
                   unit_words(g->of->canonical_unit), quantity_info(q)->decimals + 1,
                   v->movement.error);
    return say(w, "期间 %s 至 %s %s。", "From %s to %s %s in the span.",
               value_words(w, g->s->least, q, 0), value_words(w, g->s->most, q, 0),
               unit_words(g->of->canonical_unit));
}

void figure_of_sensor(struct writer *w, const struct report_sensor *s)
{
    struct drawing *g = room(w, 1, sizeof *g);
    struct strbuf svg = {0};

    if (!g || !w->d->readings)
        return;
    g->w = w;
    g->s = s;
    g->of = &w->r->registry->sensors[s->sensor];
    g->plot.to_us = w->r->to_us;
    g->plot.from_us =
        w->r->to_us - w->r->from_us > CONTEXT_US ? w->r->from_us : w->r->to_us - CONTEXT_US;
    g->plot.zone = w->d->zone;
    if (draw_raw(g) != ERR_OK) {
        say_warning(w, "读数无法读出，此处无图。", "The readings cannot be read: no figure here.");
        return;
    }
    g->plot.series = g->series;
    g->plot.series_count = 1;
    draw_residual(g);
    draw_limits(g);
    draw_epochs(g);
    draw_steps(g);
    set_words(g);
    plot_svg(&g->plot, WIDTH_PX, &svg);
    put_figure(w, &svg, g->plot.title, alternative_of(g));
    strbuf_free(&svg);
}

/* --- how the house stood --- */

static void set_score_words(struct writer *w, struct plot *p)
{
    p->title = say(w, "%s：评分与一年内超限概率", "%s: score and chance within a year",
                   house_name(w, w->r->house));
    p->y_name = W(w, "评分；概率 %", "score; chance, %");
    p->x_name = say(w, "日期（%s）", "date (%s)", w->d->zone->name);
    p->suspect_name = p->failed_name = p->epoch_name = "";
    p->empty = W(w, "没有评估", "not assessed");
    for (int level = LEVEL_NORMAL; level <= LEVEL_RED; level++)
        p->level_names[level] = level_words(w, level);
}

void figure_of_score(struct writer *w)
{
    const struct report_house *h = &w->r->houses[0];
    struct plot_point *score = room(w, h->history_count, sizeof *score);
    struct plot_point *chance = room(w, h->history_count, sizeof *chance);
    struct plot_series series[2];
    struct plot p = {.zone = w->d->zone, .series = series, .series_count = 2};
    struct strbuf svg = {0};

    if (h->history_count < 2 || !score || !chance)
        return;
    for (size_t i = 0; i < h->history_count; i++) {
        const struct report_point *x = &h->history[i];
        score[i] = (struct plot_point){x->at_us, x->grey ? (double)NAN : x->score};
        chance[i] = (struct plot_point){x->at_us, x->grey ? (double)NAN : 100 * x->p365};
    }
    series[0] = (struct plot_series){W(w, "一年内超限概率 %", "chance within a year, %"), PLOT_THIN,
                                     chance, h->history_count};
    series[1] = (struct plot_series){W(w, "评分（0–100）", "score (0–100)"), PLOT_BOLD, score,
                                     h->history_count};
    p.from_us = h->history[0].at_us;
    p.to_us = w->r->to_us > p.from_us ? w->r->to_us : p.from_us + 1;
    set_score_words(w, &p);
    plot_svg(&p, WIDTH_PX, &svg);
    put_figure(w, &svg, p.title, W(w, "空缺：数据不足（灰）。", "Gaps: not enough data (grey)."));
    strbuf_free(&svg);
}
