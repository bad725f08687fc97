/* What a disk holds for certain and what it may hold besides: the inside of powercut_vfs.h. */
#ifndef SHIKUMEN_TESTS_POWERCUT_DISK_H
#define SHIKUMEN_TESTS_POWERCUT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_NAMES = 16 };

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

struct disk {
    struct name names[DISK_NAMES];
    size_t name_count;
    struct inode *inodes;
    char into[256]; /* where images go, of which kinds and how random */
    int per_step;
    uint64_t seed;
};

/* Ends the test program with errno's text unless ok. */
void disk_must(bool ok, const char *what);

/* The entry for a path, made when new. */
struct name *disk_name(struct disk *d, const char *path);
struct inode *disk_new_inode(struct disk *d);
/* A write of n bytes at offset, or with bytes NULL a truncation to offset, that nobody has synced.
 */
void disk_change(struct inode *i, int64_t offset, const void *bytes, size_t n);
void disk_file_synced(struct inode *i);
void disk_directory_synced(struct disk *d);

/* Writes down the images of this moment under the number of a step. */
void disk_images(struct disk *d, long step);

void disk_free(struct disk *d);

#endif
