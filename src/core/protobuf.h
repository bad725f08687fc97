/* The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), as far as
 * Sparkplug needs it. Private to core. */
#ifndef SHIKUMEN_PROTOBUF_H
#define SHIKUMEN_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct protobuf {
    const uint8_t *at, *end;
    bool broken;
};

/* Wire types. */
enum { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

struct pb_field {
    uint32_t number;
    int type;
    uint64_t value;       /* of numbers; fixed ones as their bits */
    const uint8_t *bytes; /* of PB_BYTES */
    size_t len;
};

/* The next field; false at the end, or when the bytes are broken. */
bool protobuf_next(struct protobuf *p, struct pb_field *f);

/* Appends a varint to out (room for 10 bytes); its length. */
size_t protobuf_put_varint(uint8_t *out, uint64_t v);

#endif
