#include <math.h>

#include "risk_parts.h"

/* Consequence weight of an element; what is none counts 1. */
static double weight_of(const struct registry *r, const struct risk *element)
{
    double w = r->elements[element->element].weight;

    return isfinite(w) && w > 0 ? fmin(w, 10) : 1;
}

static double weighted(double weight, double p)
{
    return isnan(p) ? p : fmin(1, weight * p);
}

static enum err check_elements(const struct registry *r, uint32_t house,
                               const struct risk *elements, size_t n)
{
    if (house >= r->house_count)
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++)
        if (elements[i].element >= r->element_count || elements[i].house != house)
            return ERR_RANGE;
    return ERR_OK;
}

/* Only here do consequences count. */
static enum err combine_tiers(const struct registry *r, const struct risk *elements, size_t n,
                              struct arena *a, struct risk *out)
{
    double *p = arena_array(a, n, sizeof *p);
    enum err e = p ? ERR_OK : ERR_NOMEM;

    out->p365_tier[0] = (double)NAN;
    for (int level = 1; level < RISK_TIERS && !e; level++) {
        for (size_t i = 0; i < n; i++)
            p[i] = weighted(weight_of(r, &elements[i]), elements[i].p365_tier[level]);
        e = risk_any(p, n, a, &out->p365_tier[level]);
    }
    for (size_t i = 0; i < n && !e; i++)
        out->p365_floor =
            fmax(out->p365_floor, weighted(weight_of(r, &elements[i]), elements[i].p365_floor));
    return e;
}

static void add_factors(const struct registry *r, const struct risk *elements, size_t n,
                        struct risk *out)
{
    double total = 0;

    for (size_t i = 0; i < n; i++) {
        double w = weight_of(r, &elements[i]);

        total += w;
        out->history_d += w * elements[i].history_d;
        for (int f = 0; f < CONFIDENCE_FACTORS; f++)
            out->factor[f] += w * elements[i].factor[f];
    }
    if (total <= 0)
        return;
    out->history_d /= total;
    for (int f = 0; f < CONFIDENCE_FACTORS; f++)
        out->factor[f] = risk_share(out->factor[f] / total);
}

static void add_extremes(const struct risk *elements, size_t n, struct risk *out)
{
    out->margin = (double)NAN;
    out->t05_d = (double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        out->margin = risk_larger(out->margin, elements[i].margin);
        out->t05_d = fmin(out->t05_d, elements[i].t05_d);
        out->p_active = fmax(out->p_active, elements[i].p_active);
        out->asked += elements[i].asked;
        out->abstained += elements[i].abstained;
        out->sufficient += !elements[i].grey;
    }
}

/* An element that governs makes the house provisional with it. */
static bool governs(const struct risk *element, const struct risk *house)
{
    return element->overridden || element->margin >= house->margin ||
           element->p[RISK_365_D].low >= house->p[RISK_365_D].low;
}

static bool any_overridden(const struct risk *elements, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (elements[i].overridden)
            return true;
    return false;
}

enum err risk_house(const struct registry *r, uint32_t house, const struct risk *elements, size_t n,
                    struct arena *a, struct risk *out)
{
    struct risk_site site = risk_site_house(r, house);
    enum err e = check_elements(r, house, elements, n);

    *out = (struct risk){.house = house,
                         .element = REGISTRY_NONE,
                         .p_active = n == 0 ? RISK_PRIOR_ACTIVE : 0,
                         .vulnerability = site.vulnerability,
                         .exposure = site.exposure};
    if (!e)
        e = risk_horizons(n > 0 ? elements->p : NULL, sizeof *elements, n, a, out->p);
    if (!e)
        e = combine_tiers(r, elements, n, a, out);
    if (e)
        return e;
    add_factors(r, elements, n, out);
    add_extremes(elements, n, out);
    for (size_t i = 0; i < n; i++)
        out->provisional |= elements[i].provisional && governs(&elements[i], out);
    e = risk_conclude(out, any_overridden(elements, n));
    return e ? e : risk_house_reasons(elements, n, a, out);
}
