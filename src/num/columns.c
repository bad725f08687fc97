#include "columns.h"

#include <math.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"

#define OPEN_SHARE 1e-12

/* Deviations are taken in units of the largest, so that their squares neither overflow nor vanish.
 */
static enum err moments_of(const double *x, size_t n, double *mean_out, double *sd)
{
    enum err e = mean(x, n, mean_out);
    if (!e)
        e = sample_varies(x, n);
    if (e)
        return e;
    double largest = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i] - *mean_out));
    for (size_t i = 0; i < n; i++) {
        double d = (x[i] - *mean_out) / largest;
        sum += d * d;
    }
    *sd = largest * sqrt(sum / (double)(n - 1));
    if (!isfinite(*mean_out) || !isfinite(*sd))
        return ERR_NOT_FINITE;
    return *sd > 0 ? ERR_OK : ERR_CONSTANT;
}

enum err columns_moments(const struct matrix *x, double *mean, double *sd)
{
    for (size_t j = 0; j < x->cols; j++) {
        enum err e = moments_of(matrix_col(x, j), x->rows, &mean[j], &sd[j]);
        if (e)
            return e;
    }
    return ERR_OK;
}

void columns_standardise(const struct matrix *x, const double *centre, const double *scale,
                         struct matrix *z)
{
    for (size_t j = 0; j < x->cols; j++) {
        const double *from = matrix_col(x, j);
        double *to = matrix_col(z, j);
        for (size_t i = 0; i < x->rows; i++)
            to[i] = (from[i] - centre[j]) / scale[j];
    }
}

enum err columns_factor(struct matrix *covariance)
{
    enum err e = linalg_cholesky(covariance);
    if (e)
        return e;
    for (size_t i = 0; i < covariance->rows; i++) {
        double variance = 0, open = matrix_col(covariance, i)[i];
        for (size_t j = 0; j <= i; j++)
            variance += matrix_col(covariance, j)[i] * matrix_col(covariance, j)[i];
        if (!(open * open > OPEN_SHARE * variance))
            return ERR_SINGULAR;
    }
    return ERR_OK;
}
