#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include <string.h>

#include "shikumen/num/cusum.h"
#include "shikumen/num/order.h"
#include "shikumen/num/random.h"

static const struct cusum_design standard = {.mean = 0, .sigma = 1, .k = 0.5, .h = 5};

/* Two sigma above: every step adds 1.5, the fourth passes 5. */
static void exact_constant_shift(void **state)
{
    double x[] = {14, 14, 14, 14, 14, 14}, high[6], low[6];
    struct cusum_design d = {.mean = 10, .sigma = 2, .k = 0.5, .h = 5};
    struct cusum_result r;

    (void)state;
    assert_int_equal(cusum_run(&d, x, 6, high, low, &r), ERR_OK);
    assert_int_equal(r.alarm, CUSUM_UP);
    assert_int_equal(r.at, 3);
    assert_int_equal(r.shift.first, 1);
    assert_int_equal(r.shift.n, 4);
    assert_near(r.shift.size, 4, 0);
    for (int i = 0; i < 6; i++) {
        assert_near(high[i], 1.5 * (i + 1), 0);
        assert_near(low[i], 0, 0);
    }
    for (int i = 0; i < 6; i++)
        x[i] = 6;
    assert_int_equal(cusum_run(&d, x, 6, NULL, NULL, &r), ERR_OK);
    assert_int_equal(r.alarm, CUSUM_DOWN);
    assert_near(r.shift.size, -4, 0);
}

static void exact_no_shift(void **state)
{
    double x[] = {0, 0.5, -0.5, 0};
    struct cusum_result r;

    (void)state;
    assert_int_equal(cusum_run(&standard, x, 4, NULL, NULL, &r), ERR_OK);
    assert_int_equal(r.alarm, CUSUM_NONE);
    assert_int_equal(r.at, 4);
    assert_int_equal(r.shift.n, 0);
}

/* Head start 2.5: 1.2 a sample, k 0.5, passes 5 after 4 steps of 0.7 and not after 3. In control it
 * fades. */
static void exact_head_start(void **state)
{
    double x[] = {1.2, 1.2, 1.2, 1.2}, zero[] = {0, 0, 0, 0, 0, 0}, high[6];
    struct cusum_design d = standard;
    struct cusum_result r;

    (void)state;
    d.head_start = 2.5;
    assert_int_equal(cusum_run(&d, x, 4, high, NULL, &r), ERR_OK);
    assert_near(high[2], 4.6, 1e-15);
    assert_int_equal(r.at, 3);
    assert_int_equal(cusum_run(&d, zero, 6, high, NULL, &r), ERR_OK);
    assert_near(high[3], 0.5, 0);
    assert_near(high[4], 0, 0);
    assert_int_equal(r.alarm, CUSUM_NONE);
}

/* 1, phi, phi^2, ... has innovations 1, 0, 0, also over a gap of two. The innovation's sigma is
 * sqrt(1 - phi^2), 0.8 for phi 0.6. */
static void exact_whitening(void **state)
{
    double x[] = {1, 0.6, 0.36, (double)NAN, (double)NAN, 0.36 * 0.6 * 0.6 * 0.6, 0.8}, high[7];
    struct cusum_design d = {.sigma = 1, .k = 0.125, .h = 5, .phi = 0.6};
    struct cusum_result r;

    (void)state;
    assert_int_equal(cusum_run(&d, x, 7, high, NULL, &r), ERR_OK);
    assert_near(high[0], 0.875, 0);
    assert_near(high[1], 0.75, 1e-15);
    assert_near(high[2], 0.625, 1e-15);
    assert_near(high[4], 0.625, 1e-15);
    assert_near(high[5], 0.5, 1e-15);
    assert_near(high[6], 0.375 + (0.8 - 0.6 * x[5]) / 0.8, 1e-15);
}

/* A constant x = 1 with phi: innovations (1 - phi) / sqrt(1 - phi^2) but the first, size 1 again.
 */
