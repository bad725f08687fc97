#include <math.h>

#include "outlook_internal.h"

#define QUIET_REACH_D 365.0 /* [J] */
#define QUIET_LEAST   26    /* [J] */
#define STEP_REACH_D  91.5  /* on either side, to tell the size of a step by [J] */

static enum err check(const struct outlook_series *s)
{
    if ((s->n > 0 && (s->t_d == NULL || s->level == NULL)) || (s->steps > 0 && s->step_d == NULL))
        return ERR_RANGE;
    if (!isfinite(s->now_d) || !isfinite(s->level_se) || !isfinite(s->slope_se) || isinf(s->load_d))
        return ERR_NOT_FINITE;
    if (s->level_se < 0 || s->slope_se < 0 || (s->n > 0 && s->t_d[s->n - 1] > s->now_d))
        return ERR_RANGE;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->t_d[i]) || isinf(s->level[i]))
            return ERR_NOT_FINITE;
        if (i > 0 && s->t_d[i] <= s->t_d[i - 1])
            return ERR_ORDER;
    }
    for (size_t i = 0; i < s->steps; i++) {
        if (!isfinite(s->step_d[i]))
            return ERR_NOT_FINITE;
        if (i > 0 && s->step_d[i] <= s->step_d[i - 1])
            return ERR_ORDER;
    }
    return ERR_OK;
}

/* Sums of the values within [from, to). */
struct side {
    double n, t, y, tt, ty;
};

static struct side side_of(const struct outlook_clean *c, double from, double to)
{
    struct side s = {0};

    for (size_t i = 0; i < c->n; i++) {
        double dn;

        if (c->t_d[i] < from || c->t_d[i] >= to)
            continue;
        s.n++;
        dn = 1 / s.n;
        s.tt += (c->t_d[i] - s.t) * (c->t_d[i] - s.t) * (1 - dn);
        s.ty += (c->t_d[i] - s.t) * (c->y[i] - s.y) * (1 - dn);
        s.t += (c->t_d[i] - s.t) * dn;
        s.y += (c->y[i] - s.y) * dn;
    }
    return s;
}

/* Two parallel lines by least squares, before and after. 0 when a side is empty. */
static double step_size(const struct outlook_clean *c, double from, double step, double to)
{
    struct side a = side_of(c, fmax(from, step - STEP_REACH_D), step);
    struct side b = side_of(c, step, fmin(to, step + STEP_REACH_D));
    double tt = a.tt + b.tt, slope = tt > 0 && a.n + b.n > 4 ? (a.ty + b.ty) / tt : 0;

    return a.n > 0 && b.n > 0 ? b.y - a.y - slope * (b.t - a.t) : 0;
}

static void lift(struct outlook_clean *c)
{
    for (size_t k = 0; k < c->steps; k++)
        c->size[k] = step_size(c, k > 0 ? c->step_d[k - 1] : -HUGE_VAL, c->step_d[k],
                               k + 1 < c->steps ? c->step_d[k + 1] : HUGE_VAL);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->steps; k++) {
            if (c->t_d[i] < c->step_d[k])
                c->y[i] += c->size[k];
            else if (i > 0 && c->t_d[i - 1] < c->step_d[k])
                c->after[i] = true;
        }
}

/* From which value on: what lies still is judged by its last year, if that has enough and no
 * steps have to be counted. */
static size_t first_of(const struct outlook_series *s)
{
    size_t first = s->n > OUTLOOK_MOST ? s->n - OUTLOOK_MOST : 0, at = s->n, kept = 0;

    while (!s->active && s->steps == 0 && at > first && s->now_d - s->t_d[at - 1] <= QUIET_REACH_D)
        kept += isnan(s->level[--at]) ? 0 : 1;
    return kept >= QUIET_LEAST ? at : first;
}

enum err outlook_clean(const struct outlook_series *s, struct arena *arena,
                       struct outlook_clean *out)
{
    enum err e = check(s);
    struct outlook_clean c = {.now_d = s->now_d};
    size_t first, skipped;

    if (e != ERR_OK)
        return e;
    first = first_of(s);
    c.t_d = arena_array(arena, s->n - first, sizeof *c.t_d);
    c.y = arena_array(arena, s->n - first, sizeof *c.y);
    c.after = arena_array(arena, s->n - first, sizeof *c.after);
    if (c.t_d == NULL || c.y == NULL || c.after == NULL)
        return ERR_NOMEM;
    skipped = s->steps > OUTLOOK_STEPS_MAX ? s->steps - OUTLOOK_STEPS_MAX : 0;
    for (size_t i = first; i < s->n; i++)
        if (!isnan(s->level[i]) && (skipped == 0 || s->t_d[i] >= s->step_d[skipped - 1])) {
            c.t_d[c.n] = s->t_d[i];
            c.y[c.n++] = s->level[i];
        }
    for (size_t i = skipped; i < s->steps; i++)
        if (c.n > 0 && s->step_d[i] > c.t_d[0] && s->step_d[i] <= c.t_d[c.n - 1])
            c.step_d[c.steps++] = s->step_d[i];
    lift(&c);
    *out = c;
    return ERR_OK;
}

static bool varies(const struct outlook_clean *c)
{
    for (size_t i = 2; i < c->n; i++)
        if (c->y[i] - c->y[i - 1] != c->y[i - 1] - c->y[i - 2])
            return true;
    return false;
}

enum outlook_reason outlook_clean_reason(const struct outlook_clean *c)
{
    if (c->n < OUTLOOK_LEAST)
        return OUTLOOK_TOO_SHORT;
    if (c->now_d - c->t_d[c->n - 1] > OUTLOOK_STALE_D)
        return OUTLOOK_STALE;
    if (c->t_d[c->n - 1] - c->t_d[0] > 2 * OUTLOOK_WEEK_D * (double)c->n)
        return OUTLOOK_TOO_SPARSE;
    return varies(c) ? OUTLOOK_FINE : OUTLOOK_NO_NOISE;
}
