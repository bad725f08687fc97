/* What the standards say of a measured vibration of a building. Marks: V read in the standard, S
 * quoted by a secondary source, C computed, M from memory and not verified, J judgement of this
 * project; a verdict that rests on M or J is provisional. */
#ifndef SHIKUMEN_NUM_VIBRATION_LIMITS_H
#define SHIKUMEN_NUM_VIBRATION_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/curve.h"
#include "shikumen/base/err.h"

enum vibration_place {
    PLACE_FOUNDATION,   /* lowest storey, on foundation or outer wall */
    PLACE_TOP_FLOOR,    /* plane of the topmost floor; highest point of the load-bearing walls */
    PLACE_FLOOR_MIDDLE, /* middle of a floor's span */
    PLACE_COLUMN_HEAD,  /* head of a timber column of the top storey */
    PLACE_BURIED_PIPE
};

enum vibration_source {
    SOURCE_PERMANENT, /* metro, road */
    SOURCE_PILING,    /* also compaction and demolition */
    SOURCE_BLASTING,
    SOURCE_KNOCK /* a door, a step: logged, not judged */
};

enum building_use { USE_DWELLING, USE_INDUSTRIAL };
enum heritage_level { HERITAGE_NONE, HERITAGE_CITY, HERITAGE_PROVINCIAL, HERITAGE_NATIONAL };
enum bearing_material { BEARING_BRICK, BEARING_STONE, BEARING_TIMBER };
enum pipe_material { PIPE_MASONRY, PIPE_CONCRETE, PIPE_STEEL };

struct vibration_building {
    enum building_use use;
    bool protected_or_damaged;   /* line 3 of DIN 4150-3 [J] */
    bool below_seismic_standard; /* old urban house, GB 50868-2013 7.1.3 */
    enum heritage_level heritage;
    enum bearing_material material; /* mixed brick and timber: of the load-bearing skeleton */
    double wave_velocity_m_s;       /* Vp of that material; 0: not measured, least limit */
    enum pipe_material pipe;
};

/* Peaks of one event at one place. */
struct vibration_peaks {
    enum vibration_place place;
    enum vibration_source source;
    double peak_mm_s[3]; /* two horizontal components, then the vertical one; >= 0 */
    double vector_mm_s;  /* largest vector sum; 0: not known, then the root of the sum of squares */
    double
        crossing_hz[3]; /* dominant frequency of each component by zero crossings, 0: not known */
    double spectrum_hz[3];     /* and by the spectrum: the lower of the two limits counts */
    unsigned long event_count; /* such events in the life of the building; 0: by the source */
};

enum vibration_quantity {
    QUANTITY_LARGEST_COMPONENT,
    QUANTITY_LARGEST_HORIZONTAL,
    QUANTITY_VERTICAL,
    QUANTITY_VECTOR
};

enum vibration_application {
    LIMIT_APPLIES,
    LIMIT_OTHER_PLACE,      /* the standard has no value at this place */
    LIMIT_OTHER_SOURCE,     /* nor for this kind of source */
    LIMIT_OTHER_BUILDING,   /* another row is for this building */
    LIMIT_OTHER_COUNT,      /* another column is for this number of events */
    LIMIT_OUTSIDE_FREQUENCY /* no value at this frequency */
};

#define LIMIT_POINTS 6

/* One row of a standard. A step in the curve is two points at one frequency, of which the lower
 * value holds at the frequency itself. */
struct vibration_limit {
    const char *standard, *edition, *clause;
    char mark;
    enum vibration_quantity quantity;
    unsigned places, sources;   /* bit 1 << enum */
    unsigned buildings, counts; /* bits of the implementation; 0: all */
    double factor;              /* on the curve: 0.7 of GB 50868, 0.5 of SN 640 312a */
    size_t points;
    struct curve_point curve[LIMIT_POINTS]; /* mm/s over Hz (over Vp in m/s: GB/T 50452) */
    bool over_wave_velocity;
    double below_hz, displacement_mm; /* below below_hz: 2 pi f displacement; 0 0: the curve */
};

struct vibration_verdict {
    const struct vibration_limit *limit; /* standard, clause, edition, mark, quantity */
    enum vibration_application application;
    /* The rest is 0 unless LIMIT_APPLIES. */
    size_t component; /* the one with the largest ratio; 3: the vector */
    double value_mm_s, limit_mm_s,
        frequency_hz; /* frequency at which the limit was read; 0 unknown */
    double ratio;     /* value / limit */
};

#define VERDICTS_MAX 64
#define NO_VERDICT   ((size_t)-1)

struct vibration_verdicts {
    size_t count, applicable;
    size_t governing; /* of the largest ratio; NO_VERDICT when nothing applies */
    struct vibration_verdict verdict[VERDICTS_MAX];
};

/* Every row of every standard on one measurement, in the order of the table; what does not apply
 * says why. A component's limit is the lower of those at its two frequencies, at the least value of
 * the curve when neither is known; of several components the one with the largest ratio counts, so
 * that the verdict is never milder than by the largest component alone. ERR_NOT_FINITE
 * (a ratio that overflows too), ERR_RANGE for negative peaks or frequencies, an enum outside its
 * range, or a negative or not finite Vp. */
enum err vibration_judge(const struct vibration_peaks *peaks,
                         const struct vibration_building *building,
                         struct vibration_verdicts *out) MUST_USE;

/* The table, for display. */
const struct vibration_limit *vibration_limits(size_t *count);

/* Limit of a row at a frequency (or wave velocity), factor included; 0 where the row has none. */
double vibration_limit_at(const struct vibration_limit *l, double f_hz);

/* Foundation curve of DIN 4150-3 short-term vibration, line 1 to 3: 4 points, also the base curve
 * of weighted_peak_ratio; NULL for another line. */
const struct curve_point *din_4150_3_curve(unsigned line);

#endif
