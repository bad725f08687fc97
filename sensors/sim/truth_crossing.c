#include <string.h>

#include "shikumen/base/clock.h"
#include "shock.h"
#include "truth.h"
#include "truth_limits.h"

#define BEYOND_US (3 * 365 * US_PER_DAY) /* after the end of the run */

static double alone(const struct history *h, uint32_t course, uint32_t sensor, int64_t t_us)
{
    const struct course *c = &h->courses[course];

    return course_factor(c, h->district, sensor) * course_at(c, t_us);
}

static double together(const struct history *h, uint32_t sensor, int64_t t_us)
{
    double sum = wall_ageing(&h->walls[sensor], t_us);

    for (uint32_t i = h->first_touch[sensor]; i != SIM_NONE; i = h->touches[i].next)
        sum += h->touches[i].factor * course_at(&h->courses[h->touches[i].course], t_us);
    return sum;
}

/* What the limit is compared with, out of the damage now and a window before. */
static bool past(const struct history *h, uint32_t sensor, const struct truth_limit *limit,
                 double now, double before)
{
    double v = limit->of == LIMIT_RATE    ? now - before
               : limit->of == LIMIT_VALUE ? now + wall_level(&h->walls[sensor])
                                          : now;

    if (limit->of == LIMIT_CHANGE && v < 0)
        v = -v;
    return v >= limit->value;
}

static int64_t first_moment_us(const struct history *h, uint32_t sensor, int64_t after_us,
                               int64_t period_us)
{
    const struct sim_node *n = &h->district->nodes[district_node_of(h->district, sensor)];
    int64_t first_us = h->scenario->start_us + n->phase_us;

    if (after_us <= first_us)
        return first_us;
    return first_us + (after_us - first_us + period_us - 1) / period_us * period_us;
}

static struct crossing grown(const struct history *h, uint32_t course, uint32_t sensor,
                             const struct truth_limit *limit)
{
    struct crossing x = {INT64_MAX, INT64_MAX};
    int64_t period_us = h->district->sensors[sensor].design->period_s * US_PER_S;
    int64_t end_us = scenario_end_us(h->scenario) + BEYOND_US;
    int64_t window_us = (int64_t)limit->window_s * US_PER_S;
    int64_t t_us = first_moment_us(h, sensor, h->scenario->damages[course].onset_us, period_us);

    for (; t_us < end_us && (x.alone_us == INT64_MAX || x.compensated_us == INT64_MAX);
         t_us += period_us) {
        int64_t then_us = t_us - window_us;
        if (x.alone_us == INT64_MAX && past(h, sensor, limit, alone(h, course, sensor, t_us),
                                            alone(h, course, sensor, then_us)))
            x.alone_us = t_us;
        if (x.compensated_us == INT64_MAX &&
            past(h, sensor, limit, together(h, sensor, t_us), together(h, sensor, then_us)))
            x.compensated_us = t_us;
    }
    return x;
}

/* The first event over the curve. */
static struct crossing shaken(const struct history *h, uint32_t course, uint32_t sensor,
                              const struct truth_limit *limit)
{
    const struct course *c = &h->courses[course];
    int64_t from_us = c->damage->onset_us;
    int64_t until_us = from_us + (int64_t)(c->damage->days * (double)US_PER_DAY);
    struct shock list[64];

    if (until_us > scenario_end_us(h->scenario))
        until_us = scenario_end_us(h->scenario);
    for (; from_us < until_us; from_us += US_PER_HOUR) {
        size_t n = shock_events(c, &h->district->sensors[sensor], from_us, from_us + US_PER_HOUR,
                                list, sizeof list / sizeof *list);
        for (size_t i = 0; i < n; i++)
            if (list[i].t_us < until_us &&
                list[i].mm_s > limit->value * shock_limit_mm_s(list[i].hz))
                return (struct crossing){list[i].t_us, list[i].t_us};
    }
    return (struct crossing){INT64_MAX, INT64_MAX};
}

/* The first rain that comes through. */
static struct crossing leaked(const struct history *h, uint32_t course, uint32_t sensor)
{
    const struct course *c = &h->courses[course];
    struct wall wall = h->walls[sensor];
    int64_t period_us = h->district->sensors[sensor].design->period_s * US_PER_S;
    int64_t t_us = first_moment_us(h, sensor, c->damage->onset_us, period_us);

    for (; t_us < scenario_end_us(h->scenario); t_us += period_us) {
        double size = c->damage->size > 0 ? c->damage->size : 1;
        struct wall_load load = {.wetness = course_at(c, t_us) / size};
        struct sky_moment k;
        sky_at(&h->sky, t_us, &k);
        if (wall_at(&wall, &k, &load, t_us) >= 1)
            return (struct crossing){t_us, t_us};
    }
    return (struct crossing){INT64_MAX, INT64_MAX};
}

struct crossing truth_crossing(const struct history *h, uint32_t course, uint32_t sensor,
                               const struct truth_limit *limit)
{
    if (limit->of == LIMIT_EVENT)
        return shaken(h, course, sensor, limit);
    if (h->district->sensors[sensor].design->response == RESPONSE_LEAK)
        return leaked(h, course, sensor);
    return grown(h, course, sensor, limit);
}
