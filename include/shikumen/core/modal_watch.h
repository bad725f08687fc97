/* The natural frequencies of one house from records of acceleration (or velocity) with several
 * channels: covariance-driven SSI, clustering, confirmation by FDD, tracking against references
 * (ENGINEERING B7; num/ssi.h, cluster.h, fdd.h, track.h). What comes out is treated like a sensor
 * of quantity frequency for each mode. Pure. */
#ifndef SHIKUMEN_CORE_MODAL_WATCH_H
#define SHIKUMEN_CORE_MODAL_WATCH_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/core/burst.h"

#define MODAL_CHANNELS_MIN 2
#define MODAL_CHANNELS     12
#define MODAL_REFERENCES   8
#define MODAL_LEAST_S      600.0  /* of record in all: 10 min (B7) */
#define MODAL_SEGMENT_S    30.0   /* shorter pieces are left out [J] */
#define MODAL_MOST_S       1800.0 /* of record in all; the rest is not looked at [J] */
#define MODAL_SEGMENTS     120

/* Pieces of record of the same channels at one rate. */
struct modal_segment {
    int64_t t_us; /* of the first sample */
    size_t rows;
    const double *channel[MODAL_CHANNELS]; /* rows values each */
};
struct modal_record {
    double fs_hz;
    size_t channels, segments;
    uint64_t layout; /* tells which sensor and axis each channel is: shapes compare only within */
    struct modal_segment segment[MODAL_SEGMENTS];
};

/* A burst of the house, read with BURST_SAMPLES. sensor: a number that stays the sensor's. */
struct modal_burst {
    uint64_t sensor;
    const struct burst_record *record;
};

/* Bursts (at most 4096) into a record: those that start within a millisecond of one another (B7)
 * and have the same rate and kind become the channels of one segment, by ascending sensor, x, y, z,
 * cut to the shortest; of several sets of channels the one with the most seconds of record counts
 * (first of equal ones). No set: out->segments is 0. Samples are borrowed. ERR_RANGE, ERR_NOMEM. */
enum err modal_gather(const struct modal_burst *burst, size_t n, struct arena *arena,
                      struct modal_record *out) MUST_USE;

enum modal_outcome {
    MODAL_EVALUATED,
    MODAL_FEW_CHANNELS, /* fewer than two */
    MODAL_SHORT,        /* less than MODAL_LEAST_S */
    MODAL_RATE,         /* sampled below 10 Hz or above 20 kHz */
    MODAL_DEAD,         /* a channel is constant or not finite */
    MODAL_NOISY,        /* no mode stands 10 dB above the floor (B7) */
    MODAL_OUTCOMES
};
const char *modal_outcome_name(enum modal_outcome o);
struct bilingual modal_outcome_text(enum modal_outcome o);

struct modal_reading {
    unsigned mode; /* number of the reference, 1.., never reused */
    double f_hz, se_hz;
    double zeta, zeta_se;
    double shift; /* (f - commissioned) / commissioned */
    double mac;   /* with the commissioned shape */
    double height_db;
};

struct modal_result {
    enum modal_outcome outcome;
    int64_t t_us; /* middle of the record */
    double record_s, rate_hz;
    size_t count;
    struct modal_reading reading[MODAL_REFERENCES]; /* by ascending mode number */
    size_t found;      /* modes in the record, also those without a reference */
    size_t missing;    /* references not found this time */
    bool commissioned; /* references were made of this record */
};

struct modal_reference {
    unsigned mode;
    uint32_t seen, missed; /* times; in a row */
    double f_hz, commissioned_f_hz;
    double complex shape[MODAL_CHANNELS], commissioned_shape[MODAL_CHANNELS];
};

/* Zero-initialise to start. */
struct modal_watch {
    uint64_t layout;
    uint32_t channels, count, numbered; /* references; mode numbers given so far */
    uint64_t records;                   /* evaluated */
    struct modal_reference reference[MODAL_REFERENCES];
    struct modal_reference candidate; /* a mode without reference, seen lately; mode 0 */
};

/* Identifies the modes of a record and tracks them. The first record that gives any commissions
 * them as modes 1.. by ascending frequency; a candidate seen in three records becomes a further
 * one; a reference seen less than three times and missed ten times in a row is forgotten [J].
 * Another layout starts anew with numbers that go on. Tracked within 10 % in frequency and MAC 0.8.
 * Decimated to 40 .. 80 Hz, at most MODAL_MOST_S: a fraction of a second for 10 min of six
 * channels. Whatever is wrong with the record is out->outcome; errors are ERR_NOMEM and ERR_RANGE
 * (a record that contradicts its bounds); the watch is then unchanged. */
enum err modal_watch_record(struct modal_watch *w, const struct modal_record *record,
                            struct arena *arena, struct modal_result *out) MUST_USE;

/* Bytes of the state (version, state, checksum), the arena's. ERR_NOMEM. */
enum err modal_watch_pack(const struct modal_watch *w, struct arena *arena, const void **bytes,
                          size_t *n) MUST_USE;
/* ERR_CORRUPT: not what pack wrote; ERR_RANGE: another version. *w is then unchanged. */
enum err modal_watch_unpack(struct modal_watch *w, const void *bytes, size_t n) MUST_USE;

#endif
