#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/model/act.h"
#include "state_db_audit.h"

void state_actor(struct state_db *db, const char *name)
{
    snprintf(db->actor, sizeof db->actor, "%s", name);
}

/* --- the canonical form --- */

void canon_int(struct strbuf *out, int64_t value)
{
    strbuf_printf(out, "i%" PRId64 ",", value);
}

void canon_text(struct strbuf *out, const char *text, size_t n)
{
    strbuf_printf(out, "t%zu:", n);
    strbuf_append(out, text, n);
    strbuf_putc(out, ',');
}

enum err audit_row_hash(const uint8_t before[AUDIT_HASH_BYTES], const struct audit_row *row,
                        uint8_t hash[AUDIT_HASH_BYTES])
{
    const char *texts[] = {row->actor, row->act, row->subject, row->before, row->after};
    struct strbuf all = {0};
    enum err e;

    strbuf_append(&all, before, AUDIT_HASH_BYTES);
    canon_int(&all, row->seq);
    canon_int(&all, row->at_us);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        canon_text(&all, texts[i], strlen(texts[i]));
    e = all.failed ? ERR_NOMEM : audit_hash(all.data, all.len, hash);
    strbuf_free(&all);
    return e;
}

/* --- the head --- */

int64_t audit_head_number(const uint8_t hash[AUDIT_HASH_BYTES])
{
    uint64_t n = 0;

    for (int i = 0; i < 8; i++)
        n = n << 8 | hash[i];
    return (int64_t)n;
}

/* The last row not later than until_us; seq 0 and 32 zero bytes while there is none. */
static enum err read_last(struct state_db *db, int64_t until_us, int64_t *seq,
                          uint8_t hash[AUDIT_HASH_BYTES])
{
    struct sql_query q =
        sql_start(&db->sql, until_us == INT64_MAX ? S_AUDIT_LAST : S_AUDIT_LAST_AT);
    enum err e = ERR_OK, ended;

    if (until_us != INT64_MAX)
        sql_bind_int(&q, 1, until_us);
    *seq = 0;
    memset(hash, 0, AUDIT_HASH_BYTES);
    if (sql_row(&q)) {
        size_t n;
        const void *bytes = sql_blob(&q, 1, &n);
        *seq = sql_int(&q, 0);
        if (n == AUDIT_HASH_BYTES)
            memcpy(hash, bytes, n);
        else
            e = ERR_CORRUPT;
    }
    ended = sql_end(&q);
    if (ended == ERR_OK && e != ERR_OK)
        return sql_refuse(&db->sql, e, "the last row of the audit chain has no hash");
    return ended;
}

enum err state_audit_head(struct state_db *db, char head[AUDIT_HEAD_SIZE])
{
    return state_audit_head_at(db, INT64_MAX, head);
}

enum err state_audit_head_at(struct state_db *db, int64_t until_us, char head[AUDIT_HEAD_SIZE])
{
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];
    int64_t seq;
    enum err e = read_last(db, until_us, &seq, hash);

    if (e != ERR_OK)
        return e;
    snprintf(head, AUDIT_HEAD_SIZE, "%" PRId64 ":%s", seq, audit_hash_hex(hash, hex));
    return seq > 0 ? ERR_OK : ERR_NOTFOUND;
}

static bool parse_head(const char *head, int64_t *seq, const char **hex)
{
    size_t digits = strspn(head, "0123456789");

    *seq = digits > 0 && digits < 19 ? strtoll(head, NULL, 10) : 0;
    *hex = head + digits + 1;
    return *seq > 0 && head[digits] == ':' &&
           strspn(*hex, "0123456789abcdef") == AUDIT_HASH_HEX_SIZE - 1 &&
           (*hex)[AUDIT_HASH_HEX_SIZE - 1] == '\0';
}

enum err state_audit_has(struct state_db *db, const char *head)
{
    char hex[AUDIT_HASH_HEX_SIZE];
    const char *wanted;
    int64_t seq;
    bool same = false, found;
    struct sql_query q;
    enum err e;

    if (!parse_head(head, &seq, &wanted))
        return ERR_PARSE;
    q = sql_start(&db->sql, S_AUDIT_GET);
    sql_bind_int(&q, 1, seq);
    found = sql_row(&q);
    if (found) {
        size_t n;
        const void *bytes = sql_blob(&q, 0, &n);
        same = n == AUDIT_HASH_BYTES && strcmp(audit_hash_hex(bytes, hex), wanted) == 0;
    }
    e = sql_end(&q);
    if (e != ERR_OK)
        return e;
    return !found ? ERR_NOTFOUND : same ? ERR_OK : ERR_CORRUPT;
}

