#include <stdlib.h>
#include <string.h>

#include "profile_read.h"
#include "shikumen/base/strmap.h"

static enum err read_file(struct profile_set *set, const struct source_text *text, size_t index,
                          struct strmap *ids, struct fault_list *faults)
{
    struct profile *p = &set->at[index];
    struct json_reader r = {.faults = faults, .arena = &set->arena};
    struct json_value document = {0}, at;
    enum err e;
    cJSON *root;

    r.file = json_keep(&r, text->file);
    e = json_read_tree(&r, text->text, text->len, &root);
    if (e != ERR_OK)
        return e == ERR_NOMEM ? e : ERR_OK;
    document.item = root;
    profile_read_document(&r, &document, p);
    p->digest = hash64(0, text->text, text->len);
    at = json_member(&document, "id");
    if (*p->id) {
        e = strmap_put(ids, p->id, strlen(p->id), (uint32_t)index);
        if (e == ERR_EXISTS)
            json_fault(&r, &at, "\"%s\" is already the id of another profile", p->id);
    }
    cJSON_Delete(root);
    return e == ERR_NOMEM || r.out_of_memory ? ERR_NOMEM : ERR_OK;
}

static bool is_kind(const struct profile_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->at[i].topic_count > 0 &&
            (strcmp(set->at[i].carries, name) == 0 || strcmp(set->at[i].id, name) == 0))
            return true;
    return false;
}

static void check_inside(const struct profile_set *set, struct fault_list *faults)
{
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->at[i].inside_count; k++)
            if (!is_kind(set, set->at[i].inside[k]))
                fault_add(faults, set->at[i].file, 1,
                          "inside: no profile has the id \"%s\" or carries it",
                          set->at[i].inside[k]);
}

enum err profile_set_parse(const struct source_text *texts, size_t count, struct fault_list *faults,
                           struct profile_set **out)
{
    struct profile_set *set = calloc(1, sizeof *set);
    size_t faults_before = faults->count;
    struct strmap ids = {0};
    enum err e = ERR_OK;

    *out = NULL;
    if (!set)
        return ERR_NOMEM;
    set->at = arena_array(&set->arena, count, sizeof *set->at);
    set->count = count;
    if (!set->at)
        e = ERR_NOMEM;
    for (size_t i = 0; i < count && e == ERR_OK; i++)
        e = read_file(set, &texts[i], i, &ids, faults);
    strmap_free(&ids);
    if (e == ERR_OK && faults->count == faults_before)
        check_inside(set, faults);
    if (e == ERR_OK && faults->count > faults_before)
        e = ERR_CONFIG;
    if (e == ERR_OK)
        *out = set;
    else
        profile_set_free(set);
    return e;
}

void profile_set_free(struct profile_set *set)
{
    if (!set)
        return;
    arena_free(&set->arena);
    free(set);
}

const struct profile *profile_find(const struct profile_set *set, const char *id)
{
    for (size_t i = 0; set && i < set->count; i++)
        if (strcmp(set->at[i].id, id) == 0)
            return &set->at[i];
    return NULL;
}
