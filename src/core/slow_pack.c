#include "slow_pack.h"

#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strmap.h"

/* Counts up whenever what the fields say, or what is concluded of them, changes. */
#define VERSION 9

FIELDS_OF(struct slow, 111128);
FIELDS_OF(struct slow_record, 110696);
FIELDS_OF(struct ledger_calibration, 24);
FIELDS_OF(struct finding, 168);

/* Pieces: the whole, what waits, then each sensor, pair and house. */
enum kind { WHOLE, WAITING, SENSOR, PAIR, HOUSE };

struct piece {
    enum kind kind;
    size_t at; /* of its kind */
};

static struct piece piece_of(const struct slow *s, size_t piece)
{
    size_t sensors = s->r->sensor_count, pairs = slow_doses_count(s->doses);

    if (piece < SENSOR)
        return (struct piece){piece == 0 ? WHOLE : WAITING, 0};
    piece -= SENSOR;
    if (piece < sensors)
        return (struct piece){SENSOR, piece};
    piece -= sensors;
    return piece < pairs ? (struct piece){PAIR, piece} : (struct piece){HOUSE, piece - pairs};
}

size_t slow_pieces(const struct slow *s)
{
    return SENSOR + s->r->sensor_count + slow_doses_count(s->doses) + s->r->house_count;
}

size_t slow_piece_of(uint32_t sensor)
{
    return SENSOR + sensor;
}

const char *slow_piece_name(const struct slow *s, size_t piece, struct arena *arena)
{
    struct piece p = piece_of(s, piece);

    switch (p.kind) {
    case WHOLE:
        return "";
    case WAITING:
        return "waiting|";
    case SENSOR:
        return s->r->sensors[p.at].id;
    case PAIR:
        return arena_printf(arena, "dose|%zu", p.at);
    default:
        return arena_printf(arena, "house|%s", s->r->houses[p.at].id);
    }
}

/* --- parts of pieces --- */

static void put_forecast(struct pack_fields *f, struct finding_forecast *x,
                         const struct limit *rows, size_t n)
{
    x->limit = field_limit(f, x->limit, rows, n);
    if (!x->limit)
        return;
    x->t05_us = field_time_or_never(f, x->t05_us);
    x->t50_us = field_time_or_never(f, x->t50_us);
    x->t95_us = field_time_or_never(f, x->t95_us);
    x->p30 = field_share(f, x->p30);
    x->p180 = field_share(f, x->p180);
    x->p365 = field_share(f, x->p365);
}

void slow_fields_finding(struct pack_fields *f, struct finding *x, const struct limit *rows,
                         size_t n, const char *name)
{
    x->derived = field_bool(f, x->derived != NULL) ? name : NULL;
    if (!x->derived) /* nothing was ever found */
        return;
    x->kind = (enum alert_kind)field_upto(f, x->kind, 1, KIND_COUNT - 1);
    x->level = (int)field_upto(f, (uint64_t)x->level, 1, LEVEL_RED);
    x->limit = field_limit(f, x->limit, rows, n);
    x->value = field_double(f, x->value);
    x->reading = field_double(f, x->reading);
    x->t_us = field_time(f, x->t_us);
    x->since_us = field_time(f, x->since_us);
    x->baseline = field_double(f, x->baseline);
    x->together = field_bool(f, x->together);
    x->cause = (uint32_t)field_upto(f, x->cause, 4, UINT32_MAX);
    put_forecast(f, &x->forecast, rows, n);
    if (f->in)
        pack_require(f->in, x->level == 0 || x->limit);
}

/* --- the whole --- */

static void put_calibration(struct pack_fields *f, struct ledger_calibration *c)
{
    c->corrects = field_bool(f, c->corrects);
    c->outcomes = (uint32_t)field_upto(f, c->outcomes, 4, UINT32_MAX);
    c->platt.slope = field_double(f, c->platt.slope);
    c->platt.intercept = field_double(f, c->platt.intercept);
}

static void put_record(struct pack_fields *f, struct slow_record *r)
{
    for (size_t h = 0; h < LEDGER_HORIZONS; h++) {
        size_t n;
        r->count[h] = (size_t)field_upto(f, r->count[h], 8, UINT32_MAX);
        n = r->count[h] < RECORD_OUTCOMES ? r->count[h] : RECORD_OUTCOMES;
        for (size_t i = 0; i < n; i++) {
            r->p[h][i] = field_share(f, r->p[h][i]);
            r->happened[h][i] = field_bool(f, r->happened[h][i]);
        }
        put_calibration(f, &r->calibration[h]);
    }
    r->calibrated_day = field_day(f, r->calibrated_day);
}

static enum err put_stale(struct pack_fields *f, struct slow *s)
{
    size_t n = (size_t)field_upto(f, s->stale_count, 4, UINT32_MAX);

