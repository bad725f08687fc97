#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "longley.h"
#include "near.h"
#include "shikumen/num/novelty.h"
#include "shikumen/num/random.h"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct matrix longley_until(size_t n)
{
    struct matrix x = matrix_new(&arena, n, 6);
    assert_non_null(x.at);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < 6; j++)
            matrix_col(&x, j)[i] = longley[i][j];
    return x;
}

static struct pca_score score_of(const struct pca *m, const double *x)
{
    double scratch[8];
    struct pca_score s;
    assert_int_equal(pca_score(m, x, scratch, &s), ERR_OK);
    return s;
}

/* Training 1947 .. 1958, test 1959 .. 1962. Reference values with 8 decimals (numpy's SVD of the
 * standardised data; Box with the variance of the 12 training Q, divisor 11). */
static void vector_longley(void **state)
{
    (void)state;
    const double eigenvalue[] = {4.54508397, 1.23018341, 0.20595608,
                                 0.01679378, 0.00167122, 0.00031154};
    const double t2[] = {3.89770135, 5.20003992, 9.16015157, 7.92665231};
    const double q[] = {0.60764985, 0.92360969, 0.43414874, 1.62822639};
    const double theta[] = {0.224732626, 0.042702828, 0.008740967};
    struct matrix x = longley_until(12);
    struct pca m;
    struct pca_limits l;
    assert_int_equal(pca_fit(&x, 0, 0.95, &arena, &m), ERR_OK);
    assert_int_equal(m.k, 2);
    for (int i = 0; i < 6; i++)
        assert_near(m.eigenvalue[i], eigenvalue[i], 5.1e-9);
    for (int i = 0; i < 3; i++)
        assert_near(m.theta[i], theta[i], 5.1e-10);
    assert_near(m.h0, 0.281840239, 5.1e-10);
    assert_int_equal(pca_limits(&m, 0.01, &l), ERR_OK);
    assert_near(l.t2_new, 18.016647, 5.1e-7);
    assert_near(l.t2_training, 6.459571, 5.1e-7);
    assert_near(l.q_jackson, 1.42051197, 5.1e-9);
    assert_near(l.q_box, 1.17404204, 5.1e-9);
    for (int i = 0; i < 4; i++) {
        struct pca_score s = score_of(&m, longley[12 + i]);
        assert_near(s.t2, t2[i], 5.1e-9);
        assert_near(s.q, q[i], 5.1e-9);
        assert_int_equal(s.q > l.q_jackson, i == 3); /* only 1962 is novel */
        assert_int_equal(s.p_q < 0.01, i == 3);
        assert_true(s.t2 < l.t2_new && s.p_t2 > 0.01);
    }
}

/* Two features of correlation r: eigenvalues 1 + r and 1 - r, axes at 45 degrees. Of (1,2) (2,1)
 * (3,4) (4,3): r = 0.6, mean 2.5, variance 5 / 3. */
static void exact_two_features(void **state)
{
    (void)state;
    double at[] = {1, 2, 3, 4, 2, 1, 4, 3};
    struct matrix x = {4, 2, at};
    struct pca m;
    assert_int_equal(pca_fit(&x, 1, 0, &arena, &m), ERR_OK);
    assert_near(m.eigenvalue[0], 1.6, 1e-14);
    assert_near(m.eigenvalue[1], 0.4, 1e-14);
    assert_near(fabs(m.loading.at[0]), sqrt(0.5), 1e-14);
    assert_near(m.loading.at[0], m.loading.at[1], 1e-14);
    assert_near(m.h0, 1.0 / 3, 1e-14); /* one residual component: 1 - 2 / 3 */
    struct pca_limits l; /* all four have Q = 1 / 2 / (5 / 3): nothing varies, Box's limit is it */
    assert_int_equal(pca_limits(&m, 0.01, &l), ERR_OK);
    assert_near(l.q_box, 0.3, 1e-12);
    struct pca_score s = score_of(&m, (double[]){4.5, 2.5});
    assert_near(s.t2, 0.5 * 4 / (5.0 / 3) / 1.6, 1e-14);
    assert_near(s.q, 0.5 * 4 / (5.0 / 3), 1e-14);
}

