#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/score.h"
#include "shikumen/num/special.h"

static const double p8[] = {.9, .8, .3, .1, .6, .2, .05, .4};
static const bool y8[] = {1, 1, 0, 0, 1, 0, 0, 1};
static const bool mixed[] = {1, 1, 0, 0, 0, 1, 0, 1}; /* not separable */

/* Two distinct forecasts: the fit meets both rates, 1/4 and 2/3, exactly. */
static void exact_platt_two_points(void **state)
{
    double p[] = {.2, .2, .2, .2, .7, .7, .7};
    bool y[] = {1, 0, 0, 0, 1, 1, 0};
    struct platt m;

    (void)state;
    assert_int_equal(platt_fit(p, y, 7, false, &m), ERR_OK);
    assert_near(platt_apply(&m, 0.2), 0.25, 1e-12);
    assert_near(platt_apply(&m, 0.7), 2.0 / 3, 1e-12);
}

/* Far leverage: 54 of 54 at 1/2, none of one at the end of the scale. A full Newton step
 * overshoots; the fit meets both smoothed targets, 55/56 and 1/3. */
static void exact_platt_leverage(void **state)
{
    double p[55];
    bool y[55];
    struct platt m;

    (void)state;
    for (int i = 0; i < 54; i++) {
        p[i] = 0.5;
        y[i] = true;
    }
    p[54] = 1;
    y[54] = false;
    assert_int_equal(platt_fit(p, y, 55, true, &m), ERR_OK);
    assert_near(platt_apply(&m, 0.5), 55.0 / 56, 1e-12);
    assert_near(platt_apply(&m, 1), 1.0 / 3, 1e-12);
}

static void exact_platt_identity(void **state)
{
    struct platt m = {1, 0};

    (void)state;
    assert_near(platt_apply(&m, 0.37), 0.37, 1e-15);
    assert_near(platt_apply(&m, 0), SCORE_CLIP, 1e-18);
    assert_near(platt_apply(&m, 1), 1 - SCORE_CLIP, 1e-15);
}

/* fit_i = max_{a <= i} min_{b >= i} of the weighted mean of y_a .. y_b. */
static void exact_isotonic_against_max_min(void **state)
{
    enum { N = 30 };
    struct random random = random_seeded(5);
    struct arena arena = {0};

    (void)state;
    for (int run = 0; run < 200; run++) {
        double y[N], w[N], fit[N];
        size_t n = 1 + random_below(&random, N);

        for (size_t i = 0; i < n; i++) {
            y[i] = run % 2 ? random_normal(&random) : (double)random_below(&random, 2);
            w[i] = 0.1 + random_uniform(&random);
        }
        assert_int_equal(isotonic_regression(y, w, n, fit, &arena), ERR_OK);
        for (size_t i = 0; i < n; i++) {
            double best = -1e9;

            for (size_t a = 0; a <= i; a++) {
                double least = 1e9, sum = 0, weight = 0;

                for (size_t b = a; b < n; b++) {
                    sum += w[b] * y[b];
                    weight += w[b];
                    least = b >= i ? fmin(least, sum / weight) : least;
                }
                best = fmax(best, least);
            }
            assert_near(fit[i], best, 1e-13);
        }
    }
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
}

/* Equal forecasts are one: 0.5 with 1 of 2, whatever the order they come in. */
static void exact_isotonic_ties(void **state)
{
    double p[] = {0.5, 0.2, 0.5, 0.8}, w[] = {3, 1, 1, 1};
    bool y[] = {1, 0, 0, 1};
    struct arena a = {0};
    struct isotonic m;

    (void)state;
    assert_int_equal(isotonic_fit(p, y, NULL, 4, &a, &m), ERR_OK);
    assert_int_equal(m.knots, 3);
    assert_near(isotonic_apply(&m, 0.5), 0.5, 0);
    assert_near(isotonic_apply(&m, 0.35), 0.25, 1e-15);
    assert_near(isotonic_apply(&m, 0), 0, 0);
    assert_near(isotonic_apply(&m, 1), 1, 0);
    assert_int_equal(isotonic_fit(p, y, w, 4, &a, &m), ERR_OK);
    assert_near(isotonic_apply(&m, 0.5), 0.75, 1e-15);
    arena_free(&a);
}

