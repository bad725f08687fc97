#include "shikumen/svc/profile_shelf.h"

#include <stdlib.h>
#include <string.h>

#include "plan_files.h"
#include "shikumen/io/zone_file.h"

/* --- zones --- */

static enum err need_zone(struct zone_list *l, const struct profile_time *t, const char *file,
                          struct fault_list *faults)
{
    return t->zone && *t->zone ? zone_list_need(l, t->zone, file, "time.zone", faults, NULL)
                               : ERR_OK;
}

static enum err need_zones_of(struct zone_list *l, const struct profile *p,
                              struct fault_list *faults)
{
    enum err worst = ERR_OK;

    for (size_t i = 0; i < p->part_count && worst != ERR_NOMEM; i++) {
        const struct profile_part *part = &p->parts[i];
        enum err e = need_zone(l, &part->time, p->file, faults);
        worst = e == ERR_OK ? worst : e;
        for (size_t k = 0; k < part->value_count && worst != ERR_NOMEM; k++) {
            e = need_zone(l, &part->values[k].time, p->file, faults);
            worst = e == ERR_OK ? worst : e;
        }
    }
    return worst;
}

static enum err load_zones(struct profile_shelf *p, struct fault_list *faults)
{
    enum err worst = ERR_OK;

    for (size_t i = 0; i < p->set->count && worst != ERR_NOMEM; i++) {
        enum err e = need_zones_of(&p->zones, &p->set->at[i], faults);
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
    return e;
}

void profile_shelf_free(struct profile_shelf *p)
{
    profile_set_free(p->set);
    zone_list_free(&p->zones);
}

struct profile_context profile_shelf_context(const struct profile_shelf *p,
                                             const struct registry *r)
{
    return (struct profile_context){
        .set = p->set,
        .registry = r,
        .zones = &p->zones,
        .district_zone = r ? r->zone : &zone_utc,
    };
}
