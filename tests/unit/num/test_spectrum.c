/* Welch spectra, spectral matrices, coherence. */
#include "modal_fixture.h"
#include "shikumen/num/special.h"
#include "shikumen/num/spectrum.h"

/* The transform is in single precision: relative error of the strongest line of a power spectrum
 * about 2 * 6e-8 * log2(n), of others that of their root beside the strongest (fft.h). */
#define FFT_TOLERANCE(n) (2.0 * 6e-8 * log2((double)(n)))

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct welch boxcar(size_t segment)
{
    return (struct welch){.fs_hz = 100.0, .segment = segment, .window = WINDOW_BOXCAR};
}

static struct psd psd_of(const double *x, size_t n, struct welch w)
{
    struct psd p;

    assert_int_equal(psd_welch(x, n, &w, &p, &arena), ERR_OK);
    return p;
}

static void exact_lines_of_pure_tones(void **state)
{
    double x[64];
    struct welch w = boxcar(64);

    (void)state;
    for (size_t i = 0; i < 64; i++)
        x[i] = 3.0 + 2.0 * cos(2.0 * M_PI * 5.0 * (double)i / 64.0) + (i % 2 ? -1.0 : 1.0);
    struct psd p = psd_of(x, 64, w);
    double df = 100.0 / 64.0, tolerance = FFT_TOLERANCE(64) * 9.0 / df;
    assert_int_equal(p.lines, 33);
    assert_int_equal(p.segments, 1);
    assert_near(p.df_hz, df, 1e-14);
    assert_near(p.enbw_hz, df, 1e-14);
    assert_near(p.duration_s, 0.64, 1e-15);
    for (size_t k = 0; k < p.lines; k++)
        assert_near(p.at[k],
                    k == 0    ? 9.0 / df
                    : k == 5  ? 2.0 / df
                    : k == 32 ? 1.0 / df
                              : 0.0,
                    tolerance);
}

static void exact_phase_of_a_delay(void **state)
{
    struct matrix y = matrix_new(&arena, 400, 2);
    struct spectral_matrix s;
    struct welch w = boxcar(100);

    (void)state;
    for (size_t i = 0; i < 400; i++) {
        matrix_col(&y, 0)[i] = sin(2.0 * M_PI * 0.1 * (double)i);
        matrix_col(&y, 1)[i] = 2.0 * sin(2.0 * M_PI * 0.1 * ((double)i - 2.0));
    }
    assert_int_equal(spectral_matrix_welch(&y, &w, &s, &arena), ERR_OK);
    const double complex *line = spectral_line(&s, 10);
    assert_near(carg(line[1 * 2 + 0]), 2.0 * M_PI * 0.2, 2e-6); /* channel 0 leads by 2 samples */
    assert_near(creal(line[0]), 0.5, 1e-6);
    assert_near(creal(line[3]), 2.0, 4e-6);
    assert_near(cabs(line[2]), 1.0, 2e-6);
}

/* Sine of the reference, computed with scipy 1.10 signal.welch, printed with 8 decimals. */
static void vector_sine(void **state)
{
    double x[1000];
    struct welch w = {.fs_hz = 100.0, .segment = 200, .overlap = 100};

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        x[i] = 2.0 * sin(2.0 * M_PI * 10.0 * (double)i / 100.0);
    struct psd p = psd_of(x, 1000, w);
    double tolerance = FFT_TOLERANCE(200) * 2.66666667;
    assert_int_equal(p.segments, 9);
    assert_near(p.at[19], 0.66666667, tolerance);
    assert_near(p.at[20], 2.66666667, tolerance);
    assert_near(p.at[21], 0.66666667, tolerance);
    assert_near(psd_band(&p, 0.0, 50.0), 2.0, tolerance);
    assert_near(psd_band(&p, 9.5, 10.5), 2.0, tolerance);
    assert_near(p.enbw_hz, 0.75, 1e-12);
    w.scaling = SCALING_SPECTRUM;
    assert_near(psd_of(x, 1000, w).at[20], 2.0, FFT_TOLERANCE(200) * 2.0);
}

