#include "powercut_vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chance.h"

enum { SECTOR = 512, NAMES = 16 };

/* A write, or with bytes NULL a truncation to offset. */
struct change {
    int64_t offset;
    size_t n;
    unsigned char *bytes;
};

struct content {
    unsigned char *bytes;
    size_t n, capacity;
};

/* A file whatever its name: what is durable of it and what was done since, in order. */
struct inode {
    struct content durable;
    struct change *changes;
    size_t count, capacity;
    struct inode *next;
};

struct name {
    char path[256];
    struct inode *now, *durable; /* NULL: no such file */
};

struct powercut {
    sqlite3_vfs vfs, *unix_vfs;
    char directory[256], into[256];
    struct name names[NAMES];
    size_t name_count;
    struct inode *inodes;
    long step, fail_at, failures;
    int per_step, fail_errno, last_errno;
    uint64_t seed;
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

static void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "powercut: %s: %s\n", what, strerror(errno));
        abort();
    }
}

/* --- contents --- */

static void set_size(struct content *c, size_t n)
{
    if (n > c->capacity) {
        c->capacity = n * 2;
        c->bytes = realloc(c->bytes, c->capacity);
        must(c->bytes != NULL, "memory");
    }
    if (n > c->n)
        memset(c->bytes + c->n, 0, n - c->n);
    c->n = n;
}

static void put_bytes(struct content *c, size_t at, const unsigned char *bytes, size_t n)
{
    if (n == 0)
        return;
    if (at + n > c->n)
        set_size(c, at + n);
    memcpy(c->bytes + at, bytes, n);
}

static void apply(struct content *c, const struct change *x)
{
    if (x->bytes)
        put_bytes(c, (size_t)x->offset, x->bytes, x->n);
    else
        set_size(c, (size_t)x->offset);
}

static void note_change(struct inode *i, int64_t offset, const void *bytes, size_t n)
{
    if (i->count == i->capacity) {
        i->capacity = i->capacity ? i->capacity * 2 : 64;
        i->changes = realloc(i->changes, i->capacity * sizeof *i->changes);
        must(i->changes != NULL, "memory");
    }
    struct change *x = &i->changes[i->count++];
    *x = (struct change){offset, n, NULL};
    if (bytes) {
        x->bytes = malloc(n ? n : 1);
        must(x->bytes != NULL, "memory");
        memcpy(x->bytes, bytes, n);
    }
}

static void make_durable(struct inode *i)
{
    for (size_t k = 0; k < i->count; k++) {
        apply(&i->durable, &i->changes[k]);
        free(i->changes[k].bytes);
    }
    i->count = 0;
}

/* --- names --- */

static struct inode *new_inode(struct powercut *p)
{
    struct inode *i = calloc(1, sizeof *i);
    must(i != NULL, "memory");
    i->next = p->inodes;
    p->inodes = i;
    return i;
}

static bool is_watched(const struct powercut *p, const char *path)
{
    size_t n = strlen(p->directory);
    return path && strncmp(path, p->directory, n) == 0 && path[n] == '/';
}

static struct name *name_of(struct powercut *p, const char *path)
{
    for (size_t i = 0; i < p->name_count; i++)
        if (strcmp(p->names[i].path, path) == 0)
            return &p->names[i];
    must(p->name_count < NAMES && strlen(path) < sizeof p->names[0].path, "too many names");
    struct name *name = &p->names[p->name_count++];
    *name = (struct name){0};
    strcpy(name->path, path);
    return name;
}

static void directory_synced(struct powercut *p)
{
    for (size_t i = 0; i < p->name_count; i++)
        p->names[i].durable = p->names[i].now;
}

static int open_directory(const char *path, int *fd)
{
    if (hooked)
        hooked->directory_opened = true;
    return real_open_directory(path, fd);
}

/* --- images --- */

static void rubbish(struct chance *c, struct content *image, size_t from, size_t to)
{
    size_t old = image->n;
    set_size(image, to > image->n ? to : image->n);
    for (size_t i = from > old ? from : old; i < to; i++)
        image->bytes[i] = (unsigned char)chance_bits(c);
}

static void apply_torn(struct chance *c, struct content *image, const struct change *x)
{
    size_t at = (size_t)x->offset, end = at + x->n;
    while (at < end) {
        size_t stop = (at / SECTOR + 1) * SECTOR < end ? (at / SECTOR + 1) * SECTOR : end;
        if (chance_one_in(c, 2))
            put_bytes(image, at, x->bytes + (at - (size_t)x->offset), stop - at);
        else if (chance_one_in(c, 2))
            rubbish(c, image, at, stop); /* only where the file grows */
        at = stop;
    }
}

static void apply_perhaps(struct chance *c, struct content *image, const struct change *x)
{
    size_t fate = chance_below(c, x->bytes ? 3 : 2);
    if (fate == 1)
        apply(image, x);
    else if (fate == 2)
        apply_torn(c, image, x);
}

