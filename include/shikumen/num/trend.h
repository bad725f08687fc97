/* Tests of monotonic trend by Kendall's S (Mann 1945; Kendall 1975): rank-based, so that outliers
 * and skewed samples do no harm. Repeated readings of one sensor are autocorrelated, which makes
 * the plain test see trends that are not there; three corrections, none of them exact, are below
 * it. Measured error rates: docs/numerics.md. */
#ifndef SHIKUMEN_NUM_TREND_H
#define SHIKUMEN_NUM_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

#define MANN_KENDALL_EXACT  10   /* largest n, without ties, at which p is exact */
#define MANN_KENDALL_NORMAL 8    /* least n for the normal approximation (with ties) [M] */
#define HAMED_RAO_ALPHA     0.05 /* significance an autocorrelation needs to count (Hamed & Rao) */
#define HAMED_RAO_LEAST     0.01 /* least factor of the variance [J] */

struct mann_kendall {
    size_t n;
    int64_t s;                  /* sum over i < j of sign(x_j - x_i); positive: rising */
    double var;                 /* of S without trend, ties considered */
    double z;                   /* (S - sign S) / sqrt(var) */
    double p;                   /* two-sided */
    double p_rising, p_falling; /* one-sided: P(S' >= S), P(S' <= S) */
    double tau_b;               /* Kendall's rank correlation with time, -1 .. 1 */
    bool exact;                 /* p from the distribution of S, not from z */
};

/* Plain test of x in order of time (the times themselves do not matter). n >= 4; with ties n >= 8.
 * Independent samples: see below otherwise. O(n log n). Scratch from a, given back.
 * ERR_TOO_FEW, ERR_NOT_FINITE, ERR_CONSTANT, ERR_NOMEM; *out is untouched then (so in all below).
 */
enum err mann_kendall(const double *x, size_t n, struct mann_kendall *out,
                      struct arena *a) MUST_USE;

struct hamed_rao {
    struct mann_kendall test; /* var includes the factor; never exact */
    double factor;            /* of the variance; for theil_sen too */
    size_t lags;              /* significant autocorrelations that went into it */
};

/* Hamed & Rao (J. Hydrology 204, 1998): x - slope t is ranked (values that differ by rounding alone
 * are tied); autocorrelations r_k of the ranks (divisor n) with |r_k| > z_{1-alpha/2} / sqrt(n)
 * count: factor = 1 + 2 / (n (n-1) (n-2)) sum_k (n-k) (n-k-1) (n-k-2) r_k, at least
 * HAMED_RAO_LEAST. t: in order, NULL for 0, 1, .. n - 1; slope: of theil_sen for the same t and x.
 * Lag k is k samples, so samples ought to be evenly spaced, a few missing ones apart. n >= 8, 1 <=
 * max_lag; lags beyond n - 1 do not exist (max_lag n: all, as published; 10 for weekly or monthly
 * medians [J]). 0 < alpha < 1. O(n log n + n max_lag). Errors as above and ERR_RANGE (alpha,
 * max_lag, slope not finite); a straight line without noise has no autocorrelation: factor 1. */
enum err mann_kendall_hamed_rao(const double *t, const double *x, size_t n, double slope,
                                double alpha, size_t max_lag, struct hamed_rao *out,
                                struct arena *a) MUST_USE;

struct prewhitened {
    struct mann_kendall test; /* of n - 1 values */
    double r1;                /* the lag-1 autocorrelation that was removed */
};

/* Pre-whitening (Kulkarni & von Storch, Meteorol. Z. 4, 1995): the test of x_{i+1} - r1 x_i, r1 of
 * x itself, significant or not. Removes part of a trend with the autocorrelation: loses power. n
 * >= 9. Errors as mann_kendall; ERR_CONSTANT also when nothing remains. */
enum err mann_kendall_prewhitened(const double *x, size_t n, struct prewhitened *out,
                                  struct arena *a) MUST_USE;

/* Trend-free pre-whitening (Yue, Pilon, Phinney & Cavadias, Hydrol. Process. 16, 2002): r1 of
 * d = x - slope t, the test of d_{i+1} - r1 d_i + slope t_{i+1}. Keeps the power, but rejects too
 * often when there is no trend. t, slope and errors as in mann_kendall_hamed_rao; n >= 9. */
enum err mann_kendall_trend_free(const double *t, const double *x, size_t n, double slope,
                                 struct prewhitened *out, struct arena *a) MUST_USE;

enum seasons {
    SEASONS_INDEPENDENT, /* variances add (Hirsch, Slack & Smith, Water Resour. Res. 18, 1982) */
    SEASONS_DEPENDENT,   /* and the covariances (Hirsch & Slack, Water Resour. Res. 20, 1984) */
};

struct seasonal_kendall {
    size_t n;       /* values present */
    size_t seasons; /* that have at least two values */
    int64_t s;      /* sum of S over the seasons */
    double var, z, p, p_rising, p_falling;
    double slope;   /* units of x per period: median of all slopes inside seasons */
    uint64_t pairs; /* such slopes */
};

/* Kendall's test that compares each season with itself alone: x[i], in order of time, belongs to
 * season i % period of cycle i / period. NaN: missing (an infinity is ERR_NOT_FINITE). Seasons with
 * two or more values must hold MANN_KENDALL_NORMAL values together; SEASONS_DEPENDENT is meant for
 * 10 or more cycles (Hirsch & Slack). O(n log n); the covariances O(n^2), being between all pairs
 * of seasons. Scratch from a, given back. ERR_RANGE (period 0, no such seasons value), ERR_TOO_FEW,
 * ERR_NOT_FINITE, ERR_CONSTANT (no season varies, or the covariances leave no variance), ERR_NOMEM.
 */
enum err seasonal_kendall(const double *x, size_t n, size_t period, enum seasons seasons,
                          struct seasonal_kendall *out, struct arena *a) MUST_USE;

#endif
