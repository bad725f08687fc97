#include <math.h>

#include "render_put.h"
#include "render_speech.h"
#include "risk_parts.h"

/* How much an evidence is: the sentence that says it, and its unit; NULL that of the sensor. */
struct amount {
    enum word word;
    const char *unit;
};

/* word WORD_COUNT: no amount is said. */
static struct amount amount_of(enum evidence_kind kind)
{
    switch (kind) {
    case EVIDENCE_TREND:
        return (struct amount){WORD_risk_amount_yearly, NULL};
    case EVIDENCE_CHANGE_POINT:
        return (struct amount){WORD_risk_amount, NULL};
    case EVIDENCE_NOVELTY:
    case EVIDENCE_VIBRATION_OVER:
        return (struct amount){WORD_risk_amount_times, ""};
    case EVIDENCE_FREQUENCY_DROP:
        return (struct amount){WORD_risk_amount, "%"};
    case EVIDENCE_WET_TIMBER:
        return (struct amount){WORD_risk_amount_now, "%"};
    case EVIDENCE_GROUNDWATER:
        return (struct amount){WORD_risk_amount, "m"};
    case EVIDENCE_STABLE:
        return (struct amount){WORD_risk_amount_years, ""};
    default:
        return (struct amount){WORD_COUNT, ""};
    }
}

const char *risk_evidence_unit(const struct registry *r, const struct risk_evidence *evidence)
{
    const char *unit = amount_of(evidence->kind).unit;

    if (unit)
        return unit;
    return evidence->sensor == REGISTRY_NONE ? "" : r->sensors[evidence->sensor].canonical_unit;
}

const char *risk_limit_unit(const struct registry *r, const struct risk_limit *limit)
{
    return limit->derived ? limit->derived->unit
                          : compared_unit(&r->sensors[limit->sensor], limit->limit);
}

/* In percent: whole ones, with a decimal where that would hide something. */
static void put_percent(struct strbuf *out, double share)
{
    double percent = 100 * share;

    put_fixed(out, percent, fabs(percent) < 10 || (percent > 90 && percent < 100) ? 1 : 0);
}

static void say(struct strbuf *out, const struct speech *s, enum word word)
{
    words_fill(out, s->language, word, s->values);
}

/* A permanent loss is said without the reading, which is not kept. */
static void shorten_percent(struct speech *s)
{
    if (s->finding->limit->of != LIMIT_PERCENT_CHANGE)
        return;
    strbuf_clear(&s->values[PARAM_measure]);
    speech_set_word(s, PARAM_measure, WORD_risk_percent);
}

static void clear(struct speech *s, const enum param *params, size_t n)
{
    for (size_t i = 0; i < n; i++)
        strbuf_clear(&s->values[params[i]]);
}

/* A derived quantity is said by its own name and unit; as is where its sensor is changed. */
static void rename_quantity(struct speech *s, const struct risk_limit *l, struct sensor *as)
{
    static const enum param said[] = {PARAM_quantity, PARAM_measure, PARAM_value, PARAM_reading,
                                      PARAM_bound,    PARAM_amount,  PARAM_high,  PARAM_source,
                                      PARAM_limit,    PARAM_relation};

    if (!l->derived)
        return;
    *as = *s->sensor;
    as->canonical_unit = l->derived->unit;
    s->sensor = as;
    clear(s, said, sizeof said / sizeof *said);
    speech_measure(s);
    clear(s, said, 2);
    speech_set_name(s, PARAM_quantity,
                    s->language == LANGUAGE_ZH ? l->derived->zh : l->derived->en);
    speech_set_word(s, PARAM_measure, WORD_measure_value);
}

static void say_limit(struct strbuf *out, struct speech *s, const struct risk_reason *reason)
{
    const struct risk_limit *l = &reason->limit;
    bool reached = s->over && l->margin >= 1;

    if (reason->kind == REASON_APPRAISAL) {
        say(out, s, WORD_risk_appraisal);
        return;
    }
    put_percent(&s->values[PARAM_share], l->margin);
    if (isnan(l->margin))
        say(out, s, WORD_risk_limit_unmeasured);
    else
        say(out, s, reached ? WORD_risk_limit_reached : WORD_risk_limit);
    if (l->margin >= 1 || !(l->p365 >= 0.0005))
        return;
    put_percent(&s->values[PARAM_chance], l->p365);
    say(out, s, WORD_risk_chance);
}

