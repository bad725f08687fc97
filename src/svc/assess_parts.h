/* Inside of the assess loop: assess.c follows the journal, assess_judge.c turns readings into
 * findings, assess_silence.c time into silence, assess_conclude.c both into episodes and steps,
 * assess_memory.c loads and snapshots what is remembered, assess_packed.c is how conditions are
 * stored, assess_reconcile.c what they lack after a start, assess_epoch.c starts new baselines,
 * assess_slow.c follows the slow analysis, assess_resume.c keeps it over restarts, assess_again.c
 * makes it anew, assess_tell.c keeps steps
 * and says who gets them, assess_acts.c applies what persons do, assess_episode_acts.c what they do
 * to an alert, assess_standing.c keeps what stands because of it: silences and overrides,
 * assess_group.c and assess_explain.c let one alert speak for many, assess_time.c follows the
 * clock, assess_daily.c tells once a day, assess_load.c how much people are told. */
#ifndef SHIKUMEN_SVC_ASSESS_PARTS_H
#define SHIKUMEN_SVC_ASSESS_PARTS_H

#include "shikumen/core/alarm_load.h"
#include "shikumen/core/episode.h"
#include "shikumen/core/modal_watch.h"
#include "shikumen/core/quiet.h"
#include "shikumen/core/render.h"
#include "shikumen/core/render_act.h"
#include "shikumen/core/rules.h"
#include "shikumen/core/signoff.h"
#include "shikumen/core/silence.h"
#include "shikumen/core/silencing.h"
#include "shikumen/core/slow.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/io/state_db.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/svc/assess.h"
#include "shikumen/svc/hub.h"

/* What one sensor holds (or has just left), and the episode that tells of it. */
struct condition {
    char *key, *episode; /* assess_condition_key, assess_episode_key */
    uint32_t sensor; /* registry index; REGISTRY_NONE for silence and system conditions */
    struct finding finding;
};

/* What a condition is stored as: enough to find its limit in the registry again. */
struct packed_finding {
    int32_t kind, level, of, unconfirmed;
    double limit_value, value, reading, baseline;
    int64_t t_us, since_us;
    int32_t limit_level; /* 0: there is no limit */
    uint32_t model_version, cause, together;
    double error;
    int32_t ahead_level, ahead_of; /* limit of the forecast; ahead_level 0: none */
    double ahead_value, p30, p180, p365;
    int64_t t05_us, t50_us, t95_us;
    char derived[24]; /* name of the derived quantity; "": what the sensor measures */
    double jump;      /* not there in those stored before it was, */
    int32_t unsettled, moved, asked, spare; /* nor these */
};

struct finding_change {
    uint32_t sensor;
    struct finding finding;
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
    bool dirty; /* rules changed since the snapshot */
};

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

/* A step of this round, not yet given to anybody. */
struct untold {
    char id[ALERT_ID_SIZE]; /* of the episode */
    int step;
    enum alert_event event;
    int level, previous_level, peak_level; /* as of the step */
    const char *body;
};

/* Copies, in the arena of the round. */
struct episode_list {
    struct episode *items;
    size_t count, capacity;
};

/* Looks at the slow analysis after each day that is concluded as it is made anew. */
typedef enum err assess_slow_seen_fn(void *context, const struct slow *s);

/* Most houses that are told of for themselves; what is beyond is the district's. */
#define LOAD_HOUSES_HELD 3

struct load_watch {
    struct alarm_load *sum;          /* NULL: not opened */
    bool over;                       /* the district */
    uint32_t held[LOAD_HOUSES_HELD]; /* houses that are, by registry */
    size_t held_count;
    int64_t looked_hour; /* since 1970, when it was last judged; INT64_MIN: not yet */
    bool more;           /* further alerts since, or it was only opened */
};

/* What is told once a day. */
struct daily_watch {
    int64_t last_us; /* when it was last; INT64_MIN: never */
    bool reminding;  /* the reminder is open */
};

