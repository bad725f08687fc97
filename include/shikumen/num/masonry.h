/* From cracks and settlements to damage categories of masonry walls. Lengths in m or mm as named,
 * crack widths in mm, strains without unit and positive in tension, settlement positive downwards.
 */
#ifndef SHIKUMEN_NUM_MASONRY_H
#define SHIKUMEN_NUM_MASONRY_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"

/* Damage category 0 negligible .. 5 very severe (BRE Digest 251; Burland et al. 1977) by crack
 * widths alone: < 0.1, <= 1, <= 5, <= 15, <= 25, > 25 mm of the widest; three or more [J] cracks
 * wider than 3 mm are category 3 at least. The digest warns: width is one aspect only and must not
 * be used alone. n = 0 is category 0. ERR_NOT_FINITE; ERR_RANGE for a negative width. */
enum err burland_category(const double *width_mm, size_t n, int *category) MUST_USE;

/* Limits between the categories 0 .. 4 by tensile strain. */
enum strain_limits {
    STRAIN_BOSCARDIN_CORDING_1989, /* 0.5, 0.75, 1.5, 3.0 x 10^-3 */
    STRAIN_SON_CORDING_2005,       /* 0.5, 0.75, 1.67, 3.33 x 10^-3 */
};
/* Category 0 .. 4 (4: severe to very severe); a value on a limit belongs below it. Strains that are
 * not tensile are category 0. ERR_NOT_FINITE, ERR_RANGE (limits unknown). */
enum err strain_category(double strain, enum strain_limits limits, int *category) MUST_USE;

/* Crack-intensity index of a wall for many fine cracks (Delft; Korswagen et al. 2019):
 * c = sum(w^2 l) / sum(w l), psi = 2 n^0.15 c^0.3, 0 without cracks. */
struct crack {
    double width_mm, length_mm;
};
struct crack_index {
    double weighted_width_mm; /* c */
    double psi;
    int level; /* 0 none (psi <= 1), 1 (<= 1.5), 2 (<= 2.5), 3 (<= 3.5), 4 */
};
/* Cracks of width or length 0 do not count. ERR_NOT_FINITE, ERR_RANGE (negative). */
enum err crack_index(const struct crack *cracks, size_t n, struct crack_index *out) MUST_USE;

/* Index of a house: mean of its walls weighted by their areas. ERR_TOO_FEW (no wall), ERR_RANGE (an
 * area not positive), ERR_NOT_FINITE. */
enum err crack_index_house(const double *psi, const double *area_m2, size_t walls,
                           double *out) MUST_USE;

enum bending {
    BENDING_SAGGING, /* the middle settles more: cracks open below */
    BENDING_HOGGING, /* the ends settle more: cracks open above */
};

/* Strains of a wall bent as a deep beam (Burland & Wroth 1974; Mair, Taylor & Burland 1996), unit
 * thickness, nu = 0.3. */
struct deep_beam {
    double length_m;         /* L, between points of inflection */
    double height_m;         /* H */
    double stiffness_ratio;  /* E / G: 2.6 isotropic, 12.5 frame, about 11 Dutch masonry */
    double deflection_ratio; /* D = Delta / L, >= 0 */
    double ground_strain;    /* eps_h, tension positive */
    enum bending bending;
};
struct deep_beam_strain {
    double bending, diagonal;             /* eps_b, eps_d */
    double total_bending, total_diagonal; /* with ground strain: eps_bt, eps_dt */
    double largest;                       /* the larger of the totals */
};
/* ERR_RANGE for L, H or E/G not positive or D negative, ERR_NOT_FINITE. */
enum err deep_beam_strain(const struct deep_beam *beam, struct deep_beam_strain *out) MUST_USE;

/* Largest principal strain of angular distortion and horizontal strain, and its direction from the
 * horizontal (Boscardin & Cording 1989; Cording 2001). */
struct principal_strain {
    double strain;
    double direction_deg;
};
/* ERR_NOT_FINITE. */
enum err principal_strain(double angular_distortion, double horizontal_strain,
                          struct principal_strain *out) MUST_USE;

/* Shape of a levelled wall: rigid tilt (slope of the least-squares line), greatest angular
 * distortion (slope between neighbours less the tilt), and the deflections from the chord between
 * the ends. */
struct settlement_shape {
    double tilt;               /* rigid rotation, positive when the far end settles more */
    double mean_mm;            /* mean settlement */
    double angular_distortion; /* largest in size, with its sign */
    size_t bay;                /* it lies between points bay and bay + 1 */
    double sagging_ratio;      /* D in sagging, >= 0; needs four points, else 0 */
    double hogging_ratio;      /* D in hogging, >= 0; needs four points, else 0 */
    bool has_deflection;       /* four points or more */
};
/* position_m ascending along the wall, settlement_mm downwards positive, n >= 3 (two points show
 * tilt alone: ERR_TOO_FEW). ERR_NOT_FINITE, ERR_ORDER. */
enum err settlement_shape(const double *position_m, const double *settlement_mm, size_t n,
                          struct settlement_shape *out) MUST_USE;

#endif
