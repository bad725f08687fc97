#include "regress_fixture.h"
#include "shikumen/num/rls.h"

static struct rls started(size_t p, double forgetting, double variance)
{
    const struct rls_options o = {.forgetting = forgetting, .start_variance = variance};
    struct rls r;

    assert_int_equal(rls_init(&r, p, &o, NULL), ERR_OK);
    return r;
}

/* (1, i), LINE_Y[i] for i = 0 .. 9. */
static struct rls line_run(double forgetting, double variance)
{
    struct rls r = started(2, forgetting, variance);

    for (size_t i = 0; i < 10; i++) {
        double x[2] = {1, (double)i};

        assert_int_equal(rls_update(&r, x, LINE_Y[i]).outcome, RLS_UPDATED);
    }
    return r;
}

/* One regressor 1, P0 = 1: k = 1/2, then 1/3; mean of the start 0 and the values. */
static void exact_running_mean(void **state)
{
    struct rls r = started(1, 1, 1);
    double one = 1;
    struct rls_step s;

    (void)state;
    s = rls_update(&r, &one, 6);
    assert_true(s.prediction == 0 && s.innovation == 6);
    assert_near(r.coefficient[0], 3, 1e-15);
    assert_near(r.covariance[0], 0.5, 1e-15);
    s = rls_update(&r, &one, 9);
    assert_near(s.prediction, 3, 1e-15);
    assert_near(r.coefficient[0], 5, 1e-15);
    assert_near(r.covariance[0], 1.0 / 3, 1e-15);
}

/* P stays exactly symmetric; s^2 P is the covariance of the batch fit for a vague start. */
static void exact_batch_covariance(void **state)
{
    struct arena a = {0};
    struct rls r = line_run(1, 1e9);
    struct matrix x = ramp(&a, 10);
    struct regression f = fitted(&x, LINE_Y, NULL, true, &a);

    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++)
            assert_close(f.s * f.s * r.covariance[i * 2 + j], matrix_col(&f.covariance, j)[i],
                         1e-7);
    assert_true(r.covariance[1] == r.covariance[2]);
    assert_near(r.coefficient[1], f.coefficient[1], 1e-8);
    arena_free(&a);
}

/* Engineering reference B2.5, P0 = 1e6 I: 10 printed digits. */
static void vector_line(void **state)
{
    static const double expected[3][3] = {{1, -0.0199999382, 1.0066666534},
                                          {0.98, -0.0207308302, 1.0068260461},
                                          {0.9, -0.0255795606, 1.0077877505}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct rls r = line_run(expected[i][0], 1e6);

        assert_near(r.coefficient[0], expected[i][1], 5.1e-11);
        assert_near(r.coefficient[1], expected[i][2], 5.1e-11);
    }
}

/* With forgetting: the weighted batch fit, weights lambda^age (B2.5: -0.0207308879, 1.0068260581),
 * up to the vague start, 1 / 1e10. */
static void vector_weighted_batch(void **state)
{
    struct arena a = {0};
    struct rls r = line_run(0.98, 1e10);
    struct matrix x = ramp(&a, 10);
    double w[10];
    struct regression f;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        w[i] = pow(0.98, 9 - (double)i);
    f = fitted(&x, LINE_Y, w, true, &a);
    assert_near(f.coefficient[0], -0.0207308879, 5.1e-11);
    assert_near(f.coefficient[1], 1.0068260581, 5.1e-11);
    assert_near(r.coefficient[0], f.coefficient[0], 1e-9);
    assert_near(r.coefficient[1], f.coefficient[1], 1e-9);
    arena_free(&a);
}

/* Units: y times 8, x over 4 with P0 times 16 gives coefficients times 32, bit for bit. */
static void invariant_units(void **state)
{
    struct random g = random_seeded(3);
    struct rls a = started(2, 0.99, 100), b = started(2, 0.99, 1600);

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        double x[2] = {random_normal(&g), random_normal(&g)}, z[2] = {x[0] / 4, x[1] / 4};
        double y = 2 * x[0] - x[1] + random_normal(&g);

        (void)rls_update(&a, x, y);
        (void)rls_update(&b, z, 8 * y);
    }
    for (size_t i = 0; i < 2; i++)
        assert_true(b.coefficient[i] == 32 * a.coefficient[i]);
}

/* Coefficients that jump: with memory 200 samples the new ones are there 2 000 samples later,
 * within 5 of the standard error sqrt((1 - lambda) / (1 + lambda)) sigma. */
