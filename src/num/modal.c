#include "shikumen/num/modal.h"

#include <math.h>

static size_t largest_component(const double complex *shape, size_t n)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (cabs(shape[i]) > cabs(shape[best]))
            best = i;
    return best;
}

/* 1 / the largest modulus; 0 when the shape is zero or not finite. */
static double unit_of(const double complex *shape, size_t n)
{
    double largest = 0.0;

    for (size_t i = 0; i < n; i++) {
        double modulus = cabs(shape[i]);

        if (!isfinite(modulus))
            return 0.0;
        largest = fmax(largest, modulus);
    }
    return largest > 0.0 && isfinite(1.0 / largest) ? 1.0 / largest : 0.0;
}

double modal_mac(const double complex *a, const double complex *b, size_t n)
{
    double ua = unit_of(a, n), ub = unit_of(b, n);
    double re = 0.0, im = 0.0, aa = 0.0, bb = 0.0;

    if (ua == 0.0 || ub == 0.0)
        return 0.0;
    for (size_t i = 0; i < n; i++) {
        double ar = creal(a[i]) * ua, ai = cimag(a[i]) * ua;
        double br = creal(b[i]) * ub, bi = cimag(b[i]) * ub;

        re += ar * br + ai * bi;
        im += ar * bi - ai * br;
        aa += ar * ar + ai * ai;
        bb += br * br + bi * bi;
    }
    return fmin((re * re + im * im) / (aa * bb), 1.0);
}

/* Second moments about zero of (Re, Im), of the shape scaled to largest modulus 1; all zero when it
 * has no unit. */
struct moments {
    double xx, yy, xy, unit;
};

static struct moments moments_of(const double complex *shape, size_t n)
{
    struct moments m = {.unit = unit_of(shape, n)};

    for (size_t i = 0; i < n && m.unit > 0.0; i++) {
        double x = creal(shape[i]) * m.unit, y = cimag(shape[i]) * m.unit;

        m.xx += x * x;
        m.yy += y * y;
        m.xy += x * y;
    }
    return m;
}

/* Angle of the principal line against the real axis. */
static double principal_angle(const struct moments *m)
{
    return 0.5 * atan2(2.0 * m->xy, m->xx - m->yy);
}

double modal_mpc(const double complex *shape, size_t n)
{
    struct moments m = moments_of(shape, n);
    double sum = m.xx + m.yy, difference = hypot(m.xx - m.yy, 2.0 * m.xy);

    if (m.unit == 0.0)
        return 0.0;
    return fmin(difference * difference / (sum * sum), 1.0);
}

double modal_mpd(const double complex *shape, size_t n)
{
    struct moments m = moments_of(shape, n);
    double angle = principal_angle(&m), c = cos(angle), s = sin(angle);
    double deviation = 0.0, weight = 0.0;

    if (m.unit == 0.0)
        return 0.0;
    for (size_t i = 0; i < n; i++) {
        double x = creal(shape[i]) * m.unit, y = cimag(shape[i]) * m.unit;
        double modulus = hypot(x, y);

        deviation += modulus * atan2(fabs(y * c - x * s), fabs(x * c + y * s));
        weight += modulus;
    }
    return deviation / weight;
}

void modal_normalise(double complex *shape, size_t n)
{
    if (unit_of(shape, n) == 0.0)
        return;
    size_t top = largest_component(shape, n);
    double complex divisor = shape[top];
    for (size_t i = 0; i < n; i++)
        shape[i] = i == top ? 1.0 : shape[i] / divisor;
}

void modal_real(const double complex *shape, size_t n, double *real)
{
    struct moments m = moments_of(shape, n);
    double angle = principal_angle(&m), c = cos(angle), s = sin(angle), top = 0.0;

    for (size_t i = 0; i < n; i++) {
        real[i] = m.unit == 0.0 ? 0.0 : creal(shape[i]) * m.unit * c + cimag(shape[i]) * m.unit * s;
        if (fabs(real[i]) > fabs(top))
            top = real[i];
    }
    for (size_t i = 0; i < n && top != 0.0; i++)
        real[i] /= top;
}

enum err modal_expected_frequency(double h_m, struct expected_frequency *out)
{
    if (!(h_m >= 1.0 && h_m <= 100.0))
        return ERR_RANGE;
    double f = 46.0 / h_m;
    *out = (struct expected_frequency){f, 0.5 * f, 1.5 * f};
    return ERR_OK;
}
