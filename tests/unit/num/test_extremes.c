#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "near.h"
#include "shikumen/num/extremes.h"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void exact_peaks_by_runs(void **state)
{
    (void)state;
    const double t[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, x[] = {0, 5, 7, 0, 6, 0, 0, 0, 8, 5};
    struct extremes_peak p[10];
    size_t m;
    assert_int_equal(extremes_peaks(t, x, 10, 4, 2, p, &m), ERR_OK);
    assert_int_equal(m, 2);
    assert_near(p[0].t_d, 2, 0);
    assert_near(p[0].value, 7, 0);
    assert_near(p[1].t_d, 8, 0);
    assert_near(p[1].value, 8, 0);
    assert_int_equal(extremes_peaks(t, x, 10, 4, 1, p, &m), ERR_OK);
    assert_int_equal(m, 3);
    assert_near(p[1].value, 6, 0);
    assert_int_equal(extremes_peaks(t, x, 10, 4, 0, p, &m), ERR_OK);
    assert_int_equal(m, 5);
    assert_int_equal(extremes_peaks(t, x, 10, 8, 0, p, &m), ERR_OK);
    assert_int_equal(m, 0);
}

static void exact_threshold_and_mean_excess(void **state)
{
    (void)state;
    const double x[] = {4, 1, 3, 2, 5}, u[] = {0, 2, 4, 5, 3};
    double threshold;
    struct extremes_excess e[5];
    assert_int_equal(extremes_threshold(x, 5, 0.5, &arena, &threshold), ERR_OK);
    assert_near(threshold, 3, 0);
    assert_int_equal(extremes_threshold(x, 5, 0.9, &arena, &threshold), ERR_OK);
    assert_near(threshold, 4.6, 1e-15);
    assert_int_equal(extremes_mean_excess(x, 5, u, 5, &arena, e), ERR_OK);
    const double mean[] = {3, 2, 1, 0, 1.5};
    const double error[] = {0.70710678118654752, 0.57735026918962576, 0, 0, 0.5};
    const size_t count[] = {5, 3, 1, 0, 2};
    for (int i = 0; i < 5; i++) {
        assert_near(e[i].mean, mean[i], 1e-15);
        assert_near(e[i].standard_error, error[i], 1e-15);
        assert_int_equal(e[i].count, count[i]);
    }
}

/* Engineering reference B5.4: u = 1, xi = 0.1, sigma = 0.4, 24 a year: printed to 6 digits; by hand
 * 24 * 1.25^-10, 24 * 1.5^-10 and 24 * 2^-10. */
static void vector_exceedance(void **state)
{
    (void)state;
    const struct extremes_model m = {
        .threshold = 1, .rate_per_y = 24, .gpd = {.sigma = 0.4, .xi = 0.1}};
    const double x[] = {2, 3, 5}, rate[] = {2.57698, 0.416197, 0.0234375};
    const double p[] = {0.923997, 0.340449, 0.0231650}, half_digit[] = {5e-6, 5e-7, 5e-8};
    struct extremes_exceedance e;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(extremes_exceedance(&m, x[i], 1, &e), ERR_OK);
        assert_near(e.rate_per_y, rate[i], half_digit[i]);
        assert_near(e.probability, p[i], 5e-7);
        assert_close(e.rate_per_y, 24 * pow(1 + (x[i] - 1) / 4, -10), 1e-14);
    }
}

static void exact_exceedance_limits(void **state)
{
    (void)state;
    struct extremes_model m = {.threshold = 1, .rate_per_y = 24, .gpd = {.sigma = 0.5, .xi = 0}};
    struct extremes_exceedance e, near_zero;
    assert_int_equal(extremes_exceedance(&m, 2, 1, &e), ERR_OK);
    assert_close(e.rate_per_y, 24 * exp(-2), 1e-15);
    m.gpd.xi = 1e-9;
    assert_int_equal(extremes_exceedance(&m, 2, 1, &near_zero), ERR_OK);
    assert_close(near_zero.rate_per_y, e.rate_per_y, 1e-8);
    m.gpd.xi = 5e-324; /* xi y would vanish */
    assert_int_equal(extremes_exceedance(&m, 1.1, 1, &near_zero), ERR_OK);
    assert_close(near_zero.rate_per_y, 24 * exp(-0.2), 1e-14);
    m.gpd.xi = -0.5; /* ends at 2 */
    assert_int_equal(extremes_exceedance(&m, 1.5, 0, &e), ERR_OK);
    assert_close(e.rate_per_y, 24 * 0.25, 1e-14);
    assert_near(e.probability, 0, 0);
    assert_int_equal(extremes_exceedance(&m, 2, 1, &e), ERR_OK);
    assert_near(e.rate_per_y, 0, 0);
    assert_int_equal(extremes_exceedance(&m, 7, 1, &e), ERR_OK);
    assert_near(e.probability, 0, 0);
}

