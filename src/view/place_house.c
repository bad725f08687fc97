#include <string.h>

#include "place_put.h"
#include "shikumen/view/house_risk.h"
#include "shikumen/view/houses.h"
#include "shikumen/view/member.h"
#include "shikumen/view/paper.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/sensors.h"

/* --- elements --- */

static const cJSON *element_in(const cJSON *line, const char *id)
{
    const cJSON *element;

    cJSON_ArrayForEach(element, cJSON_GetObjectItemCaseSensitive(line, "elements"))
    {
        if (strcmp(text_of(element, "element"), id) == 0)
            return element;
    }
    return NULL;
}

/* How it stands: without a word of it grey, never well. */
static void put_element_standing(struct strbuf *out, const cJSON *of,
                                 const struct class_override *override)
{
    static const char *const numbers[] = {"score", "p30", "p180", "p365", "confidence", "coverage"};
    struct risk_view v = risk_view(of);

    paper_text(out, "class",
               override ? override->class_name
               : v.grey ? "insufficient data"
                        : v.class_name);
    paper_text(out, "model_class", v.grey ? "insufficient data" : v.class_name);
    paper_text(out, "colour", v.colour);
    paper_bool(out, "grey", v.grey);
    paper_bool(out, "provisional", v.provisional);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        paper_number(out, numbers[i], number_of(of, numbers[i]));
    paper_text(out, "weakest", text_of(of, "weakest"));
    paper_key(out, "override");
    if (override)
        override_json(override, out);
    else
        strbuf_puts(out, "null");
}

static void put_elements(struct strbuf *out, const struct registry *r, uint32_t house,
                         const cJSON *line, const struct override_list *overrides)
{
    paper_list(out, "elements");
    for (size_t i = 0; i < r->element_count; i++) {
        const struct element *e = &r->elements[i];
        if (e->house != house)
            continue;
        paper_item(out);
        strbuf_putc(out, '{');
        paper_text(out, "id", e->id);
        paper_text(out, "kind", element_kind_name(e->kind));
        paper_text(out, "name_zh", e->name.zh);
        paper_text(out, "name_en", e->name.en);
        paper_text(out, "material", e->material);
        paper_number(out, "height_m", e->height_m);
        paper_number(out, "length_m", e->length_m);
        paper_number(out, "weight", e->weight);
        put_element_standing(out, element_in(line, e->id), override_of(overrides, e->id));
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

/* --- sensors --- */

static enum err put_sensors(struct desk *d, uint32_t house, struct strbuf *out)
{
    const struct sensors_query query = {.house = house, .sensor = REGISTRY_NONE};
    const struct registry *r = d->registry;
    struct table t;
    enum err e = view_sensors(d, &query, &t);
    size_t row = 0;

    paper_list(out, "sensors");
    for (size_t i = 0; e == ERR_OK && i < r->sensor_count && row < t.rows; i++) {
        if (r->sensors[i].house != house)
            continue;
        paper_item(out);
        open_row(out, &t, row++);
        put_sensor(out, r, &r->sensors[i]);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
    table_end(&t);
    return e;
}

/* --- the house --- */

static void put_adjoining(struct strbuf *out, const struct registry *r, const struct house *h)
{
    paper_list(out, "adjoining");
    for (size_t i = 0; i < h->adjoining_count; i++)
        paper_text(out, NULL, r->houses[h->adjoining[i]].id);
    strbuf_putc(out, ']');
}

static void put_risk(struct strbuf *out, const struct house_risk *risk)
{
    paper_key(out, "risk");
    if (risk->at_us == INT64_MIN)
        strbuf_puts(out, "null");
    else
        house_risk_json(risk, out);
}

/* Its row of the list; "sensors" are the sensors here, not how many there are. */
static enum err put_row(struct desk *d, uint32_t house, struct strbuf *out)
{
    static const char *const keys[] = {
        "id",    "name",       "name_zh",        "name_en",     "lane",           "colour",
        "class", "override",   "sensors_silent", "alerts_open", "alerts_unknown", "worst_level",
        "score", "confidence", "coverage",       "assessed"};
    struct table t;
    enum err e = view_houses(d, &t);

    strbuf_putc(out, '{');
    if (e == ERR_OK) {
        put_cells(out, &t, house, keys, sizeof keys / sizeof keys[0]);
        paper_key(out, "sensor_count");
        table_json_cell(&t, house, "sensors", out);
    }
    table_end(&t);
    return e;
}

enum err house_json(struct desk *d, uint32_t house, struct strbuf *out)
{
    const struct registry *r = d->registry;
    const struct house *h = &r->houses[house];
    struct house_risk risk;
    cJSON *line;
    enum err e = house_risk_take(d, h->id, &risk);

    line = cJSON_Parse(strbuf_text(&risk.line));
    if (e == ERR_OK)
        e = put_row(d, house, out);
    if (e == ERR_OK) {
        put_house(out, h);
        put_adjoining(out, r, h);
        put_elements(out, r, house, line, &risk.overrides);
        e = put_sensors(d, house, out);
    }
    if (e == ERR_OK)
        put_risk(out, &risk);
    strbuf_putc(out, '}');
    cJSON_Delete(line);
    house_risk_free(&risk);
    return e;
}
