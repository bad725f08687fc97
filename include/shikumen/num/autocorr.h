/* Dependence in time: how much less residuals say than their number, and what to do about it.
 * Series are evenly spaced and complete. */
#ifndef SHIKUMEN_NUM_AUTOCORR_H
#define SHIKUMEN_NUM_AUTOCORR_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"
#include "shikumen/num/regress.h"

/* The estimate r1 of autocorrelation() lies low by about (1 + 4 phi) / n (Marriott & Pope,
 * Biometrika 41, 1954; Kendall, ibid.); corrected: (n r1 + 1) / (n - 4). */
enum ar1_bias { AR1_PLAIN, AR1_CORRECTED };

/* Coefficient phi of x_t - m = phi (x_{t-1} - m) + e_t, held within -0.999 .. 0.999 [J].
 * ERR_TOO_FEW: n < 6; ERR_NOT_FINITE, ERR_CONSTANT. */
enum err ar1_coefficient(const double *x, size_t n, enum ar1_bias bias, double *phi) MUST_USE;

/* Residuals without their AR(1) part (Prais & Winsten 1954): w_0 = sqrt(1 - phi^2) x_0,
 * w_t = x_t - phi x_{t-1}: white, all of the variance of e, if x is AR(1) about 0. w may be x.
 * ERR_TOO_FEW: n < 1; ERR_RANGE: |phi| >= 1; ERR_NOT_FINITE. */
enum err ar1_whiten(const double *x, size_t n, double phi, double *w) MUST_USE;

/* Independent values that fix the mean as well as n values of an AR(1) do: n (1 - phi) / (1 + phi),
 * at least 1 (Bayley & Hammersley, J. R. Stat. Soc. Suppl. 8, 1946; Leith 1973). More than n when
 * phi is negative. ERR_RANGE: |phi| >= 1 or n = 0. */
enum err effective_n_ar1(size_t n, double phi, double *out) MUST_USE;

/* The same for any correlation rho[1 .. lags] (Bayley & Hammersley 1946):
 * n / (1 + 2 sum (1 - k / n) rho_k), lags < n. ERR_TOO_FEW: n = 0; ERR_RANGE: lags, or a sum <= 0;
 * ERR_NOT_FINITE. */
enum err effective_n(size_t n, const double *rho, size_t lags, double *out) MUST_USE;

/* The same estimated from x: its r_k stand for (1 - k / n) rho_k and are summed in pairs
 * r_2m + r_2m+1 while these are positive (initial positive sequence; Geyer, Statist. Sci. 7, 1992).
 * Between 1 and n^2. ERR_TOO_FEW: n < 8; ERR_NOT_FINITE, ERR_CONSTANT, ERR_NOMEM. O(n lags used).
 */
enum err effective_n_sample(const double *x, size_t n, struct arena *arena, double *out) MUST_USE;

/* Portmanteau test that r_1 .. r_lags are those of white noise (Ljung & Box, Biometrika 65, 1978):
 * Q = n (n + 2) sum r_k^2 / (n - k), chi-square with lags - fitted degrees of freedom, fitted: how
 * many coefficients of an ARMA model made x. ERR_TOO_FEW: n < 3; ERR_RANGE: not fitted < lags < n;
 * ERR_NOT_FINITE, ERR_CONSTANT, ERR_NOMEM. */
struct ljung_box {
    double q, p;
    size_t df;
};
enum err ljung_box(const double *x, size_t n, size_t lags, size_t fitted, struct arena *arena,
                   struct ljung_box *out) MUST_USE;

/* sum (r_t - r_{t-1})^2 / sum r_t^2 of residuals: about 2 (1 - phi) (Durbin & Watson 1950).
 * ERR_TOO_FEW: n < 2; ERR_NOT_FINITE; ERR_CONSTANT: all 0. */
enum err durbin_watson(const double *residual, size_t n, double *out) MUST_USE;

/* How many lags Newey-West takes: those given; floor(4 (n / 100)^(2/9)) (Newey & West 1994, the
 * rule of thumb before their estimate); or that estimate (Rev. Econ. Stud. 61, 1994, Bartlett
 * kernel, no prewhitening), floor(1.1447 (n (s1 / s0)^2)^(1/3)), at most n / 4, the free weights
 * being 0 on the intercept and 1 / size on every regressor, centred. */
enum newey_west_lags { NEWEY_WEST_GIVEN, NEWEY_WEST_RULE, NEWEY_WEST_ESTIMATED };

/* Covariance of the coefficients of an unweighted fit that stays right when residuals depend on
 * their neighbours and vary in spread (Newey & West, Econometrica 55, 1987): Bartlett weights
 * 1 - l / (lags + 1), times n / df. With few lags against the memory of the residuals it is still
 * too small. */
struct newey_west {
    size_t lags;
    double *standard_error;   /* p */
    struct matrix covariance; /* p x p */
};
/* x as in the fit, rows in order of time. given: lags for NEWEY_WEST_GIVEN, < n. ERR_RANGE: lags, x
 * of other size than the fit, or a weighted fit; ERR_CONSTANT: residuals are 0; ERR_NOT_FINITE,
 * ERR_NOMEM. O(n p (p + lags)). */
enum err newey_west(const struct regression *fit, const struct matrix *x, enum newey_west_lags how,
                    size_t given, struct arena *arena, struct newey_west *out) MUST_USE;

#endif