/* Engineering reference B5.4: Jeffreys prior; printed to 6 digits. */
static void vector_gamma_poisson(void **state)
{
    (void)state;
    const double days[] = {30, 180, 365};
    const double three[] = {0.241536, 0.754169, 0.911612}, none[] = {0.038724, 0.181633, 0.292893};
    for (int i = 0; i < 3; i++) {
        double p;
        assert_int_equal(extremes_gamma_poisson(3, 365, days[i], &p), ERR_OK);
        assert_near(p, three[i], 5e-7);
        assert_int_equal(extremes_gamma_poisson(0, 365, days[i], &p), ERR_OK);
        assert_near(p, none[i], 5e-7);
    }
}

/* Quantiles of a generalised Pareto distribution at (i - 0.35) / n. */
static void quantiles(double *y, size_t n, double sigma, double xi)
{
    for (size_t i = 0; i < n; i++) {
        double e = -log1p(-((double)i + 0.65) / (double)n);
        y[i] = sigma * (xi == 0 ? e : expm1(xi * e) / xi);
    }
}

/* scipy 1.10.1: the likelihood of stats.genpareto minimised by optimize (Nelder-Mead, xatol 1e-12),
 * and brentq on its profile for the 50-year level with n / 2 peaks a year. A minimum found by
 * comparing values is good to the root of eps, 1e-8 relative, times the condition of the
 * likelihood: 1e-6; the edges, whose inner minima enter squared, are limited by the 1e-6 of their
 * own search in the logarithm. */
static void vector_fit_and_level(void **state)
{
    (void)state;
    static const struct {
        double xi, sigma;
        size_t n;
        double fit_sigma, fit_xi, level, lo, hi;
    } cases[] = {
        {0.2, 1.5, 40, 1.5358038701267303, 0.19337294542705014, 22.261426, 10.775064419471352,
         144.66911510556528},
        {-0.2, 1, 40, 1.0373925345382677, -0.22570619413274137, 3.629531, 2.918225825885663,
         8.238787473593725},
        {0, 2, 30, 2.0840948566276056, -0.0240126254055338, 12.756119, 8.181967256185128,
         62.43693514088628},
    };
    for (size_t k = 0; k < 3; k++) {
        double y[40];
        quantiles(y, cases[k].n, cases[k].sigma, cases[k].xi);
        struct extremes_model m = {
            .threshold = 1, .years = 2, .rate_per_y = (double)cases[k].n / 2};
        assert_int_equal(extremes_gpd_fit(y, cases[k].n, &arena, &m.gpd), ERR_OK);
        assert_int_equal(m.gpd.method, EXTREMES_LIKELIHOOD);
        assert_near(m.gpd.sigma, cases[k].fit_sigma, 1e-6);
        assert_near(m.gpd.xi, cases[k].fit_xi, 1e-6);
        struct extremes_level l;
        assert_int_equal(extremes_return_level(&m, y, 50, 0.9, &arena, &l), ERR_OK);
        assert_close(l.level - 1, cases[k].level, 2e-6);
        assert_close(l.lo - 1, cases[k].lo, 5e-6);
        assert_close(l.hi - 1, cases[k].hi, 5e-6);
    }
}

/* Asymptotic covariances in closed form: likelihood (Smith 1984) at n = 40, moments (Hosking &
 * Wallis 1987) at n = 10. */
