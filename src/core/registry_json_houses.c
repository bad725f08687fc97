#include <math.h>
#include <string.h>

#include "registry_build.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))
#define YEAR_MIN        1000
#define YEAR_MAX        2200

static enum element_kind read_element_kind(struct json_reader *r, const struct json_value *v)
{
    const char *names[ELEMENT_KIND_COUNT];
    size_t kind = ELEMENT_STRUCTURE;

    for (size_t i = 0; i < ELEMENT_KIND_COUNT; i++)
        names[i] = element_kind_name((enum element_kind)i);
    json_get_choice(r, v, "kind", JSON_MUST, "an element kind", names, ELEMENT_KIND_COUNT, &kind);
    return (enum element_kind)kind;
}

static void read_element(struct registry_builder *b, const struct json_value *v, uint32_t house,
                         uint32_t index)
{
    static const char *const keys[] = {"id",   "kind",     "material", "name",
                                       "note", "height_m", "length_m", "weight"};
    struct json_reader *r = &b->read;
    struct element *e = &b->r->elements[index];

    *e = (struct element){
        .id = "", .house = house, .material = "", .height_m = NAN, .length_m = NAN, .weight = 1};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    e->id = registry_read_id(r, v, &b->r->element_by_id, index, false);
    e->kind = read_element_kind(r, v);
    e->material = json_keep(r, json_get_text(r, v, "material", JSON_MAY));
    e->name = registry_read_name(r, v, "name", e->id);
    json_get_text(r, v, "note", JSON_MAY);
    json_get_within(r, v, "height_m", JSON_MAY, 0, 1000, &e->height_m);
    json_get_within(r, v, "length_m", JSON_MAY, 0, 1000, &e->length_m);
    json_get_within(r, v, "weight", JSON_MAY, 0, 1000, &e->weight);
}

static void read_corner(struct json_reader *r, const struct json_value *v, struct plan_corner *out)
{
    double *const coordinates[] = {&out->east_m, &out->north_m};
    size_t i = 0;

    if (!cJSON_IsArray(v->item) || json_count(v) != COUNT_OF(coordinates)) {
        json_fault(r, v, "two numbers are needed: m east and m north of the district's origin");
        return;
    }
    for (const cJSON *c = v->item->child; c; c = c->next, i++) {
        struct json_value at = {.item = c, .up = v, .index = i};
        double metres;

        if (!json_number(r, &at, &metres))
            continue;
        if (fabs(metres) > PLAN_REACH_M)
            json_fault(r, &at, "%g is not within -%d..%d", metres, PLAN_REACH_M, PLAN_REACH_M);
        else
            *coordinates[i] = metres;
    }
}

static void read_plan(struct json_reader *r, const struct json_value *house, struct house *h)
{
    struct plan_corner *corners;
    struct json_value list;
    size_t count, i = 0;

    if (!json_get_list(r, house, "plan_m", JSON_MAY, &list) || !list.item)
        return;
    count = json_count(&list);
    if (count < PLAN_CORNERS_MIN || count > PLAN_CORNERS_MAX) {
        json_fault(r, &list, "%d to %d corners are needed, not %zu", PLAN_CORNERS_MIN,
                   PLAN_CORNERS_MAX, count);
        return;
    }
    corners = json_keep_array(r, count, sizeof *corners);
    for (const cJSON *c = list.item->child; c && corners; c = c->next, i++)
        read_corner(r, &(struct json_value){.item = c, .up = &list, .index = i}, &corners[i]);
    h->plan = corners;
    h->plan_count = corners ? count : 0;
}

