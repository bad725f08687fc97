/* Frequency domain decomposition, peaks, enhanced damping. */
#include "modal_fixture.h"
#include "shikumen/num/fdd.h"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

enum { LINES = 1001, CHANNELS = 3 };
static const double complex U[CHANNELS] = {1.0, CMPLX(0.5, 0.1), -0.8};

/* Spectral matrices power(k) u u^H + noise I; fs = 100 Hz, segments of 2000, df = 0.05 Hz. */
static struct spectral_matrix made_matrix(const double *power, double noise)
{
    struct spectral_matrix m = {.lines = LINES,
                                .channels = CHANNELS,
                                .segments = 50,
                                .df_hz = 0.05,
                                .fs_hz = 100.0,
                                .duration_s = 500.0};
    double square = 0.0;

    m.at = arena_array(&arena, LINES * CHANNELS * CHANNELS, sizeof *m.at);
    for (size_t i = 0; i < CHANNELS; i++)
        square += creal(U[i] * conj(U[i]));
    for (size_t k = 0; k < LINES; k++)
        for (size_t b = 0; b < CHANNELS; b++)
            for (size_t a = 0; a < CHANNELS; a++)
                m.at[(k * CHANNELS + b) * CHANNELS + a] =
                    power[k] * U[a] * conj(U[b]) / square + (a == b ? noise : 0.0);
    return m;
}

static double *flat(double value)
{
    double *p = arena_array(&arena, LINES, sizeof *p);

    for (size_t k = 0; k < LINES; k++)
        p[k] = value;
    return p;
}

static struct fdd decomposed(const struct spectral_matrix *m)
{
    struct fdd d;

    assert_int_equal(fdd_decompose(m, &d, &arena), ERR_OK);
    return d;
}

static void exact_decomposition(void **state)
{
    struct spectral_matrix m = made_matrix(flat(4.0), 0.5);
    struct fdd d = decomposed(&m);

    (void)state;
    for (size_t k = 0; k < LINES; k += 100) {
        assert_near(fdd_first(&d, k), 4.5, 1e-14);
        assert_near(d.s[k * CHANNELS + 1], 0.5, 1e-14);
        assert_near(d.s[k * CHANNELS + 2], 0.5, 1e-14);
        assert_near(modal_mac(d.u + k * CHANNELS, U, CHANNELS), 1.0, 1e-14);
    }
}

