#include "shikumen/num/record.h"

#include <math.h>

#include "shikumen/num/stats.h"
#include "within.h"

enum { HALF_TAPS = 20 }; /* on each side, in samples of the new rate */
static const double KAISER_BETA = 8.0;
static const double CUT = 0.4; /* of the new rate */

enum err record_check(const struct matrix *y, size_t least)
{
    if (y->cols == 0 || y->rows < least)
        return ERR_TOO_FEW;
    return all_within(y->at, y->rows * y->cols, RECORD_LARGEST) ? ERR_OK : ERR_NOT_FINITE;
}

static void subtract_mean(double *x, size_t n)
{
    double m = sum_neumaier(x, n) / (double)n;

    for (size_t i = 0; i < n; i++)
        x[i] -= m;
}

static void subtract_slope(double *x, size_t n)
{
    double middle = ((double)n - 1.0) / 2.0;
    double spread = (double)n * ((double)n * (double)n - 1.0) / 12.0;
    struct running_sum xt = {0};

    for (size_t i = 0; i < n; i++)
        running_sum_add(&xt, x[i] * ((double)i - middle));
    double slope = running_sum_value(&xt) / spread;
    for (size_t i = 0; i < n; i++)
        x[i] -= slope * ((double)i - middle);
}

void record_detrend(double *x, size_t n, enum detrend kind)
{
    if (kind == DETREND_NONE || n == 0)
        return;
    subtract_mean(x, n);
    if (kind == DETREND_LINEAR && n > 1)
        subtract_slope(x, n);
}

/* Modified Bessel function I0 by its power series, x >= 0 and moderate. */
static double bessel_i0(double x)
{
    double term = 1.0, sum = 1.0;

    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= (x / 2.0 / k) * (x / 2.0 / k);
        sum += term;
    }
    return sum;
}

/* Taps of the half filter, h[0] the middle one; the whole filter sums to 1. */
static void design_low_pass(double *h, size_t factor)
{
    size_t half = HALF_TAPS * factor;
    double cut = 2.0 * CUT / (double)factor, sum = 0.0;

    for (size_t j = 0; j <= half; j++) {
        double u = (double)j / (double)half, angle = M_PI * cut * (double)j;
        double sinc = j == 0 ? 1.0 : sin(angle) / angle;

        h[j] = sinc * bessel_i0(KAISER_BETA * sqrt(1.0 - u * u));
        sum += j == 0 ? h[j] : 2.0 * h[j];
    }
    for (size_t j = 0; j <= half; j++)
        h[j] /= sum;
}

static double filtered(const double *middle, const double *h, size_t half)
{
    double sum = h[0] * middle[0];

    for (size_t j = 1; j <= half; j++)
        sum += h[j] * (middle[j] + *(middle - j));
    return sum;
}

enum err record_decimate(const struct matrix *y, size_t factor, struct matrix *out,
                         struct arena *arena)
{
    if (factor < 2 || factor > 1000)
        return ERR_RANGE;
    size_t half = HALF_TAPS * factor;
    enum err e = record_check(y, 2 * half + 1);
    if (e)
        return e;
    struct matrix made = matrix_new(arena, (y->rows - 2 * half - 1) / factor + 1, y->cols);
    if (!made.at)
        return ERR_NOMEM;
    struct arena_mark mark = arena_mark(arena);
    double *h = arena_array(arena, half + 1, sizeof *h);
    if (!h)
        return ERR_NOMEM;
    design_low_pass(h, factor);
    for (size_t c = 0; c < y->cols; c++)
        for (size_t i = 0; i < made.rows; i++)
            matrix_col(&made, c)[i] = filtered(matrix_col(y, c) + half + i * factor, h, half);
    arena_rewind(arena, mark);
    *out = made;
    return ERR_OK;
}
