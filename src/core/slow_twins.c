#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

/* Thermometers and hygrometers beside their like: what all of them do is weather, what one does
 * alone is the sensor (or its house lived in otherwise: hence wide bounds). Compared with the same
 * weeks of the year before where these are kept, else with the first two months. */

#define LATEST_D     28
#define FIRST_D      60
#define YEAR_D       364
#define PEERS_LEAST  3
#define SPREAD_LEAST 8   /* of its like, to know what they usually do [J] */
#define SPREADS      6.0 /* [J] */
#define APART_WEEKS  3   /* in a row */
#define LEAVE_DAYS   (APART_WEEKS * 7 + LATEST_D) /* ago: it began to leave about then [J] */
#define STUCK_D      3
#define JUST_D       6   /* until another stands in */
#define SHARE_LEAST  0.5 /* of the bins of a stretch */

/* Of the difference to the peers' median. What its like usually do is less as a rule: then SPREADS
 * of that count, but never less than the least. */
struct bounds {
    double least, same_season, other_season;
};

static struct bounds bounds_of(enum quantity q)
{
    return q == Q_TEMPERATURE ? (struct bounds){1.2, 2.5, 6} : (struct bounds){6, 12, 22};
}

/* believed: only where it had not left its like; so it is of one that is back. */
static double mean_of(const struct channel *c, int64_t from_day, int64_t days, bool believed)
{
    double sum = 0;
    int64_t count = 0, n = days * BINS_PER_DAY;

    for (int64_t b = from_day * BINS_PER_DAY; b < (from_day + days) * BINS_PER_DAY; b++) {
        double v = believed ? driver_own(c, b) : driver_shows(c, b);
        if (isnan(v))
            continue;
        sum += v;
        count++;
    }
    return (double)count >= SHARE_LEAST * (double)n ? sum / (double)count : (double)NAN;
}

static bool is_alike(const struct slow *s, uint32_t a, uint32_t b)
{
    const struct sensor *x = &s->r->sensors[a], *y = &s->r->sensors[b];

    return a != b && x->quantity == y->quantity && strcmp(x->medium, y->medium) == 0 &&
           s->sensor[b].doubt == DOUBT_NONE;
}

/* Means of all drivers over one stretch, NaN where there are too few bins. */
static void means(const struct slow *s, int64_t from_day, int64_t days, bool believed, double *mean)
{
    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        mean[i] = s->channel[i].role == CHANNEL_DRIVER
                      ? mean_of(&s->channel[i], from_day, days,
                                believed || !driver_is_away(&s->channel[i]))
                      : (double)NAN;
}

/* Own mean less the median of those alike. NaN: too few. scratch: all sensors. */
static double beside(const struct slow *s, uint32_t sensor, const double *mean, double *scratch)
{
    size_t n = 0;

    for (uint32_t i = 0; i < s->r->sensor_count && !isnan(mean[sensor]); i++)
        if (!isnan(mean[i]) && is_alike(s, sensor, i))
            scratch[n++] = mean[i];
    return n >= PEERS_LEAST ? mean[sensor] - median(scratch, n) : (double)NAN;
}

/* What all drivers showed lately, a year before, and in the district's first months; and how far
 * each has moved away from its like since then (NaN: not known). */
struct stretches {
    double *now, *year_ago, *first, *scratch, *apart;
    bool *same_season;
};

static void depart(const struct slow *s, uint32_t sensor, struct stretches *x)
{
    double now = beside(s, sensor, x->now, x->scratch);
    double then = beside(s, sensor, x->year_ago, x->scratch);

    x->same_season[sensor] = !isnan(then);
    if (isnan(then))
        then = beside(s, sensor, x->first, x->scratch);
    x->apart[sensor] = now - then;
}

/* Standard deviation, robust, of how far its like are apart. INFINITY: too few to know. */
static double spread(const struct slow *s, uint32_t sensor, const struct stretches *x)
{
    size_t n = 0;

    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        if (!isnan(x->apart[i]) && x->same_season[i] == x->same_season[sensor] &&
            is_alike(s, sensor, i))
            x->scratch[n++] = fabs(x->apart[i]);
    return n >= SPREAD_LEAST ? MAD_TO_SIGMA * median(x->scratch, n) : (double)INFINITY;
}

enum apart { APART_NOT, APART, APART_UNKNOWN };

static enum apart drifts(const struct slow *s, uint32_t sensor, const struct stretches *x)
{
    struct bounds bounds = bounds_of(s->r->sensors[sensor].quantity);
    double most = x->same_season[sensor] ? bounds.same_season : bounds.other_season;
    double usual = fmax(bounds.least, SPREADS * spread(s, sensor, x));

    if (isnan(x->apart[sensor]))
        return APART_UNKNOWN;
    return fabs(x->apart[sensor]) > fmin(most, usual) ? APART : APART_NOT;
}

/* Away for so long that what it was a year ago is no measure: the one that stands in for it is. */
static bool agrees_with_stand_in(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct channel *c = &s->channel[sensor];
    double least = bounds_of(s->r->sensors[sensor].quantity).least;

    return fabs(driver_beside_stand_in(c, (day + 1 - LATEST_D) * BINS_PER_DAY,
                                       (day + 1) * BINS_PER_DAY)) < least;
}

