/* The state of a pair, and how readings become closed hours. */
#include <stdlib.h>
#include <string.h>

#include "doses_internal.h"
#include "shikumen/base/strmap.h"

static unsigned channels_of(const struct dose_pair *p)
{
    unsigned bits = 0;

    for (unsigned c = 0; c < DOSE_CHANNELS; c++)
        bits |= p->sensor[c] != REGISTRY_NONE ? 1U << c : 0U;
    return bits;
}

static bool complete(const struct dose_pair *p, unsigned channels)
{
    static const unsigned needs[] = {
        [DOSE_OF_AIR] = 1U << DOSE_CELSIUS | 1U << DOSE_RH,
        [DOSE_OF_TIMBER] = 1U << DOSE_CELSIUS | 1U << DOSE_MC,
        [DOSE_OF_LEAK] = 1U << DOSE_CELSIUS | 1U << DOSE_RH | 1U << DOSE_LEAK,
    };

    return (unsigned)p->basis < sizeof needs / sizeof *needs &&
           (channels & needs[p->basis]) == needs[p->basis] && (unsigned)p->mould < MOULD_CLASSES &&
           p->decline >= 0 && isfinite(p->decline);
}

/* What a stored state depends on: the kind of pair and the ladders. */
static uint64_t digest_of(const struct dose *d)
{
    const struct dose_pair *p = &d->pair;
    double kind[] = {(double)p->basis, (double)p->mould, p->decline,
                     p->quarters,      p->in_wall,       (double)d->channels};
    uint64_t hash = hash64(0, kind, sizeof kind);

    for (size_t m = 0; m < DOSE_MEASURES; m++) {
        size_t n;
        const struct limit *l = dose_limits((enum dose_measure)m, &n);

        for (size_t i = 0; i < n; i++) {
            double rung[] = {l[i].level, l[i].value, l[i].clear, (double)l[i].persist_us,
                             (double)l[i].clear_persist_us};
            hash = hash64(hash, rung, sizeof rung);
        }
    }
    return hash;
}

static void reset_limits(struct dose *d)
{
    for (size_t m = 0; m < DOSE_MEASURES; m++) {
        size_t n, first = dose_limit_first((enum dose_measure)m);
        const struct limit *l = dose_limits((enum dose_measure)m, &n);

        for (size_t i = 0; i < n; i++)
            d->limits[first + i].limit = &l[i];
        dose_judge_reset(d, (enum dose_measure)m);
    }
}

static void reset_salt(struct dose *d)
{
    /* 65.5 %: as far apart as for the pure salt [J] */
    struct salt_settings pure = SALT_NACL_15_MIN, mixture = {64.2, 66.2, 2};

    if (!d->pair.quarters)
        pure.hold = mixture.hold = 1;
    d->salt = (struct salt){.settings = pure};
    d->mixture = (struct salt){.settings = mixture};
}

void dose_reset(struct dose *d)
{
    struct dose fresh = {.pair = d->pair,
                         .digest = d->digest,
                         .channels = d->channels,
                         .closed = DOSE_NEVER,
                         .begin = DOSE_NEVER,
                         .last = DOSE_NEVER,
                         .renew = INT64_MAX,
                         .celsius = DOSE_NONE,
                         .wet = DOSE_NONE,
                         .rh = DOSE_NONE,
                         .leak_known = DOSE_NEVER,
                         .leak_last = DOSE_NEVER,
                         .week = DOSE_NEVER,
                         .band = {.taken = DOSE_NEVER},
                         .bin = DOSE_NEVER};

    fresh.bins_celsius = (struct dose_ring){d->room, DOSE_BINS, DOSE_NEVER};
    fresh.bins_wet = (struct dose_ring){d->room + DOSE_BINS, DOSE_BINS, DOSE_NEVER};
    fresh.hours = (struct dose_ring){d->room + 2 * DOSE_BINS, d->hours.size, DOSE_NEVER};
    for (size_t c = 0; c < DOSE_CHANNELS; c++)
        fresh.newest[c] = DOSE_NEVER;
    *d = fresh;
    reset_limits(d);
    reset_salt(d);
}

struct dose *dose_new(const struct dose_pair *p)
{
    unsigned channels = channels_of(p);
    size_t hours = p->basis == DOSE_OF_AIR ? DOSE_HOURS : 0;
    struct dose *d;

