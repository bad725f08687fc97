/* One closed hour through the models. */
#include <string.h>

#include "doses_internal.h"

/* --- rings --- */

static int64_t slot(const struct dose_ring *r, int64_t i)
{
    int64_t at = i % r->size;

    return at < 0 ? at + r->size : at;
}

void dose_ring_put(struct dose_ring *r, int64_t i, double v)
{
    int64_t from = r->end == DOSE_NEVER ? i - r->size : rule_max(r->end, i - r->size);
    double scaled = round(v * DOSE_RES);

    for (int64_t k = from; k < i; k++)
        r->at[slot(r, k)] = DOSE_MISSING;
    r->at[slot(r, i)] = (int16_t)fmin(fmax(scaled, -INT16_MAX), INT16_MAX);
    r->end = i + 1;
}

double dose_ring_at(const struct dose_ring *r, int64_t i)
{
    int16_t v;

    if (r->end == DOSE_NEVER || i >= r->end || i < r->end - r->size)
        return DOSE_NONE;
    v = r->at[slot(r, i)];
    return v == DOSE_MISSING ? DOSE_NONE : (double)v / DOSE_RES;
}

void dose_ring_read(const struct dose_ring *r, int64_t from, int64_t n, double *out)
{
    int64_t at = slot(r, from);

    for (int64_t i = 0; i < n; i++) {
        bool there = from + i < r->end && from + i >= r->end - r->size;

        out[i] = there && r->at[at] != DOSE_MISSING ? (double)r->at[at] / DOSE_RES : DOSE_NONE;
        at = at + 1 < r->size ? at + 1 : 0;
    }
}

/* --- limits --- */

void dose_judge_reset(struct dose *d, enum dose_measure m)
{
    for (size_t i = dose_limit_first(m); i < dose_limit_first((enum dose_measure)(m + 1)); i++) {
        struct rule_limit *l = &d->limits[i];

        *l = (struct rule_limit){.limit = l->limit, .run_us = RULE_NEVER, .since_us = RULE_NEVER};
        for (size_t k = 0; k < RULE_TURNS; k++)
            l->turned_us[k] = RULE_NEVER;
    }
    d->judged_us[m] = RULE_NEVER;
    d->value[m] = DOSE_NONE;
}

bool dose_limit_at_once(const struct limit *l)
{
    return l->persist_us < 24 * DOSE_HOUR_US;
}

void dose_judge(struct dose *d, enum dose_measure m, double value, double at_once, int64_t t_us)
{
    size_t end = dose_limit_first((enum dose_measure)(m + 1));

    if (!isfinite(value))
        return;
    for (size_t i = dose_limit_first(m); i < end; i++) {
        struct rule_limit *l = &d->limits[i];
        double v = dose_limit_at_once(l->limit) ? at_once : value;

        rule_limit_judge(l, rule_position(l->limit, 1, v), t_us, d->judged_us[m], DOSE_SILENCE_US,
                         true);
    }
    d->judged_us[m] = t_us;
    d->value[m] = value;
}

/* --- the surface --- */

static double from_moisture(double celsius, double mc)
{
    double rh;
    enum err e = emc_relative_humidity(celsius, mc, &rh);

    if (e == ERR_RANGE && celsius >= -30)
        rh = 100; /* wetter than any air makes it */
    else if (e)
        return DOSE_NONE;
    return mc > DOSE_SATURATED_MC ? fmax(rh, DOSE_SATURATED_RH) : rh;
}

double dose_surface(enum dose_basis basis, double celsius, double wet)
{
    return basis == DOSE_OF_TIMBER ? from_moisture(celsius, wet) : wet;
}

/* A leak's last word holds as long as a gap may be bridged. */
static bool leaks(const struct dose *d, int64_t hour)
{
    if (d->leak_last == DOSE_NEVER)
        return false;
    if (d->leaking && hour - d->leak_known <= DOSE_BRIDGE_H)
        return true;
    return d->pair.basis == DOSE_OF_LEAK && hour - d->leak_last <= DOSE_LEAK_DRY_H;
}

static double surface_with_leak(const struct dose *d, double celsius, double wet, int64_t hour)
{
    double rh = dose_surface(d->pair.basis, celsius, wet);

    if (d->pair.basis != DOSE_OF_AIR && leaks(d, hour))
        rh = fmax(rh, DOSE_SATURATED_RH);
    return rh;
}

