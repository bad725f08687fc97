/* Inside of the assess loop: assess.c follows the journal. What belongs together has a header:
 *   assess_judge.h     readings to findings: judge, held (velocities that wait for their
 * frequency), rejudge (late readings, rules made anew), epoch (new baselines) assess_conclude.h
 * findings to conditions, episodes and steps: key, packed, reconcile (after a start), conclude
 *   assess_silence.h   time to silence: burst_word, silence, system (its own troubles)
 *   assess_slow.h      the slow analysis: slow, resume (kept over restarts), again (made anew),
 *                      burst (vibration records), kept (what it says)
 *   assess_tell.h      steps, who gets them, and what time alone changes: tell, time
 *   assess_group.h     one alert for many: group, join, explain
 *   assess_acts.h      what persons do: acts, episode_acts, standing
 *   assess_load.h      how much people are told: load, daily
 * and here the whole of it, with memory (what is opened, remembered, put as a snapshot), watches
 * (what is known of each sensor), recall (what was open) and config. */
#ifndef SHIKUMEN_SVC_ASSESS_PARTS_H
#define SHIKUMEN_SVC_ASSESS_PARTS_H

#include "assess_acts.h"
#include "assess_conclude.h"
#include "assess_group.h"
#include "assess_judge.h"
#include "assess_load.h"
#include "assess_silence.h"
#include "assess_slow.h"
#include "assess_tell.h"
#include "shikumen/core/quiet.h"
#include "shikumen/core/silence.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/io/state_db.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/svc/assess.h"
#include "shikumen/svc/hub.h"

/* After a storage error everything is closed, and opened again after a while. */
struct retry {
    int64_t at_us, backoff_us; /* monotonic */
};

struct assess {
    struct hub *hub;
    const struct assess_sink *sink; /* NULL: state.db alone is told */
    bool unkept; /* forecasts and risk are not kept in state.db: nobody will read it */
    struct plan *plan;
    struct state_db *state;
    struct readings_reader *reader;
    struct arena arena; /* of one round */
    bool writing;       /* a transaction on state is open */
    int64_t now_us;     /* wall clock of this round */

    int64_t cursor;         /* journal row judged */
    bool following;         /* the cursor is of the journal, not merely zero */
    int64_t entry_seq;      /* journal row of the entry that is taken */
    int64_t fresh_rx_us;    /* arrival of the first reading not yet judged when the store opened */
    int64_t judged;         /* readings since the snapshot */
    int64_t snapshot_seq;   /* journal row that the rules in state.db are as of */
    int64_t snapshot_at_us; /* monotonic time: when the next is due */

    struct id_map ids;
    struct watch *watches; /* by registry sensor */
    bool any_late;         /* a watch has a late_us */
    int64_t epoch_at_us;   /* wall clock: when the next epoch that starts a baseline begins */
    struct held_events held;
    struct changes changes; /* of this round */
    struct conditions conditions;
    int64_t alerts_at_us; /* wall clock: when time alone changes an alert; 0: not known */

    struct slow_watch slow;
    struct hush_watch hush;
    struct system_watch system;
    struct standing standing;
    struct untold_steps untold;
    struct load_watch load;
    struct daily_watch daily;

    struct retry retry;
    const char *error;       /* whose text explains the last storage error */
    char why[HUB_TEXT_SIZE]; /* text of a failed opening */
};

/* --- assess_memory.c --- */
enum err assess_open(struct assess *a) MUST_USE; /* databases, registry, everything remembered */
/* state.db and what is open in it, without the readings: enough to tell that these are not to be
 * had. */
enum err assess_open_state(struct assess *a) MUST_USE;
/* The readings alone with the rules of the baselines at now_us, for who judges them again. */
enum err assess_open_readings(struct assess *a, int64_t now_us) MUST_USE;
void assess_close(struct assess *a);
/* The rules, and the slow analysis with them when slow is set. */
enum err assess_snapshot(struct assess *a, bool slow) MUST_USE;

/* --- assess_watches.c --- */
enum err assess_make_watches(struct assess *a, int64_t now_us) MUST_USE; /* rules as of now_us */
/* The same with what the store knows of the sensors. */
enum err assess_open_watches(struct assess *a, int64_t now_us) MUST_USE;
void assess_free_watches(struct assess *a);
/* Again, when sensors were without an id in the store. */
enum err assess_map_ids(struct assess *a) MUST_USE;
/* The registry sensor with an id; REGISTRY_NONE: none. */
uint32_t assess_index_of(const struct id_map *ids, uint32_t id);

/* --- assess_recall.c --- */
/* Conditions and open episodes from state.db; what only a sensor or limit held that is no longer in
 * the registry is over. */
enum err assess_recall(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_config.c --- */
/* Enters the configuration in the audit when it is another than before. */
enum err assess_enter_configuration(struct assess *a, int64_t now_us) MUST_USE;

#endif
