#include "powercut_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "powercut_disk.h"

struct powercut {
    sqlite3_vfs vfs, *unix_vfs;
    char directory[256];
    struct disk disk;
    long step, fail_at, failures;
    int fail_errno, last_errno;
    bool ignore_syncs, fail_lasting, directory_opened;
};

struct cut_file {
    sqlite3_file base;
    struct powercut *owner;
    struct inode *inode; /* NULL: not watched */
    sqlite3_file *real;
};

/* The system-call hook of the unix VFS is given no context. */
static struct powercut *hooked;
static int (*real_open_directory)(const char *, int *);

static bool is_watched(const struct powercut *p, const char *path)
{
    size_t n = strlen(p->directory);
    return path && strncmp(path, p->directory, n) == 0 && path[n] == '/';
}

static int open_directory(const char *path, int *fd)
{
    if (hooked)
        hooked->directory_opened = true;
    return real_open_directory(path, fd);
}

/* --- steps --- */

/* Begins a step; true when it is to fail. */
static bool step_fails(struct powercut *p, bool deletion)
{
    disk_images(&p->disk, p->step);
    long step = p->step++;
    if (p->fail_at < 0 || step < p->fail_at || (!p->fail_lasting && step > p->fail_at) ||
        (p->fail_lasting && deletion))
        return false;
    p->failures++;
    errno = p->last_errno = p->fail_errno;
    return true;
}

static int cut_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
    struct cut_file *f = (struct cut_file *)file;
    if (!f->inode)
        return f->real->pMethods->xWrite(f->real, bytes, n, offset);
    bool fails = step_fails(f->owner, false);
    int through = fails ? n / 2 : n, saved = errno;
    int rc = f->real->pMethods->xWrite(f->real, bytes, through, offset);
    if (rc == SQLITE_OK)
        disk_change(f->inode, offset, bytes, (size_t)through);
    errno = fails ? saved : errno;
    return !fails ? rc : f->owner->fail_errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct cut_file *f = (struct cut_file *)file;
    if (f->inode && step_fails(f->owner, false))
        return SQLITE_IOERR_TRUNCATE;
    int rc = f->real->pMethods->xTruncate(f->real, size);
    if (f->inode && rc == SQLITE_OK)
        disk_change(f->inode, size, NULL, 0);
    return rc;
}

static int cut_sync(sqlite3_file *file, int flags)
{
    struct cut_file *f = (struct cut_file *)file;
    struct powercut *p = f->owner;
    if (f->inode && step_fails(p, false))
        return SQLITE_IOERR_FSYNC;
    p->directory_opened = false;
    int rc = f->real->pMethods->xSync(f->real, flags);
    if (rc != SQLITE_OK || !f->inode || p->ignore_syncs)
        return rc;
    disk_file_synced(f->inode);
    if (p->directory_opened)
        disk_directory_synced(&p->disk);
    return SQLITE_OK;
}

/* --- what is only passed on --- */

static int cut_close(sqlite3_file *file)
{
    struct cut_file *f = (struct cut_file *)file;
    int rc = f->real->pMethods->xClose(f->real);
    free(f->real);
    return rc;
}

#define REAL(file) (((struct cut_file *)(file))->real)

static int cut_read(sqlite3_file *f, void *to, int n, sqlite3_int64 offset)
{
    return REAL(f)->pMethods->xRead(REAL(f), to, n, offset);
}

static int cut_file_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int cut_lock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xLock(REAL(f), level);
}

static int cut_unlock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), level);
}

static int cut_check_reserved(sqlite3_file *f, int *reserved)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), reserved);
}

static int cut_control(sqlite3_file *f, int op, void *argument)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, argument);
}

static int cut_sector_size(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int cut_characteristics(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int cut_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **at)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, at);
}

static int cut_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}

static void cut_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int cut_shm_unmap(sqlite3_file *f, int delete_file)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), delete_file);
}

/* Version 2: without xFetch, so that nothing is read or written behind the shim's back. */
static const sqlite3_io_methods cut_methods = {
    .iVersion = 2,
    .xClose = cut_close,
    .xRead = cut_read,
    .xWrite = cut_write,
    .xTruncate = cut_truncate,
    .xSync = cut_sync,
    .xFileSize = cut_file_size,
    .xLock = cut_lock,
    .xUnlock = cut_unlock,
    .xCheckReservedLock = cut_check_reserved,
    .xFileControl = cut_control,
    .xSectorSize = cut_sector_size,
    .xDeviceCharacteristics = cut_characteristics,
    .xShmMap = cut_shm_map,
    .xShmLock = cut_shm_lock,
    .xShmBarrier = cut_shm_barrier,
    .xShmUnmap = cut_shm_unmap,
};

