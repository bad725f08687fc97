#include <math.h>
#include <string.h>

#include "json_put.h"
#include "render_speech.h"
#include "risk_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/model/alert.h"

#define LATEST_D 36525.0 /* a century: later than that is not foreseen */

static void put_horizons(struct strbuf *out, const struct risk_p *p)
{
    json_put_share(out, "p30", p[RISK_30_D].p);
    json_put_share(out, "p180", p[RISK_180_D].p);
    json_put_share(out, "p365", p[RISK_365_D].p);
}

/* "p30_range":[low, high] */
static void put_range(struct strbuf *out, const char *name, struct risk_p p)
{
    json_put_key(out, name);
    strbuf_putc(out, '[');
    json_share(out, p.low);
    strbuf_putc(out, ',');
    json_share(out, p.high);
    strbuf_putc(out, ']');
}

static void put_ranges(struct strbuf *out, const struct risk_p *p)
{
    put_range(out, "p30_range", p[RISK_30_D]);
    put_range(out, "p180_range", p[RISK_180_D]);
    put_range(out, "p365_range", p[RISK_365_D]);
}

static void put_grade(struct strbuf *out, const char *name, enum en_grade grade)
{
    if (grade == EN_INSUFFICIENT)
        json_put_null(out, name);
    else
        json_put_integer(out, name, grade);
}

/* What elements and houses have in common beyond the contract. */
static void put_state(struct strbuf *out, const struct risk *r)
{
    json_put_text(out, "colour", risk_colour_name(r));
    json_put_bool(out, "grey", r->grey);
    json_put_share(out, "p_active", r->p_active);
    json_put_share(out, "margin", r->margin);
    put_grade(out, "cc", r->condition.condition);
    put_grade(out, "uc", r->condition.urgency);
    put_grade(out, "rc", r->condition.recommendation);
    json_put_bool(out, "provisional", r->provisional);
    json_put_bool(out, "commission_appraisal", r->overridden);
    json_put_text(out, "weakest", risk_factor_name(r->weakest));
}

/* Of a house alone. */
static void put_basis(struct strbuf *out, const struct risk *r)
{
    put_ranges(out, r->p);
    json_put_share(out, "weakest_value", r->factor[r->weakest]);
    json_put_number(out, "history_d", r->history_d);
    json_put_integer(out, "forecasts_abstained", (int64_t)r->abstained);
    json_put_integer(out, "forecasts_expected", (int64_t)r->asked);
    json_put_text(out, "label", RISK_LABEL);
    json_put_text(out, "vulnerability", risk_class_name(r->vulnerability));
    json_put_text(out, "exposure", risk_class_name(r->exposure));
    json_put_integer(out, "elements_sufficient", (int64_t)r->sufficient);
}

/* The members of the contract, in its order, up to the reasons. */
static void put_contract(struct strbuf *out, const struct risk *r)
{
    json_put_text(out, "class", risk_class_name(r->level));
    json_put_share(out, "score", r->score);
    json_put_share(out, "confidence", r->confidence);
    json_put_share(out, "coverage", r->factor[CONFIDENCE_COVERAGE]);
    put_horizons(out, r->p);
}

static void put_sensors(struct strbuf *out, const struct registry *r,
                        const struct risk_reason *reason)
{
    json_put_key(out, "sensors");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < reason->sensor_count; i++) {
        const char *id = r->sensors[reason->sensors[i]].id;

        if (i > 0)
            strbuf_putc(out, ',');
        strbuf_json_string(out, id, strlen(id));
    }
    strbuf_putc(out, ']');
}

/* A day from at on, null when it is not foreseen. */
static void put_day(struct strbuf *out, const char *name, double t_d, int64_t at_us)
{
    if (!(t_d >= 0 && t_d < LATEST_D))
        json_put_null(out, name);
    else
        json_put_time(out, name, at_us + llround(t_d * 86400) * US_PER_S);
}

static void put_source(struct strbuf *out, const struct limit *limit)
{
    const char mark[2] = {limit->mark, '\0'};
    struct strbuf source = {0};

    limit_put_source(&source, limit);
    json_put_text_or_null(out, "source", strbuf_text(&source));
    json_put_text_or_null(out, "clause", limit->clause);
    json_put_text_or_null(out, "mark", mark);
    json_put_bool(out, "provisional", limit_provisional(limit));
    if (source.failed)
        out->failed = true;
    strbuf_free(&source);
}

