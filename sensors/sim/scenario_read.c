#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "district.h"
#include "scenario_parts.h"
#include "shikumen/base/clock.h"

static void read_seed(struct json_reader *r, const struct json_value *document, struct scenario *s)
{
    double seed = 1;

    json_get_within(r, document, "seed", JSON_MUST, 0, 9007199254740991, &seed);
    s->seed = (uint64_t)seed;
}

/* Names of designs; *names NULL when the list is absent. */
static void read_sensors(struct json_reader *r, const struct json_value *object,
                         const char ***names, size_t *count)
{
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(r, object, "sensors", JSON_MAY, &list) || json_count(&list) == 0)
        return;
    *count = json_count(&list);
    *names = json_keep_array(r, *count, sizeof **names);
    for (const cJSON *c = list.item->child; c && *names; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        const char *name = json_text(r, &v);
        (*names)[i] = json_keep(r, name);
        if (name && !district_design_known(name))
            json_fault(r, &v, "\"%s\" is no sensor of the simulator (%s)", name,
                       DISTRICT_DESIGN_NAMES);
    }
}

static void read_house(struct json_reader *r, const struct json_value *v, struct scenario_house *h)
{
    static const char *const keys[] = {"id", "lane", "row", "sensors"};
    struct json_value at = json_member(v, "id");

    *h = (struct scenario_house){.id = "", .lane = 1, .row = 1};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    h->id = json_keep(r, json_get_text(r, v, "id", JSON_MUST));
    if (strlen(h->id) >= SIM_HOUSE_ID_SIZE || strspn(h->id, DISTRICT_ID_BYTES) != strlen(h->id))
        json_fault(r, &at, "\"%s\" is no id (letters, digits, - and _, at most %d)", h->id,
                   SIM_HOUSE_ID_SIZE - 1);
    json_get_whole(r, v, "lane", JSON_MAY, 1, 99, &h->lane);
    json_get_whole(r, v, "row", JSON_MAY, 1, 99, &h->row);
    read_sensors(r, v, &h->sensors, &h->sensor_count);
}

static void check_house_once(struct json_reader *r, const struct json_value *at,
                             const struct scenario *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (*s->houses[i].id && strcmp(s->houses[k].id, s->houses[i].id) == 0)
            json_fault(r, at, "\"%s\" is already the id of another house", s->houses[i].id);
}

static void read_house_list(struct json_reader *r, const struct json_value *list,
                            struct scenario *s)
{
    size_t i = 0;

    s->house_count = json_count(list);
    s->houses = json_keep_array(r, s->house_count, sizeof *s->houses);
    if (s->house_count == 0)
        json_fault(r, list, "at least one house is needed");
    for (const cJSON *c = list->item->child; c && s->houses; c = c->next, i++) {
        struct json_value v = {.item = c, .up = list, .index = i};
        read_house(r, &v, &s->houses[i]);
        check_house_once(r, &v, s, i);
    }
}

static void read_house_count(struct json_reader *r, const struct json_value *v, struct scenario *s)
{
    static const char *const keys[] = {"count", "per_row", "rows_per_lane"};
    int count = 1;

    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    json_get_whole(r, v, "count", JSON_MUST, 1, SIM_HOUSES_MAX, &count);
    json_get_whole(r, v, "per_row", JSON_MAY, 1, 99, &s->per_row);
    json_get_whole(r, v, "rows_per_lane", JSON_MAY, 1, 99, &s->rows_per_lane);
    s->house_count = (size_t)count;
}

static void read_houses(struct json_reader *r, const struct json_value *document,
                        struct scenario *s)
{
    struct json_value v = json_member(document, "houses");

    if (!v.item)
        json_fault(r, &v, "missing, a list of houses or {\"count\"} is needed");
    else if (cJSON_IsArray(v.item))
        read_house_list(r, &v, s);
    else
        read_house_count(r, &v, s);
}

static void read_spell(struct json_reader *r, const struct json_value *v, bool wet,
                       struct scenario_spell *spell)
{
    static const char *const hot_keys[] = {"from", "days", "rise_celsius"};
    static const char *const wet_keys[] = {"from", "days", "strength"};

    *spell = (struct scenario_spell){.wet = wet, .days = 1};
    if (!json_check_object(r, v, wet ? wet_keys : hot_keys, COUNT_OF(hot_keys)))
        return;
    json_get_time(r, v, "from", JSON_MUST, &spell->from_us);
    json_get_within(r, v, "days", JSON_MUST, 0.5, 366, &spell->days);
    if (wet)
        json_get_within(r, v, "strength", JSON_MUST, 0, 1, &spell->size);
    else
        json_get_within(r, v, "rise_celsius", JSON_MUST, 0, 15, &spell->size);
}

static void read_spells(struct json_reader *r, const struct json_value *list, bool wet,
                        struct scenario *s)
{
    size_t i = 0;

    if (!list->item)
        return;
    for (const cJSON *c = list->item->child; c; c = c->next, i++) {
        struct json_value v = {.item = c, .up = list, .index = i};
        read_spell(r, &v, wet, &s->spells[s->spell_count++]);
    }
}

