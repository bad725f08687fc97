/* What the files of risk share. */
#ifndef SHIKUMEN_RISK_PARTS_H
#define SHIKUMEN_RISK_PARTS_H

#include "shikumen/core/risk.h"

/* A limit as it counts. */
struct counted {
    struct risk_limit limit; /* p in order, reached is 1, all NaN unless answered */
    double ladder;           /* margin on the common ladder; NaN unknown */
    bool state;              /* a limit state; else a lower step of one */
    bool asked, answered;    /* a forecast is expected, is there */
};

/* Checks and counts the limits of in, in its order; rows in arena a. Errors as risk_element. */
enum err risk_count(const struct registry *r, const struct risk_input *in, struct arena *a,
                    struct counted **rows) MUST_USE;

/* p, p365_tier, p365_floor, margin, t05_d, asked, abstained, provisional of counted limits. */
enum err risk_of_limits(const struct counted *rows, size_t n, struct arena *a,
                        struct risk *out) MUST_USE;

/* True when it is at alarm level and concerns stability. */
bool risk_unstable(const struct counted *row);

/* NaN is 0, the rest taken into 0..1. */
double risk_share(double x);

/* The larger; NaN only when both are. */
double risk_larger(double a, double b);

/* From the parts already in r (p, tiers, floor, p_active, margin, t05_d, factor, history_d,
 * vulnerability, exposure) to class, colour, grades, confidence and score. */
enum err risk_conclude(struct risk *r, bool unstable) MUST_USE;

/* Combination over parts, NaN left out; all NaN when nothing is left. low over the parts' low, high
 * over their high. */
enum err risk_combine(const struct risk_p *parts, size_t n, struct arena *a,
                      struct risk_p *out) MUST_USE;

/* The same for each horizon of n arrays p[RISK_HORIZONS] that lie stride bytes apart; out has
 * RISK_HORIZONS. */
enum err risk_horizons(const struct risk_p *p, size_t stride, size_t n, struct arena *a,
                       struct risk_p *out) MUST_USE;

/* Point probability of one or more of n, NaN left out; NaN when nothing is left. */
enum err risk_any(const double *p, size_t n, struct arena *a, double *out) MUST_USE;

/* Reasons of an element; decibans of its evidence in its order. */
enum err risk_reasons(const struct risk_input *in, const struct counted *rows,
                      const double *decibans, struct arena *a, struct risk *out) MUST_USE;

/* Reasons of a house: those of its elements, in one order, and its own. */
enum err risk_house_reasons(const struct risk *elements, size_t n, struct arena *a,
                            struct risk *out) MUST_USE;

/* True when b belongs before a among reasons. */
bool risk_reason_later(const struct risk_reason *a, const struct risk_reason *b);

/* What a compared value and its limit are in. */
const char *risk_limit_unit(const struct registry *r, const struct risk_limit *limit);

/* What the value of an evidence is in: "mm", "%"; "" for a ratio or when it has none. */
const char *risk_evidence_unit(const struct registry *r, const struct risk_evidence *evidence);

#endif
