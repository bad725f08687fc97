/* Recursive filters as cascades of second-order sections, direct form II transposed, in double.
 * Designs: Butterworth by the bilinear transform with pre-warped corner (Oppenheim & Schafer,
 * Discrete-Time Signal Processing, section 7.2), and a matched low-pass for corners near or past
 * half the sampling rate (Vicanek, Matched Second Order Digital Filters, 2016). */
#ifndef SHIKUMEN_NUM_FILTER_H
#define SHIKUMEN_NUM_FILTER_H

#include <complex.h>
#include <stddef.h>

#include "shikumen/base/err.h"

/* (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2); a first-order section has b2 = a2 = 0. */
struct biquad {
    double b0, b1, b2, a1, a2;
};

/* Sections in the order in which they are run. */
#define FILTER_SECTIONS 6
struct filter {
    size_t count; /* 0: passes unchanged */
    struct biquad section[FILTER_SECTIONS];
};

/* The memory of a filter that runs; zero-initialise for one at rest. */
struct filter_state {
    double z[FILTER_SECTIONS][2];
    double last; /* the last value given out */
};

/* Second-order Butterworth sections, pre-warped: -3.01 dB at corner_hz. ERR_RANGE unless
 * 1e-6 fs_hz <= corner_hz < fs_hz / 2, both positive and finite: rounding of a1 and a2 costs the
 * response some eps (fs / 2 pi corner)^2, a few 1e-6 at the lower end. */
enum err biquad_lowpass(double corner_hz, double fs_hz, struct biquad *out) MUST_USE;
enum err biquad_highpass(double corner_hz, double fs_hz, struct biquad *out) MUST_USE;

/* First-order sections, likewise. */
enum err biquad_lowpass_first(double corner_hz, double fs_hz, struct biquad *out) MUST_USE;
enum err biquad_highpass_first(double corner_hz, double fs_hz, struct biquad *out) MUST_USE;

/* Second-order Butterworth low-pass with the poles of the analogue filter (exp of their position)
 * and its modulus at 0, at half the sampling rate and, where that has a solution, at the corner.
 * For corners the bilinear transform squeezes: 1e-6 fs_hz <= corner_hz <= 0.7 fs_hz, else
 * ERR_RANGE. */
enum err biquad_lowpass_matched(double corner_hz, double fs_hz, struct biquad *out) MUST_USE;

/* Appends a section; ERR_FULL when there are FILTER_SECTIONS already. */
enum err filter_append(struct filter *f, const struct biquad *section) MUST_USE;

/* Response at f_hz, by evaluating the sections at exp(2 pi i f / fs). */
double complex filter_response(const struct filter *f, double f_hz, double fs_hz);

/* True when every section has finite coefficients and its poles inside the unit circle. */
int filter_stable(const struct filter *f);

/* State as after an endless constant x: no step at the start of a record. The filter is stable; x
 * is finite. */
void filter_settle(const struct filter *f, double x, struct filter_state *s);

/* One sample through the filter. A value that is not finite, or that overflows on its way, is
 * ignored: the state is kept and the last value given out again. */
double filter_step(const struct filter *f, struct filter_state *s, double x);

/* n samples, y = filtered x; y may be x. The state carries on from call to call, so that blocks
 * give the same bits as the whole (of values above 1e-290). ERR_NOT_FINITE, before anything is
 * written, when a sample is not finite, and with *s as it was and y undefined when the result
 * or the memory overflows. Memory below 1e-290 is taken for zero, so that silence never runs at the
 * speed of denormal numbers. */
enum err filter_run(const struct filter *f, struct filter_state *s, const double *x, size_t n,
                    double *y) MUST_USE;

#endif
