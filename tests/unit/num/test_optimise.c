#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/optimise.h"
#include "shikumen/num/random.h"

static double rosenbrock(const double *x, size_t n, void *context)
{
    double sum = 0;

    (void)context;
    for (size_t i = 0; i + 1 < n; i++)
        sum += 100 * pow(x[i + 1] - x[i] * x[i], 2) + pow(1 - x[i], 2);
    return sum;
}

/* Rosenbrock's valley (1960), minimum 0 at (1, 1), from the classical start. */
static void vector_rosenbrock(void **state)
{
    double x[] = {-1.2, 1};
    const double step[] = {0.5, 0.5};
    struct minimum m;

    (void)state;
    assert_int_equal(nelder_mead(rosenbrock, NULL, x, 2, step, 1e-9, 1e-16, 5000, &m), ERR_OK);
    assert_near(x[0], 1, 1e-7);
    assert_near(x[1], 1, 1e-7);
    assert_near(m.value, 0, 1e-14);
    assert_true(m.evaluations < 400);
}

static double bowl(const double *x, size_t n, void *context)
{
    const double *centre = context;
    double sum = 3;

    for (size_t i = 0; i < n; i++)
        sum += (double)(i + 1) * pow(x[i] - centre[i], 2);
    return sum;
}

static void exact_bowls_of_every_dimension(void **state)
{
    double centre[OPTIMISE_MAX_DIM], step[OPTIMISE_MAX_DIM], x[OPTIMISE_MAX_DIM];
    struct minimum m;

    (void)state;
    for (size_t n = 1; n <= OPTIMISE_MAX_DIM; n++) {
        for (size_t i = 0; i < n; i++) {
            centre[i] = (double)i - 2;
            step[i] = 1;
            x[i] = 10;
        }
        assert_int_equal(nelder_mead(bowl, centre, x, n, step, 1e-8, 1e-15, 20000, &m), ERR_OK);
        for (size_t i = 0; i < n; i++)
            assert_near(x[i], centre[i], 1e-6);
    }
}

/* Not finite for x <= 0. */
static double half_plane(const double *x, size_t n, void *context)
{
    (void)n;
    (void)context;
    return x[0] - log(x[0]);
}

static void hostile_minimisation(void **state)
{
    double x[9] = {3}, step[9] = {-5}, centre[9] = {0};
    struct minimum m;

    (void)state;
    assert_int_equal(nelder_mead(half_plane, NULL, x, 1, step, 1e-9, 1e-15, 500, &m), ERR_OK);
    assert_near(x[0], 1, 1e-7);
    x[0] = -1;
    assert_int_equal(nelder_mead(half_plane, NULL, x, 1, step, 1e-9, 1e-15, 500, &m), ERR_RANGE);
    x[0] = 50;
    step[0] = 1e-3;
    assert_int_equal(nelder_mead(bowl, centre, x, 1, step, 0, 0, 10, &m), ERR_DIVERGED);
    assert_int_equal(nelder_mead(bowl, centre, x, 0, step, 1, 1, 10, &m), ERR_RANGE);
    assert_int_equal(nelder_mead(bowl, centre, x, 9, step, 1, 1, 10, &m), ERR_RANGE);
}

static double cubic(double x, void *context)
{
    (void)context;
    return x * x * x - 2 * x - 5; /* Wallis's equation, root 2.0945514815423265 */
}

static double steep(double x, void *context)
{
    return atan(1e6 * (x - *(double *)context));
}

static double nowhere(double x, void *context)
{
    (void)x;
    (void)context;
    return (double)NAN;
}

static void vector_roots(void **state)
{
    double root, at = 0.123456789;

    (void)state;
    assert_int_equal(find_root(cubic, NULL, 2, 3, 0, &root), ERR_OK);
    assert_close(root, 2.0945514815423265, 1e-15);
    assert_int_equal(find_root(steep, &at, -1e3, 1e5, 0, &root), ERR_OK);
    assert_close(root, at, 1e-14);
    assert_int_equal(find_root(steep, &at, at, 1e5, 0, &root), ERR_OK);
    assert_close(root, at, 1e-14);
    assert_int_equal(find_root(cubic, NULL, 3, 4, 0, &root), ERR_RANGE);
    assert_int_equal(find_root(nowhere, NULL, 3, 4, 0, &root), ERR_RANGE);
}

