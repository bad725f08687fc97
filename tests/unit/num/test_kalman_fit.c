#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "kalman_simulate.h"
#include "near.h"
#include "nile.h"

static const struct kalman_model level_form = {KALMAN_LEVEL, false, 0, 0, 0, 0};
static const struct kalman_model trend_form = {KALMAN_TREND, false, 0, 0, 0, 0};

static struct kalman_fit fitted(const struct kalman_model *form, const double *t, const double *y,
                                size_t n)
{
    struct arena arena = {0};
    struct kalman_fit f;

    assert_int_equal(kalman_fit(form, t, y, n, &arena, &f), ERR_OK);
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
    return f;
}

static enum err refused(const struct kalman_model *form, const double *t, const double *y, size_t n)
{
    struct arena arena = {0};
    struct kalman_fit f, untouched;
    enum err e;

    memset(&f, 0x5a, sizeof f);
    memcpy(&untouched, &f, sizeof f);
    e = kalman_fit(form, t, y, n, &arena, &f);
    if (e != ERR_OK)
        assert_memory_equal(&f, &untouched, sizeof f);
    arena_free(&arena);
    return e;
}

static void count_up(double *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t[i] = (double)i;
}

/* +1, -1, +1 ..: the level stands still at its mean 0, and r is the sum of squares about it over
 * the 63 terms. The least q_level allowed, 2.4e-7 r, moves r by less than that. */
static void exact_alternating_values_have_a_still_level(void **state)
{
    double t[64], y[64];
    struct kalman_fit f;

    (void)state;
    count_up(t, 64);
    for (size_t i = 0; i < 64; i++)
        y[i] = i % 2 ? 1 : -1;
    f = fitted(&level_form, t, y, 64);
    assert_near(f.model.r, 64 / 63.0, 2.4e-7);
    assert_near(f.model.q_level, 2.4e-7, 1e-7);
    assert_int_equal(f.terms, 63);
    assert_int_equal(f.parameters, 2);
}

/* The log-likelihood told is that of the filter with the variances told, and no neighbour has more.
 */
static void exact_likelihood_is_the_filters(void **state)
{
    struct kalman_fit f;
    double t[NILE_N];

    (void)state;
    count_up(t, NILE_N);
    f = fitted(&level_form, t, nile, NILE_N);
    for (int i = 0; i < 9; i++) {
        struct kalman_model m = f.model;
        struct kalman k;

        m.r *= 1 + 0.02 * (i % 3 - 1);
        m.q_level *= 1 + 0.02 * (i / 3 - 1);
        assert_int_equal(kalman_start_diffuse(&m, &k), ERR_OK);
        assert_int_equal(kalman_filter(&k, t, nile, NILE_N, NULL), ERR_OK);
        if (i == 4)
            assert_near(kalman_log_likelihood(&k), f.log_likelihood, 1e-10);
        else
            assert_true(kalman_log_likelihood(&k) < f.log_likelihood);
    }
}

/* Engineering reference B5.1; R 4, help(StructTS): level 1469, epsilon 15099; Durbin & Koopman
 * 2012, 2.10.3. */
static void vector_nile_level(void **state)
{
    double t[NILE_N];
    struct kalman_fit f;

    (void)state;
    count_up(t, NILE_N);
    f = fitted(&level_form, t, nile, NILE_N);
    assert_near(f.model.r, 15099, 0.5);
    assert_near(f.model.q_level, 1469, 0.5);
    assert_near(f.log_likelihood, -632.5456, 5e-5);
    /* Durbin & Koopman 2012, table 2.1: the same maximum in psi = log(q/r) = -2.33. */
    assert_near(log(f.model.q_level / f.model.r), -2.33, 5e-3);
}

/* scipy 1.10 optimize.minimize (Nelder-Mead, xatol 1e-7) on the dense joint normal density of all
 * values by numpy: r 14678.02, q_level 1752.77, q_slope -> 0, log L -629.87281. The maximum is flat
 * to 1e-9 within 1e-4 of a log variance. */
static void vector_nile_trend(void **state)
{
    double t[NILE_N];
    struct kalman_fit f;

    (void)state;
    count_up(t, NILE_N);
    f = fitted(&trend_form, t, nile, NILE_N);
    assert_close(f.model.r, 14678.0197, 1e-3);
    assert_close(f.model.q_level, 1752.77108, 1e-3);
    assert_near(f.log_likelihood, -629.872812, 1e-5);
    assert_true(f.model.q_slope < 1e-4);
}

