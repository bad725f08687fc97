/* The inside of the audit chain: its canonical form, the rows that it vouches for. */
#ifndef SHIKUMEN_IO_STATE_DB_AUDIT_H
#define SHIKUMEN_IO_STATE_DB_AUDIT_H

#include "state_db_private.h"

/* Names of the numbers that the head is kept in: seq, and the first 8 bytes of the hash. */
#define AUDIT_SEQ  "audit_seq"
#define AUDIT_HEAD "audit_head"
int64_t audit_head_number(const uint8_t hash[AUDIT_HASH_BYTES]);

/* What the chain hashes: each value after its kind and a number that says where it ends, "i17,"
 * and "t6:王工," (bytes of UTF-8), so that no two rows come to the same. */
void canon_int(struct strbuf *out, int64_t value);
void canon_text(struct strbuf *out, const char *text, size_t n);

/* SHA-256 of the hash before and of seq, at_us, actor, act, subject, before, after. */
enum err audit_row_hash(const uint8_t before[AUDIT_HASH_BYTES], const struct audit_row *row,
                        uint8_t hash[AUDIT_HASH_BYTES]) MUST_USE;

/* --- rows that are vouched for --- */

/* What a chain that begins after the first steps says of those before it (act "chain.begun"): as
 * JSON, of the rows that no row of the chain is about. */
enum err vouched_old(struct state_db *db, struct strbuf *json) MUST_USE;

typedef enum err vouched_fn(void *context, const struct vouched *v);
/* All rows of a table; fn may read the database but not change it. */
enum err vouched_each(struct state_db *db, enum vouched_table table, vouched_fn *fn,
                      void *context) MUST_USE;

#define AUDIT_BEGUN "chain.begun"

#endif
