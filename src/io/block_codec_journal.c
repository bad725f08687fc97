#include "block_codec.h"
#include "block_codec_parts.h"

/* What tells a historical reading, and one whose clock is in doubt, beside the test. */
#define JOURNAL_HISTORICAL  0x80u
#define JOURNAL_CLOCK_DOUBT 0x40u

void journal_encode(struct journal_encoder *e, const struct reading *r, bool revision)
{
    uint8_t bytes[64];
    int64_t scaled = 0;
    unsigned decimals = revision ? 0 : decimals_of(r->value, 0, &scaled);
    struct reading *p = &e->previous;
    unsigned marks =
        (r->historical ? JOURNAL_HISTORICAL : 0u) | (r->clock_doubt ? JOURNAL_CLOCK_DOUBT : 0u);
    bool more = r->test != QT_NONE || marks != 0; /* a byte behind the first */
    size_t n = 0;
    bytes[n++] = (uint8_t)((revision ? 0x80u : 0u) | (decimals << 3) |
                           ((unsigned)(r->flag - 1) << 1) | more);
    if (more)
        bytes[n++] = (uint8_t)(r->test | marks);
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
    out->reading.clock_doubt = (test & JOURNAL_CLOCK_DOUBT) != 0;
    test &= ~(JOURNAL_HISTORICAL | JOURNAL_CLOCK_DOUBT);
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