static void exact_covariances(void **state)
{
    (void)state;
    double y[40];
    struct extremes_gpd g;
    quantiles(y, 40, 1.5, 0.2);
    assert_int_equal(extremes_gpd_fit(y, 40, &arena, &g), ERR_OK);
    assert_close(g.var_xi, (1 + g.xi) * (1 + g.xi) / 40, 1e-13);
    assert_close(g.var_sigma, 2 * g.sigma * g.sigma * (1 + g.xi) / 40, 1e-13);
    assert_close(g.cov_sigma_xi, -g.sigma * (1 + g.xi) / 40, 1e-13);
    quantiles(y, 10, 1.5, 0.1);
    assert_int_equal(extremes_gpd_fit(y, 10, &arena, &g), ERR_OK);
    assert_int_equal(g.method, EXTREMES_MOMENTS);
    double k = -g.xi, d = 10 * (1 + 2 * k) * (3 + 2 * k);
    assert_close(g.var_xi, (1 + k) * (2 + k) * (2 + k) * (1 + k + 2 * k * k) / d, 1e-12);
    assert_close(g.var_sigma, g.sigma * g.sigma * (7 + 18 * k + 11 * k * k + 2 * k * k * k) / d,
                 1e-12);
    assert_close(g.cov_sigma_xi, -g.sigma * (2 + k) * (2 + 6 * k + 7 * k * k + 2 * k * k * k) / d,
                 1e-12);
}

/* By hand: excesses 1..6, p_i = (i - 0.35) / 6: a0 = 3.5, a1 = sum (6.35 - i) i / 36 = 42.35 / 36.
 */
static void exact_moments_by_hand(void **state)
{
    (void)state;
    const double y[] = {3, 1, 2, 6, 5, 4};
    struct extremes_gpd g;
    double a0 = 3.5, a1 = (6.35 * 21 - 91) / 36;
    assert_int_equal(extremes_gpd_fit(y, 6, &arena, &g), ERR_OK);
    double sigma = 2 * a0 * a1 / (a0 - 2 * a1), xi = 2 - a0 / (a0 - 2 * a1);
    assert_close(g.sigma, sigma, 1e-13);
    assert_near(g.xi, xi, 1e-12);
    assert_true(1 + g.xi * 6 / g.sigma > 0);
}

/* 1, 1, 1, 1, 1, 1.2: the moments alone would end the distribution below 1.2; it ends there. */
static void exact_moments_reach_the_largest(void **state)
{
    (void)state;
    const double y[] = {1, 1, 1.2, 1, 1, 1};
    struct extremes_gpd g;
    double a0 = 6.2 / 6, a1 = (6.35 * 6 - 21 + 0.2 * 0.35) / 36, rest = a0 - 2 * a1;
    assert_true(1 + (2 - a0 / rest) * 1.2 / (2 * a0 * a1 / rest) < 0);
    assert_int_equal(extremes_gpd_fit(y, 6, &arena, &g), ERR_OK);
    assert_close(g.sigma, 2 * a0 * a1 / rest, 1e-12);
    assert_close(g.xi, -g.sigma / 1.2, 1e-12);
}

static void invariant_scale_order_threshold(void **state)
{
    (void)state;
    double y[40], z[40];
    struct extremes_peak p[40];
    struct extremes_gpd a, b;
    quantiles(y, 40, 1.5, 0.2);
    for (size_t i = 0; i < 40; i++) {
        z[i] = 1000 * y[(i * 7) % 40];
        p[i] = (struct extremes_peak){(double)i, 2 + y[i]};
    }
    assert_int_equal(extremes_gpd_fit(y, 40, &arena, &a), ERR_OK);
    assert_int_equal(extremes_gpd_fit(z, 40, &arena, &b), ERR_OK);
    assert_near(b.xi, a.xi, 1e-7);
    assert_close(b.sigma, 1000 * a.sigma, 1e-7);
    assert_close(b.var_sigma, 1e6 * a.var_sigma, 1e-6);
    struct extremes_model m;
    assert_int_equal(extremes_fit(p, 40, 2, 4, &arena, &m), ERR_OK);
    assert_near(m.rate_per_y, 10, 0);
    assert_near(m.gpd.xi, a.xi, 1e-7);
    struct extremes_exceedance e;
    struct extremes_level l;
    assert_int_equal(extremes_return_level(&m, y, 20, 0.9, &arena, &l), ERR_OK);
    assert_int_equal(extremes_exceedance(&m, l.level, 1, &e), ERR_OK);
    assert_close(e.rate_per_y, 1.0 / 20, 1e-12); /* level and rate are inverse */
    assert_true(l.lo < l.level && l.level < l.hi);
}

