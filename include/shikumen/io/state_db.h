/* state.db: conclusions. Registry versions, rule states, conditions, episodes with their steps, the
 * outbox, what the slow analysis says and the assessor's cursor. WAL, synchronous=FULL; one handle
 * per thread; several writers take turns (busy timeout 5 s). Storage errors: ERR_FULL, ERR_BUSY,
 * ERR_IO, ERR_CORRUPT. */
#ifndef SHIKUMEN_IO_STATE_DB_H
#define SHIKUMEN_IO_STATE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/alert.h"

struct state_db;

enum state_mode {
    STATE_WRITE,
    STATE_READ_ONLY,
    /* For the deliver loop, whose writes may be repeated: never waits for a lock (ERR_BUSY at
     * once), and its commits survive a kill but the latest not always a power cut (they are posted
     * again then). */
    STATE_DELIVER,
    /* For a replay: writes, and nothing is synced (a power cut may ruin the file). */
    STATE_SCRATCH,
    /* For who acts beside a daemon: writes, but neither makes nor migrates the file (ERR_NOTFOUND,
     * ERR_CONFIG). */
    STATE_ACT
};

/* Opens directory/state.db, creating and migrating it when writing. On failure *out is NULL and
 * why (when not NULL, at least why_size bytes) says what happened. ERR_NOTFOUND when read-only and
 * absent. */
enum err state_open(const char *directory, enum state_mode mode, char *why, size_t why_size,
                    struct state_db **out) MUST_USE;
void state_close(struct state_db *db); /* NULL allowed; an open transaction is rolled back */
const char *state_error(const struct state_db *db); /* text of the last failure */

enum err state_begin(struct state_db *db) MUST_USE;  /* BEGIN IMMEDIATE */
enum err state_commit(struct state_db *db) MUST_USE; /* on failure the transaction is rolled back */
void state_rollback(struct state_db *db);

/* A number that another connection's commit changes; it has no other meaning. */
enum err state_version(struct state_db *db, int64_t *version) MUST_USE;

/* --- registry versions: which document was in force when --- */

/* Adds the document as the version in force from now_us unless the latest has the same digest; like
 * every step, it is entered in the audit. Makes its own transaction when none is open. */
enum err state_registry_put(struct state_db *db, int64_t now_us, const char *json, size_t len,
                            uint64_t digest) MUST_USE;
/* The latest document; ERR_NOTFOUND when there is none. */
enum err state_registry_get(struct state_db *db, struct strbuf *json, int64_t *loaded_us) MUST_USE;

/* --- the assessor --- */

/* Named numbers ("assessed_seq", "snapshot_seq"); value_if_absent when never set. */
enum err state_number_get(struct state_db *db, const char *name, int64_t value_if_absent,
                          int64_t *value) MUST_USE;
enum err state_number_put(struct state_db *db, const char *name, int64_t value) MUST_USE;

/* Packed rule state per sensor (id as in the registry). */
enum err state_rules_put(struct state_db *db, const char *sensor, const void *bytes,
                         size_t n) MUST_USE;
typedef enum err state_rules_fn(void *context, const char *sensor, const void *bytes, size_t n);
enum err state_rules_each(struct state_db *db, state_rules_fn *fn, void *context) MUST_USE;

/* What one sensor holds against an episode's key, as bytes of the caller (a packed finding);
 * level 0 removes it. */
enum err state_condition_put(struct state_db *db, const char *key, const char *sensor, int level,
                             const void *bytes, size_t n) MUST_USE;
typedef enum err state_condition_fn(void *context, const char *key, const char *sensor, int level,
                                    const void *bytes, size_t n);
enum err state_condition_each(struct state_db *db, state_condition_fn *fn, void *context) MUST_USE;

/* Inserts (row 0; row is then set) or updates an episode. */
enum err state_episode_put(struct state_db *db, struct episode *e) MUST_USE;
/* Latest episode with this key, strings in the arena; ERR_NOTFOUND. */
enum err state_episode_by_key(struct state_db *db, const char *key, struct arena *arena,
                              struct episode *e) MUST_USE;

/* The episode with this id; as above. */
enum err state_episode_by_id(struct state_db *db, const char *id, struct arena *arena,
                             struct episode *e) MUST_USE;

/* The id of the episode in this row; ERR_NOTFOUND. */
enum err state_episode_name(struct state_db *db, int64_t row, char id[ALERT_ID_SIZE]) MUST_USE;