/* --- weeks and bins --- */

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;

    return a % b < 0 ? q - 1 : q;
}

static struct dose_week *this_week(struct dose *d, int64_t hour)
{
    int64_t week = floor_div(hour, DOSE_WEEK_H);
    int64_t from = d->week == DOSE_NEVER ? week - DOSE_WEEKS : rule_max(d->week, week - DOSE_WEEKS);

    for (int64_t w = from + 1; w <= week; w++) {
        int64_t at = w % DOSE_WEEKS;
        d->weeks[at < 0 ? at + DOSE_WEEKS : at] = (struct dose_week){0};
    }
    d->week = week;
    week %= DOSE_WEEKS;
    return &d->weeks[week < 0 ? week + DOSE_WEEKS : week];
}

static void end_bin(struct dose *d)
{
    if (d->bin != DOSE_NEVER && 2 * d->bin_hours >= DOSE_BIN_H) {
        dose_ring_put(&d->bins_celsius, d->bin, d->bin_celsius / d->bin_hours);
        dose_ring_put(&d->bins_wet, d->bin, d->bin_wet / d->bin_hours);
    }
    d->bin_celsius = d->bin_wet = 0;
    d->bin_hours = 0;
}

static void into_bin(struct dose *d, int64_t hour, double celsius, double wet)
{
    int64_t bin = floor_div(hour, DOSE_BIN_H);

    if (bin != d->bin)
        end_bin(d);
    d->bin = bin;
    d->bin_celsius += celsius;
    d->bin_wet += wet;
    d->bin_hours++;
}

/* --- the models --- */

static bool of_wood(const struct dose *d)
{
    return d->pair.mould <= MOULD_SENSITIVE;
}

/* Wood in that air, or as measured. It has a memory of a day, and begins with the mean of the
 * first. */
static void follow_moisture(struct dose *d, double celsius, double rh, double wet)
{
    double emc = wet;

    if (d->pair.basis != DOSE_OF_TIMBER && (!of_wood(d) || emc_wood(celsius, rh, &emc)))
        return;
    d->emc_hours += d->emc_hours < 24;
    d->emc += (emc - d->emc) / d->emc_hours;
}

static void step(struct dose *d, int64_t hour, double celsius, double wet)
{
    double rh = surface_with_leak(d, celsius, wet, hour);

    if (isnan(rh))
        return;
    mould_step(&d->mould, mould_material(d->pair.mould), d->pair.decline, celsius, rh);
    if (of_wood(d))
        decay_step(&d->decay, celsius, rh, 1);
    follow_moisture(d, celsius, rh, wet);
    d->rh = rh;
}

/* The hours between, when they are few. */
static void bridge(struct dose *d, int64_t hour, double celsius, double wet)
{
    int64_t gap = d->last == DOSE_NEVER ? 0 : hour - d->last;

    if (gap - 1 > DOSE_BRIDGE_H)
        return;
    for (int64_t k = 1; k < gap; k++) {
        double f = (double)k / (double)gap;

        step(d, d->last + k, d->celsius + f * (celsius - d->celsius), d->wet + f * (wet - d->wet));
    }
}

static void judge_one(struct dose *d, enum dose_measure m, double value, int64_t t_us)
{
    dose_judge(d, m, value, value, t_us);
}

static void judge_hour(struct dose *d, int64_t hour)
{
    int64_t t_us = hour * DOSE_HOUR_US;

    judge_one(d, DOSE_M_MOULD, d->mould.index, t_us);
    if (of_wood(d)) {
        judge_one(d, DOSE_M_DECAY, d->decay.activation, t_us);
        judge_one(d, DOSE_M_MASS_LOSS, d->decay.mass_loss_percent, t_us);
    }
    if (d->pair.basis == DOSE_OF_TIMBER && d->emc_hours > 0)
        dose_judge(d, DOSE_M_WET, d->emc, d->wet, t_us);
    else if (d->emc_hours > 0)
        judge_one(d, DOSE_M_EMC, d->emc, t_us);
}

