/* On-line quality tests of one sensor's readings, in the order of device time. Pure.
 *
 * Tests and flags: IOOS QARTOD manuals (gross range, spike, rate of change, flat line, attenuated
 * signal, gap); differential spike, window counts and the precedence of the aggregate flag as in
 * the open ioos_qc implementation, whose published vectors the tests repeat.
 *
 * gross range   outside the sensor's span 4, outside the operator's span 3; the bounds pass.
 * spike         min(|x[n]-x[n-1]|, |x[n+1]-x[n]|) where the two differences have opposite signs,
 *               else 0; above the threshold 3 or 4. Not evaluated until the successor is known, nor
 *               beside a missing neighbour.
 * rate          |x[n]-x[n-1]| / dt per second above the threshold 3 or 4; steps up to rate_min_step
 *               pass, and so does a reading without a predecessor.
 * flat line     range below the tolerance over the int(window / period) intervals that end here,
 *               and over about that time (readings faster than the period do not hasten it); before
 *               the first full window pass. A broken run begins again with what is remembered.
 * attenuated    windows lie end to end, each beginning with the first reading after the last one.
 *               When a window is full its standard deviation (population) is judged: below the
 *               threshold 3 or 4, not evaluated with under half of its readings. The judgement goes
 *               to the readings of that window still remembered (as revisions), and to those that
 *               follow until the next window is full. Before the first full window: not evaluated.
 *
 * A neighbour is missing when there is none, when more than gap_us lies between, or no time. */
#ifndef SHIKUMEN_CORE_QUALITY_H
#define SHIKUMEN_CORE_QUALITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/model/quality_config.h"
#include "shikumen/model/reading.h"

#define QUALITY_RECENT 8
#define QUALITY_TESTS  (QT_COUNT - QT_GROSS_RANGE) /* those that judge a reading */

struct quality_verdict {
    uint8_t flag; /* enum quality_flag, aggregate: 4 > 3 > 1 > 2 > 9 */
    uint8_t test; /* enum quality_test that decided it (the first of equals), QT_NONE when passed */
};

struct quality_sample {
    int64_t t_us;
    double value;
    struct quality_verdict verdict;
    uint8_t tests[QUALITY_TESTS]; /* enum quality_flag of each test, 0 unknown */
};

/* The longest known run of readings whose range is below the flat line tolerance. */
struct quality_run {
    int64_t since_us;
    double min, max;
    uint32_t count;
};

/* The attenuated signal window being filled: Welford's mean and sum of squared deviations. */
struct quality_window {
    int64_t since_us;
    double mean;
    double m2; /* infinite when the values are too far apart to square */
    uint32_t count;
    uint8_t last_flag; /* of the last full window, 0 before the first */
};

/* What the tests remember of a sensor: the latest samples by device time and running windows.
 * Zero-initialise for a new sensor. A plain value: copy it to try something. */
struct quality_state {
    struct quality_sample recent[QUALITY_RECENT]; /* ascending time, recent[count-1] the latest */
    struct quality_sample before; /* the neighbour before recent[0], no longer judged */
    struct quality_run flat;
    struct quality_window attenuated;
    uint32_t count;
    bool has_before;
};

/* A reading already judged whose verdict changes because a neighbour has come. */
struct quality_revision {
    int64_t t_us;
    struct quality_verdict verdict;
};

struct quality_result {
    struct quality_verdict verdict; /* of the reading pushed */
    struct quality_revision revisions[QUALITY_RECENT];
    size_t revision_count;
    bool too_old; /* older than all the state remembers: judge it by quality_judge_window */
};

/* Judges a reading (finite value; its time not yet in the state) and updates the state. Readings in
 * order cost O(1); one that comes late, but within what the state remembers, is put in its place
 * and the spike and rate of its neighbours are judged again. Spike and rate end up the same in
 * whatever order such readings come; flat line and attenuated signal of readings judged earlier
 * stay. A value that is not finite fails the gross range and is not remembered. When too_old the
 * state is as it was and the verdict is "not evaluated". */
struct quality_result quality_push(struct quality_state *s, const struct quality_config *c,
                                   int64_t t_us, double value);

/* Judges sample at of n samples in ascending time by its neighbours (the tests that need no long
 * window: gross range, spike, rate), and writes the verdict into it and, where they change, into
 * its neighbours. For readings older than the state remembers: give two samples on either side
 * where the series has them, since the ends of the array count as its ends. A neighbour keeps a
 * flat line or attenuated verdict it had. Does nothing when at >= n. */
void quality_judge_window(struct quality_sample *samples, size_t n, size_t at,
                          const struct quality_config *c);

/* The verdict "missing" of the gap test: now is more than gap_us after the latest reading. False
 * before the first reading and when the test is off. */
bool quality_gap(const struct quality_state *s, const struct quality_config *c, int64_t now_us);

/* State as bytes (little-endian words, versioned, with a check word), and back, exactly. Returns
 * the bytes used. ERR_CORRUPT, and *s as it was, for anything quality_pack cannot have written. */
#define QUALITY_PACKED_MAX 240
size_t quality_pack(const struct quality_state *s, uint8_t bytes[QUALITY_PACKED_MAX]);
enum err quality_unpack(const uint8_t *bytes, size_t n, struct quality_state *s) MUST_USE;

#endif
