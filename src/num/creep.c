#include "shikumen/num/creep.h"

#include <float.h>
#include <math.h>

#include "line.h"
#include "shikumen/num/optimise.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"

/* Failure is searched between these distances behind the last sample, in spans of the record. */
#define NEAREST    1e-4
#define FARTHEST   1e3
#define GRID_STEPS 48

static enum err window_velocity(const double *t_d, const double *x, size_t n,
                                struct creep_velocity *v)
{
    struct line l;
    enum err e = line_fit(t_d, x, NULL, n, &l);
    if (e)
        return e;
    *v = (struct creep_velocity){
        .t_d = l.centre,
        .velocity = l.slope,
        .sum_tt = l.sum_wxx,
        .rss = l.rss,
        .n = n,
    };
    return ERR_OK;
}

enum err creep_velocities(const double *t_d, const double *x, size_t n, double window_d,
                          struct creep_velocity *v, size_t *count)
{
    enum err e = sample_check(t_d, n, 3);
    if (!e)
        e = sample_check(x, n, 3);
    if (!e)
        e = sample_increasing(t_d, n);
    if (e)
        return e;
    if (!(window_d > 0) || !isfinite(window_d))
        return ERR_RANGE;
    size_t m = 0;
    double last = t_d[n - 1];
    if (!isfinite((last - t_d[0]) / window_d))
        return ERR_RANGE;
    for (size_t from = 0, to; from < n; from = to) {
        double window = floor((last - t_d[from]) / window_d);
        for (to = from + 1; to < n && floor((last - t_d[to]) / window_d) >= window;)
            to++;
        if (to - from < 3)
            continue;
        e = window_velocity(t_d + from, x + from, to - from, &v[m]);
        if (e)
            return e;
        v[m++].first = from;
    }
    *count = m;
    return m > 0 ? ERR_OK : ERR_TOO_FEW;
}

/* The fit in its own units: velocities in the largest of them, times in spans of the record. */
struct fit {
    size_t n; /* windows */
    const struct creep_velocity *window;
    double *velocity, *weight, *before_end; /* per window; before_end: from its centre to the end */
    double *dt;                             /* per sample, from the centre of its window */
    double *shape;                          /* per window: its velocity for C = 1 */
    double delay, power;                    /* t_f behind the end; 1 / (alpha - 1) */
    bool free_alpha;
};

/* Least squares slope of the law's displacement over a window, by the velocity at its centre. */
static double window_mean(const struct fit *f, size_t window, double ahead)
{
    double exponent = 1 - f->power, sum = 0, sum_tt = 0;
    size_t first = f->window[window].first, end = first + f->window[window].n;
    for (size_t i = first; i < end; i++) {
        double s = f->dt[i], u = -log1p(-s / ahead);
        sum += s * (exponent == 0 ? u : -expm1(-exponent * u) / exponent);
        sum_tt += s * s;
    }
    return ahead * sum / sum_tt;
}

/* Weighted residual sum of squares for the delay and power of f, the best C. */
static double rss_of(const struct fit *f)
{
    double gg = 0, gv = 0, rss = 0;
    for (size_t i = 0; i < f->n; i++) {
        double ahead = f->delay + f->before_end[i], w = f->weight[i];
        double g = pow(ahead / f->delay, -f->power) * window_mean(f, i, ahead);
        f->shape[i] = g;
        gg += w * g * g;
        gv += w * g * f->velocity[i];
    }
    for (size_t i = 0; i < f->n; i++) {
        double misfit = f->velocity[i] - gv / gg * f->shape[i];
        rss += f->weight[i] * misfit * misfit;
    }
    return rss;
}

static double rss_of_alpha(double alpha, void *context)
{
    struct fit *f = context;
    f->power = 1 / (alpha - 1);
    return rss_of(f);
}

static double rss_at(double log_delay, void *context)
{
    struct fit *f = context;
    f->delay = exp(log_delay);
    if (!f->free_alpha)
        return rss_of(f);
    double alpha = find_minimum(rss_of_alpha, f, CREEP_ALPHA_MIN, CREEP_ALPHA_MAX, 1e-4);
    return rss_of_alpha(alpha, f);
}

