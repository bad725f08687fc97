/* Average linkage and modes from a stabilisation table. */
#include "modal_fixture.h"
#include "shikumen/num/cluster.h"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static double *distances(const double *x, size_t n)
{
    double *d = arena_array(&arena, n * n + 1, sizeof *d);

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            d[i * n + j] = fabs(x[i] - x[j]);
    return d;
}

static size_t linkage(const double *x, size_t n, double cut, size_t *label)
{
    size_t count;

    assert_int_equal(cluster_average_linkage(distances(x, n), n, cut, label, &count, &arena),
                     ERR_OK);
    return count;
}

static void exact_small_partitions(void **state)
{
    const double x[] = {0.0, 10.0, 1.0, 11.0, 30.0};
    const size_t expected[] = {0, 1, 0, 1, 2};
    size_t label[5];

    (void)state;
    assert_int_equal(linkage(x, 5, 1.0, label), 3); /* the cut itself merges */
    assert_memory_equal(label, expected, sizeof label);
    assert_int_equal(linkage(x, 5, 0.99, label), 5);
    assert_int_equal(linkage(x, 5, 9.99, label), 3); /* mean distance of the pairs is 10 */
    assert_int_equal(linkage(x, 5, 10.0, label), 2);
    assert_int_equal(linkage(x, 5, 100.0, label), 1);
    assert_int_equal(linkage(x, 1, 1.0, label), 1);
    assert_int_equal(linkage(x, 0, 1.0, label), 0);
}

/* scipy 1.10 cluster.hierarchy.linkage 'average', fcluster 'distance' of seven points on a line. */
static void vector_average_linkage(void **state)
{
    const double x[] = {0, 1, 1.5, 4, 4.2, 9, 10};
    const size_t at_03[] = {0, 1, 2, 3, 3, 4, 5}, at_13[] = {0, 0, 0, 1, 1, 2, 2};
    const size_t at_5[] = {0, 0, 0, 0, 0, 1, 1};
    size_t label[7];

    (void)state;
    assert_int_equal(linkage(x, 7, 0.3, label), 6);
    assert_memory_equal(label, at_03, sizeof label);
    assert_int_equal(linkage(x, 7, 1.3, label), 3);
    assert_memory_equal(label, at_13, sizeof label);
    assert_int_equal(linkage(x, 7, 3.266, label), 3);
    assert_int_equal(linkage(x, 7, 3.267, label), 2);
    assert_memory_equal(label, at_5, sizeof label);
    assert_int_equal(linkage(x, 7, 7.359, label), 2);
    assert_int_equal(linkage(x, 7, 7.361, label), 1);
}

/* The definition, O(n^4): merge the nearest two clusters while their mean distance is <= cut. */
static size_t plain_linkage(const double *d, size_t n, double cut, size_t *label)
{
    for (size_t i = 0; i < n; i++)
        label[i] = i;
    for (size_t left = n;; left--) {
        double least = HUGE_VAL;
        size_t p = 0, q = 0;

        for (size_t a = 0; a < n; a++)
            for (size_t b = a + 1; b < n; b++) {
                double sum = 0.0, count = 0.0;

                for (size_t i = 0; i < n; i++)
                    for (size_t j = 0; j < n; j++)
                        if (label[i] == a && label[j] == b) {
                            sum += d[i * n + j];
                            count += 1.0;
                        }
                if (count > 0.0 && sum / count < least) {
                    least = sum / count;
                    p = a;
                    q = b;
                }
            }
        if (least > cut)
            return left;
        for (size_t i = 0; i < n; i++)
            label[i] = label[i] == q ? p : label[i];
    }
}

static bool same_partition(const size_t *a, const size_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if ((a[i] == a[j]) != (b[i] == b[j]))
                return false;
    return true;
}

static double *random_distances(size_t n, struct random *r)
{
    double *d = arena_array(&arena, n * n, sizeof *d);

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            d[i * n + j] = d[j * n + i] = random_uniform(r);
    return d;
}

static void truth_against_the_definition(void **state)
{
    struct random r = random_seeded(6);
    size_t label[12], plain[12], count;

    (void)state;
    for (size_t run = 0; run < 150; run++) {
        size_t n = 2 + run % 11;
        double *d = random_distances(n, &r), cut = 0.2 + 0.5 * random_uniform(&r);
        size_t expected = plain_linkage(d, n, cut, plain);

        assert_int_equal(cluster_average_linkage(d, n, cut, label, &count, &arena), ERR_OK);
        assert_int_equal(count, expected);
        assert_true(same_partition(label, plain, n));
    }
}

static void invariant_permutation_and_scale(void **state)
{
    struct random r = random_seeded(7);
    size_t n = 40, label[40], other[40], back[40], count, count2;
    double *d = random_distances(n, &r);
    double *e = arena_array(&arena, n * n, sizeof *e);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            e[i * n + j] = 8.0 * d[(i * 7 % n) * n + j * 7 % n];
    assert_int_equal(cluster_average_linkage(d, n, 0.4, label, &count, &arena), ERR_OK);
    assert_int_equal(cluster_average_linkage(e, n, 3.2, other, &count2, &arena), ERR_OK);
    for (size_t i = 0; i < n; i++)
        back[i * 7 % n] = other[i];
    assert_int_equal(count, count2);
    assert_true(same_partition(label, back, n));
}

