/* Damages, ills and epochs of a scenario. Whether what they name exists is seen when the district
 * is built (plan.c). */
#include <string.h>

#include "scenario_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/registry_json.h"

const char *const damage_kind_names[DAMAGE_KIND_COUNT] = {
    "linear",    "accelerating",   "stepwise",       "house_settlement",
    "roof_leak", "frequency_drop", "row_dewatering", "row_excavation",
    "metro",     "pile_driving",
};

const char *const ill_kind_names[ILL_KIND_COUNT] = {
    "drift", "drift_thermal", "stuck",      "spikes",   "gap",     "replay",     "clock",   "unit",
    "swap",  "rezero",        "duplicates", "disorder", "battery", "renovation", "vacancy",
};

static const char *place_of(enum damage_kind kind)
{
    return kind <= DAMAGE_STEPWISE ? "sensor" : kind <= DAMAGE_FREQUENCY_DROP ? "house" : "row";
}

/* The one place that an object names, under one of three keys. */
static const char *read_place(struct json_reader *r, const struct json_value *v, const char *kind,
                              const char *const *allowed, size_t count)
{
    static const char *const keys[] = {"sensor", "node", "house", "row"};
    const char *found = NULL;

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct json_value at = json_member(v, keys[i]);
        bool fits = false;
        for (size_t k = 0; k < count; k++)
            fits = fits || allowed[k] == keys[i] || strcmp(allowed[k], keys[i]) == 0;
        if (at.item && !fits)
            json_fault(r, &at, "%s happens to a %s", kind, allowed[0]);
        else if (at.item && found)
            json_fault(r, &at, "one place only");
        else if (at.item)
            found = json_text(r, &at);
    }
    if (!found)
        json_fault(r, v, "%s: \"%s\" is missing", kind, allowed[0]);
    return json_keep(r, found);
}

static void read_damage(struct json_reader *r, const struct json_value *v,
                        struct scenario_damage *d)
{
    static const char *const keys[] = {"kind", "sensor", "house", "row", "onset", "size", "days"};
    size_t kind = DAMAGE_KIND_COUNT;
    const char *place;

    *d = (struct scenario_damage){.at = "", .days = 1};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)) ||
        !json_get_choice(r, v, "kind", JSON_MUST, "a kind of damage", damage_kind_names,
                         DAMAGE_KIND_COUNT, &kind))
        return;
    d->kind = (enum damage_kind)kind;
    place = place_of(d->kind);
    d->at = read_place(r, v, damage_kind_names[kind], &place, 1);
    json_get_time(r, v, "onset", JSON_MUST, &d->onset_us);
    json_get_within(r, v, "size", JSON_MUST, -10000, 10000, &d->size);
    json_get_within(r, v, "days", JSON_MUST, d->kind == DAMAGE_FREQUENCY_DROP ? 0 : 0.5,
                    SCENARIO_DAYS_MAX, &d->days);
}

void scenario_read_damages(struct json_reader *r, const struct json_value *document,
                           struct scenario *s)
{
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(r, document, "damages", JSON_MAY, &list) || json_count(&list) == 0)
        return;
    s->damage_count = json_count(&list);
    s->damages = json_keep_array(r, s->damage_count, sizeof *s->damages);
    for (const cJSON *c = list.item->child; c && s->damages; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        read_damage(r, &v, &s->damages[i]);
    }
}

static bool needs_size(enum ill_kind kind)
{
    return kind == ILL_DRIFT || kind == ILL_DRIFT_THERMAL || kind == ILL_SPIKES ||
           kind == ILL_CLOCK || kind == ILL_UNIT || kind == ILL_SWAP || kind == ILL_DISORDER;
}

static bool needs_end(enum ill_kind kind)
{
    return kind == ILL_GAP || kind == ILL_REPLAY || kind == ILL_BATTERY || kind == ILL_RENOVATION;
}

/* May stand in the list of epochs. */
static bool notable(enum ill_kind kind)
{
    return kind == ILL_SWAP || kind == ILL_REZERO || kind >= ILL_RENOVATION;
}

static size_t places_of(enum ill_kind kind, const char *places[3])
{
    static const char *const any[] = {"sensor", "node", "house"};
    size_t first = kind == ILL_BATTERY ? 1 : kind >= ILL_RENOVATION ? 2 : 0;
    size_t count = kind == ILL_BATTERY ? 1 : 3 - first;

    for (size_t i = 0; i < count; i++)
        places[i] = any[first + i];
    return count;
}

static void read_ill(struct json_reader *r, const struct json_value *v, struct scenario_ill *ill)
{
    static const char *const keys[] = {"kind", "sensor", "node", "house",
                                       "from", "days",   "size", "epoch"};
    struct json_value epoch = json_member(v, "epoch");
    const char *places[3];
    size_t kind = ILL_KIND_COUNT;
    double days = 0;

    *ill = (struct scenario_ill){.at = "", .until_us = INT64_MAX};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)) ||
        !json_get_choice(r, v, "kind", JSON_MUST, "a kind of ill", ill_kind_names, ILL_KIND_COUNT,
                         &kind))
        return;
    ill->kind = (enum ill_kind)kind;
    ill->at = read_place(r, v, ill_kind_names[kind], places, places_of(ill->kind, places));
    ill->size = ill->kind == ILL_RENOVATION ? 10 : 0;
    ill->epoch = ill->kind == ILL_REZERO || ill->kind >= ILL_RENOVATION;
    json_get_within(r, v, "size", needs_size(ill->kind) ? JSON_MUST : JSON_MAY, -1e6, 1e6,
                    &ill->size);
    if (notable(ill->kind))
        scenario_get_bool(r, v, "epoch", &ill->epoch);
    else if (epoch.item)
        json_fault(r, &epoch, "nobody notes a %s", ill_kind_names[kind]);
    if (json_get_time(r, v, "from", JSON_MUST, &ill->from_us) &&
        json_get_within(r, v, "days", needs_end(ill->kind) ? JSON_MUST : JSON_MAY, 0.01,
                        SCENARIO_DAYS_MAX, &days))
        ill->until_us = ill->from_us + (int64_t)(days * (double)US_PER_DAY);
}

void scenario_read_ills(struct json_reader *r, const struct json_value *document,
                        struct scenario *s)
{
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(r, document, "ills", JSON_MAY, &list) || json_count(&list) == 0)
        return;
    s->ill_count = json_count(&list);
    s->ills = json_keep_array(r, s->ill_count, sizeof *s->ills);
    for (const cJSON *c = list.item->child; c && s->ills; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        read_ill(r, &v, &s->ills[i]);
    }
}

void scenario_read_epochs(struct json_reader *r, const struct json_value *document,
                          struct scenario *s)
{
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(r, document, "epochs", JSON_MAY, &list) || json_count(&list) == 0)
        return;
    s->epoch_count = json_count(&list);
    s->epochs = json_keep_array(r, s->epoch_count, sizeof *s->epochs);
    for (const cJSON *c = list.item->child; c && s->epochs; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        epoch_read(r, &v, &s->epochs[i]);
    }
}
