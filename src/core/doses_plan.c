/* Which sensors belong together. */
#include <string.h>

#include "doses_internal.h"

/* --- materials --- */

struct stuff {
    const char *text; /* as it appears in the material, lower case */
    enum mould_class mould;
    double decline;
};

/* First match counts. Sapwood of pine is what the model was made from; the rest [J]. */
static const struct stuff materials[] = {
    {"pine", MOULD_VERY_SENSITIVE, MOULD_DECLINE_ORIGINAL},
    {"松", MOULD_VERY_SENSITIVE, MOULD_DECLINE_ORIGINAL},
    {"brick", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"stone", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"granite", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"concrete", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"mortar", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"砖", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"石", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"混凝土", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW},
    {"glass", MOULD_RESISTANT, MOULD_DECLINE_ALMOST_NONE},
    {"steel", MOULD_RESISTANT, MOULD_DECLINE_ALMOST_NONE},
    {"iron", MOULD_RESISTANT, MOULD_DECLINE_ALMOST_NONE},
    {"钢", MOULD_RESISTANT, MOULD_DECLINE_ALMOST_NONE},
    {"铁", MOULD_RESISTANT, MOULD_DECLINE_ALMOST_NONE},
    {"", MOULD_SENSITIVE, MOULD_DECLINE_SIGNIFICANT},
};

static const struct stuff mineral = {"", MOULD_MEDIUM_RESISTANT, MOULD_DECLINE_LOW};
static const struct stuff wood = {"", MOULD_SENSITIVE, MOULD_DECLINE_SIGNIFICANT};

static bool contains(const char *text, const char *word)
{
    for (; *text; text++) {
        size_t i = 0;

        while (word[i] &&
               (text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]) == word[i])
            i++;
        if (!word[i])
            return true;
    }
    return false;
}

static const struct stuff *stuff_of_kind(enum element_kind kind)
{
    switch (kind) {
    case ELEMENT_WALL:
    case ELEMENT_PARTY_WALL:
    case ELEMENT_GATE_FRAME:
    case ELEMENT_FOUNDATION:
        return &mineral;
    case ELEMENT_LINTEL:
    case ELEMENT_BEAM:
    case ELEMENT_FLOOR:
    case ELEMENT_PURLIN:
    case ELEMENT_TRUSS:
    case ELEMENT_COLUMN:
    case ELEMENT_STAIR:
    case ELEMENT_ROOF:
    case ELEMENT_STRUCTURE:
    case ELEMENT_KIND_COUNT:
        break;
    }
    return &wood;
}

static const struct stuff *stuff_of(const struct registry *r, uint32_t element)
{
    const struct stuff *s = materials;

    if (element == REGISTRY_NONE)
        return &wood; /* of a room: its joinery, and paper */
    if (!r->elements[element].material[0])
        return stuff_of_kind(r->elements[element].kind);
    while (s->text[0] && !contains(r->elements[element].material, s->text))
        s++;
    return s;
}

/* --- partners --- */

static const struct sensor *at(const struct registry *r, uint32_t i)
{
    return &r->sensors[i];
}

static bool is(const struct registry *r, uint32_t i, enum quantity q, const char *medium)
{
    return at(r, i)->quantity == q && (!medium || strcmp(at(r, i)->medium, medium) == 0);
}

static uint32_t of_node(const struct registry *r, uint32_t i, enum quantity q, const char *medium)
{
    const struct node *n;

    if (at(r, i)->node == REGISTRY_NONE)
        return REGISTRY_NONE;
    n = &r->nodes[at(r, i)->node];
    for (size_t k = 0; k < n->sensor_count; k++)
        if (is(r, n->sensors[k], q, medium) && at(r, n->sensors[k])->house == at(r, i)->house)
            return n->sensors[k];
    return REGISTRY_NONE;
}

static uint32_t of_house(const struct registry *r, uint32_t house, enum quantity q,
                         const char *medium)
{
    for (uint32_t k = 0; k < r->sensor_count && house != REGISTRY_NONE; k++)
        if (at(r, k)->house == house && is(r, k, q, medium))
            return k;
    return REGISTRY_NONE;
}

