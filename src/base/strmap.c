#include "shikumen/base/strmap.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY   ((size_t)16) /* always a power of two */
#define FNV_OFFSET_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME        0x100000001b3ULL

/* Free when key is NULL. */
struct strmap_slot {
    const char *key;
    uint64_t hash;
    uint32_t length;
    uint32_t value;
};

uint64_t hash64(uint64_t seed, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t h = seed ? seed : FNV_OFFSET_BASIS;

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * FNV_PRIME;
    return h;
}

static inline uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9e3779b97f4a7c15ULL; /* 2^64 / golden ratio */
    return h ^ (h >> 32);
}

/* Eight bytes a step where FNV takes one; never leaves the process. */
static uint64_t key_hash(const char *key, size_t n)
{
    uint64_t h = n, word = 0;
    uint32_t half;

    for (; n >= 8; n -= 8, key += 8) {
        memcpy(&word, key, 8);
        h = mix(h, word);
    }
    word = 0;
    if (n >= 4) {
        memcpy(&half, key, 4);
        word = half;
        n -= 4;
        key += 4;
    }
    for (size_t i = 0; i < n; i++)
        word = word << 8 | (unsigned char)key[i];
    return mix(mix(h, word), 0);
}

/* The slot that holds key, or the free one where it belongs. capacity > count always. */
static struct strmap_slot *find(struct strmap_slot *slots, size_t capacity, uint64_t hash,
                                const char *key, size_t n)
{
    size_t mask = capacity - 1;
    size_t i = (size_t)hash & mask;

    while (slots[i].key) {
        if (slots[i].hash == hash && slots[i].length == n && memcmp(slots[i].key, key, n) == 0)
            break;
        i = (i + 1) & mask;
    }
    return &slots[i];
}

static enum err enlarge(struct strmap *m)
{
    size_t capacity = m->capacity ? m->capacity * 2 : FIRST_CAPACITY;
    struct strmap_slot *slots = calloc(capacity, sizeof *slots);

    if (!slots)
        return ERR_NOMEM;
    for (size_t i = 0; i < m->capacity; i++) {
        const struct strmap_slot *old = &m->slots[i];
        if (old->key)
            *find(slots, capacity, old->hash, old->key, old->length) = *old;
    }
    free(m->slots);
    m->slots = slots;
    m->capacity = capacity;
    return ERR_OK;
}

enum err strmap_put(struct strmap *m, const char *key, size_t n, uint32_t value)
{
    struct strmap_slot *slot;
    uint64_t hash;

    if (n > UINT32_MAX)
        return ERR_NOMEM;
    if (n == 0)
        key = "";
    if (m->count >= m->capacity / 2) {
        enum err e = enlarge(m);
        if (e != ERR_OK)
            return e;
    }
    hash = key_hash(key, n);
    slot = find(m->slots, m->capacity, hash, key, n);
    if (slot->key)
        return ERR_EXISTS;
    *slot = (struct strmap_slot){.key = key, .hash = hash, .length = (uint32_t)n, .value = value};
    m->count++;
    return ERR_OK;
}

uint32_t strmap_get(const struct strmap *m, const char *key, size_t n)
{
    const struct strmap_slot *slot;

    if (m->count == 0)
        return STRMAP_NONE;
    if (n == 0)
        key = "";
    slot = find(m->slots, m->capacity, key_hash(key, n), key, n);
    return slot->key ? slot->value : STRMAP_NONE;
}

void strmap_free(struct strmap *m)
{
    free(m->slots);
    *m = (struct strmap){0};
}
