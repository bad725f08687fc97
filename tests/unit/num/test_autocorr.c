#include "regress_fixture.h"
#include "shikumen/num/autocorr.h"
#include "shikumen/num/special.h"

/* r1 of 1, 2, .. 6 about 3.5 is 8.75 / 17.5; corrected (6 / 2 + 1) / 2 = 2, held at 0.999. */
static void exact_coefficient(void **state)
{
    static const double x[6] = {1, 2, 3, 4, 5, 6}, z[8] = {1, -1, 1, -1, 1, -1, 1, -1};
    double phi;

    (void)state;
    assert_int_equal(ar1_coefficient(x, 6, AR1_PLAIN, &phi), ERR_OK);
    assert_near(phi, 0.5, 1e-15);
    assert_int_equal(ar1_coefficient(x, 6, AR1_CORRECTED, &phi), ERR_OK);
    assert_true(phi == 0.999);
    assert_int_equal(ar1_coefficient(z, 8, AR1_PLAIN, &phi), ERR_OK);
    assert_near(phi, -7.0 / 8, 1e-15);
}

/* Powers of 1/2 are whitened to the first value alone; in place too. */
static void exact_whitening(void **state)
{
    double x[5] = {16, 8, 4, 2, 1}, w[5];

    (void)state;
    assert_int_equal(ar1_whiten(x, 5, 0.5, w), ERR_OK);
    assert_near(w[0], 16 * sqrt(0.75), 1e-14);
    for (size_t i = 1; i < 5; i++)
        assert_true(w[i] == 0);
    assert_int_equal(ar1_whiten(x, 5, 0.5, x), ERR_OK);
    assert_memory_equal(x, w, sizeof x);
}

/* 100 values with phi = 1/3: 50. Sum over lags: rho_1 = 1/2 alone of 10 gives 10 / (1 + 0.9), and
 * with all lags of an AR(1) the closed sum n / (1 + 2 sum (1 - k/n) phi^k). */
static void exact_effective_n(void **state)
{
    double rho[200] = {1, 0.5}, out, n = 200, phi = 0.7;

    (void)state;
    assert_int_equal(effective_n_ar1(100, 1.0 / 3, &out), ERR_OK);
    assert_near(out, 50, 1e-13);
    assert_int_equal(effective_n_ar1(100, 0, &out), ERR_OK);
    assert_true(out == 100);
    assert_int_equal(effective_n_ar1(10, -1.0 / 3, &out), ERR_OK);
    assert_near(out, 20, 1e-13);
    assert_int_equal(effective_n_ar1(3, 0.99, &out), ERR_OK);
    assert_true(out == 1);
    assert_int_equal(effective_n(10, rho, 1, &out), ERR_OK);
    assert_near(out, 10 / 1.9, 1e-14);
    assert_int_equal(effective_n(10, rho, 0, &out), ERR_OK);
    assert_true(out == 10);
    for (size_t k = 0; k < 200; k++)
        rho[k] = pow(phi, (double)k);
    assert_int_equal(effective_n(200, rho, 199, &out), ERR_OK);
    assert_close(
        out,
        n / ((1 + phi) / (1 - phi) - 2 * phi * (1 - pow(phi, n)) / (n * (1 - phi) * (1 - phi))),
        1e-13);
}

static void exact_durbin_watson(void **state)
{
    static const double x[4] = {1, -1, 1, -1}, y[3] = {2, 2, 2};
    double d;

    (void)state;
    assert_int_equal(durbin_watson(x, 4, &d), ERR_OK);
    assert_near(d, 3, 1e-15);
    assert_int_equal(durbin_watson(y, 3, &d), ERR_OK);
    assert_true(d == 0);
}

static const double NILE[100] = {
    1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
    960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
    874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
    1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
    781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
    1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
    1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};

