#include "analysis_json.h"

#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/paper.h"

#define YEAR_D 365.25

static const struct sensor *sensor_of(const struct desk *d, uint32_t index)
{
    return &d->registry->sensors[index];
}

/* --- the model of weather --- */

static void put_term(const struct desk *d, const struct slow_term *t, struct strbuf *out)
{
    const struct sensor *s = sensor_of(d, t->sensor);

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "sensor", s->id);
    paper_text(out, "quantity", quantity_info(s->quantity)->name);
    paper_text(out, "unit", s->canonical_unit);
    paper_number(out, "memory_d", t->memory_d);
    paper_number(out, "above", t->hinge ? t->knot : (double)NAN);
    paper_number(out, "coefficient", t->coefficient);
    paper_number(out, "error", t->error);
    paper_number(out, "centre", t->centre);
    strbuf_putc(out, '}');
}

static void put_jumps(const struct slow_model *m, struct strbuf *out)
{
    paper_list(out, "jumps");
    for (size_t i = 0; i < m->jumps; i++) {
        paper_item(out);
        strbuf_putc(out, '{');
        paper_day(out, "day", m->jump[i].day);
        paper_number(out, "size", m->jump[i].size);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_model(const struct desk *d, const struct slow_trace *t, struct strbuf *out)
{
    const struct compensation *m = &t->model.fit;

    paper_key(out, "model");
    if (m->version == 0) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '{');
    paper_number(out, "version", m->version);
    paper_bool(out, "in_force", t->model_in_force);
    paper_text(out, "maturity", maturity_name(m->maturity));
    paper_time(out, "trained_from", m->from_us);
    paper_time(out, "trained_until", m->until_us);
    paper_number(out, "skill", m->skill);
    paper_number(out, "sigma", m->sigma);
    paper_list(out, "terms");
    for (uint32_t i = 0; i < m->terms; i++)
        put_term(d, &t->model.term[i], out);
    strbuf_putc(out, ']');
    put_jumps(&t->model, out);
    strbuf_putc(out, '}');
}

/* --- how it moves --- */

static void put_window(const struct slow_view *v, int w, struct strbuf *out)
{
    static const int weeks[MOVEMENT_WINDOWS] = {13, 26, 52, 0};
    const struct movement_window *x = &v->movement.window[w];
    bool compared = v->peer_error[w] > 0;

    paper_item(out);
    strbuf_putc(out, '{');
    paper_number(out, "weeks", weeks[w] > 0 ? weeks[w] : (double)NAN);
    paper_number(out, "weeks_with_data", (double)x->weeks);
    paper_number(out, "slope_per_year", x->slope * YEAR_D);
    paper_number(out, "error_per_year", x->error * YEAR_D);
    paper_number(out, "p", x->p);
    paper_bool(out, "significant", x->significant);
    paper_bool(out, "governs", w == v->movement.governing);
    paper_number(out, "peers_slope_per_year", compared ? v->peer_slope[w] * YEAR_D : (double)NAN);
    paper_number(out, "peers_error_per_year", compared ? v->peer_error[w] * YEAR_D : (double)NAN);
    strbuf_putc(out, '}');
}

static void put_movement(const struct slow_view *v, struct strbuf *out)
{
    const struct movement *m = &v->movement;

    paper_key(out, "movement");
    if (!v->moved) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '{');
    paper_number(out, "days", (double)m->days);
    paper_time(out, "since", v->from_us);
    paper_number(out, "baseline", m->baseline);
    paper_number(out, "level", m->level);
    paper_number(out, "change", m->change);
    paper_number(out, "error", m->error);
    paper_bool(out, "together", v->together);
    paper_list(out, "windows");
    for (int w = 0; w < MOVEMENT_WINDOWS; w++)
        if (m->window[w].weeks > 0)
            put_window(v, w, out);
    strbuf_puts(out, "]}");
}

/* --- its days --- */

static void put_number(double x, struct strbuf *out)
{
    if (isfinite(x))
        strbuf_printf(out, ",%.6g", x);
    else
        strbuf_puts(out, ",null");
}

static void put_day(const struct slow_trace_day *x, struct strbuf *out)
{
    char text[UTC_TEXT_SIZE];

    utc_format(x->day * US_PER_DAY, text);
    strbuf_printf(out, "[\"%.10s\"", text);
    put_number((double)x->residual, out);
    put_number(x->measured, out);
    put_number(x->weather, out);
    put_number(x->shift, out);
    strbuf_putc(out, ']');
}

/* Nothing is known of it. */
static bool is_empty(const struct slow_trace_day *x)
{
    return !isfinite(x->residual) && !isfinite(x->measured);
}

static void put_days(const struct slow_trace *t, int64_t from_us, int64_t to_us, struct strbuf *out)
{
    const char *between = "";

    strbuf_puts(out, ",\n\"daily_columns\":[\"day\",\"compensated\",\"measured\",\"weather\","
                     "\"shift\"],\n\"daily\":[");
    for (size_t i = 0; i < t->count; i++) {
        int64_t day_us = t->days[i].day * US_PER_DAY;
        if (day_us + US_PER_DAY <= from_us || day_us >= to_us || is_empty(&t->days[i]))
            continue;
        strbuf_puts(out, between);
        put_day(&t->days[i], out);
        between = ",\n";
    }
    strbuf_putc(out, ']');
}

/* --- all of it --- */

enum err analysis_json(struct desk *d, const struct analysis *a, int64_t from_us, int64_t to_us,
                       struct strbuf *out)
{
    const struct sensor *s = sensor_of(d, a->sensor);
    const struct slow_view *v = &a->trace.view;
    bool there = a->lack == ANALYSIS_THERE;
    enum err e;

    strbuf_putc(out, '{');
    paper_text(out, "sensor", s->id);
    paper_text(out, "quantity", quantity_info(s->quantity)->name);
    paper_text(out, "unit", s->canonical_unit);
    paper_text(out, "lack", analysis_lack_name(a->lack));
    paper_time(out, "as_of", there ? v->at_us : INT64_MIN);
    paper_number(out, "coverage", there ? v->coverage : (double)NAN);
    paper_text(out, "doubt", there ? slow_doubt_name(v->doubt) : NULL);
    put_model(d, &a->trace, out);
    put_movement(v, out);
    put_days(&a->trace, from_us, to_us, out);
    analysis_put_limits(d, a, out);
    analysis_put_epochs(d, a, from_us, to_us, out);
    e = analysis_put_forecasts(d, a, out);
    if (e == ERR_OK)
        e = analysis_put_alerts(d, a, from_us, to_us, out);
    strbuf_putc(out, '}');
    return e;
}