static double cosine(double x, void *context)
{
    (void)context;
    return cos(x);
}

static double edge(double x, void *context)
{
    (void)context;
    return x;
}

static void exact_minima_of_one(void **state)
{
    (void)state;
    assert_near(find_minimum(cosine, NULL, 2, 5, 1e-9), M_PI, 1e-7);
    assert_near(find_minimum(edge, NULL, -3, 5, 1e-9), -3, 1e-6);
    assert_near(find_minimum(nowhere, NULL, 0, 1, 1e-9), 0.5, 0.5);
}

static void exact_hessian(void **state)
{
    const double x[] = {1, 1}, step[] = {1e-4, 1e-4};
    double h[4];

    (void)state;
    assert_int_equal(hessian(rosenbrock, NULL, x, 2, step, h), ERR_OK);
    assert_near(h[0], 802, 1e-3);
    assert_near(h[1], -400, 1e-3);
    assert_near(h[2], -400, 1e-3);
    assert_near(h[3], 200, 1e-3);
    assert_int_equal(hessian(half_plane, NULL, (double[]){5e-5}, 1, step, h), ERR_NOT_FINITE);
    assert_int_equal(hessian(half_plane, NULL, x, 0, step, h), ERR_RANGE);
}

/* f + c and 2^k f have the same way to the same place; x may be shifted by a whole number. */
struct moved_bowl {
    double scale, offset, shift;
};

static double moved_bowl(const double *x, size_t n, void *context)
{
    const struct moved_bowl *m = context;
    double centre[2] = {0.5 + m->shift, -0.25 + m->shift};

    return m->scale * bowl(x, n, centre) + m->offset;
}

static void invariant_scale_and_shift(void **state)
{
    struct moved_bowl plain = {1, 0, 0}, scaled = {1024, 0, 0}, shifted = {1, 0, 8};
    double a[] = {3, 4}, b[] = {3, 4}, c[] = {11, 12};
    const double step[] = {1, 1};
    struct minimum m, n, o;

    (void)state;
    assert_int_equal(nelder_mead(moved_bowl, &plain, a, 2, step, 1e-7, 1e-12, 900, &m), ERR_OK);
    assert_int_equal(nelder_mead(moved_bowl, &scaled, b, 2, step, 1e-7, 1024e-12, 900, &n), ERR_OK);
    assert_int_equal(nelder_mead(moved_bowl, &shifted, c, 2, step, 1e-7, 1e-12, 900, &o), ERR_OK);
    assert_int_equal(m.evaluations, n.evaluations);
    for (int i = 0; i < 2; i++) {
        assert_near(b[i], a[i], 0);
        assert_near(c[i], a[i] + 8, 1e-6);
    }
}

/* Random bowls and random cubics of known root. */
static void truth_random_problems(void **state)
{
    struct random r = random_seeded(14);

    (void)state;
    for (int trial = 0; trial < 300; trial++) {
        double centre[3], x[3] = {0}, at = 10 * random_normal(&r), root;
        const double step[] = {1, 1, 1};
        struct minimum m;

        for (int i = 0; i < 3; i++)
            centre[i] = 5 * random_normal(&r);
        assert_int_equal(nelder_mead(bowl, centre, x, 3, step, 1e-8, 1e-15, 5000, &m), ERR_OK);
        for (int i = 0; i < 3; i++)
            assert_near(x[i], centre[i], 1e-6);
        assert_int_equal(find_root(steep, &at, -1e3, 1e3, 0, &root), ERR_OK);
        assert_near(root, at, 1e-13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_rosenbrock),
        cmocka_unit_test(exact_bowls_of_every_dimension),
        cmocka_unit_test(hostile_minimisation),
        cmocka_unit_test(vector_roots),
        cmocka_unit_test(exact_minima_of_one),
        cmocka_unit_test(exact_hessian),
        cmocka_unit_test(invariant_scale_and_shift),
        cmocka_unit_test(truth_random_problems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
