#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "shikumen/base/curve.h"

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12))
        fail_msg("%.17g is not %.17g", a, b);
}

/* DIN 4150-3:1999-02 figure 1, lines 1 to 3: values at the frequencies of the piecewise form of
 * DIN 45669-1 annex E, table E.1. */
static void din_4150_3_lines(void **state)
{
    static const struct curve_point lines[3][4] = {
        {{1, 20}, {10, 20}, {50, 40}, {100, 50}},
        {{1, 5}, {10, 5}, {50, 15}, {100, 20}},
        {{1, 3}, {10, 3}, {50, 8}, {100, 10}},
    };
    static const double f[] = {1, 10, 12, 18, 20, 25, 30, 40, 50, 63, 80, 100, 150};
    static const double v[3][13] = {
        {20, 20, 21, 24, 25, 27.5, 30, 35, 40, 42.6, 46, 50, 50},
        {5, 5, 5.5, 7.0, 7.5, 8.75, 10, 12.5, 15, 16.3, 18, 20, 20},
        {3, 3, 3.25, 4.0, 4.25, 4.875, 5.5, 6.75, 8, 8.52, 9.2, 10, 10},
    };

    (void)state;
    for (size_t line = 0; line < 3; line++)
        for (size_t i = 0; i < 13; i++)
            assert_near(curve_at(lines[line], 4, f[i]), v[line][i]);
}

static void ends_and_unknown_frequency(void **state)
{
    static const struct curve_point c[] = {{4, 15}, {15, 20}, {40, 9}};

    (void)state;
    assert_near(curve_at(c, 3, 0.5), 15);
    assert_near(curve_at(c, 3, 1000), 9);
    assert_near(curve_at(c, 3, (double)NAN), 9);
    assert_near(curve_at(c, 3, HUGE_VAL), 9);
    assert_near(curve_at(c, 3, 0), 9);
    assert_near(curve_at(c, 3, -5), 9);
    assert_near(curve_at(c, 1, 7), 15);
    assert_near(curve_at(c, 3, 15), 20);
}

/* Never outside the values of the curve, and continuous. */
static void stays_between_its_points(void **state)
{
    static const struct curve_point c[] = {{1, 3}, {10, 3}, {50, 8}, {100, 10}};
    double before = curve_at(c, 4, 0.1);

    (void)state;
    for (double f = 0.1; f < 120; f += 0.01) {
        double v = curve_at(c, 4, f);
        assert_true(v >= 3 && v <= 10 && v >= before && v - before < 0.01);
        before = v;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(din_4150_3_lines),
        cmocka_unit_test(ends_and_unknown_frequency),
        cmocka_unit_test(stays_between_its_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
