/* Archives of a few files: POSIX ustar (IEEE Std 1003.1-2017, pax, "ustar Interchange Format"),
 * plain names, regular files, sizes above 8 GiB in the base-256 form that GNU tar and others read.
 */
#ifndef SHIKUMEN_CLI_ARCHIVE_H
#define SHIKUMEN_CLI_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "shikumen/base/err.h"

#define ARCHIVE_NAME_MAX 100

struct archive_member {
    char name[ARCHIVE_NAME_MAX + 1];
    int64_t bytes;
    uint64_t digest; /* hash64 (FNV-1a, 64 bit) of the content */
};

/* Adds n bytes, or the file at path, as member name; *member tells of it when not NULL. ERR_IO,
 * ERR_FULL (errno kept). */
enum err archive_add_bytes(FILE *archive, const char *name, int64_t mtime_s, const void *bytes,
                           size_t n, struct archive_member *member) MUST_USE;
enum err archive_add_file(FILE *archive, const char *name, int64_t mtime_s, const char *path,
                          struct archive_member *member) MUST_USE;
/* The end of the archive. */
enum err archive_end(FILE *archive) MUST_USE;

/* Header of the next member: ERR_NOTFOUND at the end (the two blocks of zeros, and nothing behind
 * them), ERR_CORRUPT when there is none. digest is not known yet. */
enum err archive_next(FILE *archive, struct archive_member *member) MUST_USE;
/* Copies the content of the member whose header was read to out and tells its digest. ERR_CORRUPT
 * when the archive ends too soon or its padding is not zero; ERR_IO, ERR_FULL (errno kept) of out.
 */
enum err archive_extract(FILE *archive, struct archive_member *member, FILE *out) MUST_USE;

#endif
