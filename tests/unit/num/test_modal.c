/* MAC, MPC, MPD, normalisation, expected frequency. */
#include "modal_fixture.h"

static const double complex J = CMPLX(0.0, 1.0);

static void exact_mac(void **state)
{
    const double complex a[] = {1, J, -1}, b[] = {2.0 * J, -2, -2.0 * J}, c[] = {1, 1, 0};
    const double complex zero[3] = {0};

    (void)state;
    assert_near(modal_mac(a, b, 3), 1.0, 1e-15); /* b = 2i a */
    assert_near(modal_mac(a, c, 3), 2.0 / 6.0, 1e-15);
    assert_near(modal_mac(a, zero, 3), 0.0, 0.0);
    assert_near(modal_mac(a, a, 0), 0.0, 0.0);
}

static void exact_collinearity(void **state)
{
    const double complex line[] = {1.0 + J, 2.0 + 2.0 * J, -3.0 - 3.0 * J};
    const double complex alike[] = {J, J, J}, circle[] = {1, J, -1, -J};
    const double complex corner[] = {1, J};

    (void)state;
    assert_near(modal_mpc(line, 3), 1.0, 1e-15);
    assert_near(modal_mpd(line, 3), 0.0, 1e-15);
    assert_near(modal_mpc(alike, 3), 1.0, 1e-15); /* no spread about the mean, yet on one line */
    assert_near(modal_mpd(alike, 3), 0.0, 1e-15);
    assert_near(modal_mpc(circle, 4), 0.0, 1e-15);
    assert_near(modal_mpd(corner, 2), M_PI / 4.0, 1e-15);
    for (double e = 0.0; e < 0.7; e += 0.1) {
        const double complex fork[] = {cexp(J * e), cexp(-J * e)};

        assert_near(modal_mpd(fork, 2), e, 1e-14);
        assert_near(modal_mpc(fork, 2), cos(2.0 * e) * cos(2.0 * e), 1e-14);
    }
    assert_near(modal_mpc(line, 1), 1.0, 1e-15);
}

static void exact_normalisation(void **state)
{
    double complex s[] = {1.0 + J, -2.0 - 2.0 * J, 0.5}, zero[2] = {0};
    double real[3];

    (void)state;
    modal_normalise(s, 3);
    assert_true(s[1] == 1.0);
    assert_near(cabs(s[0] + 0.5), 0.0, 1e-16);
    modal_normalise(zero, 2);
    assert_true(zero[0] == 0.0);
    const double complex turned[] = {2.0 * J, -4.0 * J, 1.0 * J};
    modal_real(turned, 3, real);
    assert_near(real[0], -0.5, 1e-15);
    assert_near(real[1], 1.0, 1e-15);
    assert_near(real[2], -0.25, 1e-15);
    modal_real(zero, 2, real);
    assert_near(real[0], 0.0, 0.0);
}

/* ISO 4866:2010 annex D as in the reference: 7, 9, 11 m give 6.6, 5.1, 4.2 Hz (two digits). */
static void vector_expected_frequency(void **state)
{
    const double h[] = {7, 9, 11}, f[] = {6.6, 5.1, 4.2};
    struct expected_frequency e;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(modal_expected_frequency(h[i], &e), ERR_OK);
        assert_near(e.f_hz, f[i], 0.05);
        assert_near(e.low_hz, 0.5 * e.f_hz, 0.0);
        assert_near(e.high_hz, 1.5 * e.f_hz, 0.0);
    }
}

/* Closed form of the five-storey chain; the reference prints the first shape to 8 decimals, the
 * frequencies to 16. Shapes of one mass per storey are orthogonal. */
static void vector_chain(void **state)
{
    const double f[] = {0.8899520430804803, 2.5977575074596544, 4.095108108043218,
                        5.260697404258796, 6.000096283353462};
    const double first[] = {1, 0.91898595, 0.76352112, 0.54620035, 0.28462968};
    double complex shape[CHAIN];
    double real[CHAIN];

    (void)state;
    for (size_t j = 0; j < CHAIN; j++) {
        assert_near(chain_f(j), f[j], 2e-15 * f[j]);
        for (size_t i = 0; i < CHAIN; i++)
            shape[i] = chain_shape(j, i) * cexp(0.7 * J);
        for (size_t q = 0; q < CHAIN; q++)
            assert_near(chain_mac(shape, q), q == j ? 1.0 : 0.0, 1e-14);
        modal_real(shape, CHAIN, real);
        for (size_t i = 0; i < CHAIN && j == 0; i++)
            assert_near(real[i], first[i], 5e-9);
    }
}

static void random_shape(double complex *s, size_t n, struct random *r)
{
    for (size_t i = 0; i < n; i++)
        s[i] = CMPLX(random_normal(r), random_normal(r));
}

static void invariant_factor_permutation_conjugate(void **state)
{
    struct random r = random_seeded(3);
    double complex a[6], b[6], p[6], q[6];

    (void)state;
    for (int run = 0; run < 200; run++) {
        double complex factor = CMPLX(random_normal(&r), random_normal(&r)) * 1e120;

        random_shape(a, 6, &r);
        random_shape(b, 6, &r);
        for (size_t i = 0; i < 6; i++) {
            p[i] = factor * a[(i + 2) % 6];
            q[i] = b[(i + 2) % 6];
        }
        double mac = modal_mac(a, b, 6);
        assert_true(mac >= 0.0 && mac <= 1.0);
        assert_near(modal_mac(b, a, 6), mac, 1e-14);
        assert_near(modal_mac(p, q, 6), mac, 1e-13);
        assert_near(modal_mpc(p, 6), modal_mpc(a, 6), 1e-13);
        assert_near(modal_mpd(p, 6), modal_mpd(a, 6), 1e-7 / fmax(modal_mpc(a, 6), 1e-5));
        for (size_t i = 0; i < 6; i++)
            p[i] = conj(a[i]);
        assert_near(modal_mpc(p, 6), modal_mpc(a, 6), 1e-13);
    }
}

