#include "nist_strd.h"
#include "regress_fixture.h"
#include "shikumen/num/ridge.h"

static struct ridge ridged(const struct matrix *x, const double *y, double lambda, struct arena *a)
{
    struct ridge f = {0};

    assert_int_equal(ridge_fit(x, y, lambda, a, &f), ERR_OK);
    return f;
}

/* One column: slope sum xy / (sum x^2 + lambda sd^2), with x = -1, 0, 1 (sd^2 = 2/3). */
static void exact_one_column(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 3);
    static const double y[3] = {0, 0, 3};
    struct ridge f;

    (void)state;
    f = ridged(&x, y, 3, &a); /* slope 3 / (2 + 2), intercept 1 - slope */
    assert_near(f.coefficient[1], 0.75, 1e-15);
    assert_near(f.coefficient[0], 0.25, 1e-15);
    assert_near(f.residual[0], -0.25, 1e-15);
    assert_near(f.rss, 0.0625 + 1 + 1.5625, 1e-14); /* residuals -1/4, -1, 5/4 */
    assert_near(f.df, 1.5, 1e-15);
    assert_near(f.gcv, 3 * 2.625 / 2.25, 1e-13);
    f = ridged(&x, y, 0, &a);
    assert_near(f.coefficient[1], 1.5, 1e-15);
    arena_free(&a);
}

/* Two equal columns share the coefficient of one with half the penalty. */
static void exact_equal_columns_share(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10), two = matrix_new(&a, 10, 2);
    struct ridge one, f;

    (void)state;
    memcpy(two.at, x.at, 10 * sizeof *x.at);
    memcpy(two.at + 10, x.at, 10 * sizeof *x.at);
    one = ridged(&x, LINE_Y, 1.5, &a);
    f = ridged(&two, LINE_Y, 3, &a);
    assert_close(f.coefficient[1], one.coefficient[1] / 2, 1e-13);
    assert_close(f.coefficient[2], one.coefficient[1] / 2, 1e-13);
    f = ridged(&two, LINE_Y, 0, &a);
    assert_close(f.coefficient[1], 83.05 / 82.5 / 2, 1e-13);
    arena_free(&a);
}

/* Longley, Engineering reference B2.5: 10 printed digits of the slopes. The intercepts are those of
 * the normal equations in rational numbers; the reference prints ...788667 for the first, 1.5e-7
 * off. */
static void vector_longley(void **state)
{
    static const struct {
        double lambda, coefficient[7];
    } rows[] = {{0.01,
                 {-2307348.327886819, -2.499935556, -0.001868236719, -1.504266508, -0.872842222,
                  -0.1489436512, 1227.020832}},
                {0.1,
                 {-952429.0733662418, 61.36402782, 0.01163247207, -1.178810172, -0.6574918743,
                  0.00747415974, 517.5733694}},
                {1,
                 {-408547.3989074644, 85.74685844, 0.01128115226, -0.8219369459, -0.2917955746,
                  0.1172188723, 230.4389248}}};
    struct arena a = {0};
    struct matrix x;
    double *y;

    (void)state;
    nist_longley(&a, &x, &y);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ridge f = ridged(&x, y, rows[i].lambda, &a);

        assert_close(f.coefficient[0], rows[i].coefficient[0], 1e-14);
        for (size_t j = 1; j < 7; j++)
            assert_close(f.coefficient[j], rows[i].coefficient[j], 8e-10);
    }
    arena_free(&a);
}

/* lambda = 0 is least squares: NIST's certified Longley at 1e-9. */
static void vector_longley_without_penalty(void **state)
{
    static const double estimate[7] = {-3482258.63459582, 15.0618722713733,  -0.358191792925910E-01,
                                       -2.02022980381683, -1.03322686717359, -0.511041056535807E-01,
                                       1829.15146461355};
    struct arena a = {0};
    struct matrix x;
    double *y;
    struct ridge f;

    (void)state;
    nist_longley(&a, &x, &y);
    f = ridged(&x, y, 0, &a);
    for (size_t j = 0; j < 7; j++)
        assert_close(f.coefficient[j], estimate[j], 1e-9);
    assert_near(f.df, 7, 1e-14);
    arena_free(&a);
}

