#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/climate.h"
#include "shikumen/num/order.h"
#include "shikumen/num/random.h"

#define PI 3.14159265358979323846

enum { QUARTER = 2160, HALF = 360, MOST = 10000 };

static struct arena arena;
static double seasonal[4 * MOST];

static int forget_arena(void **state)
{
    (void)state;
    assert_int_equal(arena.used_bytes, 0); /* all was given back */
    arena_free(&arena);
    return 0;
}

static void daily_wave(double *rh, size_t n, double level, double slow, double fast)
{
    for (size_t k = 0; k < n; k++)
        rh[k] = level + slow * sin(2 * PI * (double)k / 1440) + fast * sin(2 * PI * (double)k / 24);
}

static struct en15757 band_of(const double *rh, size_t n, unsigned per_hour)
{
    struct en15757 b = {0};

    assert_int_equal(en15757_band(rh, n, per_hour, seasonal, &b, &arena), ERR_OK);
    return b;
}

/* A straight line is its own central average; a constant has no fluctuation and the least band. */
static void exact_line_and_constant(void **state)
{
    static double rh[QUARTER];
    struct en15757 b;

    (void)state;
    for (size_t k = 0; k < QUARTER; k++)
        rh[k] = 40 + 0.0078125 * (double)k;
    b = band_of(rh, QUARTER, 1);
    assert_int_equal(b.fluctuations, QUARTER - 720);
    for (size_t k = HALF; k < QUARTER - HALF; k++)
        assert_near(seasonal[k], rh[k], 1e-13);
    assert_true(isnan(seasonal[HALF - 1]) && isnan(seasonal[QUARTER - HALF]));
    daily_wave(rh, QUARTER, 55, 0, 0);
    b = band_of(rh, QUARTER, 1);
    assert_near(b.p7, 0, 0);
    assert_near(b.lower, -10, 0);
    assert_near(b.upper, 10, 0);
}

/* A jump of 10 in the middle of the series: the half weights of the ends show at 360 before it. */
static void exact_half_weights(void **state)
{
    static double rh[QUARTER];

    (void)state;
    for (size_t k = 0; k < QUARTER; k++)
        rh[k] = k < 1000 ? 50 : 60;
    band_of(rh, QUARTER, 1);
    assert_near(seasonal[639], 50, 1e-13);
    assert_near(seasonal[640], 50 + 10 * 0.5 / 720, 1e-13);
    assert_near(seasonal[641], 50 + 10 * 1.5 / 720, 1e-13);
    assert_near(seasonal[1000], 50 + 10 * 360.5 / 720, 1e-13);
    assert_near(seasonal[1360], 60, 1e-13);
}

/* The 90 % rule: 72 samples may be missing from the 720, not 73. */
static void exact_gap_rule(void **state)
{
    static double rh[721];
    struct en15757 b;

    (void)state;
    daily_wave(rh, 721, 50, 0, 0);
    for (size_t k = 100; k < 172; k++)
        rh[k] = NAN;
    b = band_of(rh, 721, 1);
    assert_near(seasonal[HALF], 50, 1e-13);
    assert_int_equal(b.fluctuations, 1);
    rh[99] = NAN;
    assert_int_equal(en15757_band(rh, 721, 1, seasonal, &b, &arena), ERR_TOO_FEW);
    rh[99] = 50;
    rh[0] = rh[720] = NAN; /* halves: together one more */
    assert_int_equal(en15757_band(rh, 721, 1, seasonal, &b, &arena), ERR_TOO_FEW);
}

/* Closed forms: a daily wave vanishes in 30 days; type 7 percentiles of its 24 values over whole
 * days. */
static void vector_daily_wave(void **state)
{
    static double rh[QUARTER];
    struct en15757 b;

    (void)state;
    daily_wave(rh, QUARTER, 60, 0, 5);
    b = band_of(rh, QUARTER, 1);
    assert_int_equal(b.fluctuations, 1440);
    for (size_t k = HALF; k < 1800; k++)
        assert_near(seasonal[k], 60, 4e-13);
    assert_near(b.p7, -4.82962913, 5e-9);
    assert_near(b.p93, 4.82962913, 5e-9);
    assert_near(b.lower, -10, 0);
    assert_near(b.upper, 10, 0);
}

