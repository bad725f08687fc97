#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "near.h"
#include "shikumen/num/extremes.h"
#include "shikumen/num/random.h"

#define ROOM 1000

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static double excess(struct random *r, double sigma, double xi)
{
    double e = random_exponential(r);
    return sigma * (xi == 0 ? e : expm1(xi * e) / xi);
}

/* Peaks of a Poisson process of rate a year over u = 1, with excesses of sigma = 1 and xi. */
static size_t simulate(uint64_t seed, double rate, double years, double xi,
                       struct extremes_peak *peaks, double *y)
{
    struct random r = random_seeded(seed);
    size_t n = 0;
    for (double t = random_exponential(&r) / rate; t < years && n < ROOM;
         t += random_exponential(&r) / rate) {
        y[n] = excess(&r, 1, xi);
        peaks[n] = (struct extremes_peak){365.25 * t, 1 + y[n]};
        n++;
    }
    return n;
}

/* 500 excesses: sd(xi) = (1 + xi) / sqrt(500), bias of the order 1 / n. 40 records, 4 standard
 * errors of their mean. */
static void truth_parameters_recovered(void **state)
{
    (void)state;
    const double xis[] = {-0.25, 0, 0.25};
    for (size_t k = 0; k < 3; k++) {
        double sum_xi = 0, sum_sigma = 0, y[500];
        for (uint64_t seed = 0; seed < 40; seed++) {
            struct random r = random_seeded(seed);
            struct extremes_gpd g;
            for (int i = 0; i < 500; i++)
                y[i] = excess(&r, 3, xis[k]);
            assert_int_equal(extremes_gpd_fit(y, 500, &arena, &g), ERR_OK);
            assert_int_equal(g.method, EXTREMES_LIKELIHOOD);
            sum_xi += g.xi / 40;
            sum_sigma += g.sigma / 40;
        }
        double se = (1 + xis[k]) / sqrt(500.0 * 40);
        assert_near(sum_xi, xis[k], 4 * se + 4.0 / 500);
        assert_near(sum_sigma, 3, 3 * (4 * sqrt(2 * (1 + xis[k]) / (500.0 * 40)) + 4.0 / 500));
    }
}

/* The covariance given is the scatter found: 600 records of 200, standard error of a variance ratio
 * sqrt(2 / 600) = 0.058; the asymptotic value is some percent low at n = 200. */
static void promise_covariance_is_the_scatter(void **state)
{
    (void)state;
    double s1 = 0, s2 = 0, x1 = 0, x2 = 0, sx = 0, var_s = 0, var_x = 0, cov = 0, y[200];
    const int runs = 600;
    for (int i = 0; i < runs; i++) {
        struct random r = random_seeded((uint64_t)i);
        struct extremes_gpd g;
        for (int k = 0; k < 200; k++)
            y[k] = excess(&r, 1, 0.1);
        assert_int_equal(extremes_gpd_fit(y, 200, &arena, &g), ERR_OK);
        double ds = g.sigma - 1, dx = g.xi - 0.1;
        s1 += ds / runs;
        x1 += dx / runs;
        s2 += ds * ds / runs;
        x2 += dx * dx / runs;
        sx += ds * dx / runs;
        var_s += g.var_sigma / runs;
        var_x += g.var_xi / runs;
        cov += g.cov_sigma_xi / runs;
    }
    assert_close((s2 - s1 * s1) / var_s, 1.05, 0.22);
    assert_close((x2 - x1 * x1) / var_x, 1.05, 0.22);
    assert_close((sx - s1 * x1) / cov, 1.05, 0.3);
}

/* The mean excess of a generalised Pareto tail is (sigma + xi u) / (1 - xi). */
static void truth_mean_excess_is_a_line(void **state)
{
    (void)state;
    static double y[20000];
    const double u[] = {0, 0.5, 1, 2};
    struct extremes_excess e[4];
    struct random r = random_seeded(11);
    for (int i = 0; i < 20000; i++)
        y[i] = excess(&r, 1, 0.2);
    assert_int_equal(extremes_mean_excess(y, 20000, u, 4, &arena, e), ERR_OK);
    for (int i = 0; i < 4; i++)
        assert_near(e[i].mean, (1 + 0.2 * u[i]) / 0.8, 4 * e[i].standard_error);
}

