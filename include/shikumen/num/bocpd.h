/* Bayesian on-line change point detection (Adams & MacKay 2007, arXiv 0710.3742): after every
 * sample the distribution of the run length, the number of samples since the last change. */
#ifndef SHIKUMEN_NUM_BOCPD_H
#define SHIKUMEN_NUM_BOCPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

enum bocpd_model {
    BOCPD_GAUSSIAN,    /* mean unknown, N(mean, mean_var); variance noise_var known */
    BOCPD_NORMAL_GAMMA /* both: variance InvGamma(alpha, beta), mean N(mean, variance / kappa) */
};

#define BOCPD_TRUNCATE 1e-6 /* [J] */
#define BOCPD_CAPACITY 500  /* [J] */

/* Parameters of the other model are not read. Those read are positive and within 1e-100 .. 1e100
 * (alpha and kappa 1e-3 .. 1e6), |mean| <= 1e100. */
struct bocpd_config {
    enum bocpd_model model;
    double hazard; /* probability of a change per sample, inside 0..1; daily: 1/1000 [J] */
    double mean;   /* of both priors, unit of the samples */
    double mean_var, noise_var;
    double kappa, alpha, beta;
    double truncate; /* run lengths less probable than this are dropped; 0 <= truncate < hazard */
    size_t capacity; /* run lengths kept at most, >= 2: of more the most probable, and the newest */
};

/* A run length and what its samples told. */
struct bocpd_run {
    double log_p, p;       /* posterior probability */
    double mean;           /* posterior mean of the mean */
    double beta, log_beta; /* posterior beta and its logarithm (normal-gamma only) */
    uint64_t start;        /* samples seen before the run began; run length = count - start */
    uint64_t seen;         /* samples in the run that were not missing */
};

/* What the predictive density of a run needs and only the number of samples it has seen decides. */
struct bocpd_factors {
    double constant, weight, gain, power;
};

/* State. To store it: count and run[0 .. runs-1]; to put it back: bocpd_restore. */
struct bocpd {
    struct bocpd_config config;
    uint64_t count;        /* samples taken, missing ones included */
    size_t runs;           /* run lengths alive */
    struct bocpd_run *run; /* capacity of them, longest first; the last one is run length 0 */
    struct bocpd_factors *factors; /* capacity of them, by samples seen */
};

/* An empty state with memory for capacity run lengths from a, as long as which it lives.
 * ERR_NOT_FINITE, ERR_RANGE, ERR_NOMEM. */
enum err bocpd_init(struct bocpd *b, const struct bocpd_config *config, struct arena *a) MUST_USE;

/* Puts a stored state back into b (made by bocpd_init with the same config): the next steps are
 * those it would have taken, bit by bit. ERR_CORRUPT when it cannot be such a state; b stays. */
enum err bocpd_restore(struct bocpd *b, uint64_t count, const struct bocpd_run *run,
                       size_t runs) MUST_USE;

struct bocpd_step {
    uint64_t map_run; /* most probable run length (of equals the longest) */
    double map_p;
    double log_score; /* log density expected of the sample before it came; 0: it is missing */
};

/* Takes the next sample. NaN = missing: time passes (every run grows or ends) and nothing is
 * learnt. ERR_NOT_FINITE for |x| > 1e100: b stays. O(runs), no allocation. */
enum err bocpd_update(struct bocpd *b, double x, struct bocpd_step *out) MUST_USE;

/* P(run length < w): a change within the last w samples. P(run length = 0) is always the hazard. */
double bocpd_recent(const struct bocpd *b, uint64_t w);

/* P(run length = r), 0 when that run length is not kept. */
double bocpd_probability(const struct bocpd *b, uint64_t r);

/* The next sample as the state expects it. */
struct bocpd_prediction {
    double mean;
    double sd;       /* over the runs whose predictive variance exists (alpha > 1); 0 if none */
    double sd_share; /* their share of the probability; 1 for the Gaussian model */
};
struct bocpd_prediction bocpd_predict(const struct bocpd *b);

#endif
