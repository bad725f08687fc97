#include "shikumen/num/horizon.h"

#include <math.h>

#include "kalman_model.h"
#include "shikumen/num/special.h"

#define NODES 8 /* half of them; the others are their mirror images */
#define REACH 6 /* standard deviations of the present level that are integrated over */

/* Gauss-Legendre, 16 points (Abramowitz & Stegun 1964, table 25.4). */
static const double node[NODES] = {0.0950125098376375, 0.2816035507792589, 0.4580167776572274,
                                   0.6178762444026438, 0.7554044083550030, 0.8656312023878318,
                                   0.9445750230732326, 0.9894009349916499};
static const double weight[NODES] = {0.1894506104550686, 0.1826034150449236, 0.1691565193950026,
                                     0.1495959888165768, 0.1246289712555340, 0.0951585116824926,
                                     0.0622535239386477, 0.0271524594117540};

void horizon_envelope(const double *season, size_t n, bool below, double *envelope)
{
    for (size_t i = 0; i < n; i++) {
        double so_far = i > 0 ? envelope[i - 1] : season[0];

        envelope[i] = below ? fmin(so_far, season[i]) : fmax(so_far, season[i]);
    }
}

double horizon_season(const double *envelope, size_t n, double h_d)
{
    size_t i = n;

    if (n == 0)
        return 0;
    if (h_d < (double)n)
        i = h_d > 1 ? (size_t)ceil(h_d) : 1;
    return envelope[i - 1];
}

/* exp(e) Phi(-w), e = (w^2 - g^2)/2, without the overflow of its first factor: where w < 0, |g| is
 * the larger. */
static double reflected(double e, double g, double w)
{
    if (w > 30)
        return normal_pdf(g) / (w + 1 / (w + 2 / (w + 3 / (w + 4 / w))));
    return exp(e) * normal_upper(w);
}

/* Not fmin, which would make 1 of a NaN. */
static double at_most_1(double p)
{
    return p > 1 ? 1 : p;
}

double horizon_first_passage(double distance, double drift, double sigma, double time)
{
    double s, g, p;

    if (!(sigma >= 0) || isinf(sigma) || !isfinite(distance) || !isfinite(drift) || isnan(time))
        return NAN;
    if (distance <= 0)
        return 1;
    if (time <= 0)
        return 0;
    s = sigma * sqrt(time);
    if (s == 0 || sigma == 0)
        return drift != 0 && drift * time >= distance ? 1 : 0;
    if (isinf(time))
        return drift < 0 ? exp(2 * (drift / sigma) * (distance / sigma)) : 1;
    g = (distance - drift * time) / s;
    p = normal_upper(g) +
        reflected(2 * (drift / sigma) * (distance / sigma), g, (distance + drift * time) / s);
    return at_most_1(p);
}

/* A state and a limit mirrored and scaled so that the limit is passed upwards. */
struct course {
    double u;            /* distance of the limit from the present mean level */
    double drift;        /* of the mean up to the horizon */
    double s0, var;      /* sd of the present level, variance of the level at the horizon */
    double wander;       /* variance of the level's own noise up to the horizon */
    double along, given; /* slope of the level at the horizon in z, the present level in s0, and its
                            variance given z */
};

static struct course course_of(const struct kalman *k, const struct horizon_limit *limit, double h)
{
    double a[KALMAN_STATES], p[3], f2 = limit->inflation * limit->inflation;
    double sign = limit->below ? -1 : 1;
    struct course c;

    kalman_ahead(k, h, a, p);
    c = (struct course){
        .u =
            sign * (limit->value - horizon_season(limit->envelope, limit->envelope_n, h) - k->a[0]),
        .drift = sign * (a[0] - k->a[0]),
        .s0 = limit->inflation * sqrt(k->p[0]),
        .var = f2 * (p[0] < 0 ? 0 : p[0]),
        .wander = f2 * k->model.q_level * h};
    c.along = c.s0 > 0 ? f2 * (k->p[0] + h * k->p[1]) / c.s0 : 0;
    c.given = fmax(c.wander, c.var - c.along * c.along);
    return c;
}

/* P(N(0, 1) > x/s), also for s = 0. */
static double upper(double x, double s)
{
    return s > 0 ? normal_upper(x / s) : x < 0 ? 1 : 0;
}

/* Given the present level z standard deviations off its mean: the probability that the path has
 * been beyond the limit though its end is not. */
static double beyond_before_end(const struct course *c, double z)
{
    double v = c->given, s = sqrt(v), pull;
    double distance = c->u - c->s0 * z, end = c->u - c->drift - c->along * z;

    if (distance <= 0)
        return 1 - upper(end, s);
    if (!(c->wander > 0))
        return 0;
    pull = 2 * distance / c->wander;
    return reflected(pull * (pull * v / 2 - end), end / s, pull * s - end / s);
}

