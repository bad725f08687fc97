#include "shikumen/num/optimise.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define GOLDEN 0.3819660112501051 /* (3 - sqrt 5) / 2 */

struct vertex {
    double x[OPTIMISE_MAX_DIM];
    double value;
};

struct simplex {
    objective *f;
    void *context;
    size_t n, evaluations;
    struct vertex v[OPTIMISE_MAX_DIM + 1]; /* ascending by value */
};

static double evaluate(struct simplex *s, const double *x)
{
    double value = s->f(x, s->n, s->context);

    s->evaluations++;
    return isfinite(value) ? value : HUGE_VAL;
}

/* Ascending, equal values in the order they came. */
static void sort_vertices(struct simplex *s)
{
    for (size_t i = 1; i <= s->n; i++) {
        struct vertex v = s->v[i];
        size_t at = i;

        for (; at > 0 && s->v[at - 1].value > v.value; at--)
            s->v[at] = s->v[at - 1];
        s->v[at] = v;
    }
}

/* The point at centroid + factor * (centroid - worst). */
static struct vertex beyond(struct simplex *s, double factor)
{
    struct vertex v;

    for (size_t j = 0; j < s->n; j++) {
        double centroid = 0;

        for (size_t i = 0; i < s->n; i++)
            centroid += s->v[i].x[j];
        centroid /= (double)s->n;
        v.x[j] = centroid + factor * (centroid - s->v[s->n].x[j]);
    }
    v.value = evaluate(s, v.x);
    return v;
}

static void shrink(struct simplex *s)
{
    for (size_t i = 1; i <= s->n; i++) {
        for (size_t j = 0; j < s->n; j++)
            s->v[i].x[j] = s->v[0].x[j] + 0.5 * (s->v[i].x[j] - s->v[0].x[j]);
        s->v[i].value = evaluate(s, s->v[i].x);
    }
}

static void improve(struct simplex *s)
{
    struct vertex *worst = &s->v[s->n], reflected = beyond(s, 1), other;

    if (reflected.value < s->v[0].value) {
        other = beyond(s, 2);
        *worst = other.value < reflected.value ? other : reflected;
    } else if (reflected.value < s->v[s->n - 1].value) {
        *worst = reflected;
    } else {
        bool outside = reflected.value < worst->value;

        other = beyond(s, outside ? 0.5 : -0.5);
        if (other.value < (outside ? reflected.value : worst->value))
            *worst = other;
        else
            shrink(s);
    }
    sort_vertices(s);
}

