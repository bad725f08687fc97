/* Readings as compact bytes. Values that are short decimals (nearly all sensor values) are kept as
 * scaled integers, others as the eight bytes of the double; either way bit for bit. Little-endian,
 * LEB128 variable-length integers, zigzag for signed ones. */
#ifndef SHIKUMEN_IO_BLOCK_CODEC_H
#define SHIKUMEN_IO_BLOCK_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/reading.h"

/* --- journal: readings and flag revisions of many sensors in order of arrival --- */

struct codec_entry {
    struct reading reading;
    bool revision;
};

struct journal_encoder {
    struct strbuf bytes;
    struct reading previous;
    size_t count;
};
void journal_encode(struct journal_encoder *e, const struct reading *r, bool revision);
void journal_encoder_reset(struct journal_encoder *e); /* keeps the memory */
void journal_encoder_free(struct journal_encoder *e);

struct journal_decoder {
    const uint8_t *at, *end;
    struct reading previous;
};
struct journal_decoder journal_decoder_over(const void *bytes, size_t n);
/* ERR_OK with the next entry, ERR_NOTFOUND at the end, ERR_CORRUPT. */
enum err journal_decode(struct journal_decoder *d, struct codec_entry *out) MUST_USE;

/* --- block: readings of one sensor, ascending time, with a checksum --- */

/* Appends n >= 1 readings. */
void block_encode(const struct reading *readings, size_t n, struct strbuf *out);

#define BLOCK_READINGS_MAX 1000000
/* Number of readings in a block; ERR_CORRUPT. */
enum err block_count(const void *bytes, size_t size, size_t *n) MUST_USE;
/* Decodes into out (room for block_count) as readings of sensor; ERR_CORRUPT. */
enum err block_decode(const void *bytes, size_t size, uint32_t sensor, struct reading *out,
                      size_t n) MUST_USE;

/* The same behind the *count readings that there are, with room made for them. ERR_CORRUPT,
 * ERR_NOMEM: *count is as it was. */
enum err block_append(const void *bytes, size_t size, uint32_t sensor, struct reading **readings,
                      size_t *count, size_t *capacity) MUST_USE;

#endif