static void say_evidence(struct strbuf *out, struct speech *s, const struct risk_evidence *evidence)
{
    struct amount amount = amount_of(evidence->kind);
    double value = evidence->value;

    if (!s->sensor)
        speech_set_word(s, PARAM_sensor, WORD_risk_sensor_unnamed);
    say(out, s, (enum word)((int)WORD_evidence_trend + (int)evidence->kind));
    if (amount.word == WORD_COUNT || !isfinite(value) || (value <= 0 && value >= 0))
        return;
    strbuf_clear(&s->values[PARAM_value]);
    put_short(&s->values[PARAM_value], value);
    speech_put_unit(&s->values[PARAM_value], s->language,
                    risk_evidence_unit(s->step->registry, evidence));
    say(out, s, amount.word);
}

static void say_reason(struct strbuf *out, struct speech *s, const struct risk_reason *reason)
{
    struct sensor derived;

    switch (reason->kind) {
    case REASON_APPRAISAL:
    case REASON_LIMIT:
        shorten_percent(s);
        rename_quantity(s, &reason->limit, &derived);
        say_limit(out, s, reason);
        break;
    case REASON_EVIDENCE:
        say_evidence(out, s, &reason->evidence);
        break;
    case REASON_ABSTAINED:
        strbuf_clear(&s->values[PARAM_count]);
        strbuf_clear(&s->values[PARAM_total]);
        speech_set_count(s, PARAM_count, reason->count);
        speech_set_count(s, PARAM_total, reason->total);
        say(out, s, WORD_risk_abstained);
        break;
    case REASON_INSUFFICIENT:
        put_percent(&s->values[PARAM_share], reason->confidence);
        strbuf_clear(&s->values[PARAM_detail]);
        speech_set_word(s, PARAM_detail,
                        (enum word)((int)WORD_factor_coverage + (int)reason->weakest));
        say(out, s, reason->unknown ? WORD_risk_nothing : WORD_risk_insufficient);
        break;
    case REASON_KINDS:
        break;
    }
}

/* What was compared, as the judge of readings would hand it over. */
static struct finding finding_of(const struct registry *r, const struct risk_limit *l)
{
    bool magnitude = quantity_info(r->sensors[l->sensor].quantity)->two_sided;

    return (struct finding){.level = l->margin >= 1 ? l->limit->level : LEVEL_NORMAL,
                            .limit = l->limit,
                            .value = magnitude ? fabs(l->value) : l->value,
                            .reading = l->value,
                            .since_us = l->from_us,
                            .t_us = l->to_us};
}

static void risk_say(enum language language, const struct registry *r, const struct risk *of,
                     const struct risk_reason *reason, struct strbuf *out)
{
    struct episode episode = {.house = r->houses[of->house].id, .element = "", .level = of->colour};
    struct step_sensor share = {.sensor = REGISTRY_NONE};
    struct alert_step step = {.registry = r,
                              .episode = &episode,
                              .sensors = &share,
                              .sensor_count = reason->sensor_count > 0,
                              .node = "",
                              .cause = ""};
    struct speech s;

    if (reason->element != REGISTRY_NONE)
        episode.element = r->elements[reason->element].id;
    if (reason->sensor_count > 0)
        share.sensor = reason->sensors[0];
    if (reason->kind == REASON_LIMIT || reason->kind == REASON_APPRAISAL)
        share.finding = finding_of(r, &reason->limit);
    speech_begin(&s, &step, language);
    say_reason(out, &s, reason);
    speech_end(&s, out);
}

void risk_say_zh(const struct registry *r, const struct risk *of, const struct risk_reason *reason,
                 struct strbuf *out)
{
    risk_say(LANGUAGE_ZH, r, of, reason, out);
}

void risk_say_en(const struct registry *r, const struct risk *of, const struct risk_reason *reason,
                 struct strbuf *out)
{
    risk_say(LANGUAGE_EN, r, of, reason, out);
}
