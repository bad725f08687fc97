#include <math.h>
#include <string.h>

#include "slow_private.h"

#define RISE_DAYS 2 /* days in a row that ask for a level before it is held [J] */
/* Days that ask for less before a level is left: a week at least (ENGINEERING C3); a slow movement
 * has a month, so that a winter's doubt does not end what the next summer brings back [J]. */
#define FALL_DAYS   14
#define EASE_DAYS   28
#define FAULT_LEVEL LEVEL_YELLOW

/* --- holding --- */

/* Held for its row alone. */
static bool is_surge(const struct hold *h)
{
    return h->kind == KIND_TREND && !h->limit && h->level > LEVEL_NORMAL;
}

/* Level asked for today; true when what is held changed. */
static bool hold_update(struct hold *h, int asked, int rise_days, int fall_days, int64_t day)
{
    if (asked > h->level) {
        h->falling_days = 0;
        if (h->rising_days == 0)
            h->since_us = h->level > 0 ? h->since_us : day * DAY_US;
        h->rising = h->rising_days > 0 && h->rising < asked ? h->rising : asked;
        if (++h->rising_days < rise_days)
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
    if (++h->falling_days < fall_days)
        return false;
    h->falling_days = 0;
    h->level = asked;
    return true;
}

struct finding slow_held_finding(const struct slow *s, uint32_t sensor, const struct hold *h,
                                 int64_t day)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct compensation *model = &s->channel[sensor].model;
    struct finding f = {.kind = h->kind,
                        .level = h->level,
                        .limit = h->limit,
                        .reading = x->movement.level,
                        .baseline = x->movement.baseline,
                        .t_us = (day + 1) * DAY_US,
                        .since_us = h->since_us,
                        .model_version = model->terms > 0 ? model->version : 0,
                        .together = x->together && !sudden_is_own(x, h)};

    if (h->limit && h->kind == KIND_STEP && h->limit->of == LIMIT_RATE &&
        x->step.day != SIZE_MAX) { /* as much at once as it allows in its time */
        f.value = quantity_info(s->r->sensors[sensor].quantity)->two_sided ? fabs(x->step.size)
                                                                           : x->step.size;
        f.error = x->step.error;
    } else if (h->limit)
        f.value = slow_change_to(s, sensor, h->limit, &f.error);
    else if (h->kind == KIND_STEP && x->step.day != SIZE_MAX) {
        f.value = x->step.size;
        f.error = x->step.error;
    } else if (is_surge(h) && x->surge_day == day) {
        f.value = slow_departure(&s->channel[sensor], day);
        slow_count_surge(s, sensor, day, &f);
    } else
        f.value = x->movement.change;
    if (h->kind == KIND_STEP && h->limit)
        f.jump = x->step.size;
    return f;
}

static int64_t when_us(double t_d, int64_t day)
{
    return isfinite(t_d) ? (day + 1) * DAY_US + (int64_t)(t_d * (double)DAY_US) : INT64_MAX;
}

#define BELIED_Y 2 /* years to the limit at the pace of the latest 13 weeks [J] */

/* No date within ten years, for a movement that would be there much sooner at its latest pace: it
 * has begun so lately that the forecast does not know of it. */
static bool is_belied(const struct slow_sensor *x, enum quantity q)
{
    const struct limit *l = x->ahead_limit;
    double error, left;

    if (x->ahead.state != OUTLOOK_BEYOND ||
        (l->of != LIMIT_CHANGE && l->of != LIMIT_PERCENT_CHANGE))
        return false;
    left = l->value - slow_compared(l, q, &x->movement, &error);
    return BELIED_Y * slow_yearly(l, q, &x->movement, x->movement.window[0].slope) > left;
}

static struct finding_forecast forecast_of(const struct slow_sensor *x, enum quantity q)
{
    struct outlook told = x->ahead, *o = &told;

