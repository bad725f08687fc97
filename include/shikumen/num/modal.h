/* Modes and mode shapes: what the identification methods give and how shapes compare. A shape is a
 * vector of one complex number per channel, known up to a complex factor. A shape of which a
 * modulus is not finite, or all are under 5.6e-309, counts as zero. */
#ifndef SHIKUMEN_NUM_MODAL_H
#define SHIKUMEN_NUM_MODAL_H

#include <complex.h>
#include <stddef.h>

#include "shikumen/base/err.h"

struct mode {
    double f_hz;    /* undamped natural frequency */
    double zeta;    /* damping ratio, 0 .. 1 */
    double f_se_hz; /* standard errors; 0: not estimated */
    double zeta_se;
    const double complex *shape; /* channels values, see modal_normalise */
};

/* Modal assurance criterion |a^H b|^2 / (a^H a b^H b), 0 .. 1 (Allemang & Brown 1982); 0 when one
 * of the shapes is zero. Free of scale, no overflow. */
double modal_mac(const double complex *a, const double complex *b, size_t n);

/* Modal phase collinearity (l1 - l2)^2 / (l1 + l2)^2 of the 2 x 2 second moments about zero of (Re,
 * Im), 1 for a shape on one line through the origin, 0 for a circle (Pappa, Elliott & Schenk 1993);
 * about zero, not about the mean: a shape in which all channels move alike is collinear too. 0 for
 * a zero shape. */
double modal_mpc(const double complex *shape, size_t n);

/* Mean phase deviation, radians, 0 .. pi/2: mean angle between the components and the principal
 * line of the shape, weighted by modulus (Reynders, Houbrechts & De Roeck 2012, Mech. Syst. Signal
 * Process. 29, 228). 0 for a zero shape. */
double modal_mpd(const double complex *shape, size_t n);

/* Divides by the component of largest modulus (the first, of equal ones), which becomes 1. A zero
 * shape is left alone. */
void modal_normalise(double complex *shape, size_t n);

/* Nearest real shape: turned so that its principal line is the real axis, the real part taken, its
 * component of largest modulus made +1. A zero shape gives zeros. */
void modal_real(const double complex *shape, size_t n, double *real);

/* First frequency to be expected of a house of height h: f = 46 / h within +-50 % (ISO 4866:2010
 * annex D, 163 buildings); party walls in a row raise it. ERR_RANGE unless 1 <= h_m <= 100. */
struct expected_frequency {
    double f_hz, low_hz, high_hz;
};
enum err modal_expected_frequency(double h_m, struct expected_frequency *out) MUST_USE;

#endif