/* Nile 1871-1970: computed with numpy 1.24 and scipy 1.10 (chi2.sf) from the formulas. */
static void vector_nile(void **state)
{
    struct arena a = {0};
    struct ljung_box lb;
    double phi, out;

    (void)state;
    assert_int_equal(ar1_coefficient(NILE, 100, AR1_PLAIN, &phi), ERR_OK);
    assert_near(phi, 0.49840818413302895, 1e-14);
    assert_int_equal(ar1_coefficient(NILE, 100, AR1_CORRECTED, &phi), ERR_OK);
    assert_near(phi, (100 * 0.49840818413302895 + 1) / 96, 1e-14);
    assert_int_equal(ljung_box(NILE, 100, 10, 0, &a, &lb), ERR_OK);
    assert_close(lb.q, 88.12687155129981, 1e-12);
    assert_close(lb.p, 1.2586327670205875e-14, 1e-9);
    assert_int_equal(lb.df, 10);
    assert_int_equal(ljung_box(NILE, 100, 10, 1, &a, &lb), ERR_OK);
    assert_int_equal(lb.df, 9);
    assert_int_equal(effective_n_sample(NILE, 100, &a, &out), ERR_OK);
    assert_close(out, 9.644830587701328, 1e-12);
    arena_free(&a);
}

/* Units, origin and direction of time. */
static void invariant_units_and_direction(void **state)
{
    enum { N = 300 };
    struct arena a = {0};
    struct random r = random_seeded(3);
    double x[N], y[N], one, two;
    struct ljung_box p, q;

    (void)state;
    ar1_series(&r, 0.6, x, N);
    for (size_t i = 0; i < N; i++)
        y[N - 1 - i] = 1e-6 * x[i] + 3;
    assert_int_equal(ar1_coefficient(x, N, AR1_CORRECTED, &one), ERR_OK);
    assert_int_equal(ar1_coefficient(y, N, AR1_CORRECTED, &two), ERR_OK);
    assert_near(one, two, 1e-8);
    assert_int_equal(effective_n_sample(x, N, &a, &one), ERR_OK);
    assert_int_equal(effective_n_sample(y, N, &a, &two), ERR_OK);
    assert_close(one, two, 1e-7);
    assert_int_equal(ljung_box(x, N, 20, 1, &a, &p), ERR_OK);
    assert_int_equal(ljung_box(y, N, 20, 1, &a, &q), ERR_OK);
    assert_close(p.q, q.q, 1e-7);
    for (size_t i = 0; i < N; i++)
        y[N - 1 - i] = -1e200 * x[i];
    assert_int_equal(durbin_watson(x, N, &one), ERR_OK);
    assert_int_equal(durbin_watson(y, N, &two), ERR_OK);
    assert_near(one, two, 1e-12);
    arena_free(&a);
}

/* Mean of 2 000 estimates at n = 40: the plain one is low by about (1 + 4 phi) / n, the corrected
 * one is within 0.02 (standard error of the mean 0.003, the rest of order 1 / n^2). */
static void truth_bias_of_the_coefficient(void **state)
{
    static const double truth[4] = {-0.4, 0, 0.5, 0.8};
    enum { RUNS = 2000, N = 40 };

    (void)state;
    for (size_t i = 0; i < COUNT(truth); i++) {
        struct random r = random_seeded(100 + i);
        double x[N], plain = 0, corrected = 0, phi;

        for (size_t run = 0; run < RUNS; run++) {
            ar1_series(&r, truth[i], x, N);
            assert_int_equal(ar1_coefficient(x, N, AR1_PLAIN, &phi), ERR_OK);
            plain += phi / RUNS;
            assert_int_equal(ar1_coefficient(x, N, AR1_CORRECTED, &phi), ERR_OK);
            corrected += phi / RUNS;
        }
        assert_near(plain, truth[i] - (1 + 4 * truth[i]) / N, 0.02);
        assert_near(corrected, truth[i], 0.02);
    }
}

/* A year of hours: AR(1) finds n (1 - phi) / (1 + phi) within 20 % (4 standard errors of phi at
 * 0.9, 0.0047 each), the sum of correlations, of either sign, within 35 % (2 of its own there:
 * 0.17, sqrt(4 lags / n) with 60 lags). */
