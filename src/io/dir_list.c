#include "shikumen/io/dir_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/array.h"

static int by_name(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

static int is_wanted(const char *name, const char *suffix)
{
    size_t n = strlen(name), m = strlen(suffix);

    return name[0] != '.' && n > m && strcmp(name + n - m, suffix) == 0;
}

/* Appends path to the growing array. */
static enum err append(struct arena *arena, const char ***paths, size_t *count, size_t *capacity,
                       const char *path)
{
    const char **grown = array_grow_in(arena, *paths, capacity, *count + 1, sizeof *grown);
    if (!grown)
        return ERR_NOMEM;
    *paths = grown;
    (*paths)[(*count)++] = path;
    return path ? ERR_OK : ERR_NOMEM;
}

static enum err list(DIR *dir, const char *directory, const char *suffix, struct arena *arena,
                     const char ***paths, size_t *count)
{
    size_t capacity = 0;
    enum err e = ERR_OK;

    while (e == ERR_OK) {
        struct dirent *entry;
        errno = 0;
        entry = readdir(dir);
        if (!entry)
            return errno ? ERR_IO : ERR_OK;
        if (is_wanted(entry->d_name, suffix))
            e = append(arena, paths, count, &capacity,
                       arena_printf(arena, "%s/%s", directory, entry->d_name));
    }
    return e;
}

enum err dir_list(const char *directory, const char *suffix, struct arena *arena,
                  const char *const **paths, size_t *count)
{
    const char **found = NULL;
    DIR *dir = opendir(directory);
    enum err e;
    int saved;

    *paths = NULL;
    *count = 0;
    if (!dir)
        return errno == ENOENT ? ERR_NOTFOUND : errno == ENOMEM ? ERR_NOMEM : ERR_IO;
    e = list(dir, directory, suffix, arena, &found, count);
    saved = errno;
    closedir(dir);
    errno = saved;
    if (e != ERR_OK) {
        *count = 0;
        return e;
    }
    if (*count > 1)
        qsort(found, *count, sizeof *found, by_name);
    *paths = found;
    return ERR_OK;
}
