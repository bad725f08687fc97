#include "block_codec.h"

#include "block_codec_parts.h"
#include "shikumen/base/array.h"
#include "shikumen/base/strmap.h"

enum { FORMAT = 1, CHECKSUM_BYTES = 4 };

/* What tells a historical reading, and one whose clock is in doubt, beside flag and test. */
#define BLOCK_HISTORICAL  0x08u
#define BLOCK_CLOCK_DOUBT 0x80u

/* --- columns --- */

static void append_varint(struct strbuf *out, uint64_t u)
{
    uint8_t bytes[10];
    strbuf_append(out, bytes, put_varint(bytes, u));
}

static void append_delta(struct strbuf *out, int64_t value, int64_t base)
{
    uint8_t bytes[10];
    strbuf_append(out, bytes, put_delta(bytes, value, base));
}

/* Delta of delta: a regular interval costs one byte a reading. */
static void encode_times(const struct reading *r, size_t n, struct strbuf *out)
{
    int64_t previous = 0, step = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t now_step = (int64_t)((uint64_t)r[i].t_us - (uint64_t)previous);
        append_delta(out, now_step, step);
        previous = r[i].t_us;
        step = i == 0 ? 0 : now_step;
    }
}

static void encode_arrivals(const struct reading *r, size_t n, struct strbuf *out)
{
    int64_t previous = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t delay = (int64_t)((uint64_t)r[i].rx_us - (uint64_t)r[i].t_us);
        append_delta(out, delay, previous);
        previous = delay;
    }
}

static unsigned flags_byte(const struct reading *r)
{
    return r->flag | (unsigned)r->test << 4 | (r->historical ? BLOCK_HISTORICAL : 0u) |
           (r->clock_doubt ? BLOCK_CLOCK_DOUBT : 0u);
}

static void encode_flags(const struct reading *r, size_t n, struct strbuf *out)
{
    for (size_t i = 0, run; i < n; i += run) {
        unsigned byte = flags_byte(&r[i]);
        for (run = 1; i + run < n && flags_byte(&r[i + run]) == byte;)
            run++;
        strbuf_putc(out, (char)byte);
        append_varint(out, run);
    }
}

static unsigned common_decimals(const struct reading *r, size_t n)
{
    unsigned decimals = 0;
    int64_t scaled;
    for (size_t i = 0; i < n && decimals != RAW; i++)
        decimals = decimals_of(r[i].value, decimals, &scaled);
    for (size_t i = 0; i < n && decimals != RAW; i++)
        if (!scale_value(r[i].value, decimals, &scaled))
            decimals = RAW;
    return decimals;
}

static void encode_values(const struct reading *r, size_t n, struct strbuf *out)
{
    unsigned decimals = common_decimals(r, n);
    int64_t previous = 0, scaled = 0;
    strbuf_putc(out, (char)decimals);
    for (size_t i = 0; i < n; i++) {
        if (decimals == RAW) {
            uint8_t bytes[8];
            strbuf_append(out, bytes, put_raw(bytes, r[i].value));
        } else if (scale_value(r[i].value, decimals, &scaled)) {
            append_delta(out, scaled, previous);
            previous = scaled;
        }
    }
}

/* FNV-1a folded to 32 bits: a bit that a flash cell forgets is noticed, not believed. */
static uint32_t checksum(const uint8_t *bytes, size_t n)
{
    uint64_t h = hash64(0, bytes, n);
    return (uint32_t)(h ^ h >> 32);
}

static void append_checksum(struct strbuf *out, size_t from)
{
    if (out->failed)
        return;
    uint32_t sum = checksum((const uint8_t *)out->data + from, out->len - from);
    for (unsigned i = 0; i < CHECKSUM_BYTES; i++)
        strbuf_putc(out, (char)(uint8_t)(sum >> (8 * i)));
}

static bool checksum_holds(const uint8_t *bytes, size_t size)
{
    if (size < CHECKSUM_BYTES)
        return false;
    const uint8_t *at = bytes + size - CHECKSUM_BYTES;
    uint32_t sum = checksum(bytes, size - CHECKSUM_BYTES);
    for (unsigned i = 0; i < CHECKSUM_BYTES; i++)
        if (at[i] != (uint8_t)(sum >> (8 * i)))
            return false;
    return true;
}

