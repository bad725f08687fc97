#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/num/sample.h"

/* One value that is no number, at each place of samples of each length. */
static void hostile_value_anywhere(void **state)
{
    static const double hostile[] = {NAN, -NAN, INFINITY, -INFINITY};
    double x[13];

    (void)state;
    for (size_t n = 1; n <= 13; n++)
        for (size_t at = 0; at < n; at++)
            for (size_t h = 0; h < sizeof hostile / sizeof *hostile; h++) {
                for (size_t i = 0; i < n; i++)
                    x[i] = i % 2 == 0 ? 1.7976931348623157e308 : -4.9e-324;
                assert_int_equal(sample_check(x, n, n), ERR_OK);
                assert_int_equal(sample_check(x, n, n + 1), ERR_TOO_FEW);
                x[at] = hostile[h];
                assert_int_equal(sample_check(x, n, n), ERR_NOT_FINITE);
                assert_int_equal(sample_check(x, n, n + 1), ERR_NOT_FINITE);
                assert_int_equal(sample_check(x, at, 0), ERR_OK);
            }
    assert_int_equal(sample_check(x, 0, 1), ERR_TOO_FEW);
}

static void exact_varies_and_increasing(void **state)
{
    const double same[] = {2, 2, 2}, rising[] = {-1, 0, 5}, still[] = {0, 1, 1};

    (void)state;
    assert_int_equal(sample_varies(same, 3), ERR_CONSTANT);
    assert_int_equal(sample_varies(same, 1), ERR_CONSTANT);
    assert_int_equal(sample_varies(still, 2), ERR_OK);
    assert_int_equal(sample_increasing(rising, 3), ERR_OK);
    assert_int_equal(sample_increasing(still, 3), ERR_ORDER);
    assert_int_equal(sample_increasing((double[]){0, (double)NAN}, 2), ERR_ORDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_value_anywhere),
        cmocka_unit_test(exact_varies_and_increasing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