static void vector_slow_and_daily_wave(void **state)
{
    static double rh[QUARTER];
    struct en15757 b;

    (void)state;
    daily_wave(rh, QUARTER, 60, 8, 14);
    b = band_of(rh, QUARTER, 1);
    assert_near(seasonal[360], 65.0929501, 5e-8);
    assert_near(seasonal[1080], 54.9070499, 5e-8);
    assert_near(b.p7, -14.3890841, 5e-8);
    assert_near(b.p93, 14.3890841, 5e-8);
    assert_near(b.lower, b.p7, 0);
    assert_near(b.upper, b.p93, 0);
}

static void invariant_shift_scale_reversal(void **state)
{
    static double rh[MOST], other[MOST];
    struct random chance = random_seeded(71);
    struct en15757 a, b;

    (void)state;
    for (size_t k = 0; k < MOST; k++)
        rh[k] = k % 97 == 0 ? (double)NAN : 50 + 10 * random_normal(&chance);
    for (size_t k = 0; k < MOST; k++)
        other[k] = 64 - 2 * rh[MOST - 1 - k];
    a = band_of(rh, MOST, 1);
    b = band_of(other, MOST, 1);
    assert_int_equal(a.fluctuations, b.fluctuations);
    assert_near(b.p7, -2 * a.p93, 1e-11);
    assert_near(b.p93, -2 * a.p7, 1e-11);
}

/* The same climate sampled every hour and, as steps, every quarter of an hour. */
static void invariant_sampling(void **state)
{
    static double rh[3000], quarters[12000];
    struct random chance = random_seeded(72);
    struct en15757 a, b;

    (void)state;
    for (size_t k = 0; k < 12000; k++) {
        if (k % 4 == 0)
            rh[k / 4] = 50 + 10 * random_normal(&chance);
        quarters[k] = rh[k / 4];
    }
    a = band_of(rh, 3000, 1);
    b = band_of(quarters, 12000, 4);
    assert_near((double)b.fluctuations / 4, (double)a.fluctuations, 1);
    assert_near(b.p7, a.p7, 0.1); /* windows differ by half an hour at their ends */
    assert_near(b.p93, a.p93, 0.1);
}

/* Against each window summed afresh, with gaps, steps and a spike of 1e9 that comes and goes. */
static void truth_direct_sums(void **state)
{
    static double rh[3000];
    struct random chance = random_seeded(73);

    (void)state;
    for (size_t k = 0; k < 3000; k++)
        rh[k] = random_below(&chance, 30) == 0 ? (double)NAN : 50 + 10 * random_normal(&chance);
    rh[1000] = 1e9;
    band_of(rh, 3000, 1);
    for (size_t c = HALF; c < 3000 - HALF; c++) {
        long double sum = 0, weight = 0;

        for (size_t k = c - HALF; k <= c + HALF; k++)
            if (!isnan(rh[k])) {
                long double w = k == c - HALF || k == c + HALF ? 0.5L : 1;

                sum += w * (long double)rh[k];
                weight += w;
            }
        assert_close(seasonal[c], (double)(sum / weight), 2e-15);
    }
}

/* What has left the window, however large, has left no trace. */
static void promise_nothing_lives_on(void **state)
{
    static double rh[3000], without[3000];
    struct random chance = random_seeded(76);

    (void)state;
    for (size_t k = 0; k < 3000; k++)
        rh[k] = 50 + 10 * random_normal(&chance);
    band_of(rh, 3000, 1);
    for (size_t k = 0; k < 3000; k++)
        without[k] = seasonal[k];
    rh[1500] = 1e300;
    band_of(rh, 3000, 1);
    for (size_t k = HALF; k < 3000 - HALF; k++)
        if (k < 1500 - HALF || k > 1500 + HALF)
            assert_near(seasonal[k], without[k], 0);
        else
            assert_true(seasonal[k] > 1e296);
}

/* A year of normal fluctuations, sd 8, on a seasonal wave: P7 and P93 are +-1.4758 sd, their
 * standard error sqrt(0.0651 / n) / 0.1343 sd = 0.0203 sd for n = 8760; the average of 720 takes
 * 1/1440 of the sd. */
