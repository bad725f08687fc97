/* Bytes of the state of a pair: version, digest, state, checksum. */
#include <float.h>
#include <string.h>

#include "doses_internal.h"
#include "pack_bytes.h"

#define VERSION  2
#define HOUR_MAX (RULE_TIME_MAX / DOSE_HOUR_US + 2 * DOSE_LATE_H)
#define NUMBERS  12 /* plain numbers of the models */

enum { FLAG_HELD = 1, FLAG_LEAKING = 2, FLAG_THAWED = 4, FLAG_BAND = 8 };

/* --- lists of the plain parts, so that writing and reading cannot differ --- */

#define TIMES 9

static void times_of(struct dose *d, int64_t *at[TIMES])
{
    int64_t *list[TIMES] = {&d->closed,    &d->begin, &d->last, &d->renew,     &d->leak_known,
                            &d->leak_last, &d->week,  &d->bin,  &d->band.taken};

    memcpy(at, list, sizeof list);
}

/* with what each may be; NaN may be where may_lack */
struct number {
    double *at;
    double lo, hi;
    bool may_lack;
};

static void numbers_of(struct dose *d, struct number out[NUMBERS])
{
    struct number list[NUMBERS] = {{&d->celsius, -60, 90, true},
                                   {&d->wet, 0, 300, true},
                                   {&d->rh, 0, 100, true},
                                   {&d->mould.index, 0, 7, false},
                                   {&d->mould.peak, 0, 7, false},
                                   {&d->mould.dry_hours, 0, DBL_MAX, false},
                                   {&d->decay.activation, 0, 1, false},
                                   {&d->decay.mass_loss_percent, 0, DBL_MAX, false},
                                   {&d->emc, 0, 300, false},
                                   {&d->bin_celsius, -60 * DOSE_BIN_H, 90 * DOSE_BIN_H, false},
                                   {&d->bin_wet, 0, 300 * DOSE_BIN_H, false},
                                   {&d->band.outside, 0, 100, false}};

    memcpy(out, list, sizeof list);
}

/* --- bytes out --- */

static void put_open(struct pack_writer *w, const struct dose_open *o)
{
    unsigned filled = 0;

    for (unsigned i = 0; i < PARTS; i++)
        filled |= o->n[i] > 0 ? 1U << i : 0U;
    pack_put(w, filled, 1);
    for (size_t i = 0; i < PARTS; i++) {
        if (o->n[i] == 0)
            continue;
        pack_put(w, o->n[i], 2);
        pack_put_double(w, o->sum[i]);
    }
}

static void put_salt(struct pack_writer *w, const struct salt *s)
{
    pack_put(w, s->state, 1);
    pack_put(w, s->held, 4);
    pack_put(w, s->crystallisations, 4);
    pack_put(w, s->dissolutions, 4);
}

static void put_limit(struct pack_writer *w, const struct rule_limit *l)
{
    pack_put(w, l->held ? FLAG_HELD : 0, 1);
    pack_put_i64(w, l->run_us);
    pack_put_i64(w, l->since_us);
}

/* Where the i-th of count values from number from on lies: of a full ring in the order of its
 * slots, so that most bytes stay where they are from day to day. */
static size_t slot_of(const struct dose_ring *r, int64_t from, int64_t count, int64_t i)
{
    int64_t at = count == r->size ? i : (from + i) % r->size;

    return (size_t)(at < 0 ? at + r->size : at);
}

/* From the oldest that may be filled. */
static void put_ring(struct pack_writer *w, const struct dose_ring *r, int64_t begin)
{
    int64_t from = r->end == DOSE_NEVER ? 0 : rule_max(begin, r->end - r->size);
    int64_t count = r->end == DOSE_NEVER ? 0 : r->end - from;

    pack_put_i64(w, r->end);
    pack_put(w, (uint64_t)count, 2);
    for (int64_t i = 0; i < count; i++)
        pack_put(w, (uint16_t)r->at[slot_of(r, from, count, i)], 2);
}

static void put_models(struct pack_writer *w, const struct dose *d)
{
    put_salt(w, &d->salt);
    put_salt(w, &d->mixture);
    pack_put(w,
             (d->leaking ? FLAG_LEAKING : 0U) | (d->freeze.thawed ? FLAG_THAWED : 0U) |
                 (d->band.known ? FLAG_BAND : 0U),
             1);
    pack_put(w, d->freeze.freezings, 4);
    pack_put(w, d->freeze.cycles, 4);
    pack_put(w, d->emc_hours, 1);
    pack_put(w, d->bin_hours, 1);
    for (size_t i = 0; i < DOSE_WEEKS; i++) {
        const struct dose_week *k = &d->weeks[i];
        uint8_t bytes[] = {k->watched, k->salt, k->mixture, k->freezings, k->cycles};
        for (size_t b = 0; b < sizeof bytes; b++)
            pack_put(w, bytes[b], 1);
    }
    pack_put_double(w, d->band.p7);
    pack_put_double(w, d->band.p93);
    pack_put_double(w, d->band.lower);
    pack_put_double(w, d->band.upper);
}

