#include "shikumen/core/risk.h"

#include <math.h>

#include "risk_parts.h"
#include "shikumen/model/alert.h"

const double evidence_weight[EVIDENCE_KINDS] = {
    [EVIDENCE_TREND] = 1.6,
    [EVIDENCE_CHANGE_POINT] = 1.1,
    [EVIDENCE_NOVELTY] = 1.3,
    [EVIDENCE_FREQUENCY_DROP] = 1.5,
    [EVIDENCE_AGREEMENT] = 0.8,
    [EVIDENCE_VIBRATION_OVER] = 0.9,
    [EVIDENCE_VIBRATION_QUIET] = -0.3,
    [EVIDENCE_WET_TIMBER] = 1.2,
    [EVIDENCE_LEAK] = 1.0,
    [EVIDENCE_GROUNDWATER] = 0.7,
    [EVIDENCE_WORKS] = 1.0,
    [EVIDENCE_INSPECTION] = -1.5,
    [EVIDENCE_STABLE] = -0.7,
};

const char *evidence_name(enum evidence_kind kind)
{
    static const char *const names[EVIDENCE_KINDS] = {
        [EVIDENCE_TREND] = "trend",
        [EVIDENCE_CHANGE_POINT] = "change_point",
        [EVIDENCE_NOVELTY] = "novelty",
        [EVIDENCE_FREQUENCY_DROP] = "frequency_drop",
        [EVIDENCE_AGREEMENT] = "agreement",
        [EVIDENCE_VIBRATION_OVER] = "vibration_over",
        [EVIDENCE_VIBRATION_QUIET] = "vibration_quiet",
        [EVIDENCE_WET_TIMBER] = "wet_timber",
        [EVIDENCE_LEAK] = "leak",
        [EVIDENCE_GROUNDWATER] = "groundwater",
        [EVIDENCE_WORKS] = "works",
        [EVIDENCE_INSPECTION] = "inspection",
        [EVIDENCE_STABLE] = "stable",
    };

    return kind < EVIDENCE_KINDS ? names[kind] : "unknown";
}

const char *risk_class_name(enum risk_level level)
{
    static const char *const names[RISK_LEVELS] = {"L", "ML", "M", "MH", "H"};

    return level >= RISK_LOW && level < RISK_LEVELS ? names[level] : "insufficient data";
}

const char *risk_colour_name(const struct risk *r)
{
    if (r->grey && !r->overridden)
        return "grey";
    return r->colour == LEVEL_NORMAL ? "green" : level_colour(r->colour);
}

const char *risk_factor_name(enum confidence_factor factor)
{
    static const char *const names[CONFIDENCE_FACTORS] = {
        [CONFIDENCE_COVERAGE] = "coverage", [CONFIDENCE_FLAGS] = "flags",
        [CONFIDENCE_HISTORY] = "history",   [CONFIDENCE_SKILL] = "skill",
        [CONFIDENCE_HEALTH] = "health",
    };

    return factor < CONFIDENCE_FACTORS ? names[factor] : "unknown";
}

double risk_share(double x)
{
    return isnan(x) || x < 0 ? 0 : fmin(x, 1);
}

double risk_score(enum risk_level by_tables, double p365, double margin, double p_active)
{
    double p = isnan(p365) ? p_active : p365;
    int level = by_tables < RISK_LOW ? 0 : (int)by_tables;

    return 20 * level + 12 * sqrt(risk_share(p)) + 5 * risk_share(margin) +
           3 * risk_share(p_active);
}

/* The largest p365 up to which limits of a level may speak: MH, M, ML for 3, 2, 1. */
static double tier_cap(int level)
{
    return level >= LEVEL_RED ? 1 : nextafter(hazard_bounds[level + 1], 0);
}

/* The probability that decides the class. */
static double class_p(const struct risk *r)
{
    double p = r->p365_floor;

    for (int level = LEVEL_BLUE; level < RISK_TIERS; level++)
        if (!isnan(r->p365_tier[level]))
            p = fmax(p, fmin(r->p365_tier[level], tier_cap(level)));
    return p;
}

static bool anything_known(const struct risk *r)
{
    return !isnan(r->margin) || !isnan(r->p[RISK_365_D].p);
}

static int colour_of(const struct risk *r)
{
    static const int by_ladder[MARGIN_LEVELS] = {LEVEL_NORMAL, LEVEL_YELLOW, LEVEL_ORANGE,
                                                 LEVEL_RED};
    enum margin_level ladder = margin_level(r->margin);
    int colour = ladder == MARGIN_UNKNOWN ? LEVEL_NORMAL : by_ladder[ladder];

    if (r->hazard > colour)
        colour = r->hazard;
    if (r->grey && colour < LEVEL_BLUE)
        colour = LEVEL_BLUE;
    return r->overridden ? LEVEL_RED : colour;
}

static enum err grade(struct risk *r, struct hazard_basis basis)
{
    struct hazard_condition_input in = {
        .margin = isnan(r->margin) ? 0 : r->margin, .t05_d = r->t05_d, .basis = basis};
    enum err e = hazard_condition(&in, &r->condition);

    if (!e && isnan(r->margin)) {
        r->condition.condition = EN_INSUFFICIENT;
        r->condition.recommendation = r->condition.urgency;
    }
    return e;
}