/* Nominal 0.90 within 0.85 .. 0.95; 2000 runs have a standard error of 0.0067. */
static void promise_return_level_coverage(void **state)
{
    (void)state;
    static const struct {
        double xi, peaks;
    } cases[] = {
        {-0.2, 18}, {0.1, 18}, {-0.2, 50}, {0, 50}, {0.2, 50}, {0.2, 150},
    };
    static struct extremes_peak peaks[ROOM];
    static double y[ROOM];
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double rate = cases[k].peaks / 5, xi = cases[k].xi, m = 20 * rate;
        double truth = 1 + (xi == 0 ? log(m) : expm1(xi * log(m)) / xi);
        int held = 0, runs = 0;
        for (int i = 0; i < 2000; i++) {
            size_t n = simulate((uint64_t)(7 * i), rate, 5, xi, peaks, y);
            struct extremes_model model;
            struct extremes_level l;
            if (n < EXTREMES_LEAST)
                continue;
            assert_int_equal(extremes_fit(peaks, n, 1, 5, &arena, &model), ERR_OK);
            assert_int_equal(extremes_return_level(&model, y, 20, 0.9, &arena, &l), ERR_OK);
            held += l.lo <= truth && truth <= l.hi;
            runs++;
        }
        assert_true(runs > 1960);
        double share = (double)held / runs;
        if (share < 0.85 || share > 0.95)
            fail_msg("xi %g, %g peaks: coverage %.3f", xi, cases[k].peaks, share);
    }
}

/* Rates drawn from the (truncated) prior: what is predicted with probability p happens in a share p
 * of the cases. 20 000 runs in 5 classes of 800 and more: 4 standard errors. */
static void promise_gamma_poisson_calibrated(void **state)
{
    (void)state;
    struct random r = random_seeded(3);
    double sum_p[5] = {0}, sum_v[5] = {0};
    int count[5] = {0}, hit[5] = {0};
    for (int i = 0; i < 20000; i++) {
        double root = 4 * random_uniform(&r), rate = root * root; /* density rate^-1/2 up to 16 */
        size_t n = 0;
        double t = 0, p;
        while ((t += random_exponential(&r) / rate) < 1)
            n++;
        if (n > 5)
            continue; /* the truncation would show */
        assert_int_equal(extremes_gamma_poisson(n, 1, 0.25, &p), ERR_OK);
        size_t c = n < 4 ? n : 4;
        sum_p[c] += p;
        sum_v[c] += p * (1 - p);
        count[c]++;
        hit[c] += random_exponential(&r) < 0.25 * rate;
    }
    for (int c = 0; c < 5; c++) {
        assert_true(count[c] > 800);
        assert_near(hit[c], sum_p[c], 4 * sqrt(sum_v[c]));
    }
}

/* Storms of several exceedances each: runs declustering finds one peak a storm, so that the rate is
 * that of the storms (90 days apart, separation 5 days). */
static void truth_declustered_rate(void **state)
{
    (void)state;
    static double t[4000], x[4000];
    static struct extremes_peak peaks[4000];
    struct random r = random_seeded(9);
    size_t n = 0, m;
    for (int storm = 0; storm < 100; storm++)
        for (int k = 0; k < 6; k++) {
            t[n] = 90.0 * storm + k + 0.5 * random_uniform(&r);
            x[n++] = 2 + random_exponential(&r);
        }
    assert_int_equal(extremes_peaks(t, x, n, 2, 5, peaks, &m), ERR_OK);
    assert_int_equal(m, 100);
    for (size_t i = 0; i < m; i++)
        for (size_t k = 6 * i; k < 6 * i + 6; k++)
            assert_true(x[k] <= peaks[i].value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_parameters_recovered),
        cmocka_unit_test(promise_covariance_is_the_scatter),
        cmocka_unit_test(truth_mean_excess_is_a_line),
        cmocka_unit_test(promise_return_level_coverage),
        cmocka_unit_test(promise_gamma_poisson_calibrated),
        cmocka_unit_test(truth_declustered_rate),
    };
    return cmocka_run_group_tests(tests, NULL, reset);
}
