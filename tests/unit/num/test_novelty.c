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

/* n rows of p values, row after row, into a matrix. */
static struct matrix from_rows(const double *rows, size_t n, size_t p)
{
    struct matrix x = matrix_new(&arena, n, p);
    assert_non_null(x.at);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < p; j++)
            matrix_col(&x, j)[i] = rows[i * p + j];
    return x;
}

static double squared(const struct mahalanobis *m, const double *x)
{
    double scratch[8], d2;
    assert_int_equal(mahalanobis_squared(m, x, scratch, &d2), ERR_OK);
    return d2;
}

/* S = [2.5 2; 2 2.5], S^-1 = [2.5 -2; -2 2.5] / 2.25: 16, 14.4444.., 16, 0 by hand. */
static void vector_two_variables(void **state)
{
    (void)state;
    const double rows[] = {2, 1, 3, 3, 4, 2, 5, 5, 6, 4};
    struct matrix x = from_rows(rows, 5, 2);
    struct mahalanobis m;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_OK);
    assert_near(m.centre[0], 4, 0);
    assert_near(m.centre[1], 3, 0);
    assert_near(m.scale[0] * m.scale[0], 2.5, 1e-15);
    assert_near(squared(&m, (double[]){6, 1}), 16, 1e-13);
    assert_near(squared(&m, (double[]){9, 9}), 130.0 / 9, 1e-13);
    assert_near(squared(&m, (double[]){2, 5}), 16, 1e-13);
    assert_near(squared(&m, (double[]){4, 3}), 0, 0);
}

/* Reference: D^2 by independent program, 8 decimals; the sum is (n - 1) p whatever the data.
 * Rounding: condition of the correlation matrix 1.2e4 times 16 eps times D^2. */
static void vector_longley(void **state)
{
    (void)state;
    const double expected[] = {5.43055396, 7.53717447, 4.49362069, 4.64591674,
                               8.29516641, 4.60610451, 6.43547310, 6.63234232,
                               5.91925566, 4.02172821, 4.46072362, 6.30936196,
                               4.67712613, 2.48817706, 4.65555615, 9.39171903};
    struct matrix x = from_rows(longley[0], 16, 6);
    struct mahalanobis m;
    double sum = 0;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_OK);
    for (size_t i = 0; i < 16; i++) {
        double d2 = squared(&m, longley[i]);
        assert_near(d2, expected[i], 5.1e-9);
        sum += d2;
    }
    assert_near(sum, 90, 1e-10);
}

/* Perfectly dependent features: without the ridge there is no inverse, with it (correlation
 * [1 + r, 1; 1, 1 + r]) the step (1, -1) off the line costs 2 / r in standard units. */
static void exact_ridge(void **state)
{
    (void)state;
    const double rows[] = {1, 2, 2, 4, 3, 6, 4, 8, 5, 10};
    struct matrix x = from_rows(rows, 5, 2);
    struct mahalanobis m;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_SINGULAR);
    assert_int_equal(mahalanobis_fit(&x, NOVELTY_RIDGE, &arena, &m), ERR_OK);
    double off[2] = {3 + m.scale[0], 6 - m.scale[1]}, along[2] = {3 + m.scale[0], 6 + m.scale[1]};
    assert_close(squared(&m, off), 2 / NOVELTY_RIDGE, 1e-8);
    assert_close(squared(&m, along), 2 / (2 + NOVELTY_RIDGE), 1e-8);
}

/* One feature: D^2 n / (n + 1) is the square of Student's t with n - 1 degrees of freedom, whose
 * two-sided P at t = 1 is 0.5 for one degree and 1 / sqrt(3) complement for two: F(2) = 1/2 +
 * t / (2 sqrt(2 + t^2)). */
static void exact_p_value(void **state)
{
    (void)state;
    const double rows[] = {-1, 0, 1};
    struct matrix x = from_rows(rows, 3, 1);
    struct mahalanobis m;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_OK);
    assert_near(mahalanobis_p(&m, 0), 1, 1e-15);
    assert_near(mahalanobis_p(&m, 4.0 / 3), 1 - 1 / sqrt(3), 1e-13);
}

static void exact_persistence(void **state)
{
    (void)state;
    struct novelty_persistence s = {0};
    assert_false(novelty_persists(&s, true));
    assert_false(novelty_persists(&s, true));
    assert_true(novelty_persists(&s, true));
    assert_false(novelty_persists(&s, false));
    s = (struct novelty_persistence){0};
    const bool pattern[] = {1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0};
    for (int i = 0; i < 12; i++) /* seven of ten only at the tenth */
        assert_int_equal(novelty_persists(&s, pattern[i]), i == 9);
    for (int i = 0; i < 10; i++)
        assert_false(novelty_persists(&s, false));
    assert_int_equal(s.history, 0);
}

static void gaussian(struct matrix *x, struct random *r)
{
    for (size_t i = 0; i < x->rows; i++) {
        double common = random_normal(r);
        for (size_t j = 0; j < x->cols; j++)
            matrix_col(x, j)[i] = common + (0.3 + (double)j) * random_normal(r);
    }
}

/* D^2 does not change under a shift, a change of units, an order of rows, a linear mixing. */
static void invariant_affine(void **state)
{
    (void)state;
    struct random r = random_seeded(2);
    struct matrix x = matrix_new(&arena, 50, 3), y = matrix_new(&arena, 50, 3);
    struct mahalanobis a, b;
    gaussian(&x, &r);
    for (size_t i = 0; i < 50; i++) {
        const double *p = x.at, *q = x.at + 50, *s = x.at + 100;
        size_t k = (i * 7) % 50;
        y.at[k] = 1000 + 25.4 * p[i];
        y.at[50 + k] = 3 * q[i] - p[i] - 8;
        y.at[100 + k] = 1e-3 * (s[i] + q[i]);
    }
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &a), ERR_OK);
    assert_int_equal(mahalanobis_fit(&y, 0, &arena, &b), ERR_OK);
    for (size_t i = 0; i < 50; i++) {
        size_t k = (i * 7) % 50;
        double u[] = {x.at[i], x.at[50 + i], x.at[100 + i]};
        double v[] = {y.at[k], y.at[50 + k], y.at[100 + k]};
        assert_near(squared(&b, v), squared(&a, u), 1e-10);
    }
}

