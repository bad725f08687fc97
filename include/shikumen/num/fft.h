/* Real discrete Fourier transform by kissfft. Debian builds kissfft in single precision: the error
 * of each line is about 6e-8 * log2(n) times the root of the signal's mean square per line, that is
 * a floor some 130 dB under full scale, below that of a 20-bit converter. Data are scaled by a
 * power of two first, so that any double range goes in. Nothing else of num is in single precision.
 */
#ifndef SHIKUMEN_NUM_FFT_H
#define SHIKUMEN_NUM_FFT_H

#include <complex.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* A transform of one length in one direction pair; lives in the arena it was made in. */
struct fft;

/* n even, 2 .. 2^26; ERR_RANGE otherwise, ERR_NOMEM. Lengths of the factors 2, 3, 5 are fast. */
enum err fft_new(size_t n, struct fft **out, struct arena *arena) MUST_USE;

/* Least even length >= n whose factors are 2, 3, 5 alone; n <= 2^26. */
size_t fft_good_length(size_t n);

/* spectrum[k] = sum_j x[j] exp(-2 pi i j k / n), k = 0 .. n/2 (n/2 + 1 lines). x finite. */
void fft_forward(struct fft *f, const double *x, double complex *spectrum);

/* power[k] = |spectrum[k]|^2 / s^2, k = 0 .. n/2, of the same spectrum; s is that power of two by
 * which the largest |x[j]| becomes 0.5 .. 1, so that no power overflows. x finite; power may be x.
 */
void fft_power(struct fft *f, const double *x, double *power);

/* The inverse: fft_inverse(fft_forward(x)) = x. Imaginary parts of the first and last line are
 * ignored. */
void fft_inverse(struct fft *f, const double complex *spectrum, double *x);

#endif
