#include <math.h>

#include "outlook_internal.h"

static void scale(struct kalman *k, double variance)
{
    k->model.r = variance;
    k->model.q_slope *= variance;
    for (size_t i = 0; i < 3; i++)
        k->p[i] *= variance;
}

/* Slope observed as 0 with that sd. */
static void shrink(struct kalman *k, double sd)
{
    double s = k->p[2] + sd * sd, to_level = k->p[1] / s, to_slope = k->p[2] / s, v = -k->a[1];

    k->a[0] += to_level * v;
    k->a[1] += to_slope * v;
    k->p[0] -= to_level * k->p[1];
    k->p[1] -= to_level * k->p[2];
    k->p[2] -= to_slope * k->p[2];
}

/* The filter of one node at now_d */
static enum err place(const struct outlook_clean *c, const struct outlook_series *s,
                      const struct outlook_node *node, struct arena *arena, struct kalman *k)
{
    struct arena_mark mark = arena_mark(arena);
    double *g = arena_array(arena, c->n + 1, sizeof *g);
    struct outlook_white w;
    struct outlook_state_at at;
    enum err e = g == NULL ? ERR_NOMEM : outlook_whiten(c, node->phi, arena, &w);

    if (e == ERR_OK && outlook_is_line(node->shape)) {
        outlook_pace_of(c, node, g);
        e = outlook_line(&w, g, &at);
    } else if (e == ERR_OK)
        e = outlook_trend(&w, node, &at);
    arena_rewind(arena, mark);
    if (e != ERR_OK)
        return e;
    *k = at.k;
    scale(k, node->sigma * node->sigma);
    k->p[0] += s->level_se * s->level_se;
    k->p[2] += s->slope_se * s->slope_se;
    if (!s->active)
        shrink(k, OUTLOOK_QUIET_PER_Y * node->sigma / OUTLOOK_YEAR_D);
    return ERR_OK;
}

/* Mean and covariance of the mixture. */
static void moments(const struct outlook_stand *s, double *a, double *p)
{
    for (size_t i = 0; i < s->count; i++) {
        a[0] += s->weight[i] * s->node[i].a[0];
        a[1] += s->weight[i] * s->node[i].a[1];
    }
    for (size_t i = 0; i < s->count; i++) {
        double d0 = s->node[i].a[0] - a[0], d1 = s->node[i].a[1] - a[1];

        p[0] += s->weight[i] * (s->node[i].p[0] + d0 * d0);
        p[1] += s->weight[i] * (s->node[i].p[1] + d0 * d1);
        p[2] += s->weight[i] * (s->node[i].p[2] + d1 * d1);
    }
}

/* One state of the same moments. */
static void condense(struct outlook_stand *s)
{
    double a[KALMAN_STATES] = {0}, p[3] = {0};

    moments(s, a, p);
    for (size_t i = 0; i < KALMAN_STATES; i++)
        s->node[0].a[i] = a[i];
    for (size_t i = 0; i < 3; i++)
        s->node[0].p[i] = p[i];
    s->weight[0] = 1;
    s->count = 1;
}

static struct outlook_jumps jumps_of(const struct outlook_clean *c)
{
    struct outlook_jumps j = {.span_d = c->now_d - c->t_d[0]};
    double sum = 0, way = 0, square = 0, n;

    for (size_t i = 0; i < c->steps; i++) {
        j.n += c->size[i] != 0;
        sum += c->size[i];
        way += fabs(c->size[i]);
        square += c->size[i] * c->size[i];
    }
    if (j.n == 0)
        return j;
    n = (double)j.n;
    j.size = sum / n;
    j.size_sd = sqrt((square - n * j.size * j.size + 2 * 0.16 * square / n) / (n + 1));
    j.drifts = j.n >= 2 && fabs(sum) >= 0.8 * way;
    return j;
}

/* The shapes that have the largest share name the method. */
static enum outlook_method method_of(const struct outlook_stand *s)
{
    double growth = 0, creep = 0, settling = 0;

    for (size_t i = 0; i < s->count; i++) {
        int32_t shape = s->pace[i].shape;

        creep += shape == OUTLOOK_CREEP ? s->weight[i] : 0;
        growth += shape == OUTLOOK_GROWTH || shape == OUTLOOK_SQUARE ? s->weight[i] : 0;
        settling += shape == OUTLOOK_SETTLING ? s->weight[i] : 0;
    }
    if (settling > 0.5)
        return OUTLOOK_SLOWING;
    if (growth + creep <= 0.5)
        return OUTLOOK_FIRST_PASSAGE;
    return creep > growth ? OUTLOOK_INVERSE_VELOCITY : OUTLOOK_ACCELERATION;
}

static bool has_failed(const struct outlook_node *node, double now_d)
{
    return node->shape == OUTLOOK_CREEP && node->scale <= now_d;
}

/* A failure that has not come was none: its node is left out, unless there is no other. */
static enum err place_all(const struct outlook_clean *c, const struct outlook_series *series,
                          const struct outlook_fit *fit, struct arena *arena,
                          struct outlook_stand *s)
{
    double total = 0;

    for (size_t i = 0; i < fit->count; i++) {
        enum err e;

        if (has_failed(&fit->node[i], series->now_d))
            continue;
        e = place(c, series, &fit->node[i], arena, &s->node[s->count]);
        if (e == ERR_SINGULAR || e == ERR_NOT_FINITE)
            continue;
        if (e != ERR_OK)
            return e;
        s->pace[s->count] = outlook_pace_at(&fit->node[i], series->now_d);
        s->weight[s->count++] = fit->node[i].weight;
        total += fit->node[i].weight;
    }
    for (size_t i = 0; i < s->count; i++)
        s->weight[i] /= total;
    return ERR_OK;
}

static enum err stand(const struct outlook_clean *c, const struct outlook_series *series,
                      const struct outlook_fit *fit, struct arena *arena, struct outlook_stand *s)
{
    double a[KALMAN_STATES] = {0}, p[3] = {0};
    enum err e = place_all(c, series, fit, arena, s);

    if (e != ERR_OK)
        return e;
    if (s->count == 0) {
        s->reason = OUTLOOK_NO_NOISE;
        return ERR_OK;
    }
    s->method = series->active ? method_of(s) : OUTLOOK_QUIET;
    if (!series->active)
        condense(s);
    s->jumps = jumps_of(c);
    if (s->jumps.drifts)
        s->method = OUTLOOK_STEPS;
    moments(s, a, p);
    s->level = a[0];
    s->slope = a[1];
    s->level_sd = sqrt(p[0]);
    s->slope_sd = sqrt(p[2]);
    return ERR_OK;
}

enum err outlook_stand(const struct outlook_series *series, const struct outlook_fit *fit,
                       struct arena *arena, struct outlook_stand *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct outlook_clean c;
    enum err e = outlook_clean(series, arena, &c);

    if (e == ERR_OK) {
        *out = (struct outlook_stand){.reason = outlook_clean_reason(&c)};
        if (out->reason == OUTLOOK_FINE && fit->count == 0)
            out->reason = (enum outlook_reason)fit->reason;
        if (out->reason == OUTLOOK_FINE)
            e = stand(&c, series, fit, arena, out);
    }
    arena_rewind(arena, mark);
    return e;
}
