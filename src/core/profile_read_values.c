#include <math.h>
#include <string.h>

#include "profile_read.h"

const char *profile_role_name(enum profile_role role)
{
    static const char *const names[PROFILE_ROLE_COUNT] = {"measure", "health", "event"};

    return (unsigned)role < PROFILE_ROLE_COUNT ? names[role] : "unknown";
}

static struct profile_place read_place(struct json_reader *r, const struct json_value *object,
                                       const char *key)
{
    static const char *const keys[] = {"ptr", "topic", "member"};
    struct profile_place place = {0};
    struct json_value v = json_member(object, key);

    if (!v.item || !json_check_object(r, &v, keys, COUNT_OF(keys)))
        return place;
    place.given = true;
    place.pointers = profile_read_pointers(r, &v, "ptr", NULL);
    place.topic = json_get_text(r, &v, "topic", JSON_MAY);
    if (place.topic)
        place.topic = json_keep(r, place.topic);
    place.member = cJSON_IsTrue(json_member(&v, "member").item);
    if (place.pointers.count == 0 && !place.topic && !place.member)
        json_fault(r, &v, "needs ptr, topic (a {name} of the topic) or member: true");
    return place;
}

static void read_map(struct json_reader *r, const struct json_value *v, struct profile_value *out)
{
    struct json_value at = json_member(v, "map");
    struct profile_map *map;
    size_t n = 0;

    if (!at.item)
        return;
    if (!cJSON_IsObject(at.item)) {
        json_fault(r, &at, "an object is needed: {\"open\": 1, \"closed\": 0}");
        return;
    }
    map = json_keep_array(r, json_count(&at), sizeof *map);
    for (const cJSON *c = at.item->child; c && map; c = c->next, n++) {
        struct json_value number = {.item = c, .up = &at, .key = c->string};
        map[n].text = json_keep(r, c->string);
        json_number(r, &number, &map[n].value);
    }
    out->map = map;
    out->map_count = map ? n : 0;
}

/* Units that the message itself names: {"ptr": …, "F": {"unit": "Cel", "scale": …, "offset": …}}.
 */
static void read_units(struct json_reader *r, const struct json_value *v, struct profile_value *out)
{
    static const char *const keys[] = {"unit", "scale", "offset"};
    struct json_value at = json_member(v, "units");
    struct profile_unit *units;

    if (!at.item)
        return;
    out->unit_at = profile_read_pointers(r, &at, "ptr", NULL);
    if (out->unit_at.count == 0) {
        json_fault(r, &at, "needs ptr, and an object for each unit named there");
        return;
    }
    units = json_keep_array(r, json_count(&at), sizeof *units);
    for (const cJSON *c = at.item->child; c && units; c = c->next) {
        struct json_value one = {.item = c, .up = &at, .key = c->string};
        struct profile_unit *u = &units[out->unit_count];
        if (strcmp(c->string, "ptr") == 0 || !json_check_object(r, &one, keys, COUNT_OF(keys)))
            continue;
        *u = (struct profile_unit){.text = json_keep(r, c->string), .scale = 1};
        u->unit = json_keep(r, json_get_text(r, &one, "unit", JSON_MUST));
        json_get_number(r, &one, "scale", JSON_MAY, &u->scale);
        json_get_number(r, &one, "offset", JSON_MAY, &u->offset);
        out->unit_count++;
    }
    out->units = units;
}

/* Quantity and unit; a unit must be one that the quantity is measured in, unless the quantity is
 * not told (then the registered sensor's calibration says what it means). */
static void read_unit(struct json_reader *r, const struct json_value *v, struct profile_value *out)
{
    struct json_value at = json_member(v, "unit");
    const char *names[Q_COUNT];
    const char *unit = json_get_text(r, v, "unit", JSON_MAY);
    size_t q = Q_COUNT;

    for (size_t i = 0; i < Q_COUNT; i++)
        names[i] = quantity_info((enum quantity)i)->name;
    json_get_choice(r, v, "quantity", JSON_MAY, "a quantity", names, Q_COUNT, &q);
    out->quantity = (enum quantity)q;
    out->unit = unit ? json_keep(r, unit) : NULL;
    if (q < Q_COUNT && !unit)
        json_fault(r, &at, "missing, a unit of %s is needed (%s)", names[q],
                   quantity_units_text(out->quantity));
    else if (q < Q_COUNT && !unit_find(out->quantity, unit))
        json_fault(r, &at, "\"%s\" is not a unit of %s (%s)", unit, names[q],
                   quantity_units_text(out->quantity));
    for (size_t i = 0; q < Q_COUNT && i < out->unit_count; i++)
        if (!unit_find(out->quantity, out->units[i].unit))
            json_fault(r, &at, "units: \"%s\" is not a unit of %s (%s)", out->units[i].unit,
                       names[q], quantity_units_text(out->quantity));
}