/* Pool adjacent violators of 0, 1, 0, 0, 1, 1: exact thirds. */
static void vector_pav(void **state)
{
    static const double expected[] = {0, 1.0 / 3, 1.0 / 3, 1.0 / 3, 1, 1};
    double y[] = {0, 1, 0, 0, 1, 1}, p[] = {.1, .2, .3, .4, .5, .6}, fit[6];
    bool outcome[] = {0, 1, 0, 0, 1, 1};
    struct arena a = {0};
    struct isotonic m;

    (void)state;
    assert_int_equal(isotonic_regression(y, NULL, 6, fit, &a), ERR_OK);
    assert_int_equal(isotonic_fit(p, outcome, NULL, 6, &a, &m), ERR_OK);
    assert_int_equal(m.knots, 5); /* the middle of the three thirds is not needed */
    for (int i = 0; i < 6; i++) {
        assert_near(fit[i], expected[i], 1e-16);
        assert_near(isotonic_apply(&m, p[i]), expected[i], 1e-15);
    }
    arena_free(&a);
}

/* Maximum likelihood by scipy 1.10 optimize.minimize (Nelder-Mead, xatol 1e-12: the optimum of a
 * function flat to rounding, 1e-7 of its scale), plain and with Platt's targets. */
static void vector_platt(void **state)
{
    struct platt m;

    (void)state;
    assert_int_equal(platt_fit(p8, mixed, 8, false, &m), ERR_OK);
    assert_near(m.slope, 0.904788203, 1e-7);
    assert_near(m.intercept, 0.460279784, 1e-7);
    assert_int_equal(platt_fit(p8, y8, 8, true, &m), ERR_OK); /* separable: smoothed only */
    assert_near(m.slope, 0.889982193, 1e-7);
    assert_near(m.intercept, 0.451956590, 1e-7);
    assert_int_equal(platt_fit(p8, mixed, 8, true, &m), ERR_OK);
    assert_near(m.slope, 0.507986614, 1e-7);
    assert_near(m.intercept, 0.247289800, 1e-7);
}

/* Order does not matter; the complement's calibration is the complement. */
static void invariant_order_and_complement(void **state)
{
    double back[8], other[8];
    bool back_y[8], not_y[8];
    struct arena a = {0};
    struct platt m, b, c;
    struct isotonic i, j;

    (void)state;
    for (int k = 0; k < 8; k++) {
        back[7 - k] = p8[k];
        back_y[7 - k] = mixed[k];
        other[k] = 1 - p8[k];
        not_y[k] = !mixed[k];
    }
    assert_int_equal(platt_fit(p8, mixed, 8, false, &m), ERR_OK);
    assert_int_equal(platt_fit(back, back_y, 8, false, &b), ERR_OK);
    assert_int_equal(platt_fit(other, not_y, 8, false, &c), ERR_OK);
    assert_int_equal(isotonic_fit(p8, mixed, NULL, 8, &a, &i), ERR_OK);
    assert_int_equal(isotonic_fit(back, back_y, NULL, 8, &a, &j), ERR_OK);
    assert_near(b.slope, m.slope, 1e-9);
    assert_near(c.slope, m.slope, 1e-9);
    assert_near(c.intercept, -m.intercept, 1e-9);
    for (double p = 0; p <= 1; p += 0.01)
        assert_near(isotonic_apply(&i, p), isotonic_apply(&j, p), 1e-15);
    arena_free(&a);
}

/* Forecasts distorted by a known slope and intercept: found again, with the error maximum
 * likelihood has (Fisher information of 4000 outcomes: about 0.05), so within 0.2; isotonic within
 * its n^(-1/3). */
static void truth_distortion_is_found(void **state)
{
    enum { N = 4000 };
    static double truth[N], p[N];
    static bool y[N];
    struct random random = random_seeded(21);
    struct arena a = {0};
    struct platt m;
    struct isotonic iso;
    double off = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        truth[i] = logistic(1.5 * random_normal(&random) - 1);
        y[i] = random_uniform(&random) < truth[i];
        p[i] = logistic((logit(truth[i]) + 1) * 2.5); /* overconfident and shifted */
    }
    assert_int_equal(platt_fit(p, y, N, true, &m), ERR_OK);
    assert_int_equal(isotonic_fit(p, y, NULL, N, &a, &iso), ERR_OK);
    assert_near(m.slope, 0.4, 0.2 * 0.4);
    assert_near(m.intercept, -1, 0.2);
    for (int i = 0; i < N; i++)
        off += fabs(isotonic_apply(&iso, p[i]) - truth[i]) / N;
    assert_true(off < pow(N, -1.0 / 3));
    arena_free(&a);
}

/* Fitted on one half, the calibration is good on the other: overconfident forecasts gain, in both
 * scores, in every one of 100 sets, and the calibration error falls below a third. */
