/* What climate does to timber and walls: equilibrium moisture, mould, decay, salt, frost, the
 * historic band of humidity, and when each reaches its limit. A fold over hourly means of one pair
 * of sensors (temperature with humidity, or with the moisture of a timber). Pure, deterministic.
 *
 * Hours. Readings of one sensor come in order; sensors may lag behind one another by up to
 * DOSE_LATE_H. An hour is closed once every sensor of the pair has gone past it, or the newest
 * reading is more than DOSE_LATE_H after it; what comes for a closed hour is counted as late and
 * not used. Constant cost per reading and bounded memory (some 30 kB).
 *
 * Gaps: a gap must never look like drying. Up to DOSE_BRIDGE_H missing hours are bridged by
 * straight lines from the hour before to the hour after [J: indoor air and timber move slower than
 * that]. In longer gaps time stands still: mould neither grows nor declines, decay neither goes on
 * nor recovers, no salt or frost is counted, persistence of limits is that of core/rules.h. Such
 * hours count as unwatched; the dose is then a lower bound, which the watched share tells. Bridged
 * hours are not watched hours either.
 *
 * The surface. Air pairs: the air of the humidity sensor (a sensor should be near the cold
 * surface). Timber: RH in equilibrium with the measured moisture content; above DOSE_SATURATED_MC
 * at least DOSE_SATURATED_RH; 100 above all equilibria [J]. Meters are taken as corrected for
 * temperature. While the leak sensor of the same element is wet, at least DOSE_SATURATED_RH;
 * without a moisture sensor also for DOSE_LEAK_DRY_H after [J: a beam end in a wall dries slowly].
 * So a leak into a beam end counts though the room is dry. */
#ifndef SHIKUMEN_CORE_DOSES_H
#define SHIKUMEN_CORE_DOSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/model/limit.h"
#include "shikumen/model/registry.h"
#include "shikumen/num/wood.h"

#define DOSE_LATE_H       24
#define DOSE_BRIDGE_H     6
#define DOSE_SATURATED_MC 28.0 /* % */
#define DOSE_SATURATED_RH 97.0 /* % */
#define DOSE_LEAK_DRY_H   336
#define DOSE_LEAST_DAYS   30 /* of watched hours before anything is forecast */
#define DOSE_HORIZON_D    365
#define DOSE_FUTURES      24

/* --- pairs, from the registry --- */

enum dose_basis {
    DOSE_OF_AIR,    /* temperature and humidity of air */
    DOSE_OF_TIMBER, /* temperature and moisture content */
    DOSE_OF_LEAK,   /* timber without a moisture sensor: air, and a leak sensor of its element */
};

enum dose_channel {
    DOSE_CELSIUS,
    DOSE_RH,           /* %; not of DOSE_OF_TIMBER */
    DOSE_MC,           /* %; only of DOSE_OF_TIMBER */
    DOSE_WALL_CELSIUS, /* for frost; of air pairs */
    DOSE_LEAK,         /* 0, 1 */
    DOSE_CHANNELS
};

struct dose_pair {
    enum dose_basis basis;
    uint32_t house, element;        /* element REGISTRY_NONE: the room */
    uint32_t sensor[DOSE_CHANNELS]; /* indices; REGISTRY_NONE: none */
    enum mould_class mould;         /* by element and material [J]; timber and rooms: sensitive */
    double decline;                 /* of mould: 0.5 timber, 0.25 mineral [J] */
    bool quarters; /* humidity comes every 15 min or oftener: salt is counted on quarter hours */
    bool in_wall;  /* humidity is that of the pore air of a wall */
    bool judged;   /* the moisture sensor has limits of its own, which core/rules.h judges */
};

/* A sensor's part in a pair; one sensor may have several. */
struct dose_link {
    uint32_t sensor, pair;
    enum dose_channel channel;
};

struct dose_plan {
    struct dose_pair *pairs; /* by registry order of the humidity, moisture or leak sensor */
    size_t count;
    struct dose_link *links; /* by sensor, then pair */
    size_t link_count;
    uint32_t *first; /* links of sensor i: first[i] .. first[i + 1] - 1; sensor_count + 1 of them */
};