static void exact_size_under_whitening(void **state)
{
    struct cusum_design d = {.mean = 3, .sigma = 1, .k = 0, .h = 1e6, .phi = 0.6};
    struct cusum c = cusum_started(&d);
    struct cusum_shift s;

    (void)state;
    for (int i = 0; i < 100000; i++)
        (void)cusum_update(&c, &d, 4);
    s = cusum_shift(&c, &d, CUSUM_UP);
    assert_int_equal(s.n, 100000);
    assert_near(s.size, 1, 1.1e-5); /* the first sample weighs twice: 1 / n off */
}

static void exact_missing_samples(void **state)
{
    double x[] = {0, 3, (double)NAN, 3, 3};
    struct cusum_result r;

    (void)state;
    assert_int_equal(cusum_run(&standard, x, 5, NULL, NULL, &r), ERR_OK);
    assert_int_equal(r.at, 4);
    assert_int_equal(r.shift.first, 2);
    assert_int_equal(r.shift.n, 3);
    assert_near(r.shift.size, 3, 0);
}

/* Two-sided ARL by Page's integral equation (Gauss-Legendre, 48 nodes of each side), k 0.5: what
 * the header promises of Siegmund's formula, and where it stops (h 3, delta 2: 4.7 %). */
static void truth_siegmund_accuracy(void **state)
{
    static const struct {
        double h, delta, arl;
    } row[] = {{4, 0, 167.684},   {4, 0.25, 74.224}, {4, 0.5, 26.630}, {4, 1, 8.383},
               {4, 2, 3.343},     {5, 0, 465.444},   {5, 1, 10.376},   {5, 2, 4.009},
               {6, 0, 1276.56},   {6, 0.5, 51.337},  {6, 2, 4.676},    {8, 0, 9482.864},
               {8, 0.25, 736.12}, {8, 1, 16.372},    {8, 1.5, 8.747},  {8, 2, 6.009}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        double arl;

        assert_int_equal(cusum_arl(row[i].delta, 0.5, row[i].h, &arl), ERR_OK);
        assert_close(arl, row[i].arl, 0.037);
        if (row[i].delta <= 1)
            assert_close(arl, row[i].arl, 0.0085);
    }
}

/* delta = k: no drift, the random walk's b^2. */
static void exact_arl_without_drift(void **state)
{
    double arl, near_by;

    (void)state;
    assert_int_equal(cusum_arl_one_sided(0.5, 0.5, 5, &arl), ERR_OK);
    assert_near(arl, 6.166 * 6.166, 1e-14);
    assert_int_equal(cusum_arl_one_sided(0.5 + 1e-9, 0.5, 5, &near_by), ERR_OK);
    assert_close(near_by, arl * (1 - 2e-9 * 6.166 / 3), 1e-14);
    assert_int_equal(cusum_arl(0, 0, 5, &arl), ERR_OK);
    assert_near(arl, 6.166 * 6.166 / 2, 1e-14);
}

static void exact_inverse(void **state)
{
    static const double k[] = {0, 1e-12, 1e-4, 0.25, 0.5, 1, 3}, arl0[] = {50, 370, 465, 1e4, 1e9};

    (void)state;
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 5; j++) {
            double h = -1, arl;

            assert_int_equal(cusum_h_for(arl0[j], k[i], &h), ERR_OK);
            assert_true(h > 0);
            assert_int_equal(cusum_arl(0, k[i], h, &arl), ERR_OK);
            assert_close(arl, arl0[j], 1e-12);
        }
}

static const double montgomery[30] = {9.45,  7.99,  9.29,  11.66, 12.16, 10.18, 8.04,  11.46,
                                      9.20,  10.34, 9.03,  11.47, 10.51, 9.40,  10.08, 9.37,
                                      10.62, 10.31, 8.52,  10.84, 10.90, 9.33,  12.29, 11.50,
                                      10.60, 11.08, 10.38, 11.62, 11.31, 10.52};

/* Montgomery, Introduction to Statistical Quality Control, the CUSUM example: mean 10, sigma 1,
 * k 0.5, h 5. Two decimals printed and the data have two: sums of 30 of them, 1e-13. */
