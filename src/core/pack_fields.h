/* A state's fields in one list for both ways, so that writing and reading cannot differ: each call
 * gives the field back, as it is when bytes are written, as the bytes have it when they are read.
 * Bytes as pack_bytes.h; what is not within its bounds makes the reader bad. */
#ifndef SHIKUMEN_CORE_PACK_FIELDS_H
#define SHIKUMEN_CORE_PACK_FIELDS_H

#include "pack_bytes.h"
#include "shikumen/model/limit.h"

/* Stops the build when a struct is no longer as large as when its fields were listed: what was
 * added belongs into the list (or is made of other things), then the number is put right, and the
 * version of the bytes counts up. Where pointers have 8 bytes. */
#define FIELDS_OF(type, size)                                                                      \
    _Static_assert(sizeof(void *) != 8 || sizeof(type) == (size), "fields of " #type)

/* One of the two. */
struct pack_fields {
    struct pack_writer *out;
    struct pack_reader *in;
};

/* 0 .. max in so many bytes. */
uint64_t field_upto(struct pack_fields *f, uint64_t v, size_t size, uint64_t max);
bool field_bool(struct pack_fields *f, bool v);
/* lo .. hi. */
int64_t field_int(struct pack_fields *f, int64_t v, int64_t lo, int64_t hi);
/* Microseconds UTC; days since 1970; six-hour bins: up to the year 9999 and beyond, or INT64_MIN;
 * of the second kind INT64_MAX too. */
int64_t field_time(struct pack_fields *f, int64_t us);
int64_t field_day(struct pack_fields *f, int64_t day);
int64_t field_bin(struct pack_fields *f, int64_t bin);
int64_t field_time_or_never(struct pack_fields *f, int64_t us);
int64_t field_day_or_never(struct pack_fields *f, int64_t day);
/* Any bits; 0 .. 1; days until something, up to the year 9999: NaN and infinite too in all. */
double field_double(struct pack_fields *f, double v);
double field_share(struct pack_fields *f, double v);
double field_days(struct pack_fields *f, double v);
void field_doubles(struct pack_fields *f, double *at, size_t n);
void field_floats(struct pack_fields *f, float *at, size_t n);
/* One of n rows (at most 65 535), or NULL. */
const struct limit *field_limit(struct pack_fields *f, const struct limit *l,
                                const struct limit *rows, size_t n);
/* Bytes of another pack; read ones lie in the reader's. */
void field_bytes(struct pack_fields *f, const void **bytes, size_t *n);

#endif
