#include <math.h>

#include "slow_private.h"

/* A jump of the building's own that is told for itself, whatever limit it reaches or not. */

#define SUDDEN_DAYS 28  /* for so long it is news [J] */
#define MOST        0.5 /* of the change since the baseline: then the change came suddenly [J] */
#define WEATHER_SHARE                                                                              \
    0.5 /* of it, which the model took off at the same time, makes it doubtful [J] */
#define YOUNG_FLOORS 1.8 /* least size in the first weeks [J] */
#define CALM_CELSIUS 3.0 /* less than that between the days before and after is no front [J] */

static double mean_of_days(const struct channel *c, int64_t from_day)
{
    double sum = 0;
    int count = 0;

    for (int64_t b = from_day * BINS_PER_DAY; b < (from_day + MOVEMENT_CONFIRM) * BINS_PER_DAY;
         b++) {
        double v = driver_bin(c, b);
        if (isnan(v))
            continue;
        sum += v;
        count++;
    }
    return count > 0 ? sum / count : (double)NAN;
}

/* The days before and after were about as warm. Unknown is not calm, but for a sensor without any
 * thermometer, of which nobody will ever know. */
static bool was_calm(const struct slow *s, const struct channel *c, int64_t day)
{
    for (uint32_t d = 0; d < c->drivers; d++) {
        const struct channel *driver = &s->channel[c->driver[d]];
        if (s->r->sensors[c->driver[d]].quantity != Q_TEMPERATURE)
            continue;
        if (!(fabs(mean_of_days(driver, day) - mean_of_days(driver, day - MOVEMENT_CONFIRM)) <
              CALM_CELSIUS))
            return false;
    }
    return true;
}

static double residual_of_days(const struct channel *c, int64_t from_day)
{
    double sum = 0;
    int count = 0;

    for (int64_t day = from_day; day < from_day + MOVEMENT_CONFIRM; day++) {
        int64_t i = day - c->first_day;
        if (i < 0 || i >= (int64_t)c->days || !isfinite(c->residual[i]))
            continue;
        sum += (double)c->residual[i];
        count++;
    }
    return count > 0 ? sum / count : (double)NAN;
}

/* What the model took off between the days before and after: readings less residuals. */
static double weather_between(const struct channel *c, int64_t day)
{
    int64_t before = day - MOVEMENT_CONFIRM;

    return mean_of_days(c, day) - mean_of_days(c, before) -
           (residual_of_days(c, day) - residual_of_days(c, before));
}

/* Weather may look like a jump: to a model that knows what weather does, when it did half as much
 * at the same time; without one, or to a young one, when a front went through. Over a gap in what
 * is needed to tell nobody knows. */
static bool is_weather(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct channel *c = &s->channel[sensor];
    double size = fabs(s->sensor[sensor].step.size);

    if (c->model.terms > 0 && !(fabs(weather_between(c, day)) < WEATHER_SHARE * size))
        return true;
    return (c->model.terms == 0 || c->model.maturity < MATURITY_WEATHER) && !was_calm(s, c, day);
}

/* So early in its life a sensor has shown little of what it does anyway. */
static bool is_too_small(const struct slow *s, uint32_t sensor)
{
    const struct movement_step *step = &s->sensor[sensor].step;
    double floor = slow_floor(s->r->sensors[sensor].quantity, step->before);

    return s->channel[sensor].model.maturity < MATURITY_WEATHER &&
           fabs(step->size) < YOUNG_FLOORS * floor;
}

bool slow_is_sudden(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct movement_step *step = &x->step;

    if (step->day == SIZE_MAX || !x->moved || x->doubt != DOUBT_NONE ||
        day > x->jump_day + SUDDEN_DAYS)
        return false;
    if (step->size < 0 && !quantity_info(s->r->sensors[sensor].quantity)->two_sided)
        return false; /* closing, rising: no harm to the building */
    if (fabs(step->after - x->movement.baseline) < fabs(step->before - x->movement.baseline))
        return false; /* back to where it began: what came before was no damage */
    if (fabs(x->movement.level - step->after) > fabs(x->movement.level - step->before))
        return false; /* it has gone back */
    return !is_too_small(s, sensor) && !is_weather(s, sensor, x->jump_day);
}

bool slow_came_suddenly(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct slow_sensor *x = &s->sensor[sensor];

    return slow_is_sudden(s, sensor, day) &&
           x->step.size / x->movement.change > MOST; /* and the same way */
}
