/* What the files of the outlook share. */
#ifndef SHIKUMEN_CORE_OUTLOOK_INTERNAL_H
#define SHIKUMEN_CORE_OUTLOOK_INTERNAL_H

#include "shikumen/core/outlook.h"

#define OUTLOOK_WEEK_D 7.0
#define OUTLOOK_YEAR_D 365.0

/* A series without gaps and steps: what was before a step is lifted to after it. */
struct outlook_clean {
    double *t_d, *y; /* arena */
    bool *after;     /* first value after a step */
    size_t n;
    double now_d;
    size_t steps;
    double step_d[OUTLOOK_STEPS_MAX];
    double size[OUTLOOK_STEPS_MAX]; /* 0: nothing to tell it by */
};

/* Errors as outlook_fit. */
enum err outlook_clean(const struct outlook_series *s, struct arena *arena,
                       struct outlook_clean *out) MUST_USE;

enum outlook_reason outlook_clean_reason(const struct outlook_clean *c);

/* The values as white noise about the level at other times: value i is that at g[i] + lead[i] (g[i]
 * - g[i - 1]) where the level is a line over g, with variance r[i] sigma^2. */
struct outlook_white {
    const struct outlook_clean *c;
    double *value, *lead, *r; /* arena */
    double *weight, *pull;    /* 1 / r; that times the value less mean */
    double sum_weight, mean, sum_square;
    double log_scale; /* of all values but the first: to be added to the log-likelihood */
    double log_r;
};
enum err outlook_whiten(const struct outlook_clean *c, double phi, struct arena *arena,
                        struct outlook_white *out) MUST_USE;

/* Level and slope at the last value, r, q and p in units of sigma^2. log_l: of the likelihood with
 * level, slope and sigma as they say, up to what all shapes have in common. */
struct outlook_state_at {
    struct kalman k;
    double sigma, log_l;
};

/* A line over g (n, days of now, not falling; last one: that of now_d), by weighted least squares;
 * k stands at now_d. ERR_SINGULAR: g does not vary; ERR_NOT_FINITE. */
enum err outlook_line(const struct outlook_white *w, const double *g,
                      struct outlook_state_at *out) MUST_USE;

/* OUTLOOK_CONSTANT, _BREAK, _WANDER by the Kalman filter; k stands at now_d. */
enum err outlook_trend(const struct outlook_white *w, const struct outlook_node *node,
                       struct outlook_state_at *out) MUST_USE;

/* The time over which the level of that shape is a line: g of the n values and of now_d (n + 1). */
void outlook_pace_of(const struct outlook_clean *c, const struct outlook_node *node, double *g);
struct outlook_pace outlook_pace_at(const struct outlook_node *node, double now_d);

bool outlook_is_line(int32_t shape);

#endif
