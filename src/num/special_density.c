#include "special_density.h"

#include <math.h>

#define HALF_LOG_2PI 0.91893853320467274178

/* Stirling's error at 0, 1/2, 1 .. 15, where degrees of freedom lead ("computed": mpmath 1.2 with
 * 50 digits; that at 0 is infinite and not asked for). */
static const double error_at_half[31] = {
    0,
    0.153426409720027345291,
    0.0810614667953272582197,
    0.0548141210519176538961,
    0.0413406959554092940938,
    0.0331628735199362874851,
    0.0276779256849983391488,
    0.0237461636562974959713,
    0.0207906721037650931115,
    0.0184884505326731852308,
    0.0166446911898211921632,
    0.0151349732219173788735,
    0.0138761288230707479987,
    0.0128104652429202269243,
    0.0118967099458917700951,
    0.0111045597582069173266,
    0.0104112652619720964975,
    0.00979941612615880329839,
    0.00925546218271273291773,
    0.00876870013413938546296,
    0.00833056343336287125647,
    0.00793411456431402054725,
    0.00757367548795184079497,
    0.00724455430132038317955,
    0.00694284010720952986566,
    0.00666524703270768244236,
    0.00640899418800420706844,
    0.00617171226303945764753,
    0.00595137011275884773562,
    0.00574621651301011568203,
    0.00555473355196280137104,
};

/* log Gamma(n + 1) - ((n + 1/2) log n - n + log(2 pi) / 2): Stirling's error (DLMF 5.11.1). */
static double stirling_error(double n)
{
    static const double c[] = {1.0 / 12,    -1.0 / 360, 1.0 / 1260,
                               -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};
    double inverse_square = 1 / (n * n), sum = 0;
    int sign;

    if (n <= 15 && 2 * n == floor(2 * n))
        return error_at_half[(int)(2 * n)];
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
