/* How a compensated quantity moves: its level against its baseline, its slope over windows, steps.
 * Pure: arrays in, a struct out.
 *
 * Works on daily values r since the baseline and on their weekly medians, whose errors are nearly
 * independent. Noise has two parts, told apart by how differences grow with their lag (variogram,
 * after the trend is taken off): a white one and one that wanders (what the weather model does not
 * know; benign). Every standard error holds both, and what the caller says the weather model may
 * feign: an honest slope of a young model is an uncertain one. */
#ifndef SHIKUMEN_CORE_MOVEMENT_H
#define SHIKUMEN_CORE_MOVEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

#define MOVEMENT_WINDOWS 4 /* 13, 26, 52 weeks, all */
#define MOVEMENT_STEPS   8 /* kept */

/* What the weather model may feign, unit of r and unit per day. */
struct movement_doubt {
    double level;                   /* sd of the present level against the baseline's */
    double slope[MOVEMENT_WINDOWS]; /* sd of the slope over each window */
};

/* A lasting jump: the level after day - 1 less that before. */
struct movement_step {
    size_t day;           /* index into r of the first day after it */
    double before, after; /* medians of the days around it */
    double size, error;   /* after - before, and its standard error */
};

struct movement_window {
    size_t weeks;     /* of data in it; 0: not evaluated */
    double slope;     /* Theil-Sen, unit per day */
    double error;     /* standard error with all doubts */
    double p;         /* two-sided, Mann-Kendall after Hamed & Rao, lags up to 10 */
    bool significant; /* |slope| > MOVEMENT_Z errors and p < MOVEMENT_P */
};
#define MOVEMENT_Z 3.0  /* [J] */
#define MOVEMENT_P 0.01 /* [J] */

struct movement {
    size_t days;          /* with data */
    double baseline;      /* median of the first days */
    double level;         /* median of the latest ten days with data */
    double change, error; /* level - baseline, and its standard error */
    double white, wander; /* weekly noise: sd, and sd of the increment per week */
    struct movement_window window[MOVEMENT_WINDOWS];
    int governing; /* window of the largest slope / error among the significant, -1 none */
};

/* Weekly medians of r from day first on: t_d (middle of each week, days since r[0]) and level,
 * weeks with fewer than least days of data left out. Room for n / 7 + 1. Returns their number. */
size_t movement_weeks(const float *r, size_t n, size_t first, size_t least, double *t_d,
                      double *level);

/* r: n days since the baseline, NaN missing. doubt: all >= 0. ERR_TOO_FEW: less than
 * MOVEMENT_LEAST days with data; ERR_NOMEM. O(n + weeks log weeks). */
#define MOVEMENT_LEAST 5
enum err movement_of(const float *r, size_t n, const struct movement_doubt *doubt,
                     struct arena *arena, struct movement *out) MUST_USE;

/* Chooses the governing window anew among those still significant. */
void movement_govern(struct movement *m);

/* The plainest jump among the last look days of r that is confirmed by MOVEMENT_CONFIRM days with
 * data on either side (and one more after it, which tells that it was not later): larger than
 * floor, than MOVEMENT_STEP_Z standard errors by the noise of days and by the spread of these, and
 * than MOVEMENT_STEP_USED_Z times what such differences came to in the months before (once some 30
 * days show it), so that what wanders by days and weeks does not seem to jump. day SIZE_MAX: none.
 * Times of other steps are no trouble as long as they are MOVEMENT_CONFIRM days away. */
#define MOVEMENT_CONFIRM     5
#define MOVEMENT_STEP_Z      7.0 /* [J] */
#define MOVEMENT_STEP_USED_Z 4.5 /* [J]; table in docs/numerics.md */
struct movement_step movement_step_of(const float *r, size_t n, size_t look, double floor);

#endif