static uint32_t near(const struct registry *r, uint32_t i, enum quantity q, const char *medium)
{
    uint32_t k = of_node(r, i, q, medium);

    return k != REGISTRY_NONE ? k : of_house(r, at(r, i)->house, q, medium);
}

static uint32_t of_environment(const struct registry *r, uint32_t i, enum quantity q)
{
    for (size_t k = 0; k < at(r, i)->environment_count; k++)
        if (at(r, at(r, i)->environment[k])->quantity == q)
            return at(r, i)->environment[k];
    return REGISTRY_NONE;
}

/* Outdoors and ground are never a surface of the house. */
static uint32_t any_celsius(const struct registry *r, uint32_t i)
{
    static const char *const media[] = {"timber", "wall", "indoor", ""};
    uint32_t k = REGISTRY_NONE;

    for (size_t m = 0; m < 4 && k == REGISTRY_NONE; m++)
        k = of_node(r, i, Q_TEMPERATURE, media[m]);
    for (size_t m = 0; m < 4 && k == REGISTRY_NONE; m++)
        k = of_house(r, at(r, i)->house, Q_TEMPERATURE, media[m]);
    return k;
}

static uint32_t celsius_of_air(const struct registry *r, uint32_t i)
{
    uint32_t k = of_environment(r, i, Q_TEMPERATURE);

    if (k != REGISTRY_NONE)
        return k;
    if (!at(r, i)->medium[0])
        return any_celsius(r, i);
    k = near(r, i, Q_TEMPERATURE, at(r, i)->medium);
    return k != REGISTRY_NONE ? k : of_node(r, i, Q_TEMPERATURE, "");
}

static uint32_t celsius_of_timber(const struct registry *r, uint32_t i)
{
    uint32_t k = of_environment(r, i, Q_TEMPERATURE), air;

    if (k != REGISTRY_NONE)
        return k;
    air = of_environment(r, i, Q_HUMIDITY);
    k = air != REGISTRY_NONE ? celsius_of_air(r, air) : REGISTRY_NONE;
    return k != REGISTRY_NONE ? k : any_celsius(r, i);
}

static bool of_house_air(const struct registry *r, uint32_t i)
{
    return at(r, i)->quantity == Q_HUMIDITY && at(r, i)->house != REGISTRY_NONE &&
           strcmp(at(r, i)->medium, "outdoor") != 0 && strcmp(at(r, i)->medium, "ground") != 0;
}

/* Humidity of the air that a leaking timber stands in. */
static uint32_t air_of_leak(const struct registry *r, uint32_t i)
{
    static const char *const media[] = {"indoor", "timber", "", "wall"};
    uint32_t k = of_environment(r, i, Q_HUMIDITY);

    for (size_t m = 0; m < 4 && k == REGISTRY_NONE; m++)
        k = of_node(r, i, Q_HUMIDITY, media[m]);
    for (size_t m = 0; m < 4 && k == REGISTRY_NONE; m++)
        k = of_house(r, at(r, i)->house, Q_HUMIDITY, media[m]);
    return k;
}

static uint32_t of_element(const struct registry *r, uint32_t element, enum quantity q)
{
    for (uint32_t k = 0; k < r->sensor_count && element != REGISTRY_NONE; k++)
        if (at(r, k)->element == element && at(r, k)->quantity == q)
            return k;
    return REGISTRY_NONE;
}

/* --- pairs --- */

static struct dose_pair blank(const struct registry *r, uint32_t i, enum dose_basis basis)
{
    const struct stuff *s = stuff_of(r, at(r, i)->element);
    struct dose_pair p = {.basis = basis,
                          .house = at(r, i)->house,
                          .element = at(r, i)->element,
                          .mould = s->mould,
                          .decline = s->decline};

    for (size_t c = 0; c < DOSE_CHANNELS; c++)
        p.sensor[c] = REGISTRY_NONE;
    return p;
}

static struct dose_pair air_pair(const struct registry *r, uint32_t i)
{
    struct dose_pair p = blank(r, i, DOSE_OF_AIR);

