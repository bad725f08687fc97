/* Detrending and decimation of records. */
#include "modal_fixture.h"
#include "shikumen/num/record.h"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void exact_detrend(void **state)
{
    double line[] = {3, 5, 7, 9, 11}, constant[] = {1, 2, 6}, one[] = {4}, kept[] = {1, 2};

    (void)state;
    record_detrend(line, 5, DETREND_LINEAR);
    for (size_t i = 0; i < 5; i++)
        assert_near(line[i], 0.0, 1e-15);
    record_detrend(constant, 3, DETREND_CONSTANT);
    assert_near(constant[0], -2.0, 0.0);
    assert_near(constant[2], 3.0, 0.0);
    record_detrend(one, 1, DETREND_LINEAR);
    assert_near(one[0], 0.0, 0.0);
    record_detrend(kept, 2, DETREND_NONE);
    assert_near(kept[1], 2.0, 0.0);
    record_detrend(kept, 0, DETREND_LINEAR);
}

/* numpy 1.24: x - polyval(polyfit(t, x, 1), t) of x = 1, 4, 9, 16: residuals 1, -1, -1, 1. */
static void vector_detrend_squares(void **state)
{
    double x[] = {1, 4, 9, 16}, expected[] = {1, -1, -1, 1};

    (void)state;
    record_detrend(x, 4, DETREND_LINEAR);
    for (size_t i = 0; i < 4; i++)
        assert_near(x[i], expected[i], 1e-14);
}

static void exact_decimation_keeps_a_constant_and_its_times(void **state)
{
    struct matrix y = matrix_new(&arena, 1000, 2), out;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        matrix_col(&y, 0)[i] = 5.0;
        matrix_col(&y, 1)[i] = (double)i; /* a symmetric filter leaves a line as it is */
    }
    assert_int_equal(record_decimate(&y, 4, &out, &arena), ERR_OK);
    assert_int_equal(out.rows, (1000 - 161) / 4 + 1);
    for (size_t i = 0; i < out.rows; i++) {
        assert_near(matrix_col(&out, 0)[i], 5.0, 1e-13);
        assert_near(matrix_col(&out, 1)[i], 80.0 + 4.0 * (double)i, 1e-10);
    }
}

/* Amplitude left of a sine of f cycles per sample of the new rate, worst sample. */
static double gain_error(double f, size_t factor, bool wanted)
{
    struct matrix y = matrix_new(&arena, 400 * factor, 1), out;
    double worst = 0.0, w = 2.0 * M_PI * f / (double)factor;

    for (size_t i = 0; i < y.rows; i++)
        y.at[i] = sin(w * (double)i + 0.3);
    assert_int_equal(record_decimate(&y, factor, &out, &arena), ERR_OK);
    for (size_t i = 0; i < out.rows; i++) {
        double exact = wanted ? sin(w * (double)(20 * factor + i * factor) + 0.3) : 0.0;

        worst = fmax(worst, fabs(out.at[i] - exact));
    }
    return worst;
}

/* The header's promise: 0.002 dB is 2.3e-4 of the amplitude, 80 dB 1e-4. */
static void promise_pass_and_stop_band(void **state)
{
    (void)state;
    for (size_t factor = 2; factor <= 10; factor += 4) {
        for (double f = 0.01; f <= 0.33; f += 0.04)
            assert_true(gain_error(f, factor, true) < 2.3e-4);
        for (double f = 0.47; f < 0.5 * (double)factor; f += 0.08)
            assert_true(gain_error(f, factor, false) < 1.0e-4);
    }
}

static void invariant_scale_shift_reversal(void **state)
{
    struct matrix y = white_record(900, 1, 4, &arena), z = matrix_new(&arena, 900, 1), a, b, r;

    (void)state;
    for (size_t i = 0; i < 900; i++)
        z.at[i] = 3.0 * y.at[i] + 7.0;
    assert_int_equal(record_decimate(&y, 3, &a, &arena), ERR_OK);
    assert_int_equal(record_decimate(&z, 3, &b, &arena), ERR_OK);
    for (size_t i = 0; i < a.rows; i++)
        assert_near(b.at[i], 3.0 * a.at[i] + 7.0, 1e-12);
    z.rows = 121 + 3 * (a.rows - 1);
    for (size_t i = 0; i < z.rows; i++)
        z.at[i] = y.at[z.rows - 1 - i];
    assert_int_equal(record_decimate(&z, 3, &r, &arena), ERR_OK);
    for (size_t i = 0; i < a.rows; i++)
        assert_near(r.at[i], a.at[a.rows - 1 - i], 1e-13);
}

/* The variance of white noise falls to what the filter passes: all below 0.33 of the new rate, half
 * of the amplitude at 0.4 and so less than half of the power between 0.33 and 0.47. */
static void truth_white_noise_variance(void **state)
{
    struct matrix y = white_record(200000, 1, 11, &arena), out;
    double square = 0.0;

    (void)state;
    assert_int_equal(record_decimate(&y, 5, &out, &arena), ERR_OK);
    for (size_t i = 0; i < out.rows; i++)
        square += out.at[i] * out.at[i];
    double variance = square / (double)out.rows;
    double se = 0.16 * sqrt(2.0 / 0.66 / (double)out.rows);
    assert_true(variance > 0.66 / 5.0 - 4.0 * se && variance < 0.8 / 5.0 + 4.0 * se);
}

static void hostile_input(void **state)
{
    struct matrix y = white_record(161, 1, 1, &arena), none = {.rows = 10, .cols = 0}, out;

    (void)state;
    assert_int_equal(record_decimate(&y, 4, &out, &arena), ERR_OK);
    assert_int_equal(out.rows, 1);
    y.rows = 160;
    assert_int_equal(record_decimate(&y, 4, &out, &arena), ERR_TOO_FEW);
    assert_int_equal(record_decimate(&y, 1, &out, &arena), ERR_RANGE);
    assert_int_equal(record_decimate(&y, 1001, &out, &arena), ERR_RANGE);
    assert_int_equal(record_check(&none, 0), ERR_TOO_FEW);
    y.rows = 161;
    const double bad[] = {NAN, INFINITY, -INFINITY, 1e300};
    for (size_t i = 0; i < 4; i++) {
        y.at[77] = bad[i];
        assert_int_equal(record_decimate(&y, 4, &out, &arena), ERR_NOT_FINITE);
    }
    y.at[77] = 1e-300;
    assert_int_equal(record_decimate(&y, 4, &out, &arena), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exact_detrend, reset),
        cmocka_unit_test_teardown(vector_detrend_squares, reset),
        cmocka_unit_test_teardown(exact_decimation_keeps_a_constant_and_its_times, reset),
        cmocka_unit_test_teardown(promise_pass_and_stop_band, reset),
        cmocka_unit_test_teardown(invariant_scale_shift_reversal, reset),
        cmocka_unit_test_teardown(truth_white_noise_variance, reset),
        cmocka_unit_test_teardown(hostile_input, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