/* The pairs of a registry, in arena memory. A humidity sensor that is not outdoors or in the ground
 * (outdoor air is no surface of the house) and every moisture sensor get a temperature: the first
 * in their environment; that of a humidity sensor in their environment; same node and medium, same
 * house and medium; and for moisture or where no medium is given, same node, then same house,
 * in the order timber, wall, indoor, unnamed. None: no pair. Timber elements with a leak sensor but
 * without moisture sensor: with the air pair of the leak sensor's environment, else of their node,
 * else of their house. Wall temperature of an air pair: same node, then same house. Leak: of timber
 * the same element; of air pairs same node, then the house's first. ERR_NOMEM. */
enum err dose_plan_make(const struct registry *r, struct arena *arena,
                        struct dose_plan *out) MUST_USE;

/* --- the fold --- */

struct dose; /* state of one pair */

/* NULL when memory is out, or the pair lacks a channel its basis needs. Copies *p. */
struct dose *dose_new(const struct dose_pair *p);
void dose_free(struct dose *d);

/* One reading that passed quality control (flag 1). False when it is not used: not finite, no such
 * channel in the pair, an impossible time, a closed hour. RH is taken within 0 .. 100; moisture
 * below 0 or above 300 %, temperatures outside -60 .. 90 deg C are not used. */
bool dose_add(struct dose *d, enum dose_channel c, int64_t t_us, double value);

/* The element was repaired or replaced at t_us: mould, decay and the limits held begin anew with
 * the hour of t_us; the history of climate stays. Call it when the epoch is known, before the
 * readings after it. */
void dose_renew(struct dose *d, int64_t t_us);

/* --- where it stands --- */

enum dose_measure {
    DOSE_M_MOULD,     /* mould index */
    DOSE_M_DECAY,     /* activation, 0 .. 1 */
    DOSE_M_MASS_LOSS, /* %, relative dose (num/wood.h) */
    DOSE_M_WET, /* measured moisture content, %: exponential mean over 24 h; at once: of the hour */
    DOSE_M_EMC, /* of wood in that air, exponential mean over 24 h, %; not of timber pairs */
    DOSE_M_BAND, /* share outside the EN 15757 band, %: the 30 days up to 15 days ago */
    DOSE_MEASURES
};

const char *dose_measure_name(enum dose_measure m); /* "mould_index", "decay_activation", ... */
const char *dose_measure_zh(enum dose_measure m);   /* for people */
const char *dose_measure_en(enum dose_measure m);
const char *dose_measure_unit(enum dose_measure m); /* "" or "%" */

/* The ladder of a measure, by descending level (4 alarm, 3 warning, 2 attention, 1 notice); *n of
 * them. Static. Sources and marks in doses_limits.c (ENGINEERING A5, A6.2 .. A6.4, A9). */
const struct limit *dose_limits(enum dose_measure m, size_t *n);

struct dose_standing {
    double value;              /* NaN: not known */
    int level;                 /* 0: none held */
    const struct limit *limit; /* the governing one; NULL at level 0 */
    int64_t since_us;          /* when it was first crossed */
};

struct dose_view {
    int64_t from_us, at_us; /* begin of the first and end of the last closed hour; equal: none */
    double celsius, rh;     /* at the surface in the last hour with values; NaN before */
    struct dose_standing of[DOSE_MEASURES];
    double mould_peak; /* greatest index so far */
    /* Crystallisations in the last 52 weeks, per watched year; NaN under 30 watched days. Of sodium
     * chloride (75.3 % RH) and of a mixture found in walls (65.5 %). Depends on the interval. */
    double salt_per_year, salt_mixture_per_year;
    unsigned freezings, freeze_cycles; /* 52 weeks: of the wall, and those while wet; indicator */
    bool band_known;                   /* 13 months with enough hours */
    double band_p7, band_p93;          /* of short fluctuations, % RH */
    double band_lower, band_upper;     /* now: season + lower, season + upper; % RH */
    double watched_share;              /* of the last 365 d, or since the first hour */
    double history_d;                  /* watched hours / 24, all told */
    uint32_t late;                     /* readings that came too late */
};

