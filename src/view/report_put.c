#include "report_put.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void content_real(struct strbuf *out, const char *name, double x)
{
    char text[40];

    snprintf(text, sizeof text, "%.9g", x);
    paper_number(out, name, isfinite(x) ? strtod(text, NULL) : (double)NAN);
}

void content_count(struct strbuf *out, const char *name, int64_t n)
{
    paper_key(out, name);
    if (n == INT64_MIN)
        strbuf_puts(out, "null");
    else
        strbuf_printf(out, "%lld", (long long)n);
}

void content_name(struct strbuf *out, const char *name, struct bilingual text)
{
    paper_key(out, name);
    strbuf_puts(out, "{\"zh\":");
    strbuf_json_string(out, text.zh, strlen(text.zh));
    strbuf_puts(out, ",\"en\":");
    strbuf_json_string(out, text.en, strlen(text.en));
    strbuf_putc(out, '}');
}

void content_item(struct strbuf *out, const char *name, const cJSON *item)
{
    char *text = item ? cJSON_PrintUnformatted(item) : NULL;

    paper_key(out, name);
    strbuf_puts(out, text ? text : "null");
    out->failed = out->failed || (item && !text);
    cJSON_free(text);
}

void content_member_as(struct strbuf *out, const char *as, const cJSON *object, const char *name)
{
    content_item(out, as, cJSON_GetObjectItemCaseSensitive(object, name));
}

void content_member(struct strbuf *out, const cJSON *object, const char *name)
{
    content_member_as(out, name, object, name);
}

/* --- looked up --- */

const struct class_override *report_override(const struct report *r, const char *subject)
{
    const struct class_override *found = NULL;

    for (size_t i = 0; i < r->override_list.count; i++) {
        const struct class_override *o = &r->overrides[i];
        if (strcmp(o->subject, subject) == 0 && o->from_us <= r->to_us && o->until_us > r->to_us &&
            (o->ended_us == 0 || o->ended_us > r->to_us))
            found = o;
    }
    return found;
}

const cJSON *report_element_state(const struct report *r, uint32_t element)
{
    const cJSON *item, *list = cJSON_GetObjectItemCaseSensitive(r->houses[0].line, "elements");
    const char *id = r->registry->elements[element].id;

    cJSON_ArrayForEach(item, list)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "element"));
        if (name && strcmp(name, id) == 0)
            return item;
    }
    return NULL;
}

const struct movement_window *report_window(const struct slow_view *v)
{
    const struct movement *m = &v->movement;

    if (m->governing >= 0 && m->governing < MOVEMENT_WINDOWS)
        return &m->window[m->governing];
    for (int i = MOVEMENT_WINDOWS - 1; i >= 0; i--)
        if (m->window[i].weeks > 0)
            return &m->window[i];
    return NULL;
}

static const struct limit_set *limits_at(const struct report *r, size_t i)
{
    return r->registry->sensors[r->sensors[i].sensor].limits;
}

const struct limit_set *report_next_limits(const struct report *r, size_t *from)
{
    while (*from < r->sensor_list.count) {
        const struct limit_set *set = limits_at(r, (*from)++);
        bool seen = !set;
        for (size_t i = 0; i + 1 < *from && !seen; i++)
            seen = limits_at(r, i) == set;
        if (!seen)
            return set;
    }
    return NULL;
}
