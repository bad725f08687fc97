#include <float.h>

#include "regress_fixture.h"

static void hostile_too_few(void **state)
{
    struct arena a = {0};
    struct regression f;

    (void)state;
    for (size_t n = 0; n < 4; n++) {
        struct matrix x = normal_matrix(&(struct random){{1, 2, 3, 4}}, n, 2, &a);
        double y[4] = {1, 5, 2, 3};

        assert_int_equal(regress_fit(&x, y, NULL, true, &a, &f), ERR_TOO_FEW);
    }
    {
        struct matrix x = ramp(&a, 5);
        static const double y[5] = {1, 5, 2, 3, 4}, w[5] = {0, 1, 0, 1, 0};

        assert_int_equal(regress_fit(&x, y, w, true, &a, &f), ERR_TOO_FEW);
    }
    arena_free(&a);
}

/* One bad value anywhere, and a fit that leaves what it was given and its result alone. */
static void hostile_not_finite(void **state)
{
    static const double bad[3] = {NAN, INFINITY, -INFINITY};
    struct arena a = {0};
    size_t before = 0;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct matrix x = ramp(&a, 10);
        double y[10], w[10];
        struct regression f = {.n = 77};

        memcpy(y, LINE_Y, sizeof y);
        for (size_t j = 0; j < 10; j++)
            w[j] = 1;
        before = a.used_bytes;
        y[3] = bad[i];
        assert_int_equal(regress_fit(&x, y, w, true, &a, &f), ERR_NOT_FINITE);
        y[3] = 0;
        w[9] = bad[i];
        assert_int_equal(regress_fit(&x, y, w, true, &a, &f), ERR_NOT_FINITE);
        w[9] = 1;
        x.at[0] = bad[i];
        assert_int_equal(regress_fit(&x, y, w, true, &a, &f), ERR_NOT_FINITE);
        assert_int_equal(f.n, 77);
        assert_int_equal(a.used_bytes, before);
    }
    arena_free(&a);
}

static void hostile_parameters(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10), none = {10, 0, x.at}, two = {5, 2, x.at}, z;
    double w[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, -1}, x0 = 3;
    struct regression f;
    struct regress_prediction p;

    (void)state;
    assert_int_equal(regress_fit(&none, LINE_Y, NULL, true, &a, &f), ERR_RANGE);
    assert_int_equal(regress_fit(&x, LINE_Y, w, true, &a, &f), ERR_RANGE);
    f = fitted(&x, LINE_Y, NULL, true, &a);
    assert_int_equal(regress_predict(&f, &x0, 0, &p), ERR_RANGE);
    assert_int_equal(regress_predict(&f, &x0, 1, &p), ERR_RANGE);
    assert_int_equal(regress_predict(&f, &x0, NAN, &p), ERR_RANGE);
    x0 = NAN;
    assert_int_equal(regress_predict(&f, &x0, 0.9, &p), ERR_NOT_FINITE);
    assert_int_equal(regress_basis(&f, &two, &a, &z), ERR_RANGE);
    assert_int_equal(regress_values(&f, &two, w), ERR_RANGE);
    assert_int_equal(regress_leverage(&f, &two, NULL, &a, w), ERR_RANGE);
    arena_free(&a);
}

static void hostile_constant_and_singular(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10), flat = matrix_new(&a, 10, 2);
    double same[10], zero[10] = {0};
    struct regression f;

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        same[i] = 0.1;
        matrix_col(&flat, 0)[i] = 7;
        matrix_col(&flat, 1)[i] = -1e-5;
    }
    assert_int_equal(regress_fit(&x, same, NULL, true, &a, &f), ERR_CONSTANT);
    assert_int_equal(regress_fit(&x, zero, NULL, false, &a, &f), ERR_CONSTANT);
    assert_int_equal(regress_fit(&flat, LINE_Y, NULL, true, &a, &f), ERR_SINGULAR);
    assert_int_equal(regress_fit(&flat, LINE_Y, NULL, false, &a, &f), ERR_OK);
    assert_int_equal(f.rank, 1);
    arena_free(&a);
}

/* Magnitudes at both ends of double: results that fit are right to rounding, and what does not fit
 * is said. */
