#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/fft.h"
#include "shikumen/num/random.h"

/* The error fft.h states: 6e-8 log2(n) of the root of the mean square per line, here as a bound of
 * three times that for the worst of n lines. */
static double bound(size_t n, double mean_square)
{
    return 3 * 6e-8 * log2((double)n) * sqrt(mean_square * (double)n);
}

static double complex line_by_definition(const double *x, size_t n, size_t k)
{
    double complex sum = 0;

    for (size_t j = 0; j < n; j++)
        sum += x[j] * cexp(CMPLX(0, -2 * M_PI * (double)(j * k % n) / (double)n));
    return sum;
}

static void truth_as_the_definition(void **state)
{
    static const size_t lengths[] = {2,  4,   6,   8,   10,  14,  16,  22,  24,  40,   48,  56,
                                     60, 120, 128, 200, 250, 360, 512, 600, 648, 1000, 1024};
    static double x[1024];
    static double complex lines[513];
    struct arena arena = {0};
    struct random r = random_seeded(9);

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t n = lengths[i];
        double square = 0;
        struct fft *f;

        for (size_t j = 0; j < n; j++) {
            x[j] = random_normal(&r);
            square += x[j] * x[j] / (double)n;
        }
        assert_int_equal(fft_new(n, &f, &arena), ERR_OK);
        fft_forward(f, x, lines);
        for (size_t k = 0; k <= n / 2; k++)
            assert_near(cabs(lines[k] - line_by_definition(x, n, k)), 0, bound(n, square));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void invariant_inverse_and_power(void **state)
{
    static double x[4096], back[4096];
    static double complex lines[2049];
    struct arena arena = {0};
    struct random r = random_seeded(10);
    struct fft *f;

    (void)state;
    assert_int_equal(fft_new(4096, &f, &arena), ERR_OK);
    for (double unit = 1e-300; unit < 1e301; unit *= 1e150) {
        double power = 0, square = 0;

        for (size_t j = 0; j < 4096; j++)
            x[j] = unit * random_normal(&r);
        fft_forward(f, x, lines);
        fft_inverse(f, lines, back);
        for (size_t j = 0; j < 4096; j++) {
            assert_near(back[j] / unit, x[j] / unit, 2 * bound(4096, 1) / 64);
            square += x[j] / unit * (x[j] / unit);
        }
        for (size_t k = 0; k <= 2048; k++)
            power += (k % 2048 == 0 ? 1 : 2) * pow(cabs(lines[k] / unit), 2);
        assert_close(power / 4096, square, 1e-6); /* Parseval */
    }
    arena_free(&arena);
}

/* Every kind of length, there and back; and powers as the squares of lines. */
static void invariant_at_every_length(void **state)
{
    static double x[300], back[300], power[151];
    static double complex lines[151];
    struct arena arena = {0};
    struct random r = random_seeded(12);

    (void)state;
    for (size_t n = 2; n <= 300; n += 2) {
        struct fft *f;
        double largest = 0;
        int exponent;

        assert_int_equal(fft_new(n, &f, &arena), ERR_OK);
        for (size_t j = 0; j < n; j++) {
            x[j] = 1e200 * random_normal(&r);
            largest = fmax(largest, fabs(x[j]));
        }
        frexp(largest, &exponent);
        fft_forward(f, x, lines);
        fft_inverse(f, lines, back);
        for (size_t j = 0; j < n; j++)
            assert_near(back[j] / 1e200, x[j] / 1e200, 2e-6);
        fft_power(f, x, power);
        for (size_t k = 0; k <= n / 2; k++)
            assert_close(power[k], pow(ldexp(cabs(lines[k]), -exponent), 2), 1e-14);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

/* The same signal in other units of a power of two has the same bits. */
static void invariant_scale_by_powers_of_two(void **state)
{
    double x[64], y[64];
    double complex a[33], b[33];
    struct arena arena = {0};
    struct random r = random_seeded(11);
    struct fft *f;

    (void)state;
    assert_int_equal(fft_new(64, &f, &arena), ERR_OK);
    for (size_t j = 0; j < 64; j++) {
        x[j] = random_normal(&r);
        y[j] = ldexp(x[j], -700);
    }
    fft_forward(f, x, a);
    fft_forward(f, y, b);
    for (size_t k = 0; k <= 32; k++) {
        assert_near(ldexp(creal(b[k]), 700), creal(a[k]), 0);
        assert_near(ldexp(cimag(b[k]), 700), cimag(a[k]), 0);
    }
    arena_free(&arena);
}

static void exact_lines_of_a_cosine(void **state)
{
    double x[40];
    double complex lines[21];
    struct arena arena = {0};
    struct fft *f;

    (void)state;
    for (size_t j = 0; j < 40; j++)
        x[j] = 2 + 3 * cos(2 * M_PI * 5 * (double)j / 40);
    assert_int_equal(fft_new(40, &f, &arena), ERR_OK);
    fft_forward(f, x, lines);
    for (size_t k = 0; k <= 20; k++)
        assert_near(cabs(lines[k] - (k == 0 ? 80 : k == 5 ? 60 : 0)), 0, bound(40, 8.5));
    arena_free(&arena);
}

static void hostile_lengths(void **state)
{
    struct arena arena = {0};
    struct fft *f;
    double zero[4] = {0};
    double complex lines[3];

    (void)state;
    assert_int_equal(fft_new(0, &f, &arena), ERR_RANGE);
    assert_int_equal(fft_new(1, &f, &arena), ERR_RANGE);
    assert_int_equal(fft_new(7, &f, &arena), ERR_RANGE);
    assert_int_equal(fft_new((size_t)1 << 27, &f, &arena), ERR_RANGE);
    assert_int_equal(fft_new(SIZE_MAX - 1, &f, &arena), ERR_RANGE);
    assert_int_equal(fft_new(4, &f, &arena), ERR_OK);
    fft_forward(f, zero, lines);
    fft_inverse(f, lines, zero);
    assert_near(zero[0], 0, 0);
    arena_free(&arena);
    assert_int_equal(fft_good_length(0), 2);
    assert_int_equal(fft_good_length(2), 2);
    assert_int_equal(fft_good_length(7), 8);
    assert_int_equal(fft_good_length(4097), 4320);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_as_the_definition),
        cmocka_unit_test(invariant_inverse_and_power),
        cmocka_unit_test(invariant_at_every_length),
        cmocka_unit_test(invariant_scale_by_powers_of_two),
        cmocka_unit_test(exact_lines_of_a_cosine),
        cmocka_unit_test(hostile_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
