/* How a pair stands: ladders, counts of a year, the historic band. */
#include "doses_internal.h"

#define YEAR_WEEKS    52
#define YEAR_H        8766.0
#define BAND_AGAIN_H  DOSE_WEEK_H
#define BAND_SPAN_H   (395 * 24)
#define BAND_LEAST    6570 /* fluctuations: three quarters of a year [J] */
#define MONTH_H       720
#define HALF_WINDOW_H (EN15757_WINDOW_H / 2)

/* --- the band --- */

/* Share of the last month that has a seasonal mean, %; NaN when less than half of it has [J]. */
static double outside_share(const double *rh, const double *seasonal, size_t n,
                            const struct en15757 *b)
{
    size_t end = n - HALF_WINDOW_H, seen = 0, outside = 0;

    for (size_t i = end - MONTH_H; i < end; i++) {
        double f = rh[i] - seasonal[i];

        if (isnan(f))
            continue;
        seen++;
        outside += f < b->lower || f > b->upper;
    }
    return 2 * seen >= MONTH_H ? 100 * (double)outside / (double)seen : DOSE_NONE;
}

static double last_known(const double *x, size_t n)
{
    while (n > 0 && isnan(x[n - 1]))
        n--;
    return n > 0 ? x[n - 1] : DOSE_NONE;
}

static enum err take_band(struct dose *d, struct arena *arena)
{
    double *rh = arena_array(arena, DOSE_HOURS, sizeof *rh);
    double *seasonal = arena_array(arena, DOSE_HOURS, sizeof *seasonal);
    struct en15757 b;
    double outside;
    enum err e;

    if (!rh || !seasonal)
        return ERR_NOMEM;
    dose_ring_read(&d->hours, d->hours.end - DOSE_HOURS, DOSE_HOURS, rh);
    e = en15757_band(rh, DOSE_HOURS, 1, seasonal, &b, arena);
    if (e == ERR_NOMEM)
        return e;
    d->band = (struct dose_band){.taken = d->hours.end};
    if (e || b.fluctuations < BAND_LEAST)
        return ERR_OK;
    outside = outside_share(rh, seasonal, DOSE_HOURS, &b);
    if (isnan(outside))
        return ERR_OK;
    d->band.known = true;
    d->band.p7 = b.p7;
    d->band.p93 = b.p93;
    d->band.lower = last_known(seasonal, DOSE_HOURS) + b.lower;
    d->band.upper = last_known(seasonal, DOSE_HOURS) + b.upper;
    d->band.outside = outside;
    dose_judge(d, DOSE_M_BAND, outside, outside, (d->hours.end - 1) * DOSE_HOUR_US);
    return ERR_OK;
}

static enum err band_when_due(struct dose *d, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    enum err e;

    if (d->hours.end == DOSE_NEVER || d->hours.end - d->begin < BAND_SPAN_H)
        return ERR_OK;
    if (d->band.taken != DOSE_NEVER && d->hours.end - d->band.taken < BAND_AGAIN_H)
        return ERR_OK;
    e = take_band(d, arena);
    arena_rewind(arena, mark);
    return e;
}

/* --- the view --- */

static struct dose_standing standing(const struct dose *d, enum dose_measure m)
{
    struct dose_standing s = {.value = d->value[m], .since_us = RULE_NEVER};

    for (size_t i = dose_limit_first(m); i < dose_limit_first((enum dose_measure)(m + 1)); i++) {
        const struct rule_limit *l = &d->limits[i];

        if (!l->held || l->limit->level < s.level)
            continue;
        if (l->limit->level == s.level && l->since_us >= s.since_us)
            continue;
        s.level = l->limit->level;
        s.limit = l->limit;
        s.since_us = l->since_us;
    }
    if (m == DOSE_M_WET && s.limit && dose_limit_at_once(s.limit))
        s.value = d->wet;
    return s;
}

struct year {
    double watched, salt, mixture;
    unsigned freezings, cycles;
    double hours; /* from its first week, or from the first hour, to now */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;

    return a % b < 0 ? q - 1 : q;
}

static struct year year_until(const struct dose *d, int64_t now)
{
    int64_t week = floor_div(now, DOSE_WEEK_H), from = week - YEAR_WEEKS + 1;
    struct year y = {.hours = (double)(now - rule_max(from * DOSE_WEEK_H, d->begin))};

    for (int64_t w = rule_max(from, d->week - DOSE_WEEKS + 1); w <= d->week; w++) {
        int64_t at = w % DOSE_WEEKS;
        const struct dose_week *k = &d->weeks[at < 0 ? at + DOSE_WEEKS : at];

        y.watched += k->watched;
        y.salt += k->salt;
        y.mixture += k->mixture;
        y.freezings += k->freezings;
        y.cycles += k->cycles;
    }
    return y;
}

static void look_at_year(const struct dose *d, int64_t now_us, struct dose_view *v)
{
    struct year y = year_until(d, rule_max(dose_hour_of(now_us), d->closed));
    bool enough = y.watched >= DOSE_LEAST_DAYS * 24 && d->pair.basis == DOSE_OF_AIR;

    v->watched_share = y.hours > 0 ? fmin(y.watched / y.hours, 1) : 0;
    v->salt_per_year = enough ? y.salt / y.watched * YEAR_H : DOSE_NONE;
    v->salt_mixture_per_year = enough ? y.mixture / y.watched * YEAR_H : DOSE_NONE;
    v->freezings = y.freezings;
    v->freeze_cycles = y.cycles;
}

enum err dose_look(struct dose *d, int64_t now_us, struct arena *arena, struct dose_view *out)
{
    enum err e = band_when_due(d, arena);
    struct dose_view v = {.celsius = d->celsius,
                          .rh = d->rh,
                          .salt_per_year = DOSE_NONE,
                          .salt_mixture_per_year = DOSE_NONE,
                          .mould_peak = d->mould.peak,
                          .band_p7 = DOSE_NONE,
                          .band_p93 = DOSE_NONE,
                          .band_lower = DOSE_NONE,
                          .band_upper = DOSE_NONE,
                          .history_d = (double)d->watched / 24,
                          .late = d->late};

    if (e)
        return e;
    for (size_t m = 0; m < DOSE_MEASURES; m++)
        v.of[m] = standing(d, (enum dose_measure)m);
    if (d->begin != DOSE_NEVER) {
        v.from_us = d->begin * DOSE_HOUR_US;
        v.at_us = d->closed * DOSE_HOUR_US;
        if (rule_time_valid(now_us) && d->week != DOSE_NEVER)
            look_at_year(d, now_us, &v);
    }
    if (d->band.known) {
        v.band_known = true;
        v.band_p7 = d->band.p7;
        v.band_p93 = d->band.p93;
        v.band_lower = d->band.lower;
        v.band_upper = d->band.upper;
    }
    *out = v;
    return ERR_OK;
}

size_t dose_findings(const struct dose *d, struct dose_finding out[DOSE_MEASURES])
{
    size_t n = 0;

    for (size_t m = 0; m < DOSE_MEASURES; m++) {
        struct dose_standing s = standing(d, (enum dose_measure)m);

        if (s.level == 0 || (m == DOSE_M_WET && d->pair.judged))
            continue;
        out[n++] = (struct dose_finding){.measure = (enum dose_measure)m,
                                         .level = s.level,
                                         .limit = s.limit,
                                         .value = s.value,
                                         .t_us = d->judged_us[m],
                                         .since_us = s.since_us};
    }
    return n;
}
