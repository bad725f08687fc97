#include "shikumen/view/report.h"

#include <stdio.h>
#include <string.h>

#include "report_parts.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/document_html.h"
#include "shikumen/core/document_json.h"
#include "shikumen/io/pdf_client.h"
#include "shikumen/model/document.h"

static const struct {
    const char *name, *media_type;
} formats[REPORT_FORMATS] = {
    [REPORT_HTML] = {"html", "text/html; charset=utf-8"},
    [REPORT_PDF] = {"pdf", "application/pdf"},
    [REPORT_JSON] = {"json", "application/json"},
    [REPORT_CSV] = {"csv", "text/csv; charset=utf-8; header=present"},
    [REPORT_GEOJSON] = {"geojson", "application/geo+json"},
};

const char *report_format_name(enum report_format format)
{
    return formats[format < REPORT_FORMATS ? format : REPORT_HTML].name;
}

const char *report_media_type(enum report_format format)
{
    return formats[format < REPORT_FORMATS ? format : REPORT_HTML].media_type;
}

enum report_format report_format_by_name(const char *name)
{
    for (int i = 0; i < REPORT_FORMATS; i++)
        if (strcmp(name, formats[i].name) == 0)
            return (enum report_format)i;
    return REPORT_FORMATS;
}

/* --- what the parts share --- */

void *report_grow(struct report *r, struct report_list *list, void **items, size_t size)
{
    void *more = array_grow_in(r->d->arena, *items, &list->room, list->count + 1, size);
    if (!more)
        return NULL;
    *items = more;
    return (char *)*items + list->count++ * size;
}

bool report_about(const struct report *r, uint32_t house)
{
    return r->house == REGISTRY_NONE || r->house == house;
}

uint32_t report_house_of(const struct report *r, const char *id)
{
    uint32_t house = registry_house(r->registry, id), element, sensor;

    if (house != REGISTRY_NONE)
        return house;
    element = registry_element(r->registry, id);
    if (element != REGISTRY_NONE)
        return r->registry->elements[element].house;
    sensor = registry_sensor(r->registry, id, strlen(id));
    return sensor != REGISTRY_NONE ? r->registry->sensors[sensor].house : REGISTRY_NONE;
}

struct report_house *report_house_at(struct report *r, uint32_t house)
{
    for (size_t i = 0; i < r->house_count; i++)
        if (r->houses[i].house == house)
            return &r->houses[i];
    return NULL;
}

const char *report_keep(const struct report *r, const char *text)
{
    const char *copy = text ? arena_strdup(r->d->arena, text) : NULL;

    return copy ? copy : "";
}

/* --- gathered --- */

static enum err find_house(struct report *r, const char *id, char *why, size_t why_size)
{
    r->house = REGISTRY_NONE;
    if (!id)
        return ERR_OK;
    r->house = registry_house(r->registry, id);
    if (r->house != REGISTRY_NONE)
        return ERR_OK;
    if (why)
        snprintf(why, why_size, "登记中没有房屋 \"%s\" / no house \"%s\" in the registry", id, id);
    return ERR_NOTFOUND;
}

static enum err take_head(struct report *r)
{
    enum err e =
        r->d->state ? state_audit_head_at(r->d->state, r->to_us, r->audit_head) : ERR_NOTFOUND;

    if (e == ERR_NOTFOUND)
        r->audit_head[0] = '\0';
    return e == ERR_NOTFOUND ? ERR_OK : desk_state(r->d, e);
}

static enum err gather(struct report *r)
{
    enum err (*const parts[])(struct report *) = {
        report_take_sensors, report_take_houses,    report_take_alerts,   report_take_acts,
        take_head,           report_take_forecasts, report_take_movement, report_content};
    enum err e = ERR_OK;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && e == ERR_OK; i++)
        e = parts[i](r);
    return e;
}

static void report_free(struct report *r)
{
    for (size_t i = 0; i < r->house_count; i++) {
        cJSON_Delete(r->houses[i].line);
        cJSON_Delete(r->houses[i].before);
    }
    report_free_movement(r);
    strbuf_free(&r->content);
}

/* --- told --- */

struct reason {
    const struct report_query *q;
    char *why;
    size_t size;
};

/* ERR_NOTFOUND stands for the house. */
static enum err put_pdf(const struct document *doc, struct strbuf *out, struct reason *reason)
{
    struct strbuf json = {0};
    struct pdf_patience patience = {PDF_PATIENCE_S, reason->q->given_up, reason->q->context};
    char why[200] = "";
    enum err e = ERR_NOMEM;

    document_json(doc, &json);
    if (!json.failed)
        e = pdf_make(strbuf_text(&json), json.len, patience, out, why, sizeof why);
    strbuf_free(&json);
    if (e != ERR_OK && reason->why && *why)
        snprintf(reason->why, reason->size, "%s", why);
    return e == ERR_NOTFOUND ? ERR_CLOSED : e;
}

static enum err put_document(struct report *r, enum report_format format, struct strbuf *out,
                             struct reason *reason)
{
    struct document doc;
    enum err e = report_document(r, &doc);

    if (e != ERR_OK)
        return e;
    if (format == REPORT_PDF)
        return put_pdf(&doc, out, reason);
    document_html(&doc, out);
    return ERR_OK;
}

static enum err put(struct report *r, enum report_format format, struct strbuf *out,
                    struct reason *reason)
{
    enum err e = ERR_OK;

    if (format == REPORT_JSON)
        strbuf_printf(out, "{\"sha256\":\"%s\",\"content\":%s}\n", r->sha256,
                      strbuf_text(&r->content));
    else if (format == REPORT_CSV)
        report_csv(r, out);
    else if (format == REPORT_GEOJSON)
        report_geojson(r, out);
    else
        e = put_document(r, format, out, reason);
    return e == ERR_OK && out->failed ? ERR_NOMEM : e;
}

enum err view_report(struct desk *d, const struct report_query *q, struct strbuf *out, char *why,
                     size_t why_size)
{
    struct desk own = *d;
    struct report r = {.d = &own, .registry = d->registry};
    enum err e = report_span(d, q, &r.from_us, &r.to_us, why, why_size);

    if (q->language != DESK_BOTH)
        own.language = q->language;
    else if (own.language == DESK_BOTH)
        own.language = DESK_ZH;
    own.failed = DESK_NEITHER;
    if (e == ERR_OK)
        e = find_house(&r, q->house, why, why_size);
    if (e == ERR_OK)
        e = gather(&r);
    if (e == ERR_OK)
        e = put(&r, q->format, out, &(struct reason){q, why, why_size});
    if (own.failed != DESK_NEITHER)
        d->failed = own.failed;
    report_free(&r);
    return e;
}
