#include "shikumen/num/linalg.h"

#include <math.h>
#include <stdint.h>

#include "dot.h"
#include "shikumen/num/sample.h"

struct matrix matrix_new(struct arena *a, size_t rows, size_t cols)
{
    double *at =
        cols == 0 || rows <= SIZE_MAX / cols ? arena_array(a, rows * cols, sizeof *at) : NULL;

    return (struct matrix){rows, cols, at};
}

static double element(const struct matrix *m, int transposed, size_t i, size_t j)
{
    return transposed ? m->at[i * m->rows + j] : m->at[j * m->rows + i];
}

/* out_j += sum_k a_k b_kj, column after column, so that memory is walked in order. */
static void multiply_columns(const struct matrix *a, const struct matrix *b, int b_transposed,
                             struct matrix *out)
{
    for (size_t j = 0; j < out->cols; j++) {
        double *restrict to = matrix_col(out, j);

        for (size_t k = 0; k < a->cols; k++) {
            const double *from = matrix_col(a, k);
            double factor = element(b, b_transposed, k, j);

            for (size_t i = 0; i < out->rows; i++)
                to[i] += factor * from[i];
        }
    }
}

/* out_ij = a_i . b_j for a transposed, where the columns of a are what is summed over. */
static void multiply_dots(const struct matrix *a, const struct matrix *b, int b_transposed,
                          struct matrix *out)
{
    for (size_t j = 0; j < out->cols; j++)
        for (size_t i = 0; i < out->rows; i++) {
            const double *left = matrix_col(a, i);
            double sum = 0;

            if (!b_transposed)
                sum = dot(left, matrix_col(b, j), a->rows);
            for (size_t k = 0; b_transposed && k < a->rows; k++)
                sum += left[k] * element(b, b_transposed, k, j);
            matrix_col(out, j)[i] = sum;
        }
}

void matrix_multiply(const struct matrix *a, int a_transposed, const struct matrix *b,
                     int b_transposed, struct matrix *out)
{
    if (a_transposed) {
        multiply_dots(a, b, b_transposed, out);
        return;
    }
    for (size_t i = 0; i < out->rows * out->cols; i++)
        out->at[i] = 0;
    multiply_columns(a, b, b_transposed, out);
}

enum err linalg_cholesky(struct matrix *a)
{
    size_t n = a->rows;
    enum err e = sample_check(a->at, n * n, 1);

    if (e)
        return e;
    for (size_t j = 0; j < n; j++) {
        double *col = matrix_col(a, j), pivot;

        for (size_t k = 0; k < j; k++) {
            const double *before = matrix_col(a, k);

            for (size_t i = j; i < n; i++)
                col[i] -= before[j] * before[i];
        }
        if (!(col[j] > 0) || !isfinite(col[j]))
            return ERR_SINGULAR;
        pivot = sqrt(col[j]);
        for (size_t i = 0; i < n; i++)
            col[i] = i < j ? 0 : col[i] / pivot;
    }
    return ERR_OK;
}

void linalg_forward(const struct matrix *l, double *b)
{
    for (size_t j = 0; j < l->rows; j++) {
        const double *col = matrix_col(l, j);

        b[j] /= col[j];
        for (size_t i = j + 1; i < l->rows; i++)
            b[i] -= b[j] * col[i];
    }
}

void linalg_cholesky_solve(const struct matrix *l, double *b)
{
    linalg_forward(l, b);
    for (size_t j = l->rows; j-- > 0;) {
        const double *col = matrix_col(l, j);

        for (size_t i = j + 1; i < l->rows; i++)
            b[j] -= col[i] * b[i];
        b[j] /= col[j];
    }
}

double linalg_log_determinant(const struct matrix *l)
{
    double sum = 0;

    for (size_t i = 0; i < l->rows; i++)
        sum += log(matrix_col(l, i)[i]);
    return 2 * sum;
}