/* p_t2 and p_q are alpha at the limits. */
static void exact_limits_and_p_values_agree(void **state)
{
    (void)state;
    struct matrix x = longley_until(16);
    struct pca m;
    struct pca_limits l;
    assert_int_equal(pca_fit(&x, 2, 0, &arena, &m), ERR_OK);
    assert_int_equal(pca_limits(&m, 0.05, &l), ERR_OK);
    double axis[6], z[6];
    for (size_t j = 0; j < 6; j++) {
        axis[j] = m.loading.at[j] * sqrt(m.eigenvalue[0] * l.t2_new);
        z[j] = m.mean[j] + m.scale[j] * axis[j];
    }
    struct pca_score s = score_of(&m, z);
    assert_close(s.t2, l.t2_new, 1e-11);
    assert_near(s.p_t2, 0.05, 1e-10);
    assert_near(s.q, 0, 1e-20);
    double e[6] = {1, 0, 0, 0, 0, 0}; /* a direction outside the components */
    for (size_t c = 0; c < 2; c++)
        for (size_t j = 0; j < 6; j++)
            e[j] -= matrix_col(&m.loading, c)[0] * matrix_col(&m.loading, c)[j];
    double norm2 = 0;
    for (size_t j = 0; j < 6; j++)
        norm2 += e[j] * e[j];
    for (size_t j = 0; j < 6; j++)
        z[j] = m.mean[j] + m.scale[j] * e[j] * sqrt(l.q_jackson / norm2);
    s = score_of(&m, z);
    assert_close(s.q, l.q_jackson, 1e-11);
    assert_near(s.p_q, 0.05, 1e-10);
}

/* One large residual component beside nine small ones that together outweigh it: h0 < 0, Box. */
static void exact_box_when_h0_negative(void **state)
{
    (void)state;
    struct pca m = {.n = 100, .p = 12, .k = 2, .theta = {2, 1, 0.97}, .h0 = 1 - 2 * 2 * 0.97 / 3};
    m.box_factor = 0.5;
    m.box_df = 4;
    struct pca_limits l;
    assert_true(m.h0 < 0);
    assert_int_equal(pca_limits(&m, 0.05, &l), ERR_OK);
    assert_near(l.q_box, 0.5 * 9.487729036781154, 1e-12); /* chi2(0.95; 4) */
    assert_near(l.q_jackson, l.q_box, 0);
}

static void invariant_units_and_order(void **state)
{
    (void)state;
    struct matrix x = longley_until(12), y = longley_until(12);
    for (size_t i = 0; i < 12; i++)
        for (size_t j = 0; j < 6; j++)
            matrix_col(&y, j)[(i * 5) % 12] = 1000 * (double)(j + 1) * matrix_col(&x, j)[i] - 77;
    struct pca a, b;
    assert_int_equal(pca_fit(&x, 2, 0, &arena, &a), ERR_OK);
    assert_int_equal(pca_fit(&y, 2, 0, &arena, &b), ERR_OK);
    for (size_t i = 12; i < 16; i++) {
        double z[6];
        for (size_t j = 0; j < 6; j++)
            z[j] = 1000 * (double)(j + 1) * longley[i][j] - 77;
        struct pca_score s = score_of(&a, longley[i]), t = score_of(&b, z);
        assert_near(t.t2, s.t2, 1e-9);
        assert_near(t.q, s.q, 1e-9);
        assert_near(t.p_q, s.p_q, 1e-9);
    }
}

