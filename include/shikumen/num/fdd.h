/* Frequency domain decomposition: singular values of the spectral matrix, peaks, modes (Brincker,
 * Zhang & Andersen 2001, Smart Mater. Struct. 10, 441); enhanced: damping from the bell around a
 * peak (EFDD: Brincker, Ventura & Andersen 2001; FSDD: Zhang, Wang & Tamura 2010, Mech. Syst.
 * Signal Process. 24, 1227). */
#ifndef SHIKUMEN_NUM_FDD_H
#define SHIKUMEN_NUM_FDD_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/modal.h"
#include "shikumen/num/spectrum.h"

/* Singular-value spectra. The spectral matrix is positive semi-definite: singular values are its
 * eigenvalues, rounding below zero made 0. */
struct fdd {
    const struct spectral_matrix *matrix; /* borrowed */
    double *s;                            /* channels per line, descending */
    double complex *u;                    /* first singular vector, channels per line */
};
/* ERR_TOO_FEW: no line or channel; ERR_NOT_FINITE, ERR_DIVERGED, ERR_NOMEM. O(lines l^3). */
enum err fdd_decompose(const struct spectral_matrix *m, struct fdd *out,
                       struct arena *arena) MUST_USE;

static inline double fdd_first(const struct fdd *d, size_t line)
{
    return d->s[line * d->matrix->channels];
}

enum fdd_bell {
    BELL_EFDD, /* first singular value */
    BELL_FSDD, /* u^H S(f) u with the u of the peak: keeps modes apart that lie close */
};

struct fdd_settings {
    double low_hz, high_hz;     /* where peaks are looked for; both 0: everywhere but in the
                                   first two lines and the last */
    double prominence_db;       /* 6 [J]: least fall on both sides before a higher line */
    double height_db;           /* 10: least height above the floor, below it "not evaluated" */
    double floor_neighbourhood; /* 0.5 [J]: the floor at f is the median of the first singular value
                                   in f (1 - 0.5) .. f (1 + 0.5), at least 8 lines each side */
    enum fdd_bell bell;         /* BELL_FSDD */
    double mac;                 /* 0.85: lines of the bell agree with the shape of the peak */
    double high, low;      /* 0.9, 0.2: extremes used, relative to the autocorrelation at lag 0 */
    size_t skip, extremes; /* 3, 20: first extremes left out, most used */
};
struct fdd_settings fdd_defaults(void);

struct fdd_peak {
    size_t line;
    double f_hz; /* of the line */
    double s1;
    double height_db; /* above the floor */
    double prominence_db;
    bool evaluated; /* height_db reaches the settings' */
};

/* Height in dB of the largest first singular value within two lines of f_hz over the floor there;
 * ERR_RANGE outside df .. Nyquist or for settings out of range, ERR_NOMEM. Confirms a mode that was
 * found by other means. */
enum err fdd_height(const struct fdd *d, double f_hz, const struct fdd_settings *s, double *out,
                    struct arena *arena) MUST_USE;

/* All prominent peaks by ascending frequency, those under the floor rule too (evaluated = false).
 * ERR_RANGE (settings), ERR_TOO_FEW (less than 16 lines), ERR_NOMEM. O(lines * peaks). */
enum err fdd_peaks(const struct fdd *d, const struct fdd_settings *s, struct fdd_peak **out,
                   size_t *count, struct arena *arena) MUST_USE;

/* Mode at the peak on line: shape is the first singular vector; frequency and damping from the
 * inverse transform of the bell: zero crossings, log decrement regressed over the extremes, each
 * extreme divided by the autocorrelation of the window there (which removes the usual excess of
 * damping). Standard errors: f_se / f = zeta_se = 1.1 F sqrt(zeta / (2 pi f T)), the uncertainty
 * law of the best estimate (Au 2014, Mech. Syst. Signal Process. 48, 15) times the loss F of a line
 * through just these extremes (Bartlett's covariance of the autocorrelation; about 1.4 at 1 %
 * damping, 2 at 2 %, 2.3 at 4 %) times 1.1 measured. They hold for modes some 25 % apart; closer
 * ones share the bell, which shifts f by up to 0.5 %. A single channel agrees with itself at every
 * line, so that its bell is the whole spectrum. ERR_TOO_FEW: the bell has less than 3 lines or less
 * than 4 extremes count (damping too high, segment too short). ERR_RANGE: settings, or the first,
 * the last or no line. ERR_NOMEM. */
enum err fdd_mode(const struct fdd *d, size_t line, const struct fdd_settings *s, struct mode *out,
                  struct arena *arena) MUST_USE;

#endif