static void vector_montgomery(void **state)
{
    static const double up[30] = {0,    0,    0,    1.16, 2.82, 2.50, 0.04, 1.00, 0,    0,
                                  0,    0.97, 0.98, 0,    0,    0,    0.12, 0,    0,    0.34,
                                  0.74, 0,    1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30};
    static const double down[30] = {0.05, 1.56, 1.77, 0,    0, 0,    1.46, 0, 0.30, 0,
                                    0.47, 0,    0,    0.10, 0, 0.13, 0,    0, 0.98, 0,
                                    0,    0.17, 0,    0,    0, 0,    0,    0, 0,    0};
    struct cusum_design d = {.mean = 10, .sigma = 1, .k = 0.5, .h = 5};
    double high[30], low[30];
    struct cusum_result r;

    (void)state;
    assert_int_equal(cusum_run(&d, montgomery, 30, high, low, &r), ERR_OK);
    for (int i = 0; i < 30; i++) {
        assert_near(high[i], up[i], 1e-13);
        assert_near(low[i], down[i], 1e-13);
    }
    assert_int_equal(r.alarm, CUSUM_UP);
    assert_int_equal(r.at + 1, 29);
    assert_int_equal(r.shift.n, 7);
    assert_int_equal(r.shift.first, 23); /* the mean moved between 22 and 23 */
    assert_near(10 + r.shift.size, 10 + 0.5 + 5.28 / 7, 1e-13);
}

/* Siegmund's formula as tabulated by its users (k 0.5); the last printed digit. */
static void vector_siegmund(void **state)
{
    double arl;

    (void)state;
    assert_int_equal(cusum_arl_one_sided(0, 0.5, 5, &arl), ERR_OK);
    assert_near(arl, 938.22, 0.005);
    assert_int_equal(cusum_arl(0, 0.5, 5, &arl), ERR_OK);
    assert_near(arl, 469.11, 0.005);
    assert_int_equal(cusum_arl_one_sided(0.5, 0.5, 5, &arl), ERR_OK);
    assert_near(arl, 38.02, 0.005);
    assert_int_equal(cusum_arl_one_sided(1, 0.5, 5, &arl), ERR_OK);
    assert_near(arl, 10.336, 0.0005);
    assert_int_equal(cusum_arl_one_sided(2, 0.5, 5, &arl), ERR_OK);
    assert_near(arl, 3.888, 0.0005);
    assert_int_equal(cusum_arl(0, 0.5, 4, &arl), ERR_OK);
    assert_near(arl, 169.05, 0.005);
    assert_int_equal(cusum_arl_one_sided(1, 0.5, 4, &arl), ERR_OK);
    assert_near(arl, 8.343, 0.0005);
}

