#include "nist_strd.h"
#include "regress_fixture.h"

/* y = 2 + 3 x - z without error: coefficients and residuals to rounding, all scores finite. */
static void exact_plane(void **state)
{
    struct arena a = {0};
    struct matrix x = matrix_new(&a, 6, 2);
    static const double z[6] = {1, 0, 2, 5, 3, 1};
    double y[6];
    struct regression f;

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        matrix_col(&x, 0)[i] = (double)i;
        matrix_col(&x, 1)[i] = z[i];
        y[i] = 2 + 3 * (double)i - z[i];
    }
    f = fitted(&x, y, NULL, true, &a);
    assert_near(f.coefficient[0], 2, 1e-14);
    assert_near(f.coefficient[1], 3, 1e-14);
    assert_near(f.coefficient[2], -1, 1e-14);
    assert_near(f.rss, 0, 1e-26);
    assert_near(f.r2, 1, 1e-15);
    assert_true(isfinite(f.bic) && isfinite(f.aic));
    assert_int_equal(f.df, 3);
    arena_free(&a);
}

/* x = -1, 0, 1 and y = 0, 0, 3: slope 3/2, mean 1, residuals 1/2, -1, 1/2, s^2 = 3/2. */
static void exact_three_points(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 3);
    static const double y[3] = {0, 0, 3};
    double h[3];
    struct regression f;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        x.at[i] -= 1;
    f = fitted(&x, y, NULL, true, &a);
    assert_near(f.coefficient[0], 1, 1e-15);
    assert_near(f.coefficient[1], 1.5, 1e-15);
    assert_near(f.residual[0], 0.5, 1e-15);
    assert_near(f.residual[1], -1, 1e-15);
    assert_near(f.s * f.s, 1.5, 1e-15);
    assert_near(f.standard_error[0], sqrt(0.5), 1e-15);
    assert_near(f.standard_error[1], sqrt(0.75), 1e-15);
    assert_near(matrix_col(&f.covariance, 0)[1], 0, 1e-15);
    assert_near(f.r2, 0.75, 1e-15);
    assert_near(f.bic, 3 * (log(2 * M_PI * 0.5) + 1) + 3 * log(3), 1e-14);
    assert_near(f.aic, 3 * (log(2 * M_PI * 0.5) + 1) + 6, 1e-14);
    assert_int_equal(regress_leverage(&f, &x, NULL, &a, h), ERR_OK);
    assert_near(h[0], 5.0 / 6, 1e-15);
    assert_near(h[1], 1.0 / 3, 1e-15);
    arena_free(&a);
}

/* Weight 2 is the same as two rows; weight 0 is the same as none, but has a residual. */
static void exact_weights_are_repetitions(void **state)
{
    struct arena a = {0};
    static const double weight[10] = {1, 2, 1, 1, 3, 1, 0, 1, 1, 1};
    struct matrix x = ramp(&a, 10), many = matrix_new(&a, 12, 1);
    double y[12];
    size_t rows = 0;
    struct regression w, f;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        for (double c = 0; c < weight[i]; c++) {
            many.at[rows] = (double)i;
            y[rows++] = LINE_Y[i];
        }
    assert_int_equal(rows, 12);
    w = fitted(&x, LINE_Y, weight, true, &a);
    f = fitted(&many, y, NULL, true, &a);
    assert_int_equal(w.n, 9);
    assert_int_equal(w.df, 7);
    assert_near(w.coefficient[0], f.coefficient[0], 1e-14);
    assert_close(w.coefficient[1], f.coefficient[1], 1e-14);
    assert_close(w.rss, f.rss, 1e-13);
    assert_close(w.standard_error[1] / w.s, f.standard_error[1] / f.s, 1e-13);
    assert_near(w.residual[6], 5.8 - w.coefficient[0] - 6 * w.coefficient[1], 1e-14);
    arena_free(&a);
}

/* Third column = first + second: one is left out and told, and the fit is that without it. */
static void exact_dependent_column_is_left_out(void **state)
{
    struct arena a = {0};
    struct random r = random_seeded(5);
    struct matrix x = normal_matrix(&r, 40, 3, &a), two = {40, 2, x.at};
    double y[40];
    struct regression f, g;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        y[i] = random_normal(&r) + x.at[i];
        matrix_col(&x, 2)[i] = x.at[i] + matrix_col(&x, 1)[i];
    }
    f = fitted(&x, y, NULL, true, &a);
    g = fitted(&two, y, NULL, true, &a);
    assert_int_equal(f.rank, 3);
    assert_int_equal(f.df, 37);
    assert_int_equal(f.dropped[0], 0);
    assert_int_equal(f.dropped[1] + f.dropped[2] + f.dropped[3], 1);
    for (size_t j = 1; j <= 3; j++)
        if (f.dropped[j]) {
            assert_true(f.coefficient[j] == 0);
            assert_true(f.standard_error[j] == 0);
        }
    assert_close(f.rss, g.rss, 1e-13);
    assert_close(f.bic, g.bic, 1e-13);
    arena_free(&a);
}

