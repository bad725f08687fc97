#include "shikumen/core/registry_json.h"

#include <stdlib.h>
#include <string.h>

#include "registry_build.h"

#define COUNT_OF(table)  (sizeof(table) / sizeof *(table))
#define DEFAULT_TIMEZONE "Asia/Shanghai"

static void read_district(struct registry_builder *b, const struct json_value *document)
{
    static const char *const keys[] = {"id", "name", "timezone"};
    struct json_value v = json_member(document, "district");
    struct registry *r = b->r;

    if (!v.item) {
        json_fault(&b->read, &v, "missing, an object with an id is needed");
        return;
    }
    if (!json_check_object(&b->read, &v, keys, COUNT_OF(keys)))
        return;
    r->district_id = json_keep(&b->read, json_get_text(&b->read, &v, "id", JSON_MUST));
    r->district_name = registry_read_name(&b->read, &v, "name", r->district_id);
    r->timezone = json_keep(&b->read, json_get_text(&b->read, &v, "timezone", JSON_MAY));
    if (!*r->timezone)
        r->timezone = DEFAULT_TIMEZONE;
}

static bool is_lane_or_row(const struct registry *r, const char *scope)
{
    for (size_t i = 0; r->houses && i < r->house_count; i++)
        if (strcmp(r->houses[i].lane, scope) == 0 || strcmp(r->houses[i].row, scope) == 0)
            return true;
    return false;
}

static bool scope_known(const struct registry *r, const char *scope)
{
    size_t n = strlen(scope);

    return strcmp(scope, r->district_id) == 0 || registry_sensor(r, scope, n) != REGISTRY_NONE ||
           registry_element(r, scope) != REGISTRY_NONE ||
           registry_house(r, scope) != REGISTRY_NONE || is_lane_or_row(r, scope);
}

void epoch_read(struct json_reader *r, const struct json_value *v, struct epoch *e)
{
    static const char *const keys[] = {"t", "scope", "kind", "until", "note"};
    const char *kinds[EPOCH_KIND_COUNT];
    struct json_value at = json_member(v, "until");
    size_t kind = EPOCH_REPAIR;

    *e = (struct epoch){.until_us = INT64_MAX, .scope = "", .note = ""};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    for (size_t i = 0; i < EPOCH_KIND_COUNT; i++)
        kinds[i] = epoch_kind_name((enum epoch_kind)i);
    json_get_choice(r, v, "kind", JSON_MUST, "an epoch kind", kinds, EPOCH_KIND_COUNT, &kind);
    e->kind = (enum epoch_kind)kind;
    e->scope = json_keep(r, json_get_text(r, v, "scope", JSON_MUST));
    e->note = json_keep(r, json_get_text(r, v, "note", JSON_MAY));
    if (json_get_time(r, v, "t", JSON_MUST, &e->t_us) &&
        json_get_time(r, v, "until", JSON_MAY, &e->until_us) && e->until_us <= e->t_us)
        json_fault(r, &at, "not after the beginning t");
}

static void read_epoch(struct json_reader *r, const struct registry *registry,
                       const struct json_value *v, struct epoch *e)
{
    struct json_value at = json_member(v, "scope");

    epoch_read(r, v, e);
    if (*e->scope && !scope_known(registry, e->scope))
        json_fault(r, &at, "\"%s\" is no sensor, element, house, row, lane or district", e->scope);
}