/* A sum of the Nile's deviations with a periodic disturbance at irregular times. */
static void irregular(double *t, double *y)
{
    double at = 0, sum = 0;

    for (int i = 0; i < NILE_N; i++) {
        at += 0.5 + i * 7 % 11 / 10.0;
        sum += (nile[i] - 900) / 100;
        t[i] = at;
        y[i] = sum + (i * 37 % 17 - 8) / 4.0;
    }
}

/* scipy 1.10 and numpy as above, two starts: r 0.321153, q_level 4.75640, q_slope 0.0492780, log L
 * -225.0063775. */
static void vector_irregular_trend(void **state)
{
    double t[NILE_N], y[NILE_N];
    struct kalman_fit f;

    (void)state;
    irregular(t, y);
    f = fitted(&trend_form, t, y, NILE_N);
    assert_close(f.model.r, 0.321153, 1e-3);
    assert_close(f.model.q_level, 4.75640, 1e-3);
    assert_close(f.model.q_slope, 0.0492780, 1e-3);
    assert_near(f.log_likelihood, -225.0063775, 1e-6);
}

/* y -> a + b y, t in other units from another origin: the variances follow by their units. The
 * start of the search is the same but for rounding, so the result is but for its tolerance of 1e-5.
 */
static void invariant_shift_scale_and_units_of_time(void **state)
{
    double t[NILE_N], y[NILE_N], t2[NILE_N], y2[NILE_N];
    struct kalman_fit f, g;

    (void)state;
    irregular(t, y);
    for (size_t i = 0; i < NILE_N; i++) {
        t2[i] = 20000 + 24 * t[i];
        y2[i] = 1e6 - 1e-3 * y[i];
    }
    f = fitted(&trend_form, t, y, NILE_N);
    g = fitted(&trend_form, t2, y2, NILE_N);
    assert_close(g.model.r, 1e-6 * f.model.r, 1e-4);
    assert_close(g.model.q_level, 1e-6 * f.model.q_level / 24, 1e-4);
    assert_close(g.model.q_slope, 1e-6 * f.model.q_slope / 24 / 24 / 24, 1e-4);
    for (size_t i = 0; i < 3; i++)
        assert_close(g.se[i], f.se[i], 1e-2);
    /* the mode is sought to 1e-2 only */
    assert_near(g.mode[0], f.mode[0] + log(1e-6), 2e-2);
    assert_near(g.mode[1], f.mode[1] - log(24), 2e-2);
    assert_near(g.mode[2], f.mode[2] - 3 * log(24), 2e-2);
}

/* Backwards in time the diffuse likelihood is the same (but for the first terms' scale). */
static void invariant_reversal(void **state)
{
    double t[NILE_N], y[NILE_N], t2[NILE_N], y2[NILE_N];
    struct kalman_fit f, g;

    (void)state;
    irregular(t, y);
    for (size_t i = 0; i < NILE_N; i++) {
        t2[i] = -t[NILE_N - 1 - i];
        y2[i] = y[NILE_N - 1 - i];
    }
    f = fitted(&level_form, t, y, NILE_N);
    g = fitted(&level_form, t2, y2, NILE_N);
    assert_close(g.model.r, f.model.r, 1e-4);
    assert_close(g.model.q_level, f.model.q_level, 1e-4);
}

/* Values that are missing are as if they had not been there; in whole steps too. */
static void invariant_missing(void **state)
{
    double t[NILE_N], y[NILE_N], t2[NILE_N], y2[NILE_N];
    struct kalman_model form = trend_form;
    size_t n = 0;

    (void)state;
    for (int discrete = 0; discrete < 2; discrete++) {
        struct kalman_fit f, g;

        form.discrete = discrete;
        irregular(t, y);
        if (discrete)
            count_up(t, NILE_N);
        n = 0;
        for (size_t i = 0; i < NILE_N; i++) {
            if (i % 7 == 3 || i < 2) {
                y[i] = (double)NAN;
                continue;
            }
            t2[n] = t[i];
            y2[n++] = y[i];
        }
        f = fitted(&form, t, y, NILE_N);
        g = fitted(&form, t2, y2, n);
        assert_near(f.model.q_slope, g.model.q_slope, 0);
        assert_near(f.model.r, g.model.r, 0);
        assert_near(f.log_likelihood, g.log_likelihood, 1e-10);
    }
}

