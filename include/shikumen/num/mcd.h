/* Minimum covariance determinant: centre and covariance that up to half of the observations cannot
 * spoil (Rousseeuw & Van Driessen 1999), from deterministic starts (Hubert, Rousseeuw & Verdonck
 * 2012). */
#ifndef SHIKUMEN_NUM_MCD_H
#define SHIKUMEN_NUM_MCD_H

#include "shikumen/num/novelty.h"

struct mcd {
    struct mahalanobis robust; /* for mahalanobis_squared; compare with chi2_quantile(1 - a, p) */
    struct matrix covariance;  /* p x p, in the units of the features */
    size_t h, kept;            /* observations in the subset and after reweighting */
    double log_determinant;    /* of the subset's covariance (divisor h), features in their units */
};

/* x: n x p, one row per observation. support in 0.5..1: share of the observations that the subset
 * holds, h = 2 k - n + 2 (n - k) support with k = floor((n + p + 1) / 2); 0.5 resists most, 0.75 is
 * more efficient.
 *
 * Six starts (tanh, rank, normal-score and spatial-sign correlations, the most central half, raw
 * orthogonalised Gnanadesikan-Kettenring; scales by the MAD) are improved by C-steps; the least
 * determinant wins. Then one step of reweighting by D^2 <= chi2_{p, 0.975}. Both covariances carry
 * the consistency factor a / P(chi2_{p+2} <= chi2_{p,a}) for normal data (Croux & Haesbroeck 1999);
 * none for small samples: at support 0.5 and p = 4 the variances come out 12 / n too small
 * (measured), so that the chi2 limit of 1 % is exceeded by 1.7 % of new observations for n = 365,
 * 1.3 % for n = 1000, 7 % for n = 60. C-steps end in a local minimum, with a dozen or two of
 * observations not always the global one.
 * Equivariant under shift and scale of each feature, under other linear maps nearly so.
 *
 * What *out points to is allocated from the arena and stays. Time O(n p^2) per C-step. ERR_TOO_FEW
 * (n < 2 p + 2 or p = 0), ERR_NOT_FINITE, ERR_SINGULAR: half of the observations or more lie on a
 * plane (exact fit; also a feature with half of its values equal), ERR_RANGE, ERR_DIVERGED
 * (LAPACK), ERR_NOMEM. */
enum err mcd_fit(const struct matrix *x, double support, struct arena *arena,
                 struct mcd *out) MUST_USE;

#endif