static void exact_constant_column_is_left_out(void **state)
{
    struct arena a = {0};
    struct matrix x = matrix_new(&a, 10, 2);
    struct regression f;

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        x.at[i] = (double)i;
        matrix_col(&x, 1)[i] = i % 2 ? 0.1 + 0.2 : 0.3; /* differ by one rounding */
    }
    f = fitted(&x, LINE_Y, NULL, true, &a);
    assert_int_equal(f.rank, 2);
    assert_true(f.dropped[2] && !f.dropped[1]);
    assert_near(f.coefficient[1], 83.05 / 82.5, 1e-14);
    arena_free(&a);
}

/* Lags shift, missing values take their rows along. */
static void exact_design(void **state)
{
    struct arena a = {0};
    static const double u[6] = {10, 11, NAN, 13, 14, 15}, y[6] = {0, 1, 2, 3, INFINITY, 5};
    const struct regress_term term[2] = {{u, 0}, {u, 1}}, only = {u, 6};
    struct regress_design d;

    (void)state;
    assert_int_equal(regress_design(term, 2, y, 6, &a, &d), ERR_OK);
    assert_int_equal(d.x.rows, 2); /* rows 1 and 5 */
    assert_int_equal(d.row[0], 1);
    assert_int_equal(d.row[1], 5);
    assert_true(d.x.at[0] == 11 && d.x.at[1] == 15);
    assert_true(matrix_col(&d.x, 1)[0] == 10 && matrix_col(&d.x, 1)[1] == 14);
    assert_true(d.y[0] == 1 && d.y[1] == 5);
    assert_int_equal(regress_design(&only, 1, y, 6, &a, &d), ERR_TOO_FEW);
    assert_int_equal(regress_design(term, 0, y, 6, &a, &d), ERR_RANGE);
    arena_free(&a);
}

static void exact_score(void **state)
{
    static const double y[4] = {1, 2, 3, 6}, mean[4] = {3, 3, 3, 3}, near[4] = {1, 2, 4, 6};
    struct regress_score s;

    (void)state;
    assert_int_equal(regress_score(y, y, 4, &s), ERR_OK);
    assert_true(s.skill == 1 && s.sse == 0 && s.sst == 14);
    assert_int_equal(regress_score(y, mean, 4, &s), ERR_OK);
    assert_near(s.skill, 0, 1e-15);
    assert_int_equal(regress_score(y, near, 4, &s), ERR_OK);
    assert_near(s.skill, 13.0 / 14, 1e-15);
    assert_near(s.rmse, 0.5, 1e-15);
    assert_int_equal(regress_score(mean, y, 4, &s), ERR_CONSTANT);
    assert_int_equal(regress_score(y, y, 1, &s), ERR_TOO_FEW);
    assert_int_equal(regress_score(y, (const double[]){1, 2, 3, INFINITY}, 4, &s), ERR_NOT_FINITE);
    assert_int_equal(regress_score(y, (const double[]){1, 2, 3, 1e300}, 4, &s), ERR_NOT_FINITE);
}

/* Prediction at 15, Engineering reference B2.5: half the last printed digit. Its half width rests
 * on a t of 2.30600413503 (scipy 1.10); t(0.975, 8) is 2.3060041352041666 (root of the incomplete
 * beta function in 25 digits), which moves the half width by 3.3e-11. */
static void vector_prediction(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10);
    double x0 = 15;
    struct regression f = fitted(&x, LINE_Y, NULL, true, &a);
    struct regress_prediction p;

    (void)state;
    assert_near(f.coefficient[0], -0.02, 1e-14);
    assert_near(f.coefficient[1], 1.00666666666666667, 1e-14);
    assert_near(f.s, 0.125166555703, 5e-13);
    assert_int_equal(regress_predict(&f, &x0, 0.95, &p), ERR_OK);
    assert_near(p.value, 15.08, 1e-13);
    assert_near(p.s_value, 0.195370665581, 5e-13);
    assert_near(p.half_value, 0.450525562695, 4e-11);
    assert_near(p.half_value, 0.195370665581 * 2.3060041352041666, 1.2e-12);
    assert_near(p.s_mean * p.s_mean + f.s * f.s, p.s_value * p.s_value, 1e-15);
    arena_free(&a);
}

/* AIC 233.2 and BIC 238.6 as statsmodels prints them for Longley, which does not count sigma. */
static void vector_information_criteria(void **state)
{
    struct arena a = {0};
    struct matrix x;
    double *y;
    struct regression f;

    (void)state;
    nist_longley(&a, &x, &y);
    f = fitted(&x, y, NULL, true, &a);
    assert_near(f.aic - 2, 233.2, 0.05);
    assert_near(f.bic - log(16), 238.6, 0.05);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_plane),
        cmocka_unit_test(exact_three_points),
        cmocka_unit_test(exact_weights_are_repetitions),
        cmocka_unit_test(exact_dependent_column_is_left_out),
        cmocka_unit_test(exact_constant_column_is_left_out),
        cmocka_unit_test(exact_design),
        cmocka_unit_test(exact_score),
        cmocka_unit_test(vector_prediction),
        cmocka_unit_test(vector_information_criteria),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
