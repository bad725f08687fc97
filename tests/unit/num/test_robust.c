#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/order.h"
#include "shikumen/num/random.h"
#include "shikumen/num/robust.h"
#include "shikumen/num/stats.h"

#define QN_CONSTANT 2.2191444659850757 /* 1 / (sqrt 2 * normal_quantile(5/8)) */

/* Copper in wholemeal flour, parts per million (Analytical Methods Committee 1989). */
static const double chem[] = {2.20, 2.20, 2.4, 2.4, 2.5, 2.7, 2.8, 2.9, 3.03, 3.03, 3.10, 3.37,
                              3.4,  3.4,  3.4, 3.5, 3.6, 3.7, 3.7, 3.7, 3.7,  3.77, 5.28, 28.95};
enum { CHEM = sizeof chem / sizeof *chem };

static struct arena arena;

static int forget_arena(void **state)
{
    (void)state;
    assert_int_equal(arena.used_bytes, 0); /* all was given back */
    arena_free(&arena);
    return 0;
}

static void normal_sample(struct random *r, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = random_normal(r);
}

static void exact_median_and_mad(void **state)
{
    const double x[] = {1, 2, 3, 4, 100};
    struct robust_location l;

    (void)state;
    assert_int_equal(robust_median(x, 5, 0, &l, &arena), ERR_OK);
    assert_near(l.centre, 3, 0);
    assert_close(l.scale, MAD_TO_SIGMA, 1e-15);
    assert_int_equal(robust_median(x, 5, 2, &l, &arena), ERR_OK);
    assert_near(l.scale, 2, 0);
}

static void exact_trimmed_and_winsorised(void **state)
{
    const double x[] = {100, 1, 2, 3, 4, 5, 6, 7, 8, -50};
    double v;

    (void)state;
    assert_int_equal(robust_trimmed_mean(x, 10, 0.1, &v, &arena), ERR_OK);
    assert_near(v, 4.5, 1e-15);
    assert_int_equal(robust_trimmed_mean(x, 10, 0.19, &v, &arena), ERR_OK);
    assert_near(v, 4.5, 1e-15);
    assert_int_equal(robust_winsorised_mean(x, 10, 0.2, &v, &arena), ERR_OK);
    assert_near(v, (3 * 2 + 3 + 4 + 5 + 6 + 3 * 7) / 10.0, 1e-15);
    assert_int_equal(robust_trimmed_mean(x, 10, 0, &v, &arena), ERR_OK);
    assert_near(v, 8.6, 1e-15);
}

/* Of 0 .. 9: h = 6, k = 15; 9 differences of 1, 8 of 2: the 15th is 2. */
static void exact_qn(void **state)
{
    const double x[] = {3, 1, 0, 2, 9, 8, 7, 4, 5, 6}, two[] = {1, 4};
    double v;

    (void)state;
    assert_int_equal(robust_qn(x, 10, &v, &arena), ERR_OK);
    assert_close(v, 2 * QN_CONSTANT * 10 / 13.8, 1e-14);
    assert_int_equal(robust_qn(two, 2, &v, &arena), ERR_OK);
    assert_close(v, 3 * QN_CONSTANT * 0.399, 1e-14);
}

/* Symmetric data have their centre as location. Of -1, 0, 4 with k = 1 (MAD 1, s = 1.4826) the 4
 * pulls with k s: (-1 - c) + (0 - c) + s = 0. */
static void exact_huber(void **state)
{
    const double even[] = {-3, -1, 0, 1, 3}, skew[] = {-1, 0, 4};
    struct robust_location l;

    (void)state;
    assert_int_equal(robust_huber(even, 5, 1.345, &l, &arena), ERR_OK);
    assert_near(l.centre, 0, 1e-15);
    assert_int_equal(robust_huber(skew, 3, 1, &l, &arena), ERR_OK);
    assert_close(l.centre, (MAD_TO_SIGMA - 1) / 2, 1e-14);
    assert_int_equal(robust_huber_joint(even, 5, 1.345, &l, &arena), ERR_OK);
    assert_near(l.centre, 0, 1e-12);
}

/* Without a bound both are the mean, and proposal 2 the standard deviation: of 1, 2, 3, 4, 9 these
 * are 3.8 and sqrt(9.7). Steps end at 1e-13. */
static void exact_huber_without_bound(void **state)
{
    const double x[] = {1, 2, 3, 4, 9}, k[] = {50, 1e200, INFINITY};
    struct robust_location l;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(robust_huber(x, 5, k[i], &l, &arena), ERR_OK);
        assert_close(l.centre, 3.8, 1e-15);
        assert_int_equal(robust_huber_joint(x, 5, k[i], &l, &arena), ERR_OK);
        assert_close(l.centre, 3.8, 1e-12);
        assert_close(l.scale, sqrt(9.7), 1e-12);
    }
}