/* A step with its native JSON body. */
enum err state_step_put(struct state_db *db, const struct episode *e, enum alert_event event,
                        int64_t at_us, const char *body, size_t body_len) MUST_USE;
/* People are not told of a step as it is made (told_us 0), or were told of it later. */
enum err state_step_told(struct state_db *db, int64_t episode_row, int step,
                         int64_t told_us) MUST_USE;
/* An outbox row for that step and endpoint, due at due_us, and what waits in front of it then at
 * the latest; only the episode's row and step number are read. Nothing when there is one already.
 * Follows a diversion (state_outbox_divert). */
enum err state_outbox_put(struct state_db *db, const struct episode *e, const char *endpoint,
                          int64_t due_us) MUST_USE;

/* Whether the latest step of the episode that was given to the endpoint is another than its end. */
enum err state_outbox_believes_open(struct state_db *db, int64_t episode_row, const char *endpoint,
                                    bool *open) MUST_USE;
/* Whether any step of the episode was ever given to the endpoint. */
enum err state_outbox_has(struct state_db *db, int64_t episode_row, const char *endpoint,
                          bool *has) MUST_USE;

/* --- the slow analysis --- */

#define STATE_UNKNOWN_US INT64_MIN /* a time that is not known; NULL in the file */

/* A limit that forecasts speak of; sensor, quantity, of and value are its key, element and source
 * those of the latest forecast. */
struct state_limit {
    const char *element, *sensor, *quantity; /* id or "", id, name */
    const char *of;                          /* limit_of_name */
    double value;                            /* canonical unit of what of compares */
    const char *source;                      /* source and clause, as people cite them */
};

/* One forecast. Texts are names of core/outlook.h; a probability that is not given is NaN. */
struct state_forecast {
    int64_t at_us;
    struct state_limit limit;
    const char *state, *reason, *method;
    int64_t t05_us, t50_us, t95_us; /* STATE_UNKNOWN_US: not told */
    double p30, p180, p365;         /* exceeded within so many days */
};

/* What came of a limit since a baseline: when it was first reached (STATE_UNKNOWN_US: not up to
 * observed_until_us). Forecasts made between this baseline and the next are scored by it. */
struct state_crossing {
    int64_t baseline_us;
    int64_t reached_us, observed_until_us;
};

/* A second one of the same limit at the same time takes the place of the first. ERR_RANGE: a value
 * that is not finite. */
enum err state_forecast_put(struct state_db *db, const struct state_forecast *f) MUST_USE;

struct forecast_filter {
    const char *element, *sensor; /* NULL: all */
    int64_t since_us;             /* made at or after; INT64_MIN: all */
    bool latest_only;             /* of each sensor's quantity, what was said last */
};
/* Forecasts by element, sensor, quantity, of, value and time; with what came of it, NULL when the
 * limit was not watched. */
typedef enum err state_forecast_fn(void *context, const struct state_forecast *f,
                                   const struct state_crossing *came);
enum err state_forecast_each(struct state_db *db, const struct forecast_filter *filter,
                             state_forecast_fn *fn, void *context) MUST_USE;
/* Keeps of each limit all forecasts of the last 14 days, one a week (Tuesday 00:00 UTC, when
 * Mondays are concluded, is the first of a week) of the last 26 weeks, one in four weeks of the
 * last five years; crossings as long as a forecast may need them. */
enum err state_forecast_prune(struct state_db *db, int64_t now_us) MUST_USE;

/* limit's element and source serve only a limit not yet known. A second one of the same baseline
 * takes the place of the first. ERR_RANGE: a value that is not finite. */
enum err state_crossing_put(struct state_db *db, const struct state_limit *limit,
                            const struct state_crossing *c) MUST_USE;
/* By sensor, quantity, of, value and baseline. */
typedef enum err state_crossing_fn(void *context, const struct state_limit *limit,
                                   const struct state_crossing *c);
enum err state_crossing_each(struct state_db *db, state_crossing_fn *fn, void *context) MUST_USE;