/* As of now_us (silence since the last hour counts as unwatched). Once a week of new hours has
 * passed it takes the EN 15757 band anew (about 0.3 ms), which is part of the state: call it at the
 * same times for the same bytes. ERR_NOMEM. */
enum err dose_look(struct dose *d, int64_t now_us, struct arena *arena,
                   struct dose_view *out) MUST_USE;

/* What holds now (level above 0), kind moisture, by measure. DOSE_M_WET is left out when the
 * sensor's own limits judge it. Returns their number. */
struct dose_finding {
    enum dose_measure measure;
    int level;
    const struct limit *limit;
    double value;
    int64_t t_us, since_us; /* hour of value, first crossing */
};
size_t dose_findings(const struct dose *d, struct dose_finding out[DOSE_MEASURES]);

/* --- what will be --- */

enum dose_target { DOSE_T_MOULD, DOSE_T_DECAY, DOSE_T_MASS_LOSS, DOSE_TARGETS }; /* 3; 1; 5 % */
enum dose_ahead_state { DOSE_ABSTAINED, DOSE_REACHED, DOSE_AHEAD };
enum dose_abstention {
    DOSE_NO_REASON,
    DOSE_SHORT, /* fewer than DOSE_LEAST_DAYS watched */
    DOSE_GAPPY, /* less than half of the last 30 days watched [J] */
    DOSE_STALE, /* no hour for 7 days [J] */
};

struct dose_ahead {
    enum dose_ahead_state state;
    enum dose_abstention why;
    const struct limit *limit;
    double value;               /* now */
    double p30, p180, p365;     /* reached within so many days; NaN: abstained; 1: reached */
    double t05_d, t50_d, t95_d; /* days until reached, quantiles over the futures; NaN: not within
                                   DOSE_HORIZON_D */
    bool own_year;              /* futures from a year of its own, else from Shanghai's climate */
};

/* Runs the models on DOSE_FUTURES futures of a year: weeks drawn from the pair's own past year, of
 * the same season +-4 weeks; with less than a year Shanghai's monthly means (three quarters of
 * their swing of humidity) with the pair's own offset and deviations [J]. Each future has an offset
 * of its own (years differ, sensors err: sd 0.7 K, 1.5 % RH, 0.5 % moisture, twice that without an
 * own year [J]), and carries on what is unusual now: excess over the season, a rise of moisture (as
 * fast, for 30 d on average), a leak; fading with time constants of 14 d .. 2 years [J]; nobody
 * repairs it. p: share of the futures that reach it; (k + 1/2) / (n + 1) once any comes half the
 * way [J], since n futures cannot tell less than that from 0. The same seed and state give the same
 * numbers; 0.6 ms for a dry room, 10 .. 16 ms for a wet one. ERR_NOMEM.
 *
 * Measured on simulated rooms (78 .. 90 % RH on the mean, tests): index 3 within 365 d with 400
 * days known foretold 0.25, came 0.24, Brier 0.05 of 0.18; with 60 days known foretold 0.47, came
 * 0.33, Brier 0.15 of 0.22: it then errs to the wet side. */
enum err dose_forecast(const struct dose *d, int64_t now_us, uint64_t seed, struct arena *arena,
                       struct dose_ahead out[DOSE_TARGETS]) MUST_USE;

/* --- kept across restarts --- */

/* State as bytes (arena memory; little-endian, versioned, with a digest of the kind of pair and the
 * ladders, and a checksum) and back: ERR_CORRUPT, or ERR_RANGE when it belongs to another kind,
 * ladder or version (then start new). Which sensors it is of the caller's key must say. After an
 * error d is as new. Some 7 kB, air pairs up to 26 kB: store it now and then and replay from there,
 * rather than at every reading. */
enum err dose_pack(const struct dose *d, struct arena *arena, const void **bytes,
                   size_t *n) MUST_USE;
enum err dose_unpack(struct dose *d, const void *bytes, size_t n) MUST_USE;

#endif