/* Longley: GCV of B2.3 computed with numpy 1.24 SVD, and its minimum by scipy 1.10
 * minimize_scalar; lambda of a flat minimum to the root of the tolerance of GCV. */
static void vector_gcv(void **state)
{
    struct arena a = {0};
    struct matrix x;
    double *y;
    struct ridge f;

    (void)state;
    nist_longley(&a, &x, &y);
    f = ridged(&x, y, 0.01, &a);
    assert_close(f.gcv, 164362.60284892254, 1e-10);
    assert_close(f.df, 6.135428659311257, 1e-10);
    assert_int_equal(ridge_choose(&x, y, 1e-6, 100, 33, &a, &f), ERR_OK);
    assert_close(f.lambda, 0.0031956248343545587, 1e-5);
    assert_close(f.gcv, 157681.93178763858, 1e-10);
    assert_int_equal(f.at_edge, 0);
    assert_int_equal(ridge_choose(&x, y, 1, 100, 9, &a, &f), ERR_OK);
    assert_int_equal(f.at_edge, 1);
    assert_near(f.lambda, 1, 1e-14);
    arena_free(&a);
}

/* Units and origins change nothing in what is fitted, order of rows neither. */
static void invariant_units_and_rows(void **state)
{
    struct arena a = {0};
    struct random r = random_seeded(41);
    enum { N = 600 };
    struct matrix x = normal_matrix(&r, N, 2, &a), moved = matrix_new(&a, N, 2);
    double *y = arena_array(&a, 2 * N, sizeof *y), *other = y + N;
    struct ridge f, g;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        y[i] = x.at[i] + random_normal(&r);
        other[N - 1 - i] = 8 * y[i] + 1;
        matrix_col(&moved, 1)[N - 1 - i] = 1e-3 * x.at[i] - 5;
        matrix_col(&moved, 0)[N - 1 - i] = 1e6 * matrix_col(&x, 1)[i];
    }
    f = ridged(&x, y, 50, &a);
    g = ridged(&moved, other, 50, &a);
    assert_close(g.coefficient[2], f.coefficient[1] * 8e3, 1e-11);
    assert_close(g.coefficient[1], f.coefficient[2] * 8e-6, 1e-11);
    assert_close(g.rss, 64 * f.rss, 1e-11);
    assert_close(g.df, f.df, 1e-12);
    assert_close(g.gcv, 64 * f.gcv, 1e-11);
    arena_free(&a);
}

/* More penalty: shorter coefficients, larger residuals, fewer parameters. */
static void invariant_monotone(void **state)
{
    struct arena a = {0};
    struct matrix x;
    double *y, df = 8, rss = 0;

    (void)state;
    nist_longley(&a, &x, &y);
    for (double lambda = 1e-9; lambda < 1e9; lambda *= 10) {
        struct ridge f = ridged(&x, y, lambda, &a);

        assert_true(f.df < df);
        assert_true(f.rss > rss);
        df = f.df;
        rss = f.rss;
    }
    assert_near(df, 1, 1e-5);
    arena_free(&a);
}

/* Two regressors that are nearly one: the choice by GCV is nearer to the truth than least squares,
 * on average over 200 seeds by far. */
static void truth_nearly_dependent(void **state)
{
    enum { N = 60, RUNS = 200 };
    struct arena a = {0};
    double error_ridge = 0, error_plain = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct random r = random_seeded(seed);
        struct matrix x = normal_matrix(&r, N, 2, &a);
        double y[N];
        struct ridge f, plain;

        for (size_t i = 0; i < N; i++) {
            matrix_col(&x, 1)[i] = x.at[i] + 0.02 * matrix_col(&x, 1)[i];
            y[i] = x.at[i] + matrix_col(&x, 1)[i] + random_normal(&r);
        }
        assert_int_equal(ridge_choose(&x, y, 1e-8 * N, N, 33, &a, &f), ERR_OK);
        plain = ridged(&x, y, 0, &a);
        for (size_t j = 1; j <= 2; j++) {
            error_ridge += pow(f.coefficient[j] - 1, 2);
            error_plain += pow(plain.coefficient[j] - 1, 2);
        }
        assert_true(f.gcv <= plain.gcv);
        arena_reset(&a);
    }
    assert_true(error_ridge < 0.5 * error_plain);
    arena_free(&a);
}

