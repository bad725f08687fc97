/* Covariance-driven stochastic subspace identification (Peeters & De Roeck 1999, Mech. Syst. Signal
 * Process. 13, 855) with the stabilisation table and first-order uncertainty of each pole (Dohler &
 * Mevel 2013, Mech. Syst. Signal Process. 38, 346). */
#ifndef SHIKUMEN_NUM_SSI_H
#define SHIKUMEN_NUM_SSI_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"
#include "shikumen/num/record.h"

/* Output correlations R_k = 1/(N-k) sum_t y(t+k) y(t)^T, k = 0 .. lags - 1: l x l, column-major,
 * lag k at r + k l l. The same of each of the blocks into which the record is cut, block b at block
 * + b lags l l; blocks = 0: none, no uncertainty will be known. */
struct correlations {
    size_t channels, lags, blocks;
    double *r;
    double *block;
};
/* Each channel detrended first. lags 2 .. 2^20, blocks 0 or 2 .. 1000, ERR_RANGE otherwise.
 * ERR_TOO_FEW when there is no channel, rows < 4 * lags or a block would be shorter than lags,
 * ERR_CONSTANT when a channel does not vary (beyond its trend), ERR_NOT_FINITE (see record_check),
 * ERR_NOMEM. O(rows l^2 lags). */
enum err ssi_correlations(const struct matrix *y, size_t lags, size_t blocks, enum detrend detrend,
                          struct correlations *out, struct arena *arena) MUST_USE;

struct ssi_settings {
    double fs_hz;
    size_t block_rows;                       /* i >= fs / (2 f1); uses lags 1 .. 2 i - 1 */
    size_t order_min, order_max, order_step; /* 2, 60, 2; order_max <= l (i - 1) */
    /* Hard criteria. */
    double zeta_max; /* 0.10 */
    double mpc_min;  /* 0.7 */
    double mpd_max;  /* 0.4 rad [J] within 0.3 .. 0.5 */
    /* Soft criteria against the previous order. */
    double f_change;    /* |df| / f, 0.02 [J] within 0.01 .. 0.05 */
    double zeta_change; /* |dzeta| / zeta, 0.1 */
    double mac_change;  /* 1 - MAC, 0.03 [J] within 0.02 .. 0.05 */
};
/* The defaults above; block_rows 40. */
struct ssi_settings ssi_defaults(double fs_hz);

struct ssi_pole {
    size_t order;
    double f_hz, zeta;
    double f_se_hz, zeta_se; /* 0: correlations without blocks, or not a hard pole */
    double mpc, mpd;
    bool hard;                                /* meets the hard criteria */
    bool stable_f, stable_zeta, stable_shape; /* against the nearest hard pole one order before */
    const double complex *shape;              /* largest component 1 */
    /* What each block's correlations, in place of the mean, would change; NULL: not estimated. The
     * standard errors are those of the mean of the blocks. */
    const double *f_change_hz, *zeta_change;
};
static inline bool ssi_stable(const struct ssi_pole *p)
{
    return p->hard && p->stable_f && p->stable_zeta && p->stable_shape;
}

/* The stabilisation table: one of each conjugate pair of poles with 0 < f < fs/2, order by order,
 * in each by ascending frequency. */
struct ssi {
    size_t channels, blocks, orders, poles;
    struct ssi_pole *pole;
    size_t singular_values; /* l i */
    double *s;              /* of the block Toeplitz matrix, descending */
};

/* Standard error of the mean of blocks changes; 0 for less than two. */
double ssi_scatter(const double *change, size_t blocks);

/* Block Toeplitz matrix of R_1 .. R_2i-1, one singular value decomposition, for each order the
 * state matrix by QR of the shifted observability matrix. In the basis of the singular vectors
 * alone (the usual factor S^1/2 is a change of state and leaves poles and shapes). f_se, zeta_se:
 * first-order propagation of the scatter of the blocks' correlations, blocks - 1 degrees of
 * freedom. ERR_RANGE (settings; c->lags < 2 i), ERR_CONSTANT (correlations all zero),
 * ERR_NOT_FINITE, ERR_DIVERGED, ERR_NOMEM. O((l i)^3 + poles (l i)^2). */
enum err ssi_identify(const struct correlations *c, const struct ssi_settings *s, struct ssi *out,
                      struct arena *arena) MUST_USE;

#endif
