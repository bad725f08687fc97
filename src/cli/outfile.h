/* A file that appears under its name only when it is whole. */
#ifndef SHIKUMEN_CLI_OUTFILE_H
#define SHIKUMEN_CLI_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "shikumen/base/err.h"

struct outfile {
    FILE *stream; /* write here */
    char *path, *temporary;
};

/* Starts a new file beside path, mode 0600 (as path when it exists). ERR_IO, ERR_FULL (errno kept),
 * ERR_NOMEM. */
enum err outfile_open(const char *path, struct outfile *f) MUST_USE;
/* Syncs it to disk and gives it its name. On an error it is gone and what path was before stays. */
enum err outfile_finish(struct outfile *f) MUST_USE;
/* Drops it; nothing after outfile_finish. */
void outfile_drop(struct outfile *f);

#endif