static void set_class(struct risk *r, const struct hazard_risk *h)
{
    bool known = anything_known(r);
    enum risk_level by_tables = risk_matrix[h->with_vulnerability][r->exposure];

    r->overridden = h->overridden;
    r->grey = h->insufficient || !known || r->factor[CONFIDENCE_COVERAGE] <= 0;
    r->hazard = known ? h->hazard : RISK_INSUFFICIENT;
    r->level = r->overridden ? RISK_HIGH : r->grey ? RISK_INSUFFICIENT : by_tables;
    r->colour = colour_of(r);
    r->score = risk_score(r->overridden ? RISK_HIGH : by_tables, r->p[RISK_365_D].p, r->margin,
                          r->p_active);
}

enum err risk_conclude(struct risk *r, bool unstable)
{
    struct fusion_confidence c = {0};
    struct hazard_risk_input in = {.p_365d = class_p(r),
                                   .p_active = r->p_active,
                                   .vulnerability = r->vulnerability,
                                   .exposure = r->exposure};
    struct hazard_risk h;
    enum err e = fusion_confidence(r->factor, &c);

    if (e)
        return e;
    r->confidence = fmin(1, c.value);
    r->weakest = c.which;
    in.basis = (struct hazard_basis){.confidence = r->confidence,
                                     .history_d = r->history_d,
                                     .stability_alarm = unstable,
                                     .appraisal_due = unstable};
    if ((e = hazard_risk(&in, &h)))
        return e;
    set_class(r, &h);
    return grade(r, in.basis);
}

/* Causes numbered 1 .. 31 in order of appearance, as fusion wants them. */
static enum err number_cause(unsigned cause, unsigned seen[FUSION_CAUSES], unsigned *count,
                             unsigned *number)
{
    *number = 0;
    if (cause == 0)
        return ERR_OK;
    for (unsigned i = 1; i <= *count; i++)
        if (seen[i] == cause)
            *number = i;
    if (*number > 0)
        return ERR_OK;
    if (*count + 1 >= FUSION_CAUSES)
        return ERR_RANGE;
    seen[++*count] = cause;
    *number = *count;
    return ERR_OK;
}

static enum err weigh(const struct registry *r, const struct risk_input *in, struct arena *a,
                      double *decibans, double *p_active)
{
    struct fusion_evidence *row = arena_array(a, in->evidence_count, sizeof *row);
    unsigned seen[FUSION_CAUSES] = {0}, count = 0;
    enum err e = row ? ERR_OK : ERR_NOMEM;
    struct fusion fusion;

    for (size_t i = 0; i < in->evidence_count && !e; i++) {
        const struct risk_evidence *it = &in->evidence[i];

        if (it->kind >= EVIDENCE_KINDS ||
            (it->sensor != REGISTRY_NONE && it->sensor >= r->sensor_count))
            return ERR_RANGE;
        row[i].weight = evidence_weight[it->kind];
        row[i].quality = risk_share(it->quality);
        e = number_cause(it->cause, seen, &count, &row[i].cause);
    }
    if (!e && !(e = fusion_of(RISK_PRIOR_ACTIVE, row, in->evidence_count, decibans, &fusion)))
        *p_active = fusion.p;
    return e;
}

/* Forecasts that were not given lower the factor skill. */
static void set_factors(const struct risk_quality *q, struct risk *out)
{
    double answered =
        out->asked == 0 ? 1 : (double)(out->asked - out->abstained) / (double)out->asked;

    out->history_d = isnan(q->history_d) || q->history_d < 0 ? 0 : fmin(q->history_d, 1e6);
    out->factor[CONFIDENCE_COVERAGE] = risk_share(q->coverage);
    out->factor[CONFIDENCE_FLAGS] = risk_share(q->good_share);
    out->factor[CONFIDENCE_HISTORY] = fmin(1, out->history_d / 365);
    out->factor[CONFIDENCE_SKILL] = risk_share(q->skill) * answered;
    out->factor[CONFIDENCE_HEALTH] = risk_share(q->health);
}

static bool any_unstable(const struct counted *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (risk_unstable(&rows[i]))
            return true;
    return false;
}

static enum err judge(const struct registry *r, const struct risk_input *in, struct counted *rows,
                      struct arena *a, struct risk *out)
{
    double *decibans = arena_array(a, in->evidence_count, sizeof *decibans);
    enum err e = decibans ? risk_of_limits(rows, in->limit_count, a, out) : ERR_NOMEM;

    if (!e)
        e = weigh(r, in, a, decibans, &out->p_active);
    if (e)
        return e;
    set_factors(&in->quality, out);
    e = risk_conclude(out, any_unstable(rows, in->limit_count));
    return e ? e : risk_reasons(in, rows, decibans, a, out);
}

static bool is_level(enum risk_level level)
{
    return level >= RISK_LOW && level < RISK_LEVELS;
}

enum err risk_element(const struct registry *r, const struct risk_input *in, struct arena *a,
                      struct risk *out)
{
    struct counted *rows;
    enum err e;

    *out = (struct risk){
        .element = in->element, .vulnerability = in->vulnerability, .exposure = in->exposure};
    if (in->element >= r->element_count || !is_level(in->vulnerability) || !is_level(in->exposure))
        return ERR_RANGE;
    out->house = r->elements[in->element].house;
    e = risk_count(r, in, a, &rows);
    return e ? e : judge(r, in, rows, a, out);
}
