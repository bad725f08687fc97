#include <math.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define BASELINE_DAYS  30 /* as a movement's (movement.c) */
#define BASELINE_LEAST 2
#define SILENT_DAYS    28 /* a point that has said nothing for longer is no reference [J] */

/* Differences to points of a house. */
struct points {
    size_t n;
    double largest, largest_error; /* to the least moved, and the error of that one's change */
    double sum, variance;          /* of all, and of their changes */
};

static bool speaks(const struct channel *c)
{
    for (size_t i = 0; i < c->days && i < SILENT_DAYS; i++)
        if (!isnan(c->residual[c->days - 1 - i]))
            return true;
    return false;
}

static bool is_point(const struct slow *s, uint32_t i, enum quantity q)
{
    return s->channel[i].role == CHANNEL_DAMAGE && s->r->sensors[i].quantity == q &&
           s->sensor[i].moved && s->sensor[i].doubt == DOUBT_NONE && speaks(&s->channel[i]);
}

/* Permanent change since from_day: against as many days with data as make a movement's baseline. */
static double change_since(const struct channel *c, const struct movement *m, int64_t from_day,
                           size_t most)
{
    double first[BASELINE_DAYS];
    size_t n = 0;

    if (from_day <= c->first_day)
        return m->change;
    for (size_t i = (size_t)(from_day - c->first_day); i < c->days && n < most; i++)
        if (!isnan(c->residual[i]))
            first[n++] = (double)c->residual[i];
    return n < BASELINE_LEAST ? (double)NAN : m->level - median(first, n);
}

/* How much more sensor has moved than other since both are there; NaN: too short. */
static double difference(const struct slow *s, uint32_t sensor, uint32_t other)
{
    const struct channel *a = &s->channel[sensor], *b = &s->channel[other];
    const struct movement *x = &s->sensor[sensor].movement, *y = &s->sensor[other].movement;
    int64_t from_day = a->first_day > b->first_day ? a->first_day : b->first_day;
    size_t days = a->first_day > b->first_day ? x->days : y->days;
    size_t most = days < (size_t)3 * BASELINE_DAYS ? days / 3 : BASELINE_DAYS;
    double d = change_since(a, x, from_day, most) - change_since(b, y, from_day, most);

    return quantity_info(s->r->sensors[sensor].quantity)->two_sided ? fabs(d) : d;
}

static struct points points_of(const struct slow *s, uint32_t sensor, uint32_t house)
{
    struct points p = {.largest = -(double)INFINITY};

    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        if (i == sensor || s->r->sensors[i].house != house ||
            !is_point(s, i, s->r->sensors[sensor].quantity))
            continue;
        double d = difference(s, sensor, i), error = s->sensor[i].movement.error;
        if (isnan(d))
            continue;
        p.n++;
        p.sum += d;
        p.variance += error * error;
        if (d > p.largest) {
            p.largest = d;
            p.largest_error = error;
        }
    }
    return p;
}

/* Against the mean of the adjoining houses, each of them one. */
static size_t adjoining(const struct slow *s, uint32_t sensor, double *value, double *variance)
{
    const struct house *own = &s->r->houses[s->r->sensors[sensor].house];
    size_t houses = 0;

    *value = *variance = 0;
    for (size_t i = 0; i < own->adjoining_count; i++) {
        struct points p = points_of(s, sensor, own->adjoining[i]);
        double n = (double)p.n;
        if (p.n == 0)
            continue;
        houses++;
        *value += p.sum / n;
        *variance += p.variance / (n * n);
    }
    *value /= (double)houses;
    *variance /= (double)houses * (double)houses;
    return houses;
}

double slow_differential(const struct slow *s, uint32_t sensor, double *error)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    uint32_t house = s->r->sensors[sensor].house;
    double value, variance;
    struct points own;

    *error = NAN;
    if (house == REGISTRY_NONE || !is_point(s, sensor, s->r->sensors[sensor].quantity))
        return NAN;
    own = points_of(s, sensor, house);
    if (adjoining(s, sensor, &value, &variance) == 0 || (own.n > 0 && own.largest >= value)) {
        value = own.n > 0 ? own.largest : (double)NAN;
        variance = own.largest_error * own.largest_error;
    }
    if (!isnan(value))
        *error = sqrt(x->movement.error * x->movement.error + variance);
    return value;
}
