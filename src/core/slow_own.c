#include <math.h>

#include "slow_private.h"

/* The thermometer in a gauge, or mounted with it: the two share a cable, and often the gauge is
 * corrected by it. When it sends nothing that can be true, neither can the gauge be believed. */

#define STUCK_BINS (3 * BINS_PER_DAY) /* looked back on */
#define STUCK_C    0.05               /* no air or wall keeps a temperature so well for days [J] */

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

/* Another gauge that it may belong to as well. Not named by either, it belongs to the gauge of its
 * element, or else to the only one of its node. */
static bool is_rival(const struct sensor *other, const struct sensor *own,
                     const struct sensor *thermometer)
{
    bool of_element = thermometer->element != REGISTRY_NONE && own->element == thermometer->element;

    return other->node == own->node && (!of_element || other->element == own->element);
}

static bool is_own(const struct slow *s, uint32_t sensor, uint32_t thermometer)
{
    const struct sensor *own = &s->r->sensors[sensor];
    bool named = is_environment_of(own, thermometer);

    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        const struct sensor *other = &s->r->sensors[i];
        if (i == sensor || !is_gauge(s, i))
            continue;
        if (is_environment_of(other, thermometer) ||
            (!named && is_rival(other, own, &s->r->sensors[thermometer])))
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

/* No gauge of the node has it for its own: it may be anybody's. */
static bool is_nobodys(const struct slow *s, uint32_t node, uint32_t thermometer)
{
    const struct sensor *t = &s->r->sensors[thermometer];

    for (size_t i = 0; i < s->r->nodes[node].sensor_count; i++) {
        uint32_t other = s->r->nodes[node].sensors[i];
        const struct sensor *o = &s->r->sensors[other];
        if (is_gauge(s, other) && (is_environment_of(o, thermometer) ||
                                   (t->element != REGISTRY_NONE && o->element == t->element)))
            return false;
    }
    return true;
}

/* Most of what the gauge sent lately is not believed either. */
static bool is_implausible(const struct channel *c, int64_t day)
{
    unsigned total = 0, passed = 0;

    for (int64_t b = (day + 1) * BINS_PER_DAY - STUCK_BINS; b < (day + 1) * BINS_PER_DAY; b++) {
        struct bin bin = bins_at(&c->bins, b);
        total += bin.total;
        passed += bin.passed;
    }
    return total >= STUCK_BINS && passed * 4 < total;
}

bool slow_thermometer_fails(const struct slow *s, uint32_t sensor, int64_t day)
{
    uint32_t node = s->r->sensors[sensor].node;
    bool held = s->sensor[sensor].doubt == DOUBT_THERMOMETER;

    if (node == REGISTRY_NONE)
        return false;
    for (size_t i = 0; i < s->r->nodes[node].sensor_count; i++) {
        uint32_t t = s->r->nodes[node].sensors[i];
        if (s->r->sensors[t].quantity != Q_TEMPERATURE ||
            !slow_nothing_valid(&s->channel[t], day) || got_stuck(&s->channel[t], day))
            continue;
        if (is_own(s, sensor, t) ||
            (is_nobodys(s, node, t) && (held || is_implausible(&s->channel[sensor], day))))
            return true;
    }
    return false;
}
