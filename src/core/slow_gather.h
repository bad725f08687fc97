/* What is known of one element, gathered by those who know parts of it. */
#ifndef SHIKUMEN_CORE_SLOW_GATHER_H
#define SHIKUMEN_CORE_SLOW_GATHER_H

#include "shikumen/core/risk.h"

#define LIMITS_MOST   64 /* of one element's sensors; what is more is left out */
#define EVIDENCE_MOST 64

/* Physical causes of evidence: the same cause counts once (risk.h). */
enum slow_cause { CAUSE_MOVEMENT = 1, CAUSE_MOISTURE, CAUSE_VIBRATION, CAUSE_WORKS };

struct gathered {
    struct risk_limit limit[LIMITS_MOST];
    struct risk_evidence evidence[EVIDENCE_MOST];
    size_t limits, evidences;
    /* the worth of the data: sums over sensors, and the longest history */
    double coverage, good, history_d, skill, health;
    int sensors;
};

static inline void gather_limit(struct gathered *g, const struct risk_limit *l)
{
    if (g->limits < LIMITS_MOST)
        g->limit[g->limits++] = *l;
}

static inline void gather_evidence(struct gathered *g, const struct risk_evidence *e)
{
    if (g->evidences < EVIDENCE_MOST)
        g->evidence[g->evidences++] = *e;
}

#endif
