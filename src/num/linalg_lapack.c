#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "shikumen/num/linalg.h"
#include "shikumen/num/sample.h"

#define lapack_complex_float  float _Complex
#define lapack_complex_double double _Complex
#include <lapacke.h>

#define ORDER LAPACK_COL_MAJOR

/* LAPACK counts with 32 bits. */
static enum err check(const struct matrix *a)
{
    if (a->rows < 1 || a->cols < 1)
        return ERR_TOO_FEW;
    if (a->rows > INT32_MAX / a->cols)
        return ERR_RANGE;
    return sample_check(a->at, a->rows * a->cols, 1);
}

/* What LAPACK said: a positive number is an iteration that failed, a negative one an argument. */
static enum err result_of(lapack_int info)
{
    return info == 0 ? ERR_OK : info > 0 ? ERR_DIVERGED : ERR_RANGE;
}

enum err linalg_qr(struct matrix *a, struct qr *out, struct arena *arena)
{
    lapack_int m = (lapack_int)a->rows, n = (lapack_int)a->cols, *pivot, info;
    lapack_int work_size = 2 * n + (n + 1) * 32;
    double *work, least;
    enum err e = check(a);

    if (e)
        return e;
    if (m < n)
        return ERR_TOO_FEW;
    *out = (struct qr){.a = *a};
    out->tau = arena_array(arena, a->cols, sizeof *out->tau);
    out->pivot = arena_array(arena, a->cols, sizeof *out->pivot);
    pivot = arena_array(arena, a->cols, sizeof *pivot);
    work = arena_array(arena, (size_t)work_size, sizeof *work);
    if (!out->tau || !out->pivot || !pivot || !work)
        return ERR_NOMEM;
    info = LAPACKE_dgeqp3_work(ORDER, m, n, a->at, m, pivot, out->tau, work, work_size);
    least = (double)m * DBL_EPSILON * fabs(a->at[0]);
    for (size_t i = 0; i < a->cols; i++) {
        out->pivot[i] = (size_t)pivot[i] - 1;
        if (out->rank == i && fabs(matrix_col(a, i)[i]) > least)
            out->rank = i + 1;
    }
    return result_of(info);
}

enum err linalg_qr_transform(const struct qr *q, double *y, struct arena *arena)
{
    lapack_int m = (lapack_int)q->a.rows, k = (lapack_int)q->a.cols, info;
    double *work = arena_alloc(arena, 64 * sizeof *work);

    if (!work)
        return ERR_NOMEM;
    info = LAPACKE_dormqr_work(ORDER, 'L', 'T', m, 1, k, q->a.at, m, q->tau, y, m, work, 1);
    return result_of(info);
}

void linalg_qr_solve(const struct qr *q, const double *qty, double *b)
{
    for (size_t j = 0; j < q->a.cols; j++)
        b[q->pivot[j]] = 0;
    for (size_t i = q->rank; i-- > 0;) {
        double sum = qty[i];

        for (size_t j = i + 1; j < q->rank; j++)
            sum -= matrix_col(&q->a, j)[i] * b[q->pivot[j]];
        b[q->pivot[i]] = sum / matrix_col(&q->a, i)[i];
    }
}

/* Row i of R^-1 from its columns: column j solves R x = e_j. */
static void inverse_column(const struct qr *q, size_t j, double *x)
{
    for (size_t i = j + 1; i-- > 0;) {
        double sum = i == j;

        for (size_t k = i + 1; k <= j; k++)
            sum -= matrix_col(&q->a, k)[i] * x[k];
        x[i] = sum / matrix_col(&q->a, i)[i];
    }
}

enum err linalg_qr_inverse_gram(const struct qr *q, struct matrix *g, struct arena *arena)
{
    size_t n = q->a.cols;
    struct matrix inverse = matrix_new(arena, n, n);

    if (q->rank < n)
        return ERR_SINGULAR;
    if (!inverse.at)
        return ERR_NOMEM;
    for (size_t j = 0; j < n; j++)
        inverse_column(q, j, matrix_col(&inverse, j));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;

            for (size_t k = i; k < n; k++)
                sum += matrix_col(&inverse, k)[i] * matrix_col(&inverse, k)[j];
            matrix_col(g, q->pivot[j])[q->pivot[i]] = sum;
            matrix_col(g, q->pivot[i])[q->pivot[j]] = sum;
        }
    return ERR_OK;
}

enum err linalg_svd(struct matrix *a, struct svd *out, struct arena *arena)
{
    lapack_int m = (lapack_int)a->rows, n = (lapack_int)a->cols, k = m < n ? m : n, info;
    lapack_int *index, work_size = -1;
    double *work, size;
    enum err e = check(a);

    if (e)
        return e;
    out->k = (size_t)k;
    out->u = matrix_new(arena, a->rows, out->k);
    out->vt = matrix_new(arena, out->k, a->cols);
    out->s = arena_array(arena, out->k, sizeof *out->s);
    index = arena_array(arena, 8 * out->k, sizeof *index);
    info = LAPACKE_dgesdd_work(ORDER, 'S', m, n, a->at, m, out->s, out->u.at, m, out->vt.at, k,
                               &size, work_size, index);
    work_size = (lapack_int)size;
    work = info == 0 ? arena_array(arena, (size_t)work_size, sizeof *work) : NULL;
    if (!out->u.at || !out->vt.at || !out->s || !index || !work)
        return ERR_NOMEM;
    info = LAPACKE_dgesdd_work(ORDER, 'S', m, n, a->at, m, out->s, out->u.at, m, out->vt.at, k,
                               work, work_size, index);
    return result_of(info);
}

