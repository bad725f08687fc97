#include "shikumen/model/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

static const char *const element_kind_names[ELEMENT_KIND_COUNT] = {
    [ELEMENT_WALL] = "wall",
    [ELEMENT_PARTY_WALL] = "party_wall",
    [ELEMENT_GATE_FRAME] = "gate_frame",
    [ELEMENT_LINTEL] = "lintel",
    [ELEMENT_BEAM] = "beam",
    [ELEMENT_FLOOR] = "floor",
    [ELEMENT_PURLIN] = "purlin",
    [ELEMENT_TRUSS] = "truss",
    [ELEMENT_COLUMN] = "column",
    [ELEMENT_STAIR] = "stair",
    [ELEMENT_FOUNDATION] = "foundation",
    [ELEMENT_ROOF] = "roof",
    [ELEMENT_STRUCTURE] = "structure",
};

static const char *const protection_names[PROTECTION_COUNT] = {
    [PROTECTION_NONE] = "none",
    [PROTECTION_DISTRICT] = "district",
    [PROTECTION_CITY] = "city",
    [PROTECTION_NATIONAL] = "national",
};

static const char *const epoch_kind_names[EPOCH_KIND_COUNT] = {
    [EPOCH_REPAIR] = "repair",           [EPOCH_REZERO] = "rezero",
    [EPOCH_SENSOR_SWAP] = "sensor_swap", [EPOCH_EXCAVATION] = "excavation",
    [EPOCH_RENOVATION] = "renovation",   [EPOCH_VACANT] = "vacant",
};

const char *element_kind_name(enum element_kind kind)
{
    return kind < ELEMENT_KIND_COUNT ? element_kind_names[kind] : "unknown";
}

enum element_kind element_kind_by_name(const char *name)
{
    return (enum element_kind)names_index(element_kind_names, ELEMENT_KIND_COUNT, name);
}

const char *protection_name(enum protection p)
{
    return p < PROTECTION_COUNT ? protection_names[p] : "unknown";
}

enum protection protection_by_name(const char *name)
{
    return (enum protection)names_index(protection_names, PROTECTION_COUNT, name);
}

const char *epoch_kind_name(enum epoch_kind kind)
{
    return kind < EPOCH_KIND_COUNT ? epoch_kind_names[kind] : "unknown";
}

enum epoch_kind epoch_kind_by_name(const char *name)
{
    return (enum epoch_kind)names_index(epoch_kind_names, EPOCH_KIND_COUNT, name);
}

bool epoch_starts_baseline(enum epoch_kind kind)
{
    return kind == EPOCH_REPAIR || kind == EPOCH_REZERO || kind == EPOCH_SENSOR_SWAP ||
           kind == EPOCH_RENOVATION;
}

uint32_t registry_sensor(const struct registry *r, const char *id, size_t n)
{
    return strmap_get(&r->sensor_by_id, id, n);
}

uint32_t registry_source(const struct registry *r, const char *device, const char *channel)
{
    char key[REGISTRY_SOURCE_KEY_MAX];
    int n = snprintf(key, sizeof key, "%s\t%s", device, channel);

    return n > 0 && (size_t)n < sizeof key ? strmap_get(&r->sensor_by_source, key, (size_t)n)
                                           : REGISTRY_NONE;
}

uint32_t registry_source_device(const struct registry *r, const char *device)
{
    return strmap_get(&r->sensor_by_source, device, strlen(device));
}

uint32_t registry_house(const struct registry *r, const char *id)
{
    return strmap_get(&r->house_by_id, id, strlen(id));
}

uint32_t registry_element(const struct registry *r, const char *id)
{
    return strmap_get(&r->element_by_id, id, strlen(id));
}

uint32_t registry_node(const struct registry *r, const char *id, size_t n)
{
    return strmap_get(&r->node_by_id, id, n);
}

static bool house_in_scope(const struct registry *r, uint32_t house, const char *scope)
{
    const struct house *h;

    if (house == REGISTRY_NONE)
        return false;
    h = &r->houses[house];
    return strcmp(h->id, scope) == 0 || strcmp(h->row, scope) == 0 || strcmp(h->lane, scope) == 0;
}

const struct calibration *sensor_calibration(const struct sensor *s, int64_t t_us)
{
    return calibration_at(s->calibrations, s->calibration_count, t_us);
}

bool registry_sensor_in_scope(const struct registry *r, uint32_t sensor, const char *scope)
{
    const struct sensor *s = &r->sensors[sensor];

    if (*scope == '\0')
        return false;
    if (strcmp(s->id, scope) == 0 || strcmp(r->district_id, scope) == 0)
        return true;
    if (s->element != REGISTRY_NONE && strcmp(r->elements[s->element].id, scope) == 0)
        return true;
    return house_in_scope(r, s->house, scope);
}

bool registry_element_in_scope(const struct registry *r, uint32_t element, const char *scope)
{
    const struct element *e = &r->elements[element];

    if (*scope == '\0')
        return false;
    return strcmp(e->id, scope) == 0 || strcmp(r->district_id, scope) == 0 ||
           house_in_scope(r, e->house, scope);
}

/* Where an epoch starts a baseline: at its beginning; a renovation also at its end, for what is
 * measured while workers are there is not yet how the house is afterwards. */
static size_t starts_of(const struct epoch *e, int64_t start_us[2])
{
    size_t n = 0;

    if (!epoch_starts_baseline(e->kind))
        return 0;
    start_us[n++] = e->t_us;
    if (e->kind == EPOCH_RENOVATION && e->until_us > e->t_us && e->until_us < INT64_MAX)
        start_us[n++] = e->until_us;
    return n;
}

int64_t registry_baseline_start_us(const struct registry *r, uint32_t sensor, int64_t now_us)
{
    int64_t latest = INT64_MIN, start[2];

    for (size_t i = 0; i < r->epoch_count; i++) {
        size_t n = starts_of(&r->epochs[i], start);
        int64_t later = latest; /* if it concerns the sensor, which is dearer to know */
        for (size_t k = 0; k < n; k++)
            if (start[k] <= now_us && start[k] > later)
                later = start[k];
        if (later > latest && registry_sensor_in_scope(r, sensor, r->epochs[i].scope))
            latest = later;
    }
    return latest;
}

int64_t registry_next_baseline_us(const struct registry *r, int64_t now_us)
{
    int64_t next = INT64_MAX, start[2];

    for (size_t i = 0; i < r->epoch_count; i++) {
        size_t n = starts_of(&r->epochs[i], start);
        for (size_t k = 0; k < n; k++)
            if (start[k] > now_us && start[k] < next)
                next = start[k];
    }
    return next;
}

void registry_free(struct registry *r)
{
    if (!r)
        return;
    strmap_free(&r->house_by_id);
    strmap_free(&r->element_by_id);
    strmap_free(&r->node_by_id);
    strmap_free(&r->sensor_by_id);
    strmap_free(&r->sensor_by_source);
    arena_free(&r->arena);
    free(r);
}
