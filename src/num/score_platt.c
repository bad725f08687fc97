#include <math.h>

#include "score_check.h"
#include "shikumen/num/score.h"
#include "shikumen/num/special.h"

#define NEWTON_STEPS 100
#define SLOPE_MAX    1e4 /* beyond it the forecasts are all but equal */

static double clipped_logit(double p)
{
    return logit(fmax(SCORE_CLIP, fmin(1 - SCORE_CLIP, p)));
}

/* What the fit reads: forecasts, outcomes, and the targets of both kinds. */
struct platt_data {
    const double *p;
    const bool *y;
    size_t n;
    double target[2];
};

/* Negative log likelihood with its gradient and Hessian (upper triangle). */
struct platt_likelihood {
    double value, gs, gi, hss, hsi, hii;
};

/* ln(1 + exp(x)) */
static double softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

static struct platt_likelihood likelihood(const struct platt_data *d, struct platt m)
{
    struct platt_likelihood l = {0};

    for (size_t i = 0; i < d->n; i++) {
        double s = clipped_logit(d->p[i]), z = m.slope * s + m.intercept;
        double t = d->target[d->y[i]], q = logistic(z), w = q * logistic(-z);

        l.value += softplus(z) - t * z;
        l.gs += (q - t) * s;
        l.gi += q - t;
        l.hss += w * s * s;
        l.hsi += w * s;
        l.hii += w;
    }
    return l;
}

static struct platt newton_step(const struct platt_likelihood *l)
{
    double ridge = 1e-12, hss = l->hss + ridge, hii = l->hii + ridge;
    double det = hss * hii - l->hsi * l->hsi;

    return (struct platt){-(hii * l->gs - l->hsi * l->gi) / det,
                          -(hss * l->gi - l->hsi * l->gs) / det};
}

/* One step downhill, halved until it is; how far it went, 0 when nowhere is lower. */
static double descend(const struct platt_data *d, struct platt *m, struct platt_likelihood *l)
{
    struct platt step = newton_step(l);

    for (double part = 1; part > 1e-10; part /= 2) {
        struct platt next = {m->slope + part * step.slope, m->intercept + part * step.intercept};
        struct platt_likelihood there = likelihood(d, next);
        double promised = part * (l->gs * step.slope + l->gi * step.intercept);

        if (there.value <= l->value + 1e-4 * promised) {
            *m = next;
            *l = there;
            return part * fmax(fabs(step.slope), fabs(step.intercept));
        }
    }
    return 0;
}

static enum err minimise(const struct platt_data *d, struct platt *m)
{
    struct platt_likelihood l = likelihood(d, *m);

    for (int i = 0; i < NEWTON_STEPS; i++) {
        double moved = descend(d, m, &l);

        if (!isfinite(m->slope) || !isfinite(m->intercept) || fabs(m->slope) > SLOPE_MAX)
            return ERR_DIVERGED;
        if (moved <= 1e-10 * (1 + fabs(m->slope) + fabs(m->intercept)))
            return ERR_OK;
    }
    return ERR_DIVERGED;
}

static bool vary(const double *p, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (fabs(clipped_logit(p[i]) - clipped_logit(p[0])) > 0)
            return true;
    return false;
}

/* No forecast of an outcome above one of none, or none below: the likelihood grows without end. */
static bool separable(const double *p, const bool *y, size_t n)
{
    double least[2] = {INFINITY, INFINITY}, most[2] = {-INFINITY, -INFINITY};

    for (size_t i = 0; i < n; i++) {
        double s = clipped_logit(p[i]);

        least[y[i]] = fmin(least[y[i]], s);
        most[y[i]] = fmax(most[y[i]], s);
    }
    return most[0] <= least[1] || most[1] <= least[0];
}

enum err platt_fit(const double *p, const bool *y, size_t n, bool smooth, struct platt *out)
{
    struct platt_data d = {.p = p, .y = y, .n = n, .target = {0, 1}};
    enum err e = score_check(p, n, 2);
    struct platt m = {0};
    double events = 0;

    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        events += y[i];
    if (!vary(p, n) || (!smooth && (events <= 0 || events >= (double)n)))
        return ERR_CONSTANT;
    if (!smooth && separable(p, y, n))
        return ERR_DIVERGED;
    if (smooth) {
        d.target[0] = 1 / ((double)n - events + 2);
        d.target[1] = (events + 1) / (events + 2);
    }
    m.intercept = logit((events + 1) / ((double)n + 2));
    e = minimise(&d, &m);
    if (!e)
        *out = m;
    return e;
}

double platt_apply(const struct platt *model, double p)
{
    return isnan(p) ? p : logistic(model->slope * clipped_logit(p) + model->intercept);
}
