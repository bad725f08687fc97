/* Readings to findings: what is known of each sensor, and what the rules make of its readings. */
#ifndef SHIKUMEN_SVC_ASSESS_JUDGE_H
#define SHIKUMEN_SVC_ASSESS_JUDGE_H

#include "shikumen/core/rules.h"
#include "shikumen/model/reading.h"

struct assess;

struct finding_change {
    uint32_t sensor;
    struct finding finding;
};

/* Those of a round, in the order in which they were found. */
struct changes {
    struct finding_change *items;
    size_t count, capacity;
};

/* A sensor's part in the assessment. */
struct watch {
    struct rule_state *rules; /* NULL: no limits */
    int64_t baseline_us;
    int64_t last_rx_us;     /* of what was not historical; INT64_MIN: never heard */
    int64_t burst_rx_us;    /* latest vibration record; INT64_MIN: none */
    int64_t burst_asked_us; /* wall clock: when the store was asked for it */
    int64_t last_t_us;      /* latest device time in the store when it was opened */
    uint32_t id;            /* in the store; 0: not there yet */
    int64_t late_us;        /* earliest late or revised reading of the batch; INT64_MAX none */
    uint32_t frequency;     /* sensor of the dominant frequency of the same events, or NONE */
    uint32_t velocity;      /* of a dominant-frequency sensor: the sensor of the events, or NONE */
    int64_t held_t_us;      /* earliest event that waits for its frequency; INT64_MAX none */
    int64_t held_last_us;   /* latest such event */
    int64_t held_until_us;  /* wall clock: judged without it from here on */
    int64_t frequency_t_us; /* of a dominant-frequency sensor: its latest reading */
    double frequency_hz;
    bool dirty;    /* rules changed since the snapshot */
    bool withheld; /* a rate is, see assess_void.c */
};

/* Registry sensors by their ids in the store. */
struct id_map {
    uint32_t *index; /* REGISTRY_NONE: not in the registry */
    size_t capacity;
    size_t unmapped; /* registry sensors without an id in the store yet */
};

/* Velocities and the dominant frequency of their event may come apart. */
struct held_events {
    int64_t until_us; /* when the first is judged without its frequency; INT64_MAX: none waits */
    int64_t seq;      /* journal row before the first */
    struct reading *items; /* velocity readings of a message that is not over */
    size_t count, capacity;
};

/* Readings of one sensor, by time. */
struct reading_series {
    struct reading *readings;
    size_t count, capacity;
};

/* --- assess_judge.c --- */
enum err assess_add_change(struct assess *a, uint32_t sensor, const struct finding *f) MUST_USE;
/* Those that the rules of a sensor found, n of them; its rules have changed. */
enum err assess_add_changes(struct assess *a, uint32_t sensor, const struct finding *found,
                            size_t n) MUST_USE;
/* Judges the journal after the cursor, at most max_rows rows; changes gather in a->changes. *more
 * tells whether there is more to read. */
enum err assess_follow(struct assess *a, int max_rows, bool *more) MUST_USE;
/* The parts of it: an entry that follows; velocities that waited for their frequency; these and
 * whatever else waits for nothing more, with the store read as it is committed. */
enum err assess_take_entry(struct assess *a, const struct reading *r, bool revision) MUST_USE;
enum err assess_judge_deferred(struct assess *a) MUST_USE; /* reads no store */
enum err assess_settle(struct assess *a) MUST_USE;
/* The journal after a row up to another one, into the slow analysis alone. *gap: rows are missing.
 */
enum err assess_follow_slowly(struct assess *a, int64_t seq, int64_t upto_seq, bool *gap) MUST_USE;
/* --- assess_void.c --- */
/* The finding is of a rate that is none, and not told. */
bool assess_withholds(struct assess *a, uint32_t sensor, const struct finding *f);
/* What was withheld and holds: told, unless it still is withheld. */
enum err assess_retell(struct assess *a) MUST_USE;

/* --- assess_held.c --- */
/* That of an event of the sensor at t_us, if it was the latest to come; else NaN. */
double assess_frequency_at(const struct assess *a, const struct watch *w, int64_t t_us);
/* Whether the event waits for its frequency: not to be judged now. */
bool assess_hold_event(struct assess *a, struct watch *w, const struct reading *r);
/* How many of the stored events after judged_us (hz: their frequencies or NULL) wait for nothing;
 * those from the first that may still wait on stay held. */
size_t assess_count_ripe(struct assess *a, struct watch *w, const struct reading_series *s,
                         const double *hz, int64_t judged_us);
/* To be judged again from here on, by assess_rejudge. */
void assess_mark_late(struct assess *a, struct watch *w, int64_t t_us);
/* The frequency sensor f told of an event that waits for it, or was judged without it. */
void assess_take_frequency(struct assess *a, const struct watch *f, int64_t t_us);
/* Events that waited long enough are judged without their frequency. */
void assess_release(struct assess *a);

/* --- assess_rejudge.c --- */
/* Sensors with late or revised readings, from the store as it is committed. */
enum err assess_rejudge(struct assess *a) MUST_USE;
/* Brings rules that have judged nothing (new limits, lost state) to where the store is, from as far
 * back as persistence and windows reach. No changes are gathered. */
enum err assess_rebuild(struct assess *a, uint32_t sensor) MUST_USE;

/* Judges what is stored of a sensor with from_us <= t < to_us and arrived before fresh_rx_us; what
 * is found goes to found (NULL: shows in the state of the rules alone). What the journal still has
 * in store for judging is left out so: that is told as it is judged. */
typedef void assess_found_fn(void *context, uint32_t sensor, const struct finding *f);
enum err assess_judge_stored(struct assess *a, uint32_t sensor, int64_t from_us, int64_t to_us,
                             assess_found_fn *found, void *context) MUST_USE;

/* --- assess_epoch.c --- */
/* Puts the epochs in force that have begun by now_us: rules of the sensors that they concern start
 * anew, and what these sensors held is over. */
enum err assess_take_epochs(struct assess *a, int64_t now_us) MUST_USE;

#endif
