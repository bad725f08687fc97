/* Bytes of a state: little-endian integers, bits of doubles, closed by FNV-1a of all before.
 * Private to core. */
#ifndef SHIKUMEN_CORE_BYTE_PACK_H
#define SHIKUMEN_CORE_BYTE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BYTE_CHECK_BYTES 8

struct byte_writer {
    uint8_t *bytes; /* NULL: only count */
    size_t n;
};

void byte_put(struct byte_writer *w, uint64_t v, size_t size);
void byte_put_time(struct byte_writer *w, int64_t t_us);
void byte_put_double(struct byte_writer *w, double v);
/* Appends the check of all before. */
void byte_put_check(struct byte_writer *w);

/* Once bad, everything read is 0. */
struct byte_reader {
    const uint8_t *bytes;
    size_t n, at;
    bool bad;
};

/* A reader of what stands before the check; bad when that does not fit. */
struct byte_reader byte_reader_of(const void *bytes, size_t n);
void byte_require(struct byte_reader *r, bool ok);
uint64_t byte_get(struct byte_reader *r, size_t size);
uint64_t byte_get_upto(struct byte_reader *r, size_t size, uint64_t max);
int64_t byte_get_time(struct byte_reader *r);
double byte_get_double(struct byte_reader *r); /* any bits */
double byte_get_finite(struct byte_reader *r);
double byte_get_positive(struct byte_reader *r); /* finite, 0 or more */

#endif