struct assess {
    struct hub *hub;
    const struct assess_sink *sink; /* NULL: state.db alone is told */
    bool unkept; /* forecasts and risk are not kept in state.db: nobody will read it */
    struct plan *plan;
    struct state_db *state;
    struct readings_reader *reader;
    struct arena arena;       /* of one round */
    struct watch *watches;    /* by registry sensor */
    struct hush *node_hush;   /* by registry node */
    struct hush *sensor_hush; /* by registry sensor, for those without a node */
    uint32_t *index_of_id;
    size_t id_capacity;
    size_t unmapped;     /* registry sensors without an id in the store yet */
    bool writing;        /* a transaction on state is open */
    int64_t cursor;      /* journal row judged */
    int64_t node_seq;    /* journal row up to which node states are known */
    int64_t now_us;      /* wall clock of this round */
    int64_t fresh_rx_us; /* arrival of the first reading not yet judged when the store was opened */
    int64_t
        held_until_us;    /* when the first held event is judged without its frequency; INT64_MAX */
    int64_t settle_at_us; /* wall clock: when a node that falls silent is looked at again */
    int64_t held_seq;     /* journal row before the first held event */
    bool following;       /* the cursor is of the journal, not merely zero */
    int64_t judged;       /* readings since the snapshot */
    bool any_late;        /* a watch has a late_us */
    int64_t epoch_at_us;  /* wall clock: when the next epoch that starts a baseline begins */
    int64_t snapshot_at_us, sweep_at_us; /* when due: monotonic time, wall clock */
    struct condition *conditions;
    size_t condition_count, condition_capacity;
    struct finding_change *changes; /* of this round */
    size_t change_count, change_capacity;
    struct reading *deferred; /* velocity readings that wait for their frequency */
    size_t deferred_count, deferred_capacity;
    int64_t deaf_since_us;    /* wall clock: without broker since; 0: connected */
    int64_t clock_offset_us;  /* wall clock minus monotonic clock at the latest sweep */
    int64_t clock_stepped_us; /* wall clock right after it last stepped; 0: never */
    int64_t retry_at_us, backoff_us;
    int system_level[SYSTEM_CAUSES]; /* of the open episode of each cause */
    struct slow *slow;               /* the slow analysis */
    struct load_watch load;
    struct daily_watch daily;
    assess_slow_seen_fn *slow_seen; /* NULL: nobody looks */
    void *slow_seen_context;
    struct kept *kept;                      /* what came of the limits that forecasts speak of */
    struct arena standing_arena;            /* of the next two */
    struct silencings silences;             /* that have not ended; by row */
    const struct class_override *overrides; /* that have not ended; by row */
    size_t override_count;
    struct untold *untold;
    size_t untold_count, untold_capacity;
    struct arena untold_arena; /* of their bodies */
    int64_t alerts_at_us;      /* wall clock: when time alone changes an alert; 0: not known */
    int64_t standing_at_us;    /* wall clock: when one of them begins, is reminded of or ends */
    struct arena slow_arena;
    int64_t burst_id;          /* vibration records up to here are in it */
    struct modal_watch *modal; /* by registry house */
    int64_t entry_seq;         /* journal row of the entry that is taken */
    int64_t slow_seq;          /* journal rows up to here were in it when it was opened, */
    int64_t slow_opened_us;    /* wall clock, then */
    int64_t historical_rx_us;  /* latest arrival of a historical reading; 0: none */
    int64_t slow_day;          /* that is concluded next, as state.db has it; INT64_MIN none yet */
    int64_t slow_taken;        /* entries since it was kept in state.db, */
    bool slow_concluded;       /* days since then, */
    bool slow_kept;            /* what is kept there is of this registry and program, */
    int64_t slow_kept_seq;     /* as of this journal row, */
    int64_t slow_keep_us;      /* and not kept again before this monotonic time */
    int64_t snapshot_seq;      /* journal row that the rules in state.db are as of */
    const char *error;         /* whose text explains the last storage error */
    char why[HUB_TEXT_SIZE];   /* text of a failed opening */
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
enum err assess_map_ids(struct assess *a) MUST_USE;

/* --- assess_packed.c --- */
struct packed_finding assess_pack(const struct finding *f);
/* limit NULL when the sensor no longer has it. */
struct finding assess_unpack(const struct sensor *s, const struct packed_finding *p);

/* --- assess_reconcile.c --- */
/* Whatever the rules hold and the conditions do not, or the other way round, becomes a change: so
 * nothing is lost between a snapshot and a step, whatever happened between. */
enum err assess_reconcile(struct assess *a) MUST_USE;

/* --- assess_judge.c --- */
/* array with room for count elements of size, moved when it had to grow; NULL when memory is out.
 */
void *assess_grow(void *array, size_t *capacity, size_t count, size_t size);
enum err assess_add_change(struct assess *a, uint32_t sensor, const struct finding *f) MUST_USE;
/* Judges the journal after the cursor, at most max_rows rows; changes gather in a->changes. *more
 * tells whether there is more to read. */
enum err assess_follow(struct assess *a, int max_rows, bool *more) MUST_USE;
/* The parts of it: events that waited long enough; an entry that follows; velocities that waited
 * for their frequency; these and whatever else waits for nothing more, with the store read as it
 * is committed. */
void assess_release(struct assess *a);
enum err assess_take_entry(struct assess *a, const struct reading *r, bool revision) MUST_USE;
enum err assess_judge_deferred(struct assess *a) MUST_USE; /* reads no store */
enum err assess_settle(struct assess *a) MUST_USE;
/* The journal after a row up to another one, into the slow analysis alone. *gap: rows are missing.
 */
enum err assess_follow_slowly(struct assess *a, int64_t seq, int64_t upto_seq, bool *gap) MUST_USE;
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

/* --- assess_burst.c --- */
/* Vibration records that came since, as far as the first of until_us or later, go into the slow
 * analysis. */
enum err assess_bursts(struct assess *a, int64_t until_us) MUST_USE;
/* Natural frequencies from the records of a day, as readings of the slow analysis; the second as it
 * is made anew, of the latest days alone. */
enum err assess_modes(struct assess *a, int64_t day) MUST_USE;
enum err assess_modes_again(struct assess *a, int64_t day, int64_t last_day) MUST_USE;

/* --- assess_slow.c --- */
/* The slow analysis as it was kept, else made anew from the store: what it has concluded before is
 * not told again. */
enum err assess_slow_open(struct assess *a) MUST_USE;
/* An empty one. */
enum err assess_slow_new(struct assess *a) MUST_USE;
void assess_slow_close(struct assess *a);
/* Concludes the days that are over; changes gather in a->changes. */
enum err assess_slow(struct assess *a) MUST_USE;
/* A day waits to be concluded. */
bool assess_slow_waits(const struct assess *a);
/* When the next one will. */
int64_t assess_slow_due_us(const struct assess *a);

/* --- assess_resume.c --- */
/* Puts the slow analysis into state.db as of the cursor, in the open transaction. */
enum err assess_slow_keep(struct assess *a) MUST_USE;
/* It is to be kept now: days were concluded, or much was read, and nothing waits. */
bool assess_slow_keep_due(const struct assess *a);
/* Goes on with what is kept there, unless days were concluded since or it is of another registry or
 * program: a->slow is then empty. */
enum err assess_slow_resume(struct assess *a, bool *resumed) MUST_USE;
/* The journal is needed from here on by nobody but the store. After a commit. */
void assess_tell_needed(struct assess *a);

/* --- assess_again.c --- */
/* The slow analysis, empty, follows the store from its first day on. ERR_CLOSED: asked to stop. */
struct slow_again {
    const struct slow_sink *sink;
    int64_t until_day;      /* days before this one are concluded */
    int64_t last_day;       /* days after this one are not read */
    int64_t came_before_us; /* readings that arrived later are left out */
    bool every_mode;        /* natural frequencies of all days, not of the latest alone */
};
enum err assess_slow_again(struct assess *a, const struct slow_again *again) MUST_USE;

/* --- assess_kept.c: what the slow analysis says, in state.db --- */
enum err assess_kept_open(struct assess *a) MUST_USE;
void assess_kept_close(struct assess *a);
enum err assess_keep_forecast(struct assess *a, const struct ledger_entry *entry) MUST_USE;
enum err assess_keep_risk(struct assess *a, int64_t at_us, const struct risk *house,
                          const char *line) MUST_USE;
/* Of a row (of the lane and row of house first) or, first NULL, of the district. */
enum err assess_keep_group(struct assess *a, int64_t at_us, const struct risk_group *g,
                           const struct house *first, const char *line) MUST_USE;
/* After the conclusion of a day: thins out what is old, once a week. */
enum err assess_thin_kept(struct assess *a, int64_t day) MUST_USE;

/* --- assess_silence.c --- */
/* Asks the store when those sensors that may only ever send vibration records sent the last. */
enum err assess_ask_bursts(struct assess *a) MUST_USE;
/* Node states, silence and the system's own troubles at now_us; steps inside the open transaction.
 */
enum err assess_read_nodes(struct assess *a) MUST_USE;
enum err assess_sweep(struct assess *a, int64_t now_us) MUST_USE;
/* The system's own troubles alone. */
enum err assess_sweep_system(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_tell.c --- */
/* Keeps a step of e (its number and times are set) with its native JSON, proposes what it calls
 * for; who gets it is decided at the end of the round. */
enum err assess_put_step(struct assess *a, struct episode *e, enum alert_event event,
                         int previous_level, const struct strbuf *body, int64_t now_us) MUST_USE;
/* The same of what a person or time did: the native JSON is that of the latest judged step with
 * what step says; its number, time and level are those of e. ERR_CORRUPT: that JSON cannot be read.
 */
enum err assess_put_act(struct assess *a, struct episode *e, struct act_step *step,
                        int64_t now_us) MUST_USE;
/* Keeps what changed of it without a step. */
enum err assess_keep_episode(struct assess *a, struct episode *e) MUST_USE;
/* The end of a round: alerts that belong together are grouped, and the steps of the round given to
 * the endpoints that want them, unless a silence or another alert that speaks for them keeps them
 * back. */
enum err assess_tell_round(struct assess *a, int64_t now_us) MUST_USE;
/* Whether the endpoint is there for its house, or for any house of a group. */
enum err assess_concerns(struct assess *a, const struct endpoint *p, const struct episode *e,
                         bool *yes) MUST_USE;
/* Nobody speaks for it any more: its latest step is given to whoever wants it. */
enum err assess_speak(struct assess *a, const struct episode *e, int64_t now_us) MUST_USE;
/* A silence in force keeps it back. */
enum err assess_is_silenced(struct assess *a, const struct episode *e, int64_t now_us,
                            bool *silenced) MUST_USE;
/* The latest step of an episode: its native JSON is appended to body. judged: of those that no
 * person made. */
enum err assess_latest_body(struct assess *a, const struct episode *e, bool judged,
                            struct strbuf *body) MUST_USE;
/* A silence has ended, at end_us: what the silences before kept back, and those in force now do
 * not, is given to whoever wants it. */
enum err assess_tell_withheld(struct assess *a, struct silencings before, int64_t end_us,
                              int64_t now_us) MUST_USE;

/* --- assess_load.c --- */
enum err assess_load_open(struct assess *a, int64_t now_us) MUST_USE;
void assess_load_close(struct assess *a);
/* A step that was put, with its native JSON. told: neither a silence nor another alert keeps it
 * back from people. e has the step's number and, without the load in memory, its level. */
enum err assess_load_step(struct assess *a, const struct episode *e, enum alert_event event,
                          const char *body, bool told, int64_t now_us) MUST_USE;
/* The latest step of e, kept back when it was made, is told now. */
enum err assess_load_told(struct assess *a, const struct episode *e, const char *body,
                          int64_t now_us) MUST_USE;
/* Raises and ends the alerts about the load; once an hour, and after each alert. */
enum err assess_load_sweep(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_daily.c --- */
enum err assess_daily_open(struct assess *a) MUST_USE;
/* Tells what is due; ends the reminder when the last that it speaks of is acknowledged. */
enum err assess_daily_sweep(struct assess *a, int64_t now_us) MUST_USE;
/* It is the sign of life, or the reminder; who gets them. */
bool assess_is_daily(const struct episode *e);
enum err assess_daily_asks(struct assess *a, const struct endpoint *p, const struct episode *e,
                           int64_t now_us, bool *asks) MUST_USE;

/* --- assess_standing.c --- */
/* Silences and overrides that have not ended, from state.db; again after each change. */
enum err assess_standing_load(struct assess *a) MUST_USE;
/* What time alone brings: reminders and ends. */
enum err assess_standing_sweep(struct assess *a, int64_t now_us) MUST_USE;
/* Ends a silence; by a person, or by ACTOR_SELF when its time is over. ERR_NOTFOUND. */
enum err assess_end_silence(struct assess *a, int64_t row, const char *by, int64_t now_us) MUST_USE;

/* --- assess_config.c --- */
/* Enters the configuration in the audit when it is another than before. */
enum err assess_enter_configuration(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_acts.c --- */
/* What came of an act. */
struct act_result {
    bool done;
    struct act_refusal why;        /* when it is not */
    char made[ALERT_ID_SIZE + 16]; /* id of what it made, "" when nothing */
};
/* Applies the acts that wait, in order, each with its outcome. */
enum err assess_acts(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_episode_acts.c --- */
/* A person acknowledges, comments on, assigns or ends an alert: its step. */
enum err assess_act_on_episode(struct assess *a, const struct act *act, enum alert_event event,
                               int64_t now_us, struct act_result *result) MUST_USE;

/* --- assess_group.c --- */
/* The alert of several houses: it has members. */
bool assess_is_group(const struct episode *e);
/* Episodes that the one in this row speaks for, worst first. */
enum err assess_members(struct assess *a, int64_t row, struct episode_list *members) MUST_USE;
/* Episodes that are open or may open again by time. */
enum err assess_live(struct assess *a, struct episode_list *live) MUST_USE;
/* After the steps of a round: what came to several houses of a row or a lane within a few minutes
 * is one alert; lesser alerts of an element are spoken for by its worst. */
enum err assess_group_round(struct assess *a, int64_t now_us) MUST_USE;
/* A group has grown since it was told, and it is time to say so. */
enum err assess_group_grown(struct assess *a, struct episode *group, int64_t now_us) MUST_USE;
/* When; INT64_MAX: it has not. */
int64_t assess_group_due_us(const struct episode *group);
/* What of a group that a person ended holds still, before it may open again by time; nothing: it
 * stays over. */
enum err assess_group_wakes(struct assess *a, struct episode *group) MUST_USE;

/* --- assess_explain.c --- */
/* Lesser alerts of these elements are spoken for by the worst. */
enum err assess_explain_round(struct assess *a, const struct episode_list *live,
                              int64_t now_us) MUST_USE;

/* --- assess_time.c --- */
/* What time alone brings to alerts: ends, re-openings, escalations. */
enum err assess_alerts_sweep(struct assess *a, int64_t now_us) MUST_USE;
/* When time changes this one; INT64_MAX: never. */
int64_t assess_episode_due_us(struct assess *a, const struct episode *e);
/* Whether its latest escalation, the step e->step, was meant for this endpoint. */
enum err assess_escalates_to(struct assess *a, const struct episode *e, const char *endpoint,
                             bool *yes) MUST_USE;

/* --- assess_key.c --- */

/* What a sensor's finding is kept under: kind, element (without one the sensor), quantity and what
 * is derived of it. A slow movement is one condition, however it came (kinds TREND, STEP); of a row
 * that moves as one (together) it is the row's. The arena's; NULL: memory is out. */
char *assess_condition_key(struct assess *a, uint32_t sensor, const struct finding *f,
                           bool together);
/* Of the episode that tells of a condition: all damp of one place is one matter (moisture, mould,
 * rot have one cause and one walk), and so is all movement of one quantity, by a limit of rate or
 * by its trend. The arena's; NULL: memory is out. */
char *assess_episode_key(struct assess *a, const char *condition);
/* Of an episode as earlier versions had it, one for each condition. */
bool assess_is_former_key(const char *episode);

/* --- assess_conclude.c --- */

void assess_free_condition(struct condition *c); /* its keys */
/* Begins the transaction of the round when none is open. */
enum err assess_begin(struct assess *a) MUST_USE;
/* Turns the gathered changes into conditions, episodes, steps and outbox rows. */
enum err assess_conclude(struct assess *a, int64_t now_us) MUST_USE;
/* Commits with the cursor, when a transaction is open. */
enum err assess_commit(struct assess *a) MUST_USE;
/* The end of a round, after what was to be followed: conclusions, what time alone brings, commit.
 */
enum err assess_end_round(struct assess *a, int64_t now_us) MUST_USE;
/* Wall clock: when time alone calls for a round (epochs apart: epoch_at_us). */
int64_t assess_due_us(const struct assess *a);
/* The episode that a condition with this key belongs to: the latest, or a new one. */
enum err assess_find_episode(struct assess *a, const char *key, int64_t now_us,
                             struct episode *e) MUST_USE;
/* Advances the episode of key to level and writes its step; step has all but episode, event, level
 * and time. */
enum err assess_step(struct assess *a, const char *key, enum alert_category category,
                     enum alert_kind kind, const char *house, const char *element, int level,
                     int64_t now_us, struct alert_step *step) MUST_USE;

enum err assess_add_condition(struct assess *a, const char *key, uint32_t sensor,
                              const struct finding *f) MUST_USE;

#endif
