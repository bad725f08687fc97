/* Densities without the cancellation of x^a e^-x / Gamma(a + 1) written out (Loader, "Fast and
 * accurate computation of binomial probabilities", 2000). */
#ifndef SHIKUMEN_NUM_SPECIAL_DENSITY_H
#define SHIKUMEN_NUM_SPECIAL_DENSITY_H

/* x^a e^-x / Gamma(a + 1); a, x > 0. */
double poisson_density(double a, double x);

/* Gamma(a + b + 1) / (Gamma(a + 1) Gamma(b + 1)) x^a y^b, x + y = 1; a, b, x, y > 0. */
double binomial_density(double a, double b, double x, double y);

#endif