/* Venables & Ripley (2002) 5.5, R package MASS: huber(chem) = 3.206724, 0.526323 (k = 1.5; digits
 * by scipy 1.10 brentq on the same equation); hubers(chem) as given by statsmodels, tolerance 1e-8
 * there. The MAD rounds a few times at 3.4. */
static void vector_chem_huber(void **state)
{
    struct robust_location l;

    (void)state;
    assert_int_equal(robust_median(chem, CHEM, 0, &l, &arena), ERR_OK);
    assert_near(l.centre, 3.385, 1e-15);
    assert_close(l.scale, 0.5263237875694886, 4e-15);
    assert_int_equal(robust_huber(chem, CHEM, 1.5, &l, &arena), ERR_OK);
    assert_near(l.centre, 3.206723813182863, 4e-15);
    assert_int_equal(robust_huber(chem, CHEM, 1.345, &l, &arena), ERR_OK);
    assert_near(l.centre, 3.2162519715974773, 4e-15);
    assert_int_equal(robust_huber(chem, CHEM, 0.2, &l, &arena), ERR_OK);
    assert_near(l.centre, 3.339867621243051, 4e-15);
    assert_int_equal(robust_huber_joint(chem, CHEM, 1.5, &l, &arena), ERR_OK);
    assert_near(l.centre, 3.2054980819923693, 2e-8);
    assert_near(l.scale, 0.67365260010478967, 2e-8);
}

/* R package robustbase, Qn(finite.corr = FALSE), printed digits: 0 .. 39, and chem; scipy 1.10
 * trim_mean and mstats.winsorize of chem. */
static void vector_qn_and_trimmed(void **state)
{
    double x[40], v;

    (void)state;
    for (size_t i = 0; i < 40; i++)
        x[i] = (double)(i * 7 % 40);
    assert_int_equal(robust_qn(x, 40, &v, &arena), ERR_OK);
    assert_near(v * 43.8 / 40, 13.3148, 0.00015); /* their constant has 2.21914 */
    assert_int_equal(robust_qn(chem, CHEM, &v, &arena), ERR_OK);
    assert_near(v * 27.8 / 24, 0.73231, 0.00001);
    assert_int_equal(robust_trimmed_mean(chem, CHEM, 0.1, &v, &arena), ERR_OK);
    assert_near(v, 3.205, 4e-15);
    assert_int_equal(robust_winsorised_mean(chem, CHEM, 0.1, &v, &arena), ERR_OK);
    assert_near(v, 3.185, 4e-15);
}

static void invariant_all(void **state)
{
    struct random chance = random_seeded(31);
    double x[151], y[151], a, b;
    struct robust_location l, m;

    (void)state;
    normal_sample(&chance, x, 151);
    for (size_t i = 0; i < 151; i++)
        y[i] = 32 - 4 * x[150 - i];
    assert_int_equal(robust_median(x, 151, 0, &l, &arena), ERR_OK);
    assert_int_equal(robust_median(y, 151, 0, &m, &arena), ERR_OK);
    assert_near(m.centre, 32 - 4 * l.centre, 0);
    assert_close(m.scale, 4 * l.scale, 1e-13);
    assert_int_equal(robust_huber(x, 151, 1.345, &l, &arena), ERR_OK);
    assert_int_equal(robust_huber(y, 151, 1.345, &m, &arena), ERR_OK);
    assert_near(m.centre, 32 - 4 * l.centre, 1e-13);
    assert_int_equal(robust_huber_joint(x, 151, 1.345, &l, &arena), ERR_OK);
    assert_int_equal(robust_huber_joint(y, 151, 1.345, &m, &arena), ERR_OK);
    assert_near(m.centre, 32 - 4 * l.centre, 1e-11);
    assert_close(m.scale, 4 * l.scale, 1e-11);
    assert_int_equal(robust_qn(x, 151, &a, &arena), ERR_OK);
    assert_int_equal(robust_qn(y, 151, &b, &arena), ERR_OK);
    assert_close(b, 4 * a, 1e-12);
    assert_int_equal(robust_trimmed_mean(x, 151, 0.2, &a, &arena), ERR_OK);
    assert_int_equal(robust_trimmed_mean(y, 151, 0.2, &b, &arena), ERR_OK);
    assert_near(b, 32 - 4 * a, 1e-13);
    assert_int_equal(robust_winsorised_mean(x, 151, 0.2, &a, &arena), ERR_OK);
    assert_int_equal(robust_winsorised_mean(y, 151, 0.2, &b, &arena), ERR_OK);
    assert_near(b, 32 - 4 * a, 1e-13);
}

