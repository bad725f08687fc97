#include "shikumen/base/array.h"

#include <stdint.h>
#include <stdlib.h>

void *array_grow(void *array, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return array;
    if (count > (SIZE_MAX / size - 16) / 2)
        return NULL;
    size_t bigger = count * 2 + 16;
    void *grown = realloc(array, bigger * size);
    if (grown)
        *capacity = bigger;
    return grown;
}
