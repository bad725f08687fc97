/* A directory into which others put files: which of them is complete, and moving it aside once it
 * was read. Names are whatever others chose; only regular files are looked at, links are not
 * followed. Names that begin with a dot or end in .tmp, .part or .partial are being written and are
 * left alone until they are renamed. One thread. */
#ifndef SHIKUMEN_IO_DROP_DIR_H
#define SHIKUMEN_IO_DROP_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

struct drop_dir;

#define DROP_NAME_SIZE 256

/* Opens path, and makes its folders done and refused. A file is complete when its size and time of
 * change have stood still for settle_us. ERR_NOTFOUND, ERR_IO (errno kept), ERR_NOMEM. */
enum err drop_open(const char *path, int64_t settle_us, struct drop_dir **out) MUST_USE;
void drop_close(struct drop_dir *d); /* NULL allowed */

/* True for names that are left alone until they are renamed: .x, x.tmp, x.part, x.partial. */
bool drop_in_the_making(const char *name);

/* The next complete file, the oldest by time of change, then by name: its name, and a descriptor
 * that the caller closes. ERR_NOTFOUND: none at present. ERR_IO: name cannot be opened (errno
 * kept); it is left alone until it changes or a minute has gone. ERR_NOMEM. monotonic_us and
 * utc_us: now. */
enum err drop_next(struct drop_dir *d, int64_t monotonic_us, int64_t utc_us,
                   char name[DROP_NAME_SIZE], int *fd) MUST_USE;

/* Moves name, open at fd, to folder done or refused, with text in a file NAME.result.json beside
 * it; under another name ("NAME-2") when there is one so called. A file that was changed since
 * since drop_next gave it stays: ERR_BUSY. ERR_FULL, ERR_IO (errno kept), ERR_NOMEM: it stays and
 * is left alone for a minute. */
enum err drop_settle(struct drop_dir *d, const char *name, int fd, bool done, const char *text,
                     size_t n, int64_t monotonic_us) MUST_USE;

/* Leaves name alone for a minute. */
void drop_leave(struct drop_dir *d, int fd, int64_t monotonic_us);

#endif
