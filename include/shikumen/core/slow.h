/* The slow analysis of a district: which element moves beyond what weather explains, or is it the
 * sensor; which limit it will reach, and when; how every house stands. A fold over readings in
 * order of arrival, concluded day by day; pure: no clock, no file. Constant cost per reading;
 * memory about 13 kB a sensor that takes part.
 *
 * Days. A day (UTC) is concluded when the clock given is SLOW_GRACE_US past its end. What comes
 * later for it is taken in and followed again from there with the next day; conclusions already
 * told stay told. Movement, forecasts and risk are taken weekly, on Mondays, for all at once so
 * that neighbours can be compared; daily for what is at or near a limit.
 *
 * What is concluded goes to a sink in a fixed order: same readings, same bytes. */
#ifndef SHIKUMEN_CORE_SLOW_H
#define SHIKUMEN_CORE_SLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/core/bins.h"
#include "shikumen/core/burst.h"
#include "shikumen/core/compensate.h"
#include "shikumen/core/ledger.h"
#include "shikumen/core/movement.h"
#include "shikumen/core/risk.h"
#include "shikumen/core/rules.h"
#include "shikumen/model/reading.h"
#include "shikumen/model/registry.h"

#define SLOW_GRACE_US (6 * 3600 * 1000000LL)

struct slow;

/* Why a movement is taken for the sensor's and not the building's. */
enum slow_doubt {
    DOUBT_NONE,
    DOUBT_NOTHING_VALID, /* it speaks, and nothing passes the quality tests */
    DOUBT_UNIT,          /* jumped by the factor between two units */
    DOUBT_SWAPPED,       /* jumped over a gap while its neighbours stood still */
    DOUBT_NODE,          /* jumped together with other channels of its node */
    DOUBT_NOISE,         /* much noisier than it was */
    DOUBT_GAIN,          /* answers to temperature otherwise than it did */
    DOUBT_STUCK,         /* the same value for days */
    DOUBT_TWINS,         /* a thermometer or hygrometer that leaves its like */
    DOUBT_BACKWARDS,     /* a crack that closes steadily: gauges creep, cracks seldom heal */
    DOUBT_THERMOMETER,   /* its own thermometer sends nothing valid */
    DOUBT_BEYOND,        /* left its range at once */
    DOUBT_RETURNED,      /* jumped, and came back within hours or days */
    DOUBT_COUNT
};
const char *slow_doubt_name(enum slow_doubt d); /* "nothing_valid", ... */

/* Where conclusions go; NULL: nobody hears them. Any other result than ERR_OK ends the day's
 * analysis with it. */
struct slow_sink {
    void *context;
    /* What holds of a sensor changed (rules.h); kinds TREND, STEP and FAULT, and
     * derived quantities (derived.h): MOISTURE, CONSTRUCTION. */
    enum err (*finding)(void *context, uint32_t sensor, const struct finding *f);
    /* A forecast of a limit. */
    enum err (*forecast)(void *context, const struct ledger_entry *entry);
    /* A house and its elements. */
    enum err (*risk)(void *context, int64_t at_us, const struct risk *house,
                     const struct risk *elements, size_t n);
    /* After the houses: each row of houses (by lane and row; as_row), in the order of their first
     * houses, then the district, with the n houses in it. */
    enum err (*group)(void *context, int64_t at_us, const struct risk_group *g, bool as_row,
                      const struct risk *houses, size_t n);
};

/* For the registry, which must outlive it. NULL when memory is out. */
struct slow *slow_new(const struct registry *r);
void slow_free(struct slow *s); /* NULL allowed */

/* Epochs not later than now_us come into force: sensors in their scope begin a new baseline. */
void slow_epochs(struct slow *s, int64_t now_us);

/* A reading as it was stored. */
void slow_take(struct slow *s, uint32_t sensor, const struct reading *r);
/* What the sensor of the latest slow_take was found to have by it, at once: a sudden change (kind
 * STEP, unsettled: not yet known whether the building's), or a fault. To be told like what a sink
 * hears. Returns how many. */
#define SLOW_FOUND 2
size_t slow_found(const struct slow *s, struct finding out[SLOW_FOUND]);

/* A vibration record as it was assessed (burst.h). */
void slow_burst(struct slow *s, uint32_t sensor, const struct vibration_event *e);

/* A stored reading at t_us got another flag: the bin it lies in has to be put again from the store
 * (slow_stale, slow_put) before the next day is concluded. */
