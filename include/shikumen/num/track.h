/* Tracking modes over months against a list of references. */
#ifndef SHIKUMEN_NUM_TRACK_H
#define SHIKUMEN_NUM_TRACK_H

#include <complex.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/modal.h"

/* Least-cost assignment of n rows to n columns (Kuhn 1955, Munkres 1957; shortest augmenting
 * paths). cost: n x n, row-major; column[i] becomes the column of row i. O(n^3). ERR_NOT_FINITE: a
 * cost that is not finite or beyond +-1e300; ERR_NOMEM. */
enum err assignment_solve(const double *cost, size_t n, size_t *column,
                          struct arena *arena) MUST_USE;

struct track_settings {
    double f_gate;   /* |df| / f_r, 0.05 [M] within 0.05 .. 0.10 */
    double mac_gate; /* 0.8 [M] within 0.8 .. 0.9 */
    double weight;   /* 0.02 [J]: of a new mode in the slow reference */
};
struct track_settings track_defaults(void);

/* A mode as it was commissioned (never changed) and as it slowly moves; caller's arrays of channels
 * values. */
struct track_reference {
    double f_hz, commissioned_f_hz;
    double complex *shape;
    const double complex *commissioned_shape;
};

#define TRACK_NONE ((size_t)-1)

/* Assigns modes to references where |df| <= f_gate f_r and MAC >= mac_gate against the slow
 * reference: as many pairs as the gates allow, and of these the least sum of |df| / f_r + 1 - MAC.
 * reference_of[j] becomes the reference of mode j, or TRACK_NONE: a candidate for a new one.
 * ERR_RANGE (gates or weight out of 0 .. 1; a frequency not positive and finite; no channel),
 * ERR_NOMEM. */
enum err track_assign(const struct track_reference *references, size_t count,
                      const struct mode *modes, size_t mode_count, size_t channels,
                      const struct track_settings *s, size_t *reference_of,
                      struct arena *arena) MUST_USE;

/* Moves the slow reference by weight towards an assigned mode; the shape is first turned and scaled
 * to the reference's (least squares), so that phase and sign of the new one do not matter, and
 * normalised after. Nothing moves when the mode's frequency is not positive and finite, its shape
 * is zero or not finite, or the settings are out of range. */
void track_update(struct track_reference *r, const struct mode *m, size_t channels,
                  const struct track_settings *s);

/* How far a mode that track_assign took is from commissioning: the measure of damage. */
struct track_shift {
    double f;   /* (f - f_commissioned) / f_commissioned */
    double mac; /* with the commissioned shape */
};
struct track_shift track_shift(const struct track_reference *r, const struct mode *m,
                               size_t channels);

#endif