static void exact_peaks_and_floor(void **state)
{
    double *p = flat(1.0);
    struct fdd_settings s = fdd_defaults();
    struct fdd_peak *peaks;
    size_t count;
    double height;

    (void)state;
    p[100] = 100.0; /* 20 dB */
    p[200] = 8.0;   /* 9.03 dB: a peak, not evaluated */
    p[300] = 3.0;   /* 4.8 dB: no peak */
    p[400] = p[401] = 50.0;
    struct spectral_matrix m = made_matrix(p, 0.0);
    struct fdd d = decomposed(&m);
    assert_int_equal(fdd_peaks(&d, &s, &peaks, &count, &arena), ERR_OK);
    assert_int_equal(count, 3);
    assert_int_equal(peaks[0].line, 100);
    assert_near(peaks[0].f_hz, 5.0, 1e-14);
    assert_near(peaks[0].height_db, 20.0, 1e-12);
    assert_near(peaks[0].prominence_db, 20.0, 1e-12);
    assert_true(peaks[0].evaluated);
    assert_near(peaks[1].height_db, 10.0 * log10(8.0), 1e-12);
    assert_false(peaks[1].evaluated);
    assert_int_equal(peaks[2].line, 400); /* the first of a plateau */
    s.low_hz = 8.0;
    s.high_hz = 12.0;
    assert_int_equal(fdd_peaks(&d, &s, &peaks, &count, &arena), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(fdd_height(&d, 5.08, &s, &height, &arena), ERR_OK); /* within two lines */
    assert_near(height, 20.0, 1e-12);
    assert_int_equal(fdd_height(&d, 5.3, &s, &height, &arena), ERR_OK);
    assert_near(height, 0.0, 1e-12);
}

static double window_correlation(double u, bool boxcar)
{
    double hann =
        (1.0 - u) * (2.0 + cos(2.0 * M_PI * u)) / 3.0 + sin(2.0 * M_PI * u) / (2.0 * M_PI);

    return boxcar ? 1.0 - u : hann;
}

/* Expected Welch spectrum of a process of autocorrelation r(t) = exp(-zeta w t) cos(wd t):
 * transform of r(t) c(t), c being that of the window, which comes round circularly. */
static void fill_bell(double *power, double f_hz, double zeta, bool boxcar)
{
    size_t n = 2 * (LINES - 1);
    double w = 2.0 * M_PI * f_hz, wd = w * sqrt(1.0 - zeta * zeta);
    double *r = arena_array(&arena, n, sizeof *r);

    for (size_t t = 0; t < n; t++) {
        double s = (double)t / 100.0;
        double value =
            exp(-zeta * w * s) * cos(wd * s) * window_correlation((double)t / (double)n, boxcar);

        r[t] += value;
        r[(n - t) % n] += t > 0 ? value : 0.0;
    }
    for (size_t k = 0; k < LINES; k++) {
        power[k] = 0.0;
        for (size_t t = 0; t < n; t++)
            power[k] += r[t] * cos(2.0 * M_PI * (double)(k * t % n) / (double)n);
    }
}

/* Standard deviation of f / f and of zeta as promised: the line through the extremes in use, not
 * the first 3 nor those above 0.9, 20 at most or down to 0.2, of which the errors have Bartlett's
 * covariance, by the plain double sum. */
static double promised_error(double f_hz, double zeta, double duration_s)
{
    double h = M_PI * zeta / sqrt(1.0 - zeta * zeta), mean = 0.0, spread = 0.0, sum = 0.0;
    int first = 3, last;

    while (exp(-h * first) > 0.9)
        first++;
    for (last = first; last < first + 19 && exp(-h * (last + 1)) >= 0.2;)
        last++;
    for (int k = first; k <= last; k++)
        mean += h * k / (last - first + 1.0);
    for (int k = first; k <= last; k++)
        spread += (h * k - mean) * (h * k - mean);
    for (int i = first; i <= last; i++)
        for (int j = first; j <= last; j++)
            sum += (h * i - mean) * (h * j - mean) * 0.5 * exp(2.0 * h * (i < j ? i : j)) *
                   (h * abs(i - j) + 1.0);
    return 1.1 * sqrt(sum) / spread * sqrt(zeta / (2.0 * M_PI * f_hz * duration_s));
}

/* All lines but the first belong to the bell. What is left: extremes by parabolas of 32 to 63
 * samples per period, the missing line, and what comes round: of zeta = 0.005 after 6 s, 0.002 in
 * 0.21. */
static void exact_damping_of_a_whole_bell(void **state)
{
    const double zeta[] = {0.005, 0.01, 0.02, 0.05};
    struct fdd_settings s = fdd_defaults();
    double *power = flat(0.0);

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        bool boxcar = i >= 4; /* lets more come round: larger damping only */
        double exact = zeta[boxcar ? i - 2 : i];
        struct mode mode;

        fill_bell(power, 5.02, exact, boxcar);
        struct spectral_matrix m = made_matrix(power, 0.0);
        m.window = boxcar ? WINDOW_BOXCAR : WINDOW_HANN;
        struct fdd d = decomposed(&m);
        s.bell = boxcar ? BELL_EFDD : BELL_FSDD;
        assert_int_equal(fdd_mode(&d, 100, &s, &mode, &arena), ERR_OK);
        assert_near(mode.f_hz, 5.02, 5e-5 * 5.02);
        assert_near(mode.zeta, exact, 2e-3 * exact);
        assert_near(modal_mac(mode.shape, U, CHANNELS), 1.0, 1e-14);
        assert_true(mode.shape[0] == 1.0);
        if (boxcar) /* how many extremes count depends on the window's part of the modulus */
            continue;
        double se = promised_error(mode.f_hz, mode.zeta, 500.0);
        assert_near(mode.zeta_se, se, 1e-9 * se);
        assert_near(mode.f_se_hz, mode.f_hz * se, 1e-9 * mode.f_hz * se);
    }
}

