#include "special_density.h"

#include <math.h>

#define HALF_LOG_2PI 0.91893853320467274178

/* log Gamma(n + 1) - ((n + 1/2) log n - n + log(2 pi) / 2): Stirling's error (DLMF 5.11.1). */
static double stirling_error(double n)
{
    static const double c[] = {1.0 / 12,    -1.0 / 360, 1.0 / 1260,
                               -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};
    double inverse_square = 1 / (n * n), sum = 0;
    int sign;

    if (n <= 15)
        return lgamma_r(n + 1, &sign) - (n + 0.5) * log(n) + n - HALF_LOG_2PI;
    for (int i = 5; i >= 0; i--)
        sum = sum * inverse_square + c[i];
    return sum / n;
}

/* x log(x / m) + m - x, by its series where x is near m. */
static double deviance(double x, double m)
{
    double v = (x - m) / (x + m), sum, term;

    if (!(fabs(x - m) < 0.1 * (x + m)))
        return x * log(x / m) + m - x;
    sum = (x - m) * v;
    term = 2 * x * v;
    for (int j = 1; j < 1000; j++) {
        double next;

        term *= v * v;
        next = sum + term / (2 * j + 1);
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

double poisson_density(double a, double x)
{
    return exp(-stirling_error(a) - deviance(a, x)) / sqrt(2 * M_PI * a);
}

double binomial_density(double a, double b, double x, double y)
{
    double n = a + b;
    double log_density = stirling_error(n) - stirling_error(a) - stirling_error(b) -
                         deviance(a, n * x) - deviance(b, n * y);

    return exp(log_density) * sqrt(n / (2 * M_PI * a * b));
}
