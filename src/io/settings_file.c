#include "shikumen/io/settings_file.h"

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings_check.h"
#include "settings_text.h"
#include "settings_value.h"
#include "shikumen/base/file.h"
#include "shikumen/io/dir_list.h"

#define FILE_MAX_BYTES (1 << 20)
#define GROUPS_MAX     16

struct reading {
    struct settings *s;
    struct places places;
    struct fault_list *faults;
};

/* --- names --- */

/* The different groups of the table, then "endpoints". */
static size_t group_names(const char *names[GROUPS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < settings_row_count; i++)
        if (count == 0 || strcmp(names[count - 1], settings_rows[i].group) != 0)
            names[count++] = settings_rows[i].group;
    names[count++] = "endpoints";
    return count;
}

static size_t names_in_group(const char *group, const char **names, size_t max)
{
    const struct setting_row *rows = *group ? settings_rows : endpoint_rows;
    size_t rows_count = *group ? settings_row_count : endpoint_row_count, count = 0;

    for (size_t i = 0; i < rows_count && count < max; i++)
        if (strcmp(rows[i].group, group) == 0)
            names[count++] = rows[i].name;
    return count;
}

static void refuse_unknown(const struct settings_source *source, const config_setting_t *value,
                           const char *label, const char *const *names, size_t count)
{
    const char *near = fault_suggest(config_setting_name(value), names, count);
    struct strbuf list = {0};

    for (size_t i = 0; i < count; i++)
        strbuf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    if (near)
        fault_add(source->faults, source->file, setting_line(value),
                  "%s: no such setting; did you mean \"%s\"?", label, near);
    else
        fault_add(source->faults, source->file, setting_line(value),
                  "%s: no such setting; allowed: %s", label, strbuf_text(&list));
    strbuf_free(&list);
}

/* --- values --- */

/* Takes the members of a group into base; places has one entry per row of the table. */
static void take_members(const struct settings_source *source, const config_setting_t *group,
                         const char *group_name, const char *prefix, void *base,
                         struct place *places)
{
    const struct setting_row *rows = *group_name ? settings_rows : endpoint_rows;
    const char *names[64];

    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(value);
        const struct setting_row *row = setting_row_find(group_name, name);
        const char *label = arena_printf(source->arena, "%s.%s", prefix, name);
        if (!row) {
            size_t count = names_in_group(group_name, names, sizeof names / sizeof names[0]);
            refuse_unknown(source, value, label ? label : name, names, count);
            continue;
        }
        places[row - rows] = (struct place){source->file, setting_line(value)};
        setting_take(source, row, base, value, label ? label : name);
    }
}

static void take_endpoint(struct reading *r, const struct settings_source *source,
                          const config_setting_t *value, int index)
{
    struct endpoint *endpoint = &r->s->endpoints[index];
    struct place *places = &r->places.endpoints[(size_t)index * (endpoint_row_count + 1)];
    const char *prefix = arena_printf(source->arena, "endpoints[%d]", index);

    places[0] = (struct place){source->file, setting_line(value)};
    for (size_t i = 0; i < endpoint_row_count; i++)
        setting_default(&endpoint_rows[i], endpoint, source->directory, source->arena);
    if (config_setting_is_group(value))
        take_members(source, value, "", prefix ? prefix : "endpoints", endpoint, places + 1);
    else
        fault_add(source->faults, source->file, places[0].line,
                  "endpoints[%d]: must be a group { name = ...; url = ...; }, not %s", index,
                  setting_type_name(value));
}

static void take_endpoints(struct reading *r, const struct settings_source *source,
                           const config_setting_t *list)
{
    size_t count = (size_t)config_setting_length(list);
    struct endpoint *endpoints = arena_array(source->arena, count, sizeof *endpoints);
    struct place *places =
        arena_array(source->arena, count * (endpoint_row_count + 1), sizeof *places);

    if (!config_setting_is_list(list) && !(config_setting_is_array(list) && count == 0)) {
        fault_add(source->faults, source->file, setting_line(list),
                  "endpoints: must be a list ( { name = ...; url = ...; }, ... ), not %s",
                  setting_type_name(list));
        return;
    }
    if (!endpoints || !places) {
        fault_add(source->faults, source->file, 0, "out of memory");
        return;
    }
    r->s->endpoints = endpoints;
    r->s->endpoint_count = count;
    r->places.endpoints = places;
    for (int i = 0; i < (int)count; i++)
        take_endpoint(r, source, config_setting_get_elem(list, (unsigned)i), i);
}

static bool is_group_name(const char *name)
{
    const char *groups[GROUPS_MAX];
    size_t count = group_names(groups);

    for (size_t i = 0; i < count; i++)
        if (strcmp(groups[i], name) == 0)
            return true;
    return false;
}