static double integrate(const struct course *c, double from, double to)
{
    double centre = (from + to) / 2, half = (to - from) / 2, sum = 0;

    for (size_t i = 0; i < NODES; i++) {
        double lo = centre - half * node[i], hi = centre + half * node[i];

        sum += weight[i] * (normal_pdf(lo) * beyond_before_end(c, lo) +
                            normal_pdf(hi) * beyond_before_end(c, hi));
    }
    return half * sum;
}

/* Further away than all that is uncertain: half of the distance is FAR standard deviations of the
 * present level and of that at the horizon, and a bridge over half of it has exp(-2 (u/2)^2 /
 * wander) < 1e-12. */
#define FAR 7.5
static bool is_far(const struct course *c)
{
    double half = c->u / 2;

    return half > FAR * c->s0 && half - fmax(c->drift, 0) > FAR * sqrt(c->var) &&
           half * half > 14 * c->wander;
}

/* Over the present level, apart where it is at the limit and where noise and drift reach from
 * there: further below the path does not get to the limit, further above it does not come back. */
static double passage(const struct course *c)
{
    double sum = upper(c->u - c->drift, sqrt(c->var)), layer, from, kink, to;

    if (is_far(c))
        return sum;
    if (!(c->s0 > 0))
        return at_most_1(sum + beyond_before_end(c, 0));
    layer = (fabs(c->drift) + REACH * sqrt(c->given)) / c->s0;
    kink = fmin(fmax(c->u / c->s0, -REACH), REACH);
    from = fmax(c->u / c->s0 - layer, -REACH);
    to = fmin(c->u / c->s0 + layer, REACH);
    if (kink > from)
        sum += integrate(c, from, kink);
    if (to > kink)
        sum += integrate(c, kink, to);
    return at_most_1(sum);
}

static enum err check_states(const struct kalman *states, size_t count, double h_d)
{
    if (count == 0)
        return ERR_TOO_FEW;
    if (!isfinite(h_d))
        return ERR_NOT_FINITE;
    if (h_d < 0)
        return ERR_RANGE;
    for (size_t i = 0; i < count; i++) {
        if (states[i].diffuse > 0)
            return ERR_TOO_FEW;
        if (states[i].model.discrete && h_d != floor(h_d))
            return ERR_RANGE;
    }
    return ERR_OK;
}

static enum err check_limit(const struct horizon_limit *limit)
{
    if (!isfinite(limit->value) || !isfinite(limit->inflation))
        return ERR_NOT_FINITE;
    if (!(limit->inflation > 0) || (limit->envelope_n > 0 && limit->envelope == NULL))
        return ERR_RANGE;
    return ERR_OK;
}

static bool is_same(const struct kalman *k, const struct kalman *l)
{
    return k->a[0] == l->a[0] && k->a[1] == l->a[1] && k->p[0] == l->p[0] && k->p[1] == l->p[1] &&
           k->p[2] == l->p[2] && k->model.q_level == l->model.q_level &&
           k->model.q_slope == l->model.q_slope;
}

enum err horizon_probability(const struct kalman *states, size_t count,
                             const struct horizon_limit *limit, enum horizon_kind kind, double h_d,
                             double *p)
{
    enum err e = check_states(states, count, h_d);
    double sum = 0, last = 0;

    if (e == ERR_OK)
        e = check_limit(limit);
    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < count; i++) {
        struct course c;

        if (i > 0 && is_same(&states[i], &states[i - 1])) { /* as kalman_draws has them */
            sum += last;
            continue;
        }
        c = course_of(&states[i], limit, h_d);
        if (!isfinite(c.u) || !isfinite(c.drift) || !isfinite(c.s0 + c.var + c.along + c.given))
            return ERR_NOT_FINITE;
        last = kind == HORIZON_PASSAGE ? passage(&c) : upper(c.u - c.drift, sqrt(c.var));
        sum += last;
    }
    *p = sum / (double)count;
    return ERR_OK;
}

enum err horizon_forecast(const struct kalman *states, size_t count, double h_d,
                          struct horizon_forecast *out)
{
    struct horizon_forecast f = {0};
    double n = (double)count, a[KALMAN_STATES], p[3], r = 0;
    enum err e = check_states(states, count, h_d);

    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < count; i++) {
        kalman_ahead(&states[i], h_d, a, p);
        f.level += a[0] / n;
        f.slope += a[1] / n;
    }
    for (size_t i = 0; i < count; i++) {
        kalman_ahead(&states[i], h_d, a, p);
        f.level_variance += (p[0] + (a[0] - f.level) * (a[0] - f.level)) / n;
        f.slope_variance += (p[2] + (a[1] - f.slope) * (a[1] - f.slope)) / n;
        r += states[i].model.r / n;
    }
    f.observation_variance = f.level_variance + r;
    if (!isfinite(f.level) || !isfinite(f.slope) || !isfinite(f.observation_variance) ||
        !isfinite(f.slope_variance))
        return ERR_NOT_FINITE;
    *out = f;
    return ERR_OK;
}
