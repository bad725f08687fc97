#include <math.h>
#include <stdio.h>
#include <string.h>

#include "epoch_words.h"
#include "evidence_plot.h"
#include "shikumen/base/clock.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

#define WIDTH_PX    1000
#define COLUMNS     1500
#define FLAGGED_MAX 2000 /* shown; all are in readings.csv */
#define STEPS_NOTED 6

const char *evidence_level(int level)
{
    static const char *const names[] = {"○ 已结束 over", "◇ 1 蓝 blue", "△ 2 黄 yellow",
                                        "▲ 3 橙 orange", "■ 4 红 red"};

    return names[level < LEVEL_NORMAL || level > LEVEL_RED ? LEVEL_NORMAL : level];
}

/* --- readings --- */

static enum err take_reading(void *context, const struct reading *r)
{
    struct making *m = context;

    if (r->flag == QF_PASS || r->flag == QF_NOT_EVALUATED)
        plot_fold_take(&m->fold, r->t_us, r->value);
    else if (m->flagged_count < FLAGGED_MAX)
        m->flagged[m->flagged_count++] =
            (struct plot_flagged){{r->t_us, r->value}, r->flag != QF_SUSPECT};
    else
        m->flagged_left_out++;
    return ERR_OK;
}

static enum err read_raw(struct making *m)
{
    const struct sensor *s = making_sensor(m);
    int64_t column_us = (m->plot.to_us - m->plot.from_us) / COLUMNS;
    int64_t gap_us = s ? 5 * s->period_us : US_PER_DAY;
    struct plot_point *points;
    enum err error;

    m->flagged = arena_array(m->arena, FLAGGED_MAX, sizeof *m->flagged);
    if (!m->flagged)
        return ERR_NOMEM;
    error = plot_fold_begin(&m->fold, m->plot.from_us, m->plot.to_us,
                            gap_us > 2 * column_us ? gap_us : 2 * column_us, COLUMNS, m->arena);
    if (error == ERR_OK && m->sensor->stored != 0)
        error = reader_window(m->e->c->desk.readings, m->sensor->stored, m->plot.from_us,
                              m->e->to_us, take_reading, m);
    if (error != ERR_OK)
        return error;
    m->series[0] = (struct plot_series){.name = "原始读数 raw readings", .style = PLOT_THIN};
    error = plot_fold_end(&m->fold, m->arena, &points, &m->series[0].count);
    m->series[0].points = points;
    m->plot.flagged = m->flagged;
    m->plot.flagged_count = m->flagged_count;
    return error;
}

/* --- with the weather taken off --- */

static bool may_join(const struct slow_trace *t, size_t i)
{
    return i > 0 && t->days[i - 1].baseline == t->days[i].baseline;
}

static enum err read_residual(struct making *m)
{
    const struct slow_trace *t = m->sensor->trace;
    struct plot_point *points;
    size_t n = 0;

    if (!t)
        return ERR_OK;
    points = arena_array(m->arena, 2 * t->count, sizeof *points);
    if (!points)
        return ERR_NOMEM;
    for (size_t i = 0; i < t->count; i++) {
        int64_t noon_us = t->days[i].day * US_PER_DAY + US_PER_DAY / 2;
        if (!may_join(t, i))
            points[n++] = (struct plot_point){noon_us, NAN};
        points[n++] = (struct plot_point){noon_us, (double)t->days[i].residual};
    }
    m->series[1] = (struct plot_series){.name = "扣除天气的日均值 daily, weather taken off",
                                        .style = PLOT_BOLD,
                                        .points = points,
                                        .count = n};
    m->plot.series_count = 2;
    return ERR_OK;
}

/* --- steps and epochs --- */

static enum err add_steps(struct making *m)
{
    struct evidence *e = m->e;
    struct plot_step *steps = arena_array(m->arena, e->step_count + 1, sizeof *steps);

    if (!steps)
        return ERR_NOMEM;
    for (size_t i = 0; i < e->step_count; i++)
        if (e->steps[i].number <= e->told.episode.step)
            steps[m->plot.step_count++] =
                (struct plot_step){e->steps[i].at_us, e->steps[i].level, e->steps[i].number};
    m->plot.steps = steps;
    return ERR_OK;
}

/* The first, and the latest ones. */
static void note_steps(struct making *m)
{
    const struct evidence *e = m->e;
    size_t n = m->plot.step_count, skip = n > STEPS_NOTED ? n - STEPS_NOTED : 0;
    struct strbuf line = {0};
    char time[WHEN_TEXT_SIZE];

    strbuf_puts(&line, "告警步骤 steps of the alert: ");
    for (size_t i = 0; i < n; i++) {
        const struct evidence_step *s = &e->steps[i];
        if (i == 1 && skip > 0)
            strbuf_puts(&line, "; …");
        if (i > 0 && i <= skip)
            continue;
        strbuf_printf(&line, "%s%d %s %s %s", i > 0 ? "; " : "", s->number,
                      evidence_level(s->level), EVIDENCE_BOTH(e, word_event, s->event),
                      when_local(m->e->c->desk.zone, s->at_us, time));
    }
    making_note(m, line.failed ? NULL : arena_strdup(m->arena, strbuf_text(&line)));
    strbuf_free(&line);
}

static const char *epoch_label(const struct making *m, const struct epoch *x)
{
    const char *kind = EVIDENCE_BOTH(m->e, word_epoch_kind, x->kind);
    char time[WHEN_TEXT_SIZE];

    when_local(m->e->c->desk.zone, x->t_us, time);
    time[10] = '\0';
    return arena_printf(m->arena, "%s %s%s%s", kind ? kind : "", time, *x->note ? " · " : "",
                        x->note);
}