static int64_t first_bin(const struct dose *d)
{
    return d->begin == DOSE_NEVER ? 0 : d->begin / DOSE_BIN_H - 1;
}

static void put_state(struct pack_writer *w, const void *state)
{
    struct dose copy = *(const struct dose *)state;
    const struct dose *d = state;
    struct number numbers[NUMBERS];
    int64_t *times[TIMES];

    times_of(&copy, times);
    numbers_of(&copy, numbers);
    pack_put(w, VERSION, 1);
    pack_put(w, d->digest, 8);
    pack_put(w, d->late, 4);
    pack_put(w, d->watched, 8);
    for (size_t i = 0; i < TIMES; i++)
        pack_put_i64(w, *times[i]);
    for (size_t i = 0; i < NUMBERS; i++)
        pack_put_double(w, *numbers[i].at);
    for (size_t i = 0; i < DOSE_CHANNELS; i++)
        pack_put_i64(w, d->newest[i]);
    for (size_t i = 0; i < DOSE_OPEN; i++)
        put_open(w, &d->open[i]);
    put_models(w, d);
    for (size_t i = 0; i < DOSE_LIMITS; i++)
        put_limit(w, &d->limits[i]);
    for (size_t i = 0; i < DOSE_MEASURES; i++) {
        pack_put_i64(w, d->judged_us[i]);
        pack_put_double(w, d->value[i]);
    }
    put_ring(w, &d->bins_celsius, first_bin(d));
    put_ring(w, &d->bins_wet, first_bin(d));
    if (d->hours.size > 0)
        put_ring(w, &d->hours, d->begin == DOSE_NEVER ? 0 : d->begin);
}

enum err dose_pack(const struct dose *d, struct arena *arena, const void **bytes, size_t *n)
{
    return pack_write(put_state, d, arena, bytes, n);
}

/* --- bytes in --- */

static double get_number(struct pack_reader *r, double lo, double hi, bool may_lack)
{
    double v = pack_get_double(r);

    pack_require(r, (v >= lo && v <= hi) || (may_lack && isnan(v)));
    return v;
}

static int64_t get_hour(struct pack_reader *r, int64_t none)
{
    return pack_get_i64(r, -HOUR_MAX, HOUR_MAX, none);
}

static void get_open(struct pack_reader *r, struct dose_open *o)
{
    static const double most[PARTS] = {90, 100, 100, 100, 100, 300, 90, 1};
    unsigned filled = (unsigned)pack_get_upto(r, 1, (1U << PARTS) - 1);

    for (size_t i = 0; i < PARTS; i++) {
        if (!(filled & 1U << i))
            continue;
        o->n[i] = (uint16_t)pack_get(r, 2);
        pack_require(r, o->n[i] > 0);
        o->sum[i] = pack_get_within(r, -60.0 * o->n[i], most[i] * o->n[i]);
    }
}

static void get_salt(struct pack_reader *r, struct salt *s)
{
    s->state = (enum salt_state)pack_get_upto(r, 1, SALT_SOLUTION);
    s->held = pack_get(r, 4);
    s->crystallisations = pack_get(r, 4);
    s->dissolutions = pack_get(r, 4);
}

static int64_t get_time(struct pack_reader *r, int64_t latest_us)
{
    return pack_get_i64(r, -RULE_TIME_MAX - DOSE_HOUR_US, latest_us, RULE_NEVER);
}

static void get_limit(struct pack_reader *r, struct rule_limit *l)
{
    l->held = pack_get_upto(r, 1, FLAG_HELD) != 0;
    l->run_us = get_time(r, RULE_TIME_MAX);
    l->since_us = get_time(r, RULE_TIME_MAX);
    pack_require(r, !l->held || l->since_us != RULE_NEVER);
}

static void get_ring(struct pack_reader *r, struct dose_ring *ring)
{
    int64_t end = get_hour(r, DOSE_NEVER);
    int64_t count = (int64_t)pack_get_upto(r, 2, (uint64_t)ring->size);

    pack_require(r, (end == DOSE_NEVER) == (count == 0));
    if (r->bad || count == 0)
        return;
    for (int64_t i = 0; i < ring->size; i++)
        ring->at[i] = DOSE_MISSING;
    for (int64_t i = 0; i < count; i++)
        ring->at[slot_of(ring, end - count, count, i)] = (int16_t)(uint16_t)pack_get(r, 2);
    ring->end = end;
}

