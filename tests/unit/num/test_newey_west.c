#include "nist_strd.h"
#include "regress_fixture.h"
#include "shikumen/num/autocorr.h"
#include "shikumen/num/special.h"

static struct newey_west robust(const struct regression *f, const struct matrix *x,
                                enum newey_west_lags how, size_t given, struct arena *a)
{
    struct newey_west nw = {0};

    assert_int_equal(newey_west(f, x, how, given, a, &nw), ERR_OK);
    return nw;
}

/* Residuals 1/2, -1, 1/2 at x = -1, 0, 1. 0 lags: slope (1/4 + 1/4) / 4 * n / df = 3/8. 1 lag: the
 * product of neighbours has x = 0, nothing is added to the slope; mean (3/2 - 1) / 9 * 3. */
static void exact_three_points(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 3);
    static const double y[3] = {0, 0, 3};
    struct regression f;
    struct newey_west nw;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        x.at[i] -= 1;
    f = fitted(&x, y, NULL, true, &a);
    nw = robust(&f, &x, NEWEY_WEST_GIVEN, 0, &a);
    assert_near(matrix_col(&nw.covariance, 1)[1], 0.375, 1e-15);
    assert_near(nw.standard_error[1], sqrt(0.375), 1e-15);
    assert_near(matrix_col(&nw.covariance, 0)[0], 1.5 / 9 * 3, 1e-15);
    nw = robust(&f, &x, NEWEY_WEST_GIVEN, 1, &a);
    assert_near(matrix_col(&nw.covariance, 1)[1], 0.375, 1e-15);
    assert_near(matrix_col(&nw.covariance, 0)[0], 0.5 / 9 * 3, 1e-15);
    arena_free(&a);
}

/* Rule of thumb: 4 (n / 100)^(2/9): 4 at 100, 10 at 8760. */
static void exact_rule(void **state)
{
    static const size_t n[3] = {99, 100, 8760}, lags[3] = {3, 4, 10};
    struct arena a = {0};
    struct random r = random_seeded(1);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct matrix x = normal_matrix(&r, n[i], 2, &a), only = {n[i], 1, x.at};
        struct regression f = fitted(&only, matrix_col(&x, 1), NULL, true, &a);

        assert_int_equal(robust(&f, &only, NEWEY_WEST_RULE, 0, &a).lags, lags[i]);
    }
    arena_free(&a);
}

/* Longley, 0 and 2 lags: the formula in 40 digits (mpmath). Tolerance: the certified fit's 1e-9. */
static void vector_longley(void **state)
{
    static const double expected[2][7] = {
        {1109615.4407737685, 68.293796594218625, 0.0327679967768595, 0.5109854812346591,
         0.1949933348546455, 0.2109446616265650, 571.17916738013048},
        {966959.85532532011, 64.598866314237979, 0.0237263333456438, 0.3873811094347132,
         0.1621972061541067, 0.1657487862029043, 500.63625878731914}};
    struct arena a = {0};
    struct matrix x;
    double *y, d;
    struct regression f;

    (void)state;
    nist_longley(&a, &x, &y);
    f = fitted(&x, y, NULL, true, &a);
    for (size_t i = 0; i < 2; i++) {
        struct newey_west nw = robust(&f, &x, NEWEY_WEST_GIVEN, 2 * i, &a);

        for (size_t j = 0; j < 7; j++)
            assert_close(nw.standard_error[j], expected[i][j], 1e-9);
    }
    assert_int_equal(durbin_watson(f.residual, 16, &d), ERR_OK);
    assert_close(d, 2.5594876892815344, 1e-9);
    arena_free(&a);
}

/* Lags by the estimate, from the formulas in 50 digits (mpmath 1.3) on NIST's sets: 0.86, 1.08,
 * 4.95, 1.55 and, of Longley, 3.62 before the floor. */
static void vector_estimated_lags(void **state)
{
    static const struct {
        const char *name;
        size_t degree, lags;
    } sets[] = {
        {"Norris.dat", 1, 0}, {"Pontius.dat", 2, 1}, {"Filip.csv", 1, 4}, {"Filip.csv", 2, 1}};
    static struct nist set;
    struct arena a = {0};
    struct matrix x;
    double *y;
    struct regression f;

    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        nist_read(&set, sets[i].name);
        nist_powers(&set, sets[i].degree, &a, &x, &y);
        f = fitted(&x, y, NULL, true, &a);
        assert_int_equal(robust(&f, &x, NEWEY_WEST_ESTIMATED, 0, &a).lags, sets[i].lags);
    }
    nist_longley(&a, &x, &y);
    f = fitted(&x, y, NULL, true, &a);
    assert_int_equal(robust(&f, &x, NEWEY_WEST_ESTIMATED, 0, &a).lags, 3);
    arena_free(&a);
}