static void truth_effective_n(void **state)
{
    static const double truth[3] = {-0.4, 0.5, 0.9};
    enum { N = 8760 };

    (void)state;
    for (size_t i = 0; i < COUNT(truth); i++) {
        struct arena a = {0};
        struct random r = random_seeded(200 + i);
        double *x = arena_array(&a, N, sizeof *x), phi, out;
        double expected = N * (1 - truth[i]) / (1 + truth[i]);

        ar1_series(&r, truth[i], x, N);
        assert_int_equal(effective_n_sample(x, N, &a, &out), ERR_OK);
        assert_close(out, expected, 0.35);
        assert_int_equal(ar1_coefficient(x, N, AR1_CORRECTED, &phi), ERR_OK);
        assert_int_equal(effective_n_ar1(N, phi, &out), ERR_OK);
        assert_close(out, expected, 0.20);
        arena_free(&a);
    }
}

/* Whitened AR(1) is white: the Ljung-Box test at 5 % rejects 5 %, within 4 binomial standard errors
 * of 2 000 runs (0.0049) and 1 % for the chi-square limit; before whitening it always does. */
static void promise_whitened_is_white(void **state)
{
    enum { RUNS = 2000, N = 200 };
    struct arena a = {0};
    struct random r = random_seeded(7);
    size_t rejected = 0, before = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        double x[N];
        struct ljung_box lb;

        ar1_series(&r, 0.7, x, N);
        assert_int_equal(ljung_box(x, N, 10, 0, &a, &lb), ERR_OK);
        before += lb.p < 0.05;
        assert_int_equal(ar1_whiten(x, N, 0.7, x), ERR_OK);
        assert_int_equal(ljung_box(x, N, 10, 0, &a, &lb), ERR_OK);
        rejected += lb.p < 0.05;
    }
    assert_near((double)rejected / RUNS, 0.05, 4 * 0.0049 + 0.01);
    assert_int_equal(before, RUNS);
    arena_free(&a);
}

/* The mean's interval of nominal 0.90 from effective n, phi = 0.7, n = 400: 0.85 to 0.95 both ways;
 * from n it covers P(|Z| < 1.645 / sqrt(5.67)) = 0.51, within 4 binomial standard errors (0.011).
 */
static void promise_coverage_of_the_mean(void **state)
{
    enum { RUNS = 2000, N = 400 };
    struct arena a = {0};
    struct random r = random_seeded(8);
    size_t by_ar1 = 0, by_sum = 0, plain = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        double x[N], m = 0, v = 0, phi, of_ar1, of_sum;

        ar1_series(&r, 0.7, x, N);
        for (size_t i = 0; i < N; i++)
            m += x[i] / N;
        for (size_t i = 0; i < N; i++)
            v += (x[i] - m) * (x[i] - m) / (N - 1);
        assert_int_equal(ar1_coefficient(x, N, AR1_CORRECTED, &phi), ERR_OK);
        assert_int_equal(effective_n_ar1(N, phi, &of_ar1), ERR_OK);
        assert_int_equal(effective_n_sample(x, N, &a, &of_sum), ERR_OK);
        by_ar1 += fabs(m) <= 1.645 * sqrt(v / of_ar1);
        by_sum += fabs(m) <= 1.645 * sqrt(v / of_sum);
        plain += fabs(m) <= 1.645 * sqrt(v / N);
    }
    assert_near((double)by_ar1 / RUNS, 0.90, 0.05);
    assert_near((double)by_sum / RUNS, 0.90, 0.05);
    assert_near((double)plain / RUNS, 0.51, 4 * 0.011);
    arena_free(&a);
}

