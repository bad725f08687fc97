#include "regress_fixture.h"
#include "shikumen/num/special.h"

/* Units of x and y, and the origin of both axes: coefficients follow, t and R^2 stay. Powers of two
 * and whole shifts lose nothing, so that the results agree to rounding. */
static void invariant_units_and_origin(void **state)
{
    struct arena a = {0};
    struct random r = random_seeded(11);
    struct matrix x = normal_matrix(&r, 60, 2, &a), moved = matrix_new(&a, 60, 2);
    double y[60], other[60];
    struct regression f, g;

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        for (size_t j = 0; j < 2; j++) {
            matrix_col(&x, j)[i] = round(matrix_col(&x, j)[i] * 1024) / 1024;
            matrix_col(&moved, j)[i] = matrix_col(&x, j)[i] * 4 + 1048576;
        }
        y[i] = round((x.at[i] + random_normal(&r)) * 1024) / 1024;
        other[i] = y[i] * 0.5 - 4096;
    }
    f = fitted(&x, y, NULL, true, &a);
    g = fitted(&moved, other, NULL, true, &a);
    for (size_t j = 1; j <= 2; j++) {
        assert_close(g.coefficient[j], f.coefficient[j] / 8, 1e-12);
        assert_close(g.standard_error[j], f.standard_error[j] / 8, 1e-12);
    }
    assert_near(g.r2, f.r2, 1e-13);
    assert_close(g.s, f.s / 2, 1e-13);
    assert_close(g.coefficient[0],
                 f.coefficient[0] / 2 - 4096 - (f.coefficient[1] + f.coefficient[2]) / 8 * 1048576,
                 1e-14);
    arena_free(&a);
}

/* Order of rows and of columns; factor of the weights. */
static void invariant_permutation_and_weight_factor(void **state)
{
    struct arena a = {0};
    struct random r = random_seeded(12);
    enum { N = 700 };
    struct matrix x = normal_matrix(&r, N, 3, &a), back = matrix_new(&a, N, 3);
    double *v = arena_array(&a, 4 * N, sizeof *v), *y = v, *w = v + N, *yb = v + 2 * N,
           *wb = v + 3 * N;
    struct regression f, g;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        y[i] = random_normal(&r) - 2 * x.at[i];
        w[i] = random_exponential(&r);
        yb[N - 1 - i] = y[i];
        wb[N - 1 - i] = 1e6 * w[i];
        for (size_t j = 0; j < 3; j++)
            matrix_col(&back, 2 - j)[N - 1 - i] = matrix_col(&x, j)[i];
    }
    f = fitted(&x, y, w, true, &a);
    g = fitted(&back, yb, wb, true, &a);
    assert_near(g.coefficient[0], f.coefficient[0], 1e-13);
    for (size_t j = 0; j < 3; j++) {
        assert_near(g.coefficient[3 - j], f.coefficient[1 + j], 1e-13);
        assert_close(g.standard_error[3 - j], f.standard_error[1 + j], 1e-12);
    }
    assert_close(g.rss, 1e6 * f.rss, 1e-12);
    assert_close(g.bic, f.bic, 1e-11);
    arena_free(&a);
}

/* sum w z z^T = I, the covariance is s^2 factor factor^T, residuals are orthogonal to the basis,
 * leverages sum to the rank and a new value at a row of the fit has s^2 (1 + h). */
static void invariant_basis(void **state)
{
    struct arena a = {0};
    struct random r = random_seeded(13);
    enum { N = 900, K = 4 };
    struct matrix x = normal_matrix(&r, N, K, &a), z;
    double *y = arena_array(&a, 3 * N, sizeof *y), *w = y + N, *h = y + 2 * N, sum = 0, row[K];
    struct regression f;
    struct regress_prediction p;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        y[i] = random_normal(&r);
        w[i] = 0.1 + random_uniform(&r);
        matrix_col(&x, 1)[i] += 1000;
    }
    f = fitted(&x, y, w, true, &a);
    assert_int_equal(regress_basis(&f, &x, &a, &z), ERR_OK);
    for (size_t p1 = 0; p1 < z.cols; p1++) {
        double with_residual = 0;

        for (size_t p2 = 0; p2 < z.cols; p2++) {
            double dot = 0;

            for (size_t i = 0; i < N; i++)
                dot += w[i] * matrix_col(&z, p1)[i] * matrix_col(&z, p2)[i];
            assert_near(dot, p1 == p2, 1e-12);
        }
        for (size_t i = 0; i < N; i++)
            with_residual += w[i] * matrix_col(&z, p1)[i] * f.residual[i];
        assert_near(with_residual, 0, 1e-12);
    }
    assert_int_equal(regress_leverage(&f, &x, w, &a, h), ERR_OK);
    for (size_t i = 0; i < N; i++)
        sum += h[i];
    assert_near(sum, (double)f.rank, 1e-11);
    for (size_t j = 0; j < K; j++)
        row[j] = matrix_col(&x, j)[17];
    assert_int_equal(regress_predict(&f, row, 0.9, &p), ERR_OK);
    assert_near(p.value, y[17] - f.residual[17], 1e-12);
    assert_close(p.s_mean, f.s * sqrt(h[17] / w[17]), 1e-10);
    assert_int_equal(regress_values(&f, &x, h), ERR_OK);
    assert_near(h[17], p.value, 1e-10);
    arena_free(&a);
}

/* Blocks of rows change nothing: a left-out residual by leverage is that of the fit without the
 * row, with 2 000 rows (several blocks) and 40 (one). */
