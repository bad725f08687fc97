#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"
#include "nile.h"

#include "shikumen/num/order.h"
#include "shikumen/num/pettitt.h"
#include "shikumen/num/random.h"

/* Ranks 1 .. 4: U = -3, -4, -3, 0. */
static void exact_by_hand(void **state)
{
    struct arena a = {0};
    double x[] = {1, 2, 3, 4}, ties[] = {5, 5, 2, 2, 2};
    struct pettitt r;

    (void)state;
    assert_int_equal(pettitt(x, 4, &a, &r), ERR_OK);
    assert_near(r.u, -4, 0);
    assert_near(r.statistic, 4, 0);
    assert_int_equal(r.k, 2);
    assert_close(r.p, 2 * exp(-6 * 16.0 / 80), 1e-15);
    assert_int_equal(pettitt(ties, 5, &a, &r), ERR_OK); /* mid-ranks 4.5 and 2: U_2 = 6 */
    assert_near(r.u, 6, 0);
    assert_int_equal(r.k, 2);
    assert_close(r.p, 2 * exp(-6 * 36.0 / 150), 1e-15);
    arena_free(&a);
}

/* The largest U there can be is n^2 / 4: ten samples never come under 5 %, eleven do. */
static void exact_least_p(void **state)
{
    double x[11] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct arena a = {0};
    struct pettitt r;

    (void)state;
    assert_int_equal(pettitt(x, 10, &a, &r), ERR_OK);
    assert_near(r.statistic, 25, 0);
    assert_close(r.p, 2 * exp(-6 * 625.0 / 1100), 1e-15);
    assert_true(r.p > 0.05);
    assert_int_equal(pettitt(x, 11, &a, &r), ERR_OK);
    assert_near(r.statistic, 30, 0);
    assert_true(r.p < 0.05);
    arena_free(&a);
}

/* U_k = sum_{i<=k} sum_{j>k} sign(x_i - x_j), Pettitt's definition, by all pairs, with ties. */
static void exact_against_all_pairs(void **state)
{
    enum { N = 60 };
    struct random random = random_seeded(3);
    struct arena a = {0};

    (void)state;
    for (int run = 0; run < 200; run++) {
        double x[N], best = 0;
        size_t n = 4 + random_below(&random, N - 4), k = 0;
        struct pettitt r;

        for (size_t i = 0; i < n; i++)
            x[i] = (double)random_below(&random, 9);
        x[0] = 100;
        for (size_t split = 1; split <= n; split++) {
            double u = 0;

            for (size_t i = 0; i < split; i++)
                for (size_t j = split; j < n; j++)
                    u += (x[i] > x[j]) - (x[i] < x[j]);
            if (fabs(u) > fabs(best)) {
                best = u;
                k = split;
            }
        }
        assert_int_equal(pettitt(x, n, &a, &r), ERR_OK);
        assert_near(r.u, best, 0);
        assert_int_equal(r.k, k);
    }
    arena_free(&a);
}

/* Industrial data "Pages" of Pettitt 1979 (n 40), and p to its printed digits. */
static void vector_pages(void **state)
{
    static const double x[40] = {-1.05, 0.96,  1.22, 0.58, -0.98, -0.03, -1.54, -0.71,
                                 -0.35, 0.66,  0.44, 0.91, -0.02, -1.42, 1.26,  -1.02,
                                 -0.81, 1.66,  1.05, 0.97, 2.14,  1.22,  -0.24, 1.60,
                                 0.72,  -0.12, 0.44, 0.03, 0.66,  0.56,  1.37,  1.66,
                                 0.10,  0.80,  1.29, 0.49, -0.07, 1.18,  3.29,  1.84};
    struct arena a = {0};
    struct pettitt r;

    (void)state;
    assert_int_equal(pettitt(x, 40, &a, &r), ERR_OK);
    assert_near(r.statistic, 232, 0);
    assert_true(r.u < 0); /* a rise */
    assert_int_equal(r.k, 17);
    assert_near(r.p, 0.01456, 5e-6);
    arena_free(&a);
}

/* Annual flow of the Nile 1871-1970 (data set Nile of R; package trend, pettitt.test): the drop
 * after 1898. */
static void vector_nile(void **state)
{
    struct arena a = {0};
    struct pettitt r;

    (void)state;
    assert_int_equal(pettitt(nile, 100, &a, &r), ERR_OK);
    assert_near(r.u, 1617, 0);
    assert_int_equal(r.k, 28);
    assert_near(r.p, 3.591e-7, 5e-11);
    arena_free(&a);
}

/* Any growing function leaves the ranks; reversal and negation mirror. */
static void invariant_transformations(void **state)
{
    double grown[100], reversed[100], negated[100];
    struct arena a = {0};
    struct pettitt r, g, v, m;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        grown[i] = exp(nile[i] / 100) - 5;
        reversed[i] = nile[99 - i];
        negated[i] = -nile[i];
    }
    assert_int_equal(pettitt(nile, 100, &a, &r), ERR_OK);
    assert_int_equal(pettitt(grown, 100, &a, &g), ERR_OK);
    assert_int_equal(pettitt(reversed, 100, &a, &v), ERR_OK);
    assert_int_equal(pettitt(negated, 100, &a, &m), ERR_OK);
    assert_near(g.u, r.u, 0);
    assert_near(g.p, r.p, 0);
    assert_int_equal(g.k, r.k);
    assert_near(v.u, -r.u, 0);
    assert_int_equal(v.k, 100 - r.k);
    assert_near(m.u, -r.u, 0);
    assert_int_equal(m.k, r.k);
    assert_int_equal(a.used_bytes, 0);
    arena_free(&a);
}