static void read_weather(struct json_reader *r, const struct json_value *document,
                         struct scenario *s)
{
    static const char *const keys[] = {"variability", "heat_waves", "plum_rains"};
    struct json_value v = json_member(document, "weather"), hot, wet;

    if (!v.item || !json_check_object(r, &v, keys, COUNT_OF(keys)))
        return;
    json_get_within(r, &v, "variability", JSON_MAY, 0, 3, &s->variability);
    json_get_list(r, &v, "heat_waves", JSON_MAY, &hot);
    json_get_list(r, &v, "plum_rains", JSON_MAY, &wet);
    s->spells = json_keep_array(r, json_count(&hot) + json_count(&wet), sizeof *s->spells);
    if (s->spells) {
        read_spells(r, &hot, false, s);
        read_spells(r, &wet, true, s);
    }
}

static void read_draw(struct json_reader *r, const struct json_value *document, struct scenario *s)
{
    static const char *const keys[] = {
        "houses", "years", "damaged_share", "ills_per_sensor_year", "per_row", "rows_per_lane"};
    struct json_value v = json_member(document, "district");

    if (!json_check_object(r, &v, keys, COUNT_OF(keys)))
        return;
    s->draw = (struct scenario_draw){.houses = 1, .years = 1};
    json_get_whole(r, &v, "houses", JSON_MUST, 1, 1000, &s->draw.houses);
    json_get_whole(r, &v, "years", JSON_MUST, 1, 20, &s->draw.years);
    json_get_within(r, &v, "damaged_share", JSON_MUST, 0, 1, &s->draw.damaged_share);
    json_get_within(r, &v, "ills_per_sensor_year", JSON_MUST, 0, 3, &s->draw.ills_per_sensor_year);
    json_get_whole(r, &v, "per_row", JSON_MAY, 1, 99, &s->per_row);
    json_get_whole(r, &v, "rows_per_lane", JSON_MAY, 1, 99, &s->rows_per_lane);
    s->house_count = (size_t)s->draw.houses;
    s->days = (int)(s->draw.years * 365.25);
}

static void refuse_beside_draw(struct json_reader *r, const struct json_value *document)
{
    static const char *const keys[] = {"houses", "days"};

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct json_value v = json_member(document, keys[i]);
        if (v.item)
            json_fault(r, &v, "not together with district, which says it");
    }
}

static void read_document(struct json_reader *r, const struct json_value *document,
                          struct scenario *s)
{
    static const char *const keys[] = {"$schema",  "note",   "seed",    "start",   "days",
                                       "period_s", "houses", "sensors", "weather", "damages",
                                       "ills",     "epochs", "expect",  "district"};

    if (!json_check_object(r, document, keys, COUNT_OF(keys)))
        return;
    read_seed(r, document, s);
    json_get_time(r, document, "start", JSON_MUST, &s->start_us);
    json_get_whole(r, document, "period_s", JSON_MAY, 60, 86400, &s->period_s);
    if (86400 % s->period_s != 0) {
        struct json_value at = json_member(document, "period_s");
        json_fault(r, &at, "%d does not divide a day of 86400 s", s->period_s);
    }
    if (json_member(document, "district").item) {
        refuse_beside_draw(r, document);
        read_draw(r, document, s);
    } else {
        json_get_whole(r, document, "days", JSON_MUST, 1, 7305, &s->days);
        read_houses(r, document, s);
    }
    read_sensors(r, document, &s->sensors, &s->sensor_count);
    read_weather(r, document, s);
    scenario_read_damages(r, document, s);
    scenario_read_ills(r, document, s);
    scenario_read_epochs(r, document, s);
    scenario_check_expect(r, document, s);
}

enum err scenario_read(const char *file, const char *text, size_t len, struct fault_list *faults,
                       struct scenario *out)
{
    struct json_reader r = {.file = file, .faults = faults, .arena = &out->arena};
    size_t before = faults->count;
    cJSON *root;
    enum err e;

    *out = (struct scenario){
        .variability = 1, .days = 1, .period_s = 3600, .per_row = 8, .rows_per_lane = 4};
    e = json_read_tree(&r, text, len, &root);
    if (e == ERR_OK) {
        struct json_value document = {.item = root};
        read_document(&r, &document, out);
        cJSON_Delete(root);
    }
    if (e == ERR_NOMEM || r.out_of_memory)
        return ERR_NOMEM;
    return faults->count > before ? ERR_CONFIG : ERR_OK;
}

void scenario_free(struct scenario *s)
{
    arena_free(&s->arena);
    *s = (struct scenario){0};
}

int64_t scenario_end_us(const struct scenario *s)
{
    return s->start_us + s->days * US_PER_DAY;
}

void scenario_get_bool(struct json_reader *r, const struct json_value *object, const char *key,
                       bool *out)
{
    struct json_value v = json_member(object, key);

    if (!v.item)
        return;
    if (cJSON_IsBool(v.item))
        *out = cJSON_IsTrue(v.item);
    else
        json_fault(r, &v, "true or false is needed");
}
