/* What is not heard: sensors, nodes, the broker, the store. */
#ifndef SHIKUMEN_SVC_ASSESS_SILENCE_H
#define SHIKUMEN_SVC_ASSESS_SILENCE_H

#include "shikumen/core/silence.h"

struct assess;

/* Troubles of the system itself. */
enum system_cause { CAUSE_BROKER, CAUSE_NOTHING, CAUSE_STORE, SYSTEM_CAUSES };
extern const char *const system_cause_name[SYSTEM_CAUSES];

/* A node (or a sensor without one) as to silence; level of its open episode, 0 none. */
struct hush {
    int level;
    bool offline;          /* by its last will, and not heard since */
    int64_t offline_rx_us; /* when that came */
    bool online;           /* by its latest status, */
    int64_t status_rx_us;  /* which came then; 0: none */
};

struct hush_watch {
    struct hush *nodes;       /* by registry node */
    struct hush *sensors;     /* by registry sensor, for those without a node */
    int64_t seq;              /* journal row up to which node states are known */
    int64_t sweep_at_us;      /* wall clock: when silence is looked for next */
    int64_t settle_at_us;     /* wall clock: when a node that falls silent is looked at again */
    int64_t historical_rx_us; /* latest arrival of a historical reading; 0: none */
};

struct system_watch {
    int level[SYSTEM_CAUSES]; /* of the open episode of each cause */
    int64_t deaf_since_us;    /* wall clock: without broker since; 0: connected */
    int64_t clock_offset_us;  /* wall clock minus monotonic clock at the latest sweep */
    int64_t clock_stepped_us; /* wall clock right after it last stepped; 0: never */
};

/* --- assess_burst_word.c --- */
/* Never a reading came of it, and its quantity is one that vibration records have. */
bool assess_may_only_burst(const struct assess *a, uint32_t sensor);
/* Asks the store when those sensors sent the last record. */
enum err assess_ask_bursts(struct assess *a) MUST_USE;
/* The same of those that would be called silent, at most once an hour; last is in's last_rx_us. */
enum err assess_ask_the_silent(struct assess *a, const struct silence_input *in,
                               int64_t *last) MUST_USE;

/* --- assess_silence.c --- */
/* Node states, silence and the system's own troubles at now_us; steps inside the open transaction.
 */
enum err assess_read_nodes(struct assess *a) MUST_USE;
enum err assess_sweep(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_system.c --- */
/* The system's own troubles. */
enum err assess_sweep_system(struct assess *a, bool listening, int64_t now_us) MUST_USE;
/* When the wall clock steps, silence is judged by the new time alone. */
void assess_watch_clock(struct assess *a, int64_t now_us);

#endif
