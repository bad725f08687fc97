#include "shikumen/base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Room for twice as many; 0: there are no numbers for so many bytes. */
static size_t room_for(size_t count, size_t size)
{
    return count > (SIZE_MAX / size - 16) / 2 ? 0 : count * 2 + 16;
}

void *array_grow(void *array, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return array;
    size_t room = room_for(count, size);
    void *grown = room ? realloc(array, room * size) : NULL;
    if (grown)
        *capacity = room;
    return grown;
}

void *array_grow_in(struct arena *arena, void *array, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return array;
    size_t room = room_for(count, size);
    void *grown = room ? arena_array(arena, room, size) : NULL;
    if (grown && *capacity > 0)
        memcpy(grown, array, *capacity * size);
    if (grown)
        *capacity = room;
    return grown;
}
