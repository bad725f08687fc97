/* What a slow quantity will do: when it reaches a limit, how sure, and when better nothing is said.
 * Pure.
 *
 *   outlook_fit     what the series says of its noise and of its movement (every four weeks)
 *   outlook_stand   where it stands now, given that (every assessment, once per series)
 *   outlook_of      what that means for one limit
 *
 * Model: y = level + e with autoregressive noise of order 1, e' = phi^(dt/7 d) e + white: what
 * weather leaves behind is noise, not movement. The level is a local linear trend (kalman.h; Harvey
 * 1989; Durbin & Koopman 2012) whose slope is constant, wanders, or broke once; or it has moved
 * since an onset by a line, a square, an exponential, or as creep runs to failure, velocity inverse
 * to the time left (Fukuzono 1985, Voight 1988); or it comes to rest by a hyperbola, from an onset
 * or a known load (Tan, Inoue & Lee 1991). All but wandering and broken slopes are straight lines
 * over a time of their own, whose unit is the present day, so that level and present velocity mean
 * the same in all. Noise: (y - phi y_before)/(1 - phi) has the level of a time phi/(1 - phi) dt
 * ahead and white noise (Cochrane & Orcutt 1949). In place of draws by chance a fixed grid over phi
 * and these, weighted by likelihood (level and slope integrated out); nothing depends on a seed.
 *
 * Measured on simulated weekly series of 40 to 200 values, noise of 1 with phi 0, 0.5, 0.8, onset
 * at random, some 1000 dated forecasts a case; lines with the limit 20 to 720 days away, the others
 * moved by 3 and more with the limit 3 to 23 further, hyperbolas with half of the limits beyond
 * their end. Share of crossings within [t05, t95]; median |ln(t50 / true)|; mean p365 and what
 * came:
 *
 *   lines                     0.89 to 0.93   0.03 to 0.05   0.51  0.50
 *   steps by chance           0.91 to 0.93   0.6            0.46  0.57
 *   squares                   0.87 to 0.88   0.2 to 0.4     0.73  0.75
 *   exponentials              0.83 to 0.85   0.4 to 0.6     0.76  0.95
 *   creep to failure          0.68 to 0.75   0.7 to 0.8     0.61  0.89   told too late
 *   hyperbola, known load     0.53 to 0.57   0.5 to 0.7     0.20  0.12   told too early
 *   hyperbola, none known     0.36 to 0.45   0.6 to 1.0     0.31  0.12   told too early
 *
 * Those are of the shapes alone. Houses go on as none of them has it: on simulated districts their
 * intervals held 47 % of the crossings. So the pace at which a movement goes on is uncertain too (a
 * quarter, one, two and a half times, with 0.25, 0.6 and 0.15 [J]); then they held 85 % in
 * districts not used to choose these figures, and of lines 0.97 and more.
 *
 * Still series, also with a seasonal residue of sd 1, limit 10 away: none of 9000 had p365 > 0.05;
 * at most 1 in 100 with as few as 10 values (test_outlook_promise). Time at n = 100: fit 0.3 ms
 * active, 0.005 still; stand 0.05, 0.005; a limit 0.05 dated, below 0.001 far away. */
#ifndef SHIKUMEN_CORE_OUTLOOK_H
#define SHIKUMEN_CORE_OUTLOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/kalman.h"

#define OUTLOOK_LEAST     10     /* values [J] */
#define OUTLOOK_MOST      600    /* values looked at: the latest */
#define OUTLOOK_STALE_D   56.0   /* a last value older than that: abstain [J] */
#define OUTLOOK_REFIT_D   28.0   /* a fit older than that is made again [J] */
#define OUTLOOK_STEPS_MAX 16     /* latest steps looked at; the series begins after those before */
#define OUTLOOK_NODES     24     /* of the grid kept in a fit */
#define OUTLOOK_MAX_D     3652.5 /* ten years: nothing later is told */
/* [J] prior sd of the slope of what does not move significantly, in sigma per year. */
#define OUTLOOK_QUIET_PER_Y 1.0

