#include "line.h"

#include <math.h>

#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

static double weight(const double *w, size_t i)
{
    return w ? w[i] : 1;
}

static double centre_of(const double *x, const double *w, size_t n, double sum_w)
{
    struct running_sum s = {0, 0};
    for (size_t i = 0; i < n; i++)
        running_sum_add(&s, weight(w, i) / sum_w * (x[i] - x[0]));
    return x[0] + running_sum_value(&s);
}

static double residuals(const struct line *l, const double *x, const double *y, const double *w)
{
    double rss = 0;
    for (size_t i = 0; i < l->n; i++) {
        double e = y[i] - (l->level + l->slope * (x[i] - l->centre));
        rss += weight(w, i) * e * e;
    }
    return rss;
}

enum err line_fit(const double *x, const double *y, const double *w, size_t n, struct line *out)
{
    if (n < 2)
        return ERR_TOO_FEW;
    struct line l = {.n = n};
    for (size_t i = 0; i < n; i++)
        l.sum_w += weight(w, i);
    l.centre = centre_of(x, w, n, l.sum_w);
    l.level = centre_of(y, w, n, l.sum_w);
    double sum_wxy = 0;
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - l.centre, wdx = weight(w, i) * dx;
        l.sum_wxx += wdx * dx;
        sum_wxy += wdx * (y[i] - l.level);
    }
    if (!isfinite(l.sum_wxx) || !isfinite(sum_wxy))
        return ERR_NOT_FINITE;
    if (!(l.sum_wxx > 0))
        return ERR_SINGULAR;
    l.slope = sum_wxy / l.sum_wxx;
    l.rss = residuals(&l, x, y, w);
    l.variance = n > 2 ? l.rss / (double)(n - 2) : 0;
    if (!isfinite(l.slope) || !isfinite(l.rss))
        return ERR_NOT_FINITE;
    *out = l;
    return ERR_OK;
}

struct line_zero line_zero(const struct line *l, double confidence)
{
    double t = student_quantile((1 + confidence) / 2, (double)(l->n - 2));
    double a = l->level, b = l->slope;
    double var_a = t * t * l->variance / l->sum_w, var_b = t * t * l->variance / l->sum_wxx;
    struct line_zero z = {.at = l->centre - a / b, .bounded = b * b > var_b};
    if (!z.bounded)
        return z;
    double lead = b * b - var_b;
    double root = sqrt(a * a * var_b + lead * var_a);
    z.lo = l->centre + (-a * b - root) / lead;
    z.hi = l->centre + (-a * b + root) / lead;
    return z;
}