static bool small_enough(const struct simplex *s, double x_tolerance, double f_tolerance)
{
    if (!(s->v[s->n].value - s->v[0].value <= f_tolerance))
        return false;
    for (size_t i = 1; i <= s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            if (fabs(s->v[i].x[j] - s->v[0].x[j]) > x_tolerance)
                return false;
    return true;
}

enum err nelder_mead(objective *f, void *context, double *x, size_t n, const double *step,
                     double x_tolerance, double f_tolerance, size_t max_evaluations,
                     struct minimum *out)
{
    struct simplex s = {.f = f, .context = context, .n = n};
    bool done;

    if (n < 1 || n > OPTIMISE_MAX_DIM)
        return ERR_RANGE;
    for (size_t i = 0; i <= n; i++) {
        memcpy(s.v[i].x, x, n * sizeof *x);
        if (i > 0)
            s.v[i].x[i - 1] += step[i - 1];
        s.v[i].value = evaluate(&s, s.v[i].x);
    }
    if (isinf(s.v[0].value))
        return ERR_RANGE;
    sort_vertices(&s);
    while (!(done = small_enough(&s, x_tolerance, f_tolerance)) && s.evaluations < max_evaluations)
        improve(&s);
    memcpy(x, s.v[0].x, n * sizeof *x);
    *out = (struct minimum){s.v[0].value, s.evaluations};
    return done ? ERR_OK : ERR_DIVERGED;
}

/* State of Brent's root finder: b is the best point, a the previous one, [b, c] brackets. */
struct bracket {
    double a, b, c, fa, fb, fc, step, last_step;
};

static void keep_best(struct bracket *k)
{
    if ((k->fb > 0) == (k->fc > 0)) {
        k->c = k->a;
        k->fc = k->fa;
        k->step = k->last_step = k->b - k->a;
    }
    if (fabs(k->fc) < fabs(k->fb)) {
        k->a = k->b;
        k->b = k->c;
        k->c = k->a;
        k->fa = k->fb;
        k->fb = k->fc;
        k->fc = k->fa;
    }
}

/* Secant or inverse quadratic interpolation where it is safe, else bisection. */
static void choose_step(struct bracket *k, double half, double tolerance)
{
    double s = k->fb / k->fa, p, q, bound;

    if (fabs(k->last_step) < tolerance || fabs(k->fa) <= fabs(k->fb)) {
        k->step = k->last_step = half;
        return;
    }
    if (k->a == k->c) {
        p = 2 * half * s;
        q = 1 - s;
    } else {
        double r = k->fb / k->fc;

        q = k->fa / k->fc;
        p = s * (2 * half * q * (q - r) - (k->b - k->a) * (r - 1));
        q = (q - 1) * (r - 1) * (s - 1);
    }
    q = p > 0 ? -q : q;
    p = fabs(p);
    bound = fmin(3 * half * q - fabs(tolerance * q), fabs(k->last_step * q));
    k->last_step = 2 * p < bound ? k->step : half;
    k->step = 2 * p < bound ? p / q : half;
}

enum err find_root(function_of_one *f, void *context, double lo, double hi, double tolerance,
                   double *root)
{
    struct bracket k = {.a = lo, .b = hi, .fa = f(lo, context), .fb = f(hi, context)};

    if (!(isfinite(k.fa) && isfinite(k.fb)) || (k.fa > 0 && k.fb > 0) || (k.fa < 0 && k.fb < 0))
        return ERR_RANGE;
    k.c = k.b;
    k.fc = k.fb;
    for (int i = 0; i < 500; i++) {
        double half, smallest;

        keep_best(&k);
        half = 0.5 * (k.c - k.b);
        smallest = 2 * DBL_EPSILON * fabs(k.b) + 0.5 * tolerance;
        if (fabs(half) <= smallest || k.fb == 0)
            break;
        choose_step(&k, half, smallest);
        k.a = k.b;
        k.fa = k.fb;
        k.b += fabs(k.step) > smallest ? k.step : copysign(smallest, half);
        k.fb = f(k.b, context);
        if (!isfinite(k.fb))
            return ERR_NOT_FINITE;
    }
    *root = k.b;
    return ERR_OK;
}

/* State of Brent's minimiser: x best, w second, v the one before. */
struct valley {
    double lo, hi, x, w, v, fx, fw, fv, step, last_step;
};

static double parabola_step(struct valley *k, double tolerance)
{
    double r = (k->x - k->w) * (k->fx - k->fv), q = (k->x - k->v) * (k->fx - k->fw);
    double p = (k->x - k->v) * q - (k->x - k->w) * r, last = k->last_step, to;

    q = 2 * (q - r);
    p = q > 0 ? -p : p;
    q = fabs(q);
    k->last_step = k->step;
    if (fabs(last) <= tolerance || !(fabs(p) < fabs(0.5 * q * last)) || p <= q * (k->lo - k->x) ||
        p >= q * (k->hi - k->x)) {
        k->last_step = (k->x < 0.5 * (k->lo + k->hi) ? k->hi : k->lo) - k->x;
        return GOLDEN * k->last_step;
    }
    to = k->x + p / q;
    if (to - k->lo < 2 * tolerance || k->hi - to < 2 * tolerance)
        return copysign(tolerance, 0.5 * (k->lo + k->hi) - k->x);
    return p / q;
}

static void take_point(struct valley *k, double u, double fu)
{
    if (fu <= k->fx) {
        *(u >= k->x ? &k->lo : &k->hi) = k->x;
        k->v = k->w;
        k->fv = k->fw;
        k->w = k->x;
        k->fw = k->fx;
        k->x = u;
        k->fx = fu;
        return;
    }
    *(u < k->x ? &k->lo : &k->hi) = u;
    if (fu <= k->fw || k->w == k->x) {
        k->v = k->w;
        k->fv = k->fw;
        k->w = u;
        k->fw = fu;
    } else if (fu <= k->fv || k->v == k->x || k->v == k->w) {
        k->v = u;
        k->fv = fu;
    }
}

double find_minimum(function_of_one *f, void *context, double lo, double hi, double tolerance)
{
    struct valley k = {.lo = lo, .hi = hi, .x = lo + GOLDEN * (hi - lo)};

    k.w = k.v = k.x;
    k.fx = k.fw = k.fv = f(k.x, context);
    for (int i = 0; i < 500; i++) {
        double middle = 0.5 * (k.lo + k.hi),
               smallest = sqrt(DBL_EPSILON) * fabs(k.x) + tolerance / 3;
        double u;

        if (fabs(k.x - middle) <= 2 * smallest - 0.5 * (k.hi - k.lo))
            break;
        k.step = parabola_step(&k, smallest);
        u = k.x + (fabs(k.step) >= smallest ? k.step : copysign(smallest, k.step));
        take_point(&k, u, f(u, context));
    }
    return k.x;
}

static double moved(objective *f, void *context, const double *x, size_t n, size_t i, double di,
                    size_t j, double dj)
{
    double at[OPTIMISE_MAX_DIM];

    memcpy(at, x, n * sizeof *x);
    at[i] += di;
    at[j] += dj;
    return f(at, n, context);
}

enum err hessian(objective *f, void *context, const double *x, size_t n, const double *step,
                 double *h)
{
    double centre;

    if (n < 1 || n > OPTIMISE_MAX_DIM)
        return ERR_RANGE;
    centre = f(x, n, context);
    for (size_t i = 0; i < n; i++) {
        double a = step[i];

        h[i * n + i] = (moved(f, context, x, n, i, a, i, 0) - 2 * centre +
                        moved(f, context, x, n, i, -a, i, 0)) /
                       (a * a);
        for (size_t j = 0; j < i; j++) {
            double b = step[j];
            double up = moved(f, context, x, n, i, a, j, b) - moved(f, context, x, n, i, a, j, -b);
            double down =
                moved(f, context, x, n, i, -a, j, b) - moved(f, context, x, n, i, -a, j, -b);

            h[i * n + j] = h[j * n + i] = (up - down) / (4 * a * b);
        }
    }
    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(h[i]))
            return ERR_NOT_FINITE;
    return ERR_OK;
}
