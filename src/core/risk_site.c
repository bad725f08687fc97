#include "shikumen/core/risk.h"

/* After 1949 no more were built; early ones have thinner walls and weaker timber [J]. */
#define LAST_BUILT_YEAR   1950
#define EARLY_BUILT_YEAR  1910
#define TALL_FROM_STOREYS 3

static enum risk_level within(int level)
{
    return level < RISK_LOW ? RISK_LOW : level > RISK_HIGH ? RISK_HIGH : (enum risk_level)level;
}

static int house_vulnerability(const struct house *h)
{
    if (h->built_year >= LAST_BUILT_YEAR)
        return RISK_MEDIUM_LOW;
    if (h->built_year > 0 && h->built_year < EARLY_BUILT_YEAR && h->storeys >= TALL_FROM_STOREYS)
        return RISK_MEDIUM_HIGH;
    return RISK_MEDIUM;
}

static enum risk_level house_exposure(const struct house *h)
{
    static const enum risk_level exposure[PROTECTION_COUNT] = {
        [PROTECTION_NONE] = RISK_MEDIUM_LOW,
        [PROTECTION_DISTRICT] = RISK_MEDIUM,
        [PROTECTION_CITY] = RISK_MEDIUM,
        [PROTECTION_NATIONAL] = RISK_MEDIUM_HIGH,
    };

    return h->protection < PROTECTION_COUNT ? exposure[h->protection] : RISK_MEDIUM;
}

static bool damage_stays_local(enum element_kind kind)
{
    return kind == ELEMENT_FLOOR || kind == ELEMENT_STAIR || kind == ELEMENT_ROOF;
}

struct risk_site risk_site_house(const struct registry *r, uint32_t house)
{
    if (house >= r->house_count)
        return (struct risk_site){RISK_MEDIUM, RISK_MEDIUM};
    return (struct risk_site){within(house_vulnerability(&r->houses[house])),
                              house_exposure(&r->houses[house])};
}

struct risk_site risk_site_element(const struct registry *r, uint32_t element)
{
    struct risk_site site;

    if (element >= r->element_count)
        return (struct risk_site){RISK_MEDIUM, RISK_MEDIUM};
    site = risk_site_house(r, r->elements[element].house);
    if (damage_stays_local(r->elements[element].kind))
        site.vulnerability = within(site.vulnerability - 1);
    return site;
}