/* Units and origins: standard errors follow, the lags stay. A dependent column changes nothing. */
static void invariant_units(void **state)
{
    enum { N = 400 };
    struct arena a = {0};
    struct random r = random_seeded(4);
    struct matrix x = normal_matrix(&r, N, 2, &a), moved = matrix_new(&a, N, 3);
    double y[N], other[N];
    struct regression f, g;
    struct newey_west one, two;

    (void)state;
    ar1_series(&r, 0.6, x.at, N);
    ar1_series(&r, 0.6, y, N);
    for (size_t i = 0; i < N; i++) {
        moved.at[i] = 1e3 * x.at[i] + 7;
        matrix_col(&moved, 1)[i] = -1e-4 * matrix_col(&x, 1)[i];
        matrix_col(&moved, 2)[i] = 5;
        other[i] = 20 * y[i] - 3;
    }
    f = fitted(&x, y, NULL, true, &a);
    g = fitted(&moved, other, NULL, true, &a);
    for (int how = NEWEY_WEST_GIVEN; how <= NEWEY_WEST_RULE; how++) {
        one = robust(&f, &x, (enum newey_west_lags)how, 6, &a);
        two = robust(&g, &moved, (enum newey_west_lags)how, 6, &a);
        assert_int_equal(one.lags, two.lags);
        assert_close(two.standard_error[1], one.standard_error[1] / 50, 1e-11);
        assert_close(two.standard_error[2], one.standard_error[2] * 2e5, 1e-11);
        assert_true(two.standard_error[3] == 0);
    }
    arena_free(&a);
}

/* Estimated lags grow with the memory of the scores. */
static void truth_estimated_lags(void **state)
{
    static const double phi[3] = {0, 0.5, 0.8};
    enum { N = 2000 };
    size_t last = 0;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct arena a = {0};
        struct random r = random_seeded(40);
        struct matrix x = matrix_new(&a, N, 1);
        double y[N];
        struct regression f;
        size_t lags;

        ar1_series(&r, phi[i], x.at, N);
        ar1_series(&r, phi[i], y, N);
        f = fitted(&x, y, NULL, true, &a);
        lags = robust(&f, &x, NEWEY_WEST_ESTIMATED, 0, &a).lags;
        assert_true(i == 0 ? lags < 10 : lags > last);
        last = lags;
        arena_free(&a);
    }
}

/* Spread that grows with |x|: the sandwich with 0 lags is the slope's true standard deviation over
 * 1 500 sets within 10 % (4 standard errors: 7 %, and its bias at n = 200), plain least squares is
 * short by 30 % or more. */
static void truth_uneven_spread(void **state)
{
    enum { RUNS = 1500, N = 200 };
    struct arena a = {0};
    struct random r = random_seeded(50);
    double squares = 0, of_robust = 0, of_plain = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        struct matrix x = normal_matrix(&r, N, 1, &a);
        double y[N];
        struct regression f;

        for (size_t i = 0; i < N; i++)
            y[i] = x.at[i] * random_normal(&r);
        f = fitted(&x, y, NULL, true, &a);
        squares += f.coefficient[1] * f.coefficient[1] / RUNS;
        of_plain += f.standard_error[1] / RUNS;
        of_robust += robust(&f, &x, NEWEY_WEST_GIVEN, 0, &a).standard_error[1] / RUNS;
        arena_reset(&a);
    }
    assert_close(of_robust, sqrt(squares), 0.10);
    assert_true(of_plain < 0.7 * sqrt(squares));
    arena_free(&a);
}

/* Share of 5 % tests of a slope in time (truth 0) that reject, n = 200, 2 000 runs, errors AR(1).
 */
struct rejected {
    double plain, rule, estimated, effective;
};

static struct rejected slope_tests(double phi, uint64_t seed)
{
    enum { RUNS = 2000, N = 200 };
    struct arena a = {0};
    struct random r = random_seeded(seed);
    struct rejected out = {0};

    for (size_t run = 0; run < RUNS; run++) {
        struct matrix x = ramp(&a, N);
        double y[N], r1, n_effective, slope, limit = 1.972; /* t(0.975, 198) */
        struct regression f;

        ar1_series(&r, phi, y, N);
        f = fitted(&x, y, NULL, true, &a);
        slope = fabs(f.coefficient[1]);
        assert_int_equal(ar1_coefficient(f.residual, N, AR1_CORRECTED, &r1), ERR_OK);
        assert_int_equal(effective_n_ar1(N, r1, &n_effective), ERR_OK);
        out.plain += slope > limit * f.standard_error[1];
        out.effective += n_effective > 3 && student_two_sided(slope / f.standard_error[1] *
                                                                  sqrt((n_effective - 2) / (N - 2)),
                                                              n_effective - 2) < 0.05;
        out.rule += slope > limit * robust(&f, &x, NEWEY_WEST_RULE, 0, &a).standard_error[1];
        out.estimated +=
            slope > limit * robust(&f, &x, NEWEY_WEST_ESTIMATED, 0, &a).standard_error[1];
        arena_reset(&a);
    }
    arena_free(&a);
    out.plain /= RUNS;
    out.rule /= RUNS;
    out.estimated /= RUNS;
    out.effective /= RUNS;
    return out;
}

