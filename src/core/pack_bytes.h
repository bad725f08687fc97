/* Bytes of a stored state: integers and the bits of doubles little-endian, FNV-1a of all before at
 * the end. */
#ifndef SHIKUMEN_CORE_PACK_BYTES_H
#define SHIKUMEN_CORE_PACK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

#define PACK_CHECKSUM_BYTES 8

struct pack_writer {
    uint8_t *bytes; /* NULL: only count */
    size_t n;
};

void pack_put(struct pack_writer *w, uint64_t v, size_t size);
void pack_put_i64(struct pack_writer *w, int64_t v);
void pack_put_double(struct pack_writer *w, double v);

/* Runs put twice, to count and to write, and adds the checksum. ERR_NOMEM. */
enum err pack_write(void (*put)(struct pack_writer *w, const void *state), const void *state,
                    struct arena *arena, const void **bytes, size_t *n) MUST_USE;

/* Once bad, everything read is 0. */
struct pack_reader {
    const uint8_t *bytes;
    size_t n, at;
    bool bad;
};

/* A reader of what stands before the checksum; bad when that is wrong. */
struct pack_reader pack_reader(const void *bytes, size_t n);

void pack_require(struct pack_reader *r, bool ok);
uint64_t pack_get(struct pack_reader *r, size_t size);
/* At most max. */
uint64_t pack_get_upto(struct pack_reader *r, size_t size, uint64_t max);
/* lo .. hi, or none. */
int64_t pack_get_i64(struct pack_reader *r, int64_t lo, int64_t hi, int64_t none);
double pack_get_double(struct pack_reader *r);
/* lo .. hi. */
double pack_get_within(struct pack_reader *r, double lo, double hi);

#endif
