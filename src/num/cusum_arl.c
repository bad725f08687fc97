#include <math.h>

#include "shikumen/num/cusum.h"

#define OVERSHOOT     1.166 /* Siegmund's correction of h for the jump over it, both ends */
#define PARAMETER_MAX 1e6   /* of delta, k and h */

/* 2 (exp(u) - 1 - u) / u^2, 1 at u = 0. */
static double parabola_ratio(double u)
{
    double term = 1, sum = 1;

    if (fabs(u) > 1)
        return 2 * (expm1(u) - u) / (u * u);
    for (int i = 3; i < 20; i++) {
        term *= u / i;
        sum += term;
    }
    return sum;
}

static double siegmund(double drift, double b)
{
    return b * b * parabola_ratio(-2 * drift * b);
}

static enum err check(double delta, double k, double h)
{
    if (!isfinite(delta) || !isfinite(k) || !isfinite(h))
        return ERR_NOT_FINITE;
    if (fabs(delta) > PARAMETER_MAX || k < 0 || k > PARAMETER_MAX || h <= 0 || h > PARAMETER_MAX)
        return ERR_RANGE;
    return ERR_OK;
}

static enum err give(double value, double *out)
{
    if (!isfinite(value))
        return ERR_NOT_FINITE;
    *out = value;
    return ERR_OK;
}

enum err cusum_arl_one_sided(double delta, double k, double h, double *arl)
{
    enum err e = check(delta, k, h);

    return e ? e : give(siegmund(delta - k, h + OVERSHOOT), arl);
}

enum err cusum_arl(double delta, double k, double h, double *arl)
{
    enum err e = check(delta, k, h);
    double b = h + OVERSHOOT;

    if (e)
        return e;
    return give(1 / (1 / siegmund(delta - k, b) + 1 / siegmund(-delta - k, b)), arl);
}

/* u > 0 of exp(u) - 1 - u = target: convex, so that Newton's steps from above stay above. */
static double solve_parabola(double target)
{
    double u = fmin(sqrt(2 * target), 1 + log1p(target));

    for (int i = 0; i < 100; i++) {
        double step = (u * u / 2 * parabola_ratio(u) - target) / expm1(u);

        u -= step;
        if (step <= 1e-15 * u)
            break;
    }
    return u;
}

enum err cusum_h_for(double arl0, double k, double *h)
{
    double target, b;

    if (!isfinite(arl0) || !isfinite(k))
        return ERR_NOT_FINITE;
    if (arl0 <= 0 || arl0 > 1e12 || k < 0 || k > 10)
        return ERR_RANGE;
    target = 4 * k * k * arl0; /* one side: b^2 ratio(2 k b) = 2 arl0 */
    b = target < 1e-30 ? sqrt(2 * arl0) : solve_parabola(target) / (2 * k);
    if (b <= OVERSHOOT)
        return ERR_RANGE;
    *h = b - OVERSHOOT;
    return ERR_OK;
}
