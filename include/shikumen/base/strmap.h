/* Map from text to a 32-bit number: open addressing, keys borrowed (they must outlive the map). */
#ifndef SHIKUMEN_BASE_STRMAP_H
#define SHIKUMEN_BASE_STRMAP_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

#define STRMAP_NONE UINT32_MAX

struct strmap_slot;

/* Zero-initialise to start. Reading is safe from many threads once it is built. */
struct strmap {
    struct strmap_slot *slots;
    size_t capacity, count;
};

/* Sets key (n bytes) to value. ERR_EXISTS when the key is there already (its value stays),
 * ERR_NOMEM. */
enum err strmap_put(struct strmap *m, const char *key, size_t n, uint32_t value) MUST_USE;

/* The value of key, or STRMAP_NONE. */
uint32_t strmap_get(const struct strmap *m, const char *key, size_t n);

void strmap_free(struct strmap *m);

/* FNV-1a, 64 bit, of n bytes; continue a hash by passing it as seed (start with 0). */
uint64_t hash64(uint64_t seed, const void *bytes, size_t n);

#endif
