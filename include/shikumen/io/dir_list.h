/* The files of a directory that end in a suffix: drop-ins, limit sets. */
#ifndef SHIKUMEN_IO_DIR_LIST_H
#define SHIKUMEN_IO_DIR_LIST_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Paths "directory/name" of the entries whose name ends in suffix and does not begin with a dot, in
 * byte order of their names; strings and array are the arena's. ERR_NOTFOUND when there is no such
 * directory, ERR_IO (errno kept) when it cannot be listed or is something else, ERR_NOMEM. */
enum err dir_list(const char *directory, const char *suffix, struct arena *arena,
                  const char *const **paths, size_t *count) MUST_USE;

#endif
