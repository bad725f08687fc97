#include <math.h>

#include "kalman_model.h"

/* What the backward pass needs of each forward step. */
struct step {
    double a[KALMAN_STATES], p[3]; /* filtered */
    double gain[KALMAN_STATES];
    double v, s; /* innovation as used; s = 0: none */
    double wait_d;
    unsigned diffuse;
};

/* Derivative r and curvature n = N11, N12, N22 of the log-likelihood of what comes later. */
struct later {
    double r[KALMAN_STATES], n[3];
};

/* g = G11, G12, G21, G22; out = G V G^T, which may be v. */
static void congruence(const double g[4], const double v[3], double out[3])
{
    double v11 = v[0], v12 = v[1], v22 = v[2];

    out[0] = g[0] * g[0] * v11 + 2 * g[0] * g[1] * v12 + g[1] * g[1] * v22;
    out[1] = g[0] * g[2] * v11 + (g[0] * g[3] + g[1] * g[2]) * v12 + g[1] * g[3] * v22;
    out[2] = g[2] * g[2] * v11 + 2 * g[2] * g[3] * v12 + g[3] * g[3] * v22;
}

/* Not fmax, which would make 0 of a NaN. */
static double not_below_0(double variance)
{
    return variance < 0 ? 0 : variance;
}

/* Noise of the transition dt back in time: F^-1 Q F^-T. */
static void noise_back(const struct kalman_model *m, double dt, double q[3])
{
    kalman_noise(m, dt, q);
    congruence((double[4]){1, -dt, 0, 1}, q, q);
    q[0] = not_below_0(q[0]);
}

static void record(const struct kalman *k, struct step *s)
{
    double limit = k->model.clip * sqrt(k->innovation_variance);
    bool clipped = k->model.clip > 0 && fabs(k->innovation) > limit;

    *s = (struct step){.a = {k->a[0], k->a[1]},
                       .p = {k->p[0], k->p[1], k->p[2]},
                       .gain = {k->gain[0], k->gain[1]},
                       .v = clipped ? copysign(limit, k->innovation) : k->innovation,
                       .s = k->innovation_variance,
                       .wait_d = k->wait_d,
                       .diffuse = k->diffuse};
}

static void back_through_update(const struct step *s, struct later *l)
{
    double m = 1 - s->gain[0], k1 = s->gain[1], *n = l->n;

    if (!(s->s > 0))
        return;
    l->r[0] += s->v / s->s - s->gain[0] * l->r[0] - k1 * l->r[1];
    n[0] = m * m * n[0] - 2 * m * k1 * n[1] + k1 * k1 * n[2] + 1 / s->s;
    n[1] = m * n[1] - k1 * n[2];
}

static void back_through_time(double dt, struct later *l)
{
    l->r[1] += dt * l->r[0];
    l->n[2] += dt * (2 * l->n[1] + dt * l->n[0]);
    l->n[1] += dt * l->n[0];
}

static void smooth_step(const struct step *s, const struct later *l, struct kalman_smoothed *out)
{
    double p12 = s->p[1];
    double pnp[3];

    congruence((double[4]){s->p[0], p12, p12, s->p[2]}, l->n, pnp);
    out->a[0] = s->a[0] + s->p[0] * l->r[0] + p12 * l->r[1];
    out->a[1] = s->a[1] + p12 * l->r[0] + s->p[2] * l->r[1];
    out->p[0] = not_below_0(s->p[0] - pnp[0]);
    out->p[1] = p12 - pnp[1];
    out->p[2] = not_below_0(s->p[2] - pnp[2]);
}

/* State dt before *after, when nothing was observed until then. */
static void before_data(const struct kalman_model *m, const struct kalman_smoothed *after,
                        double dt, struct kalman_smoothed *out)
{
    double q[3];

    noise_back(m, dt, q);
    congruence((double[4]){1, -dt, 0, 1}, after->p, out->p);
    out->a[0] = after->a[0] - dt * after->a[1];
    out->a[1] = after->a[1];
    for (size_t i = 0; i < 3; i++)
        out->p[i] += q[i];
}