/* Two environmental factors (temperature, humidity) in six features, own noise of 0.3. */
static void features(double *row, struct random *r, double damage)
{
    double warm = random_normal(r), damp = random_normal(r);
    for (size_t j = 0; j < 6; j++)
        row[j] = (double)(j + 1) * (warm + 0.5 * ((double)j - 2.5) * damp + 0.3 * random_normal(r));
    row[2] += damage * 3;
}

static void train(struct matrix *x, uint64_t seed)
{
    struct random r = random_seeded(seed);
    for (size_t i = 0; i < x->rows; i++) {
        double row[6];
        features(row, &r, 0);
        for (size_t j = 0; j < 6; j++)
            matrix_col(x, j)[i] = row[j];
    }
}

/* Damage that hides in the scatter of its feature shows in Q, and hardly in T2. */
static void truth_damage_shows_in_q(void **state)
{
    (void)state;
    struct matrix x = matrix_new(&arena, 365, 6);
    struct pca m;
    struct pca_limits l;
    struct random r = random_seeded(99);
    int q = 0, t2 = 0;
    train(&x, 1);
    assert_int_equal(pca_fit(&x, 0, 0.9, &arena, &m), ERR_OK);
    assert_int_equal(m.k, 2);
    assert_int_equal(pca_limits(&m, 0.01, &l), ERR_OK);
    for (int i = 0; i < 500; i++) {
        double row[6];
        features(row, &r, 1.5);
        struct pca_score s = score_of(&m, row);
        q += s.q > l.q_jackson;
        t2 += s.t2 > l.t2_new;
    }
    assert_true(q > 450);
    assert_true(t2 < 50);
}

/* 1 % limits on new normal data: 100 trainings of a year, 200 observations each; standard error of
 * the share 0.0007, some more for the trainings. The Q limits neglect that 365 observations set the
 * eigenvalues. */
static void promise_false_alarms_new(void **state)
{
    (void)state;
    int t2 = 0, jackson = 0, box = 0;
    struct arena_mark mark = arena_mark(&arena);
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct matrix x = matrix_new(&arena, 365, 6);
        struct pca m;
        struct pca_limits l;
        struct random r = random_seeded(1000 + seed);
        train(&x, seed);
        assert_int_equal(pca_fit(&x, 2, 0, &arena, &m), ERR_OK);
        assert_int_equal(pca_limits(&m, 0.01, &l), ERR_OK);
        for (int i = 0; i < 200; i++) {
            double row[6];
            features(row, &r, 0);
            struct pca_score s = score_of(&m, row);
            t2 += s.t2 > l.t2_new;
            jackson += s.q > l.q_jackson;
            box += s.q > l.q_box;
        }
        arena_rewind(&arena, mark);
    }
    assert_in_range(t2, 160, 240);
    assert_in_range(jackson, 150, 280);
    assert_in_range(box, 150, 280);
}

/* The limit for training data is exceeded by 1 % of them also when they are few: 600 trainings
 * of 15. */
static void promise_false_alarms_training(void **state)
{
    (void)state;
    int above = 0;
    struct arena_mark mark = arena_mark(&arena);
    for (uint64_t seed = 0; seed < 600; seed++) {
        struct matrix x = matrix_new(&arena, 15, 6);
        struct pca m;
        struct pca_limits l;
        train(&x, seed);
        assert_int_equal(pca_fit(&x, 2, 0, &arena, &m), ERR_OK);
        assert_int_equal(pca_limits(&m, 0.01, &l), ERR_OK);
        assert_true(l.t2_training < l.t2_new);
        for (size_t i = 0; i < 15; i++) {
            double row[6];
            for (size_t j = 0; j < 6; j++)
                row[j] = matrix_col(&x, j)[i];
            above += score_of(&m, row).t2 > l.t2_training;
        }
        arena_rewind(&arena, mark);
    }
    assert_in_range(above, 50, 130);
}

