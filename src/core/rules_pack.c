/* Bytes of a rule state: version, digest, state, check. */
#include <float.h>

#include "pack_bytes.h"
#include "rules_internal.h"
#include "shikumen/base/strmap.h"

#define VERSION  2
#define NO_LIMIT 0xff

enum { FLAG_HELD = 1, FLAG_UNCONFIRMED = 2 };

/* --- bytes out --- */

uint64_t rule_digest(const struct rule_state *st)
{
    uint8_t bytes[128];
    uint64_t hash = 0;

    for (size_t i = 0; i < st->limit_count; i++) {
        const struct limit *l = st->limits[i].limit;
        struct pack_writer w = {.bytes = bytes};

        pack_put(&w, (uint64_t)st->quantity, 1);
        pack_put(&w, (uint64_t)l->of, 1);
        pack_put(&w, (uint64_t)l->level, 1);
        pack_put(&w, l->below, 1);
        pack_put_double(&w, l->value);
        pack_put_double(&w, l->clear);
        pack_put_i64(&w, l->persist_us);
        pack_put_i64(&w, l->clear_persist_us);
        pack_put_i64(&w, l->window_us);
        pack_put_i64(&w, st->baseline_start_us);
        pack_put(&w, l->curve_len, 8);
        hash = hash64(hash, bytes, w.n);
        for (size_t j = 0; j < l->curve_len; j++) {
            w.n = 0;
            pack_put_double(&w, l->curve[j].frequency_hz);
            pack_put_double(&w, l->curve[j].value);
            hash = hash64(hash, bytes, w.n);
        }
    }
    return hash;
}

static void put_limit(struct pack_writer *w, const struct rule_limit *l)
{
    pack_put(w, (l->held ? FLAG_HELD : 0U) | (l->unconfirmed ? FLAG_UNCONFIRMED : 0U), 1);
    pack_put_i64(w, l->run_us);
    pack_put_i64(w, l->since_us);
    for (size_t i = 0; i < RULE_TURNS; i++)
        pack_put_i64(w, l->turned_us[i]);
}

static void put_finding(struct pack_writer *w, const struct rule_state *st, const struct finding *f)
{
    size_t at = 0;

    while (at < st->limit_count && st->limits[at].limit != f->limit)
        at++;
    pack_put(w, at < st->limit_count ? at : NO_LIMIT, 1);
    pack_put(w, (uint64_t)f->level, 1);
    pack_put(w, f->unconfirmed ? FLAG_UNCONFIRMED : 0, 1);
    pack_put_double(w, f->value);
    pack_put_double(w, f->reading);
    pack_put_i64(w, f->t_us);
    pack_put_i64(w, f->since_us);
}

static void put_window(struct pack_writer *w, const struct rule_window *win)
{
    pack_put(w, win->count, 1);
    pack_put(w, win->readings, 4);
    pack_put_i64(w, win->start_us);
    pack_put_double(w, win->offset_us);
    pack_put_double(w, win->rate);
    for (size_t i = 0; i < win->count; i++) {
        const struct rule_bucket *b = &win->ring[(win->first + i) % RULE_BUCKETS];
        pack_put_i64(w, b->t_us);
        pack_put_double(w, b->mean);
    }
}

static void put_state(struct pack_writer *w, const void *state)
{
    const struct rule_state *st = state;

    pack_put(w, VERSION, 1);
    pack_put(w, st->digest, 8);
    pack_put_i64(w, st->latest_us);
    pack_put_i64(w, st->passed_us);
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
    return pack_write(put_state, st, arena, bytes, n);
}

/* --- bytes in --- */

/* A time that is possible, or RULE_NEVER. */
static int64_t get_time(struct pack_reader *r)
{
    return pack_get_i64(r, -RULE_TIME_MAX, RULE_TIME_MAX, RULE_NEVER);
}

static double get_finite(struct pack_reader *r)
{
    return pack_get_within(r, -DBL_MAX, DBL_MAX);
}

static void get_limit(struct pack_reader *r, const struct rule_state *st, struct rule_limit *l)
{
    uint64_t flags = pack_get_upto(r, 1, FLAG_HELD | FLAG_UNCONFIRMED);
    bool momentary = rule_momentary(l->limit);

    l->held = flags & FLAG_HELD;
    l->unconfirmed = flags & FLAG_UNCONFIRMED;
    l->run_us = get_time(r);
    l->since_us = get_time(r);
    for (size_t i = 0; i < RULE_TURNS; i++) {
        l->turned_us[i] = get_time(r);
        pack_require(r, l->turned_us[i] <= (i == 0 ? st->latest_us : l->turned_us[i - 1]));
    }
    pack_require(r, l->run_us <= (momentary && l->held ? st->latest_us : st->passed_us));
    pack_require(r, l->since_us <= st->latest_us && (l->held || !l->unconfirmed));
}

/* The finding must be what the limits held make it. */
static void get_finding(struct pack_reader *r, const struct rule_state *st, size_t kind,
                        struct finding *f)
{
    uint64_t at = pack_get(r, 1);
    const struct rule_limit *l = at < st->limit_count ? &st->limits[at] : NULL;
    int highest = 0;

    pack_require(r, at == NO_LIMIT || (l && l->kind == kind));
    for (size_t i = 0; i < st->limit_count; i++) {
        if (st->limits[i].held && st->limits[i].kind == kind &&
            st->limits[i].limit->level > highest)
            highest = st->limits[i].limit->level;
    }
    f->level = (int)pack_get_upto(r, 1, LEVEL_RED);
    pack_require(r, f->level == highest);
    pack_require(r, highest == 0 || (l && l->held && l->limit->level == highest));
    f->limit = l && !r->bad ? l->limit : NULL;
    f->unconfirmed = pack_get_upto(r, 1, FLAG_UNCONFIRMED) != 0;
    f->value = pack_get_double(r);
    f->reading = pack_get_double(r);
    f->t_us = get_time(r);
    f->since_us = get_time(r);
}

static void get_window(struct pack_reader *r, struct rule_window *w)
{
    int64_t previous_us = RULE_NEVER;

    w->first = 0;
    w->count = (uint16_t)pack_get_upto(r, 1, RULE_BUCKETS);
    w->readings = (uint32_t)pack_get(r, 4);
    w->start_us = get_time(r);
    w->offset_us = get_finite(r);
    w->rate = pack_get_double(r);
    for (size_t i = 0; i < w->count && !r->bad; i++) {
        w->ring[i].t_us = get_time(r);
        w->ring[i].mean = get_finite(r);
        pack_require(r, w->ring[i].t_us > previous_us);
        previous_us = w->ring[i].t_us;
    }
    pack_require(r, w->start_us != RULE_NEVER && w->offset_us >= 0);
    pack_require(r, w->offset_us < (double)w->width_us);
    if (w->count == 0 || r->bad)
        return;
    pack_require(r, w->readings > 0 && previous_us >= w->start_us);
    pack_require(r, !r->bad && previous_us - w->start_us < w->width_us);
}

static enum err get_state(struct pack_reader *r, struct rule_state *st)
{
    if (pack_get(r, 1) != VERSION || pack_get(r, 8) != st->digest)
        return r->bad ? ERR_CORRUPT : ERR_RANGE;
    st->latest_us = get_time(r);
    st->passed_us = get_time(r);
    pack_require(r, st->passed_us <= st->latest_us);
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
    struct pack_reader r = pack_reader(bytes, n);
    enum err e;

    rule_state_reset(st);
    if (r.bad)
        return ERR_CORRUPT;
    e = get_state(&r, st);
    if (e != ERR_OK)
        rule_state_reset(st);
    return e;
}
