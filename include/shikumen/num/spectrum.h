/* Auto and cross spectra by Welch's method (IEEE Trans. Audio Electroacoust. 15, 1967): mean of the
 * modified periodograms of overlapping segments. One-sided: lines inside are doubled, the first and
 * the last (DC and Nyquist) are not. Transforms are in single precision (fft.h): an error of some
 * 1e-7 times the root of the strongest line, per line. */
#ifndef SHIKUMEN_NUM_SPECTRUM_H
#define SHIKUMEN_NUM_SPECTRUM_H

#include <complex.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/linalg.h"
#include "shikumen/num/record.h"

enum spectrum_window {
    WINDOW_HANN, /* periodic: 0.5 - 0.5 cos(2 pi j / segment) */
    WINDOW_BOXCAR,
};

enum spectrum_scaling {
    SCALING_DENSITY,  /* unit^2/Hz: 1 / (fs sum w^2); sum of lines * df = mean square */
    SCALING_SPECTRUM, /* unit^2: 1 / (sum w)^2; a sine of amplitude A peaks at A^2 / 2 */
};

struct welch {
    double fs_hz;
    size_t segment; /* samples, even; products of 2, 3, 5 are fast */
    size_t overlap; /* samples, < segment */
    enum spectrum_window window;
    enum detrend detrend; /* of each segment */
    enum spectrum_scaling scaling;
};

/* Hann, 50 % overlap, constant detrend, density; the segment is the shortest fast length of which
 * the line spacing is at most df_hz; for a mode at f1, df <= f1 / 100. A segment of 0 (refused by
 * what takes it) when the arguments are not positive or the length would exceed 2^26.
 */
struct welch welch_settings(double fs_hz, double df_hz);

/* Power spectrum of one channel. */
struct psd {
    size_t lines, segments;
    double df_hz;
    double enbw_hz;    /* equivalent noise bandwidth: fs sum w^2 / (sum w)^2 */
    double duration_s; /* of the samples used */
    double *at;        /* lines values, at k * df_hz */
};
/* n samples. ERR_TOO_FEW when n < segment, ERR_NOT_FINITE (see record_check; or lines that overflow
 * at an absurd rate), ERR_RANGE (segment odd, 0 or beyond 2^26, overlap >= segment, fs not
 * positive), ERR_NOMEM. */
enum err psd_welch(const double *x, size_t n, const struct welch *w, struct psd *out,
                   struct arena *arena) MUST_USE;

/* sum PSD df over the lines in lo_hz .. hi_hz (both included): mean square in the band, for
 * SCALING_DENSITY. */
double psd_band(const struct psd *p, double lo_hz, double hi_hz);

/* Spectral matrices S = E[X X^H] of l channels, one per line: Hermitian, l x l, column-major, line
 * k at at + k l l. S_ab = E[X_a conj(X_b)]; the phase of S_ab is that by which a leads b. */
struct spectral_matrix {
    size_t lines, channels, segments;
    double df_hz, enbw_hz, duration_s, fs_hz;
    enum spectrum_window window;
    double complex *at;
};
/* Errors as psd_welch; ERR_TOO_FEW also without a channel. O(rows * (l log segment + l^2)). */
enum err spectral_matrix_welch(const struct matrix *y, const struct welch *w,
                               struct spectral_matrix *out, struct arena *arena) MUST_USE;

static inline const double complex *spectral_line(const struct spectral_matrix *s, size_t k)
{
    return s->at + k * s->channels * s->channels;
}

/* Magnitude-squared coherence |S_ab|^2 / (S_aa S_bb) per line, 0 .. 1, into coherence (s->lines); 0
 * where a channel has no power. Biased upward by about 1 / segments. ERR_RANGE: no such channel;
 * ERR_TOO_FEW: less than two segments, of which the coherence is 1 whatever the data. */
enum err spectral_coherence(const struct spectral_matrix *s, size_t a, size_t b,
                            double *coherence) MUST_USE;

#endif
