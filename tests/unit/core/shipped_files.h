/* The registry and limit sets that the project ships, for tests of their parser. */
#ifndef SHIKUMEN_TESTS_SHIPPED_FILES_H
#define SHIKUMEN_TESTS_SHIPPED_FILES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/file.h"
#include "shikumen/core/registry_json.h"

#define SETS_MAX 32

/* The shipped files, as texts. */
struct shipped {
    struct strbuf registry, sets[SETS_MAX];
    char names[SETS_MAX][300];
    struct source_text sources[SETS_MAX];
    size_t count;
};

/* 0, or -1 when it cannot be read. */
static inline int load_set(struct shipped *s, const char *name)
{
    if (s->count == SETS_MAX)
        return -1;
    snprintf(s->names[s->count], sizeof s->names[0], "%s/config/limits/%s", SOURCE_DIR, name);
    if (file_read(s->names[s->count], 1 << 20, &s->sets[s->count]) != ERR_OK)
        return -1;
    s->sources[s->count] =
        (struct source_text){s->names[s->count], s->sets[s->count].data, s->sets[s->count].len};
    s->count++;
    return 0;
}

/* Group fixtures: *state is a struct shipped. */
static inline int load_shipped(void **state)
{
    struct shipped *s = calloc(1, sizeof *s);
    DIR *dir = opendir(SOURCE_DIR "/config/limits");
    struct dirent *entry;

    if (!s || !dir)
        return -1;
    while ((entry = readdir(dir)) != NULL)
        if (strstr(entry->d_name, ".json") && load_set(s, entry->d_name) != 0)
            return -1;
    closedir(dir);
    *state = s;
    return file_read(SOURCE_DIR "/config/registry.json", 1 << 20, &s->registry) == ERR_OK ? 0 : -1;
}

static inline int free_shipped(void **state)
{
    struct shipped *s = *state;

    for (size_t i = 0; i < s->count; i++)
        strbuf_free(&s->sets[i]);
    strbuf_free(&s->registry);
    free(s);
    return 0;
}

#endif
