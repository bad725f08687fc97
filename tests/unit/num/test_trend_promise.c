/* Error rates and coverage of the trend tests, measured over fixed seeds. Bounds: the rate over 20
 * 000 runs (printed in docs/numerics.md) and 4 standard errors of the runs made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/theilsen.h"
#include "shikumen/num/trend.h"

#define N_MAX 365

static struct arena arena;

static void ar1(struct random *r, double *x, size_t n, double phi, double slope)
{
    double v = random_normal(r) / sqrt(1 - phi * phi);

    for (size_t i = 0; i < n; i++) {
        x[i] = v + slope * (double)i;
        v = phi * v + random_normal(r);
    }
}

/* Shares of runs. */
struct rates {
    double plain, hamed_rao_10, hamed_rao_all, prewhitened, trend_free; /* p < 0.05 */
    double cover, cover_10; /* interval of nominal 0.90; with factor of 10 lags */
};

static void one_run(const double *x, size_t n, double slope, double part, struct rates *r)
{
    struct mann_kendall plain;
    struct hamed_rao ten, all;
    struct prewhitened white, trend_free;
    struct theil_sen line, wide;

    assert_int_equal(theil_sen(NULL, x, n, 0.9, 1, &line, &arena), ERR_OK);
    assert_int_equal(mann_kendall(x, n, &plain, &arena), ERR_OK);
    assert_int_equal(mann_kendall_hamed_rao(NULL, x, n, line.slope, 0.05, 10, &ten, &arena),
                     ERR_OK);
    assert_int_equal(mann_kendall_hamed_rao(NULL, x, n, line.slope, 0.05, n, &all, &arena), ERR_OK);
    assert_int_equal(mann_kendall_prewhitened(x, n, &white, &arena), ERR_OK);
    assert_int_equal(mann_kendall_trend_free(NULL, x, n, line.slope, &trend_free, &arena), ERR_OK);
    assert_int_equal(theil_sen(NULL, x, n, 0.9, ten.factor, &wide, &arena), ERR_OK);
    r->plain += plain.p < 0.05 ? part : 0;
    r->hamed_rao_10 += ten.test.p < 0.05 ? part : 0;
    r->hamed_rao_all += all.test.p < 0.05 ? part : 0;
    r->prewhitened += white.test.p < 0.05 ? part : 0;
    r->trend_free += trend_free.test.p < 0.05 ? part : 0;
    r->cover += line.lower <= slope && slope <= line.upper ? part : 0;
    r->cover_10 += wide.lower <= slope && slope <= wide.upper ? part : 0;
}

static struct rates measure(size_t n, double phi, double slope, int runs)
{
    struct random random = random_seeded(n + (phi > 0 ? 1000 : 0) + (slope > 0 ? 2000 : 0));
    struct rates r = {0};
    double x[N_MAX];

    for (int run = 0; run < runs; run++) {
        ar1(&random, x, n, phi, slope);
        one_run(x, n, slope, 1.0 / runs, &r);
    }
    print_message("n %3zu phi %.1f slope %.4f: plain %.4f HR10 %.4f HR %.4f PW %.4f TFPW %.4f, "
                  "cover %.4f HR10 %.4f\n",
                  n, phi, slope, r.plain, r.hamed_rao_10, r.hamed_rao_all, r.prewhitened,
                  r.trend_free, r.cover, r.cover_10);
    return r;
}

#define RUNS_20  3000
#define RUNS_60  2000
#define RUNS_365 1000

static void assert_rate(double rate, double expected, int runs)
{
    assert_near(rate, expected, 4 * sqrt(expected * (1 - expected) / runs));
}

/* White noise. The plain test keeps its level, at n = 20 a little below for S is discrete;
 * Hamed-Rao counts chance autocorrelations (5 % of the lags looked at) and rejects twice too often
 * when the series is short or all lags count. */
static void promise_level_in_white_noise(void **state)
{
    struct rates r = measure(20, 0, 0, RUNS_20);

    (void)state;
    assert_rate(r.plain, 0.045, RUNS_20);
    assert_rate(r.hamed_rao_10, 0.091, RUNS_20);
    assert_rate(r.prewhitened, 0.034, RUNS_20);
    assert_rate(r.trend_free, 0.045, RUNS_20);
    r = measure(60, 0, 0, RUNS_60);
    assert_rate(r.plain, 0.048, RUNS_60);
    assert_rate(r.hamed_rao_10, 0.087, RUNS_60);
    assert_rate(r.hamed_rao_all, 0.097, RUNS_60);
    assert_rate(r.prewhitened, 0.046, RUNS_60);
    assert_rate(r.trend_free, 0.050, RUNS_60);
    r = measure(365, 0, 0, RUNS_365);
    assert_rate(r.plain, 0.05, RUNS_365);
    assert_rate(r.hamed_rao_10, 0.057, RUNS_365);
    assert_rate(r.prewhitened, 0.05, RUNS_365);
    assert_rate(r.trend_free, 0.05, RUNS_365);
}

