#include "shikumen/core/render.h"

#include <math.h>
#include <string.h>

#include "render_speech.h"
#include "shikumen/base/utc.h"

/* Members of a JSON object, each after the first with its comma. */
static void key(struct strbuf *out, const char *name)
{
    if (out->len > 0 && out->data[out->len - 1] != '{')
        strbuf_putc(out, ',');
    strbuf_json_string(out, name, strlen(name));
    strbuf_putc(out, ':');
}

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    key(out, name);
    strbuf_json_string(out, text, strlen(text));
}

/* null when text is empty. */
static void put_text_or_null(struct strbuf *out, const char *name, const char *text)
{
    if (*text) {
        put_text(out, name, text);
        return;
    }
    key(out, name);
    strbuf_puts(out, "null");
}

/* Nine significant digits: no sensor has more, and a difference such as 0.407 - 0.293 reads as the
 * 0.114 that it is. */
static double nine_digits(double v)
{
    double scale = v == 0 ? 1 : pow(10, 9 - ceil(log10(fabs(v))));
    double rounded = round(v * scale) / scale;

    return isfinite(rounded) ? rounded : v;
}

static void put_number(struct strbuf *out, const char *name, double v)
{
    key(out, name);
    strbuf_number(out, nine_digits(v));
}

static void put_integer(struct strbuf *out, const char *name, int v)
{
    key(out, name);
    strbuf_printf(out, "%d", v);
}

static void put_bool(struct strbuf *out, const char *name, bool v)
{
    key(out, name);
    strbuf_puts(out, v ? "true" : "false");
}

static void put_null(struct strbuf *out, const char *name)
{
    key(out, name);
    strbuf_puts(out, "null");
}

/* A time as text, null when it is outside the calendar (never). */
static void put_time(struct strbuf *out, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    utc_format(t_us, text);
    if (strcmp(text, "invalid") == 0)
        strbuf_puts(out, "null");
    else
        strbuf_json_string(out, text, strlen(text));
}

static void put_time_member(struct strbuf *out, const char *name, int64_t t_us)
{
    key(out, name);
    put_time(out, t_us);
}

static void put_bilingual(struct strbuf *out, const char *name, struct bilingual text)
{
    key(out, name);
    strbuf_putc(out, '{');
    put_text(out, "zh", text.zh);
    put_text(out, "en", text.en);
    strbuf_putc(out, '}');
}

typedef void rendering(const struct alert_step *, struct strbuf *);

static void put_rendered(struct strbuf *out, const char *name, const struct alert_step *step,
                         rendering *zh, rendering *en)
{
    struct strbuf text[2] = {{0}, {0}};

    zh(step, &text[0]);
    en(step, &text[1]);
    put_bilingual(out, name, (struct bilingual){strbuf_text(&text[0]), strbuf_text(&text[1])});
    if (text[0].failed || text[1].failed)
        out->failed = true;
    strbuf_free(&text[0]);
    strbuf_free(&text[1]);
}

static void put_place(struct strbuf *out, const struct alert_step *step)
{
    uint32_t house = step_house(step), element = step_element(step);

    put_text(out, "district", step->registry->district_id);
    put_text_or_null(out, "house", step->episode->house);
    put_text_or_null(out, "element", step->episode->element);
    if (house == REGISTRY_NONE)
        put_null(out, "house_name");
    else
        put_bilingual(out, "house_name", step->registry->houses[house].name);
    if (element == REGISTRY_NONE)
        put_null(out, "element_name");
    else
        put_bilingual(out, "element_name", step->registry->elements[element].name);
}

static void put_sensors(struct strbuf *out, const struct alert_step *step)
{
    bool first = true;

    key(out, "sensors");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < step->sensor_count; i++) {
        const struct sensor *sensor = step_sensor_of(step, &step->sensors[i]);
        if (!sensor)
            continue;
        if (!first)
            strbuf_putc(out, ',');
        strbuf_json_string(out, sensor->id, strlen(sensor->id));
        first = false;
    }
    strbuf_putc(out, ']');
}

/* The finding of a share, NULL when nothing was measured (silence, system). */
static const struct finding *measured(const struct alert_step *step,
                                      const struct step_sensor *share)
{
    bool silence = step->episode->kind == KIND_SILENCE;

    return silence || !share->finding.limit ? NULL : &share->finding;
}

static const struct finding *governing(const struct alert_step *step)
{
    if (step->sensor_count == 0 || !step_sensor_of(step, &step->sensors[0]))
        return NULL;
    return measured(step, &step->sensors[0]);
}

static void put_source(struct strbuf *out, const struct limit *limit)
{
    struct strbuf source = {0};

    limit_put_source(&source, limit);
    put_text_or_null(out, "source", strbuf_text(&source));
    if (source.failed)
        out->failed = true;
    strbuf_free(&source);
}

/* [[frequency_hz, limit], ...] */
static void put_curve(struct strbuf *out, const struct limit *limit)
{
    key(out, "curve");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < limit->curve_len; i++) {
        strbuf_puts(out, i ? ",[" : "[");
        strbuf_number(out, limit->curve[i].frequency_hz);
        strbuf_putc(out, ',');
        strbuf_number(out, limit_point(limit, i));
        strbuf_putc(out, ']');
    }
    strbuf_putc(out, ']');
}

