#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/masonry.h"
#include "shikumen/num/random.h"

/* BRE Digest 251 table 1, at and on both sides of every limit. */
static void vector_burland_widths(void **state)
{
    static const struct {
        double width_mm;
        int category;
    } table[] = {{0, 0},   {0.099, 0}, {0.1, 1},  {1, 1},  {1.001, 2}, {5, 2},
                 {5.1, 3}, {15, 3},    {15.1, 4}, {25, 4}, {25.1, 5},  {1e300, 5}};
    const double several[] = {3.1, 3.2, 3.3, 0.5}, two[] = {3.1, 3.2, 3.0};
    int category;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(burland_category(&table[i].width_mm, 1, &category), ERR_OK);
        assert_int_equal(category, table[i].category);
    }
    assert_int_equal(burland_category(several, 4, &category), ERR_OK);
    assert_int_equal(category, 3);
    assert_int_equal(burland_category(two, 3, &category), ERR_OK);
    assert_int_equal(category, 2);
    assert_int_equal(burland_category(NULL, 0, &category), ERR_OK);
    assert_int_equal(category, 0);
}

/* Boscardin & Cording 1989; Son & Cording 2005. */
static void vector_strain_categories(void **state)
{
    static const struct {
        double strain;
        int boscardin, son;
    } table[] = {{-1e-3, 0, 0},   {0, 0, 0},      {0.5e-3, 0, 0},  {0.51e-3, 1, 1}, {0.75e-3, 1, 1},
                 {0.76e-3, 2, 2}, {1.5e-3, 2, 2}, {1.6e-3, 3, 2},  {1.67e-3, 3, 2}, {1.7e-3, 3, 3},
                 {3.0e-3, 3, 3},  {3.1e-3, 4, 3}, {3.33e-3, 4, 3}, {3.4e-3, 4, 4},  {1, 4, 4}};
    int category;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(strain_category(table[i].strain, STRAIN_BOSCARDIN_CORDING_1989, &category),
                         ERR_OK);
        assert_int_equal(category, table[i].boscardin);
        assert_int_equal(strain_category(table[i].strain, STRAIN_SON_CORDING_2005, &category),
                         ERR_OK);
        assert_int_equal(category, table[i].son);
    }
}

/* Crack index after the Delft formula; values printed with 5 decimals: half a unit of the last. */
static void vector_crack_index(void **state)
{
    static const struct crack one_fine[] = {{0.1, 500}}, one[] = {{1, 500}},
                              three[] = {{2, 1000}, {1, 500}, {0.5, 300}}, five[] = {{5, 1500}},
                              ten[] = {{10, 2000}, {5, 1000}, {3, 800}};
    struct crack_index i;

    (void)state;
    assert_int_equal(crack_index(one_fine, 1, &i), ERR_OK);
    assert_near(i.psi, 1.0024, 5e-5);
    assert_int_equal(i.level, 1);
    assert_int_equal(crack_index(one, 1, &i), ERR_OK);
    assert_near(i.psi, 2, 1e-15);
    assert_int_equal(i.level, 2);
    assert_int_equal(crack_index(three, 3, &i), ERR_OK);
    assert_near(i.weighted_width_mm, 1.72642, 5e-6);
    assert_near(i.psi, 2.77806, 5e-6);
    assert_int_equal(i.level, 3);
    assert_int_equal(crack_index(five, 1, &i), ERR_OK);
    assert_near(i.psi, 3.24131, 5e-6);
    assert_int_equal(crack_index(ten, 3, &i), ERR_OK);
    assert_near(i.psi, 4.47746, 5e-6);
    assert_int_equal(i.level, 4);
    assert_int_equal(crack_index(NULL, 0, &i), ERR_OK);
    assert_near(i.psi, 0, 0);
    assert_int_equal(i.level, 0);
}

static void exact_crack_index_of_a_house(void **state)
{
    const double psi[] = {1, 2, 4}, area[] = {10, 10, 20};
    double house;

    (void)state;
    assert_int_equal(crack_index_house(psi, area, 3, &house), ERR_OK);
    assert_near(house, 2.75, 0);
}