/* Days on any axis common to all of them. */
struct outlook_series {
    const double *t_d;   /* ascending */
    const double *level; /* weekly medians of the compensated quantity, NaN: missing */
    size_t n;
    double now_d;         /* moment of the forecast, not before the last value */
    const double *step_d; /* first instant after each confirmed step, ascending; NULL: none */
    size_t steps;
    double load_d; /* start of a known constant load (excavation, dewatering) under which this
                      settlement consolidates; NaN: none */
    double level_se, slope_se; /* what the weather model may feign: sd of the present level, of the
                                  slope per day; >= 0 */
    bool active;               /* a significant trend was found in it */
};

/* How the level moves. Times in days; from_d is the onset, or the break, or the load. */
enum outlook_shape {
    OUTLOOK_CONSTANT, /* one slope */
    OUTLOOK_HINGE,    /* at rest until from_d, then one slope */
    OUTLOOK_BREAK,    /* a slope until from_d, then another one */
    OUTLOOK_WANDER,   /* a slope that wanders by scale (sd in a year, sigma per year) */
    OUTLOOK_SQUARE,   /* at rest until from_d, then (t - from_d)^2 */
    OUTLOOK_GROWTH,   /* exp(t / scale) */
    OUTLOOK_CREEP,    /* at rest until from_d, then -ln(scale - t), failure at scale */
    OUTLOOK_SETTLING, /* at rest until from_d, then x / (scale + x), x = t - from_d */
    OUTLOOK_SHAPE_COUNT
};

/* One point of the grid. */
struct outlook_node {
    int32_t shape; /* enum outlook_shape */
    double phi;    /* correlation of the noise over 7 days */
    double from_d, scale;
    double sigma;  /* sd of the noise */
    double weight; /* sum 1 */
};

/* Plain data, may be stored. */
struct outlook_fit {
    bool active;
    size_t values, steps; /* in the series it was made of */
    double last_d;        /* its last value, */
    double last_step_d;   /* and step; -HUGE_VAL: none */
    double sigma, phi;    /* means over the nodes */
    size_t count;         /* nodes; 0: the series allows no forecast, see reason */
    int32_t reason;       /* enum outlook_reason */
    struct outlook_node node[OUTLOOK_NODES];
};

enum outlook_state {
    OUTLOOK_ABSTAINED, /* see reason; times and probabilities are NaN */
    OUTLOOK_EXCEEDED,  /* now: times 0, probabilities 1 */
    OUTLOOK_BEYOND,    /* no date: the slope is not significant, or t50 lies beyond 10 years */
    OUTLOOK_DATED,
    OUTLOOK_STATE_COUNT
};
enum outlook_reason {
    OUTLOOK_FINE,
    OUTLOOK_TOO_SHORT,  /* fewer than OUTLOOK_LEAST values */
    OUTLOOK_TOO_SPARSE, /* values for less than half of the weeks */
    OUTLOOK_STALE,      /* the last value is older than OUTLOOK_STALE_D */
    OUTLOOK_NO_NOISE,   /* values that do not vary: no measure of uncertainty */
    OUTLOOK_REASON_COUNT
};
enum outlook_method {
    OUTLOOK_NONE,             /* abstained */
    OUTLOOK_QUIET,            /* no significant trend: slope shrunk towards 0 */
    OUTLOOK_FIRST_PASSAGE,    /* trend */
    OUTLOOK_ACCELERATION,     /* trend and growth; growth is the likelier */
    OUTLOOK_INVERSE_VELOCITY, /* of those creep to failure is the likeliest */
    OUTLOOK_SLOWING,          /* a movement that comes to rest is the likeliest (consolidation) */
    OUTLOOK_STEPS, /* steps that go on as they came, in one direction, and the trend between */
    OUTLOOK_DOSES, /* models of mould and decay run on futures (doses.h) */
    OUTLOOK_PEAKS, /* rare events (outlook_events.h) */
    OUTLOOK_METHOD_COUNT
};
/* "abstained", "too_short", "first_passage", ...; "" for a value outside the enum. */
const char *outlook_state_name(enum outlook_state state);
const char *outlook_reason_name(enum outlook_reason reason);
const char *outlook_method_name(enum outlook_method method);

