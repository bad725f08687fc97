#include <math.h>
#include <string.h>

#include "slow_private.h"

#define RISE_DAYS   2 /* days in a row that ask for a level before it is held [J] */
#define FALL_DAYS   7 /* that ask for less before it is left (ENGINEERING C3) */
#define YEAR_D      365.25
#define ACTIVE      0.25 /* of an attention limit: least movement a year that deserves a walk [J] */
#define PEER_Z      3.0
#define FAULT_LEVEL LEVEL_YELLOW

/* --- how a change compares --- */

static bool is_change(const struct limit *l)
{
    return l->of == LIMIT_CHANGE || l->of == LIMIT_PERCENT_CHANGE;
}

double slow_compared(const struct limit *l, enum quantity q, const struct movement *m,
                     double *error)
{
    double base = fabs(m->baseline);

    if (l->of == LIMIT_RATE) {
        *error = m->window[0].error * (double)l->window_us / DAY_US;
        return m->window[0].slope * (double)l->window_us / DAY_US;
    }
    *error = m->error;
    if (l->of == LIMIT_VALUE)
        return quantity_info(q)->two_sided ? fabs(m->level) : m->level;
    if (l->of == LIMIT_PERCENT_CHANGE) {
        *error = base > 0 ? 100 * m->error / base : (double)INFINITY;
        return base > 0 ? -100 * m->change / m->baseline : 0;
    }
    return quantity_info(q)->two_sided ? fabs(m->change) : m->change;
}

/* Slope over a window towards a limit, unit of the limit per year. */
static double yearly(const struct limit *l, enum quantity q, const struct movement *m, double slope)
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
           yearly(l, q, m, m->window[w].slope) > ACTIVE * l->value;
}