static void truth_left_out_residual(void **state)
{
    static const size_t sizes[2] = {2000, 40};

    (void)state;
    for (size_t s = 0; s < 2; s++) {
        struct arena a = {0};
        struct random r = random_seeded(21 + s);
        size_t n = sizes[s];
        struct matrix x = normal_matrix(&r, n, 2, &a), less = matrix_new(&a, n - 1, 2);
        double *y = arena_array(&a, n, sizeof *y), *h = arena_array(&a, n, sizeof *h), row[2];
        struct regression f, g;
        struct regress_prediction p;

        for (size_t i = 0; i < n; i++)
            y[i] = 5 + 2 * x.at[i] + random_normal(&r);
        f = fitted(&x, y, NULL, true, &a);
        assert_int_equal(regress_leverage(&f, &x, NULL, &a, h), ERR_OK);
        for (size_t j = 0; j < 2; j++) {
            memcpy(matrix_col(&less, j), matrix_col(&x, j), (n - 1) * sizeof *y);
            row[j] = matrix_col(&x, j)[n - 1];
        }
        g = fitted(&less, y, NULL, true, &a);
        assert_int_equal(regress_predict(&g, row, 0.9, &p), ERR_OK);
        assert_close(f.residual[n - 1] / (1 - h[n - 1]), y[n - 1] - p.value, 1e-11);
        arena_free(&a);
    }
}

/* Known coefficients, 8 760 rows, 8 regressors that go together: within 4.5 standard errors each
 * (p = 7e-6), and s within 4.5 of its own sigma / sqrt(2 df). */
static void truth_year_of_hours(void **state)
{
    struct arena a = {0};
    enum { N = 8760, K = 8 };

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct random r = random_seeded(seed);
        struct matrix x = normal_matrix(&r, N, K, &a);
        double *y = arena_array(&a, N, sizeof *y);
        struct regression f;

        for (size_t i = 0; i < N; i++) {
            y[i] = 100 + 2 * random_normal(&r);
            for (size_t j = 0; j < K; j++) {
                matrix_col(&x, j)[i] += j ? 3 * matrix_col(&x, j - 1)[i] : 20;
                y[i] += ((double)j - 3) * matrix_col(&x, j)[i];
            }
        }
        f = fitted(&x, y, NULL, true, &a);
        assert_near(f.coefficient[0], 100, 4.5 * f.standard_error[0]);
        for (size_t j = 0; j < K; j++)
            assert_near(f.coefficient[j + 1], (double)j - 3, 4.5 * f.standard_error[j + 1]);
        assert_near(f.s, 2, 4.5 * 2 / sqrt(2.0 * N));
        arena_reset(&a);
    }
    arena_free(&a);
}

/* Intervals of nominal 0.90 for a new value and for the mean, n = 12, 4 000 runs: 0.90 within 4
 * binomial standard errors (0.0047 each). */
static void promise_coverage_of_intervals(void **state)
{
    enum { RUNS = 4000, N = 12 };
    struct arena a = {0};
    struct random r = random_seeded(31);
    size_t value_in = 0, mean_in = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        struct matrix x = normal_matrix(&r, N, 2, &a);
        double y[N], row[2] = {1.5, -0.5}, truth = 3 - 2 * row[0] + row[1];
        struct regression f;
        struct regress_prediction p;

        for (size_t i = 0; i < N; i++)
            y[i] = 3 - 2 * x.at[i] + matrix_col(&x, 1)[i] + 0.7 * random_normal(&r);
        f = fitted(&x, y, NULL, true, &a);
        assert_int_equal(regress_predict(&f, row, 0.90, &p), ERR_OK);
        value_in += fabs(truth + 0.7 * random_normal(&r) - p.value) <= p.half_value;
        mean_in += fabs(truth - p.value) <= p.half_mean;
        arena_reset(&a);
    }
    assert_near((double)value_in / RUNS, 0.90, 4 * 0.0047);
    assert_near((double)mean_in / RUNS, 0.90, 4 * 0.0047);
    arena_free(&a);
}

/* Weighted fits with the true variances: the slope's t-test at 5 % rejects 5 % within 4 binomial
 * standard errors (0.0034), although the spread varies tenfold. */
static void promise_type_one_error_weighted(void **state)
{
    enum { RUNS = 4000, N = 20 };
    struct arena a = {0};
    struct random r = random_seeded(32);
    double w[N];
    size_t rejected = 0;

    (void)state;
    for (size_t i = 0; i < N; i++)
        w[i] = 1 / pow(1 + (double)i / 2, 2);
    for (size_t run = 0; run < RUNS; run++) {
        struct matrix x = ramp(&a, N);
        double y[N];
        struct regression f;

        for (size_t i = 0; i < N; i++)
            y[i] = random_normal(&r) / sqrt(w[i]);
        f = fitted(&x, y, w, true, &a);
        rejected += student_two_sided(f.coefficient[1] / f.standard_error[1], (double)f.df) < 0.05;
        arena_reset(&a);
    }
    assert_near((double)rejected / RUNS, 0.05, 4 * 0.0034);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invariant_units_and_origin),
        cmocka_unit_test(invariant_permutation_and_weight_factor),
        cmocka_unit_test(invariant_basis),
        cmocka_unit_test(truth_left_out_residual),
        cmocka_unit_test(truth_year_of_hours),
        cmocka_unit_test(promise_coverage_of_intervals),
        cmocka_unit_test(promise_type_one_error_weighted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