static void invariant_draws_by_seed(void **state)
{
    double t[NILE_N], y[NILE_N];
    struct kalman a[50], b[50];
    struct arena arena = {0};
    struct kalman_fit f;
    size_t equal = 0;

    (void)state;
    irregular(t, y);
    f = fitted(&trend_form, t, y, NILE_N);
    assert_int_equal(kalman_draws(&f, t, y, NILE_N, 9, 50, &arena, a), ERR_OK);
    assert_int_equal(kalman_draws(&f, t, y, NILE_N, 9, 50, &arena, b), ERR_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(kalman_draws(&f, t, y, NILE_N, 10, 50, &arena, b), ERR_OK);
    for (size_t i = 0; i < 50; i++)
        equal += a[i].model.r == b[i].model.r;
    assert_int_equal(equal, 0);
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
}

/* Mean and standard deviation of log q_level under the posterior of the Nile's level, by sums over
 * a grid of log r and log q_level. */
static void posterior_by_grid(const double *t, double *mean, double *sd)
{
    double total = 0, sum = 0, square = 0;

    for (double log_r = 8.6; log_r < 10.6; log_r += 0.05)
        for (double log_q = 1; log_q < 11; log_q += 0.1) {
            struct kalman_model m = {KALMAN_LEVEL, false, exp(log_r), exp(log_q), 0, 0};
            struct kalman k;
            double w;

            assert_int_equal(kalman_start_diffuse(&m, &k), ERR_OK);
            assert_int_equal(kalman_filter(&k, t, nile, NILE_N, NULL), ERR_OK);
            w = exp(kalman_log_likelihood(&k) + 632.5 + 0.25 * (log_r + log_q - 17));
            total += w;
            sum += w * log_q;
            square += w * log_q * log_q;
        }
    *mean = sum / total;
    *sd = sqrt(square / total - *mean * *mean);
}

/* Draws are of the posterior, not of its normal approximation: 10000 of them, of which resampling
 * leaves at least half to count; 4 standard errors. */
static void truth_draws_are_of_the_posterior(void **state)
{
    enum { COUNT = 10000 };
    static struct kalman draws[COUNT];
    double t[NILE_N], mean, sd, sum = 0, square = 0;
    struct arena arena = {0};
    struct kalman_fit f;

    (void)state;
    count_up(t, NILE_N);
    posterior_by_grid(t, &mean, &sd);
    f = fitted(&level_form, t, nile, NILE_N);
    assert_int_equal(kalman_draws(&f, t, nile, NILE_N, 1, COUNT, &arena, draws), ERR_OK);
    for (size_t i = 0; i < COUNT; i++) {
        double off = log(draws[i].model.q_level) - mean;

        sum += off / COUNT;
        square += off * off / COUNT;
    }
    assert_near(sum, 0, 4 * sd / sqrt(COUNT / 2.0));
    assert_close(sqrt(square), sd, 4 / sqrt(2 * COUNT / 2.0));
    /* which the approximation is not: it has the mode for its mean */
    assert_true(fabs(f.mode[0] + f.mode[1] - mean) > 4 * sd / sqrt(COUNT / 2.0));
    arena_free(&arena);
}

/* 3000 values: every log variance within 4 of the standard errors told. */
static void truth_variances_are_found(void **state)
{
    enum { N = 3000 };
    static const struct kalman_model truth[] = {{KALMAN_LEVEL, false, 1, 0.2, 0, 0},
                                                {KALMAN_TREND, false, 4, 0.5, 0.01, 0},
                                                {KALMAN_TREND, false, 1e-4, 1e-4, 1e-6, 0}};
    static double t[N], y[N];

    (void)state;
    for (size_t i = 0; i < sizeof truth / sizeof *truth; i++) {
        struct random chance = random_seeded(i + 100);
        double a[2] = {5, 0};
        struct kalman_fit f;

        simulate(&chance, &truth[i], N, 0.5, a, t, y);
        f = fitted(&(struct kalman_model){.kind = truth[i].kind}, t, y, N);
        assert_near(log(f.model.r / truth[i].r), 0, 4 * f.se[0]);
        assert_near(log(f.model.q_level / truth[i].q_level), 0, 4 * f.se[1]);
        if (truth[i].kind == KALMAN_TREND)
            assert_near(log(f.model.q_slope / truth[i].q_slope), 0, 4 * f.se[2]);
        assert_true(f.se[0] < 0.3 && f.se[1] < 0.5 && f.se[2] < 0.5);
    }
}

/* 5 % of values 30 sigma off. Clipped at c = 2 each adds c^2 where it should add 1: r grows by
 * 0.95/(1 - 0.05 c^2) = 1.19, and by what the filter is misled. Without clipping by 0.05 * 900. */
static void truth_outliers_and_clipping(void **state)
{
    enum { N = 500 };
    const struct kalman_model truth = {KALMAN_LEVEL, false, 1, 0.05, 0, 0};
    struct kalman_model form = level_form;
    static double t[N], y[N];
    struct random chance = random_seeded(200);
    double a[2] = {0, 0};
    struct kalman_fit f;

    (void)state;
    simulate(&chance, &truth, N, 1, a, t, y);
    for (size_t i = 10; i < N; i += 20)
        y[i] += i % 40 == 10 ? 30 : -30;
    f = fitted(&form, t, y, N);
    assert_true(f.model.r > 10);
    form.clip = 2;
    f = fitted(&form, t, y, N);
    assert_near(log(f.model.r), log(1.19), 0.3);
    assert_true(f.clipped >= 25 && f.clipped < 60);
}

/* Durbin & Koopman 2012, 2.10: 2 (log L(estimate) - log L(truth)) is chi-square with 2 degrees of
 * freedom, 90 % below 4.605, and the standard errors cover: 4 standard errors of a share of 400. */
static void promise_likelihood_ratio_and_standard_errors(void **state)
{
    enum { N = 150, RUNS = 400 };
    const struct kalman_model truth = {KALMAN_LEVEL, false, 1, 0.5, 0, 0};
    double t[N], y[N];
    size_t below = 0, r = 0, q = 0;

    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        struct random chance = random_seeded(run + 3000);
        double a[2] = {0, 0};
        struct kalman_fit f;
        struct kalman k;

        simulate(&chance, &truth, N, 1, a, t, y);
        f = fitted(&level_form, t, y, N);
        assert_int_equal(kalman_start_diffuse(&truth, &k), ERR_OK);
        assert_int_equal(kalman_filter(&k, t, y, N, NULL), ERR_OK);
        below += 2 * (f.log_likelihood - kalman_log_likelihood(&k)) < 4.605170;
        r += fabs(f.mode[0]) <= 1.6448536 * f.se[0];
        q += fabs(f.mode[0] + f.mode[1] - log(0.5)) <= 1.6448536 * f.se[1];
    }
    assert_near((double)below / RUNS, 0.9, 4 * sqrt(0.09 / RUNS));
    assert_near((double)r / RUNS, 0.9, 0.05);
    assert_near((double)q / RUNS, 0.9, 0.05);
}

