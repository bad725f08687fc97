#include "shikumen/num/hazard.h"

#include <math.h>
#include <stddef.h>

#include "shikumen/num/fusion.h"

#define L  RISK_LOW
#define ML RISK_MEDIUM_LOW
#define M  RISK_MEDIUM
#define MH RISK_MEDIUM_HIGH
#define H  RISK_HIGH
const enum risk_level risk_matrix[RISK_LEVELS][RISK_LEVELS] = {
    [L] = {L, L, ML, M, M},   [ML] = {L, ML, ML, M, MH}, [M] = {ML, ML, M, MH, MH},
    [MH] = {M, M, MH, MH, H}, [H] = {MH, MH, H, H, H},
};
#undef L
#undef ML
#undef M
#undef MH
#undef H

const double hazard_bounds[RISK_LEVELS] = {0, 0.01, 0.05, 0.2, 0.5};

static bool within_one(double x)
{
    return x >= 0 && x <= 1;
}

enum err hazard_level(double p_365d, double p_active, enum risk_level *out)
{
    int level = RISK_HIGH;

    if (!isfinite(p_365d) || !isfinite(p_active))
        return ERR_NOT_FINITE;
    if (!within_one(p_365d) || !within_one(p_active))
        return ERR_RANGE;
    while (level > RISK_LOW && p_365d < hazard_bounds[level])
        level--;
    if (p_active > HAZARD_ACTIVE && level < RISK_HIGH)
        level++;
    *out = (enum risk_level)level;
    return ERR_OK;
}

static enum err check_basis(const struct hazard_basis *b)
{
    if (!isfinite(b->confidence) || !isfinite(b->history_d))
        return ERR_NOT_FINITE;
    return within_one(b->confidence) && b->history_d >= 0 ? ERR_OK : ERR_RANGE;
}

static bool insufficient(const struct hazard_basis *b)
{
    return b->confidence < HAZARD_CONFIDENCE_MIN || b->history_d < HAZARD_HISTORY_MIN_D;
}

static bool is_level(enum risk_level level)
{
    return level >= RISK_LOW && level < RISK_LEVELS;
}

enum err hazard_risk(const struct hazard_risk_input *in, struct hazard_risk *out)
{
    struct hazard_risk r = {
        .overridden = in->basis.stability_alarm,
        .insufficient = insufficient(&in->basis),
        .commission_appraisal = in->basis.appraisal_due,
    };
    enum err e = check_basis(&in->basis);

    if (!e)
        e = hazard_level(in->p_365d, in->p_active, &r.hazard);
    if (e)
        return e;
    if (!is_level(in->vulnerability) || !is_level(in->exposure))
        return ERR_RANGE;
    r.with_vulnerability = risk_matrix[r.hazard][in->vulnerability];
    if (r.overridden)
        r.level = RISK_HIGH;
    else if (r.insufficient)
        r.level = RISK_INSUFFICIENT;
    else
        r.level = risk_matrix[r.with_vulnerability][in->exposure];
    *out = r;
    return ERR_OK;
}

static enum en_grade by_margin(double margin, unsigned category)
{
    static const enum en_grade grade[MARGIN_LEVELS] = {EN_0, EN_1, EN_2, EN_3};
    enum en_grade g = grade[margin_level(margin)];

    return category >= 3 && g < EN_2 ? EN_2 : g;
}

static enum en_grade by_time(double t05_d)
{
    if (t05_d > 5 * 365.25)
        return EN_0;
    if (t05_d > 365)
        return EN_1;
    return t05_d >= 30 ? EN_2 : EN_3;
}

enum err hazard_condition(const struct hazard_condition_input *in, struct hazard_condition *out)
{
    enum err e = check_basis(&in->basis);
    enum en_grade c, u;

    if (e)
        return e;
    if (isnan(in->margin) || isnan(in->t05_d))
        return ERR_NOT_FINITE;
    if (in->category > 5)
        return ERR_RANGE;
    if (in->basis.stability_alarm)
        c = u = EN_3;
    else if (insufficient(&in->basis))
        c = u = EN_INSUFFICIENT;
    else {
        c = by_margin(in->margin, in->category);
        u = in->margin >= margin_ladder[MARGIN_ALARM] ? EN_3 : by_time(in->t05_d);
    }
    *out = (struct hazard_condition){.condition = c, .urgency = u, .recommendation = c > u ? c : u};
    return ERR_OK;
}
