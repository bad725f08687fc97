/* A report as a flat table (RFC 4180, UTF-8, units in the headings, times RFC 3339 UTC, unknown is
 * empty): of the district a row for each house, of a house a row for each element. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_put.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/member.h"
#include "shikumen/view/table.h"

static void begin_field(struct strbuf *out)
{
    if (out->len > 0 && out->data[out->len - 1] != '\n')
        strbuf_putc(out, ',');
}

static void field(struct strbuf *out, const char *text)
{
    begin_field(out);
    csv_field(out, text);
}

static void real(struct strbuf *out, double x)
{
    char text[40];

    snprintf(text, sizeof text, "%.9g", x);
    begin_field(out);
    strbuf_puts(out, isfinite(x) ? text : "");
}

static void when(struct strbuf *out, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    field(out, utc_format(t_us, text));
}

static void end_row(struct strbuf *out)
{
    strbuf_puts(out, "\r\n");
}

static void headings(struct strbuf *out, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        field(out, names[i]);
    end_row(out);
}

/* What a house and an element have in common. */
static void put_state(struct strbuf *out, const cJSON *state, const struct class_override *o)
{
    static const char *const numbers[] = {"score", "confidence", "p30", "p180",
                                          "p365",  "cc",         "uc",  "rc"};

    field(out, state ? text_of(state, "class") : "");
    field(out, o ? o->class_name : "");
    field(out, state ? text_of(state, "colour") : "grey");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        real(out, number_of(state, numbers[i]));
    field(out, !state ? "" : truth_of(state, "provisional") ? "true" : "false");
}

#define STATE_HEADINGS                                                                             \
    "class", "class_override", "colour", "score (0-100)", "confidence (0-1)", "p30 (probability)", \
        "p180 (probability)", "p365 (probability)", "condition_class (0-3)",                       \
        "urgency_class (0-3)", "recommendation_class (0-3)", "provisional (true/false)"

static void put_house(const struct report *r, const struct report_house *h, struct strbuf *out)
{
    const struct house *x = &r->registry->houses[h->house];

    field(out, x->id);
    field(out, x->name.zh);
    field(out, x->name.en);
    field(out, x->lane);
    field(out, x->row);
    real(out, x->latitude_deg);
    real(out, x->longitude_deg);
    when(out, r->from_us);
    when(out, r->to_us);
    put_state(out, h->line, report_override(r, x->id));
    real(out, h->coverage);
    real(out, (double)h->sensors);
    real(out, (double)h->sensors_poor);
    real(out, (double)h->sensors_silent);
    for (int level = LEVEL_RED; level >= LEVEL_BLUE; level--)
        real(out, h->raised[level]);
    for (int level = LEVEL_RED; level >= LEVEL_BLUE; level--)
        real(out, h->open[level]);
    real(out, h->instrument_open);
    real(out, h->records);
    real(out, h->cost_cny);
    end_row(out);
}

static void put_houses(const struct report *r, struct strbuf *out)
{
    static const char *const names[] = {"house",
                                        "name_zh",
                                        "name_en",
                                        "lane",
                                        "row",
                                        "lat (deg)",
                                        "lon (deg)",
                                        "from (UTC)",
                                        "to (UTC)",
                                        STATE_HEADINGS,
                                        "coverage (0-1)",
                                        "sensors (count)",
                                        "sensors_below_80_percent (count)",
                                        "sensors_silent (count)",
                                        "raised_red (count)",
                                        "raised_orange (count)",
                                        "raised_yellow (count)",
                                        "raised_blue (count)",
                                        "open_red (count)",
                                        "open_orange (count)",
                                        "open_yellow (count)",
                                        "open_blue (count)",
                                        "instrument_alerts_open (count)",
                                        "records (count)",
                                        "cost (CNY)"};

    headings(out, names, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < r->house_count; i++)
        put_house(r, &r->houses[i], out);
}

/* The limit nearest to being reached, of the reasons of the line. */
static const cJSON *governing(const struct report *r, const char *element)
{
    const cJSON *reason;

    cJSON_ArrayForEach(reason, cJSON_GetObjectItemCaseSensitive(r->houses[0].line, "reasons"))
    {
        if (strcmp(text_of(reason, "kind"), "limit") == 0 &&
            strcmp(text_of(reason, "element"), element) == 0)
            return reason;
    }
    return NULL;
}

static void put_element(const struct report *r, uint32_t index, struct strbuf *out)
{
    const struct element *e = &r->registry->elements[index];
    const cJSON *limit = governing(r, e->id);

    field(out, e->id);
    field(out, r->registry->houses[r->house].id);
    field(out, e->name.zh);
    field(out, e->name.en);
    field(out, element_kind_name(e->kind));
    field(out, e->material);
    when(out, r->from_us);
    when(out, r->to_us);
    put_state(out, report_element_state(r, index), report_override(r, e->id));
    field(out, text_of(limit, "quantity"));
    real(out, number_of(limit, "value"));
    real(out, number_of(limit, "value_se"));
    real(out, number_of(limit, "limit"));
    field(out, text_of(limit, "unit"));
    field(out, text_of(limit, "source"));
    field(out, text_of(limit, "mark"));
    end_row(out);
}

static void put_elements(const struct report *r, struct strbuf *out)
{
    static const char *const names[] = {"element",      "house",
                                        "name_zh",      "name_en",
                                        "kind",         "material",
                                        "from (UTC)",   "to (UTC)",
                                        STATE_HEADINGS, "governing_quantity",
                                        "value (unit)", "standard_error (unit)",
                                        "limit (unit)", "unit",
                                        "limit_source", "limit_mark"};

    headings(out, names, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < r->registry->element_count; i++)
        if (r->registry->elements[i].house == r->house)
            put_element(r, (uint32_t)i, out);
}

void report_csv(const struct report *r, struct strbuf *out)
{
    if (r->house == REGISTRY_NONE)
        put_houses(r, out);
    else
        put_elements(r, out);
}
