#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include <float.h>

#include "shikumen/num/linalg.h"
#include "shikumen/num/random.h"

static struct matrix random_matrix(struct arena *a, size_t rows, size_t cols, struct random *r)
{
    struct matrix m = matrix_new(a, rows, cols);

    for (size_t i = 0; i < rows * cols; i++)
        m.at[i] = random_normal(r);
    return m;
}

static struct matrix copy_of(struct arena *a, const struct matrix *m)
{
    struct matrix copy = matrix_new(a, m->rows, m->cols);

    memcpy(copy.at, m->at, m->rows * m->cols * sizeof *m->at);
    return copy;
}

static void assert_same(const struct matrix *a, const struct matrix *b, double tolerance)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->cols, b->cols);
    for (size_t i = 0; i < a->rows * a->cols; i++)
        assert_near(a->at[i], b->at[i], tolerance);
}

/* Backward error of Householder methods: a modest multiple of eps times the norm (Higham 2002,
 * chapters 19 and 21); the norms here are below 30. */
#define BACKWARD (200 * DBL_EPSILON * 30)

static void exact_products(void **state)
{
    double left[] = {1, 2, 3, 4, 5, 6}, right[] = {7, 8, 9, 10, 11, 12}, out[9];
    struct matrix a = {2, 3, left}, b = {3, 2, right}, c = {2, 2, out}, d = {3, 3, out};
    struct matrix bt = {2, 3, right};

    (void)state;
    matrix_multiply(&a, 0, &b, 0, &c); /* [1 3 5; 2 4 6] [7 10; 8 11; 9 12] */
    assert_near(out[0], 76, 0);
    assert_near(out[1], 100, 0);
    assert_near(out[2], 103, 0);
    assert_near(out[3], 136, 0);
    matrix_multiply(&a, 1, &bt, 0, &d); /* [1 2; 3 4; 5 6] [7 9 11; 8 10 12] */
    assert_near(out[0], 23, 0);
    assert_near(out[5], 105, 0);
    matrix_multiply(&a, 0, &bt, 1, &c); /* [1 3 5; 2 4 6] [7 8; 9 10; 11 12] */
    assert_near(out[0], 89, 0);
    assert_near(out[3], 128, 0);
    matrix_multiply(&a, 1, &b, 1, &d); /* [1 2; 3 4; 5 6] [7 8 9; 10 11 12] */
    assert_near(out[0], 27, 0);
    assert_near(out[8], 117, 0);
}

static void truth_qr_solves(void **state)
{
    struct arena arena = {0};
    struct random r = random_seeded(5);

    (void)state;
    for (size_t trial = 0; trial < 50; trial++) {
        size_t n = 1 + trial % 9, m = n + random_below(&r, 60);
        struct matrix a = random_matrix(&arena, m, n, &r), kept = copy_of(&arena, &a);
        struct matrix g = matrix_new(&arena, n, n), gram = matrix_new(&arena, n, n),
                      one = matrix_new(&arena, n, n);
        struct qr q;
        double b[9], *y = arena_array(&arena, m, sizeof *y), solved[9];

        for (size_t j = 0; j < n; j++)
            b[j] = random_normal(&r);
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < m; i++)
                y[i] += matrix_col(&a, j)[i] * b[j];
        assert_int_equal(linalg_qr(&a, &q, &arena), ERR_OK);
        assert_int_equal(q.rank, n);
        assert_int_equal(linalg_qr_transform(&q, y, &arena), ERR_OK);
        linalg_qr_solve(&q, y, solved);
        for (size_t j = 0; j < n; j++)
            assert_near(solved[j], b[j], 1e-9); /* condition below 1e4 with these seeds */
        assert_int_equal(linalg_qr_inverse_gram(&q, &g, &arena), ERR_OK);
        matrix_multiply(&kept, 1, &kept, 0, &gram);
        matrix_multiply(&gram, 0, &g, 0, &one);
        for (size_t i = 0; i < n * n; i++)
            assert_near(one.at[i], i % (n + 1) == 0, 1e-7);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void exact_rank_of_dependent_columns(void **state)
{
    struct arena arena = {0};
    struct matrix a = matrix_new(&arena, 6, 3), g = matrix_new(&arena, 3, 3);
    struct qr q;
    double y[6], b[3];

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        matrix_col(&a, 0)[i] = 1;
        matrix_col(&a, 1)[i] = (double)i;
        matrix_col(&a, 2)[i] = 3 + 2 * (double)i;
        y[i] = 5 - (double)i;
    }
    assert_int_equal(linalg_qr(&a, &q, &arena), ERR_OK);
    assert_int_equal(q.rank, 2);
    assert_int_equal(linalg_qr_transform(&q, y, &arena), ERR_OK);
    linalg_qr_solve(&q, y, b);
    for (size_t i = 0; i < 6; i++)
        assert_near(b[0] + b[1] * (double)i + b[2] * (3 + 2 * (double)i), 5 - (double)i, 1e-13);
    assert_int_equal(linalg_qr_inverse_gram(&q, &g, &arena), ERR_SINGULAR);
    arena_free(&arena);
}

