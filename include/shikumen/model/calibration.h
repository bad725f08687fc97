/* Calibration of an installation: from what an instrument says to what a sensor measures. Belongs
 * to a sensor of the registry; what is stored is the raw value, so that a calibration found wrong
 * years later is corrected by correcting the registry. */
#ifndef SHIKUMEN_MODEL_CALIBRATION_H
#define SHIKUMEN_MODEL_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/model/quantity.h"

#define CALIBRATION_TERMS   8
#define CALIBRATION_RAW_MAX 1e9  /* no instrument says more [J]; what does is refused */
#define CALIBRATION_FAR     1e12 /* what lies outside of every sensor, an angle of 90 degrees too */

/* value = sum terms[i] R^i + (thermal[0] + thermal[1] R) (T - zero_temperature), in unit; times
 * scale; in the canonical unit; less zero. R is the raw value, of a vibrating wire its digits
 * f^2 / 1000 (Geokon, manual of model 4420, appendix: digits, linear and polynomial factor, thermal
 * correction K = (R M + B) G). */
struct calibration {
    int64_t from_us;                   /* device time; INT64_MIN: since ever */
    const struct unit_conversion *raw; /* unit of the raw value: unit_raw_find */
    enum calibration_raw { RAW_AS_IS, RAW_HZ_TO_DIGITS, RAW_US_TO_DIGITS } reading;
    double terms[CALIBRATION_TERMS];
    size_t term_count;
    double thermal[2];                  /* per degree C, and per degree C and unit of R */
    double zero_temperature_c;          /* T0 */
    uint32_t temperature;               /* registry index of the thermistor, UINT32_MAX: none */
    int64_t temperature_age_us;         /* a temperature is used for so long */
    const struct unit_conversion *unit; /* of the formula's value */
    double scale;                       /* -1 when mounted the other way round, and gauge length */
    double zero;                        /* canonical unit */
};

/* The calibration in force at t_us of count ones in ascending order of from_us; NULL: none, values
 * are stored as they are measured. */
const struct calibration *calibration_at(const struct calibration *of, size_t count, int64_t t_us);

/* The measured value of a raw one, in the canonical unit of its sensor; always finite. NaN for
 * temperature_c: not known, so no thermal correction. */
double calibration_apply(const struct calibration *c, double raw, double temperature_c);

/* Hash of all that decides a value, but for which sensor the temperature is. */
uint64_t calibration_hash(uint64_t seed, const struct calibration *c);

#endif
