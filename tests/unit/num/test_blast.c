#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "near.h"
#include "shikumen/num/blast.h"
#include "shikumen/num/random.h"

static struct arena arena;

static size_t read_blasts(double *sd, double *ppv, size_t most)
{
    FILE *f = fopen(TEST_DATA "/ppv_blasting/data_ppv_vertical.txt", "r");
    char line[100];
    size_t n = 0;

    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f)); /* heading */
    while (n < most && fgets(line, sizeof line, f)) {
        char *end;

        sd[n] = pow(10, strtod(line, &end));
        ppv[n] = pow(10, strtod(end, NULL));
        n++;
    }
    assert_int_equal(fclose(f), 0);
    return n;
}

/* 50 measured blasts (PPV-LAW): log10 ppv = 3.141 - 1.629 log10 sd, s = 0.235, R2 0.856, three
 * decimals printed. */
static void vector_50_blasts(void **state)
{
    double sd[60], ppv[60];
    struct blast_law law;
    struct blast_ppv p;

    (void)state;
    assert_int_equal(read_blasts(sd, ppv, 60), 50);
    assert_int_equal(blast_law_fit(sd, ppv, 50, &arena, &law), ERR_OK);
    assert_near(law.intercept, 3.141, 5.1e-4);
    assert_near(law.slope, -1.629, 5.1e-4);
    assert_near(law.s, 0.235, 5.1e-4);
    assert_near(law.r2, 0.856, 5.1e-4);
    assert_int_equal(scaled_distance_ppv(&law, 20, 0.95, &p), ERR_OK);
    assert_close(p.median, pow(10, law.intercept + law.slope * log10(20)), 1e-12);
    /* t(0.95, 48) = 1.677224; the mean's own error adds about 1 % */
    assert_near(log10(p.upper / p.median) / (1.677224 * law.s), 1.01, 0.005);
}

/* On the line: its coefficients to rounding, no scatter. */
static void exact_line(void **state)
{
    static const double sd[] = {1, 10, 100}, ppv[] = {1000, 100, 10};
    struct blast_law law;
    double d = 0;

    (void)state;
    assert_int_equal(blast_law_fit(sd, ppv, 3, &arena, &law), ERR_OK);
    assert_near(law.slope, -1, 1e-15);
    assert_near(law.intercept, 3, 1e-15);
    assert_near(law.s, 0, 1e-15);
    assert_near(law.r2, 1, 1e-15);
    assert_int_equal(scaled_distance(60, 9, &d), ERR_OK);
    assert_near(d, 20, 1e-14);
}

/* Units of PPV move the intercept alone; the order of the blasts nothing. */
static void invariant_units_order(void **state)
{
    double sd[60], ppv[60], a[60], b[60];
    struct blast_law x, y;

    (void)state;
    assert_int_equal(read_blasts(sd, ppv, 60), 50);
    for (int i = 0; i < 50; i++) {
        a[49 - i] = sd[i];
        b[49 - i] = ppv[i] / 1000;
    }
    assert_int_equal(blast_law_fit(sd, ppv, 50, &arena, &x), ERR_OK);
    assert_int_equal(blast_law_fit(a, b, 50, &arena, &y), ERR_OK);
    assert_near(y.intercept, x.intercept - 3, 1e-12);
    assert_near(y.slope, x.slope, 1e-13);
    assert_near(y.s, x.s, 1e-13);
}

static void draw(struct random *r, double *sd, double *ppv, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sd[i] = pow(10, 0.5 + 1.5 * random_uniform(r));
        ppv[i] = pow(10, 3 - 1.6 * log10(sd[i]) + 0.2 * random_normal(r));
    }
}

static void truth_recovered(void **state)
{
    enum { N = 5000 };
    static double sd[N], ppv[N];
    struct random r = random_seeded(1);
    struct blast_law law;

    (void)state;
    draw(&r, sd, ppv, N);
    assert_int_equal(blast_law_fit(sd, ppv, N, &arena, &law), ERR_OK);
    assert_near(law.slope, -1.6, 5 * 0.2 / (0.433 * sqrt(N)));
    assert_near(law.s, 0.2, 5 * 0.2 / sqrt(2.0 * N));
}