/* The order in which the changes reach the disk. */
static size_t *random_order(struct chance *c, size_t n)
{
    size_t *order = malloc((n ? n : 1) * sizeof *order);
    bool shuffled = chance_one_in(c, 2);
    must(order != NULL, "memory");
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; shuffled && i > 1; i--) {
        size_t j = chance_below(c, i), swapped = order[j];
        order[j] = order[i - 1];
        order[i - 1] = swapped;
    }
    return order;
}

static struct content image_of(struct chance *c, const struct inode *i, int kind)
{
    struct content image = {0};
    size_t *order = random_order(c, i->count);
    put_bytes(&image, 0, i->durable.bytes, i->durable.n);
    for (size_t k = 0; k < i->count && kind != 0; k++)
        if (kind == 1)
            apply(&image, &i->changes[k]);
        else
            apply_perhaps(c, &image, &i->changes[order[k]]);
    free(order);
    return image;
}

static void write_image(const char *folder, const struct name *name, const struct content *image)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, strrchr(name->path, '/') + 1);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0, path);
    must(write(fd, image->n ? image->bytes : (const unsigned char *)"", image->n) ==
             (ssize_t)image->n, path);
    close(fd);
}

static void make_image(struct powercut *p, int kind)
{
    struct chance c = {p->seed ^ (uint64_t)p->step << 8 ^ (uint64_t)kind << 56};
    char folder[300];
    snprintf(folder, sizeof folder, "%s/%ld-%d", p->into, p->step, kind);
    must(mkdir(folder, 0700) == 0, folder);
    for (size_t i = 0; i < p->name_count; i++) {
        const struct name *name = &p->names[i];
        bool now = kind == 1 || (kind > 1 && chance_one_in(&c, 2));
        const struct inode *inode = now ? name->now : name->durable;
        if (!inode)
            continue;
        struct content image = image_of(&c, inode, kind);
        write_image(folder, name, &image);
        free(image.bytes);
    }
}

static bool anything_waits(const struct powercut *p)
{
    for (size_t i = 0; i < p->name_count; i++) {
        const struct name *name = &p->names[i];
        if (name->now != name->durable || (name->now && name->now->count > 0))
            return true;
    }
    return false;
}

void powercut_image_now(struct powercut *p)
{
    int kinds = anything_waits(p) ? p->per_step : 1;
    for (int kind = 0; kind < kinds && p->per_step > 0; kind++)
        make_image(p, kind);
}

/* --- steps --- */

/* Begins a step; true when it is to fail. */
static bool step_fails(struct powercut *p, bool deletion)
{
    powercut_image_now(p);
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
        note_change(f->inode, offset, bytes, (size_t)through);
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
        note_change(f->inode, size, NULL, 0);
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
    make_durable(f->inode);
    if (p->directory_opened)
        directory_synced(p);
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

static int cut_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    struct powercut *p = owner_of(vfs);
    struct cut_file *f = (struct cut_file *)file;
    *f = (struct cut_file){.owner = p, .real = calloc(1, (size_t)p->unix_vfs->szOsFile)};
    must(f->real != NULL, "memory");
    int rc = p->unix_vfs->xOpen(p->unix_vfs, path, f->real, flags, out_flags);
    if (rc != SQLITE_OK) {
        free(f->real);
        return rc;
    }
    f->base.pMethods = &cut_methods;
    if (is_watched(p, path)) {
        struct name *name = name_of(p, path);
        if (!name->now)
            name->now = new_inode(p);
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
        name_of(p, path)->now = NULL;
    if (rc == SQLITE_OK && p->directory_opened && !p->ignore_syncs)
        directory_synced(p);
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
    must(p != NULL && strlen(directory) < sizeof p->directory && !hooked, "install");
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
    real_open_directory = (int (*)(const char *, int *))p->unix_vfs->xGetSystemCall(
        p->unix_vfs, "openDirectory");
    p->unix_vfs->xSetSystemCall(p->unix_vfs, "openDirectory", (sqlite3_syscall_ptr)open_directory);
    hooked = p;
    sqlite3_vfs_register(&p->vfs, 1);
    return p;
}

static void free_inodes(struct inode *i)
{
    while (i) {
        struct inode *next = i->next;
        for (size_t k = 0; k < i->count; k++)
            free(i->changes[k].bytes);
        free(i->changes);
        free(i->durable.bytes);
        free(i);
        i = next;
    }
}

void powercut_remove(struct powercut *p)
{
    sqlite3_vfs_unregister(&p->vfs);
    sqlite3_vfs_register(p->unix_vfs, 1);
    p->unix_vfs->xSetSystemCall(p->unix_vfs, "openDirectory", NULL);
    hooked = NULL;
    free_inodes(p->inodes);
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
    snprintf(p->into, sizeof p->into, "%s", into);
    p->per_step = per_step;
    p->seed = seed;
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