static struct fdd of_record(const struct matrix *y, double fs_hz, double df_hz)
{
    struct welch w = welch_settings(fs_hz, df_hz);
    struct spectral_matrix *m = arena_alloc(&arena, sizeof *m);

    assert_int_equal(spectral_matrix_welch(y, &w, m, &arena), ERR_OK);
    return decomposed(m);
}

static void invariant_scale_permutation_units(void **state)
{
    struct matrix y = chain_record(12000, 20.0, 0.02, 0.1, ALL_DOFS, CHAIN, 3, &arena);
    struct matrix z = matrix_new(&arena, 12000, CHAIN);
    struct fdd_settings s = fdd_defaults();
    struct fdd_peak *p, *q;
    size_t count, other;

    (void)state;
    for (size_t c = 0; c < CHAIN; c++)
        for (size_t i = 0; i < 12000; i++)
            matrix_col(&z, c)[i] = -256.0 * matrix_col(&y, (c + 1) % CHAIN)[i];
    struct fdd a = of_record(&y, 20.0, 0.02), b = of_record(&z, 200.0, 0.2);
    assert_int_equal(fdd_peaks(&a, &s, &p, &count, &arena), ERR_OK);
    assert_int_equal(fdd_peaks(&b, &s, &q, &other, &arena), ERR_OK);
    assert_int_equal(count, other);
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        struct mode m, n;

        assert_int_equal(p[i].line, q[i].line);
        assert_near(p[i].height_db, q[i].height_db, 1e-4);
        assert_int_equal(fdd_mode(&a, p[i].line, &s, &m, &arena),
                         fdd_mode(&b, q[i].line, &s, &n, &arena));
        if (!p[i].evaluated)
            continue;
        assert_near(n.f_hz, 10.0 * m.f_hz, 1e-4 * n.f_hz);
        assert_near(n.zeta, m.zeta, 1e-3 * m.zeta);
        double complex back[CHAIN];
        for (size_t c = 0; c < CHAIN; c++)
            back[(c + 1) % CHAIN] = n.shape[c];
        assert_near(modal_mac(back, m.shape, CHAIN), 1.0, 1e-6);
    }
}

/* All five modes of the chain, each with its shape. */
static void truth_chain(void **state)
{
    struct matrix y = chain_record(60000, 20.0, 0.02, 0.1, ALL_DOFS, CHAIN, 8, &arena);
    struct fdd_settings s = fdd_defaults();
    struct fdd d = of_record(&y, 20.0, 0.02);

    (void)state;
    for (size_t j = 0; j < CHAIN; j++) {
        size_t line = (size_t)(chain_f(j) / d.matrix->df_hz + 0.5);
        struct mode m;
        double h;

        assert_int_equal(fdd_height(&d, chain_f(j), &s, &h, &arena), ERR_OK);
        assert_true(h >= 10.0);
        assert_int_equal(fdd_mode(&d, line, &s, &m, &arena), ERR_OK);
        assert_true(chain_mac(m.shape, j) > 0.99);
        assert_near(m.f_hz, chain_f(j), 4.0 * m.f_se_hz + (j < 3 ? 0.0 : 0.005 * chain_f(j)));
        assert_near(m.zeta, 0.02, 4.0 * m.zeta_se + (j < 3 ? 0.0 : 0.005));
    }
}

struct tally {
    double found, covered, zeta_covered, zeta, error, square;
};

