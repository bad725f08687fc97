/* state.db: the audit chain (docs/interface.md section 11). Every row that is vouched for (steps,
 * acts, silences, proposals, overrides, records, registry versions) is entered by the function that
 * writes it, in the same transaction; what has no row of its own (configuration, epochs) by
 * state_audit_put. Errors as in state_db.h. */
#ifndef SHIKUMEN_IO_STATE_AUDIT_H
#define SHIKUMEN_IO_STATE_AUDIT_H

#include "shikumen/io/audit_hash.h"
#include "shikumen/io/state_db.h"

/* Who does what follows up to the end of the transaction (at most 80 characters); without a word,
 * "shikumend" does. */
void state_actor(struct state_db *db, const char *name);

/* act: "TABLE.WHAT", such as "step.raised"; subject: what the row is called (a step: as its
 * webhook-id); before, after: JSON, "" when there is none. */
struct audit_row {
    int64_t seq; /* 1.. without a gap; set by the chain */
    int64_t at_us;
    const char *actor; /* set by state_actor */
    const char *act, *subject, *before, *after;
    uint8_t hash[AUDIT_HASH_BYTES]; /* of the hash before and of this row; set by the chain */
};

/* Adds a row, inside a transaction of the caller's; seq, actor and hash are not read. */
enum err state_audit_put(struct state_db *db, const struct audit_row *row) MUST_USE;

/* Rows at or after since_us (INT64_MIN: all), by seq. */
typedef enum err state_audit_fn(void *context, const struct audit_row *row);
enum err state_audit_each(struct state_db *db, int64_t since_us, state_audit_fn *fn,
                          void *context) MUST_USE;

/* Appends what the latest row on this subject whose act begins with act_prefix says in after;
 * ERR_NOTFOUND. */
enum err state_audit_latest(struct state_db *db, const char *act_prefix, const char *subject,
                            struct strbuf *after) MUST_USE;

#define AUDIT_HEAD_SIZE 96
/* "SEQ:HASH" of the last row, what the whole chain can be held to; ERR_NOTFOUND while it is empty.
 */
enum err state_audit_head(struct state_db *db, char head[AUDIT_HEAD_SIZE]) MUST_USE;
/* The same of the last row not later than until_us. */
enum err state_audit_head_at(struct state_db *db, int64_t until_us,
                             char head[AUDIT_HEAD_SIZE]) MUST_USE;
/* Whether the chain still has the row of a head that somebody kept. ERR_PARSE: it is no head;
 * ERR_NOTFOUND: the row is gone; ERR_CORRUPT: it is another one. */
enum err state_audit_has(struct state_db *db, const char *head) MUST_USE;

/* Every row follows from the one before, none is missing, and what they vouch for is as they say;
 * appends each fault as a line that names the row. ERR_CORRUPT when there is any. Part of
 * state_verify. */
enum err state_audit_verify(struct state_db *db, struct strbuf *out) MUST_USE;

#endif
