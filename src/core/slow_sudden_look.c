#include <math.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

/* What a reading is compared with, and how such differences usually are. */

#define PART         0.5  /* of a limit: so much at once is looked at, and may reach it [J] */
#define ABSURD       20.0 /* times the highest limit from one reading to the next: the gauge [J] */
#define WEEK_US      (7 * DAY_US)
#define SETTLED_US   (DAY_US / 2) /* so long after its end a day's bins stay as they are */
#define BEFORE_BINS  (3 * BINS_PER_DAY)
#define EARLIER_BINS (10 * BINS_PER_DAY)
#define BACK_BINS    (35 * BINS_PER_DAY)
#define USUAL_DAYS   60
#define USUAL_LEAST  20 /* differences */
#define USUAL_SHARE  0.9
#define AWAY_DAYS    4   /* before the day of a reading: what it does itself is not usual */
#define SPREADS      3.0 /* of the weather in training: no hours do more */

bool sudden_counts(const struct limit *l)
{
    bool change = l->of == LIMIT_CHANGE || (l->of == LIMIT_RATE && l->window_us >= WEEK_US);

    return change && l->level >= LEVEL_ORANGE && !l->below && isfinite(l->value) && l->value > 0;
}

bool sudden_is_absurd(const struct sensor *s, double size)
{
    double most = 0;

    for (size_t i = 0; s->limits && i < s->limits->count; i++)
        if (sudden_counts(&s->limits->limits[i]))
            most = fmax(most, s->limits->limits[i].value);
    return most > 0 && fabs(size) > ABSURD * most;
}

double sudden_trip(const struct sensor *s)
{
    double least = (double)INFINITY;

    for (size_t i = 0; s->limits && i < s->limits->count; i++)
        if (sudden_counts(&s->limits->limits[i]))
            least = fmin(least, PART * s->limits->limits[i].value);
    return least;
}

static int64_t floor_day(int64_t t_us)
{
    return t_us / DAY_US - (t_us % DAY_US < 0);
}

int64_t sudden_day_of(int64_t t_us)
{
    return floor_day(t_us - SETTLED_US);
}

/* Median of the bins from..to - 1 that passed, of the latest most of them (at most EARLIER_BINS);
 * NaN: none. */
static double middle(const struct channel *c, int64_t from, int64_t to, size_t most)
{
    double value[EARLIER_BINS];
    size_t n = 0;

    for (int64_t b = to - 1; b >= from && n < most; b--) {
        double v = bins_mean(&c->bins, b);
        if (!isnan(v))
            value[n++] = v;
    }
    return n > 0 ? median(value, n) : (double)NAN;
}

static double middle_of_three_days(const struct channel *c, int64_t first, int64_t day)
{
    int64_t from = (day - 3) * BINS_PER_DAY;

    return middle(c, from > first ? from : first, day * BINS_PER_DAY, BEFORE_BINS);
}

double sudden_before(const struct channel *c, int64_t day, bool far)
{
    int64_t first = channel_first_bin(c), to = day * BINS_PER_DAY;
    double v = first == INT64_MAX ? (double)NAN : middle_of_three_days(c, first, day);

    if (!isnan(v) || first == INT64_MAX || !far)
        return v;
    return middle(c, to - BACK_BINS > first ? to - BACK_BINS : first, to, BEFORE_BINS);
}

double sudden_earlier(const struct channel *c, int64_t day)
{
    int64_t first = channel_first_bin(c), to = (day - 3) * BINS_PER_DAY;

    if (first == INT64_MAX || to - EARLIER_BINS / 2 < first)
        return NAN;
    return middle(c, to - EARLIER_BINS > first ? to - EARLIER_BINS : first, to, EARLIER_BINS);
}

double sudden_usual(const struct channel *c, int64_t day)
{
    double away[USUAL_DAYS * BINS_PER_DAY];
    int64_t first = channel_first_bin(c);
    size_t n = 0;

    if (first == INT64_MAX)
        return NAN;
    for (int64_t d = day - AWAY_DAYS - USUAL_DAYS; d < day - AWAY_DAYS; d++) {
        double before = middle_of_three_days(c, first, d);
        int64_t noon = d * BINS_PER_DAY + BINS_PER_DAY / 2; /* bins that are compared with it */
        for (int64_t b = noon; b < noon + BINS_PER_DAY && !isnan(before); b++) {
            double v = bins_mean(&c->bins, b);
            if (!isnan(v) && b >= first)
                away[n++] = fabs(v - before);
        }
    }
    return n >= USUAL_LEAST ? quantile(away, n, USUAL_SHARE) : (double)NAN;
}

/* --- weather --- */

/* Median of the model's part over the days before. */
static double weather_before(const struct slow *s, const struct channel *c, int64_t day)
{
    double value[BEFORE_BINS];
    size_t n = 0;

    for (int64_t b = (day - 3) * BINS_PER_DAY; b < day * BINS_PER_DAY; b++) {
        double w = channel_weather_at(c, s->channel, b);
        if (!isnan(w) && !isnan(bins_mean(&c->bins, b)))
            value[n++] = w;
    }
    return n > 0 ? median(value, n) : (double)NAN;
}

double sudden_weather(const struct slow *s, const struct channel *c, int64_t day, int64_t t_us)
{
    double most = SPREADS * c->model.spread, w;

    if (c->model.terms == 0)
        return NAN;
    w = channel_weather_ahead(c, s->channel, bin_of(t_us)) - weather_before(s, c, day);
    return isnan(w) ? w : fmax(-most, fmin(most, w));
}