    /* It knows nothing of what has just begun. */
    if (!x->ahead_limit || o->state == OUTLOOK_ABSTAINED || is_belied(x, q) ||
        (is_surge(&x->move) &&
         (x->ahead_day * DAY_US < x->move.since_us || o->state == OUTLOOK_BEYOND)))
        return (struct finding_forecast){0};
    outlook_discount(o, x->building_share);
    return (struct finding_forecast){.limit = x->ahead_limit,
                                     .t05_us = when_us(o->t05_d, x->ahead_day),
                                     .t50_us = when_us(o->t50_d, x->ahead_day),
                                     .t95_us = when_us(o->t95_d, x->ahead_day),
                                     .p30 = o->p30,
                                     .p180 = o->p180,
                                     .p365 = o->p365};
}

/* By which limit, and whether it came suddenly, when a level is entered; what is left keeps both.
 */
static void name_move(struct slow *s, uint32_t sensor, const struct limit *why, int64_t day)
{
    struct hold *h = &s->sensor[sensor].move;

    if (why) {
        h->limit = why;
        h->kind = slow_came_suddenly(s, sensor, day) ? KIND_STEP : KIND_TREND;
    } else if (h->level > LEVEL_NORMAL) {
        h->limit = NULL;
        h->kind = h->level == LEVEL_BLUE ? KIND_STEP : KIND_TREND;
    }
}

/* What was told within hours is confirmed or withdrawn by what the days have shown. */
static bool settle_sudden(struct slow *s, uint32_t sensor, int64_t day, struct finding *f)
{
    struct slow_sensor *x = &s->sensor[sensor];
    bool building = x->steps > 0 && x->steps_at[x->steps - 1] == x->step_seen_day;

    return sudden_settle(s, sensor, x->step_seen_day, building ? DOUBT_NONE : x->doubt, day, f);
}

/* The level that the days ask for. */
static int level_asked(struct slow *s, uint32_t sensor, int64_t day, const struct limit **why)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    int level = x->doubt == DOUBT_NONE && x->moved ? slow_asked(s, sensor, day, why) : LEVEL_NORMAL;

    if (x->unsettled && !slow_goes_along(s, sensor, day) && level > x->move.level)
        level = x->move.level;
    /* Damage too changes how a house answers to temperature: that ends no warning held. */
    return x->doubt == DOUBT_GAIN && x->moved ? x->move.level : level;
}

/* Since when a level that was risen to is held: a jump's day; of a row, when it may have begun. */
static int64_t since_when(const struct slow_sensor *x, int before, int rise_days, int64_t day)
{
    if (x->move.kind == KIND_STEP)
        return x->jump_day * DAY_US;
    if (is_surge(&x->move))
        return (day + 1 - SURGE_D) * DAY_US;
    return before == LEVEL_NORMAL ? x->move.since_us : (day + 1 - rise_days) * DAY_US;
}

/* What moves is told as confirmed by its own step, not twice. */
static enum err judge_move(struct slow *s, uint32_t sensor, int64_t day,
                           const struct slow_sink *sink)
{
    struct slow_sensor *x = &s->sensor[sensor];
    const struct limit *why = NULL;
    struct finding f;
    bool settled = settle_sudden(s, sensor, day, &f);
    int before = x->move.level, level = level_asked(s, sensor, day, &why);
    int rise_days =
        slow_goes_along(s, sensor, day) ? 1 : RISE_DAYS; /* one gauge bears out the other */
    bool moves = hold_update(&x->move, level, rise_days, EASE_DAYS, day);
    enum err e = ERR_OK;

    if (settled && (!moves || f.kind == KIND_FAULT || f.level == LEVEL_NORMAL))
        e = slow_tell(sink, sensor, &f);
    if (!moves || e != ERR_OK)
        return e;
    x->sudden.state = x->sudden.state == SUDDEN_MOVED ? SUDDEN_NONE : x->sudden.state;
    name_move(s, sensor, why, day);
    if (x->move.level > before && !sudden_is_own(x, &x->move))
        x->move.since_us = since_when(x, before, rise_days, day);
    f = slow_held_finding(s, sensor, &x->move, day);
    f.forecast = forecast_of(x, s->r->sensors[sensor].quantity);
    f.cause = (uint32_t)x->doubt; /* withdrawn, not ended, when it is the sensor's */
    return slow_tell(sink, sensor, &f);
}