static void put_limit(struct strbuf *out, const struct registry *r, const struct risk_limit *l,
                      int64_t at_us)
{
    double low, high;

    limit_range(l->limit, &low, &high);
    json_put_text(out, "quantity",
                  l->derived ? l->derived->en
                             : quantity_info(r->sensors[l->sensor].quantity)->name);
    json_put_number(out, "value", l->value);
    json_put_number(out, "value_se", l->value_se);
    json_put_text(out, "unit", risk_limit_unit(r, l));
    json_put_text(out, "of", limit_of_name(l->limit->of));
    json_put_number(out, "limit", low);
    json_put_integer(out, "level", l->limit->level);
    put_source(out, l->limit);
    json_put_share(out, "margin", l->margin);
    json_put_bool(out, "stability", l->stability);
    json_put_share(out, "p30", l->p30);
    json_put_share(out, "p180", l->p180);
    json_put_share(out, "p365", l->p365);
    put_day(out, "t05", l->t05_d, at_us);
    put_day(out, "t50", l->t50_d, at_us);
    put_day(out, "t95", l->t95_d, at_us);
    json_put_window(out, "window", l->from_us, l->to_us);
    json_put_integer(out, "model", l->model_version);
}

/* A trend is by the year: "mm/a". */
static void put_evidence_unit(struct strbuf *out, const char *unit, enum evidence_kind kind)
{
    struct strbuf yearly = {0};

    if (kind == EVIDENCE_TREND && *unit) {
        strbuf_printf(&yearly, "%s/a", unit);
        unit = strbuf_text(&yearly);
    }
    json_put_text_or_null(out, "unit", unit);
    if (yearly.failed)
        out->failed = true;
    strbuf_free(&yearly);
}

static void put_evidence(struct strbuf *out, const struct registry *r,
                         const struct risk_reason *reason)
{
    const struct risk_evidence *it = &reason->evidence;
    bool said = it->value < 0 || it->value > 0;

    json_put_text(out, "evidence", evidence_name(it->kind));
    json_put_number(out, "value", said ? it->value : (double)NAN);
    put_evidence_unit(out, said ? risk_evidence_unit(r, it) : "", it->kind);
    json_put_share(out, "quality", risk_share(it->quality));
    json_put_share(out, "decibans", reason->decibans);
    if (it->from_us != 0 || it->to_us != 0)
        json_put_window(out, "window", it->from_us, it->to_us);
    else
        json_put_null(out, "window");
}

static void put_facts(struct strbuf *out, const struct registry *r,
                      const struct risk_reason *reason, int64_t at_us)
{
    switch (reason->kind) {
    case REASON_APPRAISAL:
    case REASON_LIMIT:
        put_limit(out, r, &reason->limit, at_us);
        break;
    case REASON_EVIDENCE:
        put_evidence(out, r, reason);
        break;
    case REASON_ABSTAINED:
        json_put_integer(out, "count", (int64_t)reason->count);
        json_put_integer(out, "total", (int64_t)reason->total);
        break;
    case REASON_INSUFFICIENT:
        json_put_share(out, "confidence", reason->confidence);
        json_put_text(out, "weakest", risk_factor_name(reason->weakest));
        json_put_bool(out, "unknown", reason->unknown);
        break;
    case REASON_KINDS:
        break;
    }
}

static void put_said(struct strbuf *out, const struct registry *r, const struct risk *of,
                     const struct risk_reason *reason)
{
    struct strbuf zh = {0}, en = {0};

    risk_say_zh(r, of, reason, &zh);
    risk_say_en(r, of, reason, &en);
    json_put_bilingual(out, "text", (struct bilingual){strbuf_text(&zh), strbuf_text(&en)});
    if (zh.failed || en.failed)
        out->failed = true;
    strbuf_free(&zh);
    strbuf_free(&en);
}

/* named: with its house, among those of other houses. */
static void put_reason(const struct registry *r, const struct risk *of,
                       const struct risk_reason *reason, bool named, int64_t at_us,
                       struct strbuf *out)
{
    static const char *const kinds[REASON_KINDS] = {"appraisal", "insufficient", "limit",
                                                    "evidence", "abstained"};

    strbuf_putc(out, '{');
    json_put_text(out, "kind", kinds[reason->kind]);
    if (named)
        json_put_text(out, "house", r->houses[of->house].id);
    json_put_text_or_null(out, "element",
                          reason->element == REGISTRY_NONE ? "" : r->elements[reason->element].id);
    put_sensors(out, r, reason);
    json_put_share(out, "weight", reason->weight);
    put_facts(out, r, reason, at_us);
    put_said(out, r, of, reason);
    strbuf_putc(out, '}');
}

void risk_write_reason(const struct registry *r, const struct risk *of,
                       const struct risk_reason *reason, int64_t at_us, struct strbuf *out)
{
    put_reason(r, of, reason, false, at_us, out);
}

/* The first ones always; further ones as long as they weigh something. */
static bool shown(const struct risk_reason *reason, size_t i)
{
    return i < RISK_REASONS_ALWAYS || (i < RISK_REASONS_SHOWN && reason->weight >= 1);
}