static void hostile_training(void **state)
{
    (void)state;
    struct matrix x = longley_until(12);
    struct pca m;
    for (size_t n = 0; n < 3; n++) {
        struct matrix few = {n, 6, x.at};
        assert_int_equal(pca_fit(&few, 1, 0, &arena, &m), ERR_TOO_FEW);
    }
    struct matrix narrow = {12, 1, x.at}, short_one = {5, 6, x.at};
    assert_int_equal(pca_fit(&narrow, 1, 0, &arena, &m), ERR_TOO_FEW);
    assert_int_equal(pca_fit(&short_one, 4, 0, &arena, &m), ERR_TOO_FEW);
    assert_int_equal(pca_fit(&x, 6, 0, &arena, &m), ERR_RANGE);
    assert_int_equal(pca_fit(&x, 0, 0, &arena, &m), ERR_RANGE);
    assert_int_equal(pca_fit(&x, 0, NAN, &arena, &m), ERR_RANGE);
    assert_int_equal(pca_fit(&x, 0, 1, &arena, &m), ERR_OK);
    assert_int_equal(m.k, 5);
    x.at[3] = NAN;
    assert_int_equal(pca_fit(&x, 2, 0, &arena, &m), ERR_NOT_FINITE);
    for (int i = 0; i < 12; i++)
        x.at[i] = 1e-300;
    assert_int_equal(pca_fit(&x, 2, 0, &arena, &m), ERR_CONSTANT);
}

/* Data on a line: nothing is left for Q, or a kept component is empty. */
static void hostile_exact_rank(void **state)
{
    (void)state;
    struct matrix x = matrix_new(&arena, 20, 3);
    struct pca m;
    for (size_t i = 0; i < 20; i++)
        for (size_t j = 0; j < 3; j++)
            matrix_col(&x, j)[i] = (double)(j + 1) * (double)i;
    assert_int_equal(pca_fit(&x, 1, 0, &arena, &m), ERR_SINGULAR);
    assert_int_equal(pca_fit(&x, 2, 0, &arena, &m), ERR_SINGULAR);
}

static void hostile_scores(void **state)
{
    (void)state;
    struct matrix x = longley_until(12);
    struct pca m;
    struct pca_limits l;
    struct pca_score s;
    double z[6] = {0}, scratch[6];
    assert_int_equal(pca_fit(&x, 2, 0, &arena, &m), ERR_OK);
    assert_int_equal(pca_limits(&m, 0, &l), ERR_RANGE);
    assert_int_equal(pca_limits(&m, 0.5, &l), ERR_RANGE);
    assert_int_equal(pca_limits(&m, NAN, &l), ERR_RANGE);
    assert_int_equal(pca_score(&m, m.mean, scratch, &s), ERR_OK);
    assert_near(s.t2, 0, 0);
    assert_near(s.q, 0, 0);
    assert_near(s.p_t2, 1, 1e-15);
    z[1] = NAN;
    assert_int_equal(pca_score(&m, z, scratch, &s), ERR_NOT_FINITE);
    z[1] = 1e300;
    assert_int_equal(pca_score(&m, z, scratch, &s), ERR_NOT_FINITE);
    z[1] = 1e100;
    assert_int_equal(pca_score(&m, z, scratch, &s), ERR_OK);
    assert_true(s.p_q >= 0 && s.p_q < 1e-12 && s.p_t2 < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_longley),
        cmocka_unit_test(exact_two_features),
        cmocka_unit_test(exact_limits_and_p_values_agree),
        cmocka_unit_test(exact_box_when_h0_negative),
        cmocka_unit_test(invariant_units_and_order),
        cmocka_unit_test(truth_damage_shows_in_q),
        cmocka_unit_test(promise_false_alarms_new),
        cmocka_unit_test(promise_false_alarms_training),
        cmocka_unit_test(hostile_training),
        cmocka_unit_test(hostile_exact_rank),
        cmocka_unit_test(hostile_scores),
    };
    return cmocka_run_group_tests(tests, NULL, reset);
}