/* The selected difference is that of all pairs sorted, bit for bit, with ties too. */
static void truth_qn_by_all_pairs(void **state)
{
    static double pair[60 * 59 / 2];
    struct random chance = random_seeded(32);

    (void)state;
    for (size_t n = 10; n <= 60; n++) {
        double x[60], v, factor = n % 2 == 1 ? 1.4 : 3.8;
        size_t pairs = 0, h = n / 2 + 1;

        for (size_t i = 0; i < n; i++)
            x[i] = n % 3 == 0 ? floor(4 * random_normal(&chance)) : random_normal(&chance);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < i; k++)
                pair[pairs++] = fabs(x[i] - x[k]);
        order_sort(pair, pairs);
        assert_int_equal(robust_qn(x, n, &v, &arena), ERR_OK);
        assert_close(v * ((double)n + factor) / (double)n / QN_CONSTANT, pair[h * (h - 1) / 2 - 1],
                     1e-14);
    }
}

/* 40 % of wild values on one side: centre and scale stay within the bounds of the clean part. */
static void truth_breakdown(void **state)
{
    struct random chance = random_seeded(33);
    double x[500], q, trimmed;
    struct robust_location l, h;

    (void)state;
    normal_sample(&chance, x, 500);
    for (size_t i = 0; i < 200; i++)
        x[i] = 1e6;
    assert_int_equal(robust_median(x, 500, 0, &l, &arena), ERR_OK);
    assert_true(l.centre > 0.5 && l.centre < 1.3); /* quantile 5/6 of the clean part: 0.967 */
    assert_true(l.scale < 3);
    assert_int_equal(robust_huber(x, 500, 1.345, &h, &arena), ERR_OK);
    assert_true(fabs(h.centre) < 5);
    assert_int_equal(robust_qn(x, 500, &q, &arena), ERR_OK);
    assert_true(q < 4);
    assert_int_equal(robust_trimmed_mean(x, 500, 0.41, &trimmed, &arena), ERR_OK);
    assert_true(fabs(trimmed) < 3);
}

/* Normal samples of 100. Consistency: the mean of each scale is 1 within 2 % (small-sample bias of
 * the MAD is 1 %). Efficiency: variance of the mean (1/n) or of the standard deviation (1/2n) over
 * that of the estimate: Huber 0.95, median 0.637, MAD 0.367, Qn 0.82 (0.73 .. 0.79 at n = 100),
 * each within 4 standard errors, sqrt(2 / RUNS) of the value, and 0.05 for n. */
static void promise_consistency_and_efficiency(void **state)
{
    enum { SIZE = 100, RUNS = 2000 };
    struct random chance = random_seeded(34);
    struct moments median_of = {0}, huber = {0}, mad_of = {0}, qn = {0}, joint = {0};
    double error = 4 * sqrt(2.0 / RUNS), v;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        double x[SIZE], q;
        struct robust_location l;

        normal_sample(&chance, x, SIZE);
        assert_int_equal(robust_median(x, SIZE, 0, &l, &arena), ERR_OK);
        moments_add(&median_of, l.centre);
        moments_add(&mad_of, l.scale);
        assert_int_equal(robust_huber(x, SIZE, 1.345, &l, &arena), ERR_OK);
        moments_add(&huber, l.centre);
        assert_int_equal(robust_huber_joint(x, SIZE, 1.5, &l, &arena), ERR_OK);
        moments_add(&joint, l.scale);
        assert_int_equal(robust_qn(x, SIZE, &q, &arena), ERR_OK);
        moments_add(&qn, q);
    }
    assert_near(mad_of.mean, 1, 0.02);
    assert_near(qn.mean, 1, 0.02);
    assert_near(joint.mean, 1, 0.02);
    assert_int_equal(moments_variance(&median_of, &v), ERR_OK);
    assert_near(0.01 / v, 0.637, 0.637 * error + 0.02);
    assert_int_equal(moments_variance(&huber, &v), ERR_OK);
    assert_near(0.01 / v, 0.95, 0.95 * error + 0.02);
    assert_int_equal(moments_variance(&mad_of, &v), ERR_OK);
    assert_near(0.005 / v, 0.367, 0.367 * error + 0.02);
    assert_int_equal(moments_variance(&qn, &v), ERR_OK);
    assert_near(0.005 / v, 0.78, 0.78 * error + 0.05);
}