static void take_group(struct reading *r, const struct settings_source *source,
                       const config_setting_t *value)
{
    const char *name = config_setting_name(value);
    const char *groups[GROUPS_MAX];

    if (strcmp(name, "endpoints") == 0)
        take_endpoints(r, source, value);
    else if (!is_group_name(name))
        refuse_unknown(source, value, name, groups, group_names(groups));
    else if (!config_setting_is_group(value))
        fault_add(source->faults, source->file, setting_line(value),
                  "%s: must be a group { ... }, not %s", name, setting_type_name(value));
    else
        take_members(source, value, name, name, r->s, r->places.rows);
}

/* --- files --- */

static void refuse_file(const struct settings_source *source, enum err e)
{
    if (e == ERR_NOTFOUND)
        fault_add(source->faults, source->file, 0, "does not exist");
    else if (e == ERR_RANGE)
        fault_add(source->faults, source->file, 0, "is larger than %d bytes", FILE_MAX_BYTES);
    else if (e == ERR_IO && errno == EISDIR)
        fault_add(source->faults, source->file, 0, "is a directory, not a file");
    else
        fault_add(source->faults, source->file, 0, "cannot be read: %s",
                  e == ERR_IO ? strerror(errno) : err_name(e));
}

static bool parse(const struct settings_source *source, const char *text, config_t *config)
{
    if (config_read_string(config, text) == CONFIG_TRUE)
        return true;
    fault_add(source->faults, source->file, config_error_line(config), "%s",
              config_error_text(config));
    return false;
}

/* False when the file cannot be read or parsed. */
static bool read_file(struct reading *r, const struct settings_source *source)
{
    struct strbuf raw = {0}, text = {0};
    enum err e = file_read(source->file, FILE_MAX_BYTES, &raw);
    config_t config;
    bool good;

    if (e != ERR_OK)
        refuse_file(source, e);
    config_init(&config);
    good = e == ERR_OK && settings_text_prepare(source->file, &raw, &text, source->faults) &&
           parse(source, strbuf_text(&text), &config);
    if (good) {
        const config_setting_t *root = config_root_setting(&config);
        for (int i = 0; i < config_setting_length(root); i++)
            take_group(r, source, config_setting_get_elem(root, (unsigned)i));
    }
    config_destroy(&config);
    strbuf_free(&raw);
    strbuf_free(&text);
    return good;
}

static void read_drop_ins(struct reading *r, const char *shown_directory, const char *directory)
{
    const char *const *files;
    size_t count;
    enum err e = dir_list(shown_directory, ".conf", &r->s->arena, &files, &count);

    if (e == ERR_IO)
        fault_add(r->faults, shown_directory, 0, "cannot be listed: %s", strerror(errno));
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const struct settings_source source = {files[i], directory, &r->s->arena, r->faults};
        (void)read_file(r, &source);
    }
}

static const char *absolute(const char *file, struct arena *arena)
{
    char *here;
    const char *path;

    if (*file == '/')
        return arena_strdup(arena, file);
    here = getcwd(NULL, 0);
    path = here ? arena_printf(arena, "%s/%s", strcmp(here, "/") == 0 ? "" : here, file) : NULL;
    free(here);
    return path;
}

/* All files into r->s; false when the first cannot be read. */
static bool read_files(struct reading *r, const char *file)
{
    struct arena *arena = &r->s->arena;
    const char *path = r->s->file, *slash = strrchr(path, '/');
    const char *directory = arena_strndup(arena, path, slash == path ? 1 : (size_t)(slash - path));
    const char *shown = arena_strdup(arena, file);
    const char *shown_drop_ins = arena_printf(arena, "%s.d", file);
    const char *drop_ins = arena_printf(arena, "%s.d", path);
    const struct settings_source source = {shown, directory, arena, r->faults};

    r->places.file = shown;
    r->places.rows = arena_array(arena, settings_row_count, sizeof *r->places.rows);
    if (!directory || !shown || !shown_drop_ins || !drop_ins || !r->places.rows) {
        fault_add(r->faults, file, 0, "out of memory");
        return false;
    }
    for (size_t i = 0; i < settings_row_count; i++)
        setting_default(&settings_rows[i], r->s, directory, arena);
    if (!read_file(r, &source))
        return false;
    read_drop_ins(r, shown_drop_ins, drop_ins);
    return true;
}

enum err settings_read_partly(const char *file, struct fault_list *faults, struct settings **out)
{
    struct reading r = {.s = calloc(1, sizeof *r.s), .faults = faults};
    size_t before = faults->count;

    *out = NULL;
    if (!r.s)
        return ERR_NOMEM;
    r.s->file = absolute(file, &r.s->arena);
    if (!r.s->file || !read_files(&r, file)) {
        if (!r.s->file)
            fault_add(faults, file, 0, "its directory cannot be told");
        settings_free(r.s);
        return ERR_CONFIG;
    }
    settings_complete(r.s);
    settings_check(r.s, &r.places, faults);
    *out = r.s;
    return faults->count == before ? ERR_OK : ERR_CONFIG;
}

enum err settings_read(const char *file, struct fault_list *faults, struct settings **out)
{
    enum err e = settings_read_partly(file, faults, out);

    if (e != ERR_OK) {
        settings_free(*out);
        *out = NULL;
    }
    return e;
}
