#include "shikumen/core/outlook.h"

#include <math.h>

#include "outlook_internal.h"
#include "shikumen/num/horizon.h"

#define SLOPE_Z    1.6448536269514722 /* of the 90 % interval of the slope [J] */
#define TIMES      3
#define JUMPS_MOST 60   /* steps looked ahead */
#define JUMPS_REST 1e-4 /* probability of more that is not spelled out */
#define INFLATION  1.2  /* of every standard deviation, by the back-test of the header */

/* What moves does not go on as any of the shapes has it: consolidation slows, cracks run. So time
 * itself is uncertain, by these factors [J]; what lies still has no pace. */
#define PACES 3
static const double pace_factor[PACES] = {0.25, 1.0, 2.5}, pace_share[PACES] = {0.25, 0.6, 0.15};

const char *outlook_state_name(enum outlook_state state)
{
    static const char *const name[] = {"abstained", "exceeded", "beyond", "dated"};

    return (unsigned)state < OUTLOOK_STATE_COUNT ? name[state] : "";
}

const char *outlook_reason_name(enum outlook_reason reason)
{
    static const char *const name[] = {"", "too_short", "too_sparse", "stale", "no_noise"};

    return (unsigned)reason < OUTLOOK_REASON_COUNT ? name[reason] : "";
}

const char *outlook_method_name(enum outlook_method method)
{
    static const char *const name[] = {
        "",        "quiet", "first_passage", "acceleration", "inverse_velocity",
        "slowing", "steps", "doses",         "peaks"};

    return (unsigned)method < OUTLOOK_METHOD_COUNT ? name[method] : "";
}

/* A stand and a limit. */
struct question {
    const struct outlook_stand *stand;
    const struct outlook_limit *limit;
    double mean_distance; /* of the present level from the limit, with the season of today */
};

static enum err ask(const struct outlook_stand *stand, const struct outlook_limit *limit,
                    struct question *q)
{
    double sign = limit->below ? -1 : 1, season;

    if (!isfinite(limit->value))
        return ERR_NOT_FINITE;
    if (limit->envelope_n > 0 && limit->envelope == NULL)
        return ERR_RANGE;
    for (size_t i = 0; i < limit->envelope_n; i++)
        if (!isfinite(limit->envelope[i]))
            return ERR_NOT_FINITE;
    season = limit->envelope_n > 0 ? limit->envelope[0] : 0;
    *q = (struct question){.stand = stand,
                           .limit = limit,
                           .mean_distance = sign * (limit->value - season - stand->level)};
    return ERR_OK;
}

/* Of the trend, after k steps. */
static double after_steps(const struct question *q, double k, double h_d, enum err *e)
{
    const struct outlook_stand *s = q->stand;
    const struct outlook_jumps *j = &s->jumps;
    struct horizon_limit limit = {
        .value = q->limit->value - horizon_season(q->limit->envelope, q->limit->envelope_n, h_d) -
                 k * j->size,
        .below = q->limit->below,
        .inflation = INFLATION};
    double sum = 0, p = 0, sd = j->n > 0 ? j->size_sd : 0;

    for (size_t i = 0; i < s->count && *e == ERR_OK; i++) {
        struct kalman state = s->node[i];

        if (k > 0)
            state.p[0] += k * sd * sd * (1 + k / (double)j->n);
        *e = horizon_probability(&state, 1, &limit, HORIZON_MARGINAL,
                                 outlook_pace_days(&s->pace[i], h_d), &p);
        sum += s->weight[i] * p;
    }
    return sum;
}

/* Over how many steps there will be: negative binomial. */
static double at_pace(const struct question *q, double h_d, enum err *e)
{
    const struct outlook_jumps *j = &q->stand->jumps;
    double shape = j->n > 1 ? (double)j->n : 0.5, left = 1, sum = 0, share;

    if (j->n == 0)
        return fmin(1, after_steps(q, 0, h_d, e));
    share = pow(j->span_d / (j->span_d + h_d), shape);
    for (double k = 0; k < JUMPS_MOST && left > JUMPS_REST && *e == ERR_OK; k++) {
        sum += share * after_steps(q, k, h_d, e);
        left -= share;
        share *= (shape + k) / (k + 1) * h_d / (j->span_d + h_d);
    }
    return fmin(1, sum + fmax(0, left) * after_steps(q, JUMPS_MOST, h_d, e));
}

