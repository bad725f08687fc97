/* The content of a report as canonical JSON, and its hash: what every form of it is made of and
 * vouched for by. Members and their order are described in docs/interface.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_put.h"
#include "shikumen/base/clock.h"

/* --- the frame --- */

static void put_frame(const struct report *r, struct strbuf *out)
{
    const struct registry *g = r->registry;

    paper_text(out, "format", "shikumen-report-1");
    paper_text(out, "program", "shikumend " SHIKUMEN_VERSION);
    paper_text(out, "kind", r->house == REGISTRY_NONE ? "district" : "house");
    paper_key(out, "district");
    strbuf_putc(out, '{');
    paper_text(out, "id", g->district_id);
    content_name(out, "name", g->district_name);
    paper_text(out, "timezone", g->timezone);
    strbuf_putc(out, '}');
    paper_text(out, "house", r->house == REGISTRY_NONE ? NULL : g->houses[r->house].id);
    paper_time(out, "from", r->from_us);
    paper_time(out, "to", r->to_us);
    paper_text(out, "scheme", RISK_LABEL);
    paper_text(out, "audit_head", r->audit_head);
}

/* --- houses --- */

static void put_levels(struct strbuf *out, const char *name, const int n[LEVEL_RED + 1])
{
    paper_key(out, name);
    strbuf_printf(out, "{\"1\":%d,\"2\":%d,\"3\":%d,\"4\":%d}", n[1], n[2], n[3], n[4]);
}

static void put_place(struct strbuf *out, const struct house *h)
{
    paper_text(out, "house", h->id);
    content_name(out, "name", h->name);
    paper_text(out, "lane", h->lane);
    paper_text(out, "row", h->row);
    content_count(out, "number", h->number == 0 ? INT64_MIN : h->number);
    content_count(out, "built", h->built_year == 0 ? INT64_MIN : h->built_year);
    content_count(out, "storeys", h->storeys == 0 ? INT64_MIN : h->storeys);
    paper_text(out, "protection", protection_name(h->protection));
    content_real(out, "lat", h->latitude_deg);
    content_real(out, "lon", h->longitude_deg);
}

static void put_before(struct strbuf *out, const cJSON *before)
{
    paper_key(out, "before");
    if (!before) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '{');
    content_member(out, before, "at");
    content_member(out, before, "class");
    content_member(out, before, "colour");
    content_member(out, before, "score");
    content_member(out, before, "p365");
    strbuf_putc(out, '}');
}

static void put_reasons(struct strbuf *out, const cJSON *line, int most)
{
    const cJSON *reason;
    int n = 0;

    paper_list(out, "reasons");
    cJSON_ArrayForEach(reason, cJSON_GetObjectItemCaseSensitive(line, "reasons"))
    {
        if (n++ < most)
            content_item(out, NULL, reason);
    }
    strbuf_putc(out, ']');
}

static void put_house(const struct report *r, const struct report_house *h, struct strbuf *out)
{
    static const char *const members[] = {
        "class", "colour", "grey", "score",       "confidence",          "weakest",
        "p30",   "p180",   "p365", "p30_range",   "p180_range",          "p365_range",
        "cc",    "uc",     "rc",   "provisional", "commission_appraisal"};
    const struct class_override *o = report_override(r, r->registry->houses[h->house].id);

    paper_item(out);
    strbuf_putc(out, '{');
    put_place(out, &r->registry->houses[h->house]);
    content_member_as(out, "assessed", h->line, "at");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        content_member(out, h->line, members[i]);
    paper_text(out, "override", o ? o->class_name : NULL);
    put_before(out, h->before);
    content_real(out, "coverage", h->coverage);
    content_count(out, "sensors", (int64_t)h->sensors);
    content_count(out, "sensors_poor", (int64_t)h->sensors_poor);
    content_count(out, "sensors_silent", (int64_t)h->sensors_silent);
    content_count(out, "gaps", h->gaps);
    put_levels(out, "alerts_raised", h->raised);
    put_levels(out, "alerts_open", h->open);
    content_count(out, "instrument_alerts_open", h->instrument_open);
    content_count(out, "records", h->records);
    content_real(out, "cost_cny", h->cost_cny);
    put_reasons(out, h->line, r->house == REGISTRY_NONE ? 3 : RISK_REASONS_SHOWN);
    strbuf_putc(out, '}');
}

/* --- elements --- */

static void put_element(const struct report *r, uint32_t index, const cJSON *state,
                        struct strbuf *out)
{
    static const char *const members[] = {"class", "colour", "grey",     "score",      "confidence",
                                          "p30",   "p180",   "p365",     "cc",         "uc",
                                          "rc",    "margin", "p_active", "provisional"};
    const struct element *e = &r->registry->elements[index];
    const struct class_override *o = report_override(r, e->id);

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "element", e->id);
    content_name(out, "name", e->name);
    paper_text(out, "kind", element_kind_name(e->kind));
    paper_text(out, "material", e->material);
    content_real(out, "height_m", e->height_m);
    content_real(out, "length_m", e->length_m);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        content_member(out, state, members[i]);
    paper_text(out, "override", o ? o->class_name : NULL);
    strbuf_putc(out, '}');
}