static void hostile_series(void **state)
{
    double t[40], y[40];

    (void)state;
    count_up(t, 40);
    memcpy(y, nile, sizeof y);
    for (size_t n = 0; n < KALMAN_FIT_LEAST; n++)
        assert_int_equal(refused(&trend_form, t, y, n), ERR_TOO_FEW);
    assert_int_equal(refused(&trend_form, t, y, KALMAN_FIT_LEAST), ERR_OK);
    y[5] = (double)INFINITY;
    assert_int_equal(refused(&level_form, t, y, 40), ERR_NOT_FINITE);
    y[5] = 1e300; /* its square, in units of the others, overflows */
    assert_int_equal(refused(&level_form, t, y, 40), ERR_NOT_FINITE);
    y[5] = 1e60;
    assert_int_equal(refused(&level_form, t, y, 40), ERR_OK);
    for (size_t i = 0; i < 40; i++)
        y[i] = i % 2 ? 1e300 : -1e300;
    assert_int_equal(refused(&level_form, t, y, 40), ERR_NOT_FINITE);
    for (size_t i = 0; i < 40; i++)
        y[i] = 5;
    assert_int_equal(refused(&level_form, t, y, 40), ERR_CONSTANT);
    for (size_t i = 0; i < 40; i++)
        y[i] = nile[i] * 1e-303;
    assert_int_equal(refused(&level_form, t, y, 40), ERR_NOT_FINITE);
    for (size_t i = 0; i < 40; i++)
        y[i] = (double)NAN;
    assert_int_equal(refused(&level_form, t, y, 40), ERR_TOO_FEW);
    for (size_t i = 0; i < 40; i++)
        y[i] = 0.1 + 0.3 * (double)i;
    assert_int_equal(refused(&trend_form, t, y, 40), ERR_CONSTANT);
    assert_int_equal(refused(&level_form, t, y, 40), ERR_OK);
}