/* Short vector of the reference (scipy 1.10 signal.welch, periodic Hann), 8 decimals. */
static void vector_short(void **state)
{
    const double x[] = {1, 2, 3, 4, 3, 2, 1, 0, -1, -2, -3, -4, -3, -2, -1, 0};
    const double raw[] = {25.87907647, 25.02177328, 1.48584256, 0.15905083, 0.03812731};
    const double less_mean[] = {1.73965047, 8.66012506, 1.48584256, 0.15905083, 0.03812731};
    struct welch w = {.fs_hz = 1.0, .segment = 8, .overlap = 4};

    (void)state;
    struct psd p = psd_of(x, 16, w);
    for (size_t k = 0; k < 5; k++)
        assert_near(p.at[k], raw[k], FFT_TOLERANCE(8) * 25.9 + 5e-9);
    w.detrend = DETREND_CONSTANT;
    p = psd_of(x, 16, w);
    for (size_t k = 0; k < 5; k++)
        assert_near(p.at[k], less_mean[k], FFT_TOLERANCE(8) * 8.7 + 5e-9);
}

static void exact_settings(void **state)
{
    struct welch w = welch_settings(200.0, 0.05);

    (void)state;
    assert_int_equal(w.segment, 4000);
    assert_int_equal(w.overlap, 2000);
    assert_int_equal(welch_settings(100.0, 0.0333).segment, 3072); /* 3004 and up: 2^10 3 */
    assert_int_equal(welch_settings(100.0, 1000.0).segment, 2);
    assert_int_equal(welch_settings(0.0, 1.0).segment, 0);
    assert_int_equal(welch_settings(100.0, NAN).segment, 0);
    assert_int_equal(welch_settings(1e12, 1e-3).segment, 0);
}

static void invariant_scale_shift_units_permutation(void **state)
{
    struct matrix y = white_record(2000, 3, 5, &arena), z = matrix_new(&arena, 2000, 3);
    struct welch w = welch_settings(100.0, 1.0), v;
    struct spectral_matrix s, t;

    (void)state;
    w.detrend = DETREND_LINEAR;
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < 2000; i++) /* reordered, shifted, tilted, scaled */
            matrix_col(&z, c)[i] = -4.0 * matrix_col(&y, (c + 1) % 3)[i] + 3.0 + 0.001 * (double)i;
    assert_int_equal(spectral_matrix_welch(&y, &w, &s, &arena), ERR_OK);
    v = w;
    v.fs_hz = 200.0; /* twice the rate: half the density */
    assert_int_equal(spectral_matrix_welch(&z, &v, &t, &arena), ERR_OK);
    assert_near(t.df_hz, 2.0 * s.df_hz, 1e-15);
    for (size_t k = 0; k < s.lines; k++)
        for (size_t a = 0; a < 3; a++)
            for (size_t b = 0; b < 3; b++) {
                double complex x = spectral_line(&s, k)[((b + 1) % 3) * 3 + (a + 1) % 3];
                double complex q = spectral_line(&t, k)[b * 3 + a];

                assert_near(cabs(q - 8.0 * x), 0.0, 8.0 * FFT_TOLERANCE(100) * 0.2);
                assert_true(spectral_line(&s, k)[b * 3 + a] ==
                            conj(spectral_line(&s, k)[a * 3 + b]));
            }
}

static void invariant_reversal(void **state)
{
    struct matrix y = white_record(1000, 1, 6, &arena);
    double x[1000];
    struct welch w = {.fs_hz = 1.0, .segment = 100, .overlap = 50, .window = WINDOW_BOXCAR};

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        x[i] = y.at[999 - i];
    struct psd p = psd_of(y.at, 1000, w), q = psd_of(x, 1000, w);
    for (size_t k = 0; k < p.lines; k++)
        assert_near(p.at[k], q.at[k], FFT_TOLERANCE(100) * 10.0);
}

/* AR(1): S(f) = 2 sigma^2 / fs / |1 - a exp(-i w)|^2; the mean of many segments is within 5
 * standard errors of it at every line (51 lines) but those that leak. */
