/* Distributions and the special functions under them. Relative error below 1e-12 unless said
 * otherwise. A probability outside 0..1, an argument outside the domain or a NaN gives a NaN; the
 * callers in num check their input first. */
#ifndef SHIKUMEN_NUM_SPECIAL_H
#define SHIKUMEN_NUM_SPECIAL_H

#include <stddef.h>

/* Standard normal: density, P(Z <= z), P(Z > z) (accurate in the far tail), log P(Z <= z) (finite
 * down to z = -1e150), and the inverse of the second (AS 241, Wichura 1988; -inf at 0, inf at 1).
 */
double normal_pdf(double z);
double normal_cdf(double z);
double normal_upper(double z);
double normal_log_cdf(double z);
double normal_quantile(double p);

/* Regularised incomplete gamma P(a, x) and Q = 1 - P; a > 0, x >= 0 (DLMF 8.7.1, 8.9.2). */
double gamma_lower(double a, double x);
double gamma_upper(double a, double x);

/* Regularised incomplete beta I_x(a, b); a, b > 0, x in 0..1 (DLMF 8.17.22), and its inverse. */
double beta_cdf(double x, double a, double b);
double beta_quantile(double p, double a, double b);

/* Student's t with df > 0 degrees of freedom: P(T <= t), 2 P(T > |t|), inverse of the first. */
double student_cdf(double t, double df);
double student_two_sided(double t, double df);
double student_quantile(double p, double df);

/* Chi-square, df > 0: P(X > x) and the inverse of P(X <= x). */
double chi2_upper(double x, double df);
double chi2_quantile(double p, double df);

/* Fisher's F: P(X > x) and the inverse of P(X <= x). */
double f_upper(double x, double df1, double df2);
double f_quantile(double p, double df1, double df2);

/* Gamma distribution, shape a, scale 1: inverse of P(X <= x). */
double gamma_quantile(double p, double a);

/* log(sum exp(x_i)) without overflow; -inf for n = 0 or all -inf. */
double log_sum_exp(const double *x, size_t n);

/* log(p / (1 - p)) and its inverse, exact near 0 and 1 in their own arguments. */
double logit(double p);
double logistic(double x);

#endif
