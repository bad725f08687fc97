#include "protobuf.h"

static bool varint(struct protobuf *p, uint64_t *v)
{
    *v = 0;
    for (int shift = 0; shift < 64 && p->at < p->end; shift += 7) {
        uint8_t byte = *p->at++;
        *v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool fixed(struct protobuf *p, size_t n, uint64_t *v)
{
    *v = 0;
    if ((size_t)(p->end - p->at) < n)
        return false;
    for (size_t i = n; i > 0; i--)
        *v = *v << 8 | p->at[i - 1];
    p->at += n;
    return true;
}

static bool bytes(struct protobuf *p, struct pb_field *f)
{
    uint64_t n;

    if (!varint(p, &n) || n > (uint64_t)(p->end - p->at))
        return false;
    f->bytes = p->at;
    f->len = (size_t)n;
    p->at += n;
    return true;
}

static bool content(struct protobuf *p, struct pb_field *f)
{
    switch (f->type) {
    case PB_VARINT:
        return varint(p, &f->value);
    case PB_FIXED64:
        return fixed(p, 8, &f->value);
    case PB_FIXED32:
        return fixed(p, 4, &f->value);
    case PB_BYTES:
        return bytes(p, f);
    default:
        return false;
    }
}

bool protobuf_next(struct protobuf *p, struct pb_field *f)
{
    uint64_t key;

    *f = (struct pb_field){0};
    if (p->broken || p->at == p->end)
        return false;
    if (!varint(p, &key) || key >> 3 == 0 || key >> 3 > UINT32_C(0x1fffffff)) {
        p->broken = true;
        return false;
    }
    f->number = (uint32_t)(key >> 3);
    f->type = (int)(key & 7);
    p->broken = !content(p, f);
    return !p->broken;
}

size_t protobuf_put_varint(uint8_t *out, uint64_t v)
{
    size_t n = 0;

    for (; v > 0x7f; v >>= 7)
        out[n++] = (uint8_t)(v | 0x80);
    out[n++] = (uint8_t)v;
    return n;
}
