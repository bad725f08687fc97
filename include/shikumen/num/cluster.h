/* Modes from a stabilisation table: clusters of poles that repeat from order to order. */
#ifndef SHIKUMEN_NUM_CLUSTER_H
#define SHIKUMEN_NUM_CLUSTER_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/modal.h"
#include "shikumen/num/ssi.h"

/* Agglomerative clustering by average linkage (UPGMA) of n items, from their distances (n x n,
 * symmetric, finite, >= 0; overwritten). label[i] becomes the cluster of item i, 0 .. *clusters -
 * 1, numbered by first member; clusters merge while the mean distance between their members is <=
 * cut. Nearest-neighbour chain (Murtagh 1983): O(n^2) time. n = 0 gives no cluster. ERR_NOMEM,
 * ERR_NOT_FINITE (a distance not finite or negative). */
enum err cluster_average_linkage(double *distance, size_t n, double cut, size_t *label,
                                 size_t *clusters, struct arena *arena) MUST_USE;

/* |f1 - f2| / max(f1, f2) + 1 - MAC of two poles of n channels. */
double cluster_distance(const struct ssi_pole *a, const struct ssi_pole *b, size_t n);

struct cluster_settings {
    double cut;         /* 0.04 [J] within 0.02 .. 0.05 */
    double least_share; /* 0.4 [J] within 0.3 .. 0.5: of the orders in which the mode is found */
};
struct cluster_settings cluster_defaults(void);

/* A cluster: frequency and damping are medians over its orders, the shape is that of the pole whose
 * damping is the median. mode.f_se_hz and mode.zeta_se: noise of the record, from the scatter over
 * the blocks of the median over orders of the poles' changes (see ssi.h); the spreads are standard
 * deviations over the orders (choice of the model). */
struct cluster_mode {
    struct mode mode;
    double f_spread_hz, zeta_spread;
    double mpc, mpd; /* of the shape */
    size_t orders;   /* in which it was found, one pole each */
};

/* Modes by ascending frequency, from the stable poles of a table; of several poles of one order in
 * a cluster the one nearest to the cluster's median frequency counts. Shapes are borrowed from s.
 * No mode is no error. ERR_RANGE (settings out of 0 .. 1, more than 4096 stable poles), ERR_NOMEM.
 */
enum err cluster_modes(const struct ssi *s, const struct cluster_settings *c,
                       struct cluster_mode **out, size_t *count, struct arena *arena) MUST_USE;

#endif