/* --- the file system --- */

static struct powercut *owner_of(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int cut_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                    int *out_flags)
{
    struct powercut *p = owner_of(vfs);
    struct cut_file *f = (struct cut_file *)file;
    *f = (struct cut_file){.owner = p, .real = calloc(1, (size_t)p->unix_vfs->szOsFile)};
    disk_must(f->real != NULL, "memory");
    int rc = p->unix_vfs->xOpen(p->unix_vfs, path, f->real, flags, out_flags);
    if (rc != SQLITE_OK) {
        free(f->real);
        return rc;
    }
    f->base.pMethods = &cut_methods;
    if (is_watched(p, path)) {
        struct name *name = disk_name(&p->disk, path);
        if (!name->now)
            name->now = disk_new_inode(&p->disk);
        f->inode = name->now;
    }
    return SQLITE_OK;
}

static int cut_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
    struct powercut *p = owner_of(vfs);
    bool watched = is_watched(p, path);
    if (watched && step_fails(p, true))
        return SQLITE_IOERR_DELETE;
    p->directory_opened = false;
    int rc = p->unix_vfs->xDelete(p->unix_vfs, path, sync_directory);
    if (rc == SQLITE_OK && watched)
        disk_name(&p->disk, path)->now = NULL;
    if (rc == SQLITE_OK && p->directory_opened && !p->ignore_syncs)
        disk_directory_synced(&p->disk);
    return rc;
}

static int cut_access(sqlite3_vfs *vfs, const char *path, int flags, int *result)
{
    sqlite3_vfs *u = owner_of(vfs)->unix_vfs;
    return u->xAccess(u, path, flags, result);
}

static int cut_full_path(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
    sqlite3_vfs *u = owner_of(vfs)->unix_vfs;
    return u->xFullPathname(u, path, n, out);
}

static int cut_last_error(sqlite3_vfs *vfs, int n, char *text)
{
    struct powercut *p = owner_of(vfs);
    int system_errno = p->unix_vfs->xGetLastError(p->unix_vfs, n, text);
    return p->fail_at >= 0 && p->last_errno ? p->last_errno : system_errno;
}

struct powercut *powercut_install(const char *directory)
{
    struct powercut *p = calloc(1, sizeof *p);
    disk_must(p != NULL && strlen(directory) < sizeof p->directory && !hooked, "install");
    strcpy(p->directory, directory);
    p->fail_at = -1;
    p->unix_vfs = sqlite3_vfs_find("unix");
    p->vfs = *p->unix_vfs;
    p->vfs.iVersion = 2;
    p->vfs.zName = "powercut";
    p->vfs.pAppData = p;
    p->vfs.szOsFile = (int)sizeof(struct cut_file);
    p->vfs.xOpen = cut_open;
    p->vfs.xDelete = cut_delete;
    p->vfs.xAccess = cut_access;
    p->vfs.xFullPathname = cut_full_path;
    p->vfs.xGetLastError = cut_last_error;
    real_open_directory =
        (int (*)(const char *, int *))p->unix_vfs->xGetSystemCall(p->unix_vfs, "openDirectory");
    p->unix_vfs->xSetSystemCall(p->unix_vfs, "openDirectory", (sqlite3_syscall_ptr)open_directory);
    hooked = p;
    sqlite3_vfs_register(&p->vfs, 1);
    return p;
}

void powercut_remove(struct powercut *p)
{
    sqlite3_vfs_unregister(&p->vfs);
    sqlite3_vfs_register(p->unix_vfs, 1);
    p->unix_vfs->xSetSystemCall(p->unix_vfs, "openDirectory", NULL);
    hooked = NULL;
    disk_free(&p->disk);
    free(p);
}

void powercut_default(struct powercut *p, bool this_one)
{
    sqlite3_vfs_register(this_one ? &p->vfs : p->unix_vfs, 1);
}

long powercut_steps(const struct powercut *p)
{
    return p->step;
}

void powercut_images(struct powercut *p, const char *into, int per_step, uint64_t seed)
{
    snprintf(p->disk.into, sizeof p->disk.into, "%s", into);
    p->disk.per_step = per_step;
    p->disk.seed = seed;
}

void powercut_image_now(struct powercut *p)
{
    disk_images(&p->disk, p->step);
}

void powercut_ignore_syncs(struct powercut *p, bool ignore)
{
    p->ignore_syncs = ignore;
}

void powercut_fail(struct powercut *p, long at, int errno_value, bool lasting)
{
    p->fail_at = at;
    p->fail_errno = errno_value;
    p->fail_lasting = lasting;
    p->last_errno = 0;
}

long powercut_failures(const struct powercut *p)
{
    return p->failures;
}
