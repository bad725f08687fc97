#include <math.h>

#include "shikumen/num/stats.h"

void moments_merge(struct moments *m, const struct moments *other)
{
    double a = (double)m->count, b = (double)other->count;
    double d = other->mean - m->mean, s, t;

    if (other->count == 0)
        return;
    if (m->count == 0) {
        *m = *other;
        return;
    }
    s = d / (a + b);
    t = a * b * d * s;
    m->m4 += other->m4 + t * s * s * (a * a - a * b + b * b) +
             6 * s * s * (a * a * other->m2 + b * b * m->m2) + 4 * s * (a * other->m3 - b * m->m3);
    m->m3 += other->m3 + t * s * (a - b) + 3 * s * (a * other->m2 - b * m->m2);
    m->m2 += other->m2 + t;
    m->mean += b * s;
    m->min = fmin(m->min, other->min);
    m->max = fmax(m->max, other->max);
    m->count += other->count;
}

void moments_add(struct moments *m, double x)
{
    struct moments one = {.count = 1, .mean = x, .min = x, .max = x};

    if (isfinite(x))
        moments_merge(m, &one);
}

static enum err give(size_t count, size_t least, double value, double *out)
{
    if (count < least)
        return ERR_TOO_FEW;
    if (!isfinite(value))
        return ERR_NOT_FINITE;
    *out = value;
    return ERR_OK;
}

enum err moments_mean(const struct moments *m, double *out)
{
    return give(m->count, 1, m->mean, out);
}

enum err moments_variance(const struct moments *m, double *out)
{
    return give(m->count, 2, m->m2 / ((double)m->count - 1), out);
}

enum err moments_sd(const struct moments *m, double *out)
{
    return give(m->count, 2, sqrt(m->m2 / ((double)m->count - 1)), out);
}

/* Powers of the spread below this have lost digits on the way to it, being near the least double.
 */
#define LEAST_POWER 1e-290

enum err moments_skewness(const struct moments *m, double *out)
{
    double root = sqrt(m->m2);

    if (m->count >= 3 && m->m2 * root < LEAST_POWER)
        return ERR_CONSTANT;
    return give(m->count, 3, sqrt((double)m->count) * (m->m3 / m->m2 / root), out);
}

enum err moments_kurtosis(const struct moments *m, double *out)
{
    if (m->count >= 4 && m->m2 * m->m2 < LEAST_POWER)
        return ERR_CONSTANT;
    return give(m->count, 4, (double)m->count * (m->m4 / m->m2 / m->m2) - 3, out);
}

void moments_weighted_add(struct moments_weighted *m, double x, double w)
{
    double d = m->weight > 0 ? x - m->mean : x;

    if (!isfinite(x) || !(w >= 1e-100 && w <= 1e100))
        return;
    m->weight += w;
    m->weight2 += w * w;
    m->mean += d * (w / m->weight);
    m->m2 += w * d * (x - m->mean);
}

void moments_weighted_forget(struct moments_weighted *m, double keep)
{
    if (!(keep >= 0 && keep <= 1))
        return;
    m->weight *= keep;
    m->weight2 *= keep * keep;
    m->m2 *= keep;
    if (m->weight < 1e-150)
        *m = (struct moments_weighted){0};
}

double moments_weighted_count(const struct moments_weighted *m)
{
    return m->weight2 > 0 ? m->weight * (m->weight / m->weight2) : 0;
}

enum err moments_weighted_mean(const struct moments_weighted *m, double *out)
{
    return give(m->weight > 0, 1, m->mean, out);
}

enum err moments_weighted_variance(const struct moments_weighted *m, double *out)
{
    double count = moments_weighted_count(m);

    return give(count > 1 + 1e-12, 1, m->m2 / m->weight / (1 - 1 / count), out);
}

enum err moments_weighted_sd(const struct moments_weighted *m, double *out)
{
    double v;
    enum err e = moments_weighted_variance(m, &v);

    if (e == ERR_OK)
        *out = sqrt(v);
    return e;
}
