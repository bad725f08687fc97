/* Arrays that grow. */
#ifndef SHIKUMEN_BASE_ARRAY_H
#define SHIKUMEN_BASE_ARRAY_H

#include <stddef.h>

#include "shikumen/base/arena.h"

/* array with room for count elements of size bytes (at least 1): itself, or moved with twice that
 * room, which *capacity is then. NULL: memory is out (array and *capacity are as they were), or
 * array is NULL and count 0. */
void *array_grow(void *array, size_t *capacity, size_t count, size_t size);

/* The same of an array in the arena, where the one before the move stays; room is zeroed. */
void *array_grow_in(struct arena *arena, void *array, size_t *capacity, size_t count, size_t size);

#endif
