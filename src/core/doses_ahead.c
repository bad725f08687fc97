/* When mould, decay and loss of mass reach their limits: the models run on many futures. */
#include "doses_ahead.h"

#include <stdlib.h>
#include <string.h>

#define DRY_MC        13.0 /* below it no mould grows, nor decay, at any temperature */
#define STALE_H       168
#define GAPPY_H       360 /* of 30 days */
#define NOT_REACHED   INT16_MAX
#define TABLE_LOW_T   (-30)
#define TABLE_T       121 /* -30 .. 90 deg C, by 1 K */
#define TABLE_MC      60  /* DRY_MC .., by half a point */
#define TABLE_STEP_MC 0.5

/* Surface RH of timber: the inverse is dear, and asked for again and again. NaN: not yet. */
struct surface_table {
    float rh[TABLE_T][TABLE_MC];
};

struct run {
    const struct dose_weather *weather;
    struct surface_table *table; /* NULL: air */
    double limit[DOSE_TARGETS];
    int16_t day[DOSE_TARGETS][DOSE_FUTURES]; /* of reaching; NOT_REACHED */
    bool near[DOSE_TARGETS];                 /* a future came half the way */
};

static const enum dose_measure measure_of[DOSE_TARGETS] = {DOSE_M_MOULD, DOSE_M_DECAY,
                                                           DOSE_M_MASS_LOSS};

static const struct limit *limit_of(size_t target)
{
    size_t n;

    return dose_limits(measure_of[target], &n); /* the highest comes first */
}

static void values_of(const struct mould *m, const struct decay *k, double out[DOSE_TARGETS])
{
    out[DOSE_T_MOULD] = m->index;
    out[DOSE_T_DECAY] = k->activation;
    out[DOSE_T_MASS_LOSS] = k->mass_loss_percent;
}

/* --- the surface --- */

static double table_at(struct surface_table *t, int celsius, int step)
{
    float *rh = &t->rh[celsius - TABLE_LOW_T][step];

    if (isnan(*rh))
        *rh = (float)dose_surface(DOSE_OF_TIMBER, celsius, DRY_MC + TABLE_STEP_MC * step);
    return (double)*rh;
}

static double timber_surface(struct surface_table *t, double celsius, double mc)
{
    int whole = (int)fmin(fmax(round(celsius), TABLE_LOW_T), TABLE_LOW_T + TABLE_T - 1);
    double x = (mc - DRY_MC) / TABLE_STEP_MC;
    int step = (int)fmin(floor(x), TABLE_MC - 2);
    double low = table_at(t, whole, step), high = table_at(t, whole, step + 1);

    return low + fmin(x - step, 1) * (high - low);
}

static double surface_at(const struct run *r, const struct dose_fate *f, int64_t i,
                         struct dose_bin b)
{
    double rh = b.wet;

    if (r->table)
        rh = b.wet < DRY_MC ? 0 : timber_surface(r->table, b.celsius, b.wet);
    return r->weather->leak && (double)i < f->leak_bins ? fmax(rh, DOSE_SATURATED_RH) : rh;
}

/* --- one future --- */

static void note(struct run *r, size_t future, int64_t bin, const double value[DOSE_TARGETS])
{
    for (size_t t = 0; t < DOSE_TARGETS; t++) {
        if (!(value[t] >= r->limit[t] / 2))
            continue;
        r->near[t] = true;
        if (value[t] >= r->limit[t] && r->day[t][future] == NOT_REACHED)
            r->day[t][future] = (int16_t)(bin / DOSE_BINS_PER_DAY + 1);
    }
}

/* Six hours alike. Without mould and below what it needs they only make it drier. */
static void mould_bin(struct mould *s, const struct mould_material *m, double decline,
                      double celsius, double rh)
{
    if (s->index <= 0 && rh < m->rh_min) {
        s->dry_hours += DOSE_BIN_H;
        return;
    }
    mould_hours(s, m, decline, celsius, rh, DOSE_BIN_H);
}

static void run_future(struct run *r, size_t future, const struct dose_fate *f,
                       struct random *chance)
{
    const struct dose *d = r->weather->dose;
    const struct mould_material *m = mould_material(d->pair.mould);
    struct mould mould = d->mould;
    struct decay decay = d->decay;
    struct dose_bin week[DOSE_BLOCK];
    double value[DOSE_TARGETS];

    for (int64_t i = 0; i < DOSE_YEAR; i++) {
        struct dose_bin b;
        double rh;

        if (i % DOSE_BLOCK == 0)
            dose_week_ahead(r->weather, chance, i / DOSE_BLOCK, week);
        b = dose_with_fate(r->weather, f, i, week[i % DOSE_BLOCK]);
        rh = surface_at(r, f, i, b);
        mould_bin(&mould, m, d->pair.decline, b.celsius, rh);
        if (d->pair.mould <= MOULD_SENSITIVE)
            decay_step(&decay, b.celsius, rh, DOSE_BIN_H);
        values_of(&mould, &decay, value);
        note(r, future, i, value);
    }
}

/* --- what they say --- */