/* Days of now in which the level will move as far as in h_d days from now. */
struct outlook_pace {
    int32_t shape;
    double age_d;  /* since from_d */
    double left_d; /* until the failure; OUTLOOK_GROWTH, OUTLOOK_SETTLING: scale */
};
double outlook_pace_days(const struct outlook_pace *pace, double h_d);

/* Steps as a compound Poisson process: rate with a gamma posterior of shape n, of a single one 1/2
 * [J], over span_d; sizes normal. */
struct outlook_jumps {
    size_t n; /* 0: none */
    double span_d;
    double size, size_sd; /* mean of those seen; of one about that, drawn towards 0.4 of it as by
                             two more [J] */
    bool drifts;          /* two or more, and four fifths of the way in one direction [J] */
};

/* Where a series stands. Plain data; the states are of unit KALMAN_TREND at now_d. */
struct outlook_stand {
    enum outlook_method method;
    enum outlook_reason reason;
    double level, level_sd; /* now, of the mixture */
    double slope, slope_sd; /* per day */
    size_t count;
    double weight[OUTLOOK_NODES];
    struct kalman node[OUTLOOK_NODES];
    struct outlook_pace pace[OUTLOOK_NODES];
    struct outlook_jumps jumps;
    bool paced; /* its nodes say how the pace may change: no more of that */
};

struct outlook_limit {
    double value;           /* same unit as the level */
    bool below;             /* exceeded downwards */
    const double *envelope; /* season to be added, as horizon_envelope makes it; NULL: none */
    size_t envelope_n;
    bool held; /* it is held to be exceeded now, whatever a fit to weeks makes of it */
};

struct outlook {
    enum outlook_state state;
    enum outlook_reason reason;
    enum outlook_method method;
    double t05_d, t50_d, t95_d; /* days from now_d; NaN: not within 10 years, or no date */
    double p30, p180, p365;     /* exceeded within that many days; never falling */
};

/* ERR_ORDER t_d or step_d not ascending, ERR_NOT_FINITE an infinite level, a time or an error that
 * is not finite, ERR_RANGE n > 0 without arrays, an error negative, now_d before the last value;
 * ERR_NOMEM. What makes a forecast unwise is no error but a reason. */
enum err outlook_fit(const struct outlook_series *series, struct arena *arena,
                     struct outlook_fit *out) MUST_USE;

/* The fit no longer fits the series: older than OUTLOOK_REFIT_D, another activity or another step.
 */
bool outlook_is_stale(const struct outlook_fit *fit, const struct outlook_series *series);

/* Errors as outlook_fit. */
enum err outlook_stand(const struct outlook_series *series, const struct outlook_fit *fit,
                       struct arena *arena, struct outlook_stand *out) MUST_USE;

/* A movement of days, which weeks do not show yet. */
struct outlook_beginning {
    double level, level_sd; /* now */
    double slope, slope_sd; /* per day, of the latest days */
    double age_d;           /* since it began, at most */
};

/* Where it stands, in place of a fit: it goes on as it began or slows down, half of the way within
 * one, three or nine months, each with a quarter [J]. */
void outlook_begun(const struct outlook_beginning *beginning, struct outlook_stand *out);

/* ERR_NOT_FINITE, ERR_RANGE: the limit. */
enum err outlook_of(const struct outlook_stand *stand, const struct outlook_limit *limit,
                    struct outlook *out) MUST_USE;

/* Probabilities of what is so with probability share alone; times stay those of the case that it
 * is.
 */
void outlook_discount(struct outlook *outlook, double share);

#endif