void block_encode(const struct reading *readings, size_t n, struct strbuf *out)
{
    size_t from = out->len;
    strbuf_putc(out, FORMAT);
    append_varint(out, n);
    encode_times(readings, n, out);
    encode_arrivals(readings, n, out);
    encode_flags(readings, n, out);
    encode_values(readings, n, out);
    append_checksum(out, from);
}

static bool block_head(const uint8_t **at, const uint8_t *end, uint64_t *n)
{
    return *at < end && *(*at)++ == FORMAT && get_varint(at, end, n) && *n >= 1 &&
           *n <= BLOCK_READINGS_MAX;
}

enum err block_count(const void *bytes, size_t size, size_t *n)
{
    const uint8_t *at = bytes;
    uint64_t count;
    if (!block_head(&at, at + size, &count))
        return ERR_CORRUPT;
    *n = (size_t)count;
    return ERR_OK;
}

static bool decode_times(const uint8_t **at, const uint8_t *end, struct reading *out, size_t n)
{
    int64_t previous = 0, step = 0;
    for (size_t i = 0; i < n; i++) {
        if (!get_delta(at, end, step, &step))
            return false;
        previous = (int64_t)((uint64_t)previous + (uint64_t)step);
        out[i].t_us = previous;
        if (i == 0)
            step = 0;
    }
    return true;
}

static bool decode_arrivals(const uint8_t **at, const uint8_t *end, struct reading *out, size_t n)
{
    int64_t delay = 0;
    for (size_t i = 0; i < n; i++) {
        if (!get_delta(at, end, delay, &delay))
            return false;
        out[i].rx_us = (int64_t)((uint64_t)out[i].t_us + (uint64_t)delay);
    }
    return true;
}

static bool decode_flags(const uint8_t **at, const uint8_t *end, struct reading *out, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint64_t run;
        if (*at == end)
            return false;
        unsigned byte = *(*at)++;
        unsigned test = byte >> 4 & 7;
        if (!flag_valid(byte & 7, test) || !get_varint(at, end, &run) || run > n - i)
            return false;
        for (; run > 0; run--, i++) {
            out[i].flag = (uint8_t)(byte & 7);
            out[i].test = (uint8_t)test;
            out[i].clock_doubt = (byte & BLOCK_CLOCK_DOUBT) != 0;
            out[i].historical = (byte & BLOCK_HISTORICAL) != 0;
        }
    }
    return true;
}

static bool decode_values(const uint8_t **at, const uint8_t *end, struct reading *out, size_t n)
{
    if (*at == end)
        return false;
    unsigned decimals = *(*at)++;
    int64_t scaled = 0;
    if (decimals != RAW && decimals > DECIMALS_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (decimals == RAW ? !get_raw(at, end, &out[i].value)
                            : !get_delta(at, end, scaled, &scaled))
            return false;
        if (decimals != RAW)
            out[i].value = unscale(scaled, decimals);
    }
    return *at == end;
}

enum err block_decode(const void *bytes, size_t size, uint32_t sensor, struct reading *out,
                      size_t n)
{
    if (!checksum_holds(bytes, size))
        return ERR_CORRUPT;
    const uint8_t *at = bytes, *end = at + size - CHECKSUM_BYTES;
    uint64_t count;
    if (!block_head(&at, end, &count) || count != n || !decode_times(&at, end, out, n) ||
        !decode_arrivals(&at, end, out, n) || !decode_flags(&at, end, out, n) ||
        !decode_values(&at, end, out, n))
        return ERR_CORRUPT;
    for (size_t i = 0; i < n; i++)
        out[i].sensor = sensor;
    return ERR_OK;
}

enum err block_append(const void *bytes, size_t size, uint32_t sensor, struct reading **readings,
                      size_t *count, size_t *capacity)
{
    size_t n;
    enum err e = block_count(bytes, size, &n);
    if (e)
        return e;
    struct reading *room = array_grow(*readings, capacity, *count + n, sizeof *room);
    if (!room)
        return ERR_NOMEM;
    *readings = room;
    e = block_decode(bytes, size, sensor, room + *count, n);
    if (!e)
        *count += n;
    return e;
}