/* LAPACK's ascending eigenvalues made descending. */
static void reverse_values(double *w, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        double t = w[i];

        w[i] = w[n - 1 - i];
        w[n - 1 - i] = t;
    }
}

/* Swaps columns j and n - 1 - j and points the largest component of each upwards. */
static void reverse_columns(struct matrix *a)
{
    size_t n = a->rows;

    for (size_t j = 0; j < n / 2; j++)
        for (size_t i = 0; i < n; i++) {
            double t = matrix_col(a, j)[i];

            matrix_col(a, j)[i] = matrix_col(a, n - 1 - j)[i];
            matrix_col(a, n - 1 - j)[i] = t;
        }
    for (size_t j = 0; j < n; j++) {
        double *col = matrix_col(a, j), largest = 0;

        for (size_t i = 0; i < n; i++)
            largest = fabs(col[i]) > fabs(largest) ? col[i] : largest;
        for (size_t i = 0; largest < 0 && i < n; i++)
            col[i] = -col[i];
    }
}

enum err linalg_eigen_symmetric(struct matrix *a, double *w, struct arena *arena)
{
    lapack_int n = (lapack_int)a->rows, work_size = 34 * n, info;
    double *work;
    enum err e = check(a);

    if (e)
        return e;
    work = arena_array(arena, (size_t)work_size, sizeof *work);
    if (!work)
        return ERR_NOMEM;
    info = LAPACKE_dsyev_work(ORDER, 'V', 'L', n, a->at, n, w, work, work_size);
    reverse_values(w, a->rows);
    reverse_columns(a);
    return result_of(info);
}

static void reverse_complex_columns(double complex *a, size_t n)
{
    for (size_t j = 0; j < n / 2; j++)
        for (size_t i = 0; i < n; i++) {
            double complex t = a[j * n + i];

            a[j * n + i] = a[(n - 1 - j) * n + i];
            a[(n - 1 - j) * n + i] = t;
        }
}

/* Turns a vector so that its largest component is real and positive. */
static void turn(double complex *v, size_t n)
{
    double complex largest = 0, phase;

    for (size_t i = 0; i < n; i++)
        largest = cabs(v[i]) > cabs(largest) ? v[i] : largest;
    if (cabs(largest) == 0)
        return;
    phase = conj(largest) / cabs(largest);
    for (size_t i = 0; i < n; i++)
        v[i] *= phase;
}

enum err linalg_eigen_hermitian(double complex *a, size_t n, double *w, struct arena *arena)
{
    lapack_int size = (lapack_int)n, work_size = 33 * size, info;
    struct matrix parts = {2 * n, n, (double *)a};
    double complex *work;
    double *real_work;
    enum err e = check(&parts);

    if (e)
        return e;
    work = arena_array(arena, (size_t)work_size, sizeof *work);
    real_work = arena_array(arena, 3 * n, sizeof *real_work);
    if (!work || !real_work)
        return ERR_NOMEM;
    info = LAPACKE_zheev_work(ORDER, 'V', 'L', size, a, size, w, work, work_size, real_work);
    reverse_values(w, n);
    reverse_complex_columns(a, n);
    for (size_t j = 0; j < n; j++)
        turn(a + j * n, n);
    return result_of(info);
}

/* LAPACK packs a conjugate pair as two real columns, real and imaginary part. */
static void unpack_pairs(const double *im, const struct matrix *packed, double complex *v)
{
    size_t n = packed->rows;

    for (size_t j = 0; j < n; j++) {
        bool pair = im[j] != 0 && j + 1 < n;

        for (size_t i = 0; i < n; i++) {
            double re = matrix_col(packed, j)[i], part = pair ? matrix_col(packed, j + 1)[i] : 0;

            v[j * n + i] = CMPLX(re, part);
            if (pair)
                v[(j + 1) * n + i] = CMPLX(re, -part);
        }
        j += pair;
    }
}

enum err linalg_eigen_general(struct matrix *a, double complex *w, double complex *v,
                              struct arena *arena)
{
    lapack_int n = (lapack_int)a->rows, work_size = 36 * n, info;
    struct matrix packed = matrix_new(arena, a->rows, a->rows);
    double *re, *im, *work;
    enum err e = check(a);

    if (e)
        return e;
    re = arena_array(arena, a->rows, sizeof *re);
    im = arena_array(arena, a->rows, sizeof *im);
    work = arena_array(arena, (size_t)work_size, sizeof *work);
    if (!packed.at || !re || !im || !work)
        return ERR_NOMEM;
    info = LAPACKE_dgeev_work(ORDER, 'N', 'V', n, a->at, n, re, im, NULL, 1, packed.at, n, work,
                              work_size);
    for (size_t i = 0; i < a->rows; i++)
        w[i] = CMPLX(re[i], im[i]);
    unpack_pairs(im, &packed, v);
    return result_of(info);
}
