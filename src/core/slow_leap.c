/* A thermometer or hygrometer that is at once where no weather goes: it sends another unit, or its
 * wire is broken. Beside its like it would take weeks to be told, and walls would seem to move. */
#include <math.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define LATE_BINS  BINS_PER_DAY       /* whose median is compared with that of */
#define EARLY_BINS (7 * BINS_PER_DAY) /* bins before them */
#define BACK_BINS  (21 * BINS_PER_DAY)
#define SOON_BINS  (35 * BINS_PER_DAY) /* what was before it left is still a measure [J] */
#define LEAP_C     20.0 /* no day differs so much from its week: Fahrenheit is 22 and more [J] */
#define BACK_C     10.0
#define DRY_RH     2.0  /* a share in place of percent; no air is so dry, */
#define DAMP_RH    15.0 /* nor becomes so within a day [J] */

/* Median of the latest most known bins before end, of the last within bins; NaN: not as many.
 * believed: or what stands in for it says. */
static double middle_of(const struct channel *c, int64_t end, int64_t within, size_t most,
                        bool believed)
{
    double value[EARLY_BINS];
    size_t n = 0;

    for (int64_t b = end - 1; b >= end - within && n < most; b--) {
        double v = believed ? driver_bin(c, b) : driver_reads(c, b);
        if (!isnan(v))
            value[n++] = v;
    }
    return n == most ? median(value, n) : (double)NAN;
}

static bool is_leap(enum quantity q, double before, double after)
{
    if (q == Q_HUMIDITY)
        return fmin(before, after) < DRY_RH && fmax(before, after) > DAMP_RH;
    return fabs(after - before) > LEAP_C;
}

/* The first bin of a leap in the latest two days; INT64_MIN: none. */
static int64_t leap_at(const struct channel *c, enum quantity q, int64_t end, bool believed)
{
    int64_t from = end - 2 * LATE_BINS, bin = from;
    double after = middle_of(c, end, 2 * LATE_BINS, LATE_BINS, false);
    double before = middle_of(c, from, BACK_BINS, EARLY_BINS, believed);

    if (isnan(after) || isnan(before) || !is_leap(q, before, after))
        return INT64_MIN;
    for (; bin < end; bin++) {
        double v = driver_reads(c, bin);
        if (fabs(v - after) < fabs(v - before))
            break;
    }
    return bin;
}

/* It reads about what it did before it left. */
static bool is_back(const struct channel *c, enum quantity q, int64_t left, int64_t end)
{
    double before = middle_of(c, left, BACK_BINS, EARLY_BINS, true);
    double after = middle_of(c, end, 2 * LATE_BINS, LATE_BINS, false);

    return q == Q_HUMIDITY ? after > DAMP_RH : fabs(after - before) < BACK_C;
}

enum driver_leap driver_follow_leap(struct channel *c, enum quantity q, int64_t day)
{
    int64_t end = (day + 1) * BINS_PER_DAY, left, bin;

    if (!driver_is_away(c)) {
        bin = leap_at(c, q, end, true);
        if (bin == INT64_MIN)
            return LEAP_NONE;
        driver_leaves(c, bin);
        return LEAP_AWAY;
    }
    left = c->leave[c->leaves - 1].from;
    if (end - left < SOON_BINS)
        bin = is_back(c, q, left, end) ? end - LATE_BINS : INT64_MIN;
    else
        bin = leap_at(c, q, end, false);
    if (bin == INT64_MIN)
        return LEAP_NONE;
    driver_returns(c, bin);
    return LEAP_BACK;
}