static void truth_svd_rebuilds(void **state)
{
    struct arena arena = {0};
    struct random r = random_seeded(6);

    (void)state;
    for (size_t trial = 0; trial < 40; trial++) {
        struct matrix a =
            random_matrix(&arena, 1 + random_below(&r, 40), 1 + random_below(&r, 40), &r);
        struct matrix kept = copy_of(&arena, &a), back = matrix_new(&arena, a.rows, a.cols);
        struct svd s;

        assert_int_equal(linalg_svd(&a, &s, &arena), ERR_OK);
        for (size_t j = 0; j < s.k; j++) {
            assert_true(s.s[j] >= 0 && (j == 0 || s.s[j] <= s.s[j - 1]));
            for (size_t i = 0; i < s.u.rows; i++)
                matrix_col(&s.u, j)[i] *= s.s[j];
        }
        matrix_multiply(&s.u, 0, &s.vt, 0, &back);
        assert_same(&back, &kept, BACKWARD);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void truth_symmetric_eigen(void **state)
{
    struct arena arena = {0};
    struct random r = random_seeded(7);

    (void)state;
    for (size_t n = 1; n < 25; n++) {
        struct matrix root = random_matrix(&arena, n, n, &r), a = matrix_new(&arena, n, n), kept;
        struct matrix av = matrix_new(&arena, n, n);
        double w[25];

        matrix_multiply(&root, 1, &root, 0, &a);
        kept = copy_of(&arena, &a);
        assert_int_equal(linalg_eigen_symmetric(&a, w, &arena), ERR_OK);
        matrix_multiply(&kept, 0, &a, 0, &av);
        for (size_t j = 0; j < n; j++) {
            double largest = 0;

            assert_true(j == 0 || w[j] <= w[j - 1]);
            for (size_t i = 0; i < n; i++) {
                double v = matrix_col(&a, j)[i];

                assert_near(matrix_col(&av, j)[i], w[j] * v, 10 * BACKWARD);
                largest = fabs(v) > fabs(largest) ? v : largest;
            }
            assert_true(largest > 0);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void truth_hermitian_eigen(void **state)
{
    struct arena arena = {0};
    struct random r = random_seeded(8);
    double complex a[36], kept[36];
    double w[6];

    (void)state;
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j <= i; j++) {
            a[j * 6 + i] = CMPLX(random_normal(&r), i == j ? 0 : random_normal(&r));
            a[i * 6 + j] = conj(a[j * 6 + i]);
        }
    memcpy(kept, a, sizeof a);
    assert_int_equal(linalg_eigen_hermitian(a, 6, w, &arena), ERR_OK);
    for (size_t j = 0; j < 6; j++) {
        assert_true(j == 0 || w[j] <= w[j - 1]);
        for (size_t i = 0; i < 6; i++) {
            double complex sum = 0;

            for (size_t k = 0; k < 6; k++)
                sum += kept[k * 6 + i] * a[j * 6 + k];
            assert_near(cabs(sum - w[j] * a[j * 6 + i]), 0, BACKWARD);
        }
    }
    arena_free(&arena);
}

/* A rotation by 60 degrees and a stretch: exp(+- i pi / 3) and 2. */
static void exact_general_eigen(void **state)
{
    struct arena arena = {0};
    const double c = 0.5, s = sqrt(0.75);
    double values[] = {c, s, 0, -s, c, 0, 1, 1, 2};
    double complex w[3], v[9];
    struct matrix a = {3, 3, values};
    double kept[9];
    int found = 0;

    (void)state;
    memcpy(kept, values, sizeof kept);
    assert_int_equal(linalg_eigen_general(&a, w, v, &arena), ERR_OK);
    for (size_t j = 0; j < 3; j++) {
        found += cabs(w[j] - CMPLX(c, s)) < 1e-14;
        found += cabs(w[j] - CMPLX(c, -s)) < 1e-14;
        found += cabs(w[j] - 2) < 1e-14;
        for (size_t i = 0; i < 3; i++) {
            double complex sum = 0;

            for (size_t k = 0; k < 3; k++)
                sum += kept[k * 3 + i] * v[j * 3 + k];
            assert_near(cabs(sum - w[j] * v[j * 3 + i]), 0, 1e-14);
        }
    }
    assert_int_equal(found, 3);
    arena_free(&arena);
}

static void exact_cholesky(void **state)
{
    double values[] = {4, 2, 2, 2, 5, 3, 2, 3, 6}, b[] = {8, 10, 11};
    struct matrix a = {3, 3, values};

    (void)state;
    assert_int_equal(linalg_cholesky(&a), ERR_OK);
    assert_near(values[0], 2, 0);
    assert_near(values[1], 1, 0);
    assert_near(values[4], 2, 0);
    assert_near(values[8], 2, 0);
    assert_near(values[3] + values[6] + values[7], 0, 0);
    assert_near(linalg_log_determinant(&a), log(64), 1e-14);
    linalg_cholesky_solve(&a, b);
    assert_near(b[0], 1, 1e-15);
    assert_near(b[1], 1, 1e-15);
    assert_near(b[2], 1, 1e-15);
}

static void hostile_matrices(void **state)
{
    struct arena arena = {0};
    double values[] = {1, 2, 2, 1}, nan[] = {1, (double)NAN, 2, 3}, w[2], zero[4] = {0};
    struct matrix indefinite = {2, 2, values}, bad = {2, 2, nan}, empty = {0, 0, values};
    struct matrix wide = {1, 2, values}, none = {2, 2, zero};
    double complex cw[2], cv[4], ca[4] = {1, (double)NAN, 0, 1};
    struct qr q;
    struct svd s;

    (void)state;
    assert_int_equal(linalg_cholesky(&bad), ERR_NOT_FINITE);
    assert_int_equal(linalg_qr(&bad, &q, &arena), ERR_NOT_FINITE);
    assert_int_equal(linalg_svd(&bad, &s, &arena), ERR_NOT_FINITE);
    assert_int_equal(linalg_eigen_symmetric(&bad, w, &arena), ERR_NOT_FINITE);
    assert_int_equal(linalg_eigen_general(&bad, cw, cv, &arena), ERR_NOT_FINITE);
    assert_int_equal(linalg_eigen_hermitian(ca, 2, w, &arena), ERR_NOT_FINITE);
    assert_int_equal(linalg_qr(&empty, &q, &arena), ERR_TOO_FEW);
    assert_int_equal(linalg_svd(&empty, &s, &arena), ERR_TOO_FEW);
    assert_int_equal(linalg_qr(&wide, &q, &arena), ERR_TOO_FEW);
    assert_int_equal(linalg_qr(&none, &q, &arena), ERR_OK);
    assert_int_equal(q.rank, 0);
    assert_int_equal(linalg_cholesky(&indefinite), ERR_SINGULAR);
    assert_null(matrix_new(&arena, SIZE_MAX / 2, 4).at);
    arena_free(&arena);
}

/* A scale by a power of two keeps every digit; singular values do not see the order of rows. */
static void invariant_scale_and_order(void **state)
{
    struct arena arena = {0};
    struct random r = random_seeded(9);

    (void)state;
    for (int trial = 0; trial < 30; trial++) {
        struct matrix a = random_matrix(&arena, 12, 5, &r), b = copy_of(&arena, &a);
        struct matrix turned = matrix_new(&arena, 12, 5), square = random_matrix(&arena, 6, 6, &r);
        struct matrix large = copy_of(&arena, &square);
        struct svd s, t, u;
        double w[6], w_large[6];

        for (size_t j = 0; j < 5; j++)
            for (size_t i = 0; i < 12; i++)
                matrix_col(&turned, j)[i] = matrix_col(&a, j)[11 - i];
        for (size_t i = 0; i < 60; i++)
            b.at[i] = ldexp(b.at[i], 40);
        for (size_t i = 0; i < 36; i++)
            large.at[i] = ldexp(large.at[i], -30);
        assert_int_equal(linalg_svd(&a, &s, &arena), ERR_OK);
        assert_int_equal(linalg_svd(&b, &t, &arena), ERR_OK);
        assert_int_equal(linalg_svd(&turned, &u, &arena), ERR_OK);
        for (size_t j = 0; j < 5; j++) {
            assert_near(ldexp(t.s[j], -40), s.s[j], 0);
            assert_near(u.s[j], s.s[j], BACKWARD);
        }
        assert_int_equal(linalg_eigen_symmetric(&square, w, &arena), ERR_OK);
        assert_int_equal(linalg_eigen_symmetric(&large, w_large, &arena), ERR_OK);
        for (size_t j = 0; j < 6; j++)
            assert_near(ldexp(w_large[j], 30), w[j], BACKWARD);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_products),
        cmocka_unit_test(truth_qr_solves),
        cmocka_unit_test(exact_rank_of_dependent_columns),
        cmocka_unit_test(truth_svd_rebuilds),
        cmocka_unit_test(truth_symmetric_eigen),
        cmocka_unit_test(truth_hermitian_eigen),
        cmocka_unit_test(exact_general_eigen),
        cmocka_unit_test(exact_cholesky),
        cmocka_unit_test(hostile_matrices),
        cmocka_unit_test(invariant_scale_and_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