/* Leaves the power that belongs to the best delay in f. */
static double best_delay(struct fit *f, double *rss)
{
    double lo = log(NEAREST), hi = log(FARTHEST), step = (hi - lo) / GRID_STEPS, best = lo;
    double least = HUGE_VAL;
    for (int i = 0; i <= GRID_STEPS; i++) {
        double at = lo + i * step, value = rss_at(at, f);
        if (value < least) {
            least = value;
            best = at;
        }
    }
    best = find_minimum(rss_at, f, fmax(best - step, lo), fmin(best + step, hi), 1e-8);
    *rss = rss_at(best, f);
    return best;
}

struct excess_context {
    struct fit *fit;
    double limit;
};

static double rss_excess(double log_delay, void *context)
{
    const struct excess_context *c = context;
    return rss_at(log_delay, c->fit) - c->limit;
}

/* The delays on both sides of the best whose rss reaches the limit; false when there is none on the
 * far side, where a delay without end cannot be told from the best. */
static bool delay_interval(struct fit *f, double best, double limit, double *lo, double *hi)
{
    struct excess_context c = {f, limit};
    if (!(rss_excess(log(FARTHEST), &c) > 0) ||
        find_root(rss_excess, &c, best, log(FARTHEST), 1e-10, hi))
        return false;
    if (find_root(rss_excess, &c, log(NEAREST), best, 1e-10, lo))
        *lo = -HUGE_VAL;
    return true;
}

static double p_of_growth(const struct fit *f, double *mean_rss)
{
    struct line l;
    double sum_w = 0, mean = 0, rss = 0;
    for (size_t i = 0; i < f->n; i++) {
        sum_w += f->weight[i];
        mean += f->weight[i] * f->velocity[i];
    }
    mean /= sum_w;
    for (size_t i = 0; i < f->n; i++) {
        double d = f->velocity[i] - mean;
        rss += f->weight[i] * d * d;
    }
    *mean_rss = rss;
    if (line_fit(f->before_end, f->velocity, f->weight, f->n, &l))
        return 1;
    double sign_t = -l.slope * sqrt(l.sum_wxx);
    if (!(l.variance > 0))
        return sign_t > 0 ? 0 : 1;
    return student_cdf(-sign_t / sqrt(l.variance), (double)(f->n - 2));
}

/* P of so large a gain over a constant velocity; with alpha given one-sided, for t_f lies ahead. */
static double p_of_gain(double gain, double rss, double df, bool free_alpha)
{
    if (!(gain > 0))
        return free_alpha ? 1 : 0.5;
    if (!(rss > 0))
        return 0;
    return free_alpha ? f_upper(gain / 2 / (rss / df), 2, df)
                      : 0.5 * f_upper(gain / (rss / df), 1, df);
}

/* Standard deviation of the latest velocity, from the scatter within all windows. */
static double latest_sd(const struct creep_velocity *v, size_t m, double *df)
{
    double rss = 0;
    *df = 0;
    for (size_t i = 0; i < m; i++) {
        rss += v[i].rss;
        *df += (double)(v[i].n - 2);
    }
    return sqrt(rss / *df / v[m - 1].sum_tt);
}

static enum err fit_new(const struct creep_velocity *v, size_t m, const double *t_d, size_t n,
                        struct arena *arena, struct fit *f)
{
    double end_d = t_d[n - 1], span_d = end_d - t_d[0], largest = 0, heaviest = 0;
    double *at = arena_array(arena, 4 * m + n, sizeof *at);
    if (!at)
        return ERR_NOMEM;
    *f = (struct fit){.n = m, .window = v, .velocity = at, .weight = at + m, .power = 1};
    f->before_end = at + 2 * m;
    f->shape = at + 3 * m;
    f->dt = at + 4 * m;
    for (size_t i = 0; i < m; i++) {
        largest = fmax(largest, fabs(v[i].velocity));
        heaviest = fmax(heaviest, v[i].sum_tt);
    }
    if (!(largest > 0))
        return ERR_CONSTANT;
    for (size_t i = 0; i < m; i++) {
        f->velocity[i] = v[i].velocity / largest;
        f->weight[i] = v[i].sum_tt / heaviest;
        f->before_end[i] = (end_d - v[i].t_d) / span_d;
        for (size_t k = v[i].first; k < v[i].first + v[i].n; k++)
            f->dt[k] = (t_d[k] - v[i].t_d) / span_d;
    }
    return ERR_OK;
}