static void truth_step(void **state)
{
    enum { RUNS = 300, N = 100 };
    struct random random = random_seeded(8);
    struct arena a = {0};
    double late[RUNS];

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        double x[N];
        struct pettitt r;

        for (int i = 0; i < N; i++)
            x[i] = random_normal(&random) + (i < 40 ? 0 : 2);
        x[random_below(&random, N)] = 1e6; /* an outlier does no harm */
        assert_int_equal(pettitt(x, N, &a, &r), ERR_OK);
        assert_true(r.p < 1e-4 && r.u < 0);
        late[run] = fabs((double)r.k - 40);
    }
    assert_true(quantile(late, RUNS, 0.9) <= 3);
    arena_free(&a);
}

static double rejected(size_t n, double phi, double level, uint64_t seed)
{
    enum { RUNS = 4000, N = 365 };
    struct random random = random_seeded(seed);
    struct arena a = {0};
    size_t count = 0;

    for (int run = 0; run < RUNS; run++) {
        double x[N], last = random_normal(&random);
        struct pettitt r;

        for (size_t i = 0; i < n; i++) {
            x[i] = last;
            last = phi * last + sqrt(1 - phi * phi) * random_normal(&random);
        }
        assert_int_equal(pettitt(x, n, &a, &r), ERR_OK);
        count += r.p < level;
    }
    arena_free(&a);
    return (double)count / RUNS;
}

/* The approximate p takes too few rather than too many changes: never above the level but for the
 * binomial error (0.0034 at 5 % of 4000 runs), and nearing it from below as n grows, because
 * P(max |U_k| / sqrt(n^3 / 3) > x) -> 2 exp(-2 x^2) - ... and the maximum over n points is below
 * the bridge's. */
static void promise_type_one_error(void **state)
{
    static const size_t n[] = {20, 50, 100, 365};
    double before = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        double share = rejected(n[i], 0, 0.05, 11 + i);

        print_message("n %zu: %.4f rejected at 0.05\n", n[i], share);
        assert_true(share < 0.05 + 4 * 0.0034);
        assert_true(share > before - 4 * 0.0034);
        before = share;
    }
    assert_true(before > 0.05 - 8 * 0.0034);
    assert_true(rejected(100, 0, 0.01, 17) < 0.01 + 4 * 0.0016);
}

/* The test assumes independence; at phi = 0.5 a change is found where there is none in more than a
 * fifth of the series. */
static void promise_autocorrelation_breaks_it(void **state)
{
    double share = rejected(100, 0.5, 0.05, 19);

    (void)state;
    print_message("phi 0.5, n 100: %.4f rejected at 0.05\n", share);
    assert_true(share > 0.2);
}

static void hostile_input(void **state)
{
    double x[] = {1, 2, 3, (double)NAN}, same[] = {2, 2, 2, 2, 2},
           inf[] = {1, 2, 3, (double)INFINITY};
    double huge[] = {1e300, -1e300, 1e-300, 5e-324, 1e308};
    struct arena a = {0};
    struct pettitt r = {.k = 77};

    (void)state;
    assert_int_equal(pettitt(x, 0, &a, &r), ERR_TOO_FEW);
    assert_int_equal(pettitt(x, 1, &a, &r), ERR_TOO_FEW);
    assert_int_equal(pettitt(x, 2, &a, &r), ERR_TOO_FEW);
    assert_int_equal(pettitt(x, 3, &a, &r), ERR_TOO_FEW);
    assert_int_equal(pettitt(x, 4, &a, &r), ERR_NOT_FINITE);
    assert_int_equal(pettitt(inf, 4, &a, &r), ERR_NOT_FINITE);
    assert_int_equal(pettitt(same, 5, &a, &r), ERR_CONSTANT);
    assert_int_equal(r.k, 77);
    assert_int_equal(pettitt(huge, 5, &a, &r), ERR_OK);
    assert_true(r.p > 0 && r.p <= 1);
    arena_free(&a);
}

/* A million samples: U of the order n^2 / 4 is still exact. */
static void hostile_long(void **state)
{
    enum { N = 1000000 };
    struct arena a = {0};
    double *x = arena_array(&a, N, sizeof *x);
    struct pettitt r;

    (void)state;
    assert_non_null(x);
    for (size_t i = 0; i < N; i++)
        x[i] = i < N / 2 ? (double)i : (double)(2 * N - i);
    assert_int_equal(pettitt(x, N, &a, &r), ERR_OK);
    assert_near(r.u, -(double)N / 2 * (N / 2), 0);
    assert_int_equal(r.k, N / 2);
    assert_near(r.p, 0, 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_by_hand),
        cmocka_unit_test(exact_least_p),
        cmocka_unit_test(exact_against_all_pairs),
        cmocka_unit_test(vector_pages),
        cmocka_unit_test(vector_nile),
        cmocka_unit_test(invariant_transformations),
        cmocka_unit_test(truth_step),
        cmocka_unit_test(promise_type_one_error),
        cmocka_unit_test(promise_autocorrelation_breaks_it),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(hostile_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
