#include <math.h>
#include <string.h>

#include "registry_build.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))
#define MODE_MAX        99

static const char *const sensor_keys[] = {
    "id",       "node",    "house",     "element",     "quantity",    "unit",   "axis",
    "medium",   "mode",    "installed", "position_m",  "range",       "limits", "resolution",
    "period_s", "quality", "note",      "environment", "calibration", "source", "arrives_s"};

/* Index of the thing that member key names, REGISTRY_NONE when absent; a fault when there is none
 * called so. */
static uint32_t read_reference(struct json_reader *r, const struct json_value *v, const char *key,
                               const struct strmap *map)
{
    const char *id = json_get_text(r, v, key, JSON_MAY);
    struct json_value at = json_member(v, key);
    uint32_t found = id ? strmap_get(map, id, strlen(id)) : REGISTRY_NONE;

    if (id && found == REGISTRY_NONE)
        json_fault(r, &at, "there is no %s \"%s\"", key, id);
    return found;
}

/* The house of the sensor: its own, else its element's; both must agree. */
static void read_place(struct registry_builder *b, const struct json_value *v, struct sensor *s)
{
    const struct registry *r = b->r;
    struct json_value at = json_member(v, "element");
    uint32_t of_element;

    s->house = read_reference(&b->read, v, "house", &r->house_by_id);
    s->element = read_reference(&b->read, v, "element", &r->element_by_id);
    if (s->element == REGISTRY_NONE)
        return;
    of_element = r->elements[s->element].house;
    if (s->house != REGISTRY_NONE && s->house != of_element)
        json_fault(&b->read, &at, "\"%s\" belongs to house \"%s\", not \"%s\"",
                   r->elements[s->element].id, r->houses[of_element].id, r->houses[s->house].id);
    if (!json_member(v, "house").item)
        s->house = of_element;
}

/* The id up to its last '/', when that leaves two parts: "H001/n1" of "H001/n1/crack-1". Returns
 * its length, 0 when it does not. */
static size_t node_part(const char *id)
{
    const char *last = strrchr(id, '/');
    const char *first = strchr(id, '/');

    if (!last || first == last || memchr(first + 1, '/', (size_t)(last - first - 1)))
        return 0;
    return (size_t)(last - id);
}

/* The node called id (n bytes), a new one when it is the first of its sensors. */
static uint32_t node_index(struct registry_builder *b, const char *id, size_t n)
{
    struct registry *r = b->r;
    uint32_t found = registry_node(r, id, n);
    const char *kept;

    if (found != REGISTRY_NONE)
        return found;
    kept = arena_strndup(&r->arena, id, n);
    if (!kept || strmap_put(&r->node_by_id, kept, n, (uint32_t)r->node_count) != ERR_OK) {
        b->read.out_of_memory = true;
        return REGISTRY_NONE;
    }
    b->node_ids[r->node_count] = kept;
    return (uint32_t)r->node_count++;
}

static void read_node(struct registry_builder *b, const struct json_value *v, struct sensor *s)
{
    struct json_value at = json_member(v, "node");
    const char *id = json_get_text(&b->read, v, "node", JSON_MAY);
    size_t n;

    s->node = REGISTRY_NONE;
    if (id && !registry_id_valid(id)) {
        json_fault(&b->read, &at, "\"%.80s\" is not an id (letters, digits and - : . / _)", id);
        return;
    }
    if (!id && s->source && !at.item) /* the device is the node, so that its parts are one */
        id = registry_id_valid(s->source->device) ? s->source->device : NULL;
    n = id ? strlen(id) : at.item ? 0 : node_part(s->id);
    if (n > 0)
        s->node = node_index(b, id ? id : s->id, n);
}

/* Quantity and unit; false when either is not known, so that no number can be converted. */
static bool read_unit(struct registry_builder *b, const struct json_value *v, struct sensor *s)
{
    struct json_reader *r = &b->read;
    struct json_value at = json_member(v, "unit");
    const char *names[Q_COUNT], *unit;
    size_t q = Q_COUNT;

    for (size_t i = 0; i < Q_COUNT; i++)
        names[i] = quantity_info((enum quantity)i)->name;
    unit = json_get_text(r, v, "unit", JSON_MUST);
    if (!json_get_choice(r, v, "quantity", JSON_MUST, "a quantity", names, Q_COUNT, &q) || !unit)
        return false;
    s->quantity = (enum quantity)q;
    s->unit = unit_find(s->quantity, unit);
    if (!s->unit) {
        json_fault(r, &at, "\"%s\" is not a unit of %s (%s)", unit, names[q],
                   quantity_units_text(s->quantity));
        return false;
    }
    s->unit_text = json_keep(r, unit);
    s->canonical_unit = unit_canonical(s->unit);
    return true;
}