static void put_limit(struct strbuf *out, const struct limit *limit, const char *unit)
{
    const char mark[2] = {limit->mark, '\0'};
    double low, high;

    limit_range(limit, &low, &high);
    key(out, "limit");
    strbuf_putc(out, '{');
    put_number(out, "value", low);
    put_text(out, "unit", unit);
    put_source(out, limit);
    put_text_or_null(out, "clause", limit->clause);
    put_text_or_null(out, "edition", limit->edition);
    put_text_or_null(out, "mark", mark);
    put_bool(out, "provisional", limit_provisional(limit));
    put_text(out, "of", limit_of_name(limit->of));
    if (limit->of == LIMIT_RATE)
        put_number(out, "window_s", (double)limit->window_us / 1e6);
    if (limit->curve_len > 0)
        put_curve(out, limit);
    strbuf_putc(out, '}');
}

/* value, unit, limit: all null when nothing was measured. */
static void put_measured(struct strbuf *out, const struct alert_step *step)
{
    const struct finding *f = governing(step);
    const char *unit;

    if (!f) {
        put_null(out, "value");
        put_null(out, "unit");
        put_null(out, "limit");
        return;
    }
    unit = compared_unit(step_sensor_of(step, &step->sensors[0]), f->limit);
    put_number(out, "value", f->value);
    put_text(out, "unit", unit);
    put_limit(out, f->limit, unit);
}

static void put_reason_limit(struct strbuf *out, const struct finding *f, const char *unit)
{
    const char mark[2] = {f->limit->mark, '\0'};
    double low, high;

    limit_range(f->limit, &low, &high);
    put_number(out, "value", f->value);
    put_text(out, "unit", unit);
    put_number(out, "limit", low);
    put_text_or_null(out, "mark", mark);
    put_time_member(out, "since", f->since_us);
}

static void put_reason(struct strbuf *out, const struct alert_step *step,
                       const struct step_sensor *share, const struct sensor *sensor)
{
    const struct finding *f = measured(step, share);
    enum alert_kind kind = f ? f->kind : step->episode->kind;

    strbuf_putc(out, '{');
    put_text(out, "sensor", sensor->id);
    put_text(out, "kind", alert_kind_name(kind));
    put_integer(out, "level", f ? f->level : step->episode->level);
    if (f)
        put_reason_limit(out, f, compared_unit(sensor, f->limit));
    else {
        put_null(out, "value");
        put_null(out, "unit");
        put_null(out, "limit");
        put_null(out, "mark");
        put_time_member(out, "since", share->finding.t_us);
    }
    put_time_member(out, "t", share->finding.t_us);
    strbuf_putc(out, '}');
}

static void put_reasons(struct strbuf *out, const struct alert_step *step)
{
    bool first = true;

    key(out, "reasons");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < step->sensor_count; i++) {
        const struct sensor *sensor = step_sensor_of(step, &step->sensors[i]);
        if (!sensor)
            continue;
        if (!first)
            strbuf_putc(out, ',');
        put_reason(out, step, &step->sensors[i], sensor);
        first = false;
    }
    strbuf_putc(out, ']');
}

/* From the first crossing to the deciding reading; of silence, from the last sign to now. */
static void put_window(struct strbuf *out, const struct alert_step *step)
{
    const struct finding *f = governing(step);
    int64_t from_us = step->episode->opened_us, to_us = step->at_us;

    if (f) {
        from_us = f->since_us;
        to_us = f->t_us;
    } else if (step->episode->kind == KIND_SILENCE && step->sensor_count > 0)
        from_us = step->sensors[0].finding.t_us;
    key(out, "window");
    strbuf_putc(out, '[');
    put_time(out, from_us);
    strbuf_putc(out, ',');
    put_time(out, to_us);
    strbuf_putc(out, ']');
}

static void put_evidence(struct strbuf *out, const struct alert_step *step)
{
    const struct finding *f = governing(step);

    key(out, "evidence");
    strbuf_putc(out, '{');
    put_window(out, step);
    put_number(out, "value", f ? f->value : (double)NAN);
    put_number(out, "baseline", f ? f->baseline : (double)NAN);
    put_number(out, "reading", f ? f->reading : (double)NAN);
    put_number(out, "coverage", step->coverage);
    put_bool(out, "unconfirmed", f && f->unconfirmed);
    put_reasons(out, step);
    strbuf_putc(out, '}');
}

void render_native(const struct alert_step *step, struct strbuf *out)
{
    const struct episode *e = step->episode;

    strbuf_putc(out, '{');
    put_text(out, "id", e->id);
    put_integer(out, "step", e->step);
    put_text(out, "event", alert_event_name(step->event));
    put_time_member(out, "at", step->at_us);
    put_place(out, step);
    put_sensors(out, step);
    put_text(out, "category", category_name(e->category));
    put_text(out, "kind", alert_kind_name(e->kind));
    put_integer(out, "level", e->level);
    put_text(out, "colour", level_colour(e->level));
    put_rendered(out, "summary", step, render_summary_zh, render_summary_en);
    put_measured(out, step);
    put_null(out, "forecast");
    put_evidence(out, step);
    put_rendered(out, "advice", step, render_advice_zh, render_advice_en);
    put_null(out, "url");
    strbuf_putc(out, '}');
}
