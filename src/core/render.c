#include "shikumen/core/render.h"

#include <math.h>
#include <string.h>

#include "json_put.h"
#include "render_daily.h"
#include "render_derived.h"
#include "render_load.h"
#include "render_slow.h"
#include "render_speech.h"
#include "shikumen/core/slow.h"

typedef void rendering(const struct alert_step *, struct strbuf *);

static void put_rendered(struct strbuf *out, const char *name, const struct alert_step *step,
                         rendering *zh, rendering *en)
{
    struct strbuf text[2] = {{0}, {0}};

    zh(step, &text[0]);
    en(step, &text[1]);
    json_put_bilingual(out, name, (struct bilingual){strbuf_text(&text[0]), strbuf_text(&text[1])});
    if (text[0].failed || text[1].failed)
        out->failed = true;
    strbuf_free(&text[0]);
    strbuf_free(&text[1]);
}

static void put_place(struct strbuf *out, const struct alert_step *step)
{
    uint32_t house = step_house(step), element = step_element(step);

    json_put_text(out, "district", step->registry->district_id);
    json_put_text_or_null(out, "house", step->episode->house);
    json_put_text_or_null(out, "element", step->episode->element);
    if (house == REGISTRY_NONE)
        json_put_null(out, "house_name");
    else
        json_put_bilingual(out, "house_name", step->registry->houses[house].name);
    if (element == REGISTRY_NONE)
        json_put_null(out, "element_name");
    else
        json_put_bilingual(out, "element_name", step->registry->elements[element].name);
}

/* One sensor may find several things. */
static bool is_named_before(const struct alert_step *step, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (step->sensors[k].sensor == step->sensors[i].sensor)
            return true;
    return false;
}

static void put_sensors(struct strbuf *out, const struct alert_step *step)
{
    bool first = true;

    json_put_key(out, "sensors");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < step->sensor_count; i++) {
        const struct sensor *sensor = step_sensor_of(step, &step->sensors[i]);
        if (!sensor || is_named_before(step, i))
            continue;
        if (!first)
            strbuf_putc(out, ',');
        strbuf_json_string(out, sensor->id, strlen(sensor->id));
        first = false;
    }
    strbuf_putc(out, ']');
}

/* The finding of a share, NULL when nothing was measured (silence, system, a sensor in doubt). */
static const struct finding *measured(const struct alert_step *step,
                                      const struct step_sensor *share)
{
    const struct finding *slow = slow_finding(step->episode, share);

    if (step->episode->kind == KIND_SILENCE)
        return NULL;
    if (slow)
        return slow_is_doubt(step->episode) ? NULL : slow;
    return share->finding.limit ? &share->finding : NULL;
}

static bool has_share(const struct alert_step *step)
{
    return step->sensor_count > 0 && step_sensor_of(step, &step->sensors[0]);
}

static const struct finding *governing(const struct alert_step *step)
{
    return has_share(step) ? measured(step, &step->sensors[0]) : NULL;
}

static const struct finding *governing_slow(const struct alert_step *step)
{
    return has_share(step) ? slow_finding(step->episode, &step->sensors[0]) : NULL;
}

static void put_source(struct strbuf *out, const struct limit *limit)
{
    struct strbuf source = {0};

    limit_put_source(&source, limit);
    json_put_text_or_null(out, "source", strbuf_text(&source));
    if (source.failed)
        out->failed = true;
    strbuf_free(&source);
}

