/* CBOR (RFC 8949) that came from outside, as a tree like that of JSON. Private to core. */
#ifndef SHIKUMEN_CBOR_H
#define SHIKUMEN_CBOR_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

struct cbor_input {
    cJSON *root;       /* free with cJSON_Delete; NULL when fault is set */
    const char *fault; /* words for people with the place, NULL when sound */
};

/* The name of an integer key of a map; NULL: its digits. */
typedef const char *cbor_label_fn(int64_t label);

/* Reads one data item that is the whole of the bytes: numbers (decimal fractions, tag 4, included;
 * other tags are passed over), texts without U+0000, byte strings as base64url, arrays, maps, of
 * definite length or not, at most max_values in all and 32 deep. ERR_NOMEM is the only error. */
enum err cbor_read(const void *bytes, size_t n, size_t max_values, cbor_label_fn *label,
                   struct arena *arena, struct cbor_input *out) MUST_USE;

#endif
