#include "mcd_starts.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/special.h"

void mcd_centre_scale(const double *x, size_t n, double *scratch, double *centre, double *scale)
{
    memcpy(scratch, x, n * sizeof *x);
    *centre = median(scratch, n);
    *scale = MAD_TO_SIGMA * mad(x, n, *centre, scratch);
}

void mcd_smallest(const double *value, size_t n, size_t h, double *scratch, size_t *index)
{
    memcpy(scratch, value, n * sizeof *value);
    double limit = order_select(scratch, n, h - 1);
    size_t below = 0, m = 0;
    for (size_t i = 0; i < n; i++)
        below += value[i] < limit;
    size_t equal = h - below; /* so many of those that equal the limit */
    for (size_t i = 0; i < n; i++)
        if (value[i] < limit || (value[i] == limit && equal > 0)) {
            equal -= value[i] == limit;
            index[m++] = i;
        }
}

void mcd_moments(const struct matrix *z, const size_t *index, size_t m, double divisor,
                 double *mean, struct matrix *covariance)
{
    for (size_t j = 0; j < z->cols; j++) {
        const double *col = matrix_col(z, j);
        double sum = 0;
        for (size_t i = 0; i < m; i++)
            sum += col[index[i]];
        mean[j] = sum / (double)m;
    }
    for (size_t j = 0; j < z->cols; j++)
        for (size_t k = 0; k <= j; k++) {
            const double *a = matrix_col(z, j), *b = matrix_col(z, k);
            double sum = 0;
            for (size_t i = 0; i < m; i++)
                sum += (a[index[i]] - mean[j]) * (b[index[i]] - mean[k]);
            matrix_col(covariance, j)[k] = matrix_col(covariance, k)[j] = sum / divisor;
        }
}

/* Scores whose plain covariance is the estimate: tanh, mid-ranks, normal scores of the ranks. */
static enum err scores(const struct matrix *z, size_t start, struct arena *arena, struct matrix *y)
{
    size_t n = z->rows, *index = arena_array(arena, 2 * n, sizeof *index);
    if (!index)
        return ERR_NOMEM;
    for (size_t j = 0; j < z->cols; j++) {
        const double *from = matrix_col(z, j);
        double *to = matrix_col(y, j);
        if (start > 0)
            order_ranks(from, n, to, index, index + n);
        for (size_t i = 0; i < n; i++)
            if (start == 0)
                to[i] = tanh(from[i]);
            else if (start == 2)
                to[i] = normal_quantile((to[i] - 1.0 / 3) / ((double)n + 1.0 / 3));
    }
    return ERR_OK;
}

static double row_norm2(const struct matrix *z, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < z->cols; j++)
        sum += matrix_col(z, j)[i] * matrix_col(z, j)[i];
    return sum;
}

static void spatial_signs(const struct matrix *z, struct matrix *y)
{
    for (size_t i = 0; i < z->rows; i++) {
        double norm = sqrt(row_norm2(z, i));
        for (size_t j = 0; j < z->cols; j++)
            matrix_col(y, j)[i] = norm > 0 ? matrix_col(z, j)[i] / norm : 0;
    }
}

static void correlation_of(struct matrix *s)
{
    for (size_t j = 0; j < s->cols; j++)
        for (size_t k = 0; k < j; k++) {
            double sd = sqrt(matrix_col(s, j)[j] * matrix_col(s, k)[k]);
            double r = sd > 0 ? matrix_col(s, j)[k] / sd : 0;
            matrix_col(s, j)[k] = matrix_col(s, k)[j] = r;
        }
    for (size_t j = 0; j < s->cols; j++)
        matrix_col(s, j)[j] = 1;
}

/* Covariance of each pair from the robust scales of sum and difference (Gnanadesikan & Kettenring
 * 1972). */