static void hostile_errors(void **state)
{
    const double x[] = {1, 2, 3, 4}, same[] = {5, 5, 5, 1}, bad[] = {1, NAN, 3};
    const double wide[] = {-1.7e308, 1.7e308, 1}, centred[] = {0, 0, -1, 1, 2};
    const double pair[] = {-1.2e308, 1.2e308}; /* the MAD is in range, the joint scale is not */
    struct robust_location l = {8, 8};
    double v = 8;

    (void)state;
    assert_int_equal(robust_median(x, 0, 0, &l, &arena), ERR_TOO_FEW);
    assert_int_equal(robust_median(x, 1, 0, &l, &arena), ERR_TOO_FEW);
    assert_int_equal(robust_median(x, 4, -1, &l, &arena), ERR_RANGE);
    assert_int_equal(robust_median(x, 4, NAN, &l, &arena), ERR_RANGE);
    assert_int_equal(robust_median(same, 4, 0, &l, &arena), ERR_CONSTANT);
    assert_int_equal(robust_median(bad, 3, 0, &l, &arena), ERR_NOT_FINITE);
    assert_int_equal(robust_huber(x, 4, 0, &l, &arena), ERR_RANGE);
    assert_int_equal(robust_huber(x, 1, 1, &l, &arena), ERR_TOO_FEW);
    assert_int_equal(robust_huber(same, 4, 1, &l, &arena), ERR_CONSTANT);
    assert_int_equal(robust_huber(bad, 3, 1, &l, &arena), ERR_NOT_FINITE);
    assert_int_equal(robust_huber_joint(x, 4, NAN, &l, &arena), ERR_RANGE);
    assert_int_equal(robust_huber_joint(same, 4, 1, &l, &arena), ERR_CONSTANT);
    /* two of five at the centre, all others clipped: their share of k^2 is met at no scale */
    assert_int_equal(robust_huber_joint(centred, 5, 0.1, &l, &arena), ERR_DIVERGED);
    assert_int_equal(robust_huber_joint(pair, 2, 1.345, &l, &arena), ERR_NOT_FINITE);
    assert_int_equal(robust_trimmed_mean(x, 0, 0.1, &v, &arena), ERR_TOO_FEW);
    assert_int_equal(robust_trimmed_mean(x, 4, 0.5, &v, &arena), ERR_RANGE);
    assert_int_equal(robust_winsorised_mean(x, 4, -0.1, &v, &arena), ERR_RANGE);
    assert_int_equal(robust_winsorised_mean(bad, 3, 0.1, &v, &arena), ERR_NOT_FINITE);
    assert_int_equal(robust_qn(x, 1, &v, &arena), ERR_TOO_FEW);
    assert_int_equal(robust_qn(same, 4, &v, &arena), ERR_CONSTANT);
    assert_int_equal(robust_qn(bad, 3, &v, &arena), ERR_NOT_FINITE);
    assert_int_equal(robust_qn(wide, 3, &v, &arena), ERR_NOT_FINITE);
    assert_near(l.centre + l.scale + v, 24, 0);
}

static void hostile_magnitudes(void **state)
{
    static const double unit[] = {1e300, 1e-300};
    double x[5], v;
    struct robust_location l;

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < 5; i++)
            x[i] = ((double)i - 2) * unit[k] * (i == 4 ? 3 : 1);
        assert_int_equal(robust_median(x, 5, 0, &l, &arena), ERR_OK);
        assert_close(l.scale, MAD_TO_SIGMA * unit[k], 1e-15);
        assert_int_equal(robust_huber(x, 5, 1.345, &l, &arena), ERR_OK);
        assert_true(fabs(l.centre) < unit[k]);
        assert_int_equal(robust_huber_joint(x, 5, 1.345, &l, &arena), ERR_OK);
        assert_true(l.scale > 0 && l.scale < 10 * unit[k]);
        assert_int_equal(robust_qn(x, 5, &v, &arena), ERR_OK);
        assert_close(v, unit[k] * QN_CONSTANT * 0.844, 1e-14);
        assert_int_equal(robust_trimmed_mean(x, 5, 0.2, &v, &arena), ERR_OK);
        assert_near(v, 0, unit[k] * 1e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exact_median_and_mad, forget_arena),
        cmocka_unit_test_teardown(exact_trimmed_and_winsorised, forget_arena),
        cmocka_unit_test_teardown(exact_qn, forget_arena),
        cmocka_unit_test_teardown(exact_huber, forget_arena),
        cmocka_unit_test_teardown(exact_huber_without_bound, forget_arena),
        cmocka_unit_test_teardown(vector_chem_huber, forget_arena),
        cmocka_unit_test_teardown(vector_qn_and_trimmed, forget_arena),
        cmocka_unit_test_teardown(invariant_all, forget_arena),
        cmocka_unit_test_teardown(truth_qn_by_all_pairs, forget_arena),
        cmocka_unit_test_teardown(truth_breakdown, forget_arena),
        cmocka_unit_test_teardown(promise_consistency_and_efficiency, forget_arena),
        cmocka_unit_test_teardown(hostile_errors, forget_arena),
        cmocka_unit_test_teardown(hostile_magnitudes, forget_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