struct beam_row {
    struct deep_beam beam;
    double eps_b, eps_d, eps_bt, eps_dt;
};

/* Burland & Wroth 1974 with Mair, Taylor & Burland 1996, seven digits printed. */
static void vector_deep_beam(void **state)
{
    static const struct beam_row rows[] = {
        {{10, 8, 2.6, 1e-3, 0, BENDING_HOGGING},
         8.739985e-4,
         9.089585e-4,
         8.739985e-4,
         9.089585e-4},
        {{10, 8, 2.6, 1e-3, 5e-4, BENDING_HOGGING},
         8.739985e-4,
         9.089585e-4,
         1.373999e-3,
         1.140314e-3},
        {{10, 8, 12.5, 1e-3, 0, BENDING_HOGGING},
         1.959184e-4,
         9.795918e-4,
         1.959184e-4,
         9.795918e-4},
        {{10, 8, 2.6, 1e-3, 5e-4, BENDING_SAGGING},
         1.372998e-3,
         7.139588e-4,
         1.872998e-3,
         9.594502e-4},
        {{20, 8, 2.6, 5e-4, 2e-4, BENDING_HOGGING},
         6.864989e-4,
         3.569794e-4,
         8.864989e-4,
         4.499135e-4},
    };
    struct deep_beam_strain s;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(deep_beam_strain(&rows[i].beam, &s), ERR_OK);
        assert_close(s.bending, rows[i].eps_b, 6e-7);
        assert_close(s.diagonal, rows[i].eps_d, 6e-7);
        assert_close(s.total_bending, rows[i].eps_bt, 6e-7);
        assert_close(s.total_diagonal, rows[i].eps_dt, 6e-7);
        assert_near(s.largest, fmax(s.total_bending, s.total_diagonal), 0);
    }
}

/* Published forms for E/G = 2.6 with rounded coefficients: half a unit of their last digit (0.25
 * stands for 0.2564). */
static void vector_deep_beam_published_forms(void **state)
{
    struct deep_beam_strain s;

    (void)state;
    for (double r = 0.5; r < 6; r += 0.5) {
        struct deep_beam b = {10 * r, 10, 2.6, 1e-3, 0, BENDING_SAGGING};

        assert_int_equal(deep_beam_strain(&b, &s), ERR_OK);
        assert_near(1e-3 / s.bending, 0.167 * r + 0.65 / r, 0.0005 * r + 0.005 / r);
        assert_near(1e-3 / s.diagonal, 1 + 0.25 * r * r, 0.0065 * r * r);
        b.bending = BENDING_HOGGING;
        assert_int_equal(deep_beam_strain(&b, &s), ERR_OK);
        assert_near(1e-3 / s.bending, 0.083 * r + 1.3 / r, 0.0005 * r + 0.05 / r);
        assert_near(1e-3 / s.diagonal, 1 + 0.064 * r * r, 0.0005 * r * r);
    }
}

/* A beam and one twice its size are strained alike; strains grow with the deflection. */
static void invariant_deep_beam(void **state)
{
    struct random r = random_seeded(31);

    (void)state;
    for (int i = 0; i < 300; i++) {
        struct deep_beam b = {1 + 30 * random_uniform(&r), 1 + 12 * random_uniform(&r),
                              1 + 12 * random_uniform(&r), 2e-3 * random_uniform(&r),
                              1e-3 * random_uniform(&r),   (enum bending)(i % 2)};
        struct deep_beam twice = b, more = b;
        struct deep_beam_strain s, s2, s3;

        twice.length_m *= 2;
        twice.height_m *= 2;
        more.deflection_ratio *= 1.5;
        assert_int_equal(deep_beam_strain(&b, &s), ERR_OK);
        assert_int_equal(deep_beam_strain(&twice, &s2), ERR_OK);
        assert_int_equal(deep_beam_strain(&more, &s3), ERR_OK);
        assert_close(s2.bending, s.bending, 1e-14);
        assert_close(s2.diagonal, s.diagonal, 1e-14);
        assert_close(s3.bending, 1.5 * s.bending, 1e-14);
        assert_true(s3.largest > s.largest && s.largest >= b.ground_strain);
    }
}

