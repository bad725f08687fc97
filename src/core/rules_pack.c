/* Bytes of a rule state: version, digest, state, FNV-1a of all before; integers and the bits of
 * doubles little-endian. */
#include <string.h>

#include "rules_internal.h"
#include "shikumen/base/strmap.h"

#define VERSION        2
#define NO_LIMIT       0xff
#define CHECKSUM_BYTES 8

enum { FLAG_HELD = 1, FLAG_UNCONFIRMED = 2 };

/* --- bytes out --- */

struct writer {
    uint8_t *bytes; /* NULL: only count */
    size_t n;
};

static void put(struct writer *w, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++, w->n++) {
        if (w->bytes)
            w->bytes[w->n] = (uint8_t)(v >> (8 * i));
    }
}

static void put_time(struct writer *w, int64_t t_us)
{
    put(w, (uint64_t)t_us, 8);
}

static void put_double(struct writer *w, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    put(w, bits, 8);
}

uint64_t rule_digest(const struct rule_state *st)
{
    uint8_t bytes[128];
    uint64_t hash = 0;

    for (size_t i = 0; i < st->limit_count; i++) {
        const struct limit *l = st->limits[i].limit;
        struct writer w = {.bytes = bytes};

        put(&w, (uint64_t)st->quantity, 1);
        put(&w, (uint64_t)l->of, 1);
        put(&w, (uint64_t)l->level, 1);
        put(&w, l->below, 1);
        put_double(&w, l->value);
        put_double(&w, l->clear);
        put_time(&w, l->persist_us);
        put_time(&w, l->clear_persist_us);
        put_time(&w, l->window_us);
        put_time(&w, st->baseline_start_us);
        put(&w, l->curve_len, 8);
        hash = hash64(hash, bytes, w.n);
        for (size_t j = 0; j < l->curve_len; j++) {
            w.n = 0;
            put_double(&w, l->curve[j].frequency_hz);
            put_double(&w, l->curve[j].value);
            hash = hash64(hash, bytes, w.n);
        }
    }
    return hash;
}

static void put_limit(struct writer *w, const struct rule_limit *l)
{
    put(w, (l->held ? FLAG_HELD : 0U) | (l->unconfirmed ? FLAG_UNCONFIRMED : 0U), 1);
    put_time(w, l->run_us);
    put_time(w, l->since_us);
    for (size_t i = 0; i < RULE_TURNS; i++)
        put_time(w, l->turned_us[i]);
}

static void put_finding(struct writer *w, const struct rule_state *st, const struct finding *f)
{
    size_t at = 0;

    while (at < st->limit_count && st->limits[at].limit != f->limit)
        at++;
    put(w, at < st->limit_count ? at : NO_LIMIT, 1);
    put(w, (uint64_t)f->level, 1);
    put(w, f->unconfirmed ? FLAG_UNCONFIRMED : 0, 1);
    put_double(w, f->value);
    put_double(w, f->reading);
    put_time(w, f->t_us);
    put_time(w, f->since_us);
}

static void put_window(struct writer *w, const struct rule_window *win)
{
    put(w, win->count, 1);
    put(w, win->readings, 4);
    put_time(w, win->start_us);
    put_double(w, win->offset_us);
    put_double(w, win->rate);
    for (size_t i = 0; i < win->count; i++) {
        const struct rule_bucket *b = &win->ring[(win->first + i) % RULE_BUCKETS];
        put_time(w, b->t_us);
        put_double(w, b->mean);
    }
}

static void put_state(struct writer *w, const struct rule_state *st)
{
    put(w, VERSION, 1);
    put(w, st->digest, 8);
    put_time(w, st->latest_us);
    put_time(w, st->passed_us);
    for (size_t i = 0; i < st->limit_count; i++)
        put_limit(w, &st->limits[i]);
    for (size_t i = 0; i < st->kind_count; i++)
        put_finding(w, st, &st->kinds[i]);
    for (size_t i = 0; i < st->window_count; i++)
        put_window(w, &st->windows[i]);
}

enum err rule_state_pack(const struct rule_state *st, struct arena *arena, const void **bytes,
                         size_t *n)
{
    struct writer w = {0};

    put_state(&w, st);
    w.bytes = arena_alloc(arena, w.n + CHECKSUM_BYTES);
    if (!w.bytes)
        return ERR_NOMEM;
    w.n = 0;
    put_state(&w, st);
    put(&w, hash64(0, w.bytes, w.n), CHECKSUM_BYTES);
    *bytes = w.bytes;
    *n = w.n;
    return ERR_OK;
}

/* --- bytes in --- */

/* Once bad, everything read is 0. */
struct reader {
    const uint8_t *bytes;
    size_t n, at;
    bool bad;
};

static void require(struct reader *r, bool ok)
{
    r->bad = r->bad || !ok;
}

static uint64_t get(struct reader *r, size_t size)
{
    uint64_t v = 0;

    require(r, r->n - r->at >= size);
    for (size_t i = 0; i < size && !r->bad; i++)
        v |= (uint64_t)r->bytes[r->at++] << (8 * i);
    return v;
}

/* At most max. */
static uint64_t get_upto(struct reader *r, size_t size, uint64_t max)
{
    uint64_t v = get(r, size);

    require(r, v <= max);
    return r->bad ? 0 : v;
}