/* A real shape with complex noise of standard deviation s per part: 1 - MPC grows as 4 s^2 n / sum
 * phi^2 to first order, and the mean phase deviation as sqrt(2/pi) s sum 1 / sum |phi|. */
static void truth_noisy_shape(void **state)
{
    struct random r = random_seeded(8);
    double loss = 0.0, deviation = 0.0, s = 0.01, sum = 0.0, square = 0.0;

    (void)state;
    for (size_t i = 0; i < CHAIN; i++) {
        sum += chain_shape(0, i);
        square += chain_shape(0, i) * chain_shape(0, i);
    }
    for (int run = 0; run < 4000; run++) {
        double complex a[CHAIN];

        for (size_t i = 0; i < CHAIN; i++)
            a[i] = CMPLX(chain_shape(0, i) + s * random_normal(&r), s * random_normal(&r));
        loss += (1.0 - modal_mpc(a, CHAIN)) / 4000.0;
        deviation += modal_mpd(a, CHAIN) / 4000.0;
    }
    /* one of the CHAIN degrees of freedom goes into the direction of the line */
    assert_near(loss, 4.0 * s * s * (CHAIN - 1) / square, 0.05 * loss);
    assert_near(deviation, sqrt(2.0 / M_PI) * s * CHAIN / sum, 0.15 * deviation);
}

/* MAC of independent complex normal vectors is beta(1, n - 1): mean 1 / n, P(MAC > 0.8) =
 * 0.2^(n-1). */
static void promise_chance_agreement(void **state)
{
    struct random r = random_seeded(12);
    size_t high = 0, runs = 20000;
    double mean = 0.0;

    (void)state;
    for (size_t run = 0; run < runs; run++) {
        double complex a[4], b[4];

        random_shape(a, 4, &r);
        random_shape(b, 4, &r);
        double mac = modal_mac(a, b, 4);
        mean += mac / (double)runs;
        high += mac > 0.8;
    }
    assert_near(mean, 0.25, 4.0 * sqrt(0.0375 / (double)runs));
    assert_near((double)high / (double)runs, 0.008, 4.0 * sqrt(0.008 / (double)runs));
}

static void hostile_input(void **state)
{
    double complex huge[] = {1e300, -1e300}, tiny[] = {1e-300, 2e-300}, nan[] = {NAN, 1.0};
    double complex inf[] = {INFINITY, 1.0};
    struct expected_frequency e;
    double real[2];

    (void)state;
    assert_near(modal_mac(huge, huge, 2), 1.0, 1e-15);
    assert_near(modal_mac(tiny, huge, 2), 0.1, 1e-15);
    assert_near(modal_mpc(huge, 2), 1.0, 1e-15);
    assert_near(modal_mac(inf, tiny, 2), 0.0, 0.0);
    assert_near(modal_mac(nan, tiny, 2), 0.0, 0.0);
    assert_near(modal_mpc(nan, 2), 0.0, 0.0);
    assert_near(modal_mpd(inf, 2), 0.0, 0.0);
    assert_near(modal_mpc(huge, 0), 0.0, 0.0);
    modal_normalise(tiny, 2);
    assert_true(tiny[1] == 1.0);
    modal_normalise(inf, 2);
    assert_true(isinf(creal(inf[0])));
    modal_normalise(huge, 0);
    modal_real(huge, 2, real);
    assert_near(real[0], 1.0, 1e-15);
    const double h[] = {0.0, 0.99, 101.0, -3.0, NAN, INFINITY};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(modal_expected_frequency(h[i], &e), ERR_RANGE);
}

/* One component that is not finite, wherever it stands, makes a shape count as zero: it agrees with
 * nothing and is on no line. */
static void hostile_component_not_finite(void **state)
{
    const double complex bad[] = {NAN, INFINITY, CMPLX(1.0, NAN), CMPLX(0.0, -INFINITY),
                                  CMPLX(1.6e308, 1.6e308)};
    const double complex good[] = {1.0, 0.3, 0.5};

    (void)state;
    for (size_t i = 0; i < 15; i++) {
        double complex s[] = {1.0, 0.3, 0.5};
        double real[3];

        s[i % 3] = bad[i / 3];
        assert_true(modal_mac(s, good, 3) == 0.0 && modal_mac(good, s, 3) == 0.0);
        assert_true(modal_mpc(s, 3) == 0.0 && modal_mpd(s, 3) == 0.0);
        modal_real(s, 3, real);
        for (size_t j = 0; j < 3; j++)
            assert_true(real[j] == 0.0);
        modal_normalise(s, 3);
        assert_true(s[(i + 1) % 3] == good[(i + 1) % 3]); /* left alone */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_mac),
        cmocka_unit_test(exact_collinearity),
        cmocka_unit_test(exact_normalisation),
        cmocka_unit_test(vector_expected_frequency),
        cmocka_unit_test(vector_chain),
        cmocka_unit_test(invariant_factor_permutation_conjugate),
        cmocka_unit_test(truth_noisy_shape),
        cmocka_unit_test(promise_chance_agreement),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(hostile_component_not_finite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