static void truth_first_order_process(void **state)
{
    struct random r = random_seeded(9);
    size_t n = 200000;
    double *x = arena_array(&arena, n, sizeof *x);
    struct welch w = {.fs_hz = 1.0, .segment = 200, .overlap = 0};

    (void)state;
    for (size_t i = 1; i < n; i++)
        x[i] = 0.5 * x[i - 1] + random_normal(&r);
    struct psd p = psd_of(x, n, w);
    for (size_t k = 1; k + 1 < p.lines; k++) {
        double angle = 2.0 * M_PI * (double)k / 200.0;
        double exact = 2.0 / (1.25 - cos(angle));

        assert_near(p.at[k], exact, 5.0 * exact / sqrt((double)p.segments));
    }
}

static void promise_parseval(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct matrix y = white_record(4096, 1, seed, &arena);
        double square = 0.0;

        for (size_t i = 0; i < 4096; i++)
            square += y.at[i] * y.at[i] / 4096.0;
        struct psd p = psd_of(y.at, 4096, boxcar(256));
        assert_near(psd_band(&p, 0.0, 50.0), square, FFT_TOLERANCE(256) * square);
    }
}

/* Density of white noise: K independent segments give chi-square of 2 K degrees of freedom; the 90
 * % interval of 10 000 lines holds the truth 0.90 +- 4 sqrt(0.09 / 10000). */
static void promise_interval_of_a_line(void **state)
{
    size_t hits = 0, trials = 0;
    double low = chi2_quantile(0.05, 20.0), high = chi2_quantile(0.95, 20.0);

    (void)state;
    for (uint64_t seed = 0; trials < 10000; seed++) {
        struct matrix y = white_record(2000, 1, 100 + seed, &arena);
        struct psd p = psd_of(y.at, 2000, boxcar(200));

        for (size_t k = 1; k + 1 < p.lines; k++, trials++) {
            double ratio = p.at[k] / (2.0 / 100.0) * 20.0;

            hits += ratio >= low && ratio <= high;
        }
    }
    assert_near((double)hits / (double)trials, 0.90, 0.012);
}

/* b = a + noise of equal power: 0.5; independent channels: 1 / K on average (200 segments). */
static void truth_coherence(void **state)
{
    struct matrix y = white_record(40000, 3, 21, &arena);
    struct welch w = boxcar(200);
    struct spectral_matrix s;
    double g[101], half = 0.0, none = 0.0;

    (void)state;
    for (size_t i = 0; i < 40000; i++)
        matrix_col(&y, 1)[i] += matrix_col(&y, 0)[i];
    assert_int_equal(spectral_matrix_welch(&y, &w, &s, &arena), ERR_OK);
    assert_int_equal(spectral_coherence(&s, 0, 1, g), ERR_OK);
    for (size_t k = 1; k < 100; k++)
        half += g[k] / 99.0;
    assert_int_equal(spectral_coherence(&s, 0, 2, g), ERR_OK);
    for (size_t k = 1; k < 100; k++)
        none += g[k] / 99.0;
    assert_near(half, 0.5, 4.0 * 0.5 * sqrt(2.0 * 0.5 / 200.0 / 99.0) + 0.25 / 200.0);
    assert_near(none, 1.0 / 200.0, 4.0 / 200.0 / sqrt(99.0));
    assert_int_equal(spectral_coherence(&s, 1, 1, g), ERR_OK);
    for (size_t k = 0; k < s.lines; k++)
        assert_near(g[k], 1.0, 1e-12);
    assert_int_equal(spectral_coherence(&s, 0, 3, g), ERR_RANGE);
}

