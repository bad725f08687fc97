/* Quantities and units: the one table by which every reading and limit is converted. */
#ifndef SHIKUMEN_MODEL_QUANTITY_H
#define SHIKUMEN_MODEL_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"

enum quantity {
    Q_CRACK_WIDTH,
    Q_SETTLEMENT,
    Q_DISPLACEMENT,
    Q_DEFLECTION,
    Q_TILT,
    Q_STRAIN,
    Q_VELOCITY, /* peak particle velocity of a vibration event */
    Q_ACCELERATION,
    Q_FREQUENCY,          /* natural frequency */
    Q_DOMINANT_FREQUENCY, /* of the event that velocity reports at the same time */
    Q_TEMPERATURE,
    Q_HUMIDITY,
    Q_MOISTURE_CONTENT,
    Q_WATER_LEVEL,
    Q_RAIN,
    Q_LEAK,
    Q_DOOR,
    Q_BATTERY,
    Q_RSSI,
    Q_COUNT
};

struct quantity_info {
    const char *name;           /* in files, "crack_width" */
    const char *canonical_unit; /* what is stored, "mm" */
    const char *zh, *en;        /* for people */
    bool two_sided;  /* limits concern the magnitude: both directions hurt (tilt, strain) */
    bool instrument; /* says something about the sensor, not the building (battery, rssi) */
    bool boolean;    /* 0 or 1; SenML vb is accepted */
    int decimals;    /* shown to people */
};

/* The row of q; q must be below Q_COUNT. */
const struct quantity_info *quantity_info(enum quantity q);

/* The quantity called name; Q_COUNT when there is none. */
enum quantity quantity_by_name(const char *name);

/* A conversion from one unit to the unit a sensor's readings are stored in. */
struct unit_conversion;

/* The conversion of unit for q, or NULL when unit is not one of q's. A quantity may have two
 * families that cannot be converted into one another (battery: V and %); unit_canonical tells. */
const struct unit_conversion *unit_find(enum quantity q, const char *unit);

/* The unit that the conversion leads to ("mm"; for a battery "V" or "%"). */
const char *unit_canonical(const struct unit_conversion *c);

/* v in the canonical unit. Exact decimal factors: 1234 um become 1.234 mm to the last bit. Not
 * finite when v is not, when it overflows, or for an angle of 90 degrees and more: check the
 * result. */
double unit_to_canonical(const struct unit_conversion *c, double v);

/* A difference (a change, a rate) in the canonical unit: without the offset of K and Cel. */
double unit_difference_to_canonical(const struct unit_conversion *c, double v);

/* The unit as it is written. */
const char *unit_name(const struct unit_conversion *c);

/* A unit in which an instrument speaks that is calibrated in the registry ("digits", "mV/V"); no
 * number is changed by it. NULL: not known. */
const struct unit_conversion *unit_raw_find(const char *unit);
/* Those there are, for messages. */
const char *unit_raw_text(void);

/* The units allowed for q, for messages: "mm, um, cm, m". */
const char *quantity_units_text(enum quantity q);

#endif
