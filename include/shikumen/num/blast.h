/* Attenuation of blasting vibration with scaled distance: log10 PPV = a + b log10 SD, b < 0 (US
 * Bureau of Mines; Siskind et al., RI 8507, 1980), by least squares. */
#ifndef SHIKUMEN_NUM_BLAST_H
#define SHIKUMEN_NUM_BLAST_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/regress.h"

struct blast_law {
    double intercept, slope; /* of log10 PPV (mm/s) on log10 SD (m / kg^0.5) */
    double s, r2;            /* of log10 PPV */
    struct regression fit;   /* in the arena of the fit */
};

/* Distance over the square root of the charge fired per delay, m / kg^0.5; ERR_RANGE unless both
 * are positive and finite and so is the result. */
enum err scaled_distance(double distance_m, double charge_kg, double *sd) MUST_USE;

/* n blasts, scaled distance and PPV positive (ERR_RANGE). ERR_TOO_FEW n < 3, ERR_NOT_FINITE,
 * ERR_CONSTANT (all PPV equal), ERR_SINGULAR (all at one distance), ERR_NOMEM. The arena keeps the
 * fit and the 2 n logarithms it was made of; on an error, nothing. */
enum err blast_law_fit(const double *sd, const double *ppv_mm_s, size_t n, struct arena *arena,
                       struct blast_law *out) MUST_USE;

struct blast_ppv {
    double median; /* mm/s */
    double upper;  /* not exceeded by one new blast with the given probability */
};
/* PPV at a scaled distance with its one-sided prediction bound (Student's t, normal errors of the
 * logarithm). probability: 0.5 < p < 1. ERR_RANGE also for sd not positive and finite;
 * ERR_NOT_FINITE when the result overflows. */
enum err scaled_distance_ppv(const struct blast_law *law, double sd, double probability,
                             struct blast_ppv *out) MUST_USE;

#endif