/* Levels and their intervals in any unit, even where the square of sigma is no double any more. */
static void invariant_level_in_any_unit(void **state)
{
    (void)state;
    const double units[] = {1, 1e-100, 1e-200, 1e-300, 1e100, 1e150};
    struct extremes_level first = {0}, l;
    double y[40];
    for (size_t k = 0; k < 6; k++) {
        struct extremes_model m = {.threshold = 0, .years = 2, .rate_per_y = 20};
        quantiles(y, 40, 1.5, 0.2);
        for (int i = 0; i < 40; i++)
            y[i] *= units[k];
        assert_int_equal(extremes_gpd_fit(y, 40, &arena, &m.gpd), ERR_OK);
        assert_int_equal(extremes_return_level(&m, y, 50, 0.9, &arena, &l), ERR_OK);
        if (k == 0)
            first = l;
        assert_close(l.level / units[k], first.level, 1e-6);
        assert_close(l.lo / units[k], first.lo, 1e-6);
        assert_close(l.hi / units[k], first.hi, 1e-6);
    }
}

static void hostile_series(void **state)
{
    (void)state;
    const double t[] = {0, 1, 2}, x[] = {1, 2, 3}, nan[] = {1, NAN, 2}, back[] = {0, 2, 2};
    struct extremes_peak p[3];
    struct extremes_excess e[3];
    size_t m;
    double u;
    assert_int_equal(extremes_peaks(t, x, 0, 1, 1, p, &m), ERR_TOO_FEW);
    assert_int_equal(extremes_peaks(t, x, 1, 0, 1, p, &m), ERR_OK);
    assert_int_equal(m, 1);
    assert_int_equal(extremes_peaks(t, nan, 3, 1, 1, p, &m), ERR_NOT_FINITE);
    assert_int_equal(extremes_peaks(back, x, 3, 1, 1, p, &m), ERR_ORDER);
    assert_int_equal(extremes_peaks(t, x, 3, NAN, 1, p, &m), ERR_RANGE);
    assert_int_equal(extremes_peaks(t, x, 3, 1, -1, p, &m), ERR_RANGE);
    assert_int_equal(extremes_threshold(x, 0, 0.5, &arena, &u), ERR_TOO_FEW);
    assert_int_equal(extremes_threshold(nan, 3, 0.5, &arena, &u), ERR_NOT_FINITE);
    assert_int_equal(extremes_threshold(x, 3, 1, &arena, &u), ERR_RANGE);
    assert_int_equal(extremes_mean_excess(x, 0, x, 1, &arena, e), ERR_TOO_FEW);
    assert_int_equal(extremes_mean_excess(x, 3, x, 0, &arena, e), ERR_TOO_FEW);
    assert_int_equal(extremes_mean_excess(x, 3, nan, 3, &arena, e), ERR_NOT_FINITE);
    const double huge[] = {1e308, -1e308, 1.5e308};
    assert_int_equal(extremes_mean_excess(huge, 3, huge, 3, &arena, e), ERR_NOT_FINITE);
}