/* State of a trend dt before *after, when the only earlier value was a level with variance p1, wait
 * before that state: the transition back in time, updated by what the level says of it. */
static void before_slope(const struct kalman_model *m, const struct kalman_smoothed *after,
                         double dt, double level, double p1, double wait,
                         struct kalman_smoothed *out)
{
    double b[3], bw[3], bz[2], rho, s, k[2] = {0, 0}, c[4], own[3];

    noise_back(m, dt, b);
    noise_back(m, wait, bw);
    bz[0] = b[0] - wait * b[1];
    bz[1] = b[1] - wait * b[2];
    rho = p1 + bw[0];
    s = bz[0] - wait * bz[1] + rho;
    if (s > 0) {
        k[0] = bz[0] / s;
        k[1] = bz[1] / s;
    }
    c[0] = 1 - k[0];
    c[1] = wait * k[0];
    c[2] = -k[1];
    c[3] = 1 + wait * k[1];
    congruence(c, b, own);
    c[1] -= dt * c[0];
    c[3] -= dt * c[2];
    congruence(c, after->p, out->p);
    out->a[0] = c[0] * after->a[0] + c[1] * after->a[1] + k[0] * level;
    out->a[1] = c[2] * after->a[0] + c[3] * after->a[1] + k[1] * level;
    out->p[0] += own[0] + rho * k[0] * k[0];
    out->p[1] += own[1] + rho * k[0] * k[1];
    out->p[2] += own[2] + rho * k[1] * k[1];
}

/* out[0 .. first - 1], where a state was still diffuse, from out[first]. */
static void smooth_diffuse(const struct kalman_model *m, const struct step *steps,
                           const double *t_d, size_t first, struct kalman_smoothed *out)
{
    size_t seen = first; /* where something became known */

    for (size_t i = first; i-- > 0;) {
        if (steps[i].diffuse < (unsigned)m->kind) {
            before_slope(m, &out[first], t_d[first] - t_d[i], steps[first - 1].a[0],
                         steps[first - 1].p[0], steps[i].wait_d, &out[i]);
            seen = i;
        } else {
            before_data(m, &out[seen], t_d[seen] - t_d[i], &out[i]);
        }
    }
}

static enum err forward(struct kalman k, const double *t_d, const double *y, size_t n,
                        struct step *steps)
{
    for (size_t i = 0; i < n; i++) {
        enum err e = kalman_step(&k, i == 0 ? 0 : t_d[i] - t_d[i - 1], y[i]);

        if (e != ERR_OK)
            return e;
        record(&k, &steps[i]);
    }
    return n == 0 || k.diffuse > 0 ? ERR_TOO_FEW : ERR_OK;
}

/* From the end to the first state without diffuse part, of which it returns the index. */
static size_t backward(const struct step *steps, const double *t_d, size_t n,
                       struct kalman_smoothed *out)
{
    struct later later = {{0, 0}, {0, 0, 0}};
    size_t i = n - 1;

    for (;; i--) {
        smooth_step(&steps[i], &later, &out[i]);
        if (i == 0 || steps[i - 1].diffuse > 0)
            return i;
        back_through_update(&steps[i], &later);
        back_through_time(t_d[i] - t_d[i - 1], &later);
    }
}

static enum err check(const struct kalman_smoothed *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(s[i].a[0] + s[i].a[1] + s[i].p[0] + s[i].p[1] + s[i].p[2]))
            return ERR_NOT_FINITE;
    return ERR_OK;
}

enum err kalman_smooth(const struct kalman *start, const double *t_d, const double *y, size_t n,
                       struct kalman_smoothed *out, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct step *steps = arena_array(arena, n, sizeof *steps);
    enum err e = steps == NULL ? ERR_NOMEM : forward(*start, t_d, y, n, steps);

    if (e == ERR_OK) {
        smooth_diffuse(&start->model, steps, t_d, backward(steps, t_d, n, out), out);
        e = check(out, n);
    }
    arena_rewind(arena, mark);
    return e;
}
