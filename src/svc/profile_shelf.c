#include "shikumen/svc/profile_shelf.h"

#include <stdlib.h>
#include <string.h>

#include "plan_files.h"
#include "shikumen/io/zone_file.h"

struct zone {
    const char *name;
    struct zone_rules rules;
};

/* Zones in which devices tell local time. */
struct zone_table {
    struct arena arena;
    struct zone *at;
    size_t count;
};

/* --- zones --- */

static const struct zone *find_zone(const struct zone_table *t, const char *name)
{
    for (size_t i = 0; t && i < t->count; i++)
        if (strcmp(t->at[i].name, name) == 0)
            return &t->at[i];
    return NULL;
}

static bool to_utc(const void *context, const char *zone, int64_t wall_us, int64_t *utc_us)
{
    const struct zone *z = find_zone(context, zone);

    if (z)
        *utc_us = zone_to_utc_us(&z->rules, wall_us);
    return z != NULL;
}

/* "+08:00" and "UTC" need no table. */
static bool is_fixed(const char *name)
{
    return *name == '+' || *name == '-' || strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0;
}

static enum err add_zone(struct zone_table *t, const char *name, const char *file,
                         struct fault_list *faults)
{
    struct zone *z = &t->at[t->count];
    enum err e;

    if (!*name || is_fixed(name) || find_zone(t, name))
        return ERR_OK;
    e = zone_file_read(name, &t->arena, &z->rules);
    if (e == ERR_NOMEM)
        return e;
    if (e != ERR_OK) {
        if (file)
            fault_add(faults, file, 0,
                      "time.zone: \"%s\" is no time zone of this system (Asia/Shanghai, UTC, "
                      "+08:00)",
                      name);
        return file ? ERR_CONFIG : ERR_OK;
    }
    z->name = name;
    t->count++;
    return ERR_OK;
}

static size_t count_times(const struct profile_set *set)
{
    size_t n = 1; /* the district's zone */

    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->at[i].part_count; k++)
            n += 1 + set->at[i].parts[k].value_count;
    return n;
}

static enum err add_zones_of(struct zone_table *t, const struct profile *p,
                             struct fault_list *faults)
{
    enum err worst = ERR_OK;

    for (size_t i = 0; i < p->part_count && worst != ERR_NOMEM; i++) {
        const struct profile_part *part = &p->parts[i];
        enum err e = add_zone(t, part->time.zone ? part->time.zone : "", p->file, faults);
        worst = e == ERR_OK ? worst : e;
        for (size_t k = 0; k < part->value_count && worst != ERR_NOMEM; k++) {
            const char *zone = part->values[k].time.zone;
            e = add_zone(t, zone ? zone : "", p->file, faults);
            worst = e == ERR_OK ? worst : e;
        }
    }
    return worst;
}

static enum err load_zones(struct profile_shelf *p, struct fault_list *faults)
{
    struct zone_table *t = calloc(1, sizeof *t);
    enum err worst = ERR_OK;

    p->zones = t;
    if (!t)
        return ERR_NOMEM;
    t->at = arena_array(&t->arena, count_times(p->set), sizeof *t->at);
    if (!t->at)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->set->count && worst != ERR_NOMEM; i++) {
        enum err e = add_zones_of(t, &p->set->at[i], faults);
        worst = e == ERR_OK ? worst : e;
    }
    return worst;
}

/* --- profiles --- */

static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash ? slash + 1 : file;
}

/* The texts of the folder in order, extra (NULL: none) in the place of the file of its name, else
 * before all. */
static size_t gather(const struct text_files *files, const struct source_text *extra,
                     struct source_text *texts)
{
    size_t count = text_files_readable(files, texts);
    bool placed = !extra;

    for (size_t i = 0; i < count && !placed; i++) {
        placed = strcmp(base_name(texts[i].file), base_name(extra->file)) == 0;
        if (placed)
            texts[i] = *extra;
    }
    if (!placed) {
        memmove(texts + 1, texts, count * sizeof *texts);
        texts[0] = *extra;
        count++;
    }
    return count;
}

static enum err parse(struct profile_shelf *p, const struct text_files *files,
                      const struct source_text *extra, struct fault_list *faults)
{
    struct source_text *texts = calloc(files->count + 2, sizeof *texts);
    enum err e;

    if (!texts)
        return ERR_NOMEM;
    e = profile_set_parse(texts, gather(files, extra, texts), faults, &p->set);
    free(texts);
    return e;
}

enum err profile_shelf_load(const char *directory, const struct source_text *extra,
                            struct fault_list *faults, struct profile_shelf *out)
{
    struct text_files files = {0};
    enum err e = ERR_OK, read_e = ERR_OK;

    *out = (struct profile_shelf){0};
    if (*directory)
        read_e = text_files_read(directory, faults, &files);
    if (read_e != ERR_NOMEM && (extra || (*directory && !files.absent)))
        e = parse(out, &files, extra, faults);
    text_files_free(&files);
    if (e == ERR_OK && out->set)
        e = load_zones(out, faults);
    return e == ERR_OK ? read_e : e;
}

enum err profile_shelf_bind(struct profile_shelf *p, struct registry *r, const char *registry_file,
                            struct fault_list *faults)
{
    enum err e = profile_check_sources(p->set, r, registry_file, faults);

    if (e == ERR_OK)
        profile_apply_ranges(p->set, r);
    if (e == ERR_OK && p->zones)
        e = add_zone(p->zones, r->timezone, NULL, faults);
    return e;
}

void profile_shelf_free(struct profile_shelf *p)
{
    profile_set_free(p->set);
    if (p->zones)
        arena_free(&p->zones->arena);
    free(p->zones);
}

struct profile_context profile_shelf_context(const struct profile_shelf *p,
                                             const struct registry *r)
{
    return (struct profile_context){
        .set = p->set,
        .registry = r,
        .zone = to_utc,
        .zone_context = p->zones,
        .district_zone = r ? r->timezone : "UTC",
    };
}
