#include <inttypes.h>
#include <string.h>

#include "state_db_audit.h"

/* --- the chain itself --- */

struct chain {
    struct strbuf *out;
    int64_t last;                       /* seq of the row before */
    uint8_t stored[AUDIT_HASH_BYTES];   /* as it says */
    uint8_t computed[AUDIT_HASH_BYTES]; /* as it should say */
    struct strbuf begun;                /* what "chain.begun" says; empty: there is none */
};

static void tell_gap(const struct chain *c, int64_t next)
{
    if (next == c->last + 2)
        strbuf_printf(c->out, "审计链缺第 %" PRId64 " 行 / audit: row %" PRId64 " is missing\n",
                      c->last + 1, c->last + 1);
    else
        strbuf_printf(c->out,
                      "审计链缺第 %" PRId64 " 至 %" PRId64 " 行 / audit: rows %" PRId64
                      " to %" PRId64 " are missing\n",
                      c->last + 1, next - 1, c->last + 1, next - 1);
}

static void tell_changed(const struct chain *c, const struct audit_row *row)
{
    strbuf_printf(c->out,
                  "审计链第 %" PRId64 " 行被改动（%s %s） / audit: row %" PRId64
                  " (%s %s) is not what it was\n",
                  row->seq, row->act, row->subject, row->seq, row->act, row->subject);
}

/* A row follows from what the one before says, or, when its hash was changed, from what it should
 * say. After a gap nothing can be said. */
static enum err check_hash(struct chain *c, const struct audit_row *row)
{
    uint8_t should[AUDIT_HASH_BYTES];
    enum err e = audit_row_hash(c->computed, row, should);

    if (e == ERR_OK && memcmp(should, row->hash, AUDIT_HASH_BYTES) != 0)
        e = audit_row_hash(c->stored, row, should);
    if (e == ERR_OK && memcmp(should, row->hash, AUDIT_HASH_BYTES) != 0)
        tell_changed(c, row);
    memcpy(c->computed, should, AUDIT_HASH_BYTES);
    return e;
}

static enum err take_link(void *context, const struct audit_row *row)
{
    struct chain *c = context;
    enum err e = ERR_OK;

    if (row->seq == c->last + 1)
        e = check_hash(c, row);
    else {
        tell_gap(c, row->seq);
        memcpy(c->computed, row->hash, AUDIT_HASH_BYTES);
    }
    memcpy(c->stored, row->hash, AUDIT_HASH_BYTES);
    c->last = row->seq;
    if (strcmp(row->act, AUDIT_BEGUN) == 0 && c->begun.len == 0)
        strbuf_puts(&c->begun, row->after);
    return e == ERR_OK && c->begun.failed ? ERR_NOMEM : e;
}

/* The head that was kept beside it: a tail that was cut off leaves no gap. */
static enum err check_head(struct state_db *db, const struct chain *c)
{
    int64_t seq, head;
    enum err e = state_number_get(db, AUDIT_SEQ, 0, &seq);

    if (e == ERR_OK)
        e = state_number_get(db, AUDIT_HEAD, 0, &head);
    if (e != ERR_OK)
        return e;
    if (seq != c->last)
        strbuf_printf(c->out,
                      "审计链止于第 %" PRId64 " 行，应为 %" PRId64
                      " / audit: ends with row %" PRId64 ", not %" PRId64 "\n",
                      c->last, seq, c->last, seq);
    else if (head != (c->last > 0 ? audit_head_number(c->stored) : 0))
        strbuf_printf(c->out,
                      "审计链第 %" PRId64 " 行不是写入的末行 / audit: row %" PRId64
                      " is not the last one that was written\n",
                      c->last, c->last);
    return ERR_OK;
}

/* --- what it vouches for --- */

struct vouching {
    struct state_db *db;
    struct strbuf *out;
    bool old_ones; /* rows that nothing in the chain is about may be from before it */
};

static void tell_row(struct strbuf *out, const char *subject, const char *zh, const char *en)
{
    strbuf_printf(out, "%s %s / %s %s\n", subject, zh, subject, en);
}

