/* How a gauge breathes with the day, beside what its model takes off: a gauge whose electronics
 * answer to temperature more than they did breathes more too, and what that makes of a warm or a
 * cold month is no movement. The day tells within weeks what the season would need years for. */
#include <math.h>

#include "slow_private.h"

#define BREATH_DAYS 28
#define BREATH_BINS (BREATH_DAYS * BINS_PER_DAY)
#define BINS_LEAST  60
#define LEVEL_DAYS  10 /* as of a movement (movement.h) */
#define YEAR_BINS   (365 * BINS_PER_DAY)
#define BREATH_Z    8.0 /* standard errors [J] */
#define WIDENING    2.0 /* of standard errors: bins of a day are alike [J] */
#define EXPLAINED   0.5 /* of a change: less than that and the change stands [J] */

/* What a bin is beside the day around it. NaN: not known. */
static double beside_day(double (*value)(const void *of, int64_t bin), const void *of, int64_t bin)
{
    double day = value(of, bin - 2) / 2 + value(of, bin - 1) + value(of, bin) + value(of, bin + 1) +
                 value(of, bin + 2) / 2;

    return value(of, bin) - day / BINS_PER_DAY;
}

struct gauge {
    const struct channel *c, *all;
};

static double residual(const void *of, int64_t bin)
{
    const struct gauge *g = of;

    return bins_mean(&g->c->bins, bin) - channel_weather_at(g->c, g->all, bin);
}

static double own_bin(const void *of, int64_t bin)
{
    return driver_value(of, 0, bin);
}

static double six_hours(const void *of, int64_t bin)
{
    return driver_value(of, 1, bin);
}

struct breath {
    double gain, z; /* unit of the gauge per degree, and in standard errors; 0: unknown */
};

static struct breath breath_of(const struct gauge *g, const struct channel *t,
                               double (*value)(const void *of, int64_t bin), int64_t end)
{
    double xx = 0, xy = 0, yy = 0, gain;
    int n = 0;

    for (int64_t b = end - BREATH_BINS; b < end - 2; b++) {
        double x = beside_day(value, t, b), y = beside_day(residual, g, b);
        if (!isfinite(x) || !isfinite(y))
            continue;
        xx += x * x;
        xy += x * y;
        yy += y * y;
        n++;
    }
    if (n < BINS_LEAST || !(xx > 0))
        return (struct breath){0, 0};
    gain = xy / xx;
    return (struct breath){
        gain, fabs(gain) / (WIDENING * sqrt(fmax(yy - gain * xy, 1e-12 * yy) / (n - 1) / xx))};
}

bool slow_breathes_away(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct channel *c = &s->channel[sensor];
    const struct gauge gauge = {c, s->channel};
    int64_t end = (day + 1) * BINS_PER_DAY;
    double change = s->sensor[sensor].movement.change, most = BREATH_Z, explained = 0;

    for (uint32_t d = 0; d < c->drivers; d++) {
        const struct channel *t = &s->channel[c->driver[d]];
        if (s->r->sensors[c->driver[d]].quantity != Q_TEMPERATURE)
            continue;
        for (int lag = 0; lag < 2; lag++) {
            struct breath b = breath_of(&gauge, t, lag == 0 ? own_bin : six_hours, end);
            if (!(b.z > most))
                continue;
            most = b.z;
            explained = b.gain * (driver_mean(t, end - LEVEL_DAYS * BINS_PER_DAY, end) -
                                  driver_mean(t, end - YEAR_BINS, end));
        }
    }
    return fabs(change - explained) < (1 - EXPLAINED) * fabs(change);
}