static void promise_calibration_generalises(void **state)
{
    enum { RUNS = 100, N = 1000 };
    struct random random = random_seeded(22);
    double before = 0, platt = 0, isotonic = 0;
    int worse = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        double p[2 * N], by_platt[N], by_isotonic[N], raw, fitted;
        bool y[2 * N];
        struct arena a = {0};
        struct score_bin bin[10];
        struct score_reliability r;
        struct platt m;
        struct isotonic iso;

        for (int i = 0; i < 2 * N; i++) {
            double truth = logistic(random_normal(&random) - 0.5);

            y[i] = random_uniform(&random) < truth;
            p[i] = logistic(3 * logit(truth) + 1);
        }
        assert_int_equal(platt_fit(p, y, N, true, &m), ERR_OK);
        assert_int_equal(isotonic_fit(p, y, NULL, N, &a, &iso), ERR_OK);
        for (int i = 0; i < N; i++) {
            by_platt[i] = platt_apply(&m, p[N + i]);
            by_isotonic[i] = isotonic_apply(&iso, p[N + i]);
        }
        assert_int_equal(score_reliability(p + N, y + N, N, 10, 0.9, bin, &r), ERR_OK);
        before += r.calibration_error / RUNS;
        raw = r.brier;
        assert_int_equal(score_reliability(by_platt, y + N, N, 10, 0.9, bin, &r), ERR_OK);
        platt += r.calibration_error / RUNS;
        worse += r.brier >= raw;
        assert_int_equal(score_reliability(by_isotonic, y + N, N, 10, 0.9, bin, &r), ERR_OK);
        isotonic += r.calibration_error / RUNS;
        worse += r.brier >= raw;
        assert_int_equal(score_log_loss(p + N, y + N, N, &raw), ERR_OK);
        assert_int_equal(score_log_loss(by_platt, y + N, N, &fitted), ERR_OK);
        worse += fitted >= raw;
        arena_free(&a);
    }
    print_message("calibration error: %.3f, Platt %.3f, isotonic %.3f\n", before, platt, isotonic);
    assert_int_equal(worse, 0);
    assert_true(platt < before / 3 && isotonic < before / 3);
}

/* Few outcomes of forecasts on a lattice, where ties and separation abound: unsmoothed there is a
 * fit exactly when no p parts the outcomes, and it meets the number of outcomes and their sum of
 * logits, which is what maximum likelihood means. */
static void truth_platt_separation(void **state)
{
    enum { RUNS = 20000, MOST = 12 };
    struct random random = random_seeded(23);
    int fits = 0, parted = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        size_t n = 2 + random_below(&random, MOST - 1);
        double p[MOST], least[2] = {2, 2}, most[2] = {-1, -1}, gi = 0, gs = 0;
        bool y[MOST];
        struct platt m;
        enum err e;

        for (size_t i = 0; i < n; i++) {
            p[i] = (double)random_below(&random, 5) / 4;
            y[i] = random_uniform(&random) < p[i];
            least[y[i]] = fmin(least[y[i]], p[i]);
            most[y[i]] = fmax(most[y[i]], p[i]);
        }
        e = platt_fit(p, y, n, false, &m);
        if (e == ERR_CONSTANT)
            continue;
        if (most[0] <= least[1] || most[1] <= least[0]) {
            assert_int_equal(e, ERR_DIVERGED);
            parted++;
            continue;
        }
        assert_int_equal(e, ERR_OK);
        fits++;
        for (size_t i = 0; i < n; i++) {
            double s = logit(fmax(SCORE_CLIP, fmin(1 - SCORE_CLIP, p[i])));

            gi += platt_apply(&m, p[i]) - y[i];
            gs += (platt_apply(&m, p[i]) - y[i]) * s;
        }
        assert_near(gi, 0, 1e-7);
        assert_near(gs, 0, 1e-6);
    }
    assert_true(fits > 1000 && parted > 1000);
}