static void hostile_fit(void **state)
{
    (void)state;
    double y[40], z[40];
    struct extremes_gpd g;
    struct extremes_model m;
    struct extremes_peak p[6] = {{0, 1}};
    quantiles(y, 40, 1.5, 0.2);
    for (size_t n = 0; n < EXTREMES_LEAST; n++)
        assert_int_equal(extremes_gpd_fit(y, n, &arena, &g), ERR_TOO_FEW);
    const double bad[] = {NAN, HUGE_VAL, 0, -1};
    const enum err expected[] = {ERR_NOT_FINITE, ERR_NOT_FINITE, ERR_RANGE, ERR_RANGE};
    for (int k = 0; k < 4; k++) {
        double kept = y[3];
        y[3] = bad[k];
        assert_int_equal(extremes_gpd_fit(y, 40, &arena, &g), expected[k]);
        y[3] = kept;
    }
    for (int i = 0; i < 40; i++)
        z[i] = 2;
    assert_int_equal(extremes_gpd_fit(z, 40, &arena, &g), ERR_CONSTANT);
    for (int i = 0; i < 40; i++)
        z[i] = 1e-200 * y[i];
    assert_int_equal(extremes_gpd_fit(z, 40, &arena, &g), ERR_OK);
    assert_near(g.xi, 0.19337294542705014, 1e-6);
    for (int i = 0; i < 40; i++)
        z[i] = 1e300 * y[i];
    assert_int_equal(extremes_gpd_fit(z, 40, &arena, &g), ERR_NOT_FINITE); /* its variance */
    for (int i = 0; i < 40; i++)
        z[i] = i ? 1 + 1e-13 * i : 0.5; /* nearly equal: no regular maximum */
    assert_int_equal(extremes_gpd_fit(z, 40, &arena, &g), ERR_OK);
    assert_int_equal(g.method, EXTREMES_MOMENTS);
    assert_true(g.sigma > 0 && 1 + g.xi * z[39] / g.sigma > -1e-12);
    assert_int_equal(extremes_fit(p, 6, 0, 0, &arena, &m), ERR_RANGE);
    assert_int_equal(extremes_fit(p, 6, 0, NAN, &arena, &m), ERR_RANGE);
    assert_int_equal(extremes_fit(p, 6, 1, 2, &arena, &m), ERR_RANGE);
    assert_int_equal(extremes_fit(p, 1, 0, 2, &arena, &m), ERR_TOO_FEW);
}

static void hostile_use(void **state)
{
    (void)state;
    double y[40], p;
    struct extremes_model m = {.threshold = 1, .years = 2, .rate_per_y = 20};
    struct extremes_exceedance e;
    struct extremes_level l;
    quantiles(y, 40, 1.5, 0.2);
    assert_int_equal(extremes_exceedance(&m, 2, 1, &e), ERR_RANGE); /* sigma 0 */
    assert_int_equal(extremes_return_level(&m, y, 10, 0.9, &arena, &l), ERR_TOO_FEW);
    assert_int_equal(extremes_gpd_fit(y, 40, &arena, &m.gpd), ERR_OK);
    assert_int_equal(extremes_exceedance(&m, 0.9, 1, &e), ERR_RANGE);
    assert_int_equal(extremes_exceedance(&m, 2, -1, &e), ERR_RANGE);
    assert_int_equal(extremes_exceedance(&m, NAN, 1, &e), ERR_NOT_FINITE);
    assert_int_equal(extremes_exceedance(&m, 1e300, 1, &e), ERR_OK);
    assert_int_equal(extremes_return_level(&m, y, 0.05, 0.9, &arena, &l), ERR_RANGE);
    assert_int_equal(extremes_return_level(&m, y, 10, 1, &arena, &l), ERR_RANGE);
    assert_int_equal(extremes_return_level(&m, y, HUGE_VAL, 0.9, &arena, &l), ERR_NOT_FINITE);
    y[0] = NAN;
    assert_int_equal(extremes_return_level(&m, y, 10, 0.9, &arena, &l), ERR_NOT_FINITE);
    assert_int_equal(extremes_gamma_poisson(3, 0, 1, &p), ERR_RANGE);
    assert_int_equal(extremes_gamma_poisson(3, 1, -1, &p), ERR_RANGE);
    assert_int_equal(extremes_gamma_poisson(3, NAN, 1, &p), ERR_NOT_FINITE);
    assert_int_equal(extremes_gamma_poisson(3, 1, 0, &p), ERR_OK);
    assert_near(p, 0, 0);
    assert_int_equal(extremes_gamma_poisson(3, 1e-300, 1e300, &p), ERR_OK);
    assert_near(p, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_peaks_by_runs),
        cmocka_unit_test(exact_threshold_and_mean_excess),
        cmocka_unit_test(vector_exceedance),
        cmocka_unit_test(exact_exceedance_limits),
        cmocka_unit_test(vector_gamma_poisson),
        cmocka_unit_test(vector_fit_and_level),
        cmocka_unit_test(exact_covariances),
        cmocka_unit_test(exact_moments_by_hand),
        cmocka_unit_test(exact_moments_reach_the_largest),
        cmocka_unit_test(invariant_scale_order_threshold),
        cmocka_unit_test(invariant_level_in_any_unit),
        cmocka_unit_test(hostile_series),
        cmocka_unit_test(hostile_fit),
        cmocka_unit_test(hostile_use),
    };
    return cmocka_run_group_tests(tests, NULL, reset);
}