static void truth_follows_a_jump(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct random g = random_seeded(seed);
        struct rls r = started(3, 0.995, 1e4);
        double bound = 5 * 0.3 * sqrt(0.005 / 1.995);

        for (size_t i = 0; i < 4000; i++) {
            double x[3] = {1, random_normal(&g), random_normal(&g)};
            double y = i < 2000 ? 1 + 2 * x[1] - x[2] : -1 + x[1] + 3 * x[2];

            (void)rls_update(&r, x, y + 0.3 * random_normal(&g));
            if (i == 1999) {
                assert_near(r.coefficient[0], 1, bound);
                assert_near(r.coefficient[1], 2, bound);
                assert_near(r.coefficient[2], -1, bound);
            }
        }
        assert_near(r.coefficient[0], -1, bound);
        assert_near(r.coefficient[1], 1, bound);
        assert_near(r.coefficient[2], 3, bound);
    }
}

/* P = I, x = (1, 0), lambda = 1/2: P_00 becomes 1 / (1/2 + 1); P_11 would double and pass the cap
 * of 2, so that the step forgets along x alone. The next one is at rest in P_00 (x^T P x = 1 -
 * lambda is reached from above: 2/3, 4/7, 8/15, 1/2 + 1 / (2^(n+2) - 2)). */
static void exact_forgets_along_x_at_the_cap(void **state)
{
    struct rls r = started(2, 0.5, 1);
    double x[2] = {1, 0};

    (void)state;
    for (size_t n = 1; n <= 20; n++) {
        assert_int_equal(rls_update(&r, x, 3).outcome, RLS_UPDATED);
        assert_near(r.covariance[0], 0.5 + 1 / (pow(2, (double)n + 2) - 2), 1e-15);
        assert_true(r.covariance[1] == 0 && r.covariance[3] == 1);
    }
}

/* A regressor at rest for 10 000 samples must not stop the forgetting of the others: a jump of the
 * intercept is followed as fast as ever, to exp(-5) of it after 5 memories of 100 samples, beside
 * 5 standard errors of 0.1 sqrt((1 - lambda) / (1 + lambda)). */
static void truth_follows_at_the_cap(void **state)
{
    const struct rls_options o = {.forgetting = 0.99, .start_variance = 100, .trace_cap = 50};
    struct rls r;
    struct random g = random_seeded(19);

    (void)state;
    assert_int_equal(rls_init(&r, 2, &o, NULL), ERR_OK);
    for (size_t i = 0; i < 11000; i++) {
        double x[2] = {1, i < 500 ? random_normal(&g) : 0};

        (void)rls_update(&r, x, (i < 10500 ? 4 : 6) + 3 * x[1] + 0.1 * random_normal(&g));
    }
    assert_near(r.coefficient[0], 6, 2 * exp(-5) + 5 * 0.1 * sqrt(0.01 / 1.99));
    assert_near(r.covariance[0], 0.01, 1e-4); /* 1 - lambda */
}

/* Pressure in Pa, not centred, from starts ever vaguer, start_variance x^T x from 1e12 to 1e26: up
 * to 1e15 every sample counts and the slope is that of the batch fit within a hundredth of its
 * standard error; beyond, where doubles cannot tell P from one that is not positive, samples may be
 * ignored, but P stays positive and no sample is mistaken for one without excitation. */
static void hostile_vague_start(void **state)
{
    enum { N = 2000 };

    (void)state;
    for (int power = 2; power <= 16; power++) {
        struct arena a = {0};
        struct random g = random_seeded(23);
        struct matrix x = matrix_new(&a, N, 1);
        double y[N];
        struct rls r = started(2, 1, pow(10, power));
        struct regression f;

        for (size_t i = 0; i < N; i++) {
            double row[2] = {1, 101325 + 1000 * random_normal(&g)};
            enum rls_outcome outcome;

            x.at[i] = row[1];
            y[i] = 3 + 0.01 * row[1] + 100 * random_normal(&g);
            outcome = rls_update(&r, row, y[i]).outcome;
            assert_true(outcome == RLS_UPDATED || (power > 5 && outcome == RLS_IGNORED));
            assert_true(r.covariance[0] > 0 && r.covariance[3] > 0);
            assert_true(pow(r.covariance[1], 2) <= r.covariance[0] * r.covariance[3] * (1 + 1e-15));
        }
        f = fitted(&x, y, NULL, true, &a);
        if (power == 5)
            assert_near(r.coefficient[1], f.coefficient[1], 0.01 * f.standard_error[1]);
        arena_free(&a);
    }
}

/* Without excitation P would grow by lambda^-n = e^1000; it stays under its cap, and the first
 * excitation after that gives a finite, sane answer. */