/* What the tests leave of the verdict, and the date if it stands. */
static void date(struct fit *f, double confidence, double mean_rss, struct creep_forecast *out)
{
    double rss, lo, hi, best = best_delay(f, &rss), df = (double)(f->n - (f->free_alpha ? 3 : 2));
    out->alpha = 1 + 1 / f->power;
    out->p_inverse = p_of_gain(mean_rss - rss, rss, df, f->free_alpha);
    double limit = rss * (1 + f_quantile(confidence, 1, df) / df);
    limit = fmax(limit, rss + DBL_EPSILON * mean_rss);
    if (out->p_inverse > CREEP_SIGNIFICANCE || !delay_interval(f, best, limit, &lo, &hi)) {
        out->verdict = CREEP_STEADY;
        return;
    }
    out->failure_d = exp(best);
    out->lo_d = exp(lo);
    out->hi_d = exp(hi);
}

/* From spans behind the end to days. */
static void to_days(struct creep_forecast *o, double end_d, double span_d)
{
    if (o->verdict != CREEP_ACCELERATING)
        return;
    o->failure_d = end_d + o->failure_d * span_d;
    o->lo_d = end_d + o->lo_d * span_d;
    o->hi_d = end_d + o->hi_d * span_d;
}

static enum err forecast(const double *t_d, const double *x, size_t n, double window_d,
                         double alpha, double confidence, struct arena *arena,
                         struct creep_forecast *out)
{
    struct creep_velocity *v = arena_array(arena, n / 3 + 1, sizeof *v);
    struct creep_forecast o = {.p_inverse = 1, .alpha = alpha};
    if (!v)
        return ERR_NOMEM;
    enum err e = creep_velocities(t_d, x, n, window_d, v, &o.windows);
    if (e)
        return e;
    if (o.windows < CREEP_LEAST_WINDOWS)
        return ERR_TOO_FEW;
    double df, mean_rss;
    o.velocity = v[o.windows - 1].velocity;
    o.velocity_sd = latest_sd(v, o.windows, &df);
    struct fit f;
    e = fit_new(v, o.windows, t_d, n, arena, &f);
    if (e)
        return e;
    f.power = alpha > 0 ? 1 / (alpha - 1) : 1;
    f.free_alpha = alpha == 0;
    o.p_growth = p_of_growth(&f, &mean_rss);
    if (!(o.velocity > student_quantile(1 - CREEP_SIGNIFICANCE, df) * o.velocity_sd))
        o.verdict = CREEP_STILL;
    else
        o.verdict = o.p_growth > CREEP_SIGNIFICANCE ? CREEP_STEADY : CREEP_ACCELERATING;
    if (o.verdict == CREEP_ACCELERATING)
        date(&f, confidence, mean_rss, &o);
    to_days(&o, t_d[n - 1], t_d[n - 1] - t_d[0]);
    if (!isfinite(o.velocity_sd) || !isfinite(o.p_growth) || !isfinite(o.hi_d))
        return ERR_NOT_FINITE;
    *out = o;
    return ERR_OK;
}

enum err creep_forecast(const double *t_d, const double *x, size_t n, double window_d, double alpha,
                        double confidence, struct arena *arena, struct creep_forecast *out)
{
    enum err e = sample_check(x, n, 3 * CREEP_LEAST_WINDOWS);
    if (!e)
        e = sample_varies(x, n);
    if (e)
        return e;
    bool alpha_ok = alpha == 0 || (alpha >= CREEP_ALPHA_MIN && alpha <= CREEP_ALPHA_MAX);
    if (!alpha_ok || !(confidence > 0.5 && confidence < 1))
        return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    e = forecast(t_d, x, n, window_d, alpha, confidence, arena, out);
    arena_rewind(arena, mark);
    return e;
}
