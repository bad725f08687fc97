/* A vibration record: from the text that came to peaks, frequencies and the verdict of every
 * standard that applies (DIN 45669-1:2010, DIN 4150-3, GB 50868, GB/T 50452, ...; see
 * num/vibration.h and num/vibration_limits.h). Pure. */
#ifndef SHIKUMEN_CORE_BURST_H
#define SHIKUMEN_CORE_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/burst_fate.h"
#include "shikumen/model/quantity.h"
#include "shikumen/model/registry.h"
#include "shikumen/num/vibration.h"
#include "shikumen/num/vibration_limits.h"

/* ---- Reading ----------------------------------------------------------------------------------
 */

#define BURST_SAMPLES_MAX ((size_t)1000000) /* on each axis */

enum burst_want {
    BURST_COUNT,  /* samples are checked and counted */
    BURST_SAMPLES /* and given */
};

struct burst_record {
    const char *fault; /* words saying what is wrong; NULL: sound */
    bool parsed;       /* false: not even a JSON object */
    int64_t t_us;      /* of the first sample */
    double fs_hz;
    enum quantity kind;                 /* Q_VELOCITY or Q_ACCELERATION */
    const char *unit;                   /* as given */
    const struct unit_conversion *conv; /* NULL: unit is none of kind's */
    const char *sensor;                 /* as given; NULL: the topic says it */
    size_t samples;                     /* on each axis */
    size_t axes;
    bool has[VIBRATION_AXES];     /* x, y, z */
    double *axis[VIBRATION_AXES]; /* mm/s or m/s2; NULL: not there, not wanted, or conv is NULL */
};

/* Reads the JSON of a burst (n bytes): axes of base64 float32 or of numbers, at most
 * BURST_SAMPLES_MAX each. What is wrong with it is out->fault; the only error is ERR_NOMEM. All
 * memory is the arena's. */
enum err burst_read(const void *json, size_t n, enum burst_want want, struct arena *arena,
                    struct burst_record *out) MUST_USE;

/* ---- Where it was measured --------------------------------------------------------------------
 */

/* What the limits ask of the place and the house. An intermediate place is judged as both
 * foundation and top floor [J]. */
struct burst_site {
    enum vibration_place place[3];
    size_t places;
    struct vibration_building building;
    size_t component; /* of a sensor with one axis: 0 horizontal, 2 vertical; 3: not said */
};

/* Place [J]: an element of kind foundation, or height position_m[2] up to a quarter of the lowest
 * storey (at least 0.5 m, A1.1): foundation; within 0.5 m of the topmost floor's plane or above:
 * top floor; between: both. Without a height: roof, truss, purlin, beam, column and floor count as
 * top floor, everything else as both. A sensor on a floor is judged as the middle of a floor as
 * well. Height of the house: its highest element, else 3.6 m a storey; storeys not given: 2.
 * House [J]: dwelling; protected (any level): line 3 of DIN 4150-3, else line 2; district and city
 * protection are the city and county level of GB/T 50452; built before 1978 or not known: below
 * the seismic standard (GB 50868 7.1.3); brick, unless all bearing walls are of stone; wave
 * velocity not measured. Vertical: axis "z" or "vertical". */
struct burst_site burst_site(const struct registry *r, uint32_t sensor);

/* ---- Verdicts ---------------------------------------------------------------------------------
 */

#define BURST_SOURCES      SOURCE_KNOCK /* classes with limits: permanent, piling, blasting */
#define BURST_VERDICTS_MAX 64

struct burst_verdict {
    enum vibration_source source;
    enum vibration_place place;
    const struct vibration_limit *limit; /* standard, edition, clause, mark */
    size_t component;                    /* 0, 1 horizontal, 2 vertical, 3 vector */
    double value_mm_s, limit_mm_s, ratio;
    double frequency_hz; /* at which the limit was read; 0: not known */
};

/* The largest ratio of one source class; limit NULL: nothing applies. */
struct burst_worst {
    const struct vibration_limit *limit;
    double value_mm_s, limit_mm_s, ratio, frequency_hz;
};

/* What the watch over events needs of one, be it from a record or from a reading. */
struct vibration_event {
    int64_t t_us;
    double duration_s; /* of strong motion; 0: not known */
    size_t axes;       /* measured; 0: not known */
    size_t moving;     /* of these, with at least a third of the largest peak [J] */
    double peak_mm_s;
    double frequency_hz;                     /* of the largest axis; 0: not known */
    struct burst_worst worst[BURST_SOURCES]; /* by enum vibration_source */
};

