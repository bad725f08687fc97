/* Dense linear algebra on LAPACK (column-major, workspace from the caller's arena). The only files
 * that include lapacke.h are src/num/linalg*.c. Matrices hold finite values (checked:
 * ERR_NOT_FINITE). What is allocated from the arena stays until the caller rewinds it. */
#ifndef SHIKUMEN_NUM_LINALG_H
#define SHIKUMEN_NUM_LINALG_H

#include <complex.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Column-major: element (i, j) is at[j * rows + i]. */
struct matrix {
    size_t rows, cols;
    double *at;
};

/* Zeroed; at is NULL when memory is out. */
struct matrix matrix_new(struct arena *a, size_t rows, size_t cols);

static inline double *matrix_col(const struct matrix *m, size_t j)
{
    return m->at + j * m->rows;
}

/* out = op(a) op(b), op transposes where told; out must not overlap a or b and has the right size.
 */
void matrix_multiply(const struct matrix *a, int a_transposed, const struct matrix *b,
                     int b_transposed, struct matrix *out);

/* Householder QR with column pivoting (dgeqp3), a P = Q R. Rank: |r_ii| > max(rows, cols) * eps *
 * |r_11|. */
struct qr {
    struct matrix a; /* R above the diagonal, reflectors below */
    double *tau;
    size_t *pivot; /* column i of a P was column pivot[i] of a */
    size_t rank;
};
/* Overwrites *a, which must have rows >= cols >= 1 and outlive *out. ERR_NOMEM, ERR_NOT_FINITE. */
enum err linalg_qr(struct matrix *a, struct qr *out, struct arena *arena) MUST_USE;

/* y := Q^T y, y of q->a.rows values. */
enum err linalg_qr_transform(const struct qr *q, double *y, struct arena *arena) MUST_USE;

/* b (cols values) from the first rank values of Q^T y; columns outside the rank get 0. */
void linalg_qr_solve(const struct qr *q, const double *qty, double *b);

/* g (cols x cols) = (A^T A)^-1; ERR_SINGULAR when rank < cols. */
enum err linalg_qr_inverse_gram(const struct qr *q, struct matrix *g, struct arena *arena) MUST_USE;

/* Thin singular value decomposition a = u diag(s) v^T (dgesdd), s descending, k = min(rows, cols).
 * Overwrites *a. */
struct svd {
    struct matrix u;  /* rows x k */
    struct matrix vt; /* k x cols */
    double *s;        /* k */
    size_t k;
};
enum err linalg_svd(struct matrix *a, struct svd *out, struct arena *arena) MUST_USE;

/* Eigenvalues w (descending) and eigenvectors of a symmetric matrix (dsyev); its columns become the
 * vectors, each with its largest component positive (the first such, of equal ones). */
enum err linalg_eigen_symmetric(struct matrix *a, double *w, struct arena *arena) MUST_USE;

/* The same of a Hermitian n x n matrix, column-major (zheev); vectors are scaled so that the
 * component of largest modulus is real and positive. */
enum err linalg_eigen_hermitian(double complex *a, size_t n, double *w,
                                struct arena *arena) MUST_USE;

/* Eigenvalues w (n) and right eigenvectors v (n x n, column-major, unit 2-norm) of a general square
 * matrix (dgeev), in LAPACK's order; overwrites *a. */
enum err linalg_eigen_general(struct matrix *a, double complex *w, double complex *v,
                              struct arena *arena) MUST_USE;

/* Lower Cholesky factor of a symmetric positive definite matrix, in place (the upper triangle is
 * set to 0); ERR_SINGULAR when it is not positive definite. */
enum err linalg_cholesky(struct matrix *a) MUST_USE;

/* Solves L x = b in place (forward), and L L^T x = b in place. */
void linalg_forward(const struct matrix *l, double *b);
void linalg_cholesky_solve(const struct matrix *l, double *b);

/* 2 * sum log l_ii: the log-determinant of L L^T. */
double linalg_log_determinant(const struct matrix *l);

#endif
