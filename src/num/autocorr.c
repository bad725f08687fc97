#include "shikumen/num/autocorr.h"

#include <math.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

#define MOST_PHI 0.999

enum err ar1_coefficient(const double *x, size_t n, enum ar1_bias bias, double *phi)
{
    double r[2];
    enum err e = sample_check(x, n, 6);

    if (e == ERR_OK)
        e = autocorrelation(x, n, 1, r);
    if (e)
        return e;
    if (bias == AR1_CORRECTED)
        r[1] = ((double)n * r[1] + 1) / ((double)n - 4);
    *phi = fmin(MOST_PHI, fmax(-MOST_PHI, r[1]));
    return ERR_OK;
}

enum err ar1_whiten(const double *x, size_t n, double phi, double *w)
{
    enum err e = fabs(phi) < 1 ? sample_check(x, n, 1) : ERR_RANGE;
    double before;

    if (e)
        return e;
    before = x[0];
    w[0] = sqrt((1 - phi) * (1 + phi)) * x[0];
    for (size_t i = 1; i < n; i++) {
        double now = x[i];

        w[i] = now - phi * before;
        before = now;
    }
    return sample_check(w, n, 1);
}

enum err effective_n_ar1(size_t n, double phi, double *out)
{
    if (n < 1 || !(fabs(phi) < 1))
        return ERR_RANGE;
    *out = fmax(1, (double)n * (1 - phi) / (1 + phi));
    return ERR_OK;
}

enum err effective_n(size_t n, const double *rho, size_t lags, double *out)
{
    struct running_sum sum = {0.5, 0};
    double inflation;

    if (n < 1)
        return ERR_TOO_FEW;
    if (lags >= n)
        return ERR_RANGE;
    for (size_t k = 1; k <= lags; k++)
        running_sum_add(&sum, (1 - (double)k / (double)n) * rho[k]);
    inflation = 2 * running_sum_value(&sum);
    if (!isfinite(inflation))
        return ERR_NOT_FINITE;
    if (inflation <= 0)
        return ERR_RANGE;
    *out = (double)n / inflation;
    return isfinite(*out) ? ERR_OK : ERR_NOT_FINITE;
}

/* 1 + 2 sum r_k over the initial positive pairs of r_0 .. r_lags; whether their end was met. */
static bool inflation_of(const double *r, size_t lags, double *inflation)
{
    double sum = 0;

    for (size_t k = 0; k < lags; k += 2) {
        double pair = r[k] + r[k + 1];

        *inflation = 2 * sum - 1;
        if (pair <= 0)
            return true;
        sum += pair;
    }
    *inflation = 2 * sum - 1;
    return false;
}

enum err effective_n_sample(const double *x, size_t n, struct arena *arena, double *out)
{
    struct arena_mark mark = arena_mark(arena);
    double inflation = 1;
    bool ended = false;
    enum err e = sample_check(x, n, 8);

    for (size_t lags = 31; e == ERR_OK && !ended; lags = 2 * lags + 1) {
        double *r;

        ended = lags >= n - 1;
        lags = ended ? n - 1 - n % 2 : lags;
        r = arena_array(arena, lags + 1, sizeof *r);
        e = r ? autocorrelation(x, n, lags, r) : ERR_NOMEM;
        if (e == ERR_OK)
            ended = inflation_of(r, lags, &inflation) || ended;
        arena_rewind(arena, mark);
    }
    if (e == ERR_OK)
        *out = fmin(fmax((double)n / fmax(inflation, 1 / (double)n), 1), (double)n * (double)n);
    return e;
}

enum err ljung_box(const double *x, size_t n, size_t lags, size_t fitted, struct arena *arena,
                   struct ljung_box *out)
{
    struct arena_mark mark = arena_mark(arena);
    enum err e = sample_check(x, n, 3);
    double *r, sum = 0;

    if (e == ERR_OK && (lags <= fitted || lags >= n))
        e = ERR_RANGE;
    if (e)
        return e;
    r = arena_array(arena, lags + 1, sizeof *r);
    e = r ? autocorrelation(x, n, lags, r) : ERR_NOMEM;
    for (size_t k = 1; e == ERR_OK && k <= lags; k++)
        sum += r[k] * r[k] / (double)(n - k);
    arena_rewind(arena, mark);
    if (e)
        return e;
    out->q = (double)n * ((double)n + 2) * sum;
    out->df = lags - fitted;
    out->p = chi2_upper(out->q, (double)out->df);
    return ERR_OK;
}

enum err durbin_watson(const double *residual, size_t n, double *out)
{
    struct running_sum changes = {0}, squares = {0};
    double most = 0;
    enum err e = sample_check(residual, n, 2);

    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(residual[i]));
    if (most <= 0)
        return ERR_CONSTANT;
    for (size_t i = 0; i < n; i++) {
        double r = residual[i] / most, d = i > 0 ? r - residual[i - 1] / most : 0;

        running_sum_add(&squares, r * r);
        running_sum_add(&changes, d * d);
    }
    *out = running_sum_value(&changes) / running_sum_value(&squares);
    return ERR_OK;
}
