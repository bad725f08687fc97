#include "shikumen/num/special.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "special_density.h"

#define TINY           1e-300
#define MOST_ITERATION 100000

/* Sum of DLMF 8.7.1, without the factor x^a e^-x / Gamma(a + 1). */
static double gamma_series(double a, double x)
{
    double term = 1, sum = 1;

    for (int n = 1; n < MOST_ITERATION && term > sum * 0x1p-54; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

/* Continued fraction DLMF 8.9.2 by Lentz's method, without the same factor. */
static double gamma_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d, step = 0;

    for (int n = 1; n < MOST_ITERATION && fabs(step - 1) > 0x1p-53; n++) {
        double an = -n * (n - a);

        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = b + an / c;
        c = fabs(c) < TINY ? TINY : c;
        step = c * d;
        h *= step;
    }
    return h;
}

static double gamma_tail(double a, double x, bool upper)
{
    double tail;
    bool have_upper = x >= a + 1;

    if (!(a > 0 && a < HUGE_VAL && x >= 0))
        return (double)NAN;
    if (x == 0 || isinf(x))
        return upper == (x == 0) ? 1 : 0;
    tail = have_upper ? poisson_density(a, x) * a * gamma_fraction(a, x)
                      : poisson_density(a, x) * gamma_series(a, x);
    return have_upper == upper ? tail : 1 - tail;
}

double gamma_lower(double a, double x)
{
    return gamma_tail(a, x, false);
}

double gamma_upper(double a, double x)
{
    return gamma_tail(a, x, true);
}

/* Even coefficients of DLMF 8.17.23, d_2m, and odd ones, d_2m+1, as used below. */
static double beta_even(double a, double b, double x, int m)
{
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
}

static double beta_odd(double a, double b, double x, int m)
{
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
}

/* Numerators and denominators of a continued fraction 1 / (1 + d1 / (1 + d2 / ...)), the last two
 * of each, and what the last two convergents differ by: gap / (denominator * before). */
struct convergents {
    double numerator, numerator_before, denominator, denominator_before, gap;
};

static void convergents_next(struct convergents *f, double coefficient)
{
    double numerator = f->numerator + coefficient * f->numerator_before;
    double denominator = f->denominator + coefficient * f->denominator_before;

    f->numerator_before = f->numerator;
    f->denominator_before = f->denominator;
    f->numerator = numerator;
    f->denominator = denominator;
    f->gap *= -coefficient;
}

static void convergents_scale(struct convergents *f, double power_of_two)
{
    f->numerator *= power_of_two;
    f->numerator_before *= power_of_two;
    f->denominator *= power_of_two;
    f->denominator_before *= power_of_two;
    f->gap *= power_of_two * power_of_two;
}

/* Continued fraction DLMF 8.17.22 by its convergents, which take no division. */
static double beta_fraction(double a, double b, double x)
{
    struct convergents f = {1, 0, 1, 1, 1};

    convergents_next(&f, -(a + b) * x / (a + 1));
    for (int m = 1; m < MOST_ITERATION; m++) {
        convergents_next(&f, beta_even(a, b, x, m));
        convergents_next(&f, beta_odd(a, b, x, m));
        if (fabs(f.gap) <= 0x1p-54 * fabs(f.numerator * f.denominator_before))
            break;
        if (fabs(f.denominator) > 0x1p200)
            convergents_scale(&f, 0x1p-200);
        else if (fabs(f.denominator) < 0x1p-200)
            convergents_scale(&f, 0x1p200);
    }
    return f.numerator / f.denominator;
}

/* Whether every term of beta_series from the 17th on is at most half of the one before. */
static bool series_is_short(double a, double b, double x)
{
    return x <= 0.5 && (a + b + 16) * x <= 0.5 * (a + 17);
}

/* Sum of DLMF 8.17.8, without the factor x^a (1 - x)^b / (a B(a, b)): all its terms are positive.
 */
static double beta_series(double a, double b, double x)
{
    double term = 1, sum = 1;

    for (int n = 0; n < MOST_ITERATION && term > sum * 0x1p-54; n++) {
        term *= (a + b + n) * x / (a + 1 + n);
        sum += term;
    }
    return sum;
}

/* I_x(a, b) without the factor x^a (1 - x)^b / (a B(a, b)), x up to about the mean. */
static double beta_sum(double a, double b, double x)
{
    return series_is_short(a, b, x) ? beta_series(a, b, x) : beta_fraction(a, b, x);
}

/* I_x(a, b) or its complement, with y = 1 - x given so that neither tail loses digits. */
static double beta_tail(double a, double b, double x, double y, bool upper)
{
    double tail;
    bool swapped = x > (a + 1) / (a + b + 2);

    if (!(a > 0 && b > 0 && a < HUGE_VAL && b < HUGE_VAL && x >= 0 && y >= 0))
        return (double)NAN;
    if (x == 0 || y == 0)
        return upper == (x == 0) ? 1 : 0;
    tail = swapped ? a / (a + b) * binomial_density(b, a, y, x) * beta_sum(b, a, y)
                   : b / (a + b) * binomial_density(a, b, x, y) * beta_sum(a, b, x);
    return swapped == upper ? tail : 1 - tail;
}

double beta_cdf(double x, double a, double b)
{
    return beta_tail(a, b, x, 1 - x, false);
}

static double student_upper(double t, double df)
{
    double square = t * (t / df), x = 1 / (1 + square), y = 1 / (1 + 1 / square);

    return 0.5 * beta_tail(0.5 * df, 0.5, x, isinf(square) ? 1 : y, false);
}

double student_cdf(double t, double df)
{
    if (!(df > 0) || isnan(t))
        return (double)NAN;
    return t < 0 ? student_upper(t, df) : 1 - student_upper(t, df);
}

double student_two_sided(double t, double df)
{
    return df > 0 ? 2 * student_upper(t, df) : (double)NAN;
}

double chi2_upper(double x, double df)
{
    return gamma_upper(0.5 * df, 0.5 * x);
}

static double f_tail(double x, double df1, double df2, bool upper)
{
    double ratio = df1 / df2 * x;

    if (!(x >= 0))
        return (double)NAN;
    return beta_tail(0.5 * df1, 0.5 * df2, isinf(ratio) ? 1 : ratio / (1 + ratio), 1 / (1 + ratio),
                     upper);
}

double f_upper(double x, double df1, double df2)
{
    return f_tail(x, df1, df2, true);
}

/* A tail of a distribution on x >= 0 with two parameters. */
typedef double tail_of(double x, double a, double b, bool upper);

static double gamma_tail_of(double x, double a, double unused, bool upper)
{
    (void)unused;
    return gamma_tail(a, x, upper);
}

static double beta_tail_of(double x, double a, double b, bool upper)
{
    return beta_tail(a, b, x, 1 - x, upper);
}

static double student_tail_of(double x, double df, double unused, bool upper)
{
    (void)unused;
    return upper ? student_upper(x, df) : 1 - student_upper(x, df);
}

/* Halfway between two doubles >= 0 in the order of all doubles. */
static double double_between(double low, double high)
{
    uint64_t a, b;

    memcpy(&a, &low, sizeof a);
    memcpy(&b, &high, sizeof b);
    a += (b - a) / 2;
    memcpy(&low, &a, sizeof low);
    return low;
}

/* Smallest double x > 0 at which the lower tail has reached, or the upper tail fallen to, p. */
static double where(tail_of *tail, bool upper, double p, double a, double b, double most)
{
    double low = 0, high = most;

    while (nextafter(low, high) < high) {
        double middle = double_between(low, high), value = tail(middle, a, b, upper);

        if (upper ? value <= p : value >= p)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* Inverse of P(X <= x) on the tail that is the smaller. */
static double quantile_of(tail_of *tail, double p, double a, double b, double most)
{
    if (isnan(p) || p < 0 || p > 1 || isnan(tail(0, a, b, false)))
        return (double)NAN;
    if (p == 0 || p == 1)
        return p == 0 ? 0 : most;
    return p > 0.5 ? where(tail, true, 1 - p, a, b, most) : where(tail, false, p, a, b, most);
}

double beta_quantile(double p, double a, double b)
{
    return quantile_of(beta_tail_of, p, a, b, 1);
}

double student_quantile(double p, double df)
{
    double size;

    if (!(df > 0 && p >= 0 && p <= 1))
        return (double)NAN;
    if (p == 0.5)
        return 0;
    size = p == 0 || p == 1 ? HUGE_VAL
                            : where(student_tail_of, true, p < 0.5 ? p : 1 - p, df, 0, HUGE_VAL);
    return p < 0.5 ? -size : size;
}

double chi2_quantile(double p, double df)
{
    return 2 * gamma_quantile(p, 0.5 * df);
}

static double f_tail_of(double x, double df1, double df2, bool upper)
{
    return f_tail(x, df1, df2, upper);
}

double f_quantile(double p, double df1, double df2)
{
    return quantile_of(f_tail_of, p, df1, df2, HUGE_VAL);
}

double gamma_quantile(double p, double a)
{
    return quantile_of(gamma_tail_of, p, a, 0, HUGE_VAL);
}

double log_sum_exp(const double *x, size_t n)
{
    double largest = -HUGE_VAL, sum = 0;

    for (size_t i = 0; i < n; i++)
        largest = x[i] > largest ? x[i] : largest;
    if (isinf(largest))
        return largest;
    for (size_t i = 0; i < n; i++)
        sum += exp(x[i] - largest);
    return largest + log(sum);
}

double logit(double p)
{
    return log(p) - log1p(-p);
}

double logistic(double x)
{
    return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}