static void hostile_platt(void **state)
{
    double p[] = {0.2, 0.8, 0.3, 0.9}, same[] = {0, 1e-9, 0, 1e-300}, bad[] = {0.1, (double)NAN};
    double out[] = {0.1, 1.1}, ends[] = {0, 1, 0, 1};
    double touching[] = {1, 1, 2.0 / 3, 1, 2.0 / 3}, close[] = {0.3, 0.3, 0.3 + 1e-9, 0.3};
    bool touch[] = {1, 1, 1, 1, 0};
    bool none[] = {0, 0, 0, 0}, split[] = {0, 1, 0, 1}, crossed[] = {1, 1, 0, 0};
    struct platt m = {7, 7};

    (void)state;
    assert_int_equal(platt_fit(p, split, 0, true, &m), ERR_TOO_FEW);
    assert_int_equal(platt_fit(p, split, 1, true, &m), ERR_TOO_FEW);
    assert_int_equal(platt_fit(bad, split, 2, true, &m), ERR_NOT_FINITE);
    assert_int_equal(platt_fit(out, split, 2, true, &m), ERR_RANGE);
    assert_int_equal(platt_fit(same, split, 4, true, &m), ERR_CONSTANT);
    assert_int_equal(platt_fit(p, none, 4, false, &m), ERR_CONSTANT);
    assert_int_equal(platt_fit(p, split, 4, false, &m), ERR_DIVERGED);
    assert_near(m.slope, 7, 0);
    assert_int_equal(platt_fit(p, none, 4, true, &m), ERR_OK);
    assert_near(platt_apply(&m, 0.5), 1.0 / 6, 1e-6); /* all targets are 1/6 */
    assert_int_equal(platt_fit(p, split, 2, true, &m), ERR_OK);
    assert_int_equal(platt_fit(ends, crossed, 4, false, &m), ERR_OK);
    assert_near(m.slope, 0, 1e-9); /* half of each came */
    assert_int_equal(platt_fit(ends, split, 4, true, &m), ERR_OK);
    assert_true(isfinite(m.slope) && isfinite(m.intercept));
    m = (struct platt){7, 7};
    assert_int_equal(platt_fit(touching, touch, 5, false, &m), ERR_DIVERGED); /* parted at 2/3 */
    assert_int_equal(platt_fit(close, crossed, 4, true, &m), ERR_DIVERGED);   /* all but equal */
    assert_near(m.slope, 7, 0);
    assert_true(isnan(platt_apply(&m, (double)NAN)));
}

static void hostile_isotonic(void **state)
{
    double p[] = {0.2, 0.8}, bad[] = {0.1, (double)INFINITY}, zero[] = {1, 0}, huge[] = {1e300, 1};
    double out[] = {-1, 0.5}, fit[2], wide[] = {1e150, -1e150};
    bool y[] = {1, 0};
    struct arena a = {0};
    struct isotonic m = {.knots = 77};

    (void)state;
    assert_int_equal(isotonic_fit(p, y, NULL, 0, &a, &m), ERR_TOO_FEW);
    assert_int_equal(isotonic_fit(bad, y, NULL, 2, &a, &m), ERR_NOT_FINITE);
    assert_int_equal(isotonic_fit(out, y, NULL, 2, &a, &m), ERR_RANGE);
    assert_int_equal(isotonic_fit(p, y, zero, 2, &a, &m), ERR_RANGE);
    assert_int_equal(isotonic_fit(p, y, bad, 2, &a, &m), ERR_NOT_FINITE);
    assert_int_equal(m.knots, 77);
    assert_int_equal(isotonic_regression(p, NULL, 0, fit, &a), ERR_TOO_FEW);
    assert_int_equal(isotonic_regression(bad, NULL, 2, fit, &a), ERR_NOT_FINITE);
    assert_int_equal(isotonic_regression(huge, NULL, 2, fit, &a), ERR_NOT_FINITE);
    assert_int_equal(isotonic_regression(p, huge, 2, fit, &a), ERR_NOT_FINITE);
    assert_int_equal(isotonic_regression(p, zero, 2, fit, &a), ERR_RANGE);
    assert_int_equal(isotonic_regression(wide, NULL, 2, fit, &a), ERR_OK);
    assert_near(fit[0], 0, 0);
    assert_int_equal(isotonic_fit(p, y, NULL, 1, &a, &m), ERR_OK);
    assert_int_equal(m.knots, 1);
    assert_near(isotonic_apply(&m, 0.7), 1, 0);
    assert_int_equal(isotonic_fit(p, y, NULL, 2, &a, &m), ERR_OK); /* falling: one level */
    assert_near(isotonic_apply(&m, 0.5), 0.5, 0);
    assert_true(isnan(isotonic_apply(&m, (double)NAN)));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_platt_two_points),
        cmocka_unit_test(exact_platt_leverage),
        cmocka_unit_test(exact_platt_identity),
        cmocka_unit_test(exact_isotonic_against_max_min),
        cmocka_unit_test(exact_isotonic_ties),
        cmocka_unit_test(vector_pav),
        cmocka_unit_test(vector_platt),
        cmocka_unit_test(invariant_order_and_complement),
        cmocka_unit_test(truth_distortion_is_found),
        cmocka_unit_test(promise_calibration_generalises),
        cmocka_unit_test(truth_platt_separation),
        cmocka_unit_test(hostile_platt),
        cmocka_unit_test(hostile_isotonic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