static enum err add_epochs(struct making *m)
{
    const struct registry *r = m->e->c->plan->registry;
    struct plot_epoch *epochs = arena_array(m->arena, r->epoch_count + 1, sizeof *epochs);

    if (!epochs)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->epoch_count && making_sensor(m); i++) {
        const struct epoch *x = &r->epochs[i];
        bool lasts =
            x->kind == EPOCH_EXCAVATION || x->kind == EPOCH_RENOVATION || x->kind == EPOCH_VACANT;
        if (!registry_sensor_in_scope(r, m->sensor->sensor, x->scope) || x->t_us >= m->plot.to_us ||
            (lasts ? x->until_us : x->t_us) < m->plot.from_us)
            continue;
        epochs[m->plot.epoch_count++] =
            (struct plot_epoch){x->t_us, lasts ? x->until_us : x->t_us, epoch_label(m, x)};
    }
    m->plot.epochs = epochs;
    return ERR_OK;
}

/* --- words --- */

static void add_names(struct making *m)
{
    const struct registry *r = m->e->c->plan->registry;
    const struct sensor *s = making_sensor(m);
    const struct quantity_info *q = s ? quantity_info(s->quantity) : NULL;
    const char *zh = "", *en = "", *unit;

    if (s && s->element != REGISTRY_NONE) {
        zh = r->elements[s->element].name.zh;
        en = r->elements[s->element].name.en;
    } else if (s && s->house != REGISTRY_NONE) {
        zh = r->houses[s->house].name.zh;
        en = r->houses[s->house].name.en;
    }
    m->plot.title = arena_printf(m->arena, "%s%s%s%s%s%s %s · %s", zh, *zh ? " " : "",
                                 strcmp(zh, en) == 0 ? "" : en, *zh ? " · " : "", q ? q->zh : "",
                                 q ? "" : m->sensor->quantity, q ? q->en : "", m->sensor->id);
    unit = q && q->boolean ? "0/1" : making_unit(m->sensor->unit);
    m->plot.y_name =
        arena_printf(m->arena, "%s%s%s%s%s%s", q ? q->zh : m->sensor->quantity, q ? " " : "",
                     q ? q->en : "", *unit ? " (" : "", unit, *unit ? ")" : "");
    m->plot.x_name = arena_printf(m->arena, "日期 date (%s)", m->e->c->desk.zone->name);
}

static void add_lines(struct making *m)
{
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(m->e->told.body, "summary");

    m->plot.lines[m->plot.line_count++] = text_of(summary, "zh");
    m->plot.lines[m->plot.line_count++] = text_of(summary, "en");
    m->plot.suspect_name = "可疑读数 suspect";
    m->plot.failed_name = "不合格读数 failed";
    m->plot.epoch_name = "登记时段 epoch";
    m->plot.empty = "没有读数 no readings";
    for (int level = LEVEL_NORMAL; level <= LEVEL_RED; level++)
        m->plot.level_names[level] =
            evidence_level(level) + strcspn(evidence_level(level), " ") + 1;
}

static void add_notes(struct making *m)
{
    const struct evidence *e = m->e;

    note_steps(m);
    if (m->flagged_left_out > 0)
        making_note(
            m, arena_printf(m->arena,
                            "另有 %zu 个未通过质量检验的读数未画出 readings that did not pass, "
                            "not drawn: %zu",
                            m->flagged_left_out, m->flagged_left_out));
    making_note(m, arena_printf(m->arena, "shikumenctl " SHIKUMEN_VERSION " · %s · %d",
                                e->episode.id, e->told.episode.step));
}

static enum err make(struct making *m)
{
    enum err error = read_raw(m);

    m->plot.series = m->series;
    m->plot.series_count = 1;
    m->plot.zone = m->e->c->desk.zone;
    if (error == ERR_OK)
        error = read_residual(m);
    if (error == ERR_OK)
        error = add_steps(m);
    if (error == ERR_OK)
        error = add_epochs(m);
    if (error != ERR_OK)
        return error;
    add_names(m);
    add_lines(m);
    making_limits(m);
    add_notes(m);
    return m->plot.title && m->plot.y_name && m->plot.x_name ? ERR_OK : ERR_NOMEM;
}

/* A little beyond the step, so that it can be seen. */
static int put_plot(struct evidence *e, const struct evidence_sensor *s, struct strbuf *out)
{
    struct arena arena = {0};
    struct making m = {
        .e = e,
        .sensor = s,
        .arena = &arena,
        .plot = {.from_us = e->wanted_us, .to_us = e->to_us + (e->to_us - e->wanted_us) / 50}};
    enum err error = make(&m);

    if (error == ERR_OK)
        plot_svg(&m.plot, WIDTH_PX, out);
    arena_free(&arena);
    return ctl_readings_result(e->c, error);
}

int evidence_plots(struct evidence *e, struct packet *p)
{
    int code = EXIT_DONE, n = 0;

    for (size_t i = 0; i < e->count && code == EXIT_DONE && n < EVIDENCE_PLOTS_MAX; i++) {
        char name[PACKET_NAME_SIZE] = "plot.svg";
        struct strbuf *out;
        if (e->sensors[i].role != EVIDENCE_ALERT)
            continue;
        if (++n > 1)
            snprintf(name, sizeof name, "plot-%d.svg", n);
        out = packet_add(p, name);
        code = out ? put_plot(e, &e->sensors[i], out) : ctl_result(e->c, ERR_NOMEM);
    }
    return code;
}