static void read_value(struct json_reader *r, const struct json_value *v, struct profile_value *out)
{
    static const char *const keys[] = {"name",  "ptr",    "quantity", "unit",    "units",
                                       "scale", "offset", "map",      "missing", "min",
                                       "max",   "role",   "match",    "time",    "note"};
    static const char *const roles[] = {"measure", "health", "event"};
    size_t role = PROFILE_MEASURE;
    struct json_value at = json_member(v, "ptr");

    *out =
        (struct profile_value){.name = "", .scale = 1, .min = NAN, .max = NAN, .quantity = Q_COUNT};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    out->name = json_keep(r, json_get_text(r, v, "name", JSON_MAY));
    out->pointers = profile_read_pointers(r, v, "ptr", &out->any);
    if (out->pointers.count == 0 && !at.item)
        json_fault(r, &at, "missing, a JSON Pointer is needed");
    read_units(r, v, out);
    read_unit(r, v, out);
    json_get_number(r, v, "scale", JSON_MAY, &out->scale);
    json_get_number(r, v, "offset", JSON_MAY, &out->offset);
    read_map(r, v, out);
    out->missing = profile_read_texts(r, v, "missing", &out->missing_count);
    json_get_number(r, v, "min", JSON_MAY, &out->min);
    json_get_number(r, v, "max", JSON_MAY, &out->max);
    at = json_member(v, "max");
    if (out->min > out->max)
        json_fault(r, &at, "below min");
    json_get_choice(r, v, "role", JSON_MAY, "a role", roles, COUNT_OF(roles), &role);
    out->role = (enum profile_role)(role < PROFILE_ROLE_COUNT ? role : PROFILE_MEASURE);
    out->match = profile_read_conditions(r, v);
    out->time = profile_read_time(r, v);
}

static void read_values(struct json_reader *r, const struct json_value *v,
                        struct profile_part *part)
{
    struct json_value list;
    struct profile_value *values;
    size_t i = 0;

    if (!json_get_list(r, v, "values", JSON_MAY, &list) || !list.item)
        return;
    values = json_keep_array(r, json_count(&list), sizeof *values);
    for (const cJSON *c = list.item->child; c && values; c = c->next, i++) {
        struct json_value one = {.item = c, .up = &list, .index = i};
        read_value(r, &one, &values[i]);
        if (!*values[i].name && !values[i].any && !part->channel.given)
            json_fault(r, &one, "needs a name: the channel under which sensors are registered");
    }
    part->values = values;
    part->value_count = values ? i : 0;
}

/* A pointer that may be empty (the document itself); NULL when absent. */
static const char *read_each(struct json_reader *r, const struct json_value *v, const char *key)
{
    struct json_value at = json_member(v, key);

    if (!at.item)
        return NULL;
    if (!cJSON_IsString(at.item) ||
        (*at.item->valuestring != '\0' && *at.item->valuestring != '/' &&
         *at.item->valuestring != '^')) {
        json_fault(r, &at, "a JSON Pointer is needed (\"\": what is there itself)");
        return NULL;
    }
    return json_keep(r, at.item->valuestring);
}

void profile_read_part(struct json_reader *r, const struct json_value *v, struct profile_part *part)
{
    part->each_member = read_each(r, v, "each_member");
    part->each = read_each(r, v, "each");
    part->device = read_place(r, v, "device");
    part->channel = read_place(r, v, "channel");
    part->time = profile_read_time(r, v);
    part->fallback = cJSON_IsTrue(json_member(v, "fallback").item);
    read_values(r, v, part);
}