static void read_position(struct json_reader *r, const struct json_value *v, double position_m[3])
{
    struct json_value list;
    size_t i = 0;

    position_m[0] = position_m[1] = position_m[2] = NAN;
    if (!json_get_list(r, v, "position_m", JSON_MAY, &list) || !list.item)
        return;
    if (json_count(&list) != 3) {
        json_fault(r, &list, "three numbers are needed: x, y, z in m");
        return;
    }
    for (const cJSON *c = list.item->child; c; c = c->next, i++) {
        struct json_value at = {.item = c, .up = &list, .index = i};
        json_number(r, &at, &position_m[i]);
    }
}

static void read_traits(struct registry_builder *b, const struct json_value *v, struct sensor *s)
{
    static const char *const media[] = {"indoor", "outdoor", "wall", "timber", "ground"};
    struct json_reader *r = &b->read;
    size_t medium;

    s->axis = json_keep(r, json_get_text(r, v, "axis", JSON_MAY));
    if (json_get_choice(r, v, "medium", JSON_MAY, "a medium", media, COUNT_OF(media), &medium))
        s->medium = media[medium];
    json_get_whole(r, v, "mode", JSON_MAY, 1, MODE_MAX, &s->mode);
    json_get_time(r, v, "installed", JSON_MAY, &s->installed_us);
    json_get_text(r, v, "note", JSON_MAY);
    read_position(r, v, s->position_m);
    json_get_seconds(r, v, "period_s", JSON_MUST, true, &s->period_us);
    s->arrives_us = s->period_us;
    if (json_get_seconds(r, v, "arrives_s", JSON_MAY, true, &s->arrives_us) &&
        s->arrives_us < s->period_us) {
        struct json_value at = json_member(v, "arrives_s");
        json_fault(r, &at, "less than period_s");
    }
}

/* False with a fault when a limit is in another family of units (a battery in V and in %). */
static void check_limits_fit(struct registry_builder *b, const struct json_value *at,
                             const struct sensor *s, const struct limit_set *set)
{
    const char *name = quantity_info(s->quantity)->name;

    if (set->quantity != s->quantity) {
        json_fault(&b->read, at, "\"%s\" is a set of limits for %s, not for %s", set->name,
                   quantity_info(set->quantity)->name, name);
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        const struct limit *l = &set->limits[i];
        const struct unit_conversion *unit = unit_find(s->quantity, l->unit);

        if (l->of == LIMIT_PERCENT_CHANGE || !unit ||
            strcmp(unit_canonical(unit), s->canonical_unit) == 0)
            continue;
        json_fault(&b->read, at, "limits in %s cannot be compared with a %s in %s", l->unit, name,
                   s->unit_text);
        return;
    }
}

static void read_named_limits(struct registry_builder *b, const struct json_value *at,
                              struct sensor *s)
{
    const struct registry *r = b->r;
    const char *name = json_text(&b->read, at), *near;
    uint32_t found = name ? strmap_get(&b->set_by_name, name, strlen(name)) : STRMAP_NONE;

    if (!name)
        return;
    if (found != STRMAP_NONE) {
        s->limits = &r->limit_sets[found];
        if (s->limits->quantity != Q_COUNT)
            check_limits_fit(b, at, s, s->limits);
        return;
    }
    if (b->no_folder) {
        b->sets_wanted++; /* said once, of all of them */
        return;
    }
    near = fault_suggest(name, b->set_names, r->limit_set_count);
    if (near && *near)
        json_fault(&b->read, at, "there is no set of limits \"%s\", did you mean \"%s\"?", name,
                   near);
    else
        json_fault(&b->read, at, "there is no set of limits \"%s\"", name);
}

static void read_limits(struct registry_builder *b, const struct json_value *v, struct sensor *s)
{
    struct json_value at = json_member(v, "limits");
    struct limit_set *set;

    if (!at.item || cJSON_IsString(at.item)) {
        if (at.item)
            read_named_limits(b, &at, s);
        return;
    }
    if (!json_get_list(&b->read, v, "limits", JSON_MAY, &at) || json_count(&at) == 0)
        return;
    set = json_keep_array(&b->read, 1, sizeof *set);
    if (!set)
        return;
    *set = (struct limit_set){
        .name = s->id, .title_zh = s->id, .title_en = s->id, .quantity = s->quantity};
    registry_read_limits(&b->read, &at, s->quantity, true, set);
    check_limits_fit(b, &at, s, set);
    s->limits = set;
}

/* The numbers that stand in the sensor's unit. */
static void read_measures(struct registry_builder *b, const struct json_value *v, struct sensor *s)
{
    struct json_reader *r = &b->read;
    struct json_value at = json_member(v, "resolution");
    double resolution = 0;

    if (json_get_number(r, v, "resolution", JSON_MAY, &resolution)) {
        s->resolution = unit_difference_to_canonical(s->unit, resolution);
        if (!(s->resolution >= 0) || !isfinite(s->resolution)) {
            json_fault(r, &at, "%.10g is not a resolution", resolution);
            s->resolution = 0;
        }
    }
    s->quality = quality_config_default(s->quantity, s->resolution, s->period_us);
    registry_read_quality(r, v, s->unit, &s->quality);
    read_limits(b, v, s);
}