void slow_revised(struct slow *s, uint32_t sensor, int64_t t_us);
/* The next bin to be put again; false when there is none. Its readings are those of the sensor with
 * from_us <= t < from_us + BIN_US. */
bool slow_stale(const struct slow *s, uint32_t *sensor, int64_t *from_us);
void slow_put(struct slow *s, uint32_t sensor, int64_t from_us, double mean, uint16_t passed,
              uint16_t total);

/* Readings of the sensor between these times (to excluded) are known to be in a wrong unit, or
 * otherwise no measure of anything: what is reckoned of them is not so either. */
bool slow_is_void(const struct slow *s, uint32_t sensor, int64_t from_us, int64_t to_us);
/* Sum of the jumps between two times that were the sensor's own (swapped, reset), in its unit: a
 * difference of readings over them is too large by so much. */
double slow_own_jumps(const struct slow *s, uint32_t sensor, int64_t from_us, int64_t to_us);

/* Latest device time of any reading, INT64_MIN none; the day (UTC, since 1970) to be concluded
 * next; and the clock at which it is due, INT64_MAX while nothing has been read. */
int64_t slow_clock_us(const struct slow *s);
int64_t slow_next_day(const struct slow *s);
int64_t slow_due_us(const struct slow *s);
/* True when a day waits to be concluded at this clock. */
bool slow_due(const struct slow *s, int64_t now_us);
/* Concludes the next day (slow_due). ERR_NOMEM, or what the sink returned. */
enum err slow_day(struct slow *s, struct arena *arena, const struct slow_sink *sink) MUST_USE;

/* What holds of a sensor now: its movement, its fault, and what is derived from it (findings with
 * derived set); returns how many. */
#define SLOW_CURRENT 10
size_t slow_current(const struct slow *s, uint32_t sensor, struct finding out[SLOW_CURRENT]);

/* --- kept across restarts ---
 *
 * All that makes the next conclusion, in pieces: what goes on with them concludes byte for byte
 * what the analysis they are of would have. Bytes as pack_bytes.h has them, with version, digest
 * and checksum; the digest is of the piece's name and of key, which stands for the registry with
 * its limits and for the program. Some 21 kB a sensor that takes part (of the
 * environment 28 to 41), 15 kB a pair of climate, 6 kB a house that is shaken; from day to day few
 * bytes differ, and the others stay where they are.
 */
size_t slow_pieces(const struct slow *s);
/* "" of the first, a sensor's id, or a text with a '|'; the arena's. NULL: memory is out. */
const char *slow_piece_name(const struct slow *s, size_t piece, struct arena *arena);
/* The bytes are the arena's; s is as it was. ERR_NOMEM. */
enum err slow_pack(struct slow *s, size_t piece, uint64_t key, struct arena *arena,
                   const void **bytes, size_t *n) MUST_USE;
/* What such bytes belong to: the registry with its limits (digest), and this program. */
uint64_t slow_key(uint64_t registry_digest);
/* Into s as slow_new made it of the same registry, all pieces in order. ERR_CORRUPT: not what
 * slow_pack wrote; ERR_RANGE: of another version, key or piece; ERR_NOMEM. After an error s is good
 * for slow_free alone. */
enum err slow_unpack(struct slow *s, size_t piece, uint64_t key, struct arena *arena,
                     const void *bytes, size_t n) MUST_USE;

/* The piece of a sensor by its place in the registry. Piece 0, then this one and those of the
 * sensors that slow_model_of has as offered are enough to look at the sensor (slow_look,
 * slow_trace_take); such an s is good for nothing else. */
size_t slow_piece_of(uint32_t sensor);

/* --- what it knows of a sensor, for evidence and display --- */

struct slow_view {
    enum maturity maturity;
    uint32_t model_version;
    double skill, sigma;
    enum slow_doubt doubt;
    bool moved;               /* movement is valid */
    struct movement movement; /* as of at_us */
    int64_t from_us, at_us;   /* baseline, end of the latest day concluded; INT64_MIN none */
    double coverage;          /* of the last 365 days or since the baseline: share of hours */
    bool together;            /* moves as the gauges of most houses of its row do */
    double peer_slope[MOVEMENT_WINDOWS], peer_error[MOVEMENT_WINDOWS]; /* per day, of its like
                                                                          elsewhere; NaN none */
};
struct slow_view slow_look(const struct slow *s, uint32_t sensor);

#endif