static double probability(const struct question *q, double h_d, enum err *e)
{
    double sum = 0;

    if (q->stand->method == OUTLOOK_QUIET || q->stand->method == OUTLOOK_STEPS || q->stand->paced)
        return at_pace(q, h_d, e);
    for (size_t i = 0; i < PACES && *e == ERR_OK; i++)
        sum += pace_share[i] * at_pace(q, pace_factor[i] * h_d, e);
    return sum;
}

/* First whole day in (below, h] at which the probability is goal, which it is at h. */
static double bisect(const struct question *q, double goal, double below, double h, enum err *e)
{
    while (h - below > 1 && *e == ERR_OK) {
        double middle = floor((below + h) / 2);

        if (probability(q, middle, e) >= goal)
            h = middle;
        else
            below = middle;
    }
    return h;
}

static enum err times(const struct question *q, double t[TIMES])
{
    static const double goal[TIMES] = {0.05, 0.50, 0.95};
    const double last = floor(OUTLOOK_MAX_D);
    double below = 0;
    size_t found = 0;
    enum err e = ERR_OK;

    for (double h = 1; found < TIMES && e == ERR_OK;) {
        double p = probability(q, h, &e);

        for (; found < TIMES && e == ERR_OK && p >= goal[found]; found++)
            t[found] = bisect(q, goal[found], below, h, &e);
        if (h >= last)
            break;
        below = h;
        h = fmin(last, ceil(h * 1.4));
    }
    return e;
}

/* A slope that may be none dates nothing. */
static bool is_significant(const struct outlook_stand *s, bool below)
{
    double sign = below ? -1 : 1;

    if (s->jumps.drifts && sign * s->jumps.size > 0)
        return true;
    return s->method != OUTLOOK_QUIET && sign * s->slope > SLOPE_Z * s->slope_sd;
}

static enum err date(const struct question *q, struct outlook *out)
{
    double t[TIMES] = {NAN, NAN, NAN};
    enum err e;

    out->state = OUTLOOK_BEYOND;
    out->t05_d = out->t50_d = out->t95_d = NAN;
    if (!is_significant(q->stand, q->limit->below))
        return ERR_OK;
    e = times(q, t);
    if (e != ERR_OK || isnan(t[1]))
        return e;
    out->state = OUTLOOK_DATED;
    out->t05_d = t[0];
    out->t50_d = t[1];
    out->t95_d = t[2];
    return ERR_OK;
}

enum err outlook_of(const struct outlook_stand *stand, const struct outlook_limit *limit,
                    struct outlook *out)
{
    struct outlook o = {
        .reason = stand->reason, .method = stand->method, .p30 = 1, .p180 = 1, .p365 = 1};
    struct question q;
    enum err e = ask(stand, limit, &q);

    if (e != ERR_OK)
        return e;
    if (limit->held) {
        o.state = OUTLOOK_EXCEEDED;
        o.reason = OUTLOOK_FINE;
    } else if (stand->reason != OUTLOOK_FINE) {
        o.t05_d = o.t50_d = o.t95_d = o.p30 = o.p180 = o.p365 = NAN;
    } else if (q.mean_distance <= 0) {
        o.state = OUTLOOK_EXCEEDED;
    } else {
        o.p30 = probability(&q, 30, &e);
        o.p180 = fmax(o.p30, probability(&q, 180, &e));
        o.p365 = fmax(o.p180, probability(&q, 365, &e));
        if (e == ERR_OK)
            e = date(&q, &o);
    }
    if (e == ERR_OK)
        *out = o;
    return e;
}

void outlook_discount(struct outlook *o, double share)
{
    o->p30 *= share;
    o->p180 *= share;
    o->p365 *= share;
}
