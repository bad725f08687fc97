#include "shikumen/num/settle.h"

#include <math.h>

#include "line.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"

#define MAX_STEPS 100

static bool confidence_ok(double confidence)
{
    return confidence > 0.5 && confidence < 1;
}

static struct settle_final final_settlement(double last, double final, bool bounded, double lo,
                                            double hi)
{
    struct settle_final f = {.final = final, .degree = last / final, .bounded = bounded};
    if (bounded) {
        f.lo = lo;
        f.hi = hi;
        f.degree_lo = last / hi;
        f.degree_hi = last / lo;
    }
    return f;
}

static bool final_is_finite(const struct settle_final *f)
{
    return isfinite(f->final) && isfinite(f->degree) && isfinite(f->lo) && isfinite(f->hi) &&
           isfinite(f->degree_lo) && isfinite(f->degree_hi);
}

enum err settle_asaoka(const double *s, size_t n, double confidence, struct settle_asaoka *out)
{
    enum err e = sample_check(s, n, 5);
    if (!e)
        e = sample_varies(s, n);
    if (e)
        return e;
    if (!confidence_ok(confidence))
        return ERR_RANGE;
    struct line l;
    e = sample_varies(s, n - 1);
    if (!e)
        e = line_fit(s, s + 1, NULL, n - 1, &l);
    if (e) /* singular: the squares of the readings underflow */
        return e == ERR_SINGULAR ? ERR_NOT_FINITE : e;
    l.level -= l.centre; /* the line of the step S_{k+1} - S_k */
    l.slope -= 1;
    if (!(l.slope > -1 && l.slope < 0))
        return ERR_DIVERGED;
    struct line_zero z = line_zero(&l, confidence);
    struct settle_asaoka o = {
        .b0 = l.level - l.slope * l.centre,
        .b1 = 1 + l.slope,
        .se_b0 = sqrt(l.variance * (1 / l.sum_w + l.centre * l.centre / l.sum_wxx)),
        .se_b1 = sqrt(l.variance / l.sum_wxx),
        .residual_sd = sqrt(l.variance),
        .settlement = final_settlement(s[n - 1], z.at, z.bounded, z.lo, z.hi),
    };
    if (!isfinite(o.se_b0) || !isfinite(o.residual_sd) || !final_is_finite(&o.settlement))
        return ERR_NOT_FINITE;
    *out = o;
    return ERR_OK;
}

/* Working values of t / S and their weights about the fitted curve S = t / (a + b t). */
static void linearise(const double *t, const double *s, size_t n, const struct line *l, double *y,
                      double *w)
{
    for (size_t i = 0; i < n; i++) {
        double ratio = l->level + l->slope * (t[i] - l->centre);
        double fitted = t[i] / ratio;
        y[i] = ratio - ratio * (s[i] - fitted) / fitted;
        w[i] = fitted / ratio * (fitted / ratio);
    }
}

static double line_at_zero(const struct line *l)
{
    return l->level - l->slope * l->centre;
}

static enum err fit_hyperbola(const double *t, const double *s, size_t n, double *y, double *w,
                              struct line *l)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = t[i] / s[i];
        w[i] = s[i] / y[i] * (s[i] / y[i]);
    }
    enum err e = line_fit(t, y, w, n, l);
    for (int step = 0; step < MAX_STEPS && !e; step++) {
        if (!(l->slope > 0) || !(line_at_zero(l) > 0))
            return ERR_DIVERGED;
        double slope = l->slope, level = l->level - slope * l->centre;
        linearise(t, s, n, l, y, w);
        e = line_fit(t, y, w, n, l);
        if (!e && fabs(l->slope - slope) <= 1e-12 * slope &&
            fabs(line_at_zero(l) - level) <= 1e-10 * level)
            return ERR_OK;
    }
    return e ? e : ERR_DIVERGED;
}

static enum err hyperbolic(const double *t, const double *s, size_t n, double confidence, double *y,
                           double *w, struct settle_hyperbolic *out)
{
    struct line l;
    enum err e = fit_hyperbola(t, s, n, y, w, &l);
    if (e)
        return e;
    double se_b = sqrt(l.variance / l.sum_wxx);
    double margin = se_b * student_quantile((1 + confidence) / 2, (double)(n - 2));
    bool bounded = l.slope > margin;
    struct settle_hyperbolic o = {
        .a = line_at_zero(&l),
        .b = l.slope,
        .se_a = sqrt(l.variance * (1 / l.sum_w + l.centre * l.centre / l.sum_wxx)),
        .se_b = se_b,
        .residual_sd = sqrt(l.variance),
        .settlement = final_settlement(s[n - 1], 1 / l.slope, bounded, 1 / (l.slope + margin),
                                       1 / (l.slope - margin)),
    };
    if (!isfinite(o.se_a) || !isfinite(o.se_b) || !final_is_finite(&o.settlement))
        return ERR_NOT_FINITE;
    *out = o;
    return ERR_OK;
}

enum err settle_hyperbolic(const double *t, const double *s, size_t n, double confidence,
                           struct arena *arena, struct settle_hyperbolic *out)
{
    enum err e = sample_check(t, n, 4);
    if (!e)
        e = sample_check(s, n, 4);
    if (!e)
        e = sample_increasing(t, n);
    if (!e)
        e = sample_varies(s, n);
    if (e)
        return e;
    if (!confidence_ok(confidence) || !(t[0] > 0))
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++)
        if (!(s[i] > 0))
            return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    double *work = arena_array(arena, 2 * n, sizeof *work);
    e = work ? hyperbolic(t, s, n, confidence, work, work + n, out) : ERR_NOMEM;
    arena_rewind(arena, mark);
    return e;
}

enum err settle_resample(const double *t, const double *s, size_t n, double step, double max_gap,
                         double *out, size_t capacity, size_t *count)
{
    enum err e = sample_check(t, n, 2);
    if (!e)
        e = sample_check(s, n, 2);
    if (!e)
        e = sample_increasing(t, n);
    if (e)
        return e;
    if (!(step > 0) || !(max_gap > 0))
        return ERR_RANGE;
    for (size_t i = 1; i < n; i++)
        if (t[i] - t[i - 1] > max_gap)
            return ERR_TOO_FEW;
    /* The last step may miss the end by a rounding of the product. */
    double steps = floor((t[n - 1] - t[0]) / step * (1 + 4e-16));
    if (!(steps < (double)capacity))
        return ERR_RANGE;
    size_t i = 1;
    for (size_t k = 0; (double)k <= steps; k++) {
        double at = fmin(t[0] + (double)k * step, t[n - 1]);
        while (i < n - 1 && t[i] < at)
            i++;
        double share = (at - t[i - 1]) / (t[i] - t[i - 1]);
        out[k] = s[i - 1] * (1 - share) + s[i] * share;
    }
    *count = (size_t)steps + 1;
    return ERR_OK;
}