/* A time that is possible, or RULE_NEVER. */
static int64_t get_time(struct reader *r)
{
    uint64_t bits = get(r, 8);
    int64_t t_us;

    memcpy(&t_us, &bits, sizeof t_us);
    require(r, rule_time_valid(t_us) || t_us == RULE_NEVER);
    return r->bad ? RULE_NEVER : t_us;
}

static double get_double(struct reader *r)
{
    uint64_t bits = get(r, 8);
    double v;

    memcpy(&v, &bits, sizeof v);
    return r->bad ? 0 : v;
}

static double get_finite(struct reader *r)
{
    double v = get_double(r);

    require(r, isfinite(v));
    return v;
}

static void get_limit(struct reader *r, const struct rule_state *st, struct rule_limit *l)
{
    uint64_t flags = get_upto(r, 1, FLAG_HELD | FLAG_UNCONFIRMED);
    bool momentary = rule_momentary(l->limit);

    l->held = flags & FLAG_HELD;
    l->unconfirmed = flags & FLAG_UNCONFIRMED;
    l->run_us = get_time(r);
    l->since_us = get_time(r);
    for (size_t i = 0; i < RULE_TURNS; i++) {
        l->turned_us[i] = get_time(r);
        require(r, l->turned_us[i] <= (i == 0 ? st->latest_us : l->turned_us[i - 1]));
    }
    require(r, l->run_us <= (momentary && l->held ? st->latest_us : st->passed_us));
    require(r, l->since_us <= st->latest_us && (l->held || !l->unconfirmed));
}

/* The finding must be what the limits held make it. */
static void get_finding(struct reader *r, const struct rule_state *st, size_t kind,
                        struct finding *f)
{
    uint64_t at = get(r, 1);
    const struct rule_limit *l = at < st->limit_count ? &st->limits[at] : NULL;
    int highest = 0;

    require(r, at == NO_LIMIT || (l && l->kind == kind));
    for (size_t i = 0; i < st->limit_count; i++) {
        if (st->limits[i].held && st->limits[i].kind == kind &&
            st->limits[i].limit->level > highest)
            highest = st->limits[i].limit->level;
    }
    f->level = (int)get_upto(r, 1, LEVEL_RED);
    require(r, f->level == highest);
    require(r, highest == 0 || (l && l->held && l->limit->level == highest));
    f->limit = l && !r->bad ? l->limit : NULL;
    f->unconfirmed = get_upto(r, 1, FLAG_UNCONFIRMED) != 0;
    f->value = get_double(r);
    f->reading = get_double(r);
    f->t_us = get_time(r);
    f->since_us = get_time(r);
}

static void get_window(struct reader *r, struct rule_window *w)
{
    int64_t previous_us = RULE_NEVER;

    w->first = 0;
    w->count = (uint16_t)get_upto(r, 1, RULE_BUCKETS);
    w->readings = (uint32_t)get(r, 4);
    w->start_us = get_time(r);
    w->offset_us = get_finite(r);
    w->rate = get_double(r);
    for (size_t i = 0; i < w->count && !r->bad; i++) {
        w->ring[i].t_us = get_time(r);
        w->ring[i].mean = get_finite(r);
        require(r, w->ring[i].t_us > previous_us);
        previous_us = w->ring[i].t_us;
    }
    require(r, w->start_us != RULE_NEVER && w->offset_us >= 0);
    require(r, w->offset_us < (double)w->width_us);
    if (w->count == 0 || r->bad)
        return;
    require(r, w->readings > 0 && previous_us >= w->start_us);
    require(r, !r->bad && previous_us - w->start_us < w->width_us);
}

static enum err get_state(struct reader *r, struct rule_state *st)
{
    if (get(r, 1) != VERSION || get(r, 8) != st->digest)
        return r->bad ? ERR_CORRUPT : ERR_RANGE;
    st->latest_us = get_time(r);
    st->passed_us = get_time(r);
    require(r, st->passed_us <= st->latest_us);
    for (size_t i = 0; i < st->limit_count; i++) {
        struct rule_limit *l = &st->limits[i];

        get_limit(r, st, l);
        st->active = st->active || l->held || l->run_us != RULE_NEVER;
    }
    for (size_t i = 0; i < st->kind_count; i++)
        get_finding(r, st, i, &st->kinds[i]);
    for (size_t i = 0; i < st->window_count; i++)
        get_window(r, &st->windows[i]);
    return r->bad || r->at != r->n ? ERR_CORRUPT : ERR_OK;
}

enum err rule_state_unpack(struct rule_state *st, const void *bytes, size_t n)
{
    struct reader r = {.bytes = bytes, .n = n};
    enum err e;

    rule_state_reset(st);
    if (n < CHECKSUM_BYTES)
        return ERR_CORRUPT;
    r.at = n - CHECKSUM_BYTES;
    if (get(&r, CHECKSUM_BYTES) != hash64(0, bytes, n - CHECKSUM_BYTES))
        return ERR_CORRUPT;
    r = (struct reader){.bytes = bytes, .n = n - CHECKSUM_BYTES};
    e = get_state(&r, st);
    if (e != ERR_OK)
        rule_state_reset(st);
    return e;
}