/* Units: x, mean and sigma times 1024 give the same bits; negated samples swap the sides. */
static void invariant_units_and_sign(void **state)
{
    struct cusum_design d = {.mean = 10, .sigma = 1, .k = 0.5, .h = 3, .phi = 0.25};
    struct cusum_design scaled = d, mirrored = d;
    double x[30], y[30], a[30], b[30], c[30];
    struct cusum_result r, s, m;

    (void)state;
    scaled.mean *= 1024;
    scaled.sigma *= 1024;
    mirrored.mean = -10;
    for (int i = 0; i < 30; i++) {
        x[i] = 1024 * montgomery[i];
        y[i] = -montgomery[i];
    }
    assert_int_equal(cusum_run(&d, montgomery, 30, a, NULL, &r), ERR_OK);
    assert_int_equal(cusum_run(&scaled, x, 30, b, NULL, &s), ERR_OK);
    assert_int_equal(cusum_run(&mirrored, y, 30, NULL, c, &m), ERR_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(a, c, sizeof a);
    assert_int_equal(r.alarm, CUSUM_UP);
    assert_int_equal(s.alarm, CUSUM_UP);
    assert_int_equal(m.alarm, CUSUM_DOWN);
    assert_int_equal(s.at, r.at);
    assert_int_equal(m.at, r.at);
    assert_near(s.shift.size, 1024 * r.shift.size, 0);
    assert_near(m.shift.size, -r.shift.size, 0);
}

/* A state stored at any point and put back goes on as if nothing had been. */
static void invariant_stored_state(void **state)
{
    struct cusum_design d = {.mean = 10, .sigma = 1, .k = 0.5, .h = 5, .phi = 0.3};

    (void)state;
    for (int cut = 0; cut < 30; cut++) {
        struct cusum whole = cusum_started(&d), part = whole, restored;

        for (int i = 0; i < 30; i++)
            (void)cusum_update(&whole, &d, montgomery[i]);
        for (int i = 0; i < cut; i++)
            (void)cusum_update(&part, &d, montgomery[i]);
        restored = (struct cusum){part.up, part.down, part.count, part.last, part.lag_phi};
        for (int i = cut; i < 30; i++)
            (void)cusum_update(&restored, &d, montgomery[i]);
        assert_memory_equal(&whole, &restored, sizeof whole);
    }
}

/* A shift of 1.5 sigma after 100 samples, looked at 50 samples later: the size has the error of a
 * mean of 50 (0.14), less the zero that was chosen; its mean over 400 runs 0.007. */
static void truth_time_and_size(void **state)
{
    enum { RUNS = 400 };
    struct random r = random_seeded(41);
    double late[RUNS], size = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct cusum c = cusum_started(&standard);
        struct cusum_shift s;

        for (int i = 0; i < 150; i++)
            (void)cusum_update(&c, &standard, random_normal(&r) + (i < 100 ? 0 : 1.5));
        s = cusum_shift(&c, &standard, CUSUM_UP);
        late[run] = (double)s.first - 101;
        size += s.size / RUNS;
        assert_true(c.up.sum > standard.h);
        assert_true(fabs(s.size - 1.5) < 0.7);
    }
    assert_near(median(late, RUNS), 0, 1);
    assert_near(size, 1.5, 0.06);
}

static void hostile_design(void **state)
{
    struct cusum_design good = standard, d;
    double x[] = {0, 1};
    struct cusum_result r = {.at = 77};

    (void)state;
    assert_int_equal(cusum_design_check(&good), ERR_OK);
#define REFUSED(field, value, error)                                                               \
    d = good;                                                                                      \
    d.field = (double)(value);                                                                     \
    assert_int_equal(cusum_design_check(&d), error);                                               \
    assert_int_equal(cusum_run(&d, x, 2, NULL, NULL, &r), error)
    REFUSED(mean, NAN, ERR_NOT_FINITE);
    REFUSED(mean, 1e101, ERR_RANGE);
    REFUSED(sigma, 0, ERR_RANGE);
    REFUSED(sigma, -1, ERR_RANGE);
    REFUSED(sigma, INFINITY, ERR_NOT_FINITE);
    REFUSED(sigma, 1e-300, ERR_RANGE);
    REFUSED(sigma, 1e300, ERR_RANGE);
    REFUSED(k, -0.1, ERR_RANGE);
    REFUSED(k, NAN, ERR_NOT_FINITE);
    REFUSED(h, 0, ERR_RANGE);
    REFUSED(h, NAN, ERR_NOT_FINITE);
    REFUSED(head_start, 5, ERR_RANGE);
    REFUSED(head_start, -1, ERR_RANGE);
    REFUSED(head_start, NAN, ERR_NOT_FINITE);
    REFUSED(phi, 1, ERR_RANGE);
    REFUSED(phi, -1, ERR_RANGE);
    REFUSED(phi, NAN, ERR_NOT_FINITE);
    assert_int_equal(r.at, 77);
}