static bool look_back(const struct slow *s, int64_t day, struct arena *arena, struct stretches *x)
{
    size_t n = s->r->sensor_count + 1;
    int64_t first = INT64_MAX;

    x->now = arena_array(arena, n, sizeof(double));
    x->year_ago = arena_array(arena, n, sizeof(double));
    x->first = arena_array(arena, n, sizeof(double));
    x->scratch = arena_array(arena, n, sizeof(double));
    x->apart = arena_array(arena, n, sizeof(double));
    x->same_season = arena_array(arena, n, sizeof(bool));
    if (!x->now || !x->year_ago || !x->first || !x->scratch || !x->apart || !x->same_season)
        return false;
    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        if (s->channel[i].role == CHANNEL_DRIVER && bins_first(&s->channel[i].bins) < first)
            first = bins_first(&s->channel[i].bins);
    means(s, day + 1 - LATEST_D, LATEST_D, false, x->now);
    means(s, day + 1 - LATEST_D - YEAR_D, LATEST_D, true, x->year_ago);
    if (first < INT64_MAX && first / BINS_PER_DAY + FIRST_D + LATEST_D <= day)
        means(s, first / BINS_PER_DAY + 1, FIRST_D, true, x->first);
    else
        means(s, day + 1, FIRST_D, true, x->first); /* nothing yet */
    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        depart(s, i, x);
    return true;
}

/* The same value for days, to the last digit. */
static bool is_stuck(const struct channel *c, int64_t day)
{
    double low = INFINITY, high = -INFINITY;
    int count = 0;

    for (int64_t b = (day + 1 - STUCK_D) * BINS_PER_DAY; b < (day + 1) * BINS_PER_DAY; b++) {
        double v = bins_mean(&c->bins, b);
        if (isnan(v))
            continue;
        low = fmin(low, v);
        high = fmax(high, v);
        count++;
    }
    return count >= STUCK_D * BINS_PER_DAY - 2 && high - low <= 1e-5 * fmax(1, fabs(high));
}

/* It has just left, or was for three days far from what stands in for it: no return, whatever the
 * four weeks say. */
static bool is_still_away(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct channel *c = &s->channel[sensor];
    double least = bounds_of(s->r->sensors[sensor].quantity).other_season;
    int64_t end = (day + 1) * BINS_PER_DAY, from = end - STUCK_D * BINS_PER_DAY;

    if (driver_is_away(c) && c->leave[c->leaves - 1].from > end - JUST_D * BINS_PER_DAY)
        return true;
    return fabs(driver_beside_stand_in(c, from, end)) > least;
}

/* While it is apart, walls are compensated by another in its place. */
static void follow_its_leave(struct channel *c, const struct slow_sensor *own, int64_t day)
{
    int64_t since = (day + 1 - LATEST_D) * BINS_PER_DAY;

    if (own->apart_weeks >= APART_WEEKS)
        driver_leaves(c, (day + 1 - LEAVE_DAYS) * BINS_PER_DAY);
    else if (own->apart_weeks == 0 && driver_is_away(c)) {
        if (c->leave[c->leaves - 1].from >= since)
            since = (day + 1 - STUCK_D) * BINS_PER_DAY; /* it was away for days only */
        driver_returns(c, since);
    }
}

void slow_follow_leaps(struct slow *s, int64_t day)
{
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        enum quantity q = s->r->sensors[i].quantity;
        if (s->channel[i].role != CHANNEL_DRIVER || q == Q_WATER_LEVEL)
            continue;
        enum driver_leap leap = driver_follow_leap(&s->channel[i], q, day);
        if (leap != LEAP_NONE)
            s->sensor[i].apart_weeks = leap == LEAP_AWAY ? APART_WEEKS : 0;
    }
}

enum err slow_examine_drivers(struct slow *s, int64_t day, bool weekly, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct stretches x = {0};

    if (weekly && !look_back(s, day, arena, &x))
        return ERR_NOMEM;
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        struct slow_sensor *own = &s->sensor[i];
        if (s->channel[i].role != CHANNEL_DRIVER || s->r->sensors[i].quantity == Q_WATER_LEVEL)
            continue;
        enum slow_doubt dead = slow_nothing_valid(&s->channel[i], day) ? DOUBT_NOTHING_VALID
                               : is_stuck(&s->channel[i], day)         ? DOUBT_STUCK
                                                                       : DOUBT_NONE;
        if (weekly && dead == DOUBT_NONE) {
            enum apart apart = drifts(s, i, &x);
            if (apart == APART)
                own->apart_weeks++;
            else if ((apart == APART_NOT && !is_still_away(s, i, day)) ||
                     agrees_with_stand_in(s, i, day))
                own->apart_weeks = 0;
            follow_its_leave(&s->channel[i], own, day);
        }
        own->doubt = dead != DOUBT_NONE                ? dead
                     : own->apart_weeks >= APART_WEEKS ? DOUBT_TWINS
                                                       : DOUBT_NONE;
    }
    arena_rewind(arena, mark);
    return ERR_OK;
}
