#include <math.h>

#include "shikumen/num/horizon.h"

#define TARGETS 3

static const double target[TARGETS] = {0.05, 0.50, 0.95};
static const double slope_z = 1.6448536269514722; /* of a two-sided 90 % interval */

/* A search over the horizons step * k. */
struct search {
    const struct kalman *states;
    size_t count;
    const struct horizon_limit *limit;
    enum horizon_kind kind;
    double step_d;
    double reached[TARGETS]; /* in days, HORIZON_MAX_D until then */
};

static enum err at(const struct search *s, double k, double *p)
{
    return horizon_probability(s->states, s->count, s->limit, s->kind, k * s->step_d, p);
}

/* The first k in (below, k] at which the probability is goal or more, which it is at k. Beyond 2^53
 * whole numbers are not all there: then to the next that is. */
static enum err bisect(const struct search *s, double goal, double below, double k, double *out)
{
    while (k - below > 1) {
        double middle = floor((below + k) / 2), p;
        enum err e;

        if (middle <= below || middle >= k)
            break;
        e = at(s, middle, &p);
        if (e != ERR_OK)
            return e;
        if (p >= goal)
            k = middle;
        else
            below = middle;
    }
    *out = k * s->step_d;
    return ERR_OK;
}

static enum err scan(struct search *s)
{
    double last = floor(HORIZON_MAX_D / s->step_d), below = -1, p;
    double growth = s->kind == HORIZON_PASSAGE ? 1.5 : 1.1;
    size_t found = 0;

    for (double k = 0; found < TARGETS;) {
        enum err e = at(s, k, &p);

        for (; e == ERR_OK && found < TARGETS && p >= target[found]; found++)
            e = bisect(s, target[found], below, k, &s->reached[found]);
        if (e != ERR_OK)
            return e;
        if (k >= last)
            break;
        below = k;
        k = fmin(last, fmax(k + 1, floor(k * growth)));
    }
    return ERR_OK;
}

/* Beyond the limit by its mean at this moment. */
static enum err is_exceeded(const struct search *s, const struct horizon_forecast *now, bool *out)
{
    struct kalman mean = s->states[0];
    double p;
    enum err e;

    mean.a[0] = now->level;
    mean.p[0] = 0;
    e = horizon_probability(&mean, 1, s->limit, HORIZON_MARGINAL, 0, &p);
    *out = e == ERR_OK && p > 0;
    return e;
}

enum err horizon_time(const struct kalman *states, size_t count, const struct horizon_limit *limit,
                      enum horizon_kind kind, double step_d, struct horizon_time *out)
{
    struct search s = {states, count,  limit,
                       kind,   step_d, {HORIZON_MAX_D, HORIZON_MAX_D, HORIZON_MAX_D}};
    struct horizon_forecast now;
    bool exceeded;
    enum err e = horizon_forecast(states, count, 0, &now);

    if (e == ERR_OK && !(step_d > 0 && step_d <= HORIZON_MAX_D))
        e = ERR_RANGE;
    if (e == ERR_OK)
        e = is_exceeded(&s, &now, &exceeded);
    if (e == ERR_OK && exceeded)
        s.reached[0] = s.reached[1] = s.reached[2] = 0;
    else if (e == ERR_OK)
        e = scan(&s);
    if (e != ERR_OK)
        return e;
    *out = (struct horizon_time){s.reached[0], s.reached[1], s.reached[2], exceeded, false};
    out->beyond =
        !exceeded && (s.reached[1] >= HORIZON_MAX_D ||
                      fabs(now.slope) <= slope_z * limit->inflation * sqrt(now.slope_variance));
    return ERR_OK;
}

enum err horizon_risk(const struct kalman *states, size_t count, const struct horizon_limit *limit,
                      enum horizon_kind kind, struct horizon_risk *out)
{
    static const double horizon[] = {30, 180, 365};
    struct horizon_risk r;
    double p[] = {1, 1, 1};
    enum err e = horizon_forecast(states, count, 0, &r.now);

    if (e == ERR_OK)
        e = horizon_time(states, count, limit, kind, 1, &r.time);
    for (size_t i = 0; e == ERR_OK && !r.time.exceeded && i < 3; i++)
        e = horizon_probability(states, count, limit, kind, horizon[i], &p[i]);
    if (e != ERR_OK)
        return e;
    if (kind == HORIZON_PASSAGE) { /* "within" cannot fall */
        p[1] = fmax(p[1], p[0]);
        p[2] = fmax(p[2], p[1]);
    }
    r.p30 = p[0];
    r.p180 = p[1];
    r.p365 = p[2];
    *out = r;
    return ERR_OK;
}