/* A table of stable poles made by hand. */
static const double complex SHAPE_A[2] = {1.0, 0.5}, SHAPE_B[2] = {-0.5, 1.0};

static struct ssi_pole pole(size_t order, double f, double zeta, const double complex *shape)
{
    return (struct ssi_pole){.order = order,
                             .f_hz = f,
                             .zeta = zeta,
                             .mpc = 1.0,
                             .hard = true,
                             .stable_f = true,
                             .stable_zeta = true,
                             .stable_shape = true,
                             .shape = shape};
}

static void exact_modes(void **state)
{
    struct ssi_pole p[] = {
        pole(4, 5.00, 0.010, SHAPE_A),  pole(4, 5.01, 0.050, SHAPE_B),
        pole(6, 5.02, 0.030, SHAPE_A),  pole(6, 5.10, 0.090, SHAPE_A),
        pole(8, 5.01, 0.020, SHAPE_A),  pole(8, 5.03, 0.030, SHAPE_B),
        pole(10, 5.01, 0.020, SHAPE_A),
    };
    struct ssi table = {.channels = 2, .orders = 5, .poles = 7, .pole = p};
    struct cluster_settings c = {.cut = 0.04, .least_share = 0.4};
    struct cluster_mode *m;
    size_t count;

    (void)state;
    assert_int_equal(cluster_modes(&table, &c, &m, &count, &arena), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(m[0].orders, 4); /* of two poles of order 6 the nearer to the median counts */
    assert_near(m[0].mode.f_hz, 5.01, 1e-15);
    assert_near(m[0].mode.zeta, 0.02, 1e-15);
    assert_near(m[0].f_spread_hz, sqrt(2e-4 / 3.0), 1e-12);
    assert_near(m[0].zeta_spread, sqrt(2e-4 / 3.0), 1e-12);
    assert_true(m[0].mode.shape == SHAPE_A);
    assert_near(m[0].mode.f_se_hz, 0.0, 0.0); /* no blocks: not estimated */
    assert_near(m[1].mode.f_hz, 5.02, 1e-14);
    assert_true(m[1].mode.shape == SHAPE_B);
    c.least_share = 0.41; /* 2 of 5 orders are less */
    assert_int_equal(cluster_modes(&table, &c, &m, &count, &arena), ERR_OK);
    assert_int_equal(count, 1);
    p[0].stable_zeta = p[2].hard = p[3].hard = p[6].stable_f = false;
    assert_int_equal(cluster_modes(&table, &c, &m, &count, &arena), ERR_OK);
    assert_int_equal(count, 0);
}

/* The standard error of the median over orders: changes alike in all orders stay, those of opposite
 * sign cancel. */
static void exact_standard_error(void **state)
{
    double up[] = {1, -1, 1, -1}, down[] = {-1, 1, -1, 1};
    struct ssi_pole p[] = {pole(4, 5.0, 0.01, SHAPE_A), pole(6, 5.0, 0.01, SHAPE_A)};
    struct ssi table = {.channels = 2, .blocks = 4, .orders = 2, .poles = 2, .pole = p};
    struct cluster_settings c = cluster_defaults();
    struct cluster_mode *m;
    size_t count;

    (void)state;
    p[0].f_change_hz = p[1].f_change_hz = up;
    p[0].zeta_change = up;
    p[1].zeta_change = down;
    assert_int_equal(cluster_modes(&table, &c, &m, &count, &arena), ERR_OK);
    assert_int_equal(count, 1);
    assert_near(m[0].mode.f_se_hz, sqrt(4.0 / 3.0 / 4.0), 1e-15);
    assert_near(m[0].mode.zeta_se, 0.0, 1e-15);
}

/* Two modes 1 % apart with different shapes stay two, in all of 2000 tables of 20 orders with noise
 * of 0.1 % in f and 2 % in the shapes; scattered false poles never reach the share. */
static void promise_modes_of_noisy_tables(void **state)
{
    struct random r = random_seeded(99);
    struct cluster_settings c = cluster_defaults();

    (void)state;
    for (int run = 0; run < 2000; run++) {
        struct ssi_pole p[80];
        double complex shape[80][2];
        struct ssi table = {.channels = 2, .orders = 20, .poles = 80, .pole = p};
        struct cluster_mode *m;
        size_t count;

        for (size_t i = 0; i < 80; i++) {
            const double complex *base = i % 4 == 0 ? SHAPE_A : SHAPE_B;
            double f = i % 4 == 0   ? 5.0 + 0.005 * random_normal(&r)
                       : i % 4 == 1 ? 5.05 + 0.005 * random_normal(&r)
                                    : 6.0 + 14.0 * random_uniform(&r);

            for (size_t a = 0; a < 2; a++)
                shape[i][a] = i % 4 < 2 ? base[a] + 0.02 * random_normal(&r)
                                        : CMPLX(random_normal(&r), random_normal(&r));
            p[i] = pole(i / 4 * 2 + 2, f, 0.02, shape[i]);
        }
        assert_int_equal(cluster_modes(&table, &c, &m, &count, &arena), ERR_OK);
        assert_int_equal(count, 2);
        assert_near(m[0].mode.f_hz, 5.0, 0.005 * 1.2533 * 5.0 / sqrt(20.0));
        assert_near(m[1].mode.f_hz, 5.05, 0.005 * 1.2533 * 5.0 / sqrt(20.0));
        assert_near(m[0].f_spread_hz, 0.005, 0.005 * 5.0 / sqrt(40.0));
        arena_free(&arena);
    }
}

static void hostile_input(void **state)
{
    struct ssi table = {.channels = 2, .orders = 5};
    struct cluster_settings c = cluster_defaults(), bad;
    struct cluster_mode *m;
    size_t count = 9, label[2];
    double d[] = {0, NAN, NAN, 0}, negative[] = {0, -1, -1, 0}, inf[] = {0, INFINITY, INFINITY, 0};
    double same[] = {0, 0, 0, 0};

    (void)state;
    assert_int_equal(cluster_modes(&table, &c, &m, &count, &arena), ERR_OK);
    assert_int_equal(count, 0);
    const double shares[] = {0.0, 1.1, NAN, -1.0};
    for (size_t i = 0; i < 4; i++) {
        bad = c, bad.least_share = shares[i];
        assert_int_equal(cluster_modes(&table, &bad, &m, &count, &arena), ERR_RANGE);
        bad = c, bad.cut = shares[i];
        assert_int_equal(cluster_modes(&table, &bad, &m, &count, &arena), ERR_RANGE);
    }
    assert_int_equal(cluster_average_linkage(d, 2, 1.0, label, &count, &arena), ERR_NOT_FINITE);
    assert_int_equal(cluster_average_linkage(inf, 2, 1.0, label, &count, &arena), ERR_NOT_FINITE);
    assert_int_equal(cluster_average_linkage(negative, 2, 1.0, label, &count, &arena),
                     ERR_NOT_FINITE);
    assert_int_equal(cluster_average_linkage(same, 2, 0.0, label, &count, &arena), ERR_OK);
    assert_int_equal(count, 1);
    table.poles = 5000;
    table.pole = arena_array(&arena, 5000, sizeof *table.pole);
    for (size_t i = 0; i < 5000; i++)
        table.pole[i] = pole(2, 5.0, 0.01, SHAPE_A);
    assert_int_equal(cluster_modes(&table, &c, &m, &count, &arena), ERR_RANGE);
}

/* Distances of a few levels only, units in the last place or a third apart: all ties, in which a
 * chain must not come back to itself. All merge under a cut above the levels, none under one below.
 */
static void hostile_ties(void **state)
{
    struct random r = random_seeded(41);
    size_t label[120], count;

    (void)state;
    for (size_t run = 0; run < 2000; run++) {
        size_t n = 2 + random_below(&r, run % 40 == 0 ? 119 : 30);
        double base = 0.1 + random_uniform(&r), step = run % 2 ? 0.1 : 1.2e-16;
        double *d = arena_array(&arena, n * n, sizeof *d);
        double *e = arena_array(&arena, n * n, sizeof *e);

        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++)
                d[i * n + j] = d[j * n + i] = base + step * (double)random_below(&r, 4);
        memcpy(e, d, n * n * sizeof *e);
        assert_int_equal(cluster_average_linkage(d, n, base + 0.31, label, &count, &arena), ERR_OK);
        assert_int_equal(count, 1);
        assert_int_equal(cluster_average_linkage(e, n, 0.99 * base, label, &count, &arena), ERR_OK);
        assert_int_equal(count, n);
        arena_reset(&arena);
    }
}

