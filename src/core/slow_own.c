#include <math.h>

#include "slow_private.h"

/* The thermometer in a gauge, or mounted with it: the two share a cable, and often the gauge is
 * corrected by it. When it sends nothing that can be true, neither can the gauge be believed. */

#define STUCK_BINS (3 * BINS_PER_DAY)
#define STUCK_C    0.05 /* no air or wall keeps a temperature so well for days [J] */

static bool is_environment_of(const struct sensor *s, uint32_t other)
{
    for (size_t i = 0; i < s->environment_count; i++)
        if (s->environment[i] == other)
            return true;
    return false;
}

static bool is_gauge(const struct slow *s, uint32_t sensor)
{
    return s->channel[sensor].role == CHANNEL_DAMAGE;
}

/* No other gauge names it, and none shares its node unless this one named it. */
static bool is_own(const struct slow *s, uint32_t sensor, uint32_t thermometer)
{
    const struct sensor *own = &s->r->sensors[sensor];
    bool named = is_environment_of(own, thermometer);

    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        const struct sensor *other = &s->r->sensors[i];
        if (i == sensor || !is_gauge(s, i))
            continue;
        if (is_environment_of(other, thermometer) || (!named && other->node == own->node))
            return false;
    }
    return true;
}

/* What it showed before it failed was all but the same for days: it got stuck, and the tests take
 * that for failure. That says nothing of the gauge. */
static bool got_stuck(const struct channel *c, int64_t day)
{
    double low = INFINITY, high = -INFINITY;
    int count = 0;

    for (int64_t b = (day + 1) * BINS_PER_DAY - 1; b >= bins_first(&c->bins); b--) {
        double v = bins_mean(&c->bins, b);
        if (isnan(v))
            continue;
        low = fmin(low, v);
        high = fmax(high, v);
        if (++count == STUCK_BINS)
            break;
    }
    return count == STUCK_BINS && high - low < STUCK_C;
}

bool slow_thermometer_fails(const struct slow *s, uint32_t sensor, int64_t day)
{
    uint32_t node = s->r->sensors[sensor].node;

    if (node == REGISTRY_NONE)
        return false;
    for (size_t i = 0; i < s->r->nodes[node].sensor_count; i++) {
        uint32_t t = s->r->nodes[node].sensors[i];
        if (s->r->sensors[t].quantity == Q_TEMPERATURE && slow_nothing_valid(&s->channel[t], day) &&
            is_own(s, sensor, t) && !got_stuck(&s->channel[t], day))
            return true;
    }
    return false;
}