/* [[frequency_hz, limit], ...] */
static void put_curve(struct strbuf *out, const struct limit *limit)
{
    json_put_key(out, "curve");
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
    json_put_key(out, "limit");
    strbuf_putc(out, '{');
    json_put_number(out, "value", low);
    json_put_text(out, "unit", unit);
    put_source(out, limit);
    json_put_text_or_null(out, "clause", limit->clause);
    json_put_text_or_null(out, "edition", limit->edition);
    json_put_text_or_null(out, "mark", mark);
    json_put_bool(out, "provisional", limit_provisional(limit));
    json_put_text(out, "of", limit_of_name(limit->of));
    if (limit->of == LIMIT_RATE)
        json_put_number(out, "window_s", (double)limit->window_us / 1e6);
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
        json_put_null(out, "value");
        json_put_null(out, "unit");
        json_put_null(out, "limit");
        return;
    }
    unit = finding_unit(step_sensor_of(step, &step->sensors[0]), f, f->limit);
    json_put_number(out, "value", f->value);
    json_put_text(out, "unit", unit);
    if (f->limit)
        put_limit(out, f->limit, unit);
    else
        json_put_null(out, "limit");
}

static void put_forecast(struct strbuf *out, const struct alert_step *step)
{
    const struct finding *f =
        governing(step) && governing(step)->derived ? governing(step) : governing_slow(step);
    const struct limit *limit = f ? f->forecast.limit : NULL;
    const char mark[2] = {limit ? limit->mark : '\0', '\0'};
    double low, high;

    if (!limit) {
        json_put_null(out, "forecast");
        return;
    }
    limit_range(limit, &low, &high);
    json_put_key(out, "forecast");
    strbuf_putc(out, '{');
    json_put_number(out, "limit", low);
    json_put_text(out, "unit", finding_unit(step_sensor_of(step, &step->sensors[0]), f, limit));
    json_put_text(out, "of", limit_of_name(limit->of));
    put_source(out, limit);
    json_put_text_or_null(out, "mark", mark);
    json_put_time(out, "t05", f->forecast.t05_us);
    json_put_time(out, "t50", f->forecast.t50_us);
    json_put_time(out, "t95", f->forecast.t95_us);
    json_put_share(out, "p30", f->forecast.p30);
    json_put_share(out, "p180", f->forecast.p180);
    json_put_share(out, "p365", f->forecast.p365);
    strbuf_putc(out, '}');
}

static void put_reason_limit(struct strbuf *out, const struct limit *limit)
{
    const char mark[2] = {limit ? limit->mark : '\0', '\0'};
    double low = (double)NAN, high;

    if (limit)
        limit_range(limit, &low, &high);
    json_put_number(out, "limit", low);
    json_put_text_or_null(out, "mark", mark);
}

static void put_reason(struct strbuf *out, const struct alert_step *step,
                       const struct step_sensor *share, const struct sensor *sensor)
{
    const struct finding *f = measured(step, share);
    const struct finding *told = f ? f : slow_finding(step->episode, share);
    enum alert_kind kind = told ? told->kind : step->episode->kind;

    strbuf_putc(out, '{');
    json_put_text(out, "sensor", sensor->id);
    json_put_text(out, "kind", alert_kind_name(kind));
    json_put_integer(out, "level", told ? told->level : step->episode->level);
    json_put_number(out, "value", f ? f->value : (double)NAN);
    json_put_text_or_null(out, "unit", f ? finding_unit(sensor, f, f->limit) : "");
    if (f && f->derived)
        json_put_text(out, "derived", f->derived);
    put_reason_limit(out, f ? f->limit : NULL);
    json_put_time(out, "since", told ? told->since_us : share->finding.t_us);
    json_put_time(out, "t", share->finding.t_us);
    strbuf_putc(out, '}');
}

static void put_reasons(struct strbuf *out, const struct alert_step *step)
{
    bool first = true;

    json_put_key(out, "reasons");
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
    const struct finding *f = governing(step) ? governing(step) : governing_slow(step);
    int64_t from_us = step->episode->opened_us, to_us = step->at_us;

    if (f) {
        from_us = f->since_us;
        to_us = f->t_us;
    } else if (step->episode->kind == KIND_SILENCE && step->sensor_count > 0)
        from_us = step->sensors[0].finding.t_us;
    json_put_window(out, "window", from_us, to_us);
}

/* What the slow analysis found: movement beyond the weather, its standard error, the version of the
 * weather model, why the sensor is in doubt. */
