/* What ssi.c and ssi_uncertainty.c share. */
#ifndef SHIKUMEN_NUM_SSI_ORDER_H
#define SHIKUMEN_NUM_SSI_ORDER_H

#include <complex.h>

#include "shikumen/num/linalg.h"
#include "shikumen/num/ssi.h"

/* The state matrix of one order and what it came from. */
struct ssi_order {
    const struct correlations *c;
    const struct ssi_settings *settings;
    const struct svd *svd; /* of the block Toeplitz matrix */
    size_t n;
    struct qr qr;             /* of the observability matrix without its last block row */
    struct matrix a;          /* n x n */
    double complex *mu, *psi; /* eigenvalues, right eigenvectors of a */
};

/* Natural frequency and damping of the discrete eigenvalue mu. */
static inline void ssi_pole_of(double complex mu, double fs_hz, double *f_hz, double *zeta)
{
    double complex lambda = clog(mu);
    double modulus = cabs(lambda);

    *f_hz = modulus * fs_hz / (2.0 * 3.14159265358979323846);
    *zeta = -creal(lambda) / modulus;
}

/* Left eigenvectors x_j (n each, x_j^T a = mu_j x_j^T) in the order of o->mu, and (O^T O)^-1. */
struct ssi_left {
    double complex *x;
    struct matrix gram;
};
enum err ssi_left_vectors(const struct ssi_order *o, struct ssi_left *out, struct arena *arena);

/* Standard errors of the pole of eigenvalue j; 0 where the first order does not hold (an eigenvalue
 * that is not simple, singular values at rounding level). change: 2 blocks values, the pole's to
 * keep.
 */
enum err ssi_standard_errors(const struct ssi_order *o, const struct ssi_left *left, size_t j,
                             double *change, struct ssi_pole *pole, struct arena *arena);

#endif
