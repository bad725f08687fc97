#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/cusum.h"
#include "shikumen/num/random.h"

/* Mean run length over so many runs of AR(1) noise of unit variance about delta; *error is the
 * standard error of that mean. */
static double measured_arl(const struct cusum_design *d, double delta, double phi, int runs,
                           uint64_t seed, double *error)
{
    struct random r = random_seeded(seed);
    double mean = 0, squares = 0, innovation = sqrt(1 - phi * phi);

    for (int i = 1; i <= runs; i++) {
        struct cusum c = cusum_started(d);
        double noise = random_normal(&r), length, off;

        while (cusum_update(&c, d, delta + noise) == CUSUM_NONE)
            noise = phi * noise + innovation * random_normal(&r);
        length = (double)c.count;
        off = length - mean;
        mean += off / i;
        squares += off * (length - mean);
    }
    *error = sqrt(squares / (runs - 1.0) / runs);
    return mean;
}

static const struct cusum_design standard = {.mean = 0, .sigma = 1, .k = 0.5, .h = 5};

/* Lucas & Crosier 1982 (Technometrics 24), two-sided, k 0.5, h 5, confirmed by solving Page's
 * integral equation (Gauss-Legendre, 400 nodes): the ARL to the printed digits, and Siegmund's
 * approximation within 5 %. Four standard errors: one false failure in 16000 such comparisons. */
static void promise_arl_is_that_of_the_tables(void **state)
{
    static const struct {
        double delta, arl, printed;
        int runs;
    } row[] = {{0, 465, 0.5, 6000},       {0.25, 139, 0.5, 6000}, {0.5, 38.0, 0.05, 10000},
               {0.75, 17.0, 0.05, 10000}, {1, 10.4, 0.05, 10000}, {1.5, 5.75, 0.005, 10000},
               {2, 4.01, 0.005, 10000}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        double error, siegmund;
        double arl = measured_arl(&standard, row[i].delta, 0, row[i].runs, 7 + i, &error);

        assert_near(arl, row[i].arl, row[i].printed + 4 * error);
        assert_int_equal(cusum_arl(row[i].delta, 0.5, 5, &siegmund), ERR_OK);
        assert_near(arl, siegmund, 0.05 * siegmund + 4 * error);
        print_message("delta %.2f: measured %.2f +- %.2f, Siegmund %.2f\n", row[i].delta, arl,
                      error, siegmund);
    }
}

/* phi = 0.5 taken for independent: the ARL in control falls to less than a quarter. Whitened it is
 * restored, and so it is for negative phi, where it would be far too long. */
static void promise_whitening_restores_arl(void **state)
{
    struct cusum_design whitened = standard;
    double error, arl;

    (void)state;
    arl = measured_arl(&standard, 0, 0.5, 4000, 21, &error);
    print_message("phi 0.5 as it is: %.1f +- %.1f\n", arl, error);
    assert_true(arl + 4 * error < 465.0 / 4);
    for (int i = 0; i < 2; i++) {
        whitened.phi = i == 0 ? 0.5 : -0.5;
        arl = measured_arl(&whitened, 0, whitened.phi, 4000, 22 + (uint64_t)i, &error);
        print_message("phi %.1f whitened: %.1f +- %.1f\n", whitened.phi, arl, error);
        assert_near(arl, 465, 0.5 + 4 * error);
    }
}

/* Days without a sample do not change the ARL counted in samples. */
static void promise_gaps_keep_arl(void **state)
{
    enum { RUNS = 3000 };
    struct cusum_design d = standard;
    struct random r = random_seeded(31);
    double finite = 0;

    (void)state;
    d.phi = 0.7;
    for (int i = 0; i < RUNS; i++) {
        struct cusum c = cusum_started(&d);
        double noise = random_normal(&r);
        enum cusum_alarm alarm = CUSUM_NONE;

        while (alarm == CUSUM_NONE) {
            if (random_uniform(&r) < 0.3) {
                alarm = cusum_update(&c, &d, (double)NAN);
            } else {
                alarm = cusum_update(&c, &d, noise);
                finite++;
            }
            noise = 0.7 * noise + sqrt(1 - 0.49) * random_normal(&r);
        }
    }
    print_message("phi 0.7, 30 %% missing: %.1f\n", finite / RUNS);
    assert_near(finite / RUNS, 465, 0.5 + 4 * 465 / sqrt(RUNS));
}

/* The h made for a wanted ARL gives it, within Siegmund's accuracy. */
static void promise_h_for_wanted_arl(void **state)
{
    static const double wanted[] = {100, 370, 1000};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct cusum_design d = standard;
        double error, arl;

        assert_int_equal(cusum_h_for(wanted[i], d.k, &d.h), ERR_OK);
        arl = measured_arl(&d, 0, 0, 3000, 51 + i, &error);
        print_message("wanted %.0f: h %.3f gives %.1f +- %.1f\n", wanted[i], d.h, arl, error);
        assert_near(arl, wanted[i], 0.05 * wanted[i] + 4 * error);
    }
}

/* Lucas & Crosier 1982 (h 5, head start 2.5), confirmed in the same way: in control 430, shift
 * 1: 6.35, shift 2: 2.36. */
static void promise_head_start_is_fast(void **state)
{
    struct cusum_design d = standard;
    double error, arl;

    (void)state;
    d.head_start = 2.5;
    arl = measured_arl(&d, 0, 0, 4000, 61, &error);
    print_message("FIR in control: %.1f +- %.1f\n", arl, error);
    assert_near(arl, 430, 0.5 + 4 * error);
    arl = measured_arl(&d, 1, 0, 10000, 62, &error);
    print_message("FIR, shift 1: %.3f +- %.3f\n", arl, error);
    assert_near(arl, 6.35, 0.005 + 4 * error);
    arl = measured_arl(&d, 2, 0, 10000, 63, &error);
    print_message("FIR, shift 2: %.3f +- %.3f\n", arl, error);
    assert_near(arl, 2.36, 0.005 + 4 * error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promise_arl_is_that_of_the_tables),
        cmocka_unit_test(promise_whitening_restores_arl),
        cmocka_unit_test(promise_gaps_keep_arl),
        cmocka_unit_test(promise_h_for_wanted_arl),
        cmocka_unit_test(promise_head_start_is_fast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