static void put_slow(struct strbuf *out, const struct alert_step *step)
{
    const struct finding *f = governing_slow(step);
    bool moves = f && !slow_is_doubt(step->episode);

    json_put_number(out, "residual", moves ? f->value : (double)NAN);
    json_put_number(out, "sigma", moves && f->error > 0 ? f->error : (double)NAN);
    if (f && f->model_version > 0)
        json_put_integer(out, "model_version", f->model_version);
    else
        json_put_null(out, "model_version");
    json_put_text_or_null(out, "cause",
                          f && f->cause > DOUBT_NONE && f->cause < DOUBT_COUNT
                              ? slow_doubt_name((enum slow_doubt)f->cause)
                              : "");
    json_put_bool(out, "together", moves && f->together);
    if (moves && f->kind == KIND_STEP)
        json_put_number(out, "jump", fabs(f->jump) > 0 ? f->jump : (double)NAN);
    if (!moves || !f->unsettled)
        return;
    json_put_bool(out, "unsettled", true);
    json_put_integer(out, "others_moved", f->moved);
    json_put_integer(out, "others", f->asked);
}

/* When works were felt, where that is not in working hours alone. */
static void put_works(struct strbuf *out, const struct finding *f)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } words[] = {{WORKS_NIGHT, "night"}, {WORKS_SUNDAY, "sunday"}, {WORKS_BLASTING, "blasting"}};
    size_t n = 0;

    if (!f || f->kind != KIND_CONSTRUCTION)
        return;
    json_put_key(out, "works");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!(f->cause & words[i].bit))
            continue;
        strbuf_printf(out, "%s\"%s\"", n++ ? "," : "", words[i].name);
    }
    strbuf_putc(out, ']');
}

static void put_evidence(struct strbuf *out, const struct alert_step *step)
{
    const struct finding *f = governing(step);

    json_put_key(out, "evidence");
    strbuf_putc(out, '{');
    put_window(out, step);
    json_put_number(out, "value", f ? f->value : (double)NAN);
    json_put_number(out, "baseline", f ? f->baseline : (double)NAN);
    json_put_number(out, "reading", f ? f->reading : (double)NAN);
    json_put_number(out, "coverage", step->coverage);
    json_put_bool(out, "unconfirmed", f && f->unconfirmed);
    if (f && f->derived)
        json_put_text(out, "derived", f->derived);
    put_works(out, f);
    put_slow(out, step);
    if (step->load)
        load_put(out, step->load);
    if (step->daily)
        daily_put(out, step);
    put_reasons(out, step);
    strbuf_putc(out, '}');
}

/* Of the alert's page. */
static void put_url(struct strbuf *out, const struct alert_step *step)
{
    struct strbuf url = {0};

    if (step->site && *step->site)
        strbuf_printf(&url, "%s/alerts/%s", step->site, step->episode->id);
    json_put_text_or_null(out, "url", strbuf_text(&url));
    strbuf_free(&url);
}

void render_native(const struct alert_step *step, struct strbuf *out)
{
    const struct episode *e = step->episode;

    strbuf_putc(out, '{');
    json_put_text(out, "id", e->id);
    json_put_integer(out, "step", e->step);
    json_put_text(out, "event", alert_event_name(step->event));
    json_put_time(out, "at", step->at_us);
    put_place(out, step);
    put_sensors(out, step);
    json_put_text(out, "category", category_name(e->category));
    json_put_text(out, "kind", alert_kind_name(e->kind));
    json_put_integer(out, "level", e->level);
    json_put_text(out, "colour", level_colour(e->level));
    put_rendered(out, "summary", step, render_summary_zh, render_summary_en);
    put_measured(out, step);
    put_forecast(out, step);
    put_evidence(out, step);
    put_rendered(out, "advice", step, render_advice_zh, render_advice_en);
    if (step->daily && *step->daily->audit_head)
        json_put_text(out, "audit_head", step->daily->audit_head);
    put_url(out, step);
    strbuf_putc(out, '}');
}
