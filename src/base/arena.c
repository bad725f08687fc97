#include "shikumen/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK_BYTES  ((size_t)4096)
#define LARGEST_STEP_BYTES ((size_t)1 << 20)

struct arena_chunk {
    struct arena_chunk *next;
    size_t capacity, used;
    alignas(max_align_t) unsigned char bytes[];
};

/* size rounded up to the strictest alignment, at least one unit; 0 on overflow. */
static size_t rounded(size_t size)
{
    const size_t unit = alignof(max_align_t);

    if (size == 0)
        return unit;
    return size > SIZE_MAX - unit ? 0 : (size + unit - 1) / unit * unit;
}

static size_t next_capacity(const struct arena *a, size_t need)
{
    size_t capacity = a->head ? a->head->capacity * 2 : FIRST_CHUNK_BYTES;

    if (capacity > LARGEST_STEP_BYTES)
        capacity = LARGEST_STEP_BYTES;
    return capacity > need ? capacity : need;
}

/* A chunk with room for need bytes. One made to measure goes behind the head, whose rest stays in
 * use. */
static struct arena_chunk *add_chunk(struct arena *a, size_t need)
{
    size_t capacity = next_capacity(a, need);
    struct arena_chunk *chunk;

    if (capacity > SIZE_MAX - sizeof *chunk)
        return NULL;
    chunk = malloc(sizeof *chunk + capacity);
    if (!chunk)
        return NULL;
    chunk->capacity = capacity;
    chunk->used = 0;
    if (a->head && capacity == need) {
        chunk->next = a->head->next;
        a->head->next = chunk;
    } else {
        chunk->next = a->head;
        a->head = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t need = rounded(size);
    struct arena_chunk *chunk = a->head;
    void *p;

    if (need == 0)
        return NULL;
    if (!chunk || chunk->capacity - chunk->used < need)
        chunk = add_chunk(a, need);
    if (!chunk)
        return NULL;
    p = chunk->bytes + chunk->used;
    chunk->used += need;
    a->used_bytes += need;
    return memset(p, 0, need);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *text, size_t n)
{
    char *copy = n == SIZE_MAX ? NULL : arena_alloc(a, n + 1);

    if (copy && n > 0)
        memcpy(copy, text, n);
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    char *text;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return NULL;
    text = arena_alloc(a, (size_t)n + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *kept = a->head;

    for (struct arena_chunk *c = a->head; c; c = c->next)
        if (c->capacity > kept->capacity)
            kept = c;
    for (struct arena_chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        if (c != kept)
            free(c);
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
    }
    a->head = kept;
    a->used_bytes = 0;
}

struct arena_mark arena_mark(const struct arena *a)
{
    struct arena_chunk *head = a->head;

    return (struct arena_mark){
        .head = head,
        .next = head ? head->next : NULL,
        .used = head ? head->used : 0,
        .used_bytes = a->used_bytes,
    };
}

/* Newer chunks lie before the marked head, or, made to measure, right behind it. */
void arena_rewind(struct arena *a, struct arena_mark mark)
{
    if (!mark.head) {
        arena_reset(a);
        return;
    }
    for (struct arena_chunk *c; (c = a->head) != mark.head;) {
        a->head = c->next;
        free(c);
    }
    for (struct arena_chunk *c; (c = a->head->next) != mark.next;) {
        a->head->next = c->next;
        free(c);
    }
    a->head->used = mark.used;
    a->used_bytes = mark.used_bytes;
}

void arena_free(struct arena *a)
{
    arena_reset(a);
    free(a->head);
    a->head = NULL;
}