    if (!complete(p, channels))
        return NULL;
    d = calloc(1, sizeof *d + (2 * DOSE_BINS + hours) * sizeof *d->room);
    if (!d)
        return NULL;
    d->pair = *p;
    d->channels = channels;
    d->hours.size = (int64_t)hours;
    d->digest = digest_of(d);
    dose_reset(d);
    return d;
}

void dose_free(struct dose *d)
{
    free(d);
}

int64_t dose_hour_of(int64_t t_us)
{
    int64_t hour = t_us / DOSE_HOUR_US;

    return t_us % DOSE_HOUR_US < 0 ? hour - 1 : hour;
}

static bool believable(enum dose_channel c, double v)
{
    if (c == DOSE_CELSIUS || c == DOSE_WALL_CELSIUS)
        return v >= -60 && v <= 90;
    if (c == DOSE_MC)
        return v >= 0 && v <= 300;
    return isfinite(v);
}

static enum dose_part part_of(enum dose_channel c, int64_t t_us, int64_t hour)
{
    static const enum dose_part parts[DOSE_CHANNELS] = {PART_CELSIUS, PART_RH, PART_MC, PART_WALL,
                                                        PART_LEAK};
    int64_t quarter = (t_us - hour * DOSE_HOUR_US) / (DOSE_HOUR_US / DOSE_QUARTERS);

    return c == DOSE_RH ? (enum dose_part)(PART_RH + quarter) : parts[c];
}

static struct dose_open *open_hour(struct dose *d, int64_t hour)
{
    int64_t i = hour % DOSE_OPEN;

    return &d->open[i < 0 ? i + DOSE_OPEN : i];
}

static int64_t newest_of_all(const struct dose *d)
{
    int64_t newest = DOSE_NEVER;

    for (size_t c = 0; c < DOSE_CHANNELS; c++)
        newest = rule_max(newest, d->newest[c]);
    return newest;
}

/* Closes the hours that may be; newest: hour of the newest reading, whose own cell is not filled
 * yet. Those beyond the open ones hold nothing and are leapt over. */
static void close_before(struct dose *d, int64_t end)
{
    int64_t filled = end - d->closed > DOSE_OPEN ? d->closed + DOSE_OPEN : end;

    for (; d->closed < filled; d->closed++) {
        struct dose_open *o = open_hour(d, d->closed);

        dose_hour(d, d->closed, o);
        memset(o, 0, sizeof *o);
    }
    d->closed = rule_max(d->closed, end);
}

/* The first hour that a sensor of the pair may still add to. */
static int64_t waiting_for(const struct dose *d)
{
    int64_t newest = newest_of_all(d), end = newest;

    for (size_t c = 0; c < DOSE_CHANNELS; c++)
        if (d->channels & 1U << c && d->newest[c] < end)
            end = d->newest[c];
    return rule_max(end, newest - DOSE_LATE_H);
}

static void gather(struct dose_open *o, enum dose_part part, double v)
{
    if (o->n[part] == UINT16_MAX)
        return;
    o->n[part]++;
    if (part == PART_LEAK)
        o->sum[part] = v > 0.5 ? 1 : o->sum[part];
    else
        o->sum[part] += v;
}

bool dose_add(struct dose *d, enum dose_channel c, int64_t t_us, double value)
{
    int64_t hour;

    if ((unsigned)c >= DOSE_CHANNELS || !(d->channels & 1U << c) || !believable(c, value) ||
        !rule_time_valid(t_us))
        return false;
    hour = dose_hour_of(t_us);
    if (d->closed == DOSE_NEVER)
        d->closed = hour - DOSE_LATE_H;
    if (hour < d->closed) {
        d->late += d->late < UINT32_MAX;
        return false;
    }
    close_before(d, rule_max(d->closed, hour - DOSE_LATE_H));
    if (c == DOSE_RH)
        value = fmin(fmax(value, 0), 100);
    gather(open_hour(d, hour), part_of(c, t_us, hour), value);
    if (hour <= d->newest[c])
        return true;
    d->newest[c] = hour;
    close_before(d, rule_max(d->closed, waiting_for(d)));
    return true;
}
