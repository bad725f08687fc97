/* Whole files. */
#ifndef SHIKUMEN_BASE_FILE_H
#define SHIKUMEN_BASE_FILE_H

#include <stddef.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

/* Reads the file at path, appending to out; at most max_bytes (ERR_RANGE beyond). ERR_NOTFOUND,
 * ERR_IO (errno kept), ERR_NOMEM. */
enum err file_read(const char *path, size_t max_bytes, struct strbuf *out) MUST_USE;

/* Replaces path with n bytes so that after a power cut either the old or the new content is there:
 * temporary file in the same directory, fsync, rename, fsync of the directory. Permissions of an
 * existing file are kept, owner and group as far as the system lets us. On an error before the
 * rename the old content stays and the temporary file is gone. ERR_FULL, ERR_IO (errno kept),
 * ERR_NOMEM. */
enum err file_replace(const char *path, const void *bytes, size_t n) MUST_USE;

#endif
