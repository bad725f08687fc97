#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "slow_private.h"

/* Who else moved in the same hours, and whether it was the gauge itself. */

#define TOGETHER_US (DAY_US / 2) /* readings so near in time can speak for one another */
#define LATELY_US   (2 * DAY_US) /* and what was told so lately */
#define GAP_US      (DAY_US / 2) /* without a reading; as slow_fault.c has it */
#define FLOORS      2.0          /* so much of another gauge is a movement */
#define USUALS      2.5
#define ONCE        0.8 /* of it */
#define HEAT        8.0 /* degrees at once: no weather in a wall or a room */

/* The lesser of what the latest two readings are away from before, NaN: not known. */
static double away_by(const struct slow *s, uint32_t i)
{
    const struct sudden *u = &s->sensor[i].sudden;
    double before, first, second;

    if (u->count < 2)
        return NAN;
    before = sudden_before(&s->channel[i], sudden_day_of(u->t_us[0]), false);
    first = u->value[0] - before;
    second = u->value[1] - before;
    if ((first > 0) != (second > 0))
        return 0;
    return fmin(fabs(first), fabs(second));
}

static bool is_read_then(const struct slow *s, uint32_t i, int64_t t_us)
{
    const struct sudden *u = &s->sensor[i].sudden;

    return u->count >= 2 && llabs(u->t_us[0] - t_us) <= TOGETHER_US;
}

static bool is_apart(const struct slow *s, uint32_t i, double least)
{
    int64_t day = sudden_day_of(s->sensor[i].sudden.t_us[0]);
    double away = away_by(s, i);

    /* in this order: most are at rest, and what is usual takes time to tell */
    return away >= least && away >= USUALS * sudden_usual(&s->channel[i], day);
}

static bool has_moved(const struct slow *s, uint32_t i, int64_t t_us)
{
    const struct sudden *u = &s->sensor[i].sudden;
    enum quantity q = s->r->sensors[i].quantity;

    if (u->state == SUDDEN_MOVED)
        return llabs(u->since_us - t_us) <= LATELY_US;
    if (u->state == SUDDEN_ERRS || s->sensor[i].doubt != DOUBT_NONE)
        return false;
    if (u->beyond[0] || u->beyond[1]) /* says nothing of how far, and may have been so for long */
        return u->run >= 2 && llabs(u->run_us - t_us) <= LATELY_US;
    return is_apart(s, i, FLOORS * slow_floor(q, 0));
}

/* Gauges of a wall: what swells with damp, or needs a shock to be read, is no witness. */
static bool is_gauge(const struct slow *s, uint32_t i)
{
    enum quantity q = s->r->sensors[i].quantity;

    return s->channel[i].role == CHANNEL_DAMAGE && q != Q_MOISTURE_CONTENT && q != Q_FREQUENCY;
}

static bool is_near(const struct registry *r, const struct sensor *a, const struct sensor *b)
{
    const struct house *x, *y;

    if (a->house == b->house)
        return true;
    x = &r->houses[a->house];
    y = &r->houses[b->house];
    return *x->row && strcmp(x->row, y->row) == 0 && strcmp(x->lane, y->lane) == 0;
}

struct sudden_witness sudden_witnesses(const struct slow *s, uint32_t sensor)
{
    const struct sensor *own = &s->r->sensors[sensor];
    int64_t t_us = s->sensor[sensor].sudden.t_us[0];
    struct sudden_witness w = {0};

    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        const struct sensor *other = &s->r->sensors[i];
        bool mate = own->node != REGISTRY_NONE && other->node == own->node;
        if (i == sensor || own->house == REGISTRY_NONE || other->house == REGISTRY_NONE ||
            !is_near(s->r, own, other) || !is_read_then(s, i, t_us))
            continue;
        if (mate && other->quantity == Q_TEMPERATURE) {
            w.absurd = w.absurd || s->sensor[i].sudden.beyond[0];
            w.heat = w.heat || is_apart(s, i, HEAT);
        }
        if (!is_gauge(s, i))
            continue;
        bool moved = has_moved(s, i, t_us);
        w.asked += other->house == own->house;
        w.moved += moved;
        w.mates = w.mates || (moved && mate);
        w.elsewhere += moved && !mate;
    }
    return w;
}

/* --- the gauge itself --- */

static bool all_beyond(const struct sudden *u)
{
    return u->run >= 2 && u->beyond[0] && u->beyond[1];
}

/* Mean difference between the readings of the run that are kept. */
static double run_pace(const struct sudden *u)
{
    uint32_t n = u->run < u->count ? u->run : u->count;
    double sum = 0;

    for (uint32_t i = 0; i + 1 < n; i++)
        sum += fabs(u->value[i] - u->value[i + 1]);
    return n > 1 ? sum / (n - 1) : (double)NAN;
}

/* From one reading to the next, not bit by bit. */
static bool is_at_once(const struct sudden *u)
{
    return fabs(u->first) > ONCE * fabs(sudden_middle(u) - u->before);
}

static bool is_other_unit(const struct slow *s, uint32_t sensor)
{
    const struct sudden *u = &s->sensor[sensor].sudden;
    double floor = slow_floor(s->r->sensors[sensor].quantity, u->before);
    double factor = slow_unit_factor(u->before, sudden_middle(u), floor);

    return s->sensor[sensor].wrong_day != INT64_MIN ||
           (factor != 0 && is_at_once(u) && slow_is_scaled(factor, u->pace, run_pace(u)));
}

enum slow_doubt sudden_whose(const struct slow *s, uint32_t sensor, const struct sudden_witness *w)
{
    const struct sudden *u = &s->sensor[sensor].sudden;

    if (is_other_unit(s, sensor))
        return DOUBT_UNIT;
    if (all_beyond(u))
        return DOUBT_BEYOND;
    if (w->elsewhere > 0)
        return DOUBT_NONE;
    if (is_at_once(u) && sudden_is_absurd(&s->r->sensors[sensor], sudden_middle(u) - u->before))
        return DOUBT_BEYOND;
    if (w->absurd)
        return DOUBT_THERMOMETER;
    if (w->heat)
        return DOUBT_NODE;
    if (u->gap_us < GAP_US)
        return DOUBT_NONE;
    return w->mates ? DOUBT_NODE : DOUBT_SWAPPED;
}
