#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "evidence.h"
#include "evidence_rows.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/derived.h"
#include "shikumen/view/paper.h"
#include "shikumen/view/risk_words.h"

/* --- alert.json --- */

static void put_steps(const struct evidence *e, struct strbuf *out)
{
    paper_list(out, "steps");
    for (size_t i = 0; i < e->step_count; i++) {
        paper_item(out);
        strbuf_puts(out, e->steps[i].body);
    }
    strbuf_puts(out, "]}\n");
}

static int put_alert(struct evidence *e, struct packet *p)
{
    struct strbuf *out = packet_add(p, "alert.json");
    const struct episode *a = &e->episode;

    if (!out)
        return ctl_result(e->c, ERR_NOMEM);
    strbuf_putc(out, '{');
    paper_text(out, "id", a->id);
    paper_text(out, "key", a->key);
    paper_text(out, "state", a->resolved_us == 0 ? "open" : "resolved");
    paper_number(out, "level", a->level);
    paper_number(out, "peak_level", a->peak_level);
    paper_text(out, "category", category_name(a->category));
    paper_text(out, "kind", alert_kind_name(a->kind));
    paper_text(out, "house", a->house);
    paper_text(out, "element", a->element);
    paper_time(out, "opened", a->opened_us);
    paper_time(out, "changed", a->changed_us);
    paper_time(out, "resolved", a->resolved_us == 0 ? INT64_MIN : a->resolved_us);
    put_steps(e, out);
    return EXIT_DONE;
}

/* --- limits.json --- */

static double seconds(int64_t us)
{
    return (double)us / (double)US_PER_S;
}

static void put_curve(const struct limit *l, struct strbuf *out)
{
    paper_key(out, "curve");
    if (!l->curve) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '[');
    for (size_t i = 0; i < l->curve_len; i++) {
        paper_key(out, NULL);
        strbuf_putc(out, '[');
        paper_number(out, NULL, l->curve[i].frequency_hz);
        paper_number(out, NULL, l->curve[i].value);
        strbuf_putc(out, ']');
    }
    strbuf_putc(out, ']');
}

static void put_limit(const struct limit *l, const char *canonical_unit, struct strbuf *out)
{
    const char mark[2] = {l->mark, '\0'};

    paper_item(out);
    strbuf_puts(out, " {");
    paper_number(out, "level", l->level);
    paper_text(out, "of", limit_of_name(l->of));
    paper_number(out, "value", l->shown_value);
    paper_text(out, "unit", l->unit);
    paper_number(out, "canonical_value", l->value);
    paper_number(out, "canonical_clear", l->clear);
    paper_text(out, "canonical_unit", l->of == LIMIT_PERCENT_CHANGE ? "%" : canonical_unit);
    paper_bool(out, "below", l->below);
    paper_number(out, "persist_s", seconds(l->persist_us));
    paper_number(out, "clear_persist_s", seconds(l->clear_persist_us));
    paper_number(out, "window_s", l->of == LIMIT_RATE ? seconds(l->window_us) : (double)NAN);
    put_curve(l, out);
    paper_text(out, "source", l->source);
    paper_text(out, "clause", l->clause);
    paper_text(out, "edition", l->edition);
    paper_text(out, "mark", mark);
    paper_bool(out, "provisional", l->mark == 'J' || l->mark == 'M');
    strbuf_putc(out, '}');
}

static void put_set(const struct evidence *e, const struct evidence_sensor *s, struct strbuf *out)
{
    const struct sensor *of =
        s->sensor == REGISTRY_NONE ? NULL : &e->c->plan->registry->sensors[s->sensor];
    const struct limit_set *set = of ? of->limits : NULL;

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "sensor", s->id);
    paper_text(out, "set", set ? set->name : NULL);
    paper_key(out, "title");
    strbuf_putc(out, '{');
    paper_text(out, "zh", set ? set->title_zh : NULL);
    paper_text(out, "en", set ? set->title_en : NULL);
    strbuf_putc(out, '}');
    paper_list(out, "limits");
    for (size_t i = 0; set && i < set->count; i++)
        put_limit(&set->limits[i], of->canonical_unit, out);
    strbuf_puts(out, "]}");
}

static void put_ladder(const struct derived *d, struct strbuf *out)
{
    strbuf_putc(out, '{');
    paper_text(out, "name", d->name);
    paper_text(out, "zh", d->zh);
    paper_text(out, "en", d->en);
    paper_text(out, "unit", d->unit);
    paper_list(out, "limits");
    for (size_t i = 0; i < d->n; i++)
        put_limit(&d->rows[i], d->unit, out);
    strbuf_puts(out, "]}");
}

/* A share of a quantity that no share before it is of. */
static bool is_first_of(const struct told *t, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (t->shares[k].derived && strcmp(t->shares[k].derived, t->shares[i].derived) == 0)
            return false;
    return true;
}

/* The ladders of quantities that no sensor measures: of the one that governs, when the alert is of
 * one, and of others among its reasons. */
static void put_derived(const struct evidence *e, struct strbuf *out)
{
    const struct told *t = &e->told;
    struct derived d;

    if (t->count == 0 || !derived_find(t->shares[0].derived, &d))
        paper_text(out, "derived", NULL);
    else {
        paper_key(out, "derived");
        put_ladder(&d, out);
    }
    paper_list(out, "derived_others");
    for (size_t i = 1; i < t->count; i++) {
        if (!derived_find(t->shares[i].derived, &d) || !is_first_of(t, i))
            continue;
        paper_item(out);
        put_ladder(&d, out);
    }
    strbuf_putc(out, ']');
}

