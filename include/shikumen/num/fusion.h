/* From evidence to the probability of active deterioration, from limit states to the probability of
 * an element, and how far the data can be trusted. */
#ifndef SHIKUMEN_NUM_FUSION_H
#define SHIKUMEN_NUM_FUSION_H

#include <stddef.h>

#include "shikumen/base/err.h"

#define FUSION_CAUSES     32
#define FUSION_WEIGHT_MAX 100.0 /* nats, either sign */

/* One observation that speaks for (weight > 0) or against active deterioration. */
struct fusion_evidence {
    double weight;  /* ln(P(evidence | active) / P(evidence | stable)), nats */
    double quality; /* of its data, 0..1 */
    unsigned cause; /* physical cause 1 .. FUSION_CAUSES - 1; 0: none shared with another */
};

struct fusion {
    double log_odds, p;
};

/* logit p = logit prior + sum of contributions. A contribution is quality x weight; of those of one
 * cause and one sign the largest counts in full (of equals the first), the others by half [J]: what
 * speaks for and what speaks against do not double-count one another. decibans: n contributions as
 * counted, 10 / ln 10 per nat, in the order given; or NULL. Sum in the order given. n may be 0.
 * ERR_NOT_FINITE; ERR_RANGE: prior not inside (0, 1), a quality outside 0..1, a cause or a weight
 * beyond its limit. O(n). */
enum err fusion_of(double prior, const struct fusion_evidence *evidence, size_t n, double *decibans,
                   struct fusion *out) MUST_USE;

/* Probability that at least one of n limit states is exceeded. */
struct fusion_combination {
    double p_max, p_sum; /* bounds whatever the dependence: p_sum = min(1, sum p_i) */
    double p_or;         /* were they independent: 1 - prod (1 - p_i), exact for tiny p */
    double p;            /* p_max + (1 - rho)(p_or - p_max) */
};

#define FUSION_RHO 0.5 /* [J] */

/* rho in 0..1: 1 fully dependent. ERR_TOO_FEW for n = 0, ERR_NOT_FINITE, ERR_RANGE. */
enum err fusion_combine(const double *p, size_t n, double rho,
                        struct fusion_combination *out) MUST_USE;

/* Steps of the ladder over the margin x / u, value over limit. */
enum margin_level {
    MARGIN_UNKNOWN = -1, /* margin is NaN */
    MARGIN_CLEAR,
    MARGIN_ATTENTION,
    MARGIN_WARNING,
    MARGIN_ALARM,
    MARGIN_LEVELS
};

/* The least margin of each level; 0.6, 0.8, 1 [J]. */
extern const double margin_ladder[MARGIN_LEVELS];
#define MARGIN_HYSTERESIS 0.1 /* [J] */

enum margin_level margin_level(double margin);

/* The same after a level before: rises at once, falls only when the margin is lower than the step
 * by MARGIN_HYSTERESIS. */
enum margin_level margin_level_held(double margin, enum margin_level before);

/* What confidence is made of, each 0..1. */
enum confidence_factor {
    CONFIDENCE_COVERAGE, /* samples there were / should have been */
    CONFIDENCE_FLAGS,    /* share of them flagged good */
    CONFIDENCE_HISTORY,  /* min(1, days / 365) */
    CONFIDENCE_SKILL,    /* of the model */
    CONFIDENCE_HEALTH,   /* of the sensor */
    CONFIDENCE_FACTORS
};

struct fusion_confidence {
    double value; /* geometric mean */
    double weakest;
    enum confidence_factor which; /* of equals the first */
};

/* ERR_NOT_FINITE, ERR_RANGE. */
enum err fusion_confidence(const double factor[CONFIDENCE_FACTORS],
                           struct fusion_confidence *out) MUST_USE;

#endif