static enum err judge_fault(struct slow *s, uint32_t sensor, int64_t day,
                            const struct slow_sink *sink)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct finding f;

    if (!hold_update(&x->fault, x->doubt != DOUBT_NONE ? FAULT_LEVEL : 0, RISE_DAYS, FALL_DAYS,
                     day))
        return ERR_OK;
    x->fault.kind = KIND_FAULT;
    x->sudden.state = x->sudden.state == SUDDEN_ERRS ? SUDDEN_NONE : x->sudden.state;
    f = slow_held_finding(s, sensor, &x->fault, day);
    f.cause = (uint32_t)x->doubt;
    f.together = false;
    return slow_tell(sink, sensor, &f);
}

size_t slow_current(const struct slow *s, uint32_t sensor, struct finding out[SLOW_CURRENT])
{
    const struct slow_sensor *x = &s->sensor[sensor];
    size_t n = 0;

    if (x->move.level > 0 && sudden_holds(s, sensor, &x->move))
        out[n++] = sudden_finding(s, sensor, &x->move);
    else if (x->move.level > 0) {
        out[n] = slow_held_finding(s, sensor, &x->move, x->moved_day);
        out[n++].forecast = forecast_of(x, s->r->sensors[sensor].quantity);
    }
    if (x->fault.level > 0 && sudden_holds(s, sensor, &x->fault))
        out[n++] = sudden_finding(s, sensor, &x->fault);
    else if (x->fault.level > 0) {
        bool moves = s->channel[sensor].role == CHANNEL_DAMAGE;
        out[n] = slow_held_finding(s, sensor, &x->fault, moves ? x->moved_day : s->day - 1);
        out[n++].cause = (uint32_t)x->doubt;
    }
    n += slow_doses_current(s->doses, sensor, out + n);
    return n + slow_vibrations_current(s->vibrations, s->r, sensor, out + n);
}

/* --- a day --- */

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

    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        if (is_there(s, i))
            slow_seek(s, i);
    e = slow_surges(s, day, arena);
    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK; i++) {
        struct slow_sensor *x = &s->sensor[i];
        if (!is_there(s, i))
            continue;
        int64_t seen = x->step_seen_day;
        bool changed = slow_examine(s, i, day);
        if (slow_is_monday(day) || changed || x->step_seen_day != seen ||
            slow_goes_along(s, i, day) || is_watched_daily(x))
            e = move(s, i, day, arena);
    }
    return e;
}

/* Its row begins to move, and nobody was told: with a forecast of today. */
static bool is_told_today(const struct slow *s, uint32_t sensor, int64_t day)
{
    return slow_goes_along(s, sensor, day) && s->sensor[sensor].move.level < LEVEL_YELLOW;
}

enum err slow_conclude(struct slow *s, int64_t day, struct arena *arena,
                       const struct slow_sink *sink)
{
    enum err e = move_all(s, day, arena);

    if (e == ERR_OK)
        e = slow_examine_drivers(s, day, slow_is_monday(day), arena);
    if (e == ERR_OK && slow_is_monday(day))
        e = slow_compare(s, arena);
    if (e == ERR_OK && slow_is_monday(day))
        e = slow_group(s, arena);
    if (e == ERR_OK && slow_is_monday(day))
        e = slow_record_calibrate(s, day);
    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK; i++)
        if (is_there(s, i) && (slow_is_monday(day) || is_told_today(s, i, day)))
            e = slow_ahead(s, i, day, arena, sink);
    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK; i++) {
        bool moved = is_there(s, i) && s->sensor[i].moved_day == day;
        if (moved || s->channel[i].role == CHANNEL_DRIVER)
            e = judge_fault(s, i, day, sink);
        if (moved && e == ERR_OK)
            e = judge_move(s, i, day, sink);
    }
    if (e == ERR_OK)
        e = slow_doses_conclude(s->doses, s, day, arena, sink);
    if (e == ERR_OK)
        e = slow_vibrations_conclude(s->vibrations, s->r, day, arena, sink);
    if (e == ERR_OK && slow_is_monday(day))
        e = slow_risk(s, day, arena, sink);
    return e;
}
