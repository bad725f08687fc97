/* Novelty of a feature vector against a training period: Mahalanobis distance; principal components
 * with Hotelling's T2 and the residual Q (Jackson & Mudholkar 1979). Environmental effects are the
 * first components, damage shows in the residual (Yan et al., MSSP 19, 2005). Training data: one
 * row per observation, one column per feature, no missing values. */
#ifndef SHIKUMEN_NUM_NOVELTY_H
#define SHIKUMEN_NUM_NOVELTY_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"

#define NOVELTY_RIDGE 1e-6 /* share of trace / p added to the diagonal [J] */

/* A centre and a covariance, ready for distances. */
struct mahalanobis {
    size_t n, p;
    double *centre, *scale; /* p each; scale: the unit of each feature */
    struct matrix factor;   /* lower Cholesky factor of the covariance in these units */
};

/* Mean and covariance (divisor n - 1) of x, in units of the standard deviations; ridge >= 0 is the
 * share of trace / p of that correlation matrix (which is 1) added to its diagonal, 0 for none.
 * What *out points to is allocated from the arena and stays. ERR_TOO_FEW (n <= p or p = 0),
 * ERR_NOT_FINITE, ERR_CONSTANT (a feature that does not vary), ERR_SINGULAR, ERR_RANGE,
 * ERR_NOMEM. */
enum err mahalanobis_fit(const struct matrix *x, double ridge, struct arena *arena,
                         struct mahalanobis *out) MUST_USE;

/* D^2 = (x - m)^T S^-1 (x - m) of one observation of p features; scratch: p. ERR_NOT_FINITE. */
enum err mahalanobis_squared(const struct mahalanobis *m, const double *x, double *scratch,
                             double *d2) MUST_USE;

/* P of a D^2 at least so large for a new normal observation with mean and covariance estimated from
 * n: D^2 n (n - p) / (p (n - 1) (n + 1)) is F with p and n - p degrees of freedom. d2 >= 0. */
double mahalanobis_p(const struct mahalanobis *m, double d2);

/* Principal components of standardised training data (standard deviation with n - 1). */
struct pca {
    size_t n, p, k;            /* k components kept, p - k left to Q */
    double *mean, *scale;      /* p each */
    double *eigenvalue;        /* p, descending, of the correlation matrix; sum p */
    struct matrix loading;     /* p x k, orthonormal columns */
    double theta[3], h0;       /* sum over the rest of l, l^2, l^3; 1 - 2 th1 th3 / (3 th2^2) */
    double box_factor, box_df; /* Q ~ box_factor * chi2(box_df), from mean and variance */
};

/* k: components to keep, 1 .. p - 1, or 0 for as many as reach share in (0, 1] of the variance (at
 * most p - 1; 0.90..0.95 is usual). What *out points to is allocated from the arena and stays.
 * ERR_TOO_FEW (n < k + 2, n < 3, p < 2), ERR_NOT_FINITE, ERR_CONSTANT (a feature that does not
 * vary), ERR_SINGULAR (a kept component or the whole rest has no variance), ERR_RANGE,
 * ERR_DIVERGED (LAPACK), ERR_NOMEM. */
enum err pca_fit(const struct matrix *x, size_t k, double share, struct arena *arena,
                 struct pca *out) MUST_USE;

struct pca_score {
    double t2, q;
    double p_t2; /* of a new observation: T2 n (n - k) / (k (n - 1) (n + 1)) is F(k, n - k) */
    double p_q;  /* Jackson-Mudholkar if h0 > 0, otherwise Box */
};

/* One observation of p features; scratch: p. ERR_NOT_FINITE. */
enum err pca_score(const struct pca *model, const double *x, double *scratch,
                   struct pca_score *out) MUST_USE;

struct pca_limits {
    double t2_new;      /* k (n - 1)(n + 1) / (n (n - k)) F(1 - a; k, n - k) */
    double t2_training; /* (n - 1)^2 / n Beta(1 - a; k / 2, (n - k - 1) / 2) (Tracy et al. 1992) */
    double q_jackson;   /* Jackson & Mudholkar (1979), equal to q_box when h0 <= 0 */
    double q_box;       /* Box (1954), moments of the training Q */
};

/* Limits exceeded with probability alpha in (0, 0.5) by normal data. The Q limits take the
 * eigenvalues as known: with few training data (n < 20 p) new data exceed them more often.
 * ERR_RANGE. */
enum err pca_limits(const struct pca *model, double alpha, struct pca_limits *out) MUST_USE;

/* Three exceedances in a row, or 7 of the last 10 [J]. Zero-initialise. */
struct novelty_persistence {
    unsigned history; /* bit i: i observations ago */
};

/* Adds one observation; whether the novelty persists. */
bool novelty_persists(struct novelty_persistence *s, bool exceeded);

#endif
