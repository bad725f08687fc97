#include "powercut_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chance.h"

enum { SECTOR = 512 };

void disk_must(bool ok, const char *what)
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
        disk_must(c->bytes != NULL, "memory");
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

void disk_change(struct inode *i, int64_t offset, const void *bytes, size_t n)
{
    if (i->count == i->capacity) {
        i->capacity = i->capacity ? i->capacity * 2 : 64;
        i->changes = realloc(i->changes, i->capacity * sizeof *i->changes);
        disk_must(i->changes != NULL, "memory");
    }
    struct change *x = &i->changes[i->count++];
    *x = (struct change){offset, n, NULL};
    if (bytes) {
        x->bytes = malloc(n ? n : 1);
        disk_must(x->bytes != NULL, "memory");
        memcpy(x->bytes, bytes, n);
    }
}

void disk_file_synced(struct inode *i)
{
    for (size_t k = 0; k < i->count; k++) {
        apply(&i->durable, &i->changes[k]);
        free(i->changes[k].bytes);
    }
    i->count = 0;
}

/* --- names --- */

struct inode *disk_new_inode(struct disk *d)
{
    struct inode *i = calloc(1, sizeof *i);
    disk_must(i != NULL, "memory");
    i->next = d->inodes;
    d->inodes = i;
    return i;
}

struct name *disk_name(struct disk *d, const char *path)
{
    for (size_t i = 0; i < d->name_count; i++)
        if (strcmp(d->names[i].path, path) == 0)
            return &d->names[i];
    disk_must(d->name_count < DISK_NAMES && strlen(path) < sizeof d->names[0].path,
              "too many names");
    struct name *name = &d->names[d->name_count++];
    *name = (struct name){0};
    strcpy(name->path, path);
    return name;
}

void disk_directory_synced(struct disk *d)
{
    for (size_t i = 0; i < d->name_count; i++)
        d->names[i].durable = d->names[i].now;
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
    disk_must(order != NULL, "memory");
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
    disk_must(fd >= 0, path);
    disk_must(write(fd, image->n ? image->bytes : (const unsigned char *)"", image->n) ==
                  (ssize_t)image->n,
              path);
    close(fd);
}

static void make_image(const struct disk *d, long step, int kind)
{
    struct chance c = {d->seed ^ (uint64_t)step << 8 ^ (uint64_t)kind << 56};
    char folder[300];
    snprintf(folder, sizeof folder, "%s/%ld-%d", d->into, step, kind);
    disk_must(mkdir(folder, 0700) == 0, folder);
    for (size_t i = 0; i < d->name_count; i++) {
        const struct name *name = &d->names[i];
        bool now = kind == 1 || (kind > 1 && chance_one_in(&c, 2));
        const struct inode *inode = now ? name->now : name->durable;
        if (!inode)
            continue;
        struct content image = image_of(&c, inode, kind);
        write_image(folder, name, &image);
        free(image.bytes);
    }
}

static bool anything_waits(const struct disk *d)
{
    for (size_t i = 0; i < d->name_count; i++) {
        const struct name *name = &d->names[i];
        if (name->now != name->durable || (name->now && name->now->count > 0))
            return true;
    }
    return false;
}

void disk_images(struct disk *d, long step)
{
    int kinds = anything_waits(d) ? d->per_step : 1;
    for (int kind = 0; kind < kinds && d->per_step > 0; kind++)
        make_image(d, step, kind);
}

void disk_free(struct disk *d)
{
    for (struct inode *i = d->inodes, *next; i; i = next) {
        next = i->next;
        for (size_t k = 0; k < i->count; k++)
            free(i->changes[k].bytes);
        free(i->changes);
        free(i->durable.bytes);
        free(i);
    }
}
