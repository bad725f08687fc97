/* A directory into which others put files: which of them is complete, moving it aside once it was
 * read, and clearing what lies there too long. Names are whatever others chose; only regular files
 * are looked at, links are not followed. Names that begin with a dot or end in .tmp, .part or
 * .partial are being written and are left alone until they are renamed. One thread. */
#ifndef SHIKUMEN_IO_DROP_DIR_H
#define SHIKUMEN_IO_DROP_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

struct drop_dir;

#define DROP_NAME_SIZE 256

/* Opens path, and makes its folders done and refused. A file is complete when its size and time of
 * change have stood still for settle_us. ERR_NOTFOUND; ERR_IO (errno kept), also when files cannot
 * be moved; ERR_NOMEM. */
enum err drop_open(const char *path, int64_t settle_us, struct drop_dir **out) MUST_USE;
void drop_close(struct drop_dir *d); /* NULL allowed */

/* Whether path still is the directory that was opened: it may be moved, made anew, mounted over. */
bool drop_is_at(const struct drop_dir *d, const char *path);

/* What stood in the directory when drop_next last looked. */
struct drop_census {
    size_t waiting; /* files, complete or not; one that was given included */
    char oldest[DROP_NAME_SIZE];
    int64_t oldest_us;                 /* wall clock: since when, by its time of status change */
    size_t left;                       /* of these, left alone for a while because of an error */
    char left_name[DROP_NAME_SIZE];    /* one of these */
    size_t ignored;                    /* links, folders but done and refused, pipes, ... */
    char ignored_name[DROP_NAME_SIZE]; /* one of these */
    bool newly_ignored;                /* that one was not there before */
    const char *ignored_kind;          /* and is: "symbolic link", ... */
};
const struct drop_census *drop_census(const struct drop_dir *d);

/* True for names that are left alone until they are renamed: .x, x.tmp, x.part, x.partial. */
bool drop_in_the_making(const char *name);

/* The next complete file, the oldest by time of change, then by name: its name, and a descriptor
 * that the caller closes. ERR_NOTFOUND: none at present. ERR_IO (errno kept): with a name, it
 * cannot be opened and is to be left (drop_leave); without, the directory cannot be read.
 * ERR_NOMEM. monotonic_us and utc_us: now. */
enum err drop_next(struct drop_dir *d, int64_t monotonic_us, int64_t utc_us,
                   char name[DROP_NAME_SIZE], int *fd) MUST_USE;

/* Moves name, open at fd, to folder done or refused, with text in a file NAME.result.json beside
 * it; under another name ("NAME-2") when there is one so called. A file that was changed since
 * drop_next gave it stays: ERR_BUSY. ERR_FULL, ERR_IO (errno kept), ERR_NOMEM: it stays and is to
 * be left (drop_leave). */
enum err drop_settle(struct drop_dir *d, const char *name, int fd, bool done, const char *text,
                     size_t n) MUST_USE;

/* Leaves the file that drop_next named last alone until it or its owner or mode changes, or a
 * minute has gone; twice as long each time, an hour at most. True the first time since then. */
bool drop_leave(struct drop_dir *d, int64_t monotonic_us);

/* --- clearing --- */

#define DROP_KEPT_LEAST_US (INT64_C(3600) * 1000000) /* whoever waits for a result may see it */

struct drop_bounds {
    int64_t keep_us;    /* since it was moved; 0: for ever */
    int64_t keep_bytes; /* of folder done; 0: any number */
};

/* Told of each file that was removed, and what its result said ("" when that cannot be read). */
typedef void drop_removed_fn(void *context, const char *name, int64_t bytes, const char *result);

/* Removes from folder done, with their results, what has been there longer than keep_us, and the
 * oldest of what is beyond keep_bytes; nothing that came within DROP_KEPT_LEAST_US. Folder refused
 * stays as it is. Does a part of it: *more, call again. ERR_IO (errno kept), ERR_NOMEM: it is given
 * up, begin anew. */
enum err drop_clear(struct drop_dir *d, const struct drop_bounds *bounds, int64_t utc_us,
                    drop_removed_fn *removed, void *context, bool *more) MUST_USE;

#endif
