#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/random.h"

/* First outputs of xoshiro256++ from the state 1, 2, 3, 4 (reference code of Blackman & Vigna). */
static void vector_xoshiro(void **state)
{
    static const uint64_t expected[] = {UINT64_C(41943041), UINT64_C(58720359),
                                        UINT64_C(3588806011781223), UINT64_C(3591011842654386)};
    struct random r = {{1, 2, 3, 4}};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_true(random_bits(&r) == expected[i]);
}

static void invariant_seed_is_all(void **state)
{
    struct random a = random_seeded(42), b = random_seeded(42), c = random_seeded(43);
    int differ = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        uint64_t bits = random_bits(&a);

        assert_true(bits == random_bits(&b));
        differ += bits != random_bits(&c);
    }
    assert_int_equal(differ, 100);
}

/* Means and variances of 200 000 draws within five standard errors. */
static void promise_moments(void **state)
{
    enum { N = 200000 };
    struct random r = random_seeded(12);
    double uniform = 0, normal = 0, square = 0, fourth = 0, exponential = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        double u = random_uniform(&r), z = random_normal(&r);

        assert_true(u > 0 && u < 1);
        uniform += u / N;
        normal += z / N;
        square += z * z / N;
        fourth += z * z * z * z / N;
        exponential += random_exponential(&r) / N;
    }
    assert_near(uniform, 0.5, 5 * sqrt(1.0 / 12 / N));
    assert_near(normal, 0, 5 * sqrt(1.0 / N));
    assert_near(square, 1, 5 * sqrt(2.0 / N));
    assert_near(fourth, 3, 5 * sqrt(96.0 / N));
    assert_near(exponential, 1, 5 * sqrt(1.0 / N));
}

static void promise_below_is_even(void **state)
{
    enum { N = 70000 };
    struct random r = random_seeded(13);
    double count[7] = {0};

    (void)state;
    for (int i = 0; i < N; i++)
        count[random_below(&r, 7)]++;
    for (size_t k = 0; k < 7; k++)
        assert_near(count[k], N / 7.0, 5 * sqrt(N * (1.0 / 7) * (6.0 / 7)));
    for (int i = 0; i < 100; i++)
        assert_int_equal(random_below(&r, 1), 0);
}

static void hostile_seeds(void **state)
{
    static const uint64_t seeds[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct random r = random_seeded(seeds[i]);
        double sum = 0;

        for (int j = 0; j < 1000; j++)
            sum += random_uniform(&r);
        assert_near(sum / 1000, 0.5, 5 * sqrt(1.0 / 12 / 1000));
        assert_true(random_below(&r, SIZE_MAX) < SIZE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_xoshiro),  cmocka_unit_test(invariant_seed_is_all),
        cmocka_unit_test(promise_moments), cmocka_unit_test(promise_below_is_even),
        cmocka_unit_test(hostile_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
