#include <math.h>
#include <string.h>

#include "analysis_json.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/step_view.h"
#include "shikumen/view/forecasts.h"
#include "shikumen/view/paper.h"

/* --- limits --- */

static void put_curve(const struct limit *l, struct strbuf *out)
{
    paper_key(out, "curve");
    if (l->curve_len == 0) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '[');
    for (size_t i = 0; i < l->curve_len; i++)
        strbuf_printf(out, "%s[%.6g,%.6g]", i > 0 ? "," : "", l->curve[i].frequency_hz,
                      l->value * l->curve[i].value);
    strbuf_putc(out, ']');
}

/* Of a limit on events: where its curve is lowest. */
static double least_of(const struct limit *l)
{
    double least = l->curve_len > 0 ? l->value * l->curve[0].value : l->value;

    for (size_t i = 1; i < l->curve_len; i++)
        least = fmin(least, l->value * l->curve[i].value);
    return least;
}

/* Where a limit lies on the axis of what is read: none, one, or one on either side. */
static void put_heights(const struct analysis *a, const struct limit *l, bool two_sided,
                        struct strbuf *out)
{
    double baseline = a->trace.view.moved ? a->trace.view.movement.baseline : (double)NAN;

    paper_list(out, "heights");
    if (l->of == LIMIT_VALUE)
        paper_number(out, NULL, l->value);
    if (l->of == LIMIT_EVENT)
        paper_number(out, NULL, least_of(l));
    if (l->of == LIMIT_VALUE && two_sided && !l->below)
        paper_number(out, NULL, -l->value);
    if (l->of == LIMIT_CHANGE && isfinite(baseline)) {
        paper_number(out, NULL, baseline + l->value);
        if (two_sided && !l->below)
            paper_number(out, NULL, baseline - l->value);
    }
    if (l->of == LIMIT_PERCENT_CHANGE && isfinite(baseline))
        paper_number(out, NULL, baseline * (1 - l->value / 100));
    strbuf_putc(out, ']');
}

static void put_limit(const struct desk *d, const struct analysis *a, const struct limit *l,
                      struct strbuf *out)
{
    const struct quantity_info *q = quantity_info(d->registry->sensors[a->sensor].quantity);
    const char mark[] = {l->mark, '\0'};

    paper_item(out);
    strbuf_putc(out, '{');
    paper_number(out, "level", l->level);
    paper_text(out, "of", limit_of_name(l->of));
    paper_number(out, "value", l->shown_value);
    paper_text(out, "unit", l->of == LIMIT_PERCENT_CHANGE ? "%" : l->unit);
    paper_bool(out, "below", l->below);
    paper_bool(out, "two_sided", q->two_sided && !l->below && l->of != LIMIT_EVENT);
    paper_number(out, "window_d",
                 l->of == LIMIT_RATE ? (double)l->window_us / (double)US_PER_DAY : (double)NAN);
    put_curve(l, out);
    put_heights(a, l, q->two_sided, out);
    paper_text(out, "source", l->source);
    paper_text(out, "clause", l->clause);
    paper_text(out, "edition", l->edition);
    paper_text(out, "mark", mark);
    paper_bool(out, "provisional", l->mark == 'J' || l->mark == 'M');
    strbuf_putc(out, '}');
}

void analysis_put_limits(const struct desk *d, const struct analysis *a, struct strbuf *out)
{
    const struct limit_set *set = d->registry->sensors[a->sensor].limits;

    paper_text(out, "limit_set", set ? set->name : NULL);
    paper_list(out, "limits");
    for (size_t i = 0; set && i < set->count; i++)
        put_limit(d, a, &set->limits[i], out);
    strbuf_putc(out, ']');
}

/* --- what was done --- */

static bool lasts(const struct epoch *x)
{
    return x->kind == EPOCH_EXCAVATION || x->kind == EPOCH_RENOVATION || x->kind == EPOCH_VACANT;
}

static void put_epoch(const struct epoch *x, struct strbuf *out)
{
    paper_item(out);
    strbuf_putc(out, '{');
    paper_time(out, "t", x->t_us);
    paper_time(out, "until", lasts(x) ? x->until_us : x->t_us);
    paper_text(out, "kind", epoch_kind_name(x->kind));
    paper_text(out, "scope", x->scope);
    paper_text(out, "note", x->note);
    paper_bool(out, "lasts", lasts(x));
    paper_bool(out, "starts_baseline", epoch_starts_baseline(x->kind));
    strbuf_putc(out, '}');
}

