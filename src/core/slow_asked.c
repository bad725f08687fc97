/* What a day asks for: how a change compares with the limits, what is foreseen of them, how fast it
 * goes, whether its row moves. */
#include <math.h>

#include "slow_private.h"

#define YEAR_D 365.25
#define ACTIVE 0.25 /* of an attention limit: least movement a year that deserves a walk [J] */
#define PEER_Z 3.0

/* --- how a change compares --- */

static bool is_change(const struct limit *l)
{
    return l->of == LIMIT_CHANGE || l->of == LIMIT_PERCENT_CHANGE || l->of == LIMIT_DIFFERENTIAL;
}

double slow_change_to(const struct slow *s, uint32_t sensor, const struct limit *l, double *error)
{
    if (l->of == LIMIT_DIFFERENTIAL)
        return slow_differential(s, sensor, error);
    return slow_compared(l, s->r->sensors[sensor].quantity, &s->sensor[sensor].movement, error);
}

double slow_yearly(const struct limit *l, enum quantity q, const struct movement *m, double slope)
{
    double a_year = slope * YEAR_D;

    if (l->of == LIMIT_PERCENT_CHANGE)
        return m->baseline != 0 ? -100 * a_year / m->baseline : 0;
    return quantity_info(q)->two_sided && m->change < 0 ? -a_year : a_year;
}

/* Beyond what its peers do at the same time. */
static bool stands_out(const struct slow_sensor *x, int w)
{
    double away = fabs(x->movement.window[w].slope - x->peer_slope[w]);

    return isnan(x->peer_slope[w]) || away > PEER_Z * x->peer_error[w];
}

static bool is_active(const struct slow_sensor *x, const struct limit *l, enum quantity q)
{
    const struct movement *m = &x->movement;
    int w = m->governing;

    return w >= 0 && (stands_out(x, w) || x->together) &&
           slow_yearly(l, q, m, m->window[w].slope) > ACTIVE * l->value;
}

/* A change is no reason to hold what a differential movement raised, nor the other way round. */
static bool is_held(const struct hold *h, const struct limit *l)
{
    bool differential = h->limit && h->limit->of == LIMIT_DIFFERENTIAL;

    return h->level >= l->level && differential == (l->of == LIMIT_DIFFERENTIAL);
}

/* The highest change limit reached for sure, or (when held already) not left for sure. */
static const struct limit *reached(const struct slow *s, uint32_t sensor)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct sensor *own = &s->r->sensors[sensor];
    double error;

    for (size_t i = 0; own->limits && i < own->limits->count; i++) {
        const struct limit *l = &own->limits->limits[i];
        if (!is_change(l))
            continue;
        double value = slow_change_to(s, sensor, l, &error);
        if (is_held(&x->move, l) && value + error > l->clear)
            return l;
        if (value - error >= l->value &&
            (l->level > LEVEL_YELLOW || is_active(x, l, own->quantity) || x->step.day != SIZE_MAX))
            return l;
    }
    return NULL;
}

#define RATE_EARLY 0.7 /* of a rate limit: movement that is sure and this fast is told [J] */

/* A lasting movement nearly as fast as a rate limit allows: told before the limit is reached. */
static const struct limit *nearly_too_fast(const struct slow_sensor *x, const struct sensor *s)
{
    const struct movement_window *w = &x->movement.window[0];

    for (size_t i = 0; s->limits && i < s->limits->count; i++) {
        const struct limit *l = &s->limits->limits[i];
        double a_day = l->value / ((double)l->window_us / DAY_US);
        double towards = quantity_info(s->quantity)->two_sided ? fabs(w->slope) : w->slope;
        if (l->of != LIMIT_RATE || l->window_us < 7 * DAY_US || !w->significant)
            continue;
        if (towards - w->error > RATE_EARLY * a_day && (stands_out(x, 0) || x->together))
            return l;
    }
    return NULL;
}

/* Of a change limit: nearer to the baseline no forecast asks for a walk [J]. */
#define UNDER_WAY 0.3

static bool is_under_way(const struct slow_sensor *x, const struct limit *l, enum quantity q)
{
    double error;

    return !is_change(l) || slow_compared(l, q, &x->movement, &error) > UNDER_WAY * l->value;
}

/* The level that a forecast of the highest limit deserves: a half chance within half a year is a
 * warning, within a year attention. */
static int foreseen(const struct slow_sensor *x, const struct sensor *s)
{
    const struct outlook *o = &x->ahead;

    if (!x->ahead_limit || x->ahead_limit->level < LEVEL_RED || o->state != OUTLOOK_DATED ||
        !is_active(x, x->ahead_limit, s->quantity) || !is_under_way(x, x->ahead_limit, s->quantity))
        return LEVEL_NORMAL;
    return o->p180 >= 0.5 ? LEVEL_ORANGE : o->p365 >= 0.5 ? LEVEL_YELLOW : LEVEL_NORMAL;
}

/* A jump short of every limit is told as it is, unless more than that is held. */
static int sudden(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct hold *h = &s->sensor[sensor].move;
    bool free = h->level == LEVEL_NORMAL || (h->kind == KIND_STEP && !h->limit);

    return free && slow_is_sudden(s, sensor, day) ? LEVEL_BLUE : LEVEL_NORMAL;
}

bool slow_goes_along(const struct slow *s, uint32_t sensor, int64_t day)
{
    return s->sensor[sensor].surge_day == day && slow_departs(s, sensor, day);
}

int slow_asked(const struct slow *all, uint32_t sensor, int64_t day, const struct limit **why)
{
    const struct slow_sensor *x = &all->sensor[sensor];
    const struct sensor *s = &all->r->sensors[sensor];
    const struct limit *now = reached(all, sensor), *fast = nearly_too_fast(x, s);
    int ahead = foreseen(x, s), level = now ? now->level : LEVEL_NORMAL;

    if (s->quantity == Q_MOISTURE_CONTENT) /* its limits and doses are judged elsewhere */
        return LEVEL_NORMAL;
    *why = now;
    if (fast && level < LEVEL_YELLOW) {
        level = LEVEL_YELLOW;
        *why = fast;
    }
    if (ahead > level) {
        level = ahead;
        *why = x->ahead_limit;
    }
    if (level < LEVEL_YELLOW && slow_goes_along(all, sensor, day))
        return LEVEL_YELLOW;
    return level > LEVEL_NORMAL ? level : sudden(all, sensor, day);
}