/* Boscardin & Cording 1989; directions printed with three decimals, strains with seven digits. */
static void vector_principal_strain(void **state)
{
    static const double rows[][4] = {
        {1e-3, 0, 5.0e-4, 45.000},
        {1e-3, 5e-4, 8.090170e-4, 31.717},
        {2e-3, 1e-3, 1.618034e-3, 31.717},
        {1.0 / 300, 0, 1.666667e-3, 45},
        {1.0 / 500, 2e-4, 1.104988e-3, 42.145},
        {3e-3, 1.5e-3, 2.427051e-3, 31.717},
    };
    struct principal_strain p;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(principal_strain(rows[i][0], rows[i][1], &p), ERR_OK);
        assert_close(p.strain, rows[i][2], 6e-7);
        assert_near(p.direction_deg, rows[i][3], 5e-4);
    }
}

/* eps_p = eps_h cos^2 theta + beta sin theta cos theta, and no direction has more. */
static void invariant_principal_strain_is_the_largest(void **state)
{
    struct random r = random_seeded(32);
    struct principal_strain p;

    (void)state;
    for (int i = 0; i < 500; i++) {
        double beta = 3e-3 * random_normal(&r), h = 1e-3 * random_normal(&r), a;

        assert_int_equal(principal_strain(beta, h, &p), ERR_OK);
        a = p.direction_deg * M_PI / 180;
        assert_near(p.strain, h * cos(a) * cos(a) + beta * sin(a) * cos(a), 1e-17);
        a = M_PI * random_uniform(&r);
        assert_true(p.strain >= h * cos(a) * cos(a) + beta * sin(a) * cos(a) - 1e-17);
    }
}

/* A tilted wall with a known bend: the tilt is taken off before anything is called distortion. */
static void truth_settlement_shape(void **state)
{
    struct random r = random_seeded(33);
    struct settlement_shape s;

    (void)state;
    for (int trial = 0; trial < 200; trial++) {
        double x[9], y[9], tilt = 5e-3 * random_normal(&r), sag = 20 * random_normal(&r);

        for (size_t i = 0; i < 9; i++) {
            double u = ((double)i - 4) / 4;

            x[i] = 2 * (double)i;
            y[i] = 30 + 1000 * tilt * x[i] + sag * (1 - u * u);
        }
        assert_int_equal(settlement_shape(x, y, 9, &s), ERR_OK);
        assert_near(s.tilt, tilt, 1e-15);
        assert_near(s.sagging_ratio, sag > 0 ? sag / 16000 : 0, 1e-15);
        assert_near(s.hogging_ratio, sag < 0 ? -sag / 16000 : 0, 1e-15);
        assert_near(fabs(s.angular_distortion), fabs(sag) * (1 - 0.5625) / 2000, 1e-15);
        assert_true(s.bay == 0 || s.bay == 7);
        assert_true(s.has_deflection);
    }
}

static void exact_settlement_of_three_points(void **state)
{
    const double x[] = {0, 4, 8}, y[] = {0, 6, 0};
    struct settlement_shape s;

    (void)state;
    assert_int_equal(settlement_shape(x, y, 3, &s), ERR_OK);
    assert_false(s.has_deflection);
    assert_near(s.sagging_ratio, 0, 0);
    assert_near(s.tilt, 0, 0);
    assert_near(s.angular_distortion, 1.5e-3, 0);
    assert_int_equal(s.bay, 0);
    assert_near(s.mean_mm, 2, 0);
}