/* How a house stood; what is not known is NaN. */
struct state_risk {
    const char *house;
    int64_t at_us;
    const char *class_name, *colour; /* risk_class_name, risk_colour_name */
    bool grey;
    double score, confidence, coverage, p30, p180, p365;
    const char *line; /* of risk.ndjson, with or without its line end */
};
/* A second one of the same house and time takes the place of the first. */
enum err state_risk_put(struct state_db *db, const struct state_risk *r) MUST_USE;
typedef enum err state_risk_fn(void *context, const struct state_risk *r);
/* The latest of each house, highest score first, of equals by house (house NULL); or all of one
 * house, the latest first. */
enum err state_risk_each(struct state_db *db, const char *house, state_risk_fn *fn,
                         void *context) MUST_USE;
/* The latest of each house at or before at_us, in the same order. */
enum err state_risk_at(struct state_db *db, int64_t at_us, state_risk_fn *fn,
                       void *context) MUST_USE;

/* How a row of houses stood, by its lane and name, or the district (both ""); house of risk is not
 * read, and "" when given. */
struct state_group {
    const char *lane, *row;
    struct state_risk risk;
};
/* A second one of the same row and time takes the place of the first. */
enum err state_group_put(struct state_db *db, const struct state_group *g) MUST_USE;
typedef enum err state_group_fn(void *context, const struct state_group *g);
/* The latest of each row by lane and name, then of the district. */
enum err state_group_each(struct state_db *db, state_group_fn *fn, void *context) MUST_USE;
/* The latest of each at or before at_us, in the same order. */
enum err state_group_at(struct state_db *db, int64_t at_us, state_group_fn *fn,
                        void *context) MUST_USE;

/* Keeps of each house, row and the district all of the last 14 days, one a week of the last 60
 * weeks, before that one a month (UTC); always its latest. */
enum err state_risk_prune(struct state_db *db, int64_t now_us) MUST_USE;

/* Packed state of the slow analysis, by name. Put writes the parts that differ from what is there,
 * and adds their bytes to *written; get has them in out, ERR_NOTFOUND when there are none. */
enum err state_slow_put(struct state_db *db, const char *name, const void *bytes, size_t n,
                        size_t *written) MUST_USE;
enum err state_slow_get(struct state_db *db, const char *name, struct strbuf *out) MUST_USE;
enum err state_slow_clear(struct state_db *db) MUST_USE; /* of all */

/* --- listing, for people and status --- */

struct alert_filter {
    bool open_only;
    const char *house; /* NULL: all */
    int min_level;     /* 0: all; compared with peak level */
    int64_t since_us;  /* changed at or after; INT64_MIN: all */
};
/* Episodes, worst level first, then latest change first. */
typedef enum err state_episode_fn(void *context, const struct episode *e);
enum err state_episode_each(struct state_db *db, const struct alert_filter *filter,
                            state_episode_fn *fn, void *context) MUST_USE;

/* Episodes that time may still change: open, or ended by hand while their condition lasted; by row.
 */
enum err state_episode_live(struct state_db *db, state_episode_fn *fn, void *context) MUST_USE;
/* Episodes that the one in this row speaks for, worst first. */
enum err state_episode_members(struct state_db *db, int64_t row, state_episode_fn *fn,
                               void *context) MUST_USE;

struct step_row {
    int step;
    enum alert_event event;
    int64_t at_us;
    const char *body; /* native JSON */
    int64_t told_us;  /* when people were told of it: at_us unless state_step_told says otherwise */
};
typedef enum err state_step_fn(void *context, const struct step_row *s);
enum err state_step_each(struct state_db *db, int64_t episode_row, state_step_fn *fn,
                         void *context) MUST_USE;

/* A step by its place among all steps, which are never deleted; places rise, are kept over restarts
 * and by backups, and what is committed later has the higher one. */
struct step_place {
    int64_t place; /* 1 .. */
    const char *body;
    int64_t told_us; /* as in step_row */
};
typedef enum err state_step_place_fn(void *context, const struct step_place *s);
/* Steps after a place, by place, at most limit. */
enum err state_step_after(struct state_db *db, int64_t place, int limit, state_step_place_fn *fn,
                          void *context) MUST_USE;
/* Place of the last step; 0 while there is none. */
enum err state_step_last(struct state_db *db, int64_t *place) MUST_USE;

/* --- the outbox, for deliver --- */

enum outbox_state { OUTBOX_PENDING, OUTBOX_DELIVERED, OUTBOX_PARKED };

struct outbox_row {
    int64_t row, episode_row;
    char episode_id[ALERT_ID_SIZE];
    int step;
    const char *endpoint;
    const char *body;             /* native JSON of the step */
    int attempts;                 /* made so far */
    int64_t first_try_us, due_us; /* first_try_us 0: never tried */
    int64_t opened_us;            /* of the episode */
};