struct burst_assessment {
    int64_t t_us; /* of the first sample */
    double fs_hz, record_s;
    enum quantity kind;
    bool has[VIBRATION_AXES];
    bool settled; /* a second of record before what was judged; else the start may read high */
    struct {
        double ppv_mm_s, crossing_hz, spectrum_hz, runner_up_hz, runner_up_ratio, kb_fmax;
    } axis[VIBRATION_AXES]; /* zeros where has is false */
    double vector_mm_s;
    double duration_s; /* from the first to the last sample at 20 % of the largest peak [J] */
    struct burst_site site;
    size_t count;
    struct burst_verdict verdict[BURST_VERDICTS_MAX]; /* by source, place, row of the table */
    size_t governing[BURST_SOURCES];                  /* NO_VERDICT: none applies */
    struct vibration_event event;
};

/* Evaluates a record read with BURST_SAMPLES at a site. x and y are horizontal, z vertical; one
 * axis alone is what the site's component says. Band 1 .. 80 Hz as far as fs allows, velocity by
 * integration. The first second is not judged when the record has 2.2 s. ERR_TOO_FEW: shorter than
 * a second and 10 samples; ERR_PARSE: the record has a fault or no conversion; ERR_RANGE: fs not
 * above 14 Hz; ERR_NOT_FINITE: overflow; ERR_NOMEM. */
enum err burst_assess(const struct burst_record *record, const struct burst_site *site,
                      struct arena *arena, struct burst_assessment *out) MUST_USE;

/* Velocity (mm/s) of one axis (0 x, 1 y, 2 z) of a record read with BURST_SAMPLES, sample by sample
 * as it is judged: band limited, of an acceleration integrated (half a sample later). ERR_PARSE: a
 * fault, or no such axis; else as burst_assess. The values are the arena's. */
enum err burst_velocity(const struct burst_record *record, size_t axis, struct arena *arena,
                        double **v_mm_s) MUST_USE;

/* Words for such an error in both languages ("record too short", ...); never NULL. */
struct bilingual burst_error_text(enum err e);

/* An event from a reading of velocity (mm/s, >= 0) and, of the same time, dominant frequency (0:
 * not known). A component that is not said counts as each of them. ERR_RANGE, ERR_NOT_FINITE. */
enum err burst_event_of_reading(int64_t t_us, double ppv_mm_s, double frequency_hz,
                                const struct burst_site *site,
                                struct vibration_event *out) MUST_USE;

/* Largest ratio over all source classes; 0 when nothing applies. */
double burst_worst_ratio(const struct vibration_event *event);

/* "permanent", "piling", "blasting", "knock"; "foundation", "top_floor", ... */
const char *vibration_source_name(enum vibration_source s);
const char *vibration_place_name(enum vibration_place p);

/* One JSON object, six significant digits: peaks, frequencies, KB, each verdict with standard,
 * edition, clause, mark, limit and ratio, and what governs by source. Same assessment, same bytes.
 */
void burst_json(const struct burst_assessment *a, const char *sensor, struct strbuf *out);

/* ---- What is kept -----------------------------------------------------------------------------
 */

#define BURST_DROP_RATIO 0.3 /* below that of every limit a record may go ... [J] */
#define BURST_DROP_DAYS  30  /* ... after these days [J] */
#define BURST_KEEP_RATIO 0.6 /* attention (A9): kept for good [J] */

/* Fates of the n records of one sensor and month, which is over since BURST_DROP_DAYS, by the
 * largest ratio of each to any limit (those of its registry included, so that what raised an alert
 * is at least 1); NaN: never assessed, stays. The largest (first of equal ones) is kept for good,
 * as is everything from BURST_KEEP_RATIO on. Deciding again over what is left comes to the same. */
void burst_fates(const double *ratio, size_t n, enum burst_fate *fate);

/* Largest ratio of an event to the limits of kind event of a set (NULL: 0). */
double burst_limit_ratio(const struct vibration_event *event, const struct limit_set *limits);

/* What a burst as it came (n bytes) is worth: the largest ratio to any limit of any source class,
 * or of the sensor's registered ones. Errors of burst_assess. */
enum err burst_rate(const struct registry *r, uint32_t sensor, const void *json, size_t n,
                    struct arena *arena, double *ratio) MUST_USE;

#endif
