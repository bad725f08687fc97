/* Weekly series with known truth, for the tests of outlook. */
#ifndef OUTLOOK_TRUTH_H
#define OUTLOOK_TRUTH_H

#include <math.h>
#include <stdlib.h>

#include "shikumen/core/outlook.h"
#include "shikumen/num/random.h"

enum { TRUTH_MOST = 800 };

struct truth {
    struct random chance;
    double t[TRUTH_MOST], y[TRUTH_MOST], step_d[64];
    struct outlook_series s;
};

static inline void truth_start(struct truth *w, size_t n, bool active, uint64_t seed)
{
    w->chance = random_seeded(seed);
    for (size_t i = 0; i < n; i++) {
        w->t[i] = 1000 + 7 * (double)i;
        w->y[i] = 0;
    }
    w->s = (struct outlook_series){.t_d = w->t,
                                   .level = w->y,
                                   .n = n,
                                   .now_d = w->t[n - 1],
                                   .step_d = w->step_d,
                                   .load_d = NAN,
                                   .active = active};
}

/* Autoregressive noise of order 1. */
static inline void truth_noise(struct truth *w, double sd, double phi)
{
    double e = sd * random_normal(&w->chance);

    for (size_t i = 0; i < w->s.n; i++) {
        w->y[i] += e;
        e = phi * e + sd * sqrt(1 - phi * phi) * random_normal(&w->chance);
    }
}

/* Slope per day from onset_d (after the first value) on. */
static inline void truth_ramp(struct truth *w, double onset_d, double slope)
{
    for (size_t i = 0; i < w->s.n; i++)
        w->y[i] += slope * fmax(0, w->t[i] - w->t[0] - onset_d);
}

static inline void truth_step(struct truth *w, size_t at, double size)
{
    w->step_d[w->s.steps++] = w->t[at] - 3.5;
    for (size_t i = at; i < w->s.n; i++)
        w->y[i] += size;
}

/* Fit, stand and answer; aborts the test on an error. */
static inline struct outlook truth_ask(const struct truth *w, double limit, bool below,
                                       struct outlook_stand *stand)
{
    struct outlook_limit l = {.value = limit, .below = below};
    struct outlook_stand local;
    struct outlook_fit fit;
    struct arena arena = {0};
    struct outlook o;

    if (stand == NULL)
        stand = &local;
    assert_int_equal(outlook_fit(&w->s, &arena, &fit), ERR_OK);
    assert_int_equal(outlook_stand(&w->s, &fit, &arena, stand), ERR_OK);
    assert_int_equal(outlook_of(stand, &l, &o), ERR_OK);
    arena_free(&arena);
    return o;
}

#endif
