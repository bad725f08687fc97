#include <math.h>

#include "shikumen/num/special.h"

/* The normal distribution. */

static double horner(const double *coefficient, int n, double x)
{
    double sum = coefficient[n - 1];

    for (int i = n - 2; i >= 0; i--)
        sum = sum * x + coefficient[i];
    return sum;
}

double normal_pdf(double z)
{
    return exp(-0.5 * z * z) / sqrt(2 * M_PI);
}

double normal_cdf(double z)
{
    return 0.5 * erfc(-z * M_SQRT1_2);
}

double normal_upper(double z)
{
    return 0.5 * erfc(z * M_SQRT1_2);
}

/* Mills' ratio upper(x) / pdf(x) for x >= 5 by its continued fraction (Laplace; DLMF 7.9.1). */
static double mills_ratio(double x)
{
    double tail = x;

    for (int k = 60; k >= 1; k--)
        tail = x + k / tail;
    return 1 / tail;
}

double normal_log_cdf(double z)
{
    if (z > 0)
        return log1p(-normal_upper(z));
    if (z > -5)
        return log(normal_cdf(z));
    if (z == -HUGE_VAL)
        return -HUGE_VAL;
    return -0.5 * z * z - 0.5 * log(2 * M_PI) + log(mills_ratio(-z));
}

/* Coefficients of AS 241, routine PPND16. */
static double quantile_centre(double q)
{
    static const double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                               1.9715909503065514427e+3, 1.3731693765509461125e+4,
                               4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[] = {1.0,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
    double r = 0.180625 - q * q;

    return q * horner(a, 8, r) / horner(b, 8, r);
}

static double quantile_tail(double r)
{
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                               5.76949722146069140550e0,  3.64784832476320460504e0,
                               1.27045825245236838258e0,  2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                               1.78482653991729133580e0,  2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0,
                               5.99832206555887937690e-1,
                               1.36929880922735805310e-1,
                               1.48753612908506148525e-2,
                               7.86869131145613259100e-4,
                               1.84631831751005468180e-5,
                               1.42151175831644588870e-7,
                               2.04426310338993978564e-15};

    if (r <= 5)
        return horner(c, 8, r - 1.6) / horner(d, 8, r - 1.6);
    return horner(e, 8, r - 5) / horner(f, 8, r - 5);
}

double normal_quantile(double p)
{
    double q = p - 0.5, tail;

    if (isnan(p) || p < 0 || p > 1)
        return (double)NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -HUGE_VAL : HUGE_VAL;
    if (fabs(q) <= 0.425)
        return quantile_centre(q);
    tail = quantile_tail(sqrt(-log(q < 0 ? p : 1 - p)));
    return q < 0 ? -tail : tail;
}