static void hostile_samples(void **state)
{
    double huge[] = {1e300, -1e300, 1e308, -1e308, 1e-300, 5e-324}, inf[] = {0, (double)INFINITY};
    double gap[] = {(double)NAN, (double)NAN}, high[6], low[6], one = 9;
    struct cusum_design d = {.mean = -1e100, .sigma = 1e-100, .k = 0.5, .h = 5, .phi = -0.9};
    struct cusum_result r = {.at = 77};

    (void)state;
    assert_int_equal(cusum_run(&standard, huge, 0, NULL, NULL, &r), ERR_TOO_FEW);
    assert_int_equal(cusum_run(&standard, inf, 2, NULL, NULL, &r), ERR_NOT_FINITE);
    assert_int_equal(r.at, 77);
    assert_int_equal(cusum_run(&d, huge, 6, high, low, &r), ERR_OK);
    assert_int_equal(r.at, 0);
    assert_true(isfinite(r.shift.size));
    for (int i = 0; i < 6; i++)
        assert_true(isfinite(high[i]) && isfinite(low[i]));
    assert_int_equal(cusum_run(&standard, gap, 2, high, low, &r), ERR_OK);
    assert_int_equal(r.alarm, CUSUM_NONE);
    assert_near(high[1], 0, 0);
    assert_int_equal(cusum_run(&standard, &one, 1, NULL, NULL, &r), ERR_OK);
    assert_int_equal(r.alarm, CUSUM_UP);
}

static void hostile_stream(void **state)
{
    struct cusum c = cusum_started(&standard), before;

    (void)state;
    (void)cusum_update(&c, &standard, 3);
    before = c;
    assert_int_equal(cusum_update(&c, &standard, (double)INFINITY), CUSUM_NONE);
    assert_int_equal(cusum_update(&c, &standard, (double)NAN), CUSUM_NONE);
    assert_memory_equal(&c.up, &before.up, sizeof c.up);
    assert_int_equal(c.count, 3);
    assert_int_equal(cusum_shift(&c, &standard, CUSUM_DOWN).n, 0);
    assert_near(cusum_shift(&c, &standard, CUSUM_DOWN).size, 0, 0);
    assert_near(cusum_shift(&c, &standard, CUSUM_NONE).size, 0, 0);
    assert_int_equal(cusum_shift(&c, &standard, CUSUM_NONE).n, 0);
    assert_int_equal(cusum_shift(&c, &standard, CUSUM_UP).n, 1);
}

static void hostile_arl(void **state)
{
    double v = 7;

    (void)state;
    assert_int_equal(cusum_arl_one_sided((double)NAN, 0.5, 5, &v), ERR_NOT_FINITE);
    assert_int_equal(cusum_arl_one_sided(-1e6, 0.5, 5, &v), ERR_NOT_FINITE); /* overflows */
    assert_int_equal(cusum_arl_one_sided(0, -1, 5, &v), ERR_RANGE);
    assert_int_equal(cusum_arl(0, 0.5, 0, &v), ERR_RANGE);
    assert_int_equal(cusum_arl(1e7, 0.5, 5, &v), ERR_RANGE);
    assert_int_equal(cusum_arl(0, (double)INFINITY, 5, &v), ERR_NOT_FINITE);
    assert_int_equal(cusum_h_for(0.5, 0.5, &v), ERR_RANGE);
    assert_int_equal(cusum_h_for(-1, 0.5, &v), ERR_RANGE);
    assert_int_equal(cusum_h_for(1e13, 0.5, &v), ERR_RANGE);
    assert_int_equal(cusum_h_for(100, 11, &v), ERR_RANGE);
    assert_int_equal(cusum_h_for((double)NAN, 0.5, &v), ERR_NOT_FINITE);
    assert_near(v, 7, 0);
    assert_int_equal(cusum_arl(1e6, 0.5, 5, &v), ERR_OK); /* the other side's is infinite */
    assert_true(isfinite(v) && v > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_constant_shift),
        cmocka_unit_test(exact_no_shift),
        cmocka_unit_test(exact_head_start),
        cmocka_unit_test(exact_whitening),
        cmocka_unit_test(exact_size_under_whitening),
        cmocka_unit_test(exact_missing_samples),
        cmocka_unit_test(exact_arl_without_drift),
        cmocka_unit_test(exact_inverse),
        cmocka_unit_test(vector_montgomery),
        cmocka_unit_test(vector_siegmund),
        cmocka_unit_test(invariant_units_and_sign),
        cmocka_unit_test(invariant_stored_state),
        cmocka_unit_test(truth_siegmund_accuracy),
        cmocka_unit_test(truth_time_and_size),
        cmocka_unit_test(hostile_design),
        cmocka_unit_test(hostile_samples),
        cmocka_unit_test(hostile_stream),
        cmocka_unit_test(hostile_arl),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
