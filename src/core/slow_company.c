#include "slow_private.h"

/* How likely it is that the building moves and not the gauge alone. Of simulated districts with 0.3
 * ills per sensor and year (docs/numerics.md, "What it comes to"), a limit held to be exceeded was
 * so in 0.14 of the cases when no other sensor of the house moved, in 0.37 when one did, in 0.92
 * when more did, and in 0.33 when the sensor itself lay still; of limits foretold within a year
 * with 0.9 and more, 0.15, 0.13, 0.52 and none came. Districts with better gauges will do better;
 * hence these rounded figures [J]. */
#define COMPANY_MOST 2

static const double share_reached[COMPANY_MOST + 1] = {0.25, 0.4, 0.9};
static const double share_ahead[COMPANY_MOST + 1] = {0.2, 0.25, 0.8};
static const double share_reached_still = 0.35, share_ahead_still = 0.1;

static bool moves(const struct slow_sensor *x)
{
    return x->moved && x->doubt == DOUBT_NONE && x->movement.governing >= 0;
}

/* Other damage-sensitive sensors of the house that move; as many as count. */
static int company(const struct slow *s, uint32_t sensor)
{
    uint32_t house = s->r->sensors[sensor].house;
    int n = 0;

    if (house == REGISTRY_NONE)
        return 0;
    for (uint32_t i = 0; i < s->r->sensor_count && n < COMPANY_MOST; i++)
        n += i != sensor && s->r->sensors[i].house == house && moves(&s->sensor[i]);
    return n;
}

double slow_building_share(const struct slow *s, uint32_t sensor, bool reached)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    int n = x->together ? COMPANY_MOST : company(s, sensor);

    if (!moves(x))
        return reached ? share_reached_still : share_ahead_still;
    return reached ? share_reached[n] : share_ahead[n];
}