static int put_limits(struct evidence *e, struct packet *p)
{
    struct strbuf *out = packet_add(p, "limits.json");

    if (!out)
        return ctl_result(e->c, ERR_NOMEM);
    strbuf_putc(out, '{');
    paper_list(out, "sensors");
    for (size_t i = 0; i < e->count; i++)
        if (e->sensors[i].role == EVIDENCE_ALERT)
            put_set(e, &e->sensors[i], out);
    strbuf_putc(out, ']');
    put_derived(e, out);
    strbuf_puts(out, "}\n");
    return EXIT_DONE;
}

/* --- epochs.json --- */

/* True when it concerns one of the sensors; their ids go to out, which may be NULL. */
static bool concerns(const struct evidence *e, const struct epoch *x, struct strbuf *out)
{
    bool any = false;

    for (size_t i = 0; i < e->count; i++) {
        const struct evidence_sensor *s = &e->sensors[i];
        if (s->sensor == REGISTRY_NONE ||
            !registry_sensor_in_scope(e->c->plan->registry, s->sensor, x->scope))
            continue;
        any = true;
        if (out)
            paper_text(out, NULL, s->id);
    }
    return any;
}

static int put_epochs(struct evidence *e, struct packet *p)
{
    const struct registry *r = e->c->plan->registry;
    struct strbuf *out = packet_add(p, "epochs.json");

    if (!out)
        return ctl_result(e->c, ERR_NOMEM);
    strbuf_puts(out, "{\"epochs\":[");
    for (size_t i = 0; i < r->epoch_count; i++) {
        const struct epoch *x = &r->epochs[i];
        if (!concerns(e, x, NULL))
            continue;
        paper_item(out);
        strbuf_putc(out, '{');
        paper_time(out, "t", x->t_us);
        paper_time(out, "until", x->until_us);
        paper_text(out, "scope", x->scope);
        paper_text(out, "kind", epoch_kind_name(x->kind));
        paper_bool(out, "new_baseline", epoch_starts_baseline(x->kind));
        paper_text(out, "note", x->note);
        paper_list(out, "sensors");
        (void)concerns(e, x, out);
        strbuf_puts(out, "]}");
    }
    strbuf_puts(out, "]}\n");
    return EXIT_DONE;
}

/* --- registry.json: what stands where --- */

static bool is_wanted(const struct evidence *e, const cJSON *item, const char *list)
{
    const struct registry *r = e->c->plan->registry;
    const char *id = text_of(item, "id");

    for (size_t i = 0; i < e->count; i++) {
        const struct evidence_sensor *s = &e->sensors[i];
        uint32_t house = s->sensor == REGISTRY_NONE ? REGISTRY_NONE : r->sensors[s->sensor].house;
        if (strcmp(list, "sensors") == 0
                ? strcmp(s->id, id) == 0
                : house != REGISTRY_NONE && strcmp(r->houses[house].id, id) == 0)
            return true;
    }
    return false;
}

static void put_entries(const struct evidence *e, const cJSON *document, const char *list,
                        struct strbuf *out)
{
    const cJSON *item;

    paper_list(out, list);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(document, list))
    {
        char *text = is_wanted(e, item, list) ? cJSON_PrintUnformatted(item) : NULL;
        if (!text)
            continue;
        paper_item(out);
        strbuf_puts(out, text);
        cJSON_free(text);
    }
    strbuf_putc(out, ']');
}

/* As they are registered now, of the houses and sensors that the packet speaks of. */
static int put_registry(struct evidence *e, struct packet *p)
{
    const struct strbuf *text = &e->c->plan->registry_text;
    cJSON *document = cJSON_ParseWithLength(strbuf_text(text), text->len);
    const cJSON *district = cJSON_GetObjectItemCaseSensitive(document, "district");
    char *printed = district ? cJSON_PrintUnformatted(district) : NULL;
    struct strbuf *out = packet_add(p, "registry.json");

    if (out) {
        strbuf_putc(out, '{');
        paper_key(out, "district");
        strbuf_puts(out, printed ? printed : "null");
        put_entries(e, document, "houses", out);
        put_entries(e, document, "sensors", out);
        strbuf_puts(out, "}\n");
    }
    cJSON_free(printed);
    cJSON_Delete(document);
    return out ? EXIT_DONE : ctl_result(e->c, ERR_NOMEM);
}

/* --- recompute.json --- */

static int put_recompute(struct evidence *e, struct packet *p)
{
    struct strbuf *out = e->recomputed ? packet_add(p, "recompute.json") : NULL;

    if (!e->recomputed)
        return EXIT_DONE;
    if (!out)
        return ctl_result(e->c, ERR_NOMEM);
    evidence_json(out, &e->told, &e->compared, e->differ);
    return EXIT_DONE;
}

int evidence_papers(struct evidence *e, struct packet *p)
{
    static int (*const papers[])(struct evidence *, struct packet *) = {
        put_alert,  evidence_acts, put_recompute, evidence_models,
        put_limits, put_epochs,    put_registry};
    int code = EXIT_DONE;

    for (size_t i = 0; i < sizeof papers / sizeof *papers && code == EXIT_DONE; i++)
        code = papers[i](e, p);
    return code;
}
