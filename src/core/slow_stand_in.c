/* A driver that died is stood in for by another of the same quantity, through a line fitted to the
 * days when both spoke; and one that was re-zeroed goes on as the other says that it would have.
 * Models of the walls that it drives stay as they are, and go on. */
#include <math.h>
#include <string.h>

#include "slow_channel.h"

#define SILENT_BINS (3 * BINS_PER_DAY)
#define RETRY_DAYS  7
#define COMMON_BINS (60 * BINS_PER_DAY)
#define SETTLE_BINS (3 * BINS_PER_DAY) /* with both, to know by how much it was moved */
#define JUMP_LEAST  10                 /* without another: Cel, %RH; weather moves less [J] */
#define R2_LEAST    0.8                /* of its variance that the other explains [J] */

struct line {
    double a, b, r2; /* y = a + b x */
};

static bool is_away(const struct channel *c)
{
    return c->leaves > 0 && c->leave[c->leaves - 1].to == INT64_MAX;
}

/* Bins before end without a reading of its own; at most those of the ring. */
static int64_t silence_of(const struct channel *c, int64_t end)
{
    int64_t first = bins_first(&c->bins), b = end;

    if (first == INT64_MAX)
        return 0; /* it never spoke: nothing is known to stand in for */
    while (b > first && b > end - (int64_t)c->bins.capacity && isnan(driver_own(c, b - 1)))
        b--;
    return end - b;
}

static bool fit(const struct channel *of, const struct channel *by, int64_t end, struct line *out)
{
    double sx = 0, sy = 0, xx = 0, xy = 0, yy = 0, x0 = by->bins.origin, y0 = of->bins.origin,
           n = 0;
    int64_t first = end - (int64_t)of->bins.capacity;

    for (int64_t i = first; i < end; i++) {
        double x = driver_own(by, i) - x0, y = driver_bin(of, i) - y0;
        if (isnan(x) || isnan(y))
            continue;
        sx += x;
        sy += y;
        xx += x * x;
        xy += x * y;
        yy += y * y;
        n++;
    }
    if (n < COMMON_BINS)
        return false;
    xx -= sx * sx / n;
    xy -= sx * sy / n;
    yy -= sy * sy / n;
    if (!(xx > 0) || !(yy > 0))
        return false;
    *out = (struct line){.b = xy / xx, .r2 = xy * xy / (xx * yy)};
    out->a = y0 + sy / n - out->b * (x0 + sx / n);
    return true;
}

static bool is_unsettled(const struct channel *c)
{
    return c->eras > 0 && isnan(c->era[c->eras - 1].offset);
}

/* The other that tells most of it speaks for it from a bin on. */
static void choose(const struct registry *r, struct channel *all, uint32_t of, int64_t from,
                   int64_t end)
{
    struct line best = {.r2 = R2_LEAST}, l;
    uint32_t by = REGISTRY_NONE;

    for (uint32_t i = 0; i < r->sensor_count; i++) {
        if (i == of || all[i].role != CHANNEL_DRIVER ||
            r->sensors[i].quantity != r->sensors[of].quantity ||
            silence_of(&all[i], end) >= SILENT_BINS || is_unsettled(&all[i]) ||
            !fit(&all[of], &all[i], end, &l) || !(l.r2 > best.r2))
            continue;
        best = l;
        by = i;
    }
    if (by != REGISTRY_NONE)
        driver_stand_in(&all[of], &all[by], best.a, best.b, from);
}

/* The one that stands in has fallen silent as well, or there is none yet; and it is a day to look
 * for another: every day where one was heard until it was found to have left, for then weeks of
 * weather are missing at once. */
static bool is_wanted(const struct channel *c, int64_t silent, int64_t end)
{
    bool left = is_away(c->stand_in ? c->stand_in : c);

    if (silent < SILENT_BINS || (c->stand_in && silence_of(c->stand_in, end) < SILENT_BINS))
        return false;
    return left || (silent - SILENT_BINS) / BINS_PER_DAY % RETRY_DAYS == 0;
}

/* --- re-zeroed --- */

