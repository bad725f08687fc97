/* Timber moisture, mould and brown rot. RH in %, temperature in deg C, both of the air at the
 * surface in question, not of the room. */
#ifndef SHIKUMEN_NUM_WOOD_H
#define SHIKUMEN_NUM_WOOD_H

#include <stddef.h>

#include "shikumen/base/err.h"

/* Equilibrium moisture content, % of the dry mass (Wood Handbook 2021, eq. 4-5; Hailwood &
 * Horrobin's two-hydrate model, mainly Sitka spruce, between adsorption and desorption). The source
 * tabulates -1.1 .. 132 deg C and 5 .. 95 % RH; taken here: -30 .. 132 deg C [J], 0 .. 100 % RH,
 * ERR_RANGE beyond. ERR_NOT_FINITE for a NaN. */
enum err emc_wood(double celsius, double rh, double *mc_percent) MUST_USE;

/* RH at which wood of that moisture content neither dries nor wets; ERR_RANGE when no RH of 0 ..
 * 100 does. */
enum err emc_relative_humidity(double celsius, double mc_percent, double *rh) MUST_USE;

/* Reading of a resistive meter in wood of another temperature than it is calibrated for, corrected:
 * reading - slope (celsius - calibration_celsius), not below 0. It reads too low in cold wood.
 * Slope in points per K: WOOD_METER_SLOPE by Wood Handbook 2021, ch. 13; Swedish tests:
 * 0.10 .. 0.15. ERR_RANGE for a negative reading or slope; ERR_NOT_FINITE. */
#define WOOD_METER_SLOPE (0.5 / 5.6)
enum err wood_meter_corrected(double reading_percent, double celsius, double calibration_celsius,
                              double slope, double *mc_percent) MUST_USE;

/* Finnish mould growth model: Hukka & Viitanen (Wood Sci. Technol. 33, 1999) with the sensitivity
 * classes of Ojanen et al. (2010). Index 0 none, 1 seen by microscope, 3 by eye, 6 full cover. */
enum mould_class {
    MOULD_VERY_SENSITIVE,   /* pine sapwood */
    MOULD_SENSITIVE,        /* planed wood, paper-coated products */
    MOULD_MEDIUM_RESISTANT, /* concrete, mortar */
    MOULD_RESISTANT,        /* glass, polyurethane */
    MOULD_CLASSES
};

struct mould_material {
    double k1_below, k1_above; /* growth factor below and from index 1 on */
    double a, b, c;            /* greatest index: a + b x - c x^2 */
    double rh_min;             /* % */
};

/* Never NULL; a number that is no class gives the very sensitive one. */
const struct mould_material *mould_material(enum mould_class c);

/* Decline relative to the original model: 1 pine, 0.5 significant, 0.25 relatively low, 0.1 almost
 * none [M]. */
#define MOULD_DECLINE_ORIGINAL    1.0
#define MOULD_DECLINE_SIGNIFICANT 0.5
#define MOULD_DECLINE_LOW         0.25
#define MOULD_DECLINE_ALMOST_NONE 0.1

/* RH from which mould grows at a temperature: 100 below 0 deg C. */
double mould_critical_rh(const struct mould_material *m, double celsius);

/* Zero-initialise: no mould, growing weather a moment ago. */
struct mould {
    double index;     /* 0 .. 6 */
    double peak;      /* greatest index so far */
    double dry_hours; /* since growth last stopped */
};

/* One hour at a mean temperature and RH; decline >= 0. RH is taken within 0 .. 100. When a value is
 * not finite, or decline below 0, the hour is not counted: the state stays, time stands still. A
 * caller who wants gaps bridged interpolates first. */
void mould_step(struct mould *s, const struct mould_material *m, double decline, double celsius,
                double rh);

/* The same bits as so many steps alike, for less. */
void mould_hours(struct mould *s, const struct mould_material *m, double decline, double celsius,
                 double rh, int hours);

/* n hours from state *s on; index (n values, or NULL) gets the index after each. ERR_NOT_FINITE for
 * a value that is not finite, ERR_RANGE for a decline that is not finite or below 0; then nothing
 * is written. */
enum err mould_run(struct mould *s, const struct mould_material *m, double decline,
                   const double *celsius, const double *rh, size_t n, double *index) MUST_USE;

/* Brown rot in untreated spruce (Viitanen et al., Eur. J. Wood Prod. 68, 2010): activation, then
 * mass loss. Valid 0 .. 30 deg C, 95 .. 100 % RH, about the first 12 months; a relative dose for
 * other wood.
 */
#define DECAY_RECOVERY_H 17520.0 /* hours for full activation to fade: 2 years */

/* Hours of these conditions until decay starts (regression of mass loss solved for 0): 0 where it
 * starts at once, infinite where it never does. */
double decay_critical_hours(double celsius, double rh);

/* Mass loss per hour once active, % of the dry mass, >= 0. */
double decay_rate(double celsius, double rh);

/* Zero-initialise. */
struct decay {
    double activation;        /* 0 .. 1 */
    double mass_loss_percent; /* not bounded by the model */
};

/* dt_h hours (> 0) of these conditions; RH is taken within 0 .. 100. Mass is lost during a whole
 * step in which activation reaches 1. Values that are not finite, a dt_h <= 0 or a loss that
 * overflows leave the state as it is: time stands still. */
void decay_step(struct decay *s, double celsius, double rh, double dt_h);

/* n steps from state *s on; mass_loss_percent (n values, or NULL) after each. ERR_NOT_FINITE,
 * ERR_RANGE for dt_h; then nothing is written. */
enum err decay_run(struct decay *s, const double *celsius, const double *rh, size_t n, double dt_h,
                   double *mass_loss_percent) MUST_USE;

#endif