static void hostile_times_and_forms(void **state)
{
    struct kalman_model bad = trend_form, discrete = trend_form;
    double t[40], y[40];

    (void)state;
    memcpy(y, nile, sizeof y);
    count_up(t, 40);
    t[7] = (double)NAN;
    assert_int_equal(refused(&trend_form, t, y, 40), ERR_NOT_FINITE);
    t[7] = 5.5;
    assert_int_equal(refused(&trend_form, t, y, 40), ERR_ORDER);
    memset(t, 0, sizeof t);
    assert_int_equal(refused(&trend_form, t, y, 40), ERR_ORDER);
    for (size_t i = 0; i < 40; i++)
        t[i] = (double)(i / 2) * 0.5;
    assert_int_equal(refused(&trend_form, t, y, 40), ERR_OK); /* repeated */
    discrete.discrete = true;
    assert_int_equal(refused(&discrete, t, y, 40), ERR_RANGE);
    for (size_t i = 0; i < 40; i++)
        t[i] = (double)i * 1e200;
    assert_int_equal(refused(&trend_form, t, y, 40), ERR_NOT_FINITE);
    count_up(t, 40);
    bad.kind = (enum kalman_kind)0;
    assert_int_equal(refused(&bad, t, y, 40), ERR_RANGE);
    bad = trend_form;
    bad.clip = -1;
    assert_int_equal(refused(&bad, t, y, 40), ERR_RANGE);
}

static void check_shape(const struct kalman_model *kind, const double *t, const double *y, size_t n,
                        bool constant, double clip)
{
    struct kalman_model form = *kind;
    struct kalman_fit f;

    form.clip = clip;
    if (constant) {
        assert_int_equal(refused(&form, t, y, n), ERR_CONSTANT);
        return;
    }
    f = fitted(&form, t, y, n);
    assert_true(isfinite(f.log_likelihood) && f.model.r > 0 && f.model.q_level > 0);
    assert_true(form.kind == KALMAN_LEVEL || f.model.q_slope > 0);
    for (size_t i = 0; i < f.parameters; i++)
        assert_true(isfinite(f.mode[i]) && f.se[i] > 0 && f.se[i] < 10);
}

/* What daemons meet: steps, a few outliers, quantised, one spike in a constant (with clipping a
 * constant), one jump, a pure walk, a smooth wave. */
static void hostile_shapes_are_fitted(void **state)
{
    enum { N = 120, SHAPES = 7 };
    double t[N], y[N];

    (void)state;
    count_up(t, N);
    for (int shape = 0; shape < SHAPES; shape++) {
        struct random chance = random_seeded((uint64_t)shape);
        double walk = 0;

        for (int i = 0; i < N; i++) {
            double e = random_normal(&chance);

            walk += e;
            y[i] = shape == 0   ? i / 40 * 10 + e
                   : shape == 1 ? e + (i % 31 == 7 ? 1e4 : 0)
                   : shape == 2 ? floor(e / 3 + i / 20.0)
                   : shape == 3 ? (i == 60)
                   : shape == 4 ? (i >= 60) * 1e6 + 1e-3 * e
                   : shape == 5 ? walk
                                : sin(i / 9.0);
        }
        for (int clip = 0; clip < 2; clip++) {
            check_shape(&level_form, t, y, N, clip && shape == 3, clip * KALMAN_CLIP);
            check_shape(&trend_form, t, y, N, clip && shape == 3, clip * KALMAN_CLIP);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_alternating_values_have_a_still_level),
        cmocka_unit_test(exact_likelihood_is_the_filters),
        cmocka_unit_test(vector_nile_level),
        cmocka_unit_test(vector_nile_trend),
        cmocka_unit_test(vector_irregular_trend),
        cmocka_unit_test(invariant_shift_scale_and_units_of_time),
        cmocka_unit_test(invariant_reversal),
        cmocka_unit_test(invariant_missing),
        cmocka_unit_test(invariant_draws_by_seed),
        cmocka_unit_test(truth_draws_are_of_the_posterior),
        cmocka_unit_test(truth_variances_are_found),
        cmocka_unit_test(truth_outliers_and_clipping),
        cmocka_unit_test(promise_likelihood_ratio_and_standard_errors),
        cmocka_unit_test(hostile_series),
        cmocka_unit_test(hostile_times_and_forms),
        cmocka_unit_test(hostile_shapes_are_fitted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
