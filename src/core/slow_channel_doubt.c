#include "slow_channel.h"

#include <math.h>

/* What the weather model of a sensor may feign. */

#define YOUNG_FIRST_D 10 /* days whose weather the baseline of a young record has seen */
#define YOUNG_LATE_D  20 /* and those that a wall still feels */

/* Seasonal standard deviation that a model may have missed, beside a share of what it explains
 * [J]. Of frequencies relative. */
static double season_floor(enum quantity q)
{
    switch (q) {
    case Q_CRACK_WIDTH:
        return 0.015;
    case Q_SETTLEMENT:
        return 0.25;
    case Q_TILT:
        return 0.02;
    case Q_STRAIN:
        return 6;
    case Q_FREQUENCY:
        return 0.015;
    case Q_MOISTURE_CONTENT:
        return 0.8;
    default:
        return 0.05;
    }
}

static double season_doubt(const struct channel *c, enum quantity q)
{
    bool known = c->model.maturity >= MATURITY_SEASON;
    double missed = c->model.terms > 0 ? c->model.spread : 0;

    return known ? 0.05 * missed + season_floor(q) / 3 : 0.15 * missed + season_floor(q);
}

/* What the coefficients' errors make of the weather's difference between two stretches of days. */
static double weather_doubt(const struct channel *c, const double *x, const double *x0)
{
    double e = c->referenced ? compensate_error(&c->model, x, x0) : 0;

    return isfinite(e) ? e : 0;
}

double driver_mean(const struct channel *driver, int64_t from, int64_t end)
{
    double sum = 0;
    int64_t count = 0;

    for (int64_t b = from; b < end; b++) {
        double v = driver_bin(driver, b);
        if (isnan(v))
            continue;
        sum += v;
        count++;
    }
    return count > 0 ? sum / (double)count : (double)NAN;
}

static double mean_of_days(const struct channel *driver, int64_t from_day, int64_t to_day)
{
    return driver_mean(driver, from_day * BINS_PER_DAY, to_day * BINS_PER_DAY);
}

/* A model of the first weeks knows what comes with the day. What a wall answers to the weeks, which
 * such a record cannot tell from a trend, may be as much again [J] (crack on rock at Zion: -0.016
 * mm/K by the day, -0.03 by the week). */
static double slow_doubt(const struct channel *c, const struct channel *all, int64_t day)
{
    int64_t first_to = c->first_day + YOUNG_FIRST_D;
    double square = 0;

    if (c->model.terms == 0 || c->model.maturity > MATURITY_DAILY || first_to > day)
        return 0;
    for (uint32_t d = 0; d < c->drivers; d++) {
        const struct channel *driver = &all[c->driver[d]];
        double moved = mean_of_days(driver, day + 1 - YOUNG_LATE_D, day + 1) -
                       mean_of_days(driver, c->first_day, first_to);
        double quick = 0;
        for (uint32_t t = 0; t < c->model.terms; t++)
            if (c->column[c->model.column[t]].driver == c->driver[d])
                quick += c->model.coefficient[t];
        if (isfinite(moved))
            square += quick * moved * quick * moved;
    }
    return sqrt(square);
}

struct movement_doubt channel_doubt(const struct channel *c, const struct channel *all, int64_t day,
                                    enum quantity q)
{
    static const double window_d[MOVEMENT_WINDOWS] = {91, 182, 364, INFINITY};
    const double year_d = 365.25;
    double season = season_doubt(c, q), gone_d = (double)(day - c->first_day + 1),
           x[COMPENSATE_COLUMNS];
    struct movement_doubt doubt = {0};

    channel_mean_columns(c, all, day - 9, day + 1, x);
    doubt.level = hypot(hypot(weather_doubt(c, x, c->reference), slow_doubt(c, all, day)),
                        2 * season * fabs(sin(M_PI * gone_d / year_d)));
    for (int w = 0; w < MOVEMENT_WINDOWS; w++) {
        double span_d = fmin(window_d[w], gone_d), x0[COMPENSATE_COLUMNS];
        int64_t start = day - (int64_t)span_d;
        channel_mean_columns(c, all, start, start + 10 < day + 1 ? start + 10 : day + 1, x0);
        doubt.slope[w] =
            hypot(weather_doubt(c, x, x0) / span_d, season * fmin(2 * M_PI / year_d, 2.7 / span_d));
    }
    return doubt;
}