/* Calls fn for the pending rows of an endpoint that may be tried at now_us: of each episode only
 * its earliest pending step, and that only when it is due. At most limit rows, oldest first. */
typedef enum err state_outbox_fn(void *context, const struct outbox_row *row);
enum err state_outbox_due(struct state_db *db, const char *endpoint, int64_t now_us, int limit,
                          state_outbox_fn *fn, void *context) MUST_USE;
/* Body of an episode's step; ERR_NOTFOUND. */
enum err state_step_body(struct state_db *db, int64_t episode_row, int step,
                         struct strbuf *out) MUST_USE;

/* Steps of the episode before step that the endpoint has taken, ascending, the latest max of them;
 * their number. */
struct outbox_sent {
    int step;
    int64_t at_us; /* of the step */
};
enum err state_outbox_sent(struct state_db *db, const char *endpoint, int64_t episode_row, int step,
                           struct outbox_sent *out, size_t max, size_t *count) MUST_USE;

/* Calls fn for episodes that are open, by row, after episode_row after, at most limit: with the
 * latest of its steps that the endpoint has taken, when it has taken any (row of the outbox). */
enum err state_outbox_standing(struct state_db *db, const char *endpoint, int64_t after, int limit,
                               state_outbox_fn *fn, void *context) MUST_USE;

/* Earliest due time over the rows that state_outbox_due will give when their time has come;
 * INT64_MAX when none. */
enum err state_outbox_next_us(struct state_db *db, const char *endpoint, int64_t *due_us) MUST_USE;

/* What became of an attempt (inside a transaction of the caller's). error is a short text for
 * people, without secrets, "" when delivered. */
struct outbox_result {
    int64_t row;
    enum outbox_state state;
    int attempts;
    int64_t first_try_us, due_us, now_us;
    int http_status;
    const char *error;
};
enum err state_outbox_settle(struct state_db *db, const struct outbox_result *r)
    MUST_USE; /* a row
               * that is no longer pending is left as it is */

/* Gives the step of this pending row, and the later steps of its episode that wait behind it, to
 * the endpoint fallback as well, once; steps added while the row is pending follow at once. */
enum err state_outbox_divert(struct state_db *db, int64_t row, const char *fallback,
                             int64_t now_us) MUST_USE;

/* The wall clock was stepped by shift_us and is now_us: moves the times of pending rows along, so
 * that what was due in a second still is. */
enum err state_outbox_shift(struct state_db *db, int64_t shift_us, int64_t now_us) MUST_USE;

struct outbox_counts {
    const char *endpoint;
    int64_t pending, delivered, parked, failures; /* failures: attempts that did not deliver */
    const char *last_error;                       /* "" since the latest delivery */
};
typedef enum err state_outbox_counts_fn(void *context, const struct outbox_counts *c);
enum err state_outbox_counts_each(struct state_db *db, state_outbox_counts_fn *fn,
                                  void *context) MUST_USE;

/* What became of an episode's steps at each endpoint, by step, then endpoint. */
struct delivery_row {
    int step;
    const char *endpoint;
    enum outbox_state state;
    int attempts;
    int64_t due_us, settled_us; /* settled_us 0 while pending and never tried */
    int http_status;            /* of the latest answer; 0: none */
    const char *error;
};
typedef enum err state_delivery_fn(void *context, const struct delivery_row *d);
enum err state_delivery_each(struct state_db *db, int64_t episode_row, state_delivery_fn *fn,
                             void *context) MUST_USE;

/* Open episodes by level (0..4) and category. */
enum err state_open_counts(struct state_db *db,
                           int64_t counts[LEVEL_RED + 1][CATEGORY_COUNT]) MUST_USE;

/* PRAGMA integrity_check plus the invariants of the outbox (every step of an episode is there in
 * order) and of the slow analysis (probabilities and times that rise with the horizon), and the
 * audit chain (state_audit_verify); appends each fault as a line to out. ERR_CORRUPT when there is
 * any. */
enum err state_verify(struct state_db *db, struct strbuf *out) MUST_USE;

/* Consistent copy to path with VACUUM INTO; ERR_EXISTS when path exists. */
enum err state_backup(struct state_db *db, const char *path) MUST_USE;

#endif