/* GCV estimates the error of prediction: its mean over 2 000 sets is that of new errors at the same
 * x. Its own bias is (df / n)^2 = 1 %, the standard error of either mean 0.22 / sqrt(2000) = 0.5 %.
 */
static void promise_gcv_is_prediction_error(void **state)
{
    enum { N = 40, RUNS = 2000, K = 3 };
    struct arena a = {0};
    struct random r = random_seeded(51);
    double gcv = 0, fresh = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        struct matrix x = normal_matrix(&r, N, K, &a);
        double y[N], mean[N];
        struct ridge f;

        for (size_t i = 0; i < N; i++) {
            mean[i] = 0.5 * x.at[i] - 0.3 * matrix_col(&x, 1)[i];
            y[i] = mean[i] + random_normal(&r);
        }
        f = ridged(&x, y, 5, &a);
        gcv += f.gcv / RUNS;
        for (size_t i = 0; i < N; i++)
            fresh += pow(mean[i] + random_normal(&r) - (y[i] - f.residual[i]), 2) / N / RUNS;
        arena_reset(&a);
    }
    assert_close(gcv, fresh, 0.01 + 3 * 0.005);
    arena_free(&a);
}

static void hostile_input(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10), none = {10, 0, x.at}, flat = matrix_new(&a, 10, 2);
    double y[10], big[10];
    struct ridge f = {.n = 77};
    size_t before;

    (void)state;
    memcpy(y, LINE_Y, sizeof y);
    memcpy(flat.at, LINE_Y, sizeof y);
    for (size_t i = 0; i < 10; i++)
        big[i] = 1e300 * y[i];
    before = a.used_bytes;
    assert_int_equal(ridge_fit(&x, y, -1, &a, &f), ERR_RANGE);
    assert_int_equal(ridge_fit(&x, y, NAN, &a, &f), ERR_RANGE);
    assert_int_equal(ridge_fit(&none, y, 1, &a, &f), ERR_RANGE);
    assert_int_equal(ridge_fit(&flat, y, 1, &a, &f), ERR_CONSTANT); /* its second column is 0 */
    assert_int_equal(ridge_fit(&x, big, 1, &a, &f), ERR_NOT_FINITE);
    assert_int_equal(ridge_choose(&x, y, 0, 1, 9, &a, &f), ERR_RANGE);
    assert_int_equal(ridge_choose(&x, y, 2, 1, 9, &a, &f), ERR_RANGE);
    assert_int_equal(ridge_choose(&x, y, 1, INFINITY, 9, &a, &f), ERR_RANGE);
    assert_int_equal(ridge_choose(&x, y, 1, 2, 2, &a, &f), ERR_RANGE);
    for (size_t n = 0; n <= 2; n++) {
        struct matrix few = {n, 1, x.at};

        assert_int_equal(ridge_fit(&few, y, 1, &a, &f), ERR_TOO_FEW);
    }
    y[4] = NAN;
    assert_int_equal(ridge_fit(&x, y, 1, &a, &f), ERR_NOT_FINITE);
    memset(y, 0, sizeof y);
    assert_int_equal(ridge_fit(&x, y, 1, &a, &f), ERR_CONSTANT);
    assert_int_equal(f.n, 77);
    assert_int_equal(a.used_bytes, before);
    for (size_t i = 0; i < 10; i++)
        big[i] = 1e-300 * LINE_Y[i];
    assert_int_equal(ridge_fit(&x, big, 1, &a, &f), ERR_OK);
    assert_true(isfinite(f.gcv) && f.coefficient[1] > 9e-301);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_one_column),
        cmocka_unit_test(exact_equal_columns_share),
        cmocka_unit_test(vector_longley),
        cmocka_unit_test(vector_longley_without_penalty),
        cmocka_unit_test(vector_gcv),
        cmocka_unit_test(invariant_units_and_rows),
        cmocka_unit_test(invariant_monotone),
        cmocka_unit_test(truth_nearly_dependent),
        cmocka_unit_test(promise_gcv_is_prediction_error),
        cmocka_unit_test(hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