static void read_house(struct registry_builder *b, const struct json_value *v, uint32_t index)
{
    static const char *const keys[] = {"id",        "name",     "lane",       "row",   "number",
                                       "built",     "storeys",  "protection", "lat",   "lon",
                                       "adjoining", "elements", "note",       "plan_m"};
    const char *protections[PROTECTION_COUNT];
    struct json_reader *r = &b->read;
    struct house *h = &b->r->houses[index];
    size_t protection = PROTECTION_NONE;

    *h = (struct house){.id = "", .lane = "", .row = "", .latitude_deg = NAN, .longitude_deg = NAN};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    for (size_t i = 0; i < PROTECTION_COUNT; i++)
        protections[i] = protection_name((enum protection)i);
    h->id = registry_read_id(r, v, &b->r->house_by_id, index, true);
    h->name = registry_read_name(r, v, "name", h->id);
    h->lane = json_keep(r, json_get_text(r, v, "lane", JSON_MAY));
    h->row = json_keep(r, json_get_text(r, v, "row", JSON_MAY));
    json_get_text(r, v, "note", JSON_MAY);
    json_get_whole(r, v, "number", JSON_MAY, 0, 999999, &h->number);
    json_get_whole(r, v, "built", JSON_MAY, YEAR_MIN, YEAR_MAX, &h->built_year);
    json_get_whole(r, v, "storeys", JSON_MAY, 1, 100, &h->storeys);
    json_get_choice(r, v, "protection", JSON_MAY, "a protection", protections, PROTECTION_COUNT,
                    &protection);
    h->protection = (enum protection)protection;
    json_get_within(r, v, "lat", JSON_MAY, -90, 90, &h->latitude_deg);
    json_get_within(r, v, "lon", JSON_MAY, -180, 180, &h->longitude_deg);
    read_plan(r, v, h);
}

/* After all houses: neighbours may stand further down. */
static void read_adjoining(struct registry_builder *b, const struct json_value *house,
                           uint32_t index)
{
    struct house *h = &b->r->houses[index];
    struct json_value list;
    uint32_t *ids;
    size_t i = 0;

    if (!json_get_list(&b->read, house, "adjoining", JSON_MAY, &list) || json_count(&list) == 0)
        return;
    ids = json_keep_array(&b->read, json_count(&list), sizeof *ids);
    h->adjoining = ids;
    for (const cJSON *c = list.item->child; c && ids; c = c->next, i++) {
        struct json_value at = {.item = c, .up = &list, .index = i};
        const char *id = json_text(&b->read, &at);
        uint32_t found = id ? registry_house(b->r, id) : REGISTRY_NONE;

        if (id && found == REGISTRY_NONE)
            json_fault(&b->read, &at, "there is no house \"%s\"", id);
        else if (id && found == index)
            json_fault(&b->read, &at, "\"%s\" is this house itself", id);
        else if (id)
            ids[h->adjoining_count++] = found;
    }
}

/* The elements of all houses; index of the first is *next, moved on. */
static void read_elements(struct registry_builder *b, const struct json_value *house,
                          uint32_t index, uint32_t *next)
{
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(&b->read, house, "elements", JSON_MAY, &list) || !list.item)
        return;
    for (const cJSON *c = list.item->child; c; c = c->next, i++) {
        struct json_value at = {.item = c, .up = &list, .index = i};
        read_element(b, &at, index, (*next)++);
    }
}

static size_t count_elements(const struct json_value *houses)
{
    size_t n = 0;

    for (const cJSON *c = houses->item ? houses->item->child : NULL; c; c = c->next) {
        struct json_value house = {.item = c, .up = houses};
        struct json_value list = json_member(&house, "elements");
        n += cJSON_IsArray(list.item) ? json_count(&list) : 0;
    }
    return n;
}

void registry_read_houses(struct registry_builder *b, const struct json_value *document)
{
    struct registry *r = b->r;
    struct json_value list;
    uint32_t i = 0, next_element = 0;

    if (!json_get_list(&b->read, document, "houses", JSON_MUST, &list))
        return;
    r->house_count = json_count(&list);
    r->element_count = count_elements(&list);
    r->houses = json_keep_array(&b->read, r->house_count, sizeof *r->houses);
    r->elements = json_keep_array(&b->read, r->element_count, sizeof *r->elements);
    if (b->read.out_of_memory)
        return;
    for (const cJSON *c = list.item->child; c; c = c->next, i++)
        read_house(b, &(struct json_value){.item = c, .up = &list, .index = i}, i);
    i = 0;
    for (const cJSON *c = list.item->child; c; c = c->next, i++) {
        struct json_value house = {.item = c, .up = &list, .index = i};
        if (cJSON_IsObject(c)) {
            read_adjoining(b, &house, i);
            read_elements(b, &house, i, &next_element);
        }
    }
}