static void read_sensor(struct registry_builder *b, const struct json_value *v, uint32_t index)
{
    struct sensor *s = &b->r->sensors[index];

    *s = (struct sensor){.id = "",
                         .node = REGISTRY_NONE,
                         .house = REGISTRY_NONE,
                         .element = REGISTRY_NONE,
                         .unit_text = "",
                         .canonical_unit = "",
                         .axis = "",
                         .medium = "",
                         .installed_us = INT64_MIN};
    if (!json_check_object(&b->read, v, sensor_keys, COUNT_OF(sensor_keys)))
        return;
    s->id = registry_read_id(&b->read, v, &b->r->sensor_by_id, index, true);
    read_place(b, v, s);
    s->source = registry_read_source(b, v, index);
    read_node(b, v, s);
    read_traits(b, v, s);
    if (read_unit(b, v, s))
        read_measures(b, v, s);
}

/* After all sensors: those named may stand further down. */
static void read_environment(struct registry_builder *b, const struct json_value *v, uint32_t index)
{
    struct sensor *s = &b->r->sensors[index];
    struct json_value list;
    uint32_t *found;
    size_t i = 0;

    if (!json_get_list(&b->read, v, "environment", JSON_MAY, &list) || json_count(&list) == 0)
        return;
    found = json_keep_array(&b->read, json_count(&list), sizeof *found);
    s->environment = found;
    for (const cJSON *c = list.item->child; c && found; c = c->next, i++) {
        struct json_value at = {.item = c, .up = &list, .index = i};
        const char *id = json_text(&b->read, &at);
        uint32_t other = id ? registry_sensor(b->r, id, strlen(id)) : REGISTRY_NONE;

        if (id && other == REGISTRY_NONE)
            json_fault(&b->read, &at, "there is no sensor \"%s\"", id);
        else if (id && other == index)
            json_fault(&b->read, &at, "\"%s\" is this sensor itself", id);
        else if (id)
            found[s->environment_count++] = other;
    }
}

/* The house of a node is that of its sensors, none when they disagree. */
static void add_to_node(struct node *node, uint32_t house)
{
    if (node->sensor_count == 0)
        node->house = house;
    else if (node->house != house)
        node->house = REGISTRY_NONE;
    node->sensor_count++;
}

/* The table of nodes from what the sensors say; each has its range of one list of sensors. */
static void make_nodes(struct registry_builder *b)
{
    struct registry *r = b->r;
    uint32_t *list = json_keep_array(&b->read, r->sensor_count, sizeof *list);
    size_t *next = arena_array(&b->scratch, r->node_count, sizeof *next);
    size_t start = 0;

    r->nodes = json_keep_array(&b->read, r->node_count, sizeof *r->nodes);
    if (!list || !next || !r->nodes) {
        b->read.out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < r->sensor_count; i++)
        if (r->sensors[i].node != REGISTRY_NONE)
            add_to_node(&r->nodes[r->sensors[i].node], r->sensors[i].house);
    for (size_t i = 0; i < r->node_count; i++) {
        r->nodes[i].id = b->node_ids[i];
        r->nodes[i].sensors = list + start;
        next[i] = start;
        start += r->nodes[i].sensor_count;
    }
    for (uint32_t i = 0; i < r->sensor_count; i++)
        if (r->sensors[i].node != REGISTRY_NONE)
            list[next[r->sensors[i].node]++] = i;
}

void registry_read_sensors(struct registry_builder *b, const struct json_value *list)
{
    struct registry *r = b->r;
    uint32_t i = 0;

    r->sensor_count = json_count(list);
    r->sensors = json_keep_array(&b->read, r->sensor_count, sizeof *r->sensors);
    b->node_ids = arena_array(&b->scratch, r->sensor_count, sizeof *b->node_ids);
    if (!r->sensors || !b->node_ids) {
        r->sensor_count = 0;
        b->read.out_of_memory = true;
        return;
    }
    for (const cJSON *c = list->item->child; c; c = c->next, i++)
        read_sensor(b, &(struct json_value){.item = c, .up = list, .index = i}, i);
    i = 0;
    for (const cJSON *c = list->item->child; c; c = c->next, i++)
        if (cJSON_IsObject(c)) {
            struct json_value v = {.item = c, .up = list, .index = i};
            read_environment(b, &v, i);
            registry_read_calibrations(b, &v, &r->sensors[i]);
        }
    i = 0;
    for (const cJSON *c = list->item->child; c; c = c->next, i++)
        registry_check_calibrations(b, &(struct json_value){.item = c, .up = list, .index = i},
                                    &r->sensors[i]);
    if (!b->read.out_of_memory)
        make_nodes(b);
}