static void hostile_input(void **state)
{
    double x[64] = {0}, g[33];
    struct welch w = boxcar(32), bad;
    struct psd p;
    struct matrix y = {.rows = 64, .cols = 1, .at = x};
    struct spectral_matrix s;

    (void)state;
    assert_int_equal(psd_welch(x, 0, &w, &p, &arena), ERR_TOO_FEW);
    assert_int_equal(psd_welch(x, 31, &w, &p, &arena), ERR_TOO_FEW);
    assert_int_equal(psd_welch(x, 64, &w, &p, &arena), ERR_OK);
    for (size_t k = 0; k < p.lines; k++) /* a constant, a zero: no error */
        assert_near(p.at[k], 0.0, 0.0);
    bad = w, bad.segment = 31;
    assert_int_equal(psd_welch(x, 64, &bad, &p, &arena), ERR_RANGE);
    bad = w, bad.segment = 0;
    assert_int_equal(psd_welch(x, 64, &bad, &p, &arena), ERR_RANGE);
    bad = w, bad.overlap = 32;
    assert_int_equal(psd_welch(x, 64, &bad, &p, &arena), ERR_RANGE);
    const double rates[] = {0.0, -1.0, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        bad = w, bad.fs_hz = rates[i];
        assert_int_equal(psd_welch(x, 64, &bad, &p, &arena), ERR_RANGE);
    }
    const double values[] = {NAN, INFINITY, -INFINITY, 1e300};
    for (size_t i = 0; i < 4; i++) {
        x[40] = values[i];
        assert_int_equal(psd_welch(x, 64, &w, &p, &arena), ERR_NOT_FINITE);
    }
    x[40] = 1e139;
    assert_int_equal(psd_welch(x, 64, &w, &p, &arena), ERR_OK);
    assert_true(isfinite(p.at[3]) && p.at[3] > 0.0);
    x[40] = 1e-300;
    assert_int_equal(psd_welch(x, 64, &w, &p, &arena), ERR_OK);
    assert_near(p.at[3], 0.0, 0.0);
    assert_int_equal(spectral_matrix_welch(&y, &w, &s, &arena), ERR_OK);
    assert_int_equal(spectral_coherence(&s, 0, 0, g), ERR_OK);
    assert_near(g[5], 0.0, 0.0); /* no power */
    y.rows = 32;
    assert_int_equal(spectral_matrix_welch(&y, &w, &s, &arena), ERR_OK);
    assert_int_equal(spectral_coherence(&s, 0, 0, g), ERR_TOO_FEW);
    y.cols = 0;
    assert_int_equal(spectral_matrix_welch(&y, &w, &s, &arena), ERR_TOO_FEW);
}

static void hostile_errors_give_back(void **state)
{
    double x[64] = {0};
    struct welch w = boxcar(32);
    struct psd p;
    struct matrix y = {.rows = 64, .cols = 1, .at = x};
    struct spectral_matrix s;

    (void)state;
    x[40] = 1e139;
    w.fs_hz = 1e-100; /* 1e278 / fs overflows */
    assert_int_equal(spectral_matrix_welch(&y, &w, &s, &arena), ERR_NOT_FINITE);
    assert_int_equal(psd_welch(x, 64, &w, &p, &arena), ERR_NOT_FINITE);
    assert_int_equal(psd_welch(x, 31, &w, &p, &arena), ERR_TOO_FEW);
    x[40] = NAN;
    assert_int_equal(psd_welch(x, 64, &w, &p, &arena), ERR_NOT_FINITE);
    assert_int_equal(arena.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exact_lines_of_pure_tones, reset),
        cmocka_unit_test_teardown(exact_phase_of_a_delay, reset),
        cmocka_unit_test_teardown(exact_settings, reset),
        cmocka_unit_test_teardown(vector_sine, reset),
        cmocka_unit_test_teardown(vector_short, reset),
        cmocka_unit_test_teardown(invariant_scale_shift_units_permutation, reset),
        cmocka_unit_test_teardown(invariant_reversal, reset),
        cmocka_unit_test_teardown(truth_first_order_process, reset),
        cmocka_unit_test_teardown(truth_coherence, reset),
        cmocka_unit_test_teardown(promise_parseval, reset),
        cmocka_unit_test_teardown(promise_interval_of_a_line, reset),
        cmocka_unit_test_teardown(hostile_input, reset),
        cmocka_unit_test_teardown(hostile_errors_give_back, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
