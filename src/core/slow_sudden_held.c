#include <math.h>
#include <stdlib.h>

#include "slow_private.h"

/* What is held because of a sudden change, and what becomes of it. */

#define WAIT_DAYS 14  /* for the days to settle it */
#define NEAR_DAYS 3   /* a step of the days is the one told */
#define FOLLOWED  0.9 /* of the step */

double sudden_compared(const struct limit *l, bool two_sided, double known, double size)
{
    double v = l->of == LIMIT_CHANGE ? known + size : size;

    return two_sided ? fabs(v) : v;
}

static const struct limit *told_limit(const struct slow_sensor *x, const struct hold *h)
{
    return h == &x->move ? h->limit : NULL;
}

bool sudden_holds(const struct slow *s, uint32_t sensor, const struct hold *h)
{
    const struct slow_sensor *x = &s->sensor[sensor];

    return x->sudden.state == (h == &x->move ? SUDDEN_MOVED : SUDDEN_ERRS);
}

bool sudden_is_own(const struct slow_sensor *x, const struct hold *h)
{
    return h->kind == KIND_STEP && h->since_us == x->sudden.since_us;
}

struct finding sudden_finding(const struct slow *s, uint32_t sensor, const struct hold *h)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct sudden *u = &x->sudden;
    const struct limit *l = told_limit(x, h);
    struct finding f = {.kind = h->kind,
                        .level = h->level,
                        .limit = l,
                        .reading = u->reading,
                        .baseline = u->reading - u->size - u->known,
                        .t_us = u->told_us,
                        .since_us = u->since_us,
                        .error = u->error,
                        .model_version = u->model_version,
                        .cause = (uint32_t)u->cause};

    f.value = l ? sudden_compared(l, quantity_info(s->r->sensors[sensor].quantity)->two_sided,
                                  u->known, u->size)
                : u->size;
    if (h == &x->move) {
        f.jump = u->size;
        f.unsettled = true;
        f.moved = u->moved;
        f.asked = u->asked;
    }
    return f;
}

struct finding sudden_withdraw(struct slow *s, uint32_t sensor, enum slow_doubt cause, int64_t t_us)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct hold *h = x->sudden.state == SUDDEN_MOVED ? &x->move : &x->fault;
    bool goes_on = h == &x->move && x->sudden.prior.level > LEVEL_NORMAL;
    struct finding f;

    x->sudden.cause = cause;
    x->sudden.told_us = t_us;
    h->level = LEVEL_NORMAL;
    h->rising_days = h->falling_days = 0;
    f = sudden_finding(s, sensor, h);
    f.unsettled = false;
    x->sudden.state = SUDDEN_NONE;
    x->sudden.cause = DOUBT_NONE;
    if (!goes_on)
        return f;
    *h = x->sudden.prior;
    return slow_held_finding(s, sensor, h, x->moved_day);
}

/* --- what the days say of it --- */

bool sudden_followed(const struct sudden *u, int64_t day)
{
    return u->followed_day != INT64_MIN && llabs(day - u->followed_day) <= NEAR_DAYS;
}

/* The level of ten days, which is what is told from then on, shows the step too. */
static bool has_followed(const struct slow_sensor *x)
{
    return x->moved && fabs(x->movement.change - x->sudden.known) > FOLLOWED * fabs(x->step.size);
}

bool sudden_settle(struct slow *s, uint32_t sensor, int64_t day, enum slow_doubt whose, int64_t now,
                   struct finding *f)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct sudden *u = &x->sudden;
    int64_t since = u->since_us / DAY_US;
    bool ours = day != INT64_MIN && llabs(day - since) <= NEAR_DAYS;

    if (u->state == SUDDEN_NONE)
        return false;
    if (ours && (whose == DOUBT_NONE) != (u->state == SUDDEN_MOVED)) {
        *f = sudden_withdraw(s, sensor, whose, (now + 1) * DAY_US);
        return true;
    }
    if (now <= since + WAIT_DAYS && !(ours && (whose != DOUBT_NONE || has_followed(x))))
        return false;
    u->state = SUDDEN_NONE; /* unless it is confirmed, it goes on, or ends, like any other */
    if (ours && whose == DOUBT_NONE)
        *f = slow_held_finding(s, sensor, &x->move, now);
    return ours && whose == DOUBT_NONE;
}
