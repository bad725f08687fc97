/* Profiles for tests: the shipped ones, or texts. */
#ifndef SHIKUMEN_TESTS_PROFILE_FIXTURE_H
#define SHIKUMEN_TESTS_PROFILE_FIXTURE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/file.h"
#include "shikumen/core/profile.h"

static inline int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder in order, without those that begin with a dot; *count. */
static inline char **names_in(const char *folder, size_t *count)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    char **names = calloc(1024, sizeof *names);

    *count = 0;
    while (d && names && (e = readdir(d)) && *count < 1024)
        if (e->d_name[0] != '.')
            names[(*count)++] = strdup(e->d_name);
    if (d)
        closedir(d);
    if (names)
        qsort(names, *count, sizeof *names, by_name);
    return names;
}

static inline void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* All of sensors/profiles; faults are printed. */
static inline struct profile_set *shipped_profiles(const char *folder)
{
    size_t count, kept = 0;
    char **names = names_in(folder, &count);
    struct strbuf *buffers = calloc(count + 1, sizeof *buffers);
    struct source_text *texts = calloc(count + 1, sizeof *texts);
    struct fault_list faults = {0};
    struct profile_set *set = NULL;

    for (size_t i = 0; i < count; i++) {
        char path[1024];
        if (strcmp(names[i], "schema.json") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (file_read(path, 1 << 20, &buffers[kept]) != ERR_OK)
            abort();
        texts[kept] =
            (struct source_text){names[i], strbuf_text(&buffers[kept]), buffers[kept].len};
        kept++;
    }
    if (profile_set_parse(texts, kept, &faults, &set) != ERR_OK)
        fault_print(&faults, 2);
    for (size_t i = 0; i < kept; i++)
        strbuf_free(&buffers[i]);
    fault_list_free(&faults);
    free(buffers);
    free(texts);
    free_names(names, count);
    return set;
}

/* text with ' for ", in the arena. */
static inline char *quoted(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    return copy;
}

/* Profiles out of texts (with ' for "); NULL when they have a fault, which is left in faults. */
static inline struct profile_set *profiles_of(struct arena *arena, const char *const *texts,
                                              size_t count, struct fault_list *faults)
{
    struct source_text *sources = arena_array(arena, count, sizeof *sources);
    struct profile_set *set = NULL;

    for (size_t i = 0; i < count; i++) {
        char *text = quoted(arena, texts[i]);
        sources[i] = (struct source_text){arena_printf(arena, "%zu.json", i), text, strlen(text)};
    }
    if (profile_set_parse(sources, count, faults, &set) != ERR_OK)
        return NULL;
    return set;
}

#endif