    if (f->in) {
        pack_require(f->in, n <= (f->in->n - f->in->at) / 12 && (n == 0 || s->r->sensor_count > 0));
        if (f->in->bad || n == 0)
            return ERR_OK;
        s->stale = calloc(n, sizeof *s->stale);
        if (!s->stale)
            return ERR_NOMEM;
        s->stale_count = s->stale_capacity = n;
    }
    for (size_t i = 0; i < n; i++) {
        struct stale *at = &s->stale[i];
        at->sensor = (uint32_t)field_upto(f, at->sensor, 4, s->r->sensor_count - 1);
        at->bin = field_bin(f, at->bin);
    }
    return ERR_OK;
}

static enum err put_whole(struct pack_fields *f, struct slow *s)
{
    s->day = field_day(f, s->day);
    s->clock_us = field_time(f, s->clock_us);
    s->epoch_us = field_time_or_never(f, s->epoch_us);
    put_record(f, &s->record);
    return put_stale(f, s);
}

/* --- a piece --- */

/* What is packed on its own within a piece. */
struct inner {
    const void *bytes;
    size_t n;
};

static enum err put_piece(struct pack_fields *f, struct slow *s, struct piece p, struct inner in)
{
    enum err e;

    switch (p.kind) {
    case WHOLE:
        return put_whole(f, s);
    case WAITING:
        e = slow_fields_doses_waiting(f, s->r, s->doses);
        return e == ERR_OK ? slow_fields_events_waiting(f, s->r, s->vibrations) : e;
    case SENSOR:
        return slow_fields_sensor(f, s, (uint32_t)p.at);
    case PAIR:
        return slow_fields_dose(f, s->doses, p.at, in.bytes, in.n);
    default:
        return slow_fields_shaken(f, s->vibrations, (uint32_t)p.at, in.bytes, in.n);
    }
}

static enum err inner_of(const struct slow *s, struct piece p, struct arena *arena,
                         struct inner *out)
{
    *out = (struct inner){0};
    if (p.kind == PAIR)
        return slow_dose_bytes(s->doses, p.at, arena, &out->bytes, &out->n);
    return p.kind == HOUSE
               ? slow_shaken_bytes(s->vibrations, (uint32_t)p.at, arena, &out->bytes, &out->n)
               : ERR_OK;
}

uint64_t slow_key(uint64_t registry_digest)
{
    return hash64(registry_digest, SHIKUMEN_VERSION, sizeof SHIKUMEN_VERSION);
}

/* What a piece belongs to. */
static uint64_t digest_of(const char *name, uint64_t key)
{
    static const uint64_t sizes[] = {BINS_KEPT,       BIN_US,           RESIDUAL_DAYS,
                                     RECORD_OUTCOMES, MOVEMENT_WINDOWS, COMPENSATE_COLUMNS,
                                     OUTLOOK_NODES,   DOSE_MEASURES,    VIBRATION_PEAK_DAYS};

    return hash64(hash64(hash64(0, &key, sizeof key), sizes, sizeof sizes), name, strlen(name) + 1);
}

struct job {
    struct slow *s; /* every field is put back as it was */
    struct piece piece;
    struct inner inner;
    uint64_t digest;
};

static void put_job(struct pack_writer *w, const void *state)
{
    const struct job *j = state;
    struct pack_fields f = {.out = w};

    pack_put(w, VERSION, 1);
    pack_put(w, j->digest, 8);
    if (put_piece(&f, j->s, j->piece, j->inner) != ERR_OK)
        w->n = 0; /* which only reading can come to */
}

enum err slow_pack(struct slow *s, size_t piece, uint64_t key, struct arena *arena,
                   const void **bytes, size_t *n)
{
    const char *name = slow_piece_name(s, piece, arena);
    struct job j = {.s = s, .piece = piece_of(s, piece)};
    enum err e = name ? inner_of(s, j.piece, arena, &j.inner) : ERR_NOMEM;

    if (e != ERR_OK)
        return e;
    j.digest = digest_of(name, key);
    return pack_write(put_job, &j, arena, bytes, n);
}

enum err slow_unpack(struct slow *s, size_t piece, uint64_t key, struct arena *arena,
                     const void *bytes, size_t n)
{
    const char *name = slow_piece_name(s, piece, arena);
    struct pack_reader r = pack_reader(bytes, n);
    struct pack_fields f = {.in = &r};
    enum err e;

    if (!name)
        return ERR_NOMEM;
    if (!r.bad && (pack_get(&r, 1) != VERSION || pack_get(&r, 8) != digest_of(name, key)))
        return r.bad ? ERR_CORRUPT : ERR_RANGE;
    if (r.bad)
        return ERR_CORRUPT;
    e = put_piece(&f, s, piece_of(s, piece), (struct inner){0});
    return e != ERR_OK ? e : r.bad || r.at != r.n ? ERR_CORRUPT : ERR_OK;
}