/* --- adding --- */

static enum err insert(struct state_db *db, const struct audit_row *row)
{
    struct sql_query q = sql_start(&db->sql, S_AUDIT_PUT);

    sql_bind_int(&q, 1, row->seq);
    sql_bind_int(&q, 2, row->at_us);
    sql_bind_text(&q, 3, row->actor);
    sql_bind_text(&q, 4, row->act);
    sql_bind_text(&q, 5, row->subject);
    sql_bind_text(&q, 6, row->before);
    sql_bind_text(&q, 7, row->after);
    sql_bind_blob(&q, 8, row->hash, AUDIT_HASH_BYTES);
    return sql_run(&q);
}

enum err state_audit_put(struct state_db *db, const struct audit_row *row)
{
    struct audit_row next = *row;
    uint8_t before[AUDIT_HASH_BYTES];
    enum err e;

    if (!db->is_audited)
        return ERR_OK;
    e = read_last(db, INT64_MAX, &next.seq, before);
    next.seq++;
    next.actor = db->actor[0] ? db->actor : ACTOR_SELF;
    if (e == ERR_OK)
        e = audit_row_hash(before, &next, next.hash);
    if (e == ERR_OK)
        e = insert(db, &next);
    if (e == ERR_OK)
        e = state_number_put(db, AUDIT_SEQ, next.seq);
    return e == ERR_OK ? state_number_put(db, AUDIT_HEAD, audit_head_number(next.hash)) : e;
}

/* --- reading --- */

/* A text that goes on after a zero byte is none of ours. */
static bool is_whole(const struct sql_query *q)
{
    for (int i = 2; i <= 6; i++)
        if (strlen(sql_text(q, i)) != (size_t)sqlite3_column_bytes(q->statement, i))
            return false;
    return true;
}

static enum err give(const struct sql_query *q, state_audit_fn *fn, void *context)
{
    struct audit_row row = {
        .seq = sql_int(q, 0),
        .at_us = sql_int(q, 1),
        .actor = sql_text(q, 2),
        .act = sql_text(q, 3),
        .subject = sql_text(q, 4),
        .before = sql_text(q, 5),
        .after = sql_text(q, 6),
    };
    size_t n;
    const void *hash = sql_blob(q, 7, &n);

    if (n == AUDIT_HASH_BYTES && is_whole(q)) /* else it stays zero, the hash of nothing */
        memcpy(row.hash, hash, n);
    return fn(context, &row);
}

enum err state_audit_each(struct state_db *db, int64_t since_us, state_audit_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_AUDIT_EACH);
    enum err e = ERR_OK, ended;

    sql_bind_int(&q, 1, since_us);
    while (e == ERR_OK && sql_row(&q))
        e = give(&q, fn, context);
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

enum err state_audit_latest(struct state_db *db, const char *act_prefix, const char *subject,
                            struct strbuf *after)
{
    struct sql_query q = sql_start(&db->sql, S_AUDIT_LATEST);
    bool found;
    enum err e;

    sql_bind_text(&q, 1, subject);
    sql_bind_text(&q, 2, act_prefix);
    found = sql_row(&q);
    if (found)
        strbuf_puts(after, sql_text(&q, 0));
    e = sql_end(&q);
    if (e == ERR_OK && after->failed)
        e = ERR_NOMEM;
    return e == ERR_OK && !found ? ERR_NOTFOUND : e;
}

/* --- the beginning --- */

static enum err put_begun(struct state_db *db)
{
    struct strbuf old = {0};
    enum err e = vouched_old(db, &old);
    const struct audit_row row = {.at_us = clock_utc_us(),
                                  .act = AUDIT_BEGUN,
                                  .subject = "state.db",
                                  .before = "",
                                  .after = strbuf_text(&old)};

    if (e == ERR_OK)
        e = state_audit_put(db, &row);
    strbuf_free(&old);
    return e;
}

enum err audit_begin(struct state_db *db)
{
    int64_t wanted;
    enum err e = sql_scalar(&db->sql,
                            "SELECT NOT EXISTS (SELECT 1 FROM audit) AND"
                            " (EXISTS (SELECT 1 FROM step) OR EXISTS (SELECT 1 FROM registry))",
                            0, &wanted);

    if (e != ERR_OK || !wanted)
        return e;
    e = state_begin(db);
    if (e == ERR_OK)
        e = put_begun(db);
    if (e == ERR_OK)
        return state_commit(db);
    state_rollback(db);
    return e;
}