/* The two separate modes of the chain; the peak is looked for within 0.1 Hz. */
static void tally_record(uint64_t seed, double zeta, struct tally *tally)
{
    const size_t dofs[] = {0, 2, 3};
    struct matrix y = chain_record(6000, 20.0, zeta, 0.3, dofs, 3, seed, &arena);
    struct fdd d = of_record(&y, 20.0, 0.02);
    struct fdd_settings s = fdd_defaults();

    for (size_t j = 0; j < 2; j++) {
        size_t line = (size_t)(chain_f(j) / d.matrix->df_hz + 0.5), top = line;
        struct mode m;

        for (size_t k = line - 5; k <= line + 5; k++)
            top = fdd_first(&d, k) > fdd_first(&d, top) ? k : top;
        if (fdd_mode(&d, top, &s, &m, &arena))
            continue;
        double error = m.f_hz - chain_f(j);
        tally[j].found += 1.0;
        tally[j].error += error;
        tally[j].square += error * error;
        tally[j].zeta += m.zeta;
        tally[j].covered += fabs(error) <= 1.6449 * m.f_se_hz;
        tally[j].zeta_covered += fabs(m.zeta - zeta) <= 1.6449 * m.zeta_se;
    }
    arena_reset(&arena);
}

/* 1000 records of 300 s (267 and 779 periods) at each of three dampings: 90 % intervals of f and of
 * damping hold the truth in 0.85 .. 0.95 of the cases of both modes together; mean error of f less
 * than 0.15 of its standard deviation, which takes 0.90 to 0.896; mean damping within 10 %. */
static void promise_separate_modes(void **state)
{
    const double dampings[] = {0.01, 0.02, 0.04};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct tally t[2] = {0};

        for (uint64_t seed = 0; seed < 1000; seed++)
            tally_record(2000 + 1000 * i + seed, dampings[i], t);
        for (size_t j = 0; j < 2; j++) {
            print_message("zeta %.2f, mode %zu: found %.0f, covered %.3f, zeta %.3f, mean %.4f\n",
                          dampings[i], j + 1, t[j].found, t[j].covered / t[j].found,
                          t[j].zeta_covered / t[j].found, t[j].zeta / t[j].found);
            assert_true(t[j].found >= 950.0);
            assert_near(t[j].error / t[j].found, 0.0, 0.15 * sqrt(t[j].square / t[j].found));
            assert_near(t[j].zeta / t[j].found, dampings[i], 0.1 * dampings[i]);
        }
        double found = t[0].found + t[1].found;
        double f = (t[0].covered + t[1].covered) / found;
        double zeta = (t[0].zeta_covered + t[1].zeta_covered) / found;
        assert_true(f > 0.85 && f < 0.95);
        assert_true(zeta > 0.85 && zeta < 0.95);
    }
}

static void promise_no_peak_in_white_noise(void **state)
{
    size_t evaluated = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct matrix y = white_record(6000, 3, 9000 + seed, &arena);
        struct fdd d = of_record(&y, 20.0, 0.05);
        struct fdd_settings s = fdd_defaults();
        struct fdd_peak *p;
        size_t count;

        assert_int_equal(fdd_peaks(&d, &s, &p, &count, &arena), ERR_OK);
        for (size_t i = 0; i < count; i++)
            evaluated += p[i].evaluated;
        arena_free(&arena);
    }
    assert_int_equal(evaluated, 0);
}

