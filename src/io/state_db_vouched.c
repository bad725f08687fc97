#include <inttypes.h>
#include <string.h>

#include "state_db_audit.h"

const char *const vouched_prefix[VOUCHED_TABLES] = {
    [VOUCHED_STEP] = "step.",         [VOUCHED_ACT] = "act.",
    [VOUCHED_SILENCE] = "silence.",   [VOUCHED_PROPOSAL] = "proposal.",
    [VOUCHED_OVERRIDE] = "override.", [VOUCHED_RECORD] = "record.",
    [VOUCHED_REGISTRY] = "registry.",
};

static enum state_statement row_of(enum vouched_table table)
{
    return (enum state_statement)((int)S_ROW_STEP + (int)table);
}

static enum state_statement keys_of(enum vouched_table table)
{
    return (enum state_statement)((int)S_KEYS_STEP + (int)table);
}

/* --- what a row says --- */

/* A column, and what of it goes into the digest of the row. */
static void read_column(const struct sql_query *q, int i, struct strbuf *json, struct strbuf *all)
{
    const char *text = (const char *)sqlite3_column_text(q->statement, i);
    size_t n = (size_t)sqlite3_column_bytes(q->statement, i);

    switch (sqlite3_column_type(q->statement, i)) {
    case SQLITE_NULL:
        strbuf_puts(json, "null");
        strbuf_puts(all, "n,");
        break;
    case SQLITE_INTEGER:
        strbuf_printf(json, "%" PRId64, sql_int(q, i));
        canon_int(all, sql_int(q, i));
        break;
    default:
        strbuf_json_string(json, text ? text : "", n);
        canon_text(all, text ? text : "", n);
    }
}

static enum err finish(struct strbuf *json, const struct strbuf *all)
{
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];
    enum err e = all->failed ? ERR_NOMEM : audit_hash(all->data, all->len, hash);

    if (e != ERR_OK)
        return e;
    strbuf_printf(json, "\"sha256\":\"%s\"}", audit_hash_hex(hash, hex));
    return json->failed ? ERR_NOMEM : ERR_OK;
}

/* Columns whose name begins with "_" are in the digest alone. */
static enum err take_row(const struct sql_query *q, struct vouched_text *out)
{
    struct strbuf all = {0}, hidden = {0};
    int columns = sqlite3_column_count(q->statement);
    enum err e;

    strbuf_puts(&out->subject, sql_text(q, 0));
    strbuf_putc(&out->json, '{');
    for (int i = 1; i < columns; i++) {
        const char *name = sqlite3_column_name(q->statement, i);
        bool shown = name && *name != '_';
        if (shown)
            strbuf_printf(&out->json, "\"%s\":", name);
        strbuf_clear(&hidden);
        read_column(q, i, shown ? &out->json : &hidden, &all);
        if (shown)
            strbuf_putc(&out->json, ',');
    }
    e = out->subject.failed ? ERR_NOMEM : finish(&out->json, &all);
    strbuf_free(&all);
    strbuf_free(&hidden);
    return e;
}

enum err vouched_read(struct state_db *db, const struct vouched *v, struct vouched_text *out)
{
    struct sql_query q = sql_start(&db->sql, row_of(v->table));
    enum err e = ERR_NOTFOUND, ended;

    *out = (struct vouched_text){0};
    sql_bind_int(&q, 1, v->row);
    if (v->table == VOUCHED_STEP)
        sql_bind_int(&q, 2, v->step);
    if (sql_row(&q))
        e = take_row(&q, out);
    ended = sql_end(&q);
    e = ended != ERR_OK ? ended : e;
    if (e != ERR_OK)
        vouched_free(out);
    return e;
}

void vouched_free(struct vouched_text *text)
{
    strbuf_free(&text->subject);
    strbuf_free(&text->json);
}

/* --- entering --- */

static enum err enter(struct state_db *db, const struct vouched *v, int64_t at_us, const char *act,
                      const char *before)
{
    struct vouched_text now;
    struct audit_row row;
    enum err e;

    if (!db->is_audited)
        return ERR_OK;
    e = vouched_read(db, v, &now);
    if (e != ERR_OK)
        return e;
    row = (struct audit_row){.at_us = at_us,
                             .act = act,
                             .subject = strbuf_text(&now.subject),
                             .before = before,
                             .after = strbuf_text(&now.json)};
    e = state_audit_put(db, &row);
    vouched_free(&now);
    return e;
}

enum err vouched_added(struct state_db *db, const struct vouched *v, int64_t at_us, const char *act)
{
    return enter(db, v, at_us, act, "");
}

enum err vouched_changed(struct state_db *db, const struct vouched *v, int64_t at_us,
                         const char *act, const struct vouched_text *before)
{
    return enter(db, v, at_us, act, strbuf_text(&before->json));
}

/* --- all of them --- */

enum err vouched_each(struct state_db *db, enum vouched_table table, vouched_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, keys_of(table));
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(&q)) {
        struct vouched v = {table, sql_int(&q, 0), (int)sql_int(&q, 1)};
        e = fn(context, &v);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

/* --- those from before the chain --- */

struct old_rows {
    struct state_db *db;
    int64_t count;
    uint8_t hash[AUDIT_HASH_BYTES]; /* of each after the one before */
};

static enum err add_old(struct old_rows *old, const struct vouched_text *text)
{
    struct strbuf all = {0};
    enum err e;

    strbuf_append(&all, old->hash, AUDIT_HASH_BYTES);
    canon_text(&all, strbuf_text(&text->subject), text->subject.len);
    canon_text(&all, strbuf_text(&text->json), text->json.len);
    e = all.failed ? ERR_NOMEM : audit_hash(all.data, all.len, old->hash);
    strbuf_free(&all);
    old->count++;
    return e;
}

static enum err take_old(void *context, const struct vouched *v)
{
    struct old_rows *old = context;
    struct strbuf entered = {0};
    struct vouched_text text;
    enum err e = vouched_read(old->db, v, &text);

    if (e != ERR_OK)
        return e;
    e = state_audit_latest(old->db, vouched_prefix[v->table], strbuf_text(&text.subject), &entered);
    if (e == ERR_NOTFOUND)
        e = add_old(old, &text);
    strbuf_free(&entered);
    vouched_free(&text);
    return e;
}

enum err vouched_old(struct state_db *db, struct strbuf *json)
{
    struct old_rows steps = {.db = db}, registries = {.db = db};
    char hex[2][AUDIT_HASH_HEX_SIZE];
    enum err e = vouched_each(db, VOUCHED_STEP, take_old, &steps);

    if (e == ERR_OK)
        e = vouched_each(db, VOUCHED_REGISTRY, take_old, &registries);
    if (e != ERR_OK)
        return e;
    strbuf_printf(json,
                  "{\"steps\":%" PRId64 ",\"steps_sha256\":\"%s\",\"registries\":%" PRId64
                  ",\"registries_sha256\":\"%s\"}",
                  steps.count, audit_hash_hex(steps.hash, hex[0]), registries.count,
                  audit_hash_hex(registries.hash, hex[1]));
    return json->failed ? ERR_NOMEM : ERR_OK;
}
