#include "shikumen/num/fusion.h"

#include <math.h>
#include <stdbool.h>

#include "shikumen/num/special.h"

#define DECIBANS_PER_NAT 4.342944819032518 /* 10 / ln 10 */

static bool within_one(double x)
{
    return x >= 0 && x <= 1;
}

static enum err check_evidence(const struct fusion_evidence *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(e[i].weight) || !isfinite(e[i].quality))
            return ERR_NOT_FINITE;
        if (!within_one(e[i].quality) || fabs(e[i].weight) > FUSION_WEIGHT_MAX ||
            e[i].cause >= FUSION_CAUSES)
            return ERR_RANGE;
    }
    return ERR_OK;
}

static double contribution(const struct fusion_evidence *e)
{
    return e->quality * e->weight;
}

static bool against(const struct fusion_evidence *e)
{
    return e->weight < 0;
}

enum err fusion_of(double prior, const struct fusion_evidence *evidence, size_t n, double *decibans,
                   struct fusion *out)
{
    const struct fusion_evidence *largest[FUSION_CAUSES][2] = {0}; /* by cause and sign */
    enum err e = isfinite(prior) ? check_evidence(evidence, n) : ERR_NOT_FINITE;
    double log_odds;

    if (e)
        return e;
    if (prior <= 0 || prior >= 1)
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        const struct fusion_evidence **best = &largest[evidence[i].cause][against(&evidence[i])];

        if (!*best || fabs(contribution(&evidence[i])) > fabs(contribution(*best)))
            *best = &evidence[i];
    }
    log_odds = logit(prior);
    for (size_t i = 0; i < n; i++) {
        const struct fusion_evidence *it = &evidence[i];
        bool full = it->cause == 0 || largest[it->cause][against(it)] == it;
        double counted = full ? contribution(it) : contribution(it) / 2;

        log_odds += counted;
        if (decibans)
            decibans[i] = DECIBANS_PER_NAT * counted;
    }
    *out = (struct fusion){.log_odds = log_odds, .p = logistic(log_odds)};
    return ERR_OK;
}

enum err fusion_combine(const double *p, size_t n, double rho, struct fusion_combination *out)
{
    struct fusion_combination c = {0};
    double log_none = 0;

    if (n == 0)
        return ERR_TOO_FEW;
    if (!isfinite(rho))
        return ERR_NOT_FINITE;
    if (!within_one(rho))
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(p[i]))
            return ERR_NOT_FINITE;
        if (!within_one(p[i]))
            return ERR_RANGE;
        c.p_max = fmax(c.p_max, p[i]);
        c.p_sum += p[i];
        log_none += log1p(-p[i]);
    }
    c.p_sum = fmin(1, c.p_sum);
    c.p_or = fmin(c.p_sum, fmax(c.p_max, -expm1(log_none)));
    c.p = c.p_max + (1 - rho) * (c.p_or - c.p_max);
    *out = c;
    return ERR_OK;
}

const double margin_ladder[MARGIN_LEVELS] = {0, 0.6, 0.8, 1.0};

enum margin_level margin_level(double margin)
{
    int level = MARGIN_ALARM;

    if (isnan(margin))
        return MARGIN_UNKNOWN;
    while (level > MARGIN_CLEAR && margin < margin_ladder[level])
        level--;
    return (enum margin_level)level;
}

enum margin_level margin_level_held(double margin, enum margin_level before)
{
    enum margin_level now = margin_level(margin);
    int level = before;

    if (now == MARGIN_UNKNOWN || before >= MARGIN_LEVELS)
        return now;
    while (level > now && margin < margin_ladder[level] - MARGIN_HYSTERESIS)
        level--;
    return level > now ? (enum margin_level)level : now;
}

enum err fusion_confidence(const double factor[CONFIDENCE_FACTORS], struct fusion_confidence *out)
{
    struct fusion_confidence c = {.weakest = factor[0]};
    double product = 1;

    for (int i = 0; i < CONFIDENCE_FACTORS; i++) {
        if (!isfinite(factor[i]))
            return ERR_NOT_FINITE;
        if (!within_one(factor[i]))
            return ERR_RANGE;
        product *= pow(factor[i], 1.0 / CONFIDENCE_FACTORS);
        if (factor[i] < c.weakest) {
            c.weakest = factor[i];
            c.which = (enum confidence_factor)i;
        }
    }
    c.value = product;
    *out = c;
    return ERR_OK;
}