/* Centre and covariance of a known normal distribution: D^2 of the point m + sd_1 e_1 is 1 / (1 -
 * r^2). */
static void truth_distance(void **state)
{
    (void)state;
    struct random r = random_seeded(4);
    struct matrix x = matrix_new(&arena, 20000, 2);
    for (size_t i = 0; i < 20000; i++) {
        double u = random_normal(&r), v = random_normal(&r);
        x.at[i] = 10 + 2 * u;
        x.at[20000 + i] = -5 + 3 * (0.8 * u + 0.6 * v);
    }
    struct mahalanobis m;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_OK);
    assert_near(squared(&m, (double[]){12, -5}), 1 / 0.36, 0.08);
    assert_near(squared(&m, (double[]){10, -5}), 0, 0.002);
}

/* p-values of new observations are uniform even for n = 20, p = 4: 4 000 of them, 4 standard
 * errors. */
static void promise_p_values_uniform(void **state)
{
    (void)state;
    const double level[] = {0.01, 0.1, 0.5};
    int below[3] = {0};
    struct arena_mark mark = arena_mark(&arena);
    for (uint64_t seed = 0; seed < 4000; seed++) {
        struct random r = random_seeded(seed);
        struct matrix x = matrix_new(&arena, 21, 4), train = matrix_new(&arena, 20, 4);
        double z[4];
        gaussian(&x, &r);
        for (size_t j = 0; j < 4; j++) {
            for (size_t i = 0; i < 20; i++)
                matrix_col(&train, j)[i] = matrix_col(&x, j)[i];
            z[j] = matrix_col(&x, j)[20];
        }
        struct mahalanobis m;
        assert_int_equal(mahalanobis_fit(&train, 0, &arena, &m), ERR_OK);
        double p = mahalanobis_p(&m, squared(&m, z));
        for (int k = 0; k < 3; k++)
            below[k] += p < level[k];
        arena_rewind(&arena, mark);
    }
    for (int k = 0; k < 3; k++)
        assert_near(below[k], 4000 * level[k], 4 * sqrt(4000 * level[k] * (1 - level[k])));
}

static void hostile_training(void **state)
{
    (void)state;
    struct random r = random_seeded(5);
    struct matrix x = matrix_new(&arena, 10, 3);
    struct mahalanobis m;
    gaussian(&x, &r);
    for (size_t n = 0; n <= 3; n++) {
        struct matrix few = {n, 3, x.at};
        assert_int_equal(mahalanobis_fit(&few, 0, &arena, &m), ERR_TOO_FEW);
    }
    struct matrix none = {10, 0, x.at};
    assert_int_equal(mahalanobis_fit(&none, 0, &arena, &m), ERR_TOO_FEW);
    assert_int_equal(mahalanobis_fit(&x, -1, &arena, &m), ERR_RANGE);
    assert_int_equal(mahalanobis_fit(&x, NAN, &arena, &m), ERR_RANGE);
    double kept = x.at[4];
    x.at[4] = NAN;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_NOT_FINITE);
    x.at[4] = HUGE_VAL;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_NOT_FINITE);
    x.at[4] = kept;
    for (int i = 0; i < 10; i++)
        x.at[20 + i] = 7;
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_CONSTANT);
    for (int seed = 0; seed < 100; seed++) { /* rounding leaves some of them just invertible */
        gaussian(&x, &r);
        for (int i = 0; i < 10; i++)
            x.at[20 + i] = x.at[i] - 2 * x.at[10 + i];
        assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_SINGULAR);
    }
}

/* Features of 1e300 and 1e-300 beside each other work; what overflows says so. */
static void hostile_magnitudes(void **state)
{
    (void)state;
    struct random r = random_seeded(6);
    struct matrix x = matrix_new(&arena, 30, 3);
    struct mahalanobis m, big;
    double scratch[3], d2;
    gaussian(&x, &r);
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &m), ERR_OK);
    double z[] = {1, 2, 3}, expected = squared(&m, z);
    for (int i = 0; i < 30; i++) {
        x.at[i] *= 1e300;
        x.at[30 + i] *= 1e-300;
    }
    assert_int_equal(mahalanobis_fit(&x, 0, &arena, &big), ERR_OK);
    assert_close(squared(&big, (double[]){1e300, 2e-300, 3}), expected, 1e-10);
    assert_int_equal(mahalanobis_squared(&big, (double[]){1, 1, 1}, scratch, &d2), ERR_NOT_FINITE);
    assert_int_equal(mahalanobis_squared(&m, (double[]){1, NAN, 1}, scratch, &d2), ERR_NOT_FINITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_two_variables), cmocka_unit_test(vector_longley),
        cmocka_unit_test(exact_ridge),          cmocka_unit_test(exact_p_value),
        cmocka_unit_test(exact_persistence),    cmocka_unit_test(invariant_affine),
        cmocka_unit_test(truth_distance),       cmocka_unit_test(promise_p_values_uniform),
        cmocka_unit_test(hostile_training),     cmocka_unit_test(hostile_magnitudes),
    };
    return cmocka_run_group_tests(tests, NULL, reset);
}