static void watched_hour(struct dose *d, int64_t hour, double celsius, double wet)
{
    bridge(d, hour, celsius, wet);
    step(d, hour, celsius, wet);
    d->last = hour;
    d->celsius = celsius;
    d->wet = wet;
    d->watched++;
    this_week(d, hour)->watched++;
    into_bin(d, hour, celsius, wet);
    judge_hour(d, hour);
}

/* --- what an hour holds --- */

static double mean_of(const struct dose_open *o, unsigned from, unsigned count)
{
    double sum = 0, n = 0;

    for (unsigned i = from; i < from + count; i++) {
        sum += o->sum[i];
        n += o->n[i];
    }
    return n > 0 ? sum / n : DOSE_NONE;
}

static void count_salt(struct dose *d, int64_t hour, const struct dose_open *o, double rh)
{
    size_t pure = d->salt.crystallisations, mixture = d->mixture.crystallisations;
    struct dose_week *w = this_week(d, hour);

    for (unsigned q = 0; q < (d->pair.quarters ? DOSE_QUARTERS : 1); q++) {
        double v = d->pair.quarters ? mean_of(o, PART_RH + q, 1) : rh;

        salt_add(&d->salt, v);
        salt_add(&d->mixture, v);
    }
    w->salt = (uint8_t)(w->salt + d->salt.crystallisations - pure);
    w->mixture = (uint8_t)(w->mixture + d->mixture.crystallisations - mixture);
}

static void count_frost(struct dose *d, int64_t hour, double wall_celsius, double rh)
{
    double since = d->leak_last == DOSE_NEVER ? DOSE_NONE : (double)(hour - d->leak_last);
    size_t freezings = d->freeze.freezings, cycles = d->freeze.cycles;
    struct dose_week *w = this_week(d, hour);

    freeze_add(&d->freeze, wall_celsius, freeze_wet(d->pair.in_wall ? rh : DOSE_NONE, since));
    w->freezings = (uint8_t)(w->freezings + d->freeze.freezings - freezings);
    w->cycles = (uint8_t)(w->cycles + d->freeze.cycles - cycles);
}

static void follow_leak(struct dose *d, int64_t hour, const struct dose_open *o)
{
    if (o->n[PART_LEAK] == 0)
        return;
    d->leaking = o->sum[PART_LEAK] > 0.5;
    d->leak_known = hour;
    if (d->leaking)
        d->leak_last = hour;
}

static bool empty(const struct dose_open *o)
{
    unsigned n = 0;

    for (size_t i = 0; i < PARTS; i++)
        n += o->n[i];
    return n == 0;
}

static void renew(struct dose *d)
{
    static const enum dose_measure anew[] = {DOSE_M_MOULD, DOSE_M_DECAY, DOSE_M_MASS_LOSS,
                                             DOSE_M_WET, DOSE_M_EMC};

    d->mould = (struct mould){0};
    d->decay = (struct decay){0};
    d->emc = 0;
    d->emc_hours = 0;
    d->renew = INT64_MAX;
    for (size_t i = 0; i < sizeof anew / sizeof *anew; i++)
        dose_judge_reset(d, anew[i]);
}

void dose_renew(struct dose *d, int64_t t_us)
{
    if (!rule_time_valid(t_us))
        return;
    d->renew = dose_hour_of(t_us);
    if (d->closed != DOSE_NEVER && d->renew < d->closed)
        renew(d);
}

void dose_hour(struct dose *d, int64_t hour, const struct dose_open *o)
{
    double celsius = mean_of(o, PART_CELSIUS, 1), rh = mean_of(o, PART_RH, DOSE_QUARTERS);
    double wet = d->pair.basis == DOSE_OF_TIMBER ? mean_of(o, PART_MC, 1) : rh;

    if (empty(o))
        return;
    if (d->begin == DOSE_NEVER)
        d->begin = hour;
    if (hour >= d->renew)
        renew(d);
    follow_leak(d, hour, o);
    if (isfinite(rh)) {
        count_salt(d, hour, o, rh);
        if (d->hours.size > 0)
            dose_ring_put(&d->hours, hour, rh);
    }
    count_frost(d, hour, mean_of(o, PART_WALL, 1), rh);
    if (isfinite(celsius) && isfinite(wet))
        watched_hour(d, hour, celsius, wet);
}
