/* One daemon per store. */
#ifndef SHIKUMEN_IO_STORE_LOCK_H
#define SHIKUMEN_IO_STORE_LOCK_H

#include "shikumen/base/err.h"
#include "shikumen/base/log.h"

struct store_lock {
    int directory_fd;
    int lock_fd; /* on DIRECTORY/lock, locked with flock(2) for as long as it is open */
};

/* Opens the store directory, making it (mode 0700) when only itself is missing, and locks it.
 * ERR_BUSY when another daemon has it, ERR_IO; both are logged. */
enum err store_lock_open(const char *path, const struct log *log, struct store_lock *l) MUST_USE;
void store_lock_close(struct store_lock *l);

#endif