static void get_models(struct pack_reader *r, struct dose *d)
{
    unsigned flags;

    get_salt(r, &d->salt);
    get_salt(r, &d->mixture);
    flags = (unsigned)pack_get_upto(r, 1, FLAG_LEAKING | FLAG_THAWED | FLAG_BAND);
    d->leaking = flags & FLAG_LEAKING;
    d->freeze.thawed = flags & FLAG_THAWED;
    d->band.known = flags & FLAG_BAND;
    d->freeze.freezings = pack_get(r, 4);
    d->freeze.cycles = pack_get_upto(r, 4, d->freeze.freezings);
    d->emc_hours = (unsigned)pack_get_upto(r, 1, 24);
    d->bin_hours = (unsigned)pack_get_upto(r, 1, DOSE_BIN_H);
    for (size_t i = 0; i < DOSE_WEEKS; i++) {
        struct dose_week *k = &d->weeks[i];
        k->watched = (uint8_t)pack_get_upto(r, 1, DOSE_WEEK_H);
        k->salt = (uint8_t)pack_get(r, 1);
        k->mixture = (uint8_t)pack_get(r, 1);
        k->freezings = (uint8_t)pack_get_upto(r, 1, DOSE_WEEK_H);
        k->cycles = (uint8_t)pack_get_upto(r, 1, k->freezings);
    }
    d->band.p7 = pack_get_within(r, -100, 100);
    d->band.p93 = pack_get_within(r, -100, 100);
    d->band.lower = pack_get_within(r, -200, 200);
    d->band.upper = pack_get_within(r, -200, 200);
}

static void get_plain(struct pack_reader *r, struct dose *d)
{
    struct number numbers[NUMBERS];
    int64_t *times[TIMES];

    times_of(d, times);
    numbers_of(d, numbers);
    d->late = (uint32_t)pack_get(r, 4);
    d->watched = pack_get_upto(r, 8, 2 * (uint64_t)HOUR_MAX);
    for (size_t i = 0; i < TIMES; i++)
        *times[i] = get_hour(r, times[i] == &d->renew ? INT64_MAX : DOSE_NEVER);
    for (size_t i = 0; i < NUMBERS; i++)
        *numbers[i].at = get_number(r, numbers[i].lo, numbers[i].hi, numbers[i].may_lack);
    for (size_t i = 0; i < DOSE_CHANNELS; i++)
        d->newest[i] = get_hour(r, DOSE_NEVER);
}

/* What the fold relies on. */
static bool consistent(const struct dose *d)
{
    bool begun = d->closed != DOSE_NEVER;

    for (size_t c = 0; c < DOSE_CHANNELS; c++) {
        int64_t h = d->newest[c];

        if (h != DOSE_NEVER && (!begun || !(d->channels & 1U << c) || h - d->closed >= DOSE_OPEN))
            return false;
    }
    if (d->last != DOSE_NEVER)
        return begun && d->last < d->closed && d->begin != DOSE_NEVER && d->begin <= d->last &&
               isfinite(d->celsius) && isfinite(d->wet) && d->week != DOSE_NEVER;
    return d->watched == 0;
}

static enum err get_state(struct pack_reader *r, struct dose *d)
{
    if (pack_get(r, 1) != VERSION || pack_get(r, 8) != d->digest)
        return r->bad ? ERR_CORRUPT : ERR_RANGE;
    get_plain(r, d);
    for (size_t i = 0; i < DOSE_OPEN; i++)
        get_open(r, &d->open[i]);
    get_models(r, d);
    for (size_t i = 0; i < DOSE_LIMITS; i++)
        get_limit(r, &d->limits[i]);
    for (size_t i = 0; i < DOSE_MEASURES; i++) {
        d->judged_us[i] = get_time(r, RULE_TIME_MAX);
        d->value[i] = get_number(r, -DBL_MAX, DBL_MAX, true);
    }
    get_ring(r, &d->bins_celsius);
    get_ring(r, &d->bins_wet);
    if (d->hours.size > 0)
        get_ring(r, &d->hours);
    return r->bad || r->at != r->n || !consistent(d) ? ERR_CORRUPT : ERR_OK;
}

enum err dose_unpack(struct dose *d, const void *bytes, size_t n)
{
    struct pack_reader r = pack_reader(bytes, n);
    enum err e;

    dose_reset(d);
    e = r.bad ? ERR_CORRUPT : get_state(&r, d);
    if (e != ERR_OK)
        dose_reset(d);
    return e;
}