/* A new blast stays below the 95 % bound in 95 % of 4000 campaigns of 10; 5 binomial standard
 * errors. */
static void promise_upper_bound(void **state)
{
    enum { RUNS = 4000 };
    struct random r = random_seeded(2);
    int below = 0;

    (void)state;
    for (int i = 0; i < RUNS; i++) {
        double sd[11], ppv[11];
        struct arena_mark mark = arena_mark(&arena);
        struct blast_law law;
        struct blast_ppv p;

        draw(&r, sd, ppv, 11);
        assert_int_equal(blast_law_fit(sd, ppv, 10, &arena, &law), ERR_OK);
        assert_int_equal(scaled_distance_ppv(&law, sd[10], 0.95, &p), ERR_OK);
        below += ppv[10] <= p.upper;
        arena_rewind(&arena, mark);
    }
    assert_near(below / (double)RUNS, 0.95, 5 * sqrt(0.95 * 0.05 / RUNS));
}

static void hostile_input(void **state)
{
    double sd[3] = {1, 2, 3}, ppv[3] = {5, 3, 1}, d = -1;
    size_t used;
    struct blast_law law;
    struct blast_ppv p = {.median = -1};

    (void)state;
    for (size_t n = 0; n < 3; n++)
        assert_int_equal(blast_law_fit(sd, ppv, n, &arena, &law), ERR_TOO_FEW);
    sd[1] = 0;
    assert_int_equal(blast_law_fit(sd, ppv, 3, &arena, &law), ERR_RANGE);
    sd[1] = (double)NAN;
    assert_int_equal(blast_law_fit(sd, ppv, 3, &arena, &law), ERR_NOT_FINITE);
    sd[1] = sd[2] = 1;
    assert_int_equal(blast_law_fit(sd, ppv, 3, &arena, &law), ERR_SINGULAR);
    sd[1] = 1e300;
    sd[2] = 1e-300;
    assert_int_equal(blast_law_fit(sd, ppv, 3, &arena, &law), ERR_OK);
    assert_true(isfinite(law.slope) && isfinite(law.s));
    assert_int_equal(scaled_distance_ppv(&law, 0, 0.95, &p), ERR_RANGE);
    assert_int_equal(scaled_distance_ppv(&law, (double)INFINITY, 0.95, &p), ERR_RANGE);
    assert_int_equal(scaled_distance_ppv(&law, 1, 0.5, &p), ERR_RANGE);
    assert_int_equal(scaled_distance_ppv(&law, 1, 1, &p), ERR_RANGE);
    ppv[0] = 1e308;
    ppv[1] = 1e-300;
    assert_int_equal(blast_law_fit(sd, ppv, 3, &arena, &law), ERR_OK);
    assert_int_equal(scaled_distance_ppv(&law, 1, 0.999999, &p), ERR_NOT_FINITE);
    assert_true(p.median == -1);
    ppv[0] = ppv[1] = ppv[2] = 2;
    used = arena.used_bytes;
    assert_int_equal(blast_law_fit(sd, ppv, 3, &arena, &law), ERR_CONSTANT);
    assert_int_equal(arena.used_bytes, used); /* nothing kept */
    assert_int_equal(scaled_distance(0, 1, &d), ERR_RANGE);
    assert_int_equal(scaled_distance(1, -1, &d), ERR_RANGE);
    assert_int_equal(scaled_distance(1e308, 1e-308, &d), ERR_RANGE);
    assert_int_equal(scaled_distance((double)NAN, 1, &d), ERR_RANGE);
    assert_true(d == -1);
}

static int done(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_50_blasts),      cmocka_unit_test(exact_line),
        cmocka_unit_test(invariant_units_order), cmocka_unit_test(truth_recovered),
        cmocka_unit_test(promise_upper_bound),   cmocka_unit_test(hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, done);
}
