/* state.db: what stands because a named person said so: silences, proposals, overrides of a class,
 * records of inspections and repairs. Every change is entered in the audit with the actor of the
 * transaction (state_actor). Errors as in state_db.h. */
#ifndef SHIKUMEN_IO_STATE_SIGNOFF_H
#define SHIKUMEN_IO_STATE_SIGNOFF_H

#include "shikumen/io/state_db.h"
#include "shikumen/model/act.h"

/* --- silences --- */

/* Adds one; sets row. at_us: when that was said. */
enum err state_silence_put(struct state_db *db, struct silencing *s, int64_t at_us) MUST_USE;
enum err state_silence_remind(struct state_db *db, int64_t row, int64_t at_us) MUST_USE;
/* ERR_NOTFOUND: there is none, or it has ended. */
enum err state_silence_end(struct state_db *db, int64_t row, int64_t at_us,
                           const char *by) MUST_USE;
typedef enum err state_silence_fn(void *context, const struct silencing *s);
/* Those that have not ended (some of them may be yet to begin), or all; in order. */
enum err state_silence_each(struct state_db *db, bool all, state_silence_fn *fn,
                            void *context) MUST_USE;

/* --- proposals --- */

struct proposal {
    int64_t row;
    int64_t episode_row;
    const char *episode_id, *house, *element; /* of the episode; read, not written */
    enum proposal_kind kind;
    enum proposal_state state;
    int64_t made_us;
    const char *made_by, *reason;
    int64_t decided_us; /* approved or rejected; 0: not yet */
    const char *decided_by, *decision;
    int64_t done_us; /* 0: not yet */
    const char *done_by, *done_note;
};

/* Adds one of episode_row, kind, made_us, made_by and reason as proposed; sets row. ERR_EXISTS:
 * there is one of this kind that is proposed or approved. */
enum err state_proposal_put(struct state_db *db, struct proposal *p) MUST_USE;
/* Texts in the arena; ERR_NOTFOUND. */
enum err state_proposal_get(struct state_db *db, int64_t row, struct arena *arena,
                            struct proposal *p) MUST_USE;
/* To approved or rejected from proposed, to done from approved; ERR_NOTFOUND: it is not there. */
enum err state_proposal_move(struct state_db *db, int64_t row, enum proposal_state to,
                             int64_t at_us, const char *by, const char *why) MUST_USE;

struct proposal_filter {
    int64_t episode_row; /* 0: of all episodes */
    bool open_only;      /* proposed or approved; of an episode all are given */
};
typedef enum err state_proposal_fn(void *context, const struct proposal *p);
enum err state_proposal_each(struct state_db *db, const struct proposal_filter *filter,
                             state_proposal_fn *fn, void *context) MUST_USE;

/* --- overrides of a class --- */

/* Adds one; sets row. ERR_EXISTS: the subject has one that has not ended. */
enum err state_override_put(struct state_db *db, struct class_override *o, int64_t at_us) MUST_USE;
/* ERR_NOTFOUND: there is none, or it has ended. */
enum err state_override_end(struct state_db *db, int64_t row, int64_t at_us,
                            const char *by) MUST_USE;
typedef enum err state_override_fn(void *context, const struct class_override *o);
/* Those that have not ended, or all; in order. */
enum err state_override_each(struct state_db *db, bool all, state_override_fn *fn,
                             void *context) MUST_USE;

/* --- inspections and repairs --- */

struct act_record {
    int64_t row;
    int64_t episode_row;
    const char *episode_id, *house; /* of the episode; read, not written */
    enum record_kind kind;
    int64_t day_us;   /* when it took place */
    int64_t cost_fen; /* hundredths of a CNY; STATE_UNKNOWN_US: not told */
    const char *finding, *by;
    int64_t at_us; /* when it was recorded */
};

enum err state_record_put(struct state_db *db, struct act_record *r) MUST_USE; /* sets row */
typedef enum err state_record_fn(void *context, const struct act_record *r);
/* Of one episode, or (0) all; by day. */
enum err state_record_each(struct state_db *db, int64_t episode_row, state_record_fn *fn,
                           void *context) MUST_USE;

#endif