static void truth_no_wind_up(void **state)
{
    const struct rls_options o = {.forgetting = 0.99, .start_variance = 100, .trace_cap = 50};
    struct rls r;
    struct random g = random_seeded(9);

    (void)state;
    assert_int_equal(rls_init(&r, 2, &o, NULL), ERR_OK);
    for (size_t i = 0; i < 100000; i++) {
        double x[2] = {1, i < 500 ? random_normal(&g) : 0};

        (void)rls_update(&r, x, 4 + 3 * x[1] + 0.1 * random_normal(&g));
        if (i > 0)
            assert_true(r.covariance[0] + r.covariance[3] <= 50.0 * (1 + 1e-14));
        assert_true(r.covariance[0] > 0 && r.covariance[3] > 0);
        assert_true(r.covariance[0] * r.covariance[3] >= pow(r.covariance[1], 2));
    }
    assert_near(r.coefficient[1], 3, 0.1);
    for (size_t i = 0; i < 50; i++) {
        double x[2] = {1, random_normal(&g)};

        (void)rls_update(&r, x, 4 + 3 * x[1] + 0.1 * random_normal(&g));
    }
    assert_near(r.coefficient[1], 3, 0.1);
}

/* lambda = 1: intervals from s and P cover their nominal 0.90, within 4 binomial standard errors of
 * 2 000 runs (0.0067 each). */
static void promise_coverage(void **state)
{
    enum { RUNS = 2000, N = 100 };
    struct random g = random_seeded(17);
    size_t covered = 0;

    (void)state;
    for (size_t run = 0; run < RUNS; run++) {
        struct rls r = started(2, 1, 1e6);

        for (size_t i = 0; i < N; i++) {
            double x[2] = {1, random_normal(&g)};

            (void)rls_update(&r, x, 5 - x[1] + 0.5 * random_normal(&g));
        }
        covered += fabs(r.coefficient[1] + 1) <= 1.6449 * 0.5 * sqrt(r.covariance[3]);
    }
    assert_near((double)covered / RUNS, 0.90, 4 * 0.0067);
}

static void hostile_options(void **state)
{
    const struct rls_options good = {.forgetting = 0.99, .start_variance = 1};
    const struct rls_options bad[] = {
        {.forgetting = 0, .start_variance = 1},
        {.forgetting = 1.01, .start_variance = 1},
        {.forgetting = NAN, .start_variance = 1},
        {.forgetting = 1, .start_variance = 0},
        {.forgetting = 1, .start_variance = INFINITY},
        {.forgetting = 1, .start_variance = 1, .trace_cap = -1},
        {.forgetting = 1, .start_variance = 1, .least_excitation = NAN},
    };
    const double start[2] = {1, NAN};
    struct rls r;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(rls_init(&r, 2, &bad[i], NULL), ERR_RANGE);
    assert_int_equal(rls_init(&r, 0, &good, NULL), ERR_RANGE);
    assert_int_equal(rls_init(&r, RLS_MAX + 1, &good, NULL), ERR_RANGE);
    assert_int_equal(rls_init(&r, 2, &good, start), ERR_NOT_FINITE);
    assert_int_equal(rls_init(&r, 1, &good, start), ERR_OK);
    assert_true(r.coefficient[0] == 1);
    assert_int_equal(rls_init(&r, RLS_MAX, &good, NULL), ERR_OK);
}

/* Values that are not finite, or lead to such, and rows that excite nothing leave every bit. */
static void hostile_values_leave_the_state(void **state)
{
    static const double rows[][3] = {{NAN, 1, 1},       {1, INFINITY, 1}, {1, 1, NAN},
                                     {1, 1, -INFINITY}, {1e300, 1, 1},    {1, 1e200, 1e300}};
    struct rls r = line_run(0.99, 1e6), before = r;
    double nothing[2] = {0, 0}, tiny[2] = {1e-300, 0};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rls_step s = rls_update(&r, rows[i], rows[i][2]);

        assert_int_equal(s.outcome, RLS_IGNORED);
        assert_true(s.prediction == 0 && s.innovation == 0);
        assert_memory_equal(&r, &before, sizeof r);
    }
    assert_int_equal(rls_update(&r, nothing, 5).outcome, RLS_IDLE);
    assert_true(rls_update(&r, tiny, 5).innovation == 5);
    assert_memory_equal(&r, &before, sizeof r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_running_mean),
        cmocka_unit_test(exact_batch_covariance),
        cmocka_unit_test(vector_line),
        cmocka_unit_test(vector_weighted_batch),
        cmocka_unit_test(invariant_units),
        cmocka_unit_test(truth_follows_a_jump),
        cmocka_unit_test(truth_no_wind_up),
        cmocka_unit_test(promise_coverage),
        cmocka_unit_test(hostile_options),
        cmocka_unit_test(hostile_values_leave_the_state),
        cmocka_unit_test(exact_forgets_along_x_at_the_cap),
        cmocka_unit_test(truth_follows_at_the_cap),
        cmocka_unit_test(hostile_vague_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
