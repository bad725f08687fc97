/* Vibration records: what the modal methods ask of them, detrending, decimation. A record is a
 * matrix of samples (rows) by channels (columns), taken at one constant rate. */
#ifndef SHIKUMEN_NUM_RECORD_H
#define SHIKUMEN_NUM_RECORD_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"

/* Samples beyond this are refused: the square of a sum of them would overflow. */
#define RECORD_LARGEST 1e140

/* ERR_TOO_FEW: no channel, or fewer than least samples; ERR_NOT_FINITE: a NaN, an infinity or a
 * magnitude above RECORD_LARGEST. */
enum err record_check(const struct matrix *y, size_t least) MUST_USE;

enum detrend {
    DETREND_NONE,
    DETREND_CONSTANT, /* less the mean */
    DETREND_LINEAR,   /* less the least-squares line */
};

/* Detrends the n values of x, which record_check would take, in place. n = 0 is left alone; of n =
 * 1 the line is the mean. */
void record_detrend(double *x, size_t n, enum detrend kind);

/* Low-pass and every factor-th sample: a symmetric FIR (no phase shift) of 40 * factor + 1 taps,
 * sinc under a Kaiser window of beta = 8, cut at 0.4 of the new rate: flat within 0.002 dB to 0.33
 * of the new rate, 80 dB down from 0.47 (Oppenheim & Schafer, Discrete-Time Signal
 * Processing, 7.6). out: only samples with the whole filter on the record, so the first stands at
 * sample 20 * factor. factor 2 .. 1000, ERR_RANGE otherwise. ERR_TOO_FEW when rows < 40 * factor +
 * 1, ERR_NOT_FINITE (see record_check), ERR_NOMEM. */
enum err record_decimate(const struct matrix *y, size_t factor, struct matrix *out,
                         struct arena *arena) MUST_USE;

#endif