static void hostile_magnitudes(void **state)
{
    static const double factors[][2] = {{1e150, 1e150}, {1e-300, 1e-300}, {1e-300, 1},
                                        {1, 1e-300},    {1e-150, 1e150},  {1e100, 1e-100}};
    struct arena a = {0};
    struct regression f;
    struct matrix x = ramp(&a, 10), big = ramp(&a, 10);
    double y[10];

    (void)state;
    for (size_t c = 0; c < COUNT(factors); c++) {
        double fx = factors[c][0], fy = factors[c][1];

        for (size_t i = 0; i < 10; i++) {
            big.at[i] = x.at[i] * fx;
            y[i] = LINE_Y[i] * fy;
        }
        if (fy / fx > 1e150) { /* the variance of the slope is beyond double */
            assert_int_equal(regress_fit(&big, y, NULL, true, &a, &f), ERR_NOT_FINITE);
            continue;
        }
        f = fitted(&big, y, NULL, true, &a);
        assert_close(f.coefficient[1], 83.05 / 82.5 * (fy / fx), 1e-13);
        assert_close(f.s, 0.125166555703 * fy, 1e-11);
        assert_close(f.standard_error[1], 0.125166555703 / sqrt(82.5) * (fy / fx), 1e-11);
        assert_true(isfinite(f.bic) && isfinite(f.rss));
    }
    for (size_t i = 0; i < 10; i++)
        y[i] = LINE_Y[i] * 1e300;
    assert_int_equal(regress_fit(&x, y, NULL, true, &a, &f), ERR_NOT_FINITE);
    y[0] = -DBL_MAX;
    y[9] = DBL_MAX;
    assert_int_equal(regress_fit(&x, y, NULL, true, &a, &f), ERR_NOT_FINITE);
    arena_free(&a);
}

/* A far origin (1e9 s) costs no digits of the slope; repeated rows and one value apart do no harm.
 */
static void hostile_axes(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10);
    double y[10] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    struct regression f;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        x.at[i] += 1764000000;
    f = fitted(&x, LINE_Y, NULL, true, &a);
    assert_close(f.coefficient[1], 83.05 / 82.5, 1e-14);
    for (size_t i = 0; i < 10; i++)
        x.at[i] = i == 9 ? 1e12 : 1;
    f = fitted(&x, y, NULL, true, &a);
    assert_close(f.coefficient[1], 1e-12, 1e-11);
    assert_near(f.rss, 0, 1e-25);
    assert_true(isfinite(f.bic));
    arena_free(&a);
}

/* Rows of weight 0 have no influence, whatever they hold: not on what counts as constant (0.1 has
 * a rounded mean), not on the units the fit works in. */
static void hostile_rows_without_weight(void **state)
{
    static const double wild[4] = {5, -1e9, 1e200, -1e-200};
    struct arena a = {0};
    struct matrix x = ramp(&a, 10), less = ramp(&a, 9), tenth = ramp(&a, 10);
    double w[10], y[10], v[9], same[10], h[10];
    struct regression f, g;

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        w[i] = i == 9 ? 0 : 1 + 0.3 * (double)i;
        y[i] = LINE_Y[i];
        same[i] = tenth.at[i] = 0.1;
    }
    memcpy(v, y, sizeof v);
    g = fitted(&less, v, w, true, &a);
    for (size_t c = 0; c < COUNT(wild); c++) {
        same[9] = tenth.at[9] = wild[c];
        assert_int_equal(regress_fit(&tenth, y, w, true, &a, &f), ERR_SINGULAR);
        assert_int_equal(regress_fit(&x, same, w, true, &a, &f), ERR_CONSTANT);
        x.at[9] = y[9] = wild[c];
        f = fitted(&x, y, w, true, &a);
        assert_near(f.coefficient[0], g.coefficient[0], 1e-14);
        assert_close(f.coefficient[1], g.coefficient[1], 1e-14);
        assert_close(f.standard_error[1], g.standard_error[1], 1e-13);
        assert_near(f.residual[9], wild[c] - f.coefficient[0] - f.coefficient[1] * wild[c],
                    1e-13 * fmax(1, fabs(wild[c])));
        assert_int_equal(regress_leverage(&f, &x, w, &a, h), ERR_OK);
        assert_true(h[9] == 0);
        x.at[9] = 9;
        y[9] = LINE_Y[9];
    }
    arena_free(&a);
}

/* What cannot be said of a row leaves the result and the arena alone. */
static void hostile_basis(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10), z = {.rows = 77};
    struct regression f;
    size_t before;
    double h[10];

    (void)state;
    for (size_t i = 0; i < 10; i++)
        x.at[i] *= 1e-100;
    f = fitted(&x, LINE_Y, NULL, true, &a);
    before = a.used_bytes;
    x.at[3] = 1e210; /* 1e310 of the basis */
    assert_int_equal(regress_basis(&f, &x, &a, &z), ERR_NOT_FINITE);
    assert_int_equal(regress_leverage(&f, &x, NULL, &a, h), ERR_NOT_FINITE);
    x.at[3] = 1e100; /* 1e200: its square does not fit */
    assert_int_equal(regress_leverage(&f, &x, NULL, &a, h), ERR_NOT_FINITE);
    x.at[3] = NAN;
    assert_int_equal(regress_basis(&f, &x, &a, &z), ERR_NOT_FINITE);
    assert_int_equal(z.rows, 77);
    assert_int_equal(a.used_bytes, before);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_too_few),
        cmocka_unit_test(hostile_not_finite),
        cmocka_unit_test(hostile_parameters),
        cmocka_unit_test(hostile_constant_and_singular),
        cmocka_unit_test(hostile_magnitudes),
        cmocka_unit_test(hostile_axes),
        cmocka_unit_test(hostile_rows_without_weight),
        cmocka_unit_test(hostile_basis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