void driver_rezeroed(struct channel *c, int64_t epoch_us)
{
    int64_t from = bin_of(epoch_us);

    if (bins_first(&c->bins) >= from) /* INT64_MAX: nothing at all */
        return;
    if (c->eras == DRIVER_ERAS)
        memmove(c->era, c->era + 1, --c->eras * sizeof *c->era);
    c->era[c->eras++] = (struct driver_era){from, NAN};
    if (is_away(c))
        c->leave[c->leaves - 1].to = from;
    c->stand_in = NULL; /* a better one may speak by now */
}

/* Mean, over the bins from .. end with both, of what it would have read (by_other) or 0, less what
 * it read. NaN: too few. */
static double difference(const struct channel *c, int64_t from, int64_t end, bool by_other)
{
    double sum = 0, n = 0;

    for (int64_t b = from; b < end; b++) {
        double own = bins_mean(&c->bins, b), other = by_other ? driver_bin(c, b) : 0;
        if (isnan(own) || isnan(other))
            continue;
        sum += other - own;
        n++;
    }
    return n >= SETTLE_BINS ? sum / n : (double)NAN;
}

/* By how much it was moved, seen from another; without one, by a jump that no weather makes. */
static double offset_of(const struct channel *c, int64_t from, int64_t end)
{
    double earlier = c->eras > 1 ? c->era[c->eras - 2].offset : 0, before, after;

    if (c->stand_in)
        return difference(c, from, end, true);
    after = difference(c, from, end, false);
    before = difference(c, from - 2 * SETTLE_BINS, from, false);
    if (isnan(after))
        return after;
    return (isnan(earlier) ? 0 : earlier) +
           (fabs(after - before) >= JUMP_LEAST ? after - before : 0);
}

static void settle(const struct registry *r, struct channel *all, uint32_t sensor, int64_t end)
{
    struct channel *c = &all[sensor];
    struct driver_era *era = &c->era[c->eras - 1];

    if (!c->stand_in)
        choose(r, all, sensor, era->from - silence_of(c, era->from), era->from);
    double offset = offset_of(c, era->from, end);
    if (isnan(offset))
        return;
    era->offset = offset;
    driver_changed(c, era->from);
}

/* --- apart from its like --- */

double driver_beside_stand_in(const struct channel *c, int64_t from, int64_t end)
{
    double sum = 0, n = 0;

    for (int64_t b = from; b < end && c->stand_in; b++) {
        double apart = driver_shows(c, b) - (c->stand_a + c->stand_b * driver_own(c->stand_in, b));
        if (isnan(apart))
            continue;
        sum += apart;
        n++;
    }
    return n >= SETTLE_BINS ? sum / n : (double)NAN;
}

void driver_leaves(struct channel *c, int64_t from)
{
    if (driver_is_away(c))
        return;
    if (c->leaves == DRIVER_LEAVES)
        memmove(c->leave, c->leave + 1, --c->leaves * sizeof *c->leave);
    c->leave[c->leaves++] = (struct driver_leave){from, INT64_MAX};
    c->stand_in = NULL; /* a better one may speak by now */
    driver_changed(c, from);
}

void driver_returns(struct channel *c, int64_t since)
{
    if (!driver_is_away(c))
        return;
    c->leave[c->leaves - 1].to = since;
    driver_changed(c, since);
}

/* --- late --- */

/* What came late to the one that stands in is late to whom it speaks for. */
static void pass_on_late(struct channel *c)
{
    int64_t late = c->stand_in ? c->stand_in->dirty_day : INT64_MAX;

    if (late >= c->dirty_day)
        return;
    driver_changed(c, late * BINS_PER_DAY);
}

void drivers_stand_in(const struct registry *r, struct channel *all, int64_t day)
{
    int64_t end = (day + 1) * BINS_PER_DAY;

    for (uint32_t i = 0; i < r->sensor_count; i++) {
        int64_t silent;
        if (all[i].role != CHANNEL_DRIVER)
            continue;
        if (is_unsettled(&all[i]))
            settle(r, all, i, end);
        silent = silence_of(&all[i], end);
        if (is_wanted(&all[i], silent, end))
            choose(r, all, i, end - silent, end);
        pass_on_late(&all[i]);
    }
}