static void hostile_input(void **state)
{
    const double nan = (double)NAN, bad[] = {1, nan, 3}, x[] = {0, 1, 2}, back[] = {0, 2, 1},
                 negative[] = {-0.1}, far[] = {-1e308, 0, 1e308}, two[] = {0, 0};
    const struct crack cracks[] = {{nan, 1}, {-1, 1}, {1e300, 1e300}, {0, 5}};
    struct deep_beam beam = {10, 8, 2.6, 1e-3, 0, BENDING_SAGGING}, b = beam;
    struct deep_beam_strain strain;
    struct crack_index index;
    struct settlement_shape shape;
    struct principal_strain p;
    double house;
    int category;

    (void)state;
    assert_int_equal(burland_category(bad, 3, &category), ERR_NOT_FINITE);
    assert_int_equal(burland_category(negative, 1, &category), ERR_RANGE);
    assert_int_equal(strain_category(nan, STRAIN_SON_CORDING_2005, &category), ERR_NOT_FINITE);
    assert_int_equal(strain_category(0, (enum strain_limits)7, &category), ERR_RANGE);
    assert_int_equal(crack_index(cracks, 1, &index), ERR_NOT_FINITE);
    assert_int_equal(crack_index(cracks + 1, 1, &index), ERR_RANGE);
    assert_int_equal(crack_index(cracks + 2, 1, &index), ERR_NOT_FINITE);
    assert_int_equal(crack_index(cracks + 3, 1, &index), ERR_OK);
    assert_near(index.psi, 0, 0);
    assert_int_equal(crack_index_house(x, x, 0, &house), ERR_TOO_FEW);
    assert_int_equal(crack_index_house(x, x, 3, &house), ERR_RANGE);
    assert_int_equal(crack_index_house(bad, x + 1, 2, &house), ERR_NOT_FINITE);
    b.length_m = 0;
    assert_int_equal(deep_beam_strain(&b, &strain), ERR_RANGE);
    b = beam;
    b.height_m = nan;
    assert_int_equal(deep_beam_strain(&b, &strain), ERR_RANGE);
    b = beam;
    b.deflection_ratio = -1e-3;
    assert_int_equal(deep_beam_strain(&b, &strain), ERR_RANGE);
    b = beam;
    b.length_m = HUGE_VAL;
    assert_int_equal(deep_beam_strain(&b, &strain), ERR_NOT_FINITE);
    b = beam;
    b.stiffness_ratio = HUGE_VAL;
    assert_int_equal(deep_beam_strain(&b, &strain), ERR_NOT_FINITE);
    b = beam;
    b.ground_strain = HUGE_VAL;
    assert_int_equal(deep_beam_strain(&b, &strain), ERR_NOT_FINITE);
    b = beam;
    b.bending = (enum bending)5;
    assert_int_equal(deep_beam_strain(&b, &strain), ERR_RANGE);
    assert_int_equal(principal_strain(nan, 0, &p), ERR_NOT_FINITE);
    assert_int_equal(principal_strain(1e308, 1.7e308, &p), ERR_NOT_FINITE);
    assert_int_equal(settlement_shape(x, two, 2, &shape), ERR_TOO_FEW);
    assert_int_equal(settlement_shape(x, bad, 3, &shape), ERR_NOT_FINITE);
    assert_int_equal(settlement_shape(back, x, 3, &shape), ERR_ORDER);
    assert_int_equal(settlement_shape(far, far, 3, &shape), ERR_NOT_FINITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_burland_widths),
        cmocka_unit_test(vector_strain_categories),
        cmocka_unit_test(vector_crack_index),
        cmocka_unit_test(exact_crack_index_of_a_house),
        cmocka_unit_test(vector_deep_beam),
        cmocka_unit_test(vector_deep_beam_published_forms),
        cmocka_unit_test(invariant_deep_beam),
        cmocka_unit_test(vector_principal_strain),
        cmocka_unit_test(invariant_principal_strain_is_the_largest),
        cmocka_unit_test(truth_settlement_shape),
        cmocka_unit_test(exact_settlement_of_three_points),
        cmocka_unit_test(hostile_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