static void put_elements(const struct report *r, struct strbuf *out)
{
    paper_list(out, "elements");
    for (size_t i = 0; i < r->registry->element_count && r->house != REGISTRY_NONE; i++)
        if (r->registry->elements[i].house == r->house)
            put_element(r, (uint32_t)i, report_element_state(r, (uint32_t)i), out);
    strbuf_putc(out, ']');
}

/* --- sensors --- */

static void put_movement(const struct report_sensor *s, struct strbuf *out)
{
    const struct slow_view *v = s->trace ? &s->trace->view : NULL;
    const struct movement_window *w;

    paper_key(out, "movement");
    if (!v || !v->moved) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '{');
    paper_time(out, "since", v->from_us);
    paper_time(out, "until", v->at_us);
    content_real(out, "baseline", v->movement.baseline);
    content_real(out, "change", v->movement.change);
    content_real(out, "standard_error", v->movement.error);
    w = report_window(v);
    content_real(out, "rate_per_year", w ? w->slope * 365.25 : (double)NAN);
    content_real(out, "rate_standard_error", w ? w->error * 365.25 : (double)NAN);
    content_real(out, "skill", v->skill);
    content_count(out, "model_version", v->model_version);
    paper_text(out, "doubt", v->doubt == DOUBT_NONE ? NULL : slow_doubt_name(v->doubt));
    strbuf_putc(out, '}');
}

static void put_position(const struct sensor *of, struct strbuf *out)
{
    paper_key(out, "position_m");
    if (!isfinite(of->position_m[0])) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '[');
    for (int i = 0; i < 3; i++) {
        strbuf_puts(out, i > 0 ? "," : "");
        strbuf_number(out, of->position_m[i]);
    }
    strbuf_putc(out, ']');
}

static void put_sent(const struct report_sensor *s, struct strbuf *out)
{
    content_real(out, "due", floor(s->due));
    content_count(out, "passed", s->passed);
    content_count(out, "suspect", s->suspect);
    content_count(out, "failed", s->failed);
    content_count(out, "not_evaluated", s->other);
    content_real(out, "coverage", s->coverage);
    content_count(out, "gaps", s->gaps);
    content_real(out, "longest_gap_s",
                 s->gaps > 0 ? (double)(s->longest_gap_us / US_PER_S) : (double)NAN);
    paper_time(out, "longest_gap_from", s->gaps > 0 ? s->longest_from_us : INT64_MIN);
    paper_time(out, "last", s->last_us);
    paper_bool(out, "records_only", s->records_only);
    content_real(out, "least", s->least);
    content_real(out, "most", s->most);
    content_real(out, "begin", s->begin);
    content_real(out, "end", s->end);
}

static void put_sensor(const struct report *r, const struct report_sensor *s, struct strbuf *out)
{
    const struct sensor *of = &r->registry->sensors[s->sensor];

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "sensor", of->id);
    paper_text(out, "house", r->registry->houses[of->house].id);
    paper_text(out, "element",
               of->element == REGISTRY_NONE ? NULL : r->registry->elements[of->element].id);
    paper_text(out, "quantity", quantity_info(of->quantity)->name);
    paper_text(out, "unit", of->canonical_unit);
    content_real(out, "period_s", (double)of->period_us / (double)US_PER_S);
    put_position(of, out);
    put_sent(s, out);
    if (r->house != REGISTRY_NONE)
        put_movement(s, out);
    strbuf_putc(out, '}');
}

/* --- all --- */

static void put_lists(const struct report *r, struct strbuf *out)
{
    paper_list(out, "houses");
    for (size_t i = 0; i < r->house_count; i++)
        put_house(r, &r->houses[i], out);
    strbuf_putc(out, ']');
    put_elements(r, out);
    paper_list(out, "sensors");
    for (size_t i = 0; i < r->sensor_list.count; i++)
        put_sensor(r, &r->sensors[i], out);
    strbuf_putc(out, ']');
}

enum err report_content(struct report *r)
{
    struct strbuf *out = &r->content;
    uint8_t hash[AUDIT_HASH_BYTES];
    enum err e;

    strbuf_putc(out, '{');
    put_frame(r, out);
    put_lists(r, out);
    report_put_events(r, out);
    strbuf_putc(out, '}');
    if (out->failed)
        return ERR_NOMEM;
    e = audit_hash(out->data, out->len, hash);
    if (e == ERR_OK)
        audit_hash_hex(hash, r->sha256);
    return e;
}
