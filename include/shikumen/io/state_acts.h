/* state.db: acts of named persons. Who acts adds a row in a transaction of its own; the assessor
 * takes the waiting ones in order and settles each in the transaction of what came of it. Errors
 * as in state_db.h. */
#ifndef SHIKUMEN_IO_STATE_ACTS_H
#define SHIKUMEN_IO_STATE_ACTS_H

#include "shikumen/io/state_db.h"
#include "shikumen/model/act.h"

struct act_row {
    int64_t row; /* signed_id(SIGNED_ACT, row) is what people call it */
    int64_t at_us;
    const char *by;      /* a person's name */
    const char *verb;    /* act_verb_name */
    const char *subject; /* what it is on: id of an episode, a proposal, …; a scope */
    const char *body;    /* JSON, core/act.h */
    int64_t applied_us;  /* STATE_UNKNOWN_US: waiting */
    enum act_outcome outcome;
    const char *why_zh, *why_en; /* why it was refused, "" otherwise */
    const char *made;            /* id of what came of it, "" when nothing */
};

/* Adds a waiting act in the caller's transaction, entered in the audit as done by act->by; sets
 * row. Reads at_us, by, verb, subject and body. */
enum err state_act_put(struct state_db *db, struct act_row *act) MUST_USE;

/* The earliest that waits, texts in the arena; ERR_NOTFOUND when none does. */
enum err state_act_next(struct state_db *db, struct arena *arena, struct act_row *act) MUST_USE;
enum err state_act_get(struct state_db *db, int64_t row, struct arena *arena,
                       struct act_row *act) MUST_USE; /* ERR_NOTFOUND */

/* What came of it: row, applied_us, outcome, why_zh, why_en, made. One that is settled stays. */
enum err state_act_settle(struct state_db *db, const struct act_row *act) MUST_USE;

/* Acts on a subject, or (subject NULL) all that wait; in order. */
typedef enum err state_act_fn(void *context, const struct act_row *act);
enum err state_act_each(struct state_db *db, const char *subject, state_act_fn *fn,
                        void *context) MUST_USE;

#endif
