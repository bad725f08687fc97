/* Arena: many allocations, one release. Used per batch, per document, per assessment. */
#ifndef SHIKUMEN_BASE_ARENA_H
#define SHIKUMEN_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* Zero-initialise to start. Not shared between threads while it is written. */
struct arena {
    struct arena_chunk *head;
    size_t used_bytes; /* handed out since the last reset */
};

/* size bytes, zeroed, aligned for any type; NULL when memory is out. size 0 gives a valid pointer.
 */
void *arena_alloc(struct arena *a, size_t size);

/* count * size bytes like arena_alloc; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* Copy of text (n bytes, terminator added); NULL when memory is out. */
char *arena_strndup(struct arena *a, const char *text, size_t n);
char *arena_strdup(struct arena *a, const char *text);

/* printf into the arena; NULL when memory is out. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets all allocations but keeps the largest chunk for reuse. */
void arena_reset(struct arena *a);

/* Where an arena stands, so that what a function needed only while it ran can be given back.
 * Marks nest: rewinding to one forgets those made after it. */
struct arena_mark {
    struct arena_chunk *head, *next;
    size_t used, used_bytes;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);

/* Gives all memory back; the arena may be used again. */
void arena_free(struct arena *a);

#endif