/* The highest change limit reached for sure, or (when held already) not left for sure. */
static const struct limit *reached(const struct slow_sensor *x, const struct sensor *s)
{
    double error;

    for (size_t i = 0; s->limits && i < s->limits->count; i++) {
        const struct limit *l = &s->limits->limits[i];
        if (!is_change(l))
            continue;
        double value = slow_compared(l, s->quantity, &x->movement, &error);
        if (x->move.level >= l->level && value + error > l->clear)
            return l;
        if (value - error >= l->value &&
            (l->level > LEVEL_YELLOW || is_active(x, l, s->quantity) || x->step.day != SIZE_MAX))
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

/* The level that a forecast of the highest limit deserves: a half chance within half a year is a
 * warning, within a year attention. */
static int foreseen(const struct slow_sensor *x, const struct sensor *s)
{
    const struct outlook *o = &x->ahead;

    if (!x->ahead_limit || x->ahead_limit->level < LEVEL_RED || o->state != OUTLOOK_DATED ||
        !is_active(x, x->ahead_limit, s->quantity))
        return LEVEL_NORMAL;
    return o->p180 >= 0.5 ? LEVEL_ORANGE : o->p365 >= 0.5 ? LEVEL_YELLOW : LEVEL_NORMAL;
}

/* What is asked for today, and the limit that says why. */
static int asked(const struct slow_sensor *x, const struct sensor *s, const struct limit **why)
{
    const struct limit *now = reached(x, s), *fast = nearly_too_fast(x, s);
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
    return level;
}

/* --- holding --- */

/* Level asked for today; true when what is held changed. */
static bool hold_update(struct hold *h, int asked, int64_t day)
{
    if (asked > h->level) {
        h->falling_days = 0;
        if (h->rising_days == 0)
            h->since_us = h->level > 0 ? h->since_us : day * DAY_US;
        h->rising = h->rising_days > 0 && h->rising < asked ? h->rising : asked;
        if (++h->rising_days < RISE_DAYS)
            return false;
        h->level = h->rising;
        h->rising_days = 0;
        return true;
    }
    h->rising_days = 0;
    if (asked == h->level) {
        h->falling_days = 0;
        return false;
    }
    if (++h->falling_days < FALL_DAYS)
        return false;
    h->falling_days = 0;
    h->level = asked;
    return true;
}

static struct finding finding_of(const struct slow_sensor *x, const struct channel *c,
                                 const struct sensor *s, const struct hold *h, int64_t day)
{
    struct finding f = {.kind = h->kind,
                        .level = h->level,
                        .limit = h->limit,
                        .reading = x->movement.level,
                        .baseline = x->movement.baseline,
                        .t_us = (day + 1) * DAY_US,
                        .since_us = h->since_us,
                        .model_version = c->model.version,
                        .together = x->together};

    f.value = h->limit ? slow_compared(h->limit, s->quantity, &x->movement, &f.error)
                       : x->movement.change;
    return f;
}

static int64_t when_us(double t_d, int64_t day)
{
    return isfinite(t_d) ? (day + 1) * DAY_US + (int64_t)(t_d * (double)DAY_US) : INT64_MAX;
}

static struct finding_forecast forecast_of(const struct slow_sensor *x)
{
    const struct outlook *o = &x->ahead;

    if (!x->ahead_limit || o->state == OUTLOOK_ABSTAINED)
        return (struct finding_forecast){0};
    return (struct finding_forecast){.limit = x->ahead_limit,
                                     .t05_us = when_us(o->t05_d, x->ahead_day),
                                     .t50_us = when_us(o->t50_d, x->ahead_day),
                                     .t95_us = when_us(o->t95_d, x->ahead_day),
                                     .p30 = o->p30,
                                     .p180 = o->p180,
                                     .p365 = o->p365};
}

static enum err judge_move(struct slow *s, uint32_t sensor, int64_t day,
                           const struct slow_sink *sink)
{
    struct slow_sensor *x = &s->sensor[sensor];
    const struct limit *why = NULL;
    int level =
        x->doubt == DOUBT_NONE && x->moved ? asked(x, &s->r->sensors[sensor], &why) : LEVEL_NORMAL;
    struct finding f;

    if (!hold_update(&x->move, level, day))
        return ERR_OK;
    if (why)
        x->move.limit = why;
    x->move.kind = KIND_TREND;
    f = finding_of(x, &s->channel[sensor], &s->r->sensors[sensor], &x->move, day);
    f.forecast = forecast_of(x);
    return sink->finding(sink->context, sensor, &f);
}

static enum err judge_fault(struct slow *s, uint32_t sensor, int64_t day,
                            const struct slow_sink *sink)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct finding f;

    if (!hold_update(&x->fault, x->doubt != DOUBT_NONE ? FAULT_LEVEL : 0, day))
        return ERR_OK;
    x->fault.kind = KIND_FAULT;
    f = finding_of(x, &s->channel[sensor], &s->r->sensors[sensor], &x->fault, day);
    f.cause = (uint32_t)x->doubt;
    return sink->finding(sink->context, sensor, &f);
}

/* --- a day --- */

static bool is_monday(int64_t day)
{
    return (day + 3) % 7 == 0; /* 1970-01-01 was a Thursday */
}

static enum err move(struct slow *s, uint32_t sensor, int64_t day, struct arena *arena)
{
    struct slow_sensor *x = &s->sensor[sensor];
    const struct channel *c = &s->channel[sensor];
    struct movement_doubt doubt = channel_doubt(c, s->channel, day, s->r->sensors[sensor].quantity);
    enum err e = movement_of(c->residual, c->days, &doubt, arena, &x->movement);

    x->moved = e == ERR_OK;
    x->moved_day = day;
    if (e == ERR_OK)
        e = slow_doubt_weather(s, sensor, day, arena);
    return e == ERR_NOMEM ? e : ERR_OK;
}

/* Something is going on that does not wait for Monday. */
static bool is_watched_daily(const struct slow_sensor *x)
{
    return x->move.level > 0 || x->move.rising_days > 0 || x->fault.level > 0 ||
           x->doubt != DOUBT_NONE;
}

static bool is_there(const struct slow *s, uint32_t i)
{
    return s->channel[i].role == CHANNEL_DAMAGE && s->channel[i].days > 0;
}

static enum err move_all(struct slow *s, int64_t day, struct arena *arena)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK; i++) {
        struct slow_sensor *x = &s->sensor[i];
        if (!is_there(s, i))
            continue;
        int64_t seen = x->step_seen_day;
        bool changed = slow_examine(s, i, day);
        if (is_monday(day) || changed || x->step_seen_day != seen || is_watched_daily(x))
            e = move(s, i, day, arena);
    }
    return e;
}

enum err slow_conclude(struct slow *s, int64_t day, struct arena *arena,
                       const struct slow_sink *sink)
{
    enum err e = move_all(s, day, arena);

    if (e == ERR_OK && is_monday(day))
        e = slow_compare(s, arena);
    if (e == ERR_OK && is_monday(day))
        slow_group(s);
    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK && is_monday(day); i++)
        if (is_there(s, i))
            e = slow_ahead(s, i, day, arena, sink);
    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK; i++) {
        if (!is_there(s, i) || s->sensor[i].moved_day != day)
            continue;
        e = judge_fault(s, i, day, sink);
        if (e == ERR_OK)
            e = judge_move(s, i, day, sink);
    }
    if (e == ERR_OK && is_monday(day))
        e = slow_risk(s, day, arena, sink);
    return e;
}
