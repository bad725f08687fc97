/* What a backup consists of: a ustar archive of these members, in this order. */
#ifndef SHIKUMEN_CLI_BACKUP_PARTS_H
#define SHIKUMEN_CLI_BACKUP_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"

#define BACKUP_FORMAT "shikumend-backup-1"

enum backup_part {
    PART_STATE,    /* state.db, copied first: what it has judged is in the readings copied after */
    PART_READINGS, /* readings.db */
    PART_REGISTRY, /* registry.json as the configuration names it */
    PART_MANIFEST, /* MANIFEST.json: versions, time, sizes and digests of the above, counters */
    PART_DIGEST,   /* MANIFEST.fnv1a64: digest of the manifest, 16 hexadecimal digits */
    PART_COUNT
};

const char *backup_part_name(enum backup_part part);
/* PART_COUNT: none of that name. */
enum backup_part backup_part_by_name(const char *name);

/* A new folder for the parts that nobody else may enter, path malloc'd; place is the beginning of
 * its path. ERR_IO (errno kept), ERR_NOMEM. */
enum err backup_folder_make(const char *place, char **folder) MUST_USE;
/* malloc'd "FOLDER/part"; NULL when memory is out. */
char *backup_folder_path(const char *folder, enum backup_part part);
/* Deletes the parts, and the folder, and frees the path; NULL allowed. errno stays. */
void backup_folder_remove(char *folder);

#endif