static int by_day(const void *a, const void *b)
{
    int16_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double share_within(const struct run *r, size_t t, int days)
{
    double k = 0;

    for (size_t i = 0; i < DOSE_FUTURES; i++)
        k += r->day[t][i] <= days;
    return r->near[t] ? (k + 0.5) / (DOSE_FUTURES + 1) : 0;
}

/* day is sorted; the least that so many of the futures do not exceed. */
static double day_at(const int16_t *day, double p)
{
    int16_t at = day[(size_t)ceil(p * DOSE_FUTURES) - 1];

    return at == NOT_REACHED ? DOSE_NONE : (double)at;
}

static void conclude(struct run *r, size_t t, struct dose_ahead *out)
{
    out->p30 = share_within(r, t, 30);
    out->p180 = share_within(r, t, 180);
    out->p365 = share_within(r, t, 365);
    qsort(r->day[t], DOSE_FUTURES, sizeof *r->day[t], by_day);
    out->t05_d = day_at(r->day[t], 0.05);
    out->t50_d = day_at(r->day[t], 0.5);
    out->t95_d = day_at(r->day[t], 0.95);
}

/* --- whether anything can be said --- */

/* Watched hours of the last 30 days, by full bins. */
static int64_t watched_lately(const struct dose *d)
{
    int64_t hours = 0;

    for (int64_t i = d->bins_wet.end - DOSE_LEAST_DAYS * DOSE_BINS_PER_DAY; i < d->bins_wet.end;
         i++)
        hours += isnan(dose_ring_at(&d->bins_wet, i)) ? 0 : DOSE_BIN_H;
    return hours;
}

static enum dose_abstention abstains(const struct dose *d, int64_t now_us)
{
    if (d->watched < DOSE_LEAST_DAYS * 24 || d->bins_wet.end == DOSE_NEVER)
        return DOSE_SHORT;
    if (dose_hour_of(now_us) - d->last > STALE_H)
        return DOSE_STALE;
    return watched_lately(d) < GAPPY_H ? DOSE_GAPPY : DOSE_NO_REASON;
}

static void begin(const struct dose *d, enum dose_abstention why,
                  struct dose_ahead out[DOSE_TARGETS])
{
    double value[DOSE_TARGETS];

    values_of(&d->mould, &d->decay, value);
    for (size_t t = 0; t < DOSE_TARGETS; t++) {
        bool reached = value[t] >= limit_of(t)->value;
        double p = reached ? 1 : DOSE_NONE, days = reached ? 0 : DOSE_NONE;

        out[t] = (struct dose_ahead){.state = reached ? DOSE_REACHED
                                              : why   ? DOSE_ABSTAINED
                                                      : DOSE_AHEAD,
                                     .why = reached ? DOSE_NO_REASON : why,
                                     .limit = limit_of(t),
                                     .value = value[t],
                                     .p30 = p,
                                     .p180 = p,
                                     .p365 = p,
                                     .t05_d = days,
                                     .t50_d = days,
                                     .t95_d = days};
    }
}

static enum err run_all(struct run *r, uint64_t seed, struct arena *arena)
{
    struct random chance = random_seeded(seed);
    struct dose_fate fates[DOSE_FUTURES];
    enum err e = dose_fates(r->weather, &chance, DOSE_FUTURES, arena, fates);

    if (e)
        return e;
    for (size_t t = 0; t < DOSE_TARGETS; t++) {
        r->limit[t] = limit_of(t)->value;
        for (size_t i = 0; i < DOSE_FUTURES; i++)
            r->day[t][i] = NOT_REACHED;
    }
    for (size_t i = 0; i < DOSE_FUTURES; i++)
        run_future(r, i, &fates[i], &chance);
    return ERR_OK;
}

static struct surface_table *new_table(struct arena *arena)
{
    struct surface_table *t = arena_alloc(arena, sizeof *t);

    for (size_t i = 0; t && i < TABLE_T; i++)
        for (size_t k = 0; k < TABLE_MC; k++)
            t->rh[i][k] = NAN;
    return t;
}

enum err dose_forecast(const struct dose *d, int64_t now_us, uint64_t seed, struct arena *arena,
                       struct dose_ahead out[DOSE_TARGETS])
{
    enum dose_abstention why = abstains(d, now_us);
    struct arena_mark mark = arena_mark(arena);
    struct dose_weather weather;
    struct run r = {.weather = &weather};
    enum err e = ERR_OK;

    begin(d, why, out);
    if (why)
        return ERR_OK;
    e = dose_weather_of(d, arena, &weather);
    if (e == ERR_OK && d->pair.basis == DOSE_OF_TIMBER) {
        r.table = new_table(arena);
        e = r.table ? ERR_OK : ERR_NOMEM;
    }
    if (e == ERR_OK)
        e = run_all(&r, seed, arena);
    for (size_t t = 0; t < DOSE_TARGETS && e == ERR_OK; t++) {
        out[t].own_year = weather.own_year;
        if (out[t].state == DOSE_AHEAD)
            conclude(&r, t, &out[t]);
    }
    arena_rewind(arena, mark);
    return e;
}