static void hostile_input(void **state)
{
    static const double same[10] = {4, 4, 4, 4, 4, 4, 4, 4, 4, 4}, zero[3] = {0, 0, 0};
    struct arena a = {0};
    double x[10] = {1, 5, 2, 4, 3, 6, 2, 8, 1, 0}, w[10], out = 77, rho[4] = {1, -0.9, 0.5, NAN};
    struct ljung_box lb;

    (void)state;
    assert_int_equal(ar1_coefficient(x, 5, AR1_PLAIN, &out), ERR_TOO_FEW);
    assert_int_equal(ar1_coefficient(x, 0, AR1_PLAIN, &out), ERR_TOO_FEW);
    assert_int_equal(ar1_coefficient(same, 10, AR1_PLAIN, &out), ERR_CONSTANT);
    assert_int_equal(ar1_whiten(x, 0, 0.5, w), ERR_TOO_FEW);
    assert_int_equal(ar1_whiten(x, 10, 1, w), ERR_RANGE);
    assert_int_equal(ar1_whiten(x, 10, NAN, w), ERR_RANGE);
    assert_int_equal(effective_n_ar1(0, 0.5, &out), ERR_RANGE);
    assert_int_equal(effective_n_ar1(10, -1, &out), ERR_RANGE);
    assert_int_equal(effective_n_ar1(10, NAN, &out), ERR_RANGE);
    assert_int_equal(effective_n(0, rho, 0, &out), ERR_TOO_FEW);
    assert_int_equal(effective_n(2, rho, 2, &out), ERR_RANGE);
    assert_int_equal(effective_n(9, rho, 1, &out), ERR_RANGE); /* 1 - 2 * 0.8 <= 0 */
    assert_int_equal(effective_n(9, rho, 3, &out), ERR_NOT_FINITE);
    assert_int_equal(effective_n_sample(x, 7, &a, &out), ERR_TOO_FEW);
    assert_int_equal(effective_n_sample(same, 10, &a, &out), ERR_CONSTANT);
    assert_int_equal(ljung_box(x, 2, 1, 0, &a, &lb), ERR_TOO_FEW);
    assert_int_equal(ljung_box(x, 10, 10, 0, &a, &lb), ERR_RANGE);
    assert_int_equal(ljung_box(x, 10, 2, 2, &a, &lb), ERR_RANGE);
    assert_int_equal(ljung_box(same, 10, 2, 0, &a, &lb), ERR_CONSTANT);
    assert_int_equal(durbin_watson(x, 1, &out), ERR_TOO_FEW);
    assert_int_equal(durbin_watson(zero, 3, &out), ERR_CONSTANT);
    assert_true(out == 77);
    for (size_t n = 8; n <= 10; n++) { /* alternating: more than n, finite */
        for (size_t i = 0; i < n; i++)
            w[i] = i % 2 ? 1e300 : -1e300;
        assert_int_equal(effective_n_sample(w, n, &a, &out), ERR_OK);
        assert_true(out >= (double)n && out <= (double)(n * n));
    }
    w[0] = 1.7e308;
    w[1] = -1.7e308;
    assert_int_equal(ar1_whiten(w, 2, 0.9, w), ERR_NOT_FINITE);
    x[3] = INFINITY;
    assert_int_equal(ar1_coefficient(x, 10, AR1_PLAIN, &out), ERR_NOT_FINITE);
    assert_int_equal(ar1_whiten(x, 10, 0.1, w), ERR_NOT_FINITE);
    assert_int_equal(effective_n_sample(x, 10, &a, &out), ERR_NOT_FINITE);
    assert_int_equal(ljung_box(x, 10, 2, 0, &a, &lb), ERR_NOT_FINITE);
    assert_int_equal(durbin_watson(x, 10, &out), ERR_NOT_FINITE);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_coefficient),
        cmocka_unit_test(exact_whitening),
        cmocka_unit_test(exact_effective_n),
        cmocka_unit_test(exact_durbin_watson),
        cmocka_unit_test(vector_nile),
        cmocka_unit_test(invariant_units_and_direction),
        cmocka_unit_test(truth_bias_of_the_coefficient),
        cmocka_unit_test(truth_effective_n),
        cmocka_unit_test(promise_whitened_is_white),
        cmocka_unit_test(promise_coverage_of_the_mean),
        cmocka_unit_test(hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