static void hostile_cut_and_extremes(void **state)
{
    double a[] = {0, 1, 2, 1, 0, 1, 2, 1, 0},
           b[] = {0, 1e308, 1e308, 1e308, 0, 1e308, 1e308, 1e308, 0};
    size_t label[3], count;

    (void)state;
    assert_int_equal(cluster_average_linkage(a, 3, NAN, label, &count, &arena), ERR_OK);
    assert_int_equal(count, 3); /* nothing is <= NaN */
    assert_int_equal(cluster_average_linkage(b, 3, 1e307, label, &count, &arena), ERR_OK);
    assert_int_equal(count, 3);
    assert_int_equal(arena.used_bytes, 0); /* all was given back */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exact_small_partitions, reset),
        cmocka_unit_test_teardown(vector_average_linkage, reset),
        cmocka_unit_test_teardown(truth_against_the_definition, reset),
        cmocka_unit_test_teardown(invariant_permutation_and_scale, reset),
        cmocka_unit_test_teardown(exact_modes, reset),
        cmocka_unit_test_teardown(exact_standard_error, reset),
        cmocka_unit_test_teardown(promise_modes_of_noisy_tables, reset),
        cmocka_unit_test_teardown(hostile_input, reset),
        cmocka_unit_test_teardown(hostile_ties, reset),
        cmocka_unit_test_teardown(hostile_cut_and_extremes, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
