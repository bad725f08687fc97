#include "block_codec.h"

#include <math.h>
#include <string.h>

#include "shikumen/base/strmap.h"

enum { RAW = 15, DECIMALS_MAX = 9, FORMAT = 1, CHECKSUM_BYTES = 4 };

/* What tells a historical reading: in the journal beside the test, in a block beside the flag. */
#define JOURNAL_HISTORICAL 0x80u
#define BLOCK_HISTORICAL   0x08u

static const double power_of_ten[DECIMALS_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4,
                                                      1e5, 1e6, 1e7, 1e8, 1e9};

/* --- varints --- */

static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static int64_t unzigzag(uint64_t u)
{
    return (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
}

static size_t put_varint(uint8_t *to, uint64_t u)
{
    size_t n = 0;
    while (u >= 0x80) {
        to[n++] = (uint8_t)(u | 0x80);
        u >>= 7;
    }
    to[n++] = (uint8_t)u;
    return n;
}

/* Differences wrap like unsigned integers, so every pair of times can be coded. */
static size_t put_delta(uint8_t *to, int64_t value, int64_t base)
{
    return put_varint(to, zigzag((int64_t)((uint64_t)value - (uint64_t)base)));
}

static bool get_varint(const uint8_t **at, const uint8_t *end, uint64_t *u)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *u = v;
            return true;
        }
    }
    return false;
}

static bool get_delta(const uint8_t **at, const uint8_t *end, int64_t base, int64_t *value)
{
    uint64_t u;
    if (!get_varint(at, end, &u))
        return false;
    *value = (int64_t)((uint64_t)base + (uint64_t)unzigzag(u));
    return true;
}

/* --- values --- */

/* Scaled integer of v with that many decimals, when it gives v back bit for bit. */
static bool scale_value(double v, unsigned decimals, int64_t *scaled)
{
    double s = rint(v * power_of_ten[decimals]);
    if (!(fabs(s) <= 9007199254740992.0) || s / power_of_ten[decimals] != v)
        return false;
    *scaled = (int64_t)s;
    return *scaled != 0 || !signbit(v);
}

static unsigned decimals_of(double v, unsigned at_least, int64_t *scaled)
{
    for (unsigned d = at_least; d <= DECIMALS_MAX; d++)
        if (scale_value(v, d, scaled))
            return d;
    return RAW;
}

static double unscale(int64_t scaled, unsigned decimals)
{
    return (double)scaled / power_of_ten[decimals];
}

static size_t put_raw(uint8_t *to, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        to[i] = (uint8_t)(bits >> (8 * i));
    return 8;
}

static bool get_raw(const uint8_t **at, const uint8_t *end, double *v)
{
    if (end - *at < 8)
        return false;
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++)
        bits |= (uint64_t)(*at)[i] << (8 * i);
    *at += 8;
    memcpy(v, &bits, sizeof *v);
    return isfinite(*v);
}

/* --- flags: 1..4 in two bits, anything else (9) is never stored with a reading --- */

static bool flag_valid(unsigned flag, unsigned test)
{
    return flag >= QF_PASS && flag <= QF_FAIL && test < QT_COUNT;
}

/* --- journal --- */

void journal_encode(struct journal_encoder *e, const struct reading *r, bool revision)
{
    uint8_t bytes[64];
    int64_t scaled = 0;
    unsigned decimals = revision ? 0 : decimals_of(r->value, 0, &scaled);
    struct reading *p = &e->previous;
    bool more = r->test != QT_NONE || r->historical; /* a byte behind the first */
    size_t n = 0;
    bytes[n++] = (uint8_t)((revision ? 0x80u : 0u) | (decimals << 3) |
                           ((unsigned)(r->flag - 1) << 1) | more);
    if (more)
        bytes[n++] = (uint8_t)(r->test | (r->historical ? JOURNAL_HISTORICAL : 0u));
    n += put_delta(bytes + n, r->sensor, p->sensor);
    n += put_delta(bytes + n, r->t_us, p->t_us);
    p->sensor = r->sensor;
    p->t_us = r->t_us;
    if (!revision) {
        n += put_delta(bytes + n, r->rx_us, p->rx_us);
        n += decimals == RAW ? put_raw(bytes + n, r->value) : put_varint(bytes + n, zigzag(scaled));
        p->rx_us = r->rx_us;
    }
    strbuf_append(&e->bytes, bytes, n);
    e->count++;
}

void journal_encoder_reset(struct journal_encoder *e)
{
    strbuf_clear(&e->bytes);
    e->previous = (struct reading){0};
    e->count = 0;
}

void journal_encoder_free(struct journal_encoder *e)
{
    strbuf_free(&e->bytes);
}

struct journal_decoder journal_decoder_over(const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    return (struct journal_decoder){.at = at, .end = at + n};
}

static bool decode_head(struct journal_decoder *d, struct codec_entry *out, unsigned *decimals)
{
    uint8_t head = *d->at++;
    out->revision = (head & 0x80) != 0;
    *decimals = (head >> 3) & 15;
    unsigned test = QT_NONE;
    if (head & 1) {
        if (d->at == d->end)
            return false;
        test = *d->at++;
    }
    out->reading.flag = (uint8_t)(((head >> 1) & 3) + 1);
    out->reading.historical = (test & JOURNAL_HISTORICAL) != 0;
    test &= ~JOURNAL_HISTORICAL;
    out->reading.test = (uint8_t)test;
    return flag_valid(out->reading.flag, test) && (*decimals <= DECIMALS_MAX || *decimals == RAW);
}

static bool decode_value(struct journal_decoder *d, unsigned decimals, double *value)
{
    uint64_t u;
    if (decimals == RAW)
        return get_raw(&d->at, d->end, value);
    if (!get_varint(&d->at, d->end, &u))
        return false;
    *value = unscale(unzigzag(u), decimals);
    return true;
}

enum err journal_decode(struct journal_decoder *d, struct codec_entry *out)
{
    if (d->at == d->end)
        return ERR_NOTFOUND;
    struct reading *p = &d->previous;
    unsigned decimals;
    int64_t sensor;
    *out = (struct codec_entry){0};
    if (!decode_head(d, out, &decimals) || !get_delta(&d->at, d->end, p->sensor, &sensor) ||
        sensor < 0 || sensor > UINT32_MAX || !get_delta(&d->at, d->end, p->t_us, &p->t_us))
        return ERR_CORRUPT;
    p->sensor = (uint32_t)sensor;
    if (!out->revision && (!get_delta(&d->at, d->end, p->rx_us, &p->rx_us) ||
                           !decode_value(d, decimals, &out->reading.value)))
        return ERR_CORRUPT;
    out->reading.sensor = p->sensor;
    out->reading.t_us = p->t_us;
    out->reading.rx_us = p->rx_us;
    return ERR_OK;
}

/* --- block: columns --- */

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
    return r->flag | (unsigned)r->test << 4 | (r->historical ? BLOCK_HISTORICAL : 0u);
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
        if (!flag_valid(byte & 7, byte >> 4) || !get_varint(at, end, &run) || run > n - i)
            return false;
        for (; run > 0; run--, i++) {
            out[i].flag = (uint8_t)(byte & 7);
            out[i].test = (uint8_t)(byte >> 4);
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