/* AR(1), phi = 0.5: the plain test rejects every fourth series without trend, whatever n; only
 * pre-whitening keeps its level; Hamed-Rao with 10 lags comes near it in a year of days; trend-free
 * pre-whitening is worse than no correction. */
static void promise_level_in_ar1(void **state)
{
    struct rates r = measure(20, 0.5, 0, RUNS_20);

    (void)state;
    assert_rate(r.plain, 0.215, RUNS_20);
    assert_rate(r.hamed_rao_10, 0.236, RUNS_20);
    assert_rate(r.prewhitened, 0.046, RUNS_20);
    assert_rate(r.trend_free, 0.234, RUNS_20);
    r = measure(60, 0.5, 0, RUNS_60);
    assert_rate(r.plain, 0.241, RUNS_60);
    assert_rate(r.hamed_rao_10, 0.165, RUNS_60);
    assert_rate(r.hamed_rao_all, 0.184, RUNS_60);
    assert_rate(r.prewhitened, 0.051, RUNS_60);
    assert_rate(r.trend_free, 0.302, RUNS_60);
    r = measure(365, 0.5, 0, RUNS_365);
    assert_rate(r.plain, 0.249, RUNS_365);
    assert_rate(r.hamed_rao_10, 0.076, RUNS_365);
    assert_rate(r.hamed_rao_all, 0.139, RUNS_365);
    assert_rate(r.prewhitened, 0.051, RUNS_365);
    assert_rate(r.trend_free, 0.317, RUNS_365);
}

/* A rise of two (AR: three) standard deviations of the innovations over the series. */
static void promise_power(void **state)
{
    struct rates r = measure(20, 0, 0.1, RUNS_20);

    (void)state;
    assert_rate(r.plain, 0.633, RUNS_20);
    assert_rate(r.prewhitened, 0.271, RUNS_20);
    assert_rate(r.trend_free, 0.570, RUNS_20);
    r = measure(60, 0, 2.0 / 60, RUNS_60);
    assert_rate(r.plain, 0.988, RUNS_60);
    assert_rate(r.hamed_rao_10, 0.989, RUNS_60);
    assert_rate(r.prewhitened, 0.965, RUNS_60);
    r = measure(60, 0.5, 3.0 / 60, RUNS_60);
    assert_rate(r.hamed_rao_10, 0.953, RUNS_60);
    assert_rate(r.prewhitened, 0.647, RUNS_60);
    assert_rate(r.trend_free, 0.990, RUNS_60);
}

/* Nominal 0.90 of independent residuals: 0.85 .. 0.95, and 0.90 within the binomial error. */
static void promise_interval_coverage(void **state)
{
    const size_t n[] = {20, 60, 365};
    const int runs[] = {RUNS_20, RUNS_60, RUNS_365};

    (void)state;
    for (int k = 0; k < 3; k++) {
        struct rates r = measure(n[k], 0, 2.0 / (double)n[k], runs[k]);

        assert_rate(r.cover, 0.902, runs[k]);
        assert_true(0.85 <= r.cover && r.cover <= 0.95);
    }
}

/* AR(1), phi = 0.5: two thirds, and with the factor 0.76 (n = 60), 0.87 (n = 365). */
static void promise_interval_coverage_in_ar1(void **state)
{
    struct rates r = measure(60, 0.5, 0.01, RUNS_60);

    (void)state;
    assert_rate(r.cover, 0.671, RUNS_60);
    assert_rate(r.cover_10, 0.762, RUNS_60);
    r = measure(365, 0.5, 0.01, RUNS_365);
    assert_rate(r.cover, 0.667, RUNS_365);
    assert_rate(r.cover_10, 0.869, RUNS_365);
}

static int release(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promise_level_in_white_noise),
        cmocka_unit_test(promise_level_in_ar1),
        cmocka_unit_test(promise_power),
        cmocka_unit_test(promise_interval_coverage),
        cmocka_unit_test(promise_interval_coverage_in_ar1),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
