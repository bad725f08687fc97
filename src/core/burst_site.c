/* Rules of burst_site: all judgement of this project, laid down in the header. */
#include <math.h>
#include <string.h>

#include "shikumen/core/burst.h"

#define STOREY_M           3.6
#define STOREYS            2
#define FOUNDATION_M       0.5
#define FOUNDATION_STOREYS 0.25
#define TOP_BELOW_M        0.5
#define SEISMIC_YEAR       1978 /* TJ 11-78, the first code that asked it of dwellings here */

static double house_height_m(const struct registry *r, uint32_t house, int storeys)
{
    double h = 0;

    for (size_t i = 0; i < r->element_count; i++)
        if (r->elements[i].house == house && r->elements[i].height_m > h)
            h = r->elements[i].height_m;
    return h > 0 && isfinite(h) ? h : STOREY_M * storeys;
}

static bool is_bearing(enum element_kind k)
{
    return k == ELEMENT_WALL || k == ELEMENT_PARTY_WALL;
}

/* Stone only when there are bearing walls and all are. */
static enum bearing_material material_of(const struct registry *r, uint32_t house)
{
    size_t walls = 0, stone = 0;

    for (size_t i = 0; i < r->element_count; i++) {
        const struct element *el = &r->elements[i];

        if (el->house != house || !is_bearing(el->kind))
            continue;
        walls++;
        stone += strcmp(el->material, "stone") == 0;
    }
    return walls > 0 && stone == walls ? BEARING_STONE : BEARING_BRICK;
}

static struct vibration_building building_of(const struct registry *r, uint32_t house)
{
    struct vibration_building b = {.use = USE_DWELLING, .below_seismic_standard = true};
    const struct house *h;

    if (house == REGISTRY_NONE)
        return b;
    h = &r->houses[house];
    b.material = material_of(r, house);
    b.below_seismic_standard = h->built_year < SEISMIC_YEAR;
    b.protected_or_damaged = h->protection != PROTECTION_NONE;
    if (h->protection == PROTECTION_NATIONAL)
        b.heritage = HERITAGE_NATIONAL;
    else if (h->protection != PROTECTION_NONE)
        b.heritage = HERITAGE_CITY;
    return b;
}

static void add_place(struct burst_site *s, enum vibration_place p)
{
    if (s->places < sizeof s->place / sizeof *s->place)
        s->place[s->places++] = p;
}

static void place_by_kind(struct burst_site *s, enum element_kind kind)
{
    switch (kind) {
    case ELEMENT_ROOF:
    case ELEMENT_TRUSS:
    case ELEMENT_PURLIN:
    case ELEMENT_BEAM:
    case ELEMENT_COLUMN:
    case ELEMENT_FLOOR:
        add_place(s, PLACE_TOP_FLOOR);
        break;
    default:
        add_place(s, PLACE_FOUNDATION);
        add_place(s, PLACE_TOP_FLOOR);
    }
}

static void place_by_height(struct burst_site *s, double z_m, double height_m, int storeys)
{
    double storey_m = height_m / storeys;
    double top_m = height_m - storey_m - TOP_BELOW_M;

    if (z_m <= fmax(FOUNDATION_M, FOUNDATION_STOREYS * storey_m))
        add_place(s, PLACE_FOUNDATION);
    else if (storeys > 1 && z_m >= top_m)
        add_place(s, PLACE_TOP_FLOOR);
    else
        place_by_kind(s, ELEMENT_KIND_COUNT);
}

static size_t component_of(const char *axis)
{
    if (strcmp(axis, "z") == 0 || strcmp(axis, "vertical") == 0)
        return 2;
    return *axis ? 0 : 3;
}

struct burst_site burst_site(const struct registry *r, uint32_t sensor)
{
    const struct sensor *s = &r->sensors[sensor];
    enum element_kind kind =
        s->element == REGISTRY_NONE ? ELEMENT_KIND_COUNT : r->elements[s->element].kind;
    struct burst_site site = {.building = building_of(r, s->house),
                              .component = component_of(s->axis)};
    int storeys = s->house == REGISTRY_NONE ? 0 : r->houses[s->house].storeys;
    double z_m = s->position_m[2];

    if (storeys < 1)
        storeys = STOREYS;
    if (kind == ELEMENT_FLOOR)
        add_place(&site, PLACE_FLOOR_MIDDLE);
    if (kind == ELEMENT_FOUNDATION)
        add_place(&site, PLACE_FOUNDATION);
    else if (isfinite(z_m))
        place_by_height(&site, z_m, house_height_m(r, s->house, storeys), storeys);
    else
        place_by_kind(&site, kind);
    return site;
}
