#include "shikumen/core/burst_write.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Base64 of a stream of bytes (RFC 4648 section 4). */
struct encoder {
    struct strbuf *out;
    uint32_t bits;
    int count; /* bytes in bits */
};

static void put_four(struct encoder *e, int bytes)
{
    for (int i = 0; i < 4; i++)
        strbuf_putc(e->out, i <= bytes ? alphabet[e->bits >> (18 - 6 * i) & 63] : '=');
    e->bits = 0;
    e->count = 0;
}

static void put_byte(struct encoder *e, uint8_t byte)
{
    e->bits |= (uint32_t)byte << (16 - 8 * e->count++);
    if (e->count == 3)
        put_four(e, 3);
}

static void put_float(struct encoder *e, double v)
{
    float f = (float)v;
    uint32_t word;

    memcpy(&word, &f, sizeof word);
    for (int i = 0; i < 4; i++)
        put_byte(e, (uint8_t)(word >> (8 * i)));
}

static void put_axis(struct strbuf *out, const struct burst_text *b, size_t axis)
{
    struct encoder e = {.out = out};

    for (size_t i = 0; i < b->count; i++)
        put_float(&e, b->axis[axis][i] * b->scale[axis] + b->offset[axis]);
    if (e.count > 0)
        put_four(&e, e.count);
}

void burst_write(struct strbuf *out, const struct burst_text *b)
{
    const char *comma = "";

    strbuf_puts(out, "{\"t0\":");
    strbuf_number(out, (double)b->t_us / 1e6);
    strbuf_puts(out, ",\"fs\":");
    strbuf_number(out, b->fs_hz);
    strbuf_puts(out, ",\"unit\":");
    strbuf_json_string(out, b->unit, strlen(b->unit));
    strbuf_printf(out, ",\"kind\":\"%s\",\"sensor\":", quantity_info(b->kind)->name);
    strbuf_json_string(out, b->sensor, strlen(b->sensor));
    strbuf_puts(out, ",\"axes\":{");
    for (size_t i = 0; i < 3; i++) {
        if (!b->axis[i])
            continue;
        strbuf_printf(out, "%s\"%c\":\"", comma, "xyz"[i]);
        put_axis(out, b, i);
        strbuf_putc(out, '"');
        comma = ",";
    }
    strbuf_puts(out, "}}");
}
