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

static bool scope_known(const struct registry_builder *b, const char *scope)
{
    const struct registry *r = b->r;
    size_t n = strlen(scope);

    return strcmp(scope, r->district_id) == 0 || registry_sensor(r, scope, n) != REGISTRY_NONE ||
           registry_element(r, scope) != REGISTRY_NONE ||
           registry_house(r, scope) != REGISTRY_NONE ||
           strmap_get(&b->scopes, scope, n) != STRMAP_NONE;
}

static void read_epoch(struct registry_builder *b, const struct json_value *v, struct epoch *e)
{
    static const char *const keys[] = {"t", "scope", "kind", "until", "note"};
    const char *kinds[EPOCH_KIND_COUNT];
    struct json_reader *r = &b->read;
    struct json_value at;
    size_t kind = EPOCH_REPAIR;

    *e = (struct epoch){.until_us = INT64_MAX, .scope = "", .note = ""};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    for (size_t i = 0; i < EPOCH_KIND_COUNT; i++)
        kinds[i] = epoch_kind_name((enum epoch_kind)i);
    json_get_choice(r, v, "kind", JSON_MUST, "an epoch kind", kinds, EPOCH_KIND_COUNT, &kind);
    e->kind = (enum epoch_kind)kind;
    e->note = json_keep(r, json_get_text(r, v, "note", JSON_MAY));
    e->scope = json_keep(r, json_get_text(r, v, "scope", JSON_MUST));
    at = json_member(v, "scope");
    if (*e->scope && !scope_known(b, e->scope))
        json_fault(r, &at, "\"%s\" is no sensor, element, house, row, lane or district", e->scope);
    at = json_member(v, "until");
    if (json_get_time(r, v, "t", JSON_MUST, &e->t_us) &&
        json_get_time(r, v, "until", JSON_MAY, &e->until_us) && e->until_us <= e->t_us)
        json_fault(r, &at, "not after the beginning t");
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

static void read_epochs(struct registry_builder *b, const struct json_value *document)
{
    struct registry *r = b->r;
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(&b->read, document, "epochs", JSON_MAY, &list) || json_count(&list) == 0)
        return;
    r->epoch_count = json_count(&list);
    r->epochs = json_keep_array(&b->read, r->epoch_count, sizeof *r->epochs);
    for (const cJSON *c = list.item->child; c && r->epochs; c = c->next, i++) {
        struct json_value at = {.item = c, .up = &list, .index = i};
        read_epoch(b, &at, &r->epochs[i]);
    }
    if (r->epochs)
        qsort(r->epochs, r->epoch_count, sizeof *r->epochs, compare_epochs);
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
    read_epochs(b, document);
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

    r->district_id = r->timezone = r->district_name.zh = r->district_name.en = "";
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
    if (e == ERR_OK && faults->count > faults_before)
        e = ERR_CONFIG;
    strmap_free(&b.set_by_name);
    strmap_free(&b.scopes);
    arena_free(&b.scratch);
    if (e == ERR_OK)
        *out = b.r;
    else
        registry_free(b.r);
    return e;
}