static void truth_percentiles_of_noise(void **state)
{
    static double rh[9480];

    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct random chance = random_seeded(seed);
        struct en15757 b;

        for (size_t k = 0; k < 9480; k++)
            rh[k] = 65 + 10 * sin(2 * PI * (double)k / 8760) + 8 * random_normal(&chance);
        b = band_of(rh, 9480, 1);
        assert_int_equal(b.fluctuations, 8760);
        assert_near(b.p7, -1.4758 * 8, 4 * 0.0203 * 8);
        assert_near(b.p93, 1.4758 * 8, 4 * 0.0203 * 8);
    }
}

/* The band holds 86 % of a fresh year of the same climate: each bound misses its 7 % with a
 * standard error of sqrt(0.0651 / 2160), the fresh sample adds as much. */
static void promise_share_inside(void **state)
{
    static double rh[2880];
    struct random chance = random_seeded(75);
    size_t inside = 0, all = 0;

    (void)state;
    for (int run = 0; run < 100; run++) {
        struct en15757 b;

        for (size_t k = 0; k < 2880; k++)
            rh[k] = 60 + 12 * random_normal(&chance);
        b = band_of(rh, 2880, 1);
        for (size_t k = 0; k < 2160; k++, all++) {
            double f = 12 * random_normal(&chance);

            inside += b.lower <= f && f <= b.upper;
        }
    }
    assert_near((double)inside / (double)all, 0.86, 4 * sqrt(4 * 0.0651 / 2160 / 100));
}

static void hostile_input(void **state)
{
    static double rh[QUARTER];
    struct en15757 b = {.p7 = 3};

    (void)state;
    daily_wave(rh, QUARTER, 50, 0, 5);
    assert_int_equal(en15757_band(rh, 0, 1, seasonal, &b, &arena), ERR_TOO_FEW);
    assert_int_equal(en15757_band(rh, 1, 1, seasonal, &b, &arena), ERR_TOO_FEW);
    assert_int_equal(en15757_band(rh, 720, 1, seasonal, &b, &arena), ERR_TOO_FEW);
    assert_int_equal(en15757_band(rh, QUARTER, 4, seasonal, &b, &arena), ERR_TOO_FEW);
    assert_int_equal(en15757_band(rh, QUARTER, 0, seasonal, &b, &arena), ERR_RANGE);
    rh[5] = INFINITY;
    assert_int_equal(en15757_band(rh, QUARTER, 1, seasonal, &b, &arena), ERR_NOT_FINITE);
    rh[5] = 1.1e300;
    assert_int_equal(en15757_band(rh, QUARTER, 1, seasonal, &b, &arena), ERR_NOT_FINITE);
    for (size_t k = 0; k < QUARTER; k++)
        rh[k] = NAN;
    assert_int_equal(en15757_band(rh, QUARTER, 1, seasonal, &b, &arena), ERR_TOO_FEW);
    assert_near(b.p7, 3, 0);
    for (size_t k = 0; k < QUARTER; k++)
        rh[k] = k % 2 == 0 ? 1e300 : -1e300;
    b = band_of(rh, QUARTER, 1);
    assert_true(isfinite(b.p7) && isfinite(b.upper));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exact_line_and_constant, forget_arena),
        cmocka_unit_test_teardown(exact_half_weights, forget_arena),
        cmocka_unit_test_teardown(exact_gap_rule, forget_arena),
        cmocka_unit_test_teardown(vector_daily_wave, forget_arena),
        cmocka_unit_test_teardown(vector_slow_and_daily_wave, forget_arena),
        cmocka_unit_test_teardown(invariant_shift_scale_reversal, forget_arena),
        cmocka_unit_test_teardown(invariant_sampling, forget_arena),
        cmocka_unit_test_teardown(truth_direct_sums, forget_arena),
        cmocka_unit_test_teardown(promise_nothing_lives_on, forget_arena),
        cmocka_unit_test_teardown(truth_percentiles_of_noise, forget_arena),
        cmocka_unit_test_teardown(promise_share_inside, forget_arena),
        cmocka_unit_test_teardown(hostile_input, forget_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