static enum err take_vouched(void *context, const struct vouched *v)
{
    struct vouching *w = context;
    struct strbuf entered = {0};
    struct vouched_text text;
    enum err e = vouched_read(w->db, v, &text);

    if (e != ERR_OK)
        return e;
    e = state_audit_latest(w->db, vouched_prefix[v->table], strbuf_text(&text.subject), &entered);
    if (e == ERR_OK && strcmp(strbuf_text(&entered), strbuf_text(&text.json)) != 0)
        tell_row(w->out, strbuf_text(&text.subject), "与审计链不符", "is not as the audit says");
    else if (e == ERR_NOTFOUND && !w->old_ones)
        tell_row(w->out, strbuf_text(&text.subject), "不在审计链中", "is not in the audit");
    strbuf_free(&entered);
    vouched_free(&text);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* What the chain speaks of and is no longer there. */
#define GONE(table, subjects)                                                                          \
    "SELECT subject || ' 已不存在 / ' || subject || ' is gone' FROM (SELECT DISTINCT subject FROM" \
    " audit WHERE act GLOB '" table ".*' EXCEPT SELECT " subjects ")"
static const char *const gone[VOUCHED_TABLES] = {
    [VOUCHED_STEP] = GONE("step", "e.id || '.' || s.step FROM step AS s"
                                  " JOIN episode AS e ON e.row = s.episode"),
    [VOUCHED_ACT] = GONE("act", "'A' || row FROM act"),
    [VOUCHED_SILENCE] = GONE("silence", "'S' || row FROM silence"),
    [VOUCHED_PROPOSAL] = GONE("proposal", "'P' || row FROM proposal"),
    [VOUCHED_OVERRIDE] = GONE("override", "'O' || row FROM class_override"),
    [VOUCHED_RECORD] = GONE("record", "'R' || row FROM record"),
    [VOUCHED_REGISTRY] = GONE("registry", "'registry/' || row FROM registry"),
};

static enum err check_vouched(struct state_db *db, const struct chain *c)
{
    struct vouching w = {.db = db, .out = c->out};
    enum err e = ERR_OK;

    for (int t = 0; t < VOUCHED_TABLES && e == ERR_OK; t++) {
        w.old_ones = c->begun.len > 0 && (t == VOUCHED_STEP || t == VOUCHED_REGISTRY);
        e = vouched_each(db, (enum vouched_table)t, take_vouched, &w);
        if (e == ERR_OK)
            e = sql_report(&db->sql, gone[t], c->out);
        e = e == ERR_CORRUPT ? ERR_OK : e; /* there were some: they are told */
    }
    return e;
}

static enum err check_old(struct state_db *db, const struct chain *c)
{
    struct strbuf now = {0};
    enum err e = c->begun.len > 0 ? vouched_old(db, &now) : ERR_OK;

    if (e == ERR_OK && strcmp(strbuf_text(&now), strbuf_text(&c->begun)) != 0)
        strbuf_printf(c->out,
                      "审计链之前的步骤或登记有变动 / steps or registry versions from before the"
                      " audit are not what they were: %s, %s\n",
                      strbuf_text(&c->begun), strbuf_text(&now));
    strbuf_free(&now);
    return e;
}

/* --- all of it --- */

static enum err check_all(struct state_db *db, struct chain *c)
{
    enum err e = state_audit_each(db, INT64_MIN, take_link, c);

    if (e == ERR_OK)
        e = check_head(db, c);
    if (e == ERR_OK)
        e = check_vouched(db, c);
    return e == ERR_OK ? check_old(db, c) : e;
}

/* As of one moment, since rows may be added meanwhile. */
enum err state_audit_verify(struct state_db *db, struct strbuf *out)
{
    struct chain c = {.out = out};
    size_t before = out->len;
    bool mine = sqlite3_get_autocommit(db->sql.handle) != 0;
    enum err e = mine ? sql_exec(&db->sql, "BEGIN") : ERR_OK;

    if (e == ERR_OK)
        e = check_all(db, &c);
    if (mine)
        sql_rollback(&db->sql);
    strbuf_free(&c.begun);
    if (e != ERR_OK)
        return e;
    return out->failed ? ERR_NOMEM : out->len > before ? ERR_CORRUPT : ERR_OK;
}