static void hostile_input(void **state)
{
    double *p = flat(0.0);
    struct spectral_matrix m = made_matrix(p, 0.0), few = m, none = m;
    struct fdd d = decomposed(&m), e;
    struct fdd_settings s = fdd_defaults(), bad;
    struct fdd_peak *peaks;
    struct mode mode;
    size_t count = 9;
    double h;

    (void)state;
    assert_int_equal(fdd_peaks(&d, &s, &peaks, &count, &arena), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(fdd_mode(&d, 100, &s, &mode, &arena), ERR_TOO_FEW); /* no power */
    assert_int_equal(fdd_mode(&d, 0, &s, &mode, &arena), ERR_RANGE);
    assert_int_equal(fdd_mode(&d, LINES - 1, &s, &mode, &arena), ERR_RANGE);
    assert_int_equal(fdd_height(&d, 5.0, &s, &h, &arena), ERR_OK);
    assert_true(isfinite(h));
    const double f[] = {0.0, 51.0, NAN, -1.0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(fdd_height(&d, f[i], &s, &h, &arena), ERR_RANGE);
    const double values[] = {NAN, -0.1, 1.0};
    for (size_t i = 0; i < 3; i++) {
        bad = s, bad.mac = values[i];
        assert_int_equal(fdd_mode(&d, 100, &bad, &mode, &arena), ERR_RANGE);
    }
    bad = s, bad.low = 0.95;
    assert_int_equal(fdd_peaks(&d, &bad, &peaks, &count, &arena), ERR_RANGE);
    bad = s, bad.high_hz = -1.0;
    assert_int_equal(fdd_height(&d, 5.0, &bad, &h, &arena), ERR_RANGE);
    bad = s, bad.extremes = 3;
    assert_int_equal(fdd_mode(&d, 100, &bad, &mode, &arena), ERR_RANGE);
    few.lines = 15;
    e = decomposed(&few);
    assert_int_equal(fdd_peaks(&e, &s, &peaks, &count, &arena), ERR_TOO_FEW);
    none.lines = 0;
    assert_int_equal(fdd_decompose(&none, &e, &arena), ERR_TOO_FEW);
    none = m, none.channels = 0;
    assert_int_equal(fdd_decompose(&none, &e, &arena), ERR_TOO_FEW);
    m.at[500] = NAN;
    assert_int_equal(fdd_decompose(&m, &e, &arena), ERR_NOT_FINITE);
    fill_bell(p, 5.02, 0.3, false); /* dies before four extremes */
    struct spectral_matrix broad = made_matrix(p, 0.0);
    e = decomposed(&broad);
    assert_int_equal(fdd_mode(&e, 100, &s, &mode, &arena), ERR_TOO_FEW);
    for (size_t k = 0; k < LINES; k++)
        p[k] = p[k] * 1e-290;
    struct spectral_matrix tiny = made_matrix(p, 0.0);
    e = decomposed(&tiny);
    assert_int_equal(fdd_peaks(&e, &s, &peaks, &count, &arena), ERR_OK);
}

/* One channel is its own shape at every line: the bell is the whole spectrum, good for one mode. */
static void exact_single_channel(void **state)
{
    double *p = flat(0.0);
    struct fdd_settings s = fdd_defaults();
    struct mode mode;

    (void)state;
    fill_bell(p, 5.02, 0.02, false);
    struct spectral_matrix m = made_matrix(p, 0.0);
    m.channels = 1;
    for (size_t k = 0; k < LINES; k++)
        m.at[k] = p[k];
    struct fdd d = decomposed(&m);
    assert_int_equal(fdd_mode(&d, 100, &s, &mode, &arena), ERR_OK);
    assert_near(mode.f_hz, 5.02, 5e-5 * 5.02);
    assert_near(mode.zeta, 0.02, 2e-3 * 0.02);
    assert_true(mode.shape[0] == 1.0);
}

static void hostile_errors_give_back(void **state)
{
    struct spectral_matrix m = made_matrix(flat(0.0), 0.0);
    struct fdd d = decomposed(&m), e;
    struct fdd_settings s = fdd_defaults();
    struct mode mode;
    size_t before = arena.used_bytes;

    (void)state;
    assert_int_equal(fdd_mode(&d, 100, &s, &mode, &arena), ERR_TOO_FEW);
    m.at[500] = NAN;
    assert_int_equal(fdd_decompose(&m, &e, &arena), ERR_NOT_FINITE);
    assert_int_equal(arena.used_bytes, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exact_decomposition, reset),
        cmocka_unit_test_teardown(exact_peaks_and_floor, reset),
        cmocka_unit_test_teardown(exact_damping_of_a_whole_bell, reset),
        cmocka_unit_test_teardown(invariant_scale_permutation_units, reset),
        cmocka_unit_test_teardown(truth_chain, reset),
        cmocka_unit_test_teardown(promise_separate_modes, reset),
        cmocka_unit_test_teardown(promise_no_peak_in_white_noise, reset),
        cmocka_unit_test_teardown(exact_single_channel, reset),
        cmocka_unit_test_teardown(hostile_input, reset),
        cmocka_unit_test_teardown(hostile_errors_give_back, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
