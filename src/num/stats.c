#include "shikumen/num/stats.h"

#include <math.h>

#include "shikumen/num/sample.h"

/* The rounding error of the sum by Knuth's TwoSum, which needs no comparison (The Art of Computer
 * Programming 2, 4.2.2). */
static inline void two_sum(double *sum, double *compensation, double x)
{
    double t = *sum + x, back = t - *sum;

    *compensation += (*sum - (t - back)) + (x - back);
    *sum = t;
}

/* Two doubles of which the processor may take both at once. */
typedef double pair __attribute__((vector_size(16)));

/* two_sum of each. */
static inline void two_sums(pair *sum, pair *compensation, const double *x)
{
    pair added = {x[0], x[1]}, t = *sum + added, back = t - *sum;

    *compensation += (*sum - (t - back)) + (added - back);
    *sum = t;
}

void running_sum_add(struct running_sum *s, double x)
{
    two_sum(&s->sum, &s->compensation, x);
}

double running_sum_value(const struct running_sum *s)
{
    return s->sum + s->compensation;
}

static double sum_in_order(const double *x, size_t n)
{
    struct running_sum s = {0};

    for (size_t i = 0; i < n; i++)
        running_sum_add(&s, x[i]);
    return running_sum_value(&s);
}

double sum_neumaier(const double *x, size_t n)
{
    pair sum[2] = {{0, 0}, {0, 0}}, rest[2] = {{0, 0}, {0, 0}};
    struct running_sum s = {0};
    double total;
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        two_sums(&sum[0], &rest[0], x + i);
        two_sums(&sum[1], &rest[1], x + i + 2);
    }
    for (; i < n; i++)
        running_sum_add(&s, x[i]);
    for (size_t k = 0; k < 4; k++)
        running_sum_add(&s, sum[k / 2][k % 2]);
    s.compensation += (rest[0][0] + rest[1][0]) + (rest[0][1] + rest[1][1]);
    total = running_sum_value(&s);
    return isfinite(total) ? total : sum_in_order(x, n); /* a quarter may overflow, the whole not */
}

enum err mean(const double *x, size_t n, double *out)
{
    enum err e = sample_check(x, n, 1);
    double m;

    if (e)
        return e;
    m = sum_neumaier(x, n) / (double)n;
    if (!isfinite(m))
        return ERR_NOT_FINITE;
    *out = m;
    return ERR_OK;
}

/* A sample's centre as the sum mean + rest, and a power of two that brings its deviations near 1.
 */
struct centre {
    double mean, rest, scale;
};

static double deviation(const struct centre *c, double x)
{
    return ((x - c->mean) - c->rest) * c->scale;
}

static enum err find_centre(const double *x, size_t n, size_t least, struct centre *c)
{
    enum err e = sample_check(x, n, least);
    struct running_sum rest = {0};
    double largest = 0;
    int exponent;

    if (e == ERR_OK)
        e = mean(x, n, &c->mean);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - c->mean;

        running_sum_add(&rest, d);
        largest = fmax(largest, fabs(d));
    }
    if (!isfinite(largest) || !isfinite(running_sum_value(&rest)))
        return ERR_NOT_FINITE;
    frexp(largest, &exponent);
    c->rest = running_sum_value(&rest) / (double)n;
    c->scale = ldexp(1, exponent < -1000 ? 1000 : -exponent);
    return ERR_OK;
}

/* Sum over i < n of the product of the scaled deviations of x[i] and y[i]. */
static double products(const double *x, const struct centre *cx, const double *y,
                       const struct centre *cy, size_t n)
{
    struct running_sum s = {0};

    for (size_t i = 0; i < n; i++)
        running_sum_add(&s, deviation(cx, x[i]) * deviation(cy, y[i]));
    return running_sum_value(&s);
}

enum err covariance(const double *x, const double *y, size_t n, double *out)
{
    struct centre cx, cy;
    enum err e = find_centre(x, n, 2, &cx);
    double c;

    if (e == ERR_OK)
        e = find_centre(y, n, 2, &cy);
    if (e)
        return e;
    c = products(x, &cx, y, &cy, n) / (double)(n - 1) / cx.scale / cy.scale;
    if (!isfinite(c))
        return ERR_NOT_FINITE;
    *out = c;
    return ERR_OK;
}

enum err variance(const double *x, size_t n, double *out)
{
    return covariance(x, x, n, out);
}

enum err correlation(const double *x, const double *y, size_t n, double *out)
{
    struct centre cx, cy;
    enum err e = find_centre(x, n, 2, &cx);
    double xx, yy;

    if (e == ERR_OK)
        e = find_centre(y, n, 2, &cy);
    if (e == ERR_OK)
        e = sample_varies(x, n);
    if (e == ERR_OK)
        e = sample_varies(y, n);
    if (e)
        return e;
    xx = products(x, &cx, x, &cx, n);
    yy = products(y, &cy, y, &cy, n);
    *out = fmin(fmax(products(x, &cx, y, &cy, n) / (sqrt(xx) * sqrt(yy)), -1), 1);
    return ERR_OK;
}

/* The same of x with itself lag values later, in four sums: a compensated one would wait for every
 * addition, and the ratio of two of these needs no more digits. */
static double lagged_products(const double *x, const struct centre *c, size_t n, size_t lag)
{
    double sum[4] = {0, 0, 0, 0};
    size_t i = 0;

    for (; i + 4 <= n - lag; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += deviation(c, x[i + k]) * deviation(c, x[i + k + lag]);
    for (; i < n - lag; i++)
        sum[0] += deviation(c, x[i]) * deviation(c, x[i + lag]);
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

enum err autocorrelation(const double *x, size_t n, size_t lags, double *r)
{
    struct centre c;
    enum err e = find_centre(x, n, 1, &c);
    double squares;

    if (e)
        return e;
    if (lags >= n)
        return ERR_TOO_FEW;
    e = sample_varies(x, n);
    if (e)
        return e;
    squares = lagged_products(x, &c, n, 0);
    for (size_t k = 0; k <= lags; k++)
        r[k] = lagged_products(x, &c, n, k) / squares;
    return ERR_OK;
}
