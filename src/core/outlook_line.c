#include <math.h>

#include "outlook_internal.h"

#define EXACT    1e-13                 /* share of the squares that rounding may leave */
#define BREAK_SD (20 / OUTLOOK_YEAR_D) /* [J] prior sd of a break of the slope, sigma per day */

bool outlook_is_line(int32_t shape)
{
    return shape != OUTLOOK_BREAK && shape != OUTLOOK_WANDER;
}

static bool allocate(struct outlook_white *w, size_t n, struct arena *arena)
{
    w->value = arena_array(arena, n, sizeof *w->value);
    w->lead = arena_array(arena, n, sizeof *w->lead);
    w->r = arena_array(arena, n, sizeof *w->r);
    w->weight = arena_array(arena, n, sizeof *w->weight);
    w->pull = arena_array(arena, n, sizeof *w->pull);
    return w->value && w->lead && w->r && w->weight && w->pull;
}

/* What lines over any time share. */
static void sum_up(struct outlook_white *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        w->weight[i] = 1 / w->r[i];
        w->sum_weight += w->weight[i];
        w->mean += (w->value[i] - w->mean) * w->weight[i] / w->sum_weight;
    }
    for (size_t i = 0; i < n; i++) {
        double z = w->value[i] - w->mean;

        w->pull[i] = w->weight[i] * z;
        w->sum_square += w->pull[i] * z;
    }
}

/* A first value after a step holds the error of the step's size too. */
enum err outlook_whiten(const struct outlook_clean *c, double phi, struct arena *arena,
                        struct outlook_white *out)
{
    struct outlook_white w = {.c = c};

    if (!allocate(&w, c->n, arena))
        return ERR_NOMEM;
    w.value[0] = c->y[0];
    w.r[0] = 1;
    for (size_t i = 1; i < c->n; i++) {
        double dt = c->t_d[i] - c->t_d[i - 1], f = phi, keep;

        if (dt != OUTLOOK_WEEK_D)
            f = phi > 0 ? pow(phi, dt / OUTLOOK_WEEK_D) : 0;
        keep = 1 - f;
        w.value[i] = c->y[i] + f / keep * (c->y[i] - c->y[i - 1]);
        w.lead[i] = f / keep;
        w.r[i] = (1 + f) / keep + (c->after[i] ? 2 / (keep * keep) : 0);
        w.log_scale -= log(keep);
        w.log_r += log(w.r[i]);
    }
    sum_up(&w, c->n);
    *out = w;
    return ERR_OK;
}

/* u from the first one on: no shape is so flat there that the difference of squares would suffer.
 */
struct sums {
    double u, uu, uz;
};

static struct sums sums_of(const struct outlook_white *w, const double *g)
{
    struct sums s = {0};
    size_t n = w->c->n;

    for (size_t i = 1; i < n; i++) {
        double u = g[i] - g[0] + w->lead[i] * (g[i] - g[i - 1]), k = w->weight[i] * u;

        s.u += k;
        s.uu += k * u;
        s.uz += w->pull[i] * u;
    }
    s.u /= w->sum_weight;
    s.uu -= w->sum_weight * s.u * s.u;
    return s;
}

enum err outlook_line(const struct outlook_white *w, const double *g, struct outlook_state_at *out)
{
    struct sums s = sums_of(w, g);
    double terms = (double)w->c->n - 2, slope = s.uz / s.uu, ahead = g[w->c->n] - g[0] - s.u;
    double rest = fmax(w->sum_square - slope * s.uz, EXACT * w->sum_square);

    if (!(s.uu > 0))
        return ERR_SINGULAR;
    *out = (struct outlook_state_at){
        .sigma = sqrt(rest / terms),
        .k = {.model = {.kind = KALMAN_TREND, .r = 1},
              .a = {w->mean + slope * ahead, slope},
              .p = {1 / w->sum_weight + ahead * ahead / s.uu, ahead / s.uu, 1 / s.uu}}};
    out->log_l = -terms * (log(out->sigma) + 0.5) - 0.5 * (log(w->sum_weight * s.uu) + w->log_r) +
                 w->log_scale;
    return isfinite(out->log_l) ? ERR_OK : ERR_NOT_FINITE;
}

/* The state by_d earlier, as if nothing had wandered since, or later. */
static void move(struct kalman *k, double by_d)
{
    double a[KALMAN_STATES], p[3];

    if (by_d >= 0) {
        kalman_ahead(k, by_d, a, p);
    } else {
        a[0] = k->a[0] + by_d * k->a[1];
        p[0] = fmax(0, k->p[0] + by_d * (2 * k->p[1] + by_d * k->p[2]));
        p[1] = k->p[1] + by_d * k->p[2];
        p[2] = k->p[2];
    }
    k->a[0] = a[0];
    for (size_t i = 0; i < 3; i++)
        k->p[i] = p[i];
}

enum err outlook_trend(const struct outlook_white *w, const struct outlook_node *node,
                       struct outlook_state_at *out)
{
    const struct outlook_clean *c = w->c;
    bool wander = node->shape == OUTLOOK_WANDER;
    double per_d = wander ? node->scale / OUTLOOK_YEAR_D : 0, at = 0;
    struct kalman_model m = {
        .kind = KALMAN_TREND, .r = 1, .q_slope = per_d * per_d / OUTLOOK_YEAR_D};
    enum err e = kalman_start_diffuse(&m, &out->k);

    for (size_t i = 0; i < c->n && e == ERR_OK; i++) {
        double t = i > 0 ? c->t_d[i] + w->lead[i] * (c->t_d[i] - c->t_d[i - 1]) : c->t_d[i];

        out->k.model.r = w->r[i];
        if (i > 2 && node->shape == OUTLOOK_BREAK && c->t_d[i - 1] < node->from_d &&
            c->t_d[i] >= node->from_d)
            out->k.p[2] += BREAK_SD * BREAK_SD;
        e = kalman_step(&out->k, i == 0 ? 0 : t - at, w->value[i]);
        at = t;
    }
    if (e != ERR_OK)
        return e;
    out->sigma = sqrt(out->k.sum_square / (double)out->k.terms);
    out->log_l = kalman_log_likelihood(&out->k) + 0.5 * out->k.sum_square +
                 (double)out->k.terms * (0.9189385332046727 - log(out->sigma) - 0.5) +
                 w->log_scale - log((c->t_d[1] - c->t_d[0]) * (1 + w->lead[1]));
    out->k.model.r = 1;
    move(&out->k, c->now_d - at);
    return isfinite(out->log_l) ? ERR_OK : ERR_NOT_FINITE;
}
