#include "backup_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const part_names[PART_COUNT] = {
    [PART_STATE] = "state.db",          [PART_READINGS] = "readings.db",
    [PART_REGISTRY] = "registry.json",  [PART_MANIFEST] = "MANIFEST.json",
    [PART_DIGEST] = "MANIFEST.fnv1a64",
};

const char *backup_part_name(enum backup_part part)
{
    return part_names[part];
}

enum backup_part backup_part_by_name(const char *name)
{
    enum backup_part part = 0;

    while (part < PART_COUNT && strcmp(part_names[part], name) != 0)
        part++;
    return part;
}

enum err backup_folder_make(const char *place, char **folder)
{
    if (asprintf(folder, "%s.XXXXXX", place) < 0) {
        *folder = NULL;
        return ERR_NOMEM;
    }
    if (mkdtemp(*folder))
        return ERR_OK;
    free(*folder);
    *folder = NULL;
    return ERR_IO;
}

char *backup_folder_path(const char *folder, enum backup_part part)
{
    char *path;

    return asprintf(&path, "%s/%s", folder, part_names[part]) < 0 ? NULL : path;
}

/* What SQLite may leave beside a database. */
static const char *const tails[] = {"", "-wal", "-shm", "-journal"};

void backup_folder_remove(char *folder)
{
    int saved = errno;
    char *path;

    for (size_t i = 0; folder && i < PART_COUNT * 4; i++) {
        if (asprintf(&path, "%s/%s%s", folder, part_names[i / 4], tails[i % 4]) < 0)
            continue;
        unlink(path);
        free(path);
    }
    if (folder)
        rmdir(folder);
    free(folder);
    errno = saved;
}