/* White errors: plain least squares rejects 5 %, and effective n, which must estimate phi, too,
 * within 4 binomial standard errors (0.0049); Newey-West, whose standard error is noisier and low,
 * up to 0.10. */
static void promise_type_one_error_white(void **state)
{
    struct rejected r = slope_tests(0, 60);

    (void)state;
    assert_near(r.plain, 0.05, 4 * 0.0049);
    assert_near(r.effective, 0.05, 4 * 0.0049);
    assert_true(r.rule >= 0.05 && r.rule < 0.10);
    assert_true(r.estimated >= 0.05 && r.estimated < 0.10);
}

/* AR(1) errors: the variance of a slope in time is (1 + phi) / (1 - phi) that of white ones, so
 * that plain least squares rejects 2 P(Z > 1.972 sqrt((1 - phi) / (1 + phi))): 0.148 at 0.3, 0.324
 * at 0.6 and 0.575 at 0.85, each within 4 binomial standard errors (0.011). Effective n holds 5 %
 * within 4 of its own and 1 % for n = 200. Newey-West mends more than half of the excess at 0.6. */
static void promise_type_one_error_ar1(void **state)
{
    struct rejected low = slope_tests(0.3, 62), r = slope_tests(0.6, 61),
                    high = slope_tests(0.85, 63);

    (void)state;
    assert_near(low.plain, 0.148, 4 * 0.011);
    assert_near(r.plain, 0.324, 4 * 0.011);
    assert_near(high.plain, 0.575, 4 * 0.011);
    assert_near(low.effective, 0.05, 4 * 0.0049 + 0.01);
    assert_near(r.effective, 0.05, 4 * 0.0049 + 0.01);
    assert_near(high.effective, 0.05, 4 * 0.0049 + 0.01);
    assert_true(r.rule - 0.05 < (r.plain - 0.05) / 2);
    assert_true(r.estimated - 0.05 < (r.plain - 0.05) / 2);
    assert_true(high.estimated < high.rule && high.rule < high.plain);
}

static void hostile_input(void **state)
{
    struct arena a = {0};
    struct matrix x = ramp(&a, 10), few = {9, 1, x.at}, wide = {5, 2, x.at};
    double y[10];
    struct regression f = fitted(&x, LINE_Y, NULL, true, &a);
    struct newey_west nw = {.lags = 77};
    size_t before;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        y[i] = 3; /* equal weights are weights */
    f = fitted(&x, LINE_Y, y, true, &a);
    assert_int_equal(newey_west(&f, &x, NEWEY_WEST_GIVEN, 1, &a, &nw), ERR_RANGE);
    f = fitted(&x, LINE_Y, NULL, true, &a);
    before = a.used_bytes;
    assert_int_equal(newey_west(&f, &x, NEWEY_WEST_GIVEN, 10, &a, &nw), ERR_RANGE);
    assert_int_equal(newey_west(&f, &few, NEWEY_WEST_GIVEN, 1, &a, &nw), ERR_RANGE);
    assert_int_equal(newey_west(&f, &wide, NEWEY_WEST_GIVEN, 1, &a, &nw), ERR_RANGE);
    x.at[2] = NAN;
    assert_int_equal(newey_west(&f, &x, NEWEY_WEST_GIVEN, 1, &a, &nw), ERR_NOT_FINITE);
    assert_int_equal(newey_west(&f, &x, NEWEY_WEST_ESTIMATED, 1, &a, &nw), ERR_NOT_FINITE);
    x.at[2] = 2;
    assert_int_equal(nw.lags, 77);
    assert_int_equal(a.used_bytes, before);
    nw = robust(&f, &x, NEWEY_WEST_GIVEN, 9, &a);
    assert_true(isfinite(nw.standard_error[0]) && isfinite(nw.standard_error[1]));
    for (size_t i = 0; i < 10; i++)
        y[i] = (double)i;
    f = fitted(&x, y, NULL, true, &a);
    f.s = 0;
    assert_int_equal(newey_west(&f, &x, NEWEY_WEST_RULE, 0, &a, &nw), ERR_CONSTANT);
    for (size_t i = 0; i < 10; i++)
        y[i] = 1e140 * LINE_Y[i];
    f = fitted(&x, y, NULL, true, &a);
    nw = robust(&f, &x, NEWEY_WEST_ESTIMATED, 0, &a);
    assert_true(nw.standard_error[1] > 1e137 && nw.standard_error[1] < 1e140);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_three_points),
        cmocka_unit_test(exact_rule),
        cmocka_unit_test(vector_longley),
        cmocka_unit_test(vector_estimated_lags),
        cmocka_unit_test(invariant_units),
        cmocka_unit_test(truth_estimated_lags),
        cmocka_unit_test(truth_uneven_spread),
        cmocka_unit_test(promise_type_one_error_white),
        cmocka_unit_test(promise_type_one_error_ar1),
        cmocka_unit_test(hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