static void put_reasons(struct strbuf *out, const struct registry *r, const struct risk *of,
                        int64_t at_us)
{
    json_put_key(out, "reasons");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < of->reason_count && shown(&of->reasons[i], i); i++) {
        if (i > 0)
            strbuf_putc(out, ',');
        risk_write_reason(r, of, &of->reasons[i], at_us, out);
    }
    strbuf_putc(out, ']');
}

static void put_elements(struct strbuf *out, const struct registry *r, const struct risk *elements,
                         size_t n)
{
    json_put_key(out, "elements");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        strbuf_puts(out, i > 0 ? ",{" : "{");
        json_put_text(out, "element", r->elements[elements[i].element].id);
        put_contract(out, &elements[i]);
        put_state(out, &elements[i]);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

void risk_write(const struct registry *r, const struct risk *house, const struct risk *elements,
                size_t n, int64_t at_us, struct strbuf *out)
{
    strbuf_putc(out, '{');
    json_put_time(out, "at", at_us);
    json_put_text(out, "house", r->houses[house->house].id);
    put_contract(out, house);
    put_reasons(out, r, house, at_us);
    json_put_integer(out, "reasons_total", (int64_t)house->reason_count);
    put_state(out, house);
    put_basis(out, house);
    put_elements(out, r, elements, n);
    strbuf_puts(out, "}\n");
}

/* --- rows and the district --- */

struct picked {
    const struct risk *of;
    const struct risk_reason *reason;
};

/* Puts it where it belongs among the first RISK_REASONS_SHOWN; of equals the first stays before. */
static void pick(struct picked *top, size_t *n, struct picked one)
{
    size_t k = *n;

    while (k > 0 && risk_reason_later(top[k - 1].reason, one.reason))
        k--;
    if (k == RISK_REASONS_SHOWN)
        return;
    if (*n < RISK_REASONS_SHOWN)
        ++*n;
    for (size_t i = *n - 1; i > k; i--)
        top[i] = top[i - 1];
    top[k] = one;
}

static void put_group_reasons(struct strbuf *out, const struct registry *r,
                              const struct risk *houses, size_t n, int64_t at_us)
{
    struct picked top[RISK_REASONS_SHOWN];
    size_t picked = 0, total = 0;

    for (size_t i = 0; i < n; i++) {
        total += houses[i].reason_count;
        for (size_t k = 0; k < houses[i].reason_count; k++)
            pick(top, &picked, (struct picked){&houses[i], &houses[i].reasons[k]});
    }
    json_put_key(out, "reasons");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < picked && shown(top[i].reason, i); i++) {
        if (i > 0)
            strbuf_putc(out, ',');
        put_reason(r, top[i].of, top[i].reason, true, at_us, out);
    }
    strbuf_putc(out, ']');
    json_put_integer(out, "reasons_total", (int64_t)total);
}

static void put_by_class(struct strbuf *out, const struct risk_group *g)
{
    json_put_key(out, "by_class");
    strbuf_putc(out, '{');
    for (int level = RISK_LOW; level < RISK_LEVELS; level++)
        json_put_integer(out, risk_class_name((enum risk_level)level), (int64_t)g->by_level[level]);
    strbuf_putc(out, '}');
}

static void put_name(struct strbuf *out, const struct registry *r, const struct house *first,
                     bool as_row)
{
    json_put_text(out, as_row ? "row" : "district", as_row ? first->row : r->district_id);
    if (as_row)
        json_put_text_or_null(out, "lane", first->lane);
}

void risk_write_group(const struct registry *r, const struct risk_group *g, bool as_row,
                      const struct risk *houses, size_t n, int64_t at_us, struct strbuf *out)
{
    strbuf_putc(out, '{');
    json_put_time(out, "at", at_us);
    put_name(out, r, as_row ? &r->houses[houses[0].house] : NULL, as_row);
    json_put_text(out, "class", risk_class_name(g->level));
    json_put_share(out, "score", g->score);
    json_put_share(out, "confidence", g->confidence);
    json_put_share(out, "coverage", g->coverage);
    put_horizons(out, g->p);
    put_group_reasons(out, r, houses, n, at_us);
    json_put_text(out, "colour", risk_group_colour_name(g));
    json_put_bool(out, "grey", g->grey);
    json_put_bool(out, "provisional", g->provisional);
    put_ranges(out, g->p);
    json_put_text(out, "label", RISK_LABEL);
    json_put_text_or_null(out, "worst", g->worst == REGISTRY_NONE ? "" : r->houses[g->worst].id);
    json_put_integer(out, "houses", (int64_t)g->houses);
    json_put_integer(out, "houses_grey", (int64_t)g->grey_houses);
    put_by_class(out, g);
    strbuf_puts(out, "}\n");
}
