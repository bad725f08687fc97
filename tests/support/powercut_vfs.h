/* An SQLite VFS over the system's own that knows what a disk would still hold after a power cut.
 *
 * The model. A write, truncation or deletion is a step; xSync is a step as well.
 * - What was written to a file is durable from the end of its next xSync. Until then, each write is
 *   on its own kept, lost or torn into 512-byte sectors of which any may be there, and writes and
 *   truncations of a file may reach the disk in any order. Bytes outside what was written never
 *   change (SQLITE_IOCAP_POWERSAFE_OVERWRITE, which the unix VFS claims).
 * - Where a file has grown over bytes that were lost, it is shorter, or holds zeros or rubbish
 * there.
 * - That a name exists, or no longer exists, is durable from the end of the next sync of the
 *   directory, seen by watching the unix VFS open the directory for it; until then each name is on
 *   its own as it was or as it is. This holds for files made by other means too (mknod).
 * - Shared memory (-shm) does not survive.
 * Only files inside the watched directory are watched; one instance at a time, one thread. */
#ifndef SHIKUMEN_TESTS_POWERCUT_VFS_H
#define SHIKUMEN_TESTS_POWERCUT_VFS_H

#include <stdbool.h>
#include <stdint.h>

struct powercut;

/* Makes the VFS the default one; the directory is empty and has no symbolic link in its path. */
struct powercut *powercut_install(const char *directory);
void powercut_remove(
    struct powercut *p); /* the system's is the default again; all handles closed */

/* Which VFS new handles get: this one, or the system's. */
void powercut_default(struct powercut *p, bool this_one);

/* Steps done, counted from 0. */
long powercut_steps(const struct powercut *p);

/* From now on, before each step the disk is written down as it could be after a cut at that moment:
 * folder INTO/STEP-i for i < per_step. Of these 0 has lost everything not synced, 1 has kept it
 * all, the others are random. When nothing was waiting for a sync, only 0 is made. per_step 0 ends
 * it. */
void powercut_images(struct powercut *p, const char *into, int per_step, uint64_t seed);
/* The same once, for this moment; step number in the names is that of the next step. */
void powercut_image_now(struct powercut *p);

/* A disk that says "synced" and does nothing. */
void powercut_ignore_syncs(struct powercut *p, bool ignore);

/* Lets step number at (as counted by powercut_steps) fail with errno_value, EIO or ENOSPC; a write
 * then gets through by half. lasting: so do all steps after it but deletions, until at is -1. */
void powercut_fail(struct powercut *p, long at, int errno_value, bool lasting);
/* Steps that failed this way. */
long powercut_failures(const struct powercut *p);

#endif
