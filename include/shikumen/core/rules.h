/* Limits on what is read of one sensor, in event time, with persistence and hysteresis: value, rate
 * and event. Permanent change (change, percent_change, differential) is judged on compensated
 * values by the slow analysis (slow.h); without any other limit a sensor has no rules. A fold:
 * state after = judge(state before, reading). Pure and deterministic.
 *
 * Entered and left. A passing reading crosses a limit at or beyond value and is clear strictly past
 * clear; between the two nothing is decided. A limit is entered by the first crossing reading that
 * is persist_us or more after the first of its run, left by the first clear reading that is
 * clear_persist_us or more after the first clear one. A clear reading ends the run of crossing ones
 * and the other way round; one in between neither starts, ends nor completes a run. Silence is no
 * evidence: readings further apart than max(persistence, 5 periods) are not of one run.
 *
 * What is compared. Of a two-sided quantity the magnitude, except by a lower limit, which names its
 * direction itself. LIMIT_RATE: mean of the readings of the latest 1/24 of the window less the same
 * one window earlier (interpolated; while the window is not full, its earliest): x(t) - x(t -
 * window) when readings are further apart than that. LIMIT_EVENT: peak, against value times the
 * curve at the event's frequency; without persistence it is left by the first clear event that is
 * clear_persist_us or more after the last one that was not.
 *
 * Baseline. Readings from before the start of the sensor's present baseline (re-zero, repair,
 * another sensor) make no rate with later ones. */
#ifndef SHIKUMEN_CORE_RULES_H
#define SHIKUMEN_CORE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/reading.h"
#include "shikumen/model/registry.h"

struct rule_state; /* of one sensor; size depends on its limits, which it borrows */

/* A new state for the sensor whose present baseline starts at baseline_start_us (see
 * registry_baseline_start_us; INT64_MIN: with its first reading). NULL when memory is out or the
 * sensor has no limit on value, rate or event. The sensor's limit set must outlive it. Free with
 * rule_state_free. */
struct rule_state *rule_state_new(const struct sensor *s, int64_t baseline_start_us);
void rule_state_free(struct rule_state *st);

/* When a limit will be reached; times INT64_MAX: not within ten years. */
struct finding_forecast {
    const struct limit *limit; /* NULL: there is no forecast */
    int64_t t05_us, t50_us, t95_us;
    double p30, p180, p365;
};

/* What holds for a sensor now in one kind: level 0 when nothing does. */
struct finding {
    enum alert_kind kind;
    int level;
    const struct limit *limit; /* the governing one; of level 0, the one just left */
    double value;     /* what was compared: value, change, rate, percent or peak, canonical unit */
    double reading;   /* the reading that decided it */
    int64_t t_us;     /* its device time */
    int64_t since_us; /* when it first crossed */
    double baseline;  /* that change is counted from (slow.h); NaN when not used */
    bool unconfirmed; /* decided by one reading that the rate-of-change test found suspect */

    /* of the slow analysis (slow.h); zero otherwise */
    double error; /* standard error of value */
    double jump;  /* kind STEP: how much of it came at once, at since_us; canonical unit of
                     the sensor */
    uint32_t model_version; /* of the weather model behind value; 0: none */
    uint32_t cause;         /* kind FAULT: enum slow_doubt; CONSTRUCTION: enum works_bits */
    bool together;          /* houses of the row move alike: one alert for the row */
    bool unsettled; /* kind STEP: told within hours, whether building or gauge is not known yet */
    uint32_t moved; /* of such a one: gauges of house and row that moved in the same hours, */
    uint32_t asked; /* and other gauges of the house that could have. Of a row that begins to move
                       (kind TREND without a limit): houses that do, and houses with such a gauge */
    struct finding_forecast forecast;
    const char *derived; /* what value is of, when it is not of what the sensor measures
                            (core/derived.h), static; NULL otherwise */
};

#define RULES_FINDINGS_MAX 4 /* kinds one sensor's limits can have at once */

/* Judges one reading in order of device time and writes the findings whose level or governing limit
 * changed; returns their number. The highest level held governs; of equal ones the limit that was
 * exceeded by the larger factor when one of them was last entered or left. frequency_hz: dominant
 * frequency of the same event, NaN when not known (then the least of the curve). Readings flagged
 * 2, 3, 4 or 9 change nothing, except that a limit on value or event without persistence is
 * entered by (never left by) a reading that is suspect by the rate-of-change test alone: a wall
 * that jumps is of high interest (QARTOD flag 3), and the finding says it is unconfirmed, until a
 * passing reading crosses too, which is nothing new. A reading not later than rules_latest_us, or
 * not finite, changes nothing. */
size_t rules_judge(struct rule_state *st, const struct reading *r, double frequency_hz,
                   struct finding out[RULES_FINDINGS_MAX]);

/* Device time of the latest reading judged; INT64_MIN when none. An older one must be judged by
 * rules_rejudge. */
int64_t rules_latest_us(const struct rule_state *st);

/* How far back of a late reading the stored readings are needed to judge again: longest persistence
 * with the longest pause in it, and window, of its limits. */
int64_t rules_lookback_us(const struct rule_state *st);

/* Judges again after late or revised readings, late_us being the time of the earliest of them.
 * Takes back what was entered or left at late_us or after, forgets running persistence and windows
 * (not the levels held before), follows the readings given up to late_us and judges those from
 * there on. readings: n, ascending from (late - lookback) to the latest, without gaps;
 * frequency_hz: of each, NULL when none is known. Writes what changed against before. */
size_t rules_rejudge(struct rule_state *st, int64_t late_us, const struct reading *readings,
                     const double *frequency_hz, size_t n, struct finding out[RULES_FINDINGS_MAX]);

/* The findings that hold now (levels above 0), each as decided last. */
size_t rules_current(const struct rule_state *st, struct finding out[RULES_FINDINGS_MAX]);

/* State as bytes (arena memory; little-endian, versioned, with a digest of the limits and the
 * baseline start it belongs to, and a checksum) and back: ERR_CORRUPT, or ERR_RANGE when it belongs
 * to other limits, another baseline or another version (then start new). After an error st is as
 * new. */
enum err rule_state_pack(const struct rule_state *st, struct arena *arena, const void **bytes,
                         size_t *n) MUST_USE;
enum err rule_state_unpack(struct rule_state *st, const void *bytes, size_t n) MUST_USE;

/* The kind of alert that crossing limit l of quantity q is. */
enum alert_kind rules_kind(enum quantity q, const struct limit *l);

#endif