void analysis_put_epochs(const struct desk *d, const struct analysis *a, int64_t from_us,
                         int64_t to_us, struct strbuf *out)
{
    const struct registry *r = d->registry;

    paper_list(out, "epochs");
    for (size_t i = 0; i < r->epoch_count; i++) {
        const struct epoch *x = &r->epochs[i];
        int64_t until_us = lasts(x) ? x->until_us : x->t_us;
        if (x->t_us < to_us && until_us >= from_us &&
            registry_sensor_in_scope(r, a->sensor, x->scope))
            put_epoch(x, out);
    }
    strbuf_putc(out, ']');
}

/* --- what is foretold --- */

enum err analysis_put_forecasts(struct desk *d, const struct analysis *a, struct strbuf *out)
{
    struct forecast_filter filter = {
        .sensor = d->registry->sensors[a->sensor].id, .since_us = INT64_MIN, .latest_only = true};
    struct table t = {0};
    enum err e = ERR_OK;

    if (d->state)
        e = view_forecasts(d, &filter, &t);
    paper_key(out, "forecasts");
    if (e == ERR_OK && d->state)
        table_json(&t, out);
    else
        strbuf_puts(out, "[]");
    table_end(&t);
    return e;
}

/* --- alerts --- */

struct telling {
    struct desk *desk;
    const char *sensor;
    int64_t from_us, to_us;
    struct strbuf *out, steps;
    bool named; /* by a step of the episode */
};

static enum err take_step(void *context, const struct step_row *s)
{
    struct telling *t = context;
    struct step_view v;
    enum err e = step_view_parse(s->body, strlen(s->body), &v);

    if (e != ERR_OK)
        return e == ERR_NOMEM ? e : ERR_OK;
    t->named = t->named || step_view_names(&v, t->sensor);
    paper_item(&t->steps);
    strbuf_putc(&t->steps, '{');
    paper_time(&t->steps, "t", s->at_us);
    paper_number(&t->steps, "level", v.level);
    paper_text(&t->steps, "event", alert_event_name(s->event));
    strbuf_putc(&t->steps, '}');
    step_view_free(&v);
    return ERR_OK;
}

static void put_episode(struct telling *t, const struct episode *e)
{
    paper_item(t->out);
    strbuf_putc(t->out, '{');
    paper_text(t->out, "id", e->id);
    paper_text(t->out, "category", category_name(e->category));
    paper_text(t->out, "kind", alert_kind_name(e->kind));
    paper_number(t->out, "level", e->level);
    paper_number(t->out, "peak_level", e->peak_level);
    paper_time(t->out, "opened", e->opened_us);
    paper_time(t->out, "resolved", e->resolved_us > 0 ? e->resolved_us : INT64_MIN);
    paper_key(t->out, "steps");
    strbuf_printf(t->out, "[%s]}", strbuf_text(&t->steps));
}

static enum err take_episode(void *context, const struct episode *x)
{
    struct telling *t = context;
    enum err e;

    if (x->opened_us >= t->to_us || (x->resolved_us > 0 && x->resolved_us < t->from_us))
        return ERR_OK;
    strbuf_clear(&t->steps);
    t->named = false;
    e = state_step_each(t->desk->state, x->row, take_step, t);
    if (e == ERR_OK && t->named)
        put_episode(t, x);
    return e;
}

enum err analysis_put_alerts(struct desk *d, const struct analysis *a, int64_t from_us,
                             int64_t to_us, struct strbuf *out)
{
    const struct sensor *s = &d->registry->sensors[a->sensor];
    struct alert_filter filter = {
        .house = s->house == REGISTRY_NONE ? NULL : d->registry->houses[s->house].id,
        .since_us = INT64_MIN};
    struct telling t = {.desk = d, .sensor = s->id, .from_us = from_us, .to_us = to_us, .out = out};
    enum err e = ERR_OK;

    paper_list(out, "alerts");
    if (d->state)
        e = state_episode_each(d->state, &filter, take_episode, &t);
    strbuf_putc(out, ']');
    strbuf_free(&t.steps);
    return desk_state(d, e);
}
