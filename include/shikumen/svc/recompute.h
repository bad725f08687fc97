/* What a step of an alert said, made again of the stored readings with the registry and limits in
 * force: the very code of the assess loop on another handle of the store. Nothing is written. */
#ifndef SHIKUMEN_SVC_RECOMPUTE_H
#define SHIKUMEN_SVC_RECOMPUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/core/rules.h"
#include "shikumen/core/slow.h"
#include "shikumen/svc/plan.h"

/* One sensor's share in a step. */
struct recompute_share {
    uint32_t sensor;      /* registry index */
    enum alert_kind kind; /* of its finding; KIND_SILENCE: only when it was last heard */
    const char *derived;  /* what the finding is of (core/derived.h); NULL: what it measures */
    int64_t t_us;         /* of the reading, or the end of the day, that decided it */
    int level;            /* as told: of several findings decided at t_us, the one meant */

    /* as recomputed */
    bool found;             /* something was decided by t_us; else finding says nothing */
    struct finding finding; /* the one decided at t_us, or the latest before */
    int64_t first_us;       /* earliest reading that is still stored; INT64_MAX: none */
    double coverage;        /* share of the day before t_us with passing readings */
};

/* Fills the shares of a step that was concluded at at_us (wall clock) of the readings that had
 * arrived by then. Kinds of limits on what is read come of a fold over the sensor's readings since
 * the baseline; those of the slow analysis (slow.h) of the whole district's, day by day. Conditions
 * that a baseline begun since has ended are of level 0. plan: retained for the call. Errors: those
 * of the store, with why (at least why_size bytes) saying what; ERR_NOMEM. */
enum err recompute_shares(struct plan *plan, int64_t at_us, struct recompute_share *shares,
                          size_t n, char *why, size_t why_size) MUST_USE;

/* The same, and seen looks at the slow analysis after each day that is concluded on the way to the
 * step, whatever its kind; an error of its own ends it. */
typedef enum err recompute_seen_fn(void *context, const struct slow *s);
enum err recompute_seen(struct plan *plan, int64_t at_us, struct recompute_share *shares, size_t n,
                        recompute_seen_fn *seen, void *context, char *why,
                        size_t why_size) MUST_USE;

#endif