    p.sensor[DOSE_CELSIUS] = celsius_of_air(r, i);
    p.sensor[DOSE_RH] = i;
    p.sensor[DOSE_WALL_CELSIUS] = near(r, i, Q_TEMPERATURE, "wall");
    p.sensor[DOSE_LEAK] = near(r, i, Q_LEAK, NULL);
    p.quarters = at(r, i)->period_us > 0 && at(r, i)->period_us <= DOSE_HOUR_US / DOSE_QUARTERS;
    p.in_wall = strcmp(at(r, i)->medium, "wall") == 0;
    return p;
}

/* A moisture meter stands in wood, whatever it is attached to. */
static struct dose_pair timber_pair(const struct registry *r, uint32_t i)
{
    struct dose_pair p = blank(r, i, DOSE_OF_TIMBER);

    if (p.mould > MOULD_SENSITIVE) {
        p.mould = wood.mould;
        p.decline = wood.decline;
    }
    p.sensor[DOSE_CELSIUS] = celsius_of_timber(r, i);
    p.sensor[DOSE_MC] = i;
    p.sensor[DOSE_LEAK] = of_element(r, at(r, i)->element, Q_LEAK);
    p.judged = at(r, i)->limits != NULL;
    return p;
}

static struct dose_pair leak_pair(const struct registry *r, uint32_t i)
{
    struct dose_pair p = blank(r, i, DOSE_OF_LEAK);
    uint32_t air = air_of_leak(r, i);

    p.sensor[DOSE_LEAK] = i;
    if (air != REGISTRY_NONE) {
        p.sensor[DOSE_RH] = air;
        p.sensor[DOSE_CELSIUS] = celsius_of_air(r, air);
    }
    return p;
}

static bool leaks_on_bare_timber(const struct registry *r, uint32_t i)
{
    uint32_t element = at(r, i)->element;

    return at(r, i)->quantity == Q_LEAK && element != REGISTRY_NONE &&
           stuff_of(r, element)->mould <= MOULD_SENSITIVE &&
           of_element(r, element, Q_MOISTURE_CONTENT) == REGISTRY_NONE;
}

/* False when the sensor leads no pair. */
static bool pair_of(const struct registry *r, uint32_t i, struct dose_pair *p)
{
    if (of_house_air(r, i))
        *p = air_pair(r, i);
    else if (at(r, i)->quantity == Q_MOISTURE_CONTENT)
        *p = timber_pair(r, i);
    else if (leaks_on_bare_timber(r, i))
        *p = leak_pair(r, i);
    else
        return false;
    return p->sensor[DOSE_CELSIUS] != REGISTRY_NONE;
}

static enum err link_sensors(const struct registry *r, struct arena *arena, struct dose_plan *p)
{
    uint32_t *first = arena_array(arena, r->sensor_count + 2, sizeof *first);

    p->links = arena_array(arena, p->count * DOSE_CHANNELS, sizeof *p->links);
    if (!first || !p->links)
        return ERR_NOMEM;
    for (size_t k = 0; k < p->count * DOSE_CHANNELS; k++) {
        uint32_t s = p->pairs[k / DOSE_CHANNELS].sensor[k % DOSE_CHANNELS];
        if (s != REGISTRY_NONE)
            first[s + 2]++;
    }
    for (size_t s = 2; s < r->sensor_count + 2; s++)
        first[s] += first[s - 1];
    for (size_t k = 0; k < p->count * DOSE_CHANNELS; k++) {
        uint32_t s = p->pairs[k / DOSE_CHANNELS].sensor[k % DOSE_CHANNELS];
        if (s != REGISTRY_NONE)
            p->links[first[s + 1]++] = (struct dose_link){s, (uint32_t)(k / DOSE_CHANNELS),
                                                          (enum dose_channel)(k % DOSE_CHANNELS)};
    }
    p->first = first;
    p->link_count = first[r->sensor_count];
    return ERR_OK;
}

enum err dose_plan_make(const struct registry *r, struct arena *arena, struct dose_plan *out)
{
    *out = (struct dose_plan){.pairs = arena_array(arena, r->sensor_count, sizeof *out->pairs)};
    if (!out->pairs)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < r->sensor_count; i++)
        if (pair_of(r, i, &out->pairs[out->count]))
            out->count++;
    return link_sensors(r, arena, out);
}
