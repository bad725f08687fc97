#include <math.h>
#include <string.h>

#include "evidence_plot.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/ledger.h"
#include "shikumen/view/forecast_words.h"
#include "shikumen/view/risk_words.h"

const struct sensor *making_sensor(const struct making *m)
{
    return m->sensor->sensor == REGISTRY_NONE
               ? NULL
               : &m->e->c->plan->registry->sensors[m->sensor->sensor];
}

void making_note(struct making *m, const char *text)
{
    if (text && m->plot.note_count < PLOT_LINES_MAX)
        m->plot.notes[m->plot.note_count++] = text;
}

const char *making_unit(const char *unit)
{
    return strcmp(unit, "/") == 0 ? "" : unit;
}

/* "0.5 mm", "±2 mm/m", "4 mm / 30 d", "3–10 mm/s 随频率 by frequency" */
static void put_amount(const struct making *m, const struct limit *l, struct strbuf *out)
{
    const struct quantity_info *q = quantity_info(making_sensor(m)->quantity);
    double least = HUGE_VAL, most = 0;

    for (size_t i = 0; l->curve && i < l->curve_len; i++) {
        least = fmin(least, l->value * l->curve[i].value);
        most = fmax(most, l->value * l->curve[i].value);
    }
    if (most > 0) {
        strbuf_printf(out, "%.6g–%.6g %s 随频率 by frequency", least, most, q->canonical_unit);
        return;
    }
    if (q->two_sided && !l->below && l->of != LIMIT_EVENT)
        strbuf_puts(out, "±");
    strbuf_printf(out, "%.6g %s", l->shown_value,
                  l->of == LIMIT_PERCENT_CHANGE ? "%" : making_unit(l->unit));
    if (l->of == LIMIT_RATE)
        strbuf_printf(out, " / %.4g d", (double)l->window_us / (double)US_PER_DAY);
}

/* "▲ 3 橙 orange: 变化 change 0.5 mm · SOURCE [J 暂定 provisional]" */
static const char *limit_label(const struct making *m, const struct limit *l)
{
    struct strbuf text = {0};
    const char *of = EVIDENCE_BOTH(m->e, word_of, limit_of_name(l->of)), *label = NULL;

    strbuf_printf(&text, "%s: %s ", evidence_level(l->level), of ? of : "");
    put_amount(m, l, &text);
    strbuf_puts(&text, " · ");
    ledger_put_source(l, &text);
    strbuf_printf(&text, " [%c%s]", l->mark,
                  l->mark == 'J' || l->mark == 'M' ? " 暂定 provisional" : "");
    if (!text.failed)
        label = arena_strdup(m->arena, strbuf_text(&text));
    strbuf_free(&text);
    return label;
}

/* What changes are counted from; NaN: not known. */
static double baseline_of(const struct making *m)
{
    const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(m->e->told.body, "evidence");

    if (m->sensor->trace && m->sensor->trace->view.moved)
        return m->sensor->trace->view.movement.baseline;
    return m->sensor == m->e->sensors ? number_of(evidence, "baseline") : (double)NAN;
}

/* Where a limit lies on the axis of what is read; NaN: nowhere. */
static double limit_height(const struct making *m, const struct limit *l)
{
    double least = l->value;

    switch (l->of) {
    case LIMIT_VALUE:
        return l->value;
    case LIMIT_CHANGE:
        return baseline_of(m) + l->value;
    case LIMIT_PERCENT_CHANGE:
        return baseline_of(m) * (1 - l->value / 100);
    case LIMIT_EVENT:
        for (size_t i = 0; l->curve && i < l->curve_len; i++)
            least =
                i == 0 ? l->value * l->curve[0].value : fmin(least, l->value * l->curve[i].value);
        return least;
    default:
        return NAN;
    }
}

static bool governs(const struct making *m, const struct limit *l)
{
    const cJSON *told = cJSON_GetObjectItemCaseSensitive(m->e->told.body, "limit");

    return m->sensor == m->e->sensors && fabs(number_of(told, "value") - l->shown_value) < 1e-9 &&
           strcmp(text_of(told, "of"), limit_of_name(l->of)) == 0;
}

static void add_limit(struct making *m, const struct limit *l)
{
    const char *label = limit_label(m, l);
    double y = limit_height(m, l), mirror = NAN;

    if (!label || m->plot.limit_count + 2 > 2 * LIMITS_MAX)
        return;
    if (!isfinite(y)) {
        making_note(m, arena_printf(m->arena, "不在此轴上 not on this axis: %s", label));
        return;
    }
    m->limits[m->plot.limit_count++] = (struct plot_limit){y, l->level, governs(m, l), label};
    if (!quantity_info(making_sensor(m)->quantity)->two_sided || l->below)
        return;
    mirror = l->of == LIMIT_CHANGE ? baseline_of(m) - l->value : -l->value;
    if (l->of == LIMIT_CHANGE || l->of == LIMIT_VALUE)
        m->limits[m->plot.limit_count++] = (struct plot_limit){mirror, l->level, false, label};
}

void making_limits(struct making *m)
{
    const struct sensor *s = making_sensor(m);

    m->plot.limits = m->limits;
    for (size_t i = 0; s && s->limits && i < s->limits->count && i < LIMITS_MAX; i++)
        add_limit(m, &s->limits->limits[i]);
}