static void pairwise(const struct matrix *z, double *work, struct matrix *s)
{
    size_t n = z->rows;
    for (size_t j = 0; j < z->cols; j++) {
        matrix_col(s, j)[j] = 1;
        for (size_t k = 0; k < j; k++) {
            const double *a = matrix_col(z, j), *b = matrix_col(z, k);
            double centre, scale[2];
            for (int sign = 0; sign < 2; sign++) {
                for (size_t i = 0; i < n; i++)
                    work[i] = sign ? a[i] - b[i] : a[i] + b[i];
                mcd_centre_scale(work, n, work + n, &centre, &scale[sign]);
            }
            double c = (scale[0] * scale[0] - scale[1] * scale[1]) / 4;
            matrix_col(s, j)[k] = matrix_col(s, k)[j] = c;
        }
    }
}

static enum err shape(const struct matrix *z, size_t start, struct arena *arena, struct matrix *s)
{
    size_t n = z->rows;
    struct matrix y = matrix_new(arena, n, z->cols);
    double *work = arena_array(arena, 2 * n, sizeof *work);
    double *mean = arena_array(arena, z->cols, sizeof *mean);
    size_t *index = arena_array(arena, n, sizeof *index), m = n;
    if (!y.at || !work || !mean || !index)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        index[i] = i;
    if (start < 3) {
        enum err e = scores(z, start, arena, &y);
        if (e)
            return e;
        mcd_moments(&y, index, n, (double)n, mean, s);
        correlation_of(s);
    } else if (start == 3) {
        spatial_signs(z, &y);
        mcd_moments(&y, index, n, (double)n, mean, s);
    } else if (start == 4) {
        m = (n + 1) / 2;
        for (size_t i = 0; i < n; i++)
            work[i] = row_norm2(z, i);
        mcd_smallest(work, n, m, work + n, index);
        mcd_moments(z, index, m, (double)m, mean, s);
    } else {
        pairwise(z, work, s);
    }
    return ERR_OK;
}

/* Distances after scaling the principal axes of s robustly: with y = z E L^(-1/2) E^T they are
 * those of y from its medians. */
static enum err axis_distances(const struct matrix *z, const struct matrix *axes,
                               struct arena *arena, double *d2)
{
    size_t n = z->rows, p = z->cols;
    struct matrix v = matrix_new(arena, n, p), y = matrix_new(arena, n, p);
    double *scratch = arena_array(arena, n, sizeof *scratch), centre, scale;
    if (!v.at || !y.at || !scratch)
        return ERR_NOMEM;
    matrix_multiply(z, 0, axes, 0, &v);
    for (size_t j = 0; j < p; j++) {
        mcd_centre_scale(matrix_col(&v, j), n, scratch, &centre, &scale);
        if (!(scale > 0))
            return ERR_SINGULAR;
        for (size_t i = 0; i < n; i++)
            matrix_col(&v, j)[i] /= scale;
    }
    matrix_multiply(&v, 0, axes, 1, &y);
    memset(d2, 0, n * sizeof *d2);
    for (size_t j = 0; j < p; j++) {
        mcd_centre_scale(matrix_col(&y, j), n, scratch, &centre, &scale);
        for (size_t i = 0; i < n; i++)
            d2[i] += (matrix_col(&y, j)[i] - centre) * (matrix_col(&y, j)[i] - centre);
    }
    return ERR_OK;
}

enum err mcd_start(const struct matrix *z, size_t start, struct arena *arena, double *d2)
{
    struct arena_mark mark = arena_mark(arena);
    struct matrix s = matrix_new(arena, z->cols, z->cols);
    double *w = arena_array(arena, z->cols, sizeof *w);
    enum err e = s.at && w ? shape(z, start, arena, &s) : ERR_NOMEM;
    if (!e)
        e = linalg_eigen_symmetric(&s, w, arena);
    if (!e)
        e = axis_distances(z, &s, arena, d2);
    arena_rewind(arena, mark);
    return e;
}
