#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/special.h"

/* "computed": mpmath 1.2 with 40 digits. The header promises 1e-12. */
#define PROMISED 1e-12

static void vector_normal(void **state)
{
    static const double computed[][2] = {
        {-37, 5.7255712225245768227e-300}, {-20, 2.7536241186062336951e-89},
        {-8.5, 9.4795348222033183542e-18}, {-1.96, 2.4997895148220434137e-2},
        {-0.1, 4.6017216272297101853e-1},  {0.3, 6.1791142218895263731e-1},
        {3, 9.9865010196836990547e-1},     {8, 9.999999999999993779e-1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof computed / sizeof *computed; i++) {
        double z = computed[i][0], p = computed[i][1];

        assert_close(normal_cdf(z), p, PROMISED);
        assert_close(normal_upper(-z), p, PROMISED);
        assert_near(normal_log_cdf(z), log(p), PROMISED * fmax(1, fabs(log(p))));
    }
    assert_close(normal_log_cdf(-1e150), -5e299, PROMISED);
    assert_close(normal_pdf(0), 0.3989422804014327, PROMISED);
}

static void vector_normal_quantile(void **state)
{
    static const double computed[][2] = {
        {1e-300, -3.7047096299361199237e+1}, {1e-20, -9.2623400897984075737},
        {0.001, -3.0902323061678135415},     {0.05, -1.6448536269514727149},
        {0.3, -5.2440051270804078404e-1},    {0.975, 1.9599639845400542355},
        {0.9995, 3.2905267314918947932},
    };

    (void)state;
    for (size_t i = 0; i < sizeof computed / sizeof *computed; i++)
        assert_close(normal_quantile(computed[i][0]), computed[i][1], PROMISED);
    assert_near(normal_quantile(0.5), 0, 0);
    assert_true(isinf(normal_quantile(0)) && normal_quantile(0) < 0);
    assert_true(isinf(normal_quantile(1)) && normal_quantile(1) > 0);
}

static void vector_gamma(void **state)
{
    static const double computed[][4] = {
        {0.01, 0.002, 9.4508957722317598213e-1, 5.4910422776824017874e-2},
        {0.5, 40, 9.9999999999999999963e-1, 3.7440973842028987636e-19},
        {3.3, 12, 9.9915719943479432808e-1, 8.4280056520567191558e-4},
        {3.3, 1, 5.3361623618533361837e-2, 9.4663837638146663816e-1},
        {250, 200, 3.6207045828969313228e-4, 9.9963792954171030687e-1},
        {250, 300, 9.9862252812247179799e-1, 1.3774718775282020073e-3},
        {100000, 100300, 8.2863631125120764767e-1, 1.7136368874879235233e-1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof computed / sizeof *computed; i++) {
        assert_close(gamma_lower(computed[i][0], computed[i][1]), computed[i][2], PROMISED);
        assert_close(gamma_upper(computed[i][0], computed[i][1]), computed[i][3], PROMISED);
    }
}

static void vector_beta(void **state)
{
    static const double computed[][4] = {
        {0.3, 0.5, 0.5, 3.6901011956554538276e-1},
        {1e-5, 0.3, 20, 8.6095853602911123182e-2},
        {0.9, 50, 3, 9.6633285137252124569e-2},
        {0.1, 1000.5, 9000.25, 4.9789423614042648619e-1},
        {0.5, 2, 3, 6.875e-1},
        {0.98, 7380, 53, 2.4935451140146961045e-20},
        {0.01, 1.5, 181, 0.69734559073187718341},
        {0.98, 181, 1.5, 0.062272511574322253152},
        {0.03, 4.5, 60, 0.073551997046646525669},
        {0.4, 15, 14.5, 0.11863925989369263715},
        {0.2, 7.5, 0.5, 1.2783477850604928108e-6},
        {0.055, 1, 180.5, 0.9999632344187899873},
    };

    (void)state;
    for (size_t i = 0; i < sizeof computed / sizeof *computed; i++)
        assert_close(beta_cdf(computed[i][0], computed[i][1], computed[i][2]), computed[i][3],
                     PROMISED);
}

static void vector_student(void **state)
{
    static const double two_sided[][3] = {
        {2, 8, 8.0516237957262671337e-2},      {10, 3.3, 1.4024814276670856639e-3},
        {0.001, 5, 9.9924078677219765062e-1},  {40, 30, 1.3726045194406402787e-27},
        {1.96, 1e4, 5.0023520231833045386e-2},
    };
    static const double inverse[][3] = {
        {0.975, 8, 2.3060041352041666833},
        {0.95, 1, 6.313751514675043099},
        {0.995, 2.5, 7.1637281389487855199},
        {1e-10, 4, -4.1617514032960412732e+2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof two_sided / sizeof *two_sided; i++) {
        double t = two_sided[i][0], df = two_sided[i][1], p = two_sided[i][2];

        assert_close(student_two_sided(t, df), p, PROMISED);
        assert_close(student_two_sided(-t, df), p, PROMISED);
        assert_close(student_cdf(-t, df), p / 2, PROMISED);
        assert_close(student_cdf(t, df), 1 - p / 2, PROMISED);
    }
    for (size_t i = 0; i < sizeof inverse / sizeof *inverse; i++)
        assert_close(student_quantile(inverse[i][0], inverse[i][1]), inverse[i][2], PROMISED);
    assert_near(student_quantile(0.5, 3), 0, 0);
}

static void vector_f_and_chi2(void **state)
{
    static const double f[][4] = {
        {4.1, 2, 10, 5.0077548481083847294e-2},     {0.2, 7, 3, 9.6332664578181354207e-1},
        {1.05, 500, 300, 3.2185583349598264252e-1}, {30, 3.5, 60, 6.8014522658038440231e-13},
        {0.9, 3, 362, 0.4413007462217655636},       {1.7, 3, 362, 0.16664382763400341282},
        {25, 3, 362, 1.0098161412461994903e-14},
    };
    static const double chi2[][3] = {
        {0.95, 1, 3.8414588206941259584},
        {0.99, 12, 2.6216967305535850115e+1},
        {0.01, 3, 1.1483180189911703752e-1},
        {0.5, 1000, 9.9933341240338096875e+2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof f / sizeof *f; i++)
        assert_close(f_upper(f[i][0], f[i][1], f[i][2]), f[i][3], PROMISED);
    for (size_t i = 0; i < sizeof chi2 / sizeof *chi2; i++) {
        assert_close(chi2_quantile(chi2[i][0], chi2[i][1]), chi2[i][2], PROMISED);
        assert_close(chi2_upper(chi2[i][2], chi2[i][1]), 1 - chi2[i][0], 1e-11);
    }
}

/* F(2, m) and chi-square with 2 degrees are elementary: (1 + 2 x / m)^(-m/2), exp(-x / 2). */
static void exact_elementary_cases(void **state)
{
    (void)state;
    for (double x = 0.1; x < 20; x *= 1.7) {
        assert_close(f_upper(x, 2, 7), pow(1 + 2 * x / 7, -3.5), PROMISED);
        assert_close(chi2_upper(x, 2), exp(-x / 2), PROMISED);
        assert_close(student_cdf(-x, 1), 0.5 - atan(x) / M_PI, 1e-11);
    }
    assert_near(log_sum_exp((double[]){1000, 1000}, 2), 1000 + log(2), 1e-12);
    assert_near(log_sum_exp((double[]){-HUGE_VAL, 3}, 2), 3, 0);
    assert_true(log_sum_exp(NULL, 0) == -HUGE_VAL);
    assert_near(logistic(logit(1e-15)), 1e-15, 1e-29);
    assert_near(logistic(-800) + logistic(800), 1, 0);
}

static void invariant_quantiles_invert(void **state)
{
    struct random r = random_seeded(1);

    (void)state;
    for (int i = 0; i < 300; i++) {
        double p = random_uniform(&r), a = exp(4 * random_normal(&r) / 2),
               b = exp(random_normal(&r));
        double x = beta_quantile(p, a, b); /* the first double that reaches p */

        assert_close(normal_cdf(normal_quantile(p)), p, 1e-13 * 40);
        assert_true(beta_cdf(x, a, b) >= p - PROMISED);
        assert_true(x == 0 || beta_cdf(nextafter(x, 0), a, b) <= p + PROMISED);
        assert_close(student_cdf(student_quantile(p, a), a), p, PROMISED);
        assert_close(f_upper(f_quantile(p, a, b), a, b), 1 - p, 1e-11);
        assert_close(gamma_lower(a, gamma_quantile(p, a)), p, 1e-11);
        assert_near(beta_cdf(p, a, b) + beta_cdf(1 - p, b, a), 1, 1e-13);
    }
}

static void invariant_tails_fall(void **state)
{
    (void)state;
    for (double df = 0.5; df < 1e5; df *= 3)
        for (double x = 0.01, last_t = 1, last_c = 1; x < 100; x *= 1.3) {
            double t = student_two_sided(x, df), c = chi2_upper(x, df);

            assert_true(t >= 0 && t <= last_t && c >= 0 && c <= last_c);
            last_t = t;
            last_c = c;
        }
}

static void hostile_arguments(void **state)
{
    const double nan = (double)NAN;

    (void)state;
    assert_true(isnan(normal_quantile(-0.1)) && isnan(normal_quantile(1.1)));
    assert_true(isnan(normal_quantile(nan)) && isnan(normal_cdf(nan)));
    assert_true(isnan(gamma_lower(0, 1)) && isnan(gamma_lower(1, -1)) &&
                isnan(gamma_upper(nan, 1)));
    assert_true(isnan(beta_cdf(-0.1, 1, 1)) && isnan(beta_cdf(1.1, 1, 1)) &&
                isnan(beta_cdf(0.5, 0, 1)));
    assert_true(isnan(student_cdf(1, 0)) && isnan(student_quantile(2, 3)) &&
                isnan(student_two_sided(1, -1)));
    assert_true(isnan(f_upper(-1, 1, 1)) && isnan(f_quantile(0.5, 0, 1)) &&
                isnan(chi2_quantile(nan, 1)));
    assert_near(beta_cdf(0, 2, 3), 0, 0);
    assert_near(beta_cdf(1, 2, 3), 1, 0);
    assert_near(gamma_lower(2, 0), 0, 0);
    assert_near(gamma_upper(2, HUGE_VAL), 0, 0);
    assert_near(student_cdf(HUGE_VAL, 2), 1, 0);
    assert_near(student_cdf(-HUGE_VAL, 2), 0, 0);
    assert_near(student_cdf(1e300, 3), 1, 0);
    assert_near(f_upper(HUGE_VAL, 2, 2), 0, 0);
    assert_true(student_quantile(0, 2) == -HUGE_VAL && student_quantile(1, 2) == HUGE_VAL);
    assert_true(chi2_quantile(1, 2) == HUGE_VAL && chi2_quantile(0, 2) == 0);
}

/* Ratios of random normal sums follow the distributions they should: P(tail) is uniform, so that
 * its mean and variance over 4000 draws lie within five standard errors of 1/2 and 1/12. */
static void truth_tails_are_uniform(void **state)
{
    enum { N = 4000 };
    struct random r = random_seeded(15);
    double sum[3] = {0}, square[3] = {0};

    (void)state;
    for (int i = 0; i < N; i++) {
        double z = random_normal(&r), chi3 = 0, chi5 = 0, p[3];

        for (int j = 0; j < 3; j++)
            chi3 += pow(random_normal(&r), 2);
        for (int j = 0; j < 5; j++)
            chi5 += pow(random_normal(&r), 2);
        p[0] = chi2_upper(chi3, 3);
        p[1] = f_upper(chi3 / 3 / (chi5 / 5), 3, 5);
        p[2] = student_cdf(z / sqrt(chi5 / 5), 5);
        for (int k = 0; k < 3; k++) {
            sum[k] += p[k] / N;
            square[k] += pow(p[k] - 0.5, 2) / N;
        }
    }
    for (int k = 0; k < 3; k++) {
        assert_near(sum[k], 0.5, 5 * sqrt(1.0 / 12 / N));
        assert_near(square[k], 1.0 / 12, 5 * sqrt(1.0 / 180 / N));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_normal),
        cmocka_unit_test(vector_normal_quantile),
        cmocka_unit_test(vector_gamma),
        cmocka_unit_test(vector_beta),
        cmocka_unit_test(vector_student),
        cmocka_unit_test(vector_f_and_chi2),
        cmocka_unit_test(exact_elementary_cases),
        cmocka_unit_test(invariant_quantiles_invert),
        cmocka_unit_test(invariant_tails_fall),
        cmocka_unit_test(hostile_arguments),
        cmocka_unit_test(truth_tails_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