/* By time; what begins at once, in an order that is always the same. */
static int compare_epochs(const void *left, const void *right)
{
    const struct epoch *a = left, *b = right;
    int by_scope = strcmp(a->scope, b->scope);

    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    if (by_scope != 0)
        return by_scope;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

/* Adds those of the list, unless one is faulty, to those of the registry. */
static void read_epoch_list(struct json_reader *read, struct registry *r,
                            const struct json_value *list)
{
    size_t i = r->epoch_count, count = i + json_count(list), faults = read->faults->count;
    struct epoch *epochs = json_keep_array(read, count, sizeof *epochs);

    if (!epochs || count == i)
        return;
    if (i > 0)
        memcpy(epochs, r->epochs, i * sizeof *epochs);
    for (const cJSON *c = list->item->child; c; c = c->next, i++) {
        struct json_value at = {.item = c, .up = list, .index = i - r->epoch_count};
        read_epoch(read, r, &at, &epochs[i]);
    }
    if (read->faults->count > faults || read->out_of_memory)
        return;
    qsort(epochs, count, sizeof *epochs, compare_epochs);
    r->epochs = epochs;
    r->epoch_count = count;
}

static void read_epochs(struct json_reader *read, struct registry *r,
                        const struct json_value *document)
{
    struct json_value list;

    if (json_get_list(read, document, "epochs", JSON_MAY, &list))
        read_epoch_list(read, r, &list);
}

enum err registry_add_epochs(struct registry *r, const struct source_text *epochs,
                             struct fault_list *faults)
{
    static const char *const keys[] = {"epochs", "note"};
    struct json_reader read = {.file = epochs->file, .faults = faults, .arena = &r->arena};
    size_t faults_before = faults->count;
    struct json_value document = {0};
    cJSON *root;
    enum err e = json_read_tree(&read, epochs->text, epochs->len, &root);

    if (e != ERR_OK)
        return e == ERR_NOMEM ? e : ERR_CONFIG;
    document.item = root;
    if ((root->type & 0xff) == cJSON_Array)
        read_epoch_list(&read, r, &document);
    else if (json_check_object(&read, &document, keys, COUNT_OF(keys)))
        read_epochs(&read, r, &document);
    cJSON_Delete(root);
    if (read.out_of_memory)
        return ERR_NOMEM;
    return faults->count > faults_before ? ERR_CONFIG : ERR_OK;
}

static void read_registry(struct registry_builder *b, const struct json_value *document)
{
    static const char *const keys[] = {"district", "houses", "sensors", "epochs", "note"};
    struct json_value sensors;

    if (!json_check_object(&b->read, document, keys, COUNT_OF(keys)))
        return;
    read_district(b, document);
    registry_read_houses(b, document);
    if (json_get_list(&b->read, document, "sensors", JSON_MUST, &sensors))
        registry_read_sensors(b, &sensors);
    read_epochs(&b->read, b->r, document);
}

static enum err read_limits_file(struct registry_builder *b, const struct source_text *source,
                                 size_t index)
{
    struct json_reader reader = {
        .file = source->file, .faults = b->read.faults, .arena = &b->r->arena};
    struct limit_set *set = &b->r->limit_sets[index];
    struct json_value document = {0}, at;
    cJSON *root;
    enum err e = json_read_tree(&reader, source->text, source->len, &root);

    b->set_names[index] = set->name = set->title_zh = set->title_en = "";
    set->quantity = Q_COUNT;
    if (e != ERR_OK)
        return e == ERR_NOMEM ? e : ERR_OK;
    document.item = root;
    at = json_member(&document, "name");
    registry_read_limit_set(&reader, &document, set);
    b->set_names[index] = set->name;
    if (*set->name) {
        e = strmap_put(&b->set_by_name, set->name, strlen(set->name), (uint32_t)index);
        if (e == ERR_EXISTS)
            json_fault(&reader, &at, "\"%s\" is already the name of another set", set->name);
    }
    cJSON_Delete(root);
    return e == ERR_NOMEM || reader.out_of_memory ? ERR_NOMEM : ERR_OK;
}

static enum err read_registry_file(struct registry_builder *b, const struct source_text *source)
{
    struct json_value document = {0};
    cJSON *root;
    enum err e = json_read_tree(&b->read, source->text, source->len, &root);

    if (e != ERR_OK)
        return e == ERR_NOMEM ? e : ERR_OK;
    document.item = root;
    read_registry(b, &document);
    cJSON_Delete(root);
    return b->read.out_of_memory ? ERR_NOMEM : ERR_OK;
}

static enum err build(struct registry_builder *b, const struct source_text *registry,
                      const struct source_text *limits, size_t limits_count)
{
    struct registry *r = b->r;

    if (limits_count == 1 && !limits->text) {
        b->no_folder = limits->file;
        limits_count = 0;
    }
    r->district_id = r->timezone = r->district_name.zh = r->district_name.en = "";
    r->zone = &zone_utc;
    r->limit_sets = arena_array(&r->arena, limits_count, sizeof *r->limit_sets);
    b->set_names = arena_array(&b->scratch, limits_count, sizeof *b->set_names);
    if (!r->limit_sets || !b->set_names)
        return ERR_NOMEM;
    r->limit_set_count = limits_count;
    for (size_t i = 0; i < limits_count; i++) {
        enum err e = read_limits_file(b, &limits[i], i);
        if (e != ERR_OK)
            return e;
    }
    return read_registry_file(b, registry);
}

enum err registry_parse(const struct source_text *registry, const struct source_text *limits,
                        size_t limits_count, struct fault_list *faults, struct registry **out)
{
    struct registry_builder b = {.read = {.file = registry->file, .faults = faults}};
    size_t faults_before = faults->count;
    enum err e;

    *out = NULL;
    b.r = calloc(1, sizeof *b.r);
    if (!b.r)
        return ERR_NOMEM;
    b.read.arena = &b.r->arena;
    e = build(&b, registry, limits, limits_count);
    if (e == ERR_OK && b.sets_wanted > 0)
        fault_add(faults, b.no_folder, 0,
                  "does not exist, but %zu of the sensors of %s name their set of limits; make it, "
                  "with a file for each set, or name the right folder (registry.limits, --limits)",
                  b.sets_wanted, registry->file);
    if (e == ERR_OK && faults->count > faults_before)
        e = ERR_CONFIG;
    strmap_free(&b.set_by_name);
    arena_free(&b.scratch);
    if (e == ERR_OK)
        *out = b.r;
    else
        registry_free(b.r);
    return e;
}
